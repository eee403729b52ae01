//! Other people's OAuth clients against the running service: `openid-client` (npm) and Authlib (PyPI), over
//! real HTTP on a free port. Each flow is one script for each of them; `person.rs` is the person with the
//! wallet. And a wallet of other people: `@openid4vc/openid4vp` with `@sd-jwt/sd-jwt-vc` (npm).
//!
//! Needs node 20 or newer, npm and python3 with venv (`apt-get install nodejs npm python3-venv`). Where
//! one is missing the test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure. What is
//! installed is pinned, and kept in the checkout.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod service;
mod wallets;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use service::Service;
use vpgate_test_support::equipment;
use wallets::Asking;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/clients");

/// A flow with all its pauses takes half a minute.
const LONGEST: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn the_device_grant_of_openid_client() {
    run("openid-client", node(), "node/device.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_device_grant_of_authlib() {
    run("Authlib", python(), "python/device.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_flow_of_openid_client() {
    run("openid-client", node(), "node/code.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_flow_of_authlib() {
    run("Authlib", python(), "python/code_flow.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_of_openid4vc() {
    let client = "@openid4vc/openid4vp";
    let Some(node) = found(client, node()) else { return };
    let asking = Asking::start().await;
    let arguments = [asking.service.address.clone(), asking.issuer_key.display().to_string()];
    tell(client, &node, "node/wallet.mjs", &arguments).await;
}

/// Runs one script, with the address of a service whose codes live long and one whose codes do not.
async fn run(client: &str, interpreter: Result<PathBuf, String>, script: &str) {
    let Some(interpreter) = found(client, interpreter) else { return };
    let (patient, brief) = (Service::start("600s"), Service::start("4s"));
    tell(client, &interpreter, script, &[patient.address.clone(), brief.address.clone()]).await;
}

/// Node.js, with what the scripts import beside them.
fn node() -> Result<PathBuf, String> {
    equipment::node(&Path::new(HERE).join("node"))
}

/// Python, with Authlib.
fn python() -> Result<PathBuf, String> {
    equipment::python("clients", &Path::new(HERE).join("python/requirements.txt"))
}

/// `None` when the test is skipped, which is said.
fn found(client: &str, interpreter: Result<PathBuf, String>) -> Option<PathBuf> {
    equipment::found(&format!("clients, {client}"), interpreter)
}

async fn tell(client: &str, interpreter: &Path, script: &str, arguments: &[String]) {
    let mut telling = Command::new(interpreter)
        .arg(Path::new(HERE).join(script))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("AUTHLIB_INSECURE_TRANSPORT", "1")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..LONGEST.as_secs() * 10 {
        if let Some(told) = telling.try_wait().unwrap() {
            assert!(told.success(), "{client} tells what it missed above");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    telling.kill().unwrap();
    telling.wait().unwrap();
    panic!("{client} was not done after {LONGEST:?}");
}
