//! The keys that sign requests to wallets, by the name of the wallet.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::flow::ports::RequestSigner;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::openid4vp::request::VerifierIdentity;
use vpgate_core::openid4vp::request_key::{NotSigned, RequestKey};

/// All of them.
#[derive(Debug, Default)]
pub struct RequestKeys(HashMap<String, RequestKey>);

impl RequestKeys {
    /// From checked configuration.
    pub fn new(keys: HashMap<String, RequestKey>) -> Self {
        Self(keys)
    }
}

impl RequestSigner for RequestKeys {
    fn algorithm(&self, wallet: &str) -> Option<Algorithm> {
        self.0.get(wallet).map(RequestKey::algorithm)
    }

    fn sign_as(
        &self,
        identity: &VerifierIdentity,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, NotSigned> {
        let key = self.0.get(&identity.wallet).ok_or(NotSigned::NoKey)?;
        key.sign(&identity.verifier_id, header, claims, now)
    }
}
