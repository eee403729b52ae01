//! Where an admission comes from.

use serde::{Deserialize, Serialize};

use crate::openid4vp::verify::VerifiedCredential;
use crate::trust::TrustPolicy;

/// One credential behind an admission: what was asked for, and on whose word it was believed. Nothing of it is
/// about the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimSource {
    credential: String,
    issuer: String,
    /// Rows of before call it `vct`.
    #[serde(rename = "type", alias = "vct")]
    credential_type: String,
    /// The key of the root that vouched, where certificates did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<String>,
}

impl ClaimSource {
    /// Of the credential that answered the credential query `id`.
    pub(super) fn of(id: &str, shown: &VerifiedCredential) -> Self {
        Self {
            credential: id.to_owned(),
            issuer: shown.issuer.clone(),
            credential_type: shown.credential_type.clone(),
            anchor: shown.certificate.as_ref().map(|certificate| certificate.anchor_key.clone()),
        }
    }

    /// The credential query id that it answered.
    pub(super) fn credential(&self) -> &str {
        &self.credential
    }

    /// Whether it would be believed today: its credential query, type, issuer and root are configured.
    pub(super) fn is_believed_by(&self, trust: &TrustPolicy) -> bool {
        let Self { credential, issuer, credential_type, anchor } = self;
        trust.still_believes(credential, issuer, credential_type, anchor.as_deref())
    }
}
