//! Every answer of a machine's endpoint is one that the OpenAPI document has: its status, its media type, its body.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use poem::http::Method;
use serde_json::{Value, json};

use super::Answer;

/// What is answered before any operation is found, or where none is.
const BEFORE_ANY_OPERATION: [u16; 3] = [405, 414, 500];

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&vpgate::http::openapi_json()).unwrap());
/// By place of the schema in the document.
static SCHEMAS: LazyLock<Mutex<HashMap<String, Validator>>> = LazyLock::new(Mutex::default);

/// Holds an answer against the document, where it has the operation.
pub fn hold(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap();
    let method = method.as_str().to_lowercase();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let Some((pattern, operations)) = paths.iter().find(|(pattern, _)| fits(pattern, path)) else { return };
    let status = answer.status.as_u16();
    let Some(operation) = operations.get(&method).filter(|_| !BEFORE_ANY_OPERATION.contains(&status)) else {
        return;
    };
    let place = format!("{method} {pattern} {status}");
    let response = &operation["responses"][status.to_string()];
    assert!(response.is_object(), "{place} is not in the document: {}", answer.text);
    let Some((media_type, content)) = response["content"].as_object().and_then(|it| it.iter().next()) else {
        assert_eq!(answer.text, "", "{place} has a body, which is not in the document");
        return;
    };
    // A 401 without anything that could be wrong has no body (RFC 6750 section 3.1).
    if answer.text.is_empty() && status == 401 {
        return;
    }
    let told = answer.header("content-type").split(';').next().unwrap().to_owned();
    assert_eq!(told, *media_type, "{place}");
    if media_type.ends_with("json") {
        let mut schemas = SCHEMAS.lock().unwrap();
        let validator = schemas.entry(place.clone()).or_insert_with(|| validator(&content["schema"]));
        let body = answer.json();
        let faults: Vec<String> =
            validator.iter_errors(&body).map(|it| format!("{} {it}", it.instance_path())).collect();
        assert!(faults.is_empty(), "{place} is not what the document says: {faults:?} in {body}");
    }
}

fn validator(schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["components"] = json!({ "schemas": DOCUMENT["components"]["schemas"] });
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(wanted, it)| wanted.starts_with('{') && !it.is_empty() || wanted == it)
}
