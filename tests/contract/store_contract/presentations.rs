//! The presentation until it is settled.

use std::time::Duration;

use serde_json::{Value, to_value};
use vpgate_core::base::id::{Nonce, RequestState};
use vpgate_core::base::secret::Digest;
use vpgate_core::change::Change;
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::openid4vp::presentation::{Begun, Presentation, Served};
use vpgate_core::openid4vp::request::{AnotherWay, PresentationFlow, ResponseMode, VpRequest};
use vpgate_core::openid4vp::response::WalletError;
use vpgate_core::openid4vp::testing::route;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{EachState, lost, opened, pending, taken};
use vpgate_test_support::builders::states::{self, Grant, NOW, pace};

pub fn begin(asked: &VpRequest, claim: Option<(&Grant, Digest)>) -> Change {
    Change::BeginPresentation {
        presentation: Begun::new(asked.clone(), claim.map(|(_, browser)| browser), None),
        claim: claim.map(|(grant, browser)| grant.claimed(browser)),
    }
}

pub async fn begun(store: &AnyStore) -> VpRequest {
    let asked = states::asked();
    store.commit(&begin(&asked, None)).await.unwrap();
    asked
}

pub async fn served(store: &AnyStore, browser: Digest) -> VpRequest {
    let asked = begun(store).await;
    store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    asked
}

pub async fn settled(store: &AnyStore, browser: Digest, code: Option<Digest>) -> VpRequest {
    let asked = served(store, browser).await;
    let settle = Change::Settle { presentation: states::verified(&asked, browser, code), grant: None };
    store.commit(&settle).await.unwrap();
    asked
}

pub async fn found_served(store: &AnyStore, asked: &VpRequest) -> Served {
    match store.presentation(&asked.id).await.unwrap() {
        Some(Presentation::Served(served)) => served,
        other => panic!("{other:?}"),
    }
}

fn json(asked: &VpRequest) -> Value {
    to_value(asked).unwrap()
}

pub async fn a_new_presentation_is_found_by_each_of_its_keys(store: AnyStore) {
    let (asked, other) = (begun(&store).await, begun(&store).await);
    for found in [
        store.presentation(&asked.id).await.unwrap(),
        store.presentation_by_handle(&asked.handle).await.unwrap(),
        store.presentation_by_state(&asked.state).await.unwrap(),
    ] {
        let Some(Presentation::Begun(found)) = found else { panic!("{found:?}") };
        assert_eq!(json(found.request()), json(&asked), "every member, expiry and login hint too");
        assert_eq!(found.reserved_for(), None);
    }
    assert_eq!(json(store.presentation(&other.id).await.unwrap().unwrap().request()), json(&other));
    let unknown = states::asked();
    assert!(store.presentation(&unknown.id).await.unwrap().is_none());
    assert!(store.presentation_by_handle(&unknown.handle).await.unwrap().is_none());
    assert!(store.presentation_by_state(&unknown.state).await.unwrap().is_none());
}

pub async fn ids_handles_and_states_of_presentations_are_unique(store: AnyStore) {
    let first = begun(&store).await;
    for second in [
        VpRequest { id: first.id.clone(), ..states::asked() },
        VpRequest { handle: first.handle.clone(), ..states::asked() },
        VpRequest { state: first.state.clone(), ..states::asked() },
    ] {
        assert!(taken(&store.commit(&begin(&second, None)).await));
    }
    assert_eq!(json(store.presentation(&first.id).await.unwrap().unwrap().request()), json(&first));
}

pub async fn beginning_claims_the_grant(store: AnyStore) {
    let (grant, browser) = (opened(&store).await, states::digest());
    let (first, again) = (states::asked(), states::asked());
    for asked in [&first, &again] {
        store.commit(&begin(asked, Some((&grant, browser)))).await.unwrap();
        let Some(Presentation::Begun(found)) = store.presentation(&asked.id).await.unwrap() else {
            panic!("begun")
        };
        assert_eq!(found.reserved_for(), Some(&browser));
    }
    assert_eq!(pending(&store, grant.id()).await.claimed_by(), Some(&browser));
}

pub async fn another_browser_can_neither_claim_nor_begin(store: AnyStore) {
    let (grant, browser, late) = (opened(&store).await, states::digest(), states::asked());
    store.commit(&begin(&states::asked(), Some((&grant, browser)))).await.unwrap();
    assert!(lost(&store.commit(&begin(&late, Some((&grant, states::digest())))).await));
    assert_eq!(pending(&store, grant.id()).await.claimed_by(), Some(&browser));
    assert!(store.presentation(&late.id).await.unwrap().is_none());
}

pub async fn a_decided_grant_is_not_claimed(store: AnyStore) {
    let each = EachState::open(&store).await;
    for grant in [&each.approved, &each.denied, &each.redeemed] {
        let asked = states::asked();
        assert!(lost(&store.commit(&begin(&asked, Some((grant, states::digest())))).await));
        assert!(store.presentation(&asked.id).await.unwrap().is_none());
    }
}

pub async fn a_taken_presentation_leaves_its_grant_unclaimed(store: AnyStore) {
    let (grant, first) = (opened(&store).await, begun(&store).await);
    let second = VpRequest { handle: first.handle.clone(), ..states::asked() };
    assert!(taken(&store.commit(&begin(&second, Some((&grant, states::digest())))).await));
    let found = pending(&store, grant.id()).await;
    assert_eq!((found.claimed_by(), found.pace()), (None, pace(5, None)));
}

pub async fn serving_binds_the_browser(store: AnyStore) {
    let browser = states::digest();
    let asked = served(&store, browser).await;
    let found = found_served(&store, &asked).await;
    assert_eq!(found.browser(), &browser);
    assert_eq!((found.tries().used, &found.tries().last_report), (0, &None));
    assert_eq!(json(found.request()), json(&asked));
}

pub async fn only_its_own_browser_is_served(store: AnyStore) {
    let (grant, owner) = (opened(&store).await, states::digest());
    let reserved = states::asked();
    let serve = |asked: &VpRequest, browser| Change::ServePresentation(states::served(asked, browser));
    store.commit(&begin(&reserved, Some((&grant, owner)))).await.unwrap();
    assert!(lost(&store.commit(&serve(&reserved, states::digest())).await));
    store.commit(&serve(&reserved, owner)).await.unwrap();
    // Served or settled: also its own browser changes nothing any more.
    let settled = settled(&store, owner, None).await;
    for (asked, browser) in [(&reserved, owner), (&reserved, states::digest()), (&settled, owner)] {
        assert!(lost(&store.commit(&serve(asked, browser)).await));
    }
    assert!(lost(&store.commit(&serve(&states::asked(), owner)).await));
    assert_eq!(found_served(&store, &reserved).await.browser(), &owner);
}

pub async fn tries_are_counted_one_by_one(store: AnyStore) {
    let browser = states::digest();
    let asked = served(&store, browser).await;
    let count = |browser, used| Change::CountTry(states::tried(&asked, browser, used));
    assert!(lost(&store.commit(&count(browser, 2)).await), "the second before the first");
    assert!(lost(&store.commit(&count(states::digest(), 1)).await), "another browser's");
    for used in [1, 2] {
        store.commit(&count(browser, used)).await.unwrap();
        assert!(lost(&store.commit(&count(browser, used)).await), "the same try twice");
        let found = found_served(&store, &asked).await;
        assert_eq!(found.tries().used, used);
        assert_eq!(found.tries().last_report, Some(states::rejected_report()));
        assert_eq!(json(found.request()), json(&asked), "the request itself never changes");
    }
}

pub async fn only_a_served_presentation_counts_tries(store: AnyStore) {
    let browser = states::digest();
    for asked in [begun(&store).await, settled(&store, browser, None).await, states::asked()] {
        assert!(lost(&store.commit(&Change::CountTry(states::tried(&asked, browser, 1))).await));
    }
}

pub async fn forgetting_works_in_any_state_and_once(store: AnyStore) {
    let browser = states::digest();
    let kept = begun(&store).await;
    for asked in [
        begun(&store).await,
        served(&store, browser).await,
        settled(&store, browser, Some(states::digest())).await,
    ] {
        store.commit(&Change::Forget(asked.id.clone())).await.unwrap();
        assert!(store.presentation(&asked.id).await.unwrap().is_none());
        assert!(lost(&store.commit(&Change::Forget(asked.id)).await));
    }
    assert!(store.presentation(&kept.id).await.unwrap().is_some());
}

pub async fn another_way_is_taken_once_from_each_request_by_its_browser(store: AnyStore) {
    let browser = states::digest();
    let by_api =
        VpRequest { flow: PresentationFlow::DcApi, response_mode: ResponseMode::DcApi, ..states::asked() };
    let take = |asked: &VpRequest, browser: Digest| {
        let route = route();
        let way = AnotherWay {
            wallet: &route,
            flow: PresentationFlow::SameDevice,
            is_chosen: false,
            client_name: None,
            state: RequestState::from_entropy(states::fresh()),
            nonce: Nonce::from_entropy(states::fresh()),
            answer_key: Some(EncryptionKey::generate().unwrap()),
            until: NOW.plus(Duration::from_secs(60)),
        };
        let asked = VpRequest { wallet: route.name.clone(), ..asked.clone() };
        let presentation = states::served(&asked, browser).asked_otherwise(&browser, way, NOW).unwrap();
        let new = presentation.request().clone();
        (new, Change::AskOtherwise { presentation, instead_of: asked.state })
    };
    store.commit(&begin(&by_api, None)).await.unwrap();
    assert!(lost(&store.commit(&take(&by_api, browser).1).await), "not served yet");
    store.commit(&Change::ServePresentation(states::served(&by_api, browser))).await.unwrap();
    store.commit(&Change::CountTry(states::tried(&by_api, browser, 1))).await.unwrap();
    assert!(lost(&store.commit(&take(&by_api, states::digest()).1).await), "another browser");
    let (asked, change) = take(&by_api, browser);
    store.commit(&change).await.unwrap();
    let found = found_served(&store, &by_api).await;
    assert_eq!(to_value(found.request()).unwrap(), to_value(&asked).unwrap());
    assert_eq!(
        (found.request().flow, found.tries().used),
        (PresentationFlow::SameDevice, 1),
        "tries are not given back"
    );
    let kid = found.answer_key().map(|key| key.kid().to_owned());
    assert_eq!(kid.as_deref(), asked.answer_key.as_ref().unwrap()["kid"].as_str());
    assert!(store.presentation_by_state(&by_api.state).await.unwrap().is_none(), "the old request is gone");
    assert!(store.presentation_by_state(&asked.state).await.unwrap().is_some());
    assert!(lost(&store.commit(&take(&by_api, browser).1).await), "twice from the same request");
    store.commit(&take(&asked, browser).1).await.unwrap();
    for asked in [settled(&store, browser, None).await, states::asked()] {
        assert!(lost(&store.commit(&take(&asked, browser).1).await));
    }
}

pub async fn a_person_takes_a_request_over_from_the_browser_that_came_first_until_it_is_answered(
    store: AnyStore,
) {
    let (first, second) = (states::digest(), states::digest());
    let asked = served(&store, first).await;
    let over =
        |asked: &VpRequest, from, to| Change::TakeOver { presentation: states::served(asked, to), from };
    assert!(lost(&store.commit(&over(&asked, second, first)).await), "it is not that browser's");
    store.commit(&Change::CountTry(states::tried(&asked, first, 1))).await.unwrap();
    store.commit(&over(&asked, first, second)).await.unwrap();
    let found = found_served(&store, &asked).await;
    assert!(*found.browser() == second);
    assert_eq!(found.tries().used, 1, "tries are not given back");
    assert!(lost(&store.commit(&over(&asked, first, second)).await), "twice");
    let settled = settled(&store, first, None).await;
    assert!(lost(&store.commit(&over(&settled, first, second)).await), "it is answered");
}

pub async fn the_answer_that_decided_is_remembered_as_long_as_its_presentation(store: AnyStore) {
    let (browser, code, answer) = (states::digest(), states::digest(), states::digest());
    let posted = VpRequest { response_mode: ResponseMode::DirectPost, ..states::asked() };
    let remembered = |found: Option<Presentation>| match found {
        Some(Presentation::AwaitingReturn(awaiting)) => awaiting.answer().copied(),
        Some(Presentation::Settled(settled)) => settled.answer().copied(),
        _ => None,
    };
    store.commit(&begin(&posted, None)).await.unwrap();
    store.commit(&Change::ServePresentation(states::served(&posted, browser))).await.unwrap();
    let answered = || states::served(&posted, browser).answered_by_wallet(answer, NOW).unwrap();
    let awaiting =
        || answered().await_return(states::proven(), states::verified_report(), code, NOW).unwrap();
    store.commit(&Change::AwaitReturn(awaiting())).await.unwrap();
    assert!(remembered(store.presentation(&posted.id).await.unwrap()) == Some(answer));
    let presentation = awaiting().returned(&browser, &code, None, NOW).unwrap();
    store.commit(&Change::Return { presentation, return_code: code, grant: None }).await.unwrap();
    assert!(remembered(store.presentation(&posted.id).await.unwrap()) == Some(answer));

    let refused = VpRequest { response_mode: ResponseMode::DirectPost, ..states::asked() };
    store.commit(&begin(&refused, None)).await.unwrap();
    store.commit(&Change::ServePresentation(states::served(&refused, browser))).await.unwrap();
    let served = states::served(&refused, browser).answered_by_wallet(answer, NOW).unwrap();
    let presentation = served.declined(WalletError::AccessDenied, None, NOW).unwrap();
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
    assert!(remembered(store.presentation(&refused.id).await.unwrap()) == Some(answer));
}
