//! Chains made of real keys, each wrong in exactly one way.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the test hands files over, and keeps a memo"
)]

use std::collections::HashMap;
use std::sync::Mutex;

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use serde_json::json;

use super::testing::{Authority, DAY, Plan, ec, p256, x5c};
use super::*;
use crate::jose::alg::Algorithm;

const NOW: i64 = 1_700_000_000;

/// What a chain of three is made from.
struct ChainScene {
    root: Plan,
    between: Plan,
    leaf: Plan,
    key: PKey<Private>,
}

/// A chain that was made for a test.
struct Chain {
    root: Authority,
    between: Authority,
    leaf: X509,
}

/// Remembers everything.
#[derive(Default)]
struct Memo(Mutex<HashMap<[u8; 32], Arc<ValidatedChain>>>);

impl ChainMemo for Memo {
    fn recall(&self, digest: &[u8; 32]) -> Option<Arc<ValidatedChain>> {
        self.0.lock().unwrap().get(digest).cloned()
    }

    fn keep(&self, digest: [u8; 32], chain: &Arc<ValidatedChain>) {
        self.0.lock().unwrap().insert(digest, Arc::clone(chain));
    }
}

impl ChainScene {
    fn new() -> Self {
        let mut leaf = Plan::leaf("Issuer", NOW);
        leaf.dns = vec!["issuer.example.com".to_owned()];
        leaf.uri = vec!["https://issuer.example.com/x".to_owned()];
        Self {
            root: Plan::authority("Root", NOW),
            between: Plan { serial: 2, ..Plan::authority("Between", NOW) },
            leaf,
            key: p256(),
        }
    }

    fn make(&self) -> Chain {
        let root = Authority::root(&self.root);
        let between = root.authority(&self.between);
        let leaf = between.certify(&self.leaf, &self.key);
        Chain { root, between, leaf }
    }
}

impl Chain {
    fn roots(&self) -> Roots {
        Roots::new(&self.root.pem(), None, Vec::new()).unwrap().with_memo(Arc::new(Memo::default()))
    }

    fn header(&self) -> Value {
        x5c(&[&self.leaf, &self.between.certificate])
    }

    fn judge(&self) -> Result<Arc<ValidatedChain>, RefusedChain> {
        self.roots().validate(&self.header(), at(NOW))
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn changed(change: impl FnOnce(&mut ChainScene)) -> Chain {
    let mut scene = ChainScene::new();
    change(&mut scene);
    scene.make()
}

/// That OpenSSL finds no path, and says so in these words about this certificate.
#[track_caller]
fn no_path(chain: &Chain, certificate: usize, words: &str) {
    let refused = chain.judge().unwrap_err();
    let shown = refused.to_string();
    assert!(matches!(refused.fault, ChainFault::Path { at, .. } if at == certificate), "{shown}");
    assert!(shown.contains(words), "{shown}");
}

#[test]
fn req_5_11_a_chain_to_a_configured_root_gives_the_key_of_its_leaf() {
    let chain = ChainScene::new().make();
    let valid = chain.judge().unwrap();
    assert_eq!((valid.length(), valid.subject()), (3, "`CN=Issuer`"));
    assert!(valid.keys().find(None, Algorithm::Es256).is_some());
    let direct = chain.root.certify(&ChainScene::new().leaf, &p256());
    assert_eq!(chain.roots().validate(&x5c(&[&direct]), at(NOW)).unwrap().length(), 2);
}

#[test]
fn req_5_11_a_configured_root_at_the_end_is_tolerated_and_another_is_not_believed() {
    let chain = ChainScene::new().make();
    let whole = x5c(&[&chain.leaf, &chain.between.certificate, &chain.root.certificate]);
    assert_eq!(chain.roots().validate(&whole, at(NOW)).unwrap().length(), 3);
    let stranger = changed(|scene| scene.root.subject = "Stranger".to_owned());
    let refused = stranger.roots().validate(&whole, at(NOW)).unwrap_err().to_string();
    assert!(refused.contains("does not reach a configured root: self-signed certificate"), "{refused}");
}

#[test]
fn req_5_11_every_kind_of_key_that_signs_credentials_is_taken() {
    let rsa = |bits| PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
    for (key, fitting) in [
        (p256(), &[Algorithm::Es256][..]),
        (ec(Nid::SECP384R1), &[Algorithm::Es384]),
        (ec(Nid::SECP521R1), &[Algorithm::Es512]),
        (PKey::generate_ed25519().unwrap(), &[Algorithm::EdDsa, Algorithm::Ed25519]),
        (rsa(2048), &[Algorithm::Rs256, Algorithm::Ps256]),
    ] {
        let valid = changed(|scene| scene.key = key).judge().unwrap();
        for alg in Algorithm::ALL {
            assert_eq!(valid.keys().find(None, alg).is_some(), fitting.contains(&alg), "{alg}");
        }
    }
    for key in [ec(Nid::SECP256K1), PKey::generate_ed448().unwrap()] {
        assert_eq!(changed(|scene| scene.key = key).judge().unwrap_err().fault, ChainFault::Key);
    }
    no_path(&changed(|scene| scene.key = rsa(1024)), 1, "key too weak");
}

#[test]
fn req_5_11_an_expired_or_future_certificate_is_refused() {
    no_path(&changed(|scene| scene.leaf.until = NOW - 1), 1, "has expired");
    no_path(&changed(|scene| scene.between.until = NOW - 1), 2, "has expired");
    no_path(&changed(|scene| scene.root.until = NOW - 1), 3, "has expired");
    no_path(&changed(|scene| scene.leaf.from = NOW + 1), 1, "not yet valid");
    no_path(&changed(|scene| scene.between.from = NOW + 1), 2, "not yet valid");
    changed(|scene| (scene.leaf.from, scene.leaf.until) = (NOW, NOW + 1)).judge().unwrap();
}

#[test]
fn req_5_11_an_unknown_root_is_refused() {
    let (chain, other) = (ChainScene::new().make(), ChainScene::new().make());
    // The same name with another key, and another name.
    let stranger = changed(|scene| scene.root.subject = "Stranger".to_owned());
    for roots in [other.roots(), stranger.roots()] {
        let refused = roots.validate(&chain.header(), at(NOW)).unwrap_err();
        assert!(matches!(refused.fault, ChainFault::Path { .. }), "{refused}");
    }
    let both = [stranger.root.pem(), chain.root.pem()].concat();
    assert!(Roots::new(&both, None, Vec::new()).unwrap().validate(&chain.header(), at(NOW)).is_ok());
}

#[test]
fn req_5_11_roots_of_one_name_do_not_hide_each_other() {
    let chains = [0, 1, 2].map(|_| ChainScene::new().make());
    let pem = |chains: &[Chain]| chains.iter().map(|chain| chain.root.pem()).collect::<Vec<_>>().concat();
    let roots = Roots::new(&pem(&chains), None, Vec::new()).unwrap();
    for chain in &chains {
        assert_eq!(roots.validate(&chain.header(), at(NOW)).unwrap().length(), 3);
    }
    let [ours, _, stranger] = &chains;
    let roots = Roots::new(&pem(&chains[..2]), None, Vec::new()).unwrap();
    assert!(roots.validate(&ours.header(), at(NOW)).is_ok());
    let refused = roots.validate(&stranger.header(), at(NOW)).unwrap_err();
    assert!(matches!(refused.fault, ChainFault::Path { .. }), "{refused}");
}

#[test]
fn req_5_11_the_order_is_leaf_first_and_nothing_is_left_out_or_put_in() {
    let chain = ChainScene::new().make();
    let judge = |certificates: &[&X509]| chain.roots().validate(&x5c(certificates), at(NOW));
    let (leaf, between, root) = (&chain.leaf, &chain.between.certificate, &chain.root.certificate);
    let fault = |certificates: &[&X509]| judge(certificates).unwrap_err().fault;
    assert_eq!(fault(&[between, leaf]), ChainFault::Order(1));
    assert_eq!(fault(&[leaf, root, between]), ChainFault::Order(1));
    assert_eq!(fault(&[leaf, between, between]), ChainFault::Order(2));
    assert_eq!(fault(&[leaf, &ChainScene::new().make().leaf]), ChainFault::Order(1));
    assert!(matches!(fault(&[leaf]), ChainFault::Path { at: 1, .. }));
}

#[test]
fn req_5_11_a_foreign_signature_is_refused() {
    let (chain, other) = (ChainScene::new().make(), ChainScene::new().make());
    let forged = x5c(&[&other.leaf, &chain.between.certificate]);
    let refused = chain.roots().validate(&forged, at(NOW)).unwrap_err().to_string();
    assert!(refused.contains("signature failure") && refused.contains("`CN=Issuer`"), "{refused}");
    no_path(&changed(|scene| scene.leaf.digest = MessageDigest::sha1()), 1, "too weak");
}

#[test]
fn req_5_11_a_self_signed_leaf_is_refused_even_if_it_is_a_root() {
    let alone = Authority::root(&Plan::leaf("Alone", NOW));
    let roots = Roots::new(&alone.pem(), None, Vec::new()).unwrap();
    let refused = roots.validate(&x5c(&[&alone.certificate]), at(NOW)).unwrap_err();
    assert_eq!(refused.fault, ChainFault::SelfSigned);
    let root = ChainScene::new().make().root;
    let roots = Roots::new(&root.pem(), None, Vec::new()).unwrap();
    let refused = roots.validate(&x5c(&[&root.certificate]), at(NOW)).unwrap_err();
    assert_eq!(refused.fault, ChainFault::SelfSigned);
}

#[test]
fn req_5_11_only_authorities_certify_and_leaves_do_not() {
    let authority = changed(|scene| scene.leaf.authority = Some(true));
    assert_eq!(authority.judge().unwrap_err().fault, ChainFault::LeafIsAuthority);
    changed(|scene| scene.leaf.authority = Some(false)).judge().unwrap();
    no_path(&changed(|scene| scene.between.authority = Some(false)), 2, "invalid CA certificate");
    no_path(&changed(|scene| scene.between.authority = None), 2, "invalid CA certificate");
    let silent = changed(|scene| (scene.between.authority, scene.between.usage) = (None, None));
    no_path(&silent, 2, "invalid CA certificate");
}

#[test]
fn req_5_11_key_usage_is_obeyed_where_it_is_said() {
    let leaf = changed(|scene| scene.leaf.usage = Some(vec!["keyEncipherment"]));
    assert_eq!(leaf.judge().unwrap_err().fault, ChainFault::LeafKeyUsage);
    changed(|scene| scene.leaf.usage = None).judge().unwrap();
    changed(|scene| scene.between.usage = None).judge().unwrap();
    let between = changed(|scene| scene.between.usage = Some(vec!["digitalSignature", "cRLSign"]));
    assert!(matches!(between.judge().unwrap_err().fault, ChainFault::Path { .. }));
}

#[test]
fn req_5_11_the_path_length_is_obeyed() {
    changed(|scene| scene.root.path_length = Some(1)).judge().unwrap();
    changed(|scene| scene.between.path_length = Some(0)).judge().unwrap();
    no_path(&changed(|scene| scene.root.path_length = Some(0)), 3, "path length constraint exceeded");
}

#[test]
fn req_5_12_one_of_the_configured_names_must_be_in_the_leaf() {
    let chain = ChainScene::new().make();
    let judge = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Roots::new(&chain.root.pem(), None, names).unwrap().validate(&chain.header(), at(NOW))
    };
    for good in ["issuer.example.com", "ISSUER.example.com", "https://issuer.example.com/x"] {
        judge(&["other.example", good]).unwrap();
    }
    for wrong in ["example.com", "*.example.com", "https://ISSUER.example.com/x", "CN=Issuer", "Issuer"] {
        let refused = judge(&[wrong]).unwrap_err();
        assert_eq!(refused.fault, ChainFault::Name, "{wrong}");
        assert_eq!(refused.subject.as_deref(), Some("`CN=Issuer`"));
    }
    let nameless = changed(|scene| (scene.leaf.dns, scene.leaf.uri) = (Vec::new(), Vec::new()));
    let roots = Roots::new(&nameless.root.pem(), None, vec!["Issuer".to_owned()]).unwrap();
    assert_eq!(roots.validate(&nameless.header(), at(NOW)).unwrap_err().fault, ChainFault::Name);
}

#[test]
fn req_5_11_revocation_lists_are_asked_about_the_whole_path() {
    let chain = ChainScene::new().make();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crl.pem");
    let roots = |lists: &[X509CrlPem]| {
        std::fs::write(&path, lists.concat()).unwrap();
        let file = RevocationFile { path: &path, pem: &lists.concat() };
        Roots::new(&chain.root.pem(), Some(file), Vec::new()).unwrap()
    };
    let list = |by: &Authority, until: i64, serials: &[u32]| -> X509CrlPem {
        by.revocation_list(NOW - DAY, until, serials).to_pem().unwrap()
    };
    let judge =
        |roots: &Roots, now: i64| roots.validate(&chain.header(), at(now)).map_err(|it| it.to_string());
    let (soon, clear) = (NOW + 100, list(&chain.root, NOW + DAY, &[99]));
    let good = roots(&[clear.clone(), list(&chain.between, soon, &[99])]);
    judge(&good, NOW).unwrap();
    // A list that was good a moment ago: also when the chain is remembered.
    let late = judge(&good, soon).unwrap_err();
    assert!(late.contains("out of date"), "{late}");
    for (lists, words) in [
        (vec![clear.clone(), list(&chain.between, soon, &[7])], "certificate revoked, at certificate 1"),
        (
            vec![list(&chain.root, soon, &[2]), list(&chain.between, soon, &[99])],
            "certificate revoked, at certificate 2",
        ),
        (vec![clear.clone()], "unable to get certificate CRL, at certificate 1"),
        (vec![list(&chain.between, soon, &[99])], "unable to get certificate CRL, at certificate 2"),
        (
            vec![clear.clone(), list(&ChainScene::new().make().between, soon, &[99])],
            "CRL signature failure, at certificate 1",
        ),
        (vec![clear, list(&chain.between, NOW - 1, &[99])], "out of date"),
    ] {
        let refused = judge(&roots(&lists), NOW).unwrap_err();
        assert!(refused.contains(words), "{refused}");
    }
}

type X509CrlPem = Vec<u8>;

#[test]
fn what_is_no_chain_is_refused_before_any_work() {
    let chain = ChainScene::new().make();
    let good = chain.header();
    let leaf = good[0].as_str().unwrap();
    let judge = |x5c: Value| chain.roots().validate(&x5c, at(NOW)).unwrap_err().fault;
    for wrong in [json!([]), json!(leaf), json!({}), json!([leaf, 1]), Value::from(vec![leaf; 7])] {
        assert_eq!(judge(wrong), ChainFault::Shape);
    }
    let url_safe = leaf.replace('+', "-").replace('/', "_");
    let trailing = STANDARD.encode([STANDARD.decode(leaf).unwrap(), vec![0]].concat());
    for wrong in
        ["", "MIIB", &format!("{leaf} "), &format!("\n{leaf}"), &trailing, &"A".repeat(CERTIFICATE_BYTES * 2)]
    {
        assert_eq!(judge(json!([wrong, good[1]])), ChainFault::Encoding(1), "{wrong}");
        assert_eq!(judge(json!([leaf, wrong])), ChainFault::Encoding(2), "{wrong}");
    }
    if url_safe != leaf {
        assert_eq!(judge(json!([url_safe])), ChainFault::Encoding(1));
    }
}

#[test]
fn a_remembered_chain_ends_with_its_certificates() {
    let chain = ChainScene::new().make();
    let roots = chain.roots();
    let first = roots.validate(&chain.header(), at(NOW)).unwrap();
    assert!(Arc::ptr_eq(&first, &roots.validate(&chain.header(), at(NOW + DAY - 1)).unwrap()));
    for outside in [NOW + DAY + 1, NOW - DAY - 1] {
        let refused = roots.validate(&chain.header(), at(outside)).unwrap_err();
        assert!(matches!(refused.fault, ChainFault::Path { at: 1, .. }), "{refused}");
    }
    let forgetful = Roots::new(&chain.root.pem(), None, Vec::new()).unwrap();
    let first = forgetful.validate(&chain.header(), at(NOW)).unwrap();
    assert!(!Arc::ptr_eq(&first, &forgetful.validate(&chain.header(), at(NOW)).unwrap()));
}

#[test]
fn what_is_remembered_is_remembered_exactly() {
    let chain = ChainScene::new().make();
    let (roots, good) = (chain.roots(), chain.header());
    roots.validate(&good, at(NOW)).unwrap();
    let [leaf, between] = [0, 1].map(|place| good[place].as_str().unwrap());
    for joint in [",", "\",\"", ""] {
        let glued = json!([format!("{leaf}{joint}{between}")]);
        assert_eq!(roots.validate(&glued, at(NOW)).unwrap_err().fault, ChainFault::Encoding(1));
    }
}

#[test]
fn a_refusal_leaves_nothing_behind_for_tls_to_find() {
    let (chain, other) = (ChainScene::new().make(), ChainScene::new().make());
    let forged = x5c(&[&other.leaf, &chain.between.certificate]);
    assert!(chain.roots().validate(&forged, at(NOW)).is_err());
    assert!(ErrorStack::get().errors().is_empty());
}

#[test]
fn what_is_accepted_leaves_nothing_behind_either() {
    let (chain, other) = (ChainScene::new().make(), ChainScene::new().make());
    // The name of the root, and a key of which its signature is not.
    let namesake = other.root.certify(&Plan::authority("Root", NOW), &p256());
    let sent = x5c(&[&chain.leaf, &chain.between.certificate, &namesake]);
    assert_eq!(chain.roots().validate(&sent, at(NOW)).unwrap().length(), 3);
    assert!(ErrorStack::get().errors().is_empty());
    assert!(chain.roots().are_named_by(&SentChain::read(&sent).unwrap()));
    assert!(ErrorStack::get().errors().is_empty());
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_are_no_certificate_and_no_reason_to_panic(bytes: Vec<u8>) {
        let root = Authority::root(&Plan::authority("Root", NOW));
        let roots = Roots::new(&root.pem(), None, Vec::new()).unwrap();
        proptest::prop_assert!(roots.validate(&json!([STANDARD.encode(&bytes)]), at(NOW)).is_err());
        let _no_panic = constraints::is_authority(&bytes);
    }
}

#[test]
fn one_changed_byte_of_a_chain_is_refused_and_nothing_panics() {
    let chain = ChainScene::new().make();
    let roots = chain.roots();
    let leaf = chain.leaf.to_der().unwrap();
    for place in 0..leaf.len() {
        let mut bent = leaf.clone();
        bent[place] ^= 1 << (place % 8);
        let header = json!([STANDARD.encode(&bent), chain.header()[1]]);
        assert!(roots.validate(&header, at(NOW)).is_err(), "byte {place}");
        let _no_panic = constraints::is_authority(&bent);
        let _no_panic = constraints::is_authority(&leaf[..place]);
    }
}

#[test]
fn anchors_are_certificates_in_pem() {
    let chain = ChainScene::new().make();
    let fault = |pem: &[u8]| Roots::new(pem, None, Vec::new()).unwrap_err();
    assert_eq!(fault(b""), RootsFault::Empty);
    assert_eq!(fault(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), RootsFault::Pem);
    let file = RevocationFile { path: std::path::Path::new("/nowhere"), pem: b"" };
    assert_eq!(Roots::new(&chain.root.pem(), Some(file), Vec::new()).unwrap_err(), RootsFault::NoList);
    // Lists are followed up to a self-signed root.
    let file = RevocationFile { path: std::path::Path::new("/nowhere"), pem: b"" };
    let alone = Roots::new(&chain.between.pem(), Some(file), Vec::new());
    assert_eq!(alone.unwrap_err(), RootsFault::NoRootForLists(1));
}

fn anchored(pem: &[u8]) -> Roots {
    Roots::new(pem, None, Vec::new()).unwrap()
}

/// RFC 5280 section 6.1.1(d): a trust anchor is a name and a key.
#[test]
fn req_5_11_an_anchor_need_not_be_self_signed() {
    let chain = ChainScene::new().make();
    // A national authority whose own root nobody publishes, and the certificate of one issuer.
    let issuing = anchored(&chain.between.pem());
    let pinned = anchored(&chain.leaf.to_pem().unwrap());
    for (roots, length) in [(&issuing, 2), (&pinned, 1)] {
        for header in [x5c(&[&chain.leaf]), chain.header()] {
            assert_eq!(roots.validate(&header, at(NOW)).unwrap().length(), length);
        }
    }
    let key_of =
        |roots: &Roots| roots.validate(&x5c(&[&chain.leaf]), at(NOW)).unwrap().anchor().key_hash().to_owned();
    assert!(issuing.have_key(&key_of(&issuing)), "the anchor that was reached is named");
    // HAIP 6.1.1: the anchor is not sent.
    assert!(pinned.validate(&x5c(&[&chain.leaf]), at(NOW)).unwrap().anchor_was_sent());
    assert!(issuing.validate(&chain.header(), at(NOW)).unwrap().anchor_was_sent());
    assert!(!issuing.validate(&x5c(&[&chain.leaf]), at(NOW)).unwrap().anchor_was_sent());

    // Everything else holds as before.
    let (other, late) = (ChainScene::new().make(), at(NOW + 30 * DAY));
    for roots in [&issuing, &pinned] {
        assert!(roots.validate(&other.header(), at(NOW)).is_err(), "another's leaf");
        assert!(
            roots.validate(&x5c(&[&chain.between.certificate]), at(NOW)).is_err(),
            "an authority as leaf"
        );
        let refused = roots.validate(&x5c(&[&chain.leaf]), late).unwrap_err();
        assert!(refused.to_string().contains("expired"), "{refused}");
    }
    let by_the_leaf = Authority { key: ChainScene::new().key, certificate: chain.leaf.clone() };
    let below = by_the_leaf.certify(&ChainScene::new().leaf, &p256());
    assert!(pinned.validate(&x5c(&[&below]), at(NOW)).is_err(), "an issuer certifies nobody");
}

#[test]
fn req_5_11_what_lies_between_may_be_known_here_instead_of_sent() {
    let chain = ChainScene::new().make();
    let known = anchored(&[chain.root.pem(), chain.between.pem()].concat());
    for header in [x5c(&[&chain.leaf]), chain.header()] {
        let valid = known.validate(&header, at(NOW)).unwrap();
        assert_eq!(valid.length(), 3);
        // What is added between changes nobody's issuer.
        assert_eq!(valid.anchor(), chain.judge().unwrap().anchor());
    }
    assert!(!known.are_several(), "one root, whatever lies between");
    assert!(chain.roots().validate(&x5c(&[&chain.leaf]), at(NOW)).is_err(), "neither sent nor known");
}

#[test]
fn req_5_11_an_issuer_that_stands_for_itself_takes_a_switch() {
    for authority in [None, Some(false), Some(true)] {
        let plan = Plan { authority, usage: None, ..Plan::authority("Self", NOW) };
        let (own, other) = (Authority::root(&plan), Authority::root(&plan));
        let header = x5c(&[&own.certificate]);
        let refused = anchored(&own.pem()).validate(&header, at(NOW)).unwrap_err();
        assert_eq!(refused.fault, ChainFault::SelfSigned);
        let switched = anchored(&own.pem()).with_self_signed_issuers();
        let valid = switched.validate(&header, at(NOW)).unwrap();
        assert_eq!((valid.length(), valid.anchor_was_sent()), (1, true));
        let stranger = switched.validate(&x5c(&[&other.certificate]), at(NOW)).unwrap_err();
        assert_eq!(stranger.fault, ChainFault::SelfSigned, "only the one that is configured");
        assert!(switched.validate(&header, at(NOW + 30 * DAY)).is_err(), "not after its end");
    }
    let plan = Plan { usage: Some(vec!["keyCertSign"]), ..Plan::authority("Self", NOW) };
    let own = Authority::root(&plan);
    let refused =
        anchored(&own.pem()).with_self_signed_issuers().validate(&x5c(&[&own.certificate]), at(NOW));
    assert_eq!(refused.unwrap_err().fault, ChainFault::LeafKeyUsage);
}
