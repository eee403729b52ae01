//! `[[credentials]]`: what can be asked for, and whom we believe.

use std::path::Path;

use super::address::Addresses;
use super::duration;
use super::fault::Faults;
use super::raw::{RawCredential, Trusts};
use super::{trust, type_metadata};
use vpgate_core::openid4vp::dcql::{CredentialQuery, Query};
use vpgate_core::trust::status_policy::{StatusCheck, StatusPolicy};
use vpgate_core::trust::{CredentialTrust, FormatRules, SdJwtVcRules, TrustPolicy};

/// Checks every credential. Relative paths begin at `folder`.
pub(super) fn check(
    credentials: Vec<RawCredential>,
    addresses: Addresses,
    folder: &Path,
    faults: &mut Faults,
) -> TrustPolicy {
    let mut asked: Vec<EntryOfCredential> = Vec::new();
    let mut pinned: Vec<(String, Trusts)> = Vec::new();
    let mut checked = Vec::new();
    for (index, credential) in credentials.into_iter().enumerate() {
        let at = |key: &str| format!("credentials[{index}].{key}");
        let status = status(&credential, at, faults);
        let id = faults.need(&at("id"), credential.id, "the id of the DCQL credential query");
        let askable = askable(id.as_deref(), &credential.vct, at, faults);
        let issuer = faults.need(&at("issuer"), credential.issuer, "the exact `iss` of this credential");
        if let (Some(id), Some(issuer)) = (&id, &issuer) {
            let new =
                EntryOfCredential { id: id.clone(), issuer: issuer.clone(), vct: credential.vct.clone() };
            for (key, why) in asked.iter().filter_map(|other| other.objects_to(&new)) {
                faults.add(at(key), why);
            }
            asked.push(new);
        }
        if let Some(issuer) = &issuer {
            // One issuer, one way to find its keys, or one for each kind of header: no token may choose (REQ-5.4).
            if pinned.iter().any(|(other, trust)| other == issuer && *trust != credential.trust) {
                faults.add(at("trust"), "differs from the trust in the same issuer above");
            }
            pinned.push((issuer.clone(), credential.trust.clone()));
        }
        let place = trust::EntryPath { at: &at, addresses, folder };
        let status_roots = trust::status_roots(&credential.trust, &place, faults);
        let sources = trust::check(credential.trust, issuer.as_deref(), &place, faults);
        let documents = &credential.type_metadata;
        let documents =
            type_metadata::check(documents, &credential.vct, &at("type_metadata"), folder, faults);
        if let (Some(id), Some(issuer), Some(sources), Some(status_roots), Some(status), Some(type_metadata)) =
            (id, issuer, sources, status_roots, status, documents)
            && askable
        {
            checked.extend(sources.into_iter().map(|keys| CredentialTrust {
                id: id.clone(),
                types: credential.vct.clone(),
                issuer: issuer.clone(),
                keys,
                status_roots: status_roots.clone(),
                status,
                rules: FormatRules::SdJwtVc(SdJwtVcRules {
                    accept_legacy_typ: credential.accept_legacy_typ,
                    accept_json_serialization: credential.accept_json_serialization,
                    type_metadata: type_metadata.clone(),
                }),
            }));
        }
    }
    TrustPolicy { credentials: checked }
}

/// What several entries of one id must agree on, and what must tell them apart.
struct EntryOfCredential {
    id: String,
    issuer: String,
    vct: Vec<String>,
}

impl EntryOfCredential {
    /// One id is one question: about the same types, to several issuers.
    fn objects_to(&self, other: &Self) -> Option<(&'static str, &'static str)> {
        match (self.id == other.id, self.issuer == other.issuer, self.vct == other.vct) {
            (true, true, _) => Some(("id", "is the id of another credential of the same issuer")),
            (true, false, false) => {
                Some(("vct", "differs from the types of the same id above: one id is one question"))
            }
            _ => None,
        }
    }
}

/// Whether a query for this credential can be written at all.
fn askable(id: Option<&str>, vct: &[String], at: impl Fn(&str) -> String, faults: &mut Faults) -> bool {
    if vct.is_empty() {
        faults.add(at("vct"), "is missing: the accepted types of this credential, at least one");
        return false;
    }
    let query = CredentialQuery::new(id.unwrap_or("id"), vct.to_vec(), Vec::new());
    let Err(fault) = Query::of(vec![query]) else { return true };
    let path = match fault.pointer.rsplit_once("/vct_values/") {
        Some((_, place)) => format!("{}[{place}]", at("vct")),
        None if fault.pointer.ends_with("/vct_values") => at("vct"),
        None => at("id"),
    };
    faults.add(path, fault.why);
    false
}

fn status(
    credential: &RawCredential,
    at: impl Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<StatusPolicy> {
    let stale = credential.status_stale_if_error.as_deref().map(duration::parse).transpose();
    let stale = faults.keep(&at("status_stale_if_error"), stale)?.unwrap_or_default();
    let ignored = credential.danger_ignore_status;
    if ignored && (credential.status.is_some() || !stale.is_zero()) {
        faults.add(
            at("danger_ignore_status"),
            "leaves `status` and `status_stale_if_error` without effect; remove one or the other",
        );
    }
    let check = match credential.status.as_deref() {
        _ if ignored => StatusCheck::Ignored,
        None | Some("check") => StatusCheck::WhenNamed,
        Some("require") => StatusCheck::Required,
        Some(_) => {
            faults.add(at("status"), "must be \"check\" or \"require\"");
            return None;
        }
    };
    Some(StatusPolicy { check, stale_if_error: stale })
}
