//! Whether a grant is still what it was when it was read, without asking the database. Devices that wait are the largest
//! load, and nearly always nothing has happened.
//!
//! ```text
//! we commit             -> header of the log -> ended -> the grants that were decided -> who wanted it is answered
//! another process does  -> header of the log -> who wanted it is answered there
//! header, begun, the grant -> mark -> row is read         a poll: mark == header, ended, the grant? -> still pending
//! ```
//! Whoever commits adds one to `iChange` in the header of the log's index (<https://sqlite.org/walformat.html>, section
//! 2.1). Without our own commits it says how often others have committed. While one of ours is under way, a mark counts
//! it and a poll does not: they come to the same only where nothing of others lies in between.

use std::fs::File;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Null;

use super::place::DatabasePlace;
use super::watch::beside;
use crate::flow::ports::Mark;
use crate::store::OpenFault;
use vpgate_core::base::secret::Digest;

/// How many numbers there are for all grants. Those that share one are looked at once more than needed.
const NUMBERS: usize = 4096;
/// Where the second copy of `iChange` is, which is written before the first one.
const CHANGE_AT: u64 = 48 + 8;

/// Of this connection alone. Paces and claims leave the state as it is.
const TELL: &str = "
    CREATE TEMP TRIGGER grant_decided AFTER UPDATE OF state ON main.grants WHEN new.state <> old.state
    BEGIN SELECT grant_decided(old.device_code); END;
    CREATE TEMP TRIGGER grant_removed AFTER DELETE ON main.grants
    BEGIN SELECT grant_decided(old.device_code); END;";

/// What tells.
pub(super) struct Marks {
    /// The index of the log. It must not be closed before the connections are: that would take away the locks that
    /// SQLite holds in this process (fcntl).
    index: File,
    /// Our commits, with the one that is under way. One that wrote nothing counts until the next one: what is marked
    /// meanwhile is only looked at once more.
    begun: AtomicU32,
    ended: AtomicU32,
    /// How often grants of each number were decided by us.
    decided: Box<[AtomicU64]>,
    /// Numbers of the grants that the transaction which is under way decides.
    deciding: Mutex<Vec<usize>>,
}

impl Marks {
    /// Watches what `writer` does, whose hook for commits has to call [`Self::committed`]. Call it when there are tables
    /// and a log. `None` in memory, where there is no log, and where files cannot be read at a place.
    pub(super) fn of(place: &DatabasePlace, writer: &mut Connection) -> Result<Option<Arc<Self>>, OpenFault> {
        let DatabasePlace::File(path) = place else { return Ok(None) };
        if cfg!(not(unix)) {
            return Ok(None);
        }
        let path = beside(path, "-shm");
        let index = File::open(&path).map_err(|source| OpenFault::File { path, source })?;
        let marks = Arc::new(Self {
            index,
            begun: AtomicU32::new(0),
            ended: AtomicU32::new(0),
            decided: (0..NUMBERS).map(|_| AtomicU64::new(0)).collect(),
            deciding: Mutex::default(),
        });
        let decides = Arc::clone(&marks);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        writer.create_scalar_function("grant_decided", 1, flags, move |call| {
            decides.deciding().push(number(&call.get::<[u8; 32]>(0)?));
            Ok(Null)
        })?;
        writer.execute_batch(TELL)?;
        let begins = Arc::clone(&marks);
        writer.commit_hook(Some(move || {
            begins.begun.store(begins.ended.load(SeqCst).wrapping_add(1), SeqCst);
            // Go on with it.
            false
        }))?;
        Ok(Some(marks))
    }

    /// Something of ours is in the log.
    pub(super) fn committed(&self) {
        self.ended.store(self.begun.load(SeqCst), SeqCst);
        for number in self.deciding().drain(..) {
            self.decided[number].fetch_add(1, SeqCst);
        }
    }

    /// To be taken before the grant is read.
    pub(super) fn mark(&self, device_code: &Digest) -> Option<Mark> {
        let ours = self.decided[number(device_code.as_bytes())].load(SeqCst);
        let change = self.change()?;
        Some(Mark { ours, others: change.wrapping_sub(self.begun.load(SeqCst)) })
    }

    /// Whether nobody has decided or removed the grant since.
    pub(super) fn holds(&self, device_code: &Digest, mark: Mark) -> bool {
        let ended = self.ended.load(SeqCst);
        let others = self.change().map(|change| change.wrapping_sub(ended));
        others == Some(mark.others) && self.decided[number(device_code.as_bytes())].load(SeqCst) == mark.ours
    }

    /// How often anybody has committed.
    #[cfg(unix)]
    fn change(&self) -> Option<u32> {
        let mut bytes = [0; 4];
        std::os::unix::fs::FileExt::read_exact_at(&self.index, &mut bytes, CHANGE_AT).ok()?;
        Some(u32::from_ne_bytes(bytes))
    }

    #[cfg(not(unix))]
    fn change(&self) -> Option<u32> {
        None
    }

    fn deciding(&self) -> MutexGuard<'_, Vec<usize>> {
        self.deciding.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of a grant, by its device code.
fn number(device_code: &[u8; 32]) -> usize {
    usize::from(u16::from_ne_bytes([device_code[0], device_code[1]])) % NUMBERS
}
