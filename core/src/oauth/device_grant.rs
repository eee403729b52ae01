//! The device grant (RFC 8628). One struct per state; each transition consumes the state it leaves.
//!
//! ```text
//! Pending --approve(Admission)--> Approved --redeem--> Redeemed
//!    ^ poll, claim  '--deny--> Denied <--disown--'
//! ```
//! Expired is not a state: `now >= expires_at` is asked in every transition.
//! [`Pending::approve`] needs an [`Admission`], and only a verified presentation leads to one:
//!
//! ```compile_fail,E0451
//! use vpgate_core::admission::{Admission, scopes::Scopes};
//! use vpgate_core::base::time::Timestamp;
//! let now = Timestamp::from_unix(0);
//! // Nobody outside `admission` can write one down.
//! let forged = Admission {
//!     scopes: Scopes::default(),
//!     subject: String::new(),
//!     verified_at: now,
//!     expires_at: None,
//!     status_places: Vec::new(),
//!     sources: Vec::new(),
//!     claims: Default::default(),
//! };
//! ```
//!
//! A transition consumes the state it leaves, so nothing is decided twice:
//!
//! ```compile_fail,E0382
//! use vpgate_core::base::time::Timestamp;
//! use vpgate_core::oauth::device_grant::{DenialReason, Pending};
//! fn deny_twice(grant: Pending, now: Timestamp) {
//!     let first = grant.deny(DenialReason::DeclinedInWallet, now);
//!     let second = grant.deny(DenialReason::DeclinedInWallet, now);
//! }
//! ```
//!
//! A grant from its beginning to its end:
//!
//! ```
//! use vpgate_core::base::time::Timestamp;
//! use vpgate_core::oauth::device_grant::{DenialReason, Denied, Expired, Pending};
//! fn deny(grant: Pending, now: Timestamp) -> Result<Denied, Expired> {
//!     grant.deny(DenialReason::DeclinedInWallet, now)
//! }
//! ```

use serde::{Deserialize, Serialize};

use super::device_label::DeviceLabel;
use super::number_matching::MatchingNumbers;
use super::pkce::CodeChallenge;
use super::polling::Pace;
use super::proximity::Network;
use super::thumbprint::Thumbprint;
use crate::admission::Admission;
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::RequestParameters;
use crate::base::id::{GrantId, TokenId};
use crate::base::secret::Digest;
use crate::base::time::Timestamp;

/// What was asked for; never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceGrantTerms {
    /// Names the grant inside; devices and people hold codes instead.
    pub id: GrantId,
    /// The client that asked.
    pub client_id: String,
    /// The scopes it asked for.
    pub scopes: Scopes,
    /// What is kept of the request for the token's claims.
    #[serde(default, skip_serializing_if = "RequestParameters::is_empty")]
    pub parameters: RequestParameters,
    /// It asked for an ID token too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub openid: bool,
    /// What its token request must answer (RFC 7636).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<CodeChallenge>,
    /// The resource that its token is for (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The key that it proved, and must prove again for its tokens (REQ-15.12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop: Option<Thumbprint>,
    /// What the device calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_label: Option<DeviceLabel>,
    /// When it asked.
    pub created_at: Timestamp,
    /// From this second on both codes are dead.
    pub expires_at: Timestamp,
}

/// A grant as the store holds it.
#[derive(Debug)]
pub enum DeviceGrant {
    /// Nobody has decided yet.
    Pending(Pending),
    /// A presentation was admitted; the device may take its token.
    Approved(Approved),
    /// Refused for good.
    Denied(Denied),
    /// The token was taken.
    Redeemed(Redeemed),
}

/// Nobody has decided yet.
#[derive(Debug)]
pub struct Pending {
    terms: DeviceGrantTerms,
    pace: Pace,
    claimed_by: Option<Digest>,
    precautions: Precautions,
}

/// What stands against phishing while nobody has decided; forgotten with the decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Precautions {
    /// The network from which the device asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The numbers to match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<MatchingNumbers>,
    /// What can be granted at most by the person who claimed it; all that was asked for when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrowed_to: Option<Scopes>,
}

/// A presentation was admitted.
#[derive(Debug)]
pub struct Approved {
    terms: DeviceGrantTerms,
    admission: Admission,
}

/// Refused for good.
#[derive(Debug)]
pub struct Denied {
    terms: DeviceGrantTerms,
    reason: DenialReason,
}

/// The token was taken, once.
#[derive(Debug)]
pub struct Redeemed {
    terms: DeviceGrantTerms,
    token: TokenId,
}

/// Why a grant was refused. For our records; the device learns `access_denied` in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenialReason {
    /// "I did not start this".
    NotStartedByPerson,
    /// The person, or the wallet on the person's behalf, said no.
    DeclinedInWallet,
    /// The last permitted presentation was rejected, or the person gave up after one.
    PresentationRejected,
    /// The presentation was genuine but earned none of the scopes.
    NothingEarned,
    /// The person picked a number that the device does not show.
    WrongNumber,
    /// The code was entered from too many addresses.
    ManyAddresses,
    /// A service with its own pages says that the person said no.
    DeclinedElsewhere,
    /// A service with its own pages could not finish.
    FailedElsewhere,
}

/// The codes are past their lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the grant has expired")]
pub struct Expired;

/// Why a browser cannot take up a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotClaimable {
    /// The codes are past their lifetime.
    #[error("the grant has expired")]
    Expired,
    /// Another browser continued with this code first (REQ-15.6).
    #[error("another browser has taken up this code")]
    InUse,
}

/// What a poll finds.
#[derive(Debug)]
pub enum Polled {
    /// `authorization_pending`, or `slow_down`: its [`Pace`] says which.
    Pending(Pending),
    /// The device may take its token now, however hasty it was.
    Ready(Approved),
    /// `access_denied`.
    Denied,
    /// `expired_token`.
    Expired,
    /// The code was used before: `invalid_grant`.
    Used(Redeemed),
}

impl DeviceGrant {
    /// What was asked for.
    pub fn terms(&self) -> &DeviceGrantTerms {
        match self {
            Self::Pending(Pending { terms, .. })
            | Self::Approved(Approved { terms, .. })
            | Self::Denied(Denied { terms, .. })
            | Self::Redeemed(Redeemed { terms, .. }) => terms,
        }
    }

    /// Judges a poll of the token endpoint (RFC 8628 section 3.5).
    #[must_use]
    pub fn polled(self, now: Timestamp) -> Polled {
        match self {
            Self::Denied(_) => Polled::Denied,
            Self::Redeemed(redeemed) => Polled::Used(redeemed),
            Self::Pending(pending) if now >= pending.terms.expires_at => Polled::Expired,
            Self::Approved(approved) if approved.expired(now) => Polled::Expired,
            Self::Approved(approved) => Polled::Ready(approved),
            Self::Pending(pending) => Polled::Pending(pending),
        }
    }
}

impl Pending {
    /// A grant nobody has seen yet.
    pub fn begin(terms: DeviceGrantTerms, pace: Pace) -> Self {
        Self { terms, pace, claimed_by: None, precautions: Precautions::default() }
    }

    /// With what stands against phishing.
    #[must_use]
    pub fn guarded_by(self, precautions: Precautions) -> Self {
        Self { precautions, ..self }
    }

    /// No more than `scopes` can be granted from here on.
    #[must_use]
    pub fn narrowed_to(self, scopes: Scopes) -> Self {
        let narrowed_to = (scopes != self.terms.scopes).then_some(scopes);
        Self { precautions: Precautions { narrowed_to, ..self.precautions }, ..self }
    }

    /// The browser that goes on with this code takes it up; the same browser may do so again.
    ///
    /// # Errors
    /// [`NotClaimable`]
    pub fn claim(self, browser: Digest, now: Timestamp) -> Result<Self, NotClaimable> {
        if now >= self.terms.expires_at {
            return Err(NotClaimable::Expired);
        }
        if self.claimed_by.is_some_and(|owner| owner != browser) {
            return Err(NotClaimable::InUse);
        }
        Ok(Self { claimed_by: Some(browser), ..self })
    }

    /// A verified presentation earned at least one of the scopes.
    ///
    /// # Errors
    /// [`Expired`]
    pub fn approve(self, admission: Admission, now: Timestamp) -> Result<Approved, Expired> {
        if now >= self.terms.expires_at {
            return Err(Expired);
        }
        Ok(Approved { terms: self.terms, admission })
    }

    /// Refuses for good.
    ///
    /// # Errors
    /// [`Expired`]
    pub fn deny(self, reason: DenialReason, now: Timestamp) -> Result<Denied, Expired> {
        if now >= self.terms.expires_at {
            return Err(Expired);
        }
        Ok(Denied { terms: self.terms, reason })
    }

    /// What was asked for.
    pub fn terms(&self) -> &DeviceGrantTerms {
        &self.terms
    }

    /// How often the device may ask, and when it last did.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// The browser that took the code up.
    pub fn claimed_by(&self) -> Option<&Digest> {
        self.claimed_by.as_ref()
    }

    /// What stands against phishing.
    pub fn precautions(&self) -> &Precautions {
        &self.precautions
    }

    /// The scopes that can be granted.
    pub fn grantable(&self) -> &Scopes {
        self.precautions.narrowed_to.as_ref().unwrap_or(&self.terms.scopes)
    }
}

impl Approved {
    /// The device takes its token.
    ///
    /// # Errors
    /// [`Expired`]
    pub fn redeem(self, token: TokenId, now: Timestamp) -> Result<Redeemed, Expired> {
        if self.expired(now) {
            return Err(Expired);
        }
        Ok(Redeemed { terms: self.terms, token })
    }

    /// The person reports it afterwards: no token is issued any more. Never too late, because it
    /// only takes away.
    #[must_use]
    pub fn deny_by_user(self, reason: DenialReason) -> Denied {
        Denied { terms: self.terms, reason }
    }

    /// The code is past its lifetime, or the credential behind the approval is past its own: a
    /// token may not outlive it, so there is none left to take.
    fn expired(&self, now: Timestamp) -> bool {
        now >= self.terms.expires_at || self.admission.expires_at().is_some_and(|end| now >= end)
    }

    /// What was asked for.
    pub fn terms(&self) -> &DeviceGrantTerms {
        &self.terms
    }

    /// What the presentation earned.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }
}

impl Denied {
    /// What was asked for.
    pub fn terms(&self) -> &DeviceGrantTerms {
        &self.terms
    }

    /// Why the grant was denied.
    pub fn reason(&self) -> DenialReason {
        self.reason
    }
}

impl Redeemed {
    /// What was asked for.
    pub fn terms(&self) -> &DeviceGrantTerms {
        &self.terms
    }

    /// The `jti` of the token that was issued.
    pub fn token(&self) -> &TokenId {
        &self.token
    }
}

/// From rows, which are trusted; for `store/row.rs` only.
pub mod restore {
    use super::{
        Admission, Approved, DenialReason, Denied, DeviceGrantTerms, Digest, Pace, Pending, Precautions,
        Redeemed, TokenId,
    };

    /// A row in state `pending`.
    pub fn pending(
        terms: DeviceGrantTerms,
        pace: Pace,
        claimed_by: Option<Digest>,
        precautions: Precautions,
    ) -> Pending {
        Pending { terms, pace, claimed_by, precautions }
    }

    /// A row in state `approved`.
    pub fn approved(terms: DeviceGrantTerms, admission: Admission) -> Approved {
        Approved { terms, admission }
    }

    /// A row in state `denied`.
    pub fn denied(terms: DeviceGrantTerms, reason: DenialReason) -> Denied {
        Denied { terms, reason }
    }

    /// A row in state `redeemed`.
    pub fn redeemed(terms: DeviceGrantTerms, token: TokenId) -> Redeemed {
        Redeemed { terms, token }
    }
}

#[cfg(test)]
mod tests;
