//! The audit log: notes that go with their changes, and places that are given once.

use std::time::Duration;

use vpgate_core::audit::{
    AuditCheck, AuditDetails, AuditHead, AuditKind, AuditNote, AuditPolicy, AuditWrite, CheckpointKeys,
};
use vpgate_core::base::id::NoticeId;
use vpgate_core::change::Change;

use crate::store_contract::backend::AnyStore;
use crate::store_contract::grants::{lost, taken};
use crate::store_contract::presentations::begun;
use vpgate_test_support::builders::states::{self, NOW, after};

const POLICY: AuditPolicy = AuditPolicy { keep_for: Duration::from_secs(86_400) };

fn note(at: u64) -> AuditNote {
    let details = AuditDetails { client: Some("shop"), ..AuditDetails::default() };
    let id = NoticeId::from_entropy(states::fresh());
    POLICY.note(id, after(at), AuditKind::PresentationDeleted, &details)
}

async fn write(store: &AnyStore, note: AuditNote) {
    store.commit(&Change::WriteAudit(AuditWrite::Note(note))).await.unwrap();
}

/// Gives each note its place, as one of those that share the store.
async fn seal(store: &AnyStore) -> usize {
    let mut sealed = 0;
    for waiting in store.audit_notes(100).await.unwrap() {
        let newest = store.audit_newest().await.unwrap();
        let head = newest.map(|(ordinal, line)| AuditHead::of(ordinal, &line));
        let line = waiting.sealed_behind(head.as_ref()).unwrap();
        match store.commit(&Change::WriteAudit(AuditWrite::Seal(line))).await {
            Ok(()) => sealed += 1,
            refused => assert!(lost(&refused) || taken(&refused), "{refused:?}"),
        }
    }
    sealed
}

async fn check(store: &AnyStore) -> u64 {
    let mut check = AuditCheck::new(CheckpointKeys::Unknown, Vec::new());
    for (_, line) in store.audit_lines(0, 10_000).await.unwrap() {
        check.line(&line).unwrap();
    }
    check.conclude().unwrap().lines
}

pub async fn a_note_is_written_with_its_change_or_not_at_all(store: AnyStore) {
    let asked = begun(&store).await;
    let forget = |note| Change::Noted { change: Box::new(Change::Forget(asked.id.clone())), note };
    store.commit(&forget(note(0))).await.unwrap();
    assert!(store.presentation(&asked.id).await.unwrap().is_none());
    assert!(lost(&store.commit(&forget(note(0))).await), "it is gone");
    assert_eq!(store.audit_notes(10).await.unwrap().len(), 1, "and nothing was noted");
}

pub async fn what_was_noted_stays_as_it_is_and_gets_one_place(store: AnyStore) {
    let first = note(0);
    write(&store, first.clone()).await;
    write(&store, first.clone()).await;
    write(&store, note(1)).await;
    assert_eq!(seal(&store).await, 2);
    write(&store, first.clone()).await;
    assert_eq!((seal(&store).await, check(&store).await), (0, 2));
    let (ordinal, line) = store.audit_newest().await.unwrap().unwrap();
    assert_eq!(ordinal, 2);
    assert_eq!(store.audit_lines(1, 10).await.unwrap(), [(2, line.clone())]);
    // A line that never waited, where there is one already.
    let other = note(2);
    let waiting = vpgate_core::audit::WaitingNote { id: other.id.clone(), text: other.text().to_owned() };
    let behind = |head: &AuditHead| {
        let line = waiting.sealed_behind(Some(head)).unwrap();
        Change::WriteAudit(AuditWrite::Append(other.clone(), line))
    };
    assert!(taken(&store.commit(&behind(&AuditHead::of(1, "an older line"))).await));
    store.commit(&behind(&AuditHead::of(ordinal, &line))).await.unwrap();
    assert_eq!(check(&store).await, 3);
}

pub async fn many_that_seal_at_once_write_one_chain(store: AnyStore) {
    for at in 0..40 {
        write(&store, note(at)).await;
    }
    let mut rounds = 0;
    while !store.audit_notes(1).await.unwrap().is_empty() {
        tokio::join!(seal(&store), seal(&store), seal(&store));
        rounds += 1;
        assert!(rounds < 200, "it never ends");
    }
    assert_eq!(check(&store).await, 40);
}

pub async fn old_lines_go_and_the_newest_stays(store: AnyStore) {
    for at in [0, 1, 50_000] {
        write(&store, note(at)).await;
    }
    seal(&store).await;
    write(&store, note(0)).await;
    let kept = |seconds| NOW.plus(POLICY.keep_for).plus(Duration::from_secs(seconds));
    assert_eq!(store.sweep(kept(0), 100).await.unwrap().audit, 1);
    assert_eq!(store.sweep(kept(49_999), 100).await.unwrap().audit, 1);
    assert_eq!(store.sweep(kept(1_000_000), 100).await.unwrap().audit, 0);
    assert_eq!(check(&store).await, 1);
    seal(&store).await;
    assert_eq!((check(&store).await, store.audit_newest().await.unwrap().unwrap().0), (2, 4));
}
