//! `vpgate audit`: the audit log as lines, and whether it is whole.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use vpgate::app;
use vpgate_core::audit::{AuditCheck, AuditFault, AuditVerdict, CheckpointKeys, ExpectedLine};
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::jose::key_set::KeySet;

use super::{load, say, text_of};

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 64 << 10;
/// A JWK set.
const KEYS: Bounds = Bounds { bytes: 1 << 20, depth: 16, members: 4096 };
/// How many lines are read of a database at a time.
const BATCH: usize = 500;

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Prints the log as JSON Lines, the oldest first: the bytes that are hashed, a line each.
    Export {
        /// The configuration file.
        #[arg(long, env = "VPGATE_CONFIG", default_value = "vpgate.toml")]
        config: PathBuf,
        /// Only lines behind this one.
        #[arg(long, value_name = "ORDINAL", default_value_t = 0)]
        after: u64,
    },
    /// Says whether the log is whole: every line behind the one that it names, every checkpoint signed.
    ///
    /// Exit codes: 0 whole, 1 not whole, 2 the arguments cannot be used.
    Verify(VerifyArguments),
}

#[derive(Args)]
pub struct VerifyArguments {
    /// Lines as `export` prints them; `-` is standard input. Without it, the database of the configuration.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The configuration file, for the database and the keys.
    #[arg(long, env = "VPGATE_CONFIG", default_value = "vpgate.toml")]
    config: PathBuf,
    /// The keys that sign checkpoints, as a JWK set. Without it those of the configuration; with FILE, checkpoints are
    /// not checked then.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// A line that was seen earlier, as this command printed it: whoever cuts the log or writes it anew cannot keep it.
    #[arg(long, value_name = "ORDINAL:HASH", value_parser = expected)]
    seen: Vec<ExpectedLine>,
}

/// Does it.
///
/// # Errors
/// When the arguments cannot be used.
pub fn run(command: &AuditCommand) -> anyhow::Result<ExitCode> {
    match command {
        AuditCommand::Export { config, after } => {
            each_stored(config, *after, |line| say(line).map(|()| true))?;
            Ok(ExitCode::SUCCESS)
        }
        AuditCommand::Verify(arguments) => verify(arguments),
    }
}

fn verify(arguments: &VerifyArguments) -> anyhow::Result<ExitCode> {
    let keys = keys(arguments)?;
    let known = keys.as_ref().map_or(CheckpointKeys::Unknown, CheckpointKeys::Known);
    let mut check = AuditCheck::new(known, arguments.seen.clone());
    let mut fault = None;
    let mut next = |line: &str| -> anyhow::Result<bool> {
        fault = check.line(line).err();
        Ok(fault.is_none())
    };
    match &arguments.file {
        Some(file) => each_in(file, &mut next)?,
        None => each_stored(&arguments.config, 0, &mut next)?,
    }
    match fault.map_or_else(|| check.conclude(), Err) {
        Ok(verdict) => tell(&verdict, keys.is_some()).map(|()| ExitCode::SUCCESS),
        Err(fault) => refuse(&fault),
    }
}

fn refuse(fault: &AuditFault) -> anyhow::Result<ExitCode> {
    say(&format!("the log is not whole: {fault}"))?;
    Ok(ExitCode::from(1))
}

fn tell(verdict: &AuditVerdict, checked: bool) -> anyhow::Result<()> {
    let (Some(first), Some(newest)) = (verdict.first, &verdict.newest) else {
        return say("the log is empty");
    };
    say(&format!("the log is whole: {} lines, {first} to {}", verdict.lines, newest.ordinal()))?;
    say(&format!("newest line   {}:{}", newest.ordinal(), newest.hash()))?;
    say(&match (verdict.vouched_for, checked) {
        (Some(last), _) => format!("checkpoints   {}, for all lines up to {last}", verdict.checkpoints),
        (None, true) => "checkpoints   none".to_owned(),
        (None, false) => "checkpoints   not checked: no keys were given".to_owned(),
    })
}

fn keys(arguments: &VerifyArguments) -> anyhow::Result<Option<KeySet>> {
    let jwks = match (&arguments.keys, &arguments.file) {
        (Some(path), _) => {
            let text = text_of(path, KEYS.bytes)?;
            json::parse(text.as_bytes(), &KEYS).map_err(|why| anyhow!("{}: {why}", path.display()))?
        }
        (None, Some(_)) => return Ok(None),
        (None, None) => app::receipt_jwks(&load(&arguments.config)?)?,
    };
    KeySet::from_json(&jwks).map(Some).context("the keys cannot be used")
}

/// Calls `each` with every line of a file until it says that it has enough.
fn each_in(path: &Path, each: &mut dyn FnMut(&str) -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let input: Box<dyn io::Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("{} cannot be read", path.display()))?)
    };
    let mut input = BufReader::new(input);
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if u64::try_from(read).is_ok_and(|read| read > LONGEST_LINE) {
            return Err(anyhow!("{} has a line of more than {LONGEST_LINE} bytes", path.display()));
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        if !each(&String::from_utf8_lossy(line))? {
            return Ok(());
        }
    }
}

/// The same with every line of the database behind `after`.
fn each_stored(
    config: &Path,
    after: u64,
    mut each: impl FnMut(&str) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let config = load(config)?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(async {
        let store = app::open_existing(&config)?;
        let mut after = after;
        loop {
            let lines = store.audit_lines(after, BATCH).await?;
            for (ordinal, line) in &lines {
                after = *ordinal;
                if !each(line)? {
                    return Ok(());
                }
            }
            if lines.len() < BATCH {
                return Ok(());
            }
        }
    })
}

fn expected(text: &str) -> Result<ExpectedLine, String> {
    let (ordinal, hash) = text.split_once(':').ok_or("write ORDINAL:HASH, as it was printed")?;
    let ordinal = ordinal.parse().map_err(|_| "the ordinal is a whole number")?;
    Ok(ExpectedLine { ordinal, hash: hash.to_owned() })
}
