//! Issuers that are named by a DID: `did:jwk`, whose key is in the name, and `did:web`, whose document is
//! on the web (the method specifications of those names; DID Core sections 3.2, 5.2 and 5.3).

use serde_json::Value;
use url::Url;

use crate::base::base64url;
use crate::base::json::{self, Bounds};
use crate::jose::jwk::{JwkFault, PublicKey};
use crate::jose::key_set::KeySet;

/// Where the key of a DID is.
#[derive(Debug)]
pub enum DidKeys {
    /// In the DID.
    Inside(KeySet),
    /// In the document there.
    Document(Url),
}

/// The JWK inside a `did:jwk`.
const JWK: Bounds = Bounds { bytes: 4 << 10, depth: 3, members: 32 };

/// Reads a DID of one of the two methods.
///
/// # Errors
/// One [`DidFault`] per way to be unusable.
pub fn resolve(did: &str) -> Result<DidKeys, DidFault> {
    match did.split_once(':').and_then(|(_did, rest)| rest.split_once(':')) {
        Some(("jwk", inside)) if did.starts_with("did:") => key_inside(did, inside).map(DidKeys::Inside),
        Some(("web", place)) if did.starts_with("did:") => web_location(place).map(DidKeys::Document),
        _ => Err(DidFault::Method),
    }
}

/// The keys by which `did` signs, from its document: those of `assertionMethod`, each named by its
/// absolute DID URL. What has no `publicKeyJwk` or belongs to another DID is left out.
///
/// # Errors
/// [`DidFault::Id`] and [`DidFault::Document`]; single unusable keys are no error.
pub fn keys_in(document: &Value, did: &str) -> Result<KeySet, DidFault> {
    if document.get("id").and_then(Value::as_str) != Some(did) {
        return Err(DidFault::Id);
    }
    let list = |name: &str| match document.get(name) {
        None => Ok(&[][..]),
        Some(value) => value.as_array().map(Vec::as_slice).ok_or(DidFault::Document),
    };
    let (methods, assertions) = (list("verificationMethod")?, list("assertionMethod")?);
    let mut keys = Vec::new();
    for assertion in assertions {
        let method = match assertion {
            Value::String(id) => methods.iter().find(|method| id_of(method, did) == absolute(id, did)),
            embedded => Some(embedded),
        };
        keys.extend(method.and_then(|method| key(method, did)));
    }
    Ok(keys.into_iter().collect())
}

/// Why a DID or its document cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DidFault {
    #[error("must be a did:jwk or a did:web")]
    Method,
    #[error("does not hold a JWK in unpadded base64url after did:jwk:")]
    Encoding,
    /// A JWK that cannot be used.
    #[error("does not hold a usable public JWK: {0}")]
    Jwk(#[from] JwkFault),
    /// No place on the web.
    #[error("must be did:web:, a host name, perhaps %3A and a port, and path segments after colons")]
    Place,
    #[error("`id` in the DID document is not exactly the DID it was fetched for")]
    Id,
    /// Not shaped as a DID document.
    #[error("`verificationMethod` or `assertionMethod` in the DID document is not an array")]
    Document,
}

/// did:jwk: the key is named `#0`.
fn key_inside(did: &str, inside: &str) -> Result<KeySet, DidFault> {
    if inside.len() > JWK.bytes {
        return Err(DidFault::Encoding);
    }
    let text = base64url::decode(inside).map_err(|_| DidFault::Encoding)?;
    let jwk = json::parse(&text, &JWK).map_err(|_| DidFault::Encoding)?;
    Ok(KeySet::of(vec![named(&jwk, format!("{did}#0"))?]))
}

/// did:web, "Read (Resolve)": colons become slashes, `%3A` a colon; without a path, `/.well-known`.
fn web_location(place: &str) -> Result<Url, DidFault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_%".contains(c);
    let mut parts = place.split(':');
    let host = parts.next().unwrap_or_default().replace("%3A", ":").replace("%3a", ":");
    let segments: Vec<&str> = parts.collect();
    let odd = |part: &&str| part.is_empty() || !part.chars().all(allowed) || matches!(*part, "." | "..");
    if segments.iter().any(odd) || host.contains('%') || !place.chars().all(|c| allowed(c) || c == ':') {
        return Err(DidFault::Place);
    }
    let path = if segments.is_empty() { ".well-known".to_owned() } else { segments.join("/") };
    let url = Url::parse(&format!("https://{host}/{path}/did.json")).map_err(|_| DidFault::Place)?;
    // An IP address is no host name; a percent-encoded dot would lead elsewhere.
    if url.domain().is_none() || url.path() != format!("/{path}/did.json") {
        return Err(DidFault::Place);
    }
    Ok(url)
}

/// `None` for what is not given as a JWK, or not for this DID to give.
fn key(method: &Value, did: &str) -> Option<Result<PublicKey, JwkFault>> {
    let id = id_of(method, did)?;
    let ours = id.strip_prefix(did).is_some_and(|rest| rest.starts_with('#'));
    let controlled = method.get("controller").and_then(Value::as_str) == Some(did);
    let jwk = method.get("publicKeyJwk").filter(|_| ours && controlled)?;
    Some(named(jwk, id))
}

/// The key under the name by which a token's `kid` calls it.
fn named(jwk: &Value, kid: String) -> Result<PublicKey, JwkFault> {
    let mut jwk = jwk.as_object().cloned().ok_or(JwkFault::NotAnObject)?;
    jwk.insert("kid".to_owned(), kid.into());
    PublicKey::from_jwk(&Value::Object(jwk))
}

fn id_of(method: &Value, did: &str) -> Option<String> {
    method.get("id").and_then(Value::as_str).and_then(|id| absolute(id, did))
}

/// A relative DID URL is one of this DID (DID Core section 3.2.2).
fn absolute(id: &str, did: &str) -> Option<String> {
    match id.strip_prefix('#') {
        Some("") => None,
        Some(fragment) => Some(format!("{did}#{fragment}")),
        None => Some(id.to_owned()),
    }
}

#[cfg(test)]
mod tests;
