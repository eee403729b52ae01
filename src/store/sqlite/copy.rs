//! Rows out of a file and into one, as they are.

use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, TransactionBehavior, params_from_iter};
use tokio::sync::mpsc::Receiver;

use super::place::DatabasePlace;
use super::schema;
use crate::store::moved::{
    BATCH, Counts, Field, Moved, NotCopied, OWN_TABLES, Outbound, SERVICE, agree, in_the_way,
};

/// Sends every row.
///
/// # Errors
/// [`NotCopied`]
pub(in crate::store) async fn read(path: &Path, way: Outbound) -> Result<(), NotCopied> {
    if !path.is_file() {
        return Err(NotCopied::NoDatabase(path.to_owned()));
    }
    let mut connection = alone(path)?;
    schema::check_current(&connection)?;
    // One moment for all tables.
    let transaction = connection.transaction()?;
    let keys = transaction.query_row("SELECT keys FROM service", [], |row| fields(row, 1))?;
    way.send(Moved::Rows { table: SERVICE.into(), columns: ["keys".to_owned()].into(), rows: vec![keys] })
        .await?;
    let mut counts = Counts::new();
    for table in tables(&transaction)? {
        let columns = columns(&transaction, &table)?;
        let names: Arc<[String]> = columns.into_iter().map(|(name, _)| name).collect();
        let mut read = transaction.prepare(&format!("SELECT {} FROM {}", listed(&names), quoted(&table)))?;
        let mut rows = read.query([])?;
        let mut count = 0;
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            while batch.len() < BATCH
                && let Some(row) = rows.next()?
            {
                batch.push(fields(row, names.len())?);
            }
            if batch.is_empty() {
                break;
            }
            count += batch.len() as u64;
            way.send(Moved::Rows { table: table.as_str().into(), columns: Arc::clone(&names), rows: batch })
                .await?;
        }
        counts.insert(table, count);
    }
    way.send(Moved::End(counts)).await
}

/// Writes what arrives, or nothing.
///
/// # Errors
/// [`NotCopied`]
pub(in crate::store) async fn write(path: &Path, mut arrived: Receiver<Moved>) -> Result<Counts, NotCopied> {
    let mut connection = alone(path)?;
    schema::migrate(&mut connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut written = Counts::new();
    for table in tables(&transaction)? {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE {})", quoted(&table), in_the_way(&table));
        if transaction.query_row(&sql, [], |row| row.get(0))? {
            return Err(NotCopied::NotEmpty(table));
        }
        written.insert(table, 0);
    }
    while let Some(moved) = arrived.recv().await {
        match moved {
            Moved::Rows { table, rows, .. } if *table == *SERVICE => note_keys(&transaction, rows)?,
            Moved::Rows { table, columns, rows } => {
                let count = written.get_mut(&*table).ok_or_else(|| NotCopied::Unknown(table.to_string()))?;
                *count += insert(&transaction, &table, &columns, rows)?;
            }
            Moved::End(read) => {
                agree(&read, &written)?;
                transaction.commit()?;
                return Ok(written);
            }
        }
    }
    Err(NotCopied::Stopped)
}

/// A connection to a database that no service has open.
fn alone(path: &Path) -> Result<Connection, NotCopied> {
    let place = DatabasePlace::File(path.to_owned());
    if path.is_file() && place.is_open_elsewhere()? {
        return Err(NotCopied::InUse("the SQLite file"));
    }
    Ok(place.writer()?)
}

fn note_keys(connection: &Connection, rows: Vec<Vec<Field>>) -> Result<(), NotCopied> {
    for row in rows {
        let sql = "UPDATE service SET keys = ?1 WHERE keys IS NULL OR keys = ?1";
        if connection.execute(sql, params_from_iter(row.into_iter().map(Value::from)))? == 0 {
            return Err(NotCopied::OtherKeys);
        }
    }
    Ok(())
}

fn insert(
    connection: &Connection,
    table: &str,
    names: &[String],
    rows: Vec<Vec<Field>>,
) -> Result<u64, NotCopied> {
    let ours = columns(connection, table)?;
    let unfit = || NotCopied::Unfit(table.to_owned());
    let mut holds_text = Vec::with_capacity(names.len());
    for name in names {
        let column = ours.iter().find(|(ours, _)| ours == name);
        let (_, declared) = column.ok_or_else(|| NotCopied::Unknown(format!("{table}.{name}")))?;
        holds_text.push(declared == "TEXT");
    }
    let places: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", quoted(table), listed(names), places.join(", "));
    let mut insert = connection.prepare_cached(&sql)?;
    let mut count = 0;
    for row in rows {
        let fields = row.into_iter().zip(&holds_text).map(|(field, holds_text)| match field {
            Field::Bytes(bytes) if *holds_text => String::from_utf8(bytes).map(Field::Text),
            field => Ok(field),
        });
        let fields: Vec<Field> = fields.collect::<Result<_, _>>().map_err(|_| unfit())?;
        count += insert.execute(params_from_iter(fields.into_iter().map(Value::from)))? as u64;
    }
    Ok(count)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut tables = connection.prepare(sql)?;
    let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names.into_iter().filter(|it| !OWN_TABLES.contains(&it.as_str())).collect())
}

/// Names and declared types.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut columns = connection.prepare_cached("SELECT name, type FROM pragma_table_info(?1)")?;
    columns.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Names are those of our own migrations.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn fields(row: &Row<'_>, width: usize) -> rusqlite::Result<Vec<Field>> {
    (0..width)
        .map(|place| {
            Ok(match row.get_ref(place)? {
                ValueRef::Null => Field::Null,
                ValueRef::Integer(number) => Field::Integer(number),
                // SQLite keeps text as it came; text that is none stays bytes, which a column of text refuses.
                ValueRef::Text(text) => String::from_utf8(text.to_vec())
                    .map_or_else(|not| Field::Bytes(not.into_bytes()), Field::Text),
                ValueRef::Blob(bytes) => Field::Bytes(bytes.to_vec()),
                // In no column of a strict schema.
                ValueRef::Real(_) => return Err(rusqlite::Error::InvalidQuery),
            })
        })
        .collect()
}

impl From<Field> for Value {
    fn from(field: Field) -> Self {
        match field {
            Field::Null => Self::Null,
            Field::Integer(number) => Self::Integer(number),
            Field::Text(text) => Self::Text(text),
            Field::Bytes(bytes) => Self::Blob(bytes),
        }
    }
}
