//! The faces of the authorization code grant: of its requests, pushed or brought by a browser, and of its
//! codes.

use poem::http::StatusCode;

use crate::flow::code::authorize::NotAuthorizable;
use crate::flow::code::push::NotPushed;
use crate::flow::code::redeem::CodeNotRedeemed;
use crate::http::middleware::trace::record_failure;
use crate::http::oauth::refusal::{OAuthErrorCode, OAuthRefusal};
use crate::http::pages::page::Notice;
use vpgate_core::oauth::authorization_request::RequestFault;
use vpgate_core::oauth::redirect::{AuthorizationError, ReturnUrl};

/// Where a refused authorization request leads.
#[derive(Debug)]
pub enum AuthorizationFace {
    /// A page: nobody knows where this browser could be sent safely.
    Notice(Notice),
    /// Home, with the error.
    Return(ReturnUrl),
}

impl From<NotAuthorizable> for AuthorizationFace {
    fn from(why: NotAuthorizable) -> Self {
        match why {
            NotAuthorizable::UnknownClient | NotAuthorizable::Nowhere(_) => Self::Notice(Notice::refused(
                StatusCode::BAD_REQUEST,
                "This request cannot be answered",
                format!(
                    "The application that sent you here is not set up correctly ({why}). Nothing was shared; tell those who run it."
                ),
            )),
            NotAuthorizable::NoPushedRequest => Self::Notice(Notice::refused(
                StatusCode::BAD_REQUEST,
                "This link no longer works",
                "It has expired, or it was used already. Go back to the application and begin again.",
            )),
            NotAuthorizable::Return { to, .. } => Self::Return(to),
            NotAuthorizable::FailedOnTheWay { to, source } => {
                record_failure(&source);
                Self::Return(to)
            }
            NotAuthorizable::Failed(failure) => Self::Notice(failure.into()),
        }
    }
}

impl From<CodeNotRedeemed> for OAuthRefusal {
    fn from(why: CodeNotRedeemed) -> Self {
        let error = match why {
            CodeNotRedeemed::WrongGrant => OAuthErrorCode::UnauthorizedClient,
            CodeNotRedeemed::InvalidCode | CodeNotRedeemed::NotRedeemable(_) | CodeNotRedeemed::WrongKey => {
                OAuthErrorCode::InvalidGrant
            }
            CodeNotRedeemed::KeyRequired => OAuthErrorCode::InvalidDpopProof,
            CodeNotRedeemed::Resource(_) => OAuthErrorCode::InvalidTarget,
            CodeNotRedeemed::Failed(failure) => return failure.into(),
        };
        Self::refused(error, why.to_string())
    }
}

impl From<NotPushed> for OAuthRefusal {
    fn from(why: NotPushed) -> Self {
        let error = match why {
            NotPushed::Nowhere(_) => OAuthErrorCode::InvalidRequest,
            // RFC 9126 section 2.1 wants this code for a request_uri inside.
            NotPushed::Refused(RequestFault::RequestUri) => OAuthErrorCode::InvalidRequest,
            NotPushed::Refused(ref fault) => authorization_error(fault.error()),
            NotPushed::Failed(failure) => return failure.into(),
        };
        Self::refused(error, why.to_string())
    }
}

pub(super) fn authorization_error(error: AuthorizationError) -> OAuthErrorCode {
    match error {
        AuthorizationError::InvalidRequest => OAuthErrorCode::InvalidRequest,
        AuthorizationError::UnauthorizedClient => OAuthErrorCode::UnauthorizedClient,
        AuthorizationError::InvalidTarget => OAuthErrorCode::InvalidTarget,
        AuthorizationError::AccessDenied => OAuthErrorCode::AccessDenied,
        AuthorizationError::UnsupportedResponseType => OAuthErrorCode::UnsupportedResponseType,
        AuthorizationError::InvalidScope => OAuthErrorCode::InvalidScope,
        AuthorizationError::ServerError => OAuthErrorCode::ServerError,
        AuthorizationError::TemporarilyUnavailable => OAuthErrorCode::TemporarilyUnavailable,
        AuthorizationError::LoginRequired => OAuthErrorCode::LoginRequired,
        AuthorizationError::RequestNotSupported => OAuthErrorCode::RequestNotSupported,
        AuthorizationError::RequestUriNotSupported => OAuthErrorCode::RequestUriNotSupported,
        AuthorizationError::RegistrationNotSupported => OAuthErrorCode::RegistrationNotSupported,
        AuthorizationError::InvalidAuthorizationDetails => OAuthErrorCode::InvalidAuthorizationDetails,
    }
}
