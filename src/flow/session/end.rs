//! A session ends: its row goes, with the tokens that it led to, and its client is told where it wants to be.

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::audit::{AuditDetails, AuditKind};
use vpgate_core::base::id::{NoticeId, SessionId};
use vpgate_core::change::Change;
use vpgate_core::oauth::logout::LogoutNotice;
use vpgate_core::oauth::session::Session;

/// Ends `session`; it does not matter who was first.
pub(in crate::flow) async fn end(context: &Context, session: &Session) -> Result<(), Unavailable> {
    let terms = session.terms();
    let subject = session.admission().subject();
    let notice = notice(context, &terms.client_id, subject, Some(terms.id.clone()))?;
    let change = Change::EndSession { session: terms.id.clone(), notice, at: context.now };
    let details = AuditDetails {
        client: Some(&terms.client_id),
        about: Some(terms.id.as_str()),
        ..AuditDetails::default()
    };
    if was_first(context.commit_noting(change, AuditKind::SessionEnded, &details).await)? {
        tracing::info!(client = terms.client_id, session = %terms.id, "a session ended");
    }
    Ok(())
}

/// What the client has to be told about `subject`, where it wants to be (Back-Channel Logout 1.0 section 2.2).
pub(in crate::flow) fn notice(
    context: &Context,
    client_id: &str,
    subject: &str,
    session: Option<SessionId>,
) -> Result<Option<LogoutNotice>, Unavailable> {
    let client = context.policy.clients.named(client_id);
    let Some(channel) = client.and_then(|client| client.logout.back_channel.as_ref()) else {
        return Ok(None);
    };
    if channel.session_required && session.is_none() {
        return Ok(None);
    }
    Ok(Some(LogoutNotice {
        id: NoticeId::from_entropy(context.random_id()?),
        client_id: client_id.to_owned(),
        subject: subject.to_owned(),
        session,
    }))
}
