//! How many connections there are at one time, altogether and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Connections at one time; further ones wait in the queue of the operating system.
pub(super) const CONNECTIONS: usize = 4096;
/// Of them those that no request takes for a long time.
const OTHERS: usize = 2096;
/// So many addresses are needed at least to take all places.
const ADDRESSES: usize = 8;
/// A share is not smaller than this, however few places there are.
const LEAST_SHARE: usize = 8;
/// Descriptors that are left to everything else (the database, keys and lists that are fetched).
const OTHER_DESCRIPTORS: u64 = 128;

/// Whether a peer has no share of its own: a proxy, from which everybody comes.
pub(super) type Exempt = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// The places of one listener.
pub(super) struct Places {
    free: Arc<Semaphore>,
    share: usize,
    exempt: Exempt,
    taken: Arc<PlacesTaken>,
}

#[derive(Default)]
struct PlacesTaken(Mutex<HashMap<IpAddr, usize>>);

/// One place, free again when this is dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    counted: Option<(Arc<PlacesTaken>, IpAddr)>,
}

impl Places {
    /// For a listener that strangers reach. `descriptors`: how many the process may open, where that is known.
    /// `waiting` of them may be taken for a long time.
    pub(super) fn public(descriptors: Option<u64>, waiting: usize, exempt: Exempt) -> Self {
        let all = for_connections(descriptors, waiting);
        Self::new(all, (all / ADDRESSES).max(LEAST_SHARE), exempt)
    }

    /// For a listener that only operators reach.
    pub(super) fn operations() -> Self {
        let all = CONNECTIONS / 64;
        Self::new(all, all, Arc::new(|_| true))
    }

    fn new(all: usize, share: usize, exempt: Exempt) -> Self {
        Self { free: Arc::new(Semaphore::new(all)), share, exempt, taken: Arc::default() }
    }

    /// Waits for a place.
    pub(super) async fn one(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        Arc::clone(&self.free).acquire_owned().await
    }

    /// Gives it to somebody; `None` when that address has its share.
    pub(super) fn give(&self, permit: OwnedSemaphorePermit, peer: IpAddr) -> Option<Place> {
        if (self.exempt)(peer.to_canonical()) {
            return Some(Place { _permit: permit, counted: None });
        }
        let network = counted_as(peer);
        let mut taken = self.taken.lock();
        let count = taken.entry(network).or_default();
        if *count >= self.share {
            return None;
        }
        *count += 1;
        Some(Place { _permit: permit, counted: Some((Arc::clone(&self.taken), network)) })
    }

    /// How many one address may have.
    pub(super) fn share(&self) -> usize {
        self.share
    }

    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.free.available_permits()
    }
}

impl PlacesTaken {
    /// Whole numbers are whole numbers, whoever panicked.
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((taken, network)) = &self.counted {
            let mut taken = taken.lock();
            if let Some(count) = taken.get_mut(network) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(network);
                }
            }
        }
    }
}

/// As many connections as there may be descriptors for, and some for everything else.
fn for_connections(descriptors: Option<u64>, waiting: usize) -> usize {
    let most = CONNECTIONS.max(OTHERS + waiting);
    let left = descriptors.map(|all| all.saturating_sub(OTHER_DESCRIPTORS.min(all / 2)).max(1));
    left.and_then(|left| usize::try_from(left).ok()).unwrap_or(most).min(most)
}

/// What shares one place count: an IPv4 address, the /64 of an IPv6 address, which one household has at least.
pub(super) fn counted_as(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn given(places: &Places, peer: &str) -> Option<Place> {
        let permit = places.one().await.unwrap();
        places.give(permit, peer.parse().unwrap())
    }

    fn places(all: usize, share: usize) -> Places {
        Places::new(all, share, Arc::new(|peer| peer.to_string() == "192.0.2.9"))
    }

    #[tokio::test]
    async fn an_address_has_its_share_and_no_more_until_a_place_is_free_again() {
        let places = places(10, 2);
        let first = given(&places, "192.0.2.1").await;
        let second = given(&places, "::ffff:192.0.2.1").await;
        assert!(first.is_some() && second.is_some());
        assert!(given(&places, "192.0.2.1").await.is_none());
        assert_eq!(places.free(), 8, "who is refused holds no place");
        assert!(given(&places, "192.0.2.2").await.is_some(), "others have theirs");
        drop(first);
        assert!(given(&places, "192.0.2.1").await.is_some());
        drop(second);
        assert!(places.taken.lock().is_empty(), "nothing is remembered about who is gone");
        assert_eq!(places.free(), 10);
    }

    #[tokio::test]
    async fn ipv6_is_counted_by_64() {
        let places = places(10, 1);
        let _one = given(&places, "2001:db8:1:2::1").await.unwrap();
        assert!(given(&places, "2001:db8:1:2:ffff::7").await.is_none());
        assert!(given(&places, "2001:db8:1:3::1").await.is_some());
    }

    #[tokio::test]
    async fn everybody_comes_from_a_proxy_that_is_listed() {
        let places = places(10, 1);
        let mut held = Vec::new();
        for peer in ["192.0.2.9", "192.0.2.9", "::ffff:192.0.2.9"] {
            held.push(given(&places, peer).await.unwrap());
        }
        assert_eq!(places.free(), 7);
    }

    #[test]
    fn there_are_fewer_places_where_there_are_few_descriptors() {
        for (descriptors, places) in [
            (None, CONNECTIONS),
            (Some(1 << 20), CONNECTIONS),
            (Some(1024), 896),
            (Some(256), 128),
            (Some(64), 32),
            (Some(0), 1),
        ] {
            assert_eq!(for_connections(descriptors, 2000), places, "{descriptors:?}");
        }
        assert_eq!(for_connections(None, 10_000), 12_096);
        assert_eq!(Places::public(None, 2000, Arc::new(|_| false)).share(), 512);
    }
}
