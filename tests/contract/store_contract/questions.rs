//! What became of a change whose answer was lost (REQ-21.11): the same question before it is made, after it was
//! made, and after somebody else was first.

use std::time::Duration;

use vpgate_core::change::{Change, GrantDecision, Outcome};
use vpgate_core::oauth::attempts::{Attempt, CountedEvent, Limited};
use vpgate_core::openid4vp::retention::Retention;

use crate::store_contract::authorizations::{at_the_wallet, granted, push, spend_assertion};
use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{approved, opened, taken};
use crate::store_contract::presentations::{begin, begun, served, settled};
use crate::store_contract::tokens::{self, client_token};
use vpgate_test_support::builders::states::{self, Grant, NOW, after};

/// One change, and another that leaves the same state.
struct Rivals {
    mine: Change,
    other: Option<Change>,
}

fn alone(mine: Change) -> Rivals {
    Rivals { mine, other: None }
}

fn rivals(mine: Change, other: Change) -> Rivals {
    Rivals { mine, other: Some(other) }
}

async fn ask(store: &AnyStore, change: &Change) -> Outcome {
    store.ask(change.question().unwrap()).await.unwrap()
}

/// `not_made` before it is made, ours afterwards, and `lost` when the other one was made instead.
async fn asked(
    store: &AnyStore,
    (not_made, lost): (Outcome, Outcome),
    prepare: impl AsyncFn(&AnyStore) -> Rivals,
) {
    let Rivals { mine, .. } = prepare(store).await;
    let name = mine.name();
    assert_eq!(ask(store, &mine).await, not_made, "{name}");
    store.commit(&mine).await.unwrap();
    assert_eq!(ask(store, &mine).await, Outcome::Ours, "{name}");
    let Rivals { mine, other } = prepare(store).await;
    if let Some(other) = other {
        store.commit(&other).await.unwrap();
        assert_eq!(ask(store, &mine).await, lost, "{name}, when {} was first", other.name());
    }
}

pub async fn each_change_is_found_made_lost_or_open(store: AnyStore) {
    use Outcome::{Lost, Open, Ours};
    let store = &store;
    let browser = states::digest();
    grants(store).await;
    asked(store, (Open, Lost), async |store| {
        let (family, _, first) = tokens::issued(store).await;
        rivals(tokens::refresh(&family, first.current).0, tokens::refresh(&family, first.current).0)
    })
    .await;
    asked(store, (Open, Open), async |store| {
        let (family, _, first) = tokens::issued(store).await;
        rivals(tokens::again(&family, first.current).0, tokens::again(&family, first.current).0)
    })
    .await;
    // It does not matter who ended it.
    asked(store, (Open, Ours), async |store| {
        let (family, ..) = tokens::issued(store).await;
        let id = family.terms().id.clone();
        rivals(Change::RevokeFamily(id), Change::RevokeOrigin(family.terms().origin.clone()))
    })
    .await;
    asked(store, (Open, Ours), async |store| {
        let (family, access, _) = tokens::issued(store).await;
        rivals(Change::RevokeAccess(access), Change::RevokeFamily(family.terms().id.clone()))
    })
    .await;
    asked(store, (Open, Ours), async |store| {
        let (family, ..) = tokens::issued(store).await;
        alone(Change::RevokeOrigin(family.terms().origin.clone()))
    })
    .await;
    asked(store, (Open, Lost), async |_| alone(begin(&states::asked(), None))).await;
    asked(store, (Open, Lost), async |store| {
        let asked = begun(store).await;
        let serve = |browser| Change::ServePresentation(states::served(&asked, browser));
        rivals(serve(browser), serve(states::digest()))
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let asked = served(store, browser).await;
        let over = |to| Change::TakeOver { presentation: states::served(&asked, to), from: browser };
        rivals(over(states::digest()), over(states::digest()))
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let asked = served(store, browser).await;
        let settle = Change::Settle { presentation: states::verified(&asked, browser, None), grant: None };
        rivals(Change::CountTry(states::tried(&asked, browser, 1)), settle)
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let asked = served(store, browser).await;
        let wait = || Change::AwaitReturn(states::awaiting(&asked, browser, states::digest()));
        rivals(wait(), wait())
    })
    .await;
    ends(store).await;
    asked(store, (Open, Ours), async |store| {
        let asked = begun(store).await;
        rivals(Change::Forget(asked.id.clone()), Change::Forget(asked.id))
    })
    .await;
    asked(store, (Open, Open), async |_| alone(push(states::digest(), after(90)))).await;
    asked(store, (Open, Ours), async |store| {
        let handle = states::digest();
        store.commit(&push(handle, after(90))).await.unwrap();
        rivals(Change::DropPushedRequest(handle), Change::DropPushedRequest(handle))
    })
    .await;
    asked(store, (Open, Open), async |_| alone(client_token(states::digest()))).await;
    asked(store, (Open, Ours), async |store| {
        let digest = states::digest();
        store.commit(&client_token(digest)).await.unwrap();
        rivals(Change::RevokeClientToken(digest), Change::RevokeClientToken(digest))
    })
    .await;
}

async fn grants(store: &AnyStore) {
    use Outcome::{Lost, Open, Ours};
    asked(store, (Open, Lost), async |_| alone(Grant::new().open())).await;
    asked(store, (Open, Ours), async |store| {
        let grant = opened(store).await;
        rivals(Change::DenyGrant(grant.denied()), Change::DenyGrant(grant.denied()))
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let grant = approved(store).await;
        rivals(grant.redeem(), grant.redeem())
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let authorization = granted(store).await;
        rivals(authorization.redeem(), authorization.redeem())
    })
    .await;
}

async fn ends(store: &AnyStore) {
    use Outcome::{Lost, Open};
    let browser = states::digest();
    let verified = |asked: &_| {
        let presentation = states::verified(asked, browser, Some(states::digest()));
        Change::Settle { presentation, grant: None }
    };
    asked(store, (Open, Lost), async |store| {
        let asked = served(store, browser).await;
        rivals(verified(&asked), verified(&asked))
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let (asked, code) = (served(store, browser).await, states::digest());
        store.commit(&Change::AwaitReturn(states::awaiting(&asked, browser, code))).await.unwrap();
        let back = || {
            let presentation = states::returned(&asked, browser, code, Some(states::digest()));
            Change::Return { presentation, return_code: code, grant: None }
        };
        rivals(back(), back())
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let authorization = at_the_wallet(store).await;
        rivals(authorization.settle(), authorization.refuse())
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let code = states::digest();
        let asked = settled(store, browser, Some(code)).await;
        let (id, response_code) = (asked.id.clone(), code);
        let grant = GrantDecision::Approve(opened(store).await.approved());
        let complete = Change::CompleteGrant { grant, presentation: asked.id, response_code };
        rivals(
            Change::CollectResult { id, response_code, at: NOW, retention: Retention::default() },
            complete,
        )
    })
    .await;
    asked(store, (Open, Lost), async |store| {
        let code = states::digest();
        let asked = settled(store, browser, Some(code)).await;
        let (id, response_code) = (asked.id.clone(), code);
        let grant = GrantDecision::Approve(opened(store).await.approved());
        let complete = Change::CompleteGrant { grant, presentation: asked.id, response_code };
        rivals(
            complete,
            Change::CollectResult { id, response_code, at: NOW, retention: Retention::default() },
        )
    })
    .await;
    for code in [Some(states::digest()), None] {
        let lost = if code.is_some() { Lost } else { Outcome::Ours };
        asked(store, (Open, lost), async |store| {
            let asked = settled(store, browser, code).await;
            let mine = Change::HandOver { id: asked.id.clone(), response_code: code, at: NOW };
            match code {
                Some(response_code) => {
                    let grant = GrantDecision::Approve(opened(store).await.approved());
                    rivals(mine, Change::CompleteGrant { grant, presentation: asked.id, response_code })
                }
                None => rivals(mine, Change::HandOver { id: asked.id, response_code: None, at: NOW }),
            }
        })
        .await;
    }
}

pub async fn what_was_spent_tells_by_whom(store: AnyStore) {
    let id = states::digest();
    let spend = || Change::SpendProof { id, until: after(300), by: states::digest() };
    let (first, second) = (spend(), spend());
    let assertions = (spend_assertion("a", "1"), spend_assertion("a", "1"));
    for (mine, other) in [(first, second), assertions] {
        assert_eq!(ask(&store, &mine).await, Outcome::Open);
        store.commit(&mine).await.unwrap();
        assert!(taken(&store.commit(&other).await));
        assert_eq!(ask(&store, &mine).await, Outcome::Ours);
        assert_eq!(ask(&store, &other).await, Outcome::Lost, "a replay stays one");
    }
}

pub async fn what_only_counts_has_no_question(_: AnyStore) {
    let window = Duration::from_secs(600);
    let attempt = Attempt::new(CountedEvent::WrongCode, states::digest(), 5, window, NOW);
    let enter = Change::EnterCode {
        user_code: None,
        address: None,
        most: 5,
        at: NOW,
        within: Limited::each([attempt]),
    };
    for change in [Change::Count(attempt), enter] {
        assert!(change.question().is_none(), "{}", change.name());
    }
}
