//! Moves what the write-ahead log holds into the database, beside the thread that writes. In a large database the
//! pages of a thousand writes lie far apart: whoever commits must not wait until they are on the disk in both places.
//!
//! The log begins anew when all of it was moved and nobody reads it. Under load that moment never comes by itself, so
//! the writer makes it come when the log has grown long: most of it was moved by then.

use std::ffi::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;

use super::joined::Joined;
use super::marks::Marks;
use super::place::DatabasePlace;
use crate::store::OpenFault;

/// Pages in the log, written since the last time, that are worth moving: this many of a small database, where most are
/// the same ones again and again.
const OF_A_SMALL_ONE: i32 = 1000;
/// Fewer of a large one, where they lie far apart: while they go to the disk, every commit waits longer for it.
const OF_A_LARGE_ONE: i32 = 128;
/// Pages of a small database: 64 megabytes. One of eight times as many is large.
const SMALL: i32 = 16_384;
/// Pages in the log that are too many: 64 megabytes.
const TOO_LONG: c_int = 16_384;

/// The thread that moves them. Dropping it waits for its end.
pub(super) struct Checkpoints {
    /// Dropped before the thread is waited for.
    _wake: Arc<SyncSender<()>>,
    _thread: Joined,
}

impl Checkpoints {
    /// Starts it for what `writer` commits, and tells `marks` of that, too; `None` in memory, where there is no log.
    pub(super) fn of(
        place: &DatabasePlace,
        writer: &mut Connection,
        marks: Option<Arc<Marks>>,
    ) -> Result<Option<Self>, OpenFault> {
        Self::at(place, writer, marks, worth_moving, TOO_LONG)
    }

    fn at(
        place: &DatabasePlace,
        writer: &mut Connection,
        marks: Option<Arc<Marks>>,
        worth_moving: fn(i32) -> c_int,
        too_long: c_int,
    ) -> Result<Option<Self>, OpenFault> {
        let Some(connection) = place.mover()? else { return Ok(None) };
        let (wake, woken) = sync_channel(1);
        let worth = Arc::new(AtomicI32::new(worth_moving(pages(&connection)?)));
        let noted = Arc::clone(&worth);
        let thread = Joined::spawn("store-checkpoints", move || {
            move_pages(&connection, &woken, |pages| noted.store(worth_moving(pages), Ordering::Relaxed));
        })
        .map_err(OpenFault::Thread)?;
        let wake = Arc::new(wake);
        // The thread ends with the other one, whatever becomes of the hook.
        let (mut moved, tell) = (0, Arc::downgrade(&wake));
        writer.wal_hook(Some(move |log: &mut rusqlite::hooks::Wal, pages| {
            if let Some(marks) = &marks {
                marks.committed();
            }
            if pages < moved {
                moved = 0;
            }
            if pages >= too_long {
                // The other thread may be at it just now, and is not woken again before this was done: the next commit
                // comes back to it. An error here would be taken for one of the commit, which is durable.
                let _ = log.checkpoint();
            } else if pages - moved >= worth.load(Ordering::Relaxed) {
                moved = pages;
                // Full: it is about to look anyway.
                let _ = tell.upgrade().map(|tell| tell.try_send(()));
            }
            Ok(())
        }))?;
        Ok(Some(Self { _wake: wake, _thread: thread }))
    }

    /// Ends it, so that `writer` is the last to close the file.
    pub(super) fn end(self, writer: &mut Connection) -> rusqlite::Result<()> {
        writer.wal_hook(None::<fn(&mut rusqlite::hooks::Wal, c_int) -> rusqlite::Result<()>>)
    }
}

/// How many pages in the log are worth moving into a database of so many.
fn worth_moving(pages: i32) -> c_int {
    (OF_A_SMALL_ONE / (pages / SMALL).max(1)).max(OF_A_LARGE_ONE)
}

fn move_pages(connection: &Connection, woken: &Receiver<()>, grown: impl Fn(i32)) {
    while woken.recv().is_ok() {
        let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        match moved.and_then(|()| pages(connection)) {
            Ok(pages) => grown(pages),
            Err(fault) => {
                tracing::warn!(%fault, "what the log holds was not moved into the database; it is tried again");
            }
        }
    }
}

/// How many pages the database has. More than fit are very many.
fn pages(connection: &Connection) -> rusqlite::Result<i32> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    Ok(i32::try_from(pages).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::watch::beside;
    use super::*;

    /// Bytes of a page, as SQLite makes them.
    const PAGE: u64 = 4096;
    /// Fewer pages than in earnest.
    const WORTH: c_int = 100;
    const LONG: c_int = 1000;

    fn opened(path: &Path) -> (Connection, Checkpoints) {
        let place = DatabasePlace::File(path.to_owned());
        let mut writer = place.writer().unwrap();
        writer.execute_batch("CREATE TABLE t (x)").unwrap();
        let checkpoints = Checkpoints::at(&place, &mut writer, None, |_| WORTH, LONG).unwrap().unwrap();
        (writer, checkpoints)
    }

    fn write(writer: &Connection, pages: c_int) {
        writer.execute("INSERT INTO t VALUES (zeroblob(?1))", [i64::from(pages) * 4096]).unwrap();
    }

    fn length(path: &Path) -> u64 {
        std::fs::metadata(path).unwrap().len()
    }

    #[test]
    fn what_is_worth_moving_is_moved_by_the_other_thread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let (mut writer, checkpoints) = opened(&path);
        write(&writer, WORTH / 2);
        assert!(length(&path) < 20 * PAGE, "half of it waits in the log");
        write(&writer, WORTH);
        checkpoints.end(&mut writer).unwrap();
        assert!(length(&path) > 100 * PAGE, "{}", length(&path));
        drop(writer);
        assert!(!beside(&path, "-wal").exists(), "the writer was the last to close it");
    }

    #[test]
    fn a_log_that_has_grown_long_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let (mut writer, checkpoints) = opened(&path);
        for _ in 0..100 {
            write(&writer, LONG / 10);
            // It may find the other thread at it a few times.
            assert!(length(&beside(&path, "-wal")) < 4000 * (PAGE + 24));
        }
        checkpoints.end(&mut writer).unwrap();
    }

    #[test]
    fn the_larger_a_database_the_less_is_moved_at_a_time() {
        let megabytes = |size: i32| worth_moving(size * 256);
        assert_eq!([0, 1, 60, 127].map(megabytes), [1000; 4]);
        assert_eq!([128, 256].map(megabytes), [500, 250]);
        assert_eq!([512, 4096].map(megabytes), [128; 2]);
        assert_eq!(worth_moving(i32::MAX), 128);
    }

    #[test]
    fn in_memory_there_is_no_log() {
        let place = DatabasePlace::Memory;
        assert!(Checkpoints::of(&place, &mut place.writer().unwrap(), None).unwrap().is_none());
    }
}
