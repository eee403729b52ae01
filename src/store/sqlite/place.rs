//! Where a database is, and a connection to it with the settings we rely on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::functions;
use super::watch::beside;
use crate::config::Storage;
use crate::store::OpenFault;
use vpgate_core::base::exposure::{Exposed, others_may_open};

/// How long a connection waits for another process that is writing.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long what can be done later waits for another process.
pub(super) const SHORT_WAIT: Duration = Duration::from_millis(50);
/// What is left of the write-ahead log when it begins anew, in bytes: about as much as fits between two
/// checkpoints, so that a burst does not leave its tail on the disk.
const LOG_BYTES: i64 = 4 * 1024 * 1024;
/// Statements kept prepared per connection: more than we have.
const STATEMENTS: usize = 64;

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DatabasePlace {
    /// Gone when it is closed; each one opened is its own.
    Memory,
    /// A file, made when it is not there.
    File(PathBuf),
}

impl DatabasePlace {
    /// Where `storage` says; of what is not SQLite there is nothing but memory.
    pub(super) fn of(storage: &Storage) -> Self {
        match storage {
            Storage::Sqlite(path) => Self::File(path.clone()),
            Storage::Memory | Storage::Postgres(_) => Self::Memory,
        }
    }

    /// The connection that writes.
    pub(super) fn writer(&self) -> Result<Connection, OpenFault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match self {
            Self::Memory => Connection::open_in_memory_with_flags(flags | OpenFlags::SQLITE_OPEN_CREATE)?,
            Self::File(path) => {
                create_for_us_only(path).map_err(|source| OpenFault::File { path: path.clone(), source })?;
                refuse_exposed(path)?;
                let connection = Connection::open_with_flags(path, flags)?;
                connection.busy_timeout(BUSY_TIMEOUT)?;
                let mode: String =
                    connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
                if mode != "wal" {
                    return Err(OpenFault::NoWal);
                }
                connection
            }
        };
        // Every commit reaches the disk before it is answered.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Claims and login hints linger neither in free pages, nor in temporary files, nor in the tail of
        // the log.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
        connection.pragma_update(None, "trusted_schema", false)?;
        functions::register(&connection)?;
        prepare_once(&connection)?;
        Ok(connection)
    }

    /// A connection that can only read; `None` in memory, where there is only one connection.
    pub(super) fn reader(&self) -> Result<Option<Connection>, OpenFault> {
        let Self::File(path) = self else { return Ok(None) };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        prepare_once(&connection)?;
        Ok(Some(connection))
    }

    /// A connection that moves what the log holds into the database; `None` in memory, where there is no log.
    pub(super) fn mover(&self) -> Result<Option<Connection>, OpenFault> {
        let Self::File(path) = self else { return Ok(None) };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(Some(connection))
    }

    /// Whether another process has the database open. The rest of this process counts as another, so ask
    /// before anything is opened.
    pub(super) fn is_open_elsewhere(&self) -> rusqlite::Result<bool> {
        let Self::File(path) = self else { return Ok(false) };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        // The first access of this mode wants the file for itself, which whoever has it open denies.
        connection.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
        let schema = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
        match schema {
            Err(fault) if fault.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(true),
            other => other.map(|()| false),
        }
    }
}

/// A database that others can open gives them every claim in it; so does its log.
fn refuse_exposed(database: &Path) -> Result<(), OpenFault> {
    for path in [database.to_owned(), beside(database, "-wal"), beside(database, "-shm")] {
        if others_may_open_file(&path) {
            return Err(Exposed(path).into());
        }
    }
    Ok(())
}

/// What is not there is open to nobody.
#[cfg(unix)]
pub(super) fn others_may_open_file(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).is_ok_and(|found| others_may_open(found.mode(), found.uid()))
}

#[cfg(not(unix))]
pub(super) fn others_may_open_file(_: &Path) -> bool {
    false
}

/// SQLite gives its `-wal` and `-shm` files the mode of the database.
fn create_for_us_only(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(fault) if fault.kind() != std::io::ErrorKind::AlreadyExists => Err(fault),
        _ => Ok(()),
    }
}

/// Statements are prepared once. Without the second setting SQLite looks at what is bound, and prepares a
/// statement whose plan might depend on it again each time.
fn prepare_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_new_file_and_its_companions_are_for_us_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let connection = DatabasePlace::File(folder.path().join("new.db")).writer().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        let mut files = 0;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
            files += 1;
        }
        assert_eq!(files, 3, "database, write-ahead log and its index");
    }

    #[cfg(unix)]
    #[test]
    fn a_database_or_a_log_that_others_may_open_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.db");
        let place = DatabasePlace::File(path.clone());
        let connection = place.writer().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        for file in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
            for mode in [0o604, 0o660, 0o666] {
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
                assert!(matches!(place.writer(), Err(OpenFault::Exposed(_))), "{file:?} {mode:o}");
            }
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        place.writer().unwrap();
    }

    #[test]
    fn who_else_has_it_open_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let place = DatabasePlace::File(folder.path().join("shared.db"));
        drop(place.writer().unwrap());
        assert!(!place.is_open_elsewhere().unwrap());
        let one = place.writer().unwrap();
        one.execute_batch("CREATE TABLE t (x)").unwrap();
        assert!(place.is_open_elsewhere().unwrap());
        one.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        drop(one);
        assert!(!place.is_open_elsewhere().unwrap());
        let again = place.writer().unwrap();
        let rows: i64 = again.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 1, "asking changed nothing");
    }
}
