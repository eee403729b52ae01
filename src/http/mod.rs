//! HTTP: one folder per audience. An endpoint reads what a stranger sent, calls one use case, and answers;
//! `middleware` is around all of them.

mod access_token;
mod api;
mod basic;
mod client_authentication;
mod document;
mod documented;
mod exact_json;
pub mod form;
mod middleware;
mod oauth;
mod openid4vp;
mod operations;
mod pages;
mod payload;
mod prefer;
mod public_url;
mod qr;
mod routes;
mod tags;

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt as _, IntoEndpoint as _, Response, Route};
use url::Url;

pub use self::api::result_text;
pub use self::document::{openapi_json, openapi_yaml};
pub use self::middleware::client_address::ClientAddresses;
pub use self::middleware::cookies;
use self::middleware::rate_limits::RateLimits;
pub use self::middleware::request_checks::HostFault;
use self::middleware::{Endpoints, ForMachines, Middleware, ServedPart};
use self::operations::NumberReaders;
pub use self::public_url::PublicUrl;
use self::routes::Routes;
use crate::flow::context::Service;

/// What the endpoints are told besides the operator's policy.
pub struct HttpSettings {
    /// Where the outside reaches us.
    pub public_url: Url,
    /// Whose word about addresses counts.
    pub addresses: ClientAddresses,
    /// Whether operators have a listener of their own ([`operations`]).
    pub operations_apart: bool,
    /// Endpoints of others, each under a path of its own, which is stripped before they are called
    /// (the sandbox). Their answers pass as they are.
    pub mounts: Vec<(&'static str, BoxEndpoint<'static>)>,
}

/// Every route with the methods that it answers to, as `Allow` names them.
pub fn routes() -> impl Iterator<Item = (String, String)> {
    let routes: Vec<_> = Routes::all().iter().map(|it| (it.pattern.clone(), it.allowed.clone())).collect();
    routes.into_iter()
}

/// The operations endpoints alone, for a listener of their own.
pub fn operations(service: Arc<Service>, public_url: &Url) -> BoxEndpoint<'static, Response> {
    let nothing = || Route::new().boxed();
    let operator = operations::routes(NumberReaders::Operators).boxed();
    let (machines, human, mounts) = (nothing(), nothing(), Vec::new());
    let endpoints = Endpoints { machines, for_machines: None, human, operator, mounts };
    Middleware::new(ServedPart::Operations, endpoints, service, PublicUrl::new(public_url)).boxed()
}

/// The whole service.
pub fn service(service: Arc<Service>, settings: HttpSettings) -> BoxEndpoint<'static, Response> {
    let public_url = PublicUrl::new(&settings.public_url);
    let addresses = settings.addresses;
    let limits = Arc::new(RateLimits::new(addresses.clone()));
    let human = pages::routes(public_url.clone(), addresses, Arc::clone(&limits));
    let readers = if public_url.is_https() { NumberReaders::Anybody } else { NumberReaders::Operators };
    let endpoints = Endpoints {
        machines: document::routes()
            .nest_no_strip("/", document::machine_endpoints().into_endpoint())
            .boxed(),
        for_machines: Some(ForMachines { limits, shapes: document::shapes() }),
        human: human.boxed(),
        operator: operations::routes(readers).boxed(),
        mounts: settings.mounts,
    };
    let part = if settings.operations_apart { ServedPart::Public } else { ServedPart::Whole };
    Middleware::new(part, endpoints, service, public_url).boxed()
}
