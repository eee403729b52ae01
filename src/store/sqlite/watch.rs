//! Whether the files that are open are still the files that lie there. Somebody who removes or replaces a
//! database under a running service makes it write into a file that nobody will ever find again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rusqlite::ffi;

/// The files of an open database, and what they were when it was opened.
#[derive(Clone, Debug)]
pub(super) struct Watch(Vec<(PathBuf, FileIdentity)>);

/// Device and inode; nothing where the system has neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileIdentity(Option<(u64, u64)>);

impl Watch {
    /// Notes what the files are. Call it when the write-ahead log has been made, which is after the first
    /// transaction.
    pub(super) fn over(database: &Path) -> std::io::Result<Self> {
        let noted = [database.to_owned(), beside(database, "-wal"), beside(database, "-shm")];
        noted
            .into_iter()
            .map(|path| identity(&path).map(|identity| (path, identity)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// # Errors
    /// When one of them is gone, or another file has its name. Worded as SQLite's own error for that.
    pub(super) fn still_there(&self) -> rusqlite::Result<()> {
        for (path, noted) in &self.0 {
            if !identity(path).is_ok_and(|now| now == *noted) {
                let why = format!("{} was removed or replaced while it was in use", path.display());
                let code = ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED);
                return Err(rusqlite::Error::SqliteFailure(code, Some(why)));
            }
        }
        Ok(())
    }
}

/// The database's name with `end` behind it.
pub(super) fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(end);
    PathBuf::from(name)
}

/// Asks the file system for a name's attributes. Never opens the file: closing it again would take away the
/// locks that SQLite holds in this process (fcntl).
#[cfg(unix)]
fn identity(path: &Path) -> std::io::Result<FileIdentity> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path)?;
    Ok(FileIdentity(Some((found.dev(), found.ino()))))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> std::io::Result<FileIdentity> {
    std::fs::metadata(path).map(|_| FileIdentity(None))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::place::DatabasePlace;
    use super::*;

    fn watched() -> (tempfile::TempDir, PathBuf, Connection, Watch) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let connection = DatabasePlace::File(path.clone()).writer().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        let watch = Watch::over(&path).unwrap();
        watch.still_there().unwrap();
        (folder, path, connection, watch)
    }

    #[test]
    fn a_removed_or_replaced_database_is_noticed() {
        let (_folder, path, _connection, watch) = watched();
        let aside = beside(&path, "-aside");
        std::fs::rename(&path, &aside).unwrap();
        let gone = watch.still_there().unwrap_err().to_string();
        assert!(gone.contains("removed or replaced"), "{gone}");
        std::fs::copy(&aside, &path).unwrap();
        assert!(watch.still_there().is_err(), "a copy is another file");
        std::fs::rename(&aside, &path).unwrap();
        assert!(watch.still_there().is_ok(), "the same file is back");
    }

    #[test]
    fn so_is_a_removed_log_and_checkpoints_are_no_alarm() {
        let (_folder, path, connection, watch) = watched();
        connection.execute_batch("INSERT INTO t VALUES (1); PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        watch.still_there().unwrap();
        std::fs::remove_file(beside(&path, "-wal")).unwrap();
        assert!(watch.still_there().is_err());
    }
}
