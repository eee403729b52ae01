//! Devices that begin while there is more to do than can be done are told to ask less often. RFC 8628 lets the server
//! choose `interval` for each grant (section 3.2); afterwards only `slow_down` can lengthen it.

use std::time::Duration;

use super::LONGEST;

/// How often the usual interval is handed out at most: 5 s become 15 s.
const MOST: u32 = 3;
/// Looks in a row with somebody waiting, after which the interval is one step longer.
const BUSY: u32 = 3;
/// Looks in a row without anybody waiting, after which it is one step shorter again.
const CALM: u32 = 10;

/// How busy the store has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    times: u32,
    /// Looks in a row that were alike, and whether somebody waited.
    alike: u32,
    busy: bool,
}

impl Default for Load {
    fn default() -> Self {
        Self { times: 1, alike: 0, busy: false }
    }
}

impl Load {
    /// A look at it, once a second: whether anybody waits for the store at that moment. Somebody may always have come a
    /// moment ago: only what is seen again and again counts.
    pub fn seen(&mut self, somebody_waits: bool) {
        self.alike = if somebody_waits == self.busy { self.alike.saturating_add(1) } else { 1 };
        self.busy = somebody_waits;
        if self.busy && self.alike >= BUSY {
            (self.times, self.alike) = (self.times.saturating_add(1).min(MOST), 0);
        } else if !self.busy && self.alike >= CALM {
            (self.times, self.alike) = (self.times.saturating_sub(1).max(1), 0);
        }
    }

    /// Whether it has risen since.
    pub fn is_more_than(self, before: Self) -> bool {
        self.times > before.times
    }

    /// The interval of a grant that is opened now, where it is `usual` as a rule: up to three times that, and no longer
    /// than a device is slowed down to.
    pub fn interval(self, usual: Duration) -> Duration {
        usual.saturating_mul(self.times).min(LONGEST.max(usual))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Duration = Duration::from_secs(5);

    #[test]
    fn req_21_20_the_interval_rises_while_somebody_waits_and_falls_when_it_is_calm() {
        let mut load = Load::default();
        let mut after = |looks, somebody_waits| {
            (0..looks).for_each(|_| load.seen(somebody_waits));
            load.interval(USUAL).as_secs()
        };
        assert_eq!([after(0, true), after(2, true), after(1, true)], [5, 5, 10]);
        assert_eq!([after(2, true), after(1, true), after(30, true)], [10, 15, 15]);
        assert_eq!([after(9, false), after(1, false)], [15, 10]);
        assert_eq!(
            [after(9, false), after(2, true), after(9, false)],
            [10, 10, 10],
            "now and then is nothing"
        );
        assert_eq!([after(1, false), after(100, false)], [5, 5]);
        assert_eq!(after(3, true), 10);
    }

    #[test]
    fn req_21_20_a_long_interval_is_not_made_longer_than_a_hasty_device_s() {
        let mut load = Load::default();
        (0..10).for_each(|_| load.seen(true));
        for (usual, told) in [(1, 3), (20, 60), (30, 60), (60, 60), (90, 90)] {
            assert_eq!(load.interval(Duration::from_secs(usual)).as_secs(), told);
        }
    }
}
