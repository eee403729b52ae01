//! Builds the parts from a [`Config`], joins them, and shuts them down in order. The only module that
//! knows every part, and the only one that starts background work.
//!
//! ```text
//! Config + Outside -> App (endpoint, no sockets) -> serve(listener) -> Running -> stop()
//! ```

mod background;
mod clock;
mod commands;
mod connections;
mod deliveries;
#[cfg(feature = "sandbox")]
pub mod demo;
mod doctor;
mod listener;
mod noted;
mod own_keys;
mod places;
mod preflight;
mod reload;
#[cfg(feature = "sandbox")]
pub mod sandbox;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poem::Response;
use poem::endpoint::BoxEndpoint;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::background::start;
pub use self::commands::{
    adopt_keys, backup, copy_storage, import_key, list_keys, migrate, open_existing, receipt_jwks,
    rotate_keys,
};
pub use self::doctor::{DoctorLine, examine};
use self::listener::BoundedListener;
pub use self::noted::{NotNoted, note};
use self::places::{Exempt, Places};
use self::reload::{Built, Fetching, Reloading};
pub use self::reload::{NotReloaded, Reloaded};
use crate::config::outgoing::OutgoingRequests;
use crate::config::signature_memo::KeptSignatures;
use crate::config::{Config, CrossCheck};
#[cfg(feature = "cross-check")]
use crate::cross_check::SdJwtRs;
use crate::fetch::client::FetchClient;
use crate::fetch::issuer_keys::FetchedIssuerKeys;
use crate::fetch::logout_receivers::PostedLogouts;
use crate::fetch::reach::{NoReach, Reach};
use crate::fetch::status_lists::FetchedStatusLists;
use crate::fetch::wallets::FetchedWallets;
use crate::fetch::webhook_receivers::PostedWebhooks;
use crate::flow;
use crate::flow::context::{Decided, Ports, SecretKeys, Service};
use crate::flow::ports::{
    ClientKeySets, Clock, CrossChecker, Entropy, IssuerKeys, LogoutReceivers, StatusLists, Store,
    Unavailable, Wallets, WebhookReceivers,
};
use crate::http::{self, ClientAddresses, HttpSettings};
use crate::metrics::Metrics;
use crate::store;
use crate::system::clock::SystemClock;
use crate::system::descriptors;
use crate::system::entropy::SystemEntropy;
use crate::system::keys::{Keyring, NoSigningKeys};
use crate::system::request_keys::RequestKeys;
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::request_key::RequestKey;
use vpgate_core::policy::Policy;

/// How long requests under way may take once we were told to stop. Less than the time after which
/// service supervisors lose patience (Kubernetes: 30 s).
const FAREWELL: Duration = Duration::from_secs(20);

/// Endpoints of others that are served beside ours, each under a path of its own.
pub type Mounts = Vec<(&'static str, BoxEndpoint<'static>)>;

/// The outside world, as the flows see it.
pub struct Outside {
    /// Where grants and presentations are kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// Keys of issuers.
    pub issuer_keys: Arc<dyn IssuerKeys>,
    /// Keys of clients.
    pub client_keys: Arc<dyn ClientKeySets>,
    /// Clients that want to be told of logouts.
    pub logout_receivers: Arc<dyn LogoutReceivers>,
    /// Clients that are told of events.
    pub webhook_receivers: Arc<dyn WebhookReceivers>,
    /// Status lists of issuers we believe.
    pub status_lists: Arc<dyn StatusLists>,
    /// Wallets that are servers.
    pub wallets: Arc<dyn Wallets>,
    /// Our own keys.
    pub keys: Keyring,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotStarted {
    #[error("the database in [storage] cannot be used")]
    Storage(#[from] store::OpenFault),
    #[error("the keys in [keys] cannot be used")]
    Keys(#[from] NoSigningKeys),
    /// There is nothing to list or rotate.
    #[error("the keys are in memory, because the storage is; [keys] directory gives them a place")]
    KeysInMemory,
    /// The keys are gone, or are others.
    #[error(transparent)]
    OtherKeys(#[from] own_keys::NotOurKeys),
    /// The database cannot be copied.
    #[error("there is no backup")]
    Backup(#[from] store::NoBackup),
    /// Nothing was moved to another database.
    #[error("nothing was copied")]
    Copy(#[from] store::NotCopied),
    /// No wallet would believe our signature.
    #[error("a certificate or the attestation in [wallets.signing] of {0} has expired, or is not valid yet")]
    RequestKey(String),
    #[error("outgoing requests cannot be set up")]
    Fetch(#[from] NoReach),
    #[error(
        "cannot listen on {address}: `listen`, or `--listen` of the sandbox and the demo, names another place"
    )]
    Listen {
        /// Where the service was to listen.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The demo parties.
    #[cfg(feature = "sandbox")]
    #[error("the sandbox cannot be set up")]
    Sandbox(#[from] sandbox::NoSandbox),
    /// The issuer and the wallet alone.
    #[cfg(feature = "sandbox")]
    #[error(transparent)]
    Demo(#[from] demo::NoDemo),
}

/// Everything joined; nothing listens yet.
pub struct App {
    service: Arc<Service>,
    endpoint: BoxEndpoint<'static, Response>,
    /// For a listener of their own, where there is one.
    operations: BoxEndpoint<'static, Response>,
    request_keys: Arc<RequestKeys>,
    addresses: ClientAddresses,
    /// Requests that may wait for a long time.
    event_streams: usize,
}

/// Where a service listens.
struct Listening {
    public: (TcpListener, SocketAddr),
    operations: Option<(TcpListener, SocketAddr)>,
}

impl App {
    /// Joins the parts.
    pub fn new(config: Config, outside: Outside, mounts: Mounts) -> Self {
        let public_url = config.public_url.clone();
        let event_streams = config.policy.presentation.event_streams;
        let is_https = config.public_url.scheme() == "https";
        let addresses = ClientAddresses::new(config.trusted_proxies, is_https);
        let settings = HttpSettings {
            public_url: config.public_url,
            addresses: addresses.clone(),
            operations_apart: config.operations_listen.is_some(),
            mounts,
        };
        let Outside {
            store,
            clock,
            entropy,
            issuer_keys,
            client_keys,
            logout_receivers,
            webhook_receivers,
            status_lists,
            wallets,
            keys,
            metrics,
        } = outside;
        note_certificates(&metrics, &config.request_keys);
        let request_keys = Arc::new(RequestKeys::new(config.request_keys));
        let ports = Ports {
            store,
            clock,
            entropy,
            signer: Arc::new(keys.signer),
            receipt_signer: Arc::new(keys.receipt_signer),
            request_signer: Arc::<RequestKeys>::clone(&request_keys),
            wallets,
            issuer_keys,
            client_keys,
            logout_receivers,
            webhook_receivers,
            status_lists,
            metrics,
        };
        let keys =
            SecretKeys { user_code: keys.user_code_key, subject: keys.subject_key, nonce: keys.nonce_key };
        let service = Arc::new(Service::new(decided(config.policy, config.cross_check), ports, keys));
        let endpoint = http::service(Arc::clone(&service), settings);
        let operations = http::operations(Arc::clone(&service), &public_url);
        Self { service, endpoint, operations, request_keys, addresses, event_streams }
    }

    /// All endpoints, to be called in process.
    pub fn endpoint(&self) -> &BoxEndpoint<'static, Response> {
        &self.endpoint
    }

    /// Writes how often devices asked, as is done every second where it listens.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn write_paces(&self) -> Result<(), Unavailable> {
        flow::device::write_paces(&self.service.context()).await
    }

    /// Tells clients of presentations that nobody answered, as is done every second where it listens.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn tell_expiries(&self) -> Result<(), Unavailable> {
        flow::events::expiry::tell(&self.service.context()).await
    }

    /// Notes what was counted, and gives what was noted its place in the audit log, as is done where it listens.
    ///
    /// # Errors
    /// When the store or the signer is unavailable.
    pub async fn keep_audit_log(&self) -> Result<(), Unavailable> {
        let context = self.service.context();
        flow::audit::tell_what_was_counted(&context).await?;
        flow::audit::seal(&context, &mut flow::audit::Sealer::default()).await
    }

    /// Signs what receipts wait and the ends of chains, as is done every second where it listens.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn seal_receipts(&self) -> Result<(), Unavailable> {
        flow::receipts::seal_behind(&self.service.context()).await
    }

    /// Looks up how far presentations are that somebody follows, as is done three times a second where it listens.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn look(&self) -> Result<(), Unavailable> {
        flow::events::follow::look(&self.service.context()).await
    }

    /// Makes one attempt for each notice of a logout that is due.
    pub async fn deliver_notices(&self) {
        deliveries::tell_logouts(&self.service).await;
    }

    /// Measures what waits for webhooks, as is done every 15 seconds where it listens.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn measure_webhooks(&self) -> Result<(), Unavailable> {
        flow::webhooks::measure::measure(&self.service.context()).await
    }

    /// Makes one attempt for webhooks that are due, as many as are sent at one time.
    pub async fn send_webhooks(&self) {
        let mut webhooks = deliveries::Webhooks::default();
        webhooks.begin_due(&self.service).await;
        webhooks.all_ended().await;
    }

    /// Starts to answer, and to sweep.
    fn serve(
        self,
        listening: Listening,
        descriptors: Option<u64>,
        store: Arc<dyn Store>,
        fetching: Fetching,
        built: Built,
    ) -> Running {
        let addresses = self.addresses.clone();
        let proxies: Exempt = Arc::new(move |peer| addresses.is_proxy(peer));
        let reloading =
            Reloading { request_keys: self.request_keys, addresses: self.addresses, fetching, built };
        let (stop, stopped) = watch::channel(());
        let (listener, address) = listening.public;
        let public =
            BoundedListener::new(listener, address, Places::public(descriptors, self.event_streams, proxies));
        let mut servers = vec![start(connections::serve(public, self.endpoint, stopped.clone(), FAREWELL))];
        tracing::info!(%address, "listening");
        let operations_address = listening.operations.map(|(listener, address)| {
            let own = BoundedListener::new(listener, address, Places::operations());
            servers.push(start(connections::serve(own, self.operations, stopped.clone(), FAREWELL)));
            tracing::info!(%address, "listening for operators");
            address
        });
        let background = background::begin(&self.service, &stopped);
        Running {
            address,
            operations_address,
            stop,
            servers,
            background,
            service: self.service,
            store,
            reloading,
        }
    }
}

/// The service, listening.
pub struct Running {
    address: SocketAddr,
    operations_address: Option<SocketAddr>,
    stop: watch::Sender<()>,
    servers: Vec<JoinHandle<()>>,
    background: Vec<JoinHandle<()>>,
    service: Arc<Service>,
    store: Arc<dyn Store>,
    reloading: Reloading,
}

impl Running {
    /// Where it listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens for operators, where they have a listener of their own.
    pub fn operations_address(&self) -> Option<SocketAddr> {
        self.operations_address
    }

    /// Says that it is not ready, and goes on as before for as long as `operations.drain` says. Then stops accepting,
    /// finishes what is under way (for at most 20 seconds), and closes the store.
    pub async fn stop(self) {
        self.service.note_stopping();
        let drain = self.reloading.built.drain;
        if !drain.is_zero() {
            tracing::info!(?drain, "draining: not ready any more, and everybody is answered as before");
            tokio::time::sleep(drain).await;
        }
        tracing::info!("no new connections; requests under way are finished");
        drop(self.stop);
        for server in self.servers {
            if let Err(fault) = server.await {
                tracing::error!(%fault, "the server's task failed");
            }
        }
        for task in self.background {
            if let Err(fault) = task.await {
                tracing::error!(%fault, "a task in the background failed");
            }
        }
        background::end(&self.service).await;
        self.store.close().await;
        tracing::info!("stopped");
    }
}

/// Starts the service that `config` describes.
///
/// # Errors
/// [`NotStarted`]
pub async fn serve(config: Config) -> Result<Running, NotStarted> {
    let public = bind(config.listen).await?;
    let operations = match config.operations_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    start_at(Listening { public, operations }, config, Vec::new())
}

/// What reading `config` does not know: the time of day, and what lies where the service will look. What is
/// to be mended before a start.
///
/// # Errors
/// [`NotStarted::RequestKey`], [`NotStarted::Fetch`]
pub fn check_now(config: &Config) -> Result<Vec<String>, NotStarted> {
    check_request_keys(config, SystemClock.now()).map_err(NotStarted::RequestKey)?;
    client_for(config)?;
    Ok(preflight::look(config))
}

fn client_for(config: &Config) -> Result<FetchClient, NoReach> {
    FetchClient::reaching(reach_of(config))
}

fn reach_of(config: &Config) -> Reach {
    let OutgoingRequests { authorities, networks, proxy } = config.outgoing.clone();
    Reach { allow_loopback: config.allow_loopback, networks, authorities, proxy }
}

fn decided(policy: Policy, cross_check: CrossCheck) -> Decided {
    let cross_check: Option<Arc<dyn CrossChecker>> = match cross_check {
        CrossCheck::Off => None,
        #[cfg(feature = "cross-check")]
        CrossCheck::Enforce => Some(Arc::new(SdJwtRs)),
    };
    Decided { policy: Arc::new(policy), cross_check }
}

fn note_certificates(metrics: &Metrics, keys: &HashMap<String, RequestKey>) {
    metrics.certificate_expires.clear();
    for (wallet, key) in keys {
        if let Some(until) = key.expires_at() {
            metrics.certificate_expires.set([wallet], until.unix() as f64);
        }
    }
}

/// The wallets whose keys sign nothing now.
fn check_request_keys(config: &Config, now: Timestamp) -> Result<(), String> {
    let mut out_of_date: Vec<&str> = config
        .request_keys
        .iter()
        .filter(|(_, key)| !key.is_valid_at(now))
        .map(|(wallet, _)| wallet.as_str())
        .collect();
    out_of_date.sort_unstable();
    if out_of_date.is_empty() { Ok(()) } else { Err(out_of_date.join(", ")) }
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), NotStarted> {
    let failed = |source| NotStarted::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let real = listener.local_addr().map_err(failed)?;
    Ok((listener, real))
}

fn start_at(listening: Listening, mut config: Config, mounts: Mounts) -> Result<Running, NotStarted> {
    let descriptors = descriptors::raise_limit();
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let keys = own_keys::load(&config, &*entropy, clock.now())?;
    check_request_keys(&config, clock.now()).map_err(NotStarted::RequestKey)?;
    let metrics = Arc::<Metrics>::default();
    let client = client_for(&config)?.measured(Arc::clone(&metrics));
    let fetched_keys = FetchedIssuerKeys::new(client.clone(), Arc::clone(&clock));
    let fetched_keys = Arc::new(fetched_keys.remembering(|| Arc::new(KeptSignatures::default())));
    let issuer_keys: Arc<dyn IssuerKeys> = Arc::<FetchedIssuerKeys>::clone(&fetched_keys);
    let secrets = std::mem::take(&mut config.wallet_secrets);
    let wallets = Arc::new(FetchedWallets::new(client.clone(), Arc::clone(&clock), secrets));
    let logout_receivers = Arc::new(PostedLogouts::new(client.clone()));
    let webhook_receivers = Arc::new(PostedWebhooks::new(client.clone()));
    let status_lists = Arc::new(FetchedStatusLists::new(
        client.clone(),
        Arc::clone(&clock),
        Arc::clone(&issuer_keys),
        config.status_cache,
    ));
    preflight::warn_of_others(&config);
    let store = store::open(&config.storage, &keys.fingerprint())?;
    let outside = Outside {
        store: Arc::clone(&store),
        clock,
        entropy,
        issuer_keys,
        client_keys: fetched_keys,
        logout_receivers,
        webhook_receivers,
        status_lists: Arc::<FetchedStatusLists>::clone(&status_lists),
        wallets: Arc::<FetchedWallets>::clone(&wallets),
        keys,
        metrics,
    };
    let built = Built::of(&config);
    let fetching = Fetching { client, wallets, status_lists };
    Ok(App::new(config, outside, mounts).serve(listening, descriptors, store, fetching, built))
}
