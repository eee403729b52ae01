//! The endpoint of operators: is it alive, and can it work?

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{IntoResponse, Response, Route, get, handler};
use serde_json::json;

use super::middleware::trace::{AskedAgain, record_failure};
use crate::flow::Vpgate;

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

/// The store answers too. Keys need no question: without them the service does not start.
#[handler]
async fn ready(vpgate: Data<&Arc<Vpgate>>) -> Response {
    match vpgate.store.ready().await {
        Ok(()) => {
            AskedAgain::note();
            Json(json!({ "status": "ok" })).into_response()
        }
        Err(failure) => {
            let trace = record_failure(&failure).to_string();
            Json(json!({ "status": "unavailable", "trace_id": trace }))
                .with_status(StatusCode::SERVICE_UNAVAILABLE)
                .into_response()
        }
    }
}
