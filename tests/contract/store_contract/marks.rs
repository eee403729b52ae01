//! Polls that are answered without asking the store: a mark says whether a grant is still what it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;
use vpgate::flow::ports::Mark;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::attempts::Limited;

use crate::store_contract::backend::{self, AnyStore};
use crate::store_contract::grants::{approved, opened};
use crate::store_contract::presentations::served;
use vpgate_test_support::builders::states::{self, Grant, NOW, after, pace};

/// The mark of a grant as it is now. A store that has to be asked gives none, and holds none either.
fn marked(store: &AnyStore, grant: &Grant) -> Option<Mark> {
    let mark = store.mark(&grant.device_code);
    if mark.is_none() {
        assert!(!store.holds(&grant.device_code, Mark { ours: 0, others: 0 }));
    }
    mark
}

pub async fn a_mark_holds_until_the_grant_is_decided_or_removed(store: AnyStore) {
    let enter = |grant: &Grant| Change::EnterCode {
        user_code: Some(grant.user_code),
        address: Some(states::digest()),
        most: 2,
        at: NOW,
        within: Limited::default(),
    };
    for number in 0..40 {
        let grant = opened(&store).await;
        let code = grant.device_code;
        let Some(mark) = marked(&store, &grant) else { return };
        store.write_paces(vec![(grant.id().clone(), pace(5, Some(after(1))))]).await.unwrap();
        let claim = Change::BeginPresentation {
            presentation: states::begun(&states::asked()),
            claim: Some(grant.claimed(states::digest())),
        };
        store.commit(&claim).await.unwrap();
        store.commit(&enter(&grant)).await.unwrap();
        store.commit(&enter(&grant)).await.unwrap();
        assert!(store.holds(&code, mark), "nobody has decided");
        match number % 4 {
            0 => store.commit(&Change::DenyGrant(grant.denied())).await.unwrap(),
            1 => approve(&store, &grant).await,
            2 => store.commit(&enter(&grant)).await.unwrap(),
            _ => drop(store.sweep(Timestamp::from_unix(i64::MAX / 4), 1000).await.unwrap()),
        }
        assert!(!store.holds(&code, mark), "{number}");
        assert_eq!(store.pending_pace(&code).await.unwrap(), None);
    }
    let (one, other) = (opened(&store).await, opened(&store).await);
    let [mark, its] = [&one, &other].map(|grant| marked(&store, grant).unwrap());
    assert!(approved(&store).await.device_code != one.device_code);
    assert!(
        store.holds(&one.device_code, mark) && store.holds(&other.device_code, its),
        "another one was approved"
    );
}

async fn approve(store: &AnyStore, grant: &Grant) {
    let browser = states::digest();
    let asked = served(store, browser).await;
    let settle = Change::Settle {
        presentation: states::verified(&asked, browser, None),
        grant: Some(GrantDecision::Approve(grant.approved())),
    };
    store.commit(&settle).await.unwrap();
}

pub async fn a_decision_that_is_answered_is_noticed_by_whoever_saw_the_grant_pending(store: AnyStore) {
    noticed(&store, &store).await;
}

/// Looks again and again, as polls do, while somebody decides.
async fn noticed(polled: &AnyStore, decides: &AnyStore) {
    for _ in 0..60 {
        let grant = opened(decides).await;
        let code = grant.device_code;
        if marked(polled, &grant).is_none() {
            return;
        }
        let decided = Arc::new(AtomicBool::new(false));
        let mut polls = JoinSet::new();
        polls.spawn(poll(Arc::clone(polled), code, Arc::clone(&decided)));
        for _ in 0..3 {
            opened(decides).await;
        }
        decides.commit(&Change::DenyGrant(grant.denied())).await.unwrap();
        decided.store(true, Ordering::SeqCst);
        let last = polls.join_next().await.unwrap().unwrap();
        assert!(last.is_none_or(|mark| !polled.holds(&code, mark)), "it was seen pending, and is denied");
    }
}

/// The last mark by which the grant was pending when somebody had decided.
async fn poll(store: AnyStore, code: Digest, decided: Arc<AtomicBool>) -> Option<Mark> {
    let mut last = None;
    while !decided.load(Ordering::SeqCst) {
        let mark = store.mark(&code);
        let is_pending = store.pending_pace(&code).await.unwrap().is_some();
        last = mark.filter(|_| is_pending).or(last);
        tokio::task::yield_now().await;
    }
    last
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_writes_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (one, other): (AnyStore, AnyStore) = (backend::at(&path), backend::at(&path));
    let grant = opened(&one).await;
    let code = grant.device_code;
    let before = one.mark(&code).unwrap();
    assert!(one.holds(&code, before));
    opened(&other).await;
    assert!(!one.holds(&code, before), "something was written, whatever it was");
    // What it wrote itself meanwhile is not taken for the other's.
    for _ in 0..10 {
        opened(&one).await;
        assert!(!one.holds(&code, before));
    }
    let after = one.mark(&code).unwrap();
    opened(&one).await;
    assert!(one.holds(&code, after));
    other.commit(&Change::DenyGrant(grant.denied())).await.unwrap();
    assert!(!one.holds(&code, after));
    noticed(&one, &other).await;
}
