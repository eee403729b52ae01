//! What whoever shows an access token is told when it does not count (RFC 6750 section 3, RFC 9449
//! section 7.1).

use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON as _;

use super::error::{OAuthError, OAuthErrorCode};
use crate::flow::client::prove_key::NotProven;
use crate::flow::tokens::issue::TokenType;
use crate::flow::tokens::userinfo::NotTold;
use crate::http::access_token::NoTokenShown;
use crate::http::middleware::failure::Failure;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::dpop;

/// An error of a protected resource.
#[derive(Debug, ApiResponse)]
pub enum ResourceRefusal {
    /// The request shows its token in a way that it may not.
    #[oai(status = 400)]
    Malformed(Json<OAuthError>, #[oai(header = "WWW-Authenticate")] String),
    /// No token came.
    #[oai(status = 401)]
    NoToken(
        /// How to show one.
        #[oai(header = "WWW-Authenticate")]
        String,
    ),
    /// The token, or the proof of its key, does not count.
    #[oai(status = 401)]
    InvalidToken(
        Json<OAuthError>,
        /// Why.
        #[oai(header = "WWW-Authenticate")]
        String,
        /// For the next proof.
        #[oai(header = "DPoP-Nonce")]
        Option<String>,
    ),
    /// The token does not allow this.
    #[oai(status = 403)]
    InsufficientScope(Json<OAuthError>, #[oai(header = "WWW-Authenticate")] String),
    /// A fault of the service. Ask again later.
    #[oai(status = 503)]
    Unavailable(
        Json<OAuthError>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

impl ResourceRefusal {
    pub fn malformed(why: &str) -> Self {
        let error = OAuthError::new(OAuthErrorCode::InvalidRequest, why);
        let challenge = challenge(TokenType::Bearer, Some(&error));
        Self::Malformed(Json(error), challenge)
    }

    /// 401 without an error code: nothing came that could be wrong (RFC 6750 section 3.1).
    pub fn no_token() -> Self {
        let [bearer, bound] = [TokenType::Bearer, TokenType::Dpop].map(|way| challenge(way, None));
        Self::NoToken(format!("{bearer}, {bound}"))
    }

    /// 401 with `error`.
    pub fn refused(shown_as: TokenType, error: OAuthErrorCode, why: impl Into<String>) -> Self {
        let error = OAuthError::new(error, why);
        let challenge = challenge(shown_as, Some(&error));
        Self::InvalidToken(Json(error), challenge, None)
    }

    /// 401 `use_dpop_nonce`.
    pub fn use_nonce(why: impl Into<String>, nonce: String) -> Self {
        let error = OAuthError::new(OAuthErrorCode::UseDpopNonce, why);
        let challenge = challenge(TokenType::Dpop, Some(&error));
        Self::InvalidToken(Json(error), challenge, Some(nonce))
    }

    pub fn insufficient_scope(shown_as: TokenType, why: impl Into<String>) -> Self {
        let error = OAuthError::new(OAuthErrorCode::InsufficientScope, why);
        let challenge = challenge(shown_as, Some(&error));
        Self::InsufficientScope(Json(error), challenge)
    }

    /// For a proof that did not hold.
    pub fn proof(why: NotProven) -> Self {
        let description = why.to_string();
        match why {
            NotProven::Invalid(_) => {
                Self::refused(TokenType::Dpop, OAuthErrorCode::InvalidDpopProof, description)
            }
            NotProven::UseNonce(nonce) => Self::use_nonce(description, nonce),
            NotProven::Failed(failure) => Failure::from(failure).into(),
        }
    }

    /// For a token, shown as `shown_as`, that did not count.
    pub fn token(shown_as: TokenType, why: NotTold) -> Self {
        let description = why.to_string();
        match why {
            NotTold::InvalidToken => Self::refused(shown_as, OAuthErrorCode::InvalidToken, description),
            NotTold::Scope => Self::insufficient_scope(shown_as, description),
            NotTold::Failed(failure) => Failure::from(failure).into(),
        }
    }
}

impl From<NoTokenShown> for ResourceRefusal {
    fn from(why: NoTokenShown) -> Self {
        match why {
            NoTokenShown::Missing => Self::no_token(),
            NoTokenShown::Malformed(why) => Self::malformed(why),
        }
    }
}

impl From<Failure> for ResourceRefusal {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(Json(OAuthError::of_ours(&failure)), failure.retry_after)
    }
}

/// How to show a token, and what was wrong with the one that was shown.
///
/// The description has no quotes and no backslashes, so it needs no escapes.
pub fn challenge(way: TokenType, error: Option<&OAuthError>) -> String {
    let mut challenge = match way {
        TokenType::Bearer => "Bearer realm=\"vpgate\"".to_owned(),
        TokenType::Dpop => {
            format!("DPoP realm=\"vpgate\", algs=\"{}\"", dpop::ALGORITHMS.map(Algorithm::name).join(" "))
        }
    };
    if let Some(OAuthError { error, error_description }) = error {
        let code = error.to_json();
        let code = code.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        let description = error_description.as_deref().unwrap_or_default();
        challenge += &format!(", error=\"{code}\", error_description=\"{description}\"");
    }
    challenge
}
