//! `vpgate man`: the manual pages, in the language of `man`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Command;
use clap_mangen::Man;

use super::say;

/// Prints the page of the program, or writes it and a page for each command into `folder`.
pub fn run(folder: Option<PathBuf>, command: Command) -> anyhow::Result<()> {
    match folder {
        Some(folder) => write_all(&folder, command),
        None => say(page(command)?.trim_end()),
    }
}

fn page(command: Command) -> anyhow::Result<String> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page).context("the page cannot be written")?;
    String::from_utf8(page).context("the page is not text")
}

fn write_all(folder: &Path, command: Command) -> anyhow::Result<()> {
    let failed = || format!("cannot write into {}", folder.display());
    std::fs::create_dir_all(folder).with_context(failed)?;
    clap_mangen::generate_to(command, folder).with_context(failed)
}
