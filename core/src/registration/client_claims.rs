//! `[clients.claims]`: what about a person is said where.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fault::Pointer;
use crate::admission::ScopePolicy;
use crate::admission::client_claims::{ClientClaims, PlaceClaims, PresentedCredentials, ScopeClaims};
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::{TokenClaims, is_registered};
use crate::oauth::entitlement::OPENID;

/// What about a person is said where. What is left out: the client's own claims (`token_claims`) in access tokens and
/// at `/userinfo`, the standard claims of the standard scopes at `/userinfo`, and nothing in ID tokens.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ClaimsRegistration {
    /// What ID tokens say.
    pub id_token: Option<SaidRegistration>,
    /// What `/userinfo` says.
    pub userinfo: Option<SaidRegistration>,
    /// What access tokens and introspection say.
    pub access_token: Option<SaidRegistration>,
}

/// `"scopes"`: every claim that the granted scopes list; `"standard"`: the standard claims of the standard scopes; or
/// the names of claims, which are said where a granted scope lists them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"scopes\", \"standard\" or a list of names of claims")]
pub enum SaidRegistration {
    /// `"scopes"` or `"standard"`.
    Word(String),
    /// Names of claims.
    Names(Vec<String>),
}

/// Checks the table of a client that may ask for `scopes` and has its `own` claims, of which those named in `fixed`
/// are in access tokens whatever the table says.
pub(super) fn check(
    given: &ClaimsRegistration,
    own: TokenClaims,
    fixed: &[String],
    (scopes, policy): (&Scopes, &ScopePolicy),
    at: &Pointer<'_>,
) -> TokenClaims {
    let otherwise = own.places().clone();
    let names: Vec<String> = own.iter().map(|claim| claim.name.clone()).collect();
    let known = |name: &str| {
        let mut listed = scopes.iter().filter_map(|scope| policy.named(scope));
        names.iter().any(|own| own == name) || listed.any(|scope| scope.claim_names().contains(&name))
    };
    let place = |key: &str, given: &Option<SaidRegistration>, otherwise: PlaceClaims| match given {
        None => otherwise,
        Some(given) => said(given, &names, known, &at.key(key)),
    };
    let mut places = ClientClaims {
        id_token: place("id_token", &given.id_token, otherwise.id_token),
        userinfo: place("userinfo", &given.userinfo, otherwise.userinfo),
        access_token: place("access_token", &given.access_token, otherwise.access_token),
        presented: otherwise.presented,
    };
    for name in fixed.iter().filter(|name| names.contains(name)) {
        if !places.access_token.own.contains(name) {
            places.access_token.own.push(name.clone());
        }
    }
    if !scopes.contains(OPENID) {
        for (key, _) in [("id_token", &given.id_token), ("userinfo", &given.userinfo)]
            .iter()
            .filter(|(_, given)| given.is_some())
        {
            at.add(key, "has no effect: the scope openid is not among those of this client");
        }
    }
    own.said_at(places)
}

/// Where a client that may ask for `scopes` is told which credentials were presented.
pub(super) fn presented(given: Option<&str>, scopes: &Scopes, at: &Pointer<'_>) -> PresentedCredentials {
    let Some(word) = given else { return PresentedCredentials::None };
    let at = at.key("presented_credentials");
    let chosen = at.choice(word, &PresentedCredentials::ALL, "must be none, userinfo, id_token or both");
    if chosen.is_some_and(|it| it != PresentedCredentials::None) && !scopes.contains(OPENID) {
        at.blame("has no effect: the scope openid is not among those of this client");
    }
    chosen.unwrap_or_default()
}

fn said(
    given: &SaidRegistration,
    own: &[String],
    known: impl Fn(&str) -> bool,
    at: &Pointer<'_>,
) -> PlaceClaims {
    let all = |of_scopes| PlaceClaims { own: own.to_vec(), of_scopes };
    let names = match given {
        SaidRegistration::Word(word) if word == "scopes" => return all(ScopeClaims::All),
        SaidRegistration::Word(word) if word == "standard" => return all(ScopeClaims::Standard),
        SaidRegistration::Word(_) => {
            at.blame("must be \"scopes\", \"standard\" or a list of names of claims");
            return PlaceClaims::default();
        }
        SaidRegistration::Names(names) => names,
    };
    for (index, (at, name)) in at.each(names).enumerate() {
        if is_registered(name) {
            at.blame("is a registered claim, which only this server sets");
        } else if !known(name) {
            at.blame(
                "is neither among the token_claims of this client nor a claim that one of its scopes lists",
            );
        } else if names.iter().take(index).any(|other| other == name) {
            at.blame("is there twice");
        }
    }
    let (own, listed) = names.iter().cloned().partition(|name| own.contains(name));
    PlaceClaims { own, of_scopes: ScopeClaims::Named(listed) }
}
