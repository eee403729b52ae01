//! A service with a real store in memory, a clock that tests move, and no outside world.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use poem::endpoint::BoxEndpoint;
use poem::http::{Method, StatusCode};
use poem::{Endpoint as _, EndpointExt as _, Request};
use serde_json::{Map, Value, json};
use vpgate::config::Storage;
use vpgate::flow::context::{Decided, Ports, SecretKeys, Service};
use vpgate::flow::ports::{
    ClientKeySets, Clock, Entropy, IssuerKeys, LogoutReceivers, NoStatusList, NotPublished, Signer,
    StatusLists, Unavailable, Wallets, WebhookMessage, WebhookReceivers,
};
use vpgate::http::{ClientAddresses, HttpSettings, service};
use vpgate::store::sqlite::SqliteStore;
use vpgate::system::request_keys::RequestKeys;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::TokenClaims;
use vpgate_core::admission::{AskableCredential, ScopeDefinition, ScopePolicy};
use vpgate_core::base::forwarded::TrustedProxies;
use vpgate_core::base::secret::{DigestKey, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::oauth::client::{Authentication, Client, ClientKeys, Clients, CodeRules, Grant, ProofRules};
use vpgate_core::oauth::client_assertion::AssertionPolicy;
use vpgate_core::oauth::device_settings::DeviceSettings;
use vpgate_core::oauth::logout::ClientLogout;
use vpgate_core::oauth::token_policy::{TokenFormat, TokenPolicy, TokenSettings};
use vpgate_core::oauth::user_code::{UserCodeFormat, UserCodeFormats};
use vpgate_core::openid4vp::dcql::{ClaimsPath, Meta};
use vpgate_core::openid4vp::profile::Parameters;
use vpgate_core::openid4vp::request::{
    AuthorizationMethod, OnRejection, Profile, RequestMethod, ResponseMode, TransactionSupport, WalletRoute,
};
use vpgate_core::openid4vp::transaction_data::TransactionTypes;
use vpgate_core::openid4vp::wallet_metadata::WalletMetadata;
use vpgate_core::policy::{CodePolicy, DevicePolicy, Policy, PresentationPolicy, ReceiptPolicy};
use vpgate_core::status_list::check::StatusReference;
use vpgate_core::status_list::token::{StatusList, StatusListFault};
use vpgate_core::trust::{TrustPolicy, TrustedIssuer};
use vpgate_core::webhook::Heard;

pub const PUBLIC_URL: &str = "https://verify.example.com";
pub const RETURN: &str = "https://shop.example.com/return";
/// `shop:s3cret`
pub const SHOP: (&str, &str) = ("authorization", "Basic c2hvcDpzM2NyZXQ=");
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub struct Stage {
    service: BoxEndpoint<'static>,
    /// The same house a second time: another process over the same store.
    replica: BoxEndpoint<'static>,
    clock: Arc<Hand>,
    entropy: Arc<Numbers>,
    /// The private key of the client `signer`.
    pub signer_key: SigningKey,
}

pub struct Answer {
    pub status: StatusCode,
    pub body: String,
    headers: poem::http::HeaderMap,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl Fn(&mut Policy)) -> Self {
        let (clock, entropy) = (Arc::new(Hand(AtomicI64::new(1_800_000_000))), Arc::new(Numbers::default()));
        let signer_key = SigningKey::generate(Algorithm::Es256).unwrap();
        let keys = Arc::new(KeySet::of(vec![signer_key.public_key().clone()]));
        let store = SqliteStore::open(&Storage::Memory).unwrap();
        let endpoints = || {
            let mut policy = policy(Arc::clone(&keys));
            change(&mut policy);
            let ports = Ports {
                store: Arc::<SqliteStore>::clone(&store),
                clock: Arc::clone(&clock) as Arc<dyn Clock>,
                entropy: Arc::clone(&entropy) as Arc<dyn Entropy>,
                signer: Arc::new(NoSigner),
                receipt_signer: Arc::new(NoSigner),
                request_signer: Arc::new(RequestKeys::default()),
                wallets: Arc::new(NoWallets),
                issuer_keys: Arc::new(NoKeys),
                client_keys: Arc::new(NoKeys),
                logout_receivers: Arc::new(NoKeys),
                webhook_receivers: Arc::new(NoKeys),
                status_lists: Arc::new(NoLists),
                metrics: Arc::default(),
            };
            let [user_code, subject, nonce] = [1, 2, 3].map(|byte| DigestKey::new(&[byte; 32]));
            let decided = Decided { policy: Arc::new(policy), cross_check: None };
            let endpoints = Service::new(decided, ports, SecretKeys { user_code, subject, nonce });
            let echo = poem::endpoint::make_sync(|request: Request| {
                assert_ne!(request.uri().path(), "/panic", "as asked");
                poem::Response::builder().body(format!("mounted {}", request.uri().path()))
            });
            let settings = HttpSettings {
                public_url: PUBLIC_URL.parse().unwrap(),
                addresses: ClientAddresses::new(TrustedProxies::default(), PUBLIC_URL.starts_with("https")),
                mounts: vec![("/sandbox", echo.boxed())],
                operations_apart: false,
            };
            service(Arc::new(endpoints), settings)
        };
        let (service, replica) = (endpoints(), endpoints());
        Self { service, replica, clock, entropy, signer_key }
    }

    /// The same request, to the other process.
    pub async fn get_at_replica(&self, uri: &str) -> StatusCode {
        let request = Request::builder().uri_str(uri).finish();
        self.replica.get_response(request).await.status()
    }

    /// Now, in seconds since the epoch.
    pub fn now(&self) -> i64 {
        self.clock.0.load(Ordering::SeqCst)
    }

    pub fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// From now on there is no randomness: a fault of ours.
    pub fn break_entropy(&self) {
        self.entropy.broken.store(true, Ordering::SeqCst);
    }

    pub async fn ask(
        &self,
        method: Method,
        uri: &str,
        headers: &[(&str, &str)],
        body: impl Into<String>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri_str(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.service.get_response(request.body(body.into())).await;
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.into_body().into_string().await.unwrap() }
    }

    pub async fn get(&self, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, uri, headers, "").await
    }

    pub async fn form(&self, uri: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.ask(Method::POST, uri, &headers, body).await
    }

    pub async fn json(&self, uri: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        self.ask(Method::POST, uri, &headers, body.to_string()).await
    }

    /// A device of `tv` gets its codes.
    pub async fn device(&self) -> Value {
        self.form("/device_authorization", &[], "client_id=tv").await.ok_json()
    }

    /// The shop begins a presentation.
    pub async fn presentation(&self) -> Value {
        let answer = self
            .json("/v1/presentations", &[SHOP], &json!({ "scope": "adult", "redirect_uri": RETURN }))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.json()
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Every value of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    pub fn ok_json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.json()
    }

    /// Status and `error` of an OAuth error.
    pub fn oauth_error(&self) -> (u16, String) {
        assert_eq!(self.header("cache-control"), Some("no-store"));
        (self.status.as_u16(), self.json()["error"].as_str().unwrap().to_owned())
    }

    /// Status, kind and pointer of a problem document.
    pub fn problem(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.body);
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        let kind = body["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        (self.status.as_u16(), kind, body["pointer"].as_str().unwrap_or_default().to_owned())
    }

    /// The pair that a browser sends back.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let rest = self.body.split(&field).nth(1).unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }

    pub fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header("location").unwrap()
    }
}

fn policy(keys: Arc<KeySet>) -> Policy {
    let digest = Secret::received("s3cret").digest();
    Policy {
        clients: Clients::new(vec![
            client("tv", Authentication::None, vec![Grant::DeviceCode]),
            client("post", Authentication::ClientSecretPost(digest.into()), vec![Grant::DeviceCode]),
            client("shop", Authentication::ClientSecretBasic(digest.into()), Vec::new()),
            client("web", Authentication::None, vec![Grant::AuthorizationCode]),
            client("bank", Authentication::ClientSecretBasic(digest.into()), vec![Grant::AuthorizationCode]),
            Client {
                code: CodeRules { pushed_only: true, ..CodeRules::default() },
                ..client("strict", Authentication::None, vec![Grant::AuthorizationCode])
            },
            client(
                "signer",
                Authentication::PrivateKeyJwt(ClientKeys::Jwks(keys)),
                vec![Grant::DeviceCode, Grant::AuthorizationCode],
            ),
        ]),
        scopes: scopes(),
        trust: TrustPolicy::default(),
        transaction_types: TransactionTypes::default(),
        wallets: vec![WalletRoute {
            name: "demo".to_owned(),
            profile: Profile::Proof,
            authorization_endpoint: "https://wallet.example.com/authorize".parse().unwrap(),
            authorization_method: AuthorizationMethod::Get,
            verifier_id: "vpgate".to_owned(),
            request_method: RequestMethod::UrlQuery,
            response_mode: ResponseMode::Fragment,
            redirect_uri: format!("{PUBLIC_URL}/callback").parse().unwrap(),
            wallet_endpoints: format!("{PUBLIC_URL}/wallet/").parse().unwrap(),
            send_response_mode: false,
            legacy_names: false,
            issuer: None,
            pushed_requests: None,
            transaction_data: TransactionSupport::All,
            verifier_info: Vec::new(),
            on_rejection: OnRejection::Refuse,
            dc_api: None,
            also_as: Vec::new(),
            install_url: None,
            title: None,
        }],
        device: DevicePolicy {
            user_codes: UserCodeFormats::new([&UserCodeFormat::default()]),
            ..DevicePolicy::default()
        },
        code: CodePolicy {
            code_lifetime: Duration::from_secs(60),
            pushed_lifetime: Duration::from_secs(90),
            pushed_only: false,
        },
        assertions: AssertionPolicy {
            issuer: PUBLIC_URL.to_owned(),
            token_endpoint: None,
            longest_lifetime: Duration::from_secs(600),
        },
        presentation: PresentationPolicy {
            open_per_client: PresentationPolicy::OPEN_PER_CLIENT,
            event_streams: 9,
            lifetime: Duration::from_secs(300),
            cross_device_lifetime: Duration::from_secs(120),
            tries: 3,
        },
        verification: VerificationSettings::default(),
        tokens: TokenPolicy {
            issuer: PUBLIC_URL.to_owned(),
            default: TokenSettings {
                audience: vec!["https://api.example.com".to_owned()],
                format: TokenFormat::Jwt,
                algorithm: Algorithm::Es256,
                id_token_algorithm: Algorithm::Rs256,
                lifetime: Duration::from_secs(3600),
                refresh_idle: Duration::from_secs(86_400),
                refresh_limit: Duration::from_secs(864_000),
                rotate_refresh_tokens: true,
                require_dpop: false,
                recheck_status: true,
                introspects: Vec::new(),
            },
            of_clients: BTreeMap::new(),
        },
        sessions: None,
        audit: None,
        receipts: ReceiptPolicy { enabled: false, ..ReceiptPolicy::default() },
        appearance: Arc::default(),
    }
}

fn scopes() -> ScopePolicy {
    let credential =
        AskableCredential::new("id", Meta::sd_jwt_vc(vec!["https://issuer.example.com/id".to_owned()]));
    let adult = ScopeDefinition {
        standard_claims: Vec::new(),
        name: "adult".to_owned(),
        description: Some("to know that you are <18 or older>".to_owned()),
        credential: "id".to_owned(),
        claims: vec![ClaimsPath::from_dotted("age_equal_or_over.18").unwrap()],
        rules: Vec::new(),
        open: true,
    };
    ScopePolicy::new(vec![credential], vec![adult])
}

fn client(id: &str, authentication: Authentication, grants: Vec<Grant>) -> Client {
    Client {
        id: id.to_owned(),
        name: format!("The {id}"),
        authentication,
        grants,
        scopes: Scopes::parse("adult").unwrap(),
        redirect_uris: vec![RETURN.parse().unwrap()],
        any_loopback_redirect_uri: false,
        origins: Vec::new(),
        wallet: "demo".to_owned(),
        device: DeviceSettings::default(),
        device_pages_for: Vec::new(),
        other_wallets: Vec::new(),
        offer_cross_device: false,
        token_claims: TokenClaims::default(),
        code: CodeRules::default(),
        cross_device: false,
        proof: ProofRules::default(),
        logout: ClientLogout::default(),
        retention: Default::default(),
        webhooks: Vec::new(),
    }
}

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

/// Never the same twice, and the same in every run (splitmix64).
#[derive(Default)]
struct Numbers {
    drawn: AtomicU64,
    broken: AtomicBool,
}

impl Entropy for Numbers {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Unavailable> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(Unavailable::new("randomness", "a secret reason"));
        }
        for chunk in bytes.chunks_mut(8) {
            let mut z =
                self.drawn.fetch_add(1, Ordering::SeqCst).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

struct NoSigner;

#[async_trait]
impl Signer for NoSigner {
    async fn sign(
        &self,
        _: Algorithm,
        _: &str,
        _: &Map<String, Value>,
        _: Timestamp,
    ) -> Result<String, Unavailable> {
        Err(Unavailable::new("the signer", "there is none here"))
    }

    fn jwks(&self, _: Timestamp) -> Value {
        json!({ "keys": [{ "kty": "EC", "kid": "k1" }] })
    }

    fn jwks_in_use(&self, _: Timestamp) -> Value {
        json!({ "keys": [] })
    }
}

struct NoLists;

#[async_trait]
impl StatusLists for NoLists {
    async fn of(
        &self,
        _: &TrustedIssuer,
        _: &StatusReference,
        _: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        Err(StatusListFault::NoList.into())
    }
}

struct NoWallets;

#[async_trait]
impl Wallets for NoWallets {
    async fn metadata(&self, _: &str) -> Result<Arc<WalletMetadata>, NotPublished> {
        Err(NotPublished::passing(&"nobody there"))
    }

    async fn push(&self, _: &WalletRoute, _: &Parameters) -> Result<String, NotPublished> {
        Err(NotPublished::passing(&"nobody there"))
    }
}

struct NoKeys;

#[async_trait]
impl WebhookReceivers for NoKeys {
    async fn post(&self, _: WebhookMessage<'_>, _: Timestamp) -> Result<Heard, NotPublished> {
        Err(NotPublished::passing(&"there is nobody here"))
    }
}

#[async_trait]
impl LogoutReceivers for NoKeys {
    async fn tell(&self, _: &url::Url, _: &Secret) -> Result<(), NotPublished> {
        Err(NotPublished::passing(&"nobody there"))
    }
}

#[async_trait]
impl IssuerKeys for NoKeys {
    async fn of(&self, _issuer: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished> {
        Err(NotPublished::passing(&"there is none here"))
    }
}

#[async_trait]
impl ClientKeySets for NoKeys {
    async fn of_client(&self, client: &ClientKeys, _kid: Option<&str>) -> Result<Arc<KeySet>, NotPublished> {
        match client {
            ClientKeys::Jwks(keys) => Ok(Arc::clone(keys)),
            ClientKeys::JwksUri(_) => Err(NotPublished::passing(&"there is none here")),
        }
    }
}
