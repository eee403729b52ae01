//! Which scopes would a sample of claims earn, and why not the others? For whoever writes the rules.
//! Nothing is asked of a wallet, and nothing is stored.

use serde_json::{Map, Value};

use crate::flow::context::Context;
use vpgate_core::admission::ScopeDefinition;
use vpgate_core::admission::rules::{ScopeRule, Unmet};
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::oauth::entitlement::OPENID;

/// A sample, as a verified presentation would show it.
#[derive(Default)]
pub struct Sample {
    /// Space-separated scopes; all scopes of the client when left out.
    pub scope: Option<String>,
    /// Claims by credential query id.
    pub claims: Vec<(String, Map<String, Value>)>,
}

/// What the sample would earn.
#[derive(Debug)]
pub struct DryRun<'p> {
    /// The scopes that would be granted.
    pub granted: Scopes,
    /// Each scope, in the order asked.
    pub scopes: Vec<ScopeTried<'p>>,
}

/// One scope, tried on the sample.
#[derive(Debug)]
pub struct ScopeTried<'p> {
    /// The scope that is tried.
    pub scope: &'p ScopeDefinition,
    /// Whether it would be earned.
    pub earned: bool,
    /// The credentials of this scope that the sample does not have.
    pub missing: Vec<&'p str>,
    /// Each rule, in the order of the configuration.
    pub rules: Vec<(&'p ScopeRule, Result<(), Unmet>)>,
    /// Whether one of its credentials has a stable identifier, so that `sub` stays the same for a person.
    pub stable_subject: bool,
}

/// Why nothing was tried. Each names the member at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTried {
    /// Public clients have no REST API.
    #[error("this client has no secret; only confidential clients may use this endpoint")]
    PublicClient,
    /// The scope is unknown, malformed or not open to this client.
    #[error("the scope is unknown, malformed or not open to this client")]
    Scope,
    /// No scope that is tried asks for this credential.
    #[error("none of the scopes asks for a credential with this id")]
    Credential(
        /// The place of the claims in the sample.
        usize,
    ),
}

/// Tries the rules of `client`'s scopes on a sample.
///
/// # Errors
/// [`NotTried`]
pub fn dry_run<'c>(
    context: &'c Context,
    client: AuthenticatedClient<'_>,
    sample: &Sample,
) -> Result<DryRun<'c>, NotTried> {
    if !client.is_confidential() {
        return Err(NotTried::PublicClient);
    }
    // `openid` asks for nothing in the wallet, and is earned with anything else.
    let own = client.client().scopes.clone().without(OPENID);
    let requested = match &sample.scope {
        Some(text) => Scopes::parse(text).map_err(|_| NotTried::Scope)?.without(OPENID),
        None => own.clone(),
    };
    if requested.is_empty() || !requested.within(&own) {
        return Err(NotTried::Scope);
    }
    let policy = &context.policy.scopes;
    let scopes: Vec<&ScopeDefinition> =
        requested.iter().map(|name| policy.named(name)).collect::<Option<_>>().ok_or(NotTried::Scope)?;
    let unasked =
        |(id, _): &(String, _)| !scopes.iter().any(|scope| scope.credentials().contains(&id.as_str()));
    if let Some(place) = sample.claims.iter().position(unasked) {
        return Err(NotTried::Credential(place));
    }
    let mut granted = Scopes::default();
    let mut tried = Vec::new();
    for scope in scopes {
        let one = try_scope(context, scope, sample);
        if one.earned {
            granted = granted.with(&scope.name).map_err(|_| NotTried::Scope)?;
        }
        tried.push(one);
    }
    Ok(DryRun { granted, scopes: tried })
}

fn try_scope<'p>(context: &'p Context, scope: &'p ScopeDefinition, sample: &Sample) -> ScopeTried<'p> {
    let claims = |id: &str| sample.claims.iter().find(|(known, _)| known == id).map(|(_, claims)| claims);
    let rules: Vec<_> = scope.judge_rules(claims, context.now).collect();
    let missing: Vec<&str> = scope.credentials().into_iter().filter(|id| claims(id).is_none()).collect();
    let stable = |id: &str| {
        let known = context.policy.scopes.credentials().iter().find(|it| it.id == id);
        known.is_some_and(|it| it.stable_identifier.is_some())
    };
    ScopeTried {
        scope,
        earned: scope.is_decidable() && missing.is_empty() && rules.iter().all(|(_, judged)| judged.is_ok()),
        missing,
        rules,
        stable_subject: scope.credentials().into_iter().any(stable),
    }
}
