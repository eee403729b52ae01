//! The service with its database in a file, and a sandbox that outlives it: a crash takes the service, not
//! the wallet.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint as _, Request};
use serde_json::Value;
use tempfile::TempDir;
use url::form_urlencoded;
use vpgate::app::{App, Outside};
use vpgate::config::Config;
use vpgate::fetch::issuer_keys::FetchedIssuerKeys;
use vpgate::fetch::logout_receivers::PostedLogouts;
use vpgate::fetch::wallets::FetchedWallets;
use vpgate::fetch::webhook_receivers::PostedWebhooks;
use vpgate::flow::ports::{Clock, Entropy, IssuerKeys, NoStatusList, NotPublished, StatusLists};
use vpgate::sandbox::{MOUNT, Sandbox, SandboxSettings};
use vpgate::system::clock::SystemClock;
use vpgate::system::entropy::SystemEntropy;
use vpgate::system::keys::{KeyPlans, Keyring};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::status_list::check::StatusReference;
use vpgate_core::status_list::token::{CacheBounds, Receipt, StatusList, StatusListToken};
use vpgate_core::trust::TrustedIssuer;

use crate::losing_store::{LosingStore, Troubles};
use crate::network::{network, silent_client};
use crate::stores::Place;

/// Seconds that a code lives, and between two polls.
pub const LIFETIME: u64 = 600;
pub const INTERVAL: u64 = 5;
pub const BASE: &str = "http://127.0.0.1:8080";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub struct ModelService {
    folder: TempDir,
    place: Place,
    sandbox: Arc<Sandbox>,
    clock: Arc<Hand>,
    /// Replicas over one database.
    apps: Vec<Arc<App>>,
    /// Which of them answers.
    serving: usize,
    /// What gets lost between them and their database.
    pub troubles: Arc<Troubles>,
}

/// What a token request was answered.
pub struct Told {
    pub status: u16,
    pub body: Value,
    pub retry_after: Option<String>,
    pub nonce: Option<String>,
}

/// A clock that stands still until it is moved.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

impl ModelService {
    pub fn new() -> Self {
        Self::with_replicas(1)
    }

    pub fn with_replicas(replicas: usize) -> Self {
        let clock = Arc::new(Hand(AtomicI64::new(SystemClock.now().unix())));
        let sandbox = Sandbox::new(SandboxSettings {
            base_url: BASE.parse().unwrap(),
            shop_client_id: "shop".to_owned(),
            shop_secret: Secret::received("none"),
            tv_client_id: "tv".to_owned(),
            page_client_id: "tv".to_owned(),
            wallet_client_id: "vpgate-sandbox".to_owned(),
            verifier_roots: None,
            scope: "adult".to_owned(),
            now: {
                let clock = Arc::clone(&clock);
                Arc::new(move || clock.now())
            },
            rng: Arc::new(|bytes| SystemEntropy.fill(bytes).unwrap()),
            http: silent_client(),
        });
        let (folder, sandbox) = (tempfile::tempdir().unwrap(), Arc::new(sandbox.unwrap()));
        let troubles = Arc::default();
        let place = Place::shared(folder.path());
        let open = |_| open(folder.path(), &place, &sandbox, &clock, &troubles);
        let apps = (0..replicas).map(open).collect();
        Self { folder, place, sandbox, clock, apps, serving: 0, troubles }
    }

    /// Everything in the memory of the replica that answers is gone; what was acknowledged is in the file.
    pub fn crash(&mut self) {
        let app = open(self.folder.path(), &self.place, &self.sandbox, &self.clock, &self.troubles);
        self.apps[self.serving] = app;
    }

    /// Whether it can know without asking that nobody else has written.
    pub fn is_in_a_file(&self) -> bool {
        matches!(self.place, Place::Sqlite(_))
    }

    /// The next replica answers from now on.
    pub fn turn(&mut self) {
        self.serving = (self.serving + 1) % self.apps.len();
    }

    /// What the service does by itself every second.
    pub async fn write_paces(&self) {
        self.apps[self.serving].write_paces().await.unwrap();
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.0.fetch_add(i64::try_from(seconds).unwrap(), Ordering::SeqCst);
    }

    pub fn endpoint(&self) -> BoxEndpoint<'static> {
        crate::live_server::endpoint(Arc::clone(&self.apps[self.serving]))
    }

    pub async fn ask(&self) -> Value {
        let (status, body) = self.post("/device_authorization", &[("client_id", "tv")]).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Status and body of a poll by this client.
    pub async fn poll(&self, client: &str, device_code: &str) -> (u16, Value) {
        let form = [("client_id", client), ("grant_type", DEVICE_GRANT), ("device_code", device_code)];
        self.post("/token", &form).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let told = self.post_to(self.serving, path, form, None).await;
        (told.status, told.body)
    }

    /// What the replica that answers says.
    pub async fn send(&self, path: &str, form: &[(&str, &str)], proof: Option<&str>) -> Told {
        self.post_to(self.serving, path, form, proof).await
    }

    /// The same of the next one.
    pub async fn send_to_other(&self, path: &str, form: &[(&str, &str)], proof: Option<&str>) -> Told {
        self.post_to((self.serving + 1) % self.apps.len(), path, form, proof).await
    }

    async fn post_to(&self, replica: usize, path: &str, form: &[(&str, &str)], proof: Option<&str>) -> Told {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::builder()
            .method(poem::http::Method::POST)
            .uri_str(path)
            .content_type("application/x-www-form-urlencoded");
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        let response = self.apps[replica].endpoint().get_response(request.body(body)).await;
        let header = |name| response.header(name).map(str::to_owned);
        let (retry_after, nonce) = (header("retry-after"), header("dpop-nonce"));
        let status = response.status().as_u16();
        let body = serde_json::from_str(&response.into_body().into_string().await.unwrap()).unwrap();
        Told { status, body, retry_after, nonce }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether this access token is known.
    pub async fn is_alive(&self, token: &str) -> bool {
        self.place.open().access_token(&Digest::of(token.as_bytes())).await.unwrap().is_some()
    }
}

fn open(
    folder: &Path,
    place: &Place,
    sandbox: &Sandbox,
    clock: &Arc<Hand>,
    troubles: &Arc<Troubles>,
) -> Arc<App> {
    let config = Config::from_toml(&configuration(), folder).unwrap();
    let network = network();
    let plan = KeyPlans::of(&config.policy);
    let keys = Arc::new(KeySet::from_json(&sandbox.issuer_jwks()).unwrap());
    let lists =
        Lists { sandbox: sandbox.endpoint(), keys: Arc::clone(&keys), clock: Arc::clone(clock) as Arc<_> };
    let store = place.open();
    let outside = Outside {
        store: Arc::new(LosingStore::over(store, Arc::clone(troubles))),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: Arc::new(SystemEntropy),
        issuer_keys: Arc::new(Keys(keys)),
        // No client here has keys, and no wallet is a server.
        client_keys: Arc::new(FetchedIssuerKeys::new(network.clone(), Arc::clone(clock) as Arc<dyn Clock>)),
        logout_receivers: Arc::new(PostedLogouts::new(network.clone())),
        webhook_receivers: Arc::new(PostedWebhooks::new(network.clone())),
        wallets: Arc::new(FetchedWallets::new(network, Arc::clone(clock) as Arc<dyn Clock>, HashMap::new())),
        status_lists: Arc::new(lists),
        keys: Keyring::in_folder(&folder.join("keys"), &SystemEntropy, &plan).unwrap(),
        metrics: Arc::default(),
    };
    Arc::new(App::new(config, outside, vec![(MOUNT, sandbox.endpoint())]))
}

/// The sandbox issuer's keys, without fetching them.
struct Keys(Arc<KeySet>);

#[async_trait]
impl IssuerKeys for Keys {
    async fn of(&self, _: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished> {
        Ok(Arc::clone(&self.0))
    }
}

/// The sandbox issuer's list, asked for anew each time.
struct Lists {
    sandbox: BoxEndpoint<'static>,
    keys: Arc<KeySet>,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl StatusLists for Lists {
    async fn of(
        &self,
        issuer: &TrustedIssuer,
        reference: &StatusReference,
        _: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        let path = reference.uri().strip_prefix(BASE).unwrap().strip_prefix(MOUNT).unwrap();
        let response = self.sandbox.get_response(Request::builder().uri_str(path).finish()).await;
        let body = response.into_body().into_bytes().await.unwrap();
        let receipt = Receipt { at: self.clock.now(), max_age: None };
        let token = StatusListToken::parse(&body)?;
        Ok(Arc::new(token.verify(issuer, &self.keys, reference.uri(), receipt, &CacheBounds::default())?))
    }
}

fn configuration() -> String {
    format!(
        r#"
public_url = "{BASE}"
danger_allow_loopback = true

[device]
code_lifetime = "{LIFETIME}s"
polling_interval = "{INTERVAL}s"
authorizations_per_address = 1000000

[presentation]
tries = 3

[[wallets]]
name = "demo"
profile = "proof"
authorization_endpoint = "{BASE}/sandbox/wallet/authorize"
client_id = "vpgate-sandbox"

[[credentials]]
id = "proof_id_default"
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "{BASE}/sandbox/issuer"
trust = {{ jwks_uri = "{BASE}/sandbox/issuer/jwks.json" }}

[[scopes]]
name = "urn:proof:params:scope:verifiable-credentials:basic"
credential = "proof_id_default"
claims = ["age_equal_or_over.18"]
rules = [{{ field = "age_equal_or_over.18", operator = "=", value = true }}]

[[clients]]
client_id = "tv"
grants = ["device_code"]
authentication = "none"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]

[[clients]]
client_id = "player"
grants = ["device_code", "refresh_token"]
authentication = "none"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]

[[clients]]
client_id = "other"
grants = ["device_code"]
authentication = "none"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]
"#
    )
}
