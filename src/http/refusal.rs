//! The face of every refusal: one `match` per audience and flow, without a wildcard, so that a new
//! reason does not compile until somebody has decided how it looks (architecture section 6).

mod authentication;
mod authorization;
mod device;
mod wallet;

use poem::http::StatusCode;

pub use self::authorization::AuthorizationFace;
pub use self::device::CodeFace;
use super::api::problem::Problem;
use super::api::strict_json::pointer;
use super::basic::CHALLENGE;
use super::middleware::rate_limits::TooMany;
use super::middleware::trace::{RETRY_AFTER_SECONDS, TraceId, record_failure};
use super::oauth::refusal::{OAuthErrorCode, OAuthRefusal};
use super::oauth::resource_refusal::ResourceRefusal;
use super::pages::page::{Link, Notice};
use crate::flow::client::prove_key::NotProven;
use crate::flow::device::authorize::NotAuthorized;
use crate::flow::device::redeem::NotRedeemed;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::ask_wallet::WalletFault;
use crate::flow::presentation::begin::NotBegun;
use crate::flow::presentation::collect::NotCollected;
use crate::flow::presentation::dry_run::{NotTried, Sample};
use crate::flow::presentation::finish::NotShown;
use crate::flow::presentation::query::NotAsked;
use crate::flow::presentation::serve::NotServed;
use crate::flow::presentation::settle::NotAccepted;
use crate::flow::presentation::verify::NotVerifiable;
use crate::flow::tokens::introspect::NotIntrospected;
use crate::flow::tokens::issue::TokenType;
use crate::flow::tokens::refresh::NotRefreshed;
use crate::flow::tokens::revoke::NotRevoked;
use crate::flow::tokens::userinfo::NotTold;

// The OAuth endpoints.

impl From<Unavailable> for OAuthRefusal {
    fn from(failure: Unavailable) -> Self {
        Self::unavailable(&record_failure(&failure))
    }
}

impl From<NotAuthorized> for OAuthRefusal {
    fn from(why: NotAuthorized) -> Self {
        match why {
            NotAuthorized::WrongGrant => Self::refused(OAuthErrorCode::UnauthorizedClient, why.to_string()),
            NotAuthorized::AuthenticationRequired => {
                Self::not_authenticated(why.to_string(), Some(CHALLENGE))
            }
            NotAuthorized::KeyRequired => Self::refused(OAuthErrorCode::InvalidDpopProof, why.to_string()),
            NotAuthorized::Scope(_) => Self::refused(OAuthErrorCode::InvalidScope, why.to_string()),
            NotAuthorized::Resource(_) => Self::refused(OAuthErrorCode::InvalidTarget, why.to_string()),
            NotAuthorized::NotHonoured(ref fault) => {
                Self::refused(authorization::authorization_error(fault.error()), why.to_string())
            }
            NotAuthorized::Challenge(why) => Self::invalid(why.to_string()),
            NotAuthorized::TooMany { retry_after } => Self::too_many(retry_after),
            NotAuthorized::Parameter(why) => Self::invalid(why.to_string()),
            NotAuthorized::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotRedeemed> for OAuthRefusal {
    fn from(why: NotRedeemed) -> Self {
        let error = match why {
            NotRedeemed::WrongGrant => OAuthErrorCode::UnauthorizedClient,
            NotRedeemed::Pending => OAuthErrorCode::AuthorizationPending,
            NotRedeemed::SlowDown => OAuthErrorCode::SlowDown,
            NotRedeemed::Denied => OAuthErrorCode::AccessDenied,
            NotRedeemed::Expired => OAuthErrorCode::ExpiredToken,
            NotRedeemed::InvalidCode | NotRedeemed::WrongKey | NotRedeemed::Verifier => {
                OAuthErrorCode::InvalidGrant
            }
            NotRedeemed::KeyRequired => OAuthErrorCode::InvalidDpopProof,
            NotRedeemed::Resource(_) => OAuthErrorCode::InvalidTarget,
            NotRedeemed::Failed(failure) => return failure.into(),
        };
        Self::refused(error, why.to_string())
    }
}

impl From<NotRefreshed> for OAuthRefusal {
    fn from(why: NotRefreshed) -> Self {
        let error = match why {
            NotRefreshed::WrongGrant => OAuthErrorCode::UnauthorizedClient,
            NotRefreshed::InvalidToken => OAuthErrorCode::InvalidGrant,
            NotRefreshed::Scope => OAuthErrorCode::InvalidScope,
            NotRefreshed::Resource(_) => OAuthErrorCode::InvalidTarget,
            NotRefreshed::Failed(failure) => return failure.into(),
        };
        Self::refused(error, why.to_string())
    }
}

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

impl From<NotRevoked> for OAuthRefusal {
    fn from(why: NotRevoked) -> Self {
        match why {
            NotRevoked::Foreign => Self::refused(OAuthErrorCode::InvalidGrant, why.to_string()),
            NotRevoked::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotProven> for OAuthRefusal {
    fn from(why: NotProven) -> Self {
        let description = why.to_string();
        match why {
            NotProven::Invalid(_) => Self::refused(OAuthErrorCode::InvalidDpopProof, description),
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

impl ResourceRefusal {
    /// The face of a proof that did not hold.
    pub fn proof(why: NotProven) -> Self {
        let description = why.to_string();
        match why {
            NotProven::Invalid(_) => {
                Self::refused(TokenType::Dpop, OAuthErrorCode::InvalidDpopProof, description)
            }
            NotProven::UseNonce(nonce) => Self::use_nonce(description, nonce),
            NotProven::Failed(failure) => Self::unavailable(&record_failure(&failure)),
        }
    }

    /// The face of a token, shown as `shown_as`, that did not count.
    pub fn token(shown_as: TokenType, why: NotTold) -> Self {
        let description = why.to_string();
        match why {
            NotTold::InvalidToken => Self::refused(shown_as, OAuthErrorCode::InvalidToken, description),
            NotTold::Scope => Self::insufficient_scope(shown_as, description),
            NotTold::Failed(failure) => Self::unavailable(&record_failure(&failure)),
        }
    }
}

// The REST API.

impl From<Unavailable> for Problem {
    fn from(failure: Unavailable) -> Self {
        Self::unavailable(&record_failure(&failure))
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
            NotBegun::RedirectUri => Self::invalid_request("/redirect_uri", detail),
            NotBegun::CrossDevice
            | NotBegun::WalletCannotCross
            | NotBegun::WalletNotByApi
            | NotBegun::TooLongToScan => Self::invalid_request("/flow", detail),
            NotBegun::LoginHint | NotBegun::LoginHintNotTaken => Self::invalid_request("/login_hint", detail),
            NotBegun::TransactionType { index } => {
                Self::invalid_request(&format!("/transaction_data/{index}/type"), detail)
            }
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

// The pages.

impl From<TooMany> for Notice {
    fn from(why: TooMany) -> Self {
        let mut notice = Self::refused(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests",
            "From your network come more requests than we answer. Wait a minute and reload this page.",
        );
        notice.retry_after = Some(why.retry_after);
        notice
    }
}

impl From<Unavailable> for Notice {
    fn from(failure: Unavailable) -> Self {
        Self::apology(&record_failure(&failure))
    }
}

/// Not a failure of ours: a warning, with whose it is.
fn note_wallet(fault: &WalletFault) {
    let trace = TraceId::current();
    tracing::warn!(%trace, reason = %fault, passing = fault.is_passing(), "a wallet's server cannot be asked");
}

/// Why a browser is not sent to its wallet. `None` when the page about the end is to be shown instead.
pub fn not_served(why: NotServed) -> Option<Notice> {
    match why {
        NotServed::Unknown => Some(Notice::refused(
            StatusCode::NOT_FOUND,
            "This link no longer works",
            "It has expired, or it was not copied completely. Go back to where you started and begin again.",
        )),
        NotServed::OtherBrowser { .. } => Some(Notice::refused(
            StatusCode::FORBIDDEN,
            "This was opened in another browser",
            "For your safety it can only be continued in the browser that opened it first. Go back to that browser, or begin again where you started.",
        )),
        NotServed::Settled => None,
        NotServed::Wallet(fault) => Some(Notice::wallet_fails(&fault)),
        NotServed::Failed(failure) => Some(failure.into()),
    }
}

impl From<NotAccepted> for Notice {
    fn from(why: NotAccepted) -> Self {
        match why {
            NotAccepted::NoOpenRequest => Self::no_open_request(),
            NotAccepted::OtherBrowser => Self::go_back_to_your_browser(),
            NotAccepted::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotShown> for Notice {
    fn from(why: NotShown) -> Self {
        match why {
            NotShown::Unknown => Self::refused(
                StatusCode::NOT_FOUND,
                "There is nothing to see here",
                "It was forgotten some time after it ended, or the address is not complete. If you are still waiting for something, begin again where you started.",
            ),
            NotShown::OtherBrowser => Self::go_back_to_your_browser(),
            NotShown::Failed(failure) => failure.into(),
        }
    }
}

impl Notice {
    /// For who was sent back by a wallet into another browser than the one that began (phones open links in
    /// the browser that they prefer). The address leads on there.
    pub fn go_back_to_your_browser() -> Self {
        Self::refused(
            StatusCode::NOT_FOUND,
            "This goes on in your other browser",
            "Go back to the browser in which you began: it is waiting for you. If it does not go on by itself, copy the address of this page and open it there. Give that address to nobody. If you did not begin anything, close this page.",
        )
    }

    /// The same where the wallet's answer itself came here: it was not looked at, and its address is no use.
    pub fn answer_in_another_browser() -> Self {
        Self::refused(
            StatusCode::FORBIDDEN,
            "Your wallet came back to another browser",
            "Its answer was not used. Go back to the browser in which you began: it is waiting, and leads you to your wallet once more. If this is that browser, cookies must be allowed for this site. If you did not begin anything, close this page.",
        )
    }

    /// The one answer to a response that fits nothing open: unknown, settled, expired, or brought by another
    /// browser of ours.
    pub fn no_open_request() -> Self {
        Self::refused(
            StatusCode::BAD_REQUEST,
            "This answer is not expected any more",
            "It took too long, it was used already, or it was begun in another browser. It was not looked at. If you began in another browser, go back to it: it is waiting. Otherwise begin again where you started.",
        )
    }

    /// The face of our faults.
    pub fn apology(trace: &TraceId) -> Self {
        let mut notice = Self::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "Something went wrong on our side",
            "We are sorry. Wait a few seconds and reload this page.",
        );
        notice.trace = Some(trace.to_string());
        notice.retry_after = Some(RETRY_AFTER_SECONDS);
        notice
    }

    /// The wallet's server failed; nothing was lost by it.
    pub fn wallet_fails(fault: &WalletFault) -> Self {
        note_wallet(fault);
        if !fault.is_passing() {
            let mut notice = Self::refused(
                StatusCode::BAD_GATEWAY,
                "Your wallet cannot be used here",
                "The service of your wallet says something about itself that does not fit. Only its operator can mend that; nothing was shared.",
            );
            notice.trace = Some(TraceId::current().to_string());
            return notice;
        }
        let mut notice = Self::refused(
            StatusCode::BAD_GATEWAY,
            "Your wallet does not answer",
            "We could not reach the service of your wallet. Nothing is lost: wait a few seconds and reload this page.",
        );
        notice.trace = Some(TraceId::current().to_string());
        notice.retry_after = Some(RETRY_AFTER_SECONDS);
        notice
    }

    /// For a form that another site sent, or a browser without our cookie.
    pub fn foreign_form() -> Self {
        Self::refused(
            StatusCode::FORBIDDEN,
            "Please start again",
            "Your browser did not send what we need to be sure that it is you. Cookies must be allowed for this site. Then go back to where you started.",
        )
    }

    /// The same for who was entering the code of a device.
    #[must_use]
    pub fn or_enter_a_code(mut self) -> Self {
        self.next.get_or_insert(&Link { href: "/device", text: "Enter a code" });
        self
    }
}

#[cfg(test)]
mod tests {
    use poem::IntoResponse;

    use super::*;

    fn broken() -> Unavailable {
        Unavailable::new("the store", "secret detail")
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

    #[tokio::test]
    async fn our_faults_say_nothing_but_a_trace_id_on_every_door() {
        for response in [
            OAuthRefusal::from(broken()).into_response(),
            Problem::from(broken()).into_response(),
            Notice::from(broken()).into_response(),
        ] {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(response.header("retry-after").is_some());
            let body = response.into_body().into_string().await.unwrap();
            assert!(body.contains("0000000000000000") && !body.contains("secret"), "{body}");
        }
    }
}
