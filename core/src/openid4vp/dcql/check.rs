//! What a query must satisfy however it was made (OpenID4VP 1.0 sections 6.1, 6.2, 6.3, 6.4), and its bounds.

use std::fmt::Arguments;

use serde_json::Value;

use super::path::PathElement;
use super::{ClaimQuery, CredentialQuery, CredentialSet, Meta, QueryFault, TrustedAuthority};
use crate::trust::CredentialFormat;

/// Most credential queries in one query; also the most credential sets, options, and ids in one option.
pub(super) const MAX_CREDENTIALS: usize = 16;
/// Most claims of one credential; also the most ids in one claim set.
pub(super) const MAX_CLAIMS: usize = 64;
/// Most claim sets of one credential.
pub(super) const MAX_CLAIM_SETS: usize = 16;
/// Most trusted authorities of one credential.
pub(super) const MAX_AUTHORITIES: usize = 16;
/// Most key identifiers of one authority.
pub const MAX_AUTHORITY_KEYS: usize = 32;
/// Longest key identifier, in bytes: a SHA-512 of a key.
const MAX_KEY_ID: usize = 64;
pub(super) const MAX_TYPES: usize = 16;
pub(super) const MAX_VALUES: usize = 64;
/// The longest identifier, in bytes.
const MAX_ID: usize = 64;
/// In bytes; also the longest string among `values`.
const MAX_TEXT: usize = 1024;

/// The rules within and between the credential queries.
pub(super) fn credentials(credentials: &[CredentialQuery]) -> Result<(), QueryFault> {
    if credentials.is_empty() || credentials.len() > MAX_CREDENTIALS {
        return Err(QueryFault::at("/credentials", "must be an array of 1 to 16 credential queries"));
    }
    for (index, credential) in credentials.iter().enumerate() {
        let at = format_args!("/credentials/{index}");
        id(&credential.id, format_args!("{at}/id"))?;
        if credentials.iter().take(index).any(|earlier| earlier.id == credential.id) {
            return Err(QueryFault::at(format_args!("{at}/id"), "must be unique in the query"));
        }
        types(&credential.meta, format_args!("{at}/meta/{}", credential.meta.format.meta_member()))?;
        if credential.meta.format == CredentialFormat::MsoMdoc && !credential.holder_binding {
            return Err(QueryFault::at(
                format_args!("{at}/require_cryptographic_holder_binding"),
                "must not be false: an mdoc without its device's signature proves nothing",
            ));
        }
        claims(&credential.claims, &credential.meta, format_args!("{at}/claims"))?;
        claim_sets(credential, at)?;
        authorities(&credential.trusted_authorities, format_args!("{at}/trusted_authorities"))?;
    }
    Ok(())
}

/// The rules of the credential sets over these credential queries.
pub(super) fn credential_sets(
    sets: &[CredentialSet],
    credentials: &[CredentialQuery],
) -> Result<(), QueryFault> {
    if sets.len() > MAX_CREDENTIALS {
        return Err(QueryFault::at("/credential_sets", "must be an array of 1 to 16 sets when present"));
    }
    for (index, set) in sets.iter().enumerate() {
        let at = format_args!("/credential_sets/{index}/options");
        if set.options.is_empty() || set.options.len() > MAX_CREDENTIALS {
            return Err(QueryFault::at(at, "must be an array of 1 to 16 options"));
        }
        for (index, option) in set.options.iter().enumerate() {
            let known = |id: &str| credentials.iter().any(|credential| credential.id == id);
            ids(option, format_args!("{at}/{index}"), MAX_CREDENTIALS, known, "names no credential query")?;
        }
    }
    Ok(())
}

fn types(meta: &Meta, at: Arguments<'_>) -> Result<(), QueryFault> {
    let values = &meta.types;
    if meta.format.is_namespaced() {
        let legal = matches!(&values[..], [one] if (1..=MAX_TEXT).contains(&one.len()));
        return if legal { Ok(()) } else { Err(QueryFault::at(at, "must be a string of 1 to 1024 bytes")) };
    }
    if values.is_empty() || values.len() > MAX_TYPES {
        return Err(QueryFault::at(at, "must be an array of 1 to 16 strings"));
    }
    match values.iter().position(|value| value.is_empty() || value.len() > MAX_TEXT) {
        Some(index) => {
            Err(QueryFault::at(format_args!("{at}/{index}"), "must be a string of 1 to 1024 bytes"))
        }
        None => Ok(()),
    }
}

fn claims(claims: &[ClaimQuery], meta: &Meta, at: Arguments<'_>) -> Result<(), QueryFault> {
    if claims.len() > MAX_CLAIMS {
        return Err(QueryFault::at(at, "must be an array of 1 to 64 claims queries when present"));
    }
    for (index, claim) in claims.iter().enumerate() {
        let at = format_args!("{at}/{index}");
        let mut earlier = claims.iter().take(index);
        if let Some(name) = &claim.id {
            id(name, format_args!("{at}/id"))?;
            if earlier.clone().any(|other| other.id.as_ref() == Some(name)) {
                return Err(QueryFault::at(format_args!("{at}/id"), "must be unique among the claims"));
            }
        }
        if !matches!(claim.path.elements().first(), Some(PathElement::Name(_))) {
            return Err(QueryFault::at(
                format_args!("{at}/path/0"),
                "must be a string: a credential is an object",
            ));
        }
        meta.takes(&claim.path).map_err(|why| QueryFault::at(format_args!("{at}/path"), why))?;
        if claim.intent_to_retain.is_some() && !meta.format.is_namespaced() {
            return Err(QueryFault::at(format_args!("{at}/intent_to_retain"), "belongs to mso_mdoc alone"));
        }
        if earlier.any(|other| other.path == claim.path) {
            return Err(QueryFault::at(format_args!("{at}/path"), "addresses a claim a second time"));
        }
        values(&claim.values, format_args!("{at}/values"))?;
    }
    Ok(())
}

/// REQ-1.66, REQ-1.67: every claim has a name then, and the sets name nothing else.
fn claim_sets(credential: &CredentialQuery, at: Arguments<'_>) -> Result<(), QueryFault> {
    let (claims, sets) = (&credential.claims, &credential.claim_sets);
    let sets_at = format_args!("{at}/claim_sets");
    if sets.is_empty() {
        return Ok(());
    }
    if sets.len() > MAX_CLAIM_SETS {
        return Err(QueryFault::at(sets_at, "must be an array of 1 to 16 sets when present"));
    }
    if claims.is_empty() {
        return Err(QueryFault::at(sets_at, "needs claims to choose from"));
    }
    if let Some(index) = claims.iter().position(|claim| claim.id.is_none()) {
        return Err(QueryFault::at(
            format_args!("{at}/claims/{index}/id"),
            "is required when there are claim sets",
        ));
    }
    let known = |id: &str| claims.iter().any(|claim| claim.id.as_deref() == Some(id));
    for (index, set) in sets.iter().enumerate() {
        ids(set, format_args!("{sets_at}/{index}"), MAX_CLAIMS, known, "names no claim of this credential")?;
    }
    Ok(())
}

fn authorities(authorities: &[TrustedAuthority], at: Arguments<'_>) -> Result<(), QueryFault> {
    if authorities.len() > MAX_AUTHORITIES {
        return Err(QueryFault::at(at, "must be an array of 1 to 16 authorities when present"));
    }
    for (index, TrustedAuthority::AuthorityKeyIds(ids)) in authorities.iter().enumerate() {
        let at = format_args!("{at}/{index}/values");
        if ids.is_empty() || ids.len() > MAX_AUTHORITY_KEYS {
            return Err(QueryFault::at(at, "must be an array of 1 to 32 key identifiers"));
        }
        if let Some(index) = ids.iter().position(|id| id.is_empty() || id.len() > MAX_KEY_ID) {
            return Err(QueryFault::at(format_args!("{at}/{index}"), "must be 1 to 64 bytes long"));
        }
    }
    Ok(())
}

fn values(values: &[Value], at: Arguments<'_>) -> Result<(), QueryFault> {
    if values.len() > MAX_VALUES {
        return Err(QueryFault::at(at, "must be an array of 1 to 64 values when present"));
    }
    let allowed = |value: &Value| match value {
        Value::String(text) => text.len() <= MAX_TEXT,
        Value::Number(number) => !number.is_f64(),
        Value::Bool(_) => true,
        _ => false,
    };
    match values.iter().position(|value| !allowed(value)) {
        Some(index) => Err(QueryFault::at(
            format_args!("{at}/{index}"),
            "must be a string of at most 1024 bytes, an integer or a boolean",
        )),
        None => Ok(()),
    }
}

/// A non-empty list of known ids, each once.
fn ids(
    list: &[String],
    at: Arguments<'_>,
    most: usize,
    known: impl Fn(&str) -> bool,
    unknown: &'static str,
) -> Result<(), QueryFault> {
    if list.is_empty() || list.len() > most {
        return Err(QueryFault::at(
            at,
            "must be a non-empty array, no longer than what it chooses from can be",
        ));
    }
    for (index, id) in list.iter().enumerate() {
        if !known(id) {
            return Err(QueryFault::at(format_args!("{at}/{index}"), unknown));
        }
        if list.iter().take(index).any(|earlier| earlier == id) {
            return Err(QueryFault::at(format_args!("{at}/{index}"), "is named a second time"));
        }
    }
    Ok(())
}

/// Section 6.1 and 6.3: alphanumeric, underscore, hyphen.
fn id(id: &str, at: Arguments<'_>) -> Result<(), QueryFault> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(good) {
        return Err(QueryFault::at(at, "must be 1 to 64 letters, digits, underscores or hyphens"));
    }
    Ok(())
}
