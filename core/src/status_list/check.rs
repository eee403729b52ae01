//! From an authentic credential to the answer: does its status stand? (TSL 6.2, 7.1, 8.3; REQ-7.)

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::kind::{ListKind, StatusEntry};
use super::list::{FRESHNESS, HOLDS, SIGNATURE, SUBJECT, StatusList, StatusListFault};
use super::reference::read;
pub use super::reference::{StatusNaming, StatusReference};
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
#[expect(clippy::large_enum_variant, reason = "it lives for a moment, one at a time")]
pub enum StatusClaim {
    /// Nothing has to be looked up.
    Settled(CredentialStatus),
    /// Where the issuer keeps the status, and where else: every place must say that it is valid.
    Listed(StatusReference, Vec<StatusReference>),
}

/// What is remembered of a [`StatusReference`] while tokens live that depend on the credential, so that
/// a revoked one ends them. It goes with the last of them, and into no result (REQ-7.16).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPlace {
    credential: String,
    issuer: String,
    #[serde(flatten)]
    entry: StatusEntry,
    uri: String,
    #[serde(default, skip_serializing_if = "ListKind::is_usual")]
    kind: ListKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
}

impl StatusPlace {
    /// The place that `reference` names, in a credential of `issuer` that answered the credential query
    /// `credential`.
    pub fn new(reference: &StatusReference, credential: &str, issuer: &str) -> Self {
        Self {
            credential: credential.to_owned(),
            issuer: issuer.to_owned(),
            entry: reference.entry.clone(),
            uri: reference.uri.clone(),
            kind: reference.kind,
            certificate: reference.certificate.clone(),
        }
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
        Some(StatusReference {
            entry: self.entry.clone(),
            kind: self.kind,
            uri: self.uri.clone(),
            url,
            certificate: self.certificate.clone(),
            policy: issuer.status_policy(),
        })
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
    let its_own = reference.is_answered_by(list, issuer.issuer()) && reference.is_certified_by(list);
    if !its_own || !list.usable(now, reference.policy.stale_if_error) {
        return StatusNow::Unknown;
    }
    match list.at(&reference.entry) {
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
    naming: StatusNaming,
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
    match read(naming, status, policy) {
        Ok((first, others)) => {
            let detail = match others.is_empty() {
                true => "`status` names an entry and an address",
                false => "`status` names an entry and an address in each of two lists, which must both agree",
            };
            findings.pass(&REFERENCE, detail);
            Ok(StatusClaim::Listed(first, others))
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
        if rule.check == SIGNATURE.check && !reference.is_certified_by(list) {
            return Err(findings.fail(rule, StatusListFault::OtherCertificate.to_string()));
        }
        if rule.check == SUBJECT.check && !reference.is_answered_by(list, issuer) {
            return Err(findings.fail(rule, StatusListFault::Subject.to_string()));
        }
        if rule.check == FRESHNESS.check {
            check_age(reference, list, now, findings)?;
        } else {
            findings.pass(rule, *detail);
        }
    }
    let Some(status) = list.at(&reference.entry) else {
        return Err(findings.fail(&INDEX, "the index that the credential names lies beyond the status list"));
    };
    findings.pass(&INDEX, "the list says something of the entry that the credential names");
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
