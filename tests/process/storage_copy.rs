//! `vpgate storage copy`: a deployment outgrows SQLite, and comes back, with everything that is alive.

use std::path::Path;
use std::process::{Command, Output};

use reqwest::StatusCode;
use serde_json::Value;

use crate::devices::{ask, poll};
use vpgate_test_support::postgres::{self, DATABASE, PASSWORD, PASSWORD_VARIABLE, USER};
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

const SQLITE: &str = "[storage]\nurl = \"sqlite:vpgate.db\"\n";

fn start(folder: &Path, storage: &str) -> Service {
    let config = PLAIN.replace(SQLITE, storage);
    Start::serve(&config).in_folder(folder).with(PASSWORD_VARIABLE, PASSWORD).start()
}

fn stop(mut service: Service) {
    service.signal("TERM");
    assert!(service.ended().success());
}

/// With the configuration that is in the folder.
fn copy(folder: &Path, from: &str, to: &str) -> Output {
    let arguments = ["storage", "copy", "--config", "vpgate.toml", "--from", from, "--to", to];
    let command = Command::new(vpgate_test_support::program())
        .args(arguments)
        .current_dir(folder)
        .env(PASSWORD_VARIABLE, PASSWORD)
        .output();
    command.unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// By the command, which leaves a note about it.
fn migrated(folder: &Path) {
    let command = Command::new(vpgate_test_support::program())
        .args(["migrate", "--config", "vpgate.toml"])
        .current_dir(folder)
        .env(PASSWORD_VARIABLE, PASSWORD)
        .output();
    let output = command.unwrap();
    assert!(output.status.success(), "{:?}", said(&output));
}

fn refused(output: &Output, why: &str) {
    let (out, err) = said(output);
    assert_eq!((output.status.code(), out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains(why), "{err}");
}

#[tokio::test]
async fn everything_that_is_alive_moves_to_postgresql_and_back() {
    let Some(cluster) = postgres::shared("storage copy") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (client, here) = (client(), folder.path());
    let schema = postgres::schema();
    let storage = cluster.storage_table(&schema);
    let url = format!("postgres://{USER}@127.0.0.1:{}/{DATABASE}", cluster.port());

    let service = start(here, SQLITE);
    let begun = ask(&client, &service).await.unwrap();
    assert_eq!(begun.status(), StatusCode::OK);
    let device: Value = serde_json::from_slice(&begun.bytes().await.unwrap()).unwrap();
    let code = device["device_code"].as_str().unwrap();
    assert_eq!(poll(&client, &service, code).await["error"], "authorization_pending");
    // The rest of [storage], as somebody would write it down before the move.
    let config = PLAIN.replace(SQLITE, &storage).replace("{ADDRESS}", "127.0.0.1:0");
    std::fs::write(here.join("vpgate.toml"), config).unwrap();
    // Whoever makes the tables before may copy into them: they hold nothing but the note that they were made.
    migrated(here);
    let notes = |what: &str| cluster.sql(&format!("SELECT count(*) FROM {schema}.audit WHERE {what}"));
    assert_eq!((notes("ordinal IS NULL"), notes("ordinal IS NOT NULL")), ("1".to_owned(), "0".to_owned()));
    refused(&copy(here, "sqlite:vpgate.db", &url), "stop it first");
    stop(service);
    refused(&copy(here, "sqlite:nothing.db", &url), "there is no database");
    refused(&copy(here, "sqlite:vpgate.db", "sqlite:vpgate.db"), "the same database");

    let moved = copy(here, "sqlite:vpgate.db", &url);
    let (out, err) = said(&moved);
    assert!(moved.status.success(), "{err}");
    assert_eq!(notes("text LIKE '%database.migrated%'"), "1");
    let count = |table: &str| {
        let line = out.lines().find(|line| line.split_whitespace().next() == Some(table));
        line.and_then(|line| line.split_whitespace().nth(1)).map(str::to_owned)
    };
    assert_eq!(
        (count("grants").as_deref(), count("token_families").as_deref()),
        (Some("1"), Some("0")),
        "{out}"
    );
    refused(&copy(here, "sqlite:vpgate.db", &url), "a copy overwrites nothing");

    let service = start(here, &storage);
    let answer = poll(&client, &service, code).await;
    assert!(["authorization_pending", "slow_down"].contains(&answer["error"].as_str().unwrap()), "{answer}");
    stop(service);

    let back = copy(here, &url, "sqlite:back.db");
    let (again, err) = said(&back);
    assert!(back.status.success(), "{err}");
    // The service was started and stopped in between, which its audit log says.
    let told_of = |line: &str| !["audit ", "rows in all"].iter().any(|start| line.starts_with(start));
    let rows = |told: &str| told.lines().filter(|line| told_of(line)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&again), rows(&out), "the same rows");
    let service = start(here, "[storage]\nurl = \"sqlite:back.db\"\n");
    let answer = poll(&client, &service, code).await;
    assert!(["authorization_pending", "slow_down"].contains(&answer["error"].as_str().unwrap()), "{answer}");
}

/// Keys belong to a database wherever it is.
#[tokio::test]
async fn a_copy_goes_with_the_keys_of_its_source() {
    let Some(cluster) = postgres::shared("storage copy and keys") else { return };
    let (folder, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let storage = cluster.storage_table(&postgres::schema());
    let url = format!("postgres://{USER}@127.0.0.1:{}/{DATABASE}", cluster.port());
    stop(start(folder.path(), SQLITE));
    let config = PLAIN.replace(SQLITE, &storage).replace("{ADDRESS}", "127.0.0.1:0");
    std::fs::write(folder.path().join("vpgate.toml"), config).unwrap();
    let moved = copy(folder.path(), "sqlite:vpgate.db", &url);
    assert!(moved.status.success(), "{:?}", said(&moved));
    let config = PLAIN.replace(SQLITE, &storage);
    let other = Start::serve(&config).in_folder(others.path()).with(PASSWORD_VARIABLE, PASSWORD);
    let (ended, log) = other.by_shell("exec \"$VPGATE\" \"$@\"").spawn().err().unwrap();
    assert!(ended.code() == Some(1) && log.contains("keys"), "{log}");
    stop(start(folder.path(), &storage));
}
