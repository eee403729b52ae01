//! How many durable polls a second. Asserts nothing about time: run it with `--nocapture` to see.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use vpgate_core::change::Change;

use crate::store_contract::backend::{self, AnyStore};
use crate::store_contract::grants::opened;
use vpgate_test_support::builders::states::{after, pace};

const WHILE: Duration = Duration::from_millis(250);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn durable_polls_a_second() {
    for tasks in [1, 16, 256] {
        let file = backend::file();
        let polls = count(&file.store(), tasks, false).await;
        let pairs = count(&file.store(), tasks, true).await;
        println!("{tasks} devices: {polls} polls recorded a second, {pairs} looked up and recorded");
        assert!(polls > 0 && pairs > 0);
    }
}

/// Each task polls its own grant, one poll after the other.
async fn count(store: &AnyStore, tasks: usize, look_up: bool) -> usize {
    let made = Arc::new(AtomicUsize::new(0));
    let mut polling = JoinSet::new();
    for _ in 0..tasks {
        let (store, made, grant) = (Arc::clone(store), Arc::clone(&made), opened(store).await);
        polling.spawn(async move {
            let mut seen = pace(5, None);
            for second in 1.. {
                if look_up {
                    store.grant_by_device_code(&grant.device_code).await.unwrap().unwrap();
                }
                let next = pace(5, Some(after(second)));
                store.commit(Change::RecordPoll { grant: grant.paced(next), seen }).await.unwrap();
                seen = next;
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
