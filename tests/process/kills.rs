//! Killed while it works: what was acknowledged is there afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Client, Url};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use vpgate_core::base::secret::Secret;

use crate::devices::{ask_at, poll};
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

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

/// How often the process is killed; more by `VPGATE_TEST_KILLS`.
const KILLS: u32 = 20;
/// Grants that are approved before each kill.
const APPROVED: usize = 40;
const WORKERS: usize = 8;

/// What its device was told of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Opened,
    /// It has its token.
    Token,
    /// The answer to a poll that may have brought it was cut off.
    Nothing,
}

#[tokio::test]
async fn of_many_kills_at_random_none_loses_what_was_acknowledged_or_redeems_twice() {
    let kills = std::env::var("VPGATE_TEST_KILLS").ok().map_or(KILLS, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let client = client();
    let (mut ledger, mut redeemed, mut cut) = (Vec::<(String, Told)>::new(), 0, 0);
    for _ in 0..kills {
        let mut service = Start::serve(PLAIN).in_folder(folder.path()).start();
        for (code, told) in ledger.drain(..) {
            check(&client, &service, &code, told).await;
        }
        let stock = approved(&client, &service).await;
        // A random moment by what was answered, not by the clock: a busy machine gets there too.
        let (enough, goal) = (Arc::new(Notify::new()), 1 + random() % APPROVED);
        let workers = at_work(&service, stock, goal, &enough);
        enough.notified().await;
        service.process.kill().unwrap();
        service.process.wait().unwrap();
        ledger = workers.join_all().await.into_iter().flatten().collect();
        redeemed += ledger.iter().filter(|(_, told)| *told == Told::Token).count();
        cut += ledger.iter().filter(|(_, told)| *told == Told::Nothing).count();
    }
    println!("{kills} kills; {redeemed} tokens taken, {cut} answers cut off");
    assert!(redeemed > 0, "nothing was redeemed under load");
}

async fn check(client: &Client, service: &Service, code: &str, told: Told) {
    let first = poll(client, service, code).await;
    match told {
        Told::Opened => {
            let known = ["authorization_pending", "slow_down"].iter().any(|it| first["error"] == *it);
            assert!(known, "an acknowledged grant was lost: {first}");
        }
        Told::Token => assert_eq!(first["error"], "invalid_grant", "redeemed twice"),
        // Either the kill took the answer, or it took the step: then the device takes its token now.
        Told::Nothing => assert!(first["error"] == "invalid_grant" || first["access_token"].is_string()),
    }
    if told != Told::Opened {
        assert_eq!(poll(client, service, code).await["error"], "invalid_grant", "redeemed twice");
    }
}

/// Grants that a person has approved, as far as the database knows.
pub async fn approved(client: &Client, service: &Service) -> Vec<String> {
    let mut codes = Vec::new();
    for _ in 0..APPROVED {
        let answer = ask_at(client, service.at("/device_authorization")).await.unwrap();
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        codes.push(body["device_code"].as_str().unwrap().to_owned());
    }
    let database = rusqlite::Connection::open(service.folder.join("vpgate.db")).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let admission = json!({
        "scopes": ["name"], "subject": "s".repeat(43), "verified_at": now, "expires_at": null
    });
    for code in &codes {
        let digest = Secret::received(code.as_str()).digest();
        let changed = database.execute(
            "UPDATE grants SET state = 'approved', admission = ?2, interval_ms = NULL, last_polled = NULL,
                               claimed_by = NULL, precautions = NULL
             WHERE device_code = ?1 AND state = 'pending'",
            rusqlite::params![digest.as_bytes(), admission.to_string()],
        );
        assert_eq!(changed.unwrap(), 1);
    }
    codes
}

/// Devices that take their tokens and others that begin, until nobody answers any more.
/// `enough` is told when `goal` of them have had an answer.
fn at_work(
    service: &Service,
    stock: Vec<String>,
    goal: usize,
    enough: &Arc<Notify>,
) -> JoinSet<Vec<(String, Told)>> {
    let (stock, answered) = (Arc::new(Mutex::new(stock)), Arc::new(AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (begin, token) = (service.at("/device_authorization"), service.at("/token"));
        let (stock, answered, enough) = (Arc::clone(&stock), Arc::clone(&answered), Arc::clone(enough));
        let count = move || {
            if answered.fetch_add(1, Ordering::SeqCst) + 1 == goal {
                enough.notify_one();
            }
        };
        workers.spawn(async move {
            let (client, mut ledger) = (client(), Vec::new());
            loop {
                let next = stock.lock().unwrap().pop();
                if let Some(code) = next {
                    let told = take(&client, token.clone(), &code).await;
                    ledger.push((code, told));
                    if told == Told::Nothing {
                        return ledger;
                    }
                    count();
                }
                let Ok(answer) = ask_at(&client, begin.clone()).await else { return ledger };
                let Ok(body) = answer.bytes().await else { return ledger };
                let body: Value = serde_json::from_slice(&body).unwrap();
                ledger.push((body["device_code"].as_str().unwrap().to_owned(), Told::Opened));
                count();
            }
        });
    }
    workers
}

async fn take(client: &Client, token: Url, code: &str) -> Told {
    let form = [
        ("client_id", "tv"),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", code),
    ];
    let Ok(answer) = client.post(token).form(&form).send().await else { return Told::Nothing };
    let Ok(body) = answer.bytes().await else { return Told::Nothing };
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert!(body["access_token"].is_string(), "an approved grant was not redeemed: {body}");
    Told::Token
}

/// Kills come at random moments; nothing depends on which.
pub fn random() -> usize {
    use std::hash::{BuildHasher as _, RandomState};
    usize::try_from(RandomState::new().hash_one(0) >> 48).unwrap()
}
