//! Commands that are more than a call into the library, and how every command speaks.

pub mod keys;
pub mod logs;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod service;
pub mod storage;
mod table;
pub mod verify;

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use vpgate::config::{Config, Faults};

/// A result, on standard output, at once.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("standard output is closed")
}

/// Reads a configuration file.
pub fn load(path: &Path) -> anyhow::Result<Config> {
    Config::load(path).map_err(|faults| faults_in(path, &faults))
}

/// Everything that is wrong with a configuration.
pub fn faults_in(path: &Path, faults: &Faults) -> anyhow::Error {
    let count = faults.iter().count();
    let noun = if count == 1 { "fault" } else { "faults" };
    anyhow::anyhow!("{count} {noun} in {}:\n{faults}", path.display())
}
