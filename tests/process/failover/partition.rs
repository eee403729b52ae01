//! The network between services, primary and standby falls apart, one cable after the other: nobody is told that a
//! change is made which only one machine has, and nothing that was told is undone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::replicas::Replicas;
use super::{ENOUGH, Load, comes_back, is_refused_within, nothing_is_undone};
use vpgate_test_support::postgres::{self, Cable, Cluster, Network};

/// Nobody waits longer for a refusal, while a crowd of devices waits too.
const PATIENCE: Duration = Duration::from_secs(25);
/// A peer that says nothing is given up before the services are.
const SETTINGS: [&str; 3] =
    ["wal_sender_timeout = '3s'", "wal_receiver_timeout = '3s'", "wal_retrieve_retry_interval = '200ms'"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_acknowledges_nothing_that_one_side_alone_has() {
    let what = "the test of partitions";
    if !postgres::is_installed(what) {
        return;
    }
    let Some(network) = Network::new(what) else { return };
    let began = Instant::now();
    let primary = Cluster::start_at(&network.primary(), &SETTINGS);
    let standby = primary.standby_at("s1", &network.standby());
    primary.wait_until("a standby", || !primary.wal_senders().is_empty());
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (s1)'");
    primary.sql("SELECT pg_reload_conf()");
    let schema = "partition";
    let replicas = Arc::new(Replicas::start(2, &[&primary, &standby], schema));
    let load = Load::on(&replicas);
    load.goes_on(ENOUGH).await;

    // The primary takes changes, and nobody else has them: they wait, and nobody is told that they are made.
    network.pull(Cable::Standby);
    is_refused_within(&replicas, "no standby", PATIENCE).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    assert_ne!(primary.sql(waiting), "0");
    network.plug_in(Cable::Standby);
    load.goes_on(ENOUGH).await;

    // Primary and standby have each other, and the services have neither.
    network.pull(Cable::Clients);
    is_refused_within(&replicas, "no primary", PATIENCE).await;
    network.plug_in(Cable::Clients);
    comes_back(&replicas, "the primary again").await;
    load.goes_on(ENOUGH).await;

    // The primary is alone, and does not know it; the standby takes its place.
    network.pull(Cable::Standby);
    network.pull(Cable::Clients);
    is_refused_within(&replicas, "alone", PATIENCE).await;
    tokio::task::block_in_place(|| standby.promote());
    comes_back(&replicas, "the other one").await;
    load.goes_on(ENOUGH).await;
    let all = load.ends().await;
    let devices = all.len();
    nothing_is_undone(all, &standby, schema).await;
    println!("{devices} devices; {:?} in all", began.elapsed());
}
