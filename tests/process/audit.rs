//! The audit log as an operator sees it: what services and commands did is in it, and `vpgate audit` tells whether it is
//! whole.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

fn vpgate(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(vpgate_test_support::program()).args(arguments).current_dir(folder).output().unwrap()
}

/// What it prints, when it ends well.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = vpgate(folder, arguments);
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {log}");
    assert!(!log.contains("not in the audit log"), "{log}");
    String::from_utf8(output.stdout).unwrap()
}

fn start(folder: &Path) -> Service {
    Start::serve(PLAIN).in_folder(folder).start()
}

fn stop(mut service: Service) {
    service.signal("TERM");
    assert!(service.ended().success());
}

/// A folder in which a service ran, was told of another configuration, and commands were given.
async fn administered() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let service = start(path);
    // The first lines have their places.
    service.wait_for_log("listening");
    let file = path.join("vpgate.toml");
    let changed = std::fs::read_to_string(&file).unwrap().replace("\"tv\"", "\"telly\"");
    std::fs::write(&file, changed).unwrap();
    service.signal("HUP");
    service.wait_for_log("holds from now on");
    // Beside the service that runs, which does not mind.
    said(path, &["keys", "rotate"]);
    let asked = client().post(service.at("/device_authorization")).form(&[("client_id", "telly")]);
    assert!(asked.send().await.unwrap().status().is_success());
    stop(service);
    said(path, &["keys", "rotate", "--receipts"]);
    said(path, &["keys", "adopt"]);
    assert!(said(path, &["migrate"]).contains("is at"), "at the newest version already");
    // Commands leave notes, to which a service gives their places.
    stop(start(path));
    folder
}

#[tokio::test]
async fn what_is_administered_is_in_the_log_and_whoever_changes_a_line_is_found() {
    let folder = administered().await;
    let path = folder.path();
    let exported = said(path, &["audit", "export"]);
    let lines: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).collect::<Vec<_>>();
    let [changed] = of("configuration.changed").try_into().unwrap();
    assert_eq!(changed["reason"], "added clients telly; removed clients tv");
    let rotated: Vec<&Value> = of("keys.rotated").iter().map(|line| &line["about"]).collect();
    assert_eq!(rotated, ["tokens", "receipts"]);
    assert_eq!(of("keys.adopted").len(), 1);
    assert_eq!((of("service.started").len(), of("service.stopped").len()), (2, 2));
    assert!(of("database.migrated").is_empty(), "nothing was changed by that");
    assert!(of("key.published").len() >= 2 && !of("checkpoint").is_empty());

    let whole = said(path, &["audit", "verify"]);
    assert!(whole.starts_with(&format!("the log is whole: {} lines, 1 to ", lines.len())), "{whole}");
    assert!(whole.contains("for all lines up to"), "{whole}");
    let newest = whole.lines().find_map(|line| line.strip_prefix("newest line")).unwrap().trim().to_owned();
    said(path, &["audit", "verify", "--seen", &newest]);

    let file = path.join("audit.jsonl");
    let verify = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let output = vpgate(path, &[&["audit", "verify", "audit.jsonl"], more].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(verify(&exported, &["--seen", &newest]).0, Some(0));
    for (changed, why) in [
        (exported.replace("clients telly", "clients selly"), "a line that was changed"),
        (exported.lines().skip(1).map(|line| format!("{line}\n")).collect(), "a beginning that is gone"),
        (exported.lines().rev().map(|line| format!("{line}\n")).collect(), "another order"),
    ] {
        let (code, told) = verify(&changed, &["--seen", &newest]);
        let gone = why == "a beginning that is gone";
        // Old lines end with their time; the rest is whole.
        assert_eq!(code, Some(if gone { 0 } else { 1 }), "{why}: {told}");
        assert!(gone || told.starts_with("the log is not whole: "), "{why}: {told}");
    }
    let cut: String = exported.lines().take(lines.len() - 1).map(|line| format!("{line}\n")).collect();
    let (code, told) = verify(&cut, &["--seen", &newest]);
    assert_eq!(code, Some(1), "an end that is gone: {told}");
    assert_eq!(verify(&cut, &[]).0, Some(0), "which nobody sees who has noted nothing");
    assert_eq!(vpgate(path, &["audit", "verify", "--seen", "7"]).status.code(), Some(2));
    assert_eq!(vpgate(path, &["audit", "verify", "nowhere.jsonl"]).status.code(), Some(2));
}

#[test]
fn a_new_database_says_in_its_log_what_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("vpgate.toml"), PLAIN.replace("{ADDRESS}", "127.0.0.1:1")).unwrap();
    // Before there is a database there is no log, and that is no fault.
    said(path, &["keys", "list"]);
    said(path, &["keys", "rotate"]);
    said(path, &["migrate"]);
    stop(start(path));
    let exported = said(path, &["audit", "export"]);
    let mut lines = exported.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let migrated = lines.find(|line| line["kind"] == "database.migrated").unwrap();
    assert!(migrated["about"].as_str().unwrap().starts_with("version 0 to "), "{migrated}");
}
