//! How many durable changes, and looks at a pending grant, a second. Asserts nothing about time: run it with
//! `--nocapture` to see.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::store_contract::backend::{self, AnyStore};
use crate::store_contract::grants::opened;

const WHILE: Duration = Duration::from_millis(250);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn durable_changes_and_looks_a_second() {
    for (name, open) in [("SQLite", backend::file as fn() -> _), ("PostgreSQL", backend::postgres)] {
        let Some(place) = open() else { continue };
        for tasks in [1, 16, 256] {
            let opened = count(&place.store(), tasks, false).await;
            let looks = count(&place.store(), tasks, true).await;
            println!("{name}, {tasks} devices: {opened} grants opened a second, {looks} looks at one");
            assert!(opened > 0 && looks > 0);
        }
    }
}

/// Each task opens grants, or looks at one of its own, one after the other.
async fn count(store: &AnyStore, tasks: usize, look: bool) -> usize {
    let made = Arc::new(AtomicUsize::new(0));
    let mut polling = JoinSet::new();
    for _ in 0..tasks {
        let (store, made, grant) = (Arc::clone(store), Arc::clone(&made), opened(store).await);
        // Connections are there before anything is counted.
        store.pending_pace(&grant.device_code).await.unwrap();
        polling.spawn(async move {
            loop {
                if look {
                    store.pending_pace(&grant.device_code).await.unwrap().unwrap();
                    tokio::task::yield_now().await;
                } else {
                    opened(&store).await;
                }
                made.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    // What was made before everybody had started is not counted.
    let before = made.load(Ordering::Relaxed);
    tokio::time::sleep(WHILE).await;
    let counted = made.load(Ordering::Relaxed) - before;
    polling.shutdown().await;
    counted * 1000 / usize::try_from(WHILE.as_millis()).unwrap()
}
