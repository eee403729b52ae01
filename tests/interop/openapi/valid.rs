//! What must hold for the document whoever reads it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::openapi::{document, operations};

/// Strictly: a key that stands twice is refused.
pub fn parse(yaml: &str) -> Result<Value, serde_yaml::Error> {
    serde_yaml::from_str::<serde_yaml::Value>(yaml).and_then(serde_yaml::from_value)
}

#[test]
fn no_key_stands_twice() {
    parse("a: { 'b': 1 }\nb: { 'b': 2 }").unwrap();
    for twice in ["a: 1\na: 2", "a: { '400': 1, '400': 2 }", "- { a: 1, b: 2, a: 3 }"] {
        assert!(parse(twice).is_err(), "{twice}");
    }
    parse(&vpgate::http::openapi_yaml()).unwrap();
}

#[test]
fn every_reference_leads_to_something() {
    let document = document();
    let mut references = BTreeSet::new();
    each_object(&document, &mut |object| {
        references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
    });
    assert!(references.len() > 20, "{references:?}");
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_says_who_may_call_it_and_has_responses() {
    let document = document();
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let mut names = BTreeSet::new();
    for (place, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{place}");
        for way in operation["security"].as_array().unwrap_or_else(|| panic!("{place}: security")) {
            assert!(way.as_object().unwrap().keys().all(|name| schemes.contains_key(name)), "{place}: {way}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(status.parse::<u16>().is_ok_and(|it| (100..600).contains(&it)), "{place}: {status}");
            assert!(!response["description"].as_str().unwrap().is_empty(), "{place}: {status}");
        }
    }
}

#[test]
fn everything_composed_is_composed_of_types() {
    each_object(&document(), &mut |object| {
        for part in object.get("allOf").into_iter().flat_map(|parts| parts.as_array().unwrap()) {
            let names_a_type =
                ["$ref", "type", "allOf", "anyOf", "oneOf"].iter().any(|it| part.get(it).is_some());
            assert!(names_a_type, "{part} is no type, in {object:?}");
            assert!(part.get("description").is_none(), "{part} is a description, in {object:?}");
        }
    });
}

#[test]
fn where_unknown_members_are_refused_the_schema_says_so() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let mut said = 0;
    for (place, operation) in operations(&document).filter(|(place, _)| place.contains(" /v1/")) {
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        for name in names(body).flat_map(|name| Some(name).into_iter().chain(names(&schemas[name]["oneOf"])))
        {
            if schemas[name].get("oneOf").is_none() {
                assert_eq!(schemas[name]["additionalProperties"], false, "{place}: {name}");
                said += 1;
            }
        }
    }
    assert_eq!(said, 9);
    assert_eq!(schemas["PaymentItem"]["additionalProperties"], false);
    assert_eq!(schemas["RegisteredTransactionData"]["additionalProperties"], serde_json::json!({}));
}

/// The types that a part of the document refers to, itself or as one of several.
fn names(part: &Value) -> impl Iterator<Item = &str> {
    let parts = part.as_array().map_or(std::slice::from_ref(part), Vec::as_slice);
    parts.iter().filter_map(|part| part["$ref"].as_str()?.strip_prefix("#/components/schemas/"))
}

fn each_object(value: &Value, look: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|one| each_object(one, look)),
        Value::Object(members) => {
            look(members);
            members.values().for_each(|one| each_object(one, look));
        }
        _ => {}
    }
}
