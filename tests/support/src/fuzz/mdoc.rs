//! CBOR, and mdocs in it.

use std::sync::LazyLock;

use ciborium::Value as Other;
use serde_json::{Map, Value};
use vpgate_core::base::report::{CheckOutcome, Findings};
use vpgate_core::base::time::CLOCK_TOLERANCE;
use vpgate_core::base::{base64url, report::Report};
use vpgate_core::cbor::{CborFault, Item, ItemKind, Limits, read};
use vpgate_core::mdoc::testing::{Case, QUERY_ID, cases};
use vpgate_core::mdoc::{AuthenticMdoc, PresentedMdoc, SessionTranscript};
use vpgate_core::trust::{CertificateProfile, TrustPolicy};

use super::Seeds;

const CASES: &str = include_str!("../../../../fixtures/mdoc/cases.jsonl");
/// The one whose request the answers are judged for.
const ASKED: &str = "ok_redirect_encrypted";

/// One item, against `ciborium`: what both read is the same, what the other one does not read nobody does, and what it
/// reads and we do not is refused for one of the reasons that are listed here.
pub fn cbor(data: &[u8]) {
    let ours = read(data, &Limits::default());
    let theirs = ciborium::from_reader::<Other, _>(data);
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours.span(), data);
            assert!(same(ours, theirs), "read otherwise");
        }
        // It makes one number of such a tag and its bytes, where it can.
        (Ok(ours), Err(_)) => assert!(has_large_number(ours), "only we read it"),
        (Err(why), Ok(_)) => assert!(is_stricter(why.fault), "only the other one reads it: {why}"),
        (Err(_), Err(_)) => {}
    }
}

/// What `ciborium` takes, and we do not.
fn is_stricter(fault: CborFault) -> bool {
    match fault {
        // A digest over what one reader ends early, and of two keys one takes the first and another the last.
        CborFault::Trailing | CborFault::KeyTwice
        // Two spellings of one string.
        | CborFault::IndefiniteString
        // `undefined`, which it reads as `null`.
        | CborFault::Simple
        // Bounds.
        | CborFault::TooDeep(_) | CborFault::TooMany(_) | CborFault::TooLong(_) => true,
        CborFault::CutShort | CborFault::Reserved | CborFault::NotUtf8 => false,
    }
}

fn has_large_number(item: &Item<'_>) -> bool {
    match item.kind() {
        ItemKind::Tag(2 | 3, _) => true,
        ItemKind::Tag(_, item) => has_large_number(item),
        ItemKind::Array(items) => items.iter().any(has_large_number),
        ItemKind::Map(pairs) => {
            pairs.iter().any(|(key, value)| has_large_number(key) || has_large_number(value))
        }
        _ => false,
    }
}

fn same(ours: &Item<'_>, theirs: &Other) -> bool {
    match (ours.kind(), theirs) {
        (ItemKind::Unsigned(_) | ItemKind::Negative(_), Other::Integer(number)) => {
            ours.as_integer() == Some(i128::from(*number))
        }
        (ItemKind::Bytes(ours), Other::Bytes(theirs)) => *ours == theirs.as_slice(),
        (ItemKind::Text(ours), Other::Text(theirs)) => ours == theirs,
        (ItemKind::Array(ours), Other::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(one, other)| same(one, other))
        }
        (ItemKind::Map(ours), Other::Map(theirs)) => {
            let both = |((key, value), (other_key, other)): (&(Item<'_>, Item<'_>), &(Other, Other))| {
                same(key, other_key) && same(value, other)
            };
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(both)
        }
        (ItemKind::Tag(2 | 3, _), _) => true,
        (ItemKind::Tag(number, ours), Other::Tag(other, theirs)) => number == other && same(ours, theirs),
        (ItemKind::Bool(ours), Other::Bool(theirs)) => ours == theirs,
        (ItemKind::Null, Other::Null) => true,
        (ItemKind::Float(ours), Other::Float(theirs)) => {
            ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan())
        }
        _ => false,
    }
}

/// The request of one recorded case, and whom it believes.
struct Asked {
    case: Case,
    trust: TrustPolicy,
    transcript: SessionTranscript,
}

static REQUEST: LazyLock<Asked> = LazyLock::new(|| {
    let case = cases(CASES).into_iter().find(|case| case.id() == ASKED).unwrap();
    let (trust, transcript) = (case.trust(CertificateProfile::IsoMdl), case.transcript());
    Asked { case, trust, transcript }
});

/// What the one recorded answer says, by namespace and element.
static SIGNED: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let answer = base64url::decode(REQUEST.case.text("vp")).unwrap();
    judged(&answer).0.unwrap().claims().clone()
});

/// Whether it says nothing but what the recorded answer says. It may say less: what the holder signs does not list what
/// is shown.
fn is_part_of_it(claims: &Map<String, Value>) -> bool {
    claims.iter().all(|(namespace, elements)| {
        let signed = SIGNED.get(namespace);
        let is_signed =
            |(name, value): (&String, &Value)| signed.and_then(|all| all.get(name)) == Some(value);
        elements.as_object().unwrap().iter().all(is_signed)
    })
}

/// A DeviceResponse in bytes, judged to the end. Only what issuer and holder signed gets through, and no fuzzer has
/// their keys.
pub fn mdoc(data: &[u8]) {
    let (authentic, report) = judged(data);
    assert_eq!(judged(data).1, report, "the same input twice gives the same report");
    match authentic {
        Some(authentic) => assert!(is_part_of_it(authentic.claims()), "nobody signed that"),
        None => {
            let decisive = report.decisive().map(|line| line.outcome);
            assert_eq!(decisive, Some(CheckOutcome::Failed), "what decided stands in the report");
        }
    }
    for line in &report.checks {
        assert!(!line.detail.contains("Mustermann"), "no value is told");
    }
}

fn judged(data: &[u8]) -> (Option<AuthenticMdoc>, Report) {
    let Asked { case, trust, transcript } = &*REQUEST;
    let mut findings = Findings::new();
    let mut judge = || {
        let presented = PresentedMdoc::read(data, &Limits::default(), &mut findings)?;
        let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings)?;
        presented.authenticate(&issuer, Some(transcript), (case.at(), CLOCK_TOLERANCE), &mut findings)
    };
    let judged = judge();
    let report = findings.conclude(judged.as_ref().map(|_| ()).map_err(|rejection| *rejection));
    (judged.ok(), report)
}

/// The recorded cases that go different ways.
const KEPT: [&str; 14] = [
    ASKED,
    "ok_sha512",
    "ok_device_p384",
    "ok_wide_map_head",
    "ok_unknown_members",
    "ok_no_claims_asked",
    "dev_signature_and_mac",
    "dev_element_shadows_issuer",
    "iss_root_sent",
    "iss_chain_in_protected",
    "mso_expired",
    "el_value_twice_in_item",
    "el_sent_twice",
    "errors_only",
];

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    for case in cases(CASES).iter().filter(|case| KEPT.contains(&case.id())) {
        let bytes = base64url::decode(case.text("vp")).unwrap();
        seeds.add("mdoc", case.id(), bytes);
    }
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap();
    for (name, hex) in examples.as_object().unwrap() {
        let digits = hex.as_str().unwrap().as_bytes();
        let octet = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        seeds.add("cbor", name, digits.chunks(2).map(octet).collect::<Vec<u8>>());
    }
}

/// One of each kind, and what is refused.
const EXAMPLES: &str = r#"{
    "numbers": "8700171818190100203863c11a514b67b0",
    "large-numbers": "82c249010000000000000000c349010000000000000000",
    "strings": "8340430102036161",
    "chunks": "825f42010243030405ff7f657374726561646d696e67ff",
    "indefinite": "bf61610161629f0203ffff",
    "floats": "86f93c00f97e00fa47c35000fb3ff199999999999af97c00f90001",
    "simple": "84f4f5f6f7",
    "embedded": "d818456449455446",
    "key-twice": "a20100180101",
    "map-as-key": "a1a1010203",
    "deep": "8181818181818181818181818181818100",
    "trailing": "0000"
}"#;
