//! Where the shares of wide limits are that this process has taken.

use std::sync::{Mutex, MutexGuard, PoisonError};

use vpgate_core::oauth::shares::Shares;

/// What is at hand in this process.
#[derive(Debug, Default)]
pub struct SharesAtHand(Mutex<Shares>);

impl SharesAtHand {
    pub(super) fn lock(&self) -> MutexGuard<'_, Shares> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
