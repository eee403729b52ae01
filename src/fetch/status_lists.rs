//! Status lists of issuers we believe (TSL 8.1, 8.2): fetched when a credential names one, kept in
//! memory as long as the issuer says, within bounds, and forgotten afterwards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::client::FetchClient;
use crate::domain::base::time::Timestamp;
use crate::domain::sdjwt::status::standing::StatusReference;
use crate::domain::sdjwt::status::token::{
    CacheBounds, MOST_BYTES, Receipt, StatusList, StatusListFault, StatusListToken,
};
use crate::domain::sdjwt::trust::TrustedIssuer;
use crate::flow::ports::{Clock, IssuerKeys, NoStatusList, StatusLists, Unavailable};

/// What we ask for, and nothing else (TSL 8.1).
const MEDIA_TYPES: [&str; 1] = ["application/statuslist+jwt"];
/// The most lists that are kept.
const MOST_LISTS: usize = 256;
/// The most memory they may take together.
const MOST_KEPT_BYTES: usize = 128 << 20;
/// How long a server that failed is left alone.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// Fetches and keeps status lists.
pub struct FetchedStatusLists {
    client: FetchClient,
    clock: Arc<dyn Clock>,
    issuer_keys: Arc<dyn IssuerKeys>,
    bounds: CacheBounds,
    places: Mutex<HashMap<Name, Arc<Place>>>,
}

/// Whose list, and where it is: two issuers never share one, since each must have signed its own.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Name {
    issuer: String,
    uri: String,
}

/// One list.
#[derive(Default)]
struct Place {
    kept: Mutex<Kept>,
    /// Held by whoever is fetching.
    flight: tokio::sync::Mutex<()>,
}

/// What we have of one list.
#[derive(Default)]
struct Kept {
    held: Option<Arc<StatusList>>,
    /// When it last could not be had and why, if it has not come since.
    failed: Option<(Timestamp, NoStatusList)>,
    /// How long the list may serve when a new one cannot be had.
    stale: Duration,
}

impl FetchedStatusLists {
    /// Nothing is fetched until somebody asks. The lists' signatures are checked with `issuer_keys`.
    pub fn new(
        client: FetchClient,
        clock: Arc<dyn Clock>,
        issuer_keys: Arc<dyn IssuerKeys>,
        bounds: CacheBounds,
    ) -> Self {
        Self { client, clock, issuer_keys, bounds, places: Mutex::default() }
    }

    async fn fetch(
        &self,
        issuer: &TrustedIssuer,
        reference: &StatusReference,
        at: Timestamp,
    ) -> Result<StatusList, NoStatusList> {
        let document = self.client.get(reference.url(), &MEDIA_TYPES, MOST_BYTES).await;
        let document = document.map_err(unavailable)?;
        let body = document.body;
        let token = aside(move || StatusListToken::parse(&body)).await?;
        let issuer = issuer.naming(token.kid());
        let keys = self.issuer_keys.of(&issuer).await.map_err(unavailable)?;
        let (uri, bounds) = (reference.uri().to_owned(), self.bounds);
        let receipt = Receipt { at, max_age: document.max_age };
        aside(move || token.verify(&issuer, &keys, &uri, receipt, &bounds)).await
    }

    fn place(&self, name: &Name) -> Arc<Place> {
        let mut places = unpoisoned(&self.places);
        if let Some(place) = places.get(name) {
            return Arc::clone(place);
        }
        Arc::clone(places.entry(name.clone()).or_default())
    }

    /// Forgets what is no longer fresh and no longer of use, then what is soonest due, until the rest
    /// fits. The list of `name` stays.
    fn tidy(&self, name: &Name, now: Timestamp) {
        let mut places = unpoisoned(&self.places);
        // A place that somebody else holds is being fetched right now.
        places.retain(|_, place| Arc::strong_count(place) > 1 || place.kept().is_worth_keeping(now));
        let mut by_age: Vec<(Timestamp, usize, Name)> = places
            .iter()
            .filter_map(|(name, place)| {
                let held = place.kept().held.clone()?;
                Some((held.fresh_until(), held.statuses().bytes(), name.clone()))
            })
            .collect();
        by_age.sort_by_key(|(fresh_until, ..)| *fresh_until);
        let mut bytes: usize = by_age.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, freed, soonest) in by_age {
            if bytes <= MOST_KEPT_BYTES && places.len() <= MOST_LISTS {
                break;
            }
            if soonest != *name {
                places.remove(&soonest);
                bytes -= freed;
            }
        }
    }
}

#[async_trait]
impl StatusLists for FetchedStatusLists {
    async fn of(
        &self,
        issuer: &TrustedIssuer,
        reference: &StatusReference,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        let name = Name { issuer: issuer.issuer().to_owned(), uri: reference.uri().to_owned() };
        let stale = reference.policy().stale_if_error;
        let place = self.place(&name);
        if let Some(answer) = place.kept().answer(self.clock.now(), stale) {
            return answer;
        }
        // One fetch per list; who waited looks again, and finds what the first one brought.
        let _flight = place.flight.lock().await;
        let now = self.clock.now();
        if let Some(answer) = place.kept().answer(now, stale) {
            return answer;
        }
        let fetched = self.fetch(issuer, reference, now).await.map(Arc::new);
        if let Err(why) = &fetched {
            let host = reference.url().host_str().unwrap_or_default();
            let reason = why.to_string();
            tracing::warn!(issuer = issuer.issuer(), host, reason, "a status list cannot be had");
        }
        let answer = place.kept().take_in(fetched, now, stale);
        self.tidy(&name, now);
        answer
    }
}

impl Place {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        unpoisoned(&self.kept)
    }
}

impl Kept {
    /// The answer, unless it takes a fetch.
    fn answer(&self, now: Timestamp, stale: Duration) -> Option<Result<Arc<StatusList>, NoStatusList>> {
        if let Some(held) = self.held.as_ref().filter(|held| held.usable(now, Duration::ZERO)) {
            return Some(Ok(Arc::clone(held)));
        }
        let (at, why) = self.failed.as_ref()?;
        let left_alone = now.since(*at) < FAILURE_PAUSE;
        left_alone.then(|| self.older(now, stale).ok_or_else(|| why.clone()))
    }

    /// Keeps what a fetch brought. A list that came and is no good is an answer: an older one must not
    /// hide it. Only when nothing came may the older one serve.
    fn take_in(
        &mut self,
        fetched: Result<Arc<StatusList>, NoStatusList>,
        now: Timestamp,
        stale: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        self.stale = stale;
        match fetched {
            Ok(list) => {
                self.failed = None;
                Ok(Arc::clone(self.held.insert(list)))
            }
            Err(why) => {
                if matches!(why, NoStatusList::Unusable(_)) {
                    self.held = None;
                }
                self.failed = Some((now, why.clone()));
                self.older(now, stale).ok_or(why)
            }
        }
    }

    fn older(&self, now: Timestamp, stale: Duration) -> Option<Arc<StatusList>> {
        self.held.as_ref().filter(|held| held.usable(now, stale)).cloned()
    }

    fn is_worth_keeping(&self, now: Timestamp) -> bool {
        let failed = self.failed.as_ref().is_some_and(|(at, _)| now.since(*at) < FAILURE_PAUSE);
        failed || self.older(now, self.stale).is_some()
    }
}

fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> NoStatusList {
    NoStatusList::Unavailable(Arc::new(Unavailable::new("the issuer's status list", source)))
}

/// Reading a list of megabytes takes milliseconds, in which the others should not wait.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StatusListFault> + Send + 'static,
) -> Result<T, NoStatusList> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(ended) => Err(unavailable(ended)),
    }
}

/// Nothing is left half done under these locks, so a panic elsewhere does not spoil what they hold.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
