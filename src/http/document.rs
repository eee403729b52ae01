//! The OpenAPI document of the endpoints that machines use: generated from the code, served, committed as
//! `openapi/openapi.yaml`, compared, parsed and handed to tools of others in `tests/interop/openapi`.

mod access;
mod amend;
mod examples;
mod sent;
mod statuses;
mod types;
mod walk;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use poem::endpoint::BoxEndpoint;
use poem::http::{Method, header};
use poem::web::Data;
use poem::{IntoResponse as _, Request, Response, Route, get, handler};
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{ContactObject, LicenseObject, OpenApi, OpenApiService, ServerObject};
use serde_json::Value;

use super::PublicUrl;
use super::api::RestApi;
use super::api::shapes::Shapes;
use super::api::webhook_message::SentWebhooks;
use super::api::webhooks::WebhookApi;
use super::form::Form;
use super::oauth::OauthEndpoints;
use super::openid4vp::requests::RequestEndpoints;
use super::openid4vp::responses::ResponseEndpoints;
use vpgate_core::openid4vp::transaction_data::DEVICE_AUTHORIZATION_SCHEMA;

/// Who answers machines.
type MachineEndpoints = (OauthEndpoints, RequestEndpoints, ResponseEndpoints, RestApi, WebhookApi);

/// The endpoints behind the document.
pub(super) fn machine_endpoints() -> OpenApiService<WithTraits<MachineEndpoints>, &'static dyn SentWebhooks> {
    let endpoints = WithTraits((OauthEndpoints, RequestEndpoints, ResponseEndpoints, RestApi, WebhookApi));
    OpenApiService::new(endpoints, "vpgate", env!("CARGO_PKG_VERSION"))
        .webhooks::<&'static dyn SentWebhooks>()
        .description("A verifier that turns a wallet's presentation (OpenID4VP) into an OAuth token.")
        .contact(ContactObject::new().name("The operator of the service"))
        .license(LicenseObject::new("Apache-2.0 OR MIT").url("https://spdx.org/licenses/Apache-2.0.html"))
        .server(ServerObject::new("/").description("The `public_url` of the service, with its path."))
}

/// The document keeps to what OpenAPI 3.0 has too: for tools that know only that, this word is all that differs, and
/// that what we send ourselves is left out.
const BEFORE: (&str, &str) = ("3.0", "3.0.3");

/// Where the document is served, and what those who write wallets look up; without authentication.
pub const ROUTES: &[(&str, &[&str])] = &[
    ("/openapi.json", &["get"]),
    ("/openapi.yaml", &["get"]),
    ("/schemas/device_authorization.json", &["get"]),
];

/// The document in both forms, and the schema.
pub(super) fn routes() -> Route {
    Route::new()
        .at("/openapi.json", get(as_json))
        .at("/openapi.yaml", get(as_yaml))
        .at("/schemas/device_authorization.json", get(schema_of_devices))
}

/// What a wallet is asked to show where a device is in the holder's signature.
#[handler]
fn schema_of_devices() -> Response {
    served("application/schema+json", DEVICE_AUTHORIZATION_SCHEMA.to_owned())
}

#[handler]
fn as_json(request: &Request, Data(public_url): Data<&PublicUrl>) -> Response {
    served("application/json", json(&document_at(public_url, request)))
}

#[handler]
fn as_yaml(request: &Request, Data(public_url): Data<&PublicUrl>) -> Response {
    served("application/yaml", yaml(&document_at(public_url, request)))
}

/// Public and the same for everybody.
fn served(media_type: &'static str, text: String) -> Response {
    let response = text.with_content_type(media_type);
    response.with_header(header::CACHE_CONTROL, "public, max-age=300").into_response()
}

/// The document as YAML; the same for every build of one version.
pub fn openapi_yaml() -> String {
    yaml(&document())
}

/// The document as JSON.
pub fn openapi_json() -> String {
    json(&document())
}

// Only text keys and JSON values: both can always be written.
fn yaml(document: &Value) -> String {
    let text = serde_yaml::to_string(document).unwrap_or_default();
    // A bare `=` is a type of its own in YAML 1.1, which readers of others still know.
    text.replace(": =\n", ": '='\n")
}

fn json(document: &Value) -> String {
    format!("{document:#}\n")
}

/// What the bodies of the REST API are held against; the same for every service.
pub(super) fn shapes() -> Arc<Shapes> {
    static SHAPES: LazyLock<Arc<Shapes>> = LazyLock::new(|| Arc::new(Shapes::of(&document())));
    Arc::clone(&SHAPES)
}

fn document() -> Value {
    let mut document = serde_json::from_str(&machine_endpoints().spec()).unwrap_or_default();
    amend::amend(&mut document);
    document
}

/// The document of the service at this address, with `?version=3.0` as one of that version.
fn document_at(public_url: &PublicUrl, request: &Request) -> Value {
    let mut document = document();
    document["servers"][0]["url"] = public_url.at("").into();
    let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
    if query.is_ok_and(|mut query| query.take("version").as_deref() == Some(BEFORE.0)) {
        document["openapi"] = BEFORE.1.into();
        document.as_object_mut().and_then(|members| members.shift_remove("webhooks"));
    }
    document
}

/// Endpoints as they are, told without losing a response: where several have one status, the document would
/// have one key several times. Here each gets a key of its own, and [`amend`] puts them together.
pub(super) struct WithTraits<T>(T);

impl<T: OpenApi> OpenApi for WithTraits<T> {
    fn meta() -> Vec<MetaApi> {
        let mut apis = T::meta();
        let paths = apis.iter_mut().flat_map(|api| &mut api.paths);
        for operation in paths.flat_map(|path| &mut path.operations) {
            let mut seen = BTreeSet::new();
            for (at, response) in operation.responses.responses.iter_mut().enumerate() {
                if let Some(status) = response.status
                    && !seen.insert(status)
                {
                    response.status_range = Some(format!("{status}{}{at}", amend::AGAIN));
                    response.status = None;
                }
            }
        }
        apis
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        self.0.add_routes(routes);
    }
}
