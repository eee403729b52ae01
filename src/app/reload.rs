//! Another configuration while the service runs. Requests under way keep the policy that they began with.
//!
//! Everything is taken but where the service listens, what it stores where, and what its keys were made for: that waits for
//! the next start, or refuses the whole.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::{Running, check_request_keys, decided, reach_of};
use crate::config::{Config, KeyStorage, SecurityModuleAccess, Storage};
use crate::fetch::client::FetchClient;
use crate::fetch::reach::NoReach;
use crate::fetch::status_lists::FetchedStatusLists;
use crate::fetch::wallets::FetchedWallets;
use crate::flow;
use crate::flow::ports::{Clock as _, Unavailable};
use crate::http::ClientAddresses;
use crate::system::clock::SystemClock;
use crate::system::keys::KeyPlans;
use crate::system::request_keys::RequestKeys;
use crate::system::signing_keys::KeyPlan;
use vpgate_core::audit::{AuditDetails, AuditKind};
use vpgate_core::policy::Policy;

/// Why the configuration stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum NotReloaded {
    /// Every address that is out, every token and every wallet names it.
    #[error("public_url is another one, which takes a restart")]
    PublicUrl,
    /// Keys are made at the start.
    #[error(
        "tokens or receipts are signed otherwise, or live longer, than the keys were made for, which takes a restart"
    )]
    SigningKeys,
    /// No wallet would believe our signature.
    #[error("a certificate or the attestation in [wallets.signing] of {0} has expired, or is not valid yet")]
    RequestKey(String),
    /// Nobody could be asked.
    #[error("outgoing requests cannot be set up: {0}")]
    Fetch(#[from] NoReach),
}

/// What came of a new configuration.
#[derive(Debug, Default)]
pub struct Reloaded {
    /// Names that are there now, and were not: `clients web`.
    pub added: Vec<String>,
    /// Names that are gone.
    pub removed: Vec<String>,
    /// Keys of the file that differ and wait for the next start.
    pub waiting: Vec<&'static str>,
}

/// What takes a new configuration, beside the service.
pub(super) struct Reloading {
    pub(super) request_keys: Arc<RequestKeys>,
    pub(super) addresses: ClientAddresses,
    pub(super) fetching: Fetching,
    pub(super) built: Built,
}

/// Whoever asks others.
pub(super) struct Fetching {
    pub(super) client: FetchClient,
    pub(super) wallets: Arc<FetchedWallets>,
    pub(super) status_lists: Arc<FetchedStatusLists>,
}

/// What is built once.
#[derive(Clone)]
pub(super) struct Built {
    public_url: Url,
    listen: (SocketAddr, Option<SocketAddr>),
    collector: Option<Url>,
    storage: Storage,
    keys: (KeyStorage, Option<SecurityModuleAccess>),
    plans: KeyPlans,
    pub(super) drain: Duration,
}

impl Built {
    /// Of what the service was started with.
    pub(super) fn of(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            listen: (config.listen, config.operations_listen),
            collector: config.collector.clone(),
            storage: config.storage.clone(),
            keys: (config.keys.clone(), config.security_module.clone()),
            plans: KeyPlans::of(&config.policy),
            drain: config.drain,
        }
    }

    /// What `other` would build otherwise.
    fn differences(&self, other: &Self) -> Vec<&'static str> {
        let compared = [
            ("listen", self.listen.0 == other.listen.0),
            ("operations.listen", self.listen.1 == other.listen.1),
            ("operations.drain", self.drain == other.drain),
            ("operations.otlp_endpoint", self.collector == other.collector),
            ("storage", self.storage == other.storage),
            ("keys", self.keys == other.keys),
        ];
        compared.into_iter().filter(|(_, same)| !same).map(|(key, _)| key).collect()
    }
}

impl Running {
    /// Takes another configuration, whole or not at all.
    ///
    /// # Errors
    /// [`NotReloaded`]; the old one stays.
    pub fn reload(&self, config: Config) -> Result<Reloaded, NotReloaded> {
        let (now, next) = (&self.reloading.built, Built::of(&config));
        if now.public_url != next.public_url {
            return Err(NotReloaded::PublicUrl);
        }
        let enough = |now: &KeyPlan, next: &KeyPlan| {
            next.algorithms.iter().all(|algorithm| now.algorithms.contains(algorithm))
                && next.longest_lifetime <= now.longest_lifetime
        };
        if !(enough(&now.plans.tokens, &next.plans.tokens)
            && enough(&now.plans.receipts, &next.plans.receipts))
        {
            return Err(NotReloaded::SigningKeys);
        }
        check_request_keys(&config, SystemClock.now()).map_err(NotReloaded::RequestKey)?;
        let before = names(self.service.context().policy());
        let after = names(&config.policy);
        let reloaded = Reloaded {
            added: after.difference(&before).cloned().collect(),
            removed: before.difference(&after).cloned().collect(),
            waiting: now.differences(&next),
        };
        let Fetching { client, wallets, status_lists } = &self.reloading.fetching;
        client.reach(reach_of(&config))?;
        super::note_certificates(self.service.metrics(), &config.request_keys);
        self.reloading.request_keys.replace(config.request_keys);
        wallets.replace_secrets(config.wallet_secrets);
        status_lists.replace_bounds(config.status_cache);
        self.reloading.addresses.replace(config.trusted_proxies);
        self.service.decide(decided(config.policy, config.cross_check));
        Ok(reloaded)
    }
}

impl Running {
    /// Notes in the audit log that another configuration holds.
    ///
    /// # Errors
    /// When the store is unavailable; it holds all the same.
    pub async fn note_reload(&self, reloaded: &Reloaded) -> Result<(), Unavailable> {
        let said = [("added", &reloaded.added), ("removed", &reloaded.removed)];
        let said = said.into_iter().filter(|(_, names)| !names.is_empty());
        let said: Vec<String> = said.map(|(what, names)| format!("{what} {}", names.join(", "))).collect();
        let said =
            if said.is_empty() { "nothing came or went by its name".to_owned() } else { said.join("; ") };
        let details = AuditDetails { reason: Some(&said), ..AuditDetails::default() };
        flow::audit::tell(&self.service.context(), AuditKind::ConfigurationChanged, &details).await
    }
}

/// What is registered, by name.
fn names(policy: &Policy) -> BTreeSet<String> {
    let clients = policy.clients.iter().map(|it| format!("clients {}", it.id));
    let scopes = policy.scopes.iter().map(|it| format!("scopes {}", it.name));
    let wallets = policy.wallets.iter().map(|it| format!("wallets {}", it.name));
    let credentials = policy.scopes.credentials().iter().map(|it| format!("credentials {}", it.id));
    clients.chain(scopes).chain(wallets).chain(credentials).collect()
}
