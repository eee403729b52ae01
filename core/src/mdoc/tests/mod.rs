mod accepted;
mod mutation;
mod table;
mod vectors;

use serde_json::Value;

use super::testing::{MdocMaker, NOW, QUERY_ID};
use super::{AuthenticMdoc, PresentedMdoc, SessionTranscript};
use crate::base::report::{CheckOutcome, Findings, Report};
use crate::base::time::{CLOCK_TOLERANCE, Timestamp};
use crate::cbor::Limits;
use crate::trust::{CredentialTrust, TrustPolicy};

fn transcript() -> SessionTranscript {
    SessionTranscript::dc_api("https://verify.example.com", "nonce", None)
}

/// Judges what `maker` presents of these elements, at `now`.
fn judge_at(maker: &MdocMaker, now: Timestamp, elements: &[&str]) -> (Option<AuthenticMdoc>, Report) {
    judge_by(maker.trust(), &maker.present(&transcript(), elements), Some(&transcript()), now)
}

fn judge_by(
    trust: CredentialTrust,
    text: &str,
    transcript: Option<&SessionTranscript>,
    now: Timestamp,
) -> (Option<AuthenticMdoc>, Report) {
    let (trust, mut findings) = (TrustPolicy { credentials: vec![trust] }, Findings::new());
    let mut judge = || {
        let presented = PresentedMdoc::parse(text, &Limits::default(), &mut findings)?;
        let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings)?;
        presented.authenticate(&issuer, transcript, (now, CLOCK_TOLERANCE), &mut findings)
    };
    let judged = judge();
    let report = findings.conclude(judged.as_ref().map(|_| ()).map_err(|rejection| *rejection));
    (judged.ok(), report)
}

fn reason(maker: &MdocMaker, elements: &[&str]) -> Option<String> {
    judge_at(maker, NOW, elements).1.reason.map(String::from)
}

/// The sentence of a line of the report.
fn detail(report: &Report, check: &str, outcome: CheckOutcome) -> String {
    let line = report.checks.iter().find(|line| line.check == check && line.outcome == outcome);
    line.unwrap_or_else(|| panic!("{check}: {report:?}")).detail.to_string()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name}")).to_owned()
}
