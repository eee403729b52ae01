//! Who may call an operation, and how they prove it.

use serde_json::{Map, Value, json};

/// Where a proof of a key binds what is answered to it, so that it is not needed.
const BINDING: [&str; 3] = ["/device_authorization", "/par", "/token"];

/// Every operation says who may call it.
pub(super) fn amend(document: &mut Value) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, operations) in paths {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            let asks_a_client = operation["tags"][0] == "Client" && method == "post";
            let security = match path.as_str() {
                // By POST, also in the form.
                "/userinfo" if method == "post" => json!([{ "bearer": [] }, { "dpop": [] }, {}]),
                "/userinfo" => json!([{ "bearer": [] }, { "dpop": [] }]),
                _ if path.starts_with("/v1/") => json!([{ "client": [] }, { "bearer": [] }, { "dpop": [] }]),
                // In the header, in the form, or (public clients) not at all.
                _ if asks_a_client => {
                    json!([{ "client": [] }, { "client_secret_post": [] }, { "private_key_jwt": [] }, {}])
                }
                _ => json!([]),
            };
            let Some(operation) = operation.as_object_mut() else { continue };
            operation.entry("security").or_insert(security);
            if BINDING.contains(&path.as_str()) {
                let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
                parameters.as_array_mut().into_iter().for_each(|all| all.push(proof()));
            }
        }
    }
    // What we send is signed.
    let sent = document.get_mut("webhooks").and_then(Value::as_object_mut).into_iter().flatten();
    for operation in sent.flat_map(|(_, it)| it.as_object_mut().into_iter().flat_map(Map::values_mut)) {
        operation["security"] = json!([]);
    }
    add_schemes(&mut document["components"]["securitySchemes"]);
}

fn proof() -> Value {
    json!({
        "name": "DPoP",
        "in": "header",
        "description": "A proof of the key that what is answered is to be bound to (RFC 9449 section 4.2).",
        "required": false,
        "schema": { "type": "string" },
    })
}

/// No scheme of OpenAPI is a secret or an assertion in
/// the form: the metadata has their names, and the forms their members.
fn add_schemes(schemes: &mut Value) {
    let metadata = "/.well-known/openid-configuration";
    let added = [
        (
            "client",
            json!({ "type": "http", "scheme": "basic", "description":
                "The id and secret of a confidential client, each form-encoded first (RFC 6749 section 2.3.1); at the \
                 REST API also for clients that send their secret in the form elsewhere." }),
        ),
        (
            "client_secret_post",
            json!({ "type": "openIdConnect", "openIdConnectUrl": metadata, "description":
                "`client_id` and `client_secret` in the form (RFC 6749 section 2.3.1), as \
                 `token_endpoint_auth_methods_supported` of the metadata names it." }),
        ),
        (
            "private_key_jwt",
            json!({ "type": "openIdConnect", "openIdConnectUrl": metadata, "description":
                "`client_assertion` and `client_assertion_type` in the form (RFC 7523 section 2.2), as \
                 `token_endpoint_auth_methods_supported` of the metadata names it." }),
        ),
        (
            "bearer",
            json!({ "type": "http", "scheme": "bearer", "description":
                "An access token that is bound to no key (RFC 6750 section 2.1)." }),
        ),
        (
            "dpop",
            json!({ "type": "apiKey", "in": "header", "name": "DPoP", "description":
                "A proof of the key that the access token is bound to (RFC 9449 section 7.1). The token goes with \
                 it, as `Authorization: DPoP` and the token." }),
        ),
    ];
    for (name, scheme) in added {
        schemes[name] = scheme;
    }
}
