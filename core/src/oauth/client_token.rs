//! Access tokens that a client gets for itself (RFC 6749 section 4.4): they open the REST API and nothing else.
//! Nobody presented anything for them, so no person is behind them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::thumbprint::Thumbprint;
use crate::base::id::TokenId;
use crate::base::time::Timestamp;

/// The only scope of such a token: the REST API.
pub const API_SCOPE: &str = "vpgate:api";

/// Such a token as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientToken {
    /// `jti`
    pub id: TokenId,
    /// Whose it is.
    pub client_id: String,
    /// What it is for: us.
    pub audience: String,
    /// The key that it is bound to (RFC 9449 section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop: Option<Thumbprint>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From this second on it is dead.
    pub expires_at: Timestamp,
}

impl ClientToken {
    /// All claims of the JWT that `issuer` signs for it. The client is its own subject (RFC 9068 section 2.2).
    pub fn claims(&self, issuer: &str) -> Map<String, Value> {
        let claims = [
            ("iss", json!(issuer)),
            ("sub", json!(self.client_id)),
            ("aud", json!(self.audience)),
            ("client_id", json!(self.client_id)),
            ("scope", json!(API_SCOPE)),
            ("iat", json!(self.issued_at)),
            ("exp", json!(self.expires_at)),
            ("jti", json!(self.id)),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let mut claims = Map::from_iter(claims);
        if let Some(key) = &self.dpop {
            claims.insert("cnf".to_owned(), json!({ "jkt": key }));
        }
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::testing::{NOW, THUMBPRINT};

    #[test]
    fn a_client_is_the_subject_of_its_own_token_and_its_key_is_named() {
        let token = ClientToken {
            id: TokenId::from_entropy([2; 16]),
            client_id: "shop".to_owned(),
            audience: "https://verify.example".to_owned(),
            dpop: None,
            issued_at: NOW,
            expires_at: Timestamp::from_unix(4_600),
        };
        let expected = json!({
            "iss": "https://verify.example", "sub": "shop", "aud": "https://verify.example", "client_id": "shop",
            "scope": "vpgate:api", "iat": 1_000, "exp": 4_600, "jti": token.id.as_str(),
        });
        assert_eq!(Value::Object(token.claims("https://verify.example")), expected);
        let bound = ClientToken { dpop: Thumbprint::parse(THUMBPRINT), ..token };
        assert_eq!(bound.claims("i")["cnf"], json!({ "jkt": THUMBPRINT }));
    }
}
