//! The numbered migrations, and which of them a schema has seen.

use std::time::Duration;

use tokio_postgres::Client;

use super::fault::PostgresFault;
use crate::store::migration::{Migration, least_reader, readable};
use crate::store::{Migrated, OpenFault};

/// In order; each is applied once and never edited after a release.
const MIGRATIONS: &[Migration] = &[Migration::Contracts(include_str!("migrations/0001_all.sql"))];

/// How often a migration is begun that others are in the way of, and how long it waits in between. With the two seconds
/// that it waits for a lock each time, another migration may take a minute.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(100);

/// Brings the schema to the version of this program, in one transaction. Makes it where it is not there. One that is
/// newer, and that this program can work with, stays as it is.
///
/// Of several that come together one does it, and the others find it done: they wait for its row in the table `schema`,
/// or for the names of what it makes.
pub(super) async fn migrate(client: &Client, schema: &str) -> Result<Migrated, OpenFault> {
    let mut tried = 1;
    loop {
        match migrate_once(client, schema).await {
            Err(OpenFault::Postgres(fault)) if fault.somebody_is_in_the_way() && tried < TRIES => {
                execute(client, "ROLLBACK").await?;
                tokio::time::sleep(PAUSE).await;
                tried += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn migrate_once(client: &Client, schema: &str) -> Result<Migrated, OpenFault> {
    execute(client, "BEGIN").await?;
    // Nothing waits behind a lock that this waits for, for longer than that.
    execute(client, "SET LOCAL lock_timeout = 2000").await?;
    execute(client, "SET LOCAL statement_timeout = 0").await?;
    if has(client, schema, "schema").await? {
        execute(client, &format!("SELECT 1 FROM {schema}.schema WHERE id = 1 FOR UPDATE")).await?;
    }
    let from = readable_version(client, schema).await?;
    let (to, missing) = match MIGRATIONS.get(from..) {
        Some(missing @ [_, ..]) => (MIGRATIONS.len(), missing),
        _ => (from, &[][..]),
    };
    if from == 0 && !is_there(client, schema).await? {
        execute(client, &format!("CREATE SCHEMA {schema}")).await?;
    }
    execute(client, &format!("SET LOCAL search_path = {schema}")).await?;
    for migration in missing {
        execute(client, migration.sql()).await?;
    }
    if !missing.is_empty() {
        let least = least_reader(MIGRATIONS);
        let note = format!(
            "INSERT INTO schema (id, version, least_reader) VALUES (1, {to}, {least})
             ON CONFLICT (id) DO UPDATE SET version = excluded.version, least_reader = excluded.least_reader"
        );
        execute(client, &note).await?;
    }
    execute(client, "COMMIT").await?;
    Ok(Migrated { from, to })
}

/// Whether this program can work with the schema as it is. Changes nothing.
pub(super) async fn check(client: &Client, schema: &str) -> Result<(), OpenFault> {
    let (found, known) = (readable_version(client, schema).await?, MIGRATIONS.len());
    if found < known { Err(OpenFault::Older { found, known }) } else { Ok(()) }
}

/// The version of a schema that is not too new.
async fn readable_version(client: &Client, schema: &str) -> Result<usize, OpenFault> {
    let (found, known) = (version(client, schema).await?, MIGRATIONS.len());
    if found <= known {
        return Ok(found);
    }
    let least =
        client.query_typed(&format!("SELECT least_reader FROM {schema}.schema WHERE id = 1"), &[]).await;
    let least = least.map_err(|fault| PostgresFault::sent(&fault))?;
    let least = least.first().and_then(|row| row.try_get::<_, i64>(0).ok()).ok_or(OpenFault::Foreign)?;
    readable(found, least, known)
}

/// The version of a schema; 0 where there is none, or nothing is in it.
pub(super) async fn version(client: &Client, schema: &str) -> Result<usize, OpenFault> {
    // In this order: where a migration of somebody else ends between the two looks, the second one finds our table.
    if is_empty(client, schema).await? {
        return Ok(0);
    }
    if !has(client, schema, "schema").await? {
        return Err(OpenFault::Foreign);
    }
    let found = client.query_typed(&format!("SELECT version FROM {schema}.schema WHERE id = 1"), &[]).await;
    let found = found.map_err(|fault| PostgresFault::sent(&fault))?;
    let version = found.first().and_then(|row| row.try_get::<_, i64>(0).ok());
    version.and_then(|version| usize::try_from(version).ok()).ok_or(OpenFault::Foreign)
}

/// Whether there is a table of this name. `schema` is quoted.
pub(super) async fn has(client: &Client, schema: &str, table: &str) -> Result<bool, PostgresFault> {
    asks(client, &format!("SELECT to_regclass('{}.{table}') IS NOT NULL", literal(schema))).await
}

async fn is_empty(client: &Client, schema: &str) -> Result<bool, PostgresFault> {
    let sql = format!(
        "SELECT NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('{}'))",
        literal(schema)
    );
    asks(client, &sql).await
}

async fn is_there(client: &Client, schema: &str) -> Result<bool, PostgresFault> {
    asks(client, &format!("SELECT to_regnamespace('{}') IS NOT NULL", literal(schema))).await
}

/// The answer to a question whose answer is yes or no.
pub(super) async fn asks(client: &Client, sql: &str) -> Result<bool, PostgresFault> {
    let rows = client.query_typed(sql, &[]).await.map_err(|fault| PostgresFault::sent(&fault))?;
    Ok(rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default())
}

async fn execute(client: &Client, sql: &str) -> Result<(), PostgresFault> {
    client.batch_execute(sql).await.map_err(|fault| PostgresFault::sent(&fault))
}

fn literal(text: &str) -> String {
    text.replace('\'', "''")
}
