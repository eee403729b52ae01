//! What happens to the disk and to the database under a running service: it says so, it loses nothing that it
//! acknowledged, and it goes on when it can.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::devices::{ask, poll};
use crate::disk::Disk;
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

/// Longer than any probe takes, and than probes share an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// A probe answers within about two seconds, on a machine that does much else.
const SLOWEST_PROBE: Duration = Duration::from_secs(6);

async fn ready(client: &Client, service: &Service) -> bool {
    let asked = Instant::now();
    let answer = client.get(service.at("/readyz")).send().await.unwrap();
    assert!(asked.elapsed() < SLOWEST_PROBE, "a probe took {:?}", asked.elapsed());
    match answer.status() {
        StatusCode::OK => true,
        StatusCode::SERVICE_UNAVAILABLE => false,
        other => panic!("{other}"),
    }
}

/// Until the service says that, not for ever.
async fn becomes(client: &Client, service: &Service, wanted: bool) {
    let deadline = Instant::now() + PATIENCE;
    while ready(client, service).await != wanted {
        assert!(Instant::now() < deadline, "/readyz never changed:\n{}", service.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn opened(client: &Client, service: &Service) -> String {
    let answer = ask(client, service).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    body["device_code"].as_str().unwrap().to_owned()
}

async fn status_of_asking(client: &Client, service: &Service) -> StatusCode {
    ask(client, service).await.unwrap().status()
}

async fn is_pending(client: &Client, service: &Service, code: &str) -> bool {
    poll(client, service, code).await["error"] == "authorization_pending"
}

fn stop(mut service: Service) {
    service.signal("TERM");
    assert!(service.ended().success());
}

/// `vpgate ARGUMENTS` in the folder: whether it was good, and all that it said.
fn run(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_vpgate"))
        .args(arguments)
        .args(["--config", "vpgate.toml"])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    (done.status.success(), said.into_owned())
}

#[tokio::test]
async fn a_full_disk_is_told_loses_nothing_and_is_over_when_there_is_room() {
    let Some(disk) = Disk::small("a full disk") else { return };
    let service = Start::serve(PLAIN).in_folder(&disk.place).start();
    let client = client();
    let before = opened(&client, &service).await;
    becomes(&client, &service, true).await;
    let filler = disk.fill();
    becomes(&client, &service, false).await;
    let mut acknowledged = vec![before];
    for _ in 0..20 {
        let answer = ask(&client, &service).await.unwrap();
        match answer.status() {
            // There may be room in the log for one more.
            StatusCode::OK => {
                let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
                acknowledged.push(body["device_code"].as_str().unwrap().to_owned());
            }
            other => assert_eq!(other, StatusCode::SERVICE_UNAVAILABLE),
        }
    }
    fs::remove_file(&filler).unwrap();
    becomes(&client, &service, true).await;
    acknowledged.push(opened(&client, &service).await);
    for code in &acknowledged {
        assert!(is_pending(&client, &service, code).await, "an acknowledged grant was lost");
    }
    stop(service);
}

#[tokio::test]
async fn a_read_only_file_system_is_not_called_ready() {
    let Some(disk) = Disk::small("a read-only disk") else { return };
    stop(Start::serve(PLAIN).in_folder(&disk.place).start());
    let config = fs::read_to_string(disk.place.join("vpgate.toml")).unwrap();
    disk.mount_again("ro");
    let done =
        Command::new(env!("CARGO_BIN_EXE_vpgate")).arg("serve").current_dir(&disk.place).output().unwrap();
    assert!(!done.status.success(), "it cannot start where it cannot write");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("database"), "{said}");
    disk.mount_again("rw");
    let service = Start::serve(&config).in_folder(&disk.place).start();
    becomes(&client(), &service, true).await;
}

#[tokio::test]
async fn a_removed_or_replaced_database_is_told_and_acknowledges_nothing() {
    for replace in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let service = Start::serve(PLAIN).in_folder(folder.path()).start();
        let client = client();
        opened(&client, &service).await;
        becomes(&client, &service, true).await;
        let database = folder.path().join("vpgate.db");
        if replace {
            let (good, said) = run(folder.path(), &["backup", "copy.db"]);
            assert!(good, "{said}");
            fs::rename(folder.path().join("copy.db"), &database).unwrap();
        } else {
            fs::remove_file(&database).unwrap();
        }
        becomes(&client, &service, false).await;
        assert_eq!(status_of_asking(&client, &service).await, StatusCode::SERVICE_UNAVAILABLE);
        service.wait_for_log("removed or replaced");
    }
}

#[tokio::test]
async fn a_locked_database_is_told_in_time_and_is_over_with_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let service = Start::serve(PLAIN).in_folder(folder.path()).start();
    let client = client();
    becomes(&client, &service, true).await;
    let locker = rusqlite::Connection::open(folder.path().join("vpgate.db")).unwrap();
    locker.execute_batch("BEGIN IMMEDIATE").unwrap();
    becomes(&client, &service, false).await;
    let alive = client.get(service.at("/healthz")).send().await.unwrap();
    assert_eq!(alive.status(), StatusCode::OK);
    locker.execute_batch("ROLLBACK").unwrap();
    becomes(&client, &service, true).await;
    opened(&client, &service).await;
}

#[tokio::test]
async fn a_clean_stop_leaves_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let service = Start::serve(PLAIN).in_folder(folder.path()).start();
    let client = client();
    let code = opened(&client, &service).await;
    stop(service);
    let database = |name: &str| name.starts_with("vpgate.db").then(|| name.to_owned());
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names.filter_map(|name| database(name.to_str().unwrap())).collect();
    assert_eq!(left, ["vpgate.db"]);
    // Whoever copies it, and the keys, has everything.
    let other = tempfile::tempdir().unwrap();
    fs::copy(folder.path().join("vpgate.db"), other.path().join("vpgate.db")).unwrap();
    fs::rename(folder.path().join("keys"), other.path().join("keys")).unwrap();
    let service = Start::serve(PLAIN).in_folder(other.path()).start();
    assert!(is_pending(&client, &service, &code).await);
}

#[tokio::test]
async fn a_backup_of_a_running_service_has_all_that_was_acknowledged_before() {
    let folder = tempfile::tempdir().unwrap();
    let service = Start::serve(PLAIN).in_folder(folder.path()).start();
    let client = client();
    let mut codes = Vec::new();
    for _ in 0..30 {
        codes.push(opened(&client, &service).await);
    }
    let (good, said) = run(folder.path(), &["backup", "copy.db"]);
    assert!(good && said.contains("copy.db"), "{said}");
    let (again, said) = run(folder.path(), &["backup", "copy.db"]);
    assert!(!again && said.contains("overwrites nothing"), "{said}");
    opened(&client, &service).await;
    let other = tempfile::tempdir().unwrap();
    fs::rename(folder.path().join("copy.db"), other.path().join("vpgate.db")).unwrap();
    stop(service);
    fs::rename(folder.path().join("keys"), other.path().join("keys")).unwrap();
    let service = Start::serve(PLAIN).in_folder(other.path()).start();
    for code in &codes {
        assert!(is_pending(&client, &service, code).await);
    }
}

#[tokio::test]
async fn a_database_whose_folder_is_missing_or_that_others_may_open_is_told_before_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let config = PLAIN.replace("{ADDRESS}", "127.0.0.1:1");
    fs::write(folder.path().join("vpgate.toml"), config.replace("sqlite:vpgate.db", "sqlite:data/vpgate.db"))
        .unwrap();
    let (good, said) = run(folder.path(), &["check-config"]);
    assert!(good && said.contains("data is not there"), "{said}");
    let (good, said) = run(folder.path(), &["serve"]);
    assert!(!good && said.contains("its folder must be there"), "{said}");

    fs::write(folder.path().join("vpgate.toml"), config).unwrap();
    let database = folder.path().join("vpgate.db");
    assert!(run(folder.path(), &["migrate"]).0);
    fs::set_permissions(&database, fs::Permissions::from_mode(0o666)).unwrap();
    let (_, said) = run(folder.path(), &["check-config"]);
    assert!(said.contains("chmod go="), "{said}");
    let (good, said) = run(folder.path(), &["serve"]);
    assert!(!good && said.contains("chmod go="), "{said}");
}

#[tokio::test]
async fn a_second_process_at_one_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let first = Start::serve(PLAIN).in_folder(folder.path()).start();
    let second = Start::serve(PLAIN).in_folder(folder.path()).start();
    second.wait_for_log("another process has the database open");
    assert!(!first.log().contains("another process has the database open"));
}
