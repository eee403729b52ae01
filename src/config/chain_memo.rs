//! The memory of certificate chains that one set of roots has validated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::signature_memo::KeptSignatures;
use vpgate_core::jose::jws::SignatureMemo;
use vpgate_core::jose::x5c::{ChainMemo, ValidatedChain};

/// Chains that are remembered; when there are more, all are forgotten. An issuer has a few in use.
const MOST_KEPT: usize = 256;

/// Good chains, by the digest of their `x5c`.
#[derive(Default)]
pub struct KeptChains(Mutex<HashMap<[u8; 32], Arc<ValidatedChain>>>);

impl ChainMemo for KeptChains {
    // Nothing is left half done under this lock, so a panic elsewhere does not spoil what it holds.
    fn recall(&self, digest: &[u8; 32]) -> Option<Arc<ValidatedChain>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn keep(&self, digest: [u8; 32], chain: &Arc<ValidatedChain>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(digest, Arc::clone(chain));
    }

    fn signature_memo(&self) -> Option<Arc<dyn SignatureMemo>> {
        Some(Arc::new(KeptSignatures::default()))
    }
}

#[cfg(test)]
mod tests {
    use vpgate_core::base::time::Timestamp;
    use vpgate_core::jose::x5c::Roots;
    use vpgate_core::jose::x5c::testing::{Authority, Plan, p256, x5c};

    use super::*;

    #[test]
    fn a_chain_is_validated_once_and_what_is_kept_is_bounded() {
        let now = Timestamp::from_unix(1_700_000_000);
        let root = Authority::root(&Plan::authority("Root", now.unix()));
        let memo = Arc::new(KeptChains::default());
        let shared = Arc::<KeptChains>::clone(&memo);
        let roots = Roots::new(&root.pem(), None, Vec::new()).unwrap().with_memo(shared);
        let (plan, key) = (Plan::leaf("Issuer", now.unix()), p256());
        let header = x5c(&[&root.certify(&plan, &key)]);
        let first = roots.validate(&header, now).unwrap();
        assert!(Arc::ptr_eq(&first, &roots.validate(&header, now).unwrap()));
        for n in 0..=MOST_KEPT {
            memo.keep(*vpgate_core::base::secret::Digest::of(&n.to_be_bytes()).as_bytes(), &first);
            assert!(memo.0.lock().unwrap().len() <= MOST_KEPT);
        }
        assert!(!Arc::ptr_eq(&first, &roots.validate(&header, now).unwrap()), "it was forgotten");
    }
}
