//! Claims in the words of the consent page.

use serde_json::Value;

use super::credential::CredentialAsked;
use super::holder::Holder;
use crate::sandbox::mdoc::documents::PORTRAIT_ELEMENT;

/// Each claim asked for, once: what it is called, and the value that would be shared. A portrait is none of them: it
/// is looked at ([`portrait`]).
pub(super) fn claims(asked: &[CredentialAsked], holder: &Holder) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let every = asked.iter().flat_map(|query| query.paths.iter().map(move |path| (query, path)));
    for (query, path) in every.filter(|(query, path)| !is_portrait(query, path)) {
        let line = (label(path), holder.value(query, path).map(value).unwrap_or_default());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Whether the portrait would be shared.
pub(super) fn portrait(asked: &[CredentialAsked]) -> bool {
    asked.iter().any(|query| query.paths.iter().any(|path| is_portrait(query, path)))
}

fn is_portrait(query: &CredentialAsked, path: &[String]) -> bool {
    query.doctype.is_some() && path.last().is_some_and(|name| name == PORTRAIT_ELEMENT)
}

fn label(path: &[String]) -> String {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["given_name"] => "Given name".to_owned(),
        ["family_name"] => "Family name".to_owned(),
        ["birth_date"] => "Date of birth".to_owned(),
        ["age_equal_or_over"] => "Ages reached".to_owned(),
        ["age_equal_or_over", age] => format!("{age} or older"),
        [_, element] => match element.strip_prefix("age_over_") {
            Some(age) => format!("{age} or older"),
            None => in_words(element),
        },
        names => names.join("."),
    }
}

/// `Family name` of `family_name`.
fn in_words(element: &str) -> String {
    let mut letters = element.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|letter| if letter == '_' { ' ' } else { letter })).collect()
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
        Value::Array(elements) => elements.iter().map(self::value).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::mdoc::{LICENCE, LICENCE_NAMESPACE};
    use crate::sandbox::wallet::tests::holder;

    #[test]
    fn a_portrait_is_looked_at_and_everything_else_is_said() {
        let path = |element: &str| vec![LICENCE_NAMESPACE.to_owned(), element.to_owned()];
        let asked = |elements: &[&str]| {
            let paths = elements.iter().map(|element| path(element)).collect();
            vec![CredentialAsked { id: "mdl".to_owned(), doctype: Some(LICENCE.to_owned()), paths }]
        };
        let all = asked(&["portrait", "family_name", "age_over_21", "birth_date"]);
        assert!(portrait(&all) && !portrait(&asked(&["family_name"])));
        let said = claims(&all, &holder());
        let line = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        assert_eq!(
            said,
            [line("Family name", "Example"), line("21 or older", "yes"), line("Birth date", "1990-05-17")]
        );
    }
}
