//! Many at once: exactly one wins, and nothing happens by halves.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use vpgate::flow::ports::NotCommitted;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::openid4vp::presentation::Presentation;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{approved, opened, pending, taken};
use crate::store_contract::presentations::{begin, found_served, served};
use crate::store_contract::settling::declined;
use crate::store_contract::tokens;
use vpgate_test_support::builders::states::{self, Grant, after, pace};

/// Commits all of them at the same moment; how each came out, in order.
pub async fn at_once(store: &AnyStore, changes: Vec<Change>) -> Vec<Result<(), NotCommitted>> {
    let start = Arc::new(Barrier::new(changes.len()));
    let mut tasks = JoinSet::new();
    for (index, change) in changes.into_iter().enumerate() {
        let (store, start) = (Arc::clone(store), Arc::clone(&start));
        tasks.spawn(async move {
            start.wait().await;
            (index, store.commit(&change).await)
        });
    }
    let mut outcomes = tasks.join_all().await;
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// The place of the only winner; all others lost.
pub fn winner(outcomes: &[Result<(), NotCommitted>]) -> usize {
    let winners: Vec<_> =
        outcomes.iter().enumerate().filter(|(_, it)| it.is_ok()).map(|(at, _)| at).collect();
    let losers = outcomes.iter().filter(|it| matches!(it, Err(NotCommitted::Lost))).count();
    assert_eq!((winners.len(), losers), (1, outcomes.len() - 1), "{outcomes:?}");
    winners[0]
}

pub async fn a_hundred_redemptions_have_one_winner(store: AnyStore) {
    let grant = approved(&store).await;
    let issued: Vec<_> = (0..100).map(|_| grant.issuance()).collect();
    let tokens: Vec<_> = issued.iter().map(|it| (it.access.clone(), it.digest)).collect();
    let redeem = issued.into_iter().map(|issuance| grant.redeem_for(issuance)).collect();
    let winner = winner(&at_once(&store, redeem).await);
    match store.grant(grant.id()).await.unwrap() {
        Some(DeviceGrant::Redeemed(redeemed)) => assert_eq!(redeemed.token(), &tokens[winner].0.id),
        other => panic!("{other:?}"),
    }
    for (place, (access, digest)) in tokens.iter().enumerate() {
        let found = store.access_token(digest).await.unwrap().map(|(found, _)| found);
        assert_eq!(found.as_ref(), (place == winner).then_some(access), "only the winner's token is alive");
    }
}

pub async fn a_denial_stands_whatever_paces_are_written_meanwhile(store: AnyStore) {
    for round in 0..20 {
        let grants = [opened(&store).await, opened(&store).await];
        let paces = grants.each_ref().map(|grant| (grant.id().clone(), pace(10, Some(after(round)))));
        let denial = Change::DenyGrant(grants[0].denied());
        let deny = store.commit(&denial);
        let (denied, written) = tokio::join!(deny, store.write_paces(paces.into()));
        denied.unwrap();
        written.unwrap();
        assert!(matches!(store.grant(grants[0].id()).await.unwrap(), Some(DeviceGrant::Denied(_))));
        assert_eq!(store.pending_pace(&grants[0].device_code).await.unwrap(), None);
        assert_eq!(pending(&store, grants[1].id()).await.pace(), pace(10, Some(after(round))));
    }
}

/// Those who go away half way leave the others their answers.
pub async fn looks_at_many_grants_at_once_are_answered_each_with_its_own(store: AnyStore) {
    let mut expected = vec![(states::digest(), None)];
    for number in 1..30 {
        let grant = opened(&store).await;
        let own = pace(5 + number, Some(after(number)));
        store.write_paces(vec![(grant.id().clone(), own)]).await.unwrap();
        if number % 3 == 0 {
            store.commit(&Change::DenyGrant(grant.denied())).await.unwrap();
        }
        expected.push((grant.device_code, (number % 3 != 0).then_some(own)));
    }
    for round in 0..5 {
        let mut looks = JoinSet::new();
        for (place, (code, wanted)) in expected.iter().copied().enumerate() {
            for leaves in [(place + round) % 2 == 0, false, true, false] {
                let store = Arc::clone(&store);
                looks.spawn(async move {
                    let look = store.pending_pace(&code);
                    tokio::select! {
                        biased;
                        () = tokio::task::yield_now(), if leaves => {}
                        found = look => assert_eq!(found.unwrap(), wanted),
                    }
                });
            }
        }
        looks.join_all().await;
    }
}

pub async fn two_settlements_have_one_winner(store: AnyStore) {
    for _ in 0..20 {
        let browser = states::digest();
        let asked = served(&store, browser).await;
        let settle = |presentation| Change::Settle { presentation, grant: None };
        let both = vec![settle(states::verified(&asked, browser, None)), settle(declined(&asked, browser))];
        let winner = winner(&at_once(&store, both).await);
        match store.presentation(&asked.id).await.unwrap() {
            Some(Presentation::Settled(settled)) => {
                assert_eq!(settled.outcome().name(), ["verified", "declined"][winner]);
            }
            other => panic!("{other:?}"),
        }
    }
}

pub async fn two_returns_have_one_winner(store: AnyStore) {
    let (browser, return_code) = (states::digest(), states::digest());
    let asked = served(&store, browser).await;
    store.commit(&Change::AwaitReturn(states::awaiting(&asked, browser, return_code))).await.unwrap();
    let codes = [states::digest(), states::digest()];
    let back = |code| Change::Return {
        presentation: states::returned(&asked, browser, return_code, Some(code)),
        return_code,
        grant: None,
    };
    let winner = winner(&at_once(&store, codes.map(back).into()).await);
    match store.presentation(&asked.id).await.unwrap() {
        Some(Presentation::Settled(settled)) => assert_eq!(settled.response_code(), Some(&codes[winner])),
        other => panic!("{other:?}"),
    }
}

pub async fn settling_and_denying_have_one_winner_and_no_halves(store: AnyStore) {
    for round in 0..20 {
        let (grant, browser) = (opened(&store).await, states::digest());
        let asked = served(&store, browser).await;
        let mut both = vec![
            Change::Settle {
                presentation: states::verified(&asked, browser, None),
                grant: Some(GrantDecision::Approve(grant.approved())),
            },
            Change::DenyGrant(grant.denied()),
        ];
        // Either may be first in the queue.
        let settling = round % 2;
        if settling == 1 {
            both.swap(0, 1);
        }
        let settled = winner(&at_once(&store, both).await) == settling;
        let grant = store.grant(grant.id()).await.unwrap();
        if settled {
            assert!(matches!(grant, Some(DeviceGrant::Approved(_))), "{grant:?}");
            let presentation = store.presentation(&asked.id).await.unwrap();
            assert!(matches!(presentation, Some(Presentation::Settled(_))), "{presentation:?}");
        } else {
            assert!(matches!(grant, Some(DeviceGrant::Denied(_))), "{grant:?}");
            found_served(&store, &asked).await;
        }
    }
}

pub async fn two_browsers_claiming_one_grant_have_one_winner(store: AnyStore) {
    let (grant, browsers) = (opened(&store).await, [states::digest(), states::digest()]);
    let asked = [states::asked(), states::asked()];
    let both = (0..2).map(|at| begin(&asked[at], Some((&grant, browsers[at])))).collect();
    let winner = winner(&at_once(&store, both).await);
    assert_eq!(pending(&store, grant.id()).await.claimed_by(), Some(&browsers[winner]));
    assert!(store.presentation(&asked[1 - winner].id).await.unwrap().is_none());
}

pub async fn one_user_code_is_given_to_one_grant(store: AnyStore) {
    let user_code = states::digest();
    let grants: Vec<_> = (0..50).map(|_| Grant { user_code, ..Grant::new() }).collect();
    let outcomes = at_once(&store, grants.iter().map(Grant::open).collect()).await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
    let winner = outcomes.iter().position(Result::is_ok).unwrap();
    assert!(outcomes.iter().filter(|it| it.is_err()).all(taken));
    let found = store.grant_by_user_code(&user_code).await.unwrap().unwrap();
    assert_eq!(&found.terms().id, grants[winner].id());
}

pub async fn a_ready_store_says_so(store: AnyStore) {
    store.ready().await.unwrap();
}

pub async fn a_hundred_refreshes_have_one_winner(store: AnyStore) {
    let (family, _, first) = tokens::issued(&store).await;
    let (changes, digests): (Vec<_>, Vec<_>) = (0..100)
        .map(|_| {
            let (change, access, current) = tokens::refresh(&family, first.current);
            (change, (access, current))
        })
        .unzip();
    let winner = winner(&at_once(&store, changes).await);
    let found = store.family_by_lineage(&first.lineage).await.unwrap().unwrap();
    assert_eq!(found.refresh().unwrap().current, digests[winner].1);
    for (place, (access, _)) in digests.iter().enumerate() {
        assert_eq!(store.access_token(access).await.unwrap().is_some(), place == winner);
    }
}

pub async fn refreshing_and_revoking_leave_no_living_token(store: AnyStore) {
    for _ in 0..20 {
        let (family, first, refresh_token) = tokens::issued(&store).await;
        let (change, access, _) = tokens::refresh(&family, refresh_token.current);
        let outcomes = at_once(&store, vec![change, Change::RevokeFamily(family.terms().id.clone())]).await;
        assert!(outcomes[1].is_ok(), "{outcomes:?}");
        for digest in [first, access] {
            assert!(store.access_token(&digest).await.unwrap().is_none());
        }
    }
}

pub async fn one_proof_is_spent_by_one(store: AnyStore) {
    let (id, until) = (states::digest(), after(300));
    let outcomes =
        at_once(&store, (0..100).map(|_| Change::SpendProof { id, until, by: states::digest() }).collect())
            .await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|it| taken(it)).count(), 99);
}
