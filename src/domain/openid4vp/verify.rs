//! The verdict: is every presentation authentic, and does the answer satisfy the question?
use super::request::Asked;
use super::response::Shown;
use super::transaction_data::TransactionData;
use crate::domain::base::report::{Findings, Rejection};
use crate::domain::base::time::Timestamp;
use crate::domain::jose::jwk::KeySet;
use crate::domain::sdjwt::trust::TrustedIssuer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A presentation with the issuer we believe for it and that issuer's keys.
pub struct Vouched {
    pub shown: Shown,
    pub issuer: TrustedIssuer,
    pub keys: Arc<KeySet>,
}

/// The answer is authentic and satisfies the question. Only [`conclude`] makes one.
#[derive(Clone, PartialEq, Serialize)]
pub struct VerifiedPresentation {
    credentials: BTreeMap<String, VerifiedCredential>,
    transaction_data: Vec<TransactionData>,
    verified_at: Timestamp,
}
/// One verified credential: the claims that were asked for, and only those.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct VerifiedCredential {
    pub issuer: String,
    pub vct: String,
    pub claims: Map<String, Value>,
    pub expires_at: Option<Timestamp>,
    /// RFC 7638 thumbprint of the holder key.
    pub holder: String,
}
/// Judges everything: authenticate each, transaction data covered exactly, claims asked for are there.
pub fn conclude(
    answers: Vec<Vouched>,
    asked: &Asked,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<VerifiedPresentation, Rejection> {
    todo!()
}

impl VerifiedPresentation {
    pub fn credentials(&self) -> &BTreeMap<String, VerifiedCredential> {
        &self.credentials
    }
    pub fn transaction_data(&self) -> &[TransactionData] {
        &self.transaction_data
    }
    pub fn verified_at(&self) -> Timestamp {
        self.verified_at
    }
    /// From the row it was stored in; for `store/row.rs` only.
    pub fn restore(row: Value) -> Option<Self> {
        todo!()
    }
}
impl std::fmt::Debug for VerifiedPresentation {
    /// Claims are personal data: only the ids of what was shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.credentials.keys()).finish()
    }
}
