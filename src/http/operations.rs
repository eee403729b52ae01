//! The endpoints of operators: is it alive, can it work, and what are the numbers?

use poem::http::{StatusCode, Uri, header};
use poem::web::{Data, Json};
use poem::{EndpointExt as _, IntoResponse, Response, Route, get, handler};
use serde_json::{Map, Value, json};

use super::middleware::failure::Failure;
use super::middleware::trace::RequestNotes;
use crate::flow::context::Context;
use crate::flow::health::{self, Readiness};
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
fn metrics(Data(context): Data<&Context>, Data(readers): Data<&NumberReaders>) -> Response {
    if *readers == NumberReaders::Anybody {
        let why = "metrics are answered at [operations] listen, where public_url is https";
        return Json(json!({ "error": why })).with_status(StatusCode::FORBIDDEN).into_response();
    }
    RequestNotes::note_asked_again();
    let text = context.metrics().exposition(context.now().unix());
    text.with_content_type(MEDIA_TYPE).into_response()
}

/// The process answers.
#[handler]
fn alive() -> Json<Value> {
    RequestNotes::note_asked_again();
    Json(json!({ "status": "ok" }))
}

/// The store answers too, and nobody told us to stop. `?verbose` tells each part, and since when it is as it is.
#[handler]
async fn ready(context: Data<&Context>, uri: &Uri) -> Response {
    let ready = health::ready(&context).await;
    let mut told = Map::new();
    if uri.query() == Some("verbose") {
        let parts = health::parts(&context).into_iter().map(|part| {
            let status = if part.works { "ok" } else { "unavailable" };
            json!({ "name": part.name, "status": status, "since": part.since.rfc3339() })
        });
        told.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
        told.insert("parts".to_owned(), parts.collect());
    }
    match ready {
        Ok(Readiness::Ready) => {
            RequestNotes::note_asked_again();
            told.insert("status".to_owned(), "ok".into());
            Json(told).into_response()
        }
        // Nothing is wrong: whoever asks has no trace to follow.
        Ok(Readiness::Stopping) => {
            told.insert("status".to_owned(), "stopping".into());
            Json(told).with_status(StatusCode::SERVICE_UNAVAILABLE).into_response()
        }
        Err(failure) => not_ready(&failure.into(), told),
    }
}

/// 503 under a trace id.
pub fn unavailable(failure: &Failure) -> Response {
    not_ready(failure, Map::new())
}

fn not_ready(failure: &Failure, mut told: Map<String, Value>) -> Response {
    told.insert("status".to_owned(), "unavailable".into());
    told.insert("trace_id".to_owned(), failure.trace.to_string().into());
    Json(told)
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
        .with_header(header::RETRY_AFTER, failure.retry_after)
        .into_response()
}
