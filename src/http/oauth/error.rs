//! What a client is told when it gets nothing (RFC 6749 section 5.2, RFC 8628 section 3.5): the shape, then one
//! `match` for each use case.

use poem::http::StatusCode;
use poem::{IntoResponse as _, Response};
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiResponse, Enum, Object};

use crate::flow::client::prove_key::NotProven;
use crate::flow::code::push::NotPushed;
use crate::flow::code::redeem::CodeNotRedeemed;
use crate::flow::device::authorize::NotAuthorized;
use crate::flow::device::redeem::NotRedeemed;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::client_credentials::NoClientToken;
use crate::flow::tokens::introspect::NotIntrospected;
use crate::flow::tokens::refresh::NotRefreshed;
use crate::flow::tokens::revoke::NotRevoked;
use crate::http::basic::{CHALLENGE, CredentialsFault};
use crate::http::client_authentication::NotLetIn;
use crate::http::middleware::failure::Failure;
use crate::http::middleware::rate_limits::TooMany;
use vpgate_core::oauth::authorization_request::RequestFault;
use vpgate_core::oauth::redirect::AuthorizationError;

use OAuthErrorCode as Code;

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
    /// The error code.
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
    /// A pushed request whose `claims` demand an `acr` that nothing here has.
    UnmetAuthenticationRequirements,
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

    pub fn invalid(why: impl Into<String>) -> Self {
        Self::refused(OAuthErrorCode::InvalidRequest, why)
    }

    /// 401 `invalid_client`, with the challenge that fits the request.
    pub fn not_authenticated(why: impl Into<String>, challenge: Option<&str>) -> Self {
        let error = OAuthError::new(OAuthErrorCode::InvalidClient, why);
        Self::NotAuthenticated(Json(error), challenge.map(str::to_owned))
    }

    pub fn too_large(why: impl Into<String>) -> Self {
        Self::TooLarge(Json(OAuthError::new(OAuthErrorCode::InvalidRequest, why)))
    }

    pub fn too_many(retry_after: u64) -> Self {
        let why = format!("too many requests, or too many that failed; wait {retry_after} seconds");
        let error = OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, why);
        Self::TooMany(Json(error), retry_after)
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

impl OAuthError {
    /// A fault of ours.
    pub fn of_ours(failure: &Failure) -> Self {
        let why = format!("try again in a few seconds; if it goes on, name trace {}", failure.trace);
        Self::new(OAuthErrorCode::TemporarilyUnavailable, why)
    }
}

/// The answer of an OAuth endpoint where no handler answered.
pub fn unanswered(status: StatusCode, why: &str) -> Response {
    let code = match status {
        status if status.is_server_error() => OAuthErrorCode::ServerError,
        StatusCode::UNAUTHORIZED => OAuthErrorCode::InvalidClient,
        _ => OAuthErrorCode::InvalidRequest,
    };
    poem::web::Json(OAuthError::new(code, why).to_json()).into_response()
}

impl From<Failure> for OAuthRefusal {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(Json(OAuthError::of_ours(&failure)), failure.retry_after)
    }
}

impl From<Unavailable> for OAuthRefusal {
    fn from(cause: Unavailable) -> Self {
        Failure::from(cause).into()
    }
}

/// Refused under the code of the reason, and 503 for our fault. No wildcard: a new reason needs its code.
macro_rules! refused_as {
    ($error:ident { $($reason:pat => $code:expr),+ $(,)? }) => {
        impl From<$error> for OAuthRefusal {
            fn from(why: $error) -> Self {
                let code = match why {
                    $($reason => $code,)+
                    $error::Failed(failure) => return failure.into(),
                };
                Self::refused(code, why.to_string())
            }
        }
    };
}

impl From<NotAuthorized> for OAuthRefusal {
    fn from(why: NotAuthorized) -> Self {
        match why {
            NotAuthorized::WrongGrant => Self::refused(Code::UnauthorizedClient, why.to_string()),
            NotAuthorized::AuthenticationRequired => {
                Self::not_authenticated(why.to_string(), Some(CHALLENGE))
            }
            NotAuthorized::KeyRequired => Self::refused(Code::InvalidDpopProof, why.to_string()),
            NotAuthorized::Scope(_) => Self::refused(Code::InvalidScope, why.to_string()),
            NotAuthorized::Resource(_) => Self::refused(Code::InvalidTarget, why.to_string()),
            NotAuthorized::NotHonoured(ref fault) => {
                Self::refused(authorization_error(fault.error()), why.to_string())
            }
            NotAuthorized::Challenge(why) => Self::invalid(why.to_string()),
            NotAuthorized::Label(why) => Self::invalid(why.to_string()),
            NotAuthorized::TooMany { retry_after } => Self::too_many(retry_after),
            NotAuthorized::Parameter(why) => Self::invalid(why.to_string()),
            NotAuthorized::Failed(failure) => failure.into(),
        }
    }
}

refused_as!(NotRedeemed {
    NotRedeemed::WrongGrant => Code::UnauthorizedClient,
    NotRedeemed::Pending => Code::AuthorizationPending,
    NotRedeemed::SlowDown => Code::SlowDown,
    NotRedeemed::Denied => Code::AccessDenied,
    NotRedeemed::Expired => Code::ExpiredToken,
    NotRedeemed::InvalidCode | NotRedeemed::WrongKey | NotRedeemed::Verifier => Code::InvalidGrant,
    NotRedeemed::KeyRequired => Code::InvalidDpopProof,
    NotRedeemed::Resource(_) => Code::InvalidTarget,
});

refused_as!(NotRefreshed {
    NotRefreshed::WrongGrant => Code::UnauthorizedClient,
    NotRefreshed::InvalidToken => Code::InvalidGrant,
    NotRefreshed::Scope => Code::InvalidScope,
    NotRefreshed::Resource(_) => Code::InvalidTarget,
});

refused_as!(NoClientToken {
    NoClientToken::WrongGrant => Code::UnauthorizedClient,
    NoClientToken::Scope => Code::InvalidScope,
    NoClientToken::KeyRequired => Code::InvalidDpopProof,
    NoClientToken::Resource(_) => Code::InvalidTarget,
});

impl From<NotIntrospected> for OAuthRefusal {
    fn from(why: NotIntrospected) -> Self {
        match why {
            NotIntrospected::AuthenticationRequired => {
                Self::not_authenticated(why.to_string(), Some(CHALLENGE))
            }
            NotIntrospected::Failed(failure) => failure.into(),
        }
    }
}

refused_as!(NotRevoked { NotRevoked::Foreign => Code::InvalidGrant });

impl From<NotProven> for OAuthRefusal {
    fn from(why: NotProven) -> Self {
        let description = why.to_string();
        match why {
            NotProven::Invalid(_) => Self::refused(Code::InvalidDpopProof, description),
            NotProven::UseNonce(nonce) => Self::use_nonce(description, nonce),
            NotProven::Failed(failure) => failure.into(),
        }
    }
}

impl From<TooMany> for OAuthRefusal {
    fn from(why: TooMany) -> Self {
        Self::too_many(why.retry_after)
    }
}

impl From<NotLetIn> for OAuthRefusal {
    fn from(why: NotLetIn) -> Self {
        match why {
            NotLetIn::Credentials(fault) => credentials(fault),
            NotLetIn::NotAuthenticated { why, challenge } => {
                Self::not_authenticated(why.to_string(), challenge.then_some(CHALLENGE))
            }
            NotLetIn::TooMany(why) => why.into(),
            NotLetIn::Failed(failure) => failure.into(),
        }
    }
}

/// A client that could not be told who it is. One that shows nothing at all has failed to authenticate too
/// (RFC 6749 section 5.2, RFC 7662 section 2.3).
fn credentials(why: CredentialsFault) -> OAuthRefusal {
    match why {
        CredentialsFault::Malformed | CredentialsFault::Missing => {
            OAuthRefusal::not_authenticated(why.to_string(), Some(CHALLENGE))
        }
        CredentialsFault::AssertionType => OAuthRefusal::not_authenticated(why.to_string(), None),
        CredentialsFault::Several | CredentialsFault::HalfAssertion | CredentialsFault::InUrl => {
            OAuthRefusal::invalid(why.to_string())
        }
    }
}

refused_as!(CodeNotRedeemed {
    CodeNotRedeemed::WrongGrant => Code::UnauthorizedClient,
    CodeNotRedeemed::InvalidCode | CodeNotRedeemed::NotRedeemable(_) | CodeNotRedeemed::WrongKey => Code::InvalidGrant,
    CodeNotRedeemed::KeyRequired => Code::InvalidDpopProof,
    CodeNotRedeemed::Resource(_) => Code::InvalidTarget,
});

refused_as!(NotPushed {
    NotPushed::Nowhere(_) => Code::InvalidRequest,
    // RFC 9126 section 2.1 wants this code for a request_uri inside.
    NotPushed::Refused(RequestFault::RequestUri) => Code::InvalidRequest,
    NotPushed::Refused(ref fault) => authorization_error(fault.error()),
});

fn authorization_error(error: AuthorizationError) -> Code {
    match error {
        AuthorizationError::InvalidRequest => Code::InvalidRequest,
        AuthorizationError::UnauthorizedClient => Code::UnauthorizedClient,
        AuthorizationError::InvalidTarget => Code::InvalidTarget,
        AuthorizationError::AccessDenied => Code::AccessDenied,
        AuthorizationError::UnsupportedResponseType => Code::UnsupportedResponseType,
        AuthorizationError::InvalidScope => Code::InvalidScope,
        AuthorizationError::ServerError => Code::ServerError,
        AuthorizationError::TemporarilyUnavailable => Code::TemporarilyUnavailable,
        AuthorizationError::LoginRequired => Code::LoginRequired,
        AuthorizationError::UnmetAuthenticationRequirements => Code::UnmetAuthenticationRequirements,
        AuthorizationError::RequestNotSupported => Code::RequestNotSupported,
        AuthorizationError::RequestUriNotSupported => Code::RequestUriNotSupported,
        AuthorizationError::RegistrationNotSupported => Code::RegistrationNotSupported,
        AuthorizationError::InvalidAuthorizationDetails => Code::InvalidAuthorizationDetails,
    }
}

#[cfg(test)]
mod tests {
    use poem::IntoResponse;
    use serde_json::{Value, json};

    use super::*;

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
    fn req_10_41_to_10_44_each_answer_of_a_poll_has_its_code_and_400() {
        for (why, code) in [
            (NotRedeemed::Pending, OAuthErrorCode::AuthorizationPending),
            (NotRedeemed::SlowDown, OAuthErrorCode::SlowDown),
            (NotRedeemed::Denied, OAuthErrorCode::AccessDenied),
            (NotRedeemed::Expired, OAuthErrorCode::ExpiredToken),
            (NotRedeemed::InvalidCode, OAuthErrorCode::InvalidGrant),
            (NotRedeemed::WrongGrant, OAuthErrorCode::UnauthorizedClient),
        ] {
            match OAuthRefusal::from(why) {
                OAuthRefusal::Refused(error) => assert_eq!(error.error, code),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn req_10_3_a_client_without_the_grant_is_unauthorized() {
        let refusal = OAuthRefusal::from(NotAuthorized::WrongGrant);
        assert!(
            matches!(refusal, OAuthRefusal::Refused(error) if error.error == OAuthErrorCode::UnauthorizedClient)
        );
        let refusal = OAuthRefusal::from(NotAuthorized::AuthenticationRequired);
        assert!(matches!(refusal, OAuthRefusal::NotAuthenticated(..)));
    }
}
