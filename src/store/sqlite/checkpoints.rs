//! Moves what the write-ahead log holds into the database, beside the thread that writes. In a large database the
//! pages of a thousand writes lie far apart: whoever commits must not wait until they are on the disk in both places.
//!
//! The log begins anew when all of it was moved and nobody reads it. Under load that moment never comes by itself, so
//! the writer makes it come when the log has grown long: most of it was moved by then.

use std::ffi::c_int;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;

use super::joined::Joined;
use super::marks::Marks;
use super::place::DatabasePlace;
use crate::store::OpenFault;

/// Pages in the log, written since the last time, that are worth moving. Few: while they go to the disk, every commit
/// waits longer for it, and of a large database they lie far apart.
const WORTH_MOVING: c_int = 128;
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
        Self::at(place, writer, marks, WORTH_MOVING, TOO_LONG)
    }

    fn at(
        place: &DatabasePlace,
        writer: &mut Connection,
        marks: Option<Arc<Marks>>,
        worth_moving: c_int,
        too_long: c_int,
    ) -> Result<Option<Self>, OpenFault> {
        let Some(connection) = place.mover()? else { return Ok(None) };
        let (wake, woken) = sync_channel(1);
        let thread = Joined::spawn("store-checkpoints", move || move_pages(&connection, &woken))
            .map_err(OpenFault::Thread)?;
        let wake = Arc::new(wake);
        // The thread ends with the other one, whatever becomes of the hook.
        let (mut next, tell) = (worth_moving, Arc::downgrade(&wake));
        writer.wal_hook(Some(move |log: &mut rusqlite::hooks::Wal, pages| {
            if let Some(marks) = &marks {
                marks.committed();
            }
            if pages < next - worth_moving {
                next = worth_moving;
            }
            if pages >= too_long {
                // The other thread may be at it just now, and is not woken again before this was done: the next commit
                // comes back to it. An error here would be taken for one of the commit, which is durable.
                let _ = log.checkpoint();
            } else if pages >= next {
                next = pages + worth_moving;
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

fn move_pages(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        if let Err(fault) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%fault, "what the log holds was not moved into the database; it is tried again");
        }
    }
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
        let checkpoints = Checkpoints::at(&place, &mut writer, None, WORTH, LONG).unwrap().unwrap();
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
    fn in_memory_there_is_no_log() {
        let place = DatabasePlace::Memory;
        assert!(Checkpoints::of(&place, &mut place.writer().unwrap(), None).unwrap().is_none());
    }
}
