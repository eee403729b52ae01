//! What the outcome of a presentation means for the authorization behind it: a code, or an error, that the
//! browser carries home.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::settle::NotAccepted;
use crate::flow::tokens::admit;
use vpgate_core::base::id::AuthorizationId;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::GrantDecision;
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::code_grant::{CodeGrant, NotDecided};
use vpgate_core::oauth::device_grant::DenialReason;
use vpgate_core::oauth::redirect::{AuthorizationError, ReturnUrl};
use vpgate_core::openid4vp::presentation::{PresentationOutcome, Settled};
use vpgate_core::openid4vp::request::Requester;
use vpgate_core::openid4vp::response::WalletError;

impl From<NotDecided> for NotAccepted {
    fn from(_: NotDecided) -> Self {
        Self::NoOpenRequest
    }
}

/// Decides `authorization` by its settled presentation, which must have come back through the
/// browser that asked (REQ-11.23).
pub(in crate::flow) async fn decide(
    context: &Context,
    settled: &Settled,
    authorization: &AuthorizationId,
    client_id: &str,
) -> Result<(GrantDecision, ReturnUrl), NotAccepted> {
    let Some(CodeGrant::Pending(pending)) = context.ports.store.authorization(authorization).await? else {
        return Err(NotAccepted::NoOpenRequest);
    };
    let request = &pending.terms().request;
    let (return_to, browser) = (request.return_to.clone(), settled.browser());
    if let PresentationOutcome::Verified { presentation, .. } = settled.outcome() {
        let AuthorizationRequest { scopes, parameters, .. } = &**request;
        if let Ok(admission) = admit::admit(context, presentation, client_id, scopes, parameters) {
            if request.expected_subject.as_deref().is_some_and(|hinted| hinted != admission.subject()) {
                let refused = pending.refuse(DenialReason::NothingEarned, browser, context.now)?;
                let (error, why) =
                    (AuthorizationError::LoginRequired, "another person than id_token_hint names");
                let way_home = return_to.with_error(error, why, &context.policy.tokens.issuer);
                return Ok((GrantDecision::RefuseCode(refused), way_home));
            }
            let code: Secret = context.random_secret()?;
            let until = context.now.plus(context.policy.code.code_lifetime);
            let granted = pending.grant(admission, browser, code.digest(), until, context.now)?;
            let way_home = return_to.with_code(&code, &context.policy.tokens.issuer);
            return Ok((GrantDecision::IssueCode(granted), way_home));
        }
    }
    let (reason, error, why) = refusal(settled.outcome());
    let refused = pending.refuse(reason, browser, context.now)?;
    Ok((GrantDecision::RefuseCode(refused), return_to.with_error(error, why, &context.policy.tokens.issuer)))
}

/// Where the browser of a refused authorization belongs, when its wallet posted the answer and only
/// then sent the browser back.
pub(in crate::flow) async fn refused_way_home(
    context: &Context,
    settled: &Settled,
) -> Result<Option<ReturnUrl>, Unavailable> {
    let Requester::Code { authorization, .. } = &settled.asked().requester else { return Ok(None) };
    let Some(CodeGrant::Refused(refused)) = context.ports.store.authorization(authorization).await? else {
        return Ok(None);
    };
    let (_, error, why) = refusal(settled.outcome());
    Ok(Some(refused.terms().request.return_to.with_error(error, why, &context.policy.tokens.issuer)))
}

/// What an outcome that leads to no code is called.
fn refusal(outcome: &PresentationOutcome) -> (DenialReason, AuthorizationError, &'static str) {
    match outcome {
        PresentationOutcome::Verified { .. } => (
            DenialReason::NothingEarned,
            AuthorizationError::AccessDenied,
            "the presentation is genuine but earns none of the scopes",
        ),
        PresentationOutcome::Rejected { .. } => (
            DenialReason::PresentationRejected,
            AuthorizationError::AccessDenied,
            "the presentation was not accepted",
        ),
        PresentationOutcome::Declined { error: WalletError::AccessDenied } => (
            DenialReason::DeclinedInWallet,
            AuthorizationError::AccessDenied,
            "the person or the wallet said no",
        ),
        // REQ-2.44: the wallet could not do what it was asked.
        PresentationOutcome::Declined { .. } => (
            DenialReason::DeclinedInWallet,
            AuthorizationError::ServerError,
            "the wallet could not answer this request",
        ),
    }
}
