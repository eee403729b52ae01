//! What clients are told of: written with the change, or not at all; and no client that asks misses any of it.

use std::collections::{BTreeSet, HashSet};

use vpgate::flow::ports::PlacedEvents;
use vpgate_core::base::id::{DeliveryId, EventId};
use vpgate_core::change::Change;
use vpgate_core::event::{
    Announcement, EVENTS_KEPT, Event, EventContent, EventCursor, EventIds, EventKind, NewDelivery,
};
use vpgate_core::openid4vp::presentation::{PresentationMark, PresentationStage};
use vpgate_core::openid4vp::request::VpRequest;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{EachState, lost};
use crate::store_contract::presentations::{begin, served};
use vpgate_test_support::builders::states::{self, NOW, after};

const LIMIT: usize = 1000;

fn event_of(client: &str, seconds: u64) -> Event {
    let content =
        EventContent::new(client, EventKind::PresentationVerified, EventIds::grant("g")).because("r");
    let trace = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
    Event { id: EventId::from_entropy(states::fresh()), content, at: after(seconds), trace }
}

fn announced(change: Change, event: &Event) -> Change {
    let delivery = |endpoint: &str| NewDelivery {
        id: DeliveryId::from_entropy(states::fresh()),
        endpoint: endpoint.to_owned(),
    };
    let deliveries = vec![delivery("one"), delivery("two")];
    let announcements = vec![Announcement { event: event.clone(), deliveries }];
    Change::Announced { change: Box::new(change), announcements }
}

/// A change that is always made.
fn spent() -> Change {
    Change::SpendProof { id: states::digest(), until: after(60), by: states::digest() }
}

async fn tell(store: &AnyStore, client: &str, seconds: u64) -> EventId {
    let event = event_of(client, seconds);
    store.commit(&announced(spent(), &event)).await.unwrap();
    event.id
}

async fn place(store: &AnyStore, client: &str, seconds: u64) {
    let client_id = client.to_owned();
    store.commit(&Change::PlaceEvents { client_id, at: after(seconds) }).await.unwrap();
}

async fn found(store: &AnyStore, client: &str, behind: EventCursor) -> PlacedEvents {
    store.events(client, behind, LIMIT).await.unwrap()
}

fn ids(found: &PlacedEvents) -> Vec<EventId> {
    found.events.iter().map(|(_, event)| event.id.clone()).collect()
}

pub async fn req_21_40_an_event_is_written_with_its_change_or_not_at_all(store: AnyStore) {
    let browser = states::digest();
    let asked = served(&store, browser).await;
    let settle = || Change::Settle { presentation: states::verified(&asked, browser, None), grant: None };
    let event = event_of("shop", 0);
    store.commit(&announced(settle(), &event)).await.unwrap();
    // Somebody was first: nothing is told a second time.
    assert!(lost(&store.commit(&announced(settle(), &event_of("shop", 1))).await));
    place(&store, "shop", 2).await;
    let found = found(&store, "shop", EventCursor::START).await;
    let events: Vec<Event> = found.events.into_iter().map(|(_, event)| event).collect();
    assert_eq!((events, found.unplaced), (vec![event], false));
}

pub async fn events_are_read_in_the_order_of_their_places_each_client_its_own(store: AnyStore) {
    let first = tell(&store, "shop", 5).await;
    tell(&store, "other", 5).await;
    let before = found(&store, "shop", EventCursor::START).await;
    assert!(before.events.is_empty() && before.unplaced);
    place(&store, "shop", 5).await;
    // Begun earlier and committed later: it comes behind what was told.
    let second = tell(&store, "shop", 1).await;
    let third = tell(&store, "shop", 2).await;
    place(&store, "shop", 5).await;
    place(&store, "shop", 5).await;
    let all = found(&store, "shop", EventCursor::START).await;
    assert_eq!(ids(&all), [first.clone(), second.clone(), third.clone()]);
    assert!(!all.unplaced);
    let places: Vec<EventCursor> = all.events.iter().map(|(cursor, _)| *cursor).collect();
    assert!(places.is_sorted() && places[0] > EventCursor::floor(after(4)));
    assert_eq!(ids(&found(&store, "shop", places[0]).await), [second, third]);
    assert_eq!(ids(&found(&store, "shop", places[2]).await), []);
    assert_eq!(store.events("shop", EventCursor::START, 1).await.unwrap().events.len(), 1);
    assert!(found(&store, "other", EventCursor::START).await.unplaced);
    // When every row is gone places go on behind those that were.
    while store.sweep(after(9).plus(EVENTS_KEPT), LIMIT).await.unwrap().events > 0 {}
    assert_eq!(ids(&found(&store, "shop", EventCursor::START).await), []);
    let fourth = tell(&store, "shop", 700_000).await;
    place(&store, "shop", 700_000).await;
    assert_eq!(ids(&found(&store, "shop", places[2]).await), [fourth]);
}

pub async fn events_are_kept_for_seven_days(store: AnyStore) {
    tell(&store, "shop", 0).await;
    let last = NOW.plus(EVENTS_KEPT);
    assert_eq!(store.sweep(last.minus(std::time::Duration::from_secs(1)), LIMIT).await.unwrap().events, 0);
    // The event and its two deliveries.
    assert_eq!(store.sweep(last, LIMIT).await.unwrap().events, 3);
    assert!(!found(&store, "shop", EventCursor::START).await.unplaced);
}

pub async fn an_expiry_is_told_once_and_nobody_settles_then(store: AnyStore) {
    let browser = states::digest();
    let asked = served(&store, browser).await;
    let other = served(&store, browser).await;
    let settle = |asked: &VpRequest| Change::Settle {
        presentation: states::verified(asked, browser, None),
        grant: None,
    };
    store.commit(&settle(&other)).await.unwrap();
    let expire = |at| Change::Expire { request: Box::new(asked.clone()), at };
    let end = states::LIFETIME.as_secs();
    assert!(store.untold_expiries(after(end - 1), LIMIT).await.unwrap().is_empty());
    assert!(lost(&store.commit(&expire(after(end - 1))).await));
    let untold = store.untold_expiries(after(end), LIMIT).await.unwrap();
    let untold: Vec<_> = untold.into_iter().map(|request| request.id).collect();
    assert_eq!(untold, std::slice::from_ref(&asked.id));
    store.commit(&announced(expire(after(end)), &event_of("shop", end))).await.unwrap();
    assert!(lost(&store.commit(&announced(expire(after(end)), &event_of("shop", end))).await));
    assert!(store.untold_expiries(after(end), LIMIT).await.unwrap().is_empty());
    // A replica whose clock is behind.
    assert!(lost(&store.commit(&settle(&asked)).await));
    let returning = states::asked();
    let code = states::digest();
    store.commit(&begin(&returning, None)).await.unwrap();
    store.commit(&Change::ServePresentation(states::served(&returning, browser))).await.unwrap();
    store.commit(&Change::AwaitReturn(states::awaiting(&returning, browser, code))).await.unwrap();
    store.commit(&Change::Expire { request: Box::new(returning.clone()), at: after(end) }).await.unwrap();
    let presentation = states::returned(&returning, browser, code, None);
    assert!(lost(&store.commit(&Change::Return { presentation, return_code: code, grant: None }).await));
    place(&store, "shop", end).await;
    assert_eq!(found(&store, "shop", EventCursor::START).await.events.len(), 1);
}

pub async fn req_21_31_how_far_what_is_followed_is_is_found_in_one_look(store: AnyStore) {
    let (browser, code) = (states::digest(), states::digest());
    let begun = states::asked();
    store.commit(&begin(&begun, None)).await.unwrap();
    let (tried, answered, over) =
        (served(&store, browser).await, served(&store, browser).await, served(&store, browser).await);
    store.commit(&Change::CountTry(states::tried(&tried, browser, 1))).await.unwrap();
    store.commit(&Change::AwaitReturn(states::awaiting(&answered, browser, code))).await.unwrap();
    let presentation = states::verified(&over, browser, None);
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
    let ids = [&begun, &tried, &answered, &over].map(|asked| asked.id.clone());
    let unknown = states::asked().id;
    let found = store.marks(&[&ids[..], std::slice::from_ref(&unknown)].concat()).await.unwrap();
    let mark = |stage, answers| Some(PresentationMark { stage, answers });
    assert_eq!(found.get(&ids[0]).copied(), mark(PresentationStage::Begun, 0));
    assert_eq!(found.get(&ids[1]).copied(), mark(PresentationStage::Served, 1));
    assert_eq!(found.get(&ids[2]).copied(), mark(PresentationStage::Answered, 0));
    assert_eq!(found.get(&ids[3]).copied(), mark(PresentationStage::Over, 0));
    assert_eq!(found.get(&unknown), None);
    // As whoever made the changes saw it.
    let seen = Change::CountTry(states::tried(&tried, browser, 1));
    assert_eq!(seen.reaches(), found.get_key_value(&tried.id).map(|(id, mark)| (id, *mark)));
    assert!(store.marks(&[]).await.unwrap().is_empty());
}

pub async fn req_21_31_grants_that_nobody_has_decided_are_found_in_one_look(store: AnyStore) {
    let each = EachState::open(&store).await;
    let ids = [&each.pending, &each.approved, &each.denied, &each.redeemed].map(|grant| grant.id().clone());
    let unknown = states::Grant::new().id().clone();
    let pending = store.pending_grants(&[&ids[..], &[unknown]].concat()).await.unwrap();
    assert_eq!(pending, HashSet::from([ids[0].clone()]));
    assert!(store.pending_grants(&[]).await.unwrap().is_empty());
}

/// Many write at once while somebody asks again and again from where the last answer ended.
#[expect(clippy::disallowed_methods, reason = "a crowd of writers, each of them awaited below")]
pub async fn who_asks_from_cursor_to_cursor_misses_nothing_of_a_crowd(store: AnyStore) {
    const WRITERS: usize = 16;
    const EACH: usize = 12;
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let store = AnyStore::clone(&store);
            tokio::spawn(async move {
                let mut told = Vec::new();
                for _ in 0..EACH {
                    told.push(tell(&store, "shop", 0).await.as_str().to_owned());
                }
                told
            })
        })
        .collect();
    let (mut heard, mut cursor) = (Vec::new(), EventCursor::START);
    let mut ask = async || {
        // Two replicas give places at once.
        tokio::join!(place(&store, "shop", 0), place(&store, "shop", 0));
        for (place, event) in found(&store, "shop", cursor).await.events {
            assert!(place > cursor, "places grow");
            cursor = place;
            heard.push(event.id.as_str().to_owned());
        }
    };
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        ask().await;
    }
    ask().await;
    let mut told = BTreeSet::new();
    for writer in writers {
        told.extend(writer.await.unwrap());
    }
    assert_eq!(heard.len(), WRITERS * EACH, "each once");
    assert_eq!(heard.into_iter().collect::<BTreeSet<_>>(), told);
}
