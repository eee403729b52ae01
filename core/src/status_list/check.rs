//! From an authentic credential to the answer: does its status stand? (TSL 6.2, 7.1, 8.3; REQ-7.)

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::token::{FRESHNESS, HOLDS, SUBJECT, StatusList, StatusListFault};
use crate::base::report::{Findings, Rejection, Rule};
use crate::base::time::Timestamp;
use crate::trust::TrustedIssuer;
use crate::trust::status_policy::{StatusCheck, StatusPolicy};

const REFERENCE: Rule =
    Rule { check: "status_reference", requirement: "Token Status List 6.1, 6.2, 8.3(1); SD-JWT VC 2.2.2.3" };
const AVAILABLE: Rule =
    Rule { check: "status_list_available", requirement: "Token Status List 8.1, 8.2, 8.3" };
const INDEX: Rule = Rule { check: "status_index", requirement: "Token Status List 4.1, 8.3(6)" };
const STATUS: Rule = Rule { check: "status", requirement: "SD-JWT VC 2.4; Token Status List 7.1, 8.3(7)" };

/// What is known of the status of a credential that is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    /// The issuer's list says that the credential is valid.
    Valid,
    /// The credential names no status: its issuer does not revoke.
    None,
    /// Nothing was looked up, because the operator wanted it so (`danger_ignore_status`).
    #[default]
    Unchecked,
}

/// What an authentic credential says about its status.
#[derive(Debug)]
pub enum StatusClaim {
    /// Nothing has to be looked up.
    Settled(CredentialStatus),
    /// Where the issuer keeps the status.
    Listed(StatusReference),
}

/// Where the issuer keeps the status of one credential. Made for an authentic
/// credential, and by [`StatusPlace::of`] from what such a one left behind: nothing else leads to a fetch.
pub struct StatusReference {
    index: u64,
    uri: String,
    url: Url,
    policy: StatusPolicy,
}

impl StatusReference {
    /// The address exactly as the issuer wrote it, to be compared with `sub`.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The address to fetch.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What the operator wants.
    pub fn policy(&self) -> StatusPolicy {
        self.policy
    }
}

/// It tells one holder from another (TSL 12.3).
impl fmt::Debug for StatusReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatusReference(..)")
    }
}

/// What is remembered of a [`StatusReference`] while tokens live that depend on the credential, so that
/// a revoked one ends them. It goes with the last of them, and into no result (REQ-7.16).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPlace {
    credential: String,
    issuer: String,
    index: u64,
    uri: String,
}

impl StatusPlace {
    /// The place that `reference` names, in a credential of `issuer` that answered the credential query
    /// `credential`.
    pub fn new(reference: &StatusReference, credential: &str, issuer: &str) -> Self {
        let (index, uri) = (reference.index, reference.uri.clone());
        Self { credential: credential.to_owned(), issuer: issuer.to_owned(), index, uri }
    }

    /// The address of the list, as the issuer wrote it.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The credential query id, and the issuer.
    pub fn whose(&self) -> (&str, &str) {
        (&self.credential, &self.issuer)
    }

    /// The way back to the list; `None` when that is another issuer's, or no web address.
    pub fn of(&self, issuer: &TrustedIssuer) -> Option<StatusReference> {
        let url = (issuer.issuer() == self.issuer).then(|| Url::parse(&self.uri).ok()).flatten()?;
        let (index, uri) = (self.index, self.uri.clone());
        Some(StatusReference { index, uri, url, policy: issuer.status_policy() })
    }
}

/// It tells one holder from another (TSL 12.3).
impl fmt::Debug for StatusPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatusPlace(..)")
    }
}

/// What a list says of a credential that was valid before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusNow {
    /// The credential is valid.
    Valid,
    /// Anything else: revoked, suspended, beyond the list.
    TakenBack,
    /// Nothing: it is another list, or too old.
    Unknown,
}

/// What `list`, to which `reference` of a credential of `issuer` led, says today (TSL 8.3(6, 7)).
pub fn today(
    reference: &StatusReference,
    issuer: &TrustedIssuer,
    list: &StatusList,
    now: Timestamp,
) -> StatusNow {
    let its_own = list.uri() == reference.uri && list.issuer() == issuer.issuer();
    if !its_own || !list.usable(now, reference.policy.stale_if_error) {
        return StatusNow::Unknown;
    }
    match list.statuses().at(reference.index) {
        Some(0) => StatusNow::Valid,
        _ => StatusNow::TakenBack,
    }
}

/// Reads the `status` of an authentic credential. An unknown mechanism alone is refused: nobody could say that the
/// credential is still valid (REQ-7.15).
///
/// # Errors
/// When it is malformed, or missing although it is required; written into `findings`.
pub(crate) fn named(
    policy: StatusPolicy,
    status: Option<&Value>,
    findings: &mut Findings,
) -> Result<StatusClaim, Rejection> {
    let status = match (policy.check, status) {
        (StatusCheck::Ignored, _) => {
            findings.not_applicable(
                &STATUS,
                "`danger_ignore_status` is set for this credential: nothing is looked up",
            );
            return Ok(StatusClaim::Settled(CredentialStatus::Unchecked));
        }
        (StatusCheck::Required, None) => {
            let detail = "the credential names no status, and the configuration requires one";
            return Err(findings.fail(&STATUS, detail));
        }
        (StatusCheck::WhenNamed, None) => {
            findings.not_applicable(&STATUS, "the credential names no status");
            return Ok(StatusClaim::Settled(CredentialStatus::None));
        }
        (_, Some(status)) => status,
    };
    match read(status) {
        Ok((index, uri, url)) => {
            findings.pass(&REFERENCE, "`status.status_list` names an index and an address");
            Ok(StatusClaim::Listed(StatusReference { index, uri, url, policy }))
        }
        Err(detail) => Err(findings.fail(&REFERENCE, detail)),
    }
}

/// Judges the status of a credential of `issuer` by the list that `reference`, its own, led to.
///
/// # Errors
/// When the list is another one or too old, has no such index, or says anything but "valid"; written
/// into `findings`.
pub fn judge(
    reference: &StatusReference,
    issuer: &str,
    list: &StatusList,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<CredentialStatus, Rejection> {
    findings.pass(&AVAILABLE, "the issuer's status list is at hand");
    for (rule, detail) in &HOLDS {
        if rule.check == SUBJECT.check && (list.uri() != reference.uri || list.issuer() != issuer) {
            return Err(findings.fail(rule, StatusListFault::Subject.to_string()));
        }
        if rule.check == FRESHNESS.check {
            check_age(reference, list, now, findings)?;
        } else {
            findings.pass(rule, *detail);
        }
    }
    let Some(status) = list.statuses().at(reference.index) else {
        return Err(findings.fail(&INDEX, "the index that the credential names lies beyond the status list"));
    };
    findings.pass(&INDEX, "the index that the credential names is in the status list");
    let refused = match status {
        0 => {
            findings.pass(&STATUS, "the issuer's status list says: valid");
            return Ok(CredentialStatus::Valid);
        }
        1 => "the issuer has revoked this credential",
        2 => "the issuer has suspended this credential; it may become valid again",
        _ => "the issuer's status list has a value whose meaning is not known here",
    };
    Err(findings.fail(&STATUS, refused))
}

/// Whether a report that fails with `check` blames the issuer's list, and not what stands in it.
pub fn is_blamed_by(check: &str) -> bool {
    is_missed_by(check) || HOLDS.iter().any(|(rule, _)| rule.check == check)
}

/// Whether it says that the list cannot be had.
pub fn is_missed_by(check: &str) -> bool {
    check == AVAILABLE.check
}

/// The list is there and no good.
pub fn unusable(fault: &StatusListFault, findings: &mut Findings) -> Rejection {
    findings.pass(&AVAILABLE, "the issuer's status list is at hand");
    for (rule, detail) in HOLDS.iter().take_while(|(rule, _)| rule.check != fault.check()) {
        findings.pass(rule, *detail);
    }
    let broken = HOLDS.iter().map(|(rule, _)| rule).find(|rule| rule.check == fault.check());
    findings.fail(broken.unwrap_or(&AVAILABLE), fault.to_string())
}

/// The list cannot be had, so nobody can say that the credential is still valid (REQ-7.13). `why` is
/// ours, never a part of an answer.
pub fn unavailable(why: &dyn fmt::Display, findings: &mut Findings) -> Rejection {
    findings.fail(&AVAILABLE, format!("the issuer's status list cannot be had: {why}"))
}

fn read(status: &Value) -> Result<(u64, String, Url), &'static str> {
    let mechanisms = status.as_object().ok_or("`status` is not an object")?;
    let list = mechanisms
        .get("status_list")
        .ok_or("`status` names no mechanism that is known here: `status_list` is missing")?;
    let index = list
        .get("idx")
        .and_then(Value::as_u64)
        .ok_or("`status.status_list.idx` is not a whole number from 0 on")?;
    let uri = list.get("uri").and_then(Value::as_str).ok_or("`status.status_list.uri` is not a string")?;
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let url = url.ok_or("`status.status_list.uri` is not a web address")?;
    Ok((index, uri.to_owned(), url))
}

fn check_age(
    reference: &StatusReference,
    list: &StatusList,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let stale = reference.policy.stale_if_error;
    if !list.usable(now, stale) {
        return Err(findings.fail(&FRESHNESS, "the status list at hand has expired or is too old"));
    }
    let detail = if now < list.fresh_until() {
        "`iat` is there, and the list is neither from the future nor expired nor kept for too long"
    } else {
        "no new list could be had; an older one is used, as `status_stale_if_error` allows"
    };
    findings.pass(&FRESHNESS, detail);
    Ok(())
}

#[cfg(test)]
mod tests;
