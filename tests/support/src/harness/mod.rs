//! The whole service in one process, with a clock that tests move.

mod document;
pub mod outside;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Once};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::{Endpoint as _, Request};
use serde_json::Value;
use url::form_urlencoded;
use vpgate::app::{App, Outside};
use vpgate::config::Config;
use vpgate::fetch::wallets::FetchedWallets;
use vpgate::fetch::webhook_receivers::PostedWebhooks;
use vpgate::flow::ports::{Clock, Entropy, LogoutReceivers, NotPublished, Store};
use vpgate::sandbox::certified_key::CertifiedKey;
use vpgate::sandbox::{MOUNT, Sandbox, SandboxSettings};
use vpgate::system::clock::SystemClock;
use vpgate::system::entropy::SystemEntropy;
use vpgate::system::keys::{KeyPlans, Keyring};
use vpgate_core::base::id::{Handle, RequestState};
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::openid4vp::request::{ResponseMode, VpRequest, WalletRoute};

use crate::browser::{Browser, Page};
use crate::builders::configuration::configuration;
use crate::harness::outside::{
    KnownKeys, ListRoad, ListsOfOthers, NoClientKeys, PublishedLists, TestClock, ToldLogouts,
};
use crate::network::{network, silent_client};
use crate::stores::Place;

/// Where a wallet app is opened that posts its answers.
pub const POSTING_WALLET: &str = "http://127.0.0.1:9998/authorize";
pub const BASE: &str = "http://127.0.0.1:8080";
/// The service at the wallet.
pub const WALLET_CLIENT: &str = "vpgate-sandbox";
pub const BASIC: &str = "urn:proof:params:scope:verifiable-credentials:basic";
pub const ADULT: &str = "adult";
pub const CREDENTIAL: &str = "proof_id_default";
/// The same credential of the demo wallet, asked for by another name.
pub const SECOND: &str = "second";
/// A credential that the demo wallet does not have.
pub const NOT_HELD: &str = "loyalty";
/// Elsewhere, so that a browser stops there and a test can look at the address.
pub const RETURN_TO: &str = "http://127.0.0.1:9999/return";
pub const SHOP: (&str, &str) = ("shop", "shop-secret");
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a endpoint answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("not JSON ({}): {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// What a shop holds that asked the wallet by itself.
pub struct Held {
    pub vp_token: String,
    pub nonce: String,
    /// The strings that were sent.
    pub transaction_data: Vec<String>,
}

/// A presentation from its beginning to its result.
pub struct Exchange {
    pub begun: Value,
    pub vp_token: String,
    pub result: Value,
}

/// What came back to the shop with the browser.
pub struct Returned {
    pub response_code: String,
    pub state: Option<String>,
}

#[derive(Clone)]
pub struct Harness {
    app: Arc<App>,
    routes: Arc<[WalletRoute]>,
    store: Arc<dyn Store>,
    /// The demo issuer's second key, for credentials that tests make.
    pub issuer: Arc<CertifiedKey>,
    pub clock: Arc<TestClock>,
    list_road: Arc<Mutex<ListRoad>>,
    lists: ListsOfOthers,
    no_keys: Arc<Mutex<Option<NotPublished>>>,
    told: Arc<ToldLogouts>,
}

impl Harness {
    pub async fn new() -> Self {
        Self::with_credentials("").await
    }

    /// With a wallet that posts its answers in this mode.
    pub async fn posting(mode: ResponseMode) -> Self {
        Self::with_wallet(|wallet| wallet.response_mode = mode).await
    }

    /// With a wallet app instead of the demo wallet, as told.
    pub async fn with_wallet(told: impl FnOnce(&mut WalletRoute)) -> Self {
        Self::set_up(&configuration(""), |wallet| {
            wallet.authorization_endpoint = POSTING_WALLET.parse().unwrap();
            wallet.response_mode = ResponseMode::DirectPost;
            told(wallet);
        })
        .await
    }

    /// With a path in the public address, and a wallet app that answers in this mode.
    pub async fn below(path: &str, mode: ResponseMode) -> Self {
        let public_url = |path: &str| format!("public_url = \"{BASE}{path}\"");
        let text = configuration("").replace(&public_url(""), &public_url(path));
        Self::set_up(&text, |wallet| {
            wallet.authorization_endpoint = POSTING_WALLET.parse().unwrap();
            wallet.response_mode = mode;
        })
        .await
    }

    /// With more keys in `[[credentials]]`.
    pub async fn with_credentials(more: &str) -> Self {
        Self::set_up(&configuration(more), |_| {}).await
    }

    /// With more at the end of the configuration: clients, or a last table.
    pub async fn with_more(more: &str) -> Self {
        Self::set_up(&(configuration("") + more), |_| {}).await
    }

    /// With a wallet that posts its answers in this mode, and more at the end of the configuration.
    pub async fn posting_with(mode: ResponseMode, more: &str) -> Self {
        Self::set_up(&(configuration("") + more), |wallet| {
            wallet.authorization_endpoint = POSTING_WALLET.parse().unwrap();
            wallet.response_mode = mode;
        })
        .await
    }

    /// In this store, with more at the end of the configuration.
    pub fn stored_in(store: Arc<dyn Store>, more: &str) -> Self {
        let config = Config::from_toml(&(configuration("") + more), Path::new("")).unwrap();
        Self::over(store, config, Parties::new(None), Vec::new())
    }

    /// With a configuration of its own, and more keys of issuers.
    pub async fn with_configuration(text: &str, more_keys: Vec<PublicKey>) -> Self {
        Self::of(Config::from_toml(text, Path::new("")).unwrap(), Parties::new(None), None, more_keys)
    }

    /// With this as the `[[wallets]]` entry instead of the demo wallet's; its files are in `folder`. The
    /// issuer is known by certificates.
    pub async fn asking(wallet: &str, folder: &Path) -> Self {
        let parties = Parties::new(None);
        Self::of(configured_with(wallet, folder, &parties), parties, None, Vec::new())
    }

    /// Where mdocs of the demo issuer are believed, and a wallet named `browser` is asked by the browser's API in this
    /// way. The certificate of its authority is in `folder`.
    pub async fn showing_mdocs(folder: &Path, dc_api: &str) -> Self {
        let parties = Parties::new(None);
        std::fs::write(folder.join("iaca.pem"), parties.sandbox.mdoc_root()).unwrap();
        let wallet = format!(
            "[[wallets]]\nname = \"browser\"\nprofile = \"openid4vp\"\nclient_id_prefix = \"redirect_uri\"\n\
             authorization_endpoint = \"{BASE}{MOUNT}/wallet/authorize\"\nrequest_method = \"url_query\"\n\
             response_mode = \"direct_post\"\ndc_api = {dc_api}\n\n"
        );
        let documents =
            [("mdl", "org.iso.18013.5.1.mDL"), ("pid", "eu.europa.ec.eudi.pid.1")].map(|(id, doctype)| {
                format!(
                    "[[credentials]]\nid = \"{id}\"\nformat = \"mso_mdoc\"\ndoctype = \"{doctype}\"\n\
                     issuer = \"{BASE}{MOUNT}/issuer\"\ntrust = {{ iaca_roots = \"iaca.pem\" }}\n\n"
                )
            });
        let text = configuration("").replace("[[clients]]\n", "[[clients]]\nwallet = \"demo\"\n");
        let (before, rest) = text.split_once("[[credentials]]").unwrap();
        let text = format!("{before}{wallet}{}[[credentials]]{rest}", documents.concat());
        Self::of(Config::from_toml(&text, folder).unwrap(), parties, None, Vec::new())
    }

    /// The same, with `more` at the end of the configuration.
    pub async fn asking_for(more: &str, wallet: &str, folder: &Path) -> Self {
        let parties = Parties::new(None);
        let config = configured_by((ROOTS, more), wallet, folder, &parties);
        Self::of(config, parties, None, Vec::new())
    }

    /// The same, where the issuer is known by `trust`, the inside of that table.
    pub fn trusting(trust: &str, wallet: &str, folder: &Path) -> Self {
        let parties = Parties::new(None);
        Self::of(configured_by((trust, ""), wallet, folder, &parties), parties, None, Vec::new())
    }

    /// The same service after a restart with another wallet entry: what was stored is still there.
    pub fn restarted(&self, wallet: &str, folder: &Path) -> Self {
        let parties = Parties::new(Some(self));
        Self::of(configured_with(wallet, folder, &parties), parties, Some(self), Vec::new())
    }

    /// The same service after a restart with another configuration: what was stored is still there.
    pub fn reconfigured(&self, text: &str) -> Self {
        let config = Config::from_toml(text, Path::new("")).unwrap();
        Self::of(config, Parties::new(Some(self)), Some(self), Vec::new())
    }

    async fn set_up(configuration: &str, told: impl FnOnce(&mut WalletRoute)) -> Self {
        let mut config = Config::from_toml(configuration, Path::new("")).unwrap();
        told(&mut config.policy.wallets[0]);
        Self::of(config, Parties::new(None), None, Vec::new())
    }

    fn of(config: Config, parties: Parties, before: Option<&Self>, more_keys: Vec<PublicKey>) -> Self {
        let store = before.map_or_else(|| Place::fresh().open(), |before| Arc::clone(&before.store));
        Self::over(store, config, parties, more_keys)
    }

    fn over(store: Arc<dyn Store>, config: Config, parties: Parties, more_keys: Vec<PublicKey>) -> Self {
        // Without a subscriber, `tracing` would remember for all tests that nobody listens.
        static LISTENS: Once = Once::new();
        LISTENS.call_once(|| {
            let everything = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
            tracing::subscriber::set_global_default(everything.with_writer(std::io::sink).finish()).unwrap();
        });
        let Parties { clock, sandbox, issuer } = parties;
        let published = KeySet::from_json(&sandbox.issuer_jwks()).unwrap();
        let own = SigningKey::from_pem(&issuer.key).unwrap().public_key().clone();
        let more_keys = more_keys.into_iter().chain([own]);
        let keys = Arc::new(KeySet::of(published.keys().iter().cloned().chain(more_keys).collect()));
        let list_road = Arc::new(Mutex::new(ListRoad::Open));
        let lists = Arc::default();
        let no_keys = Arc::default();
        let told: Arc<ToldLogouts> = Arc::default();
        let status_lists = PublishedLists {
            sandbox: sandbox.endpoint(),
            keys: Arc::clone(&keys),
            clock: Arc::clone(&clock),
            road: Arc::clone(&list_road),
            others: Arc::clone(&lists),
        };
        let outside = Outside {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy),
            issuer_keys: Arc::new(KnownKeys(keys, Arc::clone(&no_keys))),
            client_keys: Arc::new(NoClientKeys),
            logout_receivers: Arc::clone(&told) as Arc<dyn LogoutReceivers>,
            webhook_receivers: Arc::new(PostedWebhooks::new(network())),
            status_lists: Arc::new(status_lists),
            wallets: Arc::new(FetchedWallets::new(
                network(),
                Arc::clone(&clock) as Arc<dyn Clock>,
                HashMap::new(),
            )),
            keys: Keyring::in_memory(&SystemEntropy, &KeyPlans::of(&config.policy)).unwrap(),
            metrics: Arc::default(),
        };
        let routes = config.policy.wallets.clone().into();
        let app = App::new(config, outside, vec![(MOUNT, sandbox.endpoint())]);
        Self { app: Arc::new(app), routes, store, issuer, clock, list_road, lists, no_keys, told }
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// From now on the issuer's status list arrives like this.
    pub fn lists_arrive(&self, road: ListRoad) {
        *self.list_road.lock().unwrap() = road;
    }

    /// From now on another issuer publishes this list at this address.
    pub fn publishes(&self, uri: &str, media_type: &str, list: Vec<u8>) {
        self.lists.lock().unwrap().insert(uri.to_owned(), (media_type.to_owned(), list));
    }

    /// The logout tokens that came since it was last asked, each with its address.
    pub fn told_logouts(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.told.came.lock().unwrap())
    }

    /// Whether clients take logout tokens from now on.
    pub fn receivers_fail(&self, fail: bool) {
        self.told.refused.store(fail, Ordering::SeqCst);
    }

    /// From now on the issuer's keys cannot be used, for this reason; or can again.
    pub fn keys_fail(&self, why: Option<NotPublished>) {
        *self.no_keys.lock().unwrap() = why;
    }

    /// The issuer says so of the demo credential, by the button on the sandbox's front page.
    pub async fn issuer_says(&self, status: &str) {
        let mut browser = self.browser();
        let front = browser.open(&format!("{BASE}{MOUNT}/")).await;
        let page = browser.press(&front, &format!("Make it {status}")).await;
        assert!(page.body.contains(&format!("<strong>{status}</strong>")), "{}", page.body);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The request with this `state`, as the wallet would find it.
    pub async fn asked(&self, state: &str) -> VpRequest {
        let state = RequestState::parse(state).unwrap();
        self.store.presentation_by_state(&state).await.unwrap().unwrap().request().clone()
    }

    /// The configured route of a request's wallet.
    pub fn route_of(&self, asked: &VpRequest) -> &WalletRoute {
        self.routes.iter().find(|route| route.name == asked.wallet).unwrap()
    }

    /// Where the answer to this request is posted.
    pub fn response_path(&self, asked: &VpRequest) -> String {
        self.route_of(asked).response_uri(&asked.state).path().to_owned()
    }

    /// The request behind this `start_url`, by the last part of it.
    pub async fn asked_behind(&self, handle: &str) -> VpRequest {
        let handle = Handle::parse(handle).unwrap();
        self.store.presentation_by_handle(&handle).await.unwrap().unwrap().request().clone()
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self.app.endpoint(), BASE.parse().unwrap())
    }

    /// A browser with a cookie of its own, which began something else.
    pub async fn browser_of_somebody(&self) -> Browser<'_> {
        let mut browser = self.browser();
        let authorization = self.device_authorization(&[]).await;
        self.to_wallet(&mut browser, &authorization).await;
        browser
    }

    // The television's side.

    pub async fn device_authorization(&self, more: &[(&str, &str)]) -> Value {
        let mut form = vec![("client_id", "tv")];
        form.extend(more);
        let answer = self.post_form("/device_authorization", &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// A device of `client_id` asks.
    pub async fn device_of(&self, client_id: &str) -> Value {
        let answer = self.post_form("/device_authorization", &[("client_id", client_id)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// What a device of `client_id` hears next: its error, or its token.
    pub async fn hears(&self, client_id: &str, authorization: &Value) -> (Option<String>, Value) {
        let (_, body) = self.poll_as(client_id, authorization["device_code"].as_str().unwrap()).await;
        (body["error"].as_str().map(str::to_owned), body)
    }

    pub async fn poll(&self, device_code: &str) -> (StatusCode, Value) {
        self.poll_as("tv", device_code).await
    }

    pub async fn poll_as(&self, client_id: &str, device_code: &str) -> (StatusCode, Value) {
        let form = [("client_id", client_id), ("grant_type", DEVICE_GRANT), ("device_code", device_code)];
        let answer = self.post_form("/token", &form).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        (answer.status, answer.json())
    }

    /// From the link to the wallet's consent page.
    pub async fn to_wallet(&self, phone: &mut Browser<'_>, authorization: &Value) -> Page {
        let page = phone.open(authorization["verification_uri_complete"].as_str().unwrap()).await;
        phone.press(&page, "Continue").await
    }

    pub async fn approve(&self, authorization: &Value) {
        let mut phone = self.browser();
        let page = self.to_wallet(&mut phone, authorization).await;
        phone.press(&page, "Share").await;
    }

    // The shop's side.

    pub async fn begin(&self, request: &Value) -> Value {
        let answer = self.post_json("/v1/presentations", &request.to_string()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    pub async fn collect(&self, begun: &Value, response_code: Option<&str>) -> (StatusCode, Value) {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(response_code.map(|code| ("response_code", code)))
            .finish();
        let path = format!("/v1/presentations/{}?{query}", begun["id"].as_str().unwrap());
        let answer = self.get_as(&path, Some(SHOP)).await;
        (answer.status, answer.json())
    }

    pub async fn forget(&self, begun: &Value) -> StatusCode {
        let path = format!("/v1/presentations/{}", begun["id"].as_str().unwrap());
        self.send(Method::DELETE, &path, &[basic(SHOP)], String::new()).await.status
    }

    /// The person goes through the wallet, sharing as told, and returns to the shop.
    pub async fn share(&self, begun: &Value, told: &[(&str, &str)]) -> Returned {
        let mut browser = self.browser();
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        let page = browser.fill_and_press(&wallet, told, "Share").await;
        assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
        let value = |wanted: &str| {
            page.url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        Returned { response_code: value("response_code").unwrap(), state: value("state") }
    }

    /// A whole presentation for the shop, with what the wallet answered.
    pub async fn exchange(&self, request: &Value) -> Exchange {
        let begun = self.begin(request).await;
        let mut browser = self.browser();
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        let fragment = self.share_without_returning(&mut browser, &wallet).await;
        let mut pairs = form_urlencoded::parse(fragment.as_bytes());
        let vp_token = pairs.find(|(name, _)| name == "vp_token").unwrap().1.into_owned();
        let page = browser.bring_fragment(&fragment).await;
        let code = page.url.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
        let (status, result) = self.collect(&begun, Some(&code)).await;
        assert_eq!(status, StatusCode::OK, "{result}");
        Exchange { begun, vp_token, result }
    }

    pub async fn decline(&self, begun: &Value) {
        let mut browser = self.browser();
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        let page = browser.press(&wallet, "Decline").await;
        assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
    }

    /// Shares something wrong in this way, as often as it takes to be refused for good.
    pub async fn share_fault_until_refused(&self, begun: &Value, fault: &str) {
        let mut browser = self.browser();
        for _ in 0..5 {
            let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
            let back = browser.fill_and_press(&wallet, &[("fault", fault)], "Share").await;
            if back.url.as_str().starts_with(RETURN_TO) {
                break;
            }
        }
    }

    /// Presses "Share", but stops before the answer reaches us: the fragment.
    pub async fn share_without_returning(&self, browser: &mut Browser<'_>, wallet: &Page) -> String {
        browser.press_without_returning(wallet, "Share").await
    }

    /// The wallet's answer to `request`, taken out of the browser's address bar before we see it.
    pub async fn hold(&self, request: &Value, told: &[(&str, &str)]) -> Held {
        let begun = self.begin(request).await;
        let mut browser = self.browser();
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        let fragment = browser.fill_and_press_without_returning(&wallet, told, "Share").await;
        let value = |text: &str, wanted: &str| {
            let mut pairs = form_urlencoded::parse(text.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let asked: url::Url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
        let asked = |name: &str| value(asked.query().unwrap(), name);
        let sent = asked("transaction_data").unwrap_or_default();
        Held {
            vp_token: value(&fragment, "vp_token").unwrap(),
            nonce: asked("nonce").unwrap(),
            transaction_data: sent.split_whitespace().map(str::to_owned).collect(),
        }
    }

    // Plain requests.

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], String::new()).await
    }

    pub async fn get_as(&self, path: &str, credentials: Option<(&str, &str)>) -> Answer {
        let headers: Vec<_> = credentials.map(basic).into_iter().collect();
        self.send(Method::GET, path, &headers, String::new()).await
    }

    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded".to_owned());
        self.send(Method::POST, path, &[kind], body).await
    }

    pub async fn post_json(&self, path: &str, body: &str) -> Answer {
        self.post_json_as(SHOP, path, body).await
    }

    pub async fn post_json_as(&self, client: (&str, &str), path: &str, body: &str) -> Answer {
        let kind = (header::CONTENT_TYPE.as_str(), "application/json".to_owned());
        self.send(Method::POST, path, &[kind, basic(client)], body.to_owned()).await
    }

    pub async fn post_value_as(&self, path: &str, credentials: Option<(&str, &str)>, body: &Value) -> Answer {
        let mut headers = vec![(header::CONTENT_TYPE.as_str(), "application/json".to_owned())];
        headers.extend(credentials.map(basic));
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    /// The service, to be called by others than the browsers here.
    pub fn app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, String)], body: String) -> Answer {
        let mut request =
            Request::builder().method(method.clone()).uri_str(path).header(header::HOST, "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = self.app.endpoint().get_response(request.body(body)).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Answer { status, headers, text: response.into_body().into_string().await.unwrap() };
        document::hold(&method, path, &answer);
        answer
    }
}

/// Who is there before the service is configured.
struct Parties {
    clock: Arc<TestClock>,
    sandbox: Sandbox,
    issuer: Arc<CertifiedKey>,
}

impl Parties {
    /// Those of `before`, apart from the sandbox, which is new.
    fn new(before: Option<&Harness>) -> Self {
        // The second opinion asks the system what time it is, whatever our clock says.
        let clock = before.map_or_else(
            || Arc::new(TestClock(AtomicI64::new(SystemClock.now().unix()))),
            |before| Arc::clone(&before.clock),
        );
        let sandbox = Sandbox::new(SandboxSettings {
            base_url: BASE.parse().unwrap(),
            shop_client_id: SHOP.0.to_owned(),
            shop_secret: Secret::received(SHOP.1),
            tv_client_id: "tv".to_owned(),
            page_client_id: "page".to_owned(),
            wallet_client_id: WALLET_CLIENT.to_owned(),
            verifier_roots: None,
            scope: BASIC.to_owned(),
            now: {
                let clock = Arc::clone(&clock);
                Arc::new(move || clock.now())
            },
            rng: Arc::new(|bytes| SystemEntropy.fill(bytes).unwrap()),
            http: silent_client(),
        })
        .unwrap();
        // Roots are found by their names: two of one name in a file would hide each other.
        let certified = || Arc::new(CertifiedKey::generate("a second key", clock.now()).unwrap());
        let issuer = before.map_or_else(certified, |before| Arc::clone(&before.issuer));
        Self { clock, sandbox, issuer }
    }

    /// The roots of both keys of the demo issuer, in PEM.
    fn roots(&self) -> Vec<u8> {
        [self.sandbox.issuer_root(), &self.issuer.root].concat()
    }
}

pub fn basic((id, secret): (&str, &str)) -> (&'static str, String) {
    ("authorization", format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
}

/// The usual configuration with another wallet entry, and with issuers that are known by certificates.
fn configured_with(wallet: &str, folder: &Path, parties: &Parties) -> Config {
    configured_by((ROOTS, ""), wallet, folder, parties)
}

const ROOTS: &str = "x5c_roots = \"issuer-roots.pem\"";

fn configured_by((trust, more): (&str, &str), wallet: &str, folder: &Path, parties: &Parties) -> Config {
    std::fs::write(folder.join("issuer-roots.pem"), parties.roots()).unwrap();
    let jwks = format!("jwks_uri = \"{BASE}/sandbox/issuer/jwks.json\"");
    let usual = configuration("").replace(&jwks, trust);
    let (before, rest) = usual.split_once("[[wallets]]").unwrap();
    let (_, after) = rest.split_once("[[credentials]]").unwrap();
    let text = format!("{before}[[wallets]]\nname = \"demo\"\n{wallet}\n[[credentials]]{after}{more}");
    Config::from_toml(&text, folder).unwrap_or_else(|faults| panic!("{wallet}\n{faults}"))
}
