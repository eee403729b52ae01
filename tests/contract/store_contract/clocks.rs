//! What a store says of itself: its clock, and whether anybody waits.

use vpgate::flow::ports::Clock as _;
use vpgate::system::clock::SystemClock;

use crate::store_contract::backend::AnyStore;

pub async fn a_server_tells_the_time_and_nobody_waits_for_an_idle_store(store: AnyStore) {
    let before = SystemClock.now();
    if let Some(there) = store.time().await.unwrap() {
        // It is a process of this machine.
        assert!((before..=SystemClock.now()).contains(&there), "{there:?}");
    }
    assert_eq!(store.waiting(), 0);
}
