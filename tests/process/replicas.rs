//! Services that share one PostgreSQL, each a process of its own: whichever is asked, people and devices are answered
//! the same, and what protects them is counted once.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;
use tempfile::TempDir;

use vpgate::config::secrets::hash_text;
use vpgate_core::base::secret::Secret;

use crate::devices::{self, poll};
use vpgate_test_support::postgres::{self, Cluster, PASSWORD, PASSWORD_VARIABLE, Pooler, USER};
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

/// A client with a secret.
const STORE: (&str, &str) = ("store", "plain-secret");
/// What another replica wrote is looked for every 300 ms; on a busy machine that is later.
const LATE: Duration = Duration::from_secs(3);

/// What replicas have in common: the folder with their keys, and where they store.
struct Deployment {
    folder: TempDir,
    storage: String,
}

impl Deployment {
    fn new(storage: String) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), storage }
    }

    /// Migrated, with two services behind one proxy.
    fn two_replicas(storage: String) -> (Self, [Service; 2]) {
        let deployment = Self::new(storage);
        let migrated = deployment.vpgate(&["migrate"]);
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
        let replicas = [(); 2].map(|()| deployment.start());
        (deployment, replicas)
    }

    fn configuration(&self) -> String {
        let keys = format!("directory = \"{}\"", self.folder.path().join("keys").display());
        PLAIN
            .replace("public_url = \"http://{ADDRESS}\"", "public_url = \"http://127.0.0.1:8080\"")
            .replace("[storage]\nurl = \"sqlite:vpgate.db\"\n", &self.storage)
            .replace("directory = \"keys\"", &keys)
            + "\n[http]\ntrusted_proxies = [\"127.0.0.0/8\"]\n"
    }

    fn replica(&self) -> Start {
        Start::serve(&self.configuration()).with(PASSWORD_VARIABLE, PASSWORD)
    }

    fn start(&self) -> Service {
        self.replica().start()
    }

    /// Runs a command with the configuration of the replicas.
    fn vpgate(&self, arguments: &[&str]) -> Output {
        self.run(&vpgate_test_support::program(), arguments)
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        let file = self.folder.path().join("vpgate.toml");
        std::fs::write(&file, self.configuration().replace("{ADDRESS}", "127.0.0.1:0")).unwrap();
        let command = Command::new(program)
            .args(arguments)
            .args(["--config", file.to_str().unwrap()])
            .env(PASSWORD_VARIABLE, PASSWORD)
            .output();
        command.unwrap()
    }
}

async fn ask(client: &Client, service: &Service) -> Value {
    let answer = devices::ask(client, service).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{}", service.log());
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

async fn look(client: &Client, service: &Service, code: &str, from: &str) -> Response {
    let page = service.at(&format!("/device?user_code={code}"));
    client.get(page).header("x-forwarded-for", from).send().await.unwrap()
}

/// A person opens the page at one replica, and presses "I did not start this", which the balancer sends to another.
async fn deny(client: &Client, [one, other]: [&Service; 2], user_code: &str, from: &str) {
    let page = look(client, one, user_code, from).await;
    assert_eq!(page.status(), StatusCode::OK);
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let body = page.text().await.unwrap();
    let hidden = |name: &str| {
        let rest = body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let form =
        [("user_code", hidden("user_code")), ("csrf", hidden("csrf")), ("action", "disown".to_owned())];
    let pressed = client.post(other.at("/device")).form(&form);
    let pressed = pressed.header("cookie", cookie).header("x-forwarded-for", from).send().await.unwrap();
    assert!(pressed.status().is_success() || pressed.status().is_redirection(), "{}", pressed.status());
}

/// The story of two devices, of which one is denied, and of a guesser, told to two replicas in turn.
async fn whichever_is_asked([one, two]: [&Service; 2]) {
    static GUESSERS: AtomicU32 = AtomicU32::new(1);
    let guesser = format!("198.51.100.{}", GUESSERS.fetch_add(1, Ordering::Relaxed));
    let client = client();
    let (first, second) = (ask(&client, one).await, ask(&client, two).await);
    let code = |device: &Value, which: &str| device[which].as_str().unwrap().to_owned();
    assert_eq!(poll(&client, two, &code(&first, "device_code")).await["error"], "authorization_pending");
    assert_eq!(poll(&client, one, &code(&second, "device_code")).await["error"], "authorization_pending");
    deny(&client, [one, two], &code(&first, "user_code"), "203.0.113.1").await;
    for replica in [two, one] {
        assert_eq!(poll(&client, replica, &code(&first, "device_code")).await["error"], "access_denied");
    }
    let mut told = Vec::new();
    for (number, replica) in [one, two, one, two, one, two, one].into_iter().enumerate() {
        let guess = format!("BBBB-BBB{}", char::from(b"BCDFGHJ"[number]));
        told.push(look(&client, replica, &guess, &guesser).await.status().as_u16());
    }
    assert_eq!(told, [400, 400, 400, 400, 400, 429, 429], "five wrong codes from one address, and no more");
    let mut keys = Vec::new();
    for replica in [one, two] {
        let answer = client.get(replica.at("/jwks.json")).send().await.unwrap();
        keys.push(answer.bytes().await.unwrap());
    }
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn whichever_replica_is_asked_answers_the_same_and_one_that_is_killed_is_not_missed() {
    let Some(cluster) = postgres::shared("two replicas") else { return };
    let (deployment, [one, two]) = Deployment::two_replicas(cluster.storage_table(&postgres::schema()));
    whichever_is_asked([&one, &two]).await;
    let client = client();
    let device = ask(&client, &one).await;
    one.signal("KILL");
    let code = device["device_code"].as_str().unwrap();
    assert_eq!(poll(&client, &two, code).await["error"], "authorization_pending");
    let three = deployment.start();
    let answer = poll(&client, &three, code).await;
    // The pace of a device is written a moment after its poll.
    assert!(["authorization_pending", "slow_down"].contains(&answer["error"].as_str().unwrap()), "{answer}");
}

#[tokio::test]
async fn behind_a_pooler_in_transaction_mode_nothing_is_different() {
    let what = "PgBouncer in transaction mode";
    let Some(cluster) = postgres::shared(what) else { return };
    let Some(pooler) = Pooler::before(cluster, what) else { return };
    for statements in ["unnamed", "prepared"] {
        let storage = format!("{}statements = \"{statements}\"\n", pooler.storage_table(&postgres::schema()));
        let (_deployment, [one, two]) = Deployment::two_replicas(storage);
        whichever_is_asked([&one, &two]).await;
        let many = (0..8).map(|_| async {
            let client = client();
            for _ in 0..5 {
                let device = ask(&client, &one).await;
                let answer = poll(&client, &two, device["device_code"].as_str().unwrap()).await;
                assert_eq!(answer["error"], "authorization_pending");
            }
        });
        join_all(many).await;
        let log = one.log() + &two.log();
        assert!(!log.contains("ERROR"), "{log}\n{}", pooler.log());
    }
}

/// Another client, which asks by itself.
fn with_store(storage: &str) -> String {
    let hash = hash_text(Secret::received(STORE.1).digest());
    format!(
        "{storage}\n[[clients]]\nclient_id = \"{}\"\nauthentication = \"client_secret_basic\"\n\
         secret_hash = \"{hash}\"\nscopes = [\"name\"]\nredirect_uris = [\"https://store.example.com/\"]\n\n",
        STORE.0
    )
}

/// A presentation that the store begins at a replica.
async fn begun(client: &Client, service: &Service) -> Value {
    let body = serde_json::json!({ "scope": "name", "redirect_uri": "https://store.example.com/" });
    let request = client.post(service.at("/v1/presentations")).basic_auth(STORE.0, Some(STORE.1));
    let request = request.header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED, "{}", service.log());
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// Server-sent events, as they come.
struct EventsHeard {
    stream: Response,
    text: String,
}

impl EventsHeard {
    async fn of(client: &Client, service: &Service, presentation: &Value) -> Self {
        let path = format!("/v1/presentations/{}/events", presentation["id"].as_str().unwrap());
        let stream = client.get(service.at(&path)).basic_auth(STORE.0, Some(STORE.1)).send().await.unwrap();
        assert_eq!(stream.status(), StatusCode::OK);
        Self { stream, text: String::new() }
    }

    /// How long it took until this was heard.
    async fn until(&mut self, said: &str) -> Duration {
        let began = Instant::now();
        while !self.text.contains(said) {
            let chunk = tokio::time::timeout(LATE, self.stream.chunk()).await.expect(said).unwrap();
            let chunk = chunk.unwrap_or_else(|| panic!("the stream ended without {said}: {}", self.text));
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        began.elapsed()
    }
}

#[tokio::test]
async fn req_21_31_who_waits_at_one_replica_hears_soon_what_is_decided_at_another() {
    let Some(cluster) = postgres::shared("waiting at one of two replicas") else { return };
    let schema = postgres::schema();
    let storage = with_store(&cluster.storage_table(&schema));
    let (_deployment, [one, two]) = Deployment::two_replicas(storage);
    let client = client();
    let presentation = begun(&client, &one).await;
    let mut heard = EventsHeard::of(&client, &one, &presentation).await;
    heard.until("\"step\":\"begun\"").await;
    // The balancer sends the person to the other one.
    let start: Url = presentation["start_url"].as_str().unwrap().parse().unwrap();
    let wallet = client.get(two.at(start.path())).send().await.unwrap();
    let cookie = wallet.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let opened = heard.until("\"step\":\"opened\"").await;
    let asked: Url = wallet.headers()["location"].to_str().unwrap().parse().unwrap();
    let state = asked.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let answer = client.post(two.at("/callback")).header("cookie", cookie);
    let answer = answer.form(&[("state", state.as_str()), ("error", "access_denied")]).send().await.unwrap();
    assert!(answer.status().is_redirection(), "{}", answer.status());
    let declined = heard.until("\"status\":\"declined\"").await;
    assert!(heard.stream.chunk().await.unwrap().is_none(), "it ends behind the last state");

    let device = ask(&client, &one).await;
    let code = device["device_code"].as_str().unwrap();
    let user_code = device["user_code"].as_str().unwrap();
    let waits = poll_and_wait(&client, &one, code);
    let denies = async {
        deny(&client, [&two, &two], user_code, "203.0.113.9").await;
        Instant::now()
    };
    let ((answer, came), denied) = tokio::join!(waits, denies);
    assert_eq!(answer["error"], "access_denied");
    let poll_late = came.saturating_duration_since(denied);
    println!("at the other replica: opened {opened:?}, declined {declined:?}, a poll {poll_late:?}");
    for late in [opened, declined, poll_late] {
        assert!(late < LATE, "{late:?}");
    }

    // Who asks at the other one meanwhile gets the token; what waits here is no copy of the code, and ends nothing.
    let device = ask(&client, &one).await;
    let code = device["device_code"].as_str().unwrap();
    let takes = async {
        // A code that comes after it was redeemed is a copy: the poll must have been answered "not yet" before, and wait.
        let polled =
            format!("SELECT count(*) FROM {schema}.grants WHERE state = 'pending' AND last_polled > 0");
        while cluster.sql(&polled) != "1" {
            tokio::task::yield_now().await;
        }
        cluster.sql(&format!(
            "UPDATE {schema}.grants SET state = 'approved', interval_ms = NULL, last_polled = NULL,
                claimed_by = NULL, precautions = NULL, admission = json_build_object('scopes', array['name'],
                'subject', repeat('s', 43), 'verified_at', extract(epoch from now())::int, 'expires_at', NULL)::text
             WHERE state = 'pending'"
        ));
        poll(&client, &two, code).await
    };
    let ((waited, _), token) = tokio::join!(poll_and_wait(&client, &one, code), takes);
    let got = |answer: &Value| answer["access_token"].is_string();
    assert!(got(&token) != got(&waited), "{token} {waited}");
    if got(&token) {
        assert_eq!(waited["error"], "invalid_grant");
        assert_eq!(cluster.sql(&format!("SELECT count(*) FROM {schema}.token_families")), "1");
    }
}

/// A poll that would rather wait; and when its answer came.
async fn poll_and_wait(client: &Client, service: &Service, code: &str) -> (Value, Instant) {
    let form = [("client_id", "tv"), ("grant_type", devices::DEVICE_GRANT), ("device_code", code)];
    let request = client.post(service.at("/token")).header("prefer", "wait=25").form(&form);
    let answer = request.send().await.unwrap();
    (serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap(), Instant::now())
}

async fn join_all(tasks: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut tasks: Vec<_> = tasks.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        tasks.retain_mut(|task| task.as_mut().poll(context).is_pending());
        if tasks.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// A service that starts behind the pooler as it is now; what it logged.
fn started_behind(pooler: &Pooler, schema: &str) -> String {
    let deployment = Deployment::new(pooler.storage_table(schema));
    assert!(deployment.vpgate(&["migrate"]).status.success());
    deployment.start().log()
}

#[tokio::test]
async fn a_pooler_that_drops_the_bounds_of_statements_is_told_unless_the_role_has_them() {
    let what = "bounds behind PgBouncer";
    let Some(cluster) = postgres::shared(what) else { return };
    let warning = "ALTER ROLE";
    {
        let Some(pooler) = Pooler::before(cluster, what) else { return };
        let log = started_behind(&pooler, &postgres::schema());
        assert!(log.contains(warning) && log.contains("statement_timeout"), "{log}");
    }
    // What services say at the start of a connection comes before that.
    for bound in
        ["statement_timeout = '5s'", "lock_timeout = '2s'", "idle_in_transaction_session_timeout = '5s'"]
    {
        cluster.sql(&format!("ALTER ROLE {USER} SET {bound}"));
    }
    let Some(pooler) = Pooler::before(cluster, what) else { return };
    let log = started_behind(&pooler, &postgres::schema());
    assert!(!log.contains(warning), "{log}");
}

/// The server's clock is set back by a function that comes before its own.
#[tokio::test]
async fn req_21_6_a_clock_that_is_not_that_of_the_database_is_told() {
    if !postgres::is_installed("clocks that are apart") {
        return;
    }
    let cluster = Cluster::start(&[]);
    let alarm = "the clock of this machine is not that of the database";
    for (behind, told) in [(0, false), (2, false), (4, true), (-60, true)] {
        let deployment = Deployment::new(cluster.storage_table(&postgres::schema()));
        assert!(deployment.vpgate(&["migrate"]).status.success());
        cluster.sql(&format!(
            "CREATE SCHEMA IF NOT EXISTS lying;
             GRANT USAGE ON SCHEMA lying TO {USER};
             CREATE OR REPLACE FUNCTION lying.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
             $$ SELECT pg_catalog.clock_timestamp() - interval '{behind} s' $$;
             ALTER ROLE {USER} SET search_path = lying, pg_catalog"
        ));
        let service = deployment.replica().with("VPGATE_LOG", "debug").start();
        service.wait_for_log("\"seconds_ahead\":");
        let log = service.log();
        assert_eq!(log.contains(alarm), told, "{behind}: {log}");
        // A second may have begun while the database was asked.
        let seconds = |ahead: i32| log.contains(&format!("\"seconds_ahead\":{ahead}}}"));
        assert!((behind - 1..=behind + 1).any(seconds), "{behind}: {log}");
    }
}

#[tokio::test]
async fn a_service_changes_no_tables_and_says_what_does() {
    let Some(cluster) = postgres::shared("migrating PostgreSQL") else { return };
    let schema = postgres::schema();
    let deployment = Deployment::new(cluster.storage_table(&schema));
    let refused = || {
        let (ended, log) = deployment.replica().by_shell("exec \"$VPGATE\" \"$@\"").spawn().err().unwrap();
        assert_eq!(ended.code(), Some(1));
        log
    };
    let log = refused();
    assert!(log.contains("vpgate migrate"), "{log}");
    let tables = format!("SELECT count(*) FROM information_schema.tables WHERE table_schema = '{schema}'");
    assert_eq!(cluster.sql(&tables), "0");

    let migrated = deployment.vpgate(&["migrate"]);
    assert!(migrated.status.success());
    let said = String::from_utf8(migrated.stdout).unwrap();
    assert!(said.starts_with("the database was at version 0"), "{said}");
    let service = deployment.start();

    // A program of the future expands: this one goes on, and another one of its version starts.
    let client = client();
    let device = ask(&client, &service).await;
    expand(cluster, &schema);
    let code = device["device_code"].as_str().unwrap();
    assert_eq!(poll(&client, &service, code).await["error"], "authorization_pending");
    let beside = deployment.start();
    whichever_is_asked([&service, &beside]).await;
    let again = deployment.vpgate(&["migrate"]);
    assert_eq!(
        String::from_utf8(again.stdout).unwrap(),
        "the database was at version 99, and is at 99 now\n"
    );

    // And contracts: those that run are replaced, and no other one starts.
    cluster.sql(&format!("UPDATE {schema}.schema SET least_reader = 99"));
    let log = refused();
    assert!(log.contains("version 99"), "{log}");
}

/// As a migration of a later version would.
fn expand(cluster: &Cluster, schema: &str) {
    for table in ["grants", "presentations", "token_families", "attempts"] {
        cluster.sql(&format!("ALTER TABLE {schema}.{table} ADD COLUMN unheard_of text"));
    }
    cluster.sql(&format!("CREATE TABLE {schema}.unheard_of (x bigint)"));
    cluster.sql(&format!("UPDATE {schema}.schema SET version = 99"));
}

/// The program of the commit before, as `.ci/run` builds it, in `VPGATE_BEFORE`.
#[tokio::test]
async fn the_program_before_and_this_one_work_on_one_database() {
    let what = "the program of the commit before";
    let Some(before) = std::env::var_os("VPGATE_BEFORE").map(std::path::PathBuf::from) else {
        // Past the capture of the test harness: a skipped test must not look like one that ran.
        std::io::stderr().write_all(format!("SKIP {what}: VPGATE_BEFORE names none\n").as_bytes()).unwrap();
        return;
    };
    let Some(cluster) = postgres::shared(what) else { return };
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("[storage]\nurl = \"sqlite:{}\"\n", folder.path().join("vpgate.db").display());
    for storage in [cluster.storage_table(&postgres::schema()), sqlite] {
        let deployment = Deployment::new(storage);
        assert!(deployment.run(&before, &["migrate"]).status.success());
        let old = || {
            deployment.replica().with("BEFORE", before.to_str().unwrap()).by_shell("exec \"$BEFORE\" \"$@\"")
        };
        let one = old().start();
        assert!(deployment.vpgate(&["migrate"]).status.success());
        let two = deployment.start();
        whichever_is_asked([&one, &two]).await;
        // An old one that is started again still fits.
        drop(one);
        let one = old().start();
        whichever_is_asked([&two, &one]).await;
    }
}
