//! What works once, shown again: an answer may be lost on its way, and whoever proves to have asked gets it again.

use std::time::Duration;

use super::secret::Digest;
use super::time::Timestamp;

/// How long a lost answer is given again.
pub const ANSWERED_AGAIN: Duration = Duration::from_secs(60);

/// A value that works once, and was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Its digest.
    pub value: Digest,
    /// When it was used.
    pub at: Timestamp,
}

impl Used {
    /// Whether `shown` is that value, and its answer may have been lost a moment ago.
    pub fn is_repeated_by(&self, shown: &Digest, now: Timestamp) -> bool {
        self.value == *shown && is_moments_after(self.at, now)
    }
}

/// Whether an answer of `then` is given again now.
pub fn is_moments_after(then: Timestamp, now: Timestamp) -> bool {
    now < then.plus(ANSWERED_AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_21_13_an_answer_is_given_again_for_sixty_seconds() {
        let at = Timestamp::from_unix(1_000);
        let used = Used { value: Digest::of(b"code"), at };
        assert!(used.is_repeated_by(&Digest::of(b"code"), at));
        assert!(used.is_repeated_by(&Digest::of(b"code"), Timestamp::from_unix(1_059)));
        assert!(!used.is_repeated_by(&Digest::of(b"code"), Timestamp::from_unix(1_060)));
        assert!(!used.is_repeated_by(&Digest::of(b"other"), at));
    }
}
