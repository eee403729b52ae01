//! What a wallet is told when its answer does not count (an error code, and never why: REQ-2.20), and why there is
//! no Request Object for it.

use poem::http::StatusCode;
use poem::{IntoResponse as _, Response};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};

use crate::flow::presentation::direct_post::NotAnswered;
use crate::flow::presentation::request_object::NoRequestObject;
use crate::http::middleware::failure::{Failure, RETRY_AFTER_SECONDS};

/// When a wallet that fetched too often may fetch again.
const TOO_OFTEN_SECONDS: u64 = 10;

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
    /// The error code.
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
    pub fn refused() -> Self {
        Self::Refused(invalid())
    }

    pub fn too_large() -> Self {
        Self::TooLarge(invalid())
    }

    pub fn media_type() -> Self {
        Self::MediaType(invalid())
    }

    /// 503 for a fault that is not ours.
    pub fn later() -> Self {
        let error = PostErrorCode::TemporarilyUnavailable;
        Self::Unavailable(Json(PostError { error, trace_id: None }), RETRY_AFTER_SECONDS)
    }
}

fn invalid() -> Json<PostError> {
    Json(PostError { error: PostErrorCode::InvalidRequest, trace_id: None })
}

/// The answer of an OpenID4VP endpoint where no handler answered.
pub fn unanswered(status: StatusCode) -> Response {
    let refusal = if status.is_server_error() { Failure::noted().into() } else { PostRefusal::refused() };
    refusal.into_response()
}

impl From<Failure> for PostRefusal {
    fn from(failure: Failure) -> Self {
        let error = PostErrorCode::TemporarilyUnavailable;
        Self::Unavailable(Json(PostError { error, trace_id: Some(failure.trace) }), failure.retry_after)
    }
}

impl From<NotAnswered> for PostRefusal {
    /// Our fault is recorded; the other reasons were said in the log where they were found.
    fn from(why: NotAnswered) -> Self {
        match why {
            NotAnswered::NoOpenRequest | NotAnswered::State(_) => Self::refused(),
            NotAnswered::MediaType => Self::media_type(),
            NotAnswered::Failed(failure) => Failure::from(failure).into(),
        }
    }
}

/// Why there is no Request Object.
#[derive(Debug, ApiResponse)]
pub enum NoRequest {
    /// What the wallet sent is malformed, or it can do nothing of what the request needs.
    #[oai(status = 400)]
    Refused(Json<NoRequestError>),
    /// No such request, or it is answered or has expired: one answer for all.
    #[oai(status = 404)]
    Unknown(Json<NoRequestError>),
    /// The body is too long.
    #[oai(status = 413)]
    TooLarge(Json<NoRequestError>),
    /// Not a form.
    #[oai(status = 415)]
    MediaType(Json<NoRequestError>),
    /// Too many nonces within a few seconds, each of which costs a signature.
    #[oai(status = 429)]
    TooOften(
        Json<NoRequestError>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A fault of the service. Fetch again later.
    #[oai(status = 503)]
    Unavailable(
        Json<NoRequestError>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

/// An error of this endpoint.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NoRequestError {
    /// `invalid_request`, `not_found` or `temporarily_unavailable`.
    pub error: String,
    /// For the person who builds the wallet.
    pub error_description: Option<String>,
    /// Under which id the operator finds a fault of the service.
    pub trace_id: Option<String>,
}

impl NoRequest {
    /// 400 with the reason.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(error("invalid_request", Some(why.into())))
    }

    pub fn unknown() -> Self {
        Self::Unknown(error("not_found", None))
    }

    pub fn too_large(why: impl Into<String>) -> Self {
        Self::TooLarge(error("invalid_request", Some(why.into())))
    }

    pub fn media_type(why: impl Into<String>) -> Self {
        Self::MediaType(error("invalid_request", Some(why.into())))
    }

    pub fn too_often(why: impl Into<String>) -> Self {
        Self::TooOften(error("temporarily_unavailable", Some(why.into())), TOO_OFTEN_SECONDS)
    }
}

fn error(code: &str, why: Option<String>) -> Json<NoRequestError> {
    Json(NoRequestError { error: code.to_owned(), error_description: why, trace_id: None })
}

impl From<Failure> for NoRequest {
    fn from(failure: Failure) -> Self {
        let Json(error) = error("temporarily_unavailable", None);
        Self::Unavailable(
            Json(NoRequestError { trace_id: Some(failure.trace), ..error }),
            failure.retry_after,
        )
    }
}

impl From<NoRequestObject> for NoRequest {
    fn from(why: NoRequestObject) -> Self {
        match why {
            NoRequestObject::Unknown => Self::unknown(),
            NoRequestObject::TooOften => Self::too_often(why.to_string()),
            NoRequestObject::Nonce | NoRequestObject::Metadata(_) | NoRequestObject::Unsuitable(_) => {
                Self::refused(why.to_string())
            }
            NoRequestObject::Failed(failure) => Failure::from(failure).into(),
        }
    }
}
