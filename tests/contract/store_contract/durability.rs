//! What was acknowledged outlives the process, however it ends. These cases need a file.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tokio::task::JoinSet;
use vpgate::config::Storage;
use vpgate::flow::ports::{NotCommitted, Store as _, Unavailable};
use vpgate::store::OpenFault;
use vpgate::store::sqlite::{SqliteStore, migrate};
use vpgate_core::base::id::GrantId;
use vpgate_core::change::Change;
use vpgate_core::oauth::device_grant::DeviceGrant;

use crate::store_contract::backend;
use vpgate_test_support::builders::states::Grant;

/// Names the database for the process that will be killed; absent in an ordinary run.
const VICTIM: &str = "VPGATE_TEST_KILLED_DATABASE";

#[test]
fn every_acknowledged_change_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut acknowledged = HashMap::new();
    // The same file each time: a recovered database is killed again.
    for acknowledgements in [1, 50, 400, 1500] {
        kill_after(acknowledgements, &path, &mut acknowledged);
        let kept = state_of_all(&path, acknowledged.keys());
        for (id, step) in &acknowledged {
            let found = kept.get(id).map(String::as_str);
            // The next step may have been made durable before its acknowledgement was written.
            let good = match step.as_str() {
                "pending" => matches!(found, Some("pending" | "denied")),
                _ => found == Some(step),
            };
            assert!(good, "{id} was {step}, now {found:?}");
        }
    }
    assert!(acknowledged.len() > 900);
}

/// Runs the victim until it has acknowledged that much, kills it, and takes in what it still said.
fn kill_after(acknowledgements: usize, path: &Path, acknowledged: &mut HashMap<String, String>) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store_contract::durability::the_victim", "--nocapture"])
        .env(VICTIM, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut take = |line: std::io::Result<String>| {
        let line = line.unwrap();
        let mut words = line.split(' ');
        if let (Some("acknowledged"), Some(id), Some(step)) = (words.next(), words.next(), words.next()) {
            acknowledged.insert(id.to_owned(), step.to_owned());
            return 1;
        }
        0
    };
    let mut seen = 0;
    while seen < acknowledgements {
        seen += take(lines.next().expect("the victim goes on until it is killed"));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    for line in lines {
        take(line);
    }
}

/// Opens and denies grants, many at a time, and says so, for as long as it is let.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_victim() {
    let Some(path) = std::env::var_os(VICTIM) else { return };
    // A line of its own, after whatever the test runner has printed.
    println!();
    let store = backend::at(Path::new(&path));
    let mut tasks = JoinSet::new();
    for _ in 0..32 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            loop {
                let grant = Grant::new();
                store.commit(&grant.open()).await.unwrap();
                println!("acknowledged {} pending", grant.id());
                store.commit(&Change::DenyGrant(grant.denied())).await.unwrap();
                println!("acknowledged {} denied", grant.id());
            }
        });
    }
    tasks.join_all().await;
}

#[tokio::main(flavor = "current_thread")]
async fn state_of_all<'a>(path: &Path, ids: impl Iterator<Item = &'a String>) -> HashMap<String, String> {
    let store = backend::at(path);
    let mut states = HashMap::new();
    for id in ids {
        let state = match store.grant(&GrantId::parse(id).unwrap()).await.unwrap() {
            Some(DeviceGrant::Pending(_)) => "pending",
            Some(DeviceGrant::Denied(_)) => "denied",
            other => panic!("{other:?}"),
        };
        states.insert(id.clone(), state.to_owned());
    }
    states
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_finishes_what_was_accepted_and_takes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = backend::at(&path);
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let store = Arc::clone(&store);
        let grant = Grant::new();
        tasks.spawn(async move { (store.commit(&grant.open()).await, grant) });
    }
    tokio::task::yield_now().await;
    store.close().await;
    let outcomes = tasks.join_all().await;
    assert!(matches!(
        store.commit(&Grant::new().open()).await,
        Err(NotCommitted::NotSent(_) | NotCommitted::Unknown(_))
    ));
    assert!(matches!(store.ready().await, Err(Unavailable { part: "the database", .. })));
    store.close().await;
    drop(store);

    let store = backend::at(&path);
    for (outcome, grant) in outcomes {
        let kept = store.grant(grant.id()).await.unwrap().is_some();
        match outcome {
            Ok(()) => assert!(kept, "an acknowledged grant is gone"),
            Err(NotCommitted::NotSent(_) | NotCommitted::Unknown(_)) => {
                assert!(!kept, "a refused grant is there");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn dropping_finishes_what_was_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, grant) = (backend::at(&path), Grant::new());
    {
        // Accepted, then its caller goes away.
        let open = grant.open();
        let mut commit = store.commit(&open);
        let _ = poll_once(&mut commit);
    }
    drop(store);
    assert!(backend::at(&path).grant(grant.id()).await.unwrap().is_some());
}

/// One poll, and no more.
fn poll_once<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::Pin::new(future).poll(&mut context)
}

#[tokio::test]
async fn stores_in_memory_are_separate() {
    let [one, other] = [(); 2].map(|()| SqliteStore::open(&Storage::Memory).unwrap());
    let grant = Grant::new();
    one.commit(&grant.open()).await.unwrap();
    assert!(other.grant(grant.id()).await.unwrap().is_none());
}

#[tokio::test]
async fn two_stores_share_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (one, other) = (backend::at(&path), backend::at(&path));
    let grant = Grant::new();
    one.commit(&grant.open()).await.unwrap();
    assert!(other.grant(grant.id()).await.unwrap().is_some());
    other.commit(&Change::DenyGrant(grant.denied())).await.unwrap();
    assert!(matches!(one.grant(grant.id()).await.unwrap(), Some(DeviceGrant::Denied(_))));
}

#[test]
fn migrating_reports_versions_and_opening_needs_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::Sqlite(folder.path().join("store.db"));
    let first = migrate(&storage).unwrap();
    assert!(first.from == 0 && first.to > 0);
    let second = migrate(&storage).unwrap();
    assert_eq!((second.from, second.to), (first.to, first.to));
    drop(SqliteStore::open(&storage).unwrap());
    assert_eq!(migrate(&storage).unwrap(), second);
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "a text, longer than the header of a database, that somebody keeps here\n".repeat(9),
    )
    .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&text, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let open = |path: &Path| SqliteStore::open(&Storage::Sqlite(path.to_owned())).map(drop);
    assert!(matches!(open(&text), Err(OpenFault::Sqlite(_))));
    assert!(matches!(open(&folder.path().join("no such folder/store.db")), Err(OpenFault::File { .. })));
    assert!(matches!(
        open(folder.path()),
        Err(OpenFault::Sqlite(_) | OpenFault::File { .. } | OpenFault::Exposed(_))
    ));
}
