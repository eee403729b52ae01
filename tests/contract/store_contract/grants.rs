//! The device grant.

use vpgate::flow::ports::NotCommitted;
use vpgate_core::base::id::GrantId;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant, Pending};

use crate::store_contract::backend::AnyStore;
use vpgate_test_support::builders::states::{self, Grant, NOW, after, pace};

/// A grant in each state, in the order of the story.
pub struct EachState {
    pub pending: Grant,
    pub approved: Grant,
    pub denied: Grant,
    pub redeemed: Grant,
}

impl EachState {
    pub async fn open(store: &AnyStore) -> Self {
        let redeemed = approved(store).await;
        store.commit(redeemed.redeem()).await.unwrap();
        let denied = opened(store).await;
        store.commit(Change::DenyGrant(denied.denied())).await.unwrap();
        Self { pending: opened(store).await, approved: approved(store).await, denied, redeemed }
    }
}

pub async fn opened(store: &AnyStore) -> Grant {
    let grant = Grant::new();
    store.commit(grant.open()).await.unwrap();
    grant
}

pub async fn approved(store: &AnyStore) -> Grant {
    let grant = opened(store).await;
    let (asked, browser) = (states::asked(), states::digest());
    let begin = Change::BeginPresentation {
        presentation: states::begun(&asked),
        claim: Some(grant.claimed(browser)),
    };
    store.commit(begin).await.unwrap();
    store.commit(Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    let settle = Change::Settle {
        presentation: states::verified(&asked, browser, None),
        grant: Some(GrantDecision::Approve(grant.approved())),
    };
    store.commit(settle).await.unwrap();
    grant
}

pub async fn pending(store: &AnyStore, id: &GrantId) -> Pending {
    match store.grant(id).await.unwrap() {
        Some(DeviceGrant::Pending(pending)) => pending,
        other => panic!("{other:?}"),
    }
}

pub fn lost(outcome: &Result<(), NotCommitted>) -> bool {
    matches!(outcome, Err(NotCommitted::Lost))
}

pub fn taken(outcome: &Result<(), NotCommitted>) -> bool {
    matches!(outcome, Err(NotCommitted::Taken))
}

pub async fn a_new_grant_is_found_by_each_of_its_keys(store: AnyStore) {
    let (grant, other) = (opened(&store).await, opened(&store).await);
    for found in [
        store.grant(grant.id()).await.unwrap(),
        store.grant_by_device_code(&grant.device_code).await.unwrap(),
        store.grant_by_user_code(&grant.user_code).await.unwrap(),
    ] {
        let Some(DeviceGrant::Pending(found)) = found else { panic!("{found:?}") };
        assert_eq!(found.terms(), &grant.terms);
        assert_eq!(found.pace(), pace(5, None));
        assert_eq!(found.claimed_by(), None);
    }
    assert_eq!(store.grant(other.id()).await.unwrap().unwrap().terms(), &other.terms);
    // A key of one kind is none of another kind.
    assert!(store.grant_by_device_code(&grant.user_code).await.unwrap().is_none());
    assert!(store.grant_by_user_code(&grant.device_code).await.unwrap().is_none());
    assert!(store.grant(Grant::new().id()).await.unwrap().is_none());
}

pub async fn ids_and_codes_of_grants_are_unique(store: AnyStore) {
    let first = opened(&store).await;
    let mut same_id = Grant::new();
    same_id.terms.id = first.id().clone();
    let same_device_code = Grant { device_code: first.device_code, ..Grant::new() };
    let same_user_code = Grant { user_code: first.user_code, ..Grant::new() };
    for second in [&same_id, &same_device_code, &same_user_code] {
        assert!(taken(&store.commit(second.open()).await));
    }
    assert!(store.grant(same_device_code.id()).await.unwrap().is_none());
    assert!(store.grant(same_user_code.id()).await.unwrap().is_none());
    assert_eq!(pending(&store, first.id()).await.terms(), &first.terms);
}

pub async fn a_poll_is_recorded(store: AnyStore) {
    let grant = opened(&store).await;
    let steps = [pace(5, None), pace(5, Some(NOW)), pace(10, Some(after(3))), pace(10, Some(after(14)))];
    for step in steps.windows(2) {
        let [seen, next] = [step[0], step[1]];
        store.commit(Change::RecordPoll { grant: grant.paced(next), seen }).await.unwrap();
        assert_eq!(pending(&store, grant.id()).await.pace(), next);
    }
}

pub async fn a_poll_judged_by_an_older_pace_is_lost(store: AnyStore) {
    let grant = opened(&store).await;
    let recorded = pace(10, Some(after(3)));
    let first = Change::RecordPoll { grant: grant.paced(recorded), seen: pace(5, None) };
    store.commit(first).await.unwrap();
    for older in [pace(5, None), pace(10, None), pace(5, Some(after(3))), pace(10, Some(after(2)))] {
        let poll = Change::RecordPoll { grant: grant.paced(pace(10, Some(after(20)))), seen: older };
        assert!(lost(&store.commit(poll).await), "{older:?}");
    }
    assert_eq!(pending(&store, grant.id()).await.pace(), recorded);
}

pub async fn a_poll_and_a_claim_leave_each_other_alone(store: AnyStore) {
    let (grant, browser) = (opened(&store).await, states::digest());
    let claim = |asked| Change::BeginPresentation {
        presentation: states::begun(asked),
        claim: Some(grant.claimed(browser)),
    };
    let poll = |seen, next| Change::RecordPoll { grant: grant.paced(next), seen };
    let paces = [pace(5, None), pace(5, Some(after(1))), pace(5, Some(after(7)))];
    store.commit(poll(paces[0], paces[1])).await.unwrap();
    store.commit(claim(&states::asked())).await.unwrap();
    store.commit(poll(paces[1], paces[2])).await.unwrap();
    let found = pending(&store, grant.id()).await;
    assert_eq!((found.pace(), found.claimed_by()), (paces[2], Some(&browser)));
}

pub async fn only_a_pending_grant_is_polled_or_denied(store: AnyStore) {
    let each = EachState::open(&store).await;
    for grant in [&each.approved, &each.denied, &each.redeemed] {
        let poll = Change::RecordPoll { grant: grant.paced(pace(5, Some(NOW))), seen: pace(5, None) };
        assert!(lost(&store.commit(poll).await));
        assert!(lost(&store.commit(Change::DenyGrant(grant.denied())).await));
    }
    store.commit(Change::DenyGrant(each.pending.denied())).await.unwrap();
    match store.grant(each.pending.id()).await.unwrap() {
        Some(DeviceGrant::Denied(denied)) => {
            assert_eq!(denied.reason(), DenialReason::NotStartedByPerson);
            assert_eq!(denied.terms(), &each.pending.terms);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(store.grant(each.approved.id()).await.unwrap(), Some(DeviceGrant::Approved(_))));
    assert!(matches!(store.grant(each.redeemed.id()).await.unwrap(), Some(DeviceGrant::Redeemed(_))));
}

pub async fn only_an_approved_grant_is_redeemed(store: AnyStore) {
    let each = EachState::open(&store).await;
    for grant in [&each.pending, &each.denied, &each.redeemed] {
        assert!(lost(&store.commit(grant.redeem()).await));
    }
    let issuance = each.approved.issuance();
    let token = issuance.access.id.clone();
    store.commit(each.approved.redeem_for(issuance)).await.unwrap();
    match store.grant_by_device_code(&each.approved.device_code).await.unwrap() {
        Some(DeviceGrant::Redeemed(redeemed)) => {
            assert_eq!(redeemed.token(), &token);
            assert_eq!(redeemed.terms(), &each.approved.terms);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(store.grant(each.denied.id()).await.unwrap(), Some(DeviceGrant::Denied(_))));
    pending(&store, each.pending.id()).await;
}

pub async fn nothing_happens_to_an_unknown_grant(store: AnyStore) {
    let (grant, asked) = (Grant::new(), states::asked());
    let changes = [
        Change::RecordPoll { grant: grant.paced(pace(5, Some(NOW))), seen: pace(5, None) },
        Change::DenyGrant(grant.denied()),
        grant.redeem(),
        Change::BeginPresentation {
            presentation: states::begun(&asked),
            claim: Some(grant.claimed(states::digest())),
        },
    ];
    for change in changes {
        assert!(lost(&store.commit(change).await));
    }
    assert!(store.grant(grant.id()).await.unwrap().is_none());
    assert!(store.presentation(&asked.id).await.unwrap().is_none());
}
