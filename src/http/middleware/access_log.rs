//! One line for each request.

use std::time::Duration;

use poem::http::Method;
use poem::{PathPattern, Response};

/// The target of the line for each request: the log leaves these out first when there are too many.
const ACCESS: &str = concat!("vpgate", "::access");

/// The pattern of the route, never the path: paths and queries carry codes and handles.
pub fn route(response: &Response) -> &str {
    response.data::<PathPattern>().map_or("(none)", |pattern| &*pattern.0)
}

/// Writes the line.
pub fn write(method: &Method, response: &Response, took: Duration, asks_again: bool) {
    let route = route(response);
    let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    if asks_again {
        tracing::debug!(target: ACCESS, %method, route, status, microseconds, "answered: not yet");
    } else {
        tracing::info!(target: ACCESS, %method, route, status, microseconds, "answered");
    }
}
