//! Can the service work, and since when is it so?

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::context::Context;
use super::ports::Unavailable;
use vpgate_core::base::time::Timestamp;

/// Since when things are as they are.
#[derive(Debug)]
pub struct HealthRecord {
    started: Timestamp,
    noted: Mutex<Noted>,
}

#[derive(Debug)]
struct Noted {
    configuration: Timestamp,
    /// What the store answered last, and since when it answers that.
    store: Option<(bool, Timestamp)>,
}

/// A part of the service.
#[derive(Debug)]
pub struct HealthPart {
    /// `process`, `configuration`, `store`.
    pub name: &'static str,
    /// Whether it works.
    pub works: bool,
    /// Since when that is so, as far as anybody asked.
    pub since: Timestamp,
}

impl HealthRecord {
    /// From the start on.
    pub(in crate::flow) fn new(now: Timestamp) -> Self {
        Self { started: now, noted: Mutex::new(Noted { configuration: now, store: None }) }
    }

    /// Another configuration holds.
    pub(in crate::flow) fn note_configuration(&self, now: Timestamp) {
        self.noted().configuration = now;
    }

    fn note_store(&self, works: bool, now: Timestamp) {
        let store = &mut self.noted().store;
        if store.is_none_or(|(before, _)| before != works) {
            *store = Some((works, now));
        }
    }

    /// Nothing is left half done under this lock.
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the store can answer and write now. Keys need no question: without them the service does not start.
///
/// # Errors
/// When it cannot.
pub async fn ready(context: &Context) -> Result<(), Unavailable> {
    let answer = context.ports.store.ready().await;
    context.health.note_store(answer.is_ok(), context.now);
    answer
}

/// The parts, with since when each is as it is.
pub fn parts(context: &Context) -> Vec<HealthPart> {
    let (started, noted) = (context.health.started, context.health.noted());
    let part = |name, works, since| HealthPart { name, works, since };
    let store = noted.store.map(|(works, since)| part("store", works, since));
    let mut parts = vec![part("process", true, started), part("configuration", true, noted.configuration)];
    parts.extend(store);
    parts
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
