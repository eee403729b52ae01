//! What every use case is handed: one second, one policy, the outside world behind ports.
//!
//! [`Service`] lives as long as the program. [`Service::context`] makes a [`Context`] once for each request,
//! sweep or command, so that everything decided there sees the same second and the same policy.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::client::at_hand::SharesAtHand;
use super::client::refusals::Refusals;
use super::commit::{self, NotMade};
use super::device::polls::Polls;
use super::events::announce::announced;
use super::events::watch::Watchers;
use super::health_record::HealthRecord;
use super::noting::{noted, noted_as};
use super::ports::{
    ClientKeySets, Clock, CrossChecker, Entropy, IssuerKeys, LogoutReceivers, RequestSigner, Signer,
    StatusLists, Store, Unavailable, Wallets, WebhookReceivers,
};
use super::presentation::signed_requests::SignedRequests;
use crate::metrics::Metrics;
use vpgate_core::appearance::Appearance;
use vpgate_core::audit::{AuditDetails, AuditKind};
use vpgate_core::base::secret::{DigestKey, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::event::EventContent;
use vpgate_core::policy::Policy;

/// The outside world.
pub struct Ports {
    /// Where things are kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// Signs access tokens.
    pub signer: Arc<dyn Signer>,
    /// Signs receipts.
    pub receipt_signer: Arc<dyn Signer>,
    /// Signs requests to wallets.
    pub request_signer: Arc<dyn RequestSigner>,
    /// Wallets that are servers.
    pub wallets: Arc<dyn Wallets>,
    /// Keys of issuers we believe.
    pub issuer_keys: Arc<dyn IssuerKeys>,
    /// Keys of clients that sign assertions.
    pub client_keys: Arc<dyn ClientKeySets>,
    /// Clients that want to be told of logouts.
    pub logout_receivers: Arc<dyn LogoutReceivers>,
    /// Clients that are told of events.
    pub webhook_receivers: Arc<dyn WebhookReceivers>,
    /// Status lists of issuers we believe.
    pub status_lists: Arc<dyn StatusLists>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// What the operator decided. A request keeps what it began with.
#[derive(Clone)]
pub struct Decided {
    /// What the flows go by.
    pub policy: Arc<Policy>,
    /// Who is asked about what our own core accepted; `None` when nobody is.
    pub cross_check: Option<Arc<dyn CrossChecker>>,
}

/// Keys that never leave this process.
pub struct SecretKeys {
    /// Digests user codes, and what is counted.
    pub user_code: DigestKey,
    /// Makes subjects pairwise.
    pub subject: DigestKey,
    /// Makes the nonces of DPoP.
    pub nonce: DigestKey,
}

/// What lives as long as the program.
pub struct Service {
    decided: RwLock<Decided>,
    ports: Arc<Ports>,
    keys: Arc<SecretKeys>,
    signed_requests: Arc<SignedRequests>,
    polls: Arc<Polls>,
    shares: Arc<SharesAtHand>,
    watchers: Arc<Watchers>,
    health: Arc<HealthRecord>,
    refusals: Arc<Refusals>,
    traces: TraceNumbers,
}

/// The numbers that name requests in logs: from a place that is drawn once, in steps that differ in every digit, and
/// never the same twice. They prove nothing, so none is drawn by itself.
#[derive(Debug, Default)]
struct TraceNumbers {
    first: OnceLock<u64>,
    given: AtomicU64,
}

impl TraceNumbers {
    /// 2^64 divided by the golden ratio. It is odd, so that the steps lead everywhere before they repeat.
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    fn next(&self, entropy: &dyn Entropy) -> Result<u64, Unavailable> {
        let first = match self.first.get() {
            Some(first) => *first,
            None => {
                let mut drawn = [0; 8];
                entropy.fill(&mut drawn)?;
                *self.first.get_or_init(|| u64::from_be_bytes(drawn))
            }
        };
        let steps = self.given.fetch_add(1, Ordering::Relaxed);
        Ok(first.wrapping_add(steps.wrapping_mul(Self::STEP)))
    }
}

impl Service {
    /// Joins the operator's decisions and the outside world.
    pub fn new(decided: Decided, ports: Ports, keys: SecretKeys) -> Self {
        let health = Arc::new(HealthRecord::new(ports.clock.now()));
        Self {
            decided: RwLock::new(decided),
            ports: Arc::new(ports),
            keys: Arc::new(keys),
            signed_requests: Arc::default(),
            polls: Arc::default(),
            shares: Arc::default(),
            watchers: Arc::default(),
            health,
            refusals: Arc::default(),
            traces: TraceNumbers::default(),
        }
    }

    /// The number that names one more request in logs.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn trace(&self) -> Result<u64, Unavailable> {
        self.traces.next(&*self.ports.entropy)
    }

    /// For one request, sweep or command. Reads the clock.
    pub fn context(&self) -> Context {
        let Decided { policy, cross_check } =
            self.decided.read().unwrap_or_else(PoisonError::into_inner).clone();
        Context {
            now: self.ports.clock.now(),
            policy,
            cross_check,
            ports: Arc::clone(&self.ports),
            keys: Arc::clone(&self.keys),
            signed_requests: Arc::clone(&self.signed_requests),
            polls: Arc::clone(&self.polls),
            shares: Arc::clone(&self.shares),
            watchers: Arc::clone(&self.watchers),
            health: Arc::clone(&self.health),
            refusals: Arc::clone(&self.refusals),
        }
    }

    /// Nobody follows a presentation here any more: before the service ends.
    pub fn send_followers_away(&self) {
        self.watchers.close();
    }

    /// From now on the service says that it is not ready, and goes on as before.
    pub fn note_stopping(&self) {
        self.health.note_stopping(self.ports.clock.now());
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.ports.metrics
    }

    /// From now on requests see this; those under way keep what they began with.
    pub fn decide(&self, decided: Decided) {
        *self.decided.write().unwrap_or_else(PoisonError::into_inner) = decided;
        self.health.note_configuration(self.ports.clock.now());
    }
}

/// What one request, sweep or command sees.
#[derive(Clone)]
pub struct Context {
    pub(in crate::flow) now: Timestamp,
    pub(in crate::flow) policy: Arc<Policy>,
    pub(in crate::flow) cross_check: Option<Arc<dyn CrossChecker>>,
    pub(in crate::flow) ports: Arc<Ports>,
    pub(in crate::flow) keys: Arc<SecretKeys>,
    pub(in crate::flow) signed_requests: Arc<SignedRequests>,
    pub(in crate::flow) polls: Arc<Polls>,
    pub(in crate::flow) shares: Arc<SharesAtHand>,
    pub(in crate::flow) watchers: Arc<Watchers>,
    pub(in crate::flow) health: Arc<HealthRecord>,
    pub(in crate::flow) refusals: Arc<Refusals>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Context {
    /// The second of this request.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How the pages look and speak.
    pub fn appearance(&self) -> &Arc<Appearance> {
        &self.policy.appearance
    }

    /// The same, a while later: for a request that has waited.
    #[must_use]
    pub fn later(&self) -> Self {
        Self { now: self.ports.clock.now(), ..self.clone() }
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.ports.metrics
    }

    /// What the operator decided, as this request sees it.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Makes one change; comes back when it is durable.
    ///
    /// # Errors
    /// [`NotMade`]
    pub(in crate::flow) async fn commit(&self, change: Change) -> Result<(), NotMade> {
        let told = change.told();
        self.commit_telling(change, told).await
    }

    /// The same for a change that does not know by itself what it tells.
    ///
    /// # Errors
    /// [`NotMade`]
    pub(in crate::flow) async fn commit_telling(
        &self,
        change: Change,
        told: Vec<EventContent>,
    ) -> Result<(), NotMade> {
        let outside = (&*self.policy, &*self.ports.entropy);
        let change = noted(change, &told, outside, self.now)?;
        let change = announced(change, told, outside, self.now)?;
        commit::commit(&*self.ports.store, &self.ports.metrics, &change).await?;
        if let Some((id, mark)) = change.reaches() {
            self.watchers.reached(id, mark);
        }
        if let Some(grant) = change.decides() {
            self.watchers.decided(grant);
        }
        Ok(())
    }

    /// The same for a change that the audit log knows by this.
    ///
    /// # Errors
    /// [`NotMade`]
    pub(in crate::flow) async fn commit_noting(
        &self,
        change: Change,
        kind: AuditKind,
        details: &AuditDetails<'_>,
    ) -> Result<(), NotMade> {
        let (told, outside) = (change.told(), (&*self.policy, &*self.ports.entropy));
        let change = noted_as(change, outside, self.now, (kind, details))?;
        self.commit_telling(change, told).await
    }

    /// 16 fresh bytes, for an identifier.
    pub(in crate::flow) fn random_id(&self) -> Result<[u8; 16], Unavailable> {
        self.random()
    }

    /// 64 fresh bytes, to draw from without bias.
    pub(in crate::flow) fn random_draw(&self) -> Result<[u8; 64], Unavailable> {
        self.random()
    }

    /// 32 fresh bytes, for a part of a secret.
    pub(in crate::flow) fn random_bytes(&self) -> Result<[u8; 32], Unavailable> {
        self.random()
    }

    /// A fresh number, to spread what would happen at one moment.
    pub(in crate::flow) fn random_number(&self) -> Result<u32, Unavailable> {
        self.random().map(u32::from_le_bytes)
    }

    /// A fresh secret of 256 bits.
    pub(in crate::flow) fn random_secret(&self) -> Result<Secret, Unavailable> {
        self.random().map(Secret::from_entropy)
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], Unavailable> {
        let mut bytes = [0; N];
        self.ports.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails for the first time, and then gives ones.
    #[derive(Default)]
    struct Late(AtomicU64);

    impl Entropy for Late {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), Unavailable> {
            match self.0.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Unavailable::new("randomness", "not yet")),
                _ => {
                    bytes.fill(1);
                    Ok(())
                }
            }
        }
    }

    #[test]
    fn requests_are_named_apart_from_one_draw() {
        let (traces, entropy) = (TraceNumbers::default(), Late::default());
        assert!(traces.next(&entropy).is_err());
        let names: std::collections::BTreeSet<u64> =
            (0..1000).map(|_| traces.next(&entropy).unwrap()).collect();
        assert_eq!(names.len(), 1000);
        assert!(names.contains(&0x0101_0101_0101_0101));
        assert_eq!(entropy.0.load(Ordering::Relaxed), 2);
    }
}
