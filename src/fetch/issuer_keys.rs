//! The keys of issuers we believe, and of clients that sign their assertions: fetched when needed, kept
//! as long as their server says (within reason), and kept a while longer when it cannot be reached.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::client::FetchClient;
use super::issuer_document::IssuerDocument;
use crate::domain::base::time::Timestamp;
use crate::domain::jose::key_set::KeySet;
use crate::domain::oauth::client::ClientKeys;
use crate::domain::sdjwt::trust::{KeySource, TrustedIssuer};
use crate::flow::ports::{ClientKeySets, Clock, IssuerKeys, Unavailable};

/// How long a set is fresh when its server says nothing.
const DEFAULT_FRESH: Duration = Duration::from_secs(3600);
/// What a server may say.
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(24 * 3600);
/// How long a set that is no longer fresh serves when its server fails.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// How long we believe a fresh set that lacks a `kid`: anybody can name one that does not exist.
const UNKNOWN_KID_PAUSE: Duration = Duration::from_secs(60);
/// How long a server that failed is left alone.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// Fetches and keeps the keys of issuers and clients.
pub struct FetchedIssuerKeys {
    client: FetchClient,
    clock: Arc<dyn Clock>,
    /// Grows no larger than the configuration: only a [`TrustedIssuer`] or a registered client leads here.
    issuers: Mutex<HashMap<IssuerDocument, Arc<Issuer>>>,
}

impl FetchedIssuerKeys {
    /// Nothing is fetched until somebody asks.
    pub fn new(client: FetchClient, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock, issuers: Mutex::default() }
    }

    async fn fetched(&self, document: IssuerDocument, kid: Option<&str>) -> Result<Arc<KeySet>, Unavailable> {
        let issuer = Arc::clone(unpoisoned(&self.issuers).entry(document.clone()).or_default());
        let now = self.clock.now();
        if let Some(answer) = issuer.kept().answer(kid, now) {
            return answer;
        }
        // One fetch per issuer. Meanwhile old keys serve; who has to wait looks again, and usually finds
        // what the first one brought.
        let _flight = match issuer.flight.try_lock() {
            Ok(flight) => flight,
            Err(_) => {
                if let Some(keys) = issuer.kept().stale(now).filter(|keys| knows(keys, kid)) {
                    return Ok(keys);
                }
                issuer.flight.lock().await
            }
        };
        if let Some(answer) = issuer.kept().answer(kid, now) {
            return answer;
        }
        issuer.kept().asked_at = Some(now);
        let fetched = document.fetch(&self.client).await;
        let mut kept = issuer.kept();
        match fetched {
            Ok((keys, max_age)) => {
                kept.failed_at = None;
                let fresh = max_age.unwrap_or(DEFAULT_FRESH).clamp(LEAST_FRESH, MOST_FRESH);
                let held = Held { keys: Arc::new(keys), fresh_until: now.plus(fresh) };
                Ok(Arc::clone(&kept.held.insert(held).keys))
            }
            Err(why) => {
                tracing::warn!(address = %document.address(), reason = %why, "keys cannot be fetched");
                kept.failed_at = Some(now);
                kept.stale(now).ok_or_else(|| Unavailable::new(KEY_SERVER, why))
            }
        }
    }
}

#[async_trait]
impl IssuerKeys for FetchedIssuerKeys {
    async fn of(&self, issuer: &TrustedIssuer) -> Result<Arc<KeySet>, Unavailable> {
        let document = match issuer.keys() {
            KeySource::Jwks(keys) | KeySource::DidJwk(keys) => return Ok(Arc::clone(keys)),
            // The key comes with the credential.
            KeySource::X5c(_) => return Ok(Arc::new(KeySet::of(Vec::new()))),
            KeySource::JwksUri(at) => IssuerDocument::Jwks(at.clone()),
            KeySource::IssuerMetadata(at) => {
                IssuerDocument::Metadata { at: at.clone(), issuer: issuer.issuer().to_owned() }
            }
            KeySource::DidWeb(at) => IssuerDocument::Did { at: at.clone(), did: issuer.issuer().to_owned() },
        };
        self.fetched(document, issuer.kid()).await
    }
}

#[async_trait]
impl ClientKeySets for FetchedIssuerKeys {
    async fn of_client(&self, client: &ClientKeys, kid: Option<&str>) -> Result<Arc<KeySet>, Unavailable> {
        match client {
            ClientKeys::Jwks(keys) => Ok(Arc::clone(keys)),
            ClientKeys::JwksUri(at) => self.fetched(IssuerDocument::Jwks(at.clone()), kid).await,
        }
    }
}

const KEY_SERVER: &str = "the server of somebody's keys";

/// The server failed a moment ago.
#[derive(Debug, thiserror::Error)]
#[error("it failed a moment ago and is left alone for a few seconds")]
struct LeftAlone;

/// One issuer.
#[derive(Default)]
struct Issuer {
    kept: Mutex<Kept>,
    /// Held by whoever is fetching.
    flight: tokio::sync::Mutex<()>,
}

impl Issuer {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        unpoisoned(&self.kept)
    }
}

/// What we have of one issuer.
#[derive(Default)]
struct Kept {
    held: Option<Held>,
    /// When we last asked.
    asked_at: Option<Timestamp>,
    /// When it last failed, if it has failed since it last answered.
    failed_at: Option<Timestamp>,
}

struct Held {
    keys: Arc<KeySet>,
    fresh_until: Timestamp,
}

impl Kept {
    /// The answer, unless it takes a fetch.
    fn answer(&self, kid: Option<&str>, now: Timestamp) -> Option<Result<Arc<KeySet>, Unavailable>> {
        let within = |at: Option<Timestamp>, pause| at.is_some_and(|at| now.since(at) < pause);
        if let Some(held) = self.held.as_ref().filter(|held| now < held.fresh_until) {
            return (knows(&held.keys, kid) || within(self.asked_at, UNKNOWN_KID_PAUSE))
                .then(|| Ok(Arc::clone(&held.keys)));
        }
        let left_alone = within(self.failed_at, FAILURE_PAUSE);
        left_alone.then(|| self.stale(now).ok_or_else(|| Unavailable::new(KEY_SERVER, LeftAlone)))
    }

    fn stale(&self, now: Timestamp) -> Option<Arc<KeySet>> {
        let held = self.held.as_ref().filter(|held| now < held.fresh_until.plus(STALE))?;
        Some(Arc::clone(&held.keys))
    }
}

/// Whether the key may be among these: it is, or it has no name to look for.
fn knows(keys: &KeySet, kid: Option<&str>) -> bool {
    kid.is_none() || keys.keys().iter().any(|key| key.kid() == kid)
}

/// Nothing is left half done under these locks, so a panic elsewhere does not spoil what they hold.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
