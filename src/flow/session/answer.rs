//! A request is answered from a session, where there is one that fits, and nobody is asked.

use std::time::Duration;

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::session::end;
use crate::flow::tokens::{recheck, today};
use vpgate_core::base::id::AuthorizationId;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::Change;
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::code_grant::{CodeGrantTerms, Granted};
use vpgate_core::oauth::redirect::ReturnUrl;
use vpgate_core::oauth::session::Session;
use vpgate_core::status_list::check::StatusNow;

/// What a browser is given with a session: a secret for each client, so that none stands for another.
#[derive(Debug)]
pub struct SessionCookie {
    /// The client that is answered.
    pub client_id: String,
    /// The secret.
    pub secret: Secret,
    /// How long the session lasts.
    pub lifetime: Duration,
    /// Frames of other sites send it, too.
    pub in_frames: bool,
}

/// The browser's way home with a code, where one of the sessions that `shown` names answers `request` of `client`;
/// `None` where the person has to be asked. `pushed` is the handle of a pushed request, which is spent by an
/// answer.
pub(in crate::flow) async fn answer(
    context: &Context,
    client: &Client,
    request: &AuthorizationRequest,
    pushed: Option<Digest>,
    shown: &[Secret],
) -> Result<Option<ReturnUrl>, Unavailable> {
    if context.policy.sessions.is_none() {
        return Ok(None);
    }
    for secret in shown {
        let Some(session) = context.ports.store.session_by_cookie(&secret.digest()).await? else { continue };
        if let Some(home) = answer_from(context, client, request, pushed, &session).await? {
            return Ok(Some(home));
        }
    }
    Ok(None)
}

async fn answer_from(
    context: &Context,
    client: &Client,
    request: &AuthorizationRequest,
    pushed: Option<Digest>,
    session: &Session,
) -> Result<Option<ReturnUrl>, Unavailable> {
    let (id, now) = (&session.terms().id, context.now);
    let Some(earned) = today::earned_of_today(context, client, session.admission()) else {
        tracing::info!(client = client.id, session = %id, "the configuration no longer has what earned a session");
        end::end(context, session).await?;
        return Ok(None);
    };
    let answer = match session.answer(request, earned, now) {
        Ok(answer) => answer,
        Err(why) => {
            tracing::debug!(client = client.id, session = %id, %why, "a session does not answer");
            return Ok(None);
        }
    };
    match recheck::status_now(context, session.admission()).await {
        StatusNow::Valid => {}
        StatusNow::Unknown => return Ok(None),
        StatusNow::TakenBack => {
            tracing::warn!(client = client.id, session = %id, "the credential behind a session was taken back");
            end::end(context, session).await?;
            return Ok(None);
        }
    }
    let code = context.random_secret()?;
    let expires_at = now.plus(context.policy.code.code_lifetime);
    let terms = CodeGrantTerms {
        id: AuthorizationId::from_entropy(context.random_id()?),
        request: Box::new(request.clone()),
        created_at: now,
        expires_at,
        session: Some(id.clone()),
    };
    let home = request.return_to.with_code(&code, &context.policy.tokens.issuer);
    let grant = Granted::from_session(terms, answer, code.digest(), expires_at);
    let change = Change::AuthorizeInSession { grant, session: id.clone(), pushed };
    match context.commit(change).await {
        Ok(()) => {
            tracing::info!(client = client.id, session = %id, "answered from a session");
            Ok(Some(home))
        }
        // The session ended meanwhile, or the pushed request was used.
        Err(NotMade::Lost | NotMade::Taken) => Ok(None),
        Err(NotMade::Failed(source)) => Err(source),
    }
}
