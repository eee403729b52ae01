//! `vpgate doctor`: one page that answers the questions of the first week.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use vpgate::app;

use super::{load, say};

/// Prints it: `ok` before what is well, `look` before what is worth a look. 1 where there is something to look at.
pub fn run(config: &Path) -> anyhow::Result<ExitCode> {
    let config = load(config)?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let lines = runtime.block_on(app::examine(&config));
    for line in &lines {
        say(&format!("{:<5} {}", if line.good { "ok" } else { "look" }, line.words))?;
    }
    Ok(if lines.iter().all(|line| line.good) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
