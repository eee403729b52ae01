//! What a client is told when it gets nothing (RFC 6749 section 5.2, RFC 8628 section 3.5).

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};

use crate::http::middleware::trace::RETRY_AFTER_SECONDS;
use crate::http::middleware::trace::TraceId;

/// An error of the OAuth endpoints.
#[derive(Debug, ApiResponse)]
pub enum OAuthRefusal {
    /// The request is refused. `authorization_pending` and `slow_down` mean: ask again later.
    #[oai(status = 400)]
    Refused(Json<OAuthError>),
    /// `use_dpop_nonce`: the proof needs this nonce (RFC 9449 section 8).
    #[oai(status = 400)]
    UseNonce(
        Json<OAuthError>,
        /// For the next proof.
        #[oai(header = "DPoP-Nonce")]
        String,
    ),
    /// The client is unknown, used another method than the registered one, or its secret is wrong.
    #[oai(status = 401)]
    NotAuthenticated(
        Json<OAuthError>,
        /// How to authenticate: for requests with an `Authorization` header, and for those without any
        /// authentication. What came in the form has no challenge.
        #[oai(header = "WWW-Authenticate")]
        Option<String>,
    ),
    /// The body is too long.
    #[oai(status = 413)]
    TooLarge(Json<OAuthError>),
    /// Too many requests, or too many that failed. Ask again later.
    #[oai(status = 429)]
    TooMany(
        Json<OAuthError>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A fault of the service. Ask again later.
    #[oai(status = 503)]
    Unavailable(
        Json<OAuthError>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

/// An error as RFC 6749 writes it.
#[derive(Debug, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct OAuthError {
    /// Which error.
    pub error: OAuthErrorCode,
    /// What it means, for the person who writes the client.
    pub error_description: Option<String>,
}

/// The registered error codes that this service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum OAuthErrorCode {
    /// Malformed, repeated or missing parameters.
    InvalidRequest,
    /// Client authentication failed.
    InvalidClient,
    /// The code is unknown, used, or another client's.
    InvalidGrant,
    /// The client is not registered for this grant.
    UnauthorizedClient,
    /// No such grant here.
    UnsupportedGrantType,
    /// The scope is unknown, malformed or not open to this client.
    InvalidScope,
    /// Nobody has decided yet.
    AuthorizationPending,
    /// Nobody has decided yet; wait five seconds longer between polls from now on.
    SlowDown,
    /// Refused for good.
    AccessDenied,
    /// The codes are past their lifetime.
    ExpiredToken,
    /// The resource is not one that the tokens can be for (RFC 8707 section 2).
    InvalidTarget,
    /// The proof of the key is missing or wrong (RFC 9449 section 5).
    InvalidDpopProof,
    /// The proof needs a nonce of ours (RFC 9449 section 8).
    UseDpopNonce,
    /// The access token is unknown, expired, revoked or bound to another key (RFC 6750 section 3.1).
    InvalidToken,
    /// The access token does not allow this (RFC 6750 section 3.1).
    InsufficientScope,
    /// Come back later.
    TemporarilyUnavailable,
    /// A pushed request asks for another response type than `code`.
    UnsupportedResponseType,
    /// A pushed request with `prompt=none`: the person is asked every time.
    LoginRequired,
    /// A pushed request with a request object.
    RequestNotSupported,
    /// A pushed request with a `request_uri` of its own.
    RequestUriNotSupported,
    /// A request with the parameter `registration` (OpenID Connect Core section 3.1.2.6).
    RegistrationNotSupported,
    /// A request with `authorization_details` (RFC 9396 section 5).
    InvalidAuthorizationDetails,
    /// Our fault.
    ServerError,
}

impl OAuthRefusal {
    /// 400 with `error`; `why` is for the person who writes the client.
    pub fn refused(error: OAuthErrorCode, why: impl Into<String>) -> Self {
        Self::Refused(Json(OAuthError::new(error, why)))
    }

    /// 400 `use_dpop_nonce`.
    pub fn use_nonce(why: impl Into<String>, nonce: String) -> Self {
        Self::UseNonce(Json(OAuthError::new(OAuthErrorCode::UseDpopNonce, why)), nonce)
    }

    /// 400 `invalid_request`.
    pub fn invalid(why: impl Into<String>) -> Self {
        Self::refused(OAuthErrorCode::InvalidRequest, why)
    }

    /// 401 `invalid_client`, with the challenge that fits the request.
    pub fn not_authenticated(why: impl Into<String>, challenge: Option<&str>) -> Self {
        let error = OAuthError::new(OAuthErrorCode::InvalidClient, why);
        Self::NotAuthenticated(Json(error), challenge.map(str::to_owned))
    }

    /// 413.
    pub fn too_large(why: impl Into<String>) -> Self {
        Self::TooLarge(Json(OAuthError::new(OAuthErrorCode::InvalidRequest, why)))
    }

    /// 429.
    pub fn too_many(retry_after: u64) -> Self {
        let why = format!("too many requests, or too many that failed; wait {retry_after} seconds");
        let error = OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, why);
        Self::TooMany(Json(error), retry_after)
    }

    /// 503 under a trace id.
    pub fn unavailable(trace: &TraceId) -> Self {
        let why = format!("try again in a few seconds; if it goes on, name trace {trace}");
        Self::Unavailable(
            Json(OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, why)),
            RETRY_AFTER_SECONDS,
        )
    }
}

impl OAuthError {
    /// With a description in the characters that RFC 6749 section 5.2 allows; others become `'`.
    pub fn new(error: OAuthErrorCode, why: impl Into<String>) -> Self {
        let allowed = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
        let description = why.into().chars().map(|c| if allowed(c) { c } else { '\'' }).collect();
        Self { error, error_description: Some(description) }
    }
}

#[cfg(test)]
mod tests {
    use poem::IntoResponse;
    use serde_json::{Value, json};

    use super::*;
    use crate::http::basic::CHALLENGE;

    #[test]
    fn req_11_42_descriptions_keep_to_the_allowed_characters() {
        let error = OAuthError::new(OAuthErrorCode::InvalidScope, "a \"b\" \\ é\n!~");
        assert_eq!(error.error_description.as_deref(), Some("a 'b' ' ''!~"));
    }

    #[tokio::test]
    async fn req_11_5_a_failed_authentication_is_401_with_a_challenge() {
        let response = OAuthRefusal::not_authenticated("no", Some(CHALLENGE)).into_response();
        assert_eq!(response.status().as_u16(), 401);
        assert_eq!(response.header("www-authenticate"), Some("Basic realm=\"vpgate\""));
        let body: Value = serde_json::from_str(&response.into_body().into_string().await.unwrap()).unwrap();
        assert_eq!(body, json!({ "error": "invalid_client", "error_description": "no" }));
    }

    #[test]
    fn our_faults_are_503_and_say_when_to_come_back() {
        let response = OAuthRefusal::unavailable(&TraceId::current()).into_response();
        assert_eq!(response.status().as_u16(), 503);
        assert_eq!(response.header("retry-after"), Some("5"));
    }
}
