//! Credentials: what can be asked for, and whom we believe.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::address::Addresses;
use super::fault::Pointer;
use super::trust::{self, TrustRegistrations};
use super::{Sources, lifetime, type_metadata};
use crate::openid4vp::dcql::{CredentialQuery, Query};
use crate::trust::status_policy::{StatusCheck, StatusPolicy};
use crate::trust::{CredentialTrust, FormatRules, SdJwtVcRules, TrustPolicy};

/// A credential of one issuer. Entries with one id are one question, about the same types, that any of their issuers
/// may answer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CredentialRegistration {
    /// The id of the DCQL credential query.
    pub id: Option<String>,
    /// What other products call this credential.
    pub aliases: Vec<String>,
    /// A claim that the issuer promises never to change for a person and never to give to another one. The `sub` of
    /// tokens is made of it; when left out, of the key that the wallet holds.
    pub stable_identifier: Option<Value>,
    /// How sure it is that who shows it is who it names: the `acr` of tokens.
    pub acr: Option<String>,
    /// The accepted types.
    pub vct: Vec<String>,
    /// The exact `iss`.
    pub issuer: Option<String>,
    /// How this issuer's keys are found: in one way, or in two that headers tell apart.
    pub trust: TrustRegistrations,
    /// Accept the type `vc+sd-jwt` of older drafts too.
    pub accept_legacy_typ: bool,
    /// Accept presentations in JSON serialisation (RFC 9901 section 8) too.
    pub accept_json_serialization: bool,
    /// `check` the status when the credential names one, or `require` that it names one. `check` when left out.
    pub status: Option<String>,
    /// How long an older status list may serve when a new one cannot be had; not at all when left out.
    pub status_stale_if_error: Option<String>,
    /// Look no status up, so that revoked credentials are accepted.
    pub danger_ignore_status: bool,
    /// Files with type metadata (SD-JWT VC section 5): one for every accepted type and every type that those extend.
    pub type_metadata: Vec<String>,
}

/// Checks every credential.
pub(super) fn check(
    given: &[CredentialRegistration],
    addresses: Addresses,
    sources: &dyn Sources,
    all: &Pointer<'_>,
) -> TrustPolicy {
    let mut credentials = Vec::new();
    for (index, (at, one)) in all.each(given).enumerate() {
        let others = given.get(..index).unwrap_or_default();
        let trusted = checked(one, others, addresses, sources, &at);
        credentials.extend(trusted.into_iter().flatten());
    }
    TrustPolicy { credentials }
}

/// Whom to believe about one credential: a way for each kind of header. `others` stand before it.
fn checked(
    given: &CredentialRegistration,
    others: &[CredentialRegistration],
    addresses: Addresses,
    sources: &dyn Sources,
    at: &Pointer<'_>,
) -> Option<Vec<CredentialTrust>> {
    let status = status(given, at);
    let id = at.need("id", given.id.as_deref(), "the id of the DCQL credential query");
    let askable = askable(given, at);
    let issuer = at.need("issuer", given.issuer.as_deref(), "the exact `iss` of this credential");
    agreement(given, others, at);
    let looked = trust::Looked { addresses, sources, at };
    let status_roots = trust::status_roots(&given.trust, &looked);
    let keys = trust::check(&given.trust, issuer, &looked);
    let types = type_metadata::check(&given.type_metadata, &given.vct, sources, &at.key("type_metadata"));
    let (id, issuer, keys, status_roots) = (id?, issuer?, keys?, status_roots?);
    let (status, types) = (status?, types?);
    let trust = |keys| CredentialTrust {
        id: id.to_owned(),
        types: given.vct.clone(),
        issuer: issuer.to_owned(),
        keys,
        status_roots: status_roots.clone(),
        status,
        rules: FormatRules::SdJwtVc(SdJwtVcRules {
            accept_legacy_typ: given.accept_legacy_typ,
            accept_json_serialization: given.accept_json_serialization,
            type_metadata: types.clone(),
        }),
    };
    askable.then(|| keys.into_iter().map(trust).collect())
}

/// What entries of one id or of one issuer must agree on, and what must tell them apart.
fn agreement(given: &CredentialRegistration, others: &[CredentialRegistration], at: &Pointer<'_>) {
    let (id, issuer) = (given.id.as_ref(), given.issuer.as_ref());
    for other in others.iter().filter(|other| issuer.is_some() && id.is_some() && other.id.as_ref() == id) {
        if other.issuer.as_ref() == issuer {
            at.add("id", "is the id of another credential of the same issuer");
        } else if other.issuer.is_some() && other.vct != given.vct {
            at.add("vct", "differs from the types of the same id above: one id is one question");
        }
    }
    // One issuer, one way to find its keys, or one for each kind of header: no token may choose (REQ-5.4).
    let mut same_issuer = others.iter().filter(|other| issuer.is_some() && other.issuer.as_ref() == issuer);
    if same_issuer.any(|other| other.trust != given.trust) {
        at.add("trust", "differs from the trust in the same issuer above");
    }
}

/// Whether a query for this credential can be written at all.
fn askable(given: &CredentialRegistration, at: &Pointer<'_>) -> bool {
    if given.vct.is_empty() {
        at.add("vct", "is missing: the accepted types of this credential, at least one");
        return false;
    }
    let id = given.id.as_deref().unwrap_or("id");
    let query = CredentialQuery::new(id, given.vct.clone(), Vec::new());
    let Err(fault) = Query::of(vec![query]) else { return true };
    let vct = at.key("vct");
    let blamed = match fault.pointer.rsplit_once("/vct_values/") {
        Some((_, place)) => vct.key(place),
        None if fault.pointer.ends_with("/vct_values") => vct,
        None => at.key("id"),
    };
    blamed.blame(fault.why);
    false
}

fn status(given: &CredentialRegistration, at: &Pointer<'_>) -> Option<StatusPolicy> {
    let stale = given.status_stale_if_error.as_deref().map(lifetime::parse).transpose();
    let stale = at.key("status_stale_if_error").keep(stale)?.unwrap_or_default();
    if given.danger_ignore_status {
        if given.status.is_some() || !stale.is_zero() {
            let why = "leaves `status` and `status_stale_if_error` without effect; remove one or the other";
            at.add("danger_ignore_status", why);
        }
        return Some(StatusPolicy { check: StatusCheck::Ignored, stale_if_error: stale });
    }
    let words = [("check", StatusCheck::WhenNamed), ("require", StatusCheck::Required)];
    let word = given.status.as_deref().unwrap_or("check");
    let check = at.key("status").choice(word, &words, "must be \"check\" or \"require\"")?;
    Some(StatusPolicy { check, stale_if_error: stale })
}
