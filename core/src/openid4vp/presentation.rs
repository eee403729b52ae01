//! The life of one presentation. One struct per state; each transition consumes the state it leaves.
//!
//! ```text
//! Begun --serve(browser)--> Served --verified | declined | last try rejected--> Settled
//!                             |'--rejected, tries remain--> Served
//!                             |'--asked_otherwise (by redirect, another wallet, a QR code)--> Served
//!                             '--verified, posted by the wallet--> AwaitingReturn --returned(code)--> Settled
//! ```
//!
//! A wallet that posts its answer (`direct_post`) proves nothing about the browser that began: an attacker
//! may have begun, and sent the victim's wallet here. So a verified answer waits for that browser to come
//! back with the one-time code that the wallet was given (OpenID4VP 1.0 section 14.2). A refusal waits for
//! nobody: it gives nothing away. Across devices there is no way back, and the answer settles at once
//! ([`PresentationFlow::CrossDevice`], which a client must be allowed).
//!
//! Expired is not a state: `now >= expires_at` is asked in every transition.

mod awaiting_return;
mod postponed;
mod reading;
mod receipt;
mod rejected;
pub mod restore;
mod stage;

pub use self::awaiting_return::AwaitingReturn;
pub use self::reading::Readable;
pub use self::rejected::AfterRejection;
pub use self::stage::{PresentationMark, PresentationStage};
use super::request::{AnotherWay, PresentationFlow, Requester, ResponseMode, VpRequest};
use super::response::WalletError;
use super::verify::VerifiedPresentation;
use crate::base::repeat::Used;
use crate::base::report::Report;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::jose::jwe::EncryptionKey;
use crate::receipt::ReceiptDraft;

/// A presentation as the store holds it.
#[derive(Debug)]
pub enum Presentation {
    /// Asked for; no browser has come yet.
    Begun(Begun),
    /// A browser was sent to the wallet.
    Served(Served),
    /// The wallet posted a good answer; the browser that began has not come back yet.
    AwaitingReturn(AwaitingReturn),
    /// Decided, once.
    Settled(Settled),
}

/// Asked for; the wallet has not been told.
#[derive(Debug)]
pub struct Begun {
    request: VpRequest,
    reserved_for: Option<Digest>,
    answer_key: Option<EncryptionKey>,
}

/// Bound to one browser, which was sent to the wallet.
#[derive(Debug)]
pub struct Served {
    request: VpRequest,
    browser: Digest,
    tries: Tries,
    answer_key: Option<EncryptionKey>,
    /// Of the posted answer that is being judged. Not in its row: only an answer that decides is remembered.
    answer: Option<Digest>,
    /// Hash of what the wallet is sent by this, for the receipt. Written, and read by the receipt alone.
    sent: Option<String>,
}

/// How many answers may go unjudged because something of an issuer's cannot be had: then it ends, so that
/// nobody waits for ever.
pub const UNDECIDED_ALLOWED: u32 = 8;

/// Rejected answers so far, and what was wrong with the last one.
#[derive(Debug, Default)]
pub struct Tries {
    /// How many answers were rejected.
    pub used: u32,
    /// How many could not be judged, because something that their issuer publishes could not be had.
    pub undecided: u32,
    /// The report of the last of them all.
    pub last_report: Option<Report>,
}

/// Decided. Nonce, state and ids are dead.
#[derive(Debug)]
pub struct Settled {
    request: VpRequest,
    browser: Digest,
    outcome: PresentationOutcome,
    response_code: Option<Digest>,
    settled_at: Timestamp,
    answer: Option<Digest>,
    collected: Option<Used>,
    /// Written beside it, where receipts are made. Not in its row.
    receipt: Option<Box<ReceiptDraft>>,
}

/// How it ended.
#[derive(Debug)]
pub enum PresentationOutcome {
    /// The credential was shown and everything holds.
    Verified {
        /// What was proven.
        presentation: VerifiedPresentation,
        /// Every check that was made.
        report: Report,
    },
    /// The last permitted answer was rejected, or the person gave up after a rejected one.
    Rejected {
        /// Every check of the last answer.
        report: Report,
    },
    /// The wallet said no.
    Declined {
        /// The wallet's error code.
        error: WalletError,
    },
}

/// Why a transition did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotNow {
    #[error("the request has expired")]
    Expired,
    /// It belongs to another browser (session fixation, OpenID4VP 14.2).
    #[error("the request belongs to another browser")]
    OtherBrowser,
    /// The answer came through the browser where the wallet should have posted it, or the other way round.
    #[error("the answer was to come by another way")]
    OtherWay,
    /// Not the code that went to the wallet.
    #[error("the response code is not the one that was given out")]
    ResponseCode,
}

impl Presentation {
    /// The request, in whatever state.
    pub fn request(&self) -> &VpRequest {
        match self {
            Self::Begun(begun) => &begun.request,
            Self::Served(served) => &served.request,
            Self::AwaitingReturn(awaiting) => &awaiting.request,
            Self::Settled(settled) => &settled.request,
        }
    }

    /// The browser it is bound to; `None` when none has come.
    pub fn browser(&self) -> Option<&Digest> {
        match self {
            Self::Begun(_) => None,
            Self::Served(served) => Some(&served.browser),
            Self::AwaitingReturn(awaiting) => Some(&awaiting.browser),
            Self::Settled(settled) => Some(&settled.browser),
        }
    }
}

impl PresentationOutcome {
    /// As the REST API and the log call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Verified { .. } => "verified",
            Self::Rejected { .. } => "rejected",
            Self::Declined { .. } => "declined",
        }
    }
}

impl Begun {
    /// A new request. `reserved_for` names the only browser that may continue it, where that is
    /// already known (the verification page of the device grant); `answer_key` is the private half of
    /// [`VpRequest::answer_key`].
    pub fn new(asked: VpRequest, reserved_for: Option<Digest>, answer_key: Option<EncryptionKey>) -> Self {
        Self { request: asked, reserved_for, answer_key }
    }

    /// Binds the browser that is being sent to the wallet.
    ///
    /// # Errors
    /// [`NotNow::Expired`]; [`NotNow::OtherBrowser`] when it was reserved for another one.
    pub fn serve(self, browser: Digest, now: Timestamp) -> Result<Served, NotNow> {
        live(&self.request, now)?;
        if self.reserved_for.is_some_and(|reserved| reserved != browser) {
            return Err(NotNow::OtherBrowser);
        }
        let Self { request: asked, answer_key, .. } = self;
        Ok(Served { request: asked, browser, tries: Tries::default(), answer_key, answer: None, sent: None })
    }

    /// The request as it was sent.
    pub fn request(&self) -> &VpRequest {
        &self.request
    }

    /// The only browser that may continue, where known.
    pub fn reserved_for(&self) -> Option<&Digest> {
        self.reserved_for.as_ref()
    }

    /// The key that the wallet is to encrypt its answer to.
    pub fn answer_key(&self) -> Option<&EncryptionKey> {
        self.answer_key.as_ref()
    }
}

impl Served {
    /// The browser that began asks for the wallet again (reload, back button, another try), or gives up.
    ///
    /// # Errors
    /// [`NotNow::Expired`], [`NotNow::OtherBrowser`]
    pub fn in_browser(self, browser: &Digest, now: Timestamp) -> Result<Self, NotNow> {
        live(&self.request, now)?;
        if self.browser != *browser {
            return Err(NotNow::OtherBrowser);
        }
        Ok(self)
    }

    /// An answer arrived through this browser, in the fragment of our redirect URI.
    ///
    /// # Errors
    /// Those of [`Self::in_browser`]; [`NotNow::OtherWay`] when it was to come otherwise: what was to be
    /// encrypted must not
    /// come in the clear by a side endpoint.
    pub fn answered_by(self, browser: &Digest, now: Timestamp) -> Result<Self, NotNow> {
        let served = self.in_browser(browser, now)?;
        if served.request.response_mode == ResponseMode::Fragment {
            Ok(served)
        } else {
            Err(NotNow::OtherWay)
        }
    }

    /// An answer arrived through the Digital Credentials API of this browser, from the page that we showed it.
    ///
    /// # Errors
    /// Those of [`Self::in_browser`]; [`NotNow::OtherWay`] when the browser's API was not asked.
    pub fn answered_through_api(self, browser: &Digest, now: Timestamp) -> Result<Self, NotNow> {
        let served = self.in_browser(browser, now)?;
        if served.request.flow == PresentationFlow::DcApi { Ok(served) } else { Err(NotNow::OtherWay) }
    }

    /// The person wants it in another way: by redirect instead of the browser's API, by another wallet, or by one on
    /// another device. What is answered to the request as it was belongs to nothing from now on.
    ///
    /// # Errors
    /// Those of [`Self::in_browser`]; [`NotNow::OtherWay`] for a wallet that is not the person's to choose.
    pub fn asked_otherwise(
        self,
        browser: &Digest,
        way: AnotherWay<'_>,
        now: Timestamp,
    ) -> Result<Self, NotNow> {
        let served = self.in_browser(browser, now)?;
        if served.request.choice.is_fixed() && served.request.wallet != way.wallet.name {
            return Err(NotNow::OtherWay);
        }
        let request = served.request.asked_by(&way);
        Ok(Self { request, answer_key: way.answer_key, sent: None, ..served })
    }

    /// An answer was posted, by whoever knows the address. `answer` is its digest: whoever posts the same
    /// again, because the reply was lost, gets the same reply.
    ///
    /// # Errors
    /// [`NotNow::Expired`]; [`NotNow::OtherWay`] when it was to come through the browser.
    pub fn answered_by_wallet(self, answer: Digest, now: Timestamp) -> Result<Self, NotNow> {
        live(&self.request, now)?;
        let posted = self.request.response_mode.is_posted();
        if posted { Ok(Self { answer: Some(answer), ..self }) } else { Err(NotNow::OtherWay) }
    }

    /// The person goes on in `browser` instead of the one that came first: a link preview or a scanner may
    /// have been quicker. Nothing has been answered yet, and what is answered counts in `browser` alone from
    /// now on. Only for web applications: they find out by themselves whether it is their person who returns;
    /// a grant belongs to the browser in which it was confirmed.
    ///
    /// # Errors
    /// [`NotNow::Expired`]; [`NotNow::OtherBrowser`] where the browser is fixed.
    pub fn taken_over_by(self, browser: Digest, now: Timestamp) -> Result<Self, NotNow> {
        live(&self.request, now)?;
        match self.request.requester {
            Requester::RelyingParty { .. } => Ok(Self { browser, ..self }),
            Requester::Device { .. } | Requester::Code { .. } => Err(NotNow::OtherBrowser),
        }
    }

    /// The posted answer is verified. `return_code` is the digest of the one-time code that the wallet
    /// sends the browser back with.
    ///
    /// # Errors
    /// [`NotNow::Expired`]; [`NotNow::OtherWay`] when no browser has to come back.
    pub fn await_return(
        self,
        presentation: VerifiedPresentation,
        report: Report,
        return_code: Digest,
        now: Timestamp,
    ) -> Result<AwaitingReturn, NotNow> {
        live(&self.request, now)?;
        if !self.request.awaits_its_browser() {
            return Err(NotNow::OtherWay);
        }
        let Self { request: asked, browser, answer, .. } = self;
        Ok(AwaitingReturn {
            request: asked,
            browser,
            presentation,
            report,
            return_code,
            answered_at: now,
            answer,
        })
    }

    /// The answer is verified. `response_code` is the digest of the one-time code with which the
    /// relying party collects the result; the same holds for the other ends below.
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn verified(
        self,
        presentation: VerifiedPresentation,
        report: Report,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<Settled, NotNow> {
        live(&self.request, now)?;
        Ok(self.settle(PresentationOutcome::Verified { presentation, report }, response_code, now))
    }

    /// The wallet answered with an error that settles the request.
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn declined(
        self,
        error: WalletError,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<Settled, NotNow> {
        live(&self.request, now)?;
        Ok(self.settle(PresentationOutcome::Declined { error }, response_code, now))
    }

    /// The person gives up: rejected when an answer was rejected before, else declined.
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn given_up(mut self, response_code: Option<Digest>, now: Timestamp) -> Result<Settled, NotNow> {
        live(&self.request, now)?;
        let outcome = match self.tries.last_report.take() {
            Some(report) => PresentationOutcome::Rejected { report },
            None => PresentationOutcome::Declined { error: WalletError::AccessDenied },
        };
        Ok(self.settle(outcome, response_code, now))
    }

    /// The request as it was sent.
    pub fn request(&self) -> &VpRequest {
        &self.request
    }

    /// The browser it is bound to.
    pub fn browser(&self) -> &Digest {
        &self.browser
    }

    /// Rejected answers so far.
    pub fn tries(&self) -> &Tries {
        &self.tries
    }

    /// The key that the wallet is to encrypt its answer to; gone when the request has expired.
    pub fn answer_key(&self) -> Option<&EncryptionKey> {
        self.answer_key.as_ref()
    }

    fn settle(self, outcome: PresentationOutcome, response_code: Option<Digest>, now: Timestamp) -> Settled {
        let Self { request: asked, browser, answer, .. } = self;
        Settled::now((asked, browser, answer), outcome, response_code, now)
    }
}

impl Settled {
    /// A request of this browser, with the digest of the answer that settled it.
    fn now(
        (request, browser, answer): (VpRequest, Digest, Option<Digest>),
        outcome: PresentationOutcome,
        response_code: Option<Digest>,
        settled_at: Timestamp,
    ) -> Self {
        let (collected, receipt) = (None, None);
        Self { request, browser, outcome, response_code, settled_at, answer, collected, receipt }
    }

    /// As it is kept: what was proven, and by which checks, stays only where a relying party comes to collect it.
    /// What a device or an authorization earned is in its grant.
    #[must_use]
    pub fn to_be_kept(self) -> Self {
        match (self.outcome, &self.request.requester) {
            (
                PresentationOutcome::Verified { presentation, report },
                Requester::Device { .. } | Requester::Code { .. },
            ) => {
                let (presentation, report) = (presentation.emptied(), report.without_checks());
                Self { outcome: PresentationOutcome::Verified { presentation, report }, ..self }
            }
            (outcome, _) => Self { outcome, ..self },
        }
    }

    /// The request as it was sent.
    pub fn request(&self) -> &VpRequest {
        &self.request
    }

    /// The browser it is bound to.
    pub fn browser(&self) -> &Digest {
        &self.browser
    }

    /// How it ended.
    pub fn outcome(&self) -> &PresentationOutcome {
        &self.outcome
    }

    /// Digest of the one-time code that collects the result; `None` when there is none, or it was used.
    pub fn response_code(&self) -> Option<&Digest> {
        self.response_code.as_ref()
    }

    /// The code with which the result was collected a while ago, as long as that is remembered.
    pub fn collected(&self) -> Option<&Used> {
        self.collected.as_ref()
    }

    /// Digest of the posted answer that decided it; `None` when none did.
    pub fn answer(&self) -> Option<&Digest> {
        self.answer.as_ref()
    }

    /// When it was decided.
    pub fn settled_at(&self) -> Timestamp {
        self.settled_at
    }
}

fn live(asked: &VpRequest, now: Timestamp) -> Result<(), NotNow> {
    if now >= asked.expires_at { Err(NotNow::Expired) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
