//! What is written when tokens are issued. All tokens that one redemption led to are a family: they
//! die together.

use serde::{Deserialize, Serialize};

use super::entitlement::{Entitlement, Origin};
use super::refresh_token::RefreshState;
use super::thumbprint::Thumbprint;
use super::token_policy::TokenSettings;
use crate::admission::Admission;
use crate::admission::scopes::{ScopeFault, Scopes};
use crate::base::id::{FamilyId, SessionId, TokenId};
use crate::base::repeat::{Used, is_moments_after};
use crate::base::secret::Digest;
use crate::base::time::Timestamp;

/// What all tokens of a family have in common; never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyTerms {
    /// Names it inside.
    pub id: FamilyId,
    /// What was redeemed.
    pub origin: Origin,
    /// The client that redeemed it, and the only one that may use it.
    pub client_id: String,
    /// The most that a token of the family allows.
    pub scopes: Scopes,
    /// The resources its tokens may be for.
    pub audience: Vec<String>,
    /// The key that its tokens are bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop: Option<Thumbprint>,
    /// From this second on nothing more is issued: the hard limit (RFC 9700 section 4.14.2), and
    /// never later than the end of the credential.
    pub ends_at: Timestamp,
    /// When what led to it was redeemed; families of earlier versions do not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redeemed_at: Option<Timestamp>,
    /// The session that it ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

/// A family as the store holds it.
#[derive(Debug)]
pub struct Family {
    terms: FamilyTerms,
    admission: Admission,
    refresh: Option<RefreshState>,
}

/// An access token as the store holds it: enough to say what it allows, and not the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedAccess {
    /// `jti`
    pub id: TokenId,
    /// What it allows.
    pub scopes: Scopes,
    /// The resources it is for.
    pub audience: Vec<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From this second on it is dead.
    pub expires_at: Timestamp,
}

/// What one redemption writes, in the same transaction as the redemption.
#[derive(Debug)]
pub struct Issuance {
    /// The new family.
    pub family: Family,
    /// The first access token of the family.
    pub access: IssuedAccess,
    /// Digest of that token.
    pub digest: Digest,
}

/// What is written when the answer to a redemption is given again: tokens of the same family.
#[derive(Debug)]
pub struct Reissue {
    /// The refresh token that replaces the first one, where there is one. It shares nothing with that one, of
    /// which the family forgets everything.
    pub refresh: Option<RefreshState>,
    /// The access token.
    pub access: IssuedAccess,
    /// Digest of that token.
    pub digest: Digest,
}

/// What one refresh writes: an access token, and the refresh token that replaces the one shown.
#[derive(Debug)]
pub struct Renewal {
    /// The next refresh token.
    pub refresh: RefreshState,
    /// The access token.
    pub access: IssuedAccess,
    /// Digest of that token.
    pub digest: Digest,
}

/// A refresh token that may be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Digest of the one that works until then.
    pub replaced: Digest,
    /// The one that was shown, and when it was shown first.
    pub used: Used,
}

/// Why a refresh token does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRefreshable {
    /// Another one of the family works: this one was used before, and somebody has a copy.
    Reused,
    /// It was not used for too long, or the family has reached its end.
    Expired,
}

impl Family {
    /// A new family, whose refresh tokens work until `refresh_limit` after the presentation was verified.
    ///
    /// # Errors
    /// [`ScopeFault`] when the granted scopes are too many to be written down.
    pub fn begin(
        entitlement: Entitlement,
        id: FamilyId,
        client_id: &str,
        settings: &TokenSettings,
        now: Timestamp,
    ) -> Result<Self, ScopeFault> {
        let scopes = entitlement.scopes()?;
        let Entitlement { origin, admission, resources, dpop, session, .. } = entitlement;
        let audience = if resources.is_empty() {
            settings.audience.iter().take(1).cloned().collect()
        } else {
            resources
        };
        let limit = admission.verified_at().plus(settings.refresh_limit);
        let ends_at = admission.expires_at().map_or(limit, |end| end.min(limit));
        let admission = if settings.recheck_status { admission } else { admission.without_status_places() };
        let (client_id, redeemed_at) = (client_id.to_owned(), Some(now));
        let terms =
            FamilyTerms { id, origin, client_id, scopes, audience, dpop, ends_at, redeemed_at, session };
        Ok(Self { terms, admission, refresh: None })
    }

    /// With a refresh token that can be used.
    #[must_use]
    pub fn refreshed_by(self, refresh: RefreshState) -> Self {
        Self { refresh: Some(refresh), ..self }
    }

    /// Whether `shown`, a token of this family, is the one that works; or the one before, whose answer was lost a
    /// moment ago on its way to who proves to hold `key`, the key of the family (REQ-21.13). RFC 9700 section
    /// 2.2.2 asks for rotation or for a bound key, so a family without a key gets nothing twice.
    ///
    /// # Errors
    /// [`NotRefreshable`]
    pub fn refreshable_by(
        &self,
        shown: &Digest,
        key: Option<&Thumbprint>,
        now: Timestamp,
    ) -> Result<Exchange, NotRefreshable> {
        let Some(refresh) = &self.refresh else { return Err(NotRefreshable::Expired) };
        let replaced = refresh.current;
        let used = match refresh.previous.filter(|used| used.is_repeated_by(shown, now)) {
            _ if replaced == *shown => Used { value: *shown, at: now },
            Some(used) if self.is_bound_to(key) => used,
            _ => return Err(NotRefreshable::Reused),
        };
        let alive = now < refresh.expires_at && now < self.terms.ends_at;
        alive.then_some(Exchange { replaced, used }).ok_or(NotRefreshable::Expired)
    }

    /// Whether the answer to the redemption that began this family is given again to who proves to hold `key`:
    /// a moment after it, for the key that the first answer was for, and while nobody has used the refresh token
    /// that was in it (REQ-21.13).
    pub fn is_answered_again(&self, key: Option<&Thumbprint>, now: Timestamp) -> bool {
        let recent = self.terms.redeemed_at.is_some_and(|then| is_moments_after(then, now));
        let exchanged = self.refresh.as_ref().is_some_and(|refresh| refresh.previous.is_some());
        recent && !exchanged && now < self.terms.ends_at && self.is_bound_to(key)
    }

    fn is_bound_to(&self, key: Option<&Thumbprint>) -> bool {
        self.terms.dpop.is_some() && self.terms.dpop.as_ref() == key
    }

    /// This family, allowing no more than `scopes` of today, and saying only claims whose name `says`
    /// confirms.
    #[must_use]
    pub fn as_of_today(self, scopes: &Scopes, says: impl Fn(&str) -> bool) -> Self {
        let Self { terms, admission, refresh } = self;
        let terms = FamilyTerms { scopes: terms.scopes.only(scopes), ..terms };
        let earned = admission.scopes().only(scopes);
        Self { terms, admission: admission.saying(earned, says), refresh }
    }

    /// What all its tokens have in common.
    pub fn terms(&self) -> &FamilyTerms {
        &self.terms
    }

    /// What the presentation earned.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// The refresh token of the family, where there is one.
    pub fn refresh(&self) -> Option<&RefreshState> {
        self.refresh.as_ref()
    }
}

impl Issuance {
    /// From this second on nothing of it is alive.
    pub fn forgotten_at(&self) -> Timestamp {
        let refresh = self.family.refresh().map(|refresh| refresh.expires_at);
        refresh.map_or(self.access.expires_at, |end| end.max(self.access.expires_at))
    }
}

impl Reissue {
    /// From this second on nothing of it is alive.
    pub fn forgotten_at(&self) -> Timestamp {
        let refresh = self.refresh.as_ref().map(|refresh| refresh.expires_at);
        refresh.map_or(self.access.expires_at, |end| end.max(self.access.expires_at))
    }
}

impl Renewal {
    /// From this second on nothing of it is alive.
    pub fn forgotten_at(&self) -> Timestamp {
        self.refresh.expires_at.max(self.access.expires_at)
    }
}

/// From rows, which are trusted; for `store/row.rs` only.
pub mod restore {
    use super::{Admission, Family, FamilyTerms, RefreshState};

    /// A row of a family.
    pub fn family(terms: FamilyTerms, admission: Admission, refresh: Option<RefreshState>) -> Family {
        Family { terms, admission, refresh }
    }
}
