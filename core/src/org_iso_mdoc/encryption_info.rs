//! What a wallet needs to encrypt its answer, and the transcript that follows from it.

use serde_json::Value;

use super::DCAPI;
use crate::base::base64url;
use crate::cbor::Writer;
use crate::cose;
use crate::mdoc::SessionTranscript;

/// The shortest nonce, in bytes.
const SHORTEST_NONCE: usize = 16;

/// `["dcapi", {"nonce": bytes, "recipientPublicKey": COSE_Key}]`, as base64url: the transcript is over this text, exactly
/// as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptionInfo(String);

impl EncryptionInfo {
    /// For answers that are encrypted to `key`, a public P-256 JWK. `None` for another key, and for a nonce of fewer
    /// than 16 bytes.
    pub fn new(nonce: &[u8], key: &Value) -> Option<Self> {
        if nonce.len() < SHORTEST_NONCE || key.get("crv").is_none_or(|curve| curve != "P-256") {
            return None;
        }
        let key = cose::key::of_jwk(key)?;
        let parameters = Writer::new().map(2).text("nonce").bytes(nonce).text("recipientPublicKey").raw(&key);
        let info = Writer::new().array(2).text(DCAPI).raw(&parameters.into_bytes());
        Some(Self(base64url::encode(info.into_bytes())))
    }

    /// The text of `encryptionInfo`.
    pub fn as_text(&self) -> &str {
        &self.0
    }

    /// What an answer to it is bound to. `origin` is that of our page, as the browser says it.
    pub fn transcript(&self, origin: &str) -> SessionTranscript {
        SessionTranscript::org_iso_mdoc(&self.0, origin)
    }
}
