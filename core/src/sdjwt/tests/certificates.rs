//! Issuers that are known by certificates (`x5c`), through the whole verdict.

use std::sync::Arc;

use super::*;
use crate::jose::alg::Algorithm;
use crate::jose::key_set::KeySet;
use crate::jose::x5c::Roots;
use crate::jose::x5c::testing::{Authority, Plan, p256, public_key, x5c};
use crate::sdjwt::testing::{ISSUER, ListMaker, STATUS_URI, VCT};
use crate::status_list::token::{CacheBounds, Receipt, StatusListFault, StatusListToken};
use crate::trust::IssuerHint;
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy};

/// A maker whose issuer key is certified by a root of its own.
fn certified(alg: Algorithm) -> (Maker, Authority) {
    let mut maker = Maker::with_keys(alg, Algorithm::Es256);
    let root = Authority::root(&Plan::authority("Root", NOW.unix()));
    let key = public_key(&maker.issuer.public_key().to_jwk());
    let leaf = root.certify(&Plan::leaf("Issuer", NOW.unix()), &key);
    set(&mut maker.header, "x5c", x5c(&[&leaf]));
    set(&mut maker.header, "kid", Value::Null);
    (maker, root)
}

fn entry(issuer: &str, keys: KeySource) -> CredentialTrust {
    CredentialTrust {
        id: QUERY_ID.to_owned(),
        types: vec![VCT.to_owned()],
        issuer: issuer.to_owned(),
        keys,
        status: StatusPolicy::default(),
        status_roots: None,
        rules: FormatRules::default(),
    }
}

fn roots(root: &Authority) -> KeySource {
    KeySource::X5c(Arc::new(Roots::new(&root.pem(), None, Vec::new()).unwrap()))
}

/// Judges with no keys at hand, as for an issuer that is known by certificates.
fn judge_by(maker: &Maker, credentials: Vec<CredentialTrust>) -> (Option<Authentic>, Report) {
    judge_with(maker, credentials, &KeySet::of(Vec::new()))
}

fn judge_with(
    maker: &Maker,
    credentials: Vec<CredentialTrust>,
    keys: &KeySet,
) -> (Option<Authentic>, Report) {
    let mut findings = Findings::new();
    let answer = (|| {
        let presented =
            PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings)?;
        let policy = TrustPolicy { credentials };
        let issuer = policy.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings)?;
        presented.authenticate(&issuer, keys, &expected(), NOW, &mut findings)
    })();
    let report = findings.conclude(answer.as_ref().map(|_| ()).map_err(|rejection| *rejection));
    (answer.ok().map(Authentic::from), report)
}

#[track_caller]
fn refused_by(maker: &Maker, credentials: Vec<CredentialTrust>, check: &str) -> String {
    let (_, report) = judge_by(maker, credentials);
    assert_eq!(report.reason.as_deref(), Some(check), "{report:?}");
    report.checks.last().unwrap().detail.to_string()
}

#[test]
fn req_5_11_a_chain_to_a_configured_root_gives_the_key() {
    for alg in Algorithm::ALL {
        let (maker, root) = certified(alg);
        let (authentic, report) = judge_by(&maker, vec![entry(ISSUER, roots(&root))]);
        assert_eq!(authentic.map(|it| it.issuer().to_owned()).as_deref(), Some(ISSUER), "{alg}: {report:?}");
        let said =
            |check: &str| report.checks.iter().find(|line| line.check == check).unwrap().detail.clone();
        assert!(said("issuer_chain").contains("`CN=Issuer`"));
        assert!(said("issuer_key").contains("first certificate of `x5c`"));
    }
}

#[test]
fn req_5_12_iss_is_optional_with_x5c_and_the_configured_issuer_when_present() {
    let (mut maker, root) = certified(Algorithm::Es256);
    set(&mut maker.payload, "iss", Value::Null);
    let (authentic, report) = judge_by(&maker, vec![entry(ISSUER, roots(&root))]);
    assert_eq!(authentic.unwrap().issuer(), ISSUER, "{report:?}");
    // A bystander with other keys changes nothing; a second issuer with certificates makes it a guess.
    let other = KeySource::Jwks(Arc::new(maker.keys()));
    let (authentic, _) =
        judge_by(&maker, vec![entry("https://jwks.example", other.clone()), entry(ISSUER, roots(&root))]);
    assert!(authentic.is_some());
    let two = vec![entry("https://first.example", roots(&root)), entry(ISSUER, roots(&root))];
    assert!(refused_by(&maker, two, "issuer_trusted").contains("several"));
    refused_by(&maker, vec![entry(ISSUER, other)], "issuer_trusted");
    for wrong in [json!("https://other.example"), json!("https://issuer.example.com/"), json!("")] {
        set(&mut maker.payload, "iss", wrong);
        refused_by(&maker, vec![entry(ISSUER, roots(&root))], "issuer_trusted");
    }
    for odd in [json!(1), json!([ISSUER]), json!({"id": ISSUER})] {
        set(&mut maker.payload, "iss", odd);
        refused_by(&maker, vec![entry(ISSUER, roots(&root))], "issuer_trusted");
    }
}

/// Without `iss`, certified by a root of this name.
fn anonymous(root: &str) -> (Maker, Authority) {
    let mut maker = Maker::new();
    let root = Authority::root(&Plan::authority(root, NOW.unix()));
    let key = public_key(&maker.issuer.public_key().to_jwk());
    let between = root.authority(&Plan::authority("Between", NOW.unix()));
    let leaf = between.certify(&Plan::leaf("Issuer", NOW.unix()), &key);
    set(&mut maker.header, "x5c", x5c(&[&leaf, &between.certificate]));
    set(&mut maker.header, "kid", Value::Null);
    set(&mut maker.payload, "iss", Value::Null);
    (maker, root)
}

fn with_names(root: &Authority, names: &[&str]) -> KeySource {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    KeySource::X5c(Arc::new(Roots::new(&root.pem(), None, names).unwrap()))
}

#[test]
fn req_5_12_without_iss_the_root_that_the_chain_reached_chooses_the_entry() {
    // Two authorities may write the same name: the key decides.
    for names in [["A", "B"], ["PID CA", "PID CA"]] {
        let (one, two) = (anonymous(names[0]), anonymous(names[1]));
        let both =
            || vec![entry("https://a.example", roots(&one.1)), entry("https://b.example", roots(&two.1))];
        for ((maker, _), issuer) in [(&one, "https://a.example"), (&two, "https://b.example")] {
            let (authentic, report) = judge_by(maker, both());
            assert_eq!(authentic.map(|it| it.issuer().to_owned()).as_deref(), Some(issuer), "{report:?}");
        }
        let (stranger, _) = anonymous(names[0]);
        assert!(refused_by(&stranger, both(), "issuer_trusted").contains("none of its several issuers"));
    }
}

#[test]
fn req_5_12_a_chain_that_leads_somewhere_is_judged_there_and_only_there() {
    let (one, two) = (anonymous("A"), anonymous("B"));
    let both = || vec![entry("https://a.example", roots(&one.1)), entry("https://b.example", roots(&two.1))];
    // A leaf of a stranger, with the root of somebody believed behind it.
    let (mut stranger, _) = anonymous("C");
    let leaf = stranger.header["x5c"][0].clone();
    let root = x5c(&[&one.1.certificate])[0].clone();
    set(&mut stranger.header, "x5c", json!([leaf, root]));
    refused_by(&stranger, both(), "issuer_chain");
    for wrong in [json!("MIIB"), json!(["MIIB"]), json!([]), json!({}), json!([1])] {
        set(&mut stranger.header, "x5c", wrong);
        refused_by(&stranger, both(), "issuer_trusted");
    }
}

#[test]
fn req_5_12_a_shared_root_is_told_apart_by_names_or_not_at_all() {
    let (mut maker, root) = anonymous("Root");
    let key = public_key(&maker.issuer.public_key().to_jwk());
    let leaf = root.certify(&Plan { dns: vec!["b.example".to_owned()], ..Plan::leaf("B", NOW.unix()) }, &key);
    set(&mut maker.header, "x5c", x5c(&[&leaf]));
    let named = vec![
        entry("https://a.example", with_names(&root, &["a.example"])),
        entry("https://b.example", with_names(&root, &["b.example"])),
    ];
    let (authentic, report) = judge_by(&maker, named);
    assert_eq!(authentic.unwrap().issuer(), "https://b.example", "{report:?}");
    let unnamed = vec![entry("https://a.example", roots(&root)), entry("https://b.example", roots(&root))];
    assert!(refused_by(&maker, unnamed, "issuer_trusted").contains("share"));
}

#[test]
fn req_5_12_the_report_names_the_leaf_and_the_root_that_vouched() {
    let (maker, root) = anonymous("State Root");
    let (authentic, report) = judge_by(&maker, vec![entry(ISSUER, roots(&root))]);
    let line = report.checks.iter().find(|line| line.check == "issuer_chain").unwrap();
    assert!(line.detail.contains("`CN=Issuer`") && line.detail.contains("`CN=State Root`"), "{line:?}");
    let authentic = authentic.unwrap();
    let chain = authentic.chain().unwrap();
    assert_eq!((chain.shown_subject(), chain.anchor().subject()), ("CN=Issuer", "CN=State Root"));
}

#[test]
fn req_5_12_a_disclosed_iss_is_refused() {
    let (mut maker, root) = certified(Algorithm::Es256);
    set(&mut maker.payload, "iss", Value::Null);
    maker.disclose("iss", json!(ISSUER));
    refused_by(&maker, vec![entry(ISSUER, roots(&root))], "protected_claims");
}

#[test]
fn req_5_12_without_iss_and_without_x5c_nobody_is_believed() {
    let (mut maker, root) = certified(Algorithm::Es256);
    set(&mut maker.header, "x5c", Value::Null);
    refused_by(&maker, vec![entry(ISSUER, roots(&root))], "issuer_chain");
    set(&mut maker.payload, "iss", Value::Null);
    let detail = refused_by(&maker, vec![entry(ISSUER, roots(&root))], "issuer_trusted");
    assert!(detail.contains("neither"), "{detail}");
}

#[test]
fn req_5_4_an_x5c_token_of_an_issuer_pinned_to_anything_else_stays_with_that() {
    // The attacker has a good certificate of a root that is believed for somebody else.
    let (attacker, root) = certified(Algorithm::Es256);
    let pinned = Maker::new();
    for keys in [
        KeySource::JwksUri("https://issuer.example.com/jwks".parse().unwrap()),
        KeySource::IssuerMetadata("https://issuer.example.com/.well-known/jwt-vc-issuer".parse().unwrap()),
        KeySource::DidWeb("https://issuer.example.com/.well-known/did.json".parse().unwrap()),
        KeySource::Jwks(Arc::new(pinned.keys())),
        KeySource::DidJwk(Arc::new(pinned.keys())),
    ] {
        let name = keys.name();
        let policy = vec![entry("https://certified.example", roots(&root)), entry(ISSUER, keys)];
        let (authentic, report) = judge_with(&attacker, policy, &pinned.keys());
        assert!(authentic.is_none());
        assert_eq!(report.reason.as_deref(), Some("issuer_signature"), "{report:?}");
        let detail = &report.checks.last().unwrap().detail;
        assert!(detail.contains(name), "{detail}");
        assert!(report.checks.iter().all(|line| line.check != "issuer_chain"));
    }
}

#[test]
fn req_5_4_an_issuer_known_by_certificates_is_known_by_nothing_else() {
    let (mut maker, root) = certified(Algorithm::Es256);
    set(&mut maker.header, "kid", json!(maker.issuer.kid()));
    set(&mut maker.header, "x5c", Value::Null);
    let policy = vec![entry(ISSUER, roots(&root))];
    let (authentic, report) = judge_with(&maker, policy, &maker.keys());
    assert!(authentic.is_none());
    assert_eq!(report.reason.as_deref(), Some("issuer_chain"), "{report:?}");
}

#[test]
fn req_5_11_the_signature_is_that_of_the_leaf_and_its_key_fits_alg() {
    let (mut maker, root) = certified(Algorithm::Es256);
    let between = root.authority(&Plan::authority("Between", NOW.unix()));
    let stranger = between.certify(&Plan::leaf("Stranger", NOW.unix()), &p256());
    set(&mut maker.header, "x5c", x5c(&[&stranger, &between.certificate]));
    let detail = refused_by(&maker, vec![entry(ISSUER, roots(&root))], "issuer_signature");
    assert!(detail.contains("`CN=Stranger`"), "{detail}");
    let (mut other, root) = certified(Algorithm::Es384);
    let es256 = root.certify(&Plan::leaf("Issuer", NOW.unix()), &p256());
    set(&mut other.header, "x5c", x5c(&[&es256]));
    let detail = refused_by(&other, vec![entry(ISSUER, roots(&root))], "issuer_key");
    assert!(detail.contains("is not an ES384 key"), "{detail}");
}

#[test]
fn req_5_11_a_broken_chain_says_which_certificate_and_why() {
    let (maker, _) = certified(Algorithm::Es256);
    let stranger = Authority::root(&Plan::authority("Stranger", NOW.unix()));
    let detail = refused_by(&maker, vec![entry(ISSUER, roots(&stranger))], "issuer_chain");
    assert_eq!(
        detail,
        "the certificate chain does not reach a configured root: unable to get local issuer certificate, \
         at certificate 1 (the certificate of `CN=Issuer`)"
    );
    let (mut maker, root) = certified(Algorithm::Es256);
    for wrong in [json!("MIIB"), json!(["MIIB"]), json!([]), json!({})] {
        set(&mut maker.header, "x5c", wrong);
        refused_by(&maker, vec![entry(ISSUER, roots(&root))], "issuer_chain");
    }
}

#[test]
fn a_long_or_crafted_subject_is_clipped_in_the_report() {
    let (mut maker, root) = certified(Algorithm::Es256);
    let key = public_key(&maker.issuer.public_key().to_jwk());
    let leaf = root.certify(&Plan::leaf(&format!("`\n{}", "x".repeat(60)), NOW.unix()), &key);
    set(&mut maker.header, "x5c", x5c(&[&leaf]));
    let (_, report) = judge_by(&maker, vec![entry(ISSUER, roots(&root))]);
    let said = report.checks.iter().find(|line| line.check == "issuer_key").unwrap();
    assert!(said.detail.contains("`CN=??xxx") && said.detail.ends_with("...`"), "{said:?}");
}

#[test]
fn req_7_8_the_list_of_an_issuer_known_by_certificates_brings_a_chain_to_the_same_roots() {
    let (maker, root) = certified(Algorithm::Es256);
    let verify = |list: &ListMaker, source: KeySource, keys: &KeySet| {
        let policy = TrustPolicy { credentials: vec![entry(ISSUER, source)] };
        let hint = IssuerHint {
            iss: Some(ISSUER),
            credential_type: Some(VCT),
            kid: None,
            x5c: maker.header.get("x5c"),
            ..IssuerHint::default()
        };
        let issuer = policy.vouch(QUERY_ID, &hint, &mut Findings::new()).unwrap();
        let token = StatusListToken::parse(list.sign(&maker.issuer).as_bytes()).unwrap();
        let receipt = Receipt { at: NOW, max_age: None };
        token.verify(&issuer, keys, STATUS_URI, receipt, &CacheBounds::default()).map(|_| ())
    };
    let nothing = KeySet::of(Vec::new());
    let mut list = ListMaker::new(&maker.issuer, &[0]);
    assert_eq!(verify(&list, roots(&root), &maker.keys()), Err(StatusListFault::NoChain));
    list.header.insert("x5c".to_owned(), maker.header["x5c"].clone());
    assert_eq!(verify(&list, roots(&root), &nothing), Ok(()));
    let stranger = Authority::root(&Plan::authority("Stranger", NOW.unix()));
    assert!(matches!(verify(&list, roots(&stranger), &nothing), Err(StatusListFault::Chain(_))));
    // For an issuer that is pinned to keys, the chain changes nothing.
    let pinned = KeySource::Jwks(Arc::new(nothing.clone()));
    assert!(matches!(verify(&list, pinned, &nothing), Err(StatusListFault::Key(_))));
}

#[test]
fn req_7_8_the_list_of_an_issuer_by_keys_and_by_certificates_is_judged_by_its_own_header() {
    let (maker, root) = certified(Algorithm::Es256);
    let stranger = Authority::root(&Plan::authority("Stranger", NOW.unix()));
    let x5c = maker.header.get("x5c").cloned();
    let verify = |list: &ListMaker, source: KeySource, credential_has_x5c: bool, keys: &KeySet| {
        let policy = TrustPolicy { credentials: vec![entry(ISSUER, keys_of(&maker)), entry(ISSUER, source)] };
        let x5c = x5c.as_ref().filter(|_| credential_has_x5c);
        let hint = IssuerHint {
            iss: Some(ISSUER),
            credential_type: Some(VCT),
            kid: None,
            x5c,
            ..IssuerHint::default()
        };
        let issuer = policy.vouch(QUERY_ID, &hint, &mut Findings::new()).unwrap();
        assert_eq!(matches!(issuer.keys(), KeySource::X5c(_)), credential_has_x5c);
        let token = StatusListToken::parse(list.sign(&maker.issuer).as_bytes()).unwrap();
        let receipt = Receipt { at: NOW, max_age: None };
        let issuer = token.of(&issuer);
        token
            .verify(&issuer, keys, STATUS_URI, receipt, &CacheBounds::default())
            .map(|list| list.chain().is_some())
    };
    let nothing = KeySet::of(Vec::new());
    for credential_has_x5c in [true, false] {
        let mut list = ListMaker::new(&maker.issuer, &[0]);
        assert_eq!(verify(&list, roots(&root), credential_has_x5c, &maker.keys()), Ok(false));
        list.header.insert("x5c".to_owned(), x5c.clone().unwrap());
        assert_eq!(verify(&list, roots(&root), credential_has_x5c, &nothing), Ok(true));
        // The key is published, too; but the header calls for certificates.
        let refused = verify(&list, roots(&stranger), credential_has_x5c, &maker.keys());
        assert!(matches!(refused, Err(StatusListFault::Chain(_))), "{refused:?}");
    }
}

/// What the maker publishes.
fn keys_of(maker: &Maker) -> KeySource {
    KeySource::Jwks(Arc::new(maker.keys()))
}

#[test]
fn what_one_mechanism_vouched_for_ends_with_that_mechanism() {
    let (maker, root) = certified(Algorithm::Es256);
    let chain = match roots(&root) {
        KeySource::X5c(roots) => roots.validate(&maker.header["x5c"], NOW).unwrap(),
        other => panic!("{other:?}"),
    };
    let (by_keys, by_chain) = (entry(ISSUER, keys_of(&maker)), entry(ISSUER, roots(&root)));
    let anchor = Some(chain.anchor().key_hash());
    for (credentials, keys_count, chain_counts) in [
        (vec![by_keys.clone(), by_chain.clone()], true, true),
        (vec![by_keys], true, false),
        (vec![by_chain], false, true),
    ] {
        let policy = TrustPolicy { credentials };
        assert_eq!(policy.still_believes(QUERY_ID, ISSUER, VCT, None), keys_count);
        assert_eq!(policy.still_believes(QUERY_ID, ISSUER, VCT, anchor), chain_counts);
    }
}
