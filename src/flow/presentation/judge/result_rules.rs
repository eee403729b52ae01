//! What a relying party's result needs besides a good answer: scopes that are earned, and one holder.

use super::{Refusal, Unconcluded, broken};
use crate::flow::context::Context;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::{Purpose, ScopePolicy};
use vpgate_core::base::report::Findings;
use vpgate_core::openid4vp::request::{Requester, VpRequest};
use vpgate_core::openid4vp::verify::{VerifiedPresentation, one_holder};

/// What decides about a result. Tokens are decided by their grant.
#[derive(Debug)]
pub struct ResultRules<'a> {
    scopes: Option<Requested<'a>>,
    several_holders: bool,
}

#[derive(Debug)]
struct Requested<'a> {
    policy: &'a ScopePolicy,
    names: Scopes,
    purpose: Purpose,
}

impl<'a> ResultRules<'a> {
    /// Of a question that was put as a query.
    pub fn of_query(several_holders: bool) -> Self {
        Self { scopes: None, several_holders }
    }

    /// Of a question that was put as scopes.
    pub(in crate::flow) fn of_scopes(policy: &'a ScopePolicy, names: Scopes, several_holders: bool) -> Self {
        let scopes = Some(Requested { policy, names, purpose: Purpose::Result });
        Self { scopes, several_holders }
    }

    pub(super) fn decide(
        &self,
        presentation: VerifiedPresentation,
        findings: &mut Findings,
    ) -> Result<VerifiedPresentation, Unconcluded> {
        one_holder(&presentation, self.several_holders, findings).map_err(broken)?;
        let Some(Requested { policy, names, purpose }) = &self.scopes else { return Ok(presentation) };
        policy
            .decide(presentation, names, *purpose, findings)
            .map_err(|rejection| (Refusal::Unearned, rejection))
    }
}

/// What decides about the answer to `asked`, where a relying party asked. Where it asked for a device,
/// that is decided as for the device's tokens: each scope by the holder of the first.
pub(in crate::flow) fn result_rules<'c>(context: &'c Context, asked: &VpRequest) -> Option<ResultRules<'c>> {
    let Requester::RelyingParty { scope, several_holders, grant, .. } = &asked.requester else {
        return None;
    };
    let policy = &context.policy.scopes;
    let names = scope.as_deref().map(|scope| Scopes::parse(scope).unwrap_or_default());
    let for_device = grant.is_some();
    let purpose = if for_device { Purpose::Tokens } else { Purpose::Result };
    let scopes = names.map(|names| Requested { policy, names, purpose });
    Some(ResultRules { scopes, several_holders: *several_holders || for_device })
}
