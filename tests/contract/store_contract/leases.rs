//! What one process at a time does for all.

use std::time::Duration;

use tokio::task::JoinSet;
use vpgate::flow::ports::NotCommitted;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, Lease};

use crate::store_contract::backend::AnyStore;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const TURN: Duration = Duration::from_secs(90);

fn take(process: u32, at: Timestamp, until: Timestamp) -> Change {
    let holder = Digest::of(&process.to_be_bytes());
    Change::TakeLease { what: Lease::Sweep, holder, at, until }
}

pub async fn of_many_processes_one_holds_a_lease_until_it_ends_or_is_given_back(store: AnyStore) {
    let end = NOW.plus(TURN);
    let mut tasks = JoinSet::new();
    for process in 0..24 {
        let store = AnyStore::clone(&store);
        tasks.spawn(async move { store.commit(&take(process, NOW, end)).await.map(|()| process) });
    }
    let mut holders = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        match outcome.unwrap() {
            Ok(process) => holders.push(process),
            Err(lost) => assert!(matches!(lost, NotCommitted::Lost), "{lost}"),
        }
    }
    let [holder] = holders[..] else { panic!("{holders:?}") };
    let other = holder + 1;
    let lost = |outcome| matches!(outcome, Err(NotCommitted::Lost));

    // Its holder goes on, and the others wait for the new end.
    let (later, end) = (NOW.plus(TURN / 2), end.plus(TURN));
    store.commit(&take(holder, later, end)).await.unwrap();
    assert!(lost(store.commit(&take(other, end.minus(Duration::from_secs(1)), end.plus(TURN))).await));
    store.commit(&take(other, end, end.plus(TURN))).await.unwrap();
    assert!(lost(store.commit(&take(holder, end, end.plus(TURN))).await));

    // Given back, it is free at once.
    store.commit(&take(other, end, end)).await.unwrap();
    store.commit(&take(holder, end, end.plus(TURN))).await.unwrap();
}
