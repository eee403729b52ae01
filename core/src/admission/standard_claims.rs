//! What the claims of a scope are called where OpenID Connect reads them (Core section 5.1), and which of them a
//! standard scope stands for (section 5.4).

use serde_json::{Map, Value};

use super::policy::ScopeDefinition;
use super::token_claims::{MAX_CLAIM_BYTES, is_registered};
use crate::openid4vp::dcql::{ClaimsPath, PathElement};
use crate::openid4vp::verify::VerifiedCredential;

/// The scopes of OpenID Connect Core section 5.4, and their claims.
const STANDARD_SCOPES: [(&str, &[&str]); 4] = [
    (
        PROFILE,
        &[
            NAME,
            FAMILY_NAME,
            GIVEN_NAME,
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];
const PROFILE: &str = "profile";
const NAME: &str = "name";
const GIVEN_NAME: &str = "given_name";
const FAMILY_NAME: &str = "family_name";

/// Where the value of a claim comes from that the credential calls something else (`standard_claims` of a scope).
#[derive(Clone, Debug, PartialEq)]
pub enum StandardClaim {
    /// A claim of the scope's credential.
    Field(ClaimsPath),
    /// What the operator knows of the issuer: that it verified the email address, for example.
    Fixed(bool),
}

/// The claims that OpenID Connect connects with a scope of this name; none for all other scopes.
pub fn of_scope(name: &str) -> &'static [&'static str] {
    STANDARD_SCOPES.iter().find(|(scope, _)| *scope == name).map_or(&[], |(_, claims)| claims)
}

/// The name by which a claim is known at the top.
fn top(path: &ClaimsPath) -> Option<&str> {
    match path.elements().first() {
        Some(PathElement::Name(name)) => Some(name),
        _ => None,
    }
}

impl ScopeDefinition {
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
                    told => told,
                }
            }
        };
        value.filter(|value| !value.is_null() && value.to_string().len() <= MAX_CLAIM_BYTES)
    }

    /// A person's full name is made of its two parts where the credential has no other.
    fn composes_name(&self) -> bool {
        let has = |wanted: &str| self.claims.iter().filter_map(top).any(|top| top == wanted);
        self.name == PROFILE && !has(NAME) && has(GIVEN_NAME) && has(FAMILY_NAME)
    }
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
