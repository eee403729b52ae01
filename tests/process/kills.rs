//! Killed while it works: what was acknowledged is there afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::devices::{ask_at, poll};
use crate::service::{Start, client};

const DEVICES: usize = 16;
/// Acknowledged grants before the process is killed.
const ENOUGH: usize = 200;

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Start::sandbox().in_folder(folder.path()).start();
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let enough = Arc::new(Notify::new());
    let mut devices = JoinSet::new();
    for _ in 0..DEVICES {
        let (acknowledged, enough) = (Arc::clone(&acknowledged), Arc::clone(&enough));
        let address = service.at("/device_authorization");
        devices.spawn(async move {
            let (client, mut codes) = (client(), Vec::new());
            while let Ok(answer) = ask_at(&client, address.clone()).await {
                let Ok(body) = answer.bytes().await else { break };
                let Ok(body) = serde_json::from_slice::<Value>(&body) else { break };
                codes.push(body["device_code"].as_str().unwrap().to_owned());
                if acknowledged.fetch_add(1, Ordering::SeqCst) + 1 == ENOUGH {
                    enough.notify_one();
                }
            }
            codes
        });
    }
    enough.notified().await;
    service.process.kill().unwrap();
    service.process.wait().unwrap();
    let codes: Vec<String> = devices.join_all().await.into_iter().flatten().collect();
    assert!(codes.len() >= ENOUGH);

    let service = Start::sandbox().in_folder(folder.path()).start();
    let client = client();
    for code in &codes {
        let body = poll(&client, &service, code).await;
        assert_eq!(body["error"], "authorization_pending", "an acknowledged grant was lost");
    }
}
