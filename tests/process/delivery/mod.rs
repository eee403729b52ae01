//! What is delivered (`deploy/`): built, started and asked by the tools that operators have. Each test says SKIP and
//! why where a tool is missing; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure.

mod alerts;
mod chart;
mod compose;
mod debian;
mod drain;
mod health;
mod image;
mod units;

use std::path::PathBuf;
use std::process::{Command, Output};

/// A file of this repository.
fn at(path: &str) -> PathBuf {
    vpgate_test_support::root().join(path)
}

/// What a program printed, which must have been well.
fn said(command: &mut Command) -> String {
    let output = ran(command);
    assert!(output.status.success(), "{command:?}: {}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn ran(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|why| panic!("{command:?} does not run: {why}"))
}

/// All that it said, to whomever.
fn told(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Whether these tests run as root, who may do more.
fn is_root() -> bool {
    said(Command::new("id").arg("-u")).trim() == "0"
}
