//! How often something may happen: codes tried, grants opened (RFC 8628 section 5.1, RFC 10027
//! section 6.1.11). Counted in the store, so that replicas share the counts.
//!
//! Time is cut into slots, and a slot is counted until the whole of it is older than the window: in no
//! stretch of time as long as the window does more happen than the limit says.

use std::time::Duration;

use crate::base::secret::Digest;
use crate::base::time::Timestamp;

/// Slots of one window: how exactly the oldest attempts are forgotten.
const SLOTS: u64 = 20;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedEvent {
    /// A user code that led nowhere.
    WrongCode,
    /// Another one, when there had been too many already.
    RefusedCode,
    /// A text that cannot be a user code.
    MalformedCode,
    /// A device that was given codes.
    Authorization,
    /// A person who said "I did not start this".
    Disowned,
}

/// One thing that happens, to be counted against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    what: CountedEvent,
    who: Digest,
    most: u32,
    window: Duration,
    at: Timestamp,
    /// How many at once; below zero they are given back.
    change: i64,
    /// When they were counted, where that was before.
    given_back_to: Option<Timestamp>,
}

/// Closed while its limit is reached; one that depends on another limit, while both are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barrier {
    limit: Attempt,
    only_while: Option<Attempt>,
}

/// Something that happens within limits: refused while one of the barriers is closed, else counted. Data,
/// which a store executes in steps; why the limits are what they are is decided before.
///
/// Narrow limits stand before wide ones, and are counted before them: what happened at one address is counted
/// for that address even when the limit of everybody refuses it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limited {
    /// What is in the way. For one counter there is at most one limit that depends on another one.
    pub barriers: Vec<Barrier>,
    /// What is counted when nothing is; how many there may be is not looked at here.
    pub counted: Vec<Attempt>,
}

/// The limits of the device grant (`[device]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceLimits {
    /// How long everything below counts: as long as the longest-lived code lives, so that a limit
    /// holds for the whole life of any code.
    pub window: Duration,
    /// Wrong codes from one address (5: the worked example of RFC 8628 section 5.1).
    pub wrong_codes_per_address: u32,
    /// Wrong codes from everybody, before the bar rises for those who entered most of them.
    pub wrong_codes_altogether: u32,
    /// Addresses from which one code may be entered (RFC 10027 section 6.1.4).
    pub addresses_per_code: u32,
    /// Grants that one client may open, before the addresses and networks that opened most get no more.
    pub authorizations_per_client: u32,
    /// Grants that may be opened from one address.
    pub authorizations_per_address: u32,
}

impl Default for DeviceLimits {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(600),
            wrong_codes_per_address: 5,
            wrong_codes_altogether: 1000,
            addresses_per_code: 5,
            authorizations_per_client: 100_000,
            authorizations_per_address: 1000,
        }
    }
}

impl CountedEvent {
    /// As a row names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongCode => "wrong_code",
            Self::RefusedCode => "refused_code",
            Self::MalformedCode => "malformed_code",
            Self::Authorization => "authorization",
            Self::Disowned => "disowned",
        }
    }
}

impl Attempt {
    /// `who` may do `what` at most `most` times within any `window`.
    pub fn new(what: CountedEvent, who: Digest, most: u32, window: Duration, now: Timestamp) -> Self {
        Self { what, who, most, window, at: now, change: 1, given_back_to: None }
    }

    /// So many at once.
    #[must_use]
    pub fn times(&self, number: u32) -> Self {
        Self { change: number.into(), ..*self }
    }

    /// So many that were counted in `slot`, and did not happen.
    #[must_use]
    pub fn giving_back(&self, number: u32, slot: Timestamp) -> Self {
        Self { change: -i64::from(number), given_back_to: Some(slot), ..*self }
    }

    /// By how much its counter changes.
    pub fn change(&self) -> i64 {
        self.change
    }

    /// How many happen; none when some are given back.
    pub fn number(&self) -> u32 {
        u32::try_from(self.change).unwrap_or_default()
    }

    /// What is counted.
    pub fn what(&self) -> CountedEvent {
        self.what
    }

    /// Whose attempts are counted together: a keyed digest, never an address.
    pub fn who(&self) -> &Digest {
        &self.who
    }

    /// Whether both are counted together.
    pub fn same_counter(&self, other: &Self) -> bool {
        self.what == other.what && self.who == other.who
    }

    /// How many there may be.
    pub fn most(&self) -> u32 {
        self.most
    }

    /// The beginning of the slot in which it is counted.
    pub fn slot(&self) -> Timestamp {
        self.given_back_to.unwrap_or_else(|| self.slot_now())
    }

    fn slot_now(&self) -> Timestamp {
        let length = i64::try_from(self.slot_length().as_secs()).unwrap_or(i64::MAX);
        Timestamp::from_unix(self.at.unix().div_euclid(length).saturating_mul(length))
    }

    /// Slots that begin later than this count now.
    pub fn counted_after(&self) -> Timestamp {
        self.at.minus(self.window).minus(self.slot_length())
    }

    /// Slots that begin later than this do not count: they were written before the clock was set back. One
    /// slot ahead does, since clocks of replicas differ a little.
    pub fn counted_until(&self) -> Timestamp {
        self.slot_now().plus(self.slot_length())
    }

    /// From when on its slot counts no more.
    pub fn forgotten_at(&self) -> Timestamp {
        self.forgets(self.slot())
    }

    /// Whether there is no room, when `slots` (beginning and count) are what was counted.
    pub fn is_reached(&self, slots: &[(Timestamp, u32)]) -> bool {
        self.left(slots) == 0
    }

    /// How many more there may be.
    pub fn left(&self, slots: &[(Timestamp, u32)]) -> u32 {
        let counted: u32 = slots.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count));
        self.most.saturating_sub(counted)
    }

    /// Seconds from now until there is room again, when `slots` (beginning and count, oldest first)
    /// are what was counted. At least 1.
    pub fn retry_after(&self, slots: &[(Timestamp, u32)]) -> u64 {
        let mut counted: u32 = slots.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count));
        let mut free_at = self.at;
        for (slot, count) in slots {
            if counted < self.most {
                break;
            }
            counted = counted.saturating_sub(*count);
            free_at = self.forgets(*slot);
        }
        free_at.since(self.at).as_secs().max(1)
    }

    fn forgets(&self, slot: Timestamp) -> Timestamp {
        slot.plus(self.slot_length()).plus(self.window)
    }

    fn slot_length(&self) -> Duration {
        Duration::from_secs((self.window.as_secs() / SLOTS).max(1))
    }
}

impl Barrier {
    /// Closed while `limit` is reached.
    pub fn of(limit: Attempt) -> Self {
        Self { limit, only_while: None }
    }

    /// Closed while `limit` is reached, but only as long as `other` is reached too.
    pub fn while_reached(other: Attempt, limit: Attempt) -> Self {
        Self { limit, only_while: Some(other) }
    }

    /// The limit: the narrower one, where there are two.
    pub fn limit(&self) -> &Attempt {
        &self.limit
    }

    /// The limit that it depends on.
    pub fn only_while(&self) -> Option<&Attempt> {
        self.only_while.as_ref()
    }

    /// Its limits: all of them must be reached.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.only_while.iter().chain([&self.limit])
    }
}

impl Limited {
    /// Each is counted, and in the way when its limit is reached.
    pub fn each(attempts: impl IntoIterator<Item = Attempt>) -> Self {
        let counted: Vec<Attempt> = attempts.into_iter().collect();
        Self { barriers: counted.iter().copied().map(Barrier::of).collect(), counted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(at: i64) -> Attempt {
        let window = Duration::from_secs(600);
        Attempt::new(CountedEvent::WrongCode, Digest::of(b"me"), 5, window, Timestamp::from_unix(at))
    }

    #[test]
    fn req_10_20_a_slot_counts_until_all_of_it_is_older_than_the_window() {
        let early = attempt(1_019);
        assert_eq!(early.slot().unix(), 990);
        assert_eq!(early.forgotten_at().unix(), 990 + 30 + 600);
        // Counted at every second of the window that follows, and a slot's length longer at most.
        for later in [1_019, 1_019 + 600, 1_619] {
            assert!(attempt(later).counted_after() < early.slot(), "{later}");
        }
        assert!(attempt(early.forgotten_at().unix()).counted_after() >= early.slot());
    }

    #[test]
    fn slots_of_a_clock_that_was_ahead_do_not_count() {
        let (ahead, now) = (attempt(4_600), attempt(1_000));
        assert!(ahead.slot() > now.counted_until());
        assert!(attempt(1_015).slot() <= now.counted_until(), "a replica's clock is ahead by seconds");
        assert!(now.slot() <= now.counted_until() && now.slot() > now.counted_after());
    }

    #[test]
    fn req_15_11_retry_after_is_when_enough_is_forgotten() {
        let at = |slot: i64, count: u32| (Timestamp::from_unix(slot), count);
        let now = attempt(1_200);
        assert_eq!(now.retry_after(&[]), 1);
        assert_eq!(now.retry_after(&[at(990, 5)]), 990 + 630 - 1_200);
        assert_eq!(now.retry_after(&[at(990, 1), at(1_020, 4)]), 990 + 630 - 1_200);
        assert_eq!(now.retry_after(&[at(990, 1), at(1_020, 5)]), 1_020 + 630 - 1_200);
    }
}
