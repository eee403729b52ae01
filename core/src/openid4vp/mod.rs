//! OpenID for Verifiable Presentations 1.0: the question, how it is written down for a wallet,
//! the answer, and whether the answer satisfies the question.
//!
//! ```text
//! VpRequest -> Begun -> Served -> (answer) -> VerifiedPresentation -> Settled
//! ```

pub mod client_id;
pub mod dcql;
pub mod presentation;
pub mod profile;
pub mod request;
pub mod request_key;
pub mod response;
pub mod retention;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transaction_data;
pub mod trouble;
pub mod verify;
mod wallet_error;
pub mod wallet_metadata;
