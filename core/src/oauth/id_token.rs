//! ID tokens (OpenID Connect Core section 2): who the person is, told to the client.

use serde_json::{Map, Value, json};

use super::issuance::{Family, IssuedAccess};
use crate::base::secret::Secret;
use crate::jose::alg::Algorithm;

/// The JOSE `typ`: a plain JWT, so that it is never taken for an access token (RFC 9068 section 4).
pub const TYP: &str = "JWT";

/// All claims of the ID token that goes with `token`, whose record is `access`, with what it `says` of the person. It
/// lives as long as the access token.
pub fn claims(
    family: &Family,
    (access, token): (&IssuedAccess, &Secret),
    nonce: Option<&str>,
    issuer: &str,
    algorithm: Algorithm,
    says: Map<String, Value>,
) -> Map<String, Value> {
    let claims = [
        ("iss", json!(issuer)),
        ("sub", json!(family.admission().subject())),
        ("aud", json!(family.terms().client_id)),
        ("iat", json!(access.issued_at)),
        ("exp", json!(access.expires_at)),
        ("auth_time", json!(family.admission().verified_at())),
        ("at_hash", json!(algorithm.half_hash(token.expose().as_bytes()))),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    // A registered claim always wins.
    let mut claims: Map<_, _> = says.into_iter().chain(claims).collect();
    if let Some(nonce) = nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    if let Some(session) = &family.terms().session {
        claims.insert("sid".to_owned(), json!(session));
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::scopes::Scopes;
    use crate::base::id::TokenId;
    use crate::base::time::Timestamp;
    use crate::oauth::testing::{NOW, family};

    #[test]
    fn an_id_token_is_about_the_person_and_for_the_client() {
        let access = IssuedAccess {
            id: TokenId::from_entropy([2; 16]),
            scopes: Scopes::parse("openid a").unwrap(),
            audience: vec!["https://api.example".to_owned()],
            issued_at: NOW,
            expires_at: Timestamp::from_unix(4_600),
        };
        // The access token and its at_hash of OpenID Connect Core appendix A.3.
        let token = Secret::received("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
        let says =
            || Map::from_iter([("email".to_owned(), json!("a@b")), ("sub".to_owned(), json!("another"))]);
        let made = |nonce| {
            claims(
                &family(None, None),
                (&access, &token),
                nonce,
                "https://i.example",
                Algorithm::Rs256,
                says(),
            )
        };
        let expected = json!({
            "iss": "https://i.example", "sub": "s", "aud": "tv", "iat": 1_000, "exp": 4_600, "auth_time": 990,
            "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "nonce": "n", "email": "a@b",
        });
        assert_eq!(Value::Object(made(Some("n"))), expected);
        assert_eq!(made(None).get("nonce"), None);
    }
}
