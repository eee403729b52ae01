//! The endpoint of operators: is it alive, and can it work?

use poem::http::{StatusCode, header};
use poem::web::{Data, Json};
use poem::{IntoResponse, Response, Route, get, handler};
use serde_json::json;

use super::middleware::failure::Failure;
use super::middleware::trace::AskedAgain;
use crate::flow::context::Context;
use crate::flow::health;

/// Every route with its methods.
pub const ROUTES: &[(&str, &[&str])] = &[("/healthz", &["get"]), ("/readyz", &["get"])];

/// `/healthz` and `/readyz`.
pub fn routes() -> Route {
    Route::new().at("/healthz", get(alive)).at("/readyz", get(ready))
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
