//! Tokens and grants, held against the configuration of today.

use crate::flow::context::Context;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::{Admission, CurrentConfiguration};
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::issuance::Family;

/// What the tokens of `family` may still allow; `None` when its client, what it earned, or the issuer of a
/// credential behind it is no longer configured.
pub(in crate::flow) fn still_granted(context: &Context, family: &Family) -> Option<Scopes> {
    let client = context.policy.clients.named(&family.terms().client_id)?;
    family.admission().still_granted(&family.terms().scopes, &current(context, client))
}

/// The family as the configuration has it today.
pub(in crate::flow) fn as_of_today(context: &Context, family: Family) -> Option<Family> {
    let scopes = still_granted(context, &family)?;
    let client = context.policy.clients.named(&family.terms().client_id)?;
    Some(family.as_of_today(&scopes, |name| says(client, name)))
}

/// What was earned before the tokens are issued; `None` when nothing of it is left.
pub(in crate::flow) fn earned_of_today(
    context: &Context,
    client: &Client,
    admission: &Admission,
) -> Option<Admission> {
    let scopes = admission.still_granted(admission.scopes(), &current(context, client))?;
    Some(admission.clone().saying(scopes, |name| says(client, name)))
}

fn current<'a>(context: &'a Context, client: &'a Client) -> CurrentConfiguration<'a> {
    CurrentConfiguration {
        policy: &context.policy.scopes,
        trust: &context.policy.trust,
        scopes: &client.scopes,
    }
}

fn says(client: &Client, name: &str) -> bool {
    client.token_claims.iter().any(|claim| claim.name == name)
}
