//! `vpgate completions SHELL`: what a shell completes after the name of the program.

use anyhow::Context as _;
use clap::Command;
use clap_complete::Shell;

use super::say;

/// Prints the script that `shell` reads.
pub fn run(shell: Shell, mut command: Command) -> anyhow::Result<()> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    say(std::str::from_utf8(&script).context("the script is not text")?.trim_end())
}
