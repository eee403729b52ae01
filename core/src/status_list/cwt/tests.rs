mod cases;

use std::io::Write as _;

use std::sync::Arc;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::super::check::{self, CredentialStatus, StatusClaim, StatusNaming, StatusNow, StatusPlace};
use super::super::kind::StatusEntry;
use super::super::token::StatusListToken;
use super::*;
use crate::base::base64url;
use crate::base::report::{Findings, Report};
use crate::cbor::Writer;
use crate::cose::{self, PayloadPlace};
use crate::jose::key_set::NoKey;
use crate::jose::signing::SigningKey;
use crate::jose::x5c::Roots;
use crate::jose::x5c::testing::{Authority, Plan, public_key};
use crate::sdjwt::testing::{Maker, NOW, QUERY_ID};
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{KeySource, TrustPolicy};

const URI: &str = "https://status.example/1";
const STATUSES: &str = "application/statuslist+cwt";
const IDENTIFIERS: &str = "application/identifierlist+cwt";
const X5CHAIN: i64 = 33;
const TYPE: i64 = 16;
const KEY_ID: i64 = 4;

/// Whom we believe, and who signs lists in its name.
struct Scene {
    policy: TrustPolicy,
    signer: SigningKey,
    certificate: Vec<u8>,
}

/// Everything that a list says, open to change.
#[derive(Clone)]
struct List {
    typ: &'static str,
    chain: Option<Vec<u8>>,
    protected: bool,
    kid: Option<&'static str>,
    sub: &'static str,
    iat: Option<i64>,
    exp: Option<i64>,
    ttl: Option<u64>,
    /// Claims that are written already.
    content: Vec<(i64, Vec<u8>)>,
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bits(bits: u64, lst: &[u8]) -> (i64, Vec<u8>) {
    let list = Writer::new().map(2).text("bits").unsigned(bits).text("lst").bytes(lst);
    (STATUS_LIST, list.into_bytes())
}

fn revoked(identifiers: &[&[u8]]) -> Vec<u8> {
    identifiers.iter().fold(Writer::new().map(identifiers.len()), |to, id| to.bytes(id).map(0)).into_bytes()
}

impl Scene {
    fn new() -> Self {
        let maker = Maker::new();
        let root = Authority::root(&Plan::authority("IACA", NOW.unix()));
        let mut policy = maker.trust();
        policy.credentials[0].keys =
            KeySource::X5c(Arc::new(Roots::new(&root.pem(), None, Vec::new()).unwrap()));
        let signer = SigningKey::from_entropy(&[3; 32]).unwrap();
        let leaf = root.certify(&Plan::leaf("Lists", NOW.unix()), &public_key(&signer.public_key().to_jwk()));
        Self { policy, signer, certificate: leaf.to_der().unwrap() }
    }

    fn issuer(&self) -> TrustedIssuer {
        let name = &self.policy.credentials[0].issuer;
        self.policy.vouch_again(QUERY_ID, name).unwrap()
    }

    /// Index 13 is taken, the others are free.
    fn statuses(&self) -> List {
        self.list(STATUSES, bits(1, &zlib(&[0, 0x20, 0, 0])))
    }

    fn identifiers(&self) -> List {
        self.list(IDENTIFIERS, (IDENTIFIER_LIST, revoked(&[b"\x0a\x0b"])))
    }

    fn list(&self, typ: &'static str, content: (i64, Vec<u8>)) -> List {
        List {
            typ,
            chain: Some(self.certificate.clone()),
            protected: true,
            kid: None,
            sub: URI,
            iat: Some(NOW.unix() - 3600),
            exp: Some(NOW.unix() + 86_400),
            ttl: None,
            content: vec![content],
        }
    }

    fn read(&self, kind: ListKind, list: &List) -> Result<StatusList, StatusListFault> {
        self.read_bytes(kind, list.typ, &list.sign(&self.signer))
    }

    fn read_bytes(&self, kind: ListKind, typ: &str, body: &[u8]) -> Result<StatusList, StatusListFault> {
        let token = StatusListToken::read(kind, typ, body)?;
        let receipt = Receipt { at: NOW, max_age: None };
        token.verify(&self.issuer(), &KeySet::of(Vec::new()), URI, receipt, &CacheBounds::default())
    }
}

impl List {
    fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let (mut covered, mut open) = (vec![(TYPE, Writer::new().text(self.typ).into_bytes())], Vec::new());
        if let Some(chain) = &self.chain {
            let header = if self.protected { &mut covered } else { &mut open };
            header.push((X5CHAIN, Writer::new().bytes(chain).into_bytes()));
        }
        if let Some(kid) = self.kid {
            open.push((KEY_ID, Writer::new().bytes(kid.as_bytes()).into_bytes()));
        }
        let number = |value: i64| Writer::new().integer(value).into_bytes();
        let mut claims = vec![(SUBJECT, Writer::new().text(self.sub).into_bytes())];
        claims.extend(self.iat.map(|iat| (ISSUED_AT, number(iat))));
        claims.extend(self.exp.map(|exp| (EXPIRES_AT, number(exp))));
        claims.extend(self.ttl.map(|ttl| (TTL, Writer::new().unsigned(ttl).into_bytes())));
        claims.extend(self.content.iter().cloned());
        let map = claims
            .iter()
            .fold(Writer::new().map(claims.len()), |to, (label, value)| to.integer(*label).raw(value));
        cose::sign(key, (&covered, &open), &map.into_bytes(), PayloadPlace::Attached).unwrap()
    }
}

fn at(list: &StatusList, index: u64) -> Option<u8> {
    list.at(&StatusEntry::Index(index))
}

fn names(list: &StatusList, id: &[u8]) -> Option<u8> {
    list.at(&StatusEntry::Identifier(base64url::encode(id)))
}

#[test]
fn req_14_61_req_14_63_a_status_list_is_read_with_its_tags_and_without() {
    let scene = Scene::new();
    let signed = scene.statuses().sign(&scene.signer);
    for tags in [&[][..], &[18], &[61, 18]] {
        let tagged = tags.iter().fold(Writer::new(), |to, tag| to.tag(*tag)).raw(&signed).into_bytes();
        let list = scene.read_bytes(ListKind::StatusListCwt, STATUSES, &tagged).unwrap();
        let read = [at(&list, 12), at(&list, 13), at(&list, 31), at(&list, 32)];
        assert_eq!(read, [Some(0), Some(1), Some(0), None], "{tags:?}");
        assert_eq!(names(&list, b"\x0a\x0b"), None, "it has no identifiers");
    }
}

#[test]
fn req_14_63_who_is_in_an_identifier_list_is_taken_back() {
    let scene = Scene::new();
    let whole = revoked(&[b"\x01", b"\x0a\x0b"]);
    let inside = Writer::new().map(1).text("identifiers").raw(&whole).into_bytes();
    for content in [whole, inside] {
        let mut list = scene.identifiers();
        list.content = vec![(IDENTIFIER_LIST, content)];
        let read = scene.read(ListKind::IdentifierListCwt, &list).unwrap();
        assert_eq!(
            (names(&read, b"\x0a\x0b"), names(&read, b"\x0a"), at(&read, 0)),
            (Some(1), Some(0), None)
        );
    }
    // What says of nobody who it is about says of nobody that they are not in it.
    let text = Writer::new().map(1).text("0a0b").map(0).into_bytes();
    for wrong in [text, Writer::new().array(0).into_bytes(), Writer::new().null().into_bytes()] {
        let mut list = scene.identifiers();
        list.content = vec![(IDENTIFIER_LIST, wrong)];
        let read = scene.read(ListKind::IdentifierListCwt, &list);
        assert_eq!(read.unwrap_err(), StatusListFault::NoList);
    }
}

#[test]
fn req_14_63_one_claim_decides_and_never_the_other_beside_it() {
    let scene = Scene::new();
    for (kind, mut list) in
        [(ListKind::StatusListCwt, scene.statuses()), (ListKind::IdentifierListCwt, scene.identifiers())]
    {
        list.content = vec![bits(1, &zlib(&[0])), (IDENTIFIER_LIST, revoked(&[]))];
        assert_eq!(scene.read(kind, &list).unwrap_err(), StatusListFault::NoList, "{kind:?}");
        list.content.clear();
        assert_eq!(scene.read(kind, &list).unwrap_err(), StatusListFault::NoList, "{kind:?}");
    }
}

#[test]
fn req_14_63_bits_and_compression_are_bounded_as_in_a_jwt() {
    let scene = Scene::new();
    let fault = |content: (i64, Vec<u8>)| {
        let mut list = scene.statuses();
        list.content = vec![content];
        scene.read(ListKind::StatusListCwt, &list).unwrap_err()
    };
    assert_eq!(fault(bits(3, &zlib(&[0]))), StatusListFault::Statuses(StatusesFault::Bits));
    assert_eq!(fault(bits(1, b"hello")), StatusListFault::Statuses(StatusesFault::Compression));
    let bomb = zlib(&vec![0xff; 17 << 20]);
    assert_eq!(fault(bits(1, &bomb)), StatusListFault::Statuses(StatusesFault::TooLong));
    let text = Writer::new().map(2).text("bits").unsigned(1).text("lst").text("eNrbuRgAAhcBXQ").into_bytes();
    assert_eq!(fault((STATUS_LIST, text)), StatusListFault::Statuses(StatusesFault::Encoding));
}

#[test]
fn req_14_61_type_dates_and_address_must_hold() {
    let scene = Scene::new();
    let kind = ListKind::StatusListCwt;
    let changed = |change: &dyn Fn(&mut List)| {
        let mut list = scene.statuses();
        change(&mut list);
        scene.read_bytes(kind, STATUSES, &list.sign(&scene.signer)).unwrap_err()
    };
    assert_eq!(changed(&|list| list.typ = IDENTIFIERS), StatusListFault::Typ);
    assert_eq!(changed(&|list| list.typ = "statuslist+jwt"), StatusListFault::Typ);
    assert_eq!(changed(&|list| list.sub = "https://status.example/2"), StatusListFault::Subject);
    assert_eq!(changed(&|list| list.exp = None), StatusListFault::Date("exp"));
    assert_eq!(changed(&|list| list.exp = Some(NOW.unix() - 86_400)), StatusListFault::Expired);
    assert_eq!(changed(&|list| list.iat = None), StatusListFault::Date("iat"));
    assert_eq!(changed(&|list| list.iat = Some(NOW.unix() + 3600)), StatusListFault::Ahead("iat"));
    // A list in another form, or of another kind, is none that was asked for.
    let signed = scene.statuses().sign(&scene.signer);
    for (kind, typ) in [(kind, "application/statuslist+jwt"), (ListKind::IdentifierListCwt, STATUSES)] {
        assert_eq!(scene.read_bytes(kind, typ, &signed).unwrap_err(), StatusListFault::Typ, "{typ}");
    }
    for malformed in [&b""[..], b"hello", b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", &signed[1..]] {
        let fault = scene.read_bytes(kind, STATUSES, malformed).unwrap_err();
        assert!(matches!(fault, StatusListFault::Cwt(_)), "{malformed:?}: {fault}");
    }
}

#[test]
fn req_14_62_the_signer_is_certified_under_the_same_authority_where_the_signature_says_so() {
    let scene = Scene::new();
    let kind = ListKind::StatusListCwt;
    let good = scene.statuses();
    let list = scene.read(kind, &good).unwrap();
    assert!(list.chain().is_some());
    assert_eq!(
        scene.read(kind, &List { protected: false, ..good.clone() }).unwrap_err(),
        StatusListFault::NoChain
    );
    assert_eq!(
        scene.read(kind, &List { chain: None, ..good.clone() }).unwrap_err(),
        StatusListFault::NoChain
    );
    let stranger = Scene::new();
    let fault = scene.read(kind, &stranger.statuses()).unwrap_err();
    assert!(matches!(fault, StatusListFault::Chain(_)), "another root: {fault}");
    let other = SigningKey::from_entropy(&[4; 32]).unwrap();
    let fault = scene.read_bytes(kind, STATUSES, &good.sign(&other)).unwrap_err();
    assert!(matches!(fault, StatusListFault::Signature(_)), "not the key of its chain: {fault}");
    let mut damaged = good.sign(&scene.signer);
    *damaged.last_mut().unwrap() ^= 1;
    let fault = scene.read_bytes(kind, STATUSES, &damaged).unwrap_err();
    assert!(matches!(fault, StatusListFault::Signature(_)), "{fault}");
}

#[test]
fn req_14_64_an_sd_jwt_may_point_to_such_a_list_too_by_certificates_or_by_its_issuers_keys() {
    let scene = Scene::new();
    let kind = ListKind::StatusList;
    let free = List { exp: None, ..scene.statuses() };
    assert_eq!(at(&scene.read(kind, &free).unwrap(), 13), Some(1), "without exp (TSL 5.2)");
    assert!(scene.read(kind, &List { protected: false, ..free.clone() }).is_ok());

    let maker = Maker::new();
    let by_keys = |kid, keys: &KeySet| {
        let issuer = maker.trust().vouch_again(QUERY_ID, &maker.trust().credentials[0].issuer).unwrap();
        let list = List { chain: None, kid, ..free.clone() };
        let token = StatusListToken::read(kind, STATUSES, &list.sign(&maker.issuer)).unwrap();
        let receipt = Receipt { at: NOW, max_age: None };
        token.verify(&issuer, keys, URI, receipt, &CacheBounds::default()).map(|list| at(&list, 13))
    };
    assert_eq!(by_keys(None, &maker.keys()), Ok(Some(1)));
    assert_eq!(by_keys(Some("another"), &maker.keys()), Err(StatusListFault::Key(NoKey::UnknownKid)));
    assert!(by_keys(None, &KeySet::of(vec![scene.signer.public_key().clone()])).is_err());
}

/// What an mdoc's `status` comes to, where its lists say this.
fn judged(
    scene: &Scene,
    status: &serde_json::Value,
    lists: &[(ListKind, &List)],
) -> (Option<CredentialStatus>, Report) {
    let mut findings = Findings::new();
    let issuer = scene.issuer();
    let outcome = (|| {
        let claim = check::named(StatusPolicy::default(), StatusNaming::Mso, Some(status), &mut findings)?;
        let StatusClaim::Listed(first, others) = claim else { panic!("it is named") };
        let mut said = CredentialStatus::None;
        for reference in std::iter::once(&first).chain(&others) {
            let list = lists.iter().find(|(kind, _)| *kind == reference.kind());
            said = match list.map(|(kind, list)| scene.read(*kind, list)) {
                None => return Err(check::unavailable(&"status 404", &mut findings)),
                Some(Err(fault)) => return Err(check::unusable(&fault, &mut findings)),
                Some(Ok(list)) => check::judge(reference, issuer.issuer(), &list, NOW, &mut findings)?,
            };
            let place = StatusPlace::new(reference, QUERY_ID, issuer.issuer());
            let kept = serde_json::to_string(&place).unwrap();
            let again = serde_json::from_str::<StatusPlace>(&kept).unwrap().of(&issuer).unwrap();
            let list =
                scene.read(again.kind(), lists.iter().find(|(kind, _)| *kind == again.kind()).unwrap().1);
            assert_eq!(check::today(&again, &issuer, &list.unwrap(), NOW), StatusNow::Valid, "{kept}");
        }
        Ok(said)
    })();
    let report = findings.conclude(outcome.as_ref().map(|_| ()).map_err(|rejection| *rejection));
    (outcome.ok(), report)
}

#[test]
fn req_14_60_of_two_lists_both_must_agree() {
    let scene = Scene::new();
    let status = |index: u64, id: &str| serde_json::json!({"status_list": {"idx": index, "uri": URI}, "identifier_list": {"id": id, "uri": URI}});
    let (statuses, identifiers) = (scene.statuses(), scene.identifiers());
    let both = [(ListKind::StatusListCwt, &statuses), (ListKind::IdentifierListCwt, &identifiers)];
    let (free, taken) = ("AQ", "Cgs");
    let reason = |index, id: &str, lists: &[(ListKind, &List)]| {
        let (status, report) = judged(&scene, &status(index, id), lists);
        (status, report.reason.map(Cow::into_owned))
    };
    assert_eq!(reason(12, free, &both), (Some(CredentialStatus::Valid), None));
    for (index, id) in [(13, free), (12, taken)] {
        assert_eq!(reason(index, id, &both).1.as_deref(), Some("status"), "{index} {id}: revoked");
    }
    // What cannot be found out is not revoked, and not valid either.
    assert_eq!(reason(12, free, &both[..1]).1.as_deref(), Some("status_list_available"));
    assert_eq!(reason(99, free, &both).1.as_deref(), Some("status_index"));
}

#[test]
fn req_14_62_a_certificate_that_the_document_names_is_the_signers_or_above_it() {
    let scene = Scene::new();
    let statuses = scene.statuses();
    let lists = [(ListKind::StatusListCwt, &statuses)];
    let named = |der: &[u8]| {
        let list = serde_json::json!({"idx": 1, "uri": URI, "certificate": base64url::encode(der)});
        judged(&scene, &serde_json::json!({ "status_list": list }), &lists).1.reason
    };
    assert_eq!(named(&scene.certificate), None);
    assert_eq!(named(&Scene::new().certificate).as_deref(), Some("status_list_signature"));
}
