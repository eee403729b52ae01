//! The examples of the document: what a service was sent and what it answered, as `tests/interop/openapi/examples.rs`
//! has noted it.

use serde_json::{Map, Value};

/// By the name of the operation: `request`, and each status with its body.
const NOTED: &str = include_str!("../../../openapi/examples.json");

/// Puts each beside its type.
pub(super) fn amend(document: &mut Value) {
    // A test reads it too: it is JSON.
    let mut noted: Value = serde_json::from_str(NOTED).unwrap_or_default();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for operation in paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flat_map(Map::values_mut)) {
        let name = operation["operationId"].as_str().unwrap_or_default();
        let Some(Value::Object(examples)) = noted.get_mut(name).map(Value::take) else { continue };
        for (what, example) in examples {
            let described = match what.as_str() {
                "request" => operation.get_mut("requestBody"),
                status => operation["responses"].get_mut(status),
            };
            let content = described.and_then(|it| it.get_mut("content")).and_then(Value::as_object_mut);
            if let Some(content) = content.and_then(|content| content.values_mut().next()) {
                content["example"] = example;
            }
        }
    }
}
