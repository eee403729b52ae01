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
        // A registered claim always wins.
        let claims = admission.token_claims().chain(claims).collect();
        AccessToken { id, claims, expires_in: expires_at.since(now).as_secs() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::admission::restore::admission;
    use crate::domain::admission::scopes::Scopes;
    use crate::domain::admission::token_claims::RequestParameters;
    use crate::domain::base::id::GrantId;
    use crate::domain::oauth::device_grant::{Pending, Terms};
    use crate::domain::oauth::polling::Pace;

    const NOW: Timestamp = Timestamp::from_unix(1_000);

    fn token(credential_ends: Option<i64>) -> AccessToken {
        let terms = Terms {
            id: GrantId::from_entropy([1; 16]),
            client_id: "tv".to_owned(),
            scopes: Scopes::parse("a b").unwrap(),
            parameters: RequestParameters::default(),
            created_at: NOW,
            expires_at: Timestamp::from_unix(1_600),
        };
        let row = json!({"scopes": ["a"], "subject": "s", "verified_at": 990, "expires_at": credential_ends});
        let pending = Pending::begin(terms, Pace::new(Duration::from_secs(5)));
        let approved = pending.approve(admission(&row.to_string()).unwrap(), NOW).unwrap();
        let policy = TokenPolicy {
            issuer: "https://verify.example".to_owned(),
            audience: "https://api.example".to_owned(),
            lifetime: Duration::from_secs(3_600),
        };
        policy.token_for(&approved, TokenId::from_entropy([2; 16]), NOW)
    }

    #[test]
    fn req_11_50_every_required_claim_is_there() {
        let token = token(None);
        let expected = json!({
            "iss": "https://verify.example", "sub": "s", "aud": "https://api.example", "client_id": "tv",
            "scope": "a", "iat": 1_000, "exp": 4_600, "jti": token.id.as_str(), "auth_time": 990,
        });
        assert_eq!(Value::Object(token.claims), expected);
        assert_eq!(token.expires_in, 3_600);
    }

    #[test]
    fn a_token_never_outlives_the_credential() {
        let token = token(Some(1_700));
        assert_eq!((token.claims["exp"].as_i64(), token.expires_in), (Some(1_700), 700));
    }
}
