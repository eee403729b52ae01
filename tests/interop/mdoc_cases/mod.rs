//! mdocs of an independent issuer and wallet: `mdocgen.py`, whose encoder, issuer and wallet share no code with this
//! project, run afresh. Its cases are good, or wrong in one way each; `fixtures/mdoc/reasons.tsv` says which rule the bad
//! ones break. One run is kept in `fixtures/mdoc/cases.jsonl`.
//!
//! Needs python3 with venv (`apt-get install python3-venv`). Where that is missing the test says SKIP and why;
//! `VPGATE_REQUIRE_CLIENTS=1` makes that a failure.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::path::Path;
use std::process::Command;

use vpgate_core::mdoc::testing::{Wrong, judge_all};
use vpgate_test_support::equipment;

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/clients/python/requirements.txt");
const GENERATOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/mdoc_cases/mdocgen.py");
const KEPT: &str = include_str!("../../../fixtures/mdoc/cases.jsonl");
const REASONS: &str = include_str!("../../../fixtures/mdoc/reasons.tsv");

fn generated(python: &Path) -> String {
    let run = Command::new(python).arg(GENERATOR).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn mdocs_of_a_fresh_run_of_an_independent_issuer_are_judged_as_they_should_be() {
    let python = equipment::python("clients", Path::new(PYTHON));
    let Some(python) = equipment::found("an independent issuer of mdocs", python) else { return };
    let cases = generated(&python);
    assert_eq!(cases.lines().count(), KEPT.lines().count(), "the kept run is of another generator");
    let wrong: Vec<Wrong> = judge_all(&cases, REASONS);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
