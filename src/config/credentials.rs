//! `[[credentials]]`: what can be asked for, and whom we believe.

use std::path::Path;
use std::sync::Arc;

use super::address::Addresses;
use super::duration;
use super::fault::Faults;
use super::file;
use super::raw::{Credential, Trust};
use crate::domain::base::json::{self, Bounds};
use crate::domain::jose::key_set::KeySet;
use crate::domain::openid4vp::dcql::{CredentialQuery, Query};
use crate::domain::sdjwt::status::policy::{StatusCheck, StatusPolicy};
use crate::domain::sdjwt::trust::{CredentialTrust, KeySource, TrustPolicy};

/// What a JWKS file may hold.
const JWKS: Bounds = Bounds { bytes: 1 << 20, depth: 8, members: 20_000 };

/// Checks every credential. Relative paths begin at `folder`.
pub(super) fn check(
    credentials: Vec<Credential>,
    addresses: Addresses,
    folder: &Path,
    faults: &mut Faults,
) -> TrustPolicy {
    let mut ids: Vec<String> = Vec::new();
    let mut pinned: Vec<(String, Trust)> = Vec::new();
    let mut checked = Vec::new();
    for (index, credential) in credentials.into_iter().enumerate() {
        let at = |key: &str| format!("credentials[{index}].{key}");
        let status = status(&credential, at, faults);
        let id = faults.need(&at("id"), credential.id, "the id of the DCQL credential query");
        let askable = askable(id.as_deref(), &credential.vct, at, faults);
        if let Some(id) = &id {
            if ids.contains(id) {
                faults.add(at("id"), "is the id of another credential");
            }
            ids.push(id.clone());
        }
        let issuer = faults.need(&at("issuer"), credential.issuer, "the exact `iss` of this credential");
        if let Some(issuer) = &issuer {
            faults.keep(&at("issuer"), addresses.name(issuer));
            // One issuer, one way to find its keys: no token may choose between two (REQ-5.4).
            if pinned.iter().any(|(other, trust)| other == issuer && *trust != credential.trust) {
                faults.add(at("trust"), "differs from the trust in the same issuer above");
            }
            pinned.push((issuer.clone(), credential.trust.clone()));
        }
        let keys = keys(credential.trust, &at("trust"), addresses, folder, faults);
        if let (Some(id), Some(issuer), Some(keys), Some(status)) = (id, issuer, keys, status)
            && askable
        {
            checked.push(CredentialTrust {
                id,
                vct: credential.vct,
                issuer,
                keys,
                accept_legacy_typ: credential.accept_legacy_typ,
                accept_json_serialization: credential.accept_json_serialization,
                status,
            });
        }
    }
    TrustPolicy { credentials: checked }
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

fn status(credential: &Credential, at: impl Fn(&str) -> String, faults: &mut Faults) -> Option<StatusPolicy> {
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

fn keys(
    trust: Trust,
    at: &str,
    addresses: Addresses,
    folder: &Path,
    faults: &mut Faults,
) -> Option<KeySource> {
    if trust.x5c_roots.is_some() {
        faults.add(format!("{at}.x5c_roots"), "is not offered yet; offered: jwks_uri, jwks_file");
    }
    if trust.issuer_metadata.is_some() {
        faults.add(format!("{at}.issuer_metadata"), "is not offered yet; offered: jwks_uri, jwks_file");
    }
    match (trust.jwks_uri, trust.jwks_file) {
        (Some(uri), None) => {
            faults.keep(&format!("{at}.jwks_uri"), addresses.web(&uri)).map(KeySource::JwksUri)
        }
        (None, Some(path)) => {
            let keys = jwks_file(&folder.join(path));
            faults.keep(&format!("{at}.jwks_file"), keys).map(|keys| KeySource::Jwks(Arc::new(keys)))
        }
        (Some(_), Some(_)) => {
            faults.add(at, "must hold exactly one of jwks_uri and jwks_file");
            None
        }
        (None, None) if trust.x5c_roots.is_some() || trust.issuer_metadata.is_some() => None,
        (None, None) => {
            faults.add(at, "is missing: how the keys of this issuer are found: { jwks_uri = \"https://...\" } or { jwks_file = \"...\" }");
            None
        }
    }
}

fn jwks_file(path: &Path) -> Result<KeySet, String> {
    let bytes = file::read(path, JWKS.bytes)?;
    let json = json::parse(&bytes, &JWKS).map_err(|why| why.to_string())?;
    let keys = KeySet::from_json(&json).map_err(|why| why.to_string())?;
    if keys.keys().is_empty() {
        return Err("holds no key that could verify a signature".to_owned());
    }
    Ok(keys)
}
