//! The endpoints of operators: is it alive, can it work, and what are the numbers?

use poem::http::{StatusCode, header};
use poem::web::{Data, Json};
use poem::{EndpointExt as _, IntoResponse, Response, Route, get, handler};
use serde_json::json;

use super::middleware::failure::Failure;
use super::middleware::trace::AskedAgain;
use crate::flow::context::Context;
use crate::flow::health;
use crate::metrics::MEDIA_TYPE;

/// Every route with its methods.
pub const ROUTES: &[(&str, &[&str])] =
    &[("/healthz", &["get"]), ("/readyz", &["get"]), ("/metrics", &["get"])];

/// Who reaches these endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberReaders {
    /// Operators: the listener is theirs, or the service is not open to the world.
    Operators,
    /// Whoever reaches the service: numbers are not for them.
    Anybody,
}

/// The endpoints, for `readers`.
pub fn routes(readers: NumberReaders) -> Route {
    let read_metrics = get(metrics).data(readers);
    Route::new().at("/healthz", get(alive)).at("/readyz", get(ready)).at("/metrics", read_metrics)
}

/// Metrics for Prometheus. They name clients, wallets and issuers, and how much each is used.
#[handler]
fn metrics(context: Data<&Context>, readers: Data<&NumberReaders>) -> Response {
    if **readers == NumberReaders::Anybody {
        let why = "metrics are answered at [operations] listen, where public_url is https";
        return Json(json!({ "error": why })).with_status(StatusCode::FORBIDDEN).into_response();
    }
    AskedAgain::note();
    let text = context.metrics().exposition(context.now().unix());
    text.with_content_type(MEDIA_TYPE).into_response()
}

/// The process answers.
#[handler]
fn alive() -> Json<serde_json::Value> {
    AskedAgain::note();
    Json(json!({ "status": "ok" }))
}

/// The store answers too.
#[handler]
async fn ready(context: Data<&Context>) -> Response {
    match health::ready(&context).await {
        Ok(()) => {
            AskedAgain::note();
            Json(json!({ "status": "ok" })).into_response()
        }
        Err(failure) => unavailable(&failure.into()),
    }
}

/// 503 under a trace id.
pub fn unavailable(failure: &Failure) -> Response {
    Json(json!({ "status": "unavailable", "trace_id": failure.trace }))
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
        .with_header(header::RETRY_AFTER, failure.retry_after)
        .into_response()
}
