//! The five parts of a compact JWE, read and bounded; nothing is decrypted yet.

use std::fmt;

use serde_json::{Map, Value};

use super::ALG;
use super::enc::ContentEncryption;
use crate::base::base64url;
use crate::base::json::{self, Bounds, JsonFault};

/// What a protected header may hold; wallets send five to eight members and an `epk`.
const HEADER: Bounds = Bounds { bytes: 4096, depth: 4, members: 64 };
/// AES-GCM in JOSE (RFC 7518 section 5.3).
const IV_BYTES: usize = 12;
/// The whole tag: OpenSSL would be content with less.
const TAG_BYTES: usize = 16;
/// One coordinate on P-256.
const COORDINATE_BYTES: usize = 32;
/// The longest `apu` or `apv`.
const PARTY_BYTES: usize = 512;

/// A compact JWE that has the only form we decrypt.
pub struct EncryptedText<'a> {
    protected: &'a str,
    kid: String,
    enc: ContentEncryption,
    agreement: Map<String, Value>,
    iv: [u8; IV_BYTES],
    ciphertext: Vec<u8>,
    tag: [u8; TAG_BYTES],
}

impl<'a> EncryptedText<'a> {
    /// Splits and decodes `text` of at most `most_bytes`: five parts, canonical base64url, no encrypted
    /// key, an IV of 12 and a tag of 16 bytes; a header without duplicates, `crit` or `zip`, with `kid`,
    /// `alg` `ECDH-ES`, an `enc` we know, and an `epk` that has the form of a P-256 point.
    ///
    /// # Errors
    /// One [`JweFault`] per way to be something else.
    pub fn parse(text: &'a str, most_bytes: usize) -> Result<Self, JweFault> {
        if text.len() > most_bytes {
            return Err(JweFault::Size(most_bytes));
        }
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(JweFault::Parts);
        let (protected, encrypted_key, iv, ciphertext, tag) = (part()?, part()?, part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(JweFault::Parts);
        }
        let header = header(protected)?;
        // Compressed input can be a thousand times its size; an extension could change everything.
        if header.contains_key("crit") {
            return Err(JweFault::Critical);
        }
        if header.contains_key("zip") {
            return Err(JweFault::Compression);
        }
        if header.get("alg").is_none_or(|alg| alg != ALG) {
            return Err(JweFault::Algorithm);
        }
        let enc = header.get("enc").and_then(Value::as_str).and_then(ContentEncryption::from_name);
        let enc = enc.ok_or(JweFault::ContentEncryption)?;
        let kid = header.get("kid").and_then(Value::as_str).ok_or(JweFault::KeyId)?.to_owned();
        let agreement = agreement(&header)?;
        if !encrypted_key.is_empty() {
            return Err(JweFault::EncryptedKey);
        }
        let iv = decode(iv, JwePart::Iv)?.try_into().map_err(|_| JweFault::Length(JwePart::Iv))?;
        let tag = decode(tag, JwePart::Tag)?.try_into().map_err(|_| JweFault::Length(JwePart::Tag))?;
        let ciphertext = decode(ciphertext, JwePart::Ciphertext)?;
        if ciphertext.is_empty() {
            return Err(JweFault::Length(JwePart::Ciphertext));
        }
        Ok(Self { protected, kid, enc, agreement, iv, ciphertext, tag })
    }

    /// Which key it says it is encrypted to.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// How it says its content is encrypted.
    pub fn enc(&self) -> ContentEncryption {
        self.enc
    }

    /// `epk`, `apu` and `apv`: what enters the key agreement.
    pub(super) fn agreement(&self) -> Map<String, Value> {
        self.agreement.clone()
    }

    /// The protected header as it came: what the tag covers besides the ciphertext.
    pub(super) fn aad(&self) -> &[u8] {
        self.protected.as_bytes()
    }

    pub(super) fn iv(&self) -> &[u8] {
        &self.iv
    }

    pub(super) fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    pub(super) fn tag(&self) -> &[u8] {
        &self.tag
    }
}

impl fmt::Debug for EncryptedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptedText({}, ..)", self.enc)
    }
}

/// A part of a compact JWE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwePart {
    /// The header, which comes first.
    Header,
    /// The initialisation vector, the third part.
    Iv,
    /// The ciphertext, the fourth part.
    Ciphertext,
    /// The authentication tag, the fifth part.
    Tag,
}

impl fmt::Display for JwePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Iv => "initialisation vector",
            Self::Ciphertext => "ciphertext",
            Self::Tag => "authentication tag",
        })
    }
}

/// Why a JWE was refused. Carries no part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum JweFault {
    /// Longer than what is read.
    #[error("the JWE is longer than {0} bytes")]
    Size(usize),
    #[error("a compact JWE has exactly five parts")]
    Parts,
    /// A part is not canonical unpadded base64url.
    #[error("the {0} is not unpadded base64url")]
    Base64(JwePart),
    /// A part has not the only length it may have.
    #[error("the {0} has the wrong length")]
    Length(JwePart),
    /// The header is not a bounded JSON object without duplicates.
    #[error("the header is unusable: {0}")]
    Header(JsonFault),
    #[error("the header asks for an extension (`crit`) that is not understood")]
    Critical,
    #[error("compressed content (`zip`) is not accepted")]
    Compression,
    /// `alg` is not that of our key.
    #[error("`alg` is not ECDH-ES")]
    Algorithm,
    /// `enc` is missing, unknown or was not announced.
    #[error("`enc` is not one of those announced")]
    ContentEncryption,
    /// `kid` is missing or does not name our key.
    #[error("`kid` does not name the key of this request")]
    KeyId,
    /// `apu` or `apv` is not base64url of a bounded length.
    #[error("the header member `{0}` is malformed")]
    Member(&'static str),
    /// `epk` is not a public key on P-256.
    #[error("`epk` is not a public key on P-256")]
    EphemeralKey,
    /// There is an encrypted key, which direct agreement has none of.
    #[error("ECDH-ES has no encrypted key")]
    EncryptedKey,
    /// The tag does not hold: another key, or something was changed.
    #[error("the content cannot be decrypted")]
    Decryption,
}

fn header(part: &str) -> Result<Map<String, Value>, JweFault> {
    if part.len() > HEADER.bytes.saturating_mul(4).div_ceil(3) {
        return Err(JweFault::Header(JsonFault::Size(HEADER.bytes)));
    }
    json::parse_object(&decode(part, JwePart::Header)?, &HEADER).map_err(JweFault::Header)
}

/// What enters the key agreement (RFC 7518 section 4.6.1), in its only form.
fn agreement(header: &Map<String, Value>) -> Result<Map<String, Value>, JweFault> {
    let mut agreement = Map::new();
    let epk = header.get("epk").and_then(Value::as_object).ok_or(JweFault::EphemeralKey)?;
    let fits = |name: &str, value: &str| epk.get(name).is_some_and(|it| it == value);
    // Whoever sends a private key has lost it, and us with it.
    if !fits("kty", "EC") || !fits("crv", "P-256") || epk.contains_key("d") {
        return Err(JweFault::EphemeralKey);
    }
    for name in ["x", "y"] {
        let octets = epk.get(name).and_then(Value::as_str).and_then(|text| base64url::decode(text).ok());
        if octets.is_none_or(|octets| octets.len() != COORDINATE_BYTES) {
            return Err(JweFault::EphemeralKey);
        }
    }
    agreement.insert("epk".to_owned(), Value::Object(epk.clone()));
    for name in ["apu", "apv"] {
        let Some(value) = header.get(name) else { continue };
        let octets = value.as_str().and_then(|text| base64url::decode(text).ok());
        if octets.is_none_or(|octets| octets.len() > PARTY_BYTES) {
            return Err(JweFault::Member(name));
        }
        agreement.insert(name.to_owned(), value.clone());
    }
    Ok(agreement)
}

fn decode(part: &str, which: JwePart) -> Result<Vec<u8>, JweFault> {
    base64url::decode(part).map_err(|_| JweFault::Base64(which))
}
