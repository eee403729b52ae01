//! A fresh store of each kind.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use vpgate::config::Storage;
use vpgate::flow::ports::Store;
use vpgate::store::sqlite::SqliteStore;

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

pub fn memory() -> Opened {
    Opened { store: SqliteStore::open(&Storage::Memory).unwrap(), _folder: None }
}

pub fn file() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    Opened { store: at(&folder.path().join("store.db")), _folder: Some(folder) }
}

pub fn at(path: &Path) -> Arc<SqliteStore> {
    SqliteStore::open(&Storage::Sqlite(path.to_owned())).unwrap()
}

/// Any store will do.
pub type AnyStore = Arc<dyn Store>;
