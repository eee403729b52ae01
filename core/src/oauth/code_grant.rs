//! The authorization code grant (RFC 6749 section 4.1). One struct per state; each transition consumes
//! the state it leaves.
//!
//! ```text
//! Pending --grant(Admission)--> Granted --redeem--> Redeemed
//!    '-----refuse--> Refused
//! ```
//! A session that answers leads to Granted at once ([`Granted::from_session`]).
//! Pending: the browser is at the wallet. Granted: the browser carries a code to the client. Expired is not
//! a state: `now >= expires_at` is asked in every transition. [`Pending::grant`] needs an [`Admission`], and
//! the digest of the browser that brought the presentation.

use serde::{Deserialize, Serialize};

use super::authorization_request::AuthorizationRequest;
use super::device_grant::DenialReason;
use super::session::SessionAnswer;
use crate::admission::Admission;
use crate::base::id::{AuthorizationId, SessionId, TokenId};
use crate::base::secret::{Digest, Secret};
use crate::base::time::Timestamp;

/// What was asked for; never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeGrantTerms {
    /// Names the grant inside.
    pub id: AuthorizationId,
    /// The request, whose code is bound to all of it.
    pub request: Box<AuthorizationRequest>,
    /// When the person went on to the wallet.
    pub created_at: Timestamp,
    /// From this second on nobody can decide any more.
    pub expires_at: Timestamp,
    /// The session that it belongs to, or that begins when it is granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

/// A grant as the store holds it.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, read and written at once")]
pub enum CodeGrant {
    /// The person is at the wallet.
    Pending(Pending),
    /// A presentation was admitted; the client may exchange the code.
    Granted(Granted),
    /// Refused for good.
    Refused(Refused),
    /// The code was exchanged.
    Redeemed(Redeemed),
}

/// The person is at the wallet.
#[derive(Debug)]
pub struct Pending {
    terms: CodeGrantTerms,
    browser: Digest,
}

/// A presentation was admitted.
#[derive(Debug)]
pub struct Granted {
    terms: CodeGrantTerms,
    code: Digest,
    code_expires_at: Timestamp,
    admission: Admission,
}

/// Refused for good.
#[derive(Debug)]
pub struct Refused {
    terms: CodeGrantTerms,
    reason: DenialReason,
}

/// The code was exchanged, once.
#[derive(Debug)]
pub struct Redeemed {
    terms: CodeGrantTerms,
    token: TokenId,
}

/// Why a grant is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotDecided {
    #[error("the authorization has expired")]
    Expired,
    /// The answer came through another browser than the one that asked (REQ-11.23).
    #[error("the authorization belongs to another browser")]
    OtherBrowser,
}

/// What a token request shows beside the code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
#[derive(Debug)]
pub struct CodeExchange<'r> {
    /// The client that was authenticated.
    pub client_id: &'r str,
    /// `redirect_uri`
    pub redirect_uri: Option<&'r str>,
    /// `code_verifier`
    pub verifier: Option<&'r Secret>,
}

/// Why a code is not exchanged. All of it is `invalid_grant`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotRedeemable {
    #[error("the code is not valid")]
    OtherClient,
    /// Another address than in the authorization request, or none where that one named one.
    #[error("redirect_uri is not the one of the authorization request")]
    ReturnAddress,
    /// Wrong, missing, or there without a challenge.
    #[error("code_verifier does not meet the code_challenge of the authorization request")]
    Verifier,
    /// The code, or the credential behind it, is past its lifetime.
    #[error("the code has expired")]
    Expired,
}

impl CodeGrant {
    /// What was asked for.
    pub fn terms(&self) -> &CodeGrantTerms {
        match self {
            Self::Pending(Pending { terms, .. })
            | Self::Granted(Granted { terms, .. })
            | Self::Refused(Refused { terms, .. })
            | Self::Redeemed(Redeemed { terms, .. }) => terms,
        }
    }
}

impl CodeGrantTerms {
    /// Whether a token request is the other half of this authorization request.
    ///
    /// # Errors
    /// [`NotRedeemable`], but never [`NotRedeemable::Expired`]
    pub fn match_up(&self, shown: &CodeExchange<'_>) -> Result<(), NotRedeemable> {
        if shown.client_id != self.request.client_id {
            return Err(NotRedeemable::OtherClient);
        }
        if !self.request.return_to.is_repeated_by(shown.redirect_uri) {
            return Err(NotRedeemable::ReturnAddress);
        }
        let met = match (&self.request.challenge, shown.verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            // A verifier without a challenge: somebody took the challenge out (RFC 9700 section 4.8.2).
            (Some(_), None) | (None, Some(_)) => false,
        };
        met.then_some(()).ok_or(NotRedeemable::Verifier)
    }
}

impl Pending {
    /// `browser` goes on to the wallet. What only the wallet needs to know is not kept here.
    pub fn begin(mut terms: CodeGrantTerms, browser: Digest) -> Self {
        terms.request.login_hint = None;
        Self { terms, browser }
    }

    /// A presentation that came back through `browser` earned at least one of the scopes. `code` is the
    /// digest of the code, which lives until `code_expires_at`.
    ///
    /// # Errors
    /// [`NotDecided`]
    pub fn grant(
        self,
        admission: Admission,
        browser: &Digest,
        code: Digest,
        code_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Granted, NotDecided> {
        self.decidable(browser, now)?;
        Ok(Granted { terms: self.terms, code, code_expires_at, admission })
    }

    /// Refuses for good.
    ///
    /// # Errors
    /// [`NotDecided`]
    pub fn refuse(
        self,
        reason: DenialReason,
        browser: &Digest,
        now: Timestamp,
    ) -> Result<Refused, NotDecided> {
        self.decidable(browser, now)?;
        Ok(Refused { terms: self.terms, reason })
    }

    /// What was asked for.
    pub fn terms(&self) -> &CodeGrantTerms {
        &self.terms
    }

    /// The browser that asked.
    pub fn browser(&self) -> &Digest {
        &self.browser
    }

    fn decidable(&self, browser: &Digest, now: Timestamp) -> Result<(), NotDecided> {
        if now >= self.terms.expires_at {
            return Err(NotDecided::Expired);
        }
        if self.browser != *browser {
            return Err(NotDecided::OtherBrowser);
        }
        Ok(())
    }
}

impl Granted {
    /// Granted at once: a session answers, and nobody is sent to a wallet.
    pub fn from_session(
        terms: CodeGrantTerms,
        answer: SessionAnswer,
        code: Digest,
        code_expires_at: Timestamp,
    ) -> Self {
        let terms = CodeGrantTerms { session: Some(answer.session), ..terms };
        Self { terms, code, code_expires_at, admission: answer.admission }
    }

    /// The client exchanges the code for a token.
    ///
    /// # Errors
    /// [`NotRedeemable`]
    pub fn redeem(
        self,
        shown: &CodeExchange<'_>,
        token: TokenId,
        now: Timestamp,
    ) -> Result<Redeemed, NotRedeemable> {
        self.redeemable(shown, now)?;
        Ok(Redeemed { terms: self.terms, token })
    }

    /// Whether [`Self::redeem`] would.
    ///
    /// # Errors
    /// [`NotRedeemable`]
    pub fn redeemable(&self, shown: &CodeExchange<'_>, now: Timestamp) -> Result<(), NotRedeemable> {
        self.terms.match_up(shown)?;
        let credential_ended = self.admission.expires_at().is_some_and(|end| now >= end);
        if now >= self.code_expires_at || credential_ended {
            return Err(NotRedeemable::Expired);
        }
        Ok(())
    }

    /// What was asked for.
    pub fn terms(&self) -> &CodeGrantTerms {
        &self.terms
    }

    /// Digest of the code.
    pub fn code(&self) -> &Digest {
        &self.code
    }

    /// From this second on the code is dead.
    pub fn code_expires_at(&self) -> Timestamp {
        self.code_expires_at
    }

    /// What the presentation earned.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }
}

impl Refused {
    /// What was asked for.
    pub fn terms(&self) -> &CodeGrantTerms {
        &self.terms
    }

    /// Why the grant was denied.
    pub fn reason(&self) -> DenialReason {
        self.reason
    }
}

impl Redeemed {
    /// What was asked for.
    pub fn terms(&self) -> &CodeGrantTerms {
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
        Admission, CodeGrantTerms, DenialReason, Digest, Granted, Pending, Redeemed, Refused, Timestamp,
        TokenId,
    };

    /// A row in state `pending`.
    pub fn pending(terms: CodeGrantTerms, browser: Digest) -> Pending {
        Pending { terms, browser }
    }

    /// A row in state `granted`.
    pub fn granted(
        terms: CodeGrantTerms,
        code: Digest,
        code_expires_at: Timestamp,
        admission: Admission,
    ) -> Granted {
        Granted { terms, code, code_expires_at, admission }
    }

    /// A row in state `refused`.
    pub fn refused(terms: CodeGrantTerms, reason: DenialReason) -> Refused {
        Refused { terms, reason }
    }

    /// A row in state `redeemed`.
    pub fn redeemed(terms: CodeGrantTerms, token: TokenId) -> Redeemed {
        Redeemed { terms, token }
    }
}

#[cfg(test)]
mod tests;
