//! An authentic credential: signatures, disclosures and holder binding hold.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::issuer::Issued;
use super::key_binding::{ExpectedBinding, TransactionHashes};
use super::parse::{HolderBinding, PresentedSdJwt, Received};
use super::{disclosure, issuer, key_binding, type_rules};
use crate::base::digest::DigestAlgorithm;
use crate::base::report::{Findings, Rejection};
use crate::base::time::Timestamp;
use crate::jose::jwk::PublicKey;
use crate::jose::key_set::KeySet;
use crate::jose::x5c::ValidatedChain;
use crate::trust::TrustedIssuer;
use crate::trust::status_policy::StatusPolicy;

/// Everything that RFC 9901 7.1 and 7.3 and SD-JWT VC ask holds. Made only by [`PresentedSdJwt::authenticate`], and
/// read as [`Authentic`](crate::credential::Authentic).
pub struct AuthenticSdJwt {
    pub(crate) issuer: String,
    pub(crate) by_anchor: Option<bool>,
    pub(crate) vct: String,
    /// The types that it extends, the nearest first.
    pub(crate) ancestors: Vec<String>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) holder_thumbprint: Option<String>,
    pub(crate) status_policy: StatusPolicy,
    /// What the key-binding JWT says, where there is one.
    pub(crate) bound: Option<TransactionHashes>,
    pub(crate) chain: Option<Arc<ValidatedChain>>,
    pub(crate) text: Received,
    pub(crate) issuer_key: PublicKey,
    /// What its digests are made with.
    pub(crate) digests: DigestAlgorithm,
}

/// Claims are personal: only who vouched and for what kind of credential is printed.
impl fmt::Debug for AuthenticSdJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthenticSdJwt({:?} from {:?}, ..)", self.vct, self.issuer)
    }
}

impl PresentedSdJwt {
    /// All cryptographic and structural checks, in the order of RFC 9901 7.3.
    ///
    /// `keys` are the keys of `issuer`, found by its configured mechanism; none of them is looked at when
    /// that is the certificate chain in the header.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`; nothing of the credential is handed on then (REQ-4.24).
    pub fn authenticate(
        self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        expected: &ExpectedBinding<'_>,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<AuthenticSdJwt, Rejection> {
        let Issued { payload, key: issuer_key, names_issuer, chain } =
            issuer::verify(self.issuer_jwt, issuer, keys, now, findings)?;
        let vct = payload.get("vct").and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = issuer.type_metadata(&vct);
        let disclosures = self.text.disclosures();
        let revealed = disclosure::check(payload, disclosures, &self.limits, metadata.is_some(), findings)?;
        let expires_at = issuer::judge(&revealed, expected, now, findings)?;
        type_rules::judge(metadata, &revealed, findings)?;
        let (mut bound, mut holder_thumbprint) = (None, None);
        let digests = revealed.algorithm();
        if let Some(jwt) = self.key_binding_jwt {
            let holder = key_binding::holder_key(revealed.claims(), findings)?;
            let signed = self.text.signed();
            bound = Some(key_binding::check(jwt, &holder, signed, digests, expected, now, findings)?);
            // REQ-6.11: what was not demanded raises no assurance.
            holder_thumbprint = (self.holder_binding == HolderBinding::Required).then(|| holder.thumbprint());
        }
        let ancestors = metadata.map(|metadata| metadata.ancestors().to_vec()).unwrap_or_default();
        let claims = revealed.into_claims();
        Ok(AuthenticSdJwt {
            issuer: issuer.issuer().to_owned(),
            by_anchor: issuer.is_told_by_anchor().filter(|_| !names_issuer),
            vct,
            ancestors,
            claims,
            expires_at,
            holder_thumbprint,
            status_policy: issuer.status_policy(),
            bound,
            chain,
            text: self.text,
            issuer_key,
            digests,
        })
    }
}
