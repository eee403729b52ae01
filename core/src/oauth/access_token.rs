//! The claims of a JWT access token (RFC 9068 section 2.2).

use serde_json::{Map, Value, json};

use super::issuance::{Family, IssuedAccess};

/// The JOSE `typ` of an access token (RFC 9068 section 2.1).
pub const TYP: &str = "at+jwt";

impl IssuedAccess {
    /// All claims of the JWT that `issuer` signs for this token of `family`, with what it `says` of the person.
    pub fn claims(&self, family: &Family, issuer: &str, says: Map<String, Value>) -> Map<String, Value> {
        let admission = family.admission();
        // One resource is written without brackets, as every reader takes it (RFC 7519 section 4.1.3).
        let audience = match self.audience.as_slice() {
            [only] => json!(only),
            several => json!(several),
        };
        let claims = [
            ("iss", json!(issuer)),
            ("sub", json!(admission.subject())),
            ("aud", audience),
            ("client_id", json!(family.terms().client_id)),
            ("scope", json!(self.scopes.to_string())),
            ("iat", json!(self.issued_at)),
            ("exp", json!(self.expires_at)),
            ("jti", json!(self.id)),
            ("auth_time", json!(admission.verified_at())),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        // A registered claim always wins.
        let mut claims: Map<_, _> = says.into_iter().chain(claims).collect();
        if let Some(key) = &family.terms().dpop {
            claims.insert("cnf".to_owned(), json!({ "jkt": key }));
        }
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::scopes::Scopes;
    use crate::base::id::TokenId;
    use crate::base::time::Timestamp;
    use crate::oauth::testing::{NOW, THUMBPRINT, family};

    fn access(audience: &[&str]) -> IssuedAccess {
        IssuedAccess {
            id: TokenId::from_entropy([2; 16]),
            scopes: Scopes::parse("a").unwrap(),
            audience: audience.iter().map(|&resource| resource.to_owned()).collect(),
            issued_at: NOW,
            expires_at: Timestamp::from_unix(4_600),
        }
    }

    #[test]
    fn req_11_50_every_required_claim_is_there() {
        let token = access(&["https://api.example"]);
        let expected = json!({
            "iss": "https://verify.example", "sub": "s", "aud": "https://api.example", "client_id": "tv",
            "scope": "a", "iat": 1_000, "exp": 4_600, "jti": token.id.as_str(), "auth_time": 990,
        });
        assert_eq!(
            Value::Object(token.claims(&family(None, None), "https://verify.example", Map::new())),
            expected
        );
    }

    #[test]
    fn req_11_51_several_resources_are_a_list() {
        let claims =
            access(&["https://a.example", "https://b.example"]).claims(&family(None, None), "i", Map::new());
        assert_eq!(claims["aud"], json!(["https://a.example", "https://b.example"]));
    }

    #[test]
    fn req_11_34_a_bound_token_names_its_key() {
        let claims = access(&["a"]).claims(&family(None, Some(THUMBPRINT)), "i", Map::new());
        assert_eq!(claims["cnf"], json!({ "jkt": THUMBPRINT }));
        assert_eq!(access(&["a"]).claims(&family(None, None), "i", Map::new()).get("cnf"), None);
    }
}
