//! Compact JWS (RFC 7515 section 7.1): split, bounded, then verified.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use super::alg::Algorithm;
use super::jwk::PublicKey;
use crate::base::base64url;
use crate::base::json::{self, Bounds, JsonFault};

/// The longest signature accepted: RSA with 8192 bits.
const SIGNATURE_BYTES: usize = 1024;

/// A compact JWS whose signature nobody has looked at yet.
pub struct UnverifiedJws<'a> {
    signing_input: Cow<'a, str>,
    signature: Vec<u8>,
    algorithm: Algorithm,
    header: Map<String, Value>,
    payload: Map<String, Value>,
}

/// Signatures that held under the keys of one set, so that the same bytes are not verified again: a wallet shows
/// one credential many times. The rules keep nothing between two calls, so the caller keeps it, and forgets it with
/// the keys. It must be bounded. Only what an issuer signed gets in, so a stranger cannot fill it with anything.
pub trait SignatureMemo: fmt::Debug + Send + Sync {
    /// Whether a signature with this digest was kept. The digest is over key, algorithm, signature and all that is
    /// signed.
    fn recall(&self, digest: &[u8; 32]) -> bool;
    /// Keeps the digest of a signature that holds.
    fn keep(&self, digest: [u8; 32]);
}

impl<'a> UnverifiedJws<'a> {
    /// Splits and decodes: three parts, canonical base64url, header and payload JSON objects without
    /// duplicates and each within `bounds`, `alg` on the allow-list, no `crit`, no `b64`.
    ///
    /// # Errors
    /// One [`JwsFault`] per way to be malformed.
    pub fn parse(text: &'a str, bounds: &Bounds) -> Result<Self, JwsFault> {
        let (signing_input, signature) = text.rsplit_once('.').ok_or(JwsFault::Parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsFault::Parts)?;
        if payload.contains('.') {
            return Err(JwsFault::Parts);
        }
        if signature.len() > encoded_length(SIGNATURE_BYTES) {
            return Err(JwsFault::Signature);
        }
        let header = object(header, bounds, JwsPart::Header)?;
        let algorithm = match header.get("alg") {
            Some(Value::String(name)) => Algorithm::from_name(name).ok_or(JwsFault::Algorithm)?,
            _ => return Err(JwsFault::Algorithm),
        };
        // No extension is understood here, so whatever `crit` lists is unknown (section 4.1.11);
        // `b64` (RFC 7797) would change what the signature covers.
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(JwsFault::Critical);
        }
        for name in ["kid", "typ"] {
            if header.get(name).is_some_and(|value| !value.is_string()) {
                return Err(JwsFault::Member(name));
            }
        }
        let payload = object(payload, bounds, JwsPart::Payload)?;
        let signature = base64url::decode(signature).map_err(|_| JwsFault::Base64(JwsPart::Signature))?;
        Ok(Self { signing_input: Cow::Borrowed(signing_input), signature, algorithm, header, payload })
    }

    /// The protected header, unverified.
    pub fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// What the header says the signature was made with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The name of the signing key.
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// The media type of the whole object (section 4.1.9).
    pub fn typ(&self) -> Option<&str> {
        self.header.get("typ").and_then(Value::as_str)
    }

    /// One claim that nobody vouches for: to look up whom to ask about it, for nothing else.
    pub fn unverified_claim(&self, name: &str) -> Option<&Value> {
        self.payload.get(name)
    }

    /// This JWS, independent of the text it was parsed from.
    pub fn into_owned(self) -> UnverifiedJws<'static> {
        UnverifiedJws { signing_input: Cow::Owned(self.signing_input.into_owned()), ..self }
    }

    /// Checks the signature (section 5.2); only then does a payload exist to be believed.
    ///
    /// # Errors
    /// [`JwsFault::Algorithm`] when the header's `alg` does not fit the key, [`JwsFault::Signature`] when
    /// the signature does not hold.
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedJws, JwsFault> {
        if !key.fits(self.algorithm) {
            return Err(JwsFault::Algorithm);
        }
        self.verify_by_any(std::slice::from_ref(key)).map(|(verified, _key)| verified)
    }

    /// Checks the signature with every one of `keys`, in their order (RFC 7515 appendix D): all of them are
    /// believed alike, and a [`KeySet`](super::key_set::KeySet) gives few. Answers with the key that holds.
    ///
    /// # Errors
    /// [`JwsFault::Signature`] when the signature holds under none of them.
    pub fn verify_by_any(self, keys: &[PublicKey]) -> Result<(VerifiedJws, PublicKey), JwsFault> {
        self.verify_remembering(keys, None)
    }

    /// The same, where the keys have a memory of signatures that held before.
    pub(crate) fn verify_remembering(
        self,
        keys: &[PublicKey],
        memo: Option<&dyn SignatureMemo>,
    ) -> Result<(VerifiedJws, PublicKey), JwsFault> {
        let input = self.signing_input.as_bytes();
        let holds = |key: &&PublicKey| holds(key, self.algorithm, input, &self.signature, memo);
        let key = keys.iter().find(holds).cloned().ok_or(JwsFault::Signature)?;
        Ok((VerifiedJws { header: self.header, payload: self.payload }, key))
    }
}

impl fmt::Debug for UnverifiedJws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedJws({}, ..)", self.algorithm)
    }
}

/// Whether `signature` over `message` was made by `key` with `algorithm`, or is remembered to have held.
pub(crate) fn holds(
    key: &PublicKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
    memo: Option<&dyn SignatureMemo>,
) -> bool {
    let Some(memo) = memo else { return key.verifies(algorithm, message, signature) };
    let digest = key.digest_of(algorithm, message, signature);
    if memo.recall(digest.as_bytes()) {
        return true;
    }
    let holds = key.verifies(algorithm, message, signature);
    if holds {
        memo.keep(*digest.as_bytes());
    }
    holds
}

/// A JWS whose signature holds under the key it was checked with.
pub struct VerifiedJws {
    header: Map<String, Value>,
    payload: Map<String, Value>,
}

impl VerifiedJws {
    /// The protected header.
    pub fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// The claims of the payload.
    pub fn payload(&self) -> &Map<String, Value> {
        &self.payload
    }

    /// The payload, to keep.
    pub fn into_payload(self) -> Map<String, Value> {
        self.payload
    }
}

impl fmt::Debug for VerifiedJws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedJws(..)")
    }
}

/// A part of a compact JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsPart {
    /// The header, which comes first.
    Header,
    /// The payload, which comes second.
    Payload,
    /// The signature, which comes third.
    Signature,
}

impl fmt::Display for JwsPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a JWS was refused. Carries no part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum JwsFault {
    #[error("a compact JWS has exactly three parts")]
    Parts,
    /// A part is not canonical unpadded base64url.
    #[error("the {0} is not unpadded base64url")]
    Base64(JwsPart),
    /// A part is not a bounded JSON object without duplicates.
    #[error("the {0} is unusable: {1}")]
    Json(JwsPart, JsonFault),
    /// `alg` is missing, off the allow-list, or not the key's.
    #[error("the signature algorithm is not accepted, or not the key's")]
    Algorithm,
    /// `crit` or `b64` is there.
    #[error("the header asks for an extension (`crit` or `b64`) that is not understood")]
    Critical,
    /// A header member is not a string.
    #[error("the header member `{0}` is not a string")]
    Member(&'static str),
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

fn object(part: &str, bounds: &Bounds, which: JwsPart) -> Result<Map<String, Value>, JwsFault> {
    if part.len() > encoded_length(bounds.bytes) {
        return Err(JwsFault::Json(which, JsonFault::Size(bounds.bytes)));
    }
    let text = base64url::decode(part).map_err(|_| JwsFault::Base64(which))?;
    json::parse_object(&text, bounds).map_err(|fault| JwsFault::Json(which, fault))
}

/// The length of `bytes` bytes in unpadded base64url.
fn encoded_length(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}

#[cfg(test)]
mod tests;
