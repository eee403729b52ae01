//! From JSON to the parts of a query (OpenID4VP 1.0 sections 6.1, 6.2, 6.3). Reads the shape;
//! [`super::check`] judges the rest.

use std::fmt::Arguments;

use serde_json::{Map, Value};

use super::check::{
    MAX_AUTHORITIES, MAX_AUTHORITY_KEYS, MAX_CLAIM_SETS, MAX_CLAIMS, MAX_CREDENTIALS, MAX_TYPES, MAX_VALUES,
};
use super::path::{ClaimsPath, MAX_PATH, PathElement};
use super::trusted_authority::AKI;
use super::{ClaimQuery, CredentialQuery, CredentialSet, Meta, QueryFault, TrustedAuthority};
use crate::base::base64url;
use crate::trust::CredentialFormat;

type JsonMembers = Map<String, Value>;

/// The credential queries and the credential sets.
pub(super) fn query(query: &Value) -> Result<(Vec<CredentialQuery>, Vec<CredentialSet>), QueryFault> {
    let query = object(query, format_args!(""))?;
    let why = "must be an array of 1 to 16 credential queries";
    let credentials = each(query, format_args!(""), "credentials", MAX_CREDENTIALS, why, credential)?;
    let why = "must be an array of 1 to 16 sets when present";
    let sets = optional(query, "credential_sets", |name| {
        each(query, format_args!(""), name, MAX_CREDENTIALS, why, credential_set)
    })?;
    Ok((credentials, sets.unwrap_or_default()))
}

fn credential(value: &Value, at: Arguments<'_>) -> Result<CredentialQuery, QueryFault> {
    let members = object(value, at)?;
    let id = text(members, at, "id")?;
    let format = text(members, at, "format")?;
    let format = CredentialFormat::from_identifier(&format).ok_or_else(|| {
        QueryFault::at(format_args!("{at}/format"), "only dc+sd-jwt and mso_mdoc are supported")
    })?;
    let authorities = optional(members, "trusted_authorities", |name| {
        let why = "must be an array of 1 to 16 authorities when present";
        each(members, at, name, MAX_AUTHORITIES, why, trusted_authority)
    })?;
    let claims = optional(members, "claims", |name| {
        let why = "must be an array of 1 to 64 claims queries when present";
        each(members, at, name, MAX_CLAIMS, why, claim)
    })?;
    let claim_sets = optional(members, "claim_sets", |name| {
        let why = "must be an array of 1 to 16 sets when present";
        each(members, at, name, MAX_CLAIM_SETS, why, |set, at| ids(set, at, MAX_CLAIMS))
    })?;
    Ok(CredentialQuery {
        id,
        meta: meta(format, members, at)?,
        claims: claims.unwrap_or_default(),
        claim_sets: claim_sets.unwrap_or_default(),
        multiple: boolean(members, at, "multiple", false)?,
        holder_binding: boolean(members, at, "require_cryptographic_holder_binding", true)?,
        trusted_authorities: authorities.unwrap_or_default(),
    })
}

/// What cannot be judged is refused: ignored, it would let in whom the query keeps out.
pub(super) fn trusted_authority(value: &Value, at: Arguments<'_>) -> Result<TrustedAuthority, QueryFault> {
    let members = object(value, at)?;
    if text(members, at, "type")? != AKI {
        let why = "cannot be judged by this verifier, and must not be ignored: only aki is supported";
        return Err(QueryFault::at(format_args!("{at}/type"), why));
    }
    let why = "must be an array of 1 to 32 key identifiers";
    let ids = each(members, at, "values", MAX_AUTHORITY_KEYS, why, |value, at| {
        let id = value.as_str().and_then(|text| base64url::decode(text).ok());
        id.ok_or_else(|| QueryFault::at(at, "must be a KeyIdentifier in unpadded base64url"))
    })?;
    Ok(TrustedAuthority::AuthorityKeyIds(ids))
}

fn meta(format: CredentialFormat, credential: &JsonMembers, at: Arguments<'_>) -> Result<Meta, QueryFault> {
    let at = format_args!("{at}/meta");
    let meta = object(credential.get("meta").ok_or_else(|| QueryFault::at(at, "is required"))?, at)?;
    for other in CredentialFormat::ALL.iter().filter(|other| **other != format) {
        refuse(meta, at, other.meta_member(), "belongs to credentials of another format")?;
    }
    if format.is_namespaced() {
        return Ok(Meta { format, types: vec![text(meta, at, format.meta_member())?] });
    }
    let why = "must be an array of 1 to 16 strings";
    Ok(Meta { format, types: each(meta, at, format.meta_member(), MAX_TYPES, why, string)? })
}

fn claim(value: &Value, at: Arguments<'_>) -> Result<ClaimQuery, QueryFault> {
    let members = object(value, at)?;
    let intent_to_retain = optional(members, "intent_to_retain", |name| boolean(members, at, name, false))?;
    let id = optional(members, "id", |name| text(members, at, name))?;
    let why = "must be an array of 1 to 16 elements";
    let elements = each(members, at, "path", MAX_PATH, why, path_element)?;
    let path = ClaimsPath::of(elements).map_err(|why| QueryFault::at(format_args!("{at}/path"), why))?;
    let why = "must be an array of 1 to 64 values when present";
    let values = optional(members, "values", |name| list(members, at, name, MAX_VALUES, why).cloned())?;
    let values = values.unwrap_or_default().into_iter().map(whole).collect();
    Ok(ClaimQuery { id, path, values, intent_to_retain })
}

/// `18.0` is the integer 18 (RFC 8259 section 6), and is asked for as that.
fn whole(value: Value) -> Value {
    let Some(double) = value.as_f64().filter(|_| value.is_f64()) else { return value };
    double.to_string().parse::<i64>().map_or(value, Value::from)
}

fn path_element(element: &Value, at: Arguments<'_>) -> Result<PathElement, QueryFault> {
    let index = |number: &serde_json::Number| usize::try_from(number.as_u64()?).ok();
    match element {
        Value::String(name) => Some(PathElement::Name(name.clone())),
        Value::Null => Some(PathElement::All),
        Value::Number(number) => index(number).map(PathElement::Index),
        _ => None,
    }
    .ok_or_else(|| QueryFault::at(at, "must be a string, null or a non-negative integer"))
}

fn credential_set(value: &Value, at: Arguments<'_>) -> Result<CredentialSet, QueryFault> {
    let members = object(value, at)?;
    let why = "must be an array of 1 to 16 options";
    let options =
        each(members, at, "options", MAX_CREDENTIALS, why, |option, at| ids(option, at, MAX_CREDENTIALS))?;
    Ok(CredentialSet { options, required: boolean(members, at, "required", true)? })
}

fn ids(value: &Value, at: Arguments<'_>, most: usize) -> Result<Vec<String>, QueryFault> {
    let ids = value.as_array().filter(|ids| !ids.is_empty() && ids.len() <= most);
    let ids = ids.ok_or_else(|| QueryFault::at(at, "must be a non-empty array of ids"))?;
    ids.iter().enumerate().map(|(index, id)| string(id, format_args!("{at}/{index}"))).collect()
}

fn boolean(members: &JsonMembers, at: Arguments<'_>, name: &str, default: bool) -> Result<bool, QueryFault> {
    match members.get(name) {
        None => Ok(default),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(QueryFault::at(format_args!("{at}/{name}"), "must be a boolean")),
    }
}

fn refuse(members: &JsonMembers, at: Arguments<'_>, name: &str, why: &'static str) -> Result<(), QueryFault> {
    if members.contains_key(name) { Err(QueryFault::at(format_args!("{at}/{name}"), why)) } else { Ok(()) }
}

fn object<'v>(value: &'v Value, at: Arguments<'_>) -> Result<&'v JsonMembers, QueryFault> {
    value.as_object().ok_or_else(|| QueryFault::at(at, "must be an object"))
}

fn text(members: &JsonMembers, at: Arguments<'_>, name: &str) -> Result<String, QueryFault> {
    let at = format_args!("{at}/{name}");
    members.get(name).map_or_else(|| Err(QueryFault::at(at, "is required")), |value| string(value, at))
}

fn string(value: &Value, at: Arguments<'_>) -> Result<String, QueryFault> {
    value.as_str().map(str::to_owned).ok_or_else(|| QueryFault::at(at, "must be a string"))
}

fn optional<'n, T>(
    members: &JsonMembers,
    name: &'n str,
    read: impl FnOnce(&'n str) -> Result<T, QueryFault>,
) -> Result<Option<T>, QueryFault> {
    members.contains_key(name).then(|| read(name)).transpose()
}

/// Every element of a list, read with its pointer.
fn each<T>(
    members: &JsonMembers,
    at: Arguments<'_>,
    name: &str,
    most: usize,
    why: &'static str,
    read: impl Fn(&Value, Arguments<'_>) -> Result<T, QueryFault>,
) -> Result<Vec<T>, QueryFault> {
    let items = list(members, at, name, most, why)?.iter().enumerate();
    items.map(|(index, item)| read(item, format_args!("{at}/{name}/{index}"))).collect()
}

fn list<'v>(
    members: &'v JsonMembers,
    at: Arguments<'_>,
    name: &str,
    most: usize,
    why: &'static str,
) -> Result<&'v Vec<Value>, QueryFault> {
    let items = members.get(name).and_then(Value::as_array);
    items
        .filter(|items| !items.is_empty() && items.len() <= most)
        .ok_or_else(|| QueryFault::at(format_args!("{at}/{name}"), why))
}
