//! Problem documents (RFC 9457), every error of the REST API: the shape, then one `match` for each use case.

use poem::http::StatusCode;
use poem::{IntoResponse as _, Response};
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiResponse, Object};

use crate::flow::client::prove_key::NotProven;
use crate::flow::device::own_pages::PagesRefused;
use crate::flow::device::user_code::CodeRefused;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::begin::NotBegun;
use crate::flow::presentation::collect::NotCollected;
use crate::flow::presentation::dry_run::{NotTried, Sample};
use crate::flow::presentation::query::NotAsked;
use crate::flow::presentation::verify::NotVerifiable;
use crate::flow::receipts::NoReceipt;
use crate::flow::tokens::client_credentials::NotByToken;
use crate::flow::tokens::issue::TokenType;
use crate::http::basic::{CHALLENGE, CredentialsFault};
use crate::http::client_authentication::{NotLetIn, NotLetInToApi};
use crate::http::middleware::failure::{Failure, RETRY_AFTER_SECONDS, note_wallet};
use crate::http::oauth::error::{OAuthError, OAuthErrorCode};
use crate::http::oauth::resource_error::challenge;

/// How much of an unknown member's name is repeated in the answer, in characters.
const MAX_NAME_SHOWN: usize = 64;

/// An error of the REST API.
#[derive(Debug, ApiResponse)]
pub enum Problem {
    /// The request is wrong; `pointer` says where.
    #[oai(status = 400, content_type = "application/problem+json")]
    BadRequest(Json<Box<ProblemDetails>>),
    /// The client is unknown, or its secret or its access token does not count.
    #[oai(status = 401, content_type = "application/problem+json")]
    NotAuthenticated(
        Json<Box<ProblemDetails>>,
        /// How to authenticate.
        #[oai(header = "WWW-Authenticate")]
        String,
        /// For the next proof of a key (RFC 9449 section 9).
        #[oai(header = "DPoP-Nonce")]
        Option<String>,
    ),
    /// This client may not use this endpoint.
    #[oai(status = 403, content_type = "application/problem+json")]
    Forbidden(Json<Box<ProblemDetails>>),
    /// What the request names does not exist for this client: a presentation, or a user code. Or the result needs
    /// a `response_code`.
    #[oai(status = 404, content_type = "application/problem+json")]
    NotFound(Json<Box<ProblemDetails>>),
    /// Somebody else has taken the user code up, or a wrong number has denied it just now. Or the `Idempotency-Key` was
    /// used for another request.
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
    pub fn new(name: &str, status: u16, title: &str, detail: impl Into<String>) -> Json<Box<Self>> {
        Json(Box::new(Self {
            kind: format!("urn:vpgate:problem:{name}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            pointer: None,
            trace_id: None,
        }))
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
        Self::challenged(CHALLENGE.to_owned(), None, detail)
    }

    /// 401 about an access token that was shown in this way.
    fn token(shown_as: TokenType, code: OAuthErrorCode, nonce: Option<String>, detail: String) -> Self {
        let error = OAuthError::new(code, detail.as_str());
        Self::challenged(challenge(shown_as, Some(&error)), nonce, detail)
    }

    fn challenged(challenge: String, nonce: Option<String>, detail: impl Into<String>) -> Self {
        let details = ProblemDetails::new("not_authenticated", 401, "Authentication failed", detail);
        Self::NotAuthenticated(details, challenge, nonce)
    }

    pub fn too_many(retry_after: u64) -> Self {
        let detail = format!("too many requests failed; wait {retry_after} seconds");
        let details = ProblemDetails::new("too_many_requests", 429, "Too many requests", detail);
        Self::TooMany(details, retry_after)
    }

    /// 429: no more at once.
    pub fn too_many_open(detail: impl Into<String>, retry_after: u64) -> Self {
        let title = "Too many presentations are open";
        Self::TooMany(ProblemDetails::new("too_many_open", 429, title, detail), retry_after)
    }

    /// 429: a webhook is tested again and again.
    pub fn too_many_tests(retry_after: u64) -> Self {
        let detail = "this webhook was tested ten times within a minute";
        let details = ProblemDetails::new("too_many_tests", 429, "Too many tests", detail);
        Self::TooMany(details, retry_after)
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::Forbidden(ProblemDetails::new("forbidden", 403, "This client may not do this", detail))
    }

    /// 404 for what does not exist for this client.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::NotFound(ProblemDetails::new("not_found", 404, "Not found", detail))
    }

    /// 404 for a result without its one-time code.
    pub fn response_code_required(detail: impl Into<String>) -> Self {
        let title = "A response code is required";
        Self::NotFound(ProblemDetails::new("response_code_required", 404, title, detail))
    }

    /// 409 of the kind `name`.
    pub fn conflict(name: &str, title: &str, detail: impl Into<String>) -> Self {
        Self::Conflict(ProblemDetails::new(name, 409, title, detail))
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::TooLarge(ProblemDetails::new("too_large", 413, "The body is too long", detail))
    }

    pub fn media_type() -> Self {
        Self::MediaType(ProblemDetails::new(
            "media_type",
            415,
            "Unsupported media type",
            "the Content-Type must be application/json",
        ))
    }

    /// 503 for the fault of somebody whom the service has to ask, named in `detail`.
    pub fn later(detail: impl Into<String>) -> Self {
        let details = ProblemDetails::new("unavailable", 503, "Temporarily unavailable", detail);
        Self::Unavailable(details, RETRY_AFTER_SECONDS)
    }

    /// 502 for a mistake of the wallet's server, named in `detail`.
    pub fn bad_wallet(detail: impl Into<String>) -> Self {
        Self::BadGateway(ProblemDetails::new("wallet", 502, "The wallet's server is at fault", detail))
    }

    fn bad_request(name: &str, title: &str, pointer: &str, detail: impl Into<String>) -> Self {
        let mut details = ProblemDetails::new(name, 400, title, detail);
        details.pointer = (!pointer.is_empty()).then(|| pointer.to_owned());
        Self::BadRequest(details)
    }
}

/// One step of a JSON pointer (RFC 6901), shortened where a stranger made it long.
pub fn pointer(name: &str) -> String {
    let shown: String = name.chars().take(MAX_NAME_SHOWN).collect();
    format!("/{}", shown.replace('~', "~0").replace('/', "~1"))
}

/// The answer of the REST API where no handler answered.
pub fn unanswered(status: StatusCode, why: &str) -> Response {
    let (name, title) = match status {
        StatusCode::UNAUTHORIZED => ("not_authenticated", "Authentication failed"),
        StatusCode::NOT_FOUND => ("not_found", "Not found"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "Method not allowed"),
        status if status.is_server_error() => ("fault", "A fault of the service"),
        _ => ("invalid_request", "The request is not valid"),
    };
    let mut details = ProblemDetails::new(name, status.as_u16(), title, why);
    details.trace_id = status.is_server_error().then(|| Failure::noted().trace);
    poem::web::Json(details.0.to_json()).into_response().set_content_type("application/problem+json")
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let detail = "a part of the service is unavailable; try again in a few seconds";
        let mut details = ProblemDetails::new("unavailable", 503, "Temporarily unavailable", detail);
        details.trace_id = Some(failure.trace);
        Self::Unavailable(details, failure.retry_after)
    }
}

impl From<Unavailable> for Problem {
    fn from(cause: Unavailable) -> Self {
        Failure::from(cause).into()
    }
}

impl From<NotLetIn> for Problem {
    fn from(why: NotLetIn) -> Self {
        match why {
            NotLetIn::Credentials(CredentialsFault::Missing) => {
                Self::not_authenticated("HTTP Basic or an access token is required")
            }
            NotLetIn::Credentials(fault) => Self::not_authenticated(fault.to_string()),
            NotLetIn::NotAuthenticated { why, challenge: _ } => Self::not_authenticated(why.to_string()),
            NotLetIn::TooMany(why) => Self::too_many(why.retry_after),
            NotLetIn::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotLetInToApi> for Problem {
    fn from(why: NotLetInToApi) -> Self {
        use OAuthErrorCode as Code;
        match why {
            NotLetInToApi::Secret(why) => why.into(),
            NotLetInToApi::Shown(why) => {
                Self::token(TokenType::Bearer, Code::InvalidRequest, None, why.to_string())
            }
            NotLetInToApi::Token(_, NotByToken::Failed(failure))
            | NotLetInToApi::Proof(NotProven::Failed(failure)) => failure.into(),
            NotLetInToApi::Token(shown_as, why) => {
                Self::token(shown_as, Code::InvalidToken, None, why.to_string())
            }
            NotLetInToApi::Proof(ref why @ NotProven::UseNonce(ref nonce)) => {
                Self::token(TokenType::Dpop, Code::UseDpopNonce, Some(nonce.clone()), why.to_string())
            }
            NotLetInToApi::Proof(why) => {
                Self::token(TokenType::Dpop, Code::InvalidDpopProof, None, why.to_string())
            }
        }
    }
}

impl From<NotAsked> for Problem {
    fn from(why: NotAsked) -> Self {
        let detail = why.to_string();
        match why {
            NotAsked::PublicClient => Self::forbidden(detail),
            NotAsked::OneQuestion => Self::invalid_request("", detail),
            NotAsked::Scope(_) => Self::invalid_request("/scope", detail),
            NotAsked::Query(fault) => {
                Self::invalid_request(&format!("/dcql_query{}", fault.pointer), fault.why)
            }
            NotAsked::Credential => Self::invalid_request("/dcql_query", detail),
            NotAsked::Transaction { index, fault } => {
                Self::invalid_request(&format!("/transaction_data/{index}{}", fault.pointer), fault.why)
            }
            NotAsked::TooManyTransactions => Self::invalid_request("/transaction_data", detail),
        }
    }
}

impl From<NotVerifiable> for Problem {
    fn from(why: NotVerifiable) -> Self {
        let detail = why.to_string();
        match why {
            NotVerifiable::Question(why) => why.into(),
            NotVerifiable::Audience => Self::invalid_request("/audience", detail),
            NotVerifiable::Nonce => Self::invalid_request("/nonce", detail),
            NotVerifiable::VpToken => Self::invalid_request("/vp_token", detail),
            NotVerifiable::Transcript(fault) => {
                Self::invalid_request(&format!("/{}", fault.part()), fault.to_string())
            }
            NotVerifiable::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotBegun> for Problem {
    fn from(why: NotBegun) -> Self {
        let detail = why.to_string();
        match why {
            NotBegun::Question(why) => why.into(),
            NotBegun::Wallet => Self::invalid_request("/wallet", detail),
            NotBegun::RedirectUri(_) => Self::invalid_request("/redirect_uri", detail),
            NotBegun::CrossDevice
            | NotBegun::WalletCannotCross
            | NotBegun::WalletNotByApi
            | NotBegun::TooLongToScan => Self::invalid_request("/flow", detail),
            NotBegun::LoginHint | NotBegun::LoginHintNotTaken => Self::invalid_request("/login_hint", detail),
            NotBegun::TransactionType { index } => {
                Self::invalid_request(&format!("/transaction_data/{index}/type"), detail)
            }
            NotBegun::IdempotencyKey => Self::invalid_request("", detail),
            NotBegun::OtherRequest => {
                Self::conflict("idempotency_key_reused", "The key was used for another request", detail)
            }
            NotBegun::Repeated => Self::conflict("in_progress", "The request is being answered", detail),
            NotBegun::State => Self::invalid_request("/state", detail),
            NotBegun::TooMany { retry_after } => Self::too_many_open(detail, retry_after),
            NotBegun::UserCode(why) => why.into(),
            NotBegun::WalletFault(fault) => {
                note_wallet(&fault);
                if fault.is_passing() { Self::later(detail) } else { Self::bad_wallet(detail) }
            }
            NotBegun::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotCollected> for Problem {
    fn from(why: NotCollected) -> Self {
        match why {
            NotCollected::Unknown => Self::not_found(why.to_string()),
            NotCollected::ResponseCode => Self::response_code_required(why.to_string()),
            NotCollected::Failed(failure) => failure.into(),
        }
    }
}

impl From<NoReceipt> for Problem {
    fn from(why: NoReceipt) -> Self {
        match why {
            NoReceipt::Unknown => Self::not_found(why.to_string()),
            NoReceipt::Failed(failure) => failure.into(),
        }
    }
}

/// Why rules are not tried on this `sample`.
pub fn not_tried(why: NotTried, sample: &Sample) -> Problem {
    let detail = why.to_string();
    match why {
        NotTried::PublicClient => Problem::forbidden(detail),
        NotTried::Scope => Problem::invalid_request("/scope", detail),
        NotTried::Credential(place) => {
            let id = sample.claims.get(place).map(|(id, _)| pointer(id)).unwrap_or_default();
            Problem::invalid_request(&format!("/claims{id}"), detail)
        }
    }
}

impl From<PagesRefused> for Problem {
    fn from(why: PagesRefused) -> Self {
        let detail = why.to_string();
        match why {
            PagesRefused::NotAllowed => Self::forbidden(detail),
            PagesRefused::Presentation => Self::invalid_request("/presentation", detail),
            PagesRefused::Code(why) => match why {
                CodeRefused::Unknown | CodeRefused::Wrong { .. } => Self::not_found(detail),
                CodeRefused::InUse => Self::conflict("code_in_use", "The code is in use", detail),
                CodeRefused::Elsewhere => Self::forbidden(detail),
                CodeRefused::NoNumber => Self::invalid_request("/number", detail),
                CodeRefused::WrongNumber => Self::conflict("wrong_number", "The grant is denied", detail),
                CodeRefused::TooMany { retry_after } => Self::too_many(retry_after),
                CodeRefused::Failed(failure) => failure.into(),
            },
        }
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
