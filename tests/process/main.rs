//! The program as the operating system sees it: killed at any moment, asked to stop, started again.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const DEVICES: usize = 16;
/// Acknowledged grants before the process is killed.
const ENOUGH: usize = 200;

struct Service {
    process: Child,
    base: Url,
}

impl Service {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_vpgate"))
            .args(["sandbox", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let base = lines.find_map(|line| line.trim().strip_prefix("listening on ")?.parse().ok()).unwrap();
        // Keep reading, so that the process never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, base }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[expect(clippy::disallowed_methods, reason = "the test is a client of the service, not a part of it")]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn ask(client: &Client, base: &Url) -> reqwest::Result<Response> {
    client.post(base.join("/device_authorization").unwrap()).form(&[("client_id", "tv")]).send().await
}

async fn poll(client: &Client, base: &Url, code: &str) -> Value {
    let form = [("client_id", "tv"), ("grant_type", DEVICE_GRANT), ("device_code", code)];
    let answer = client.post(base.join("/token").unwrap()).form(&form).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path());
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let enough = Arc::new(Notify::new());
    let mut devices = JoinSet::new();
    for _ in 0..DEVICES {
        let (acknowledged, enough, base) =
            (Arc::clone(&acknowledged), Arc::clone(&enough), service.base.clone());
        devices.spawn(async move {
            let (client, mut codes) = (client(), Vec::new());
            while let Ok(answer) = ask(&client, &base).await {
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

    let service = Service::start(folder.path());
    let client = client();
    for code in &codes {
        let body = poll(&client, &service.base, code).await;
        assert_eq!(body["error"], "authorization_pending", "an acknowledged grant was lost");
    }
}

#[tokio::test]
async fn being_asked_to_stop_finishes_what_is_under_way_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path());
    let stopping = Arc::new(AtomicBool::new(false));
    let busy = Arc::new(Notify::new());
    let mut devices = JoinSet::new();
    for _ in 0..DEVICES {
        let (base, stopping, busy) = (service.base.clone(), Arc::clone(&stopping), Arc::clone(&busy));
        devices.spawn(async move {
            let client = client();
            let mut codes = Vec::new();
            loop {
                match ask(&client, &base).await {
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
    service.signal("-TERM");
    let codes: Vec<String> = devices.join_all().await.into_iter().flatten().collect();
    assert!(service.process.wait().unwrap().success(), "the exit code is 0");

    let service = Service::start(folder.path());
    let client = client();
    for code in &codes {
        assert_eq!(poll(&client, &service.base, code).await["error"], "authorization_pending");
    }
}
