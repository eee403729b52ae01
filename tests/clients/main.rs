//! Other people's OAuth clients against the running service: `openid-client` (npm) and Authlib (PyPI), over
//! real HTTP on a free port. Each flow is one script for each of them; `person.rs` is the person with the
//! wallet.
//!
//! Needs node 20 or newer, npm and python3 with venv (`apt-get install nodejs npm python3-venv`). Where
//! one is missing the test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure. What is
//! installed is pinned, and kept in the checkout.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

#[expect(dead_code, reason = "the scenarios need more of it")]
#[path = "../scenarios/browser.rs"]
mod browser;
mod equipment;
mod person;
mod service;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use service::Service;

/// A flow with all its pauses takes half a minute.
const LONGEST: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn the_device_grant_of_openid_client() {
    run("openid-client", equipment::node(), "node/device.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_device_grant_of_authlib() {
    run("Authlib", equipment::python(), "python/device.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_flow_of_openid_client() {
    run("openid-client", equipment::node(), "node/code.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_flow_of_authlib() {
    run("Authlib", equipment::python(), "python/code_flow.py").await;
}

/// Runs one script, with the address of a service whose codes live long and one whose codes do not.
async fn run(client: &str, interpreter: Result<std::path::PathBuf, String>, script: &str) {
    let interpreter = match interpreter {
        Ok(interpreter) => interpreter,
        Err(missing) => {
            assert!(std::env::var_os("VPGATE_REQUIRE_CLIENTS").is_none_or(|it| it != "1"), "{missing}");
            // Past the capture of the test harness: a skipped test must not look like one that ran.
            let skipped = format!("SKIP clients, {client}: {missing}\n");
            std::io::stderr().write_all(skipped.as_bytes()).unwrap();
            return;
        }
    };
    let (patient, brief) = (Service::start("600s").await, Service::start("4s").await);
    let mut telling = Command::new(interpreter)
        .arg(Path::new(equipment::HERE).join(script))
        .args([&patient.address, &brief.address])
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
