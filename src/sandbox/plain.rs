//! Claims, values and moments as the sandbox's pages say them: in English, by the words of the service's own pages.

use std::sync::{Arc, LazyLock};

use serde_json::Value;

use vpgate_core::appearance::claim_name::claim_name;
use vpgate_core::appearance::languages::{Language, Languages};
use vpgate_core::appearance::message::Said;

static ENGLISH: LazyLock<Arc<Language>> = LazyLock::new(|| Languages::new(&["en"], Vec::new()).first());

/// What people call the claim at this path: its names, joined by dots.
pub(super) fn claim(path: &str) -> String {
    ENGLISH.said(&claim_name(path))
}

/// A moment of ISO 8601.
pub(super) fn moment(text: &str) -> String {
    ENGLISH.said(&Said::date(text))
}

/// The value of a claim.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Object(members) => {
            let each: Vec<String> = members
                .iter()
                .map(|(name, inner)| format!("{}: {}", claim(name), self::value(inner)))
                .collect();
            each.join(", ")
        }
        Value::Array(elements) => elements.iter().map(self::value).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}
