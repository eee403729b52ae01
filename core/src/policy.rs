//! What the operator decided, as a value: whoever reads a configuration makes it, and every use case is handed it.

use std::sync::Arc;
use std::time::Duration;

use crate::admission::ScopePolicy;
use crate::admission::scopes::Scopes;
use crate::appearance::Appearance;
use crate::audit::AuditPolicy;
use crate::base::secret::Digest;
use crate::credential::settings::VerificationSettings;
use crate::jose::alg::Algorithm;
use crate::oauth::attempts::DeviceLimits;
use crate::oauth::client::{Client, Clients};
use crate::oauth::client_assertion::AssertionPolicy;
use crate::oauth::entitlement::OPENID;
use crate::oauth::session::SessionPolicy;
use crate::oauth::token_policy::TokenPolicy;
use crate::oauth::user_code::UserCodeFormats;
use crate::openid4vp::dcql::ClaimsPath;
use crate::openid4vp::request::{PresentationFlow, WalletRoute};
use crate::openid4vp::transaction_data::TransactionTypes;
use crate::trust::TrustPolicy;

/// What the operator decided, checked. One request sees one policy from its beginning to its end.
#[derive(Debug)]
pub struct Policy {
    /// Who may ask.
    pub clients: Clients,
    /// What can be earned.
    pub scopes: ScopePolicy,
    /// Whom we believe.
    pub trust: TrustPolicy,
    /// What can be agreed to.
    pub transaction_types: TransactionTypes,
    /// Where people can be sent, by name.
    pub wallets: Vec<WalletRoute>,
    /// The device grant's settings.
    pub device: DevicePolicy,
    /// The code grant's settings.
    pub code: CodePolicy,
    /// What is demanded of client assertions.
    pub assertions: AssertionPolicy,
    /// How presentations are asked for.
    pub presentation: PresentationPolicy,
    /// How presentations are judged.
    pub verification: VerificationSettings,
    /// What tokens say and how long they live.
    pub tokens: TokenPolicy,
    /// How sessions are kept; `None` where nobody is signed in.
    pub sessions: Option<SessionPolicy>,
    /// How the audit log is kept; `None` where it is not.
    pub audit: Option<AuditPolicy>,
    /// Whether receipts are made, and how long they can be checked.
    pub receipts: ReceiptPolicy,
    /// How the pages look and speak.
    pub appearance: Arc<Appearance>,
}

impl Policy {
    /// The clients that may ask for ID tokens.
    pub fn openid_clients(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter().filter(|client| client.scopes.contains(OPENID))
    }

    /// What ID tokens are signed with; nothing where nobody may ask for one.
    pub fn id_token_algorithms(&self) -> Vec<Algorithm> {
        let mut clients = self.openid_clients().map(|client| client.id.as_str()).peekable();
        if clients.peek().is_none() {
            return Vec::new();
        }
        self.tokens.id_token_algorithms(clients)
    }

    /// Every algorithm that tokens are signed with, each once.
    pub fn token_algorithms(&self) -> Vec<Algorithm> {
        let mut algorithms = self.tokens.algorithms();
        for algorithm in self.id_token_algorithms() {
            if !algorithms.contains(&algorithm) {
                algorithms.push(algorithm);
            }
        }
        algorithms
    }

    /// What people are told that this client is called.
    pub fn client_name(&self, client_id: &str) -> String {
        self.clients.named(client_id).map_or(client_id, |client| &client.name).to_owned()
    }

    /// What `wallet` is told of this client's name: the names of drafts have one ([`WalletRoute::legacy_names`]).
    pub fn client_name_for(&self, wallet: &WalletRoute, client_id: &str) -> Option<String> {
        wallet.legacy_names.then(|| self.client_name(client_id))
    }

    /// The wallet configured under `name`.
    pub fn wallet(&self, name: &str) -> Option<&WalletRoute> {
        self.wallets.iter().find(|wallet| wallet.name == name)
    }

    /// How people are asked who came to our own pages; nothing to do with wallets that are not there.
    pub fn flow_in_browser(&self, wallet: &str) -> PresentationFlow {
        self.wallet(wallet).map_or(PresentationFlow::SameDevice, WalletRoute::flow_in_browser)
    }

    /// Whether the answer comes by JavaScript ([`WalletRoute::needs_script`]), from each wallet that the person can
    /// choose.
    pub fn needs_script(&self, client: &Client) -> bool {
        let mut wallets = client.wallets().filter_map(|name| self.wallet(name));
        wallets.all(WalletRoute::needs_script)
    }

    /// What scopes are called when people are asked about them.
    pub fn rights(&self, scopes: &Scopes) -> Vec<String> {
        let described = |name: &str| self.scopes.named(name).and_then(|scope| scope.description.clone());
        scopes.iter().map(|name| described(name).unwrap_or_else(|| name.to_owned())).collect()
    }
}

/// `[device]`, as far as it holds for all clients: the rest is in
/// [`DeviceSettings`](crate::oauth::device_settings::DeviceSettings).
#[derive(Clone, Debug, Default)]
pub struct DevicePolicy {
    /// Every format in which codes are given.
    pub user_codes: UserCodeFormats,
    /// Public clients may not use the grant.
    pub require_client_authentication: bool,
    /// How often what may happen.
    pub limits: DeviceLimits,
}

/// `[authorization_code]`
#[derive(Clone, Debug)]
pub struct CodePolicy {
    /// Life of a code.
    pub code_lifetime: Duration,
    /// Life of a pushed request.
    pub pushed_lifetime: Duration,
    /// Only pushed requests count, whoever the client is.
    pub pushed_only: bool,
}

/// `[receipts]`
#[derive(Clone, Debug)]
pub struct ReceiptPolicy {
    /// Whether decisions leave receipts.
    pub enabled: bool,
    /// How long after its last receipt a key is published.
    pub keep: Duration,
    /// The claims that receipts commit to, with salts that the relying party alone is told.
    pub commit: Vec<ClaimsPath>,
    /// The version of the rules that decide: receipts name it.
    pub rules: Digest,
}

impl Default for ReceiptPolicy {
    fn default() -> Self {
        Self { enabled: true, keep: Self::SEVEN_YEARS, commit: Vec::new(), rules: Digest::of(b"") }
    }
}

impl ReceiptPolicy {
    /// With two leap days.
    pub const SEVEN_YEARS: Duration = Duration::from_secs(2557 * 86_400);
}

/// `[presentation]`
#[derive(Clone, Debug)]
pub struct PresentationPolicy {
    /// Life of a request.
    pub lifetime: Duration,
    /// Life of a request to a wallet on another device, which is all that limits how far its QR code
    /// can be carried (RFC 10027 section 6.1.2).
    pub cross_device_lifetime: Duration,
    /// Rejected answers that settle it (REQ-2.8).
    pub tries: u32,
    /// Presentations that one relying party may have open.
    pub open_per_client: u32,
    /// Requests of one process that may follow presentations at once.
    pub event_streams: usize,
}

impl PresentationPolicy {
    /// 10,000: 33 a second when nobody ever answers, and each is settled or expires after five minutes.
    pub const OPEN_PER_CLIENT: u32 = 10_000;
    /// 2,000: half of the connections of a process.
    pub const EVENT_STREAMS: u32 = 2_000;
}
