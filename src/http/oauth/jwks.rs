//! The shape of a JWK Set (RFC 7517 section 5), for the document only.

use poem_openapi::Object;

/// A JWK Set.
#[derive(Debug, Object)]
pub struct JwkSet {
    /// Public keys only.
    keys: Vec<PublicJwk>,
}

/// A public key (RFC 7517 section 4). Members of kinds of keys that are not named here may stand beside these.
#[derive(Debug, Object)]
#[oai(rename = "Jwk")]
pub struct PublicJwk {
    /// `EC`, `OKP` or `RSA`.
    kty: String,
    /// What a token names it by.
    kid: String,
    /// `sig`
    #[oai(rename = "use")]
    purpose: Option<String>,
    /// The algorithm that it signs with.
    alg: Option<String>,
    /// Of EC and OKP keys: the curve.
    crv: Option<String>,
    /// Of EC and OKP keys: the first coordinate, or the key.
    x: Option<String>,
    /// Of EC keys: the second coordinate.
    y: Option<String>,
    /// Of RSA keys: the modulus.
    n: Option<String>,
    /// Of RSA keys: the exponent.
    e: Option<String>,
}
