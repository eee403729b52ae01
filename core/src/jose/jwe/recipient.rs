//! A public key to encrypt to: a wallet's, for Request Objects (OpenID4VP 1.0 section 5.10); ours, for a
//! wallet's answer.

use josekit::jwe::alg::ecdh_es::EcdhEsJweEncrypter;
use josekit::jwe::{ECDH_ES, JweHeader, serialize_compact};
use josekit::jwk::Jwk;
use serde_json::{Map, Value, json};

use super::super::jwk::{JwkFault, PublicKey};
use super::ALG;
use super::enc::ContentEncryption;

/// A public P-256 key for ECDH-ES.
#[derive(Debug)]
pub struct RecipientKey {
    kid: Option<String>,
    x: String,
    y: String,
    encrypter: EcdhEsJweEncrypter,
}

impl RecipientKey {
    /// From a public JWK: an EC key on P-256, not meant for signatures. Without `alg` it is taken for
    /// ECDH-ES; its other members are ignored.
    ///
    /// # Errors
    /// One [`JwkFault`] per way to be unusable; [`JwkFault::NotForEncryption`] when `use` or `key_ops`
    /// says so; [`JwkFault::OffCurve`] when the point is not on the curve.
    pub fn from_jwk(jwk: &Value) -> Result<Self, JwkFault> {
        let members = jwk.as_object().ok_or(JwkFault::NotAnObject)?;
        let for_encryption = members.get("use").is_none_or(|purpose| purpose == "enc");
        let for_agreement = members.get("key_ops").is_none_or(|operations| {
            // Published with the operations of the private half or none (RFC 7517 section 4.3).
            operations.as_array().is_some_and(|list| {
                list.is_empty() || list.iter().any(|it| it == "deriveKey" || it == "deriveBits")
            })
        });
        if !(for_encryption && for_agreement) {
            return Err(JwkFault::NotForEncryption);
        }
        if members.get("alg").is_some_and(|alg| alg != ALG) {
            return Err(JwkFault::Algorithm);
        }
        if members.get("kty").is_some_and(|kty| kty != "EC") {
            return Err(JwkFault::KeyType);
        }
        if members.get("crv").is_some_and(|crv| crv != "P-256") {
            return Err(JwkFault::Curve);
        }
        let kid = match members.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(JwkFault::Member("kid")),
        };
        // Private members and coordinates are judged there.
        let mut point = members.clone();
        point.retain(|name, _| !["use", "key_ops", "alg", "kid"].contains(&name.as_str()));
        PublicKey::from_jwk(&Value::Object(point))?;
        let coordinate = |name: &'static str| {
            members.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(JwkFault::Member(name))
        };
        let (x, y) = (coordinate("x")?, coordinate("y")?);
        let encrypter = encrypter(&x, &y).ok_or(JwkFault::OffCurve)?;
        Ok(Self { kid, x, y, encrypter })
    }

    /// The `kid` of the JWK.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The public JWK, for publishing: `alg`, `use`, and `kid` if there is one.
    pub fn to_jwk(&self) -> Value {
        let mut jwk = self.point();
        jwk["alg"] = ALG.into();
        jwk["use"] = "enc".into();
        if let Some(kid) = self.kid() {
            jwk["kid"] = kid.into();
        }
        jwk
    }

    /// RFC 7638 thumbprint: SHA-256 over the required members, base64url.
    pub(super) fn thumbprint(&self) -> Result<String, JwkFault> {
        Ok(PublicKey::from_jwk(&self.point())?.thumbprint())
    }

    fn point(&self) -> Value {
        json!({"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y})
    }

    /// Compact JWE of `payload`. The header gets `alg`, `enc`, `epk`, the `kid` of the key if it has one,
    /// and whatever `header` holds (`cty`, `typ`, `apu`, `apv`).
    ///
    /// # Errors
    /// [`EncryptFault`] when a member of `header` is malformed or OpenSSL fails.
    pub fn encrypt(
        &self,
        payload: &[u8],
        enc: ContentEncryption,
        header: &Map<String, Value>,
    ) -> Result<String, EncryptFault> {
        let mut full = JweHeader::from_map(header.clone()).map_err(|_| EncryptFault)?;
        full.set_algorithm(ALG);
        full.set_content_encryption(enc.name());
        if let Some(kid) = self.kid() {
            full.set_key_id(kid);
        }
        serialize_compact(payload, &full, &self.encrypter).map_err(|_| EncryptFault)
    }
}

/// Nothing could be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payload could not be encrypted")]
pub struct EncryptFault;

/// `None` when OpenSSL finds no such point.
fn encrypter(x: &str, y: &str) -> Option<EcdhEsJweEncrypter> {
    let mut jwk = Jwk::new("EC");
    for (name, value) in [("crv", "P-256"), ("x", x), ("y", y)] {
        jwk.set_parameter(name, Some(value.into())).ok()?;
    }
    ECDH_ES.encrypter_from_jwk(&jwk).ok()
}
