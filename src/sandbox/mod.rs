//! The sandbox: a demo issuer, a demo cloud wallet, a television, a web page and a shop, so that the whole story
//! runs on one machine.
//!
//! It is a client of the service over HTTP like anybody else. It shares the words of the core
//! (time, secrets, money, strict JSON, keys) and nothing above: what it sends was not made by the code
//! that judges it. Its keys, its people and its secrets exist nowhere else.
//!
//! Paths are relative to `/sandbox`, where `app.rs` mounts [`Sandbox::endpoint`].

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::middleware::CookieJarManager;
use poem::{EndpointExt as _, IntoEndpoint as _, Route, get, post};
use serde_json::Value;
use url::Url;

use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::x5c::Roots;

pub mod certified_key;
mod index;
pub mod issuance;
pub mod issuer;
mod mdoc;
mod page;
mod parameters;
mod plain;
mod service;
mod shop;
pub mod status_list;
mod television;
mod transaction;
mod transaction_text;
mod ttl_map;
pub mod wallet;
mod web_page;

use issuance::NotIssued;
use issuer::{Issuer, NoIssuer};
use service::{Account, ServiceClient};
use ttl_map::TtlMap;
use wallet::{DemoWallet, Registration};

/// Where `app.rs` mounts [`Sandbox::endpoint`].
pub const MOUNT: &str = "/sandbox";
/// Where `app.rs` mounts [`Sandbox::well_known`]: the path of the issuer is inserted behind the
/// well-known part (SD-JWT VC section 4).
pub const WELL_KNOWN: &str = "/.well-known/jwt-vc-issuer/sandbox/issuer";

/// Tells the time.
pub type DemoClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Fills a buffer with randomness.
pub type Randomness = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Where the service and the issuer are, when browsers reach them elsewhere than this machine does.
pub struct Whereabouts {
    /// Where the issuer's documents are, for whoever must fetch them from here.
    pub issuer: Url,
    /// Where browsers reach the service.
    pub service: Url,
    /// Where the parties reach it.
    pub service_from_here: Url,
}

/// What the sandbox is told.
pub struct SandboxSettings {
    /// Where browsers reach the parties, for example `http://127.0.0.1:8080`.
    pub base_url: Url,
    /// The shop's client id at the service.
    pub shop_client_id: String,
    /// The shop's secret.
    pub shop_secret: Secret,
    /// The television's client id at the service; it has no secret.
    pub tv_client_id: String,
    /// The web page's client id at the service; it has no secret either.
    pub page_client_id: String,
    /// The service's client id at the demo wallet; the only one the wallet knows.
    pub wallet_client_id: String,
    /// Whom the demo wallet believes when a request is signed; without, it takes no signed requests.
    pub verifier_roots: Option<Roots>,
    /// The scopes that television and shop ask for, separated by spaces.
    pub scope: String,
    /// The clock of the demo parties.
    pub now: DemoClock,
    /// Where cookies, states and handles come from.
    pub rng: Randomness,
    /// What television and shop talk to the service with. It must not follow redirects.
    pub http: reqwest::Client,
}

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SandboxFault {
    #[error(transparent)]
    Issuer(#[from] NoIssuer),
    /// The credential could not be made.
    #[error(transparent)]
    Credential(#[from] NotIssued),
}

/// The four demo parties.
pub struct Sandbox(Arc<Parties>);

impl Sandbox {
    /// Makes the keys and issues the demo credential. Everything is at the one address.
    ///
    /// # Errors
    /// [`SandboxFault`]
    pub fn new(settings: SandboxSettings) -> Result<Self, SandboxFault> {
        let here = settings.base_url.clone();
        let places = Whereabouts { issuer: here.clone(), service: here.clone(), service_from_here: here };
        Self::apart(settings, &places)
    }

    /// The same, where the service and the issuer are elsewhere than browsers see the parties.
    ///
    /// # Errors
    /// [`SandboxFault`]
    pub fn apart(settings: SandboxSettings, places: &Whereabouts) -> Result<Self, SandboxFault> {
        let now = (settings.now)();
        let issuer = Issuer::new(format!("{}{MOUNT}/issuer", without_slash(&places.issuer)), now)?;
        let registration = Registration {
            client_id: settings.wallet_client_id,
            redirect_uri: format!("{}/callback", without_slash(&places.service)),
        };
        let wallet = DemoWallet::new(&issuer, registration, settings.verifier_roots, now)?;
        Ok(Self(Arc::new(Parties {
            service: ServiceClient::new(
                without_slash(&places.service_from_here),
                without_slash(&places.service),
                settings.http,
            ),
            address: without_slash(&settings.base_url),
            shop: Account { client_id: settings.shop_client_id, secret: settings.shop_secret },
            tv_client_id: settings.tv_client_id,
            page_client_id: settings.page_client_id,
            scope: settings.scope,
            now: settings.now,
            rng: settings.rng,
            issuer,
            wallet,
            televisions: TtlMap::default(),
            visits: TtlMap::default(),
        })))
    }

    /// Every page of the sandbox, for [`MOUNT`].
    pub fn endpoint(&self) -> BoxEndpoint<'static> {
        let pages = issuer_and_wallet()
            .at("/", get(index::show))
            .at("/tv", get(television::show))
            .at("/tv/poll", get(television::poll))
            .at("/tv/restart", post(television::restart))
            .at("/page", get(web_page::show))
            .at("/shop", get(shop::show))
            .at("/shop/agree", post(shop::agree))
            .at("/shop/return", get(shop::come_back))
            .at("/shop/waiting", get(shop::waiting));
        self.shared(pages)
    }

    /// The issuer and the wallet alone, as parties of another service, for [`MOUNT`].
    pub fn issuer_and_wallet(&self) -> BoxEndpoint<'static> {
        self.shared(issuer_and_wallet().at("/", get(index::show_alone)))
    }

    fn shared(&self, pages: Route) -> BoxEndpoint<'static> {
        pages.with(CookieJarManager::new()).data(Arc::clone(&self.0)).map_to_response().boxed()
    }

    /// The issuer's metadata (SD-JWT VC section 4), for [`WELL_KNOWN`].
    pub fn well_known(&self) -> BoxEndpoint<'static> {
        get(issuer::publish_metadata).data(Arc::clone(&self.0)).into_endpoint().map_to_response().boxed()
    }

    /// The issuer's identifier, the `iss` of its credentials.
    pub fn issuer(&self) -> String {
        self.0.issuer.identifier().to_owned()
    }

    /// The issuer's public keys.
    pub fn issuer_jwks(&self) -> Value {
        self.0.issuer.jwks()
    }

    /// The root of the issuer's certificates, in PEM.
    pub fn issuer_root(&self) -> &[u8] {
        self.0.issuer.root()
    }

    /// The certificate of the authority that issues its mdocs, in PEM.
    pub fn mdoc_root(&self) -> &[u8] {
        self.0.issuer.mdoc_root()
    }

    /// The wallet, to answer without clicking.
    pub fn wallet(&self) -> &DemoWallet {
        &self.0.wallet
    }
}

fn issuer_and_wallet() -> Route {
    Route::new()
        .at("/issuer/jwks.json", get(issuer::publish_keys))
        .at("/issuer/status-list", get(issuer::publish_statuses))
        .at("/issuer/mdoc-status-list", get(issuer::publish_mdoc_statuses))
        .at("/issuer/status", post(issuer::change_status))
        .at("/wallet/authorize", get(wallet::authorize).post(wallet::authorize_by_form))
        .at("/wallet/dc_api", post(wallet::dc_api::present))
        .at("/wallet/consent", post(wallet::consent))
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// What the pages share.
struct Parties {
    address: String,
    service: ServiceClient,
    shop: Account,
    tv_client_id: String,
    page_client_id: String,
    scope: String,
    now: DemoClock,
    rng: Randomness,
    issuer: Issuer,
    wallet: DemoWallet,
    televisions: TtlMap<television::Television>,
    visits: TtlMap<shop::ShopVisit>,
}

impl Parties {
    fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// 128 random bits as text: a name that cannot be guessed.
    fn random_name(&self) -> String {
        let mut bytes = [0; 16];
        (self.rng)(&mut bytes);
        Handle::from_entropy(bytes).to_string()
    }
}
