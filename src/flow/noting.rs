//! What a change is noted as in the audit log: in the same write, so that nothing is taken back or deleted without its
//! line.

use super::ports::{Entropy, Unavailable};
use vpgate_core::audit::{AuditDetails, AuditKind, AuditNote};
use vpgate_core::base::id::NoticeId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::event::{EventContent, EventKind};
use vpgate_core::policy::Policy;

/// A note; `None` where no log is kept.
///
/// # Errors
/// When there is no randomness.
pub(in crate::flow) fn note(
    (policy, entropy): (&Policy, &dyn Entropy),
    now: Timestamp,
    kind: AuditKind,
    details: &AuditDetails<'_>,
) -> Result<Option<AuditNote>, Unavailable> {
    let Some(audit) = policy.audit else { return Ok(None) };
    let mut id = [0; 16];
    entropy.fill(&mut id)?;
    Ok(Some(audit.note(NoticeId::from_entropy(id), now, kind, details)))
}

/// `change`, with a note of it.
///
/// # Errors
/// When there is no randomness.
pub(in crate::flow) fn noted_as(
    change: Change,
    outside: (&Policy, &dyn Entropy),
    now: Timestamp,
    (kind, details): (AuditKind, &AuditDetails<'_>),
) -> Result<Change, Unavailable> {
    Ok(match note(outside, now, kind, details)? {
        Some(note) => Change::Noted { change: Box::new(change), note },
        None => change,
    })
}

/// `change`, with a note of what it tells a client, where that belongs into the log.
///
/// # Errors
/// When there is no randomness.
pub(in crate::flow) fn noted(
    mut change: Change,
    told: &[EventContent],
    outside: (&Policy, &dyn Entropy),
    now: Timestamp,
) -> Result<Change, Unavailable> {
    for content in told {
        let kind = match content.kind {
            EventKind::TokenRevoked => AuditKind::TokensRevoked,
            EventKind::CredentialRevoked => AuditKind::CredentialRevoked,
            _ => continue,
        };
        let token = content.ids.token.as_ref().map(|token| token.as_str());
        let details = AuditDetails {
            client: Some(&content.client_id),
            about: token.or(content.ids.grant.as_deref()),
            reason: content.reason.as_deref(),
            ..AuditDetails::default()
        };
        change = noted_as(change, outside, now, (kind, &details))?;
    }
    Ok(change)
}
