//! Scopes: what must be shown, and what must hold.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::askable::Askable;
use super::claims_path;
use super::fault::Pointer;
use super::rule::{self, RuleRegistration};
use crate::admission::rules::ScopeRule;
use crate::admission::scopes::Scopes;
use crate::admission::standard_claims::StandardClaim;
use crate::admission::token_claims::is_registered;
use crate::admission::{ScopeDefinition, ScopePolicy};
use crate::oauth::client_token::API_SCOPE;
use crate::oauth::entitlement::OPENID;
use crate::openid4vp::dcql::ClaimsPath;
use crate::trust::TrustPolicy;

/// What clients can earn.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ScopeRegistration {
    /// What clients ask for, or what people read, where clients ask for the alias.
    pub name: Option<String>,
    /// What clients ask for, when the name has spaces, which separate scopes.
    pub alias: Option<String>,
    /// What people read instead of the name.
    pub description: Option<String>,
    /// The same in other languages of the pages, by their tags.
    pub descriptions: BTreeMap<String, String>,
    /// The id of the credential that must be shown.
    pub credential: Option<String>,
    /// Claims to ask for: names joined by dots, or lists of names and positions. What rules read is asked for by
    /// itself.
    pub claims: Option<Vec<Value>>,
    /// What claims are called in tokens that the credential calls something else: the name, and the claim; or `true`
    /// or `false` for what is known of the issuer (`email_verified = true`).
    pub standard_claims: BTreeMap<String, Value>,
    /// All must hold.
    pub rules: Vec<RuleRegistration>,
    /// Without rules, everybody who shows the credential earns the scope: that must be said.
    pub open: Option<bool>,
}

impl ScopeRegistration {
    /// The name that clients use: the alias, if there is one.
    pub(super) fn asked_by(&self) -> Option<&str> {
        self.alias.as_deref().or(self.name.as_deref())
    }
}

/// Checks every scope against the credentials. `trust` are the credentials without a fault.
pub(super) fn check(
    given: &[ScopeRegistration],
    askable: &Askable,
    trust: &TrustPolicy,
    all: &Pointer<'_>,
) -> ScopePolicy {
    let mut names: Vec<&str> = Vec::new();
    let mut checked: Vec<ScopeDefinition> = Vec::new();
    for (at, given) in all.each(given) {
        let (asked, shown) = name(given, &names, &at);
        names.extend(asked);
        let Some(scope) = scope(given, (asked, shown), askable, &at) else { continue };
        // What is wrong with a credential is said there, and no more is made of it.
        let sound = |id: &&str| trust.credentials.iter().any(|trusted| trusted.id == **id);
        if scope.credentials().iter().all(sound) && askable_alone(&scope, askable, &at.key("claims")) {
            checked.push(scope);
        }
    }
    ScopePolicy::new(askable.credentials(trust), checked)
}

/// Whether a query for this scope can be written.
fn askable_alone(scope: &ScopeDefinition, askable: &Askable, at: &Pointer<'_>) -> bool {
    let policy = ScopePolicy::new(askable.credentials(&TrustPolicy::default()), vec![scope.clone()]);
    // A name that cannot be one has its fault already.
    let Ok(alone) = Scopes::default().with(&scope.name) else { return false };
    at.keep(policy.query(&alone)).is_some()
}

fn scope(
    given: &ScopeRegistration,
    (asked, shown): (Option<&str>, Option<&str>),
    askable: &Askable,
    at: &Pointer<'_>,
) -> Option<ScopeDefinition> {
    let ruled = given.rules.first().and_then(|rule| rule.credential.as_ref());
    let named = at.need("credential", given.credential.as_ref().or(ruled), "the id of a credential above");
    // A rule that names an unknown one is told so itself.
    let own = match &given.credential {
        Some(id) => askable.named(id, &at.key("credential")),
        None => named.and_then(|id| askable.find(id)),
    };
    let own = own.map(|credential| credential.id.as_str());
    if given.claims.is_none() && given.rules.is_empty() {
        at.add("claims", "is missing: the claims to ask for, dotted");
    }
    let claims = claims(given.claims.as_deref().unwrap_or_default(), &at.key("claims"));
    let rules = at.key("rules");
    let rules: Vec<ScopeRule> =
        rules.each(&given.rules).filter_map(|(at, rule)| rule::check(rule, own, askable, &at)).collect();
    match (given.rules.is_empty(), given.open) {
        (true, Some(true)) | (false, None) => {}
        (true, _) => at.add(
            "open",
            "must be true if everybody who shows the credential is to earn this scope; otherwise it needs rules",
        ),
        (false, Some(_)) => at.add("open", "is for scopes without rules; these rules decide"),
    }
    Some(ScopeDefinition {
        name: asked?.to_owned(),
        description: given.description.as_deref().or(shown).map(str::to_owned),
        credential: own?.to_owned(),
        standard_claims: standard_claims(&given.standard_claims, &claims, &at.key("standard_claims")),
        claims,
        rules,
        open: given.open == Some(true),
    })
}

/// The name that clients ask for, and the one that people read where it differs (REQ-12.7).
fn name<'g>(
    given: &'g ScopeRegistration,
    others: &[&str],
    at: &Pointer<'_>,
) -> (Option<&'g str>, Option<&'g str>) {
    let name = at.need("name", given.name.as_deref(), "the name that clients ask for");
    let Some(asked) = given.asked_by() else { return (None, None) };
    let at = at.key(if given.alias.is_some() { "alias" } else { "name" });
    if given.alias.is_none() && asked.contains(' ') {
        at.blame("has spaces, which separate scopes: give an `alias` that clients can ask for");
    } else {
        at.keep(Scopes::default().with(asked));
    }
    if others.contains(&asked) {
        at.blame("is the name of another scope");
    }
    if asked == OPENID {
        at.blame(
            "is built in and needs no entry: it asks for an ID token, and for nothing in the wallet; put it among the scopes of clients",
        );
    }
    if asked == API_SCOPE {
        at.blame("is built in and needs no entry: clients with the grant client_credentials have it, and nobody else");
    }
    (Some(asked), name.filter(|name| *name != asked))
}

/// What claims are called; each must be among those that are asked for.
fn standard_claims(
    given: &BTreeMap<String, Value>,
    claims: &[ClaimsPath],
    all: &Pointer<'_>,
) -> Vec<(String, StandardClaim)> {
    let mut checked = Vec::new();
    for (name, source) in given {
        let at = all.key(name);
        if name.is_empty() || is_registered(name) {
            at.blame("is a registered claim, which only this server sets");
        }
        if let Value::Bool(fixed) = source {
            checked.push((name.clone(), StandardClaim::Fixed(*fixed)));
        } else if let Some(path) = claims_path::read(source, &at) {
            if !claims.contains(&path) {
                at.blame("is not among the `claims` of this scope");
            }
            checked.push((name.clone(), StandardClaim::Field(path)));
        }
    }
    checked
}

fn claims(given: &[Value], all: &Pointer<'_>) -> Vec<ClaimsPath> {
    let mut paths = Vec::new();
    for (at, claim) in all.each(given) {
        let Some(path) = claims_path::read(claim, &at) else { continue };
        if paths.contains(&path) {
            at.blame("is asked for twice");
        } else {
            paths.push(path);
        }
    }
    paths
}
