//! The configuration file as it is written, believed by nobody: what is registered, and what is about this process.
//! Every key is read, named in suggestions and described in the JSON Schema by these types and those of
//! [`vpgate_core::registration`], and has its default there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use vpgate_core::base::secret::Digest;
use vpgate_core::registration::{
    AssertionRegistration, AuditRegistration, BrandingRegistration, ClientRegistration, CodeRegistration,
    CredentialRegistration, DeviceRegistration, PresentationRegistration, ProofspaceRegistration,
    ReceiptRegistration, Registrations, RetentionRegistration, ScopeRegistration, SessionRegistration,
    StringOrList, TokenRegistration, TransactionTypeRegistration, VerificationRegistration,
    WalletRegistration,
};

/// The configuration of vpgate.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(title = "vpgate.toml")]
pub(super) struct File {
    /// Where the world sees this server; also the issuer of its tokens. https; a path is allowed.
    pub public_url: Option<String>,
    /// Where it listens: plain HTTP, for the proxy in front of it.
    #[serde(default = "loopback")]
    pub listen: String,
    /// More files, whose lists are joined to those of this one: `"conf.d/*.toml"`, or a list of such.
    pub include: Option<StringOrList>,
    /// When a running service reads its files again: `signal` (SIGHUP), or `watch`, also when one of them changed.
    #[serde(default = "by_signal")]
    pub reload: String,
    /// Plain http and loopback addresses everywhere. For one machine that talks to itself.
    pub danger_allow_loopback: bool,
    /// Where grants and presentations are kept.
    pub storage: RawStorage,
    /// Where our own keys are kept.
    pub keys: RawKeys,
    /// The proxies in front of us.
    pub http: RawHttp,
    /// How far our own requests reach.
    pub fetch: RawFetch,
    /// A listener for operators.
    pub operations: RawOperations,
    /// How long status lists are kept.
    pub status_lists: RawStatusLists,
    /// Where a person can be sent, and how that wallet is asked.
    pub wallets: Vec<WalletRegistration>,
    /// What can be asked for, and whom we believe: one entry for each issuer.
    pub credentials: Vec<CredentialRegistration>,
    /// What can be agreed to, beside the four types of the Proof document.
    pub transaction_data: Vec<TransactionTypeRegistration>,
    /// What clients can earn: what must be shown, and what must hold.
    pub scopes: Vec<ScopeRegistration>,
    /// Who may ask.
    pub clients: Vec<ClientRegistration>,
    /// What the claims of compatibility = "proofspace" are called.
    pub proofspace: ProofspaceRegistration,
    /// The device grant of all clients.
    #[serde(default = "DeviceRegistration::standard")]
    pub device: DeviceRegistration,
    /// The authorization code grant.
    pub authorization_code: CodeRegistration,
    /// What is demanded of the assertions of clients.
    pub client_assertions: AssertionRegistration,
    /// How presentations are asked for.
    pub presentation: PresentationRegistration,
    /// How presentations are judged.
    pub verification: VerificationRegistration,
    /// What tokens say and how long they live.
    #[serde(default = "TokenRegistration::standard")]
    pub tokens: TokenRegistration,
    /// Whether a person who presented a moment ago is asked again.
    pub sessions: SessionRegistration,
    /// Whether decisions leave evidence.
    pub receipts: ReceiptRegistration,
    /// What is kept of presentations once they are settled.
    pub retention: RetentionRegistration,
    /// Whose pages they are, and in which languages they speak.
    pub branding: BrandingRegistration,
    /// The audit log.
    pub audit: AuditRegistration,
}

fn loopback() -> String {
    "127.0.0.1:8080".to_owned()
}

fn by_signal() -> String {
    "signal".to_owned()
}

impl File {
    /// What is registered in it.
    pub(super) fn into_registrations(self, rules_version: Digest) -> Registrations {
        Registrations {
            public_url: self.public_url,
            allow_loopback: self.danger_allow_loopback,
            open_networks: Vec::new(),
            wallets: self.wallets,
            credentials: self.credentials,
            transaction_data: self.transaction_data,
            scopes: self.scopes,
            clients: self.clients,
            proofspace: self.proofspace,
            device: self.device,
            authorization_code: self.authorization_code,
            client_assertions: self.client_assertions,
            presentation: self.presentation,
            verification: self.verification,
            tokens: self.tokens,
            sessions: self.sessions,
            receipts: self.receipts,
            rules_version: Some(rules_version),
            retention: self.retention,
            branding: self.branding,
            audit: self.audit,
        }
    }
}

/// Where grants and presentations are kept.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct RawStorage {
    /// `sqlite:FILE`; `sqlite::memory:` forgets everything at the end. Or PostgreSQL, which several services can
    /// share: `postgres://USER@HOST/DATABASE`, with one host or several (`HOST:PORT,HOST:PORT`) of which the one that
    /// takes writes is used; a folder with a socket is written `%2Frun%2Fpostgresql`. The keys below are for it.
    pub url: String,
    /// A file with the password, which other users cannot read.
    pub password_file: Option<String>,
    /// The environment variable with the password.
    pub password_env: Option<String>,
    /// Where our tables are: deployments that share a database have a schema each.
    pub schema: String,
    /// Speaks to hosts without TLS: whoever is on the way reads and changes everything. Without it they must have
    /// certificates for the names they are reached by (`verify-full`), but for sockets of this machine.
    pub danger_without_tls: bool,
    /// The certificates (PEM) that the hosts' are signed with; those of the system when left out.
    pub ca_file: Option<String>,
    /// `prepared`, or `unnamed` behind a pooler that does not track prepared statements.
    pub statements: String,
    /// Connections for changes that are durable before they are answered, 1 to 100.
    pub connections: i64,
    /// Connections for look-ups and polls, 1 to 100.
    pub swift_connections: i64,
}

impl Default for RawStorage {
    fn default() -> Self {
        Self {
            url: "sqlite:vpgate.db".to_owned(),
            password_file: None,
            password_env: None,
            schema: "vpgate".to_owned(),
            danger_without_tls: false,
            ca_file: None,
            statements: "prepared".to_owned(),
            connections: 12,
            swift_connections: 8,
        }
    }
}

/// Where our own keys are kept.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct RawKeys {
    /// The private keys, made at the first start, for this user only. `keys` when left out, or nowhere if nothing is
    /// stored.
    pub directory: Option<String>,
    /// The security module in which signing keys are made, and sign: none of them is on the disk then.
    pub pkcs11: Option<RawSecurityModule>,
}

/// A security module, by PKCS#11.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct RawSecurityModule {
    /// The library of its maker: `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: Option<String>,
    /// The label of the token that is for this service, or for several.
    pub token: Option<String>,
    /// A file with the PIN of its user, which other users of this machine cannot read.
    pub pin_file: Option<String>,
    /// The environment variable with the PIN.
    pub pin_env: Option<String>,
}

/// The proxies in front of us.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct RawHttp {
    /// Proxies whose word about the browser's address counts: addresses and networks.
    pub trusted_proxies: Vec<String>,
    /// Which header they write: X-Forwarded-For, Forwarded (RFC 7239), or either.
    pub forwarded_header: String,
}

impl Default for RawHttp {
    fn default() -> Self {
        Self { trusted_proxies: Vec::new(), forwarded_header: "either".to_owned() }
    }
}

/// How far our own requests reach.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct RawFetch {
    /// Certificates (PEM) of authorities that count beside those of the system.
    pub ca_file: Option<String>,
    /// Networks inside which issuers, wallets and clients may be: addresses and networks. https is a must there, too.
    pub allow_networks: Vec<String>,
    /// The HTTP proxy that leads outside. It resolves names, so it must refuse those that lead inside.
    pub proxy: Option<String>,
}

/// A listener for operators.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct RawOperations {
    /// Where `/healthz`, `/readyz` and `/metrics` answer, and nowhere else then. When left out they answer at `listen`,
    /// `/metrics` only where `public_url` is not https.
    pub listen: Option<String>,
    /// How long the service goes on as before after it was told to stop, while `/readyz` says 503, so that balancers
    /// send nobody here any more when it ends; a minute at most. It ends at once when left out.
    pub drain: Option<String>,
    /// Where a collector takes traces (OTLP over HTTP): `http://127.0.0.1:4318`. Certificates of `fetch.ca_file` count there,
    /// too. Which traces are kept, and what is sent with them, is said by OpenTelemetry's variables of the environment.
    pub otlp_endpoint: Option<String>,
}

/// How long status lists are kept.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct RawStatusLists {
    /// How long one is kept at least, whatever its issuer says; never past its `exp`.
    pub cache_at_least: String,
    /// How long one is kept at most.
    pub cache_at_most: String,
    /// Refuse a list that was signed longer ago than this; any age when left out.
    pub oldest: Option<String>,
}

impl Default for RawStatusLists {
    fn default() -> Self {
        Self { cache_at_least: "60s".to_owned(), cache_at_most: "12h".to_owned(), oldest: None }
    }
}
