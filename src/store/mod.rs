//! Where grants and presentations are kept. Each backend is one file and its folder; all of them
//! share the meaning of a row (`row.rs`) and pass the same suite, `tests/contract/store_contract`.
//!
//! A store decides nothing. It executes the steps of a [`Change`](vpgate_core::change::Change) (`steps.rs`), which
//! repeat in their `WHERE` the state that is left, and says `Lost` when no row was in it. It holds
//! digests, never codes, cookies or tokens; claims and reports only until a sweep takes the row.
//!
//! `Unknown` in answer to a change means that nobody knows whether it was made: its question is asked.

mod asking;
mod copy;
mod emptied;
mod migration;
mod moved;
pub mod postgres;
mod probe;
mod row;
mod select;
pub mod sqlite;
mod steps;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use self::copy::copy;
pub use self::moved::{Counts, NotCopied};
use self::postgres::PostgresStore;
use self::sqlite::SqliteStore;
pub use self::sqlite::{NoBackup, is_open_elsewhere};
use crate::config::Storage;
use crate::flow::ports::Store;
use vpgate_core::base::exposure::Exposed;
use vpgate_core::base::secret::Digest;

/// How far the clocks of services that share a database may be apart.
const CLOCKS_APART: Duration = Duration::from_secs(300);

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum OpenFault {
    /// The file cannot be made, or its folder is not there.
    #[error("the database file {path} cannot be created; its folder must be there, and writable")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    #[error("there is no database at {0}")]
    NoDatabase(PathBuf),
    #[error(transparent)]
    Exposed(#[from] Exposed),
    /// It was used with other keys.
    #[error("the database was used with other keys")]
    OtherKeys,
    /// A newer program has changed it in a way that this one cannot work with.
    #[error("the database has version {found}, which programs of version {known} cannot work with")]
    Newer {
        /// The version of the database.
        found: usize,
        /// The version of this program.
        known: usize,
    },
    /// An older program has made it, or nobody, and this one needs what it does not have yet.
    #[error("the database has version {found}; this program needs version {known}: run `vpgate migrate`")]
    Older {
        /// The version of the database.
        found: usize,
        /// The version of this program.
        known: usize,
    },
    #[error("the database belongs to another program")]
    Foreign,
    /// The file system cannot share memory between connections, network file systems for example.
    #[error("the database cannot keep a write-ahead log where it lies")]
    NoWal,
    #[error("the database cannot be opened")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database cannot be reached, or refuses us")]
    Postgres(#[from] postgres::PostgresFault),
    #[error("the certificate in storage.ca_file cannot be used")]
    Tls(#[from] native_tls::Error),
    /// The system gives us no thread.
    #[error("the database's thread cannot be started")]
    Thread(#[source] std::io::Error),
}

/// What a migration did: versions count the migrations applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Before; 0 for a new database.
    pub from: usize,
    /// Now.
    pub to: usize,
}

/// What a database says of the keys it was used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedWith {
    /// Nothing was ever kept in it, or there is no database yet.
    Nothing,
    /// It holds something, and is of a version that did not note the keys.
    Unknown,
    /// These: their digest.
    Keys(Digest),
}

/// Opens the store that `storage` names, for a service with these keys: the store remembers their digest. Blocks:
/// call it while starting.
///
/// # Errors
/// [`OpenFault`]
pub fn open(storage: &Storage, keys: &Digest) -> Result<Arc<dyn Store>, OpenFault> {
    match storage {
        Storage::Memory | Storage::Sqlite(_) => Ok(SqliteStore::open_for(storage, keys)?),
        Storage::Postgres(place) => Ok(PostgresStore::open_for(place, keys)?),
    }
}

/// Opens the store that `storage` names for a command, beside services or without: there must be one. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn open_existing(storage: &Storage) -> Result<Arc<dyn Store>, OpenFault> {
    match storage {
        Storage::Sqlite(path) if !path.is_file() => Err(OpenFault::NoDatabase(path.clone())),
        Storage::Memory | Storage::Sqlite(_) => Ok(SqliteStore::open(storage)?),
        Storage::Postgres(place) => Ok(PostgresStore::open(place)?),
    }
}

/// Brings the database to the version of this program, and says which it had. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn migrate(storage: &Storage) -> Result<Migrated, OpenFault> {
    match storage {
        Storage::Memory | Storage::Sqlite(_) => sqlite::migrate(storage),
        Storage::Postgres(place) => postgres::migrate(place),
    }
}

/// Whether this program can work with the database as it is. Makes and changes nothing. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn check(storage: &Storage) -> Result<(), OpenFault> {
    match storage {
        Storage::Memory | Storage::Sqlite(_) => sqlite::check(storage),
        Storage::Postgres(place) => postgres::check(place),
    }
}

/// What the database says of the keys it was used with. Makes and changes nothing. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn used_with(storage: &Storage) -> Result<UsedWith, OpenFault> {
    match storage {
        Storage::Memory | Storage::Sqlite(_) => sqlite::used_with(storage),
        Storage::Postgres(place) => postgres::used_with(place),
    }
}

/// Notes that the database goes with `keys` from now on, whatever it went with before. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn use_with(storage: &Storage, keys: &Digest) -> Result<(), OpenFault> {
    match storage {
        Storage::Memory | Storage::Sqlite(_) => sqlite::use_with(storage, keys),
        Storage::Postgres(place) => postgres::use_with(place, keys),
    }
}

/// Copies the database, whole, to `target`. Its size in bytes.
///
/// # Errors
/// [`NoBackup`]
pub fn backup(storage: &Storage, target: &Path) -> Result<u64, NoBackup> {
    match storage {
        Storage::Memory | Storage::Sqlite(_) => sqlite::backup(storage, target),
        Storage::Postgres(_) => Err(NoBackup::Server),
    }
}
