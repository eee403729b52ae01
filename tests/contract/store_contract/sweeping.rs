//! What a sweep may take.

use std::time::Duration;

use vpgate::flow::ports::Swept;
use vpgate_core::admission::Admission;
use vpgate_core::change::Change;
use vpgate_core::oauth::device_grant::{DeviceGrant, Polled};
use vpgate_core::openid4vp::response::WalletError;
use vpgate_core::openid4vp::retention::RESULT_LIFETIME;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{EachState, approved, opened};
use crate::store_contract::presentations::{begun, served};
use vpgate_test_support::builders::states::{self, Grant, LIFETIME, after};

pub async fn takes_only_what_is_long_dead(store: AnyStore) {
    let browser = states::digest();
    let each = EachState::open(&store).await;
    // Two of these grants were approved by presentations, whose results die like any other; what the device
    // of the approved one did not take goes when it has expired.
    let results = Swept { presentations: 2, emptied: 1, ..Swept::default() };
    assert_eq!(store.sweep(after(RESULT_LIFETIME.as_secs()), 100).await.unwrap(), results);
    let (waiting, sent) = (begun(&store).await, served(&store, browser).await);
    // Settled late: its result outlives the request.
    let late = served(&store, browser).await;
    let end = after(LIFETIME.as_secs() - 1);
    let presentation = states::served(&late, browser).declined(WalletError::AccessDenied, None, end).unwrap();
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();

    let (expiry, none) = (LIFETIME.as_secs(), Swept::default());
    let late_dies = expiry - 1 + RESULT_LIFETIME.as_secs();
    // Two login hints.
    let emptied = Swept { emptied: 2, ..none };
    assert_eq!(store.sweep(after(late_dies - 1), 100).await.unwrap(), emptied);
    assert!(store.presentation(&late.id).await.unwrap().is_some());
    let result = Swept { presentations: 1, ..Swept::default() };
    assert_eq!(store.sweep(after(late_dies), 100).await.unwrap(), result);
    assert!(store.presentation(&late.id).await.unwrap().is_none());

    // Until a second later, the other two can be read as expired.
    assert!(store.presentation(&waiting.id).await.unwrap().is_some());
    let unsettled = Swept { presentations: 2, ..Swept::default() };
    assert_eq!(store.sweep(after(late_dies + 1), 100).await.unwrap(), unsettled);
    assert!(store.presentation(&waiting.id).await.unwrap().is_none());
    assert!(store.presentation(&sent.id).await.unwrap().is_none());

    assert_eq!(store.sweep(after(expiry + 3599), 100).await.unwrap(), none);
    assert!(store.grant(each.redeemed.id()).await.unwrap().is_some());
    let grants = Swept { grants: 4, ..Swept::default() };
    assert_eq!(store.sweep(after(expiry + 3600), 100).await.unwrap(), grants);
    for grant in [&each.pending, &each.approved, &each.denied, &each.redeemed] {
        assert!(store.grant(grant.id()).await.unwrap().is_none());
    }
}

pub async fn takes_no_more_than_it_may(store: AnyStore) {
    for _ in 0..5 {
        opened(&store).await;
        begun(&store).await;
    }
    let long_after = after(1_000_000);
    let mut total = Swept::default();
    loop {
        let swept = store.sweep(long_after, 3).await.unwrap();
        assert!(swept.grants <= 3 && swept.presentations <= 3 && swept.emptied <= 3, "{swept:?}");
        if swept.rows() == 0 {
            break;
        }
        total.add(swept);
    }
    assert_eq!((total.grants, total.presentations), (5, 5));
}

pub async fn dead_tokens_go_and_families_live_as_long_as_they_can_be_refreshed(store: AnyStore) {
    let grant = approved(&store).await;
    let mut issuance = grant.issuance();
    issuance.access.expires_at = after(600);
    let (token, refresh) = (issuance.digest, *issuance.family.refresh().unwrap());
    store.commit(&grant.redeem_for(issuance)).await.unwrap();
    assert_eq!(store.sweep(after(599), 100).await.unwrap().tokens, 0);
    assert!(store.access_token(&token).await.unwrap().is_some());
    assert_eq!(store.sweep(after(600), 100).await.unwrap().tokens, 1);
    assert!(store.access_token(&token).await.unwrap().is_none());
    let end = refresh.expires_at;
    assert_eq!(store.sweep(end.minus(Duration::from_secs(1)), 100).await.unwrap().tokens, 0);
    assert!(store.family_by_lineage(&refresh.lineage).await.unwrap().is_some());
    assert_eq!(store.sweep(end, 100).await.unwrap().tokens, 1);
    assert!(store.family_by_lineage(&refresh.lineage).await.unwrap().is_none());
}

pub async fn a_swept_user_code_is_free_again(store: AnyStore) {
    let first = opened(&store).await;
    store.sweep(after(1_000_000), 10).await.unwrap();
    let second = Grant { user_code: first.user_code, ..Grant::new() };
    store.commit(&second.open()).await.unwrap();
}

pub async fn what_nobody_took_in_time_is_forgotten_and_its_grant_stays_expired(store: AnyStore) {
    let grant = approved(&store).await;
    let expiry = LIFETIME.as_secs();
    assert_eq!(store.sweep(after(expiry - 1), 100).await.unwrap().emptied, 0);
    let before = earned(&store, &grant).await;
    assert!(before.says("first_name") && !before.credentials().is_empty());
    assert_eq!(store.sweep(after(expiry), 100).await.unwrap().emptied, 1);
    let left = earned(&store, &grant).await;
    assert_eq!((left.says("first_name"), left.subject(), left.status_places().len()), (false, "", 0));
    assert_eq!(left.credentials().len(), 0);
    for now in [after(0), after(expiry), after(expiry + 3599)] {
        let found = store.grant(grant.id()).await.unwrap().unwrap();
        assert!(matches!(found.polled(now), Polled::Expired), "whatever the clock says afterwards");
    }
}

async fn earned(store: &AnyStore, grant: &Grant) -> Admission {
    match store.grant(grant.id()).await.unwrap() {
        Some(DeviceGrant::Approved(approved)) => approved.admission().clone(),
        other => panic!("{other:?}"),
    }
}

pub async fn a_login_hint_goes_with_its_request(store: AnyStore) {
    let (begun, served) = (begun(&store).await, served(&store, states::digest()).await);
    assert_eq!(store.sweep(after(LIFETIME.as_secs() - 1), 100).await.unwrap().emptied, 0);
    assert_eq!(store.sweep(after(LIFETIME.as_secs()), 100).await.unwrap().emptied, 2);
    for asked in [begun, served] {
        assert!(asked.login_hint.is_some());
        let found = store.presentation(&asked.id).await.unwrap().unwrap();
        assert_eq!(found.request().login_hint, None);
        assert_eq!(found.request().nonce, asked.nonce, "and nothing else");
    }
    assert_eq!(store.sweep(after(LIFETIME.as_secs()), 100).await.unwrap().emptied, 0);
}
