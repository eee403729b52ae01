//! JSON Object Signing and Encryption: the allow-list of algorithms, keys, signatures, and encryption.
//!
//! Specifications: RFC 7515 (JWS), 7516 (JWE), 7517 (JWK), 7518 (JWA), 7638 (thumbprint), 8037 (EdDSA), 8725 (best practice),
//! 9864 (fully specified names); 9180 (HPKE), in which the same keys answer for another protocol.

pub mod alg;
mod curve;
pub mod hpke;
pub mod jwe;
pub mod jwk;
pub mod jws;
pub mod key_set;
mod p256;
mod private_jwk;
mod private_pem;
pub mod signing;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub(crate) mod time_claims;
mod verifying;
pub mod x5c;
