//! Public keys, parsed once and ready to verify with.
use super::alg::Algorithm;
use serde_json::Value;
/// A public key bound to its one algorithm. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PublicKey {}
impl PublicKey {
    /// From a JWK (RFC 7517). Private members, `oct`, unknown curves, `use: enc`, `key_ops` without verify, key/alg mismatch: refused.
    pub fn from_jwk(jwk: &Value) -> Result<Self, JwkFault> {
        todo!()
    }
    pub fn kid(&self) -> Option<&str> {
        todo!()
    }
    pub fn algorithm(&self) -> Algorithm {
        todo!()
    }
    /// RFC 7638, SHA-256, base64url.
    pub fn thumbprint(&self) -> String {
        todo!()
    }
    /// The public JWK, for publishing.
    pub fn to_jwk(&self) -> Value {
        todo!()
    }
}
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkFault {
    #[error("todo")]
    Todo,
}
/// A JWKS (RFC 7517 section 5): keys that cannot be used (unknown kty/crv, use=enc) are left out, a JWKS that is not one is refused.
#[derive(Clone, Debug)]
pub struct KeySet {}
impl KeySet {
    pub fn from_json(jwks: &Value) -> Result<Self, JwkFault> {
        todo!()
    }
    pub fn of(keys: Vec<PublicKey>) -> Self {
        todo!()
    }
    pub fn keys(&self) -> &[PublicKey] {
        todo!()
    }
    /// Exactly the key a header names: by `kid`; without `kid`, the only key that fits `alg`.
    pub fn find(&self, kid: Option<&str>, alg: Algorithm) -> Option<&PublicKey> {
        todo!()
    }
    pub fn to_json(&self) -> Value {
        todo!()
    }
}
