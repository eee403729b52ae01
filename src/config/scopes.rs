//! `[[scopes]]`: what must be shown, and what must hold.

use serde_json::Value;

use super::fault::Faults;
use super::raw;
use crate::domain::admission::rules::{Operator, Rule};
use crate::domain::admission::scopes::Scopes;
use crate::domain::admission::{ScopeDefinition, ScopePolicy};
use crate::domain::openid4vp::dcql::{ClaimsPath, CredentialQuery, Query};
use crate::domain::sdjwt::trust::{CredentialTrust, TrustPolicy};

/// Checks every scope against the credentials. `known` are all configured credential ids, so that a
/// credential with a fault of its own is not called unknown too.
pub(super) fn check(
    scopes: Vec<raw::Scope>,
    trust: &TrustPolicy,
    known: &[String],
    faults: &mut Faults,
) -> ScopePolicy {
    let mut names: Vec<String> = Vec::new();
    let mut checked = Vec::new();
    for (index, scope) in scopes.into_iter().enumerate() {
        let at = |key: &str| format!("scopes[{index}].{key}");
        let name = faults.need(&at("name"), scope.name, "the name that clients ask for");
        if let Some(name) = &name {
            faults.keep(&at("name"), Scopes::default().with(name));
            if names.contains(name) {
                faults.add(at("name"), "is the name of another scope");
            }
            names.push(name.clone());
        }
        let credential = faults.need(&at("credential"), scope.credential, "the id of a credential above");
        let trusted: Option<&CredentialTrust> =
            credential.as_ref().and_then(|id| trust.credentials.iter().find(|trusted| trusted.id == *id));
        if let Some(id) = &credential
            && !known.contains(id)
        {
            faults.add(at("credential"), "no credential with this id is configured");
        }
        let claims = faults.need(&at("claims"), scope.claims, "the claims to ask for, dotted");
        let claims = claims.unwrap_or_default();
        let paths = paths(&claims, &at("claims"), faults);
        let askable = askable(trusted, &paths, &at("claims"), faults);
        let rules =
            scope.rules.into_iter().enumerate().filter_map(|(place, given)| {
                rule(given, &format!("{}[{place}]", at("rules")), &claims, faults)
            });
        let rules = rules.collect();
        if let (Some(name), Some(trusted)) = (name, trusted)
            && askable
        {
            checked.push(ScopeDefinition {
                name,
                description: scope.description,
                credential: trusted.id.clone(),
                vct: trusted.vct.clone(),
                claims: paths,
                rules,
            });
        }
    }
    ScopePolicy::new(checked)
}

fn paths(claims: &[String], at: &str, faults: &mut Faults) -> Vec<ClaimsPath> {
    let mut paths = Vec::new();
    for (place, claim) in claims.iter().enumerate() {
        let at = format!("{at}[{place}]");
        if claims.iter().take(place).any(|earlier| earlier == claim) {
            faults.add(&at, "is asked for twice");
            continue;
        }
        match ClaimsPath::from_dotted(claim) {
            Some(path) => paths.push(path),
            None => faults.add(&at, "must be member names joined by dots, for example \"address.country\""),
        }
    }
    paths
}

/// Whether a query for these claims can be written; what is wrong elsewhere is said elsewhere.
fn askable(trusted: Option<&CredentialTrust>, claims: &[ClaimsPath], at: &str, faults: &mut Faults) -> bool {
    let Some(trusted) = trusted else { return false };
    let query = CredentialQuery::new(trusted.id.as_str(), trusted.vct.clone(), claims.to_vec());
    faults.keep(at, Query::of(vec![query]).map_err(|fault| fault.why)).is_some()
}

fn rule(given: raw::Rule, at: &str, claims: &[String], faults: &mut Faults) -> Option<Rule> {
    let field_at = format!("{at}.field");
    let field = faults.need(&field_at, given.field, "the claim that the rule looks at, dotted")?;
    // A rule on a claim that nobody asks for could never hold (REQ-12.8).
    if !claims.contains(&field) {
        faults.add(&field_at, "must be one of the claims of this scope");
    }
    let operator_at = format!("{at}.operator");
    let operator = faults.need(&operator_at, given.operator, "one of <, >, =, <=, >=")?;
    let operator = Operator::parse(&operator).ok_or("must be one of <, >, =, <=, >=");
    let operator = faults.keep(&operator_at, operator)?;
    let value_at = format!("{at}.value");
    let value = faults.need(&value_at, given.value, "what the claim is compared with")?;
    let value = match value {
        toml::Value::Boolean(_) if operator != Operator::Equal => {
            Err("true and false are compared with = only")
        }
        toml::Value::Boolean(flag) => Ok(Value::from(flag)),
        toml::Value::Integer(number) => Ok(Value::from(number)),
        toml::Value::Float(number) if number.is_finite() => Ok(Value::from(number)),
        // A date without quotes arrives as its text too.
        toml::Value::String(text) => Ok(Value::from(text)),
        _ => Err("must be true, false, a number or text"),
    };
    let value = faults.keep(&value_at, value)?;
    let field = ClaimsPath::from_dotted(&field)?;
    Some(Rule { field, operator, value })
}
