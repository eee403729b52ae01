//! JSON Object Signing and Encryption: the allow-list of algorithms, keys, and signatures.
//!
//! Specifications: RFC 7515 (JWS), 7517 (JWK), 7518 (JWA), 7638 (thumbprint), 8037 (EdDSA), 8725 (best practice).

pub mod alg;
pub mod jwk;
pub mod jws;
pub mod key_set;
pub mod signing;
mod verifying;
pub mod x5c;
