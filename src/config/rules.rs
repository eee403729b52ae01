//! `rules` of a scope: what must hold.

use super::askable::{self, Askable};
use super::fault::Faults;
use super::raw;
use vpgate_core::admission::rules::{Kind, Operator, RuleFault, ScopeRule};
use vpgate_core::openid4vp::dcql::ClaimsPath;

const OPERATORS: &str = "one of <, >, =, <=, >=, contains";

/// `own` is the credential of the scope; `None` when that has a fault.
pub(super) fn rule(
    mut given: raw::RawRule,
    at: &str,
    own: Option<&str>,
    askable: &Askable,
    faults: &mut Faults,
) -> Option<ScopeRule> {
    let ids = (("credential", given.credential.take()), ("credentialId", given.credential_id.take()));
    let (key, id) = askable::either(at, ids.0, ids.1, faults);
    let credential = match id {
        Some(id) => askable.named(&id, &key, faults).map(|credential| credential.id.as_str()),
        None => own,
    };
    let field = askable::field(at, given.field.take(), given.field_name.take(), faults);
    let turned = given.not == Some(true);
    let rule = match given.age_at_least {
        Some(years) => age(&given, years, at, credential, field, faults),
        None => compared(given, at, credential, field, faults),
    }?;
    if turned { faults.keep(&format!("{at}.not"), rule.turned()) } else { Some(rule) }
}

fn age(
    given: &raw::RawRule,
    years: i64,
    at: &str,
    credential: Option<&str>,
    field: Option<ClaimsPath>,
    faults: &mut Faults,
) -> Option<ScopeRule> {
    let others = [
        ("operator", given.operator.is_some()),
        ("fieldOperator", given.field_operator.is_some()),
        ("value", given.value.is_some()),
        ("fieldValue", given.field_value.is_some()),
        ("type", given.kind.is_some()),
    ];
    for (key, _) in others.iter().filter(|(_, is_there)| *is_there) {
        faults.add(format!("{at}.{key}"), "has no meaning beside age_at_least, which compares birth dates");
    }
    faults.keep(&format!("{at}.age_at_least"), ScopeRule::age_at_least(credential?.to_owned(), field?, years))
}

fn compared(
    given: raw::RawRule,
    at: &str,
    credential: Option<&str>,
    field: Option<ClaimsPath>,
    faults: &mut Faults,
) -> Option<ScopeRule> {
    let operators = (("operator", given.operator), ("fieldOperator", given.field_operator));
    let (key, operator) = askable::either(at, operators.0, operators.1, faults);
    let operator = match faults.need(&key, operator, OPERATORS).as_deref() {
        None => None,
        Some("!=") => {
            faults.add(&key, "is not an operator: say operator = \"=\" and not = true");
            None
        }
        Some(text) => faults.keep(&key, Operator::parse(text).ok_or_else(|| format!("must be {OPERATORS}"))),
    };
    let kind = match given.kind.as_deref() {
        None => Some(Kind::ByForm),
        Some("date") => Some(Kind::Date),
        Some(_) => {
            faults
                .add(format!("{at}.type"), "must be \"date\"; other values say by themselves what they are");
            None
        }
    };
    let values = (("value", given.value), ("fieldValue", given.field_value));
    let (key, value) = askable::either(at, values.0, values.1, faults);
    let value = faults.need(&key, value, "what the claim is compared with")?;
    let value = serde_json::to_value(value).unwrap_or_default();
    let rule = ScopeRule::new(credential?.to_owned(), field?, operator?, &value, kind?);
    let about_field = matches!(rule, Err(RuleFault::ContainsAll | RuleFault::Path));
    faults.keep(&if about_field { format!("{at}.field") } else { key }, rule)
}
