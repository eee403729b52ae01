//! What is remembered of how the parts of the service are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use vpgate_core::base::time::Timestamp;

/// Since when things are as they are.
#[derive(Debug)]
pub struct HealthRecord {
    pub(super) started: Timestamp,
    noted: Mutex<Noted>,
}

#[derive(Debug)]
pub(super) struct Noted {
    pub(super) configuration: Timestamp,
    /// What the store answered last, and since when it answers that.
    pub(super) store: Option<(bool, Timestamp)>,
    /// Since when we are about to stop.
    pub(super) stopping: Option<Timestamp>,
}

impl HealthRecord {
    /// From the start on.
    pub(in crate::flow) fn new(now: Timestamp) -> Self {
        Self { started: now, noted: Mutex::new(Noted { configuration: now, store: None, stopping: None }) }
    }

    /// Another configuration holds.
    pub(in crate::flow) fn note_configuration(&self, now: Timestamp) {
        self.noted().configuration = now;
    }

    /// The service was told to stop.
    pub(in crate::flow) fn note_stopping(&self, now: Timestamp) {
        self.noted().stopping = Some(now);
    }

    pub(super) fn note_store(&self, works: bool, now: Timestamp) {
        let store = &mut self.noted().store;
        if store.is_none_or(|(before, _)| before != works) {
            *store = Some((works, now));
        }
    }

    /// Nothing is left half done under this lock.
    pub(super) fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_since_it_began() {
        let at = Timestamp::from_unix;
        let health = HealthRecord::new(at(10));
        for (works, now) in [(true, 20), (true, 30), (false, 40), (false, 50)] {
            health.note_store(works, at(now));
        }
        assert_eq!(health.noted().store, Some((false, at(40))));
        health.note_store(true, at(60));
        assert_eq!(health.noted().store, Some((true, at(60))));
    }
}
