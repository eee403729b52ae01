//! A few connections that read. They see what is committed, and neither wait for the writer nor hold it
//! up.
//!
//! A look-up runs on the thread that asks for it. It is a few microseconds of work on pages in memory,
//! which is less than what it costs to wake another thread and to be woken by it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::writer::Ended;
use crate::flow::ports::Unavailable;

/// The connections that look things up.
pub(super) struct Readers {
    /// A permit for each connection that is idle.
    free: Semaphore,
    number: u32,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Shares these connections.
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        let number = u32::try_from(connections.len()).unwrap_or(u32::MAX);
        Self { free: Semaphore::new(connections.len()), number, idle: Mutex::new(connections) }
    }

    /// Looks up with the first connection that is free.
    pub(super) async fn read<T>(
        &self,
        look_up: impl FnOnce(&Connection) -> Result<T, Unavailable>,
    ) -> Result<T, Unavailable> {
        let _permit = self.free.acquire().await.map_err(|_| Ended)?;
        let connection = self.idle().pop();
        let lent = Lent { readers: self, connection };
        look_up(lent.connection.as_ref().ok_or(Ended)?)
    }

    /// Lends no more, and comes back when every connection is closed.
    pub(super) async fn close(&self) {
        // An error means that somebody else has closed them.
        if let Ok(_all) = self.free.acquire_many(self.number).await {
            self.idle().clear();
        }
        self.free.close();
    }

    /// Nothing is left half done under this lock.
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that comes back whatever the look-up does, and before its permit.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.readers.idle().extend(self.connection.take());
    }
}
