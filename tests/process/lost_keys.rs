//! Keys that are gone, that are others, and that were never finished.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::devices::ask;
use vpgate_test_support::service_process::{PLAIN, Start, client};

fn keys(folder: &Path, what: &str) -> (bool, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_vpgate"))
        .args(["keys", what, "--config", "vpgate.toml"])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    (done.status.success(), said.into_owned())
}

fn start_and_stop(folder: &Path) {
    let mut service = Start::serve(PLAIN).in_folder(folder).start();
    service.signal("TERM");
    assert!(service.ended().success());
}

/// Why it does not start.
fn refused(folder: &Path) -> String {
    match Start::serve(PLAIN).in_folder(folder).spawn() {
        Ok(_) => panic!("it started"),
        Err((ended, log)) => {
            assert_eq!(ended.code(), Some(1));
            log
        }
    }
}

#[tokio::test]
async fn lost_keys_stop_the_start_and_are_not_replaced_until_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    start_and_stop(folder.path());
    let (there, aside) = (folder.path().join("keys"), folder.path().join("aside"));
    fs::rename(&there, &aside).unwrap();
    let why = refused(folder.path());
    assert!(why.contains("are gone") && why.contains("vpgate keys adopt"), "{why}");
    for what in ["list", "rotate"] {
        let (good, said) = keys(folder.path(), what);
        assert!(!good && said.contains("are gone"), "{said}");
    }
    assert!(!there.exists(), "nothing was made");

    // Part of them is not all of them.
    fs::create_dir(&there).unwrap();
    for entry in fs::read_dir(&aside).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_str().unwrap().starts_with("signing") {
            fs::copy(entry.path(), there.join(entry.file_name())).unwrap();
        }
    }
    assert!(refused(folder.path()).contains("are gone"));
    fs::remove_dir_all(&there).unwrap();

    // Another service's.
    let other = tempfile::tempdir().unwrap();
    start_and_stop(other.path());
    fs::rename(other.path().join("keys"), &there).unwrap();
    let why = refused(folder.path());
    assert!(why.contains("are not those"), "{why}");

    // The right ones are found again.
    fs::remove_dir_all(&there).unwrap();
    fs::rename(&aside, &there).unwrap();
    start_and_stop(folder.path());

    // Or somebody begins anew, on purpose.
    fs::remove_dir_all(&there).unwrap();
    let (good, said) = keys(folder.path(), "adopt");
    assert!(good, "{said}");
    let service = Start::serve(PLAIN).in_folder(folder.path()).start();
    assert!(ask(&client(), &service).await.unwrap().status().is_success());
}

#[tokio::test]
async fn a_new_start_with_neither_database_nor_keys_needs_no_word() {
    let folder = tempfile::tempdir().unwrap();
    start_and_stop(folder.path());
    fs::remove_file(folder.path().join("vpgate.db")).unwrap();
    fs::remove_dir_all(folder.path().join("keys")).unwrap();
    start_and_stop(folder.path());
    // Keys that outlive the database are kept.
    fs::remove_file(folder.path().join("vpgate.db")).unwrap();
    start_and_stop(folder.path());
}

#[tokio::test]
async fn half_written_drafts_of_a_killed_process_are_removed_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    start_and_stop(folder.path());
    let keys = folder.path().join("keys");
    let (old, young, other) =
        (keys.join("signing.RS256.0.4711.tmp"), keys.join("digest.4712.tmp"), keys.join("notes.txt"));
    for path in [&old, &young, &other] {
        fs::write(path, "half a key").unwrap();
    }
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    for path in [&old, &other] {
        fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    start_and_stop(folder.path());
    assert!(!old.exists());
    assert!(young.exists(), "somebody may be at work on it");
    assert!(other.exists(), "not ours");
}
