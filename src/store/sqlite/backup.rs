//! A copy of the database that is whole, made while the service runs: one file, without a log beside it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::place::{BUSY_TIMEOUT, DatabasePlace};
use super::schema;
use crate::config::Storage;
use crate::store::OpenFault;

/// Why there is no copy. What was begun of it is removed.
#[derive(Debug, thiserror::Error)]
pub enum NoBackup {
    /// There is nothing to copy.
    #[error("the storage is in memory: there is no file to copy")]
    Memory,
    /// It is where its own tools make copies.
    #[error("the storage is PostgreSQL: pg_dump, or whoever runs it, makes the copy")]
    Server,
    /// There is no database yet.
    #[error("there is no database at {0}")]
    NoDatabase(PathBuf),
    /// Something has this name. Nothing is ever overwritten.
    #[error("{0} is there already; a backup overwrites nothing")]
    Taken(PathBuf),
    /// The copy cannot be written.
    #[error("{path} cannot be written")]
    File {
        /// Where it was to be.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: io::Error,
    },
    /// The database is not ours, or is newer than this program.
    #[error(transparent)]
    Database(#[from] OpenFault),
    /// The copy does not hold together: the database is damaged.
    #[error("the copy is damaged, and was removed: {0}")]
    Damaged(String),
}

impl From<rusqlite::Error> for NoBackup {
    fn from(source: rusqlite::Error) -> Self {
        Self::Database(source.into())
    }
}

/// Copies the database to `target`, for this user only, checks the copy and waits until it is on the
/// disk. Services may run meanwhile; what they write afterwards is not in it. Its size in bytes.
///
/// # Errors
/// [`NoBackup`]
pub fn backup(storage: &Storage, target: &Path) -> Result<u64, NoBackup> {
    let DatabasePlace::File(database) = DatabasePlace::of(storage) else { return Err(NoBackup::Memory) };
    if !database.is_file() {
        return Err(NoBackup::NoDatabase(database));
    }
    let failed = |source| NoBackup::File { path: target.to_owned(), source };
    match create(target) {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
            return Err(NoBackup::Taken(target.to_owned()));
        }
        created => created.map_err(failed)?,
    }
    let made = copy(&database, target).and_then(|()| settle(target).map_err(failed));
    if made.is_err() {
        // The fault is what is told; a file of ours that holds nothing is the lesser harm.
        let _ = fs::remove_file(target);
    }
    made
}

fn copy(database: &Path, target: &Path) -> Result<(), NoBackup> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(database, flags)?;
    source.busy_timeout(BUSY_TIMEOUT)?;
    schema::check(&source)?;
    // Takes an empty file that is there already.
    source.execute("VACUUM INTO ?1", [target.to_string_lossy()])?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = Connection::open_with_flags(target, flags)?;
    schema::check(&copy)?;
    let said: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(NoBackup::Damaged(said)) }
}

fn create(target: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(target).map(drop)
}

/// `VACUUM INTO` does not wait for the disk.
fn settle(target: &Path) -> io::Result<u64> {
    let file = File::open(target)?;
    file.sync_all()?;
    match target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all()?,
        None => File::open(".")?.sync_all()?,
    }
    Ok(file.metadata()?.len())
}

#[cfg(test)]
mod tests {
    use super::super::SqliteStore;
    use super::*;

    fn database() -> (tempfile::TempDir, Storage, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::Sqlite(folder.path().join("store.db"));
        let target = folder.path().join("copy.db");
        (folder, storage, target)
    }

    #[test]
    fn a_copy_of_a_running_database_is_whole_ours_alone_and_can_be_opened() {
        let (_folder, storage, target) = database();
        let running = SqliteStore::open(&storage).unwrap();
        let size = backup(&storage, &target).unwrap();
        assert_eq!(size, fs::metadata(&target).unwrap().len());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        }
        drop(running);
        drop(SqliteStore::open(&Storage::Sqlite(target)).unwrap());
    }

    #[test]
    fn what_is_there_is_never_overwritten() {
        let (_folder, storage, target) = database();
        drop(SqliteStore::open(&storage).unwrap());
        for content in ["", "somebody's"] {
            fs::write(&target, content).unwrap();
            assert!(matches!(backup(&storage, &target), Err(NoBackup::Taken(_))));
            assert_eq!(fs::read_to_string(&target).unwrap(), content);
        }
    }

    #[test]
    fn what_cannot_be_copied_leaves_nothing_behind() {
        let (folder, storage, target) = database();
        assert!(matches!(backup(&Storage::Memory, &target), Err(NoBackup::Memory)));
        assert!(matches!(backup(&storage, &target), Err(NoBackup::NoDatabase(_))));
        let theirs = folder.path().join("store.db");
        Connection::open(&theirs).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(backup(&storage, &target), Err(NoBackup::Database(OpenFault::Foreign))));
        let nowhere = folder.path().join("no such folder").join("copy.db");
        assert!(matches!(backup(&storage, &nowhere), Err(NoBackup::File { .. })));
        assert!(!target.exists());
    }
}
