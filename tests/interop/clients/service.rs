//! The service and the sandbox's wallet at one address, with clients that prove themselves in every way.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use vpgate::app::{App, Outside};
use vpgate::config::Config;
use vpgate::config::Storage;
use vpgate::config::secrets::hash_text;
use vpgate::fetch::client::FetchClient;
use vpgate::fetch::issuer_keys::FetchedIssuerKeys;
use vpgate::fetch::logout_receivers::PostedLogouts;
use vpgate::fetch::status_lists::FetchedStatusLists;
use vpgate::fetch::wallets::FetchedWallets;
use vpgate::fetch::webhook_receivers::PostedWebhooks;
use vpgate::flow::ports::{Clock, Entropy, IssuerKeys};
use vpgate::sandbox::{MOUNT, Sandbox, SandboxSettings};
use vpgate::store::sqlite::SqliteStore;
use vpgate::system::clock::SystemClock;
use vpgate::system::entropy::SystemEntropy;
use vpgate::system::keys::{KeyPlans, Keyring};
use vpgate_core::base::secret::Secret;

use vpgate_test_support::live_server::Listening;
use vpgate_test_support::person;

use super::receiver;

/// Characters that must be encoded on the way.
const SECRET: &str = "s3cret:/+ %&=";
const PLAIN_SECRET: &str = "plain-secret";
/// Elsewhere: the browser stops there.
const HOME: &str = "http://127.0.0.1:9999";
/// How other people's libraries and the conformance suite expect to be registered.
const OTHERS: [&str; 2] = ["clients.toml", "oidf.toml"];
const SCOPE: &str = "urn:proof:params:scope:verifiable-credentials:basic";

pub struct Service {
    pub address: String,
    _listening: Listening,
    telling: JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.telling.abort();
    }
}

/// What `serve` does in the background.
#[expect(clippy::disallowed_methods, reason = "the test is the home of its servers")]
fn tell(app: Arc<App>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            app.deliver_notices().await;
            app.seal_receipts().await.unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
}

impl Service {
    /// Device codes live as long as told.
    pub fn start(code_lifetime: &str) -> Self {
        Self::of(|address| configuration(address, code_lifetime), signers().parent().unwrap())
    }

    /// On a free port, with this configuration for its address; its files are in `folder`.
    pub fn of(configuration: impl FnOnce(&str) -> String, folder: &Path) -> Self {
        let config = |address: &str| Config::from_toml(&configuration(address), folder).unwrap();
        let mut telling = None;
        let listening = Listening::start(|address| {
            let app = Arc::new(app(config(address)));
            telling = Some(tell(Arc::clone(&app)));
            app
        });
        Self { address: listening.address.clone(), _listening: listening, telling: telling.unwrap() }
    }
}

#[expect(clippy::disallowed_methods, reason = "the sandbox is a client of the service, not a part of it")]
fn app(config: Config) -> App {
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) =
        (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let sandbox = Sandbox::new(SandboxSettings {
        base_url: config.public_url.clone(),
        shop_client_id: "shop".to_owned(),
        shop_secret: Secret::received(SECRET),
        tv_client_id: "tv".to_owned(),
        page_client_id: "tv".to_owned(),
        wallet_client_id: "vpgate-sandbox".to_owned(),
        verifier_roots: None,
        scope: SCOPE.to_owned(),
        now: Arc::new(|| SystemClock.now()),
        rng: Arc::new(|bytes| SystemEntropy.fill(bytes).unwrap()),
        http: reqwest::Client::new(),
    })
    .unwrap();
    let network = FetchClient::new(true).unwrap();
    let wallets = FetchedWallets::new(network.clone(), Arc::clone(&clock), HashMap::new());
    let fetched_keys = Arc::new(FetchedIssuerKeys::new(network.clone(), Arc::clone(&clock)));
    let issuer_keys: Arc<dyn IssuerKeys> = Arc::<FetchedIssuerKeys>::clone(&fetched_keys);
    let logout_receivers = Arc::new(PostedLogouts::new(network.clone()));
    let webhook_receivers = Arc::new(PostedWebhooks::new(network.clone()));
    let status_lists =
        FetchedStatusLists::new(network, Arc::clone(&clock), Arc::clone(&issuer_keys), config.status_cache);
    let outside = Outside {
        store: SqliteStore::open(&Storage::Memory).unwrap(),
        clock,
        entropy,
        issuer_keys,
        client_keys: fetched_keys,
        logout_receivers,
        webhook_receivers,
        status_lists: Arc::new(status_lists),
        wallets: Arc::new(wallets),
        keys: Keyring::in_memory(&SystemEntropy, &KeyPlans::of(&config.policy)).unwrap(),
        metrics: Arc::default(),
    };
    let mounts = vec![
        (MOUNT, sandbox.endpoint()),
        (person::MOUNT, person::endpoint()),
        (receiver::MOUNT, receiver::endpoint()),
    ];
    App::new(config, outside, mounts)
}

/// The private keys of the clients that sign, by the name of each key; the public ones, by the name of each client,
/// are in files beside it.
pub fn signers() -> PathBuf {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = TempDir::new().unwrap();
        let elliptic = |name: &str| {
            let mut pair = EcKeyPair::generate(EcCurve::P256).unwrap();
            pair.set_key_id(Some(name));
            pair.set_algorithm(Some("ES256"));
            (pair.to_jwk_key_pair(), pair.to_jwk_public_key())
        };
        let mut rsa = RsaKeyPair::generate(2048).unwrap();
        rsa.set_key_id(Some("rsa"));
        let (signer, another) = (elliptic("signer"), elliptic("another"));
        let write = |name: &str, value: Value| {
            std::fs::write(folder.path().join(name), value.to_string()).unwrap();
        };
        write("signer.json", json!({ "keys": [signer.1, rsa.to_jwk_public_key()] }));
        write("another.json", json!({ "keys": [another.1] }));
        write(
            "private.json",
            json!({ "signer": signer.0, "rsa": rsa.to_jwk_key_pair(), "another": another.0 }),
        );
        folder
    });
    FOLDER.path().join("private.json")
}

fn configuration(address: &str, code_lifetime: &str) -> String {
    let hash = |secret: &str| hash_text(Secret::received(secret).digest());
    let (hash, plain) = (hash(SECRET), hash(PLAIN_SECRET));
    let client = |id: &str, authentication: &str| {
        format!(
            "[[clients]]\nclient_id = \"{id}\"\ngrants = [\"device_code\"]\nscopes = [\"{SCOPE}\"]\n{authentication}\n"
        )
    };
    let web = |id: &str, authentication: &str| {
        format!(
            "[[clients]]\nclient_id = \"{id}\"\ngrants = [\"authorization_code\", \"refresh_token\"]\n\
             scopes = [\"openid\", \"{SCOPE}\"]\nredirect_uris = [\"{HOME}/return\"]\n{authentication}\n"
        )
    };
    let api = |id: &str, authentication: &str| {
        format!(
            "[[clients]]\nclient_id = \"{id}\"\ntokens = {{ introspects = [\"{address}\"] }}\n{authentication}\n"
        )
    };
    let basic = format!("authentication = \"client_secret_basic\"\nsecret_hash = \"{hash}\"");
    let post = format!("authentication = \"client_secret_post\"\nsecret_hash = \"{hash}\"");
    let clients = [
        client("tv", "authentication = \"none\""),
        client("box:basic", &basic),
        client("box", &format!("authentication = \"client_secret_basic\"\nsecret_hash = \"{plain}\"")),
        client("box-post", &post),
        web("web", "authentication = \"none\""),
        web("portal:basic", &basic),
        web("portal-post", &post),
        api("api", &basic),
        api("api-post", &post),
    ];
    let others =
        OTHERS.map(|name| std::fs::read_to_string(Path::new(super::HERE).join(name)).unwrap()).concat();
    // The second service is in a hurry, and takes assertions as Authlib makes them.
    let (lifetime, lenient, assertions) =
        if code_lifetime == "4s" { ("6s", "true", "1h") } else { ("60s", "false", "10m") };
    let others = [
        ("ADDRESS", address),
        ("HOME", HOME),
        ("ENCODED", &hash),
        ("PLAIN", &plain),
        ("CODES_LAST", lifetime),
        ("PUSHED_LAST", if lifetime == "6s" { "10s" } else { "90s" }),
        ("LENIENT", lenient),
        ("ASSERTIONS_LAST", assertions),
    ]
    .iter()
    .fold(others, |text, (name, value)| text.replace(name, value));
    format!(
        r#"
public_url = "{address}"
danger_allow_loopback = true

[storage]
url = "sqlite::memory:"

[device]
code_lifetime = "{code_lifetime}"
polling_interval = "2s"

[[wallets]]
name = "demo"
profile = "proof"
authorization_endpoint = "{address}/sandbox/wallet/authorize"
client_id = "vpgate-sandbox"

[[credentials]]
id = "proof_id_default"
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "{address}/sandbox/issuer"
trust = {{ jwks_uri = "{address}/sandbox/issuer/jwks.json" }}

[[scopes]]
name = "{SCOPE}"
credential = "proof_id_default"
claims = ["given_name", "age_equal_or_over.18"]
rules = [{{ field = "age_equal_or_over.18", operator = "=", value = true }}]

{}
{}"#,
        others,
        clients.join("\n"),
    )
}
