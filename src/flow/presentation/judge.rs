//! The verdict on an answer: each presentation by the keys of the issuer we believe for it, then all of
//! them together. Every endpoint and the command line come through here.
//!
//! ```text
//! parameters -> VpToken -> Shown -> vouch -> keys -> Genuine -> status list -> Current -> VerifiedPresentation
//! ```
//!
//! Where what an issuer publishes fails, the verdict says whose fault it is: the issuer's mistake is final,
//! what time may heal is not.

use std::time::Duration;

pub(in crate::flow) mod result_rules;

pub use self::result_rules::ResultRules;
use tracing::Instrument as _;

use crate::flow::context::Context;
use crate::flow::ports::{CrossChecker, IssuerKeys, NoStatusList, NotPublished, Opinion, StatusLists};
use crate::metrics::{Metrics, Stopwatch};
use crate::spans;
use vpgate_core::base::id::PresentationId;
use vpgate_core::base::report::{CheckOutcome, Findings, Rejection, Report, Rule};
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::response::{
    PresentedCredential, ResponseParameters, VpToken, WalletAnswer, WalletError,
};
use vpgate_core::openid4vp::verify::{self, Current, Expected, Genuine, StatusNeeded, VerifiedPresentation};
use vpgate_core::trust::issuer_key;
use vpgate_core::trust::{TrustPolicy, TrustedIssuer};

/// How long a person waits for an issuer's status list.
const PATIENCE: Duration = Duration::from_secs(10);

const CROSS_CHECK: Rule = Rule {
    check: "cross_check",
    requirement: "RFC 9901 7.1, 7.3 (a second implementation; verification.cross_check)",
};

/// Whom we believe, and where their keys come from: all that judging needs besides the challenge.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// Whom we believe.
    pub trust: &'a TrustPolicy,
    /// Keys of issuers.
    pub issuer_keys: &'a dyn IssuerKeys,
    /// Status lists of issuers.
    pub status_lists: &'a dyn StatusLists,
    /// Who is asked about what our own core accepted.
    pub cross_check: Option<&'a dyn CrossChecker>,
    /// What a result needs besides; `None` for tokens, about which the grant decides.
    pub result: Option<&'a ResultRules<'a>>,
}

/// What a `vp_token` is worth, with every check.
#[derive(Debug)]
pub enum Judged {
    /// Every check holds.
    Verified {
        /// What was proven.
        presentation: VerifiedPresentation,
        /// Every check that was made.
        report: Report,
    },
    /// Something does not hold; the report says what.
    Refused(Refusal, Report),
}

/// Why an answer is refused: whether another try can help, and whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A rule is broken.
    Rule,
    /// Our own core and a second library disagree: one has a fault, so the whole answer is refused.
    Doubted,
    /// Genuine, and none of the scopes that were asked for is earned: another try with the same credential
    /// ends the same way.
    Unearned,
    /// What the issuer publishes (keys, or its status list) is wrong: another try cannot help.
    IssuerAtFault,
    /// What the issuer publishes cannot be had now, and nobody here is to blame.
    Undecided,
}

/// A refusal whose report is not concluded yet.
type Unconcluded = (Refusal, Rejection);

/// A rule that is broken.
fn broken(rejection: Rejection) -> Unconcluded {
    (Refusal::Rule, rejection)
}

impl<'a> Judge<'a> {
    /// By the operator's policy.
    pub(in crate::flow) fn of(context: &'a Context) -> Self {
        Self {
            trust: &context.policy.trust,
            issuer_keys: &*context.ports.issuer_keys,
            status_lists: &*context.ports.status_lists,
            cross_check: context.cross_check.as_deref(),
            result: None,
        }
    }

    /// This judge, for a result that needs more than a good answer.
    pub(in crate::flow) fn under(self, result: Option<&'a ResultRules<'a>>) -> Self {
        Self { result, ..self }
    }

    /// Judges a wallet's answer against `challenge`. `opened` is what came, or why it could not be opened;
    /// `findings` say so already.
    ///
    /// # Errors
    /// With the wallet's own words, when it said no.
    pub async fn answer(
        &self,
        challenge: &Expected<'_>,
        opened: Result<ResponseParameters, Rejection>,
        now: Timestamp,
        mut findings: Findings,
    ) -> Result<Judged, WalletError> {
        let answer = opened.and_then(|parameters| WalletAnswer::parse(parameters, &mut findings));
        let token = match answer {
            Ok(WalletAnswer::Refused(error)) => return Err(error),
            Ok(WalletAnswer::Presented(token)) => Ok(token),
            Err(rejection) => Err(rejection),
        };
        Ok(self.verdict(token, challenge, now, findings).await)
    }

    /// Judges a `vp_token` against `challenge`. The same token, challenge, keys and time give the same
    /// report.
    pub async fn token(&self, challenge: &Expected<'_>, vp_token: String, now: Timestamp) -> Judged {
        let mut findings = Findings::new();
        let token = VpToken::read(vp_token, &mut findings);
        self.verdict(token, challenge, now, findings).await
    }

    async fn verdict(
        &self,
        token: Result<VpToken, Rejection>,
        challenge: &Expected<'_>,
        now: Timestamp,
        mut findings: Findings,
    ) -> Judged {
        let judged = match token {
            Ok(token) => self.judge(token, challenge, now, &mut findings).instrument(spans::verdict()).await,
            Err(rejection) => Err(broken(rejection)),
        };
        match judged {
            Ok(presentation) => Judged::Verified { presentation, report: findings.conclude(Ok(())) },
            Err((why, rejection)) => Judged::Refused(why, findings.conclude(Err(rejection))),
        }
    }

    /// Writes every check into `findings`.
    async fn judge(
        &self,
        token: VpToken,
        challenge: &Expected<'_>,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<VerifiedPresentation, Unconcluded> {
        let (mut current, mut at_fault, mut unavailable) = (Vec::new(), None, None);
        let limits = &challenge.settings.limits;
        for shown in token.shown_within(limits, challenge.query, challenge.nonce, findings).map_err(broken)? {
            match self.judge_one(challenge, shown, now, findings).await {
                Ok(one) => current.push(one),
                Err(ends @ (Refusal::Doubted | Refusal::Unearned, _)) => return Err(ends),
                // The others decide (OpenID4VP 8.6).
                Err((why, rejection)) => {
                    findings.discard(rejection);
                    match why {
                        Refusal::IssuerAtFault => at_fault = Some(rejection),
                        Refusal::Undecided => unavailable = Some(rejection),
                        Refusal::Rule | Refusal::Doubted | Refusal::Unearned => {}
                    }
                }
            }
        }
        match verify::conclude(current, challenge, now, findings) {
            Ok(presentation) => match self.result {
                Some(rules) => rules.decide(presentation, findings),
                None => Ok(presentation),
            },
            // What decided is that something of an issuer's is wrong, or cannot be had.
            Err(rejection) if at_fault == Some(rejection) => Err((Refusal::IssuerAtFault, rejection)),
            Err(rejection) if unavailable == Some(rejection) => Err((Refusal::Undecided, rejection)),
            Err(rejection) => Err(broken(rejection)),
        }
    }

    /// Judges one presentation by the keys of the issuer we believe for it.
    async fn judge_one(
        &self,
        challenge: &Expected<'_>,
        shown: PresentedCredential,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Current, Unconcluded> {
        findings.about_presentation(&shown.credential, shown.number);
        let hint = shown.presented.issuer_hint();
        let issuer = self.trust.vouch(&shown.credential, &hint, findings).map_err(broken)?;
        let keys = self.issuer_keys.of(&issuer).await.map_err(|why| match why {
            NotPublished::Mistake(why) => {
                (Refusal::IssuerAtFault, issuer_key::mistaken(&issuer, &why, findings))
            }
            NotPublished::Passing(why) => {
                (Refusal::Undecided, issuer_key::unavailable(&issuer, &why, findings))
            }
        })?;
        let genuine =
            verify::authenticate(shown, &issuer, &keys, challenge, now, findings).map_err(broken)?;
        self.cross_check(&genuine, challenge, now, findings)?;
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
    ) -> Result<Current, Unconcluded> {
        let mut needed = genuine.status(findings).map_err(broken)?;
        let (listed, why) = loop {
            let listed = match needed {
                StatusNeeded::Settled(current) => return Ok(current),
                StatusNeeded::Listed(listed) => listed,
            };
            needed = match self.status_lists.of(issuer, listed.reference(), PATIENCE).await {
                Ok(list) => listed.judged(&list, now, findings).map_err(broken)?,
                Err(why) => break (listed, why),
            };
        };
        Err(match why {
            NoStatusList::Unusable(fault) => (Refusal::IssuerAtFault, listed.unusable(&fault, findings)),
            NoStatusList::NotPublished(NotPublished::Mistake(why)) => {
                (Refusal::IssuerAtFault, listed.unavailable(&why, findings))
            }
            NoStatusList::NotPublished(NotPublished::Passing(why)) => {
                (Refusal::Undecided, listed.unavailable(&why, findings))
            }
        })
    }

    /// Only what our own core accepted comes this far; the findings are still about it.
    fn cross_check(
        &self,
        genuine: &Genuine,
        challenge: &Expected<'_>,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<(), Unconcluded> {
        let Some(second) = self.cross_check else { return Ok(()) };
        match second.on(genuine.authentic(), &challenge.audience, challenge.nonce, now) {
            Opinion::Agrees => findings.pass(&CROSS_CHECK, "a second library finds the same claims"),
            Opinion::NotAsked(why) => findings.not_applicable(&CROSS_CHECK, why),
            Opinion::Disagrees(why) => {
                tracing::error!(
                    credential = genuine.credential(),
                    issuer = genuine.authentic().issuer(),
                    %why,
                    "a second library disagrees with an accepted presentation; it is refused"
                );
                let detail = format!("our own core accepts this presentation, but {why}");
                return Err((Refusal::Doubted, findings.fail(&CROSS_CHECK, detail)));
            }
        }
        Ok(())
    }
}

impl Judged {
    /// The one line about it in the log: for `client`, and for the presentation that it began, if it did; and its
    /// place in the numbers, after it `took` so long.
    pub(in crate::flow) fn record(
        &self,
        metrics: &Metrics,
        client: &str,
        presentation: Option<&PresentationId>,
        took: Stopwatch,
    ) {
        self.measure(metrics, took);
        let presentation = presentation.map(tracing::field::display);
        match self {
            Self::Verified { .. } => {
                tracing::info!(client, presentation, verdict = "verified", "answer judged");
            }
            Self::Refused(_, report) => {
                let decisive = report.decisive();
                tracing::warn!(
                    client,
                    presentation,
                    verdict = "rejected",
                    reason = report.reason.as_deref(),
                    credential = decisive.and_then(|check| check.credential.as_deref()),
                    requirement = decisive.map(|check| check.requirement.as_ref()),
                    detail = decisive.map(|check| check.detail.as_ref()),
                    "answer judged"
                );
            }
        }
    }

    fn measure(&self, metrics: &Metrics, took: Stopwatch) {
        let (verdict, report) = match self {
            Self::Verified { report, .. } => ("verified", report),
            Self::Refused(Refusal::Undecided, report) => ("undecided", report),
            Self::Refused(_, report) => ("rejected", report),
        };
        metrics.verdict_seconds.observe([verdict], took.elapsed());
        for check in report.checks.iter().filter(|check| check.outcome == CheckOutcome::Failed) {
            metrics.checks_failed.add([&check.check]);
        }
    }
}

#[cfg(test)]
mod doubts;
#[cfg(test)]
mod tests;
