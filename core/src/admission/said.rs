//! What a place says of an admission, by the configuration of today: the one rendering behind ID tokens, `/userinfo`,
//! access tokens and introspection.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bridge::{CLAIM, MAX_IN_ID_TOKEN};
use super::claims_request::RequestedClaim;
use super::client_claims::ClaimsPlace;
use super::earned::Admission;
use super::policy::ScopePolicy;
use super::scope_definition::ScopeDefinition;
use super::scopes::Scopes;
use super::token_claims::TokenClaims;

/// How people are recognised here: they prove that they hold a key (RFC 8176 section 2).
const AMR: &str = "pop";

/// Who hears it, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Hearing<'a> {
    /// What stands behind the scopes.
    pub policy: &'a ScopePolicy,
    /// What the client's tokens say.
    pub token_claims: &'a TokenClaims,
    /// The scopes that count here.
    pub scopes: &'a Scopes,
}

impl Admission {
    /// What `place` says beside the registered claims.
    pub fn said(&self, place: ClaimsPlace, to: &Hearing<'_>) -> Map<String, Value> {
        let says = to.token_claims.places().at(place);
        let own = self.claims.iter().filter(|(name, _)| says.own.contains(name));
        let mut said: BTreeMap<String, Value> =
            own.map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut of_scopes = Map::new();
        for scope in self.scopes.only(to.scopes).iter().filter_map(|name| to.policy.named(name)) {
            for name in scope.claim_names() {
                if says.of_scopes.includes(&scope.name, name)
                    && let Some(value) = self.claim_of(scope, name)
                {
                    join(&mut of_scopes, name.to_owned(), value);
                }
            }
        }
        for requested in self.requested.at(place) {
            if let Some(value) =
                self.requested(requested, to.policy).filter(|it| requested.is_met_by(Some(it)))
            {
                join(&mut of_scopes, requested.name.clone(), value);
            }
        }
        for (name, value) in of_scopes {
            said.entry(name).or_insert(value);
        }
        if to.token_claims.places().presented.are_at(place) {
            let sets = self.presented_credential_sets(to.policy, to.scopes);
            if place != ClaimsPlace::IdToken || sets.to_string().len() <= MAX_IN_ID_TOKEN {
                said.insert(CLAIM.to_owned(), sets);
            }
        }
        said.into_iter().collect()
    }

    /// How the person was recognised, and how sure that is: `amr`, and `acr` where the configuration knows it of the
    /// credential that the subject is made of (OpenID Connect Core section 2, RFC 9068 section 2.2.1).
    pub fn recognition(&self, policy: &ScopePolicy) -> impl Iterator<Item = (String, Value)> {
        let acr = self.acr(policy).map(|acr| ("acr".to_owned(), json!(acr)));
        [("amr".to_owned(), json!([AMR]))].into_iter().chain(acr)
    }

    /// Whether it has everything without which the client wants nobody signed in: the values of essential claims
    /// (OpenID Connect Core section 5.5.1).
    pub fn lacks_essential(&self, policy: &ScopePolicy) -> bool {
        self.requested.all().any(|(place, claim)| {
            let of_sign_in = claim.is_of_sign_in(place);
            claim.essential && !of_sign_in && !claim.is_met_by(self.requested(claim, policy).as_ref())
        })
    }

    /// Whether it is as sure as the client demands (section 5.5.1.1).
    pub fn is_as_sure_as_demanded(&self, policy: &ScopePolicy) -> bool {
        let demanded = self.requested.demanded_acr();
        demanded.is_empty() || self.acr(policy).is_some_and(|acr| demanded.iter().any(|value| value == acr))
    }

    fn acr<'p>(&self, policy: &'p ScopePolicy) -> Option<&'p str> {
        policy.credential(&self.credentials.first()?.id)?.acr.as_deref()
    }

    fn requested(&self, claim: &RequestedClaim, policy: &ScopePolicy) -> Option<Value> {
        match &claim.scope {
            // What was asked for and not earned lends nothing either.
            Some(scope) => {
                let scope = policy.named(scope)?;
                let lends = scope.open || self.scopes.contains(&scope.name);
                self.claim_of(scope, &claim.name).filter(|_| lends)
            }
            None => self.claims.get(&claim.name).cloned(),
        }
    }

    fn claim_of(&self, scope: &ScopeDefinition, name: &str) -> Option<Value> {
        let with = self.credentials.iter().find(|it| it.id == scope.credential)?;
        scope.claim(name, &with.credential)
    }
}

/// Adds what another scope lists: parts of one claim, as elements of one namespace, stand beside each other.
fn join(said: &mut Map<String, Value>, name: String, value: Value) {
    match (said.get_mut(&name), value) {
        (Some(Value::Object(known)), Value::Object(more)) => {
            more.into_iter().for_each(|(name, value)| join(known, name, value));
        }
        (Some(_), _) => {}
        (None, value) => drop(said.insert(name, value)),
    }
}
