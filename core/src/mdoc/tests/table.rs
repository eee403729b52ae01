//! Every case of one run of the generator: the good are accepted, each bad one is refused for the reason that it is bad.

use super::super::testing::{Case, cases, judge_all};

const CASES: &str = include_str!("../../../../fixtures/mdoc/cases.jsonl");
const REASONS: &str = include_str!("../../../../fixtures/mdoc/reasons.tsv");
const EDGES: &str = include_str!("../../../../fixtures/mdoc/edges.jsonl");
const EDGE_REASONS: &str = include_str!("../../../../fixtures/mdoc/edge_reasons.tsv");

#[test]
fn req_14_20_to_14_37_and_14_39_to_14_59_every_case_ends_as_it_should() {
    let wrong = judge_all(CASES, REASONS);
    assert!(wrong.is_empty(), "{} are wrong: {wrong:#?}", wrong.len());
}

/// Forms that few write, keys of every curve, and the edges of times, numbers and bounds.
#[test]
fn req_14_20_to_14_60_every_edge_ends_as_it_should() {
    let wrong = judge_all(EDGES, EDGE_REASONS);
    assert!(wrong.is_empty(), "{} are wrong: {wrong:#?}", wrong.len());
}

#[test]
fn a_case_that_is_judged_otherwise_than_it_should_be_is_told() {
    let one =
        |id: &str| cases(CASES).iter().find(|case| case.id() == id).map(|case| Case(case.0.clone())).unwrap();
    let (mut good, mut bad) = (one("ok_redirect_plain"), one("mso_expired"));
    good.0["nonce"] = "another".into();
    bad.0["judge_at"] = "2026-11-26T13:00:00Z".into();
    let lines = format!("{}\n{}", good.0, bad.0);
    let wrong = judge_all(&lines, "mso_expired\tmso_valid_until\ngone\tdevice_auth");
    let told: Vec<_> = wrong.iter().map(|one| (one.0.as_str(), one.1.as_str())).collect();
    assert_eq!(
        told,
        [
            ("ok_redirect_plain", "device_signature, not accept"),
            ("mso_expired", "accept, not mso_valid_until"),
            ("gone", "listed, and judged nowhere"),
        ]
    );
}
