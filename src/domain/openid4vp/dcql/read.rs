//! From JSON to a query, and what a query must satisfy however it was made (OpenID4VP 1.0 sections 6.1, 6.3).

use serde_json::{Map, Value};

use super::path::{ClaimsPath, MAX_PATH, PathElement};
use super::{ClaimQuery, CredentialQuery, QueryFault};

/// The Credential Format Identifier of SD-JWT VC (section B.3.1).
pub(super) const FORMAT: &str = "dc+sd-jwt";

const MAX_CREDENTIALS: usize = 16;
const MAX_CLAIMS: usize = 64;
const MAX_VCT_VALUES: usize = 16;
const MAX_VALUES: usize = 64;
/// In bytes.
const MAX_ID: usize = 64;
/// In bytes; also the longest string among `values`.
const MAX_VCT: usize = 1024;

/// Reads the shape; [`check`] judges the rest.
pub(super) fn credentials(query: &Value) -> Result<Vec<CredentialQuery>, QueryFault> {
    let query = object(query, "")?;
    refuse(
        query,
        "",
        "credential_sets",
        "credential sets are not supported yet: every credential is required",
    )?;
    list(query, "", "credentials", MAX_CREDENTIALS, "must be an array of 1 to 16 credential queries")?
        .iter()
        .enumerate()
        .map(|(index, value)| credential(value, &format!("/credentials/{index}")))
        .collect()
}

/// The rules that hold between the parts, and the bounds.
pub(super) fn check(credentials: &[CredentialQuery]) -> Result<(), QueryFault> {
    if credentials.is_empty() || credentials.len() > MAX_CREDENTIALS {
        return Err(fault("/credentials", "must be an array of 1 to 16 credential queries"));
    }
    for (index, credential) in credentials.iter().enumerate() {
        let at = format!("/credentials/{index}");
        check_id(&credential.id, &format!("{at}/id"))?;
        if credentials.iter().take(index).any(|earlier| earlier.id == credential.id) {
            return Err(fault(format!("{at}/id"), "must be unique in the query"));
        }
        check_vct_values(&credential.vct_values, &format!("{at}/meta/vct_values"))?;
        check_claims(&credential.claims, &format!("{at}/claims"))?;
    }
    Ok(())
}

fn credential(value: &Value, at: &str) -> Result<CredentialQuery, QueryFault> {
    let members = object(value, at)?;
    let id = text(members, at, "id")?;
    if text(members, at, "format")? != FORMAT {
        return Err(fault(format!("{at}/format"), "only dc+sd-jwt is supported"));
    }
    only_default(
        members,
        at,
        "multiple",
        false,
        "several presentations for one query are not supported yet",
    )?;
    only_default(
        members,
        at,
        "require_cryptographic_holder_binding",
        true,
        "holder binding is always required: this cannot be false",
    )?;
    refuse(members, at, "trusted_authorities", "trusted authorities are not supported yet")?;
    refuse(members, at, "claim_sets", "claim sets are not supported yet: every claim is required")?;
    let meta_at = format!("{at}/meta");
    let meta = object(members.get("meta").ok_or_else(|| fault(&meta_at, "is required"))?, &meta_at)?;
    let vct_values =
        list(meta, &meta_at, "vct_values", MAX_VCT_VALUES, "must be an array of 1 to 16 strings")?
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let at = || format!("{meta_at}/vct_values/{index}");
                value.as_str().map(str::to_owned).ok_or_else(|| fault(at(), "must be a string"))
            })
            .collect::<Result<_, _>>()?;
    Ok(CredentialQuery { id, vct_values, claims: claims(members, at)? })
}

fn claims(credential: &Map<String, Value>, at: &str) -> Result<Vec<ClaimQuery>, QueryFault> {
    if !credential.contains_key("claims") {
        return Ok(Vec::new());
    }
    list(credential, at, "claims", MAX_CLAIMS, "must be an array of 1 to 64 claims queries when present")?
        .iter()
        .enumerate()
        .map(|(index, value)| claim(value, &format!("{at}/claims/{index}")))
        .collect()
}

fn claim(value: &Value, at: &str) -> Result<ClaimQuery, QueryFault> {
    let members = object(value, at)?;
    refuse(members, at, "intent_to_retain", "belongs to mso_mdoc, not to dc+sd-jwt")?;
    let id = if members.contains_key("id") { Some(text(members, at, "id")?) } else { None };
    let elements = list(members, at, "path", MAX_PATH, "must be an array of 1 to 16 elements")?
        .iter()
        .enumerate()
        .map(|(index, element)| {
            path_element(element).ok_or_else(|| {
                fault(format!("{at}/path/{index}"), "must be a string, null or a non-negative integer")
            })
        })
        .collect::<Result<_, _>>()?;
    let path = ClaimsPath::of(elements).map_err(|why| fault(format!("{at}/path"), why))?;
    let values = if members.contains_key("values") {
        list(members, at, "values", MAX_VALUES, "must be an array of 1 to 64 values when present")?.clone()
    } else {
        Vec::new()
    };
    Ok(ClaimQuery { id, path, values })
}

fn path_element(element: &Value) -> Option<PathElement> {
    match element {
        Value::String(name) => Some(PathElement::Name(name.clone())),
        Value::Null => Some(PathElement::All),
        Value::Number(index) => usize::try_from(index.as_u64()?).ok().map(PathElement::Index),
        _ => None,
    }
}

fn check_vct_values(values: &[String], at: &str) -> Result<(), QueryFault> {
    if values.is_empty() || values.len() > MAX_VCT_VALUES {
        return Err(fault(at, "must be an array of 1 to 16 strings"));
    }
    match values.iter().position(|value| value.is_empty() || value.len() > MAX_VCT) {
        Some(index) => Err(fault(format!("{at}/{index}"), "must be a string of 1 to 1024 bytes")),
        None => Ok(()),
    }
}

fn check_claims(claims: &[ClaimQuery], at: &str) -> Result<(), QueryFault> {
    if claims.len() > MAX_CLAIMS {
        return Err(fault(at, "must be an array of 1 to 64 claims queries when present"));
    }
    for (index, claim) in claims.iter().enumerate() {
        let at = format!("{at}/{index}");
        let mut earlier = claims.iter().take(index);
        if let Some(id) = &claim.id {
            check_id(id, &format!("{at}/id"))?;
            if earlier.clone().any(|other| other.id.as_ref() == Some(id)) {
                return Err(fault(format!("{at}/id"), "must be unique among the claims"));
            }
        }
        if !matches!(claim.path.elements().first(), Some(PathElement::Name(_))) {
            return Err(fault(format!("{at}/path/0"), "must be a string: a credential is an object"));
        }
        if earlier.any(|other| other.path == claim.path) {
            return Err(fault(format!("{at}/path"), "addresses a claim a second time"));
        }
        check_values(&claim.values, &format!("{at}/values"))?;
    }
    Ok(())
}

fn check_values(values: &[Value], at: &str) -> Result<(), QueryFault> {
    if values.len() > MAX_VALUES {
        return Err(fault(at, "must be an array of 1 to 64 values when present"));
    }
    let allowed = |value: &Value| match value {
        Value::String(text) => text.len() <= MAX_VCT,
        Value::Number(number) => !number.is_f64(),
        Value::Bool(_) => true,
        _ => false,
    };
    match values.iter().position(|value| !allowed(value)) {
        Some(index) => Err(fault(
            format!("{at}/{index}"),
            "must be a string of at most 1024 bytes, an integer or a boolean",
        )),
        None => Ok(()),
    }
}

/// Section 6.1 and 6.3: alphanumeric, underscore, hyphen.
fn check_id(id: &str, at: &str) -> Result<(), QueryFault> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(good) {
        return Err(fault(at, "must be 1 to 64 letters, digits, underscores or hyphens"));
    }
    Ok(())
}

fn only_default(
    members: &Map<String, Value>,
    at: &str,
    name: &str,
    default: bool,
    why: &'static str,
) -> Result<(), QueryFault> {
    match members.get(name) {
        None => Ok(()),
        Some(Value::Bool(value)) if *value == default => Ok(()),
        Some(Value::Bool(_)) => Err(fault(format!("{at}/{name}"), why)),
        Some(_) => Err(fault(format!("{at}/{name}"), "must be a boolean")),
    }
}

fn refuse(members: &Map<String, Value>, at: &str, name: &str, why: &'static str) -> Result<(), QueryFault> {
    if members.contains_key(name) { Err(fault(format!("{at}/{name}"), why)) } else { Ok(()) }
}

fn object<'v>(value: &'v Value, at: &str) -> Result<&'v Map<String, Value>, QueryFault> {
    value.as_object().ok_or_else(|| fault(at, "must be an object"))
}

fn text(members: &Map<String, Value>, at: &str, name: &str) -> Result<String, QueryFault> {
    let value = members.get(name).ok_or_else(|| fault(format!("{at}/{name}"), "is required"))?;
    value.as_str().map(str::to_owned).ok_or_else(|| fault(format!("{at}/{name}"), "must be a string"))
}

fn list<'v>(
    members: &'v Map<String, Value>,
    at: &str,
    name: &str,
    most: usize,
    why: &'static str,
) -> Result<&'v Vec<Value>, QueryFault> {
    let items = members.get(name).and_then(Value::as_array);
    items
        .filter(|items| !items.is_empty() && items.len() <= most)
        .ok_or_else(|| fault(format!("{at}/{name}"), why))
}

fn fault(pointer: impl Into<String>, why: &'static str) -> QueryFault {
    QueryFault { pointer: pointer.into(), why }
}
