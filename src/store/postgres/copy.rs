//! Rows out of a schema and into one, as they are.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::fault::PostgresFault;
use super::{schema, service};
use crate::config::PostgresStorage;
use crate::store::OpenFault;
use crate::store::moved::{
    BATCH, Counts, Field, Moved, NotCopied, OWN_TABLES, Outbound, SERVICE, SWEEPS, agree, in_the_way,
};
use vpgate_core::base::time::Timestamp;

/// In a counter the slots and the counts are two arrays; on the way they are one JSON object, from the one to the
/// other.
const COUNT_OF_SLOT: &str = "counts";
const SLOTS: &str = "slots";
const READ_COUNTER: &str =
    "(SELECT coalesce(json_object_agg(s, c), '{}')::text FROM unnest(slots, counts) AS u(s, c))";
const WRITE_SLOTS: &str = "ARRAY(SELECT key::bigint FROM json_each_text(slots::json) ORDER BY key::bigint)";
const WRITE_COUNTS: &str =
    "ARRAY(SELECT value::bigint FROM json_each_text(slots::json) ORDER BY key::bigint)";

/// A table, with the name and the type of each column as the server calls it.
struct CopiedTable {
    name: String,
    columns: Vec<(String, String)>,
}

/// Sends every row.
///
/// # Errors
/// [`NotCopied`]
pub(in crate::store) async fn read(
    storage: &PostgresStorage,
    now: Timestamp,
    way: Outbound,
) -> Result<(), NotCopied> {
    let (client, schema) = (service::client(storage).await?, storage.quoted_schema());
    schema::check(&client, &schema).await?;
    // One moment for all tables.
    execute(&client, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    prepare(&client, &schema, now).await?;
    let keys = rows(&client, &format!("SELECT keys FROM {schema}.{SERVICE}")).await?;
    let keys = keys.iter().map(fields).collect::<Result<_, _>>()?;
    way.send(Moved::Rows { table: SERVICE.into(), columns: ["keys".to_owned()].into(), rows: keys }).await?;
    let mut counts = Counts::new();
    for table in tables(&client, storage).await? {
        let moved = table.columns.iter().filter(|(name, _)| name != COUNT_OF_SLOT);
        let names: Arc<[String]> = moved.map(|(name, _)| name.clone()).collect();
        let read = names.iter().map(|it| if it == SLOTS { READ_COUNTER.to_owned() } else { quoted(it) });
        let read = read.collect::<Vec<_>>().join(", ");
        let from = format!("{schema}.{}", quoted(&table.name));
        execute(&client, &format!("DECLARE moved NO SCROLL CURSOR FOR SELECT {read} FROM {from}")).await?;
        let mut count = 0;
        loop {
            let batch = rows(&client, &format!("FETCH {BATCH} FROM moved")).await?;
            if batch.is_empty() {
                break;
            }
            count += batch.len() as u64;
            let batch = batch.iter().map(fields).collect::<Result<_, _>>()?;
            let (table, columns) = (table.name.as_str().into(), Arc::clone(&names));
            way.send(Moved::Rows { table, columns, rows: batch }).await?;
        }
        execute(&client, "CLOSE moved").await?;
        counts.insert(table.name, count);
    }
    execute(&client, "COMMIT").await?;
    way.send(Moved::End(counts)).await
}

/// Writes what arrives, or nothing.
///
/// # Errors
/// [`NotCopied`]
pub(in crate::store) async fn write(
    storage: &PostgresStorage,
    now: Timestamp,
    mut arrived: Receiver<Moved>,
) -> Result<Counts, NotCopied> {
    let (client, schema) = (service::client(storage).await?, storage.quoted_schema());
    schema::migrate(&client, &schema).await?;
    execute(&client, "BEGIN").await?;
    prepare(&client, &schema, now).await?;
    let tables = tables(&client, storage).await?;
    let mut written = Counts::new();
    for CopiedTable { name, .. } in &tables {
        let table = format!("{schema}.{}", quoted(name));
        // Nobody else writes until the end.
        execute(&client, &format!("LOCK TABLE {table} IN EXCLUSIVE MODE")).await?;
        let in_the_way = in_the_way(name);
        if !rows(&client, &format!("SELECT 1 FROM {table} WHERE {in_the_way} LIMIT 1")).await?.is_empty() {
            return Err(NotCopied::NotEmpty(name.clone()));
        }
        written.insert(name.clone(), 0);
    }
    while let Some(moved) = arrived.recv().await {
        match moved {
            Moved::Rows { table, rows, .. } if *table == *SERVICE => {
                note_keys(&client, &schema, rows).await?;
            }
            Moved::Rows { table: name, columns, rows } => {
                let unknown = || NotCopied::Unknown(name.to_string());
                let table = tables.iter().find(|table| table.name == *name).ok_or_else(unknown)?;
                let count = written.get_mut(&*name).ok_or_else(unknown)?;
                *count += insert(&client, &schema, table, &columns, rows).await?;
            }
            Moved::End(read) => {
                agree(&read, &written)?;
                execute(&client, "COMMIT").await?;
                return Ok(written);
            }
        }
    }
    Err(NotCopied::Stopped)
}

/// A transaction that may take long, while no service works with the schema: one that does sweeps.
async fn prepare(client: &Client, schema: &str, now: Timestamp) -> Result<(), NotCopied> {
    for setting in ["statement_timeout", "idle_in_transaction_session_timeout"] {
        execute(client, &format!("SET LOCAL {setting} = 0")).await?;
    }
    let held = format!(
        "SELECT 1 FROM {schema}.leases WHERE name = '{}' AND held_until > {}",
        SWEEPS.name(),
        now.unix()
    );
    if rows(client, &held).await?.is_empty() { Ok(()) } else { Err(NotCopied::InUse("the schema")) }
}

async fn note_keys(client: &Client, schema: &str, rows: Vec<Vec<Field>>) -> Result<(), NotCopied> {
    for row in rows {
        let Some(Field::Bytes(keys)) = row.into_iter().next() else { continue };
        let sql = format!("UPDATE {schema}.{SERVICE} SET keys = $1 WHERE keys IS NULL OR keys = $1");
        let noted = client.execute_typed(&sql, &[(&keys, Type::BYTEA)]).await;
        if noted.map_err(|fault| PostgresFault::sent(&fault))? == 0 {
            return Err(NotCopied::OtherKeys);
        }
    }
    Ok(())
}

/// One statement for all rows: an array for each column.
async fn insert(
    client: &Client,
    schema: &str,
    table: &CopiedTable,
    names: &[String],
    rows: Vec<Vec<Field>>,
) -> Result<u64, NotCopied> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let kind = table.columns.iter().find(|(ours, _)| ours == name).map(|(_, kind)| kind.as_str());
        let kind = kind.ok_or_else(|| NotCopied::Unknown(format!("{}.{name}", table.name)))?;
        columns.push(Column::of(kind, rows.len()));
    }
    for row in rows {
        for (column, field) in columns.iter_mut().zip(row) {
            column.push(field).ok_or_else(|| NotCopied::Unfit(table.name.clone()))?;
        }
    }
    let arrays: Vec<String> =
        columns.iter().enumerate().map(|(place, it)| format!("${}::{}[]", place + 1, it.kind())).collect();
    let (mut into, mut values): (Vec<_>, Vec<_>) = names.iter().map(|it| (quoted(it), quoted(it))).unzip();
    if let Some(slots) = names.iter().position(|name| name == SLOTS) {
        if let Some(value) = values.get_mut(slots) {
            WRITE_SLOTS.clone_into(value);
        }
        into.push(COUNT_OF_SLOT.to_owned());
        values.push(WRITE_COUNTS.to_owned());
    }
    let listed: Vec<String> = names.iter().map(|it| quoted(it)).collect();
    let sql = format!(
        "INSERT INTO {schema}.{} ({}) SELECT {} FROM unnest({}) AS moved ({})",
        quoted(&table.name),
        into.join(", "),
        values.join(", "),
        arrays.join(", "),
        listed.join(", ")
    );
    let cells: Vec<_> = columns.iter().map(Column::cell).collect();
    Ok(client.execute_typed(&sql, &cells).await.map_err(|fault| PostgresFault::sent(&fault))?)
}

/// The fields of one column.
enum Column {
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Column {
    /// Of a column of this type. The arrays of counters travel as text.
    fn of(kind: &str, rows: usize) -> Self {
        match kind {
            "bigint" => Self::Integers(Vec::with_capacity(rows)),
            "bytea" => Self::Bytes(Vec::with_capacity(rows)),
            _ => Self::Texts(Vec::with_capacity(rows)),
        }
    }

    /// `None` when the field does not fit.
    fn push(&mut self, field: Field) -> Option<()> {
        match (self, field) {
            (Self::Integers(fields), Field::Null) => fields.push(None),
            (Self::Integers(fields), Field::Integer(number)) => fields.push(Some(number)),
            (Self::Texts(fields), Field::Null) => fields.push(None),
            (Self::Texts(fields), Field::Text(text)) if !text.contains('\0') => fields.push(Some(text)),
            (Self::Bytes(fields), Field::Null) => fields.push(None),
            (Self::Bytes(fields), Field::Bytes(bytes)) => fields.push(Some(bytes)),
            (Self::Bytes(fields), Field::Text(text)) => fields.push(Some(text.into_bytes())),
            _ => return None,
        }
        Some(())
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Integers(_) => "bigint",
            Self::Texts(_) => "text",
            Self::Bytes(_) => "bytea",
        }
    }

    fn cell(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Integers(fields) => (fields, Type::INT8_ARRAY),
            Self::Texts(fields) => (fields, Type::TEXT_ARRAY),
            Self::Bytes(fields) => (fields, Type::BYTEA_ARRAY),
        }
    }
}

async fn tables(client: &Client, storage: &PostgresStorage) -> Result<Vec<CopiedTable>, NotCopied> {
    let columns = rows(
        client,
        &format!(
            "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = '{}' ORDER BY table_name, ordinal_position",
            storage.schema
        ),
    )
    .await?;
    let mut tables: Vec<CopiedTable> = Vec::new();
    for row in columns {
        let text = |at| row.try_get::<_, String>(at).map_err(|fault| PostgresFault::unreadable(&fault));
        let (table, column) = (text(0)?, (text(1)?, text(2)?));
        if OWN_TABLES.contains(&table.as_str()) {
            continue;
        }
        match tables.last_mut() {
            Some(last) if last.name == table => last.columns.push(column),
            _ => tables.push(CopiedTable { name: table, columns: vec![column] }),
        }
    }
    Ok(tables)
}

fn fields(row: &Row) -> Result<Vec<Field>, PostgresFault> {
    let columns = row.columns().iter().enumerate();
    let fields = columns.map(|(at, column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map_or(Field::Null, Field::Integer),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map_or(Field::Null, Field::Bytes),
            _ => row.try_get::<_, Option<String>>(at)?.map_or(Field::Null, Field::Text),
        })
    });
    fields.collect::<Result<_, _>>().map_err(|fault| PostgresFault::unreadable(&fault))
}

/// Names are those of our own migrations.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

async fn rows(client: &Client, sql: &str) -> Result<Vec<Row>, PostgresFault> {
    client.query_typed(sql, &[]).await.map_err(|fault| PostgresFault::sent(&fault))
}

async fn execute(client: &Client, sql: &str) -> Result<(), PostgresFault> {
    client.batch_execute(sql).await.map_err(|fault| PostgresFault::sent(&fault))
}

impl From<PostgresFault> for NotCopied {
    fn from(source: PostgresFault) -> Self {
        Self::Database(OpenFault::from(source))
    }
}
