//! A session: a browser in which a person presented to a client a moment ago (OpenID Connect Core section
//! 3.1.2.3). While it lasts, the same question of the same client is answered from what was earned then, and
//! nobody is asked again.
//!
//! It holds what its client was given anyway, and nothing that another client could be given.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::authorization_request::AuthorizationRequest;
use crate::admission::Admission;
use crate::admission::claims_request::ClaimsRequest;
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::RequestParameters;
use crate::base::id::SessionId;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;

/// `[sessions]`, where they are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// How long a session lasts at most. None outlives the credential behind it.
    pub lifetime: Duration,
    /// Its cookie is sent from frames of other sites, too.
    pub in_frames: bool,
}

/// What a session is; never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTerms {
    /// `sid` in ID tokens and logout tokens.
    pub id: SessionId,
    /// The only client that is answered from it.
    pub client_id: String,
    /// The scopes that were asked for.
    pub scopes: Scopes,
    /// What was kept of the request for the token's claims.
    #[serde(default, skip_serializing_if = "RequestParameters::is_empty")]
    pub parameters: RequestParameters,
    /// What was asked for claim by claim.
    #[serde(default, skip_serializing_if = "ClaimsRequest::is_empty")]
    pub claims: ClaimsRequest,
    /// From this second on it answers nothing.
    pub expires_at: Timestamp,
}

/// A session as the store holds it.
#[derive(Clone, PartialEq)]
pub struct Session {
    terms: SessionTerms,
    admission: Admission,
}

/// A session that begins, and the digest of the secret in its browser's cookie.
#[derive(Debug)]
pub struct NewSession {
    /// The session.
    pub session: Session,
    /// By what its browser is known.
    pub cookie: Digest,
}

/// What a session answers to a request. Only [`Session::answer`] makes one.
#[derive(Debug)]
pub struct SessionAnswer {
    pub(super) session: SessionId,
    pub(super) admission: Admission,
}

/// Why a session does not answer a request: the person has to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFromSession {
    /// It, or the credential behind it, has expired.
    #[error("it is over")]
    Over,
    /// Another client, or other scopes, claims or parameters than those that were asked for then.
    #[error("something else is asked for")]
    OtherQuestion,
    /// `prompt` with another value than `none`.
    #[error("the request wants the person to be asked")]
    Prompt,
    /// `max_age`
    #[error("the person presented too long ago")]
    TooOld,
    /// `id_token_hint` names somebody else.
    #[error("another person is expected")]
    OtherPerson,
}

impl Session {
    /// Begins with what `request` earned.
    pub fn begin(
        id: SessionId,
        request: &AuthorizationRequest,
        admission: Admission,
        lifetime: Duration,
        now: Timestamp,
    ) -> Self {
        let latest = now.plus(lifetime);
        let terms = SessionTerms {
            id,
            client_id: request.client_id.clone(),
            scopes: request.scopes.clone(),
            parameters: request.parameters.clone(),
            claims: request.claims.clone(),
            expires_at: admission.expires_at().map_or(latest, |end| end.min(latest)),
        };
        Self { terms, admission }
    }

    /// What it is.
    pub fn terms(&self) -> &SessionTerms {
        &self.terms
    }

    /// What the presentation earned.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// What it answers to `request` without asking anybody. `today` is what is left of what was earned, by the
    /// configuration of today.
    ///
    /// # Errors
    /// [`NotFromSession`]
    pub fn answer(
        &self,
        request: &AuthorizationRequest,
        today: Admission,
        now: Timestamp,
    ) -> Result<SessionAnswer, NotFromSession> {
        if now >= self.terms.expires_at {
            return Err(NotFromSession::Over);
        }
        let SessionTerms { client_id, scopes, parameters, claims, .. } = &self.terms;
        let asked = (&request.client_id, &request.scopes, &request.parameters, &request.claims);
        if asked != (client_id, scopes, parameters, claims) {
            return Err(NotFromSession::OtherQuestion);
        }
        if request.anew {
            return Err(NotFromSession::Prompt);
        }
        let age = now.since(self.admission.verified_at()).as_secs();
        if request.max_age.is_some_and(|most| age > u64::from(most)) {
            return Err(NotFromSession::TooOld);
        }
        if request.expected_subject.as_deref().is_some_and(|hinted| hinted != today.subject()) {
            return Err(NotFromSession::OtherPerson);
        }
        Ok(SessionAnswer { session: self.terms.id.clone(), admission: today })
    }
}

impl SessionAnswer {
    /// The session that answers.
    pub fn session(&self) -> &SessionId {
        &self.session
    }
}

impl fmt::Debug for Session {
    /// Whose it is, and not who the person is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("terms", &self.terms).finish_non_exhaustive()
    }
}

/// From rows, which are trusted; for `store/row.rs` only.
pub mod restore {
    use super::{Admission, Session, SessionTerms};

    /// A row of a session.
    pub fn session(terms: SessionTerms, admission: Admission) -> Session {
        Session { terms, admission }
    }
}

#[cfg(test)]
mod tests;
