//! When a message is tried again (Standard Webhooks 1.0.0, "Deliverability and reliability").

use std::time::Duration;

use crate::base::time::Timestamp;

/// How long after each attempt that failed the next one is made; after the last there is none.
pub const AFTER_FAILURE: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];
/// One more than there are pauses.
pub const MOST_ATTEMPTS: u32 = 10;
/// How long a receiver has, from the name to its answer.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// The longest that a receiver can make us wait by `Retry-After`.
const MOST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// What was heard of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The status of the answer (RFC 9110); `None` when none came in time, or the address leads inside.
    pub status: Option<u16>,
    /// `Retry-After` of the answer (RFC 9110 section 10.2.3).
    pub retry_after: Option<Duration>,
}

impl Heard {
    /// No answer.
    pub const NOTHING: Self = Self { status: None, retry_after: None };

    /// An answer that came at `now`, with the text of its `Retry-After`: a number of seconds, or a date.
    pub fn answer(status: u16, retry_after: Option<&str>, now: Timestamp) -> Self {
        let seconds = |text: &str| text.trim().parse().ok().map(Duration::from_secs);
        let until = |text: &str| Timestamp::from_http_date(text.trim()).ok().map(|at| at.since(now));
        Self {
            status: Some(status),
            retry_after: retry_after.and_then(|text| seconds(text).or_else(|| until(text))),
        }
    }

    /// The receiver has it. A redirect is a failure: it is never followed.
    pub fn is_success(self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The receiver wants no more (410).
    pub fn is_gone(self) -> bool {
        self.status == Some(410)
    }

    /// How long the receiver asks to be left alone: one that is overloaded, or that stands behind something which is.
    pub fn wants_pause(self) -> Option<Duration> {
        let slows = matches!(self.status, Some(429 | 502 | 503 | 504));
        self.retry_after.filter(|_| slows).map(|pause| pause.min(MOST_RETRY_AFTER))
    }

    /// When the next attempt is due after `attempts` of them, this one included; `None` when it was the last one.
    /// `random` spreads those that failed together over up to a fifth of the pause more.
    pub fn next(self, attempts: u32, now: Timestamp, random: u32) -> Option<Timestamp> {
        let made = usize::try_from(attempts).unwrap_or(usize::MAX);
        let pause = *AFTER_FAILURE.get(made.saturating_sub(1))?;
        let pause = self.wants_pause().map_or(pause, |wanted| wanted.max(pause));
        let more = pause.as_secs() * u64::from(random) / u64::from(u32::MAX) / 5;
        Some(now.plus(pause + Duration::from_secs(more)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_000_000);

    fn heard(status: u16, retry_after: Option<u64>) -> Heard {
        Heard { status: Some(status), retry_after: retry_after.map(Duration::from_secs) }
    }

    #[test]
    fn req_21_43_only_2xx_is_success_and_410_is_the_end() {
        for (status, success) in [
            (199, false),
            (200, true),
            (204, true),
            (299, true),
            (301, false),
            (307, false),
            (400, false),
            (410, false),
            (500, false),
        ] {
            assert_eq!(heard(status, None).is_success(), success, "{status}");
            assert_eq!(heard(status, None).is_gone(), status == 410, "{status}");
        }
        assert!(!Heard::NOTHING.is_success() && !Heard::NOTHING.is_gone());
    }

    #[test]
    fn req_21_43_the_schedule_has_ten_attempts_over_three_days() {
        let mut at = NOW;
        let mut attempts = 1;
        while let Some(next) = heard(500, None).next(attempts, at, 0) {
            assert_eq!(next.since(at), AFTER_FAILURE[usize::try_from(attempts).unwrap() - 1]);
            at = next;
            attempts += 1;
        }
        assert_eq!(attempts, MOST_ATTEMPTS);
        assert_eq!(at.since(NOW), Duration::from_secs(272_105));
    }

    #[test]
    fn req_21_43_jitter_adds_a_fifth_at_most_and_never_shortens() {
        for attempts in 1..MOST_ATTEMPTS {
            let pause = AFTER_FAILURE[usize::try_from(attempts).unwrap() - 1];
            let waits = [0, u32::MAX / 2, u32::MAX]
                .map(|random| heard(500, None).next(attempts, NOW, random).unwrap().since(NOW));
            assert!(
                waits.is_sorted() && waits[0] == pause && waits[2] == pause + pause / 5,
                "{attempts}: {waits:?}"
            );
        }
    }

    #[test]
    fn rfc_9110_10_2_3_retry_after_is_a_number_or_a_date() {
        let now = Timestamp::from_rfc3339("1999-12-31T23:59:29Z").unwrap();
        for (text, expected) in [
            ("120", Some(120)),
            ("Fri, 31 Dec 1999 23:59:59 GMT", Some(30)),
            ("Fri, 31 Dec 1999 23:59:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            let heard = Heard::answer(503, Some(text), now);
            assert_eq!(heard.retry_after, expected.map(Duration::from_secs), "{text}");
        }
        assert_eq!(Heard::answer(503, None, now).retry_after, None);
    }

    #[test]
    fn req_21_43_who_is_overloaded_may_say_for_how_long() {
        for status in [429, 502, 503, 504] {
            assert_eq!(
                heard(status, Some(120)).next(1, NOW, 0),
                Some(NOW.plus(Duration::from_secs(120))),
                "{status}"
            );
            assert_eq!(
                heard(status, Some(120)).next(2, NOW, 0),
                Some(NOW.plus(Duration::from_secs(300))),
                "{status}"
            );
            assert_eq!(
                heard(status, Some(u64::MAX)).wants_pause(),
                Some(Duration::from_secs(86_400)),
                "{status}"
            );
            assert_eq!(heard(status, None).wants_pause(), None);
        }
        for status in [200, 400, 500] {
            assert_eq!(heard(status, Some(120)).wants_pause(), None, "{status}");
        }
    }
}
