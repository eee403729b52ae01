//! What a wallet answers, encrypted to the key of the request.

use zeroize::Zeroizing;

use super::DCAPI;
use crate::base::base64url;
use crate::cbor::{self, CborError, Item, Limits};
use crate::jose::hpke::{HpkeFault, HpkeMessage};
use crate::jose::jwe::EncryptionKey;
use crate::mdoc::SessionTranscript;

/// The envelope: a handful of items, one of them long.
const ENVELOPE: Limits = Limits { bytes: 4 << 20, depth: 4, items: 64, undefined_as_null: true };

/// `["dcapi", {"enc": bytes, "cipherText": bytes}]`
pub struct EncryptedResponse(HpkeMessage);

/// Why it was not opened. Carries no part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum EncryptedResponseFault {
    #[error("it is not unpadded base64url")]
    Encoding,
    #[error("it is no acceptable CBOR: {0}")]
    Cbor(#[from] CborError),
    #[error("it is not an array of \"dcapi\" and a map with the byte strings `enc` and `cipherText`")]
    Shape,
    #[error(transparent)]
    Hpke(#[from] HpkeFault),
}

impl EncryptedResponse {
    /// Reads the text of `response`.
    ///
    /// # Errors
    /// [`EncryptedResponseFault`]
    pub fn read(text: &str) -> Result<Self, EncryptedResponseFault> {
        if text.len() > ENVELOPE.bytes / 3 * 4 {
            return Err(EncryptedResponseFault::Shape);
        }
        let bytes = base64url::decode(text).map_err(|_| EncryptedResponseFault::Encoding)?;
        let item = cbor::read(&bytes, &ENVELOPE)?;
        let Some([first, parameters]) = item.as_array() else { return Err(EncryptedResponseFault::Shape) };
        if first.as_text() != Some(DCAPI) {
            return Err(EncryptedResponseFault::Shape);
        }
        let part = |name| {
            let bytes = parameters.get(name).and_then(Item::as_bytes);
            bytes.map(<[u8]>::to_vec).ok_or(EncryptedResponseFault::Shape)
        };
        Ok(Self(HpkeMessage { enc: part("enc")?, ciphertext: part("cipherText")? }))
    }

    /// The `DeviceResponse` in it, when it was encrypted to `key` for `transcript`. Anybody could have done that.
    ///
    /// # Errors
    /// [`EncryptedResponseFault::Hpke`]
    pub fn open(
        &self,
        key: &EncryptionKey,
        transcript: &SessionTranscript,
    ) -> Result<Zeroizing<Vec<u8>>, EncryptedResponseFault> {
        Ok(key.open(&self.0, transcript.as_bytes())?)
    }
}
