//! The statuses of each operation: only those that can happen. An endpoint's error type knows them all; `stories`
//! and `interop` hold every answer against what is left here.

use serde_json::{Map, Value, json};

/// What the error type of an operation can say and the operation cannot.
const NEVER: [(&str, &[&str]); 13] = [
    ("fetchRequest", &["429"]),
    ("collectResult", &["403", "409", "502"]),
    ("fetchReceipt", &["403", "409", "502"]),
    ("fetchCheckpoint", &["403", "409", "502"]),
    ("forgetPresentation", &["403", "409", "502"]),
    ("verifyToken", &["404", "409", "502"]),
    ("verifyUserCode", &["409", "502"]),
    ("completeUserCode", &["502"]),
    ("tryRules", &["404", "409", "502"]),
    ("listWebhooks", &["403", "404", "409", "502"]),
    ("testWebhook", &["403", "409", "502"]),
    ("listDeliveries", &["403", "409", "502"]),
    ("retryDelivery", &["403", "409", "502"]),
];
/// About the body of a request.
const OF_BODIES: [&str; 2] = ["413", "415"];

/// Keeps what can happen, and adds what is refused before any operation looks at a request.
pub(super) fn amend(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for operation in paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flat_map(Map::values_mut)) {
        let name = operation["operationId"].as_str().unwrap_or_default();
        let never = NEVER.iter().find(|(operation, _)| *operation == name).map_or(&[][..], |(_, it)| *it);
        let has_body = operation.get("requestBody").is_some();
        let Some(responses) = operation["responses"].as_object_mut() else { continue };
        responses.retain(|status, _| {
            let status = status.as_str();
            !never.contains(&status) && (has_body || !OF_BODIES.contains(&status))
        });
        let malformed = json!({
            "description": "The request names no host, or repeats a parameter of its query.",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/OAuthError" } } },
        });
        responses.entry("400").or_insert(malformed);
    }
}
