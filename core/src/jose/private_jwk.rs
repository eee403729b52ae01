//! A private JWK in memory.

use josekit::jwk::Jwk;
use serde_json::{Map, Value};
use zeroize::Zeroize as _;

/// Wipes what it can reach of the private members when dropped.
pub(super) struct PrivateJwk(pub(super) Jwk);

impl PrivateJwk {
    /// All members, the private ones included: for where the key is kept.
    pub(super) fn to_json(&self) -> Value {
        Value::Object(self.0.as_ref().clone())
    }
}

impl Drop for PrivateJwk {
    fn drop(&mut self) {
        let members: Map<String, Value> = std::mem::replace(&mut self.0, Jwk::new("wiped")).into();
        for (_, value) in members {
            if let Value::String(mut text) = value {
                text.zeroize();
            }
        }
    }
}
