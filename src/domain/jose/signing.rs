//! Private keys and what they sign, by josekit.
use super::alg::Algorithm;
use super::jwk::PublicKey;
use serde_json::{Map, Value};
/// A private signing key. Blind Debug, no Serialize. Send + Sync; the josekit signer is built once.
pub struct SigningKey {}
impl SigningKey {
    /// A new key pair from OpenSSL's generator; `kid` is its RFC 7638 thumbprint.
    pub fn generate(alg: Algorithm) -> Result<Self, SigningFault> {
        todo!()
    }
    /// From a private JWK. `kid` defaults to the thumbprint.
    pub fn from_jwk(jwk: &Value) -> Result<Self, SigningFault> {
        todo!()
    }
    /// The private JWK, for the file it is kept in.
    pub fn to_private_jwk(&self) -> Value {
        todo!()
    }
    pub fn kid(&self) -> &str {
        todo!()
    }
    pub fn algorithm(&self) -> Algorithm {
        todo!()
    }
    pub fn public_key(&self) -> &PublicKey {
        todo!()
    }
    /// Compact JWS; the header gets `alg` (first) and whatever `header` holds (`typ`, `kid`, `x5c`, ...).
    pub fn sign(
        &self,
        header: &Map<String, Value>,
        payload: &Map<String, Value>,
    ) -> Result<String, SigningFault> {
        todo!()
    }
}
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFault {
    #[error("todo")]
    Todo,
}
