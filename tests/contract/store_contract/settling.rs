//! The end of a presentation, and what it means for its grant.

use serde_json::to_value;
use vpgate::flow::ports::Swept;
use vpgate_core::base::repeat::Used;
use vpgate_core::base::report::Report;
use vpgate_core::base::secret::Digest;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant};
use vpgate_core::openid4vp::presentation::{AfterRejection, Presentation, PresentationOutcome, Settled};
use vpgate_core::openid4vp::request::{Requester, VpRequest};
use vpgate_core::openid4vp::response::WalletError;
use vpgate_core::openid4vp::retention::Retention;
use vpgate_core::openid4vp::verify::VerifiedPresentation;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{EachState, lost, opened, pending};
use crate::store_contract::presentations::{begin, begun, found_served, served, settled};
use vpgate_test_support::builders::states::{self, Grant, NOW, after};

async fn found(store: &AnyStore, asked: &VpRequest) -> Settled {
    match store.presentation(&asked.id).await.unwrap() {
        Some(Presentation::Settled(settled)) => settled,
        other => panic!("{other:?}"),
    }
}

async fn settle(store: &AnyStore, presentation: Settled) {
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
}

/// Declined by the wallet a little later.
pub fn declined(asked: &VpRequest, browser: Digest) -> Settled {
    states::served(asked, browser).declined(WalletError::AccessDenied, None, after(9)).unwrap()
}

fn deny(grant: &Grant) -> GrantDecision {
    GrantDecision::Deny(grant.pending().deny(DenialReason::DeclinedInWallet, NOW).unwrap())
}

fn rejected(asked: &VpRequest, browser: Digest) -> Settled {
    let last_try = VpRequest { tries_allowed: 1, ..asked.clone() };
    match states::served(&last_try, browser).rejected(states::rejected_report(), None, NOW).unwrap() {
        AfterRejection::Final(settled) => settled,
        AfterRejection::TriesRemain(_) => panic!("that was the last try"),
    }
}

pub async fn each_outcome_is_stored(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());

    let asked = settled(&store, browser, Some(code)).await;
    let verified = found(&store, &asked).await;
    assert_eq!((verified.browser(), verified.response_code()), (&browser, Some(&code)));
    assert_eq!(verified.settled_at(), NOW);
    match verified.outcome() {
        PresentationOutcome::Verified { presentation, report } => {
            assert_eq!(to_value(presentation).unwrap(), to_value(states::proven()).unwrap());
            assert_eq!(report, &states::verified_report());
        }
        other => panic!("{other:?}"),
    }

    // After a counted try, so that its report must give way.
    let asked = served(&store, browser).await;
    store.commit(&Change::CountTry(states::tried(&asked, browser, 1))).await.unwrap();
    settle(&store, rejected(&asked, browser)).await;
    match found(&store, &asked).await.outcome() {
        PresentationOutcome::Rejected { report } => assert_eq!(report, &states::rejected_report()),
        other => panic!("{other:?}"),
    }

    let asked = served(&store, browser).await;
    store.commit(&Change::CountTry(states::tried(&asked, browser, 1))).await.unwrap();
    settle(&store, declined(&asked, browser)).await;
    let found = found(&store, &asked).await;
    assert!(matches!(found.outcome(), PresentationOutcome::Declined { error: WalletError::AccessDenied }));
    assert_eq!((found.settled_at(), found.response_code()), (after(9), None));
}

pub async fn the_login_hint_goes_when_it_is_settled(store: AnyStore) {
    let browser = states::digest();
    let asked = served(&store, browser).await;
    assert!(found_served(&store, &asked).await.request().login_hint.is_some());
    settle(&store, declined(&asked, browser)).await;
    let without = VpRequest { login_hint: None, ..asked.clone() };
    assert_eq!(to_value(found(&store, &asked).await.request()).unwrap(), to_value(&without).unwrap());
}

async fn served_for(store: &AnyStore, grant: &Grant, browser: Digest) -> VpRequest {
    let asked = states::asked();
    store.commit(&begin(&asked, Some((grant, browser)))).await.unwrap();
    store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    asked
}

pub async fn an_approved_grant_keeps_its_admission(store: AnyStore) {
    let (grant, browser) = (opened(&store).await, states::digest());
    let asked = served_for(&store, &grant, browser).await;
    let approve = Change::Settle {
        presentation: states::verified(&asked, browser, None),
        grant: Some(GrantDecision::Approve(grant.approved())),
    };
    store.commit(&approve).await.unwrap();
    found(&store, &asked).await;
    match store.grant(grant.id()).await.unwrap() {
        Some(DeviceGrant::Approved(approved)) => {
            assert_eq!(approved.admission(), &states::admission());
            assert_eq!(approved.terms(), &grant.terms);
        }
        other => panic!("{other:?}"),
    }
}

pub async fn a_refused_presentation_denies_its_grant(store: AnyStore) {
    let (grant, browser) = (opened(&store).await, states::digest());
    let asked = served_for(&store, &grant, browser).await;
    let presentation = declined(&asked, browser);
    store.commit(&Change::Settle { presentation, grant: Some(deny(&grant)) }).await.unwrap();
    found(&store, &asked).await;
    match store.grant(grant.id()).await.unwrap() {
        Some(DeviceGrant::Denied(denied)) => assert_eq!(denied.reason(), DenialReason::DeclinedInWallet),
        other => panic!("{other:?}"),
    }
}

pub async fn only_a_served_presentation_is_settled(store: AnyStore) {
    let browser = states::digest();
    let other_browsers = served(&store, states::digest()).await;
    for asked in [begun(&store).await, other_browsers, states::asked()] {
        let change = Change::Settle { presentation: declined(&asked, browser), grant: None };
        assert!(lost(&store.commit(&change).await));
        assert!(!matches!(store.presentation(&asked.id).await.unwrap(), Some(Presentation::Settled(_))));
    }
    let asked = settled(&store, browser, None).await;
    let change = Change::Settle { presentation: declined(&asked, browser), grant: None };
    assert!(lost(&store.commit(&change).await));
    assert_eq!(found(&store, &asked).await.outcome().name(), "verified");
}

pub async fn a_decided_grant_keeps_its_presentation_from_settling(store: AnyStore) {
    let each = EachState::open(&store).await;
    for grant in [&each.approved, &each.denied, &each.redeemed, &Grant::new()] {
        let browser = states::digest();
        let asked = served(&store, browser).await;
        for decision in [GrantDecision::Approve(grant.approved()), deny(grant)] {
            let presentation = states::verified(&asked, browser, None);
            assert!(lost(&store.commit(&Change::Settle { presentation, grant: Some(decision) }).await));
        }
        assert!(found_served(&store, &asked).await.request().login_hint.is_some(), "nothing has changed");
    }
}

pub async fn a_settled_presentation_leaves_its_grant_alone(store: AnyStore) {
    let (grant, browser) = (opened(&store).await, states::digest());
    let asked = settled(&store, browser, None).await;
    let presentation = declined(&asked, browser);
    assert!(lost(&store.commit(&Change::Settle { presentation, grant: Some(deny(&grant)) }).await));
    pending(&store, grant.id()).await;
}

pub async fn a_result_is_collected_once_and_with_its_code_only(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());
    let (asked, other) =
        (settled(&store, browser, Some(code)).await, settled(&store, browser, Some(states::digest())).await);
    let collect = async |asked: &VpRequest, response_code| {
        store
            .commit(&Change::CollectResult {
                id: asked.id.clone(),
                response_code,
                at: NOW,
                retention: Retention::default(),
            })
            .await
    };
    assert!(lost(&collect(&asked, states::digest()).await), "a wrong code");
    assert!(lost(&collect(&other, code).await), "another presentation's code");
    collect(&asked, code).await.unwrap();
    assert!(lost(&collect(&asked, code).await), "a spent code");
    assert_eq!(found(&store, &asked).await.response_code(), None);
    assert_eq!(found(&store, &asked).await.collected(), Some(&Used { value: code, at: NOW }));
    assert!(found(&store, &other).await.response_code().is_some());
    for open in [begun(&store).await, served(&store, browser).await, states::asked()] {
        assert!(lost(&collect(&open, code).await), "nothing to collect");
    }
    let without_code = settled(&store, browser, None).await;
    assert!(lost(&collect(&without_code, code).await));
}

pub async fn what_was_collected_is_kept_for_a_minute_and_forgotten(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());
    let asked = settled(&store, browser, Some(code)).await;
    let collect = Change::CollectResult {
        id: asked.id.clone(),
        response_code: code,
        at: NOW,
        retention: Retention::default(),
    };
    store.commit(&collect).await.unwrap();
    assert_eq!(store.sweep(after(59), 100).await.unwrap().emptied, 0);
    let kept = found(&store, &asked).await;
    let PresentationOutcome::Verified { presentation, .. } = kept.outcome() else {
        panic!("it was verified")
    };
    assert_eq!(presentation.transaction_data().len(), 1);
    assert!(!presentation.credentials().is_empty());
    assert_eq!(store.sweep(after(60), 100).await.unwrap().emptied, 1);
    let found = found(&store, &asked).await;
    assert_eq!(found.collected(), None);
    let PresentationOutcome::Verified { presentation, report } = found.outcome() else {
        panic!("it was verified")
    };
    assert!(presentation.credentials().is_empty() && presentation.transaction_data().is_empty());
    assert_eq!(presentation.verified_at(), states::proven().verified_at());
    assert_eq!(report, &states::verified_report());
}

/// What is left of a verified presentation: its request, and what was proven.
fn left(found: &Settled) -> (&VpRequest, &VerifiedPresentation, &Report) {
    match found.outcome() {
        PresentationOutcome::Verified { presentation, report } => (found.request(), presentation, report),
        other => panic!("{other:?}"),
    }
}

fn is_empty((asked, presentation, _): (&VpRequest, &VerifiedPresentation, &Report)) -> bool {
    let asked_for_nothing = asked.transaction_data.is_empty()
        && matches!(&asked.requester, Requester::RelyingParty { state: None, .. })
        && asked.query.credentials().iter().all(|credential| credential.claims.is_empty());
    presentation.is_emptied() && presentation.transaction_data().is_empty() && asked_for_nothing
}

pub async fn what_is_handed_over_leaves_nothing_but_how_it_ended(store: AnyStore) {
    let browser = states::digest();
    for code in [Some(states::digest()), None] {
        let asked = settled(&store, browser, code).await;
        let hand_over = |response_code| Change::HandOver { id: asked.id.clone(), response_code, at: NOW };
        assert!(lost(&store.commit(&hand_over(Some(states::digest()))).await), "a wrong code");
        assert!(code.is_none() || lost(&store.commit(&hand_over(None)).await), "no code");
        store.commit(&hand_over(code)).await.unwrap();
        assert!(lost(&store.commit(&hand_over(code)).await), "twice");
        let found = found(&store, &asked).await;
        let kept = left(&found);
        assert!(kept.1.is_emptied() && kept.1.transaction_data().is_empty() && kept.2.checks.is_empty());
        assert_eq!(kept.2.verdict, states::verified_report().verdict);
        assert_eq!(kept.1.verified_at(), states::proven().verified_at());
        assert_eq!(found.collected().map(|used| used.value), code);
        // The way back of its browser, for as long as an answer may be lost.
        assert!(!is_empty(kept));
        assert_eq!(store.sweep(after(60), 100).await.unwrap().emptied, 1);
        let found = self::found(&store, &asked).await;
        let kept = left(&found);
        assert!(is_empty(kept));
        assert_eq!((&kept.0.nonce, kept.0.requester.client_id()), (&asked.nonce, "shop"));
    }
}

pub async fn what_was_proven_goes_before_its_row_where_that_is_kept_longer(store: AnyStore) {
    let (browser, day) = (states::digest(), 86_400);
    for (retention, emptied) in
        [(Retention::Minimal { seconds: day }, true), (Retention::Full { seconds: day }, false)]
    {
        let asked = VpRequest { retention, ..states::asked() };
        let begin = Change::BeginPresentation { presentation: states::begun(&asked), claim: None };
        store.commit(&begin).await.unwrap();
        store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
        let presentation = states::verified(&asked, browser, Some(states::digest()));
        store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
        assert_eq!(store.sweep(after(599), 100).await.unwrap().emptied, 0);
        assert_eq!(store.sweep(after(600), 100).await.unwrap().emptied, usize::from(emptied));
        let found = found(&store, &asked).await;
        assert_eq!(is_empty(left(&found)), emptied, "{retention:?}");
        assert_eq!(left(&found).2, &states::verified_report());
        assert!(found.response_code().is_some(), "nobody has collected it");
        assert_eq!(found.request().retention, retention);
        assert_eq!(store.sweep(after(day - 1), 100).await.unwrap(), Swept::default());
        assert_eq!(store.sweep(after(day), 100).await.unwrap().presentations, 1);
    }
}
