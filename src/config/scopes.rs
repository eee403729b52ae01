//! `[[scopes]]`: what must be shown, and what must hold.

use super::askable::{self, Askable};
use super::fault::Faults;
use super::{raw, rules};
use vpgate_core::admission::rules::ScopeRule;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::{ScopeDefinition, ScopePolicy};
use vpgate_core::oauth::entitlement::OPENID;
use vpgate_core::openid4vp::dcql::ClaimsPath;
use vpgate_core::trust::TrustPolicy;

/// The name that clients use: the alias, if there is one.
pub(super) fn asked_by(scope: &raw::Scope) -> Option<&String> {
    scope.alias.as_ref().or(scope.name.as_ref())
}

/// Checks every scope against the credentials. `trust` are the credentials without a fault.
pub(super) fn check(
    scopes: Vec<raw::Scope>,
    askable: &Askable,
    trust: &TrustPolicy,
    faults: &mut Faults,
) -> ScopePolicy {
    let mut names: Vec<String> = Vec::new();
    let mut checked: Vec<ScopeDefinition> = Vec::new();
    for (index, given) in scopes.into_iter().enumerate() {
        let at = format!("scopes[{index}]");
        let Some(scope) = scope(given, &at, &mut names, askable, faults) else { continue };
        // What is wrong with a credential is said there, and no more is made of it.
        let sound = |id: &&str| trust.credentials.iter().any(|trusted| trusted.id == **id);
        let sound = scope.credentials().iter().all(sound);
        if sound && askable_alone(&scope, &format!("{at}.claims"), askable, faults) {
            checked.push(scope);
        }
    }
    ScopePolicy::new(askable.credentials(), checked)
}

/// Whether a query for this scope can be written.
fn askable_alone(scope: &ScopeDefinition, at: &str, askable: &Askable, faults: &mut Faults) -> bool {
    let policy = ScopePolicy::new(askable.credentials(), vec![scope.clone()]);
    // A name that cannot be one has its fault already.
    let Ok(alone) = Scopes::default().with(&scope.name) else { return false };
    faults.keep(at, policy.query(&alone)).is_some()
}

fn scope(
    given: raw::Scope,
    at: &str,
    names: &mut Vec<String>,
    askable: &Askable,
    faults: &mut Faults,
) -> Option<ScopeDefinition> {
    let (name, shown) = name(given.name, given.alias, at, names, faults);
    let ruled = given.rules.first().and_then(|rule| rule.credential.as_ref().or(rule.credential_id.as_ref()));
    let key = format!("{at}.credential");
    let credential = given.credential.as_ref().or(ruled);
    let credential = faults.need(&key, credential, "the id of a credential above");
    // A rule that names an unknown one is told so itself.
    let own = match &given.credential {
        Some(id) => askable.named(id, &key, faults),
        None => credential.and_then(|id| askable.find(id)),
    };
    let own = own.map(|credential| credential.id.clone());
    let key = format!("{at}.claims");
    if given.claims.is_none() && given.rules.is_empty() {
        faults.add(&key, "is missing: the claims to ask for, dotted");
    }
    let claims = claims(&given.claims.unwrap_or_default(), &key, faults);
    let (total, open) = (given.rules.len(), given.open);
    let read =
        |(place, given)| rules::rule(given, &format!("{at}.rules[{place}]"), own.as_deref(), askable, faults);
    let rules: Vec<ScopeRule> = given.rules.into_iter().enumerate().filter_map(read).collect();
    let key = format!("{at}.open");
    match (total, open) {
        (0, Some(true)) | (1.., None) => {}
        (0, _) => faults.add(
            key,
            "must be true if everybody who shows the credential is to earn this scope; otherwise it needs rules",
        ),
        (_, Some(_)) => faults.add(key, "is for scopes without rules; these rules decide"),
    }
    let open = open == Some(true);
    let description = given.description.or(shown);
    Some(ScopeDefinition { name: name?, description, credential: own?, claims, rules, open })
}

/// The name that clients ask for, and the one that people read where it differs (REQ-12.7).
fn name(
    name: Option<String>,
    alias: Option<String>,
    at: &str,
    names: &mut Vec<String>,
    faults: &mut Faults,
) -> (Option<String>, Option<String>) {
    let name = faults.need(&format!("{at}.name"), name, "the name that clients ask for");
    let (key, asked) = match &alias {
        Some(_) => (format!("{at}.alias"), alias),
        None => (format!("{at}.name"), name.clone()),
    };
    let Some(asked) = asked else { return (None, None) };
    if key.ends_with(".name") && asked.contains(' ') {
        faults.add(&key, "has spaces, which separate scopes: give an `alias` that clients can ask for");
    } else {
        faults.keep(&key, Scopes::default().with(&asked));
    }
    if names.contains(&asked) {
        faults.add(&key, "is the name of another scope");
    }
    if asked == OPENID {
        faults.add(
            &key,
            "is built in and needs no entry: it asks for an ID token, and for nothing in the wallet; put it among the scopes of clients",
        );
    }
    names.push(asked.clone());
    let shown = name.filter(|name| *name != asked);
    (Some(asked), shown)
}

fn claims(given: &[toml::Value], at: &str, faults: &mut Faults) -> Vec<ClaimsPath> {
    let mut paths = Vec::new();
    for (place, claim) in given.iter().enumerate() {
        let at = format!("{at}[{place}]");
        let Some(path) = askable::path(claim, &at, faults) else { continue };
        if paths.contains(&path) {
            faults.add(&at, "is asked for twice");
        } else {
            paths.push(path);
        }
    }
    paths
}
