//! The write-ahead log keeps what was written, old versions of rows too, until it is cut.

use rusqlite::Connection;

use super::place::{BUSY_TIMEOUT, SHORT_WAIT};

/// Moves what the log holds into the database and cuts the log to nothing, so that what was removed from
/// rows is in no file any more. Waits hardly at all for readers of other processes: the next time will do.
/// Whether it was done.
pub(super) fn empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(SHORT_WAIT)?;
    let in_the_way = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(in_the_way? == 0)
}
