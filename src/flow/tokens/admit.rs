//! What a verified presentation earns for a client: the same decision for every grant, with the reasons
//! in the log.

use crate::flow::context::Context;
use vpgate_core::admission::claims_request::ClaimsRequest;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::{Applicant, RequestParameters};
use vpgate_core::admission::{Admission, NothingEarned, Purpose, Unearned};
use vpgate_core::openid4vp::presentation::PresentationOutcome;
use vpgate_core::openid4vp::verify::VerifiedPresentation;

/// What the outcome of a presentation earns, when it was verified ([`admit`]).
pub(in crate::flow) fn earned(
    context: &Context,
    outcome: &PresentationOutcome,
    client_id: &str,
    requested: &Scopes,
    parameters: &RequestParameters,
    claims: &ClaimsRequest,
) -> Option<Admission> {
    let PresentationOutcome::Verified { presentation, .. } = outcome else { return None };
    let client = context.policy.clients.named(client_id)?;
    let token_claims = &client.token_claims;
    admit(context, presentation, &Applicant { client_id, requested, token_claims, parameters, claims }).ok()
}

/// What `presentation` earns for `applicant`, whose `parameters` are what was kept of the request that began the grant
/// ([`Client::kept_parameters`](vpgate_core::oauth::client::Client::kept_parameters)).
///
/// # Errors
/// [`NothingEarned`]: `access_denied`. So it is for a client that does not exist any more.
fn admit(
    context: &Context,
    presentation: &VerifiedPresentation,
    applicant: &Applicant<'_>,
) -> Result<Admission, NothingEarned> {
    let policy = &context.policy.scopes;
    let client = applicant.client_id;
    for verdict in policy.verdicts(presentation, applicant.requested, Purpose::Tokens) {
        if let Some(unearned) = verdict.unearned() {
            record(client, &verdict.scope.name, unearned);
        }
    }
    let admission = policy.admit(presentation, applicant, &context.keys.subject)?;
    for claim in applicant.token_claims.iter().filter(|claim| !admission.says(&claim.name)) {
        tracing::info!(client, claim = claim.name, "a token claim has no value, or one that is too long");
    }
    Ok(admission)
}

/// Names of the operator's own, never a value (REQ-12.5).
fn record(client: &str, scope: &str, unearned: &Unearned<'_>) {
    let Unearned::Rules(unmet) = unearned else {
        return tracing::info!(client, scope, why = %unearned, "a scope is not earned");
    };
    for (rule, why) in unmet {
        let (credential, field) = (&rule.credential, &rule.field);
        let operator = rule.operator();
        tracing::info!(client, scope, credential, %field, operator, %why, "a scope is not earned: a rule does not hold");
    }
}
