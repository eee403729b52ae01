//! The device grant (RFC 8628). One struct per state; each transition consumes the state it leaves.
//!
//! ```text
//! Pending --approve(Admission)--> Approved --redeem--> Redeemed
//!    ^ poll, claim  '--deny--> Denied
//! ```
//! Expired is not a state: `now >= expires_at` is asked in every transition.
//! [`Pending::approve`] needs an [`Admission`], and only a verified presentation leads to one:
//!
//! ```compile_fail,E0451
//! use vpgate::domain::admission::{Admission, scopes::Scopes};
//! use vpgate::domain::base::time::Timestamp;
//! let now = Timestamp::from_unix(0);
//! // Nobody outside `admission` can write one down.
//! let forged = Admission {
//!     scopes: Scopes::default(),
//!     subject: String::new(),
//!     verified_at: now,
//!     expires_at: None,
//!     status_places: Vec::new(),
//!     claims: Default::default(),
//! };
//! ```
//!
//! A transition consumes the state it leaves, so nothing is decided twice:
//!
//! ```compile_fail,E0382
//! use vpgate::domain::base::time::Timestamp;
//! use vpgate::domain::oauth::device_grant::{DenialReason, Pending};
//! fn deny_twice(grant: Pending, now: Timestamp) {
//!     let first = grant.deny(DenialReason::DeclinedInWallet, now);
//!     let second = grant.deny(DenialReason::DeclinedInWallet, now);
//! }
//! ```
//!
//! The same, once:
//!
//! ```
//! use vpgate::domain::base::time::Timestamp;
//! use vpgate::domain::oauth::device_grant::{DenialReason, Denied, Expired, Pending};
//! fn deny(grant: Pending, now: Timestamp) -> Result<Denied, Expired> {
//!     grant.deny(DenialReason::DeclinedInWallet, now)
//! }
//! ```

use serde::{Deserialize, Serialize};

use super::polling::{Pace, Poll};
use super::thumbprint::Thumbprint;
use crate::domain::admission::Admission;
use crate::domain::admission::scopes::Scopes;
use crate::domain::admission::token_claims::RequestParameters;
use crate::domain::base::id::{GrantId, TokenId};
use crate::domain::base::secret::Digest;
use crate::domain::base::time::Timestamp;

/// What was asked for; never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
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
    /// The key that it proved, and must prove again for its tokens (REQ-15.12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop: Option<Thumbprint>,
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
    terms: Terms,
    pace: Pace,
    claimed_by: Option<Digest>,
}

/// A presentation was admitted.
#[derive(Debug)]
pub struct Approved {
    terms: Terms,
    admission: Admission,
}

/// Refused for good.
#[derive(Debug)]
pub struct Denied {
    terms: Terms,
    reason: DenialReason,
}

/// The token was taken, once.
#[derive(Debug)]
pub struct Redeemed {
    terms: Terms,
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
    /// `authorization_pending`; the poll must be recorded over the pace it was judged by.
    Pending {
        /// The grant after the poll.
        grant: Pending,
        /// The pace before it.
        seen: Pace,
    },
    /// `slow_down`; the poll must be recorded over the pace it was judged by.
    TooSoon {
        /// The grant after the poll.
        grant: Pending,
        /// The pace before it.
        seen: Pace,
    },
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
    pub fn terms(&self) -> &Terms {
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
            Self::Pending(pending) => {
                let seen = pending.pace;
                match seen.poll(now) {
                    Poll::InTime(pace) => Polled::Pending { grant: Pending { pace, ..pending }, seen },
                    Poll::TooSoon(pace) => Polled::TooSoon { grant: Pending { pace, ..pending }, seen },
                }
            }
        }
    }
}

impl Pending {
    /// A grant nobody has seen yet.
    pub fn begin(terms: Terms, pace: Pace) -> Self {
        Self { terms, pace, claimed_by: None }
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
    pub fn terms(&self) -> &Terms {
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

    /// The code is past its lifetime, or the credential behind the approval is past its own: a
    /// token may not outlive it, so there is none left to take.
    fn expired(&self, now: Timestamp) -> bool {
        now >= self.terms.expires_at || self.admission.expires_at().is_some_and(|end| now >= end)
    }

    /// What was asked for.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What the presentation earned.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }
}

impl Denied {
    /// What was asked for.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Why.
    pub fn reason(&self) -> DenialReason {
        self.reason
    }
}

impl Redeemed {
    /// What was asked for.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The `jti` of the token that was issued.
    pub fn token(&self) -> &TokenId {
        &self.token
    }
}

/// From rows, which are trusted; for `store/row.rs` only.
pub mod restore {
    use super::{Admission, Approved, DenialReason, Denied, Digest, Pace, Pending, Redeemed, Terms, TokenId};

    /// A row in state `pending`.
    pub fn pending(terms: Terms, pace: Pace, claimed_by: Option<Digest>) -> Pending {
        Pending { terms, pace, claimed_by }
    }

    /// A row in state `approved`.
    pub fn approved(terms: Terms, admission: Admission) -> Approved {
        Approved { terms, admission }
    }

    /// A row in state `denied`.
    pub fn denied(terms: Terms, reason: DenialReason) -> Denied {
        Denied { terms, reason }
    }

    /// A row in state `redeemed`.
    pub fn redeemed(terms: Terms, token: TokenId) -> Redeemed {
        Redeemed { terms, token }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::admission::restore::admission;

    const OPENED: Timestamp = Timestamp::from_unix(1_000);
    const LAST: Timestamp = Timestamp::from_unix(1_599);
    const TOO_LATE: Timestamp = Timestamp::from_unix(1_600);

    fn pending() -> Pending {
        let terms = Terms {
            id: GrantId::from_entropy([1; 16]),
            client_id: "tv".to_owned(),
            scopes: Scopes::parse("basic").unwrap(),
            parameters: RequestParameters::default(),
            openid: false,
            dpop: None,
            created_at: OPENED,
            expires_at: TOO_LATE,
        };
        Pending::begin(terms, Pace::new(Duration::from_secs(5)))
    }

    fn earned() -> Admission {
        admission(r#"{"scopes":["basic"],"subject":"s","verified_at":1100,"expires_at":null}"#).unwrap()
    }

    fn earned_until(second: i64) -> Admission {
        let row = r#"{"scopes":["basic"],"subject":"s","verified_at":1100,"expires_at":END}"#;
        admission(&row.replace("END", &second.to_string())).unwrap()
    }

    fn token() -> TokenId {
        TokenId::from_entropy([2; 16])
    }

    #[test]
    fn req_10_41_a_pending_grant_is_pending_until_its_last_second() {
        let polled = DeviceGrant::Pending(pending()).polled(LAST);
        assert!(matches!(polled, Polled::Pending { .. }));
        assert!(matches!(DeviceGrant::Pending(pending()).polled(TOO_LATE), Polled::Expired));
    }

    #[test]
    fn req_10_42_approval_wins_over_an_impatient_device() {
        let Polled::Pending { grant, .. } = DeviceGrant::Pending(pending()).polled(OPENED) else {
            panic!("the first poll is in time")
        };
        let approved = grant.approve(earned(), OPENED).unwrap();
        assert!(matches!(DeviceGrant::Approved(approved).polled(OPENED), Polled::Ready(_)));
    }

    #[test]
    fn req_10_43_a_refusal_is_final_and_outlives_the_code() {
        let denied = pending().deny(DenialReason::NotStartedByPerson, OPENED).unwrap();
        assert!(matches!(DeviceGrant::Denied(denied).polled(TOO_LATE), Polled::Denied));
    }

    #[test]
    fn req_10_44_a_used_code_stays_used() {
        let redeemed = pending().approve(earned(), OPENED).unwrap().redeem(token(), LAST).unwrap();
        assert!(matches!(DeviceGrant::Redeemed(redeemed).polled(OPENED), Polled::Used(_)));
    }

    #[test]
    fn every_transition_asks_for_the_time() {
        assert!(pending().approve(earned(), LAST).is_ok());
        assert_eq!(pending().approve(earned(), TOO_LATE).unwrap_err(), Expired);
        assert!(pending().deny(DenialReason::DeclinedInWallet, LAST).is_ok());
        assert_eq!(pending().deny(DenialReason::DeclinedInWallet, TOO_LATE).unwrap_err(), Expired);
        let approved = || pending().approve(earned(), OPENED).unwrap();
        assert!(approved().redeem(token(), LAST).is_ok());
        assert_eq!(approved().redeem(token(), TOO_LATE).unwrap_err(), Expired);
        assert!(matches!(DeviceGrant::Approved(approved()).polled(TOO_LATE), Polled::Expired));
    }

    #[test]
    fn an_approval_dies_with_the_credential_behind_it() {
        let approved = || pending().approve(earned_until(1_200), OPENED).unwrap();
        let before = Timestamp::from_unix(1_199);
        assert!(matches!(DeviceGrant::Approved(approved()).polled(before), Polled::Ready(_)));
        let at_its_end = Timestamp::from_unix(1_200);
        assert!(matches!(DeviceGrant::Approved(approved()).polled(at_its_end), Polled::Expired));
        assert_eq!(approved().redeem(token(), at_its_end).unwrap_err(), Expired);
    }

    #[test]
    fn req_15_6_the_first_browser_keeps_the_code() {
        let [mine, yours] = [Digest::of(b"mine"), Digest::of(b"yours")];
        let claimed = pending().claim(mine, OPENED).unwrap();
        let claimed = claimed.claim(mine, OPENED).unwrap();
        assert_eq!(claimed.claimed_by(), Some(&mine));
        assert_eq!(claimed.claim(yours, OPENED).unwrap_err(), NotClaimable::InUse);
        assert_eq!(pending().claim(mine, TOO_LATE).unwrap_err(), NotClaimable::Expired);
    }
}
