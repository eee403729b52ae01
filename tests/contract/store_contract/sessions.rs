//! Sessions, what they lead to, and what clients are told of their end.

use std::time::Duration;

use vpgate_core::base::id::{NoticeId, SessionId};
use vpgate_core::base::secret::Digest;
use vpgate_core::change::Change;
use vpgate_core::oauth::code_grant::{CodeGrant, Granted};
use vpgate_core::oauth::logout::{LogoutNotice, WaitingNotice};
use vpgate_core::oauth::session::{NewSession, Session};

use crate::store_contract::authorizations::{Authorization, go_to_the_wallet};
use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::lost;
use vpgate_test_support::builders::states::{self, NOW, after};

const LIFETIME: u64 = 3600;

/// A session that began, with the tokens that its application took.
struct SignedIn {
    session: Session,
    cookie: Digest,
    authorization: Authorization,
}

fn begun(authorization: &Authorization) -> (Session, NewSession) {
    let terms = authorization.terms();
    let id = terms.session.clone().unwrap();
    let session = Session::begin(id, &terms.request, states::admission(), Duration::from_secs(LIFETIME), NOW);
    (session.clone(), NewSession { session, cookie: states::digest() })
}

async fn signed_in(store: &AnyStore) -> SignedIn {
    let authorization = Authorization::of_session(&SessionId::from_entropy(states::fresh()));
    go_to_the_wallet(store, &authorization).await;
    let (session, new) = begun(&authorization);
    let cookie = new.cookie;
    store.commit(&authorization.sign_in(new)).await.unwrap();
    SignedIn { session, cookie, authorization }
}

impl SignedIn {
    fn id(&self) -> &SessionId {
        &self.session.terms().id
    }

    /// A grant that the session answers with, and that answer.
    fn answered(&self, pushed: Option<Digest>) -> (Authorization, Change) {
        let again = Authorization::of_session(self.id());
        let today = self.session.admission().clone();
        let answer = self.session.answer(&again.terms().request, today, NOW).unwrap();
        let grant = Granted::from_session(again.terms().clone(), answer, again.code(), after(60));
        (again, Change::AuthorizeInSession { grant, session: self.id().clone(), pushed })
    }

    fn authorize(&self, pushed: Option<Digest>) -> (Change, Digest) {
        let (again, change) = self.answered(pushed);
        (change, again.code())
    }

    fn end(&self, notice: Option<LogoutNotice>) -> Change {
        Change::EndSession { session: self.id().clone(), notice, at: NOW }
    }

    async fn redeem(&self, store: &AnyStore) -> Digest {
        redeem(store, &self.authorization).await
    }
}

/// The access token that comes of it.
async fn redeem(store: &AnyStore, authorization: &Authorization) -> Digest {
    let change = authorization.redeem();
    let Change::RedeemCode { issuance, .. } = &change else { panic!("{change:?}") };
    let digest = issuance.digest;
    store.commit(&change).await.unwrap();
    digest
}

/// A session with so many families of tokens: its end, and for each family that the credential behind it is taken back.
pub async fn families_of_one_session(store: &AnyStore, families: usize) -> (Change, Vec<Change>) {
    let one = signed_in(store).await;
    let mut tokens = vec![one.redeem(store).await];
    while tokens.len() < families {
        let (again, answer) = one.answered(None);
        store.commit(&answer).await.unwrap();
        tokens.push(redeem(store, &again).await);
    }
    let mut ends = Vec::new();
    for token in tokens {
        let (_, family) = store.access_token(&token).await.unwrap().unwrap();
        let (family, session) = (family.terms().id.clone(), Some(one.id().clone()));
        ends.push(Change::TakeBackFamily { family, session, notice: Some(notice(None)), at: NOW });
    }
    (one.end(Some(notice(Some(one.id())))), ends)
}

fn notice(session: Option<&SessionId>) -> LogoutNotice {
    LogoutNotice {
        id: NoticeId::from_entropy(states::fresh()),
        client_id: "web".to_owned(),
        subject: "s".to_owned(),
        session: session.cloned(),
    }
}

async fn is_there(store: &AnyStore, session: &SignedIn) -> bool {
    let by_id = store.session(session.id()).await.unwrap();
    let by_cookie = store.session_by_cookie(&session.cookie).await.unwrap();
    assert_eq!(by_id.is_some(), by_cookie.is_some());
    by_id.is_some()
}

async fn due(store: &AnyStore, seconds: u64) -> Vec<WaitingNotice> {
    store.due_notices(after(seconds), 100).await.unwrap()
}

pub async fn a_session_begins_with_its_grant_and_is_found_by_id_and_cookie(store: AnyStore) {
    let one = signed_in(&store).await;
    for found in [store.session(one.id()).await, store.session_by_cookie(&one.cookie).await] {
        let found = found.unwrap().unwrap();
        assert_eq!((found.terms(), found.admission()), (one.session.terms(), &states::admission()));
    }
    let granted = store.authorization(one.authorization.id()).await.unwrap().unwrap();
    assert!(matches!(&granted, CodeGrant::Granted(it) if it.terms().session.as_ref() == Some(one.id())));
    assert!(store.session_by_cookie(&states::digest()).await.unwrap().is_none());
    // The grant was decided before: no session begins.
    let (_, again) = begun(&one.authorization);
    let cookie = again.cookie;
    assert!(lost(&store.commit(&one.authorization.sign_in(again)).await));
    assert!(store.session_by_cookie(&cookie).await.unwrap().is_none());
}

pub async fn a_session_answers_until_it_ends(store: AnyStore) {
    let one = signed_in(&store).await;
    let (change, code) = one.authorize(None);
    store.commit(&change).await.unwrap();
    let found = store.authorization_by_code(&code).await.unwrap();
    assert!(matches!(found, Some(CodeGrant::Granted(_))));
    // A pushed request is spent by it, or there is no answer.
    let (change, code) = one.authorize(Some(states::digest()));
    assert!(lost(&store.commit(&change).await));
    assert!(store.authorization_by_code(&code).await.unwrap().is_none());
    store.commit(&one.end(None)).await.unwrap();
    let (change, code) = one.authorize(None);
    assert!(lost(&store.commit(&change).await));
    assert!(store.authorization_by_code(&code).await.unwrap().is_none());
}

pub async fn ending_a_session_forgets_its_tokens_and_leaves_a_notice(store: AnyStore) {
    let (one, other) = (signed_in(&store).await, signed_in(&store).await);
    let (token, spared) = (one.redeem(&store).await, other.redeem(&store).await);
    let told = notice(Some(one.id()));
    store.commit(&one.end(Some(told.clone()))).await.unwrap();
    assert!(!is_there(&store, &one).await && is_there(&store, &other).await);
    assert!(store.access_token(&token).await.unwrap().is_none());
    assert!(store.access_token(&spared).await.unwrap().is_some());
    assert_eq!(due(&store, 0).await, [WaitingNotice { notice: told, attempts: 0, due_at: NOW }]);
    // Who is second tells nobody.
    assert!(lost(&store.commit(&one.end(Some(notice(Some(one.id()))))).await));
    assert_eq!(due(&store, 0).await.len(), 1);
    store.commit(&other.end(None)).await.unwrap();
    assert_eq!(due(&store, 0).await.len(), 1);
}

pub async fn taking_back_a_family_ends_its_session_with_all_that_it_led_to(store: AnyStore) {
    let one = signed_in(&store).await;
    let token = one.redeem(&store).await;
    let (_, family) = store.access_token(&token).await.unwrap().unwrap();
    assert_eq!(family.terms().session.as_ref(), Some(one.id()));
    let take_back = |session: Option<&SessionId>| Change::TakeBackFamily {
        family: family.terms().id.clone(),
        session: session.cloned(),
        notice: Some(notice(session)),
        at: NOW,
    };
    store.commit(&take_back(Some(one.id()))).await.unwrap();
    assert!(!is_there(&store, &one).await);
    assert!(store.access_token(&token).await.unwrap().is_none());
    assert!(lost(&store.commit(&take_back(None)).await));
    assert_eq!(due(&store, 0).await.len(), 1);
}

pub async fn a_notice_is_due_until_it_is_dropped_and_counted_by_one(store: AnyStore) {
    let one = signed_in(&store).await;
    let told = notice(None);
    store.commit(&one.end(Some(told.clone()))).await.unwrap();
    let waiting = due(&store, 0).await.pop().unwrap();
    let next = waiting.attempted(NOW).unwrap();
    let count = || Change::PostponeNotice { next: next.clone(), seen: waiting.due_at };
    store.commit(&count()).await.unwrap();
    assert!(lost(&store.commit(&count()).await), "somebody else makes this attempt");
    assert!(due(&store, 0).await.is_empty());
    assert_eq!(due(&store, 15).await, [next]);
    assert_eq!(store.due_notices(after(15), 0).await.unwrap().len(), 0);
    store.commit(&Change::DropNotice(told.id.clone())).await.unwrap();
    assert!(lost(&store.commit(&Change::DropNotice(told.id)).await));
    assert!(due(&store, 15).await.is_empty());
}

pub async fn sessions_and_notices_are_swept(store: AnyStore) {
    let (one, other) = (signed_in(&store).await, signed_in(&store).await);
    store.commit(&other.end(Some(notice(None)))).await.unwrap();
    let end = one.session.terms().expires_at;
    assert_eq!(store.sweep(end.minus(Duration::from_secs(1)), 100).await.unwrap().sessions, 0);
    assert!(is_there(&store, &one).await);
    assert_eq!(store.sweep(end, 100).await.unwrap().sessions, 1);
    assert!(!is_there(&store, &one).await);
    assert_eq!(due(&store, LIFETIME).await.len(), 1);
    assert_eq!(store.sweep(LogoutNotice::forgotten_at(NOW), 100).await.unwrap().sessions, 1);
    assert!(due(&store, LIFETIME).await.is_empty());
}
