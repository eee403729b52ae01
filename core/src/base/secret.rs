//! Secrets, and what may be kept of them.
//!
//! A [`Secret`] is what the outside holds; a [`Digest`] is what our rows hold. They are different
//! types, so that a code or token cannot reach a table or a log by accident.

use std::fmt;

use ring::{digest, hmac};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::base64url;

/// A bearer value: device code, response code, cookie, client secret, token.
/// It prints as nothing, cannot be serialised, and is wiped from memory when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A fresh secret of 256 bits: 43 characters of base64url.
    pub fn from_entropy(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(base64url::encode(bytes)))
    }

    /// Text that a stranger sent us, to be compared with a digest.
    pub fn received(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The plain text. Every call is a place where the secret leaves: keep them few.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be stored: SHA-256, enough for values of full entropy.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// 32 bytes that stand for a secret without giving it away. Comparison takes constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
        Self(out)
    }

    /// The digest that a row held; `None` when it is not 32 bytes long.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes, for a row.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        base64url::encode(digest.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = base64url::NotBase64Url;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = base64url::decode(text)?;
        Self::from_slice(&bytes).ok_or(base64url::NotBase64Url)
    }
}

/// The server key under which short codes are digested: a plain hash of a short code could be
/// reversed by trying every code, a keyed one cannot without the key.
pub struct DigestKey(hmac::Key);

impl DigestKey {
    /// From 32 bytes of entropy that every replica shares.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// HMAC-SHA-256 (RFC 2104) of `bytes`.
    pub fn digest(&self, bytes: &[u8]) -> Digest {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.0, bytes).as_ref());
        Digest(out)
    }
}

impl fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_digests_print_nothing() {
        let secret = Secret::from_entropy([7; 32]);
        assert_eq!(format!("{secret:?} {:?}", secret.digest()), "Secret(..) Digest(..)");
    }

    #[test]
    fn a_secret_is_found_again_by_its_digest_only() {
        let secret = Secret::from_entropy([7; 32]);
        assert_eq!(Secret::received(secret.expose()).digest(), secret.digest());
        assert_ne!(Secret::received("other").digest(), secret.digest());
    }

    #[test]
    fn keyed_digests_depend_on_the_key() {
        let code = b"WDJBMJHT";
        assert_ne!(DigestKey::new(&[1; 32]).digest(code), DigestKey::new(&[2; 32]).digest(code));
    }
}
