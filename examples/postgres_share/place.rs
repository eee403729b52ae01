//! The server, and who asks it.

use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use vpgate::config::PostgresStorage;
use vpgate::store::postgres::{PostgresStore, migrate};
use vpgate_test_support::postgres::{self, Cluster, USER};

use crate::load::{AnyStore, Load, run};
use crate::logged::{Logged, executed};

/// As many as a service has.
const DURABLE: u32 = 12;
const SWIFT: u32 = 8;
/// Executions by which a key is told from what is always the same.
const SHOWN: usize = 3;
/// Nothing happens by itself while something is measured; what is logged can be read by a machine.
const SETTINGS: [&str; 6] = [
    "autovacuum = off",
    "checkpoint_timeout = '1h'",
    "max_wal_size = '8GB'",
    "logging_collector = on",
    "log_destination = 'jsonlog'",
    "log_directory = 'json'",
];

pub struct Place {
    cluster: Cluster,
}

/// A schema with rows.
struct Filled {
    schema: String,
    store: AnyStore,
    works: Vec<crate::load::Work>,
}

impl Place {
    /// Starts the server where this process is, which goes to the other core then.
    pub fn start() -> anyhow::Result<Self> {
        ensure!(postgres::is_installed("the share of PostgreSQL"), "apt-get install postgresql");
        let cluster = Cluster::start(&SETTINGS);
        let ours = std::process::id().to_string();
        let moved = Command::new("taskset").args(["-a", "-c", "-p", "1", &ours]).output()?;
        ensure!(moved.status.success(), "two cores are needed");
        Ok(Self { cluster })
    }

    /// The statement of a load, as the server saw it.
    pub async fn logged(&self, load: Load) -> anyhow::Result<Logged> {
        let filled = self.filled(load, SHOWN).await?;
        filled.store.close().await;
        self.cluster.sql(&format!("ALTER ROLE {USER} SET log_statement = 'all'"));
        let store = opened(self.storage(&filled.schema)).await?;
        // One after the other: looks that come together are one.
        for work in filled.works {
            run(&store, vec![work]).await?;
        }
        store.close().await;
        self.cluster.sql(&format!("ALTER ROLE {USER} RESET log_statement"));
        let schema = format!("\"{}\"", filled.schema);
        self.cluster
            .wait_until("the log", || executed(&self.log(), &schema).is_ok_and(|found| found.len() >= SHOWN));
        let found = executed(&self.log(), &schema)?;
        let asks = format!(
            "PREPARE it AS {}; SELECT array_to_string(parameter_types, ',') FROM pg_prepared_statements",
            Logged::text_of(&found)
        );
        let types = self.cluster.sql(&asks);
        Logged::new(&found, &types.split(',').collect::<Vec<_>>(), &schema)
    }

    /// How many the store does a second.
    pub async fn by_store(&self, load: Load, waits: bool) -> anyhow::Result<f64> {
        let filled = self.filled(load, load.number()).await?;
        self.made_ready(&filled, waits);
        let took = run(&filled.store, filled.works).await?;
        filled.store.close().await;
        self.ended(load, &filled.schema)?;
        Ok(load.number() as f64 / took.as_secs_f64())
    }

    /// How many pgbench does.
    pub async fn by_pgbench(&self, load: Load, waits: bool, statement: &Logged) -> anyhow::Result<f64> {
        let filled = self.filled(load, load.number()).await?;
        filled.store.close().await;
        for table in ["grants", "presentations"] {
            self.cluster.sql(&format!(
                "UPDATE \"{schema}\".{table} AS it SET id = numbered.place::text
                 FROM (SELECT id, row_number() OVER () AS place FROM \"{schema}\".{table}) AS numbered
                 WHERE it.id = numbered.id",
                schema = filled.schema
            ));
        }
        self.made_ready(&filled, waits);
        let each = load.number() / DURABLE as usize;
        let (script, variables) = statement.script(&format!("\"{}\"", filled.schema), each)?;
        let mut arguments =
            ["-n", "-M", "prepared", "-j", "1", "-c", &DURABLE.to_string()].map(str::to_owned).to_vec();
        arguments.extend(["-t".to_owned(), each.to_string()]);
        arguments.extend(variables.into_iter().flat_map(|variable| ["-D".to_owned(), variable]));
        let said = self.cluster.pgbench(&script, &arguments);
        self.ended(load, &filled.schema)?;
        let line = said.lines().find_map(|line| line.strip_prefix("tps = ")).context("no tps")?;
        Ok(line.split(' ').next().context("no number")?.parse()?)
    }

    /// A new schema with the rows that a load needs.
    async fn filled(&self, load: Load, number: usize) -> anyhow::Result<Filled> {
        self.set("fsync", "off");
        let schema = postgres::schema();
        let storage = self.storage(&schema);
        let made = storage.clone();
        tokio::task::spawn_blocking(move || migrate(&made)).await??;
        let store = opened(storage).await?;
        let works = load.prepared(&store, number).await?;
        Ok(Filled { schema, store, works })
    }

    /// As if nothing had happened before: rows without versions of before, and nothing left to write.
    fn made_ready(&self, filled: &Filled, waits: bool) {
        for table in ["grants", "presentations"] {
            self.cluster.sql(&format!("VACUUM FULL ANALYZE \"{}\".{table}", filled.schema));
        }
        self.set("fsync", if waits { "on" } else { "off" });
        self.cluster.sql("CHECKPOINT");
    }

    /// Everything was done; nothing of it is left.
    fn ended(&self, load: Load, schema: &str) -> anyhow::Result<()> {
        let (condition, number) = load.done();
        let found = self.cluster.sql(&format!("SELECT count(*) FROM \"{schema}\".grants WHERE {condition}"));
        ensure!(found == number.to_string(), "{}: {found} of {number} grants", load.name());
        self.cluster.sql(&format!("DROP SCHEMA \"{schema}\" CASCADE"));
        Ok(())
    }

    fn set(&self, setting: &str, value: &str) {
        self.cluster.sql(&format!("ALTER SYSTEM SET {setting} = {value}"));
        self.cluster.sql("SELECT pg_reload_conf()");
        self.cluster.wait_until(setting, || self.cluster.sql(&format!("SHOW {setting}")) == value);
    }

    fn storage(&self, schema: &str) -> PostgresStorage {
        PostgresStorage { connections: DURABLE, swift_connections: SWIFT, ..self.cluster.storage(schema) }
    }

    fn log(&self) -> String {
        let files = std::fs::read_dir(self.cluster.data().join("json")).into_iter().flatten().flatten();
        let logs =
            files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|it| it == "json"));
        logs.filter_map(|path| std::fs::read_to_string(path).ok()).collect()
    }
}

async fn opened(storage: PostgresStorage) -> anyhow::Result<AnyStore> {
    let store: Arc<PostgresStore> =
        tokio::task::spawn_blocking(move || PostgresStore::open(&storage)).await??;
    Ok(store)
}
