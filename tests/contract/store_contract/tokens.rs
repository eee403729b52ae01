//! Tokens and their families.

use vpgate_core::base::id::TokenId;
use vpgate_core::base::secret::Digest;
use vpgate_core::change::Change;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::issuance::{Family, Reissue};
use vpgate_core::oauth::refresh_token::RefreshState;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{approved, lost, opened, taken};
use vpgate_test_support::builders::states;

pub async fn a_redemption_writes_its_tokens(store: AnyStore) {
    let grant = approved(&store).await;
    let issuance = grant.issuance();
    let (access, digest) = (issuance.access.clone(), issuance.digest);
    let (terms, refresh) = (issuance.family.terms().clone(), *issuance.family.refresh().unwrap());
    store.commit(&grant.redeem_for(issuance)).await.unwrap();
    let (found, family) = store.access_token(&digest).await.unwrap().unwrap();
    assert_eq!((&found, family.terms()), (&access, &terms));
    assert_eq!((family.admission(), family.refresh()), (&states::admission(), Some(&refresh)));
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
    assert!(lost(&store.commit(&grant.redeem_for(issuance)).await));
    assert!(store.access_token(&digest).await.unwrap().is_none());
    assert!(store.family_by_lineage(&lineage).await.unwrap().is_none());
}

pub async fn revoking_an_origin_forgets_all_that_it_led_to(store: AnyStore) {
    let (mine, other) = (approved(&store).await, approved(&store).await);
    assert!(lost(&store.commit(&Change::RevokeOrigin(mine.origin())).await));
    let (issued, others) = (mine.issuance(), other.issuance());
    let (access, refresh) = (issued.digest, issued.family.refresh().unwrap().lineage);
    let spared = others.digest;
    store.commit(&mine.redeem_for(issued)).await.unwrap();
    store.commit(&other.redeem_for(others)).await.unwrap();
    store.commit(&Change::RevokeOrigin(mine.origin())).await.unwrap();
    assert!(store.access_token(&access).await.unwrap().is_none());
    assert!(store.family_by_lineage(&refresh).await.unwrap().is_none());
    assert!(store.access_token(&spared).await.unwrap().is_some());
    assert!(lost(&store.commit(&Change::RevokeOrigin(mine.origin())).await));
}

/// A redeemed grant: its family, the digest of its access token, and its refresh token.
pub async fn issued(store: &AnyStore) -> (Family, Digest, RefreshState) {
    let grant = approved(store).await;
    let issuance = grant.issuance();
    let (digest, refresh) = (issuance.digest, *issuance.family.refresh().unwrap());
    store.commit(&grant.redeem_for(issuance)).await.unwrap();
    (store.family_by_lineage(&refresh.lineage).await.unwrap().unwrap(), digest, refresh)
}

/// A refresh with this token.
pub fn refresh(family: &Family, used: Digest) -> (Change, Digest, Digest) {
    let renewal = states::renewal(family, used);
    let (access, current) = (renewal.digest, renewal.refresh.current);
    (Change::Refresh { family: family.terms().id.clone(), replaced: used, renewal }, access, current)
}

async fn is_alive(store: &AnyStore, access: &Digest) -> bool {
    store.access_token(access).await.unwrap().is_some()
}

pub async fn a_refresh_replaces_the_token_it_used(store: AnyStore) {
    let (family, access, first) = issued(&store).await;
    let (change, next_access, next) = refresh(&family, first.current);
    store.commit(&change).await.unwrap();
    assert!(is_alive(&store, &access).await && is_alive(&store, &next_access).await);
    // Found by what all its refresh tokens share, with another current one.
    let found = store.family_by_lineage(&first.lineage).await.unwrap().unwrap();
    assert_eq!((found.terms(), found.refresh().unwrap().current), (family.terms(), next));
}

pub async fn only_the_current_token_is_refreshed(store: AnyStore) {
    let (family, _, first) = issued(&store).await;
    let (change, _, second) = refresh(&family, first.current);
    store.commit(&change).await.unwrap();
    for used in [first.current, states::digest()] {
        let (change, access, _) = refresh(&family, used);
        assert!(lost(&store.commit(&change).await));
        assert!(!is_alive(&store, &access).await);
    }
    let (change, ..) = refresh(&family, second);
    store.commit(&change).await.unwrap();
}

pub async fn revoking_a_family_forgets_every_token_of_it(store: AnyStore) {
    let ((family, first, refresh_token), (_, spared, _)) = (issued(&store).await, issued(&store).await);
    let (change, second, current) = refresh(&family, refresh_token.current);
    store.commit(&change).await.unwrap();
    let revoke = || Change::RevokeFamily(family.terms().id.clone());
    store.commit(&revoke()).await.unwrap();
    assert!(!is_alive(&store, &first).await && !is_alive(&store, &second).await);
    assert!(store.family_by_lineage(&refresh_token.lineage).await.unwrap().is_none());
    assert!(is_alive(&store, &spared).await);
    assert!(lost(&store.commit(&revoke()).await));
    let (change, third, _) = refresh(&family, current);
    assert!(lost(&store.commit(&change).await));
    assert!(!is_alive(&store, &third).await);
}

pub async fn revoking_an_access_token_forgets_it_alone(store: AnyStore) {
    let (family, access, refresh_token) = issued(&store).await;
    store.commit(&Change::RevokeAccess(access)).await.unwrap();
    assert!(!is_alive(&store, &access).await);
    assert!(lost(&store.commit(&Change::RevokeAccess(access)).await));
    let (change, next, _) = refresh(&family, refresh_token.current);
    store.commit(&change).await.unwrap();
    assert!(is_alive(&store, &next).await);
}

pub async fn a_proof_is_spent_once(store: AnyStore) {
    let (id, until) = (states::digest(), states::after(300));
    let spend = |id| Change::SpendProof { id, until, by: states::digest() };
    store.commit(&spend(id)).await.unwrap();
    assert!(taken(&store.commit(&spend(id)).await));
    store.commit(&spend(states::digest())).await.unwrap();
    assert_eq!(store.sweep(states::after(299), 100).await.unwrap().tokens, 0);
    assert!(taken(&store.commit(&spend(id)).await));
    assert_eq!(store.sweep(until, 100).await.unwrap().tokens, 2);
    store.commit(&spend(id)).await.unwrap();
}

/// The tokens of a family once more.
pub fn again(family: &Family, replaced: Digest) -> (Change, Digest, RefreshState) {
    let refresh = states::made_refresh();
    let reissue = Reissue {
        refresh: Some(refresh),
        access: states::access(family, states::TOKEN_LIFETIME),
        digest: states::digest(),
    };
    let access = reissue.digest;
    let family = family.terms().id.clone();
    (Change::IssueAgain { family, replaced: Some(replaced), reissue }, access, refresh)
}

pub async fn a_lost_answer_is_given_again_in_the_place_of_the_first(store: AnyStore) {
    let (family, access, first) = issued(&store).await;
    let (change, next_access, next) = again(&family, first.current);
    store.commit(&change).await.unwrap();
    assert!(is_alive(&store, &access).await && is_alive(&store, &next_access).await);
    // Nobody finds the family by the first refresh token, nor exchanges it.
    assert!(store.family_by_lineage(&first.lineage).await.unwrap().is_none());
    let found = store.family_by_lineage(&next.lineage).await.unwrap().unwrap();
    assert_eq!((found.terms(), found.refresh()), (family.terms(), Some(&next)));
    for (change, access) in
        [(refresh(&family, first.current).0, None), (again(&family, first.current).0, Some(access))]
    {
        assert!(lost(&store.commit(&change).await), "{access:?}");
    }
    for found in [
        store.family(&family.terms().id).await.unwrap(),
        store.family_by_origin(&family.terms().origin).await.unwrap(),
    ] {
        assert_eq!(found.unwrap().refresh(), Some(&next), "one family, one refresh token");
    }
}

pub async fn a_refreshed_family_is_not_answered_again(store: AnyStore) {
    let (family, _, first) = issued(&store).await;
    let (change, _, current) = refresh(&family, first.current);
    store.commit(&change).await.unwrap();
    let (change, access, _) = again(&family, current);
    assert!(lost(&store.commit(&change).await));
    assert!(!is_alive(&store, &access).await);
    let found = store.family(&family.terms().id).await.unwrap().unwrap();
    let previous = found.refresh().unwrap().previous.unwrap();
    assert_eq!((previous.value, previous.at), (first.current, states::NOW));
}

/// A client gets a token for itself.
pub fn client_token(digest: Digest) -> Change {
    let token = ClientToken {
        id: TokenId::from_entropy(states::fresh()),
        client_id: "shop".to_owned(),
        audience: "https://verify.example".to_owned(),
        dpop: None,
        issued_at: states::NOW,
        expires_at: states::after(600),
    };
    Change::IssueClientToken { token, digest }
}

pub async fn a_token_of_a_client_is_found_until_it_is_revoked_or_swept(store: AnyStore) {
    let token = |seconds| ClientToken {
        id: TokenId::from_entropy(states::fresh()),
        client_id: "shop".to_owned(),
        audience: "https://verify.example".to_owned(),
        dpop: None,
        issued_at: states::NOW,
        expires_at: states::after(seconds),
    };
    let (kept, revoked) = (states::digest(), states::digest());
    for (digest, token) in [(kept, token(600)), (revoked, token(900))] {
        let change = || Change::IssueClientToken { token: token.clone(), digest };
        store.commit(&change()).await.unwrap();
        assert!(taken(&store.commit(&change()).await));
        assert_eq!(store.client_token(&digest).await.unwrap(), Some(token));
        assert!(
            store.access_token(&digest).await.unwrap().is_none(),
            "a token of one kind is none of another"
        );
    }
    assert!(lost(&store.commit(&Change::RevokeAccess(revoked)).await));
    store.commit(&Change::RevokeClientToken(revoked)).await.unwrap();
    assert!(lost(&store.commit(&Change::RevokeClientToken(revoked)).await));
    assert_eq!(store.client_token(&revoked).await.unwrap(), None);
    assert_eq!(store.sweep(states::after(599), 100).await.unwrap().tokens, 0);
    assert_eq!(store.sweep(states::after(600), 100).await.unwrap().tokens, 1);
    assert_eq!(store.client_token(&kept).await.unwrap(), None);
}

pub async fn req_7_16_what_is_revoked_leaves_nothing_behind(store: AnyStore) {
    let (family, _, refresh_token) = issued(&store).await;
    store.commit(&Change::RevokeFamily(family.terms().id.clone())).await.unwrap();
    // Nothing is left to be swept either, so neither subject nor place of the status is kept.
    assert_eq!(store.sweep(states::NOW.plus(states::TOKEN_LIFETIME), 100).await.unwrap().tokens, 0);
    assert!(store.family_by_lineage(&refresh_token.lineage).await.unwrap().is_none());
}
