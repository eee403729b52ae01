//! `/device`: the verification page (RFC 8628 section 3.3, 5.1, 5.4; RFC 10027 section 6.1).

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};

use super::error::CodeRefusal;
use super::page::{Notice, Page, Tone};
use super::{Pages, browser, handle_of, visitor};
use crate::flow;
use crate::flow::device::deny_by_user::{DeniedByUser, NotDenied};
use crate::flow::device::user_code::{CodeFound, CodeRefused, Typed};
use crate::http::form::Form;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::proximity::Proximity;

#[derive(Template)]
#[template(path = "http/pages/templates/enter_code.html")]
struct EnterCode {
    base: Arc<str>,
    alert: Option<String>,
    /// What was typed before, for the person to mend.
    typed: String,
}

/// The longest text that is put back into the field: as long as the field takes.
const LONGEST_TYPED: usize = 64;

#[derive(Template)]
#[template(path = "http/pages/templates/confirm_code.html")]
struct ConfirmCode {
    base: Arc<str>,
    alert: Option<&'static str>,
    user_code: String,
    client_name: String,
    device_label: Option<String>,
    rights: Vec<String>,
    claims: Vec<String>,
    asked: String,
    proximity: Option<&'static str>,
    numbers: Vec<u8>,
    minutes_left: String,
    form_value: String,
}

/// Without a code the form that asks for one; with a code what it is for. A code in the link is
/// never enough by itself: the person still compares it with the device (REQ-10.9).
pub async fn show(pages: Pages, request: Request) -> Result<Response, Notice> {
    let browser = pages.browser(&request)?;
    let page = match typed_code(&request)? {
        // Whoever only looks ahead enters no code: each entry is counted, and noted with where it came from.
        Some(_) if !visitor::is_a_person(&request) && pages.known_browser(&request).is_none() => {
            Page::new(&EnterCode { base: pages.base(), alert: None, typed: String::new() })
        }
        None => Page::new(&EnterCode { base: pages.base(), alert: None, typed: String::new() }),
        Some(code) => {
            let typed = Typed { code: &code, from: pages.client_address(&request) };
            match flow::device::enter_code::look_up(&pages.context, typed).await {
                Ok(found) => confirm(&pages, found, None, browser::form_value(&browser)),
                Err(why) => ask_again(&pages, why, &code)?,
            }
        }
    };
    Ok(pages.remembered(&browser, page.into_response()))
}

/// "Continue", or "I did not start this".
pub async fn decide(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let (browser, mut form) = pages.own_form(&mut request).await.map_err(Notice::or_enter_a_code)?;
    let code = form.take("user_code").unwrap_or_default();
    let picked = form.take("number");
    let typed = Typed { code: &code, from: pages.client_address(&request) };
    let gone_on = match form.take("action").as_deref() {
        Some("continue") => {
            flow::device::enter_code::go_on(&pages.context, typed, picked.as_deref(), &browser).await
        }
        Some("disown") => {
            return match flow::device::deny_by_user::entered_code(&pages.context, typed).await {
                Ok(()) => Ok(denied_by_user().into_response()),
                Err(why) => Ok(ask_again(&pages, why, &code)?.into_response()),
            };
        }
        _ => return Err(Notice::unreadable_form(StatusCode::BAD_REQUEST)),
    };
    match gone_on {
        Ok(handle) => Ok(pages.remembered(&browser, pages.lead_to(&format!("/start/{handle}")))),
        Err(CodeRefused::NoNumber) => match flow::device::enter_code::look_up(&pages.context, typed).await {
            Ok(found) => {
                let alert = "Pick the number that your device shows.";
                let page = confirm(&pages, found, Some(alert), browser::form_value(&browser));
                Ok(page.status(StatusCode::BAD_REQUEST).into_response())
            }
            Err(why) => Ok(ask_again(&pages, why, &code)?.into_response()),
        },
        Err(why) => Ok(ask_again(&pages, why, &code)?.into_response()),
    }
}

/// "I did not start this", said on the page about the end.
pub async fn deny_approved(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let handle = handle_of(&request).ok_or(NotDenied::Unknown)?;
    let (browser, _) = pages.own_form(&mut request).await?;
    match flow::device::deny_by_user::approved(&pages.context, &handle, &browser).await? {
        DeniedByUser::InTime => Ok(taken_back().into_response()),
        DeniedByUser::TokensRevoked => Ok(revoked().into_response()),
    }
}

fn typed_code(request: &Request) -> Result<Option<String>, Notice> {
    let query = request.uri().query().unwrap_or_default();
    let mut parameters =
        Form::parse(query.as_bytes()).map_err(|_| Notice::unreadable_form(StatusCode::BAD_REQUEST))?;
    Ok(parameters.take("user_code"))
}

fn confirm(pages: &Pages, found: CodeFound, alert: Option<&'static str>, form_value: String) -> Page {
    let now = pages.context.now();
    let left = found.expires_at.since(now).as_secs();
    let page = Page::new(&ConfirmCode {
        base: pages.base(),
        alert,
        user_code: found.user_code,
        client_name: found.client_name,
        device_label: found.device_label,
        rights: found.rights,
        claims: found.claims,
        asked: ago(found.created_at, now),
        proximity: found.proximity.and_then(near_in_words),
        numbers: found.numbers.into_iter().flatten().collect(),
        minutes_left: match left.div_ceil(60) {
            0 | 1 => "less than a minute".to_owned(),
            minutes => format!("less than {minutes} minutes"),
        },
        form_value,
    });
    page.leading_on(&pages.ways_out()).counting_down(left)
}

fn ago(then: Timestamp, now: Timestamp) -> String {
    match now.since(then).as_secs() / 60 {
        0 => "less than a minute ago".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes => format!("{minutes} minutes ago"),
    }
}

/// From where; nothing when that cannot be told.
fn near_in_words(proximity: Proximity) -> Option<&'static str> {
    match proximity {
        Proximity::Same => Some("It seems to be on the same network as you are now."),
        Proximity::Different => Some(
            "It is on another network than you are now. If somebody sent you this code or link, stop here.",
        ),
        Proximity::Unknown => None,
    }
}

fn ask_again(pages: &Pages, why: CodeRefused, typed: &str) -> Result<Page, Notice> {
    let typed = typed.chars().take(LONGEST_TYPED).collect();
    match CodeRefusal::from(why) {
        CodeRefusal::AskAgain(status, alert) => {
            Ok(Page::new(&EnterCode { base: pages.base(), alert: Some(alert), typed }).status(status))
        }
        CodeRefusal::Notice(notice) => Err(*notice),
    }
}

fn denied_by_user() -> Notice {
    Notice::plain(
        Tone::Good,
        "Stopped",
        "Nothing was shared, and the code no longer works. If somebody sent you that code or link, do not \
         follow what they ask.",
    )
}

fn taken_back() -> Notice {
    Notice::plain(
        Tone::Good,
        "Stopped",
        "The device gets no access. If somebody sent you that code or link, do not follow what they ask.",
    )
}

fn revoked() -> Notice {
    Notice::plain(
        Tone::Good,
        "Access was taken away",
        "The device had access already; it has lost it now. What it saw before cannot be taken back, and a \
         service that does not ask us may believe it for a while. Tell that service too.",
    )
}
