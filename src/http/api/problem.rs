//! Problem documents (RFC 9457): every error of the REST API.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use crate::http::basic::CHALLENGE;
use crate::http::middleware::trace::RETRY_AFTER_SECONDS;
use crate::http::middleware::trace::TraceId;

/// An error of the REST API.
#[derive(Debug, ApiResponse)]
pub enum Problem {
    /// The request is wrong; `pointer` says where.
    #[oai(status = 400, content_type = "application/problem+json")]
    BadRequest(Json<Box<ProblemDetails>>),
    /// The client is unknown, or its secret is wrong.
    #[oai(status = 401, content_type = "application/problem+json")]
    NotAuthenticated(
        Json<Box<ProblemDetails>>,
        /// How to authenticate.
        #[oai(header = "WWW-Authenticate")]
        String,
    ),
    /// This client may not use this endpoint.
    #[oai(status = 403, content_type = "application/problem+json")]
    Forbidden(Json<Box<ProblemDetails>>),
    /// No such presentation of this client, or its result needs a `response_code`.
    #[oai(status = 404, content_type = "application/problem+json")]
    NotFound(Json<Box<ProblemDetails>>),
    /// Somebody else has it, or it was decided just now.
    #[oai(status = 409, content_type = "application/problem+json")]
    Conflict(Json<Box<ProblemDetails>>),
    /// The body is too long.
    #[oai(status = 413, content_type = "application/problem+json")]
    TooLarge(Json<Box<ProblemDetails>>),
    /// The body is not `application/json`.
    #[oai(status = 415, content_type = "application/problem+json")]
    MediaType(Json<Box<ProblemDetails>>),
    /// Too many wrong codes, too many requests that failed, or too many presentations open. Ask again later.
    #[oai(status = 429, content_type = "application/problem+json")]
    TooMany(
        Json<Box<ProblemDetails>>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A mistake of the wallet's server, which its operator has to mend.
    #[oai(status = 502, content_type = "application/problem+json")]
    BadGateway(Json<Box<ProblemDetails>>),
    /// A fault of the service, or of somebody whom it has to ask. Ask again later.
    #[oai(status = 503, content_type = "application/problem+json")]
    Unavailable(
        Json<Box<ProblemDetails>>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

/// A problem document.
#[derive(Debug, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ProblemDetails {
    /// Which kind of problem: `urn:vpgate:problem:` and a stable name.
    #[oai(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// Where, as a JSON pointer into the body (RFC 6901).
    pub pointer: Option<String>,
    /// Under which id the operator finds this failure.
    pub trace_id: Option<String>,
}

impl ProblemDetails {
    /// A problem of the kind `name`.
    pub fn new(name: &str, status: u16, title: &str, detail: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind: format!("urn:vpgate:problem:{name}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            pointer: None,
            trace_id: None,
        })
    }
}

impl Problem {
    /// 400 about the member at `pointer`; the whole body when it is empty.
    pub fn invalid_request(pointer: &str, detail: impl Into<String>) -> Self {
        Self::bad_request("invalid_request", "The request is not valid", pointer, detail)
    }

    /// 400: not JSON, or not JSON as it should be.
    pub fn invalid_json(detail: impl Into<String>) -> Self {
        Self::bad_request("invalid_json", "The body is not valid JSON", "", detail)
    }

    /// 401 with its challenge.
    pub fn not_authenticated(detail: impl Into<String>) -> Self {
        let details = ProblemDetails::new("not_authenticated", 401, "Authentication failed", detail);
        Self::NotAuthenticated(Json(details), CHALLENGE.to_owned())
    }

    /// 429.
    pub fn too_many(retry_after: u64) -> Self {
        let detail = format!("too many requests failed; wait {retry_after} seconds");
        let details = ProblemDetails::new("too_many_requests", 429, "Too many requests", detail);
        Self::TooMany(Json(details), retry_after)
    }

    /// 429: no more at once.
    pub fn too_many_open(detail: impl Into<String>, retry_after: u64) -> Self {
        let title = "Too many presentations are open";
        Self::TooMany(Json(ProblemDetails::new("too_many_open", 429, title, detail)), retry_after)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::Forbidden(Json(ProblemDetails::new("forbidden", 403, "This client may not do this", detail)))
    }

    /// 404 for what does not exist for this client.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::NotFound(Json(ProblemDetails::new("not_found", 404, "Not found", detail)))
    }

    /// 404 for a result without its one-time code.
    pub fn response_code_required(detail: impl Into<String>) -> Self {
        let title = "A response code is required";
        Self::NotFound(Json(ProblemDetails::new("response_code_required", 404, title, detail)))
    }

    /// 409 of the kind `name`.
    pub fn conflict(name: &str, title: &str, detail: impl Into<String>) -> Self {
        Self::Conflict(Json(ProblemDetails::new(name, 409, title, detail)))
    }

    /// 413.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::TooLarge(Json(ProblemDetails::new("too_large", 413, "The body is too long", detail)))
    }

    /// 415.
    pub fn media_type() -> Self {
        let detail = "the Content-Type must be application/json";
        Self::MediaType(Json(ProblemDetails::new(
            "media_type",
            415,
            "Unsupported media type",
            detail.to_owned(),
        )))
    }

    /// 503 under a trace id.
    pub fn unavailable(trace: &TraceId) -> Self {
        let detail = "a part of the service is unavailable; try again in a few seconds";
        let mut details = ProblemDetails::new("unavailable", 503, "Temporarily unavailable", detail);
        details.trace_id = Some(trace.to_string());
        Self::Unavailable(Json(details), RETRY_AFTER_SECONDS)
    }

    /// 503 for the fault of somebody whom the service has to ask, named in `detail`.
    pub fn later(detail: impl Into<String>) -> Self {
        let details = ProblemDetails::new("unavailable", 503, "Temporarily unavailable", detail);
        Self::Unavailable(Json(details), RETRY_AFTER_SECONDS)
    }

    /// 502 for a mistake of the wallet's server, named in `detail`.
    pub fn bad_wallet(detail: impl Into<String>) -> Self {
        Self::BadGateway(Json(ProblemDetails::new("wallet", 502, "The wallet's server is at fault", detail)))
    }

    fn bad_request(name: &str, title: &str, pointer: &str, detail: impl Into<String>) -> Self {
        let mut details = ProblemDetails::new(name, 400, title, detail);
        details.pointer = (!pointer.is_empty()).then(|| pointer.to_owned());
        Self::BadRequest(Json(details))
    }
}

#[cfg(test)]
mod tests {
    use poem::IntoResponse;
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn a_problem_is_a_problem_document_that_names_the_member() {
        let response = Problem::invalid_request("/scope", "unknown").into_response();
        assert_eq!(response.content_type(), Some("application/problem+json"));
        let body: Value = serde_json::from_str(&response.into_body().into_string().await.unwrap()).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "urn:vpgate:problem:invalid_request",
                "title": "The request is not valid",
                "status": 400,
                "detail": "unknown",
                "pointer": "/scope",
            })
        );
    }
}
