//! Claims in the words of the consent page.

use serde_json::Value;

use super::holder::Holder;
use super::query::CredentialAsked;

/// Each claim asked for, once: what it is called, and the value that would be shared.
pub(super) fn claims(asked: &[CredentialAsked], holder: &Holder) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for path in asked.iter().flat_map(|query| &query.paths) {
        let line = (label(path), holder.claim(path).map(value).unwrap_or_default());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn label(path: &[String]) -> String {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["given_name"] => "Given name".to_owned(),
        ["family_name"] => "Family name".to_owned(),
        ["birth_date"] => "Date of birth".to_owned(),
        ["age_equal_or_over"] => "Ages reached".to_owned(),
        ["age_equal_or_over", age] => format!("{age} or older"),
        names => names.join("."),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Object(members) => {
            let each: Vec<String> =
                members.iter().map(|(name, inner)| format!("{name}: {}", self::value(inner))).collect();
            each.join(", ")
        }
        other => other.to_string(),
    }
}
