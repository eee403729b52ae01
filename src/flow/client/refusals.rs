//! Clients that were refused, counted in memory until the audit log is told: strangers can be refused at any rate, and
//! must not write at that rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many different refusals are counted between two writes; what is beyond them is counted as one.
const MOST_REFUSALS: usize = 256;

/// What is counted until it is noted: who was refused, and why.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<(Option<String>, &'static str), u64>>);

impl Refusals {
    /// Counts one. Who was refused is named when a client of that name is registered: a stranger's text gets into no
    /// log.
    pub(in crate::flow) fn count(&self, client: Option<&str>, reason: &'static str) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (client.map(str::to_owned), reason);
        let fits = counted.contains_key(&key) || counted.len() < MOST_REFUSALS;
        *counted.entry(if fits { key } else { (None, "of_many") }).or_default() += 1;
    }

    /// What was counted since it was last asked.
    pub(in crate::flow) fn take(&self) -> HashMap<(Option<String>, &'static str), u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_can_make_it_remember_is_bounded() {
        let refusals = Refusals::default();
        for number in 0..2 * MOST_REFUSALS {
            refusals.count(Some(&number.to_string()), "secret");
            refusals.count(Some("0"), "secret");
        }
        let counted = refusals.take();
        assert_eq!(counted.len(), MOST_REFUSALS + 1);
        assert_eq!(counted[&(Some("0".to_owned()), "secret")], 2 * MOST_REFUSALS as u64 + 1);
        assert_eq!(counted[&(None, "of_many")], MOST_REFUSALS as u64);
        assert!(refusals.take().is_empty());
    }
}
