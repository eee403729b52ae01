//! The audit log: noting what happened, giving notes their place, signing checkpoints. What is done by a change is
//! noted in the same write; what happens often is counted in memory, and noted once a minute.

use super::commit::was_first;
use super::noting;
use super::ports::Unavailable;
use crate::flow::context::Context;
use vpgate_core::audit::{
    self, AuditDetails, AuditHead, AuditKind, AuditNote, AuditWrite, CHECKPOINT_EVERY, CHECKPOINT_TYP,
    WaitingNote,
};
use vpgate_core::base::id::NoticeId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::receipt::RECEIPT_ALGORITHM;

/// How many notes get their place at a time.
const BATCH: usize = 64;

/// Gives notes their place, for as long as a process runs.
#[derive(Debug, Default)]
pub struct Sealer {
    /// When the newest line was last a checkpoint, as far as this one knows.
    checked_at: Option<Timestamp>,
}

/// Counts that `client`, or somebody who is none, was refused for this reason.
pub fn refused(context: &Context, client: Option<&str>, reason: &'static str) {
    if context.policy.audit.is_some() {
        context.refusals.count(client, reason);
    }
}

/// Notes something that no change of its own goes with.
///
/// # Errors
/// When the store is unavailable.
pub async fn tell(context: &Context, kind: AuditKind, details: &AuditDetails<'_>) -> Result<(), Unavailable> {
    match noting::note((&context.policy, &*context.ports.entropy), context.now, kind, details)? {
        Some(note) => write(context, note).await,
        None => Ok(()),
    }
}

/// Notes what is so for a while, once, however many processes see it.
///
/// # Errors
/// When the store is unavailable.
pub async fn tell_once(context: &Context, kind: AuditKind, about: &str) -> Result<(), Unavailable> {
    let Some(policy) = context.policy.audit else { return Ok(()) };
    let details = AuditDetails { about: Some(about), ..AuditDetails::default() };
    write(context, policy.note(audit::id_of(kind, about), context.now, kind, &details)).await
}

/// Notes what is so now, and what was counted since the last time.
///
/// # Errors
/// When the store is unavailable.
pub async fn tell_what_was_counted(context: &Context) -> Result<(), Unavailable> {
    tell_keys(context).await?;
    tell_refusals(context).await
}

/// Notes what was counted since the last time. Counts that cannot be written now are lost.
///
/// # Errors
/// When the store is unavailable.
async fn tell_refusals(context: &Context) -> Result<(), Unavailable> {
    for ((client, reason), count) in context.refusals.take() {
        let details = AuditDetails {
            client: client.as_deref(),
            reason: Some(reason),
            count: Some(count),
            ..AuditDetails::default()
        };
        tell(context, AuditKind::ClientRefused, &details).await?;
    }
    Ok(())
}

/// Notes the keys that are published now.
///
/// # Errors
/// When the store is unavailable.
async fn tell_keys(context: &Context) -> Result<(), Unavailable> {
    for signer in [&context.ports.signer, &context.ports.receipt_signer] {
        let jwks = signer.jwks(context.now);
        for key in jwks["keys"].as_array().into_iter().flatten() {
            if let Some(kid) = key["kid"].as_str() {
                tell_once(context, AuditKind::KeyPublished, kid).await?;
            }
        }
    }
    Ok(())
}

/// Gives every note that waits its place, and signs a checkpoint when it is time. Of several processes that do so at
/// once each place is given once.
///
/// # Errors
/// When the store or the signer is unavailable; the notes wait.
pub async fn seal(context: &Context, sealer: &mut Sealer) -> Result<(), Unavailable> {
    if context.policy.audit.is_none() {
        return Ok(());
    }
    loop {
        let waiting = context.ports.store.audit_notes(BATCH).await?;
        let is_all = waiting.len() < BATCH;
        if !waiting.is_empty() && !seal_each(context, waiting).await? {
            // Somebody else is at it.
            return Ok(());
        }
        if is_all {
            break;
        }
    }
    checkpoint(context, sealer).await
}

/// Whether all of them got their place from this process.
async fn seal_each(context: &Context, waiting: Vec<WaitingNote>) -> Result<bool, Unavailable> {
    let mut head = newest(context).await?;
    for note in waiting {
        let Some(line) = note.sealed_behind(head.as_ref()) else {
            return Err(Unavailable::new("the audit log", "a note is not as it must be"));
        };
        head = Some(line.head());
        if !was_first(context.commit(Change::WriteAudit(AuditWrite::Seal(line))).await)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Signs for the newest line, when the last one that was signed is an hour old, or unknown.
async fn checkpoint(context: &Context, sealer: &mut Sealer) -> Result<(), Unavailable> {
    let now = context.now;
    let is_due = sealer.checked_at.is_none_or(|at| now.since(at) >= CHECKPOINT_EVERY || at > now);
    let (true, Some(policy)) = (is_due, context.policy.audit) else { return Ok(()) };
    let Some((ordinal, line)) = context.ports.store.audit_newest().await? else { return Ok(()) };
    sealer.checked_at = Some(now);
    if audit::is_checkpoint(&line) {
        return Ok(());
    }
    // The key of receipts is published for as long as somebody may want to check.
    if !context.policy.receipts.enabled {
        return Ok(());
    }
    let head = AuditHead::of(ordinal, &line);
    let claims = head.checkpoint(&context.policy.tokens.issuer, now);
    let jws = context.ports.receipt_signer.sign(RECEIPT_ALGORITHM, CHECKPOINT_TYP, &claims, now).await?;
    let note = policy.checkpoint(NoticeId::from_entropy(context.random_id()?), now, &jws);
    let waiting = WaitingNote { id: note.id.clone(), text: note.text().to_owned() };
    let Some(line) = waiting.sealed_behind(Some(&head)) else { return Ok(()) };
    // Right behind the line that it is about, or nowhere.
    was_first(context.commit(Change::WriteAudit(AuditWrite::Append(note, line))).await).map(drop)
}

async fn newest(context: &Context) -> Result<Option<AuditHead>, Unavailable> {
    let newest = context.ports.store.audit_newest().await?;
    Ok(newest.map(|(ordinal, line)| AuditHead::of(ordinal, &line)))
}

async fn write(context: &Context, note: AuditNote) -> Result<(), Unavailable> {
    was_first(context.commit(Change::WriteAudit(AuditWrite::Note(note))).await).map(drop)
}
