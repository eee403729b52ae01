//! How often clients may fail, push and arrive (REQ-11.5, RFC 9126 section 2.3). Counted in this process
//! only, by the minute.
//!
//! A client that proves who it is passes, whatever others did in its name: failures are braked, not the
//! client. Secrets have 128 bits and more, so there is nothing to gain by trying them.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poem::Request;

use super::client_address::ClientAddresses;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::time::Timestamp;

const WINDOW: Duration = Duration::from_secs(60);
/// Failed authentications of one client from one address that are answered and logged one by one.
const FAILURES: u32 = 20;
/// Assertions of one address that may be under way at once: each waits for the client's keys and for the
/// store.
const UNDER_WAY: u32 = 1024;
/// Requests that one client pushes from one address: a busy application sends all of its own from one.
const PUSHES: u32 = 600;
/// Tests of one webhook: each calls somebody's server and waits for it.
const WEBHOOK_TESTS: u32 = 10;
/// Visits to the authorization endpoint from one address: a household, or an office behind one address.
const VISITS: u32 = 120;
/// Counters that are kept at most. When there are more, those that are far from their limit are forgotten,
/// and all when that is not enough: memory is bounded.
const COUNTERS: usize = 65_536;

/// Too many for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// When the next one may come, in seconds from now.
    pub retry_after: u64,
}

/// A client at an address.
type ClientThere = (Option<IpAddr>, String);

/// The counters, shared by the endpoints.
#[derive(Debug)]
pub struct RateLimits {
    addresses: ClientAddresses,
    failures: PerMinute<ClientThere>,
    pushes: PerMinute<ClientThere>,
    visits: PerMinute<Option<IpAddr>>,
    webhook_tests: PerMinute<(String, String)>,
    under_way: Mutex<HashMap<Option<IpAddr>, u32>>,
}

impl RateLimits {
    /// Nothing counted yet.
    pub fn new(addresses: ClientAddresses) -> Self {
        Self {
            addresses,
            failures: PerMinute::new(FAILURES),
            pushes: PerMinute::new(PUSHES),
            visits: PerMinute::new(VISITS),
            webhook_tests: PerMinute::new(WEBHOOK_TESTS),
            under_way: Mutex::default(),
        }
    }

    /// Where a request comes from.
    pub fn address_of(&self, request: &Request) -> ClientAddress {
        self.addresses.of(request)
    }

    /// Who sends a request to an endpoint that knows these limits, as far as addresses are counted.
    pub fn sender(request: &Request) -> Option<IpAddr> {
        request.data::<Arc<Self>>()?.address_of(request).counted()
    }

    /// Counts a failed authentication of the registered client `id`.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn failed(&self, from: ClientAddress, id: &str, now: Timestamp) -> Result<(), TooMany> {
        self.failures.count((from.counted(), id.to_owned()), now)
    }

    /// An authentication that takes a while begins; it ends when the answer is dropped.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn under_way(&self, from: ClientAddress) -> Result<UnderWay<'_>, TooMany> {
        let key = from.counted();
        let mut counts = self.counts_under_way();
        let count = counts.entry(key).or_default();
        if *count >= UNDER_WAY {
            return Err(TooMany { retry_after: 1 });
        }
        *count += 1;
        Ok(UnderWay { limits: self, key })
    }

    /// Counts a pushed request of the client `id`.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn push(&self, request: &Request, id: &str, now: Timestamp) -> Result<(), TooMany> {
        self.pushes.count((self.addresses.of(request).counted(), id.to_owned()), now)
    }

    /// Counts a test of a webhook of the client `id`.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn webhook_test(&self, id: &str, webhook: &str, now: Timestamp) -> Result<(), TooMany> {
        self.webhook_tests.count((id.to_owned(), webhook.to_owned()), now)
    }

    /// Counts a visit to the authorization endpoint.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn visit(&self, request: &Request, now: Timestamp) -> Result<(), TooMany> {
        self.visits.count(self.addresses.of(request).counted(), now)
    }

    /// Nothing is left half done under this lock.
    fn counts_under_way(&self) -> MutexGuard<'_, HashMap<Option<IpAddr>, u32>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An authentication that is under way.
#[derive(Debug)]
#[must_use]
pub struct UnderWay<'a> {
    limits: &'a RateLimits,
    key: Option<IpAddr>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut counts = self.limits.counts_under_way();
        if let Some(count) = counts.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

/// At most so many for each key within a minute.
#[derive(Debug)]
struct PerMinute<K> {
    most: u32,
    counted: Mutex<WindowCounts<K>>,
}

#[derive(Debug)]
struct WindowCounts<K> {
    since: Timestamp,
    counts: HashMap<K, u32>,
}

impl<K: Eq + Hash> PerMinute<K> {
    fn new(most: u32) -> Self {
        let counted = WindowCounts { since: Timestamp::from_unix(0), counts: HashMap::new() };
        Self { most, counted: Mutex::new(counted) }
    }

    fn count(&self, key: K, now: Timestamp) -> Result<(), TooMany> {
        let mut counted = self.counted();
        let over = counted.since.plus(WINDOW);
        if now >= over || now < counted.since {
            *counted = WindowCounts { since: now, counts: HashMap::new() };
        } else if counted.counts.len() >= COUNTERS && !counted.counts.contains_key(&key) {
            let most = self.most;
            counted.counts.retain(|_, count| *count > most / 2);
            if counted.counts.len() >= COUNTERS {
                counted.counts.clear();
            }
        }
        let retry_after = counted.since.plus(WINDOW).since(now).as_secs();
        let count = counted.counts.entry(key).or_default();
        if *count >= self.most {
            return Err(TooMany { retry_after });
        }
        *count += 1;
        Ok(())
    }

    /// Nothing is left half done under this lock.
    fn counted(&self) -> MutexGuard<'_, WindowCounts<K>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vpgate_core::base::forwarded::TrustedProxies;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds)
    }

    fn limits() -> RateLimits {
        RateLimits::new(ClientAddresses::new(TrustedProxies::default(), false))
    }

    fn nowhere() -> ClientAddress {
        ClientAddress::default()
    }

    #[test]
    fn req_11_5_failures_are_counted_by_client_and_address_and_forgotten_after_a_minute() {
        let limits = limits();
        for _ in 0..FAILURES {
            limits.failed(nowhere(), "shop", at(0)).unwrap();
        }
        let refused = limits.failed(nowhere(), "shop", at(10));
        assert_eq!(refused, Err(TooMany { retry_after: 50 }));
        assert!(limits.failed(nowhere(), "bank", at(10)).is_ok(), "others are not affected");
        let elsewhere = ClientAddress::known("192.0.2.1".parse().unwrap());
        assert!(limits.failed(elsewhere, "shop", at(10)).is_ok());
        assert!(limits.failed(nowhere(), "shop", at(60)).is_ok());
    }

    #[test]
    fn what_is_under_way_is_bounded_by_address_and_is_no_failure() {
        let limits = limits();
        let under_way: Vec<_> = (0..UNDER_WAY).map(|_| limits.under_way(nowhere()).unwrap()).collect();
        assert_eq!(limits.under_way(nowhere()).unwrap_err(), TooMany { retry_after: 1 });
        let elsewhere = ClientAddress::known("192.0.2.1".parse().unwrap());
        assert!(limits.under_way(elsewhere).is_ok());
        drop(under_way);
        assert!(limits.under_way(nowhere()).is_ok());
        assert!(limits.counts_under_way().is_empty(), "nothing is kept of what has ended");
        assert!(limits.failed(nowhere(), "shop", at(0)).is_ok());
    }

    #[test]
    fn req_11_32_pushes_and_visits_are_limited_apart() {
        let limits = limits();
        let request = Request::default();
        for _ in 0..VISITS {
            limits.visit(&request, at(0)).unwrap();
        }
        assert!(limits.visit(&request, at(59)).is_err());
        for _ in 0..PUSHES {
            limits.push(&request, "shop", at(0)).unwrap();
        }
        assert!(limits.push(&request, "shop", at(0)).is_err());
        assert!(limits.push(&request, "bank", at(0)).is_ok(), "one client does not stop another");
        assert!(limits.push(&request, "shop", at(60)).is_ok());
    }

    #[test]
    fn the_number_of_counters_is_bounded_and_the_fullest_stay() {
        let counters = PerMinute::new(3);
        for _ in 0..3 {
            counters.count(usize::MAX, at(0)).unwrap();
        }
        for key in 0..=COUNTERS {
            counters.count(key, at(0)).unwrap();
        }
        assert!(counters.counted().counts.len() <= COUNTERS);
        assert!(counters.count(usize::MAX, at(0)).is_err());
        let full = PerMinute::new(1);
        for key in 0..=COUNTERS {
            full.count(key, at(0)).unwrap();
        }
        assert!(full.counted().counts.len() <= COUNTERS);
    }
}
