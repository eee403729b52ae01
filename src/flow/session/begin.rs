//! A person has presented to a web application: from now on the same question is answered without them.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::session::answer::SessionCookie;
use vpgate_core::admission::Admission;
use vpgate_core::base::id::SessionId;
use vpgate_core::oauth::code_grant::CodeGrantTerms;
use vpgate_core::oauth::session::{NewSession, Session};

/// The name of a session that may come of an authorization; `None` where sessions are off.
pub(in crate::flow) fn name(context: &Context) -> Result<Option<SessionId>, Unavailable> {
    match context.policy.sessions {
        Some(_) => Ok(Some(SessionId::from_entropy(context.random_id()?))),
        None => Ok(None),
    }
}

/// The session of an authorization that `admission` was earned for, and what its browser is given.
pub(in crate::flow) fn begin(
    context: &Context,
    terms: &CodeGrantTerms,
    admission: &Admission,
) -> Result<Option<(NewSession, SessionCookie)>, Unavailable> {
    let (Some(policy), Some(id)) = (context.policy.sessions, terms.session.clone()) else { return Ok(None) };
    let client_id = &terms.request.client_id;
    let keeps_status = context.policy.tokens.of(client_id).recheck_status;
    let admission = admission.clone();
    let admission = if keeps_status { admission } else { admission.without_status_places() };
    let session = Session::begin(id, &terms.request, admission, policy.lifetime, context.now);
    let secret = context.random_secret()?;
    let cookie = secret.digest();
    let given = SessionCookie {
        client_id: client_id.clone(),
        secret,
        lifetime: session.terms().expires_at.since(context.now),
        in_frames: policy.in_frames,
    };
    Ok(Some((NewSession { session, cookie }, given)))
}
