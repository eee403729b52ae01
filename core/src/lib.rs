//! Every rule of the house, pure: time, entropy and keys are arguments.
//!
//! ```text
//! policy, change -> oauth -> admission -> openid4vp -> credential -> sdjwt -> status_list -> trust
//!        -> type_metadata -> jose -> base
//! ```
//! Imports point right; what travels left is a signed blob on its way to becoming a token.

pub mod admission;
pub mod base;
pub mod change;
pub mod credential;
pub mod jose;
pub mod oauth;
pub mod openid4vp;
#[cfg(any(test, feature = "testing"))]
pub mod plain;
pub mod policy;
pub mod sdjwt;
pub mod status_list;
pub mod trust;
pub mod type_metadata;
