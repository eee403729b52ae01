//! JWT VC issuer metadata (SD-JWT VC section 4): where it is, and what must stand there.

use serde_json::Value;
use url::Url;

use crate::base::well_known;
use crate::jose::jwk::JwkFault;
use crate::jose::key_set::KeySet;

/// The name of its document.
const WELL_KNOWN: &str = "jwt-vc-issuer";

/// Where the metadata of `issuer` is (section 4.1).
pub fn location(issuer: &Url) -> Url {
    well_known::location(issuer, WELL_KNOWN)
}

/// What the metadata says about the keys.
#[derive(Debug)]
pub enum PublishedKeys {
    /// They are here.
    Jwks(KeySet),
    /// They are there.
    JwksUri(Url),
}

/// Reads the metadata of `issuer`, which is compared exactly (section 4.3).
///
/// # Errors
/// One [`IssuerMetadataFault`] per way to be unusable.
pub fn read(metadata: &Value, issuer: &str) -> Result<PublishedKeys, IssuerMetadataFault> {
    if metadata.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err(IssuerMetadataFault::Issuer);
    }
    match (metadata.get("jwks"), metadata.get("jwks_uri")) {
        (Some(jwks), None) => Ok(PublishedKeys::Jwks(KeySet::from_json(jwks)?)),
        (None, Some(uri)) => {
            let uri =
                uri.as_str().and_then(|uri| Url::parse(uri).ok()).ok_or(IssuerMetadataFault::JwksUri)?;
            Ok(PublishedKeys::JwksUri(uri))
        }
        _ => Err(IssuerMetadataFault::Keys),
    }
}

/// Why metadata cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum IssuerMetadataFault {
    #[error("`issuer` in the metadata is not exactly the issuer it was fetched for")]
    Issuer,
    #[error("the metadata must have exactly one of `jwks` and `jwks_uri`")]
    Keys,
    #[error("`jwks_uri` in the metadata is not a URL")]
    JwksUri,
    #[error("`jwks` in the metadata is unusable: {0}")]
    Jwks(#[from] JwkFault),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn req_5_6_the_well_known_path_stands_between_host_and_path() {
        for (issuer, expected) in [
            ("https://e.example", "https://e.example/.well-known/jwt-vc-issuer"),
            ("https://e.example/", "https://e.example/.well-known/jwt-vc-issuer"),
            ("https://e.example:8443/a/b", "https://e.example:8443/.well-known/jwt-vc-issuer/a/b"),
            ("https://e.example/a/", "https://e.example/.well-known/jwt-vc-issuer/a"),
        ] {
            assert_eq!(location(&Url::parse(issuer).unwrap()).as_str(), expected, "{issuer}");
        }
    }

    #[test]
    fn req_5_7_exactly_the_issuer_and_exactly_one_way_to_its_keys() {
        const ISSUER: &str = "https://e.example";
        let jwks = json!({"keys": []});
        let uri = "https://keys.example/jwks";
        assert!(matches!(read(&json!({"issuer": ISSUER, "jwks": jwks}), ISSUER), Ok(PublishedKeys::Jwks(_))));
        let there = read(&json!({"issuer": ISSUER, "jwks_uri": uri}), ISSUER);
        assert!(matches!(there, Ok(PublishedKeys::JwksUri(url)) if url.as_str() == uri));
        for (wrong, fault) in [
            (json!({"issuer": "https://e.example/", "jwks": jwks}), IssuerMetadataFault::Issuer),
            (json!({"issuer": [ISSUER], "jwks": jwks}), IssuerMetadataFault::Issuer),
            (json!({"jwks": jwks}), IssuerMetadataFault::Issuer),
            (json!([]), IssuerMetadataFault::Issuer),
            (json!({"issuer": ISSUER}), IssuerMetadataFault::Keys),
            (json!({"issuer": ISSUER, "jwks": jwks, "jwks_uri": uri}), IssuerMetadataFault::Keys),
            (json!({"issuer": ISSUER, "jwks_uri": "jwks"}), IssuerMetadataFault::JwksUri),
            (json!({"issuer": ISSUER, "jwks_uri": 1}), IssuerMetadataFault::JwksUri),
            (json!({"issuer": ISSUER, "jwks": []}), IssuerMetadataFault::Jwks(JwkFault::NotASet)),
        ] {
            assert_eq!(read(&wrong, ISSUER).unwrap_err(), fault, "{wrong}");
        }
    }
}
