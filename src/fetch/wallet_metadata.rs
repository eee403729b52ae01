//! The metadata of wallets that are servers (OpenID4VP 1.0 section 10; RFC 8414), kept as long as they
//! say (within reason), and a while longer when they cannot be reached.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::cache::{Cache, Fresh, LoadFailure, NotHad, Room, Wish};
use super::client::{FetchClient, FetchFault, PATIENCE};
use crate::flow::ports::{Clock, NotPublished};
use vpgate_core::openid4vp::wallet_metadata::{BOUNDS, WalletMetadata, WalletMetadataFault, location};

/// How long they are fresh when the server says nothing.
const DEFAULT_FRESH: Duration = Duration::from_secs(3600);
/// What a server may say.
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(24 * 3600);
/// How long they serve when the server fails.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// Why there are no metadata.
#[derive(Debug, thiserror::Error)]
enum NoMetadata {
    /// The configured issuer is no address.
    #[error("the issuer is not a URL")]
    Address,
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    /// They came, and are no good.
    #[error(transparent)]
    Unusable(#[from] WalletMetadataFault),
}

impl LoadFailure for Arc<NoMetadata> {}

/// What we have, by issuer. Grows no larger than the configuration.
pub(super) struct KeptMetadata {
    clock: Arc<dyn Clock>,
    documents: Cache<String, Fresh<Arc<WalletMetadata>>, Arc<NoMetadata>>,
}

impl KeptMetadata {
    /// Nothing is fetched until somebody asks.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { documents: Cache::new(Arc::clone(&clock), Room::CONFIGURED), clock }
    }

    /// The metadata of `issuer`.
    pub(super) async fn of(
        &self,
        client: &FetchClient,
        issuer: &str,
    ) -> Result<Arc<WalletMetadata>, NotPublished> {
        let wish = Wish { stale: STALE, patience: PATIENCE, has_it: &|_| true };
        let key = issuer.to_owned();
        let found = self
            .documents
            .get(&key, &wish, || {
                fetch(client.clone().fetching("wallet_metadata"), key.clone(), Arc::clone(&self.clock))
            })
            .await
            .map_err(|why| match &why {
                NotHad::Failed(no_metadata) if !no_metadata.is_passing() => NotPublished::mistake(&why),
                _ => NotPublished::passing(&why),
            })?;
        Ok(Arc::clone(&found.document))
    }
}

impl NoMetadata {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Fetch(fault) if fault.is_passing())
    }
}

async fn fetch(
    client: FetchClient,
    issuer: String,
    clock: Arc<dyn Clock>,
) -> Result<Fresh<Arc<WalletMetadata>>, Arc<NoMetadata>> {
    let (metadata, fresh) = published(&client, &issuer).await.map_err(|why| {
        let passing = why.is_passing();
        tracing::warn!(issuer, reason = %why, passing, "the metadata of a wallet cannot be had");
        Arc::new(why)
    })?;
    Ok(Fresh { document: Arc::new(metadata), until: clock.now().plus(fresh) })
}

async fn published(client: &FetchClient, issuer: &str) -> Result<(WalletMetadata, Duration), NoMetadata> {
    let at = location(&Url::parse(issuer).map_err(|_| NoMetadata::Address)?);
    let fetched = client.get(&at, &["application/json"], BOUNDS.bytes).await?;
    let fresh = fetched.max_age.unwrap_or(DEFAULT_FRESH).clamp(LEAST_FRESH, MOST_FRESH);
    Ok((WalletMetadata::published(&fetched.body, issuer)?, fresh))
}
