//! Tokens and their families.

use vpgate::domain::change::Change;

use crate::backend::AnyStore;
use crate::grants::{approved, lost, opened};
use crate::made;

pub async fn a_redemption_writes_its_tokens(store: AnyStore) {
    let grant = approved(&store).await;
    let issuance = grant.issuance();
    let (access, digest) = (issuance.access.clone(), issuance.digest);
    let (terms, refresh) = (issuance.family.terms().clone(), *issuance.family.refresh().unwrap());
    store.commit(grant.redeem_for(issuance)).await.unwrap();
    let (found, family) = store.access_token(&digest).await.unwrap().unwrap();
    assert_eq!((&found, family.terms()), (&access, &terms));
    assert_eq!((family.admission(), family.refresh()), (&made::admission(), Some(&refresh)));
    let family = store.family_by_lineage(&refresh.lineage).await.unwrap().unwrap();
    assert_eq!((family.terms(), family.refresh()), (&terms, Some(&refresh)));
    // A key of one kind is none of another kind.
    assert!(store.access_token(&refresh.current).await.unwrap().is_none());
    assert!(store.family_by_lineage(&refresh.current).await.unwrap().is_none());
}

pub async fn a_lost_redemption_writes_none(store: AnyStore) {
    let grant = opened(&store).await;
    let issuance = grant.issuance();
    let (digest, lineage) = (issuance.digest, issuance.family.refresh().unwrap().lineage);
    assert!(lost(&store.commit(grant.redeem_for(issuance)).await));
    assert!(store.access_token(&digest).await.unwrap().is_none());
    assert!(store.family_by_lineage(&lineage).await.unwrap().is_none());
}

pub async fn revoking_an_origin_forgets_all_that_it_led_to(store: AnyStore) {
    let (mine, other) = (approved(&store).await, approved(&store).await);
    assert!(lost(&store.commit(Change::RevokeOrigin(mine.origin())).await));
    let (issued, others) = (mine.issuance(), other.issuance());
    let (access, refresh) = (issued.digest, issued.family.refresh().unwrap().lineage);
    let spared = others.digest;
    store.commit(mine.redeem_for(issued)).await.unwrap();
    store.commit(other.redeem_for(others)).await.unwrap();
    store.commit(Change::RevokeOrigin(mine.origin())).await.unwrap();
    assert!(store.access_token(&access).await.unwrap().is_none());
    assert!(store.family_by_lineage(&refresh).await.unwrap().is_none());
    assert!(store.access_token(&spared).await.unwrap().is_some());
    assert!(lost(&store.commit(Change::RevokeOrigin(mine.origin())).await));
}
