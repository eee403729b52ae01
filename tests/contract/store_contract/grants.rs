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
        store.commit(&redeemed.redeem()).await.unwrap();
        let denied = opened(store).await;
        store.commit(&Change::DenyGrant(denied.denied())).await.unwrap();
        Self { pending: opened(store).await, approved: approved(store).await, denied, redeemed }
    }
}

pub async fn opened(store: &AnyStore) -> Grant {
    let grant = Grant::new();
    store.commit(&grant.open()).await.unwrap();
    grant
}

pub async fn approved(store: &AnyStore) -> Grant {
    let grant = opened(store).await;
    let (asked, browser) = (states::asked(), states::digest());
    let begin = Change::BeginPresentation {
        presentation: states::begun(&asked),
        claim: Some(grant.claimed(browser)),
    };
    store.commit(&begin).await.unwrap();
    store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    let settle = Change::Settle {
        presentation: states::verified(&asked, browser, None),
        grant: Some(GrantDecision::Approve(grant.approved())),
    };
    store.commit(&settle).await.unwrap();
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
        assert!(taken(&store.commit(&second.open()).await));
    }
    assert!(store.grant(same_device_code.id()).await.unwrap().is_none());
    assert!(store.grant(same_user_code.id()).await.unwrap().is_none());
    assert_eq!(pending(&store, first.id()).await.terms(), &first.terms);
}

pub async fn paces_are_written_many_at_once_over_what_is_there(store: AnyStore) {
    let mut grants = Vec::new();
    for _ in 0..3 {
        grants.push(opened(&store).await);
    }
    for (first, second) in [(0, 1), (3, 12), (2, 40)] {
        let next = [pace(5, Some(after(first))), pace(10, Some(after(second)))];
        let paces = grants.iter().zip(next).map(|(grant, next)| (grant.id().clone(), next));
        store.write_paces(paces.collect()).await.unwrap();
        for (grant, next) in grants.iter().zip(next) {
            assert_eq!(store.pending_pace(&grant.device_code).await.unwrap(), Some(next));
            assert_eq!(pending(&store, grant.id()).await.pace(), next);
        }
    }
    assert_eq!(store.pending_pace(&grants[2].device_code).await.unwrap(), Some(pace(5, None)));
    store.write_paces(Vec::new()).await.unwrap();
}

pub async fn a_pace_and_a_claim_leave_each_other_alone(store: AnyStore) {
    let (grant, browser) = (opened(&store).await, states::digest());
    let claim = Change::BeginPresentation {
        presentation: states::begun(&states::asked()),
        claim: Some(grant.claimed(browser)),
    };
    let write = |pace| store.write_paces(vec![(grant.id().clone(), pace)]);
    write(pace(5, Some(after(1)))).await.unwrap();
    store.commit(&claim).await.unwrap();
    assert_eq!(pending(&store, grant.id()).await.pace(), pace(5, Some(after(1))));
    write(pace(5, Some(after(7)))).await.unwrap();
    let found = pending(&store, grant.id()).await;
    assert_eq!((found.pace(), found.claimed_by()), (pace(5, Some(after(7))), Some(&browser)));
}

pub async fn only_a_pending_grant_has_a_pace(store: AnyStore) {
    let each = EachState::open(&store).await;
    let all = [&each.approved, &each.denied, &each.redeemed, &each.pending, &Grant::new()];
    let paces = all.map(|grant| (grant.id().clone(), pace(10, Some(NOW))));
    store.write_paces(paces.into()).await.unwrap();
    for grant in all {
        let found = store.pending_pace(&grant.device_code).await.unwrap();
        let is_pending = grant.id() == each.pending.id();
        assert_eq!(found, is_pending.then(|| pace(10, Some(NOW))));
    }
    assert!(matches!(store.grant(each.approved.id()).await.unwrap(), Some(DeviceGrant::Approved(_))));
    assert!(matches!(store.grant(each.denied.id()).await.unwrap(), Some(DeviceGrant::Denied(_))));
    assert!(matches!(store.grant(each.redeemed.id()).await.unwrap(), Some(DeviceGrant::Redeemed(_))));
}

pub async fn only_a_pending_grant_is_denied(store: AnyStore) {
    let each = EachState::open(&store).await;
    for grant in [&each.approved, &each.denied, &each.redeemed] {
        assert!(lost(&store.commit(&Change::DenyGrant(grant.denied())).await));
    }
    store.commit(&Change::DenyGrant(each.pending.denied())).await.unwrap();
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
        assert!(lost(&store.commit(&grant.redeem()).await));
    }
    let issuance = each.approved.issuance();
    let token = issuance.access.id.clone();
    store.commit(&each.approved.redeem_for(issuance)).await.unwrap();
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
        Change::DenyGrant(grant.denied()),
        grant.redeem(),
        Change::BeginPresentation {
            presentation: states::begun(&asked),
            claim: Some(grant.claimed(states::digest())),
        },
    ];
    for change in changes {
        assert!(lost(&store.commit(&change).await));
    }
    assert!(store.grant(grant.id()).await.unwrap().is_none());
    assert!(store.presentation(&asked.id).await.unwrap().is_none());
}
