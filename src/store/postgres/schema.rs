//! The numbered migrations, and which of them a schema has seen.

use tokio_postgres::Client;

use super::fault::PostgresFault;
use crate::store::{Migrated, OpenFault};

/// In order; each is applied once and never edited after a release.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_all.sql")];

/// Brings the schema to the version of this program, in one transaction. Makes it where it is not there.
pub(super) async fn migrate(client: &Client, schema: &str) -> Result<Migrated, OpenFault> {
    // Of several that come together one makes the schema, and the others find it.
    execute(client, "BEGIN").await?;
    execute(client, "SELECT pg_advisory_xact_lock(8453219987)").await?;
    let from = version(client, schema).await?;
    let to = MIGRATIONS.len();
    let missing = MIGRATIONS.get(from..).ok_or(OpenFault::Newer { found: from, known: to })?;
    if from == 0 && !is_there(client, schema).await? {
        execute(client, &format!("CREATE SCHEMA {schema}")).await?;
    }
    execute(client, &format!("SET LOCAL search_path = {schema}")).await?;
    execute(client, "SET LOCAL statement_timeout = 0").await?;
    for migration in missing {
        execute(client, migration).await?;
    }
    if !missing.is_empty() {
        let note = format!(
            "INSERT INTO schema (id, version, least_reader) VALUES (1, {to}, {to})
             ON CONFLICT (id) DO UPDATE SET version = excluded.version, least_reader = excluded.least_reader"
        );
        execute(client, &note).await?;
    }
    execute(client, "COMMIT").await?;
    Ok(Migrated { from, to })
}

/// The version of a schema; 0 where there is none, or nothing is in it.
pub(super) async fn version(client: &Client, schema: &str) -> Result<usize, OpenFault> {
    if !has(client, schema, "schema").await? {
        return if is_empty(client, schema).await? { Ok(0) } else { Err(OpenFault::Foreign) };
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

async fn asks(client: &Client, sql: &str) -> Result<bool, PostgresFault> {
    let rows = client.query_typed(sql, &[]).await.map_err(|fault| PostgresFault::sent(&fault))?;
    Ok(rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default())
}

async fn execute(client: &Client, sql: &str) -> Result<(), PostgresFault> {
    client.batch_execute(sql).await.map_err(|fault| PostgresFault::sent(&fault))
}

fn literal(text: &str) -> String {
    text.replace('\'', "''")
}
