//! Other people's OAuth and OpenID Connect clients against the running service, over real HTTP on a free port,
//! each with its own defaults (`docs/clients.md` says what a client needs beyond them). `person.rs` is the person
//! with the wallet. And a wallet of other people: `@openid4vc/openid4vp` with `@sd-jwt/sd-jwt-vc` (npm).
//!
//! Needs node 20 or newer, npm and python3 with venv (`apt-get install nodejs npm python3-venv`). Where
//! one is missing the test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure. What is
//! installed is pinned, and kept in the checkout.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

pub mod receiver;
pub mod service;
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
async fn the_code_flow_of_openid_client_5() {
    run("openid-client 5", node(), "node/openid-client-5.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_of_oauth4webapi() {
    run("oauth4webapi", node(), "node/oauth4webapi.mjs").await;
}

/// Auth.js, express-openid-connect, passport-openidconnect.
#[tokio::test(flavor = "multi_thread")]
async fn applications_that_sign_people_in() {
    run("applications", node(), "node/applications.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_by_authlib() {
    run("Authlib", python(), "python/signing_in.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_flows_of_requests_oauthlib() {
    run("requests-oauthlib", python(), "python/by_requests_oauthlib.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_flow_of_httpx_oauth() {
    run("httpx-oauth", python(), "python/by_httpx_oauth.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_of_openid4vc() {
    let client = "@openid4vc/openid4vp";
    let Some(node) = found(client, node()) else { return };
    let asking = Asking::start().await;
    let wallet = script("node/wallet.mjs").display().to_string();
    let arguments = [wallet, asking.service.address.clone(), asking.issuer_key.display().to_string()];
    tell(client, &node, &arguments, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_flows_of_openidconnect() {
    run_program("openidconnect, oauth2", equipment::rust("clients", &Path::new(HERE).join("rust"))).await;
}

/// golang.org/x/oauth2, go-oidc and cli/oauth.
#[tokio::test(flavor = "multi_thread")]
async fn both_flows_of_go() {
    run_program("x/oauth2, go-oidc, cli/oauth", equipment::go("clients", &Path::new(HERE).join("go"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_device_grant_of_oidc_agent() {
    let wanted = [("oidc-agent", "oidc-agent-cli"), ("oidc-gen", "oidc-agent-cli")];
    let python = equipment::programs(&wanted).and_then(|()| python());
    run("oidc-agent", python, "python/by_oidc_agent.py").await;
}

/// mod_auth_openidc as a relying party and as a resource, mod_oauth2 as a resource.
#[tokio::test(flavor = "multi_thread")]
async fn sites_of_apache() {
    let modules = "/usr/lib/apache2/modules";
    let (relying, resource) = (format!("{modules}/mod_auth_openidc.so"), format!("{modules}/mod_oauth2.so"));
    let wanted = [
        ("/usr/sbin/apache2", "apache2-bin"),
        (&relying, "libapache2-mod-auth-openidc"),
        (&resource, "libapache2-mod-oauth2"),
    ];
    let python = equipment::programs(&wanted).and_then(|()| python());
    run("Apache", python, "python/by_apache.py").await;
}

/// oidc-client-ts in a page of another origin, in Chromium.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_oidc_client_ts() {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let node = equipment::programs(&[(&chromium, "chromium")]).and_then(|()| node());
    run("oidc-client-ts", node, "node/oidc-client-ts.mjs").await;
}

/// The OpenID Foundation's plans for certification, module by module.
#[tokio::test(flavor = "multi_thread")]
async fn the_plans_of_the_openid_foundation() {
    run("OpenID Foundation", node(), "node/oidf/plans.mjs").await;
}

/// Runs one script, with the address of a service whose codes live long and one whose codes do not.
async fn run(client: &str, interpreter: Result<PathBuf, String>, name: &str) {
    let Some(interpreter) = found(client, interpreter) else { return };
    with_services(client, &interpreter, Some(script(name))).await;
}

/// The same with a program.
async fn run_program(client: &str, program: Result<PathBuf, String>) {
    let Some(program) = found(client, program) else { return };
    with_services(client, &program, None).await;
}

async fn with_services(client: &str, program: &Path, script: Option<PathBuf>) {
    let (patient, brief) = (Service::start("600s"), Service::start("4s"));
    let script = script.map(|script| script.display().to_string());
    let arguments: Vec<_> =
        script.into_iter().chain([patient.address.clone(), brief.address.clone()]).collect();
    tell(client, program, &arguments, &[("VPGATE_SIGNERS", &service::signers())]).await;
}

fn script(name: &str) -> PathBuf {
    Path::new(HERE).join(name)
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

/// Waits until the program has told what it was told to, and was content.
async fn tell(client: &str, program: &Path, arguments: &[String], environment: &[(&str, &Path)]) {
    let mut telling = Command::new(program)
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("AUTHLIB_INSECURE_TRANSPORT", "1")
        .envs(environment.iter().copied())
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
