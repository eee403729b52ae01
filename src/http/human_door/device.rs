//! `/device`: the verification page (RFC 8628 section 3.3, 5.1, 5.4).

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};

use super::page::{Link, Notice, Page, Tone};
use super::{HumanDoor, browser, see_other, unreadable_form};
use crate::domain::base::time::Timestamp;
use crate::flow::enter_code::{CodeFound, CodeRefused};
use crate::http::form::Form;
use crate::http::limits::{Guess, TooManyGuesses};
use crate::http::refusal::CodeFace;

#[derive(Template)]
#[template(path = "http/human_door/pages/enter_code.html")]
struct EnterCode {
    alert: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "http/human_door/pages/confirm_code.html")]
struct ConfirmCode {
    user_code: String,
    client_name: String,
    rights: Vec<String>,
    claims: Vec<String>,
    asked: String,
    form_value: String,
}

/// Without a code the form that asks for one; with a code what it is for. A code in the link is
/// never enough by itself: the person still compares it with the device (REQ-10.9).
pub async fn show(door: Arc<HumanDoor>, request: Request) -> Result<Response, Notice> {
    let browser = door.browser(&request)?;
    let page = match typed_code(&request)? {
        None => Page::new(&EnterCode { alert: None }),
        Some(typed) => {
            let now = door.vpgate.clock.now();
            let guess = door.guesses.guess(door.client_address(&request), now).map_err(too_many_guesses)?;
            match counted(guess, door.vpgate.look_up_code(&typed).await) {
                Ok(found) => Page::new(&confirm(found, now, browser::form_value(&browser))).leading_on(),
                Err(why) => ask_again(why)?,
            }
        }
    };
    Ok(door.remembered(&browser, page.into_response()))
}

/// "Continue", or "I did not start this".
pub async fn decide(door: Arc<HumanDoor>, mut request: Request) -> Result<Response, Notice> {
    let (browser, mut form) = door.own_form(&mut request).await?;
    let typed = form.take("user_code").unwrap_or_default();
    let goes_on = match form.take("action").as_deref() {
        Some("continue") => true,
        Some("disown") => false,
        _ => return Err(unreadable_form(StatusCode::BAD_REQUEST)),
    };
    let now = door.vpgate.clock.now();
    let guess = door.guesses.guess(door.client_address(&request), now).map_err(too_many_guesses)?;
    let decided = match goes_on {
        true => door.vpgate.go_on_with_code(&typed, &browser).await.map(Some),
        false => door.vpgate.disown_code(&typed).await.map(|()| None),
    };
    match counted(guess, decided) {
        Ok(Some(handle)) => Ok(door.remembered(&browser, see_other(&format!("/start/{handle}")))),
        Ok(None) => Ok(disowned().into_response()),
        Err(why) => Ok(ask_again(why)?.into_response()),
    }
}

/// Only a code that leads nowhere is a wrong guess: a fault of ours, for example, is not.
fn counted<T>(guess: Guess<'_>, answer: Result<T, CodeRefused>) -> Result<T, CodeRefused> {
    if !matches!(answer, Err(CodeRefused::Unknown)) {
        guess.was_right();
    }
    answer
}

fn typed_code(request: &Request) -> Result<Option<String>, Notice> {
    let query = request.uri().query().unwrap_or_default();
    let mut parameters =
        Form::parse(query.as_bytes()).map_err(|_| unreadable_form(StatusCode::BAD_REQUEST))?;
    Ok(parameters.take("user_code"))
}

fn confirm(found: CodeFound, now: Timestamp, form_value: String) -> ConfirmCode {
    ConfirmCode {
        user_code: found.user_code,
        client_name: found.client_name,
        rights: found.rights,
        claims: found.claims.iter().map(|claim| in_words(claim)).collect(),
        asked: match now.since(found.created_at).as_secs() / 60 {
            0 => "less than a minute ago".to_owned(),
            1 => "a minute ago".to_owned(),
            minutes => format!("{minutes} minutes ago"),
        },
        form_value,
    }
}

/// `age_equal_or_over.18` as people say it: `age equal or over 18`.
fn in_words(claim: &str) -> String {
    claim.replace(['_', '.'], " ")
}

fn ask_again(why: CodeRefused) -> Result<Page, Notice> {
    match CodeFace::from(why) {
        CodeFace::AskAgain(status, alert) => Ok(Page::new(&EnterCode { alert: Some(alert) }).status(status)),
        CodeFace::Notice(notice) => Err(notice),
    }
}

fn disowned() -> Notice {
    Notice {
        status: StatusCode::OK,
        tone: Tone::Good,
        title: "Stopped",
        text: "Nothing was shared, and the code no longer works. If somebody sent you that code or link, do not \
               follow what they ask."
            .into(),
        next: None,
        trace: None,
        retry_after: None,
    }
}

fn too_many_guesses(why: TooManyGuesses) -> Notice {
    let minutes = why.retry_after.div_ceil(60);
    let wait = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    let mut notice = Notice::refused(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many wrong codes",
        format!("Wait {wait}, then type the code that your device shows then."),
    );
    notice.retry_after = Some(why.retry_after);
    notice.next = Some(Link { href: "/device", text: "Enter a code" });
    notice
}
