//! The OpenAPI document of the endpoints that machines use: generated from the code, committed as
//! `openapi/openapi.yaml`, compared, parsed and handed to tools of others in `tests/interop/openapi`.

mod amend;

use std::collections::{BTreeSet, HashMap};

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService, ServerObject};
use serde_json::Value;

use super::api::RestApi;
use super::oauth::OauthEndpoints;
use super::openid4vp::requests::RequestEndpoints;
use super::openid4vp::responses::ResponseEndpoints;

/// Who answers machines.
type MachineEndpoints = (OauthEndpoints, RequestEndpoints, ResponseEndpoints, RestApi);

/// The endpoints behind the document.
pub(super) fn machine_endpoints() -> OpenApiService<WithTraits<MachineEndpoints>, ()> {
    let endpoints = WithTraits((OauthEndpoints, RequestEndpoints, ResponseEndpoints, RestApi));
    OpenApiService::new(endpoints, "vpgate", env!("CARGO_PKG_VERSION"))
        .description("A verifier that turns a wallet's presentation (OpenID4VP) into an OAuth token.")
        .license(LicenseObject::new("Apache-2.0 OR MIT").url("https://spdx.org/licenses/Apache-2.0.html"))
        .server(ServerObject::new("/").description("The `public_url` of the service, with its path."))
}

/// The document as YAML; the same for every build of one version.
pub fn openapi_yaml() -> String {
    // Only text keys and JSON values: both can always be written.
    serde_yaml::to_string(&document()).unwrap_or_default()
}

fn document() -> Value {
    let mut document = serde_json::from_str(&machine_endpoints().spec()).unwrap_or_default();
    amend::amend(&mut document);
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
