//! Webhooks taken by other people's libraries for Standard Webhooks, for JavaScript, Python and Rust: each verifies what
//! is sent, and refuses the same with another body, id or time.
//!
//! Needs node 20 or newer, npm and python3 with venv. Where one is missing the test says SKIP and why;
//! `VPGATE_REQUIRE_CLIENTS=1` makes that a failure. What is installed is pinned, and kept in the checkout.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use poem::http::Method;
use serde_json::{Value, json};
use vpgate_test_support::builders::webhooks::shop_told_at;
use vpgate_test_support::equipment;
use vpgate_test_support::harness::{BASIC, Harness, RETURN_TO, SHOP, basic};
use vpgate_test_support::webhook_receiver::{Message, WebhookReceiver, private_file, secret};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/webhooks");

/// A receiver that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn req_21_42_standardwebhooks_of_npm_takes_what_is_sent() {
    taken_by("standardwebhooks of npm", equipment::node(Path::new(HERE)), "receiver.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn req_21_42_standardwebhooks_of_pypi_takes_what_is_sent() {
    let python = equipment::python("webhooks", &Path::new(HERE).join("requirements.txt"));
    taken_by("standardwebhooks of PyPI", python, "receiver.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn req_21_42_standardwebhooks_of_crates_io_takes_what_is_sent() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), WebhookReceiver::start());
    let before = private_file(folder.path(), "before", &secret(2));
    let more = format!("receipt = true\nprevious_secret_file = \"{}\"", before.display());
    let text = shop_told_at(folder.path(), &[(receiver.url.as_str(), "orders", &more)]);
    let world = Harness::with_configuration(&text, Vec::new()).await;
    let begun = world.begin(&json!({ "scope": BASIC, "redirect_uri": RETURN_TO })).await;
    world.share(&begun, &[]).await;
    world.app().send_webhooks().await;
    let [message] = receiver.take().try_into().unwrap();
    for known in [1, 2] {
        assert!(message.is_taken_by_library(&secret(known)), "{message:?}");
    }
    assert!(!message.is_taken_by_library(&secret(3)));
    let changed: [fn(&mut Message); 3] = [
        |it| it.body = it.body.replace("verified", "rejected"),
        |it| it.id.push('x'),
        |it| it.timestamp += 1,
    ];
    for change in changed {
        let mut other = message.clone();
        change(&mut other);
        assert!(!other.is_taken_by_library(&secret(1)), "{other:?}");
    }
}

async fn taken_by(library: &str, interpreter: Result<PathBuf, String>, script: &str) {
    let Some(interpreter) = equipment::found(library, interpreter) else { return };
    let mut receiver = Command::new(interpreter)
        .arg(Path::new(HERE).join(script))
        .env("WEBHOOK_SECRET", secret(2))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(receiver.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let _running = Running(receiver);
    let folder = tempfile::tempdir().unwrap();
    let before = private_file(folder.path(), "before", &secret(2));
    // The receiver still has the secret before this one.
    let more = format!("previous_secret_file = \"{}\"", before.display());
    let text = shop_told_at(folder.path(), &[(url.trim(), "orders", &more)]);
    let world = Harness::with_configuration(&text, Vec::new()).await;
    let begun = world.begin(&json!({ "scope": BASIC, "redirect_uri": RETURN_TO })).await;
    world.share(&begun, &[]).await;
    world.app().send_webhooks().await;
    let asked = async |method, path: &str| -> Value {
        world.send(method, path, &[basic(SHOP)], String::new()).await.json()
    };
    let deliveries = asked(Method::GET, "/v1/webhooks/orders/deliveries").await;
    let [delivery] = deliveries["deliveries"].as_array().unwrap().as_slice() else { panic!("{deliveries}") };
    assert_eq!(
        (&delivery["state"], &delivery["last_status"]),
        (&json!("delivered"), &json!(204)),
        "{library}"
    );
    let test = asked(Method::POST, "/v1/webhooks/orders/test").await;
    assert_eq!((&test["delivered"], &test["status"]), (&json!(true), &json!(204)), "{library}");
}
