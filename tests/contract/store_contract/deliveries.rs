//! What is on its way to clients, and what went wrong there.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use vpgate::flow::ports::DueDelivery;
use vpgate_core::base::id::{DeliveryId, EventId};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, WebhookChange};
use vpgate_core::event::{Announcement, Event, EventContent, EventIds, EventKind, NewDelivery};
use vpgate_core::webhook::{Delivery, DeliveryCursor, DeliveryState, EndpointTrouble, Heard, Pause};

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::lost;
use vpgate_test_support::builders::states::{self, NOW, after};

const FAILED: Heard = Heard { status: Some(500), retry_after: None };
const TAKEN: Heard = Heard { status: Some(204), retry_after: None };

/// An event of `shop` for these endpoints, written with a change that happens once.
fn event(endpoints: &[&str]) -> Change {
    event_at(endpoints, 0)
}

/// One that happened so many seconds later.
fn event_at(endpoints: &[&str], seconds: u64) -> Change {
    let content = EventContent::new("shop", EventKind::PresentationVerified, EventIds::default());
    let event =
        Event { id: EventId::from_entropy(states::fresh()), content, at: after(seconds), trace: None };
    let delivery = |endpoint: &&str| NewDelivery {
        id: DeliveryId::from_entropy(states::fresh()),
        endpoint: (*endpoint).to_owned(),
    };
    let deliveries = endpoints.iter().map(delivery).collect();
    let proof = Change::SpendProof { id: states::digest(), until: after(600), by: states::digest() };
    Change::Announced { change: Box::new(proof), announcements: vec![Announcement { event, deliveries }] }
}

async fn due(store: &AnyStore, endpoint: &str, seconds: u64) -> Vec<DueDelivery> {
    store.due_deliveries("shop", endpoint, after(seconds), 100).await.unwrap()
}

async fn told(store: &AnyStore) -> DueDelivery {
    store.commit(&event(&["orders"])).await.unwrap();
    due(store, "orders", 0).await.pop().unwrap()
}

fn advance(next: Delivery, seen: Timestamp) -> Change {
    Change::Webhook(WebhookChange::Advance { next, seen })
}

fn begun(due: &DueDelivery) -> Change {
    advance(due.delivery.begun(NOW), due.delivery.due_at)
}

pub async fn req_21_40_an_event_is_due_for_each_of_its_endpoints_or_for_none(store: AnyStore) {
    store.commit(&event(&["orders", "audit"])).await.unwrap();
    let mut endpoints = store.due_endpoints(NOW).await.unwrap();
    endpoints.sort();
    let named = |name: &str| ("shop".to_owned(), name.to_owned());
    assert_eq!(endpoints, [named("audit"), named("orders")]);
    assert!(store.due_endpoints(NOW.minus(std::time::Duration::from_secs(1))).await.unwrap().is_empty());
    let [found] = due(&store, "orders", 0).await.try_into().unwrap();
    assert_eq!((found.delivery.state, found.delivery.attempts), (DeliveryState::Waiting, 0));
    assert_eq!(
        (&found.delivery.event, found.event.content.kind),
        (&found.event.id, EventKind::PresentationVerified)
    );
    assert!(store.due_deliveries("bank", "orders", NOW, 100).await.unwrap().is_empty());
    // A change that is not made tells nothing.
    let Change::Announced { change, announcements } = event(&["orders"]) else { panic!() };
    store.commit(&change).await.unwrap();
    store.commit(&Change::Announced { change, announcements }).await.unwrap_err();
    assert_eq!(due(&store, "orders", 0).await.len(), 1);
}

pub async fn req_21_41_of_many_who_begin_an_attempt_one_does_and_has_it_for_a_while(store: AnyStore) {
    let due_now = told(&store).await;
    let barrier = Arc::new(Barrier::new(8));
    let mut rivals = JoinSet::new();
    for _ in 0..8 {
        let (store, barrier, due) = (Arc::clone(&store), Arc::clone(&barrier), due_now.clone());
        rivals.spawn(async move {
            barrier.wait().await;
            store.commit(&begun(&due)).await
        });
    }
    let outcomes = rivals.join_all().await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|it| lost(it)).count(), 7);
    assert!(due(&store, "orders", 29).await.is_empty(), "it is somebody's");
    // He was killed: the next one makes it again.
    let [again] = due(&store, "orders", 30).await.try_into().unwrap();
    assert_eq!((&again.event, again.delivery.attempts), (&due_now.event, 1));
}

pub async fn req_21_43_an_answer_ends_the_attempt_that_it_was_given_to(store: AnyStore) {
    let first = told(&store).await;
    let attempt = first.delivery.begun(NOW);
    store.commit(&begun(&first)).await.unwrap();
    let failed = attempt.answered(FAILED, NOW, 0);
    store.commit(&advance(failed.clone(), attempt.due_at)).await.unwrap();
    assert!(lost(&store.commit(&advance(failed.clone(), attempt.due_at)).await));
    assert!(due(&store, "orders", 4).await.is_empty());
    let [waiting] = due(&store, "orders", 5).await.try_into().unwrap();
    assert_eq!(waiting.delivery, failed);
    let attempt = waiting.delivery.begun(after(5));
    store.commit(&advance(attempt.clone(), failed.due_at)).await.unwrap();
    store.commit(&advance(attempt.answered(TAKEN, after(6), 0), attempt.due_at)).await.unwrap();
    assert!(due(&store, "orders", 1_000_000).await.is_empty());
    let [done] = store.deliveries("shop", "orders", None, None, 100).await.unwrap().try_into().unwrap();
    assert_eq!((done.delivery.state, done.delivery.last_status), (DeliveryState::Delivered, Some(204)));
}

pub async fn deliveries_are_listed_by_state_in_an_order_that_stays_behind_any_of_them(store: AnyStore) {
    assert_eq!(store.oldest_waiting().await.unwrap(), None);
    for second in [0, 0, 3, 1] {
        store.commit(&event_at(&["orders"], second)).await.unwrap();
    }
    assert_eq!(store.oldest_waiting().await.unwrap(), Some(NOW));
    let listed = async |state, before: Option<&DeliveryCursor>, limit| {
        store.deliveries("shop", "orders", state, before, limit).await.unwrap()
    };
    let place = |it: &DueDelivery| DeliveryCursor { at: it.event.at, id: it.delivery.id.clone() };
    let all: Vec<DeliveryCursor> = listed(None, None, 100).await.iter().map(place).collect();
    assert_eq!(all.iter().map(|it| it.at).collect::<Vec<_>>(), [after(3), after(1), NOW, NOW]);
    // The oldest is taken meanwhile, and the newest fails: everything keeps its place.
    for (seconds, heard) in [(0, TAKEN), (0, TAKEN), (3, FAILED)] {
        let mut found = due(&store, "orders", 3).await;
        found.retain(|it| it.event.at == after(seconds));
        let one = &found[0];
        let attempt = one.delivery.begun(after(3));
        store.commit(&advance(attempt.clone(), one.delivery.due_at)).await.unwrap();
        store.commit(&advance(attempt.answered(heard, after(3), 0), attempt.due_at)).await.unwrap();
    }
    assert_eq!(store.oldest_waiting().await.unwrap(), Some(after(1)));
    let (mut before, mut read) = (None, Vec::new());
    while let Some(last) = listed(None, before.as_ref(), 1).await.pop() {
        read.push(place(&last));
        before = Some(place(&last));
    }
    assert_eq!(read, all, "one by one, each once");
    assert_eq!(listed(None, Some(&all[1]), 100).await.iter().map(place).collect::<Vec<_>>(), all[2..]);
    assert_eq!(listed(Some(DeliveryState::Delivered), None, 100).await.len(), 2);
    assert_eq!(listed(Some(DeliveryState::Waiting), Some(&all[0]), 100).await.len(), 1);
    assert_eq!(listed(Some(DeliveryState::Dead), None, 100).await.len(), 0);
    assert!(store.deliveries("shop", "audit", None, None, 100).await.unwrap().is_empty());
}

pub async fn what_is_over_is_made_due_by_its_client_alone_and_its_endpoint_is_called_again(store: AnyStore) {
    let first = told(&store).await;
    let attempt = first.delivery.begun(NOW);
    store.commit(&begun(&first)).await.unwrap();
    let dead = attempt.answered(Heard { status: Some(410), retry_after: None }, NOW, 0);
    store.commit(&advance(dead, attempt.due_at)).await.unwrap();
    store.commit(&Change::Webhook(WebhookChange::NoteTrouble(trouble(Some(Pause::Gone))))).await.unwrap();
    let retry = |client: &str, endpoint: &str| {
        let (id, at) = (first.delivery.id.clone(), after(7));
        let (client_id, endpoint) = (client.to_owned(), endpoint.to_owned());
        Change::Webhook(WebhookChange::Retry { id, client_id, endpoint, at })
    };
    for wrong in [retry("bank", "orders"), retry("shop", "audit")] {
        assert!(lost(&store.commit(&wrong).await));
    }
    assert_eq!(store.endpoint_troubles().await.unwrap().len(), 1);
    store.commit(&retry("shop", "orders")).await.unwrap();
    let [again] = due(&store, "orders", 7).await.try_into().unwrap();
    assert_eq!((again.delivery.attempts, again.delivery.state), (0, DeliveryState::Waiting));
    assert!(store.endpoint_troubles().await.unwrap().is_empty());
}

fn trouble(paused: Option<Pause>) -> EndpointTrouble {
    EndpointTrouble {
        client_id: "shop".to_owned(),
        endpoint: "orders".to_owned(),
        address: states::digest(),
        since: NOW,
        not_before: paused.is_none().then(|| after(90)),
        paused,
    }
}

pub async fn what_goes_wrong_at_an_endpoint_is_noted_over_what_was_known_until_it_is_forgotten(
    store: AnyStore,
) {
    for one in [trouble(None), trouble(Some(Pause::Failing)), trouble(Some(Pause::Gone))] {
        store.commit(&Change::Webhook(WebhookChange::NoteTrouble(one.clone()))).await.unwrap();
        assert_eq!(store.endpoint_troubles().await.unwrap(), [one]);
    }
    let forget = |endpoint: &str| {
        let (client_id, endpoint) = ("shop".to_owned(), endpoint.to_owned());
        Change::Webhook(WebhookChange::ForgetTrouble { client_id, endpoint })
    };
    assert!(lost(&store.commit(&forget("audit")).await));
    store.commit(&forget("orders")).await.unwrap();
    assert!(lost(&store.commit(&forget("orders")).await));
    assert!(store.endpoint_troubles().await.unwrap().is_empty());
}
