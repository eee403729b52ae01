//! What stays of the bytes that a wallet has shown, for evidence: hashes, and nothing that is a claim.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{VerifiedCredential, VerifiedCredentials, VerifiedPresentation};
use crate::base::base64url;
use crate::base::secret::DigestKey;
use crate::credential::Authentic;
use crate::openid4vp::dcql::ClaimsPath;
use crate::receipt::hash;
use crate::status_list::check::StatusPlace;

/// Hashes of one presentation as it was received; base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownEvidence {
    /// SHA-256 of all of it.
    pub presentation_hash: String,
    /// Of an SD-JWT, what the holder signed as `sd_hash` (RFC 9901 section 4.3.1): of everything before the key-binding
    /// JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd_hash: Option<String>,
    /// By which algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd_hash_alg: Option<String>,
    /// RFC 7638 thumbprint of the key under which the issuer's signature held.
    pub issuer_key: String,
    /// SHA-256 of the address of the first status list that was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_uri_hash: Option<String>,
    /// Claims that the receipt commits to. They go where the claims go, and nowhere else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Commitment>,
}

/// What opens a commitment of a receipt to one claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Its path, dotted.
    pub claim: String,
    /// As a Disclosure of an SD-JWT (RFC 9901 section 4.2.1): salt, path and value. The receipt has its hash.
    pub disclosure: String,
}

impl ShownEvidence {
    /// `None` for formats that leave no bytes behind.
    pub(super) fn of(authentic: &Authentic, places: &[StatusPlace]) -> Option<Self> {
        let signed = authentic.sd_jwt().map(|shown| shown.sd_hash());
        let (algorithm, sd_hash) =
            signed.map(|(algorithm, hash)| (algorithm.name().to_owned(), hash)).unzip();
        Some(Self {
            presentation_hash: hash(authentic.received()?),
            sd_hash,
            sd_hash_alg: algorithm,
            issuer_key: authentic.issuer_key()?.thumbprint(),
            status_uri_hash: places.first().map(|place| hash(place.uri())),
            commitments: Vec::new(),
        })
    }
}

impl VerifiedPresentation {
    /// With a commitment to each of these claims that is there. The salts are made of `seed`, which is drawn for this
    /// and kept nowhere.
    #[must_use]
    pub fn committing(mut self, paths: &[ClaimsPath], seed: &[u8; 32]) -> Self {
        let salts = DigestKey::new(seed);
        for (id, shown) in &mut self.credentials {
            let all = match shown {
                VerifiedCredentials::One(one) => std::slice::from_mut(one),
                VerifiedCredentials::Several(several) => several.as_mut_slice(),
            };
            for (place, one) in all.iter_mut().enumerate() {
                one.commit(paths, |path| {
                    let salt = salts.digest(format!("{id} {place} {path}").as_bytes());
                    base64url::encode(&salt.as_bytes()[..16])
                });
            }
        }
        self
    }
}

impl VerifiedCredential {
    fn commit(&mut self, paths: &[ClaimsPath], salt: impl Fn(&ClaimsPath) -> String) {
        let Some(evidence) = &mut self.evidence else { return };
        for path in paths {
            let selected = path.select_in(&self.claims).unwrap_or_default();
            let value = match &selected[..] {
                [] => continue,
                [one] => json!(one),
                several => json!(several),
            };
            let disclosure = base64url::encode(json!([salt(path), path.to_string(), value]).to_string());
            evidence.commitments.push(Commitment { claim: path.to_string(), disclosure });
        }
    }
}
