//! Status lists of issuers we believe (TSL 8.1, 8.2): fetched when a credential names one, kept in
//! memory as long as the issuer says, within bounds, and forgotten afterwards.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::cache::{Cache, Keepable, LoadFailure, NotHad, Room, Wish};
use super::client::{FetchClient, FetchFault, Fetched};
use crate::flow::ports::{Clock, IssuerKeys, NoStatusList, NotPublished, StatusLists};
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::status_list::check::StatusReference;
use vpgate_core::status_list::kind::ListKind;
use vpgate_core::status_list::token::{
    CacheBounds, MOST_BYTES, Receipt, StatusList, StatusListFault, StatusListToken,
};
use vpgate_core::trust::TrustedIssuer;

/// The most lists that are kept, and the most memory they may take together.
const ROOM: Room = Room { documents: 256, bytes: 128 << 20 };
/// How many lists are read and unpacked at once: each takes several times its length meanwhile.
const READ_AT_ONCE: usize = 2;

/// Fetches and keeps status lists.
pub struct FetchedStatusLists {
    source: ListSource,
    lists: Cache<Name, StatusList, NoStatusList>,
}

/// What a fetch needs.
#[derive(Clone)]
struct ListSource {
    client: FetchClient,
    clock: Arc<dyn Clock>,
    issuer_keys: Arc<dyn IssuerKeys>,
    bounds: Arc<RwLock<CacheBounds>>,
    desks: Arc<Semaphore>,
}

/// Whose list, where it is, and by which rules it was read: two issuers never share one, since each must have signed its
/// own. Nothing of who asks is in it, so the second presentation of anybody is judged without asking its issuer again.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Name {
    issuer: String,
    uri: String,
    kind: ListKind,
}

impl Keepable for StatusList {
    fn fresh_until(&self) -> Timestamp {
        self.fresh_until()
    }

    fn usable(&self, now: Timestamp, stale: Duration) -> bool {
        self.usable(now, stale)
    }

    fn bytes(&self) -> usize {
        self.bytes()
    }
}

impl LoadFailure for NoStatusList {
    /// A list that came and is no good is an answer. Only when nothing came may the older one serve.
    fn replaces_older(&self) -> bool {
        matches!(self, Self::Unusable(_))
    }
}

impl FetchedStatusLists {
    /// Nothing is fetched until somebody asks. The lists' signatures are checked with `issuer_keys`.
    pub fn new(
        client: FetchClient,
        clock: Arc<dyn Clock>,
        issuer_keys: Arc<dyn IssuerKeys>,
        bounds: CacheBounds,
    ) -> Self {
        let lists = Cache::new(Arc::clone(&clock), ROOM);
        let desks = Arc::new(Semaphore::new(READ_AT_ONCE));
        Self {
            source: ListSource {
                client: client.fetching("status_list"),
                clock,
                issuer_keys,
                bounds: Arc::new(RwLock::new(bounds)),
                desks,
            },
            lists,
        }
    }

    /// From now on lists that are fetched are kept within these bounds.
    pub fn replace_bounds(&self, bounds: CacheBounds) {
        *self.source.bounds.write().unwrap_or_else(PoisonError::into_inner) = bounds;
    }
}

impl ListSource {
    async fn fetch(
        self,
        issuer: TrustedIssuer,
        at: url::Url,
        (kind, uri): (ListKind, String),
    ) -> Result<StatusList, NoStatusList> {
        let client = self.client.clone();
        let fetched = self.list(&issuer, &at, (kind, uri)).await;
        let metrics = client.metrics();
        if let Ok(list) = &fetched {
            let until = list.fresh_until().unix();
            metrics.list_next_update.set([issuer.issuer()], until as f64);
        }
        if let Err(why) = &fetched {
            let (issuer, host) = (issuer.issuer(), at.host_str().unwrap_or_default());
            let reason = why.to_string();
            match why {
                NoStatusList::Unusable(_) => {
                    tracing::warn!(issuer, host, reason, "a status list is no good");
                }
                NoStatusList::NotPublished(_) => {
                    tracing::warn!(issuer, host, reason, "a status list cannot be had");
                }
            }
        }
        fetched
    }

    async fn list(
        self,
        issuer: &TrustedIssuer,
        at: &url::Url,
        (kind, uri): (ListKind, String),
    ) -> Result<StatusList, NoStatusList> {
        let client = self.client.clone().on_behalf_of(issuer.issuer());
        let document = client.get_following(at, kind.media_types(), MOST_BYTES).await.map_err(absent)?;
        // Counted from when it came: a slow server has not made it older.
        let receipt = Receipt { at: self.clock.now(), max_age: document.max_age };
        let Fetched { body, media_type, .. } = document;
        let token = self.aside(move || StatusListToken::read(kind, &media_type, &body)).await?;
        let issuer = token.of(issuer);
        let keys = match issuer.status_roots() {
            // The key comes with the list.
            Some(_) => Arc::new(KeySet::of(Vec::new())),
            None => self.issuer_keys.of(&issuer).await?,
        };
        let bounds = *self.bounds.read().unwrap_or_else(PoisonError::into_inner);
        self.aside(move || token.verify(&issuer, &keys, &uri, receipt, &bounds)).await
    }

    /// Reading a list of megabytes takes milliseconds, in which the others should not wait.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StatusListFault> + Send + 'static,
    ) -> Result<T, NoStatusList> {
        let desk = Arc::clone(&self.desks).acquire_owned().await;
        // Kept by the work itself, which goes on when nobody waits for it.
        let done = tokio::task::spawn_blocking(move || {
            let _desk = desk;
            work()
        });
        match done.await {
            Ok(done) => Ok(done?),
            Err(ended) => Err(NotPublished::passing(&ended).into()),
        }
    }
}

#[async_trait]
impl StatusLists for FetchedStatusLists {
    async fn of(
        &self,
        issuer: &TrustedIssuer,
        reference: &StatusReference,
        patience: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        let (uri, kind) = (reference.uri().to_owned(), reference.kind());
        let name = Name { issuer: issuer.issuer().to_owned(), uri, kind };
        let stale = reference.policy().stale_if_error;
        let wish = Wish { stale, patience, has_it: &|_| true };
        let found = self.lists.get(&name, &wish, || {
            let (url, uri) = (reference.url().clone(), reference.uri().to_owned());
            self.source.clone().fetch(issuer.clone(), url, (kind, uri))
        });
        found.await.map_err(|why| match why {
            NotHad::Failed(why) => why,
            waiting => NotPublished::passing(&waiting).into(),
        })
    }
}

// By value, for `map_err`.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn absent(fault: FetchFault) -> NotPublished {
    if fault.is_passing() { NotPublished::passing(&fault) } else { NotPublished::mistake(&fault) }
}

#[cfg(test)]
mod tests;
