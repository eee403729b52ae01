//! Claims in the words of the consent page.

use super::credential::CredentialAsked;
use super::holder::Holder;
use crate::sandbox::mdoc::documents::PORTRAIT_ELEMENT;
use crate::sandbox::plain;

/// Each claim asked for, once: what it is called, and the value that would be shared. A portrait is none of them: it
/// is looked at ([`portrait`]).
pub(super) fn claims(asked: &[CredentialAsked], holder: &Holder) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let every = asked.iter().flat_map(|query| query.paths.iter().map(move |path| (query, path)));
    for (query, path) in every.filter(|(query, path)| !is_portrait(query, path)) {
        let line = (label(query, path), holder.value(query, path).map(plain::value).unwrap_or_default());
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

/// An element of an mdoc is named below its namespace, which says nothing to people.
fn label(query: &CredentialAsked, path: &[String]) -> String {
    match path {
        [age] if age == "age_equal_or_over" => "Ages reached".to_owned(),
        [_, element] if query.doctype.is_some() => plain::claim(element),
        path => plain::claim(&path.join(".")),
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
            [line("Family name", "Example"), line("21 or older", "yes"), line("Date of birth", "1990-05-17")]
        );
    }
}
