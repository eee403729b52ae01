//! The system clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::flow::ports::Clock;
use vpgate_core::base::time::Timestamp;

/// The clock of this machine, which is expected to be kept right (NTP).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the home of the system clock")]
    fn now(&self) -> Timestamp {
        // A clock before 1970 is broken; then everything counts as expired or not yet valid.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_plausible() {
        assert!(SystemClock.now() > Timestamp::from_unix(1_700_000_000));
    }
}
