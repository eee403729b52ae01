//! Every page that refuses: its status, and the message that says what happened and what to do now.

use poem::http::StatusCode;

use super::page::{NextStep, Notice, Tone};
use crate::flow::code::authorize::NotAuthorizable;
use crate::flow::session::logout::NotSignedOut;
use vpgate_core::appearance::message::Message;

/// A page that refuses: its status, the name of its message (that of its text ends in `-text`), and its button.
#[derive(Clone, Copy, Debug)]
pub struct RefusalWords(StatusCode, &'static str, Option<NextStep>);

impl From<RefusalWords> for Notice {
    fn from(RefusalWords(status, id, next): RefusalWords) -> Self {
        Self { next, ..Self::refused(status, id) }
    }
}

macro_rules! refusals {
    ($($name:ident $status:ident $id:literal $(=> $next:ident)?)+) => {
        $(pub const $name: RefusalWords = RefusalWords(StatusCode::$status, $id, refusals!(@next $($next)?));)+
    };
    (@next) => { None };
    (@next $next:ident) => { Some(NextStep::$next) };
}

refusals! {
    NO_SUCH_PAGE NOT_FOUND "no-such-page" => EnterCode
    OUR_FAULT SERVICE_UNAVAILABLE "our-fault" => Reload
    TOO_MANY_REQUESTS TOO_MANY_REQUESTS "too-many" => Reload
    UNKNOWN_LINK NOT_FOUND "unknown-link"
    // A pushed request that is unknown, used or expired.
    USED_LINK BAD_REQUEST "used-link"
    OPENED_ELSEWHERE FORBIDDEN "opened-elsewhere"
    NOTHING_TO_SEE NOT_FOUND "nothing-to-see"
    // A wallet sent the person into another browser than the one that began (phones open links in the browser
    // that they prefer). The address leads on there.
    GO_BACK_TO_YOUR_BROWSER NOT_FOUND "other-browser"
    // The wallet's answer itself came into another browser: it was not looked at, and its address is no use.
    ANSWER_IN_ANOTHER_BROWSER FORBIDDEN "answer-elsewhere"
    // A response that fits nothing open: unknown, settled, expired, or brought by another browser of ours.
    NO_OPEN_REQUEST BAD_REQUEST "no-open-request"
    // A presentation in a query: logs and histories have it.
    UNSAFE_ANSWER BAD_REQUEST "unsafe-answer"
    WALLET_UNUSABLE BAD_GATEWAY "wallet-unusable"
    WALLET_SILENT BAD_GATEWAY "wallet-silent" => Reload
    // A form that another site sent, or a browser without our cookie.
    FOREIGN_FORM FORBIDDEN "foreign-form"
    // Before anything is shown: without a cookie the answer could not be told from a stranger's.
    NO_COOKIES FORBIDDEN "no-cookies" => FromTheStart
    CODE_ELSEWHERE FORBIDDEN "code-elsewhere" => Reload
    WRONG_NUMBER FORBIDDEN "wrong-number" => EnterCode
}

/// Above the form for a user code that leads nowhere.
pub const CODE_NOT_VALID: &str = "code-not-valid";
/// Above that form, when another browser uses the code.
pub const CODE_IN_USE: &str = "code-in-use";
/// Above that form, where a number has to be picked.
pub const PICK_THE_NUMBER: &str = "number-pick";

/// How many codes may be tried. People behind one address share the tries; who has plenty need not be told.
pub fn tries_left(left: u32) -> Message {
    Message::new("code-tries-left").number("left", left)
}

impl Notice {
    /// What a browser sent to a page is no form of ours.
    pub fn unreadable_form(status: StatusCode) -> Self {
        Self::refused(status, "unreadable")
    }

    /// An authorization request of nobody, or to an address that is not registered.
    pub fn wrong_application(why: &NotAuthorizable) -> Self {
        Self::wrong_request("wrong-application-text", why.to_string())
    }

    /// A request to sign out of nobody, or to an address that is not registered.
    pub fn wrong_logout(why: &NotSignedOut) -> Self {
        Self::wrong_request("wrong-logout-text", why.to_string())
    }

    fn wrong_request(text: &'static str, reason: String) -> Self {
        let text = Message::new(text).text("reason", reason);
        let words = (Message::new("wrong-request"), vec![text]);
        Self { status: StatusCode::BAD_REQUEST, ..Self::said(Tone::Bad, words) }
    }

    /// For whoever guesses user codes.
    pub fn too_many_codes(retry_after: u64) -> Self {
        let text = Message::new("too-many-codes-text").number("minutes", retry_after.div_ceil(60));
        let words = (Message::new("too-many-codes"), vec![text]);
        let (status, retry_after) = (StatusCode::TOO_MANY_REQUESTS, Some(retry_after));
        Self { status, retry_after, ..Self::said(Tone::Bad, words) }.or_enter_a_code()
    }

    /// With a link for whoever was entering the code of a device.
    #[must_use]
    pub fn or_enter_a_code(mut self) -> Self {
        self.next.get_or_insert(NextStep::EnterCode);
        self
    }
}
