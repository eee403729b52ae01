//! Tidies up. Nothing depends on it: every transition asks for the time itself.

use std::time::Duration;

use super::audit;
use super::commit::was_first;
use super::ports::{Swept, Unavailable};
use crate::flow::context::Context;
use vpgate_core::audit::{AuditDetails, AuditKind};
use vpgate_core::base::secret::Digest;
use vpgate_core::change::{Change, Lease};

/// How long the others leave the sweep to the one that swept last: longer than from one sweep to the next, so that
/// it stays with one process until that ends.
const TURN: Duration = Duration::from_secs(90);

/// Rows that one transaction removes at most: a few milliseconds of random pages in a database of a million grants, so
/// that nobody waits longer for it than for the disk.
const BATCH: usize = 40;

/// A process that sweeps.
#[derive(Debug)]
pub struct Sweeper {
    holder: Digest,
}

impl Sweeper {
    /// Another one than all others.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(context: &Context) -> Result<Self, Unavailable> {
        Ok(Self { holder: context.random_secret()?.digest() })
    }

    /// Sweeps when it is this one's turn; `None` when another process does it for all that share the store.
    ///
    /// # Errors
    /// Those of [`sweep`]
    pub async fn sweep_in_turn(&self, context: &Context) -> Result<Option<Swept>, Unavailable> {
        if self.take(context, TURN).await? { sweep(context).await.map(Some) } else { Ok(None) }
    }

    /// Gives the turn back, so that another process need not wait for its end.
    ///
    /// # Errors
    /// When the store is unavailable; the turn ends by itself then.
    pub async fn hand_over(&self, context: &Context) -> Result<(), Unavailable> {
        self.take(context, Duration::ZERO).await.map(drop)
    }

    async fn take(&self, context: &Context, turn: Duration) -> Result<bool, Unavailable> {
        let (at, until) = (context.now, context.now.plus(turn));
        let change = Change::TakeLease { what: Lease::Sweep, holder: self.holder, at, until };
        was_first(context.commit(change).await)
    }
}

/// Removes what has long expired, batch after batch, and then what is left of it in the store's files.
/// Those hold old versions of rows that changed, too, so this is done whether anything was removed or
/// not.
///
/// # Errors
/// When the store is unavailable; the next sweep goes on where this one stopped.
pub async fn sweep(context: &Context) -> Result<Swept, Unavailable> {
    context.polls.forget_expired(context.now);
    let mut total = Swept::default();
    loop {
        let swept = context.ports.store.sweep(context.now, BATCH).await?;
        total.add(swept);
        if swept.rows() < BATCH {
            break;
        }
    }
    let (presentations, emptied) = (total.presentations, total.emptied);
    if presentations + emptied > 0 {
        let count = u64::try_from(presentations + emptied).ok();
        let reason = Some("their time was over: presentations, and what was personal in rows that stay");
        let details = AuditDetails { reason, count, ..AuditDetails::default() };
        audit::tell(context, AuditKind::RowsRemoved, &details).await?;
    }
    context.ports.store.forget_old_versions().await?;
    Ok(total)
}
