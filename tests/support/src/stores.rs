//! The store that stories and the model are told to: SQLite, or PostgreSQL with `VPGATE_TEST_STORE=postgres`.

use std::path::Path;
use std::sync::Arc;

use vpgate::config::{PostgresStorage, Storage};
use vpgate::flow::ports::Store;
use vpgate::store::postgres::PostgresStore;
use vpgate::store::sqlite::SqliteStore;

use crate::postgres;

/// Where a service stores, for as long as a test lasts.
pub enum Place {
    Sqlite(Storage),
    Postgres(Box<PostgresStorage>),
}

impl Place {
    /// In memory, where it is SQLite: one store, opened once.
    pub fn fresh() -> Self {
        Self::in_postgres().unwrap_or(Self::Sqlite(Storage::Memory))
    }

    /// In a file of `folder`, where it is SQLite: opened as often as there are services.
    pub fn shared(folder: &Path) -> Self {
        Self::in_postgres().unwrap_or_else(|| Self::Sqlite(Storage::Sqlite(folder.join("model.db"))))
    }

    fn in_postgres() -> Option<Self> {
        std::env::var_os("VPGATE_TEST_STORE").filter(|name| name == "postgres")?;
        let cluster = postgres::shared("VPGATE_TEST_STORE=postgres").expect("PostgreSQL is asked for");
        Some(Self::Postgres(Box::new(cluster.migrated())))
    }

    pub fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(storage) => SqliteStore::open(storage).unwrap(),
            Self::Postgres(storage) => PostgresStore::open(storage).unwrap(),
        }
    }
}
