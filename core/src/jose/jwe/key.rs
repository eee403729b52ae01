//! The key that a wallet encrypts one answer to.

use std::fmt;

use josekit::jwe::alg::ecdh_es::EcdhEsJweDecrypter;
use josekit::jwe::{ECDH_ES, JweDecrypter as _, JweHeader};
use josekit::jwk::Jwk;
use serde_json::{Map, Value};

use super::super::jwk::JwkFault;
use super::super::p256;
use super::super::private_jwk::PrivateJwk;
use super::enc::ContentEncryption;
use super::recipient::RecipientKey;
use super::text::{EncryptedText, JweFault};

/// A private P-256 key for ECDH-ES. One is made for each request and destroyed when the request is
/// settled or has expired (OpenID4VP 1.0 section 8.3). It prints as nothing and cannot be serialised.
pub struct EncryptionKey {
    jwk: PrivateJwk,
    public: RecipientKey,
    kid: String,
    decrypter: EcdhEsJweDecrypter,
}

impl EncryptionKey {
    /// The key that stands for 32 bytes which nobody else knows; `kid` is its RFC 7638 thumbprint, so no two
    /// requests share one.
    ///
    /// # Errors
    /// [`EncryptionKeyFault::Generate`] when OpenSSL has no memory.
    pub fn from_entropy(entropy: &[u8; 32]) -> Result<Self, EncryptionKeyFault> {
        Self::new(p256::private_jwk(entropy).ok_or(EncryptionKeyFault::Generate)?)
    }

    /// A key for tests.
    ///
    /// # Errors
    /// As [`Self::from_entropy`].
    #[cfg(any(test, feature = "testing"))]
    pub fn generate() -> Result<Self, EncryptionKeyFault> {
        Self::from_entropy(&crate::jose::testing::entropy())
    }

    /// What [`Self::to_private_jwk`] wrote, or another private P-256 JWK. `kid` defaults to the thumbprint.
    ///
    /// # Errors
    /// [`EncryptionKeyFault::Public`] when its public half is no usable key,
    /// [`EncryptionKeyFault::Private`] when the private half is missing or malformed.
    pub fn from_private_jwk(jwk: &Value) -> Result<Self, EncryptionKeyFault> {
        let members = jwk.as_object().ok_or(EncryptionKeyFault::Public(JwkFault::NotAnObject))?;
        let jwk = Jwk::from_map(members.clone()).map_err(|_| EncryptionKeyFault::Private)?;
        Self::new(jwk)
    }

    fn new(mut jwk: Jwk) -> Result<Self, EncryptionKeyFault> {
        let mut members: Map<String, Value> = jwk
            .as_ref()
            .iter()
            .filter(|(name, _)| ["kty", "crv", "x", "y", "alg", "kid", "use"].contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !members.contains_key("kid") {
            let thumbprint = RecipientKey::from_jwk(&Value::Object(members.clone()))?.thumbprint()?;
            members.insert("kid".to_owned(), thumbprint.clone().into());
            jwk.set_key_id(thumbprint);
        }
        let public = RecipientKey::from_jwk(&Value::Object(members))?;
        let kid = public.kid().unwrap_or_default().to_owned();
        jwk.set_algorithm(super::ALG);
        jwk.set_key_use("enc");
        let decrypter = ECDH_ES.decrypter_from_jwk(&jwk).map_err(|_| EncryptionKeyFault::Private)?;
        Ok(Self { jwk: PrivateJwk(jwk), public, kid, decrypter })
    }

    /// The private JWK, for the row of the request.
    pub fn to_private_jwk(&self) -> Value {
        self.jwk.to_json()
    }

    /// The private half, for another way to decrypt with it.
    pub(in crate::jose) fn private(&self) -> &PrivateJwk {
        &self.jwk
    }

    /// The public half, for `client_metadata.jwks`: with `kid`, `alg` and `use` (section 5.1).
    pub fn to_public_jwk(&self) -> Value {
        self.public.to_jwk()
    }

    /// The public half, to encrypt to.
    pub fn public_key(&self) -> &RecipientKey {
        &self.public
    }

    /// The name by which the answer says that it is meant for this key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Decrypts (RFC 7516 section 5.2): `kid` must be ours and `enc` one of `announced`. What comes back
    /// is only known to be encrypted to us; anybody could have done that.
    ///
    /// # Errors
    /// [`JweFault::KeyId`], [`JweFault::ContentEncryption`], [`JweFault::EphemeralKey`] when `epk` is no
    /// point of the curve, [`JweFault::Decryption`] when the tag does not hold.
    pub fn decrypt(
        &self,
        text: &EncryptedText<'_>,
        announced: &[ContentEncryption],
    ) -> Result<Vec<u8>, JweFault> {
        if text.kid() != self.kid {
            return Err(JweFault::KeyId);
        }
        if !announced.contains(&text.enc()) {
            return Err(JweFault::ContentEncryption);
        }
        let enc = text.enc().of_josekit();
        let agreement = JweHeader::from_map(text.agreement()).map_err(|_| JweFault::EphemeralKey)?;
        let content_key =
            self.decrypter.decrypt(None, enc, &agreement).map_err(|_| JweFault::EphemeralKey)?;
        enc.decrypt(&content_key, Some(text.iv()), text.ciphertext(), text.aad(), Some(text.tag()))
            .map_err(|_| JweFault::Decryption)
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey(..)")
    }
}

/// Why a key cannot decrypt. Carries nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionKeyFault {
    /// The public half is unusable.
    #[error(transparent)]
    Public(#[from] JwkFault),
    /// The private half is missing or malformed.
    #[error("the private half of the JWK is missing or malformed")]
    Private,
    /// No key could be generated.
    #[error("OpenSSL could not make a key")]
    Generate,
}
