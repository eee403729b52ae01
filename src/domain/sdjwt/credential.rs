//! An authentic credential: signatures, disclosures and holder binding hold.
use super::key_binding::Expected;
use super::parse::Presented;
use super::trust::TrustedIssuer;
use crate::domain::base::report::{Findings, Rejection};
use crate::domain::base::time::Timestamp;
use crate::domain::jose::jwk::KeySet;
use serde_json::{Map, Value};

/// Everything that RFC 9901 7.1 and 7.3 and SD-JWT VC ask holds. Made only by [`Presented::authenticate`].
#[derive(Debug)]
pub struct Authentic {}
impl Authentic {
    pub fn issuer(&self) -> &str {
        todo!()
    }
    pub fn vct(&self) -> &str {
        todo!()
    }
    /// The processed payload: disclosed claims in place, `_sd`, `...`, `_sd_alg` gone.
    pub fn claims(&self) -> &Map<String, Value> {
        todo!()
    }
    pub fn expires_at(&self) -> Option<Timestamp> {
        todo!()
    }
    /// RFC 7638 thumbprint of the holder key.
    pub fn holder_thumbprint(&self) -> &str {
        todo!()
    }
    /// `status` of the issuer-signed payload, unjudged.
    pub fn status(&self) -> Option<&Value> {
        todo!()
    }
    /// `transaction_data_hashes` of the KB-JWT: None when absent. Shape checked (non-empty array of strings), contents not.
    pub fn transaction_data_hashes(&self) -> Option<&[String]> {
        todo!()
    }
    /// `transaction_data_hashes_alg` of the KB-JWT.
    pub fn transaction_data_hashes_alg(&self) -> Option<&str> {
        todo!()
    }
}
impl Presented {
    /// All cryptographic and structural checks, in the order of RFC 9901 7.3. Holder binding is always demanded.
    pub fn authenticate(
        self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        expected: &Expected<'_>,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Authentic, Rejection> {
        todo!()
    }
}
