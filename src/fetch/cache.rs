//! The one cache of what other servers publish: keys, status lists, metadata. One rule for all of them:
//!
//! ```text
//! fresh                             -> served as it is
//! not fresh                         -> one fetch, whoever asks; it goes on when nobody waits any more
//!   while it is under way, or failed less than PAUSE ago (counted from the failure, not from the start;
//!   twice as long for each time in a row that the server kept us waiting, up to MOST_PAUSE):
//!     an older copy may serve       -> that one, at once
//!     a fetch is under way          -> waits for it, up to a bound of waiters and of patience
//!     otherwise                     -> cannot be had, at once
//! fresh, but without what is wanted -> one fetch, at most once in WANTED_PAUSE
//! ```
//!
//! A server that hangs therefore costs its own askers their patience, and nobody else anything.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::flow::ports::Clock;
use vpgate_core::base::time::Timestamp;

/// How long a server that failed is left alone.
pub(super) const PAUSE: Duration = Duration::from_secs(5);
/// The longest that one is left alone which lets us wait, again and again: so who may not use an older copy
/// is answered at once most of the time.
const MOST_PAUSE: Duration = Duration::from_secs(60);
/// From then on a server has let us wait, rather than failed.
const SLOW: Duration = Duration::from_secs(2);
/// How long we believe a fresh copy that lacks what is wanted: anybody can name a key that does not exist.
pub(super) const WANTED_PAUSE: Duration = Duration::from_secs(60);
/// How long who has an older copy at hand waits for a newer one.
const WITH_OLDER: Duration = Duration::from_millis(2500);
/// The most that wait for one document.
const MOST_WAITING: usize = 64;

/// What can be kept.
pub(super) trait Keepable: Send + Sync + 'static {
    /// From then on it is fetched anew.
    fn fresh_until(&self) -> Timestamp;

    /// Whether it may serve, fresh or at most `stale` past that.
    fn usable(&self, now: Timestamp, stale: Duration) -> bool {
        now < self.fresh_until().plus(stale)
    }

    /// What it takes of [`Room::bytes`].
    fn bytes(&self) -> usize {
        0
    }
}

/// Why a fetch brought nothing.
pub(super) trait LoadFailure: Clone + Send + Sync + 'static {
    /// Something came and is no good: an answer, which an older copy must not hide.
    fn replaces_older(&self) -> bool {
        false
    }
}

/// A document with the time until which it is fresh.
#[derive(Debug)]
pub(super) struct Fresh<T> {
    pub(super) document: T,
    pub(super) until: Timestamp,
}

impl<T: Send + Sync + 'static> Keepable for Fresh<T> {
    fn fresh_until(&self) -> Timestamp {
        self.until
    }
}

/// How much is kept.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Documents, failures included.
    pub(super) documents: usize,
    /// Of what [`Keepable::bytes`] counts, all together.
    pub(super) bytes: usize,
}

impl Room {
    /// For documents of which there are no more than the configuration names.
    pub(super) const CONFIGURED: Self = Self { documents: usize::MAX, bytes: usize::MAX };
}

/// How a document is asked for.
pub(super) struct Wish<'a, V> {
    /// How long a copy that is no longer fresh may serve.
    pub(super) stale: Duration,
    /// How long the caller waits, counted from the start of the fetch.
    pub(super) patience: Duration,
    /// Whether the copy has what is wanted.
    pub(super) has_it: &'a (dyn Fn(&V) -> bool + Sync),
}

/// Why a document cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotHad<E> {
    /// The fetch failed, just now or a moment ago.
    #[error("{0}")]
    Failed(E),
    #[error("no answer yet; it is waited for no longer")]
    Slow,
    #[error("no answer yet, and too many wait for it already")]
    Crowded,
    /// A copy is at hand that lacks what is wanted, and it was fetched a moment ago.
    #[error(
        "it was fetched less than {} seconds ago, without what is wanted, and is fetched anew at most once in that time",
        WANTED_PAUSE.as_secs()
    )]
    FetchedJustNow,
}

/// What was fetched, by `K`. Cheap to clone; every clone is the same cache.
pub(super) struct Cache<K, V, E>(Arc<CacheParts<K, V, E>>);

struct CacheParts<K, V, E> {
    clock: Arc<dyn Clock>,
    room: Room,
    places: Mutex<HashMap<K, Arc<CacheEntry<V, E>>>>,
}

struct CacheEntry<V, E>(Mutex<EntryState<V, E>>);

/// What we have of one document.
struct EntryState<V, E> {
    held: Option<Arc<V>>,
    /// When the last fetch ended.
    asked_at: Option<Timestamp>,
    /// How it last failed, if it has not come since.
    failed: Option<Failed<E>>,
    /// The fetch under way.
    flight: Option<Flight<V, E>>,
    waiting: usize,
    /// How long the copy may serve, as it was last asked for.
    stale: Duration,
}

/// A fetch that brought nothing.
struct Failed<E> {
    at: Timestamp,
    why: E,
    /// How many in a row, up to this one, let us wait.
    slow: u32,
}

impl<E> Failed<E> {
    fn pause(&self) -> Duration {
        let doublings = self.slow.saturating_sub(1).min(8);
        (PAUSE * 2u32.pow(doublings)).min(MOST_PAUSE)
    }

    /// How long it matters: the next one may be slow, too.
    fn matters(&self) -> Duration {
        if self.slow > 0 { self.pause() + MOST_PAUSE } else { PAUSE }
    }
}

/// A fetch under way. Its end is told once; a sender that is gone without a word has panicked.
struct Flight<V, E> {
    began: Instant,
    landed: watch::Receiver<Option<Result<Arc<V>, E>>>,
}

impl<K, V, E> Cache<K, V, E>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Keepable,
    E: LoadFailure,
{
    /// Nothing is fetched until somebody asks.
    pub(super) fn new(clock: Arc<dyn Clock>, room: Room) -> Self {
        Self(Arc::new(CacheParts { clock, room, places: Mutex::default() }))
    }

    /// The document of `key`, fetched by `fetch` where the rule above says so.
    ///
    /// # Errors
    /// [`NotHad`]
    pub(super) async fn get<F>(
        &self,
        key: &K,
        wish: &Wish<'_, V>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<V>, NotHad<E>>
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        let place = self.0.place(key);
        let (mut flight, older) = {
            let now = self.0.clock.now();
            let mut state = place.state();
            state.stale = wish.stale;
            if let Some(answer) = state.at_once(now, wish) {
                return answer;
            }
            let older = state.older(now, wish);
            let flight = match (&state.flight, older.clone()) {
                (Some(_), Some(older)) => return Ok(older),
                (Some(_), None) if state.waiting >= MOST_WAITING => return Err(NotHad::Crowded),
                (Some(flight), None) => flight.clone(),
                (None, _) => state.flight.insert(self.take_off(key, &place, fetch())).clone(),
            };
            state.waiting += 1;
            (flight, older)
        };
        let _waiting = FetchWait(Arc::clone(&place));
        let patience = if older.is_some() { wish.patience.min(WITH_OLDER) } else { wish.patience };
        let landed = tokio::time::timeout_at(flight.began + patience, flight.end()).await;
        match landed.unwrap_or(Err(NotHad::Slow)) {
            Ok(document) => Ok(document),
            Err(why) => place.state().older(self.0.clock.now(), wish).ok_or(why),
        }
    }

    /// The fetch goes on when its askers are gone, so that what it finds is noted in any case.
    fn take_off(
        &self,
        key: &K,
        place: &Arc<CacheEntry<V, E>>,
        fetch: impl Future<Output = Result<V, E>> + Send + 'static,
    ) -> Flight<V, E> {
        let (tell, landed) = watch::channel(None);
        let (inner, place, key) = (Arc::clone(&self.0), Arc::clone(place), key.clone());
        background(async move {
            let began = inner.clock.now();
            let fetched = fetch.await.map(Arc::new);
            let now = inner.clock.now();
            place.state().take_in(&fetched, began, now);
            inner.tidy(&key, now);
            tell.send_replace(Some(fetched));
        });
        Flight { began: Instant::now(), landed }
    }

    /// The keys that are known, in no order.
    #[cfg(test)]
    pub(super) fn known(&self) -> Vec<K> {
        unpoisoned(&self.0.places).keys().cloned().collect()
    }
}

impl<K: Clone + Eq + Hash, V: Keepable, E: LoadFailure> CacheParts<K, V, E> {
    fn place(&self, key: &K) -> Arc<CacheEntry<V, E>> {
        let mut places = unpoisoned(&self.places);
        if let Some(place) = places.get(key) {
            return Arc::clone(place);
        }
        Arc::clone(places.entry(key.clone()).or_default())
    }

    /// Where room is bounded: forgets what is of no more use, then what is soonest due, until the rest
    /// fits. What is being fetched or waited for stays, and so does `key`.
    fn tidy(&self, key: &K, now: Timestamp) {
        if self.room.documents == usize::MAX {
            return;
        }
        let mut places = unpoisoned(&self.places);
        places.retain(|other, place| other == key || place.state().is_worth_keeping(now));
        let mut by_age: Vec<(Option<Timestamp>, usize, K)> = places
            .iter()
            .filter(|(other, place)| *other != key && !place.state().is_busy())
            .map(|(other, place)| {
                let held = place.state().held.clone();
                let bytes = held.as_ref().map_or(0, |held| held.bytes());
                (held.map(|held| held.fresh_until()), bytes, other.clone())
            })
            .collect();
        by_age.sort_by_key(|(fresh_until, ..)| *fresh_until);
        let held = |place: &Arc<CacheEntry<V, E>>| place.state().held.as_ref().map_or(0, |held| held.bytes());
        let mut bytes: usize = places.values().map(held).sum();
        for (_, freed, soonest) in by_age {
            if bytes <= self.room.bytes && places.len() <= self.room.documents {
                break;
            }
            places.remove(&soonest);
            bytes -= freed;
        }
    }
}

impl<V, E> CacheEntry<V, E> {
    fn state(&self) -> MutexGuard<'_, EntryState<V, E>> {
        unpoisoned(&self.0)
    }
}

impl<V, E> Default for CacheEntry<V, E> {
    fn default() -> Self {
        let state = EntryState {
            held: None,
            asked_at: None,
            failed: None,
            flight: None,
            waiting: 0,
            stale: Duration::ZERO,
        };
        Self(Mutex::new(state))
    }
}

impl<V: Keepable, E: LoadFailure> EntryState<V, E> {
    /// The answer, where it takes neither a fetch nor a look at one that is under way.
    fn at_once(&mut self, now: Timestamp, wish: &Wish<'_, V>) -> Option<Result<Arc<V>, NotHad<E>>> {
        if self.flight.as_ref().is_some_and(Flight::is_lost) {
            self.flight = None;
        }
        // A moment that has not come yet was read from a clock that was ahead: it holds nothing back.
        let within = |at: Timestamp, pause| at <= now && now.since(at) < pause;
        let fresh = self.held.as_ref().filter(|held| held.usable(now, Duration::ZERO));
        if let Some(held) = fresh.filter(|held| (wish.has_it)(held)) {
            return Some(Ok(Arc::clone(held)));
        }
        if self.flight.is_some() {
            return None;
        }
        if let Some(failed) = &self.failed
            && within(failed.at, failed.pause())
        {
            return Some(self.older(now, wish).ok_or_else(|| NotHad::Failed(failed.why.clone())));
        }
        let believed = fresh.is_some() && self.asked_at.is_some_and(|at| within(at, WANTED_PAUSE));
        believed.then_some(Err(NotHad::FetchedJustNow))
    }

    /// The copy, where it has what is wanted and may still serve.
    fn older(&self, now: Timestamp, wish: &Wish<'_, V>) -> Option<Arc<V>> {
        let held = self.held.as_ref()?;
        (held.usable(now, wish.stale) && (wish.has_it)(held)).then(|| Arc::clone(held))
    }

    /// Notes how a fetch ended, at the time when it did.
    fn take_in(&mut self, fetched: &Result<Arc<V>, E>, began: Timestamp, now: Timestamp) {
        self.flight = None;
        self.asked_at = Some(now);
        match fetched {
            Ok(document) => {
                self.failed = None;
                self.held = Some(Arc::clone(document));
            }
            Err(why) => {
                if why.replaces_older() {
                    self.held = None;
                }
                let before = self.failed.as_ref().map_or(0, |failed| failed.slow);
                let slow = if now.since(began) >= SLOW { before.saturating_add(1) } else { 0 };
                self.failed = Some(Failed { at: now, why: why.clone(), slow });
            }
        }
    }

    fn is_busy(&self) -> bool {
        self.waiting > 0 || self.flight.is_some()
    }

    fn is_worth_keeping(&self, now: Timestamp) -> bool {
        let failed = self.failed.as_ref().is_some_and(|failed| now.since(failed.at) < failed.matters());
        let serves = self.held.as_ref().is_some_and(|held| held.usable(now, self.stale));
        failed || serves || self.is_busy()
    }
}

impl<V, E: Clone> Flight<V, E> {
    async fn end(&mut self) -> Result<Arc<V>, NotHad<E>> {
        let landed = self.landed.wait_for(Option::is_some).await;
        match landed.as_deref() {
            Ok(Some(Ok(document))) => Ok(Arc::clone(document)),
            Ok(Some(Err(why))) => Err(NotHad::Failed(why.clone())),
            Ok(None) | Err(_) => Err(NotHad::Slow),
        }
    }

    fn is_lost(&self) -> bool {
        self.landed.has_changed().is_err() && self.landed.borrow().is_none()
    }
}

impl<V, E> Clone for Flight<V, E> {
    fn clone(&self) -> Self {
        Self { began: self.began, landed: self.landed.clone() }
    }
}

/// Somebody who waits, counted until he goes.
struct FetchWait<V, E>(Arc<CacheEntry<V, E>>);

impl<V, E> Drop for FetchWait<V, E> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

#[expect(clippy::disallowed_methods, reason = "a fetch ends by itself: the client bounds its time")]
fn background(work: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(work.in_current_span()));
}

/// Nothing is left half done under these locks, so a panic elsewhere does not spoil what they hold.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
