//! The words of every page that refuses: what happened, and what to do now.

use poem::http::StatusCode;

use super::page::{Link, Notice};
use crate::flow::code::authorize::NotAuthorizable;
use crate::flow::session::logout::NotSignedOut;

/// A page that refuses: its status, its title, its text.
#[derive(Clone, Copy, Debug)]
pub struct RefusalWords(StatusCode, &'static str, &'static str);

impl From<RefusalWords> for Notice {
    fn from(RefusalWords(status, title, text): RefusalWords) -> Self {
        Self::refused(status, title, text)
    }
}

macro_rules! refusals {
    ($($name:ident $status:ident $title:literal $text:literal)+) => {
        $(pub const $name: RefusalWords = RefusalWords(StatusCode::$status, $title, $text);)+
    };
}

refusals! {
    NO_SUCH_PAGE NOT_FOUND "There is no such page"
        "The address is not complete, or it no longer exists. Go back to where you started."

    OUR_FAULT SERVICE_UNAVAILABLE "Something went wrong on our side"
        "We are sorry. Wait a few seconds and reload this page."

    TOO_MANY_REQUESTS TOO_MANY_REQUESTS "Too many requests"
        "From your network come more requests than we answer. Wait a minute and reload this page."

    UNKNOWN_LINK NOT_FOUND "This link no longer works"
        "It has expired, or it was not copied completely. Go back to where you started and begin again."

    // A pushed request that is unknown, used or expired.
    USED_LINK BAD_REQUEST "This link no longer works"
        "It has expired, or it was used already. Go back to the application and begin again."

    OPENED_ELSEWHERE FORBIDDEN "This was opened in another browser"
        "For your safety it can only be continued in the browser that opened it first. Go back to that browser, or begin again where you started."

    STILL_SIGNED_IN OK "You are still signed in"
        "Nothing has changed. You can close this page."

    NOTHING_TO_SEE NOT_FOUND "There is nothing to see here"
        "It was forgotten some time after it ended, or the address is not complete. If you are still waiting for something, begin again where you started."

    // A wallet sent the person into another browser than the one that began (phones open links in the browser
    // that they prefer). The address leads on there.
    GO_BACK_TO_YOUR_BROWSER NOT_FOUND "This goes on in your other browser"
        "Go back to the browser in which you began: it is waiting for you. If it does not go on by itself, copy the address of this page and open it there. Give that address to nobody. If you did not begin anything, close this page."

    // The wallet's answer itself came into another browser: it was not looked at, and its address is no use.
    ANSWER_IN_ANOTHER_BROWSER FORBIDDEN "Your wallet came back to another browser"
        "Its answer was not used. Go back to the browser in which you began: it is waiting, and leads you to your wallet once more. If this is that browser, cookies must be allowed for this site. If you did not begin anything, close this page."

    // A response that fits nothing open: unknown, settled, expired, or brought by another browser of ours.
    NO_OPEN_REQUEST BAD_REQUEST "This answer is not expected any more"
        "It took too long, it was used already, or it was begun in another browser. It was not looked at. If you began in another browser, go back to it: it is waiting. Otherwise begin again where you started."

    WALLET_UNUSABLE BAD_GATEWAY "Your wallet cannot be used here"
        "The service of your wallet says something about itself that does not fit. Only its operator can mend that; nothing was shared."

    WALLET_SILENT BAD_GATEWAY "Your wallet does not answer"
        "We could not reach the service of your wallet. Nothing is lost: wait a few seconds and reload this page."

    // A form that another site sent, or a browser without our cookie.
    FOREIGN_FORM FORBIDDEN "Please start again"
        "Your browser did not send what we need to be sure that it is you. Cookies must be allowed for this site. Then go back to where you started."

    CODE_ELSEWHERE FORBIDDEN "This only works on the network of your device"
        "We cannot see that you are on it. It is usually your Wi-Fi at home: connect to it, then open this page again. If somebody sent you this code or link, stop here."

    WRONG_NUMBER FORBIDDEN "That is not the number on your device"
        "Nothing was shared, and the code no longer works. If it is your device, ask it for a new code. If somebody sent you this code or link, stop here."
}

/// Above the form for a user code that leads nowhere.
pub const CODE_NOT_VALID: &str =
    "This code is not valid. Check the code on your device, or ask it for a new one.";
/// Above that form, when another browser uses the code.
pub const CODE_IN_USE: &str =
    "This code is already in use in another browser. Go on there, or ask your device for a new code.";
/// Above that form, where a number has to be picked.
pub const PICK_THE_NUMBER: &str = "Pick the number that your device shows.";

/// How many codes may be tried. People behind one address share the tries; who has plenty need not be told.
pub fn tries_left(left: u32) -> String {
    match left {
        0 => "After another wrong code you must wait some minutes.".to_owned(),
        1 => "You can try once more before you must wait some minutes.".to_owned(),
        more => format!("You can try {more} more times before you must wait some minutes."),
    }
}

impl Notice {
    /// What a browser sent to a page is no form of ours.
    pub fn unreadable_form(status: StatusCode) -> Self {
        Self::refused(
            status,
            "This could not be read",
            "What your browser sent is not what this page expects. Go back to where you started and begin again.",
        )
    }

    /// An authorization request of nobody, or to an address that is not registered.
    pub fn wrong_application(why: &NotAuthorizable) -> Self {
        Self::refused(
            StatusCode::BAD_REQUEST,
            "This request cannot be answered",
            format!(
                "The application that sent you here is not set up correctly ({why}). Nothing was shared; tell those who run it."
            ),
        )
    }

    /// A request to sign out of nobody, or to an address that is not registered.
    pub fn wrong_logout(why: &NotSignedOut) -> Self {
        Self::refused(
            StatusCode::BAD_REQUEST,
            "This request cannot be answered",
            format!(
                "The application that sent you here is not set up correctly ({why}). You are not signed out; tell those who run it."
            ),
        )
    }

    /// For whoever guesses user codes.
    pub fn too_many_codes(retry_after: u64) -> Self {
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

    /// With a link for whoever was entering the code of a device.
    #[must_use]
    pub fn or_enter_a_code(mut self) -> Self {
        self.next.get_or_insert(&Link { href: "/device", text: "Enter a code" });
        self
    }
}
