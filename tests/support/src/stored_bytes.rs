//! The bytes that a store has written to its disk, for whoever looks for what should not be there.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use vpgate::config::Storage;
use vpgate::flow::ports::Store;
use vpgate::store::postgres::PostgresStore;
use vpgate::store::sqlite::SqliteStore;

use crate::postgres::{self, Cluster};

/// A store of its own, and where its bytes are.
pub struct StoredBytes {
    store: Arc<dyn Store>,
    place: Place,
}

enum Place {
    Folder(tempfile::TempDir),
    Schema(&'static Cluster, String),
}

impl StoredBytes {
    /// In a file of SQLite.
    pub fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&Storage::Sqlite(folder.path().join("store.db"))).unwrap();
        Self { store, place: Place::Folder(folder) }
    }

    /// In a schema of PostgreSQL; `None` where that is not installed. Long values are stored as they are, not packed,
    /// so that they can be looked for.
    pub fn in_postgres() -> Option<Self> {
        let cluster = postgres::shared("the bytes of a PostgreSQL")?;
        let storage = cluster.migrated();
        let schema = storage.schema.clone();
        let unpacked = format!(
            "SELECT format('ALTER TABLE {schema}.%I ALTER COLUMN %I SET STORAGE EXTERNAL', relname, attname)
             FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
             WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' AND attnum > 0 AND attlen = -1"
        );
        for statement in cluster.sql(&unpacked).lines() {
            cluster.sql(statement);
        }
        let store = PostgresStore::open(&storage).unwrap();
        Some(Self { store, place: Place::Schema(cluster, schema) })
    }

    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Which of `words` stand in which file, once the store was swept, and the database has tidied up behind that: of
    /// SQLite the write-ahead log is cut, as after each sweep; of PostgreSQL the tables are written anew, as
    /// `VACUUM FULL` does, and what was in memory is on the disk.
    pub async fn found(&self, words: &[String]) -> Vec<String> {
        self.store.forget_old_versions().await.unwrap();
        let mut found = Vec::new();
        for path in self.files() {
            let bytes = fs::read(&path).unwrap_or_default();
            let has = |word: &&String| bytes.windows(word.len()).any(|here| here == word.as_bytes());
            found.extend(words.iter().filter(has).map(|word| format!("{word} in {}", path.display())));
        }
        found
    }

    fn files(&self) -> Vec<PathBuf> {
        let (cluster, schema) = match &self.place {
            Place::Folder(folder) => {
                return fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
            }
            Place::Schema(cluster, schema) => (cluster, schema),
        };
        let tables = format!(
            "SELECT relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r'"
        );
        for table in cluster.sql(&tables).lines() {
            cluster.sql(&format!("VACUUM (FULL) {schema}.{table}"));
        }
        cluster.sql("CHECKPOINT");
        // Tables, their indexes, and where their long values are.
        let paths = format!(
            "WITH ours AS (SELECT oid, reltoastrelid FROM pg_class WHERE relnamespace = '{schema}'::regnamespace)
             SELECT pg_relation_filepath(oid) FROM ours WHERE pg_relation_filepath(oid) IS NOT NULL
             UNION SELECT pg_relation_filepath(reltoastrelid) FROM ours WHERE reltoastrelid <> 0"
        );
        cluster.sql(&paths).lines().map(|path| cluster.data().join(path)).collect()
    }
}
