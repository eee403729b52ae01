//! Compact JWE (RFC 7516 section 7.1) with ECDH-ES on P-256 and AES-GCM, and nothing else: no key
//! wrapping, no passwords, no compression (OpenID4VP 1.0 section 8.3, HAIP 1.0 section 5).
//!
//! josekit does the cryptography. Everything that it gets wrong on hostile input (short tags, odd IVs,
//! encrypted keys, `zip`) is refused in [`EncryptedText::parse`], before any curve operation.

mod enc;
mod key;
mod recipient;
mod text;

pub use enc::ContentEncryption;
pub use key::{EncryptionKey, EncryptionKeyFault};
pub use recipient::{EncryptFault, RecipientKey};
pub use text::{EncryptedText, JweFault, JwePart};

/// The only key agreement: direct ECDH-ES (RFC 7518 section 4.6).
pub const ALG: &str = "ECDH-ES";

#[cfg(test)]
mod tests;
