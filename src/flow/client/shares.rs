//! What this process has taken of wide limits (`vpgate_core::oauth::shares`), so that replicas do not all wait for the
//! one row in which a limit is counted.

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::change::Change;
use vpgate_core::oauth::attempts::{Attempt, Limited};
use vpgate_core::oauth::shares::Spend;

/// Counts `attempt` from a share, which is taken where it is worth it. `false` when it is to be counted by itself,
/// within its limit.
///
/// # Errors
/// When the store is unavailable; then it may be counted.
pub(in crate::flow) async fn count(context: &Context, attempt: &Attempt) -> Result<bool, Unavailable> {
    let (spend, back) = context.shares.lock().spend(attempt);
    if let Some(back) = back
        && let Err(fault) = context.commit(Change::Count(back)).await
    {
        tracing::debug!(%fault, "what was left of a share stays counted");
    }
    match spend {
        Spend::AtHand => Ok(true),
        Spend::Alone => Ok(false),
        Spend::Take(share) => take(context, share).await,
    }
}

/// The event did not happen; `is_counted` is what [`count`] has said.
pub(in crate::flow) fn uncount_if(is_counted: bool, context: &Context, attempt: &Attempt) {
    if is_counted {
        context.shares.lock().unspent(attempt);
    }
}

async fn take(context: &Context, share: Attempt) -> Result<bool, Unavailable> {
    let mut taking = Taking { context, share, had_room: false };
    taking.had_room = was_first(context.commit(Change::Reserve(Limited::each([share]))).await)?;
    Ok(taking.had_room)
}

/// Says how it went, also when whoever asked has gone away meanwhile.
struct Taking<'c> {
    context: &'c Context,
    share: Attempt,
    had_room: bool,
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        self.context.shares.lock().taken(&self.share, self.had_room);
    }
}
