//! What the holder's signature is bound to besides the document (ISO/IEC 18013-5 section 9.1.5.1).
//!
//! It is made of our own row, never of the answer, and only in the form of the protocol that was used: a verifier that
//! tries older forms until one fits can be talked down to them.

use std::fmt;

use crate::base::secret::Digest;
use crate::cbor::Writer;

/// The encoded SessionTranscript of one request: engagement and reader key are `null`, only the handover is there.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionTranscript(Vec<u8>);

/// RFC 7638 SHA-256 thumbprint of the key that the answer was encrypted to: the one of ours that the wallet used.
pub type AnswerKeyThumbprint = [u8; 32];

impl SessionTranscript {
    /// Of a request by redirect (OpenID4VP 1.0 Appendix B.2.6.1): our client identifier with its prefix, and the
    /// `response_uri` or, where there is none, the `redirect_uri`. `answer_key` exactly when the answer was encrypted.
    pub fn redirect(
        client_id: &str,
        nonce: &str,
        answer_key: Option<&AnswerKeyThumbprint>,
        response_uri: &str,
    ) -> Self {
        let info = Writer::new().array(4).text(client_id).text(nonce);
        Self::handover("OpenID4VPHandover", thumbprint(info, answer_key).text(response_uri))
    }

    /// Of a request through the Digital Credentials API (Appendix B.2.6.2): the origin as the browser has it, without
    /// `origin:`.
    pub fn dc_api(origin: &str, nonce: &str, answer_key: Option<&AnswerKeyThumbprint>) -> Self {
        let info = Writer::new().array(3).text(origin).text(nonce);
        Self::handover("OpenID4VPDCAPIHandover", thumbprint(info, answer_key))
    }

    /// Of a request by the protocol `org-iso-mdoc` (ISO/IEC TS 18013-7:2025 Annex C): `encryptionInfo` as the text that
    /// was sent, and the origin.
    pub fn org_iso_mdoc(encryption_info: &str, origin: &str) -> Self {
        Self::handover("dcapi", Writer::new().array(2).text(encryption_info).text(origin))
    }

    fn handover(name: &str, info: Writer) -> Self {
        let hash = Digest::of(&info.into_bytes());
        let transcript = Writer::new().array(3).null().null();
        Self(transcript.array(2).text(name).bytes(hash.as_bytes()).into_bytes())
    }

    /// One that was recorded, of whatever kind.
    #[cfg(test)]
    pub(super) fn of_bytes(transcript: Vec<u8>) -> Self {
        Self(transcript)
    }

    /// The bytes, which stand in what the holder signs as they are.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

fn thumbprint(info: Writer, key: Option<&AnswerKeyThumbprint>) -> Writer {
    match key {
        Some(thumbprint) => info.bytes(thumbprint),
        None => info.null(),
    }
}

impl fmt::Debug for SessionTranscript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionTranscript(..)")
    }
}
