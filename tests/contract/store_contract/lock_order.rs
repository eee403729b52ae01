//! Changes that meet in several rows lock them in one order: none of them ends in a deadlock, which PostgreSQL would
//! resolve by giving one of them up after a while.

use vpgate::store::postgres::{PostgresStore, migrate};

use crate::store_contract::backend::AnyStore;
use crate::store_contract::races::at_once;
use crate::store_contract::sessions::families_of_one_session;
use vpgate_test_support::postgres::{self, Cluster};

const ROUNDS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_a_session_and_taking_back_its_families_wait_for_each_other_in_one_order() {
    if !postgres::is_installed("the order of locks") {
        return;
    }
    let cluster = Cluster::start(&["deadlock_timeout = '1ms'"]);
    let storage = cluster.storage("locks");
    migrate(&storage).unwrap();
    let store: AnyStore = PostgresStore::open(&storage).unwrap();
    let mut done = 0;
    for _ in 0..ROUNDS {
        let (end, take_back) = families_of_one_session(&store, 4).await;
        let changes = take_back.into_iter().chain([end]).collect();
        let outcomes = at_once(&store, changes).await;
        assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
        done += outcomes.iter().filter(|it| it.is_ok()).count();
    }
    println!("{done} changes were made in {ROUNDS} rounds");
    let log = cluster.log();
    assert!(!log.contains("deadlock detected"), "{log}");
}
