//! SD-JWT (RFC 9901) and SD-JWT VC (draft-ietf-oauth-sd-jwt-vc): from a stranger's text to an
//! [`credential::Authentic`] credential.
//!
//! ```text
//! text -> Presented (split, bounded) -> trust::vouch (whom do we believe?) -> Authentic (everything holds)
//! ```
//! Whether its issuer has taken it back is asked afterwards, in [`status`].
//! The compact form, or the JSON serialisation where the credential's configuration accepts it, with key
//! binding unless the question does without.

pub mod credential;
pub mod did;
pub mod digest;
pub mod disclosure;
pub mod issuer;
pub mod issuer_key;
pub mod issuer_metadata;
mod json_form;
mod jwt;
pub mod key_binding;
pub mod limits;
pub mod parse;
pub mod status;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trace;
pub mod trust;
pub mod type_metadata;
mod validity;

#[cfg(test)]
mod tests;
