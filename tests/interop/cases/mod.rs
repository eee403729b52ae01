//! What other people's tools, issuers and wallets really send: the cases in `../shared/cases`, against the
//! program that was built. `overlay.toml` writes the settings that some of them ask for into them.
//!
//! Needs python3; the live cases also venv (`apt-get install python3-venv`), and the ports 18300 and 18301.
//! Where the folder or Python is missing the test says SKIP and why; with `VPGATE_REQUIRE_CLIENTS=1` a
//! missing Python is a failure. `VPGATE_CASES="f19_contains 21a-phone-90s-fast"` runs only these.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use vpgate_test_support::equipment;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
fn the_offline_cases_are_judged_as_expected() {
    tell("offline");
}

#[test]
fn the_live_cases_go_as_expected() {
    tell("live");
}

/// Runs one kind of cases; what differs is told above the failure.
fn tell(kind: &str) {
    let (Some(cases), Some(python)) = (cases(), equipment::found("cases", python())) else { return };
    let chosen = std::env::var("VPGATE_CASES").unwrap_or_default();
    let mut arguments: Vec<OsString> =
        vec![kind.into(), env!("CARGO_BIN_EXE_vpgate").into(), cases.into_os_string()];
    arguments.extend(chosen.split_whitespace().map(OsString::from));
    let told = Command::new(python)
        .arg(Path::new(HERE).join("run.py"))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(told.success(), "the {kind} cases that are not as they should be are told above");
}

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/cases");

fn python() -> Result<PathBuf, String> {
    equipment::python("cases", &Path::new(HERE).join("requirements.txt"))
}

/// `None` when the folder is not there, which is said: it is not part of the package.
fn cases() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    if folder.is_dir() {
        return Some(folder);
    }
    // Not `eprintln!`, which a passing test keeps to itself.
    std::io::stderr().write_all(b"SKIP: the cases are not at ../shared/cases\n").unwrap();
    None
}
