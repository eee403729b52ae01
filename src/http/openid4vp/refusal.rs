//! What a wallet is told when its answer does not count: an error code, and never why (REQ-2.20).

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};

use crate::http::middleware::trace::{RETRY_AFTER_SECONDS, TraceId};

/// A refusal of the OpenID4VP endpoints.
#[derive(Debug, ApiResponse)]
pub enum PostRefusal {
    /// Malformed, rejected, or there is no open request at this address: one answer for all.
    #[oai(status = 400)]
    Refused(Json<PostError>),
    /// The body is too long.
    #[oai(status = 413)]
    TooLarge(Json<PostError>),
    /// Not a form (or JSON, where this wallet may send it).
    #[oai(status = 415)]
    MediaType(Json<PostError>),
    /// A fault of the service, or of somebody whom it has to ask. Post again later.
    #[oai(status = 503)]
    Unavailable(
        Json<PostError>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

/// An error, without a reason.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PostError {
    /// Which error.
    pub error: PostErrorCode,
    /// Under which id the operator finds a fault of the service.
    pub trace_id: Option<String>,
}

/// The codes of this endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum PostErrorCode {
    /// The answer does not count.
    InvalidRequest,
    /// A fault of the service, or of somebody whom it has to ask.
    TemporarilyUnavailable,
}

impl PostRefusal {
    /// 400.
    pub fn refused() -> Self {
        Self::Refused(invalid())
    }

    /// 413.
    pub fn too_large() -> Self {
        Self::TooLarge(invalid())
    }

    /// 415.
    pub fn media_type() -> Self {
        Self::MediaType(invalid())
    }

    /// 503 under a trace id.
    pub fn unavailable(trace: &TraceId) -> Self {
        let error = PostErrorCode::TemporarilyUnavailable;
        Self::Unavailable(Json(PostError { error, trace_id: Some(trace.to_string()) }), RETRY_AFTER_SECONDS)
    }
}

impl PostRefusal {
    /// 503 for a fault that is not ours.
    pub fn later() -> Self {
        let error = PostErrorCode::TemporarilyUnavailable;
        Self::Unavailable(Json(PostError { error, trace_id: None }), RETRY_AFTER_SECONDS)
    }
}

fn invalid() -> Json<PostError> {
    Json(PostError { error: PostErrorCode::InvalidRequest, trace_id: None })
}
