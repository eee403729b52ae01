//! The memory of signatures that held under one set of keys. It goes with the keys: whoever fetches new ones gives
//! them a memory of their own.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use vpgate_core::jose::jws::SignatureMemo;

/// Signatures that are remembered, in about two megabytes; when there are more, all are forgotten.
const MOST_KEPT: usize = 32_768;

/// Digests of signatures that held.
#[derive(Debug, Default)]
pub struct KeptSignatures(Mutex<HashSet<[u8; 32]>>);

impl SignatureMemo for KeptSignatures {
    // Nothing is left half done under this lock, so a panic elsewhere does not spoil what it holds.
    fn recall(&self, digest: &[u8; 32]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(digest)
    }

    fn keep(&self, digest: [u8; 32]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let memo = KeptSignatures::default();
        let digest = |n: usize| *vpgate_core::base::secret::Digest::of(&n.to_be_bytes()).as_bytes();
        for n in 0..=MOST_KEPT {
            assert!(!memo.recall(&digest(n)));
            memo.keep(digest(n));
            assert!(memo.recall(&digest(n)) && memo.0.lock().unwrap().len() <= MOST_KEPT);
        }
        assert!(!memo.recall(&digest(0)), "it was forgotten");
    }
}
