//! The heart: the wallet's answer returns through the browser that was sent to it, or that asked it by its
//! Digital Credentials API, is judged, and settles the presentation and the grant in one write
//! ([`crate::flow::presentation::settle`]). [`crate::flow::presentation::direct_post`] is its
//! twin for wallets that post.

use crate::flow::Vpgate;
use crate::flow::presentation::judge::{Answered, Judge, Judged};
use crate::flow::presentation::settle::{Ending, NotAccepted};
use vpgate_core::base::id::{Handle, RequestState};
use vpgate_core::base::report::{Findings, Rejection};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::presentation::{AfterRejection, NotNow, Presentation, Served, Settled};
use vpgate_core::openid4vp::response::{DcApiResponse, ResponseParameters};

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
        let mut findings = Findings::new();
        let opened = self.of_the_wallet(served.asked(), Ok(parameters), &mut findings).await?;
        self.accept(served, opened, findings, now).await
    }

    /// Takes what the Digital Credentials API of `browser` handed to the page behind `handle`. Which wallet
    /// that was, nobody says; so nobody can have mixed two of them up.
    ///
    /// # Errors
    /// [`NotAccepted`]; nothing has changed then.
    pub async fn accept_handed(
        &self,
        handle: &Handle,
        browser: &Secret,
        handed: DcApiResponse,
    ) -> Result<Ending, NotAccepted> {
        let now = self.clock.now();
        let served = match self.store.presentation_by_handle(handle).await? {
            Some(Presentation::Served(served)) => served.answered_through_api(&browser.digest(), now)?,
            _ => return Err(NotAccepted::NoOpenRequest),
        };
        let mut findings = Findings::new();
        let opened = handed.open(served.asked(), served.answer_key(), &mut findings);
        self.accept(served, opened, findings, now).await
    }

    async fn accept(
        &self,
        served: Served,
        opened: Result<ResponseParameters, Rejection>,
        findings: Findings,
        now: Timestamp,
    ) -> Result<Ending, NotAccepted> {
        let asked = served.asked();
        let rules = self.result_rules(asked);
        let judge = Judge::of(self).under(rules.as_ref());
        let challenge = asked.expected().by(self.policy.verification);
        let answered = judge.answer(&challenge, opened, now, findings).await;
        answered.record(asked.requester.client_id(), &asked.id);
        match answered {
            Answered::Judged(Judged::Verified { presentation, report }) => {
                self.settle(served, now, |served, code| served.verified(presentation, report, code, now))
                    .await
            }
            Answered::Refused(error) if error.may_be_retried() => {
                self.count(served, now, |served, code| served.postponed_by_wallet(error, code, now)).await
            }
            Answered::Refused(error) => {
                self.settle(served, now, |served, code| served.declined(error, code, now)).await
            }
            Answered::Judged(Judged::Rejected(report)) => {
                self.count(served, now, |served, code| served.rejected(report.clone(), code, now)).await
            }
            Answered::Judged(Judged::Unearned(report) | Judged::IssuerAtFault(report)) => {
                self.settle(served, now, |served, code| served.rejected_for_good(report, code, now)).await
            }
            Answered::Judged(Judged::Undecided(report)) => {
                self.count(served, now, |served, code| served.undecided(report.clone(), code, now)).await
            }
        }
    }

    /// The person gives up instead of trying again: settled at once, and a device learns it at once.
    ///
    /// # Errors
    /// [`NotAccepted`]
    pub async fn give_up(&self, handle: &Handle, browser: &Secret) -> Result<Ending, NotAccepted> {
        let now = self.clock.now();
        let served = match self.store.presentation_by_handle(handle).await? {
            Some(Presentation::Served(served)) => served.in_browser(&browser.digest(), now)?,
            _ => return Err(NotAccepted::NoOpenRequest),
        };
        self.settle(served, now, |served, code| served.given_up(code, now)).await
    }

    async fn count(
        &self,
        served: Served,
        now: Timestamp,
        mut reject: impl FnMut(Served, Option<Digest>) -> Result<AfterRejection, NotNow>,
    ) -> Result<Ending, NotAccepted> {
        let (code, digest) = self.response_code(served.asked())?;
        let handle = served.asked().handle.clone();
        match self.count_rejection(served, |served| reject(served, digest)).await? {
            None => Ok(Ending::Done(handle)),
            Some(settled) => self.commit_settled(settled, code.as_ref(), now).await,
        }
    }

    async fn settle(
        &self,
        served: Served,
        now: Timestamp,
        end: impl FnOnce(Served, Option<Digest>) -> Result<Settled, NotNow>,
    ) -> Result<Ending, NotAccepted> {
        let (code, digest) = self.response_code(served.asked())?;
        self.commit_settled(end(served, digest)?, code.as_ref(), now).await
    }
}
