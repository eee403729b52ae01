//! How often clients may fail, push and arrive (REQ-11.5, RFC 9126 section 2.3). Counted in this process
//! only, by the minute.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poem::Request;

use super::client_address::{TrustedProxies, client_address};
use crate::domain::base::time::Timestamp;

const WINDOW: Duration = Duration::from_secs(60);
/// Failed authentications of one client from one address: room for a deployment with a wrong secret to
/// be mended, none for guessing.
const FAILURES: u32 = 20;
/// Requests that one address pushes: a busy application sends all of its own from one.
const PUSHES: u32 = 600;
/// Visits to the authorization endpoint from one address: a household, or an office behind one address.
const VISITS: u32 = 120;
/// Counters that are kept at most. When there are more, all are forgotten: memory is bounded, and whoever
/// owns so many addresses is not stopped by counting them.
const COUNTERS: usize = 65_536;
/// The longest identifier that is told from others.
const LONGEST_ID: usize = 256;

/// Too many for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// When the next one may come, in seconds from now.
    pub retry_after: u64,
}

/// The counters, shared by the doors.
#[derive(Debug)]
pub struct ClientLimits {
    trusted_proxies: TrustedProxies,
    failures: PerMinute<(Option<IpAddr>, String)>,
    pushes: PerMinute<Option<IpAddr>>,
    visits: PerMinute<Option<IpAddr>>,
}

impl ClientLimits {
    /// Nothing counted yet.
    pub fn new(trusted_proxies: TrustedProxies) -> Self {
        Self {
            trusted_proxies,
            failures: PerMinute::new(FAILURES),
            pushes: PerMinute::new(PUSHES),
            visits: PerMinute::new(VISITS),
        }
    }

    /// Lets one attempt of a client to authenticate through. It counts as failed unless it is said to
    /// have succeeded, so that parallel attempts cannot slip past the count.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn attempt(
        &self,
        request: &Request,
        id: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt<'_>, TooMany> {
        let id = id.filter(|id| id.len() <= LONGEST_ID).unwrap_or_default();
        let key = (client_address(request, &self.trusted_proxies), id.to_owned());
        self.failures.count(key.clone(), now)?;
        Ok(Attempt { failures: &self.failures, key })
    }

    /// Counts a pushed request.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn push(&self, request: &Request, now: Timestamp) -> Result<(), TooMany> {
        self.pushes.count(client_address(request, &self.trusted_proxies), now)
    }

    /// Counts a visit to the authorization endpoint.
    ///
    /// # Errors
    /// [`TooMany`]
    pub fn visit(&self, request: &Request, now: Timestamp) -> Result<(), TooMany> {
        self.visits.count(client_address(request, &self.trusted_proxies), now)
    }
}

/// An attempt that was let through.
#[derive(Debug)]
#[must_use]
pub struct Attempt<'a> {
    failures: &'a PerMinute<(Option<IpAddr>, String)>,
    key: (Option<IpAddr>, String),
}

impl Attempt<'_> {
    /// It did not fail, or not by fault of the client. Takes back itself only.
    pub fn did_not_fail(self) {
        let mut counted = self.failures.counted();
        if let Some(count) = counted.counts.get_mut(&self.key) {
            *count = count.saturating_sub(1);
        }
    }
}

/// At most so many for each key within a minute.
#[derive(Debug)]
struct PerMinute<K> {
    most: u32,
    counted: Mutex<Counted<K>>,
}

#[derive(Debug)]
struct Counted<K> {
    since: Timestamp,
    counts: HashMap<K, u32>,
}

impl<K: Eq + Hash> PerMinute<K> {
    fn new(most: u32) -> Self {
        let counted = Counted { since: Timestamp::from_unix(0), counts: HashMap::new() };
        Self { most, counted: Mutex::new(counted) }
    }

    fn count(&self, key: K, now: Timestamp) -> Result<(), TooMany> {
        let mut counted = self.counted();
        let over = counted.since.plus(WINDOW);
        if now >= over || now < counted.since {
            *counted = Counted { since: now, counts: HashMap::new() };
        } else if counted.counts.len() >= COUNTERS {
            counted.counts.clear();
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
    fn counted(&self) -> MutexGuard<'_, Counted<K>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds)
    }

    #[test]
    fn req_11_5_failed_attempts_are_counted_by_client_and_forgotten_after_a_minute() {
        let limits = ClientLimits::new(TrustedProxies(std::sync::Arc::new([])));
        let attempt = |id: &str, second| limits.attempt(&Request::default(), Some(id), at(second));
        for _ in 0..FAILURES {
            let _ = attempt("shop", 0).unwrap();
        }
        assert_eq!(attempt("shop", 10).unwrap_err(), TooMany { retry_after: 50 });
        assert!(attempt("bank", 10).is_ok(), "others are not affected");
        assert!(attempt("shop", 60).is_ok());
    }

    #[test]
    fn req_11_5_attempts_that_succeed_do_not_count() {
        let limits = ClientLimits::new(TrustedProxies(std::sync::Arc::new([])));
        let attempt = || limits.attempt(&Request::default(), Some("shop"), at(0));
        for _ in 0..3 * FAILURES {
            attempt().unwrap().did_not_fail();
        }
        let under_way: Vec<_> = (0..FAILURES).map(|_| attempt().unwrap()).collect();
        assert!(attempt().is_err(), "those under way count at once");
        under_way.into_iter().for_each(Attempt::did_not_fail);
        assert!(attempt().is_ok());
    }

    #[test]
    fn req_11_32_pushes_and_visits_are_limited_apart() {
        let limits = ClientLimits::new(TrustedProxies(std::sync::Arc::new([])));
        let request = Request::default();
        for _ in 0..VISITS {
            limits.visit(&request, at(0)).unwrap();
        }
        assert!(limits.visit(&request, at(59)).is_err());
        for _ in 0..PUSHES {
            limits.push(&request, at(0)).unwrap();
        }
        assert!(limits.push(&request, at(0)).is_err());
        assert!(limits.push(&request, at(60)).is_ok());
    }

    #[test]
    fn the_number_of_counters_is_bounded() {
        let counters = PerMinute::new(1);
        for key in 0..=COUNTERS {
            counters.count(key, at(0)).unwrap();
        }
        assert!(counters.counted().counts.len() <= COUNTERS);
    }
}
