//! What a presentation earned: all that redeeming it for tokens needs.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims_request::ClaimsRequest;
use super::scopes::Scopes;
use super::source::ClaimSource;
use crate::base::time::Timestamp;
use crate::openid4vp::verify::VerifiedCredential;
use crate::status_list::check::StatusPlace;

/// What a presentation earned. Made only by [`ScopePolicy::admit`](super::ScopePolicy::admit).
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Admission {
    pub(super) scopes: Scopes,
    pub(super) subject: String,
    pub(super) verified_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) claims: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) status_places: Vec<StatusPlace>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) sources: Vec<ClaimSource>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) credentials: Vec<EarnedWith>,
    #[serde(skip_serializing_if = "ClaimsRequest::is_empty")]
    pub(super) requested: ClaimsRequest,
}

/// A credential behind an admission: what the relying party would be told of it, with no other claims than those
/// that tokens may say. The first is the one that the subject is made of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarnedWith {
    /// The credential query id that it answered.
    pub id: String,
    /// The verified result.
    pub credential: VerifiedCredential,
}

impl Admission {
    /// The scopes earned: never empty, never more than were asked for.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The pairwise subject, 43 base64url characters.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When the presentation was verified.
    pub fn verified_at(&self) -> Timestamp {
        self.verified_at
    }

    /// When the first of the credentials behind it expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Where the issuers keep the status of the credentials behind it.
    pub fn status_places(&self) -> &[StatusPlace] {
        &self.status_places
    }

    /// This admission, without the places at which the status could be asked for again (REQ-7.16).
    #[must_use]
    pub fn without_status_places(self) -> Self {
        Self { status_places: Vec::new(), ..self }
    }

    /// Whether the client's own claim of this name has a value.
    pub fn says(&self, name: &str) -> bool {
        self.claims.contains_key(name)
    }

    /// The credentials behind it; the first is the one that the subject is made of.
    pub fn credentials(&self) -> &[EarnedWith] {
        &self.credentials
    }
}

impl fmt::Debug for Admission {
    /// Claims are personal data: their names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission")
            .field("scopes", &self.scopes)
            .field("subject", &self.subject)
            .field("verified_at", &self.verified_at)
            .field("expires_at", &self.expires_at)
            .field("claims", &self.claims.keys())
            .finish()
    }
}

/// From rows, which are trusted; for `store/row.rs` only.
pub mod restore {
    use super::{
        Admission, BTreeMap, ClaimSource, ClaimsRequest, Deserialize, EarnedWith, Scopes, StatusPlace,
        Timestamp, Value,
    };

    #[derive(Deserialize)]
    struct EarnedRow {
        scopes: Scopes,
        subject: String,
        verified_at: Timestamp,
        expires_at: Option<Timestamp>,
        /// Rows of the time before token claims have none.
        #[serde(default)]
        claims: BTreeMap<String, Value>,
        #[serde(default)]
        status_places: Vec<StatusPlace>,
        #[serde(default)]
        sources: Vec<ClaimSource>,
        #[serde(default)]
        credentials: Vec<EarnedWith>,
        #[serde(default)]
        requested: ClaimsRequest,
    }

    /// What [`Admission`] serialised to. `None` when it is something else.
    pub fn admission(row: &str) -> Option<Admission> {
        let EarnedRow {
            scopes,
            subject,
            verified_at,
            expires_at,
            claims,
            status_places,
            sources,
            credentials,
            requested,
        } = serde_json::from_str(row).ok()?;
        Some(Admission {
            scopes,
            subject,
            verified_at,
            expires_at,
            claims,
            status_places,
            sources,
            credentials,
            requested,
        })
    }
}
