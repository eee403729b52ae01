//! Tidies up. Nothing depends on it: every transition asks for the time itself.

use super::ports::{Swept, Unavailable};
use crate::flow::context::Context;

/// Rows of each kind that one transaction removes at most, so that nobody waits long for it.
const BATCH: usize = 200;

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
        if swept.largest() < BATCH {
            break;
        }
    }
    context.ports.store.forget_old_versions().await?;
    Ok(total)
}
