//! What the outcome of a presentation means for the authorization behind it: a code, or an error, that the
//! browser carries home.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::end::{Ending, NotAccepted};
use crate::flow::session;
use crate::flow::tokens::admit;
use vpgate_core::base::id::AuthorizationId;
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::decision::{self, Denial, GrantDecision, NewCode};
use vpgate_core::oauth::redirect::ReturnUrl;
use vpgate_core::openid4vp::presentation::Settled;
use vpgate_core::openid4vp::request::Requester;

/// Decides `authorization` by its settled presentation, which must have come back through the
/// browser that asked (REQ-11.23).
pub(in crate::flow) async fn decide(
    context: &Context,
    settled: &Settled,
    authorization: &AuthorizationId,
    client_id: &str,
) -> Result<(GrantDecision, Ending), NotAccepted> {
    let Some(CodeGrant::Pending(pending)) = context.ports.store.authorization(authorization).await? else {
        return Err(NotAccepted::NoOpenRequest);
    };
    let request = &pending.terms().request;
    let mut cookie = None;
    let AuthorizationRequest { scopes, parameters, claims, .. } = request.as_ref();
    let earned = admit::earned(context, settled.outcome(), client_id, scopes, parameters, claims);
    let earned = match earned {
        Some(admission) => {
            let expires_at = context.now.plus(context.policy.code.code_lifetime);
            let begun = session::begin::begin(context, pending.terms(), &admission)?;
            let (session, given) = begun.unzip();
            cookie = given;
            Some((admission, NewCode { code: context.random_secret()?, expires_at, session }))
        }
        None => None,
    };
    let ours = (context.policy.tokens.issuer.as_str(), &context.policy.scopes);
    let (decision, home) = decision::for_application(pending, settled, earned, ours, context.now)?;
    // Nobody is signed in by another person than the one who was expected.
    let cookie = cookie.filter(|_| matches!(decision, GrantDecision::SignIn(..)));
    Ok((decision, Ending::home(home, cookie)))
}

/// Where the browser of a refused authorization belongs, when its wallet posted the answer and only
/// then sent the browser back.
pub(in crate::flow) async fn refused_way_home(
    context: &Context,
    settled: &Settled,
) -> Result<Option<ReturnUrl>, Unavailable> {
    let Requester::Code { authorization, .. } = &settled.request().requester else { return Ok(None) };
    let Some(CodeGrant::Refused(refused)) = context.ports.store.authorization(authorization).await? else {
        return Ok(None);
    };
    let return_to = &refused.terms().request.return_to;
    Ok(Some(Denial::of(settled.outcome()).way_home(return_to, &context.policy.tokens.issuer)))
}
