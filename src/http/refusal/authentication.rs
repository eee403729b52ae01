//! The faces of clients that did not prove who they are.

use crate::http::api::problem::Problem;
use crate::http::basic::{CHALLENGE, CredentialsFault};
use crate::http::client_authentication::NotLetIn;
use crate::http::oauth::refusal::OAuthRefusal;

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

impl From<NotLetIn> for Problem {
    fn from(why: NotLetIn) -> Self {
        match why {
            NotLetIn::Credentials(CredentialsFault::Missing) => {
                Self::not_authenticated("HTTP Basic is required")
            }
            NotLetIn::Credentials(fault) => Self::not_authenticated(fault.to_string()),
            NotLetIn::NotAuthenticated { why, challenge: _ } => Self::not_authenticated(why.to_string()),
            NotLetIn::TooMany(why) => Self::too_many(why.retry_after),
            NotLetIn::Failed(failure) => failure.into(),
        }
    }
}
