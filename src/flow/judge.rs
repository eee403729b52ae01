//! The verdict on an answer: each presentation by the keys of the issuer we believe for it, then all of
//! them together.
//!
//! ```text
//! parameters -> VpToken -> Shown -> vouch -> keys -> Genuine -> status list -> Current -> VerifiedPresentation
//! ```

use super::Vpgate;
use super::ports::{NoStatusList, Unavailable};
use crate::domain::base::report::{Findings, Rejection};
use crate::domain::base::time::Timestamp;
use crate::domain::openid4vp::response::{ResponseParameters, Shown, WalletAnswer, WalletError};
use crate::domain::openid4vp::verify::{self, Challenge, Current, Genuine, Status, VerifiedPresentation};
use crate::domain::sdjwt::trust::TrustedIssuer;

/// What the wallet's answer comes to.
pub(super) enum Answer {
    /// Everything holds.
    Verified(VerifiedPresentation),
    /// The wallet said no.
    Refused(WalletError),
}

/// Why it comes to nothing.
pub(super) enum NotJudged {
    /// A rule is broken; the findings say which.
    Rejected(Rejection),
    /// The issuer's status list cannot be had: rejected too, and neither the wallet nor the person is
    /// to blame. The findings say so.
    StatusUnavailable(Rejection),
    /// Our fault, or an issuer's server: nothing can be said.
    Failed(Unavailable),
}

impl From<Rejection> for NotJudged {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Unavailable> for NotJudged {
    fn from(source: Unavailable) -> Self {
        Self::Failed(source)
    }
}

impl Vpgate {
    /// Judges an answer against `challenge`, and writes every check into `findings`.
    pub(super) async fn judge(
        &self,
        challenge: &Challenge<'_>,
        parameters: ResponseParameters,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Answer, NotJudged> {
        let token = match WalletAnswer::parse(parameters, findings)? {
            WalletAnswer::Refused(error) => return Ok(Answer::Refused(error)),
            WalletAnswer::Presented(token) => token,
        };
        let (mut current, mut unavailable) = (Vec::new(), None);
        for shown in token.shown(challenge.query, challenge.nonce, findings)? {
            match self.judge_one(challenge, shown, now, findings).await {
                Ok(one) => current.push(one),
                // The others decide (OpenID4VP 8.6).
                Err(NotJudged::Rejected(rejection)) => findings.discard(rejection),
                Err(NotJudged::StatusUnavailable(rejection)) => {
                    findings.discard(rejection);
                    unavailable = Some(rejection);
                }
                Err(failed) => return Err(failed),
            }
        }
        match verify::conclude(current, challenge, now, findings) {
            Ok(presentation) => Ok(Answer::Verified(presentation)),
            // What decided is that a list cannot be had.
            Err(rejection) if unavailable == Some(rejection) => Err(NotJudged::StatusUnavailable(rejection)),
            Err(rejection) => Err(rejection.into()),
        }
    }

    /// Judges one presentation by the keys of the issuer we believe for it.
    async fn judge_one(
        &self,
        challenge: &Challenge<'_>,
        shown: Shown,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Current, NotJudged> {
        findings.about_presentation(&shown.credential, shown.number);
        let hint = shown.presented.issuer_hint();
        let issuer = self.policy.trust.vouch(&shown.credential, &hint, findings)?;
        let keys = self.issuer_keys.of(&issuer).await?;
        let genuine = verify::authenticate(shown, &issuer, &keys, challenge, now, findings)?;
        self.current(genuine, &issuer, now, findings).await
    }

    /// Looks up what the credential's issuer says of it today. Nothing is fetched before the credential
    /// is known to be genuine (REQ-7.1).
    async fn current(
        &self,
        genuine: Genuine,
        issuer: &TrustedIssuer,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Current, NotJudged> {
        let listed = match genuine.status(findings)? {
            Status::Settled(current) => return Ok(current),
            Status::Listed(listed) => listed,
        };
        match self.status_lists.of(issuer, listed.reference()).await {
            Ok(list) => Ok(listed.judged(&list, now, findings)?),
            Err(NoStatusList::Unusable(fault)) => Err(listed.unusable(&fault, findings).into()),
            Err(NoStatusList::Unavailable(why)) => {
                Err(NotJudged::StatusUnavailable(listed.unavailable(&why.source, findings)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
