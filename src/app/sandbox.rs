//! `vpgate sandbox`: the service and the demo parties on one machine. Its configuration is written as
//! text and goes through the same check as anybody's.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use url::Url;

use self::key_files::KeyFiles;
use self::places::{PlacesFault, SandboxPlaces};
use super::{Listening, Mounts, NotStarted, Running, bind, start_at};
use crate::config::{Config, Faults, secrets};
use crate::fetch::client::sandbox_client;
use crate::fetch::reach::NoReach;
use crate::flow::ports::{Clock, Entropy, Unavailable};
use crate::sandbox::certified_key::{CertifiedKey, NotCertified};
use crate::sandbox::{MOUNT, Sandbox, SandboxFault, SandboxSettings, WELL_KNOWN, Whereabouts};
use crate::store;
use crate::system::clock::SystemClock;
use crate::system::entropy::SystemEntropy;
use vpgate_core::base::secret::Secret;
use vpgate_core::jose::x5c::{Roots, RootsFault};

mod key_files;
mod places;

pub use self::places::SandboxOptions;

/// The television's client identifier.
pub const TV: &str = "tv";
/// The web page's client identifier.
pub const PAGE: &str = "page";
/// The shop's client identifier, and that of relying parties of one's own.
pub const SHOP: &str = "shop";
/// The client identifier of applications of one's own that have a server.
pub const APP: &str = "app";
/// That of those without: pages, command lines, apps.
pub const SPA: &str = "spa";
/// The scope that both ask for.
pub const SCOPE: &str = "urn:proof:params:scope:verifiable-credentials:basic";
/// The service's client identifier at the demo wallet.
const WALLET_CLIENT: &str = "vpgate-sandbox";

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NoSandbox {
    /// Where it is to be reached.
    #[error(transparent)]
    Places(#[from] PlacesFault),
    /// The folder cannot be made.
    #[error("the folder given with --data cannot be made")]
    Data(#[source] std::io::Error),
    /// Keys and roots, on their way into the configuration.
    #[error("the folder for temporary files cannot be written")]
    KeyFiles(#[source] std::io::Error),
    /// The key that signs requests, or its certificate.
    #[error(transparent)]
    Certificate(#[from] NotCertified),
    /// Our own root is none: a mistake of ours.
    #[error("the sandbox's own certificate is wrong: {0}")]
    Root(#[from] RootsFault),
    /// Our own address is none: a mistake of ours.
    #[error("the sandbox's own address is wrong: {0}")]
    Address(#[from] url::ParseError),
    /// Our own configuration is wrong: a mistake of ours.
    #[error("the sandbox's own configuration is wrong: {0}")]
    Config(#[from] Faults),
    #[error(transparent)]
    Parties(#[from] SandboxFault),
    /// What they talk to the service with.
    #[error("outgoing requests cannot be set up")]
    Fetch(#[from] NoReach),
    #[error(transparent)]
    Entropy(#[from] Unavailable),
}

/// The demo parties and the configuration that knows them.
struct Demo {
    config: Config,
    parties: Sandbox,
}

impl Demo {
    /// For a service that is reached at `places`; files are kept in `data`, or nothing is.
    fn new(
        places: &SandboxPlaces,
        data: Option<&Path>,
        shop_secret: &Secret,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, NoSandbox> {
        let certified = CertifiedKey::for_requests("the sandbox's vpgate", clock.now())?;
        let roots = Roots::new(&certified.root, None, Vec::new())?;
        // Read once, and removed at the end of this: nothing of the key stays on disk.
        let files = KeyFiles::folder(&*entropy)?;
        let settings = SandboxSettings {
            base_url: places.public.clone(),
            shop_client_id: SHOP.to_owned(),
            shop_secret: Secret::received(shop_secret.expose()),
            tv_client_id: TV.to_owned(),
            page_client_id: PAGE.to_owned(),
            wallet_client_id: WALLET_CLIENT.to_owned(),
            verifier_roots: Some(roots),
            scope: SCOPE.to_owned(),
            now: Arc::new(move || clock.now()),
            rng: Arc::new(move |bytes| draw(&*entropy, bytes)),
            http: sandbox_client()?,
        };
        // Whoever fetches what the issuer publishes is on this machine, whatever browsers call it.
        let whereabouts = Whereabouts {
            issuer: places.here.clone(),
            service: places.public.clone(),
            service_from_here: places.here.clone(),
        };
        let parties = Sandbox::apart(settings, &whereabouts)?;
        files.write(&certified, parties.issuer_root(), parties.mdoc_root())?;
        let text = configuration(places, data.is_some(), shop_secret, &files);
        let config = Config::from_toml(&text, data.unwrap_or(Path::new("")))?;
        Ok(Self { config, parties })
    }

    /// What `App` serves beside the service.
    fn mounts(&self) -> Mounts {
        vec![(MOUNT, self.parties.endpoint()), (WELL_KNOWN, self.parties.well_known())]
    }
}

/// The sandbox, listening.
pub struct RunningSandbox {
    /// The service that runs.
    pub running: Running,
    /// Where everything is: `http://127.0.0.1:8080/`.
    pub base_url: Url,
    /// Where this machine reaches it; the same, unless a public address was given.
    pub here: Url,
    /// The secret of the shop and of applications of one's own, to be printed: it opens nothing but this sandbox.
    pub shop_secret: Secret,
}

/// Starts the sandbox. `shop_secret`: one is drawn when none is given.
///
/// # Errors
/// [`NotStarted`]
pub async fn serve(
    options: SandboxOptions,
    shop_secret: Option<Secret>,
) -> Result<RunningSandbox, NotStarted> {
    options.check().map_err(NoSandbox::Places)?;
    let public = bind(options.listen).await?;
    let shop_secret = match shop_secret {
        Some(secret) => secret,
        None => random_secret().map_err(NoSandbox::Entropy)?,
    };
    let data = options.data.clone();
    if let Some(folder) = &data {
        std::fs::create_dir_all(folder).map_err(NoSandbox::Data)?;
    }
    let places = options.places(public.1).map_err(NoSandbox::Address)?;
    let demo =
        Demo::new(&places, data.as_deref(), &shop_secret, Arc::new(SystemClock), Arc::new(SystemEntropy))?;
    let mounts = demo.mounts();
    let base_url = demo.config.public_url.clone();
    // Nobody else works with it.
    store::migrate(&demo.config.storage)?;
    let running = start_at(Listening { public, operations: None }, demo.config, mounts)?;
    Ok(RunningSandbox { running, base_url, here: places.here, shop_secret })
}

fn random_secret() -> Result<Secret, Unavailable> {
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes)?;
    Ok(Secret::from_entropy(bytes))
}

#[expect(
    clippy::panic,
    reason = "a demo party without randomness has nothing to say; the endpoint answers 500"
)]
pub(super) fn draw(entropy: &dyn Entropy, bytes: &mut [u8]) {
    if let Err(why) = entropy.fill(bytes) {
        panic!("{why}");
    }
}

fn configuration(places: &SandboxPlaces, kept: bool, shop_secret: &Secret, files: &KeyFiles) -> String {
    let address = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    include_str!("sandbox.toml")
        .replace("${base}", &address(&places.public))
        .replace("${here}", &address(&places.here))
        .replace("${trusted_proxies}", places.trusted_proxies())
        .replace("${redirect_uris}", &listed(&places.redirect_uris))
        .replace("${origins}", &listed(&places.origins))
        .replace("${storage}", if kept { "sqlite:vpgate.db" } else { "sqlite::memory:" })
        .replace("${request_key}", &files.key().display().to_string())
        .replace("${request_certificate}", &files.certificate().display().to_string())
        .replace("${iaca_root}", &files.iaca_root().display().to_string())
        .replace("${issuer_root}", &files.issuer_root().display().to_string())
        .replace("${shop_secret_hash}", &secrets::hash_text(shop_secret.digest()))
}

/// More elements of an array, each after a comma.
fn listed(more: &[String]) -> String {
    // A JSON string is a TOML string.
    more.iter().map(|text| format!(", {}", Value::from(text.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{KeyStorage, Storage};

    fn demo(data: Option<&Path>) -> Demo {
        let secret = Secret::received("s3cret");
        let places = SandboxOptions::default().places("127.0.0.1:8080".parse().unwrap()).unwrap();
        Demo::new(&places, data, &secret, Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap()
    }

    #[test]
    fn the_configuration_passes_the_check_and_names_the_parties() {
        let demo = demo(None);
        assert_eq!((&demo.config.storage, &demo.config.keys), (&Storage::Memory, &KeyStorage::Memory));
        let clients = &demo.config.policy.clients;
        assert_eq!(clients.named(TV).unwrap().wallet, "demo");
        assert_eq!(clients.named(PAGE).unwrap().origins, ["http://localhost:8090"]);
        assert_eq!(
            clients.named(SHOP).unwrap().redirect_uris[0].as_str(),
            "http://127.0.0.1:8080/sandbox/shop/return"
        );
        assert!(demo.config.policy.scopes.named(SCOPE).is_some());
        assert_eq!(demo.config.policy.wallets[0].verifier_id, WALLET_CLIENT);
        assert_eq!(demo.config.policy.trust.credentials[0].issuer, demo.parties.issuer());
    }

    #[test]
    fn the_wallet_is_asked_in_six_ways_and_signed_requests_have_a_key_that_is_not_on_disk() {
        let demo = demo(None);
        let wallets = &demo.config.policy.wallets;
        let names: Vec<_> = wallets.iter().map(|wallet| wallet.name.as_str()).collect();
        assert_eq!(names, ["demo", "demo-post", "openid4vp", "openid4vp-signed", "haip", "browser"]);
        let mut signed: Vec<_> = demo.config.request_keys.keys().map(String::as_str).collect();
        signed.sort_unstable();
        assert_eq!(signed, ["browser", "haip", "openid4vp-signed"]);

        let certified = CertifiedKey::generate("vpgate", SystemClock.now()).unwrap();
        let files = KeyFiles::folder(&SystemEntropy).unwrap();
        files.write(&certified, &certified.root, &certified.root).unwrap();
        let key = files.key();
        assert!(key.exists() && files.certificate().exists() && files.issuer_root().exists());
        drop(files);
        assert!(!key.exists() && !key.parent().unwrap().exists());
    }

    #[test]
    fn a_data_folder_keeps_the_database_and_the_keys() {
        let config = demo(Some(Path::new("/data"))).config;
        assert_eq!(config.storage, Storage::Sqlite("/data/vpgate.db".into()));
        assert_eq!(config.keys, KeyStorage::Directory("/data/keys".into()));
    }

    #[test]
    fn one_s_own_applications_and_a_public_address_join() {
        let options = SandboxOptions {
            listen: "0.0.0.0:0".parse().unwrap(),
            public_url: Some("https://a-tunnel.example".parse().unwrap()),
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            origins: vec!["https://app.example".to_owned()],
            ..SandboxOptions::default()
        };
        options.check().unwrap();
        let places = options.places("0.0.0.0:8080".parse().unwrap()).unwrap();
        let secret = Secret::received("s3cret");
        let demo = Demo::new(&places, None, &secret, Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap();
        let policy = &demo.config.policy;
        assert_eq!(demo.config.public_url.as_str(), "https://a-tunnel.example/");
        let wallet = &policy.wallets[0].authorization_endpoint;
        assert_eq!(wallet.as_str(), "https://a-tunnel.example/sandbox/wallet/authorize");
        assert_eq!(policy.trust.credentials[0].issuer, "http://127.0.0.1:8080/sandbox/issuer");
        for id in [SHOP, APP, SPA] {
            let client = policy.clients.named(id).unwrap();
            for way_back in ["https://app.example/cb", "http://localhost:3000/callback"] {
                assert!(client.redirect_uri(way_back).is_some(), "{id} {way_back}");
            }
            assert!(client.redirect_uri("https://other.example/cb").is_none(), "{id}");
        }
        for id in [PAGE, SPA] {
            let origins = &policy.clients.named(id).unwrap().origins;
            assert_eq!(*origins, ["http://localhost:8090", "https://app.example"], "{id}");
        }
        assert!(demo.config.trusted_proxies.contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_wrong_with_one_s_own_addresses_is_said() {
        for (uris, origins, fault) in [
            (["https://app.example/cb#x"], [""; 0].as_slice(), "must not have a fragment"),
            (
                ["https://app.example/cb"],
                ["https://app.example/".to_owned().leak() as &str].as_slice(),
                "write the origin alone",
            ),
        ] {
            let options = SandboxOptions {
                redirect_uris: uris.map(str::to_owned).into(),
                origins: origins.iter().map(|it| (*it).to_owned()).collect(),
                ..SandboxOptions::default()
            };
            let places = options.places("127.0.0.1:8080".parse().unwrap()).unwrap();
            let secret = Secret::received("s3cret");
            let made = Demo::new(&places, None, &secret, Arc::new(SystemClock), Arc::new(SystemEntropy));
            let why = made.err().unwrap().to_string();
            assert!(why.contains(fault), "{why}");
        }
    }
}
