//! Where a database is, and a connection to it with the settings we rely on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::OpenFault;

/// How long a connection waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept prepared per connection: more than we have.
const STATEMENTS: usize = 64;

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Gone when it is closed; each one opened is its own.
    Memory,
    /// A file, made when it is not there.
    File(PathBuf),
}

impl Place {
    /// Reads `sqlite::memory:`, `sqlite:relative.db`, `sqlite:/absolute.db` or `sqlite://` and a path.
    pub(super) fn parse(url: &str) -> Result<Self, OpenFault> {
        let rest = url.strip_prefix("sqlite:").ok_or(OpenFault::Url)?;
        if rest == ":memory:" {
            return Ok(Self::Memory);
        }
        let path = rest.strip_prefix("//").unwrap_or(rest);
        // Parameters of other programs' URLs would otherwise end up in the name of the file.
        if path.is_empty() || path.starts_with(':') || path.contains(['?', '\0']) {
            return Err(OpenFault::Url);
        }
        Ok(Self::File(PathBuf::from(path)))
    }

    /// The connection that writes.
    pub(super) fn writer(&self) -> Result<Connection, OpenFault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match self {
            Self::Memory => Connection::open_in_memory_with_flags(flags | OpenFlags::SQLITE_OPEN_CREATE)?,
            Self::File(path) => {
                create_for_us_only(path).map_err(OpenFault::File)?;
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
        // Claims and login hints do not linger in free pages.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    /// A connection that can only read; `None` in memory, where there is only one connection.
    pub(super) fn reader(&self) -> Result<Option<Connection>, OpenFault> {
        let Self::File(path) = self else { return Ok(None) };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Some(connection))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls() {
        for (url, path) in [
            ("sqlite:vpgate.db", "vpgate.db"),
            ("sqlite:/var/lib/vpgate.db", "/var/lib/vpgate.db"),
            ("sqlite:///var/lib/vpgate.db", "/var/lib/vpgate.db"),
            ("sqlite://vpgate.db", "vpgate.db"),
        ] {
            assert_eq!(Place::parse(url).unwrap(), Place::File(path.into()), "{url}");
        }
        assert_eq!(Place::parse("sqlite::memory:").unwrap(), Place::Memory);
    }

    #[test]
    fn refuses_what_it_would_misread() {
        for url in ["", "vpgate.db", "sqlite:", "sqlite://", "postgres://host/db", "sqlite:a.db?mode=rwc"] {
            assert!(matches!(Place::parse(url), Err(OpenFault::Url)), "{url}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_and_its_companions_are_for_us_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let connection = Place::File(folder.path().join("new.db")).writer().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        let mut files = 0;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
            files += 1;
        }
        assert_eq!(files, 3, "database, write-ahead log and its index");
    }
}
