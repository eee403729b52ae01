//! Compact JWS (RFC 7515 section 7.1): split, bounded, then verified.
use super::alg::Algorithm;
use super::jwk::PublicKey;
use crate::domain::base::json::Bounds;
use serde_json::{Map, Value};
/// A compact JWS whose signature nobody has looked at yet.
pub struct UnverifiedJws<'a> {
    pub(crate) _t: &'a str,
}
impl<'a> UnverifiedJws<'a> {
    /// Splits and decodes. Three parts, canonical base64url, header a JSON object without duplicates, `alg` on the allow-list, no `crit`, no `b64`.
    pub fn parse(text: &'a str, bounds: &Bounds) -> Result<Self, JwsFault> {
        todo!()
    }
    pub fn header(&self) -> &Map<String, Value> {
        todo!()
    }
    pub fn algorithm(&self) -> Algorithm {
        todo!()
    }
    pub fn kid(&self) -> Option<&str> {
        todo!()
    }
    pub fn typ(&self) -> Option<&str> {
        todo!()
    }
    /// Checks the signature; only then does a payload exist to be believed.
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedJws, JwsFault> {
        todo!()
    }
}
/// A JWS whose signature holds under the key it was checked with.
pub struct VerifiedJws {}
impl VerifiedJws {
    pub fn header(&self) -> &Map<String, Value> {
        todo!()
    }
    pub fn payload(&self) -> &Map<String, Value> {
        todo!()
    }
}
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsFault {
    #[error("todo")]
    Todo,
}
