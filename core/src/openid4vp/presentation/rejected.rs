//! Answers that count for nothing: whether another may follow, and which one is the last.

use super::{NotNow, PresentationOutcome, Served, Settled, UNDECIDED_ALLOWED, live};
use crate::base::report::Report;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::openid4vp::trouble::ResponseTrouble;

/// What a rejected answer leads to.
#[derive(Debug)]
pub enum AfterRejection {
    /// The person may try again.
    TriesRemain(Served),
    /// That was the last try.
    Final(Settled),
}

impl Served {
    /// The answer is rejected: a counted try; the last one settles (REQ-2.8), and so does one after which no
    /// other try can come out otherwise ([`ResponseTrouble::is_final`]).
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn rejected(
        mut self,
        report: Report,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<AfterRejection, NotNow> {
        self.tries.used = self.tries.used.saturating_add(1);
        let is_final = report.reason.as_deref().is_some_and(|reason| ResponseTrouble::of(reason).is_final());
        let is_last = is_final || self.tries.used >= self.request.tries_allowed;
        self.after(report, is_last, response_code, now)
    }

    /// The answer cannot be judged now, for no fault of who answers: not one of the person's tries, and yet
    /// only [`UNDECIDED_ALLOWED`] of them, of which the last settles.
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn undecided(
        mut self,
        report: Report,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<AfterRejection, NotNow> {
        self.tries.undecided = self.tries.undecided.saturating_add(1);
        let is_last = self.tries.undecided >= UNDECIDED_ALLOWED;
        self.after(report, is_last, response_code, now)
    }

    /// The answer is rejected, and another try cannot help.
    ///
    /// # Errors
    /// [`NotNow::Expired`]
    pub fn rejected_for_good(
        self,
        report: Report,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<Settled, NotNow> {
        live(&self.request, now)?;
        Ok(self.settle(PresentationOutcome::Rejected { report }, response_code, now))
    }

    fn after(
        mut self,
        report: Report,
        is_last: bool,
        response_code: Option<Digest>,
        now: Timestamp,
    ) -> Result<AfterRejection, NotNow> {
        if is_last {
            return self.rejected_for_good(report, response_code, now).map(AfterRejection::Final);
        }
        live(&self.request, now)?;
        self.tries.last_report = Some(report);
        Ok(AfterRejection::TriesRemain(self))
    }
}
