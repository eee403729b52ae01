//! mdocs of an independent issuer and wallet: `mdocgen.py`, whose encoder, issuer and wallet share no code with this
//! project, and `edges.py`, which has both make what few do; run afresh. Their cases are good, or wrong in one way each;
//! `fixtures/mdoc/reasons.tsv` and `edge_reasons.tsv` say which rule the bad ones break. One run of each is kept there, in
//! `cases.jsonl` and `edges.jsonl`.
//!
//! Needs python3 with venv (`apt-get install python3-venv`). Where that is missing the test says SKIP and why;
//! `VPGATE_REQUIRE_CLIENTS=1` makes that a failure.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::path::Path;
use std::process::Command;

use vpgate_core::mdoc::testing::{Wrong, judge_all};
use vpgate_test_support::equipment;

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/clients/python/requirements.txt");
/// Generator, the run that is kept, and why each bad case is refused.
const GENERATORS: [(&str, &str, &str); 2] = [
    (
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/mdoc_cases/mdocgen.py"),
        include_str!("../../../fixtures/mdoc/cases.jsonl"),
        include_str!("../../../fixtures/mdoc/reasons.tsv"),
    ),
    (
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/mdoc_cases/edges.py"),
        include_str!("../../../fixtures/mdoc/edges.jsonl"),
        include_str!("../../../fixtures/mdoc/edge_reasons.tsv"),
    ),
];

fn generated(python: &Path, generator: &str) -> String {
    // Nothing is left beside the sources.
    let run = Command::new(python).args(["-B", generator]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn mdocs_of_a_fresh_run_of_an_independent_issuer_are_judged_as_they_should_be() {
    let python = equipment::python("clients", Path::new(PYTHON));
    let Some(python) = equipment::found("an independent issuer of mdocs", python) else { return };
    for (generator, kept, reasons) in GENERATORS {
        let cases = generated(&python, generator);
        assert_eq!(cases.lines().count(), kept.lines().count(), "the kept run is of another {generator}");
        let wrong: Vec<Wrong> = judge_all(&cases, reasons);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
