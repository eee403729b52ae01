//! Where grants and presentations are kept. Each backend is one file and its folder; all of them
//! share the meaning of a row (`row.rs`) and pass the same suite, `tests/contract/store_contract`.
//!
//! A store decides nothing. It executes the steps of a [`Change`](vpgate_core::change::Change) (`steps.rs`), which
//! repeat in their `WHERE` the state that is left, and says `Lost` when no row was in it. It holds
//! digests, never codes, cookies or tokens; claims and reports only until a sweep takes the row.
//!
//! `Unknown` in answer to a change means that nobody knows whether it was made: its question is asked.

mod asking;
mod row;
pub mod sqlite;
mod steps;

use std::sync::Arc;

pub use self::sqlite::{
    Migrated, NoBackup, OpenFault, UsedWith, backup, is_open_elsewhere, migrate, use_with, used_with,
};
use crate::config::Storage;
use crate::flow::ports::Store;
use vpgate_core::base::secret::Digest;

/// Opens the store that `storage` names, for a service with these keys: the store remembers their digest. Blocks:
/// call it while starting.
///
/// # Errors
/// [`OpenFault`]
pub fn open(storage: &Storage, keys: &Digest) -> Result<Arc<dyn Store>, OpenFault> {
    match storage {
        Storage::Memory | Storage::Sqlite(_) => Ok(sqlite::SqliteStore::open_for(storage, keys)?),
    }
}
