//! Two replicas over PostgreSQL, and what happens to it and to them: the primary is lost and a standby takes its place,
//! the database is away, slow, read-only or full, a replica is killed in the middle. Everything is done through the
//! HTTP endpoints: devices ask, people share a credential, devices poll, take their tokens and refresh them.

mod device;
mod partition;
mod replicas;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use self::device::{Goal, Left, goes};
use self::replicas::Replicas;
use crate::disk::Disk;
use vpgate_test_support::postgres::{self, Cluster, signal};

/// Devices that are under way at the same time.
const DEVICES: usize = 12;
/// Devices that have their tokens before something happens, and after it.
const ENOUGH: usize = 30;

/// Devices, one after the other in each of many rows, until they are told to stop.
struct Load {
    rows: JoinSet<Vec<Left>>,
    stop: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
}

impl Load {
    fn on(replicas: &Arc<Replicas>) -> Self {
        let (stop, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut rows = JoinSet::new();
        for row in 0..DEVICES {
            let (replicas, stop, served) = (Arc::clone(replicas), Arc::clone(&stop), Arc::clone(&served));
            rows.spawn(async move {
                let mut all = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    // Most go all the way; some stop where they are, and go on when all is over.
                    let goal = match (row + all.len()) % 6 {
                        0 => Goal::Asked,
                        1 => Goal::Approved,
                        _ => Goal::Refreshed,
                    };
                    all.push(goes(Arc::clone(&replicas), goal).await);
                    served.fetch_add(1, Ordering::SeqCst);
                }
                all
            });
        }
        Self { rows, stop, served }
    }

    /// Waits until so many more are done.
    async fn goes_on(&self, more: usize) {
        let (goal, deadline) =
            (self.served.load(Ordering::SeqCst) + more, Instant::now() + Duration::from_secs(60));
        while self.served.load(Ordering::SeqCst) < goal {
            assert!(Instant::now() < deadline, "devices wait for ever");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn ends(self) -> Vec<Left> {
        self.stop.store(true, Ordering::SeqCst);
        self.rows.join_all().await.into_iter().flatten().collect()
    }
}

/// Every acknowledged step is there: who was only opened is pending, who was approved gets tokens, who has tokens
/// refreshes them; each grant led to one family, and of its refresh tokens the last works alone.
async fn nothing_is_undone(all: Vec<Left>, database: &Cluster, schema: &str) {
    let count = |what: &str| -> usize {
        database.sql(&format!("SELECT count(*) FROM {schema}.{what}")).parse().unwrap()
    };
    let taken = all.iter().filter(|left| left.has_tokens()).count();
    assert_eq!(count("grants WHERE state = 'redeemed'"), taken, "redeemed, and heard by its device");
    assert_eq!(count("token_families"), taken, "one family for each");
    let mut ends = JoinSet::new();
    for left in all {
        ends.spawn(left.goes_on_as_if_nothing_had_happened());
    }
    ends.join_all().await;
}

fn lost_answers(replicas: &Replicas) -> usize {
    replicas.log().matches("the answer of the store was lost").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn req_21_10_to_21_13_a_failover_undoes_nothing_that_was_acknowledged() {
    if !postgres::is_installed("the fail-over test") {
        return;
    }
    let began = Instant::now();
    let primary = Cluster::start(&[]);
    let standby = primary.standby("s1");
    primary.wait_until("a standby", || !primary.wal_senders().is_empty());
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (s1)'");
    primary.sql("SELECT pg_reload_conf()");
    let schema = "failover";
    let replicas = Arc::new(Replicas::start(2, &[&primary, &standby], schema));
    for end in ["pg_terminate_backend", "pg_cancel_backend"] {
        a_commit_without_its_standby_is_not_acknowledged(&replicas, &primary, end).await;
    }
    let load = Load::on(&replicas);
    load.goes_on(ENOUGH).await;
    // The standby hears nothing more; who waits for it waits, and is not told that all is well.
    let senders = primary.wal_senders();
    senders.iter().for_each(|sender| signal("STOP", *sender));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let lost_at = Instant::now();
    tokio::task::block_in_place(|| {
        senders.iter().for_each(|sender| signal("KILL", *sender));
        primary.kill();
        standby.promote();
    });
    let promoted = lost_at.elapsed();
    load.goes_on(ENOUGH).await;
    let again = lost_at.elapsed();
    let all = load.ends().await;
    let (devices, lost) = (all.len(), lost_answers(&replicas));
    assert!(lost > 0, "no answer was lost: nothing was tested");
    nothing_is_undone(all, &standby, schema).await;
    println!(
        "{devices} devices; promoted after {promoted:?}, {ENOUGH} more served after {again:?}; {lost} answers were lost; \
         {:?} in all",
        began.elapsed()
    );
}

/// Somebody makes a commit stop waiting for the standby: it is there, for everybody to see, and could be lost with the
/// primary.
async fn a_commit_without_its_standby_is_not_acknowledged(replicas: &Replicas, primary: &Cluster, end: &str) {
    let senders = primary.wal_senders();
    senders.iter().for_each(|sender| signal("STOP", *sender));
    let waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%grants%'";
    let ended = async {
        let deadline = Instant::now() + Duration::from_secs(20);
        while primary.sql(&format!("SELECT {end}(pid) FROM ({waiting}) AS waiting")).is_empty() {
            assert!(Instant::now() < deadline, "nobody waits for the standby");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ((status, retry_after, body), ()) = tokio::join!(replicas.ask_once(), ended);
    senders.iter().for_each(|sender| signal("CONT", *sender));
    assert_eq!((status, retry_after), (503, Some(1)), "{end}: {body}");
    comes_back(replicas, end).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_killed_in_the_middle_undoes_nothing() {
    let Some(cluster) = postgres::shared("the test of a replica that is killed") else { return };
    let schema = postgres::schema();
    let replicas = Arc::new(Replicas::start(2, &[cluster], &schema));
    let load = Load::on(&replicas);
    load.goes_on(ENOUGH).await;
    replicas.kill(0);
    load.goes_on(ENOUGH).await;
    nothing_is_undone(load.ends().await, cluster, &schema).await;
}

/// A device authorization says that a part is unavailable, when to ask again, and says so soon.
async fn is_refused_for_now(replicas: &Replicas, why: &str) {
    is_refused_within(replicas, why, Duration::from_secs(15)).await;
}

/// The same in a crowd, where it may wait for a connection first.
async fn is_refused_within(replicas: &Replicas, why: &str, patience: Duration) {
    let asked = Instant::now();
    let (status, retry_after, body) = replicas.ask_once().await;
    assert_eq!(status, 503, "{why}: {body}");
    assert!(retry_after.is_some_and(|seconds| (1..=5).contains(&seconds)), "{why}: {retry_after:?}");
    assert!(body["error"].is_string() && !body.to_string().contains("postgres"), "{why}: {body}");
    let took = asked.elapsed();
    assert!(took < patience, "{why}: it took {took:?}");
}

async fn comes_back(replicas: &Replicas, why: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let (status, _, body) = replicas.ask_once().await;
        if status == 200 {
            return;
        }
        assert!(Instant::now() < deadline, "{why}: it never comes back: {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_slow_read_only_or_full_is_said_and_comes_back() {
    if !postgres::is_installed("the test of a database in trouble") {
        return;
    }
    // There for as long as the database, whose tables go there.
    let disk = Disk::small("a PostgreSQL whose disk is full");
    let mut cluster = Cluster::start(&[]);
    let schema = "troubled";
    let replicas = Replicas::start(1, &[&cluster], schema);
    comes_back(&replicas, "at first").await;

    // Slow: somebody holds the table for longer than a statement may wait.
    let held = format!("BEGIN; LOCK TABLE {schema}.grants IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4)");
    std::thread::scope(|scope| {
        let holder = scope.spawn(|| cluster.sql(&held));
        cluster.wait_until("the lock", || {
            cluster.sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted") != "0"
        });
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(is_refused_for_now(&replicas, "slow"));
        });
        holder.join().unwrap();
    });
    comes_back(&replicas, "slow").await;

    // Read-only, as a primary that was demoted is.
    cluster.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    cluster.sql("SELECT pg_reload_conf()");
    cluster.wait_until("read-only", || cluster.sql("SHOW default_transaction_read_only") == "on");
    tokio::time::sleep(Duration::from_millis(200)).await;
    is_refused_for_now(&replicas, "read-only").await;
    cluster.sql("ALTER SYSTEM RESET default_transaction_read_only");
    cluster.sql("SELECT pg_reload_conf()");
    comes_back(&replicas, "read-only").await;

    if let Some(disk) = &disk {
        a_full_disk_is_said_and_undoes_nothing(&replicas, &cluster, schema, disk).await;
    }

    tokio::task::block_in_place(|| cluster.kill());
    is_refused_for_now(&replicas, "away").await;
    assert_eq!(replicas.readiness().await, 503);
    tokio::task::block_in_place(|| cluster.start_again());
    comes_back(&replicas, "away").await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while replicas.readiness().await != 200 {
        assert!(Instant::now() < deadline, "it never says that it is ready");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = replicas.log();
    assert!(!log.contains(postgres::PASSWORD) && !log.contains("panicked"), "{log}");
}

/// The tables are moved to a disk that fills up.
async fn a_full_disk_is_said_and_undoes_nothing(
    replicas: &Replicas,
    cluster: &Cluster,
    schema: &str,
    disk: &Disk,
) {
    postgres::give_away(&disk.place);
    cluster.sql(&format!("CREATE TABLESPACE small LOCATION '{}'", disk.place.display()));
    for kind in ["TABLE", "INDEX"] {
        cluster.sql(&format!("ALTER {kind} ALL IN TABLESPACE pg_default SET TABLESPACE small"));
    }
    let grants =
        || -> usize { cluster.sql(&format!("SELECT count(*) FROM {schema}.grants")).parse().unwrap() };
    let filler = disk.fill();
    let (before, mut acknowledged) = (grants(), 0);
    // There is room for a few more in the pages that there are.
    while replicas.ask_once().await.0 == 200 {
        acknowledged += 1;
        assert!(acknowledged < 1000, "the disk is never full");
    }
    is_refused_for_now(replicas, "full").await;
    assert!(cluster.log().contains("No space left on device"), "{}", cluster.log());
    std::fs::remove_file(filler).unwrap();
    comes_back(replicas, "full").await;
    assert_eq!(grants(), before + acknowledged + 1, "those that were acknowledged, and no others");
}
