//! The types of the document: formats that are registered, unions without a union inside, and closed where
//! unknown members are refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::walk::each_object;

/// What is agreed to: of the kinds that are known everywhere, or of one that the operator registered.
const AGREED: &str = "TransactionData";
const REGISTERED: &str = "RegisteredTransactionData";
/// Whose unknown members are ignored, wherever it is sent (OpenID4VP 1.0 section 6).
const OPEN: &str = "DcqlQuery";

/// One object of the document, if it is a type.
pub(super) fn amend(object: &mut Map<String, Value>) {
    if let Some(format) = object.get("format").and_then(Value::as_str)
        && let Some(signed) = signed(format)
    {
        object.insert("format".to_owned(), signed.into());
        object.entry("minimum").or_insert(0.into());
    }
    // A union has the types of its parts.
    if object.contains_key("oneOf") || object.contains_key("anyOf") {
        object.shift_remove("type");
    }
    if object.contains_key("enum") {
        object.shift_remove("example");
    }
    for key in ["deprecated", "explode"] {
        // Said where it is the default.
        if object.get(key) == Some(&Value::Bool(key == "explode")) {
            object.shift_remove(key);
        }
    }
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (name, property) in properties {
        if let Some(format) = format_of(name)
            && property["type"] == "string"
            && property.get("format").is_none()
        {
            property["format"] = format.into();
        }
    }
}

/// The registered format for a number of ours: none is so large that a sign would not fit.
fn signed(format: &str) -> Option<&'static str> {
    match format {
        "uint32" | "uint64" => Some("int64"),
        "uint16" => Some("int32"),
        _ => None,
    }
}

/// What a name promises: the names of the specifications and ours end alike.
fn format_of(name: &str) -> Option<&'static str> {
    if name.ends_with("_at") {
        Some("date-time")
    } else if ["_uri", "_url", "_endpoint", "_uri_complete"].iter().any(|end| name.ends_with(end)) {
        Some("uri")
    } else {
        None
    }
}

/// A kind is written as two parts, of which one says its name, and a union may stand in a union: makes one type of
/// the former, and one union of the latter.
pub(super) fn unite(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let composed = schemas.iter().filter(|(_, schema)| schema["allOf"][0]["properties"].is_object());
    let composed: Vec<String> = composed.map(|(name, _)| name.clone()).collect();
    let mut renamed = BTreeMap::new();
    for name in composed {
        let Some(mut parts) = schemas.shift_remove(&name) else { continue };
        let reference = parts["allOf"][1]["$ref"].as_str().unwrap_or_default().to_owned();
        if let Some(kind) = named(&reference).and_then(|kind| schemas.get_mut(kind)) {
            name_kind(kind, parts["allOf"][0].take());
        }
        renamed.insert(format!("#/components/schemas/{name}"), reference);
    }
    flatten(schemas);
    each_object(document, &mut |object| {
        for value in object.values_mut() {
            if let Some(reference) = value.as_str().and_then(|it| renamed.get(it)) {
                *value = reference.as_str().into();
            }
        }
    });
}

/// Puts the member that says the kind before the others.
fn name_kind(kind: &mut Value, mut named: Value) {
    for list in ["properties", "required"] {
        let mut first = named[list].take();
        match (&mut first, kind[list].take()) {
            (Value::Object(first), Value::Object(others)) => first.extend(others),
            (Value::Array(first), Value::Array(others)) => first.extend(others),
            _ => {}
        }
        kind[list] = first;
    }
}

/// What is agreed to, as one union: what is registered is of none of the known kinds.
fn flatten(schemas: &mut Map<String, Value>) {
    let Some(agreed) = schemas.get_mut(AGREED).and_then(Value::as_object_mut) else { return };
    let parts = agreed.shift_remove("anyOf").unwrap_or_default();
    let mut union = Vec::new();
    let mut kinds = Vec::new();
    for part in parts.as_array().into_iter().flatten() {
        let name = part["$ref"].as_str().and_then(named).unwrap_or_default();
        match schemas.get(name).filter(|inner| inner.get("oneOf").is_some()) {
            None => union.push(part.clone()),
            Some(inner) => {
                union.extend(inner["oneOf"].as_array().cloned().unwrap_or_default());
                let mapping = inner["discriminator"]["mapping"].as_object();
                kinds.extend(mapping.into_iter().flat_map(Map::keys).cloned());
                schemas.shift_remove(name);
            }
        }
    }
    schemas[AGREED]["oneOf"] = union.into();
    if let Some(registered) = schemas.get_mut(REGISTERED) {
        registered["properties"]["type"]["not"] = json!({ "enum": kinds });
    }
}

/// Where unknown members are refused the document says so: in the bodies of the REST API and in all that is
/// inside of them.
pub(super) fn close(document: &mut Value) {
    let mut open = Vec::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for operation in operations.as_object().into_iter().flat_map(Map::values) {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            if path.starts_with("/v1/") {
                references(body, &mut open);
            }
        }
    }
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let mut seen = vec![OPEN.to_owned()];
    while let Some(name) = open.pop() {
        let Some(schema) = schemas.get_mut(&name).filter(|_| !seen.contains(&name)) else { continue };
        if schema["type"] == "object" && schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = false.into();
        }
        references(schema, &mut open);
        seen.push(name);
    }
}

/// The names of the types that a part of the document refers to.
fn references(part: &Value, found: &mut Vec<String>) {
    match part {
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).and_then(named).map(str::to_owned));
            members.values().for_each(|part| references(part, found));
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

    fn reference(name: &str) -> Value {
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    #[test]
    fn numbers_and_texts_have_registered_formats() {
        let mut schema = json!({ "format": "uint64", "properties": {
            "expires_at": { "type": "string" }, "jwks_uri": { "type": "string" },
            "verification_uri_complete": { "type": "string" }, "request_uri": { "type": "boolean" },
            "at": { "type": "string", "format": "date-time" }, "name": { "type": "string" },
        } });
        amend(schema.as_object_mut().unwrap());
        assert_eq!((&schema["format"], &schema["minimum"]), (&json!("int64"), &json!(0)));
        let formats = schema["properties"].as_object().unwrap().values().map(|it| it["format"].as_str());
        let expected = [Some("date-time"), Some("uri"), Some("uri"), None, Some("date-time"), None];
        assert_eq!(formats.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_agreed_to_is_one_union_of_kinds_that_say_their_names() {
        let mut document = json!({ "paths": { "/v1/x": { "post": { "requestBody": { "content": {
            "application/json": { "schema": reference("Body") }
        } } } } }, "components": { "schemas": {
            "Body": { "type": "object", "properties": { "query": reference("DcqlQuery"), "t": reference(AGREED) } },
            "DcqlQuery": { "type": "object" },
            "TransactionData": { "anyOf": [reference("Known"), reference(REGISTERED)] },
            "Known": { "oneOf": [reference("Known_Payment")], "discriminator": { "mapping": { "urn:pay": "" } } },
            "Known_Payment": { "allOf": [
                { "properties": { "type": { "enum": ["urn:pay"] } }, "required": ["type"] },
                reference("Payment"),
            ] },
            "Payment": { "type": "object", "properties": { "items": { "items": reference("Item") } },
                "required": ["items"] },
            "Item": { "type": "object" },
            "RegisteredTransactionData": { "type": "object", "properties": { "type": {} },
                "additionalProperties": {} },
        } } });
        unite(&mut document);
        close(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas[AGREED], json!({ "oneOf": [reference("Payment"), reference(REGISTERED)] }));
        assert_eq!(schemas["Payment"]["required"], json!(["type", "items"]));
        assert_eq!(schemas["Payment"]["properties"]["type"]["enum"], json!(["urn:pay"]));
        assert_eq!(schemas[REGISTERED]["properties"]["type"]["not"]["enum"], json!(["urn:pay"]));
        let closed = schemas.as_object().unwrap().iter();
        let closed = closed.filter(|(_, schema)| schema["additionalProperties"] == false);
        assert_eq!(closed.map(|(name, _)| &**name).collect::<Vec<_>>(), ["Body", "Payment", "Item"]);
    }
}
