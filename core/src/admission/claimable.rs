//! What a client may ask for claim by claim, and which scope lists it.

use serde_json::Value;

use super::claims_request::{ClaimsRefused, ClaimsRequest};
use super::policy::ScopePolicy;
use super::scope_definition::ScopeDefinition;
use super::scopes::Scopes;
use super::token_claims::TokenClaims;
use crate::base::report::excerpt;

/// What a client may ask for claim by claim.
#[derive(Clone, Copy, Debug)]
pub struct Claimable<'a> {
    /// What stands behind the scopes.
    pub policy: &'a ScopePolicy,
    /// The scopes of the request.
    pub asked: &'a Scopes,
    /// The scopes that the client may ask for.
    pub open: &'a Scopes,
    /// The client's own claims.
    pub own: &'a TokenClaims,
}

impl ClaimsRequest {
    /// This request, with the scope that lists each claim.
    ///
    /// # Errors
    /// [`ClaimsRefused::Unknown`] for a claim that this client cannot be told at that place,
    /// [`ClaimsRefused::Acr`] where it would wait for an `acr` that never comes.
    pub fn resolved(mut self, known: &Claimable<'_>) -> Result<Self, ClaimsRefused> {
        if !self.demanded_acr().is_empty() && !known.has_acr(self.demanded_acr()) {
            return Err(ClaimsRefused::Acr);
        }
        for (place, claim) in self.all_mut() {
            if claim.is_of_sign_in(place) || known.own.iter().any(|own| own.name == claim.name) {
                continue;
            }
            let scope = known.scope_of(&claim.name);
            let scope = scope.ok_or_else(|| ClaimsRefused::Unknown(excerpt(&claim.name)))?;
            claim.scope = Some(scope.name.clone());
        }
        Ok(self)
    }
}

impl<'a> Claimable<'a> {
    /// The scope that lists the claim `name`, and whose credential is asked for: one of the request, or else one that
    /// is open. A scope with rules lends nothing to who did not ask for it, since nobody judges its rules.
    fn scope_of(&self, name: &str) -> Option<&'a ScopeDefinition> {
        let credentials: Vec<&str> = self.definitions(self.asked).flat_map(|it| it.credentials()).collect();
        let lists = |scope: &&ScopeDefinition| {
            credentials.contains(&scope.credential.as_str()) && scope.claim_names().contains(&name)
        };
        let open = self.definitions(self.open).filter(|scope| scope.open);
        self.definitions(self.asked).chain(open).find(lists)
    }

    /// Whether a credential behind the scopes of the request has one of these `acr`.
    fn has_acr(&self, values: &[Value]) -> bool {
        let acr = |id: &str| self.policy.credential(id).and_then(|credential| credential.acr.as_deref());
        let mut known = self.definitions(self.asked).flat_map(|it| it.credentials()).filter_map(acr);
        known.any(|acr| values.iter().any(|value| value == acr))
    }

    fn definitions(&self, scopes: &'a Scopes) -> impl Iterator<Item = &'a ScopeDefinition> {
        scopes.iter().filter_map(|name| self.policy.named(name))
    }
}
