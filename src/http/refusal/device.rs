//! The faces of what stands between a user code and its grant.

use poem::http::StatusCode;

use crate::flow::device::deny_by_user::NotDisowned;
use crate::flow::device::own_pages::PagesRefused;
use crate::flow::device::user_code::CodeRefused;
use crate::flow::presentation::finish::NotShown;
use crate::http::api::problem::Problem;
use crate::http::pages::page::Notice;

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

/// How a refused code looks.
#[derive(Debug)]
pub enum CodeFace {
    /// The form again, with this above it.
    AskAgain(StatusCode, String),
    /// A page of its own.
    Notice(Box<Notice>),
}

impl From<CodeRefused> for CodeFace {
    fn from(why: CodeRefused) -> Self {
        match why {
            CodeRefused::Unknown => Self::AskAgain(StatusCode::BAD_REQUEST, NOT_VALID.to_owned()),
            CodeRefused::Wrong { tries_left } => {
                Self::AskAgain(StatusCode::BAD_REQUEST, format!("{NOT_VALID} {}", in_words(tries_left)))
            }
            CodeRefused::InUse => Self::AskAgain(
                StatusCode::CONFLICT,
                "This code is already in use in another browser. Go on there, or ask your device for a new code."
                    .to_owned(),
            ),
            CodeRefused::Elsewhere => Self::notice(Notice::refused(
                StatusCode::FORBIDDEN,
                "This only works on the network of your device",
                "We cannot see that you are on it. It is usually your Wi-Fi at home: connect to it, then open this page again. If somebody sent you this code or link, stop here.",
            )),
            // The endpoint shows the page again instead; without it, this is the way back to it.
            CodeRefused::NoNumber => {
                Self::AskAgain(StatusCode::BAD_REQUEST, "Pick the number that your device shows.".to_owned())
            }
            CodeRefused::WrongNumber => Self::notice(Notice::refused(
                StatusCode::FORBIDDEN,
                "That is not the number on your device",
                "Nothing was shared, and the code no longer works. If it is your device, ask it for a new code. If somebody sent you this code or link, stop here.",
            )),
            CodeRefused::TooMany { retry_after } => Self::notice(Notice::too_many_codes(retry_after)),
            CodeRefused::Failed(failure) => Self::notice(failure.into()),
        }
    }
}

const NOT_VALID: &str = "This code is not valid. Check the code on your device, or ask it for a new one.";

/// People behind one address share the tries; who has plenty need not be told.
fn in_words(tries_left: u32) -> String {
    match tries_left {
        0 => "After another wrong code you must wait some minutes.".to_owned(),
        1 => "You can try once more before you must wait some minutes.".to_owned(),
        more => format!("You can try {more} more times before you must wait some minutes."),
    }
}

impl CodeFace {
    fn notice(notice: Notice) -> Self {
        Self::Notice(Box::new(notice))
    }
}

impl From<NotDisowned> for Notice {
    fn from(why: NotDisowned) -> Self {
        match why {
            NotDisowned::Unknown => NotShown::Unknown.into(),
            NotDisowned::Failed(failure) => failure.into(),
        }
    }
}

impl Notice {
    /// For who guesses.
    fn too_many_codes(retry_after: u64) -> Self {
        let wait = match retry_after.div_ceil(60) {
            1 => "a minute".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        let mut notice = Self::refused(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many wrong codes",
            format!("Wait {wait}, then type the code that your device shows then."),
        );
        notice.retry_after = Some(retry_after);
        notice.or_enter_a_code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_10_24_a_code_that_leads_nowhere_has_one_face() {
        let CodeFace::AskAgain(status, text) = CodeRefused::Unknown.into() else { panic!() };
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(text.starts_with("This code is not valid."));
        let CodeFace::AskAgain(_, more) = (CodeRefused::Wrong { tries_left: 4 }).into() else { panic!() };
        assert_eq!(more, format!("{text} You can try 4 more times before you must wait some minutes."));
    }
}
