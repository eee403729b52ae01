//! The rule about codes that people enter: what is counted when one is wrong, and when nothing more is
//! taken (RFC 8628 section 5.1). It is data, which a store executes; see [`Limited`].
//!
//! A wrong code counts for the address it came from, for the networks around that address, and for
//! everybody. A right one is refused only where somebody guesses: at an address or a network with too many
//! wrong codes. When everybody together has entered too many, the bar rises for those who entered most of
//! them, and for nobody else.
//!
//! Many people may be behind one address. So a code of a device on the same network as the person still
//! passes there, within a limit ten times as high: a guesser elsewhere gains nothing by it.

use std::time::Duration;

use super::attempts::{Attempt, Barrier, CountedEvent, DeviceLimits, Limited};
use crate::base::secret::Digest;
use crate::base::time::Timestamp;

/// How much more may be entered at an address whose people and devices are near each other; and how many
/// codes may be entered that cannot be one, which no guess is.
const TEN: u32 = 10;
/// Wrong codes that an address may enter while everybody together has entered too many.
const RAISED: u32 = 2;

/// Who enters a code, as keyed digests.
#[derive(Clone, Debug)]
pub struct Guesser {
    /// The address, or the service with pages of its own that does not say from where its people come.
    pub address: Digest,
    /// Whether that is one address, rather than a whole service.
    pub is_address: bool,
    /// The networks around it, and how many times as much they may enter.
    pub networks: Vec<(Digest, u32)>,
    /// Everybody together, under one digest.
    pub everybody: Digest,
}

/// What holds for codes that are entered now.
#[derive(Clone, Copy, Debug)]
pub struct GuessLimits {
    limits: DeviceLimits,
    window: Duration,
    now: Timestamp,
}

impl GuessLimits {
    /// The operator's.
    pub fn new(limits: DeviceLimits, now: Timestamp) -> Self {
        Self { limits, window: limits.window, now }
    }

    /// For a code that could be one. `near` says that it is that of a device on the network of `guesser`.
    pub fn of_code(&self, guesser: &Guesser, near: bool) -> Limited {
        let wrong = |who, most| self.attempt(CountedEvent::WrongCode, who, most);
        let everybody = wrong(guesser.everybody, self.limits.wrong_codes_altogether);
        let most = self.of_address(guesser);
        let address = wrong(guesser.address, most);
        let mut barriers = vec![Barrier::of(address)];
        let mut counted = vec![address];
        if near {
            // Those that were refused count apart, so that being patient helps whoever only mistyped. The limit is
            // theirs: that of the address depends on everybody already.
            let refused = self.attempt(CountedEvent::RefusedCode, guesser.address, most.saturating_mul(TEN));
            barriers = vec![Barrier::while_reached(address, refused)];
        }
        if guesser.is_address {
            barriers.push(Barrier::while_reached(everybody, wrong(guesser.address, RAISED.min(most))));
        }
        for (network, times) in &guesser.networks {
            let bound = wrong(*network, most.saturating_mul(*times));
            counted.push(bound);
            barriers.push(Barrier::of(bound));
            barriers.push(Barrier::while_reached(everybody, wrong(*network, most)));
        }
        counted.push(everybody);
        Limited { barriers, counted }
    }

    /// For what cannot be a code, whatever is looked for: it finds nothing, so it is no guess. Counted all
    /// the same, within a limit of its own.
    pub fn of_malformed(&self, guesser: &Guesser) -> Limited {
        let most = self.of_address(guesser).saturating_mul(TEN);
        Limited::each([self.attempt(CountedEvent::MalformedCode, guesser.address, most)])
    }

    /// A wrong code that was refused because there were too many.
    pub fn refused(&self, guesser: &Guesser) -> Attempt {
        self.attempt(CountedEvent::RefusedCode, guesser.address, u32::MAX)
    }

    fn of_address(&self, guesser: &Guesser) -> u32 {
        match guesser.is_address {
            true => self.limits.wrong_codes_per_address,
            false => self.limits.wrong_codes_altogether,
        }
    }

    fn attempt(&self, what: CountedEvent, who: Digest, most: u32) -> Attempt {
        Attempt::new(what, who, most, self.window, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesser(is_address: bool) -> Guesser {
        Guesser {
            address: Digest::of(b"address"),
            is_address,
            networks: vec![(Digest::of(b"/56"), 4), (Digest::of(b"/48"), 10)],
            everybody: Digest::of(b"everybody"),
        }
    }

    fn limits() -> GuessLimits {
        GuessLimits::new(DeviceLimits::default(), Timestamp::from_unix(1_000))
    }

    /// What closes the way: each line is met when all of its counts are reached.
    fn closed_by(limited: &Limited) -> Vec<Vec<(&'static str, u32)>> {
        let name = |who: &Digest| {
            ["address", "/56", "/48", "everybody"]
                .into_iter()
                .find(|name| Digest::of(name.as_bytes()) == *who)
                .unwrap()
        };
        let line = |barrier: &Barrier| {
            barrier.attempts().map(|attempt| (name(attempt.who()), attempt.most())).collect()
        };
        limited.barriers.iter().map(line).collect()
    }

    #[test]
    fn req_10_20_everybody_together_never_closes_the_way_for_who_did_not_guess() {
        let limited = limits().of_code(&guesser(true), false);
        assert_eq!(
            closed_by(&limited),
            [
                vec![("address", 5)],
                vec![("everybody", 1000), ("address", 2)],
                vec![("/56", 20)],
                vec![("everybody", 1000), ("/56", 5)],
                vec![("/48", 50)],
                vec![("everybody", 1000), ("/48", 5)],
            ]
        );
        assert_eq!(limited.counted.len(), 4, "the address, everybody, and both networks");
    }

    #[test]
    fn req_10_20_near_the_device_an_address_is_closed_when_ten_times_as_many_were_refused_too() {
        let limited = limits().of_code(&guesser(true), true);
        let barrier = &limited.barriers[0];
        let (refused, address) = (barrier.limit(), barrier.only_while().unwrap());
        assert_eq!((address.what(), address.most()), (CountedEvent::WrongCode, 5));
        assert_eq!((refused.what(), refused.most()), (CountedEvent::RefusedCode, 50));
    }

    #[test]
    fn no_counter_has_two_limits_that_depend_on_others() {
        for near in [false, true] {
            let limited = limits().of_code(&guesser(true), near);
            let depends = |barrier: &&Barrier| barrier.only_while().is_some();
            for (position, one) in limited.barriers.iter().filter(depends).enumerate() {
                let mut others = limited.barriers.iter().filter(depends).skip(position + 1);
                assert!(!others.any(|other| other.limit().same_counter(one.limit())), "near: {near}");
            }
        }
    }

    #[test]
    fn req_10_20_what_cannot_be_a_code_is_counted_apart() {
        let limited = limits().of_malformed(&guesser(true));
        assert_eq!(closed_by(&limited), [vec![("address", 50)]]);
        assert_eq!(limited.counted[0].what(), CountedEvent::MalformedCode);
    }

    #[test]
    fn a_service_that_does_not_say_where_its_people_are_is_no_address() {
        let limited = limits().of_code(&Guesser { networks: Vec::new(), ..guesser(false) }, false);
        assert_eq!(closed_by(&limited), [vec![("address", 1000)]]);
    }
}
