//! What the generator of the document gets wrong or cannot say, put right in the finished document.

use serde_json::{Map, Value, json};

/// In the key of a response whose status has come before: `400/1` is another `400`.
pub(super) const AGAIN: char = '/';

/// The type whose members are all of our own making, whoever sends them.
const CLOSED_BELOW: &str = "TransactionData";

/// Puts it right.
pub(super) fn amend(document: &mut Value) {
    each_object(document, &mut |object| {
        drop_repeated_parts(object);
        if let Some(Value::Object(responses)) = object.get_mut("responses") {
            *responses = one_response_each(std::mem::take(responses));
        }
        if let Some(Value::Object(headers)) = object.get_mut("headers") {
            *headers = std::mem::take(headers).into_iter().map(|(name, one)| (spelt(&name), one)).collect();
        }
    });
    say_who_may(document);
    close(document);
    add_schemes(document);
}

/// Calls `change` for every object, the inner ones first.
fn each_object(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|one| each_object(one, change)),
        Value::Object(members) => {
            members.values_mut().for_each(|one| each_object(one, change));
            change(members);
        }
        _ => {}
    }
}

/// A reference with a description is written as `allOf` with the reference and with the description, which stands
/// beside the `allOf` too. The second part says nothing, and tools take it for a type.
fn drop_repeated_parts(object: &mut Map<String, Value>) {
    let Some(Value::Array(mut parts)) = object.remove("allOf") else { return };
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
            response.remove(name);
        } else {
            response.insert(name.to_owned(), members.into());
        }
    }
}

fn optional_unless(in_both: bool, header: &mut Value) {
    if let Some(header) = header.as_object_mut().filter(|_| !in_both) {
        header.remove("required");
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

/// Every operation says who may call it.
fn say_who_may(document: &mut Value) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, operations) in paths {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            let asks_a_client = operation["tags"][0] == "Client" && method == "post";
            let security = match path.as_str() {
                // By POST, also in the form.
                "/userinfo" if method == "post" => json!([{ "bearer": [] }, { "dpop": [] }, {}]),
                "/userinfo" => json!([{ "bearer": [] }, { "dpop": [] }]),
                _ if path.starts_with("/v1/") => json!([{ "client": [] }, { "bearer": [] }, { "dpop": [] }]),
                // In the header, or in the form, or (public clients) not at all.
                _ if asks_a_client => json!([{ "client": [] }, {}]),
                _ => json!([]),
            };
            if let Some(operation) = operation.as_object_mut() {
                operation.entry("security").or_insert(security);
            }
        }
    }
}

fn add_schemes(document: &mut Value) {
    let schemes = [
        (
            "client",
            "basic",
            "The id and secret of a confidential client, each form-encoded first (RFC 6749 section 2.3.1); at the REST API also for clients that send their secret in the form elsewhere.",
        ),
        ("bearer", "bearer", "An access token that is bound to no key (RFC 6750 section 2.1)."),
        (
            "dpop",
            "DPoP",
            "An access token that is bound to a key, with a proof in the header `DPoP` (RFC 9449).",
        ),
    ];
    for (name, scheme, description) in schemes {
        document["components"]["securitySchemes"][name] =
            json!({ "type": "http", "scheme": scheme, "description": description });
    }
}

/// Where unknown members are refused the document says so: in the bodies of the REST API, and in transaction
/// data of the types that it knows.
fn close(document: &mut Value) {
    let mut closed = Vec::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for operation in operations.as_object().into_iter().flat_map(Map::values) {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            closed.extend(body.as_str().filter(|_| path.starts_with("/v1/")).map(str::to_owned));
        }
    }
    let schemas = &document["components"]["schemas"];
    closed.extend(payloads(schemas));
    let names: Vec<String> = closed.iter().filter_map(|one| named(one)).map(str::to_owned).collect();
    for name in names {
        let schema = &mut document["components"]["schemas"][name];
        if schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = false.into();
        }
    }
}

/// The references below [`CLOSED_BELOW`] that are members of something. What is put together by `allOf` has to
/// stay open, for the other parts.
fn payloads(schemas: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![schemas[CLOSED_BELOW].clone()];
    while let Some(schema) = open.pop() {
        let mut members = Vec::new();
        inner_references(&schema, false, &mut members);
        for (reference, is_member) in members {
            if found.contains(&reference) {
                continue;
            }
            open.extend(named(&reference).map(|name| schemas[name].clone()));
            if is_member {
                found.push(reference);
            }
        }
    }
    found
}

/// The references in a schema, and whether each is the type of a property or of its elements.
fn inner_references(schema: &Value, in_member: bool, found: &mut Vec<(String, bool)>) {
    match schema {
        Value::Array(parts) => parts.iter().for_each(|part| inner_references(part, in_member, found)),
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str().filter(|_| name == "$ref") {
                    Some(reference) => found.push((reference.to_owned(), in_member)),
                    None => inner_references(value, in_member || name == "properties", found),
                }
            }
        }
        _ => {}
    }
}

fn named(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
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

    #[test]
    fn what_a_body_refers_to_is_closed_and_what_is_composed_stays_open() {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let mut document = json!({
            "paths": { "/v1/x": { "post": { "requestBody": { "content": {
                "application/json": { "schema": reference("Body") }
            } } } } },
            "components": { "schemas": {
                "Body": { "properties": { "query": reference("Query") } },
                "Query": {},
                "TransactionData": { "anyOf": [reference("Known"), reference("Other")] },
                "Known": { "allOf": [{ "type": "object" }, reference("Part")] },
                "Part": { "properties": { "payload": { "allOf": [reference("Payload")] } } },
                "Payload": { "properties": { "items": { "items": reference("Item") } } },
                "Item": {},
                "Other": { "additionalProperties": {} },
            } },
        });
        amend(&mut document);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let closed: Vec<&str> = schemas
            .iter()
            .filter(|(_, schema)| schema["additionalProperties"] == false)
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(closed, ["Body", "Payload", "Item"]);
    }
}
