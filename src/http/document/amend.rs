//! What the generator of the document gets wrong or cannot say, put right in the finished document.

use serde_json::{Map, Value, json};

use super::walk::each_object;
use super::{access, examples, sent, statuses, types};

/// The version that the document is written for. It keeps to what 3.0 has too, so that a tool that knows only
/// that reads it when this word is changed.
const OPENAPI: &str = "3.1.0";

/// In the key of a response whose status has come before: `400/1` is another `400`.
pub(super) const AGAIN: char = '/';

/// Puts it right.
pub(super) fn amend(document: &mut Value) {
    document["openapi"] = OPENAPI.into();
    each_object(document, &mut |object| {
        drop_repeated_parts(object);
        if let Some(Value::Object(responses)) = object.get_mut("responses") {
            *responses = one_response_each(std::mem::take(responses));
        }
        if let Some(Value::Object(headers)) = object.get_mut("headers") {
            *headers = std::mem::take(headers).into_iter().map(|(name, one)| (spelt(&name), one)).collect();
        }
        if let Some(Value::Object(content)) = object.get_mut("content") {
            *content = std::mem::take(content).into_iter().map(|(name, one)| (bare(&name), one)).collect();
        }
        types::amend(object);
    });
    types::unite(document);
    statuses::amend(document);
    access::amend(document);
    types::close(document);
    sent::write_out(document);
    examples::amend(document);
}

/// A media type without its parameters, which say nothing about the shape.
fn bare(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().to_owned()
}

/// A reference with a description is written as `allOf` with the reference and with the description, which stands
/// beside the `allOf` too. The second part says nothing, and tools take it for a type.
fn drop_repeated_parts(object: &mut Map<String, Value>) {
    let Some(Value::Array(mut parts)) = object.shift_remove("allOf") else { return };
    parts.retain(|part| {
        let members = part.as_object().into_iter().flatten();
        !members.into_iter().all(|(name, value)| object.get(name) == Some(value))
    });
    object.insert("allOf".to_owned(), parts.into());
}

fn one_response_each(responses: Map<String, Value>) -> Map<String, Value> {
    let mut merged = Map::new();
    for (key, response) in responses {
        let status = key.split(AGAIN).next().unwrap_or_default();
        match merged.get_mut(status) {
            None => drop(merged.insert(status.to_owned(), response)),
            Some(earlier) => join(earlier, response),
        }
    }
    merged
}

/// One response that is either of two: what only one of them has is optional.
fn join(earlier: &mut Value, mut later: Value) {
    let texts = [&*earlier, &later].map(|one| one["description"].as_str().unwrap_or_default().to_owned());
    earlier["description"] = if texts[0] == texts[1] { texts[0].clone() } else { texts.join(" ") }.into();
    let [mut ours, theirs] = [&mut *earlier, &mut later].map(|one| members(one, "headers"));
    for (name, header) in &mut ours {
        optional_unless(theirs.contains_key(name), header);
    }
    for (name, mut header) in theirs {
        optional_unless(ours.contains_key(&name), &mut header);
        ours.entry(name).or_insert(header);
    }
    put(earlier, "headers", ours);
    let [mut ours, theirs] = [&mut *earlier, &mut later].map(|one| members(one, "content"));
    for (media_type, body) in theirs {
        match ours.get_mut(&media_type) {
            None => drop(ours.insert(media_type, body)),
            Some(same) if *same == body => {}
            Some(other) => {
                other["schema"] = json!({ "anyOf": [other["schema"].take(), body["schema"]] });
            }
        }
    }
    put(earlier, "content", ours);
}

fn members(response: &mut Value, name: &str) -> Map<String, Value> {
    match response.get_mut(name).map(Value::take) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn put(response: &mut Value, name: &str, members: Map<String, Value>) {
    if let Some(response) = response.as_object_mut() {
        if members.is_empty() {
            response.shift_remove(name);
        } else {
            response.insert(name.to_owned(), members.into());
        }
    }
}

fn optional_unless(in_both: bool, header: &mut Value) {
    if let Some(header) = header.as_object_mut().filter(|_| !in_both) {
        header.shift_remove("required");
    }
}

/// The name of a header as its specification spells it; the generator shouts.
fn spelt(name: &str) -> String {
    let word = |word: &str| match word.to_ascii_uppercase().as_str() {
        "DPOP" => "DPoP".to_owned(),
        "WWW" => "WWW".to_owned(),
        shouted => {
            let (first, rest) = shouted.split_at_checked(1).unwrap_or((shouted, ""));
            first.to_owned() + &rest.to_ascii_lowercase()
        }
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_of_one_status_become_one_in_which_what_only_one_has_is_optional() {
        let mut document = json!({ "responses": {
            "400": {
                "description": "Refused.",
                "content": { "application/json": { "schema": { "$ref": "#/a" } } },
                "headers": { "RETRY-AFTER": { "required": true } },
            },
            "503": { "description": "Our fault." },
            "400/1": {
                "description": "A nonce.",
                "content": { "application/json": { "schema": { "$ref": "#/b" } } },
                "headers": { "DPOP-NONCE": { "required": true }, "RETRY-AFTER": { "required": true } },
            },
            "503/3": { "description": "Our fault." },
        } });
        amend(&mut document);
        let expected = json!({
            "400": {
                "description": "Refused. A nonce.",
                "content": { "application/json": { "schema": { "anyOf": [{ "$ref": "#/a" }, { "$ref": "#/b" }] } } },
                "headers": { "Retry-After": { "required": true }, "DPoP-Nonce": {} },
            },
            "503": { "description": "Our fault." },
        });
        assert_eq!(document["responses"], expected);
    }

    #[test]
    fn a_described_reference_keeps_both_and_no_part_is_a_description() {
        let mut document = json!({
            "described": { "description": "x", "allOf": [{ "$ref": "#/a" }, { "description": "x" }] },
            "composed": { "allOf": [{ "type": "object" }, { "$ref": "#/a" }] },
        });
        amend(&mut document);
        assert_eq!(document["described"], json!({ "description": "x", "allOf": [{ "$ref": "#/a" }] }));
        assert_eq!(document["composed"], json!({ "allOf": [{ "type": "object" }, { "$ref": "#/a" }] }));
    }

    #[test]
    fn headers_are_spelt_as_in_their_specifications() {
        let names = ["DPOP-NONCE", "WWW-AUTHENTICATE", "RETRY-AFTER", "LOCATION", ""];
        assert_eq!(names.map(spelt), ["DPoP-Nonce", "WWW-Authenticate", "Retry-After", "Location", ""]);
    }
}
