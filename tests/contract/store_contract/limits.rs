//! What is counted, who entered which code, and what a decision leaves.

use std::time::Duration;

use vpgate::flow::ports::NotCommitted;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::base::secret::{Digest, DigestKey};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::attempts::{Attempt, Barrier, CountedEvent, Limited};
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant, Precautions};
use vpgate_core::oauth::number_matching::MatchingNumbers;
use vpgate_core::oauth::proximity::Network;
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::openid4vp::retention::Retention;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{EachState, lost, opened, pending};
use vpgate_test_support::builders::states::{self, Grant, LIFETIME, NOW, after};

fn attempt(what: CountedEvent, who: Digest, most: u32, at: Timestamp) -> Attempt {
    Attempt::new(what, who, most, LIFETIME, at)
}

async fn enter(
    store: &AnyStore,
    user_code: Option<Digest>,
    address: Option<Digest>,
    at: Timestamp,
    within: Limited,
) -> Result<(), NotCommitted> {
    store.commit(&Change::EnterCode { user_code, address, most: 2, at, within }).await
}

async fn total(store: &AnyStore, attempt: &Attempt) -> u32 {
    store.attempts(attempt).await.unwrap().iter().map(|(_, count)| count).sum()
}

pub async fn req_15_11_a_grant_over_a_limit_is_not_stored(store: AnyStore) {
    let (client, address) = (states::digest(), states::digest());
    let within = |at| {
        let [client, address] = [(client, 5), (address, 2)];
        let attempt = |(who, most)| attempt(CountedEvent::Authorization, who, most, at);
        Limited::each([attempt(address), attempt(client)])
    };
    for _ in 0..2 {
        store.commit(&Grant::new().open_within(within(NOW))).await.unwrap();
    }
    let over = Grant::new();
    assert!(lost(&store.commit(&over.open_within(within(NOW))).await));
    assert!(store.grant(over.id()).await.unwrap().is_none());
    // What one address is refused is not counted for the client.
    assert_eq!(total(&store, &within(NOW).counted[1]).await, 2);
    // Others have room, and so has this one when the first are forgotten.
    let other = Limited::each([attempt(CountedEvent::Authorization, states::digest(), 2, NOW)]);
    store.commit(&Grant::new().open_within(other)).await.unwrap();
    let later = attempt(CountedEvent::Authorization, address, 2, NOW).forgotten_at();
    let just_before = after(later.since(NOW).as_secs() - 1);
    assert!(lost(&store.commit(&over.open_within(within(just_before))).await));
    store.commit(&over.open_within(within(later))).await.unwrap();
}

pub async fn a_share_of_a_limit_fits_whole_or_is_not_counted_and_can_be_given_back(store: AnyStore) {
    let (who, address) = (states::digest(), states::digest());
    let all = |at| attempt(CountedEvent::Authorization, who, 100, at);
    let reserve = |number, at| Change::Reserve(Limited::each([all(at).times(number)]));
    store.commit(&reserve(60, NOW)).await.unwrap();
    assert!(lost(&store.commit(&reserve(41, NOW)).await));
    store.commit(&reserve(40, NOW)).await.unwrap();
    assert!(lost(&store.commit(&reserve(1, NOW)).await));
    assert_eq!(total(&store, &all(NOW)).await, 100);
    // One by one, too, there is no more room, until some are given back: to the slot in which they were counted.
    let one = |at| Limited::each([attempt(CountedEvent::Authorization, address, 9, at), all(at)]);
    assert!(lost(&store.commit(&Grant::new().open_within(one(NOW))).await));
    let next = all(NOW).counted_until();
    store.commit(&Change::Count(all(next).giving_back(2, all(NOW).slot()))).await.unwrap();
    assert_eq!(store.attempts(&all(next)).await.unwrap(), [(all(NOW).slot(), 98)]);
    store.commit(&Grant::new().open_within(one(next))).await.unwrap();
    store.commit(&reserve(1, next)).await.unwrap();
    assert!(lost(&store.commit(&Grant::new().open_within(one(next))).await));
    assert_eq!(store.attempts(&all(next)).await.unwrap(), [(all(NOW).slot(), 98), (next, 2)]);
    // Giving back to a slot that is gone changes nothing that counts.
    let much_later = all(next).forgotten_at();
    store.commit(&Change::Count(all(much_later).giving_back(50, all(NOW).slot()))).await.unwrap();
    assert_eq!(store.attempts(&all(much_later)).await.unwrap(), []);
}

pub async fn a_grant_whose_code_is_taken_is_not_counted(store: AnyStore) {
    let first = opened(&store).await;
    let within = Limited::each([attempt(CountedEvent::Authorization, states::digest(), 5, NOW)]);
    let same_code = Grant { user_code: first.user_code, ..Grant::new() };
    assert!(matches!(store.commit(&same_code.open_within(within.clone())).await, Err(NotCommitted::Taken)));
    assert_eq!(total(&store, &within.counted[0]).await, 0);
}

pub async fn req_10_20_wrong_codes_are_counted_and_right_ones_neither_counted_nor_forgiving(store: AnyStore) {
    let each = EachState::open(&store).await;
    let (guesser, everybody) = (states::digest(), states::digest());
    let within = |at| {
        let wrong = |who, most| attempt(CountedEvent::WrongCode, who, most, at);
        Limited::each([wrong(guesser, 4), wrong(everybody, 100)])
    };
    let right = Some(each.pending.user_code);
    enter(&store, right, None, NOW, within(NOW)).await.unwrap();
    assert_eq!(total(&store, &within(NOW).counted[0]).await, 0);
    // Malformed, unknown, decided.
    for code in [None, Some(states::digest()), Some(each.denied.user_code), Some(each.redeemed.user_code)] {
        enter(&store, code, None, NOW, within(NOW)).await.unwrap();
        enter(&store, right, None, NOW, within(NOW)).await.ok();
    }
    // And expired.
    let last = after(LIFETIME.as_secs());
    let late = attempt(CountedEvent::WrongCode, states::digest(), 4, last);
    enter(&store, right, None, last, Limited::each([late])).await.unwrap();
    assert_eq!(total(&store, &late).await, 1);
    assert_eq!(total(&store, &within(NOW).counted[0]).await, 4);
    // Who guessed too often is told nothing more, not even that a code is right.
    for code in [None, Some(states::digest()), right] {
        assert!(lost(&enter(&store, code, None, NOW, within(NOW)).await), "{code:?}");
    }
    assert_eq!(total(&store, &within(NOW).counted[1]).await, 4, "what is refused is not counted");
    let other = Limited::each([attempt(CountedEvent::WrongCode, states::digest(), 4, NOW)]);
    enter(&store, right, None, NOW, other).await.unwrap();
}

pub async fn req_10_20_what_is_counted_narrowly_stays_counted_when_a_wider_limit_refuses(store: AnyStore) {
    let (guesser, everybody) = (states::digest(), states::digest());
    let within = || {
        let wrong = |who, most| attempt(CountedEvent::WrongCode, who, most, NOW);
        Limited::each([wrong(guesser, 7), wrong(everybody, 5)])
    };
    for number in 0..9 {
        assert_eq!(enter(&store, None, None, NOW, within()).await.is_ok(), number < 5, "{number}");
    }
    assert_eq!(total(&store, &within().counted[0]).await, 7, "who guesses uses up what is their own");
    assert_eq!(total(&store, &within().counted[1]).await, 5);
}

pub async fn req_10_20_a_hundred_wrong_codes_at_once_are_counted_one_by_one(store: AnyStore) {
    let guesser = states::digest();
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let store = AnyStore::clone(&store);
        guesses.spawn(async move {
            let within = Limited::each([attempt(CountedEvent::WrongCode, guesser, 5, NOW)]);
            enter(&store, Some(states::digest()), None, NOW, within).await.is_ok()
        });
    }
    let let_through = guesses.join_all().await.into_iter().filter(|through| *through).count();
    assert_eq!(let_through, 5);
}

pub async fn req_15_7_a_code_from_too_many_addresses_is_denied(store: AnyStore) {
    let grant = opened(&store).await;
    let [home, train, stranger] = [(); 3].map(|()| states::digest());
    for address in [home, home, train, home, train] {
        enter(&store, Some(grant.user_code), Some(address), NOW, Limited::default()).await.unwrap();
        pending(&store, grant.id()).await;
    }
    // From nowhere in particular is not a third place.
    enter(&store, Some(grant.user_code), None, NOW, Limited::default()).await.unwrap();
    pending(&store, grant.id()).await;
    enter(&store, Some(grant.user_code), Some(stranger), NOW, Limited::default()).await.unwrap();
    match store.grant(grant.id()).await.unwrap() {
        Some(DeviceGrant::Denied(denied)) => assert_eq!(denied.reason(), DenialReason::ManyAddresses),
        other => panic!("{other:?}"),
    }
}

pub async fn counts_and_addresses_are_swept(store: AnyStore) {
    let grant = opened(&store).await;
    let wrong = attempt(CountedEvent::WrongCode, states::digest(), 5, NOW);
    enter(&store, None, None, NOW, Limited::each([wrong])).await.unwrap();
    enter(&store, Some(grant.user_code), Some(states::digest()), NOW, Limited::default()).await.unwrap();
    let forgotten = wrong.forgotten_at().since(NOW).as_secs();
    assert_eq!(store.sweep(after(forgotten - 1), 100).await.unwrap().attempts, 0);
    assert_eq!(store.sweep(after(forgotten), 100).await.unwrap().attempts, 1);
    // The address goes with the grant, in whose row it is.
    let swept = store.sweep(after(LIFETIME.as_secs() + 3600), 100).await.unwrap();
    assert_eq!((swept.grants, swept.attempts), (1, 0));
}

pub async fn counts_of_a_clock_that_was_ahead_lock_nobody_out(store: AnyStore) {
    let who = states::digest();
    let wrong = |at| attempt(CountedEvent::WrongCode, who, 5, at);
    let (now, ahead) = (NOW, after(3600));
    for _ in 0..5 {
        enter(&store, None, None, ahead, Limited::each([wrong(ahead)])).await.unwrap();
    }
    assert!(lost(&enter(&store, None, None, ahead, Limited::each([wrong(ahead)])).await));
    // The clock is set right.
    assert_eq!(total(&store, &wrong(now)).await, 0);
    let grant = opened(&store).await;
    enter(&store, Some(grant.user_code), None, now, Limited::each([wrong(now)])).await.unwrap();
    enter(&store, None, None, now, Limited::each([wrong(now)])).await.unwrap();
    assert_eq!(total(&store, &wrong(now)).await, 1);
    // Nor when that time comes.
    assert_eq!(total(&store, &wrong(ahead)).await, 0);
    let quiet = Attempt::new(CountedEvent::WrongCode, states::digest(), 5, LIFETIME, ahead);
    enter(&store, None, None, ahead, Limited::each([quiet])).await.unwrap();
    assert_eq!(store.sweep(now, 100).await.unwrap().attempts, 1, "also of somebody who does not come again");
    assert_eq!(total(&store, &quiet).await, 0);
}

pub async fn precautions_are_kept_until_somebody_decides(store: AnyStore) {
    let grant = Grant::new();
    let network = Network::of("192.0.2.7".parse().unwrap(), &DigestKey::new(&[7; 32]));
    let mut entropy = [0; 64];
    for (index, byte) in entropy.iter_mut().enumerate() {
        *byte = u8::try_from(index).unwrap();
    }
    let precautions =
        Precautions { network: Some(network), numbers: MatchingNumbers::draw(&entropy), narrowed_to: None };
    let open = Change::OpenGrant {
        grant: grant.pending().guarded_by(precautions.clone()),
        device_code: grant.device_code,
        user_code: grant.user_code,
        within: Limited::default(),
    };
    store.commit(&open).await.unwrap();
    let found = pending(&store, grant.id()).await;
    assert_eq!(found.precautions(), &precautions);
    // Claiming narrows; polling leaves it alone.
    let claimed = found.claim(states::digest(), NOW).unwrap().narrowed_to(Scopes::default());
    let begin =
        Change::BeginPresentation { presentation: states::begun(&states::asked()), claim: Some(claimed) };
    store.commit(&begin).await.unwrap();
    store.write_paces(vec![(grant.id().clone(), states::pace(5, Some(after(1))))]).await.unwrap();
    let found = pending(&store, grant.id()).await;
    assert_eq!((found.grantable(), found.precautions().numbers), (&Scopes::default(), precautions.numbers));
    store.commit(&Change::DenyGrant(grant.denied())).await.unwrap();
    assert!(matches!(store.grant(grant.id()).await.unwrap(), Some(DeviceGrant::Denied(_))));
}

pub async fn req_15_8_disowning_ends_a_pending_and_an_approved_grant_and_is_counted(store: AnyStore) {
    let each = EachState::open(&store).await;
    let counted = attempt(CountedEvent::Disowned, states::digest(), u32::MAX, NOW);
    let disown = |grant: &Grant| Change::DenyByUser {
        denied: grant.approved().deny_by_user(DenialReason::NotStartedByPerson),
        counted,
    };
    for grant in [&each.pending, &each.approved] {
        store.commit(&disown(grant)).await.unwrap();
        assert!(matches!(store.grant(grant.id()).await.unwrap(), Some(DeviceGrant::Denied(_))));
    }
    for grant in [&each.approved, &each.denied, &each.redeemed] {
        assert!(lost(&store.commit(&disown(grant)).await));
    }
    assert!(lost(&store.commit(&each.approved.redeem()).await));
    assert_eq!(total(&store, &counted).await, 2);
}

pub async fn req_15_8_disowning_and_redeeming_have_one_winner(store: AnyStore) {
    for _ in 0..20 {
        let grant = EachState::open(&store).await.approved;
        let counted = attempt(CountedEvent::Disowned, states::digest(), u32::MAX, NOW);
        let denied = grant.approved().deny_by_user(DenialReason::NotStartedByPerson);
        let (disown, redeem) = (Change::DenyByUser { denied, counted }, grant.redeem());
        let (disowned, redeemed) = tokio::join!(store.commit(&disown), store.commit(&redeem));
        assert!(disowned.is_ok() != redeemed.is_ok(), "{disowned:?} {redeemed:?}");
    }
}

pub async fn req_10_62_completing_spends_the_response_code_and_decides_once(store: AnyStore) {
    let (grant, asked, browser, code) =
        (opened(&store).await, states::asked(), states::digest(), states::digest());
    store
        .commit(&Change::BeginPresentation { presentation: states::begun(&asked), claim: None })
        .await
        .unwrap();
    store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    let presentation = states::verified(&asked, browser, Some(code));
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
    let complete = |grant: &Grant, response_code| Change::CompleteGrant {
        grant: GrantDecision::Approve(grant.approved()),
        presentation: asked.id.clone(),
        response_code,
    };
    assert!(lost(&store.commit(&complete(&grant, states::digest())).await));
    let denied = EachState::open(&store).await.denied;
    assert!(lost(&store.commit(&complete(&denied, code)).await), "a decided grant is not completed");
    store.commit(&complete(&grant, code)).await.unwrap();
    assert!(matches!(store.grant(grant.id()).await.unwrap(), Some(DeviceGrant::Approved(_))));
    let other = opened(&store).await;
    assert!(lost(&store.commit(&complete(&other, code)).await), "one presentation completes one grant");
    let collect = Change::CollectResult {
        id: asked.id.clone(),
        response_code: code,
        at: NOW,
        retention: Retention::default(),
    };
    assert!(lost(&store.commit(&collect).await));
}

pub async fn req_10_20_a_count_is_forgotten_slot_by_slot(store: AnyStore) {
    let who = states::digest();
    let wrong = |at| attempt(CountedEvent::WrongCode, who, 2, at);
    enter(&store, None, None, NOW, Limited::each([wrong(NOW)])).await.unwrap();
    let middle = NOW.plus(Duration::from_secs(300));
    enter(&store, None, None, middle, Limited::each([wrong(middle)])).await.unwrap();
    let refused = wrong(middle);
    assert!(lost(&enter(&store, None, None, middle, Limited::each([refused])).await));
    let retry = refused.retry_after(&store.attempts(&refused).await.unwrap());
    let then = middle.plus(Duration::from_secs(retry));
    assert!(lost(
        &enter(&store, None, None, after(300 + retry - 1), Limited::each([wrong(after(300 + retry - 1))]))
            .await
    ));
    enter(&store, None, None, then, Limited::each([wrong(then)])).await.unwrap();
    assert!(
        lost(&enter(&store, None, None, then, Limited::each([wrong(then)])).await),
        "only the first was forgotten"
    );
}

pub async fn a_barrier_is_closed_while_all_of_its_limits_are_reached(store: AnyStore) {
    let grant = opened(&store).await;
    let (heavy, light, everybody) = (states::digest(), states::digest(), states::digest());
    // Everybody together may enter three; beyond that, whoever entered one of them enters no more.
    let within = |who| {
        let wrong = |who, most| attempt(CountedEvent::WrongCode, who, most, NOW);
        let together = wrong(everybody, 3);
        Limited {
            barriers: vec![Barrier::while_reached(together, wrong(who, 1))],
            counted: vec![wrong(who, u32::MAX), together],
        }
    };
    for _ in 0..3 {
        enter(&store, Some(states::digest()), None, NOW, within(heavy)).await.unwrap();
    }
    for code in [Some(grant.user_code), None] {
        assert!(lost(&enter(&store, code, None, NOW, within(heavy)).await));
    }
    enter(&store, Some(grant.user_code), None, NOW, within(light)).await.unwrap();
    enter(&store, None, None, NOW, within(light)).await.unwrap();
    assert!(lost(&enter(&store, Some(grant.user_code), None, NOW, within(light)).await));
    // What happened is counted without a limit.
    let counted = attempt(CountedEvent::RefusedCode, heavy, 1, NOW);
    for _ in 0..3 {
        store.commit(&Change::Count(counted)).await.unwrap();
    }
    assert_eq!(total(&store, &counted).await, 3);
}

pub async fn a_client_has_a_bounded_number_of_presentations_open(store: AnyStore) {
    let begin = |asked: &VpRequest, at| Change::BeginForClient {
        presentation: states::begun(asked),
        claim: None,
        most_open: 3,
        at,
    };
    let mut at_once = tokio::task::JoinSet::new();
    let asked: Vec<VpRequest> = (0..20).map(|_| states::asked()).collect();
    for asked in &asked {
        let (store, begin) = (AnyStore::clone(&store), begin(asked, NOW));
        at_once.spawn(async move { store.commit(&begin).await.is_ok() });
    }
    let begun = at_once.join_all().await.into_iter().filter(|begun| *begun).count();
    assert_eq!(begun, 3, "those that arrive together are counted one by one");
    let client = asked[0].requester.client_id();
    let open = store.open_presentations(client, NOW).await.unwrap();
    assert_eq!((open.count, open.soonest), (3, Some(asked[0].expires_at)));
    assert_eq!(store.open_presentations("other", NOW).await.unwrap().count, 0);
    let more = states::asked();
    assert!(lost(&store.commit(&begin(&more, NOW)).await));
    assert!(store.presentation(&more.id).await.unwrap().is_none());
    // One that is forgotten, settled or expired is open no more.
    let mut there = Vec::new();
    for asked in &asked {
        if store.presentation(&asked.id).await.unwrap().is_some() {
            there.push(asked);
        }
    }
    store.commit(&Change::Forget(there[0].id.clone())).await.unwrap();
    store.commit(&begin(&more, NOW)).await.unwrap();
    let browser = states::digest();
    store.commit(&Change::ServePresentation(states::served(there[1], browser))).await.unwrap();
    assert_eq!(store.open_presentations(client, NOW).await.unwrap().count, 3, "served is open");
    let presentation = states::verified(there[1], browser, None);
    store.commit(&Change::Settle { presentation, grant: None }).await.unwrap();
    assert_eq!(store.open_presentations(client, NOW).await.unwrap().count, 2);
    let late = asked[0].expires_at;
    assert_eq!(store.open_presentations(client, late).await.unwrap().count, 0);
    store.commit(&begin(&states::asked(), late)).await.unwrap();
}
