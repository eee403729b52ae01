//! Limits hold for those that arrive together, and pairs of changes leave no halves.

use std::time::Duration;

use serde_json::json;
use vpgate::flow::ports::NotCommitted;
use vpgate_core::base::secret::Digest;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::attempts::{Attempt, Barrier, CountedEvent, Limited};
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant};
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome};
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::openid4vp::verify::VerifiedPresentation;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{approved, lost, opened, pending};
use crate::store_contract::presentations::{found_served, served, settled};
use crate::store_contract::races::{at_once, winner};
use vpgate_test_support::builders::states::{self, Grant, NOW};

const WINDOW: Duration = Duration::from_secs(600);
const CROWD: usize = 24;

fn attempt(what: CountedEvent, who: Digest, most: u32) -> Attempt {
    Attempt::new(what, who, most, WINDOW, NOW)
}

fn enter(user_code: Digest, address: Option<Digest>, within: Limited) -> Change {
    Change::EnterCode { user_code: Some(user_code), address, most: 5, at: NOW, within }
}

async fn total(store: &AnyStore, attempt: &Attempt) -> u32 {
    store.attempts(attempt).await.unwrap().iter().map(|(_, count)| count).sum()
}

fn passed(outcomes: &[Result<(), NotCommitted>]) -> usize {
    assert!(outcomes.iter().all(|it| it.is_ok() || lost(it)), "{outcomes:?}");
    outcomes.iter().filter(|it| it.is_ok()).count()
}

pub async fn a_narrow_and_a_wide_limit_hold_for_a_crowd(store: AnyStore) {
    for _ in 0..5 {
        let (address, client) = (states::digest(), states::digest());
        let narrow = attempt(CountedEvent::Authorization, address, 7);
        let wide = attempt(CountedEvent::Authorization, client, 5);
        let open = || Grant::new().open_within(Limited::each([narrow, wide]));
        assert_eq!(passed(&at_once(&store, (0..CROWD).map(|_| open()).collect()).await), 5);
        assert_eq!((total(&store, &narrow).await, total(&store, &wide).await), (7, 5));
    }
}

pub async fn a_right_code_among_guesses_lets_no_more_of_them_through(store: AnyStore) {
    for _ in 0..5 {
        let (grant, wrong) = (opened(&store).await, attempt(CountedEvent::WrongCode, states::digest(), 5));
        let mut changes: Vec<Change> =
            (1..CROWD).map(|_| enter(states::digest(), None, Limited::each([wrong]))).collect();
        changes.push(enter(grant.user_code, None, Limited::each([wrong])));
        let outcomes = at_once(&store, changes).await;
        assert_eq!(passed(&outcomes[..CROWD - 1]), 5);
        assert!(outcomes[CROWD - 1].is_ok() || lost(&outcomes[CROWD - 1]));
        assert_eq!(total(&store, &wrong).await, 5);
    }
}

/// Everybody together may enter three; beyond that, whoever entered one of them enters no more.
pub async fn a_barrier_that_depends_on_a_wider_limit_holds_for_a_crowd(store: AnyStore) {
    for _ in 0..5 {
        let together = attempt(CountedEvent::WrongCode, states::digest(), 3);
        store.commit(&Change::Count(together)).await.unwrap();
        let mut changes = Vec::new();
        for _ in 0..CROWD {
            let own = attempt(CountedEvent::WrongCode, states::digest(), 1);
            store.commit(&Change::Count(own)).await.unwrap();
            let barriers = vec![Barrier::while_reached(together, own)];
            let within = Limited { barriers, counted: vec![own, together] };
            changes.push(enter(states::digest(), None, within));
        }
        assert_eq!(passed(&at_once(&store, changes).await), 2);
        assert_eq!(total(&store, &together).await, 3);
    }
}

pub async fn as_many_addresses_as_a_code_may_come_from_are_told_from_one_more(store: AnyStore) {
    for addresses in [5, 6, CROWD] {
        let grant = opened(&store).await;
        let from = |_| enter(grant.user_code, Some(states::digest()), Limited::default());
        assert_eq!(passed(&at_once(&store, (0..addresses).map(from).collect()).await), addresses);
        match store.grant(grant.id()).await.unwrap() {
            Some(DeviceGrant::Pending(_)) => assert_eq!(addresses, 5),
            Some(DeviceGrant::Denied(denied)) => {
                assert!(addresses > 5);
                assert_eq!(denied.reason(), DenialReason::ManyAddresses);
            }
            other => panic!("{other:?}"),
        }
    }
}

pub async fn completing_twice_has_one_winner(store: AnyStore) {
    for _ in 0..20 {
        let (browser, code) = (states::digest(), states::digest());
        let asked = settled(&store, browser, Some(code)).await;
        let grants = [opened(&store).await, opened(&store).await];
        let complete = |grant: &Grant| Change::CompleteGrant {
            grant: GrantDecision::Approve(grant.approved()),
            presentation: asked.id.clone(),
            response_code: code,
        };
        let outcomes = at_once(&store, grants.iter().map(complete).collect()).await;
        let winner = winner(&outcomes);
        assert!(matches!(store.grant(grants[winner].id()).await.unwrap(), Some(DeviceGrant::Approved(_))));
        pending(&store, grants[1 - winner].id()).await;
    }
}

pub async fn settling_and_denying_by_the_person_leave_no_halves(store: AnyStore) {
    for round in 0..20 {
        let (grant, browser) = (opened(&store).await, states::digest());
        let asked = served(&store, browser).await;
        let mut both = vec![
            Change::Settle {
                presentation: states::verified(&asked, browser, None),
                grant: Some(GrantDecision::Approve(grant.approved())),
            },
            Change::DenyByUser {
                denied: grant.approved().deny_by_user(DenialReason::NotStartedByPerson),
                counted: attempt(CountedEvent::Disowned, states::digest(), 1),
            },
        ];
        let settling = round % 2;
        if settling == 1 {
            both.swap(0, 1);
        }
        let outcomes = at_once(&store, both).await;
        assert!(outcomes[1 - settling].is_ok(), "{outcomes:?}");
        assert!(matches!(store.grant(grant.id()).await.unwrap(), Some(DeviceGrant::Denied(_))));
        if outcomes[settling].is_ok() {
            let found = store.presentation(&asked.id).await.unwrap();
            assert!(matches!(found, Some(Presentation::Settled(_))), "{found:?}");
        } else {
            found_served(&store, &asked).await;
        }
    }
}

pub async fn a_denial_that_is_lost_counts_nothing(store: AnyStore) {
    let grant = approved(&store).await;
    store.commit(&grant.redeem()).await.unwrap();
    let counted = attempt(CountedEvent::Disowned, states::digest(), 1);
    let denied = grant.approved().deny_by_user(DenialReason::NotStartedByPerson);
    assert!(lost(&store.commit(&Change::DenyByUser { denied, counted }).await));
    assert_eq!(total(&store, &counted).await, 0);
}

/// What strangers write may hold the character that ends strings elsewhere, and what looks like its escape.
pub async fn every_character_is_kept(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());
    let hint = "ada\0\u{1F600}\\u0000".to_owned();
    let asked = VpRequest { login_hint: Some(hint.clone()), ..states::asked() };
    let begin = Change::BeginPresentation { presentation: states::begun(&asked), claim: None };
    store.commit(&begin).await.unwrap();
    assert_eq!(store.presentation(&asked.id).await.unwrap().unwrap().request().login_hint, Some(hint));
    let mut proven = serde_json::to_value(states::proven()).unwrap();
    let name = "\0A\\u0000d\\\0a\\\\";
    proven["credentials"]["person"]["claims"]["given_name"] = json!(name);
    let proven = VerifiedPresentation::restore(proven).unwrap();
    store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    let served = states::served(&asked, browser);
    let presentation = served.verified(proven, states::verified_report(), Some(code), NOW).unwrap();
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
    let kept = claims(&store, &asked).await;
    assert!(kept.contains(&json!(name).to_string()), "{kept}");
    // And what has to be taken out again is.
    let grant = opened(&store).await;
    let complete = Change::CompleteGrant {
        grant: GrantDecision::Approve(grant.approved()),
        presentation: asked.id.clone(),
        response_code: code,
    };
    store.commit(&complete).await.unwrap();
    assert!(!claims(&store, &asked).await.contains("given_name"));
}

async fn claims(store: &AnyStore, asked: &VpRequest) -> String {
    let Some(Presentation::Settled(settled)) = store.presentation(&asked.id).await.unwrap() else { panic!() };
    let PresentationOutcome::Verified { presentation, .. } = settled.outcome() else { panic!() };
    serde_json::to_value(presentation).unwrap()["credentials"].to_string()
}
