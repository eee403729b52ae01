//! SD-JWT (RFC 9901) and SD-JWT VC (draft-ietf-oauth-sd-jwt-vc): from a stranger's text to an
//! [`credential::Authentic`] credential.
//!
//! ```text
//! text -> Presented (split, bounded) -> trust::vouch (whom do we believe?) -> Authentic (everything holds)
//! ```

pub mod credential;
pub mod disclosure;
pub mod issuer;
pub mod key_binding;
pub mod parse;
pub mod trust;
