//! Every byte of an accepted answer counts.

use super::super::testing::{CaseOutcome, cases};
use crate::base::base64url;
use crate::cbor::{Item, Limits, read};
use crate::trust::CertificateProfile;

const CASES: &str = include_str!("../../../../fixtures/mdoc/cases.jsonl");

/// What stands in the place of byte `place`: another bit each time, and all of them.
fn changed(bytes: &[u8], place: usize) -> impl Iterator<Item = Vec<u8>> {
    [1 << (place % 8), 0xff].into_iter().map(move |bits| {
        let mut changed = bytes.to_vec();
        changed[place] ^= bits;
        changed
    })
}

/// The places of `good` that may be changed in some way without harm.
fn harmless(id: &str) -> (Vec<u8>, Vec<usize>) {
    let all = cases(CASES);
    let case = all.iter().find(|case| case.id() == id).unwrap();
    let (bytes, trust) =
        (base64url::decode(case.text("vp")).unwrap(), case.trust(CertificateProfile::IsoMdl));
    let is_accepted = |bytes: &[u8]| {
        let (outcome, _) = case.judge_text(&base64url::encode(bytes), &trust);
        matches!(outcome, CaseOutcome::Accepted(claims) if case.is_answered_by(&claims))
    };
    assert!(is_accepted(&bytes), "{id}");
    let places = (0..bytes.len()).filter(|place| changed(&bytes, *place).any(|bytes| is_accepted(&bytes)));
    let places = places.collect();
    (bytes, places)
}

/// Where a part of `bytes` begins.
fn place_of(part: &[u8], bytes: &[u8]) -> usize {
    part.as_ptr().addr() - bytes.as_ptr().addr()
}

/// The payload of the holder's signature, which is `null` because it is detached, may be `undefined`: nobody signed
/// that.
fn detached(bytes: &[u8]) -> usize {
    let response = read(bytes, &Limits::default()).unwrap();
    let document = &response.get("documents").and_then(Item::as_array).unwrap()[0];
    let auth = document.get("deviceSigned").and_then(|signed| signed.get("deviceAuth")).unwrap();
    let signature = auth.get("deviceSignature").and_then(Item::as_array).unwrap();
    place_of(signature[2].span(), bytes)
}

#[test]
fn req_14_26_req_14_40_req_14_42_no_byte_of_a_good_answer_can_be_changed() {
    let (bytes, places) = harmless("ok_redirect_encrypted");
    assert_eq!(places, [detached(&bytes)]);
}

/// Members that nobody knows are covered by nothing: they and their names may change.
#[test]
fn req_14_27_only_unknown_members_outside_of_what_is_signed_may_change() {
    let (bytes, places) = harmless("ok_unknown_members");
    let response = read(&bytes, &Limits::default()).unwrap();
    let (name, _) = response.as_map().unwrap().last().unwrap();
    assert_eq!(name.as_text(), Some("futureThing"));
    let (detached, begin) = (detached(&bytes), place_of(name.span(), &bytes));
    let unknown: Vec<_> = places.iter().filter(|place| **place != detached).collect();
    assert!(!unknown.is_empty() && unknown.iter().all(|place| **place >= begin), "{unknown:?}, from {begin}");
}
