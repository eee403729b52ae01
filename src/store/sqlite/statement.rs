//! One statement of one change.

use rusqlite::{Connection, Params};

use crate::flow::ports::NotCommitted;

/// Runs it; it must change one row.
pub(super) fn write(connection: &Connection, sql: &str, values: impl Params) -> Result<(), NotCommitted> {
    match connection.prepare_cached(sql)?.execute(values)? {
        0 => Err(NotCommitted::Lost),
        _ => Ok(()),
    }
}
