//! OpenID for Verifiable Presentations 1.0: the question, how it is written down for a wallet,
//! the answer, and whether the answer satisfies the question.
//!
//! ```text
//! Asked -> Begun -> Served -> (answer) -> Shown -> VerifiedPresentation -> Settled
//! ```
