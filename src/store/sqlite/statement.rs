//! One statement that must find the state it leaves.

use rusqlite::{Connection, Params};

use crate::flow::ports::NotCommitted;

/// Runs one statement, which must change one row.
pub(super) fn write(connection: &Connection, sql: &str, values: impl Params) -> Result<(), NotCommitted> {
    match connection.prepare_cached(sql)?.execute(values)? {
        0 => Err(NotCommitted::Lost),
        _ => Ok(()),
    }
}
