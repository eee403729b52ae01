//! Every rule of the house, pure: time, entropy and keys are arguments.
//!
//! ```text
//! policy, change -> oauth -> admission -> openid4vp -> sdjwt -> jose -> base
//! ```
//! Imports point right; what travels left is a signed blob on its way to becoming a token.

pub mod admission;
pub mod base;
pub mod change;
pub mod jose;
pub mod oauth;
pub mod openid4vp;
pub mod policy;
pub mod sdjwt;
