//! The heart: the wallet's answer returns through the browser that was sent to it, is judged, and
//! settles the presentation and the grant in one write. What it means for an authorization that ends in
//! a code, [`super::decide_authorization`] knows.

use super::Vpgate;
use super::judge::{Answered, Judge, Judged};
use super::ports::{NotCommitted, Unavailable};
use crate::domain::base::id::{Handle, RequestState};
use crate::domain::base::report::Report;
use crate::domain::base::secret::{Digest, Secret};
use crate::domain::base::time::Timestamp;
use crate::domain::change::{Change, GrantDecision};
use crate::domain::oauth::device_grant::{DenialReason, DeviceGrant};
use crate::domain::oauth::redirect::ReturnUrl;
use crate::domain::openid4vp::presentation::{
    AfterRejection, NotNow, Outcome, Presentation, Served, Settled,
};
use crate::domain::openid4vp::request::{Asked, Asker};
use crate::domain::openid4vp::response::ResponseParameters;

/// Where the browser goes after an answer.
#[derive(Debug)]
pub enum Ending {
    /// To our page that says how it ended, or how to try again.
    Done(Handle),
    /// Back to the application, with a one-time code in the URL, or with the error.
    Return(ReturnUrl),
}

/// Why an answer did not count.
#[derive(Debug, thiserror::Error)]
pub enum NotAccepted {
    /// Unknown, settled or expired, or another browser's: one answer for all (architecture section 6).
    #[error("there is no open request for this answer")]
    NoOpenRequest,
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotNow> for NotAccepted {
    fn from(_: NotNow) -> Self {
        Self::NoOpenRequest
    }
}

impl From<NotCommitted> for NotAccepted {
    fn from(why: NotCommitted) -> Self {
        match why {
            NotCommitted::Lost | NotCommitted::Taken => Self::NoOpenRequest,
            NotCommitted::Unavailable(source) => Self::Failed(source),
        }
    }
}

impl Vpgate {
    /// Takes a fragment response that `browser` brought.
    ///
    /// # Errors
    /// [`NotAccepted`]; nothing has changed then.
    pub async fn accept_response(
        &self,
        browser: &Secret,
        state: &str,
        parameters: ResponseParameters,
    ) -> Result<Ending, NotAccepted> {
        let now = self.clock.now();
        let state = RequestState::parse(state).ok_or(NotAccepted::NoOpenRequest)?;
        let served = match self.store.presentation_by_state(&state).await? {
            Some(Presentation::Served(served)) => served.answered_by(&browser.digest(), now)?,
            _ => return Err(NotAccepted::NoOpenRequest),
        };
        let asked = served.asked();
        let answered = Judge::of(self).answer(&asked.challenge(), parameters, now).await?;
        answered.record(asked.asker.client_id(), &asked.id);
        match answered {
            Answered::Judged(Judged::Verified { presentation, report }) => {
                self.settle(served, now, |served, code| served.verified(presentation, report, code, now))
                    .await
            }
            Answered::Refused(error) if error.may_be_retried() => {
                Ok(Ending::Done(served.asked().handle.clone()))
            }
            Answered::Refused(error) => {
                self.settle(served, now, |served, code| served.declined(error, code, now)).await
            }
            Answered::Judged(Judged::Rejected(report)) => self.reject(served, report, now).await,
            // Not counted: the next try may find the list, and five of them a verdict.
            Answered::Judged(Judged::Undecided(_)) => Ok(Ending::Done(served.asked().handle.clone())),
        }
    }

    /// The person gives up instead of trying again: settled at once, and a device learns it at once.
    ///
    /// # Errors
    /// [`NotAccepted`]
    pub async fn give_up(&self, handle: &Handle, browser: &Secret) -> Result<Ending, NotAccepted> {
        let now = self.clock.now();
        let served = match self.store.presentation_by_handle(handle).await? {
            Some(Presentation::Served(served)) => served.answered_by(&browser.digest(), now)?,
            _ => return Err(NotAccepted::NoOpenRequest),
        };
        self.settle(served, now, |served, code| served.given_up(code, now)).await
    }

    async fn reject(&self, served: Served, report: Report, now: Timestamp) -> Result<Ending, NotAccepted> {
        let (code, digest) = self.response_code(served.asked())?;
        match served.rejected(report, digest, now)? {
            AfterRejection::TriesRemain(served) => {
                let handle = served.asked().handle.clone();
                self.store.commit(Change::CountTry(served)).await?;
                Ok(Ending::Done(handle))
            }
            AfterRejection::Final(settled) => self.commit_settled(settled, code, now).await,
        }
    }

    async fn settle(
        &self,
        served: Served,
        now: Timestamp,
        end: impl FnOnce(Served, Option<Digest>) -> Result<Settled, NotNow>,
    ) -> Result<Ending, NotAccepted> {
        let (code, digest) = self.response_code(served.asked())?;
        let settled = end(served, digest)?;
        self.commit_settled(settled, code, now).await
    }

    async fn commit_settled(
        &self,
        settled: Settled,
        code: Option<Secret>,
        now: Timestamp,
    ) -> Result<Ending, NotAccepted> {
        let (grant, ending) = match &settled.asked().asker {
            Asker::Code { authorization, client_id } => {
                let (decision, way_home) =
                    self.decide_authorization(&settled, authorization, client_id, now).await?;
                (Some(decision), Ending::Return(way_home))
            }
            _ => (self.grant_decision(&settled, now).await?, ending(settled.asked(), code.as_ref())),
        };
        let (id, outcome) = (settled.asked().id.clone(), settled.outcome().name());
        self.store.commit(Change::Settle { presentation: settled, grant }).await?;
        tracing::info!(presentation = %id, outcome, "presentation settled");
        Ok(ending)
    }

    /// What the outcome means for the grant behind it, if there is one. The grant must still be
    /// pending and claimed by this browser (REQ-10.25).
    async fn grant_decision(
        &self,
        settled: &Settled,
        now: Timestamp,
    ) -> Result<Option<GrantDecision>, NotAccepted> {
        let Asker::Device { grant, client_id } = &settled.asked().asker else { return Ok(None) };
        let pending = match self.store.grant(grant).await? {
            Some(DeviceGrant::Pending(pending)) if pending.claimed_by() == Some(settled.browser()) => pending,
            _ => return Err(NotAccepted::NoOpenRequest),
        };
        let reason = match settled.outcome() {
            Outcome::Verified { presentation, .. } => {
                let requested = pending.grantable();
                match self.policy.scopes.admit(presentation, requested, client_id, &self.subject_key) {
                    Ok(admission) => {
                        let approved =
                            pending.approve(admission, now).map_err(|_| NotAccepted::NoOpenRequest)?;
                        return Ok(Some(GrantDecision::Approve(approved)));
                    }
                    Err(_) => DenialReason::NothingEarned,
                }
            }
            Outcome::Rejected { .. } => DenialReason::PresentationRejected,
            Outcome::Declined { .. } => DenialReason::DeclinedInWallet,
        };
        let denied = pending.deny(reason, now).map_err(|_| NotAccepted::NoOpenRequest)?;
        Ok(Some(GrantDecision::Deny(denied)))
    }

    /// The code that a relying party's browser carries home; devices have none.
    fn response_code(&self, asked: &Asked) -> Result<(Option<Secret>, Option<Digest>), Unavailable> {
        match asked.asker {
            Asker::RelyingParty { .. } => {
                let code = self.random_secret()?;
                let digest = code.digest();
                Ok((Some(code), Some(digest)))
            }
            // The code of an authorization is another thing: it never leads to the claims.
            Asker::Device { .. } | Asker::Code { .. } => Ok((None, None)),
        }
    }
}

fn ending(asked: &Asked, code: Option<&Secret>) -> Ending {
    match (&asked.asker, code) {
        (Asker::RelyingParty { redirect_uri, state, .. }, Some(code)) => {
            let mut url = redirect_uri.clone();
            url.query_pairs_mut().append_pair("response_code", code.expose());
            if let Some(state) = state {
                url.query_pairs_mut().append_pair("state", state);
            }
            Ending::Return(ReturnUrl::new(url))
        }
        _ => Ending::Done(asked.handle.clone()),
    }
}
