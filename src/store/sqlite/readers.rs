//! A few threads that read, each with its own connection. They see what is committed, and neither
//! wait for the writer nor hold it up.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::writer::{Ended, Joined, Work};
use crate::flow::ports::Unavailable;

/// Look-ups that may wait; further callers wait to be let in.
const QUEUE: usize = 1024;

/// The reading threads.
pub(super) struct Readers {
    jobs: mpsc::Sender<Work>,
    // Dropped after `jobs`, which ends the threads.
    _threads: Vec<Joined>,
}

impl Readers {
    /// Starts one thread for each connection.
    pub(super) fn start(connections: Vec<Connection>) -> std::io::Result<Self> {
        let (jobs, accepted) = mpsc::channel(QUEUE);
        let accepted = Arc::new(Mutex::new(accepted));
        let threads = connections
            .into_iter()
            .map(|connection| {
                let accepted = Arc::clone(&accepted);
                Joined::spawn("store-reader", move || serve(connection, &accepted))
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self { jobs, _threads: threads })
    }

    /// Queues a look-up for the first thread that is free.
    pub(super) async fn accept(&self, work: Work) -> Result<(), Unavailable> {
        self.jobs.send(work).await.map_err(|_| Ended.into())
    }
}

fn serve(mut connection: Connection, accepted: &Mutex<mpsc::Receiver<Work>>) {
    // The lock is held while waiting, not while working: one thread waits, the others for its place.
    let next = || accepted.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
    while let Some(work) = next() {
        work(&mut connection);
    }
}
