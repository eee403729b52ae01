//! SD-JWT (RFC 9901) and SD-JWT VC (draft-ietf-oauth-sd-jwt-vc): from a stranger's text to an
//! [`credential::AuthenticSdJwt`].
//!
//! ```text
//! text -> PresentedSdJwt (split, bounded) -> trust::vouch (whom do we believe?) -> Authentic (everything holds)
//! ```
//! Whether its issuer has taken it back is asked afterwards, in [`status_list`](crate::status_list).
//! The compact form, or the JSON serialisation where the credential's configuration accepts it, with key
//! binding unless the question does without.

pub mod credential;
pub mod disclosure;
pub mod issuer;
mod json_form;
mod jwt;
pub mod key_binding;
pub mod limits;
pub mod parse;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod type_rules;

#[cfg(test)]
mod tests;
