//! A fresh store of each kind.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use vpgate::config::{PostgresStorage, StatementMode, Storage};
use vpgate::flow::ports::Store;
use vpgate::store::postgres::PostgresStore;
use vpgate::store::sqlite::SqliteStore;
use vpgate_test_support::postgres;

/// A store, and the folder that goes with it.
pub struct Opened {
    store: AnyStore,
    _folder: Option<TempDir>,
}

impl Opened {
    pub fn store(&self) -> AnyStore {
        Arc::clone(&self.store)
    }
}

pub fn memory() -> Option<Opened> {
    Some(Opened { store: SqliteStore::open(&Storage::Memory).unwrap(), _folder: None })
}

pub fn file() -> Option<Opened> {
    let folder = tempfile::tempdir().unwrap();
    Some(Opened { store: at(&folder.path().join("store.db")), _folder: Some(folder) })
}

/// A schema of its own. `None` where PostgreSQL is not installed.
pub fn postgres() -> Option<Opened> {
    let cluster = postgres::shared("a store in PostgreSQL")?;
    Some(Opened { store: PostgresStore::open(&cluster.migrated()).unwrap(), _folder: None })
}

/// The same with statements that are not prepared, as behind some poolers.
pub fn unnamed() -> Option<Opened> {
    let cluster = postgres::shared("a store in PostgreSQL")?;
    let storage = PostgresStorage { statements: StatementMode::Unnamed, ..cluster.migrated() };
    Some(Opened { store: PostgresStore::open(&storage).unwrap(), _folder: None })
}

pub fn at(path: &Path) -> Arc<SqliteStore> {
    SqliteStore::open(&Storage::Sqlite(path.to_owned())).unwrap()
}

/// Any store will do.
pub type AnyStore = Arc<dyn Store>;
