//! What a person is told when it does not go on: one `match` for each use case. The words are in `notices.rs`.

use poem::Response;
use poem::http::StatusCode;

use super::look::Look;
use super::notices;
use super::page::Notice;
use crate::flow::code::authorize::NotAuthorizable;
use crate::flow::device::deny_by_user::NotDenied;
use crate::flow::device::user_code::CodeRefused;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::ask_wallet::WalletFault;
use crate::flow::presentation::end::NotAccepted;
use crate::flow::presentation::finish::NotShown;
use crate::flow::presentation::not_served::NotServed;
use crate::flow::session::logout::NotSignedOut;
use crate::http::middleware::failure::{Failure, note_wallet};
use crate::http::middleware::rate_limits::TooMany;
use vpgate_core::appearance::message::Message;
use vpgate_core::oauth::redirect::ReturnUrl;

/// The page where no handler answered.
pub fn unanswered(status: StatusCode, look: &Look) -> Response {
    let notice = match status {
        StatusCode::NOT_FOUND => notices::NO_SUCH_PAGE.into(),
        status if status.is_server_error() => Failure::noted().into(),
        _ => Notice::unreadable_form(status),
    };
    notice.shown(look)
}

impl From<Failure> for Notice {
    fn from(failure: Failure) -> Self {
        let notice = Self::from(notices::OUR_FAULT);
        Self { trace: Some(failure.trace), retry_after: Some(failure.retry_after), ..notice }
    }
}

impl From<Unavailable> for Notice {
    fn from(cause: Unavailable) -> Self {
        Failure::from(cause).into()
    }
}

impl From<TooMany> for Notice {
    fn from(why: TooMany) -> Self {
        Self { retry_after: Some(why.retry_after), ..notices::TOO_MANY_REQUESTS.into() }
    }
}

/// The wallet's server failed; nothing was lost by it.
impl From<&WalletFault> for Notice {
    fn from(fault: &WalletFault) -> Self {
        note_wallet(fault);
        let Failure { trace, retry_after } = Failure::noted();
        let (words, retry_after) = match fault.is_passing() {
            true => (notices::WALLET_SILENT, Some(retry_after)),
            false => (notices::WALLET_UNUSABLE, None),
        };
        Self { trace: Some(trace), retry_after, ..words.into() }
    }
}

/// Why a browser is not sent to its wallet. `None` when the page about the end is to be shown instead.
pub fn not_served(why: NotServed) -> Option<Notice> {
    match why {
        NotServed::Unknown => Some(notices::UNKNOWN_LINK.into()),
        NotServed::OtherBrowser { .. } => Some(notices::OPENED_ELSEWHERE.into()),
        NotServed::Settled => None,
        NotServed::Wallet(fault) => Some((&fault).into()),
        NotServed::Failed(failure) => Some(failure.into()),
    }
}

impl From<NotAccepted> for Notice {
    fn from(why: NotAccepted) -> Self {
        match why {
            NotAccepted::NoOpenRequest => notices::NO_OPEN_REQUEST.into(),
            NotAccepted::OtherBrowser => notices::GO_BACK_TO_YOUR_BROWSER.into(),
            NotAccepted::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotShown> for Notice {
    fn from(why: NotShown) -> Self {
        match why {
            NotShown::Unknown => notices::NOTHING_TO_SEE.into(),
            NotShown::OtherBrowser => notices::GO_BACK_TO_YOUR_BROWSER.into(),
            NotShown::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotDenied> for Notice {
    fn from(why: NotDenied) -> Self {
        match why {
            NotDenied::Unknown => notices::NOTHING_TO_SEE.into(),
            NotDenied::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotSignedOut> for Notice {
    fn from(why: NotSignedOut) -> Self {
        match why {
            NotSignedOut::Failed(failure) => failure.into(),
            why => Self::wrong_logout(&why),
        }
    }
}

/// Where a refused authorization request leads.
#[derive(Debug)]
pub enum AuthorizationRefusal {
    /// A page: nobody knows where this browser could be sent safely.
    Notice(Notice),
    /// Back to the client, with the error.
    Return(ReturnUrl),
}

impl From<NotAuthorizable> for AuthorizationRefusal {
    fn from(why: NotAuthorizable) -> Self {
        match why {
            NotAuthorizable::UnknownClient | NotAuthorizable::Nowhere(_) => {
                Self::Notice(Notice::wrong_application(&why))
            }
            NotAuthorizable::NoPushedRequest => Self::Notice(notices::USED_LINK.into()),
            NotAuthorizable::Return { to, .. } => Self::Return(to),
            NotAuthorizable::FailedOnTheWay { to, source } => {
                Failure::record(&source);
                Self::Return(to)
            }
            NotAuthorizable::Failed(failure) => Self::Notice(failure.into()),
        }
    }
}

/// How a refused user code looks.
#[derive(Debug)]
pub enum CodeRefusal {
    /// The form again, with this above it.
    AskAgain(StatusCode, Vec<Message>),
    /// A page of its own.
    Notice(Box<Notice>),
}

impl From<CodeRefused> for CodeRefusal {
    fn from(why: CodeRefused) -> Self {
        let ask_again = |status, id| Self::AskAgain(status, vec![Message::new(id)]);
        let notice = |notice: Notice| Self::Notice(Box::new(notice));
        match why {
            CodeRefused::Unknown => ask_again(StatusCode::BAD_REQUEST, notices::CODE_NOT_VALID),
            CodeRefused::Wrong { tries_left } => {
                let words = vec![Message::new(notices::CODE_NOT_VALID), notices::tries_left(tries_left)];
                Self::AskAgain(StatusCode::BAD_REQUEST, words)
            }
            CodeRefused::InUse => ask_again(StatusCode::CONFLICT, notices::CODE_IN_USE),
            CodeRefused::Elsewhere => notice(notices::CODE_ELSEWHERE.into()),
            // The endpoint shows the page again instead; without it, this is the way back to it.
            CodeRefused::NoNumber => ask_again(StatusCode::BAD_REQUEST, notices::PICK_THE_NUMBER),
            CodeRefused::WrongNumber => notice(notices::WRONG_NUMBER.into()),
            CodeRefused::TooMany { retry_after } => notice(Notice::too_many_codes(retry_after)),
            CodeRefused::Failed(failure) => notice(failure.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_10_24_a_code_that_leads_nowhere_has_one_answer() {
        let CodeRefusal::AskAgain(status, text) = CodeRefused::Unknown.into() else { panic!() };
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(text, [Message::new("code-not-valid")]);
        let CodeRefusal::AskAgain(_, more) = (CodeRefused::Wrong { tries_left: 4 }).into() else { panic!() };
        assert_eq!(more, [text, vec![Message::new("code-tries-left").number("left", 4_u32)]].concat());
    }
}
