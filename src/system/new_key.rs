//! New signing keys, from OpenSSL's generator: the core draws no randomness.

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use serde_json::{Map, Value};
use zeroize::Zeroize as _;

use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::{SigningFault, SigningKey};

/// A new key; RSA keys have 2048 bits.
///
/// # Errors
/// [`SigningFault::Generate`] when OpenSSL has no entropy or memory.
pub(super) fn signing_key(algorithm: Algorithm) -> Result<SigningKey, SigningFault> {
    let made = match algorithm {
        Algorithm::Es256 => Jwk::generate_ec_key(EcCurve::P256),
        Algorithm::Es384 => Jwk::generate_ec_key(EcCurve::P384),
        Algorithm::Es512 => Jwk::generate_ec_key(EcCurve::P521),
        Algorithm::Ed25519 | Algorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
        Algorithm::Rs256 | Algorithm::Ps256 => Jwk::generate_rsa_key(2048),
    };
    let mut made = made.map_err(|_| SigningFault::Generate)?;
    made.set_algorithm(algorithm.name());
    let members: Map<String, Value> = made.into();
    let mut members = Value::Object(members);
    let key = SigningKey::from_jwk(&members);
    // The copy that the key was read from.
    for member in members.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Value::String(text) = member {
            text.zeroize();
        }
    }
    key
}
