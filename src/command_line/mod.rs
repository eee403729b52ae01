//! Commands that are more than a call into the library, and how every command speaks.

pub mod keys;
mod table;
pub mod verify;

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use vpgate::config::Faults;

/// A result, on standard output, at once.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("standard output is closed")
}

/// Everything that is wrong with a configuration.
pub fn faults_in(path: &Path, faults: &Faults) -> anyhow::Error {
    let count = faults.iter().count();
    let noun = if count == 1 { "fault" } else { "faults" };
    anyhow::anyhow!("{count} {noun} in {}:\n{faults}", path.display())
}
