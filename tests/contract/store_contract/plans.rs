//! What only a PostgreSQL can be asked: which way it finds rows, how it changes them, and who waits for whom.

use std::time::{Duration, Instant};

use vpgate::config::{PostgresStorage, PostgresTls};
use vpgate::flow::ports::Store as _;
use vpgate::store::OpenFault;
use vpgate::store::postgres::{PostgresStore, migrate};
use vpgate_core::base::secret::Digest;
use vpgate_core::change::Change;
use vpgate_core::oauth::attempts::{Attempt, CountedEvent, Limited};
use vpgate_core::oauth::device_grant::DenialReason;
use vpgate_core::openid4vp::retention::Retention;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{EachState, opened};
use crate::store_contract::presentations::{begin, served, settled};
use crate::store_contract::{authorizations, tokens};
use vpgate_test_support::builders::states::{self, Grant, LIFETIME, NOW, after, pace};
use vpgate_test_support::postgres::{self, Cluster};

/// Each plan is logged, and whatever can be found by an index is.
const EXPLAINED: [&str; 4] = [
    "session_preload_libraries = 'auto_explain'",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_nested_statements = on",
    "enable_seqscan = off",
];

fn opened_at(storage: &PostgresStorage) -> AnyStore {
    migrate(storage).unwrap();
    PostgresStore::open(storage).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_of_a_flow_scans_a_table() {
    if !postgres::is_installed("plans of statements") {
        return;
    }
    let cluster = Cluster::start(&EXPLAINED);
    let store = opened_at(&cluster.storage("plans"));
    let each = EachState::open(&store).await;
    let address = states::digest();
    let wrong = Attempt::new(CountedEvent::WrongCode, address, 9, LIFETIME, NOW);
    for code in [each.pending.user_code, states::digest()] {
        let within = Limited::each([wrong]);
        let enter =
            Change::EnterCode { user_code: Some(code), address: Some(address), most: 5, at: NOW, within };
        store.commit(&enter).await.unwrap();
    }
    store.attempts(&wrong).await.unwrap();
    store.write_paces(vec![(each.pending.id().clone(), pace(5, Some(after(3))))]).await.unwrap();
    store.pending_pace(&each.pending.device_code).await.unwrap();
    let (browser, asked) = (states::digest(), states::asked());
    store.commit(&begin(&asked, Some((&each.pending, browser)))).await.unwrap();
    store.presentation_by_handle(&asked.handle).await.unwrap();
    store.presentation_by_state(&asked.state).await.unwrap();
    let again = states::asked();
    let begun =
        Change::BeginForClient { presentation: states::begun(&again), claim: None, most_open: 9, at: NOW };
    store.commit(&begun).await.unwrap();
    store.open_presentations("shop", NOW).await.unwrap();
    let code = states::digest();
    let collected = settled(&store, browser, Some(code)).await;
    let collect = Change::CollectResult {
        id: collected.id.clone(),
        response_code: code,
        at: NOW,
        retention: Retention::default(),
    };
    store.commit(&collect).await.unwrap();
    let answered = served(&store, browser).await;
    store.commit(&Change::CountTry(states::tried(&answered, browser, 1))).await.unwrap();
    store.commit(&Change::AwaitReturn(states::awaiting(&answered, browser, code))).await.unwrap();
    let (family, _, first) = tokens::issued(&store).await;
    let (refresh, access, _) = tokens::refresh(&family, first.current);
    store.commit(&refresh).await.unwrap();
    store.access_token(&access).await.unwrap();
    store.commit(&Change::RevokeOrigin(family.terms().origin.clone())).await.unwrap();
    let spend = Change::SpendProof { id: states::digest(), until: after(9), by: states::digest() };
    store.commit(&spend).await.unwrap();
    authorizations::an_authorization_is_found_in_each_state(AnyStore::clone(&store)).await;
    authorizations::a_pushed_request_is_spent_once(AnyStore::clone(&store)).await;
    store.close().await;
    cluster.wait_until("the log", || {
        cluster.log().contains("client_assertions") || cluster.log().contains("pushed_requests")
    });
    let log = cluster.log();
    assert!(log.matches("Index Scan using").count() > 20, "the plans were logged");
    let scans: Vec<&str> =
        log.lines().filter(|line| line.contains("Seq Scan on") && !is_our_own(line)).collect();
    assert!(scans.is_empty(), "{scans:#?}");
}

/// Catalogs, and tables of one row.
fn is_our_own(line: &str) -> bool {
    ["pg_", "service", "schema"].iter().any(|table| line.contains(&format!("Seq Scan on {table}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_often_is_changed_in_place() {
    let Some(cluster) = postgres::shared("changes in place") else { return };
    let schema = postgres::schema();
    let store = opened_at(&cluster.storage(&schema));
    let grants: Vec<Grant> = {
        let mut grants = Vec::new();
        for _ in 0..20 {
            grants.push(opened(&store).await);
        }
        grants
    };
    for second in 1..=10 {
        let paces = grants.iter().map(|grant| (grant.id().clone(), pace(5, Some(after(second)))));
        store.write_paces(paces.collect()).await.unwrap();
        let counted =
            Attempt::new(CountedEvent::RefusedCode, Digest::of(b"one"), 9, LIFETIME, after(second * 40));
        store.commit(&Change::Count(counted)).await.unwrap();
    }
    store.close().await;
    for (table, least) in [("grants", 200), ("attempts", 9)] {
        let updates = || -> (u32, u32) {
            let counted = cluster.sql(&format!(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
                 WHERE schemaname = '{schema}' AND relname = '{table}'"
            ));
            let (all, hot) = counted.split_once('|').unwrap();
            (all.parse().unwrap(), hot.parse().unwrap())
        };
        cluster.wait_until("the statistics", || updates().0 >= least);
        let (all, hot) = updates();
        // The first round finds pages that are full but for the room that is left for it.
        assert!(hot * 10 >= all * 9, "{table}: {hot} of {all} in place");
    }
}

/// A look for those that are dead reads all counters, and a sweep is many calls at one moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_counters_go_many_at_once_and_are_looked_for_once_at_each_moment() {
    let Some(cluster) = postgres::shared("dead counters") else { return };
    let store = opened_at(&cluster.storage(&postgres::schema()));
    let count = async || {
        let one = Attempt::new(CountedEvent::Authorization, states::digest(), 9, LIFETIME, NOW);
        store.commit(&Change::Count(one)).await.unwrap();
    };
    for _ in 0..5 {
        count().await;
    }
    let swept = async |at| store.sweep(after(at), 1).await.unwrap().attempts;
    assert_eq!(swept(1_000_000).await, 5);
    count().await;
    assert_eq!((swept(1_000_000).await, swept(1_000_001).await), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn req_21_2_what_need_not_be_durable_waits_for_no_standby() {
    if !postgres::is_installed("two kinds of durability") {
        return;
    }
    let cluster = Cluster::start(&[]);
    let store = opened_at(&cluster.storage("durability"));
    let grant = opened(&store).await;
    cluster.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (nobody)'");
    cluster.sql("SELECT pg_reload_conf()");
    cluster.wait_until("the setting", || !cluster.sql("SHOW synchronous_standby_names").is_empty());
    let (waits, long) = (Grant::new().open(), Duration::from_secs(2));
    // Servers hear of the setting with their next statement at the latest.
    assert!(tokio::time::timeout(long, store.commit(&waits)).await.is_err(), "nobody has it");
    let paces = vec![(grant.id().clone(), pace(5, Some(after(3))))];
    tokio::time::timeout(long, store.write_paces(paces)).await.unwrap().unwrap();
    assert_eq!(store.pending_pace(&grant.device_code).await.unwrap(), Some(pace(5, Some(after(3)))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_that_come_together_make_one_schema() {
    let Some(cluster) = postgres::shared("migrations at once") else { return };
    for _ in 0..3 {
        let storage = cluster.storage(&postgres::schema());
        let migrated = |_| {
            let storage = storage.clone();
            tokio::task::spawn_blocking(move || migrate(&storage).unwrap())
        };
        let mut all = Vec::new();
        for one in (0..8).map(migrated).collect::<Vec<_>>() {
            all.push(one.await.unwrap());
        }
        let made = all.iter().filter(|it| it.from == 0).count();
        assert!(made == 1 && all.iter().all(|it| it.to == all[0].to), "{all:?}");
        PostgresStore::open(&storage).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "how long it waits is measured")]
async fn a_migration_waits_for_one_that_is_under_way() {
    let Some(cluster) = postgres::shared("a migration under way") else { return };
    let (schema, began) = (postgres::schema(), Instant::now());
    let storage = cluster.storage(&schema);
    migrate(&storage).unwrap();
    let held = format!("BEGIN; UPDATE {schema}.schema SET version = version; SELECT pg_sleep(3); COMMIT");
    std::thread::scope(|scope| {
        let holder = scope.spawn(|| cluster.sql(&held));
        cluster.wait_until("the row", || {
            let sleeping =
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE";
            cluster.sql(&format!("{sleeping} '%{schema}.schema%'")) != "0"
        });
        migrate(&storage).unwrap();
        assert!(began.elapsed() > Duration::from_secs(3), "it did not wait");
        holder.join().unwrap();
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deployments_share_a_database_each_in_its_schema() {
    let Some(cluster) = postgres::shared("two schemas") else { return };
    let (one, other) = (cluster.storage(&postgres::schema()), cluster.storage(&postgres::schema()));
    let (ours, theirs) = (Digest::of(b"ours"), Digest::of(b"theirs"));
    migrate(&one).unwrap();
    migrate(&other).unwrap();
    let (first, second) =
        (PostgresStore::open_for(&one, &ours).unwrap(), PostgresStore::open_for(&other, &theirs).unwrap());
    let grant = Grant::new();
    first.commit(&grant.open()).await.unwrap();
    assert!(second.grant(grant.id()).await.unwrap().is_none());
    // A second process over the first schema: with its keys, and no others.
    let again = PostgresStore::open_for(&one, &ours).unwrap();
    again
        .commit(&Change::DenyGrant(grant.pending().deny(DenialReason::NotStartedByPerson, NOW).unwrap()))
        .await
        .unwrap();
    assert!(matches!(PostgresStore::open_for(&one, &theirs).map(drop), Err(OpenFault::OtherKeys)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_believed_by_its_certificate_only() {
    let Some(cluster) = postgres::shared("a certificate") else { return };
    let mut storage = cluster.storage(&postgres::schema());
    opened_at(&storage);
    storage.tls = PostgresTls::VerifyFull { authorities: None };
    let refused = PostgresStore::open(&storage).map(drop);
    assert!(matches!(refused, Err(OpenFault::Postgres(_))), "{refused:?}");
}
