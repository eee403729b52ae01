//! An authentic credential: signatures, disclosures and holder binding hold.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::issuer::Issued;
use super::key_binding::{ExpectedBinding, TransactionHashes};
use super::parse::{HolderBinding, Presented, Received};
use super::{disclosure, issuer, key_binding, type_rules};
use crate::base::report::{Findings, Rejection};
use crate::base::time::Timestamp;
use crate::jose::jwk::PublicKey;
use crate::jose::key_set::KeySet;
use crate::jose::x5c::ValidatedChain;
use crate::status_list::check::{self, StatusClaim};
use crate::trust::TrustedIssuer;
use crate::trust::status_policy::StatusPolicy;

/// Everything that RFC 9901 7.1 and 7.3 and SD-JWT VC ask holds. Made only by [`Presented::authenticate`].
/// Whether it is revoked, answers the question and covers the transaction is judged by later rooms.
///
/// ```
/// # use vpgate_core::sdjwt::{credential::Authentic, parse::Presented};
/// fn name(credential: &Authentic) -> Option<&str> {
///     credential.claims().get("given_name")?.as_str()
/// }
/// ```
///
/// What was only presented has no claims:
///
/// ```compile_fail,E0599
/// # use vpgate_core::sdjwt::{credential::Authentic, parse::Presented};
/// fn name(credential: &Presented) -> Option<&str> {
///     credential.claims().get("given_name")?.as_str()
/// }
/// ```
pub struct Authentic {
    issuer: String,
    by_anchor: Option<bool>,
    vct: String,
    /// The types that it extends, the nearest first.
    ancestors: Vec<String>,
    claims: Map<String, Value>,
    expires_at: Option<Timestamp>,
    holder_thumbprint: Option<String>,
    status_policy: StatusPolicy,
    /// What the key-binding JWT says, where there is one.
    bound: Option<TransactionHashes>,
    chain: Option<Arc<ValidatedChain>>,
    text: Received,
    issuer_key: PublicKey,
}

impl Authentic {
    /// The configured name of the issuer: its exact `iss`, when it has one.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether only the anchor says whose the credential is, because it has no `iss` and the roots were not
    /// said to belong to one issuer; and whether there is more than one anchor.
    pub fn is_told_by_anchor(&self) -> Option<bool> {
        self.by_anchor
    }

    /// The exact `vct`.
    pub fn vct(&self) -> &str {
        &self.vct
    }

    /// Whether it is of this type: by its own, or by one that this extends, as the configured type metadata
    /// say (OpenID4VP B.3.5). What extends it does not count: inheritance goes one way.
    pub fn is_of_type(&self, vct: &str) -> bool {
        self.vct == vct || self.ancestors.iter().any(|ancestor| ancestor == vct)
    }

    /// The processed payload: disclosed claims in place, `_sd`, `...`, `_sd_alg` gone.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The `exp` of the credential.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// RFC 7638 thumbprint of the holder key; `None` when holder binding was not demanded.
    pub fn holder_thumbprint(&self) -> Option<&str> {
        self.holder_thumbprint.as_deref()
    }

    /// The chain that gave the issuer's key; `None` when the key was not found by certificates.
    pub fn chain(&self) -> Option<&ValidatedChain> {
        self.chain.as_deref()
    }

    /// Whether a key-binding JWT was there, and held.
    pub fn has_key_binding(&self) -> bool {
        self.bound.is_some()
    }

    /// The KeyIdentifiers of the authorities behind the issuer's key, from the validated chain; `None` when
    /// the key was not found by certificates.
    pub fn authority_key_ids(&self) -> Option<&[Vec<u8>]> {
        self.chain.as_ref().map(|chain| chain.authority_key_ids())
    }

    /// The presentation as it was received, in the compact form.
    pub fn received(&self) -> &str {
        self.text.whole()
    }

    /// The key under which the issuer's signature holds.
    pub fn issuer_key(&self) -> &PublicKey {
        &self.issuer_key
    }

    /// Reads the `status` claim: nothing but an authentic credential leads to a fetch.
    ///
    /// # Errors
    /// When it is malformed, or missing although it is required; written into `findings`.
    pub fn status(&self, findings: &mut Findings) -> Result<StatusClaim, Rejection> {
        check::named(self.status_policy, self.claims.get("status"), findings)
    }

    /// `transaction_data_hashes` of the KB-JWT: None when absent. Shape checked (non-empty array of strings), contents not.
    pub fn transaction_data_hashes(&self) -> Option<&[String]> {
        self.bound.as_ref()?.transaction_data_hashes.as_deref()
    }

    /// `transaction_data_hashes_alg` of the KB-JWT.
    pub fn transaction_data_hashes_alg(&self) -> Option<&str> {
        self.bound.as_ref()?.transaction_data_hashes_alg.as_deref()
    }
}

/// Claims are personal: only who vouched and for what kind of credential is printed.
impl fmt::Debug for Authentic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authentic({:?} from {:?}, ..)", self.vct, self.issuer)
    }
}

impl Presented {
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
    ) -> Result<Authentic, Rejection> {
        let Issued { payload, key: issuer_key, names_issuer, chain } =
            issuer::verify(self.issuer_jwt, issuer, keys, now, findings)?;
        let vct = payload.get("vct").and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = issuer.type_metadata(&vct);
        let disclosures = self.text.disclosures();
        let revealed = disclosure::check(payload, disclosures, &self.limits, metadata.is_some(), findings)?;
        let expires_at = issuer::judge(&revealed, expected, now, findings)?;
        type_rules::judge(metadata, &revealed, findings)?;
        let (mut bound, mut holder_thumbprint) = (None, None);
        if let Some(jwt) = self.key_binding_jwt {
            let holder = key_binding::holder_key(revealed.claims(), findings)?;
            let (signed, digests) = (self.text.signed(), revealed.algorithm());
            bound = Some(key_binding::check(jwt, &holder, signed, digests, expected, now, findings)?);
            // REQ-6.11: what was not demanded raises no assurance.
            holder_thumbprint = (self.holder_binding == HolderBinding::Required).then(|| holder.thumbprint());
        }
        let ancestors = metadata.map(|metadata| metadata.ancestors().to_vec()).unwrap_or_default();
        let claims = revealed.into_claims();
        Ok(Authentic {
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
        })
    }
}
