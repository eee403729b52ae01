//! A bounded map of short-lived things under names that cannot be guessed.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vpgate_core::base::time::Timestamp;

/// The most that is kept; the oldest gives way.
const PLACES: usize = 1000;

/// Things by name, each until its time.
pub(super) struct TtlMap<T>(Mutex<VecDeque<Kept<T>>>);

struct Kept<T> {
    name: String,
    until: Timestamp,
    thing: T,
}

impl<T> Default for TtlMap<T> {
    fn default() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }
}

impl<T> TtlMap<T> {
    /// Keeps `thing` for so long.
    pub(super) fn put(&self, name: String, thing: T, now: Timestamp, lifetime: Duration) {
        let mut map = self.open(now);
        if map.len() >= PLACES {
            map.pop_front();
        }
        map.push_back(Kept { name, until: now.plus(lifetime), thing });
    }

    /// Takes it off the map: who comes second finds nothing.
    pub(super) fn take(&self, name: &str, now: Timestamp) -> Option<T> {
        let mut map = self.open(now);
        let place = map.iter().position(|kept| kept.name == name)?;
        map.remove(place).map(|kept| kept.thing)
    }

    /// Looks at it, or changes it, where it is.
    pub(super) fn with<R>(&self, name: &str, now: Timestamp, look: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut map = self.open(now);
        map.iter_mut().find(|kept| kept.name == name).map(|kept| look(&mut kept.thing))
    }

    fn open(&self, now: Timestamp) -> MutexGuard<'_, VecDeque<Kept<T>>> {
        // Nothing here can be half-changed: a panic elsewhere leaves a good map.
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.retain(|kept| now < kept.until);
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn things_are_found_until_their_time_and_taken_once() {
        let (map, start) = (TtlMap::default(), Timestamp::from_unix(0));
        map.put("a".to_owned(), 1, start, MINUTE);
        assert_eq!(map.with("a", start, |thing| *thing += 1), Some(()));
        assert_eq!(map.take("b", start), None);
        assert_eq!(map.take("a", Timestamp::from_unix(59)), Some(2));
        assert_eq!(map.take("a", Timestamp::from_unix(59)), None);
        map.put("a".to_owned(), 1, start, MINUTE);
        assert_eq!(map.take("a", Timestamp::from_unix(60)), None);
    }

    #[test]
    fn the_oldest_gives_way() {
        let (map, now) = (TtlMap::default(), Timestamp::from_unix(0));
        for number in 0..=PLACES {
            map.put(number.to_string(), number, now, MINUTE);
        }
        assert_eq!(map.take("0", now), None);
        assert_eq!(map.take("1", now), Some(1));
        assert_eq!(map.take("1000", now), Some(PLACES));
    }
}
