//! The second opinion can take away and never add.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::*;
use crate::flow::ports::Disagreement;
use vpgate_core::base::report::CheckOutcome;
use vpgate_core::credential::Authentic;
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::openid4vp::dcql::{CredentialQuery, Query};
use vpgate_core::sdjwt::testing::{AUDIENCE, Maker, NONCE, NOW, QUERY_ID, REQUESTED_AT, VCT};
use vpgate_core::status_list::check::StatusReference;
use vpgate_core::status_list::token::StatusList;
use vpgate_core::trust::KeySource;

struct Configured;

#[async_trait]
impl StatusLists for Configured {
    async fn of(
        &self,
        _: &TrustedIssuer,
        _: &StatusReference,
        _: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList> {
        Err(NotPublished::passing(&"there is no network here").into())
    }
}

#[async_trait]
impl IssuerKeys for Configured {
    async fn of(&self, issuer: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished> {
        match issuer.keys() {
            KeySource::Jwks(keys) => Ok(Arc::clone(keys)),
            _ => Err(NotPublished::passing(&"there is no network here")),
        }
    }
}

/// Says the same about everything, and counts how often it is asked.
struct Says(Opinion, AtomicUsize);

impl CrossChecker for Says {
    fn on(&self, accepted: &Authentic, audience: &str, nonce: &str, now: Timestamp) -> Opinion {
        assert_eq!((audience, nonce, now), (AUDIENCE, NONCE, NOW));
        assert!(accepted.sd_jwt().unwrap().received().contains('~'));
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0
    }
}

async fn judged(maker: &Maker, opinion: Opinion) -> (Judged, usize) {
    let (trust, says) = (maker.trust(), Says(opinion, AtomicUsize::new(0)));
    let query = Query::of(vec![CredentialQuery::new(QUERY_ID, vec![VCT.to_owned()], Vec::new())]).unwrap();
    let challenge = Expected {
        query: &query,
        transaction_data: &[],
        audience: AUDIENCE.into(),
        nonce: NONCE,
        requested_at: REQUESTED_AT,
        high_assurance: false,
        evidence: verify::ExpectedEvidence::default(),
        transcript: None,
        settings: VerificationSettings::default(),
    };
    let judge = Judge {
        trust: &trust,
        issuer_keys: &Configured,
        status_lists: &Configured,
        cross_check: Some(&says),
        result: None,
    };
    let judged = judge.token(&challenge, maker.present(), NOW).await;
    (judged, says.1.into_inner())
}

fn line(report: &Report) -> Option<CheckOutcome> {
    report.checks.iter().find(|check| check.check == "cross_check").map(|check| check.outcome)
}

#[tokio::test]
async fn a_second_opinion_can_take_away_and_never_add() {
    let maker = Maker::new();
    for (opinion, outcome) in
        [(Opinion::Agrees, CheckOutcome::Passed), (Opinion::NotAsked("no"), CheckOutcome::NotApplicable)]
    {
        let (judged, asked) = judged(&maker, opinion).await;
        let Judged::Verified { report, .. } = judged else { panic!("{judged:?}") };
        assert_eq!((line(&report), asked), (Some(outcome), 1));
    }
    for why in [Disagreement::Panics, Disagreement::OtherClaims, Disagreement::Refuses("SomeError")] {
        let (judged, _) = judged(&maker, Opinion::Disagrees(why)).await;
        let Judged::Refused(Refusal::Doubted | Refusal::Rule, report) = judged else { panic!("{judged:?}") };
        assert_eq!(report.reason.as_deref(), Some("cross_check"));
        assert!(report.decisive().unwrap().detail.ends_with(&why.to_string()));
    }
}

#[tokio::test]
async fn it_is_never_asked_about_what_our_own_core_refused() {
    let mut maker = Maker::new();
    maker.kb["nonce"] = "another".into();
    let (judged, asked) = judged(&maker, Opinion::Agrees).await;
    let Judged::Refused(Refusal::Doubted | Refusal::Rule, report) = judged else { panic!("{judged:?}") };
    assert_eq!((report.reason.as_deref(), line(&report), asked), (Some("kb_nonce"), None, 0));
}
