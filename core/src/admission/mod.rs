//! From a verified presentation to what it earns.
//!
//! A scope names the credential and claims that must be shown, and the rules that must hold. The same
//! rules, and the claims that tokens will say, decide what is asked for ([`ScopePolicy::query_for`]).
//! Only [`ScopePolicy::admit`] makes an [`Admission`], and it needs a
//! [`VerifiedPresentation`](crate::openid4vp::verify::VerifiedPresentation).

mod admit;
pub mod bridge;
pub mod claimable;
pub mod claims_request;
pub mod client_claims;
mod earned;
mod held;
mod policy;
mod result;
pub mod rules;
mod said;
mod scope_definition;
pub mod scopes;
mod source;
pub mod standard_claims;
pub mod token_claims;

pub use self::admit::{NothingEarned, ScopeVerdict, Unearned};
pub use self::earned::{Admission, EarnedWith, restore};
pub use self::held::CurrentConfiguration;
pub use self::policy::{AskableCredential, NotAskable, Purpose, ScopePolicy};
pub use self::result::SCOPE_RULES;
pub use self::said::Hearing;
pub use self::scope_definition::ScopeDefinition;
pub use self::source::ClaimSource;

#[cfg(test)]
mod tests;
