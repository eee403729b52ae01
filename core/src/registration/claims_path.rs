//! A claim as people write it: `"address.country"`, or `["address", "country"]`.

use serde_json::Value;

use super::fault::Pointer;
use crate::openid4vp::dcql::{ClaimsPath, PathElement};

/// Names joined by dots, or a list of names and positions; `*` is all elements of an array. In a list, names may
/// contain dots.
pub(super) fn read(given: &Value, at: &Pointer<'_>) -> Option<ClaimsPath> {
    let read: Result<Vec<PathElement>, &str> = match given {
        Value::String(text) => text.split('.').map(step).collect(),
        Value::Array(elements) => elements.iter().map(element).collect(),
        _ => Err(NO_PATH),
    };
    of(at.keep(read)?, at)
}

/// The `field` of the table at this place, or its `fieldName`: one name, whatever is in it (REQ-12.4).
pub(super) fn field(path: Option<&Value>, name: Option<&str>, at: &Pointer<'_>) -> Option<ClaimsPath> {
    match (path, name) {
        (None, Some(name)) => of(vec![PathElement::Name(name.to_owned())], &at.key("fieldName")),
        (path, name) => {
            if name.is_some() {
                at.add("fieldName", "is another word for `field`: say it once");
            }
            let what = "the claim: member names joined by dots, or a list of them";
            read(at.need("field", path, what)?, &at.key("field"))
        }
    }
}

const NO_PATH: &str =
    "must be member names joined by dots, for example \"address.country\", or a list of them";

fn of(elements: Vec<PathElement>, at: &Pointer<'_>) -> Option<ClaimsPath> {
    let legal = match elements.first() {
        Some(PathElement::Index(_) | PathElement::All) => {
            Err("must begin with a name: a credential is an object")
        }
        // It does not stay among the verified claims: it tells one holder from another.
        Some(PathElement::Name(name)) if name == "status" => {
            Err("cannot be read: the status is judged, and then it is gone")
        }
        _ => ClaimsPath::of(elements),
    };
    at.keep(legal)
}

/// One step as text. What looks like a step of another notation is not taken for a name: it would be the name
/// of a claim that nobody has.
fn step(text: &str) -> Result<PathElement, &'static str> {
    match text {
        "" => Err(NO_PATH),
        "*" => Ok(PathElement::All),
        "$" => Err("begins with the name of a claim, without \"$\""),
        text if text.ends_with(']') && text.contains('[') => Err(
            "has no brackets: all elements of an array are \"nationalities.*\" or [\"nationalities\", \"*\"], one \
             of them is [\"nationalities\", 0]",
        ),
        name => Ok(PathElement::Name(name.to_owned())),
    }
}

fn element(given: &Value) -> Result<PathElement, &'static str> {
    match given {
        Value::String(text) => step(text),
        Value::Number(position) => {
            let position = position.as_u64().and_then(|position| usize::try_from(position).ok());
            position.map(PathElement::Index).ok_or(NO_PATH)
        }
        _ => Err(NO_PATH),
    }
}
