//! A posted answer that waits for its browser, and the key that it was encrypted to.

use serde_json::to_value;
use vpgate::flow::ports::Swept;
use vpgate_core::base::secret::Digest;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::openid4vp::presentation::{AwaitingReturn, Begun, Presentation, PresentationOutcome};
use vpgate_core::openid4vp::request::{ResponseMode, VpRequest};
use vpgate_core::openid4vp::retention::RESULT_LIFETIME;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{lost, opened, pending};
use crate::store_contract::presentations::{begun, served, settled};
use crate::store_contract::settling::declined;
use vpgate_test_support::builders::states::{self, LIFETIME, NOW, after};

async fn found(store: &AnyStore, asked: &VpRequest) -> AwaitingReturn {
    match store.presentation(&asked.id).await.unwrap() {
        Some(Presentation::AwaitingReturn(awaiting)) => awaiting,
        other => panic!("{other:?}"),
    }
}

async fn awaiting(store: &AnyStore, browser: Digest, code: Digest) -> VpRequest {
    let asked = served(store, browser).await;
    store.commit(&Change::AwaitReturn(states::awaiting(&asked, browser, code))).await.unwrap();
    asked
}

fn come_back(asked: &VpRequest, browser: Digest, return_code: Digest) -> Change {
    let presentation = states::returned(asked, browser, return_code, None);
    Change::Return { presentation, return_code, grant: None }
}

pub async fn what_waits_is_kept_whole(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());
    let asked = awaiting(&store, browser, code).await;
    let waiting = found(&store, &asked).await;
    assert_eq!((waiting.browser(), waiting.return_code()), (&browser, &code));
    assert_eq!(waiting.answered_at(), NOW);
    assert_eq!(to_value(waiting.presentation()).unwrap(), to_value(states::proven()).unwrap());
    assert_eq!(waiting.report(), &states::verified_report());
    let without = VpRequest { login_hint: None, ..asked.clone() };
    assert_eq!(to_value(waiting.request()).unwrap(), to_value(&without).unwrap(), "the login hint is gone");
}

pub async fn only_a_served_presentation_waits(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());
    let wait = |asked: &VpRequest| Change::AwaitReturn(states::awaiting(asked, browser, code));
    let waiting = awaiting(&store, browser, states::digest()).await;
    for asked in [
        begun(&store).await,
        served(&store, states::digest()).await,
        settled(&store, browser, None).await,
        waiting.clone(),
        states::asked(),
    ] {
        assert!(lost(&store.commit(&wait(&asked)).await));
    }
    assert_ne!(found(&store, &waiting).await.return_code(), &code);
    // Nor does what waits count tries, or settle by another answer.
    assert!(lost(&store.commit(&Change::CountTry(states::tried(&waiting, browser, 1))).await));
    let settle = Change::Settle { presentation: declined(&waiting, browser), grant: None };
    assert!(lost(&store.commit(&settle).await));
}

pub async fn it_returns_once_in_its_browser_with_its_code(store: AnyStore) {
    let (browser, code, result) = (states::digest(), states::digest(), states::digest());
    let asked = awaiting(&store, browser, code).await;
    let other = awaiting(&store, browser, states::digest()).await;
    assert!(lost(&store.commit(&come_back(&asked, states::digest(), code)).await), "another browser");
    assert!(lost(&store.commit(&come_back(&asked, browser, states::digest())).await), "another code");
    assert!(lost(&store.commit(&come_back(&other, browser, code)).await), "another's code");
    found(&store, &asked).await;
    let presentation = states::returned(&asked, browser, code, Some(result));
    store.commit(&Change::Return { presentation, return_code: code, grant: None }).await.unwrap();
    assert!(lost(&store.commit(&come_back(&asked, browser, code)).await), "twice");
    match store.presentation(&asked.id).await.unwrap() {
        Some(Presentation::Settled(settled)) => {
            assert_eq!((settled.browser(), settled.response_code()), (&browser, Some(&result)));
            assert_eq!(settled.settled_at(), NOW);
            let PresentationOutcome::Verified { presentation, report } = settled.outcome() else {
                panic!("verified")
            };
            assert_eq!(to_value(presentation).unwrap(), to_value(states::proven()).unwrap());
            assert_eq!(report, &states::verified_report());
        }
        other => panic!("{other:?}"),
    }
    for asked in [begun(&store).await, served(&store, browser).await, states::asked()] {
        assert!(lost(&store.commit(&come_back(&asked, browser, code)).await));
    }
}

pub async fn returning_decides_the_grant_or_nothing(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());
    let back = |asked: &VpRequest, decision| Change::Return {
        presentation: states::returned(asked, browser, code, None),
        return_code: code,
        grant: Some(decision),
    };
    let (grant, asked) = (opened(&store).await, awaiting(&store, browser, code).await);
    store.commit(&Change::DenyGrant(grant.denied())).await.unwrap();
    assert!(lost(&store.commit(&back(&asked, GrantDecision::Approve(grant.approved()))).await));
    found(&store, &asked).await;
    let grant = opened(&store).await;
    store.commit(&back(&asked, GrantDecision::Approve(grant.approved()))).await.unwrap();
    assert!(matches!(store.grant(grant.id()).await.unwrap(), Some(DeviceGrant::Approved(_))));
    let late = opened(&store).await;
    assert!(lost(&store.commit(&back(&asked, GrantDecision::Approve(late.approved()))).await));
    pending(&store, late.id()).await;
}

/// A request whose answer is to be encrypted, begun and served.
async fn with_key(store: &AnyStore, browser: Digest) -> (VpRequest, String) {
    let key = EncryptionKey::generate().unwrap();
    let kid = key.kid().to_owned();
    let mode = ResponseMode::DirectPostJwt;
    let asked = VpRequest { response_mode: mode, answer_key: Some(key.to_public_jwk()), ..states::asked() };
    let presentation = Begun::new(asked.clone(), None, Some(key));
    store.commit(&Change::BeginPresentation { presentation, claim: None }).await.unwrap();
    assert_eq!(kid_of(store, &asked).await.as_ref(), Some(&kid));
    store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    assert_eq!(kid_of(store, &asked).await.as_ref(), Some(&kid), "serving keeps the key");
    (asked, kid)
}

async fn kid_of(store: &AnyStore, asked: &VpRequest) -> Option<String> {
    match store.presentation_by_state(&asked.state).await.unwrap().unwrap() {
        Presentation::Begun(begun) => begun.answer_key().map(|key| key.kid().to_owned()),
        Presentation::Served(served) => served.answer_key().map(|key| key.kid().to_owned()),
        Presentation::AwaitingReturn(_) | Presentation::Settled(_) => None,
    }
}

pub async fn a_key_lives_as_long_as_its_request(store: AnyStore) {
    let browser = states::digest();
    let (asked, kid) = with_key(&store, browser).await;
    store.commit(&Change::CountTry(states::tried(&asked, browser, 1))).await.unwrap();
    assert_eq!(kid_of(&store, &asked).await, Some(kid), "a rejected answer leaves the key");
    let expiry = LIFETIME.as_secs();
    store.sweep(after(expiry - 1), 100).await.unwrap();
    assert!(kid_of(&store, &asked).await.is_some());
    // And the login hint.
    let emptied = Swept { emptied: 2, ..Swept::default() };
    assert_eq!(store.sweep(after(expiry), 100).await.unwrap(), emptied, "the row itself stays");
    assert_eq!(kid_of(&store, &asked).await, None);
    let (other, _) = with_key(&store, browser).await;
    store.commit(&Change::AwaitReturn(states::awaiting(&other, browser, states::digest()))).await.unwrap();
    found(&store, &other).await;
}

pub async fn what_nobody_returns_for_is_forgotten(store: AnyStore) {
    let asked = awaiting(&store, states::digest(), states::digest()).await;
    let end = RESULT_LIFETIME.as_secs();
    assert_eq!(store.sweep(after(end - 1), 100).await.unwrap(), Swept::default());
    found(&store, &asked).await;
    assert_eq!(store.sweep(after(end), 100).await.unwrap(), Swept { presentations: 1, ..Swept::default() });
    assert!(store.presentation(&asked.id).await.unwrap().is_none());
}
