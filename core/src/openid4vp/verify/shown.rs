//! What stays of the bytes that a wallet has shown, for evidence: hashes, and nothing that is a claim.

use serde::{Deserialize, Serialize};

use crate::credential::Authentic;
use crate::receipt::hash;
use crate::status_list::check::StatusPlace;

/// Hashes of one presentation as it was received; base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownEvidence {
    /// SHA-256 of all of it.
    pub presentation_hash: String,
    /// What the holder signed as `sd_hash` (RFC 9901 section 4.3.1): of everything before the key-binding JWT.
    pub sd_hash: String,
    /// By which algorithm.
    pub sd_hash_alg: String,
    /// RFC 7638 thumbprint of the key under which the issuer's signature held.
    pub issuer_key: String,
    /// SHA-256 of the address of the status list that was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_uri_hash: Option<String>,
}

impl ShownEvidence {
    /// `None` for formats that leave no bytes behind.
    pub(super) fn of(authentic: &Authentic, place: Option<&StatusPlace>) -> Option<Self> {
        let shown = authentic.sd_jwt()?;
        let (algorithm, sd_hash) = shown.sd_hash();
        Some(Self {
            presentation_hash: hash(shown.received()),
            sd_hash,
            sd_hash_alg: algorithm.name().to_owned(),
            issuer_key: shown.issuer_key().thumbprint(),
            status_uri_hash: place.map(|place| hash(place.uri())),
        })
    }
}
