//! One scope: what must be shown for it, what must hold, and what its claims are called in tokens.

use serde_json::{Map, Value};

use super::rules::ScopeRule;
use super::standard_claims::{FAMILY_NAME, GIVEN_NAME, NAME, PROFILE, StandardClaim};
use super::token_claims::{MAX_CLAIM_BYTES, is_registered};
use crate::openid4vp::dcql::{ClaimsPath, PathElement};
use crate::openid4vp::verify::VerifiedCredential;

/// One scope: what must be shown and what must hold (`[[scopes]]`).
#[derive(Clone, Debug)]
pub struct ScopeDefinition {
    /// The name that clients ask for, compared exactly.
    pub name: String,
    /// What people are shown instead of the name.
    pub description: Option<String>,
    /// The credential query id.
    pub credential: String,
    /// The claims to ask for, besides those that rules read.
    pub claims: Vec<ClaimsPath>,
    /// What claims are called in tokens that the credential calls something else.
    pub standard_claims: Vec<(String, StandardClaim)>,
    /// All of them must hold.
    pub rules: Vec<ScopeRule>,
    /// Whether showing the credential is enough where there are no rules (REQ-12.7).
    pub open: bool,
}

/// The name by which a claim is known at the top.
fn top(path: &ClaimsPath) -> Option<&str> {
    match path.elements().first() {
        Some(PathElement::Name(name)) => Some(name),
        _ => None,
    }
}

impl ScopeDefinition {
    /// The credentials that must be shown, each once: its own, and those that rules read.
    pub fn credentials(&self) -> Vec<&str> {
        let mut ids = vec![self.credential.as_str()];
        for rule in &self.rules {
            if !ids.contains(&rule.credential.as_str()) {
                ids.push(&rule.credential);
            }
        }
        ids
    }

    /// What the claims of this scope are called, each once.
    pub fn claim_names(&self) -> Vec<&str> {
        let composed = (self.composes_name()).then_some(NAME);
        let renamed = self.standard_claims.iter().map(|(name, _)| name.as_str());
        let mut names = Vec::new();
        for name in self.claims.iter().filter_map(top).chain(renamed).chain(composed) {
            if !names.contains(&name) && !is_registered(name) {
                names.push(name);
            }
        }
        names
    }

    /// The paths that must be selected for the claim of this name.
    pub fn paths_behind(&self, name: &str) -> Vec<&ClaimsPath> {
        if let Some((_, source)) = self.standard_claims.iter().find(|(known, _)| known == name) {
            return match source {
                StandardClaim::Field(path) => vec![path],
                StandardClaim::Fixed(_) => Vec::new(),
            };
        }
        let listed = |wanted: &[&str]| -> Vec<&ClaimsPath> {
            self.claims.iter().filter(|path| top(path).is_some_and(|top| wanted.contains(&top))).collect()
        };
        match listed(&[name]) {
            none if none.is_empty() && name == NAME && self.composes_name() => {
                listed(&[GIVEN_NAME, FAMILY_NAME])
            }
            listed => listed,
        }
    }

    /// The claim of this name, as `shown` has it. Several paths to one claim show it in part.
    pub fn claim(&self, name: &str, shown: &VerifiedCredential) -> Option<Value> {
        let value = match self.standard_claims.iter().find(|(known, _)| known == name) {
            Some((_, StandardClaim::Fixed(value))) => Some(Value::Bool(*value)),
            Some((_, StandardClaim::Field(path))) => one(path, &shown.claims),
            None => {
                let mut told = shown.only(&self.paths_behind(name)).claims;
                match told.remove(name) {
                    None if name == NAME && self.composes_name() => full_name(&told),
                    Some(Value::Object(elements)) if shown.format.is_namespaced() => {
                        return short_elements(elements);
                    }
                    told => told,
                }
            }
        };
        value.filter(is_short)
    }

    /// A person's full name is made of its two parts where the credential has no other.
    fn composes_name(&self) -> bool {
        let has = |wanted: &str| self.claims.iter().filter_map(top).any(|top| top == wanted);
        self.name == PROFILE && !has(NAME) && has(GIVEN_NAME) && has(FAMILY_NAME)
    }
}

fn is_short(value: &Value) -> bool {
    !value.is_null() && value.to_string().len() <= MAX_CLAIM_BYTES
}

/// The elements of a namespace, each of which is a claim for itself.
fn short_elements(mut elements: Map<String, Value>) -> Option<Value> {
    elements.retain(|_, value| is_short(value));
    (!elements.is_empty()).then_some(Value::Object(elements))
}

fn one(path: &ClaimsPath, claims: &Map<String, Value>) -> Option<Value> {
    let selected = path.select_in(claims)?;
    match selected.as_slice() {
        all if path.is_over_all() => Some(all.iter().copied().cloned().collect()),
        [value] => Some((*value).clone()),
        _ => None,
    }
}

fn full_name(parts: &Map<String, Value>) -> Option<Value> {
    let part = |name: &str| parts.get(name).and_then(Value::as_str);
    Some(Value::from(format!("{} {}", part(GIVEN_NAME)?, part(FAMILY_NAME)?)))
}
