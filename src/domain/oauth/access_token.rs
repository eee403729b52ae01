//! The claims of a JWT access token (RFC 9068 section 2.2).

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::device_grant::Approved;
use crate::domain::base::id::TokenId;
use crate::domain::base::time::Timestamp;

/// The JOSE `typ` of an access token (RFC 9068 section 2.1).
pub const TYP: &str = "at+jwt";

/// Who issues, for whom, for how long.
#[derive(Clone, Debug)]
pub struct TokenPolicy {
    /// `iss`: our issuer identifier.
    pub issuer: String,
    /// `aud`: the resource the tokens are for.
    pub audience: String,
    /// The longest life of a token.
    pub lifetime: Duration,
}

/// A token about to be signed.
#[derive(Debug)]
pub struct AccessToken {
    /// Its `jti`.
    pub id: TokenId,
    /// All claims.
    pub claims: Map<String, Value>,
    /// Seconds until it expires.
    pub expires_in: u64,
}

impl TokenPolicy {
    /// The token that an approved grant earns. It never outlives the credential it came from.
    pub fn token_for(&self, approved: &Approved, id: TokenId, now: Timestamp) -> AccessToken {
        let admission = approved.admission();
        let latest = now.plus(self.lifetime);
        let expires_at = admission.expires_at().map_or(latest, |credential| credential.min(latest));
        let claims = [
            ("iss", json!(self.issuer)),
            ("sub", json!(admission.subject())),
            ("aud", json!(self.audience)),
            ("client_id", json!(approved.terms().client_id)),
            ("scope", json!(admission.scopes().to_string())),
            ("iat", json!(now)),
            ("exp", json!(expires_at)),
            ("jti", json!(id)),
            ("auth_time", json!(admission.verified_at())),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let claims = Map::from_iter(claims);
        AccessToken { id, claims, expires_in: expires_at.since(now).as_secs() }
    }
}
