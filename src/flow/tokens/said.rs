//! What tokens of a family say of the person, by the configuration of today.

use serde_json::{Map, Value};

use crate::flow::context::Context;
use vpgate_core::admission::Hearing;
use vpgate_core::admission::client_claims::ClaimsPlace;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::oauth::issuance::Family;

/// What `place` says beside the registered claims, where `scopes` count.
pub(in crate::flow) fn said(
    context: &Context,
    family: &Family,
    scopes: &Scopes,
    place: ClaimsPlace,
) -> Map<String, Value> {
    let Some(client) = context.policy.clients.named(&family.terms().client_id) else { return Map::new() };
    let to = Hearing { policy: &context.policy.scopes, token_claims: &client.token_claims, scopes };
    let said = family.admission().said(place, &to);
    match place {
        ClaimsPlace::Userinfo => said,
        // How the person was recognised always says what we say.
        ClaimsPlace::IdToken | ClaimsPlace::AccessToken => {
            said.into_iter().chain(family.admission().recognition(&context.policy.scopes)).collect()
        }
    }
}
