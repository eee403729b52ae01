//! The life of one presentation. One struct per state; each transition consumes the state it leaves.
//!
//! ```text
//! Begun --serve(browser)--> Served --verified | declined | last try rejected--> Settled
//!                             '--rejected, tries remain--> Served
//! ```
//! Expired is not a state: `now >= expires_at` is asked in every transition.

use std::time::Duration;

use super::request::Asked;
use super::response::WalletError;
use super::verify::VerifiedPresentation;
use crate::domain::base::report::Report;
use crate::domain::base::secret::Digest;
use crate::domain::base::time::Timestamp;

/// How long a settled presentation can be collected.
pub const RESULT_LIFETIME: Duration = Duration::from_secs(600);

/// A presentation as the store holds it.
#[derive(Debug)]
pub enum Presentation {
    /// Asked for; no browser has come yet.
    Begun(Begun),
    /// A browser was sent to the wallet.
    Served(Served),
    /// Decided, once.
    Settled(Settled),
}

/// Asked for; the wallet has not been told.
#[derive(Debug)]
pub struct Begun {
    asked: Asked,
    reserved_for: Option<Digest>,
}

/// Bound to one browser, which was sent to the wallet.
#[derive(Debug)]
pub struct Served {
    asked: Asked,
    browser: Digest,
    tries: Tries,
}

/// Rejected answers so far, and what was wrong with the last one.
#[derive(Debug, Default)]
pub struct Tries {
    /// How many answers were rejected.
    pub used: u32,
    /// The report of the last of them.
    pub last_report: Option<Report>,
}

/// Decided. Nonce, state and ids are dead.
#[derive(Debug)]
pub struct Settled {
    asked: Asked,
    browser: Digest,
    outcome: Outcome,
    response_code: Option<Digest>,
    settled_at: Timestamp,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// The credential was shown and everything holds.
    Verified {
        /// What was proven.
        presentation: VerifiedPresentation,
        /// Every check.
        report: Report,
    },
    /// The last permitted answer was rejected, or the person gave up after a rejected one.
    Rejected {
        /// Every check of the last answer.
        report: Report,
    },
    /// The wallet said no.
    Declined {
        /// Its error code.
        error: WalletError,
    },
}

/// Why a transition did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// The request has expired.
    #[error("the request has expired")]
    Expired,
    /// It belongs to another browser (session fixation, OpenID4VP 14.2).
    #[error("the request belongs to another browser")]
    OtherBrowser,
}

/// What a rejected answer leads to.
#[derive(Debug)]
pub enum AfterRejection {
    /// The person may try again.
    TriesRemain(Served),
    /// That was the last try.
    Final(Settled),
}

impl Presentation {
    /// The request, in whatever state.
    pub fn asked(&self) -> &Asked {
        match self {
            Self::Begun(begun) => &begun.asked,
            Self::Served(served) => &served.asked,
            Self::Settled(settled) => &settled.asked,
        }
    }
}

impl Outcome {
    /// As the REST door and the log call it.
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
    /// already known (the verification page of the device grant).
    pub fn new(asked: Asked, reserved_for: Option<Digest>) -> Self {
        Self { asked, reserved_for }
    }

    /// Binds the browser that is being sent to the wallet.
    ///
    /// # Errors
    /// [`NotNow::Expired`]; [`NotNow::OtherBrowser`] when it was reserved for another one.
    pub fn serve(self, browser: Digest, now: Timestamp) -> Result<Served, NotNow> {
        live(&self.asked, now)?;
        if self.reserved_for.is_some_and(|reserved| reserved != browser) {
            return Err(NotNow::OtherBrowser);
        }
        Ok(Served { asked: self.asked, browser, tries: Tries::default() })
    }

    /// The request.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The only browser that may continue, where known.
    pub fn reserved_for(&self) -> Option<&Digest> {
        self.reserved_for.as_ref()
    }
}

impl Served {
    /// The same browser asks for the wallet again (reload, back button, another try).
    ///
    /// # Errors
    /// [`NotNow`]
    pub fn serve_again(self, browser: &Digest, now: Timestamp) -> Result<Self, NotNow> {
        self.answered_by(browser, now)
    }

    /// An answer arrived through this browser.
    ///
    /// # Errors
    /// [`NotNow`]
    pub fn answered_by(self, browser: &Digest, now: Timestamp) -> Result<Self, NotNow> {
        live(&self.asked, now)?;
        if self.browser != *browser {
            return Err(NotNow::OtherBrowser);
        }
        Ok(self)
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
        live(&self.asked, now)?;
        Ok(self.settle(Outcome::Verified { presentation, report }, response_code, now))
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
        live(&self.asked, now)?;
        Ok(self.settle(Outcome::Declined { error }, response_code, now))
    }

    /// The answer is rejected: a counted try; the last one settles (REQ-2.8).
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn rejected(
        self,
        report: Report,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<AfterRejection, NotNow> {
        live(&self.asked, now)?;
        let used = self.tries.used.saturating_add(1);
        if used < self.asked.tries_allowed {
            let tries = Tries { used, last_report: Some(report) };
            return Ok(AfterRejection::TriesRemain(Self { tries, ..self }));
        }
        Ok(AfterRejection::Final(self.settle(Outcome::Rejected { report }, response_code, now)))
    }

    /// The person gives up: rejected when an answer was rejected before, else declined.
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn given_up(mut self, response_code: Option<Digest>, now: Timestamp) -> Result<Settled, NotNow> {
        live(&self.asked, now)?;
        let outcome = match self.tries.last_report.take() {
            Some(report) => Outcome::Rejected { report },
            None => Outcome::Declined { error: WalletError::AccessDenied },
        };
        Ok(self.settle(outcome, response_code, now))
    }

    /// The request.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The browser it is bound to.
    pub fn browser(&self) -> &Digest {
        &self.browser
    }

    /// Rejected answers so far.
    pub fn tries(&self) -> &Tries {
        &self.tries
    }

    fn settle(self, outcome: Outcome, response_code: Option<Digest>, now: Timestamp) -> Settled {
        let Self { asked, browser, tries: _ } = self;
        Settled { asked, browser, outcome, response_code, settled_at: now }
    }
}

impl Settled {
    /// The request.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The browser it is bound to.
    pub fn browser(&self) -> &Digest {
        &self.browser
    }

    /// How it ended.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Digest of the one-time code that collects the result; `None` when there is none, or it was used.
    pub fn response_code(&self) -> Option<&Digest> {
        self.response_code.as_ref()
    }

    /// When it was decided.
    pub fn settled_at(&self) -> Timestamp {
        self.settled_at
    }
}

fn live(asked: &Asked, now: Timestamp) -> Result<(), NotNow> {
    if now >= asked.expires_at { Err(NotNow::Expired) } else { Ok(()) }
}

/// From rows, which are trusted; for `store/row.rs` only.
pub mod restore {
    use super::{Asked, Begun, Digest, Outcome, Served, Settled, Timestamp, Tries};

    /// A row in state `begun`.
    pub fn begun(asked: Asked, reserved_for: Option<Digest>) -> Begun {
        Begun { asked, reserved_for }
    }

    /// A row in state `served`.
    pub fn served(asked: Asked, browser: Digest, tries: Tries) -> Served {
        Served { asked, browser, tries }
    }

    /// A row in state `settled`.
    pub fn settled(
        asked: Asked,
        browser: Digest,
        outcome: Outcome,
        response_code: Option<Digest>,
        settled_at: Timestamp,
    ) -> Settled {
        Settled { asked, browser, outcome, response_code, settled_at }
    }
}

#[cfg(test)]
mod tests;
