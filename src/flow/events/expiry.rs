//! Clients are told that nobody has answered in time. Nothing else happens at that moment, so this does.

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::change::Change;

/// Requests that are looked up at once.
const BATCH: usize = 100;

/// Tells the clients of all presentations that have expired; it does not matter which replica was first.
///
/// # Errors
/// When the store is unavailable; the next time goes on where this one stopped.
pub async fn tell(context: &Context) -> Result<(), Unavailable> {
    loop {
        let expired = context.ports.store.untold_expiries(context.now, BATCH).await?;
        let is_last = expired.len() < BATCH;
        for request in expired {
            let change = Change::Expire { request: Box::new(request), at: context.now };
            was_first(context.commit(change).await)?;
        }
        if is_last {
            return Ok(());
        }
    }
}
