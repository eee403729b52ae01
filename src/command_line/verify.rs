//! `vpgate verify`: judges a `vp_token` offline, by the code that the service runs.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use async_trait::async_trait;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::Value;
use vpgate::config::{Config, Trust};
use vpgate::flow::ports::{Clock as _, IssuerKeys, NoStatusList, NotPublished, StatusLists};
use vpgate::flow::presentation::judge::{Judge, Judged, ResultRules};
use vpgate::flow::presentation::verify::REQUEST_AGE;
use vpgate::system::clock::SystemClock;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::base::report::{Report, Verdict};
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::openid4vp::dcql::{CredentialQuery, Meta, Query};
use vpgate_core::openid4vp::transaction_data::{TransactionData, TransactionTypes};
use vpgate_core::openid4vp::verify::{Expected, ExpectedEvidence, SentRequest, TranscriptFault};
use vpgate_core::status_list::check::StatusReference;
use vpgate_core::status_list::token::StatusList;
use vpgate_core::trust::{KeySource, TrustPolicy, TrustedIssuer};

use super::table::{Table, wants_colours};
use super::{faults_in, say, text_of};

/// The longest query or transaction that is read, in bytes. A `vp_token` may be as long as the service reads
/// one.
const LONGEST: usize = 1 << 20;
/// A query or a transaction.
const QUESTION: Bounds = Bounds { bytes: 1 << 20, depth: 16, members: 4096 };

/// A `vp_token`, what was asked, and whom to believe.
#[derive(Args)]
pub struct Arguments {
    /// The `vp_token` in any of its shapes, or the one mdoc that was asked for by itself (base64url); `-` is standard
    /// input.
    #[arg(value_name = "FILE", default_value = "-")]
    token: PathBuf,
    /// Our client identifier, exactly as the wallet knows it.
    #[arg(long, allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    audience: String,
    /// The nonce of the request.
    #[arg(long, allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    nonce: String,
    /// Of mdocs that were asked for by redirect: the `response_uri`, or the `redirect_uri` where that was sent, exactly.
    #[arg(long, value_name = "URI")]
    response_uri: Option<String>,
    /// Of mdocs: the RFC 7638 thumbprint (SHA-256, base64url) of the key that the answer was encrypted to, if it was.
    #[arg(long, value_name = "THUMBPRINT", allow_hyphen_values = true)]
    jwk_thumbprint: Option<String>,
    /// Of mdocs that were asked for by the protocol org-iso-mdoc: `encryptionInfo` as it was sent. The audience is
    /// `origin:` and the origin then, as it is for every answer through the browser's API.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    encryption_info: Option<String>,
    /// Whom to believe: TOML with `[[credentials]]` and, where you need them, `[[transaction_data]]` and
    /// `[verification]` as in vpgate.toml (or a whole vpgate.toml, of which nothing else counts). Keys (or roots) must be in a file: nothing is fetched, status lists neither
    /// (`danger_ignore_status = true` does without).
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
    /// What was asked: a DCQL query as JSON. Without it, the configured credential with no claims.
    #[arg(long, value_name = "FILE", conflicts_with = "credential")]
    query: Option<PathBuf>,
    /// Which configured credential was asked for, where the trust file has several and there is no query.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    credential: Option<String>,
    /// What was to be agreed to, in order: the base64url string exactly as it was sent, or the JSON
    /// object from which vpgate writes that string.
    #[arg(long, value_name = "FILE")]
    transaction_data: Vec<PathBuf>,
    /// Credentials of several holder keys are welcome in one answer.
    #[arg(long)]
    several_holders: bool,
    /// The time to judge at (RFC 3339); now when left out.
    #[arg(long, value_name = "TIME", value_parser = Timestamp::from_rfc3339)]
    at: Option<Timestamp>,
    /// When it was asked (RFC 3339); five minutes before the time to judge at when left out.
    #[arg(long, value_name = "TIME", value_parser = Timestamp::from_rfc3339)]
    requested_at: Option<Timestamp>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the report: exit code 0 for verified, 1 for rejected.
///
/// # Errors
/// When the arguments cannot be used; nothing was judged then.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Trust { issuers: trust, transaction_types, verification: settings } =
        Config::load_trust(&arguments.trust).map_err(|faults| faults_in(&arguments.trust, &faults))?;
    let query = query(arguments, &trust)?;
    offline(&trust, &query)?;
    let transaction_data = transactions(&arguments.transaction_data, &transaction_types, &query)?;
    let vp_token = in_its_place(text_of(&arguments.token, settings.longest_answer())?, &query);
    let at = arguments.at.unwrap_or_else(|| SystemClock.now());
    let sent = SentRequest {
        audience: &arguments.audience,
        nonce: &arguments.nonce,
        response_uri: arguments.response_uri.as_deref(),
        jwk_thumbprint: arguments.jwk_thumbprint.as_deref(),
        encryption_info: arguments.encryption_info.as_deref(),
    };
    let in_words = |fault: TranscriptFault| anyhow!("--{} {fault}", fault.part().replace('_', "-"));
    let challenge = Expected {
        transcript: query.transcript(&sent).map_err(in_words)?,
        query: &query,
        transaction_data: &transaction_data,
        audience: arguments.audience.as_str().into(),
        nonce: &arguments.nonce,
        requested_at: arguments.requested_at.unwrap_or_else(|| at.minus(REQUEST_AGE)),
        high_assurance: false,
        evidence: ExpectedEvidence { response_mode: None, types: Some(&transaction_types) },
        settings,
    };
    let rules = ResultRules::of_query(arguments.several_holders);
    let judge = Judge {
        trust: &trust,
        issuer_keys: &NoNetwork,
        status_lists: &NoNetwork,
        cross_check: None,
        result: Some(&rules),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("no runtime")?;
    let report = match runtime.block_on(judge.token(&challenge, vp_token, at)) {
        Judged::Verified { report, .. } | Judged::Refused(_, report) => report,
    };
    say(&written(&report, &challenge, at, arguments.json)?)?;
    Ok(match report.verdict {
        Verdict::Verified => ExitCode::SUCCESS,
        Verdict::Rejected => ExitCode::from(1),
    })
}

/// The text of one mdoc, which libraries hand over by itself, as the object that a wallet sends. An object begins with
/// `{`, which is `e` in base64url; a map of CBOR begins with neither.
fn in_its_place(text: String, query: &Query) -> String {
    match query.credentials() {
        [only] if only.meta.format.is_namespaced() && !text.trim_ascii_start().starts_with(['{', 'e']) => {
            serde_json::json!({ only.id.as_str(): [text.trim_ascii()] }).to_string()
        }
        _ => text,
    }
}

fn written(report: &Report, challenge: &Expected<'_>, at: Timestamp, json: bool) -> anyhow::Result<String> {
    if json {
        return serde_json::to_string_pretty(report).context("the report cannot be written");
    }
    let (no_color, term) = (env::var_os("NO_COLOR"), env::var_os("TERM"));
    let colours = wants_colours(io::stdout().is_terminal(), no_color.as_deref(), term.as_deref());
    Ok(Table { report, at, requested_at: challenge.requested_at, colours }.to_string())
}

fn query(arguments: &Arguments, trust: &TrustPolicy) -> anyhow::Result<Query> {
    if let Some(path) = &arguments.query {
        let query = Query::from_json(&parsed(path, &read(path)?)?);
        let query = query.map_err(|fault| anyhow!("{}: {fault}", path.display()))?;
        for asked in query.credentials() {
            if !trust.covers(&asked.id, asked.meta.format, &asked.meta.types) {
                bail!(
                    "the query asks for a credential id, or for a type or format of it, that the trust file does not have"
                );
            }
        }
        return Ok(query);
    }
    let mut ids: Vec<&str> = trust.credentials.iter().map(|one| one.id.as_str()).collect();
    ids.dedup();
    let id = match (&arguments.credential, &ids[..]) {
        (Some(id), _) if ids.contains(&id.as_str()) => id,
        (Some(_), _) => {
            bail!("--credential names no credential of the trust file; it has {}", ids.join(", "))
        }
        (None, [id]) => *id,
        (None, _) => bail!(
            "the trust file has several credentials ({}): say with --credential or --query what was asked",
            ids.join(", ")
        ),
    };
    let entries = trust.credentials.iter().filter(|one| one.id == id);
    let format = entries.clone().next().map(|one| one.rules.format()).unwrap_or_default();
    let mut types: Vec<String> = entries.flat_map(|one| one.types.iter().cloned()).collect();
    types.sort();
    types.dedup();
    let asked = CredentialQuery::of(id, Meta { format, types }, Vec::new());
    Query::of(vec![asked]).map_err(|fault| anyhow!("{fault}"))
}

/// Nobody who could be believed for an answer needs the network.
fn offline(trust: &TrustPolicy, query: &Query) -> anyhow::Result<()> {
    let mut believed = trust.credentials.iter().filter(|believed| query.credential(&believed.id).is_some());
    match believed.find(|believed| at_hand(&believed.keys).is_none()) {
        None => Ok(()),
        Some(believed) => bail!(
            "the keys of {} would have to be fetched, and nothing is fetched here: \
             save them, and name the file with trust = {{ jwks_file = \"...\" }}",
            believed.issuer
        ),
    }
}

/// The keys of an issuer, where they need no fetching.
fn at_hand(source: &KeySource) -> Option<Arc<KeySet>> {
    match source {
        KeySource::Jwks(keys) | KeySource::DidJwk(keys) => Some(Arc::clone(keys)),
        // Its key comes with the credential.
        KeySource::X5c(_) => Some(Arc::new(KeySet::of(Vec::new()))),
        KeySource::JwksUri(_) | KeySource::IssuerMetadata(_) | KeySource::DidWeb(_) => None,
    }
}

/// The keys that came with the trust file, and no others.
struct NoNetwork;

#[async_trait]
impl IssuerKeys for NoNetwork {
    async fn of(&self, issuer: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished> {
        at_hand(issuer.keys()).ok_or_else(nothing_is_fetched)
    }
}

#[async_trait]
impl StatusLists for NoNetwork {
    async fn of(
        &self,
        _: &TrustedIssuer,
        _: &StatusReference,
        _: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        Err(nothing_is_fetched().into())
    }
}

fn nothing_is_fetched() -> NotPublished {
    NotPublished::passing(&"nothing is fetched here")
}

fn transactions(
    paths: &[PathBuf],
    types: &TransactionTypes,
    query: &Query,
) -> anyhow::Result<Vec<TransactionData>> {
    let mut transactions: Vec<TransactionData> = Vec::new();
    for path in paths {
        let text = read(path)?;
        let sent = if text.starts_with('{') {
            parsed(path, &text)?;
            text
        } else {
            Value::String(text).to_string()
        };
        let one = types.as_sent(&sent).and_then(|one| {
            one.fits(query)?;
            transactions.iter().try_for_each(|earlier| one.agrees_with(earlier))?;
            Ok(one)
        });
        transactions
            .push(one.map_err(|fault| anyhow!("{}{}: {}", path.display(), fault.pointer, fault.why))?);
    }
    Ok(transactions)
}

fn parsed(path: &Path, text: &str) -> anyhow::Result<Value> {
    let value =
        json::parse(text.as_bytes(), &QUESTION).map_err(|fault| anyhow!("{}: {fault}", path.display()))?;
    // An amount that would be rounded while it is read is not the amount that was agreed to.
    if !json::numbers_survive(text.as_bytes()) {
        bail!("{}: a number has more than the 15 digits that are kept exactly", path.display());
    }
    Ok(value)
}

/// The text of a small file.
fn read(path: &Path) -> anyhow::Result<String> {
    text_of(path, LONGEST)
}
