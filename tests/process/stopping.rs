//! Asked to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::StatusCode;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::devices::{ask_at, poll};
use vpgate_test_support::service_process::{Start, client};

const DEVICES: usize = 16;

#[tokio::test]
async fn being_asked_to_stop_finishes_what_is_under_way_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Start::sandbox().in_folder(folder.path()).start();
    let stopping = Arc::new(AtomicBool::new(false));
    let busy = Arc::new(Notify::new());
    let mut devices = JoinSet::new();
    for _ in 0..DEVICES {
        let (stopping, busy) = (Arc::clone(&stopping), Arc::clone(&busy));
        let address = service.at("/device_authorization");
        devices.spawn(async move {
            let client = client();
            let mut codes = Vec::new();
            loop {
                match ask_at(&client, address.clone()).await {
                    Ok(answer) => {
                        assert_eq!(answer.status(), StatusCode::OK);
                        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
                        codes.push(body["device_code"].as_str().unwrap().to_owned());
                        busy.notify_one();
                    }
                    Err(_) if stopping.load(Ordering::SeqCst) => return codes,
                    Err(broken) => panic!("broken before it was asked to stop: {broken}"),
                }
            }
        });
    }
    busy.notified().await;
    stopping.store(true, Ordering::SeqCst);
    service.signal("TERM");
    let codes: Vec<String> = devices.join_all().await.into_iter().flatten().collect();
    assert!(service.ended().success(), "the exit code is 0");

    let service = Start::sandbox().in_folder(folder.path()).start();
    let client = client();
    for code in &codes {
        assert_eq!(poll(&client, &service, code).await["error"], "authorization_pending");
    }
}
