//! Public key material and the signatures it verifies: `ring` for everything it knows,
//! josekit (OpenSSL) for P-521, which `ring` lacks.
//!
//! `ring` parses a point in about a microsecond, so a holder's key, which never comes twice,
//! costs no more than an issuer's.

use std::fmt;

use josekit::jwk::Jwk;
use josekit::jws::{ES512, JwsVerifier as _, alg::ecdsa::EcdsaJwsVerifier};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::alg::Algorithm;

/// Key material of one type and curve.
pub(super) enum Material {
    /// The uncompressed point, `04 || x || y` (SEC 1 section 2.3.3).
    P256([u8; 65]),
    /// An uncompressed point of P-384.
    P384([u8; 97]),
    /// The coordinates as the JWK spells them, and the OpenSSL key made from them.
    P521 { x: String, y: String, verifier: Box<EcdsaJwsVerifier> },
    /// The 32 bytes of RFC 8032 section 5.1.5.
    Ed25519([u8; 32]),
    /// Modulus and exponent, big-endian.
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Material {
    /// From coordinates whose length was checked; `None` when OpenSSL finds no such point.
    pub(super) fn p521(x: String, y: String) -> Option<Self> {
        let mut jwk = Jwk::new("EC");
        for (name, value) in [("crv", "P-521"), ("x", &x), ("y", &y)] {
            jwk.set_parameter(name, Some(value.into())).ok()?;
        }
        let verifier = Box::new(ES512.verifier_from_jwk(&jwk).ok()?);
        Some(Self::P521 { x, y, verifier })
    }

    /// The algorithms that this type of key can be used with.
    pub(super) fn algorithms(&self) -> &'static [Algorithm] {
        match self {
            Self::P256(_) => &[Algorithm::Es256],
            Self::P384(_) => &[Algorithm::Es384],
            Self::P521 { .. } => &[Algorithm::Es512],
            Self::Ed25519(_) => &[Algorithm::EdDsa, Algorithm::Ed25519],
            Self::Rsa { .. } => &[Algorithm::Rs256, Algorithm::Ps256],
        }
    }

    /// What tells this key from every other of its type.
    pub(super) fn octets(&self) -> Vec<&[u8]> {
        match self {
            Self::P256(point) => vec![point],
            Self::P384(point) => vec![point],
            Self::P521 { x, y, .. } => vec![x.as_bytes(), y.as_bytes()],
            Self::Ed25519(point) => vec![point],
            Self::Rsa { n, e } => vec![n, e],
        }
    }

    /// Whether `signature` over `message` holds by `alg`, which is one of [`Self::algorithms`].
    pub(super) fn verifies(&self, alg: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Self::P384(point) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature).is_ok()
            }
            Self::P521 { verifier, .. } => verifier.verify(message, signature).is_ok(),
            Self::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature).is_ok()
            }
            Self::Rsa { n, e } => {
                let padding = match alg {
                    Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(padding, message, signature).is_ok()
            }
        }
    }
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.algorithms()).finish()
    }
}
