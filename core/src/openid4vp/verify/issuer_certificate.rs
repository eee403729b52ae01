//! What certificates say about the issuer of a verified credential.

use serde::{Deserialize, Serialize};

use crate::credential::Authentic;

/// The chain behind one verified credential, in names. Nothing of it is about the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerCertificate {
    /// The subject of the first certificate: who signed.
    pub subject: String,
    /// The subject of the configured certificate that vouched.
    pub anchor: String,
    /// SHA-256 over its SubjectPublicKeyInfo, base64url.
    pub anchor_key: String,
    /// The credential has no `iss`, and nobody said that all roots belong to one issuer: the anchor's key
    /// is part of who the issuer is.
    pub is_issuer: bool,
    /// More than one anchor could have vouched.
    pub one_of_several: bool,
}

impl IssuerCertificate {
    /// `None` when the issuer's key was not found by certificates.
    pub(super) fn of(credential: &Authentic) -> Option<Self> {
        let chain = credential.chain()?;
        Some(Self {
            subject: chain.shown_subject().to_owned(),
            anchor: chain.anchor().subject().to_owned(),
            anchor_key: chain.anchor().key_hash().to_owned(),
            is_issuer: credential.is_told_by_anchor().is_some(),
            one_of_several: credential.is_told_by_anchor() == Some(true),
        })
    }
}
