//! Killed between a change and the message that tells of it: each change is told of, and nothing else is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::devices::poll_at;
use crate::kills::{approved, random};
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};
use vpgate_test_support::webhook_receiver::{Message, WebhookReceiver, private_file, secret};

const KILLS: usize = 4;
/// Longer than a lease, which a killed process leaves behind.
const LONGEST: Duration = Duration::from_secs(120);

#[tokio::test]
async fn req_21_40_what_a_killed_process_acknowledged_is_told_and_nothing_else() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), WebhookReceiver::start());
    private_file(folder.path(), "secret", &secret(1));
    let config = format!(
        "{PLAIN}\n[[clients.webhooks]]\nname = \"devices\"\nurl = \"{}\"\nkinds = [\"grant.redeemed\"]\n\
         secret_file = \"secret\"\n",
        receiver.url
    );
    let mut acknowledged = 0;
    for _ in 0..KILLS {
        let mut service = Start::serve(&config).in_folder(folder.path()).start();
        acknowledged += redeem_until_killed(&mut service).await;
    }
    let service = Start::serve(&config).in_folder(folder.path()).start();
    let redeemed = redeemed(&service);
    assert!(redeemed.len() >= acknowledged && acknowledged > 0, "{} of {acknowledged}", redeemed.len());
    let deadline = Instant::now() + LONGEST;
    let mut told = BTreeSet::new();
    while told.len() < redeemed.len() {
        assert!(Instant::now() < deadline, "{} of {} were told", told.len(), redeemed.len());
        told.extend(receiver.take().iter().map(token));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(told, redeemed, "told without its change");
    println!("{KILLS} kills; {acknowledged} tokens acknowledged, {} told of", told.len());
}

/// How many devices were told that they have their token.
async fn redeem_until_killed(service: &mut Service) -> usize {
    let client = client();
    let codes = approved(&client, service).await;
    let (answered, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let goal = 1 + random() % codes.len();
    let mut devices = JoinSet::new();
    for code in codes {
        let (client, at) = (client.clone(), service.at("/token"));
        let (answered, enough) = (Arc::clone(&answered), Arc::clone(&enough));
        devices.spawn(async move {
            if poll_at(&client, at, &code).await.is_some_and(|body| body["access_token"].is_string())
                && answered.fetch_add(1, Ordering::SeqCst) + 1 == goal
            {
                enough.notify_one();
            }
        });
    }
    enough.notified().await;
    service.process.kill().unwrap();
    service.process.wait().unwrap();
    devices.join_all().await;
    answered.load(Ordering::SeqCst)
}

/// The tokens that grants were redeemed for, as the database has them.
fn redeemed(service: &Service) -> BTreeSet<String> {
    let database = rusqlite::Connection::open(service.folder.join("vpgate.db")).unwrap();
    let mut select = database.prepare("SELECT token FROM grants WHERE state = 'redeemed'").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn token(message: &Message) -> String {
    assert!(message.is_signed_by(&secret(1)));
    let body = message.json();
    assert_eq!(body["type"], "grant.redeemed");
    body["data"]["token"].as_str().unwrap().to_owned()
}
