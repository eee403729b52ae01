//! Private keys and what they sign, by josekit.

use std::fmt;

use josekit::jwk::Jwk;
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::EcKeyPair;
use josekit::jwk::alg::ed::EdKeyPair;
use josekit::jwk::alg::rsa::RsaKeyPair;
#[cfg(any(test, feature = "testing"))]
use josekit::jwk::alg::{ec::EcCurve, ed::EdCurve};
use josekit::jws::{ES256, ES384, ES512, EdDSA, JwsSigner, PS256, RS256};
use serde_json::{Map, Value, json};

use super::alg::Algorithm;
use super::jwk::{JwkFault, PublicKey};
use super::p256;
use super::private_jwk::PrivateJwk;
use super::private_pem::{self, PemFault};
use crate::base::base64url;

/// A private signing key bound to its one algorithm. It prints as nothing and cannot be serialised;
/// the josekit signer inside is built once and is `Send + Sync`.
pub struct SigningKey {
    jwk: PrivateJwk,
    kid: String,
    public: PublicKey,
    algorithm: Algorithm,
    signer: Box<dyn JwsSigner>,
}

impl SigningKey {
    /// The ES256 key that stands for 32 bytes which nobody else knows; `kid` is its RFC 7638 thumbprint.
    ///
    /// # Errors
    /// [`SigningFault::Generate`] when OpenSSL has no memory.
    pub fn from_entropy(entropy: &[u8; 32]) -> Result<Self, SigningFault> {
        let mut jwk = p256::private_jwk(entropy).ok_or(SigningFault::Generate)?;
        jwk.set_algorithm(Algorithm::Es256.name());
        Self::new(jwk)
    }

    /// A key for tests. RSA keys have 2048 bits.
    ///
    /// # Errors
    /// [`SigningFault::Generate`] when OpenSSL has no entropy or memory.
    #[cfg(any(test, feature = "testing"))]
    pub fn generate(alg: Algorithm) -> Result<Self, SigningFault> {
        let jwk = match alg {
            Algorithm::Es256 => Jwk::generate_ec_key(EcCurve::P256),
            Algorithm::Es384 => Jwk::generate_ec_key(EcCurve::P384),
            Algorithm::Es512 => Jwk::generate_ec_key(EcCurve::P521),
            Algorithm::Ed25519 | Algorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
            Algorithm::Rs256 | Algorithm::Ps256 => Jwk::generate_rsa_key(2048),
        };
        let mut jwk = jwk.map_err(|_| SigningFault::Generate)?;
        jwk.set_algorithm(alg.name());
        Self::new(jwk)
    }

    /// From a private JWK: what [`Self::to_private_jwk`] wrote, or another with `kty`, its values and
    /// optionally `alg`, `kid`. `kid` defaults to the thumbprint, `alg` to RS256 for RSA keys and to EdDSA
    /// for Ed25519 keys.
    ///
    /// # Errors
    /// [`SigningFault::Key`] when its public half is no usable key, [`SigningFault::Private`] when the
    /// private half is missing, malformed or belongs to another key.
    pub fn from_jwk(jwk: &Value) -> Result<Self, SigningFault> {
        let members = jwk.as_object().ok_or(SigningFault::Key(JwkFault::NotAnObject))?;
        let jwk = Jwk::from_map(members.clone()).map_err(|_| SigningFault::Private)?;
        Self::new(jwk)
    }

    /// From a private key in PEM (PKCS#8, SEC 1 or PKCS#1, unencrypted), with its thumbprint as `kid`. RSA
    /// keys sign with RS256, Ed25519 keys with EdDSA. What other tools write around it (`EC PARAMETERS`,
    /// `Bag Attributes`, certificates) is passed over.
    ///
    /// # Errors
    /// As [`Self::from_jwk`]; `SigningFault::Pem` for what is no such key, with the reason.
    pub fn from_pem(pem: &[u8]) -> Result<Self, SigningFault> {
        let pem = private_pem::only_key(pem)?;
        let jwk = EcKeyPair::from_pem(&*pem, None)
            .map(|pair| pair.to_jwk_key_pair())
            .or_else(|_| EdKeyPair::from_pem(&*pem).map(|pair| pair.to_jwk_key_pair()))
            .or_else(|_| RsaKeyPair::from_pem(&*pem).map(|pair| pair.to_jwk_key_pair()));
        Self::new(jwk.map_err(|_| PemFault::Unreadable)?)
    }

    fn new(mut jwk: Jwk) -> Result<Self, SigningFault> {
        let mut public_members: Map<String, Value> = jwk
            .as_ref()
            .iter()
            .filter(|(name, _)| {
                ["kty", "crv", "x", "y", "n", "e", "alg", "kid", "use"].contains(&name.as_str())
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let unnamed = PublicKey::from_jwk(&Value::Object(public_members.clone()))?;
        let kid = unnamed.kid().map_or_else(|| unnamed.thumbprint(), str::to_owned);
        jwk.set_key_id(&kid);
        public_members.insert("kid".to_owned(), json!(kid));
        let algorithm = unnamed.signs_by().ok_or(SigningFault::Private)?;
        public_members.insert("alg".to_owned(), algorithm.name().into());
        let public = PublicKey::from_jwk(&Value::Object(public_members))?;
        let jwk = PrivateJwk(jwk);
        let signer = signer(algorithm, &jwk).ok_or(SigningFault::Private)?;
        let key = Self { jwk, kid, public, algorithm, signer };
        key.prove_halves_belong_together()?;
        Ok(key)
    }

    /// The private JWK, for the file it is kept in.
    pub fn to_private_jwk(&self) -> Value {
        self.jwk.to_json()
    }

    /// The name by which verifiers find the public half.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The only algorithm this key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public half, with the same `kid`.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Compact JWS (RFC 7515 section 7.1). The header gets `alg` first, then whatever `header` holds
    /// (`typ`, `kid`, `x5c`, ...); an `alg` in `header` is overruled.
    ///
    /// # Errors
    /// [`SigningFault::Sign`] when OpenSSL fails.
    pub fn sign(
        &self,
        header: &Map<String, Value>,
        payload: &Map<String, Value>,
    ) -> Result<String, SigningFault> {
        let input = SigningInput::new(self.algorithm(), header, payload)?;
        let signature = self.sign_bytes(input.text().as_bytes())?;
        Ok(input.signed(&signature))
    }

    /// The signature over these bytes, as JOSE and COSE have it: for ECDSA two numbers of the curve's length
    /// (RFC 7518 section 3.4, RFC 9053 section 2.1).
    ///
    /// # Errors
    /// [`SigningFault::Sign`] when OpenSSL fails.
    pub fn sign_bytes(&self, message: &[u8]) -> Result<Vec<u8>, SigningFault> {
        self.signer.sign(message).map_err(|_| SigningFault::Sign)
    }

    /// OpenSSL takes any private value beside any point; a pair that does not belong together would
    /// sign what nobody can verify.
    fn prove_halves_belong_together(&self) -> Result<(), SigningFault> {
        let signature = self.sign_bytes(b"vpgate")?;
        self.public.verifies(self.algorithm, b"vpgate", &signature).then_some(()).ok_or(SigningFault::Private)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// What is signed of a compact JWS (RFC 7515 section 5.1), for a key that is here or elsewhere.
#[derive(Debug)]
pub struct SigningInput {
    algorithm: Algorithm,
    text: String,
}

impl SigningInput {
    /// The header gets `alg` first, then whatever `header` holds; an `alg` in `header` is overruled.
    ///
    /// # Errors
    /// [`SigningFault::Sign`]
    pub fn new(
        algorithm: Algorithm,
        header: &Map<String, Value>,
        payload: &Map<String, Value>,
    ) -> Result<Self, SigningFault> {
        let mut full = Map::with_capacity(header.len() + 1);
        full.insert("alg".to_owned(), algorithm.name().into());
        full.extend(header.iter().filter(|(name, _)| *name != "alg").map(|(n, v)| (n.clone(), v.clone())));
        let mut input = base64url::encode(json_text(&full)?);
        input.push('.');
        input.push_str(&base64url::encode(json_text(payload)?));
        Ok(Self { algorithm, text: input })
    }

    /// Header and payload, encoded, with a dot between them.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The compact JWS with a signature that was made elsewhere, by the private half of `key`.
    ///
    /// # Errors
    /// [`SigningFault::Elsewhere`] when it was not: nobody could check what is said with it.
    pub fn signed_by(self, key: &PublicKey, signature: &[u8]) -> Result<String, SigningFault> {
        let fits = key.verifies(self.algorithm, self.text.as_bytes(), signature);
        fits.then(|| self.signed(signature)).ok_or(SigningFault::Elsewhere)
    }

    fn signed(self, signature: &[u8]) -> String {
        let mut jws = self.text;
        jws.push('.');
        jws.push_str(&base64url::encode(signature));
        jws
    }
}

/// Why a key cannot sign. Carries nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SigningFault {
    /// The public half is unusable.
    #[error(transparent)]
    Key(#[from] JwkFault),
    /// The private half is missing, malformed or belongs to another key.
    #[error("the private half of the JWK is missing, malformed or belongs to another key")]
    Private,
    #[error(transparent)]
    Pem(#[from] PemFault),
    /// No key could be generated.
    #[error("OpenSSL could not generate a key")]
    Generate,
    #[error("OpenSSL could not sign")]
    Sign,
    #[error("the signature that was made elsewhere is not by the key that is published")]
    Elsewhere,
}

fn signer(alg: Algorithm, jwk: &PrivateJwk) -> Option<Box<dyn JwsSigner>> {
    // josekit compares the name, and knows one of the two.
    let renamed = (alg == Algorithm::Ed25519).then(|| {
        let mut jwk = jwk.0.clone();
        jwk.set_algorithm(Algorithm::EdDsa.name());
        PrivateJwk(jwk)
    });
    let jwk = &renamed.as_ref().unwrap_or(jwk).0;
    Some(match alg {
        Algorithm::Es256 => Box::new(ES256.signer_from_jwk(jwk).ok()?),
        Algorithm::Es384 => Box::new(ES384.signer_from_jwk(jwk).ok()?),
        Algorithm::Es512 => Box::new(ES512.signer_from_jwk(jwk).ok()?),
        Algorithm::Ed25519 | Algorithm::EdDsa => Box::new(EdDSA.signer_from_jwk(jwk).ok()?),
        Algorithm::Rs256 => Box::new(RS256.signer_from_jwk(jwk).ok()?),
        Algorithm::Ps256 => Box::new(PS256.signer_from_jwk(jwk).ok()?),
    })
}

fn json_text(object: &Map<String, Value>) -> Result<String, SigningFault> {
    serde_json::to_string(object).map_err(|_| SigningFault::Sign)
}
