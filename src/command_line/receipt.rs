//! `vpgate receipt verify`: checks evidence offline, years later, with whatever was kept.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use vpgate::app;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::base::report::{CheckOutcome, Findings, Report, Verdict};
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::receipt::originals::Originals;
use vpgate_core::receipt::verify::verify;

use super::{load, say, text_of};

/// The longest file that is read, in bytes.
const LONGEST: usize = 4 << 20;
/// A JWKS of many years.
const JWKS: Bounds = Bounds { bytes: 4 << 20, depth: 4, members: 65_536 };

#[derive(Subcommand)]
pub enum ReceiptCommand {
    /// Checks a receipt offline: its signature, its place in the chain, and every hash whose bytes you have.
    ///
    /// Exit codes: 0 verified, 1 rejected, 2 the arguments cannot be used.
    Verify(ReceiptArguments),
}

/// A receipt, the keys to believe, and what was kept beside it.
#[derive(Args)]
pub struct ReceiptArguments {
    /// The receipt, a compact JWS; `-` is standard input. Several of one chain stand on a line each, in their order,
    /// with checkpoints among them.
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
    /// The keys to believe: a JWKS, as `/receipts/jwks.json` publishes it. Without it, those in the keys directory of
    /// the configuration.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// What the wallet answered: the `vp_token` in any of its shapes.
    #[arg(long, value_name = "FILE")]
    vp_token: Option<PathBuf>,
    /// What was agreed to, in order: the base64url string exactly as it was sent, or the JSON text that it stands for.
    #[arg(long, value_name = "FILE")]
    transaction_data: Vec<PathBuf>,
    /// The `report` of the result, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// What the wallet was sent: the address, or the Request Object.
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// The nonce of the request.
    #[arg(long, allow_hyphen_values = true)]
    nonce: Option<String>,
    /// A disclosure that opens a commitment, from `receipt_disclosures` of the result.
    #[arg(long, value_name = "DISCLOSURE")]
    disclosure: Vec<String>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
    /// The configuration file, for its keys.
    #[arg(long, env = "VPGATE_CONFIG", default_value = "vpgate.toml")]
    config: PathBuf,
}

/// Prints what was checked: exit code 0 for verified, 1 for rejected.
///
/// # Errors
/// When the arguments cannot be used; nothing was checked then.
pub fn run(command: &ReceiptCommand) -> anyhow::Result<ExitCode> {
    let ReceiptCommand::Verify(arguments) = command;
    let keys = keys(arguments)?;
    let receipts = text_of(&arguments.receipt, LONGEST)?;
    let lines: Vec<&str> = receipts.lines().map(str::trim_ascii).filter(|line| !line.is_empty()).collect();
    let kept = |path: &Option<PathBuf>| path.as_deref().map(|path| text_of(path, LONGEST)).transpose();
    let (vp_token, report, request) =
        (kept(&arguments.vp_token)?, kept(&arguments.report)?, kept(&arguments.request)?);
    let transactions = arguments.transaction_data.iter().map(|path| text_of(path, LONGEST));
    let transactions = transactions.collect::<anyhow::Result<Vec<String>>>()?;
    let originals = Originals {
        vp_token: vp_token.as_deref(),
        transaction_data: &transactions,
        report: report.as_deref(),
        nonce: arguments.nonce.as_deref(),
        request: request.as_deref(),
        disclosures: &arguments.disclosure,
    };
    let mut findings = Findings::new();
    let outcome = verify(&lines, &keys, &originals, &mut findings);
    let report = findings.conclude(outcome);
    say(&written(&report, arguments.json)?)?;
    Ok(match report.verdict {
        Verdict::Verified => ExitCode::SUCCESS,
        Verdict::Rejected => ExitCode::from(1),
    })
}

fn keys(arguments: &ReceiptArguments) -> anyhow::Result<KeySet> {
    let Some(path) = &arguments.keys else { return configured_keys(&arguments.config) };
    let text = text_of(path, LONGEST)?;
    let jwks = json::parse(text.as_bytes(), &JWKS).map_err(|fault| anyhow!("{}: {fault}", path.display()))?;
    KeySet::from_json(&jwks).map_err(|fault| anyhow!("{}: {fault}", path.display()))
}

fn configured_keys(config: &Path) -> anyhow::Result<KeySet> {
    if !config.is_file() {
        bail!("--keys names no JWKS, and there is no configuration at {}", config.display());
    }
    let jwks = app::receipt_jwks(&load(config)?)?;
    KeySet::from_json(&jwks).context("the keys of the configuration cannot be read")
}

fn written(report: &Report, json: bool) -> anyhow::Result<String> {
    if json {
        return serde_json::to_string_pretty(report).context("the report cannot be written");
    }
    let mut lines = vec![match &report.reason {
        None => "VERIFIED".to_owned(),
        Some(reason) => format!("REJECTED: {reason}"),
    }];
    for check in &report.checks {
        let mark = match check.outcome {
            CheckOutcome::Passed => "ok",
            CheckOutcome::Failed => "FAIL",
            CheckOutcome::NotApplicable => "n/a",
        };
        let place = check.presentation.map(|place| format!(" (line {place})")).unwrap_or_default();
        lines.push(format!("{mark:<5} {}{place}: {}", check.check, check.detail));
    }
    Ok(lines.join("\n"))
}
