//! The metadata of wallets that are servers (OpenID4VP 1.0 section 10; RFC 8414), kept as long as they
//! say (within reason), and a while longer when they cannot be reached.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use url::Url;

use super::client::{FetchClient, FetchFault};
use crate::domain::base::time::Timestamp;
use crate::domain::openid4vp::wallet_metadata::{BOUNDS, MetadataFault, WalletMetadata, location};

/// How long they are fresh when the server says nothing.
const DEFAULT_FRESH: Duration = Duration::from_secs(3600);
/// What a server may say.
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(24 * 3600);
/// How long they serve when the server fails.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// How long a server that failed is left alone: people are waiting.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// Why there are no metadata.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoMetadata {
    /// The configured issuer is no address.
    #[error("the issuer is not a URL")]
    Address,
    /// They did not come.
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    /// They came, and are no good.
    #[error(transparent)]
    Unusable(#[from] MetadataFault),
    /// The server failed a moment ago.
    #[error("it failed a moment ago and is left alone for a few seconds")]
    LeftAlone,
}

/// What we have, by issuer. Grows no larger than the configuration.
#[derive(Default)]
pub(super) struct KeptMetadata(std::sync::Mutex<HashMap<String, Arc<tokio::sync::Mutex<Kept>>>>);

#[derive(Default)]
struct Kept {
    held: Option<(Arc<WalletMetadata>, Timestamp)>,
    failed_at: Option<Timestamp>,
}

impl KeptMetadata {
    /// The metadata of `issuer`; one fetch at a time.
    pub(super) async fn of(
        &self,
        client: &FetchClient,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Arc<WalletMetadata>, NoMetadata> {
        let kept = {
            // Nothing is left half done under this lock.
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(issuer.to_owned()).or_default())
        };
        let mut kept = kept.lock().await;
        if let Some((metadata, _)) = kept.held.as_ref().filter(|(_, until)| now < *until) {
            return Ok(Arc::clone(metadata));
        }
        if kept.failed_at.is_some_and(|at| now.since(at) < FAILURE_PAUSE) {
            return kept.stale(now).ok_or(NoMetadata::LeftAlone);
        }
        match fetch(client, issuer).await {
            Ok((metadata, fresh)) => {
                let metadata = Arc::new(metadata);
                *kept = Kept { held: Some((Arc::clone(&metadata), now.plus(fresh))), failed_at: None };
                Ok(metadata)
            }
            Err(why) => {
                tracing::warn!(issuer, reason = %why, "the metadata of a wallet cannot be fetched");
                kept.failed_at = Some(now);
                kept.stale(now).ok_or(why)
            }
        }
    }
}

impl Kept {
    fn stale(&self, now: Timestamp) -> Option<Arc<WalletMetadata>> {
        let (metadata, _) = self.held.as_ref().filter(|(_, until)| now < until.plus(STALE))?;
        Some(Arc::clone(metadata))
    }
}

async fn fetch(client: &FetchClient, issuer: &str) -> Result<(WalletMetadata, Duration), NoMetadata> {
    let at = location(&Url::parse(issuer).map_err(|_| NoMetadata::Address)?);
    let fetched = client.get(&at, &["application/json"], BOUNDS.bytes).await?;
    let fresh = fetched.max_age.unwrap_or(DEFAULT_FRESH).clamp(LEAST_FRESH, MOST_FRESH);
    Ok((WalletMetadata::published(&fetched.body, issuer)?, fresh))
}
