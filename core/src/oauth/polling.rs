//! How often a device may ask (RFC 8628 section 3.5).

pub mod load;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;

/// What `slow_down` adds, for this and all later polls (RFC 8628 section 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// Where growing stops: a hasty device is slowed, never shut out until its code expires.
const LONGEST: Duration = Duration::from_secs(60);

/// The pace of one device: its interval now, and when it last asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    interval: Duration,
    last: Option<Timestamp>,
}

/// One poll, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// In time: `authorization_pending` if nothing is decided.
    InTime(Pace),
    /// Too early: `slow_down`, and the interval has grown.
    TooSoon(Pace),
}

impl Pace {
    /// The pace of a device that has not asked yet.
    pub fn new(interval: Duration) -> Self {
        Self { interval, last: None }
    }

    /// The pace as it was stored.
    pub fn restore(interval: Duration, last: Option<Timestamp>) -> Self {
        Self { interval, last }
    }

    /// Judges a poll. The first one is never too early, and neither is one after the clock was set back: how
    /// long the device has waited is then not known.
    #[must_use]
    pub fn poll(self, now: Timestamp) -> Poll {
        match self.last {
            Some(last) if last <= now && now.since(last) < self.interval => Poll::TooSoon(Self {
                interval: self.interval.saturating_add(SLOW_DOWN).min(LONGEST.max(self.interval)),
                last: Some(now),
            }),
            _ => Poll::InTime(Self { interval: self.interval, last: Some(now) }),
        }
    }

    /// The interval in force.
    pub fn interval(self) -> Duration {
        self.interval
    }

    /// When the device last asked.
    pub fn last(self) -> Option<Timestamp> {
        self.last
    }
}

/// The pace of a device as a process knows it that answers polls from memory and writes paces behind. A poll brings
/// what the store says where others may have written there too.
#[derive(Clone, Copy, Debug)]
pub struct WrittenBehind {
    pace: Pace,
    /// What the store was last seen to hold.
    stored: Pace,
    /// What was given to the store since.
    given: Option<Pace>,
}

impl WrittenBehind {
    /// As the store has it.
    pub fn new(stored: Pace) -> Self {
        Self { pace: stored, stored, given: None }
    }

    /// Judges a poll at a time when the store holds `stored`; nothing, when nobody else has written there. What is
    /// neither what was there before nor what we gave was written by somebody else, whom the device asked in between:
    /// it counts.
    pub fn poll(&mut self, stored: Option<Pace>, now: Timestamp) -> Poll {
        if let Some(stored) = stored.filter(|stored| *stored != self.stored) {
            if self.given.take() != Some(stored) {
                self.pace = stored;
            }
            self.stored = stored;
        }
        let judged = self.pace.poll(now);
        let (Poll::InTime(pace) | Poll::TooSoon(pace)) = judged;
        self.pace = pace;
        judged
    }

    /// As this process knows it.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// What the store is to hold now.
    pub fn give(&mut self) -> Pace {
        self.given = Some(self.pace);
        self.pace
    }

    /// The store holds what it was given.
    pub fn written(&mut self) {
        self.stored = self.given.take().unwrap_or(self.stored);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(second)
    }

    fn five() -> Pace {
        Pace::new(Duration::from_secs(5))
    }

    #[test]
    fn req_10_41_the_first_poll_and_a_punctual_one_are_in_time() {
        let Poll::InTime(pace) = five().poll(at(0)) else { panic!("first poll") };
        assert!(matches!(pace.poll(at(5)), Poll::InTime(_)));
    }

    #[test]
    fn req_10_42_an_early_poll_lengthens_the_interval_for_good() {
        let Poll::InTime(pace) = five().poll(at(0)) else { panic!("first poll") };
        let Poll::TooSoon(slower) = pace.poll(at(4)) else { panic!("4 s is early for 5") };
        assert_eq!(slower.interval(), Duration::from_secs(10));
        let Poll::TooSoon(slowest) = slower.poll(at(9)) else { panic!("the old interval is early now") };
        assert_eq!(slowest.interval(), Duration::from_secs(15));
        let Poll::InTime(calm) = slowest.poll(at(24)) else { panic!("15 s is in time") };
        assert_eq!(calm.interval(), Duration::from_secs(15));
    }

    #[test]
    fn a_clock_that_is_set_back_slows_nobody_down() {
        let pace = Pace::restore(Duration::from_secs(5), Some(at(3600)));
        let Poll::InTime(pace) = pace.poll(at(10)) else { panic!("the clock, not the device, was hasty") };
        assert_eq!(pace, Pace::restore(Duration::from_secs(5), Some(at(10))));
        assert!(matches!(pace.poll(at(14)), Poll::TooSoon(_)), "from then on as ever");
        assert!(matches!(pace.poll(at(15)), Poll::InTime(_)));
    }

    fn polled(last: i64) -> Pace {
        Pace::restore(Duration::from_secs(5), Some(at(last)))
    }

    #[test]
    fn a_pace_in_memory_is_judged_before_it_is_written() {
        let mut known = WrittenBehind::new(five());
        assert!(matches!(known.poll(Some(five()), at(0)), Poll::InTime(_)));
        assert!(matches!(known.poll(Some(five()), at(4)), Poll::TooSoon(_)), "nothing was written yet");
        let given = known.give();
        assert_eq!(given, Pace::restore(Duration::from_secs(10), Some(at(4))));
        // Polled between giving and writing, then seen as written: what was polled in between still counts.
        assert!(matches!(known.poll(Some(five()), at(14)), Poll::InTime(_)));
        assert!(matches!(known.poll(Some(given), at(23)), Poll::TooSoon(_)));
    }

    #[test]
    fn what_was_written_is_no_news() {
        let mut known = WrittenBehind::new(five());
        assert!(matches!(known.poll(Some(five()), at(0)), Poll::InTime(_)));
        let first = known.give();
        known.written();
        assert!(matches!(known.poll(None, at(5)), Poll::InTime(_)));
        // Given, and not yet written, when the store is asked again.
        known.give();
        assert!(matches!(known.poll(Some(first), at(9)), Poll::TooSoon(_)), "it was asked at 5");
    }

    #[test]
    fn what_another_process_wrote_counts() {
        let mut known = WrittenBehind::new(five());
        assert!(matches!(known.poll(Some(polled(3)), at(7)), Poll::TooSoon(_)), "it was asked at 3");
        let ours = known.give();
        assert!(matches!(known.poll(Some(ours), at(17)), Poll::InTime(_)));
        assert!(matches!(known.poll(Some(polled(20)), at(24)), Poll::TooSoon(_)));
        assert!(matches!(known.poll(Some(polled(20)), at(34)), Poll::InTime(_)), "and counts once");
    }

    #[test]
    fn growing_stops_but_a_longer_configured_interval_stays() {
        let mut pace = five();
        for _ in 0..100 {
            pace = match pace.poll(at(1)) {
                Poll::InTime(pace) | Poll::TooSoon(pace) => pace,
            };
        }
        assert_eq!(pace.interval(), LONGEST);
        let patient = Pace::restore(Duration::from_secs(120), Some(at(0)));
        let Poll::TooSoon(pace) = patient.poll(at(1)) else { panic!("early") };
        assert_eq!(pace.interval(), Duration::from_secs(120));
    }
}
