//! A good answer that a wallet posted, until its browser comes back.

use super::{
    Digest, NotNow, PresentationFlow, PresentationOutcome, Report, Settled, Timestamp, VerifiedPresentation,
    VpRequest, live,
};

/// Verified, and worth nothing until the browser that began shows the code that went to its wallet. The
/// key of the answer is gone.
#[derive(Debug)]
pub struct AwaitingReturn {
    pub(super) request: VpRequest,
    pub(super) browser: Digest,
    pub(super) presentation: VerifiedPresentation,
    pub(super) report: Report,
    pub(super) return_code: Digest,
    pub(super) answered_at: Timestamp,
    pub(super) answer: Option<Digest>,
}

impl AwaitingReturn {
    /// The browser that began came back with the code. `response_code` as in
    /// [`super::Served::verified`].
    ///
    /// # Errors
    /// [`NotNow::Expired`]; [`NotNow::OtherBrowser`], whatever the code: session fixation looks like this;
    /// [`NotNow::ResponseCode`], compared in constant time.
    pub fn returned(
        self,
        browser: &Digest,
        return_code: &Digest,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<Settled, NotNow> {
        live(&self.request, now)?;
        if self.browser != *browser {
            return Err(NotNow::OtherBrowser);
        }
        if self.return_code != *return_code {
            return Err(NotNow::ResponseCode);
        }
        let Self { request: asked, browser, presentation, report, answer, .. } = self;
        let outcome = PresentationOutcome::Verified { presentation, report };
        Ok(Settled::now((asked, browser, answer), outcome, response_code, now))
    }

    /// The browser that began has waited, and comes for what a wallet on another device has answered: nobody brings it
    /// a code. `response_code` as above.
    ///
    /// # Errors
    /// Those of [`Self::returned`]; [`NotNow::OtherWay`] where the wallet was to send it back.
    pub fn fetched(
        self,
        browser: &Digest,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<Settled, NotNow> {
        if self.request.flow != PresentationFlow::CrossDevice {
            return Err(NotNow::OtherWay);
        }
        let return_code = self.return_code;
        self.returned(browser, &return_code, response_code, now)
    }

    /// The request as it was sent.
    pub fn request(&self) -> &VpRequest {
        &self.request
    }

    /// The browser that must come back.
    pub fn browser(&self) -> &Digest {
        &self.browser
    }

    /// What was proven.
    pub fn presentation(&self) -> &VerifiedPresentation {
        &self.presentation
    }

    /// Every check that was made.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Digest of the code it must come back with.
    pub fn return_code(&self) -> &Digest {
        &self.return_code
    }

    /// Digest of the answer.
    pub fn answer(&self) -> Option<&Digest> {
        self.answer.as_ref()
    }

    /// When the wallet answered.
    pub fn answered_at(&self) -> Timestamp {
        self.answered_at
    }
}
