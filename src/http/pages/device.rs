//! `/device`: the verification page (RFC 8628 section 3.3, 5.1, 5.4; RFC 10027 section 6.1).

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};

use super::error::CodeRefusal;
use super::look::Look;
use super::page::{Notice, Page, Tone};
use super::pictures::Picture;
use super::{Pages, browser, handle_of, notices, start, visitor};
use crate::flow;
use crate::flow::device::deny_by_user::{DeniedByUser, NotDenied};
use crate::flow::device::user_code::{CodeFound, CodeRefused, Typed};
use crate::http::form::Form;
use vpgate_core::appearance::message::Message;
use vpgate_core::oauth::proximity::Proximity;

#[derive(Template)]
#[template(path = "http/pages/templates/enter_code.html")]
struct EnterCode {
    look: Look,
    alert: Vec<Message>,
    /// What was typed before, for the person to mend.
    typed: String,
}

/// The longest text that is put back into the field: as long as the field takes.
const LONGEST_TYPED: usize = 64;

#[derive(Template)]
#[template(path = "http/pages/templates/confirm_code.html")]
struct ConfirmCode {
    look: Look,
    alert: Option<&'static str>,
    user_code: String,
    client_id: String,
    client_name: String,
    device_label: Option<String>,
    rights: Vec<String>,
    claims: Vec<String>,
    minutes_ago: u64,
    /// How it looks, and what it says.
    proximity: Option<(&'static str, &'static str)>,
    numbers: Vec<u8>,
    minutes_left: u64,
    /// The wallet's answer is taken by a page that needs JavaScript: better said before anything is shown.
    needs_script: bool,
    form_value: String,
}

/// Without a code the form that asks for one; with a code what it is for. A code in the link is
/// never enough by itself: the person still compares it with the device (REQ-10.9).
pub async fn show(pages: Pages, request: Request) -> Result<Response, Notice> {
    let browser = pages.browser(&request)?;
    let page = match typed_code(&request)? {
        // Whoever only looks ahead enters no code: each entry is counted, and noted with where it came from.
        Some(_) if !visitor::is_a_person(&request) && pages.known_browser(&request).is_none() => {
            enter_code(&pages)
        }
        None => enter_code(&pages),
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
                Ok(()) => Ok(Notice::plain(Tone::Good, "stopped").shown(&pages.look)),
                Err(why) => Ok(ask_again(&pages, why, &code)?.into_response()),
            };
        }
        _ => return Err(Notice::unreadable_form(StatusCode::BAD_REQUEST)),
    };
    match gone_on {
        Ok(handle) => Ok(start::sent_on(&pages, &request, &handle, &browser).await),
        Err(CodeRefused::NoNumber) => match flow::device::enter_code::look_up(&pages.context, typed).await {
            Ok(found) => {
                let alert = Some(notices::PICK_THE_NUMBER);
                let page = confirm(&pages, found, alert, browser::form_value(&browser));
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
        DeniedByUser::InTime => {
            let words = (Message::new("stopped"), vec![Message::new("stopped-late-text")]);
            Ok(Notice::said(Tone::Good, words).shown(&pages.look))
        }
        DeniedByUser::TokensRevoked => Ok(Notice::plain(Tone::Good, "stopped-revoked").shown(&pages.look)),
    }
}

fn enter_code(pages: &Pages) -> Page {
    Page::new(&pages.look, &EnterCode { look: pages.look.clone(), alert: Vec::new(), typed: String::new() })
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
    let page = ConfirmCode {
        look: pages.look.clone(),
        alert,
        user_code: found.user_code,
        client_name: pages.look.client(&found.client_id, found.client_name),
        client_id: found.client_id,
        device_label: found.device_label,
        rights: pages.look.rights(found.scopes.iter(), found.rights),
        claims: found.claims,
        minutes_ago: now.since(found.created_at).as_secs() / 60,
        proximity: found.proximity.and_then(near_in_words),
        numbers: found.numbers.into_iter().flatten().collect(),
        minutes_left: left.div_ceil(60).max(1),
        needs_script: found.needs_script,
        form_value,
    };
    Page::new(&pages.look, &page).leading_on(&pages.ways_out()).counting_down(left)
}

/// From where; nothing when that cannot be told.
fn near_in_words(proximity: Proximity) -> Option<(&'static str, &'static str)> {
    match proximity {
        Proximity::Same => Some(("soft", "near-same")),
        Proximity::Different => Some(("warning", "near-different")),
        Proximity::Unknown => None,
    }
}

fn ask_again(pages: &Pages, why: CodeRefused, typed: &str) -> Result<Page, Notice> {
    let typed = typed.chars().take(LONGEST_TYPED).collect();
    match CodeRefusal::from(why) {
        CodeRefusal::AskAgain(status, alert) => {
            let page = EnterCode { look: pages.look.clone(), alert, typed };
            Ok(Page::new(&pages.look, &page).status(status))
        }
        CodeRefusal::Notice(notice) => Err(*notice),
    }
}
