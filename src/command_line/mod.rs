//! Commands that are more than a call into the library, and how every command speaks.

pub mod audit;
pub mod completions;
#[cfg(feature = "sandbox")]
pub mod demo;
pub mod doctor;
pub mod health;
#[cfg(feature = "sandbox")]
pub mod init;
pub mod keys;
pub mod logs;
pub mod man;
pub mod receipt;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod service;
pub mod storage;
mod table;
pub mod verify;

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use vpgate::config::{Config, Faults};

/// A result, on standard output, at once.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("standard output is closed")
}

/// The text of a file, without the space around it; `-` is standard input.
pub fn text_of(path: &Path, longest: usize) -> anyhow::Result<String> {
    let failed = || format!("cannot read {}", path.display());
    let mut source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(failed)?)
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    source.by_ref().take(most).read_to_end(&mut bytes).with_context(failed)?;
    if bytes.len() > longest {
        bail!("{} is longer than {longest} bytes", path.display());
    }
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("{} is not UTF-8 text", path.display()))?;
    Ok(text.trim_ascii().to_owned())
}

/// Reads a configuration file.
pub fn load(path: &Path) -> anyhow::Result<Config> {
    Config::load(path).map_err(|faults| faults_in(path, &faults))
}

/// Everything that is wrong with a configuration.
pub fn faults_in(path: &Path, faults: &Faults) -> anyhow::Error {
    let count = faults.iter().count();
    let noun = if count == 1 { "fault" } else { "faults" };
    let lines: Vec<String> = faults.with_places().collect();
    anyhow::anyhow!("{count} {noun} in {}:\n{}", path.display(), lines.join("\n"))
}
