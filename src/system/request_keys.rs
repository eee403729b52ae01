//! The keys that sign requests to wallets, by the name of the wallet.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use serde_json::{Map, Value};

use crate::flow::ports::RequestSigner;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::openid4vp::request::VerifierIdentity;
use vpgate_core::openid4vp::request_key::{NotSigned, RequestKey};

/// All of them.
#[derive(Debug, Default)]
pub struct RequestKeys(RwLock<HashMap<String, RequestKey>>);

impl RequestKeys {
    /// From checked configuration.
    pub fn new(keys: HashMap<String, RequestKey>) -> Self {
        Self(RwLock::new(keys))
    }

    /// From now on these.
    pub fn replace(&self, keys: HashMap<String, RequestKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Nothing is left half done under this lock.
    fn now(&self) -> RwLockReadGuard<'_, HashMap<String, RequestKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RequestSigner for RequestKeys {
    fn algorithm(&self, wallet: &str) -> Option<Algorithm> {
        self.now().get(wallet).map(RequestKey::algorithm)
    }

    fn sign_as(
        &self,
        identity: &VerifierIdentity,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, NotSigned> {
        let keys = self.now();
        let key = keys.get(&identity.wallet).ok_or(NotSigned::NoKey)?;
        key.sign(&identity.verifier_id, header, claims, now)
    }

    fn authenticate_reader(
        &self,
        identity: &VerifierIdentity,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, NotSigned> {
        let keys = self.now();
        let Some(key) = keys.get(&identity.wallet) else { return Ok(None) };
        key.authenticate_reader(&identity.verifier_id, bytes, now)
    }
}
