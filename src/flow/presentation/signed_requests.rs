//! Request Objects that were signed a moment ago. A signature by a large RSA key costs thousands of times as
//! much as the few bytes with which a stranger who knows the address asks for it, so it is kept for seconds.
//! What has a `wallet_nonce` in it cannot be kept; how often that is asked for is bounded instead.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vpgate_core::base::id::{Nonce, RequestState};
use vpgate_core::base::time::Timestamp;

/// How long one is handed out again. A wallet sees by `iat` how old it is.
const KEPT_FOR: Duration = Duration::from_secs(10);
/// Signatures for nonces of wallets within that time, for one request: a wallet needs one.
const NONCES: u32 = 5;
/// Requests and bytes that are kept at most. When there are more, all are forgotten: memory is bounded.
const MOST: usize = 1000;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Those that are kept.
#[derive(Debug, Default)]
pub struct SignedRequests(Mutex<HashMap<String, Recent>>);

#[derive(Debug)]
struct Recent {
    since: Timestamp,
    /// With the `nonce` that is in it.
    signed: Option<(String, String)>,
    nonces: u32,
}

impl SignedRequests {
    /// The object of the request, when it was signed a moment ago with this `nonce` in it.
    pub(in crate::flow) fn recent(&self, id: &RequestState, nonce: &Nonce, now: Timestamp) -> Option<String> {
        let held = self.held();
        let recent = held.get(id.as_str()).filter(|recent| recent.is_recent(now))?;
        let (with, signed) = recent.signed.as_ref()?;
        (with == nonce.as_str()).then(|| signed.clone())
    }

    /// Keeps a signed request.
    pub(in crate::flow) fn keep(&self, id: &RequestState, nonce: &Nonce, signed: &str, now: Timestamp) {
        let mut held = self.held();
        make_room(&mut held, signed.len(), now);
        let entry = entry(&mut held, id, now);
        entry.signed = Some((nonce.as_str().to_owned(), signed.to_owned()));
    }

    /// Whether one more may be signed with a nonce of the wallet. Counts it.
    pub(in crate::flow) fn one_more_nonce(&self, id: &RequestState, now: Timestamp) -> bool {
        let mut held = self.held();
        make_room(&mut held, 0, now);
        let entry = entry(&mut held, id, now);
        let room = entry.nonces < NONCES;
        entry.nonces += u32::from(room);
        room
    }

    /// Nothing is left half done under this lock.
    fn held(&self) -> MutexGuard<'_, HashMap<String, Recent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    /// Not when it lies ahead: then the clock was set back.
    fn is_recent(&self, now: Timestamp) -> bool {
        self.since <= now && now < self.since.plus(KEPT_FOR)
    }
}

fn entry<'h>(held: &'h mut HashMap<String, Recent>, id: &RequestState, now: Timestamp) -> &'h mut Recent {
    let new = || Recent { since: now, signed: None, nonces: 0 };
    let entry = held.entry(id.as_str().to_owned()).or_insert_with(new);
    if !entry.is_recent(now) {
        *entry = new();
    }
    entry
}

fn make_room(held: &mut HashMap<String, Recent>, more: usize, now: Timestamp) {
    let bytes = |held: &HashMap<String, Recent>| -> usize {
        held.values().filter_map(|recent| recent.signed.as_ref()).map(|(_, signed)| signed.len()).sum()
    };
    let full = |held: &HashMap<String, Recent>| held.len() >= MOST || bytes(held) + more > MOST_BYTES;
    if held.len().is_multiple_of(64) || full(held) {
        held.retain(|_, recent| recent.is_recent(now));
    }
    if full(held) {
        held.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds)
    }

    fn id(number: u16) -> RequestState {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        RequestState::from_entropy(bytes)
    }

    #[test]
    fn one_is_kept_for_seconds_for_its_request_and_its_nonce() {
        let (kept, nonce) = (SignedRequests::default(), Nonce::from_entropy([1; 16]));
        kept.keep(&id(1), &nonce, "signed", at(0));
        assert_eq!(kept.recent(&id(1), &nonce, at(9)).as_deref(), Some("signed"));
        assert_eq!(kept.recent(&id(1), &nonce, at(10)), None);
        assert_eq!(kept.recent(&id(1), &nonce, at(-1)), None, "the clock was set back");
        assert_eq!(kept.recent(&id(2), &nonce, at(0)), None);
        assert_eq!(kept.recent(&id(1), &Nonce::from_entropy([2; 16]), at(0)), None);
    }

    #[test]
    fn nonces_of_wallets_are_signed_a_few_times_within_seconds() {
        let kept = SignedRequests::default();
        let signed = |now| (0..20).filter(|_| kept.one_more_nonce(&id(1), now)).count();
        assert_eq!(signed(at(0)), 5);
        assert_eq!(signed(at(9)), 0);
        assert!(kept.one_more_nonce(&id(2), at(9)), "others are not affected");
        assert_eq!(signed(at(10)), 5);
        assert_eq!(signed(at(-100)), 5, "the clock was set back");
    }

    #[test]
    fn memory_is_bounded() {
        let (kept, nonce) = (SignedRequests::default(), Nonce::from_entropy([1; 16]));
        let large = "x".repeat(100_000);
        for number in 0..3000 {
            let length = if number % 2 == 0 { large.len() } else { 10 };
            kept.keep(&id(number), &nonce, &large[..length], at(0));
            let held = kept.held();
            let bytes: usize =
                held.values().filter_map(|it| it.signed.as_ref()).map(|(_, it)| it.len()).sum();
            assert!(held.len() <= MOST && bytes <= MOST_BYTES);
        }
    }
}
