//! The verdict on an answer: each presentation by the keys of the issuer we believe for it, then all of
//! them together.
//!
//! ```text
//! parameters -> VpToken -> Shown -> vouch -> keys -> Genuine -> VerifiedPresentation
//! ```

use super::Vpgate;
use super::ports::Unavailable;
use crate::domain::base::report::{Findings, Rejection};
use crate::domain::base::time::Timestamp;
use crate::domain::openid4vp::response::{ResponseParameters, Shown, WalletAnswer, WalletError};
use crate::domain::openid4vp::verify::{self, Challenge, Genuine, VerifiedPresentation};

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
        let mut genuine = Vec::new();
        for shown in token.shown(challenge.query, challenge.nonce, findings)? {
            match self.judge_one(challenge, shown, now, findings).await {
                Ok(one) => genuine.push(one),
                // The others decide (OpenID4VP 8.6).
                Err(NotJudged::Rejected(rejection)) => findings.discard(rejection),
                Err(failed) => return Err(failed),
            }
        }
        Ok(Answer::Verified(verify::conclude(genuine, challenge, now, findings)?))
    }

    /// Judges one presentation by the keys of the issuer we believe for it.
    async fn judge_one(
        &self,
        challenge: &Challenge<'_>,
        shown: Shown,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Genuine, NotJudged> {
        findings.about_presentation(&shown.credential, shown.number);
        let hint = shown.presented.issuer_hint();
        let issuer = self.policy.trust.vouch(&shown.credential, &hint, findings)?;
        let keys = self.issuer_keys.of(&issuer).await?;
        Ok(verify::authenticate(shown, &issuer, &keys, challenge, now, findings)?)
    }
}
