//! Moves everything from one database to another: table by table, rows as they are, all or nothing.
//!
//! ```text
//! source -> batches of rows, table by table -> target, in one transaction -> counts of both, which must agree
//! ```
//! Which tables and columns there are is asked of the two databases themselves, so a table that is added to both
//! schemas moves too, and one that only the source has is refused.

use tokio::sync::mpsc::{Receiver, channel};

use super::moved::{Counts, Moved, NotCopied, Outbound};
use super::{postgres, sqlite};
use crate::config::Storage;
use vpgate_core::base::time::Timestamp;

/// Batches that the target may be behind.
const BEHIND: usize = 2;

/// Copies everything that is in `from` to `to`, which is made where it is not there, and must be empty. Services must
/// not run. `now` tells whether one does, where several share a database.
///
/// # Errors
/// [`NotCopied`]; nothing is in `to` then.
pub async fn copy(from: &Storage, to: &Storage, now: Timestamp) -> Result<Counts, NotCopied> {
    if from == to {
        return Err(NotCopied::Same);
    }
    let (sender, arrived) = channel(BEHIND);
    let way = Outbound::new(sender);
    let read = async {
        match from {
            Storage::Memory => Err(NotCopied::Memory),
            Storage::Sqlite(path) => sqlite::copy::read(path, way).await,
            Storage::Postgres(place) => postgres::copy::read(place, now, way).await,
        }
    };
    let write = write(to, now, arrived);
    let (read, written) = tokio::join!(read, write);
    match (read, written) {
        // Who was told that the other has stopped knows less.
        (Err(NotCopied::Stopped), Err(why)) | (Err(why), _) => Err(why),
        (Ok(()), written) => written,
    }
}

async fn write(to: &Storage, now: Timestamp, arrived: Receiver<Moved>) -> Result<Counts, NotCopied> {
    match to {
        Storage::Memory => Err(NotCopied::Memory),
        Storage::Sqlite(path) => sqlite::copy::write(path, arrived).await,
        Storage::Postgres(place) => postgres::copy::write(place, now, arrived).await,
    }
}
