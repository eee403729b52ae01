//! A fault of ours, as a stranger hears of it: when to ask again, and the id under which the operator finds
//! what happened. Each audience writes it in its own format, and in one shape (`error.rs` beside its endpoints).

use std::error::Error;

use super::trace::TraceId;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::ask_wallet::WalletFault;

/// Seconds after which anybody may ask again when a part of ours is down.
pub const RETRY_AFTER_SECONDS: u64 = 5;
/// And when only the answer to what was asked is missing.
const SOON_SECONDS: u64 = 1;

/// What a stranger hears of our fault.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The operator finds the cause under this id.
    pub trace: String,
    /// Seconds to wait.
    pub retry_after: u64,
}

impl Failure {
    /// Of the request that is being answered. Its cause is in the log already.
    pub fn noted() -> Self {
        Self { trace: TraceId::current().to_string(), retry_after: RETRY_AFTER_SECONDS }
    }

    /// Logs the fault with everything behind it.
    pub fn record(cause: &(dyn Error + 'static)) -> Self {
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(cause) = next {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            next = cause.source();
        }
        let failure = Self::noted();
        tracing::error!(trace = %failure.trace, failure = chain, "a request failed");
        failure
    }
}

impl From<Unavailable> for Failure {
    fn from(cause: Unavailable) -> Self {
        let failure = Self::record(&cause);
        Self { retry_after: if cause.soon { SOON_SECONDS } else { failure.retry_after }, ..failure }
    }
}

/// A wallet's server cannot be asked. Not a failure of ours: a warning, with whose it is.
pub fn note_wallet(fault: &WalletFault) {
    let trace = TraceId::current();
    tracing::warn!(%trace, reason = %fault, passing = fault.is_passing(), "a wallet's server cannot be asked");
}
