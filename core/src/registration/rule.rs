//! A rule of a scope: what must hold.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::askable::Askable;
use super::claims_path;
use super::fault::Pointer;
use crate::admission::rules::{Kind, Operator, RuleFault, ScopeRule};
use crate::openid4vp::dcql::ClaimsPath;

const OPERATORS: &str = "one of <, >, =, <=, >=, contains";

/// What must hold about one claim.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RuleRegistration {
    /// The credential, when it is not that of the scope.
    pub credential: Option<String>,
    /// The claim: names joined by dots, or a list of names and positions; `*` is all elements of an array.
    pub field: Option<Value>,
    /// The claim, as one name, whatever is in it.
    #[serde(rename = "fieldName")]
    pub field_name: Option<String>,
    /// One of `<`, `>`, `=`, `<=`, `>=`, `contains`.
    pub operator: Option<String>,
    /// What the claim is compared with; a list of values means one of them.
    pub value: Option<Value>,
    /// `date`, where dates are compared.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// For birth dates, instead of an operator and a value.
    pub age_at_least: Option<i64>,
    /// Turns the rule around. A claim that is missing never earns anything.
    pub not: Option<bool>,
}

/// `own` is the credential of the scope; `None` when that has a fault.
pub(super) fn check(
    given: &RuleRegistration,
    own: Option<&str>,
    askable: &Askable,
    at: &Pointer<'_>,
) -> Option<ScopeRule> {
    let credential = match &given.credential {
        Some(id) => askable.named(id, &at.key("credential")).map(|credential| credential.id.as_str()),
        None => own,
    };
    let field = claims_path::field(given.field.as_ref(), given.field_name.as_deref(), at);
    let rule = match given.age_at_least {
        Some(years) => age(given, years, credential, field, at),
        None => compared(given, credential, field, at),
    }?;
    if given.not == Some(true) { at.key("not").keep(rule.turned()) } else { Some(rule) }
}

fn age(
    given: &RuleRegistration,
    years: i64,
    credential: Option<&str>,
    field: Option<ClaimsPath>,
    at: &Pointer<'_>,
) -> Option<ScopeRule> {
    let others = [
        ("operator", given.operator.is_some()),
        ("value", given.value.is_some()),
        ("type", given.kind.is_some()),
    ];
    for (key, _) in others.iter().filter(|(_, is_there)| *is_there) {
        at.add(key, "has no meaning beside age_at_least, which compares birth dates");
    }
    at.key("age_at_least").keep(ScopeRule::age_at_least(credential?.to_owned(), field?, years))
}

fn compared(
    given: &RuleRegistration,
    credential: Option<&str>,
    field: Option<ClaimsPath>,
    at: &Pointer<'_>,
) -> Option<ScopeRule> {
    let operator = at.need("operator", given.operator.as_deref(), OPERATORS).and_then(|text| {
        let read = match text {
            "!=" => Err("is not an operator: say operator = \"=\" and not = true".to_owned()),
            text => Operator::parse(text).ok_or_else(|| format!("must be {OPERATORS}")),
        };
        at.key("operator").keep(read)
    });
    let kind = match given.kind.as_deref() {
        None => Some(Kind::ByForm),
        Some(word) => {
            let why = "must be \"date\"; other values say by themselves what they are";
            at.key("type").choice(word, &[("date", Kind::Date)], why)
        }
    };
    let value = at.need("value", given.value.as_ref(), "what the claim is compared with")?;
    let rule = ScopeRule::new(credential?.to_owned(), field?, operator?, value, kind?);
    let is_about_field = matches!(rule, Err(RuleFault::ContainsAll | RuleFault::Path));
    at.key(if is_about_field { "field" } else { "value" }).keep(rule)
}
