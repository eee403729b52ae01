//! Which keys a database goes with. New keys beside an old database would give every person another
//! subject without a word, so the database remembers.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::place::DatabasePlace;
use super::schema;
use crate::config::Storage;
use crate::store::{OpenFault, UsedWith};
use vpgate_core::base::secret::Digest;

/// Whether this program can work with the database, which is there. Makes and changes nothing.
///
/// # Errors
/// [`OpenFault`]
pub fn check(storage: &Storage) -> Result<(), OpenFault> {
    match DatabasePlace::of(storage) {
        place @ DatabasePlace::File(_) => schema::check_current(&place.writer()?),
        _ => Ok(()),
    }
}

/// What the database says. Makes and changes nothing.
///
/// # Errors
/// [`OpenFault`]
pub fn used_with(storage: &Storage) -> Result<UsedWith, OpenFault> {
    let place = DatabasePlace::of(storage);
    let DatabasePlace::File(path) = &place else { return Ok(UsedWith::Nothing) };
    if !path.try_exists().map_err(|source| OpenFault::File { path: path.clone(), source })? {
        return Ok(UsedWith::Nothing);
    }
    let connection = place.writer()?;
    let has = |table: &str| {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        connection.query_row(sql, [table], |_| Ok(())).optional().map(|found| found.is_some())
    };
    if has("service")?
        && let Some(keys) = noted(&connection)?
    {
        return Ok(UsedWith::Keys(keys));
    }
    for table in ["grants", "presentations", "token_families"] {
        let sql = format!("SELECT 1 FROM {table} LIMIT 1");
        if has(table)? && connection.query_row(&sql, [], |_| Ok(())).optional()?.is_some() {
            return Ok(UsedWith::Unknown);
        }
    }
    Ok(UsedWith::Nothing)
}

/// Notes that the database goes with `keys` from now on, whatever it went with before.
///
/// # Errors
/// [`OpenFault`]
pub fn use_with(storage: &Storage, keys: &Digest) -> Result<(), OpenFault> {
    let mut connection = DatabasePlace::of(storage).writer()?;
    schema::make_or_check(&mut connection)?;
    connection.execute("UPDATE service SET keys = ?1 WHERE id = 1", params![keys.as_bytes()])?;
    Ok(())
}

/// Notes the keys where none are noted. Whether these are the ones.
pub(super) fn note(connection: &Connection, keys: &Digest) -> rusqlite::Result<bool> {
    let sql = "UPDATE service SET keys = ?1 WHERE id = 1 AND (keys IS NULL OR keys = ?1)";
    Ok(connection.execute(sql, params![keys.as_bytes()])? == 1)
}

fn noted(connection: &Connection) -> rusqlite::Result<Option<Digest>> {
    let sql = "SELECT keys FROM service WHERE id = 1";
    let bytes: Option<Option<Vec<u8>>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(bytes.flatten().and_then(|bytes| Digest::from_slice(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::super::SqliteStore;
    use super::*;

    #[test]
    fn a_database_remembers_the_keys_it_was_used_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let storage = Storage::Sqlite(path.clone());
        let (ours, others) = (Digest::of(b"ours"), Digest::of(b"others"));
        assert_eq!(used_with(&storage).unwrap(), UsedWith::Nothing);
        assert!(!path.exists(), "asking makes nothing");
        drop(SqliteStore::open_for(&storage, &ours).unwrap());
        assert_eq!(used_with(&storage).unwrap(), UsedWith::Keys(ours));
        drop(SqliteStore::open_for(&storage, &ours).unwrap());
        assert!(matches!(SqliteStore::open_for(&storage, &others), Err(OpenFault::OtherKeys)));
        use_with(&storage, &others).unwrap();
        drop(SqliteStore::open_for(&storage, &others).unwrap());
    }

    #[test]
    fn a_database_that_holds_something_and_notes_no_keys_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::Sqlite(folder.path().join("store.db"));
        drop(SqliteStore::open(&storage).unwrap());
        assert_eq!(used_with(&storage).unwrap(), UsedWith::Nothing);
        let connection = DatabasePlace::of(&storage).writer().unwrap();
        let row = "INSERT INTO grants (id, device_code, user_code, state, terms, interval_ms, forget_at)
                   VALUES ('a', zeroblob(32), zeroblob(32), 'pending', '{}', 1, 1)";
        connection.execute_batch(row).unwrap();
        drop(connection);
        assert_eq!(used_with(&storage).unwrap(), UsedWith::Unknown);
    }
}
