//! The keys of issuers we believe, and of clients that sign their assertions: fetched when needed, kept
//! as long as their server says (within reason), and kept a while longer when it cannot be reached.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::cache::{Cache, Fresh, LoadFailure, NotHad, Room, Wish};
use super::client::{FetchClient, PATIENCE};
use super::issuer_document::{IssuerDocument, NoIssuerKeys};
use crate::flow::ports::{ClientKeySets, Clock, IssuerKeys, NotPublished};
use vpgate_core::jose::jws::SignatureMemo;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::oauth::client::ClientKeys;
use vpgate_core::trust::{KeySource, TrustedIssuer};

/// How long a set is fresh when its server says nothing.
const DEFAULT_FRESH: Duration = Duration::from_secs(3600);
/// What a server may say.
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(24 * 3600);
/// How long a set that is no longer fresh serves when its server fails.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// Makes the memory of signatures that held under one set of keys.
type NewMemo = fn() -> Arc<dyn SignatureMemo>;

/// Fetches and keeps the keys of issuers and clients.
pub struct FetchedIssuerKeys {
    client: FetchClient,
    clock: Arc<dyn Clock>,
    new_memo: Option<NewMemo>,
    /// Grows no larger than the configuration: only a [`TrustedIssuer`] or a registered client leads here.
    sets: Cache<IssuerDocument, Fresh<Arc<KeySet>>, Arc<NoIssuerKeys>>,
}

impl LoadFailure for Arc<NoIssuerKeys> {
    /// Who publishes no key any more has taken the old ones back.
    fn replaces_older(&self) -> bool {
        matches!(**self, NoIssuerKeys::NoneUsable(_))
    }
}

impl FetchedIssuerKeys {
    /// Nothing is fetched until somebody asks.
    pub fn new(client: FetchClient, clock: Arc<dyn Clock>) -> Self {
        let sets = Cache::new(Arc::clone(&clock), Room::CONFIGURED);
        Self { client: client.fetching("keys"), clock, new_memo: None, sets }
    }

    /// Whatever holds under a set of keys is remembered by a memory that is made with the set, and goes with it.
    #[must_use]
    pub fn remembering(self, new_memo: NewMemo) -> Self {
        Self { new_memo: Some(new_memo), ..self }
    }

    async fn fetched(
        &self,
        document: IssuerDocument,
        kid: Option<&str>,
    ) -> Result<Arc<KeySet>, NotPublished> {
        let knows = |set: &Fresh<Arc<KeySet>>| knows(&set.document, kid);
        let wish = Wish { stale: STALE, patience: PATIENCE, has_it: &knows };
        let load = || fetch(document.clone(), self.client.clone(), Arc::clone(&self.clock), self.new_memo);
        let found = self.sets.get(&document, &wish, load);
        let found = found.await.map_err(|why| match &why {
            NotHad::Failed(no_keys) if !no_keys.is_passing() => NotPublished::mistake(&why),
            _ => NotPublished::passing(&why),
        })?;
        Ok(Arc::clone(&found.document))
    }
}

async fn fetch(
    document: IssuerDocument,
    client: FetchClient,
    clock: Arc<dyn Clock>,
    new_memo: Option<NewMemo>,
) -> Result<Fresh<Arc<KeySet>>, Arc<NoIssuerKeys>> {
    let (keys, max_age) = document.fetch(&client).await.map_err(|why| {
        let (address, passing) = (document.address(), why.is_passing());
        tracing::warn!(%address, reason = %why, passing, "published keys cannot be had");
        Arc::new(why)
    })?;
    let fresh = max_age.unwrap_or(DEFAULT_FRESH).clamp(LEAST_FRESH, MOST_FRESH);
    let keys = match new_memo {
        Some(new_memo) => keys.with_memo(new_memo()),
        None => keys,
    };
    Ok(Fresh { document: Arc::new(keys), until: clock.now().plus(fresh) })
}

#[async_trait]
impl IssuerKeys for FetchedIssuerKeys {
    async fn of(&self, issuer: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished> {
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
        let kid = issuer.kid().map(|kid| issuer.key_name(kid));
        self.fetched(document, kid.as_deref()).await
    }
}

#[async_trait]
impl ClientKeySets for FetchedIssuerKeys {
    async fn of_client(&self, client: &ClientKeys, kid: Option<&str>) -> Result<Arc<KeySet>, NotPublished> {
        match client {
            ClientKeys::Jwks(keys) => Ok(Arc::clone(keys)),
            ClientKeys::JwksUri(at) => self.fetched(IssuerDocument::Jwks(at.clone()), kid).await,
        }
    }
}

/// Whether the key may be among these: it is, or it has no name to look for.
fn knows(keys: &KeySet, kid: Option<&str>) -> bool {
    kid.is_none() || keys.keys().iter().any(|key| key.kid() == kid)
}

#[cfg(test)]
mod tests;
