//! The television: a device without a keyboard that signs in by the device grant (RFC 8628). The page
//! is its screen; its memory, and the device code, are here.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use fast_qr::QRBuilder;
use fast_qr::convert::{Builder as _, svg::SvgBuilder};
use poem::http::StatusCode;
use poem::web::cookie::{Cookie, CookieJar, SameSite};
use poem::web::{Data, Redirect};
use poem::{IntoResponse as _, Response, handler};
use serde_json::json;

use super::{Parties, page};

mod device_client;

pub(super) use device_client::Television;
use device_client::{Screen, Unusable};

const COOKIE: &str = "sandbox_tv";
/// A screen is remembered longer than its code lives, so that it can say so.
const MEMORY: Duration = Duration::from_secs(3600);
/// What this one calls itself.
const LABEL: &str = "The television of the sandbox";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// `GET /tv`: what is on. Without a script the page comes back by itself, so this polls too.
#[handler]
pub(super) async fn show(Data(parties): Data<&Arc<Parties>>, jar: &CookieJar) -> Response {
    let known = remembered(jar);
    if let Some(name) = &known {
        poll_once(parties, name, PollAnswer::AtOnce).await;
        if let Some(page) = parties.televisions.with(name, parties.now(), |tv| picture(parties, tv)) {
            return page;
        }
    }
    switch_on(parties, jar).await;
    let page = remembered(jar)
        .and_then(|name| parties.televisions.with(&name, parties.now(), |tv| picture(parties, tv)));
    page.unwrap_or_else(|| broken(parties))
}

/// `POST /tv/restart`: a new code.
#[handler]
pub(super) async fn restart(Data(parties): Data<&Arc<Parties>>, jar: &CookieJar) -> Response {
    let forgotten = remembered(jar).and_then(|name| parties.televisions.take(&name, parties.now()));
    drop(forgotten);
    jar.remove(COOKIE);
    Redirect::see_other("/sandbox/tv").into_response()
}

/// `GET /tv/poll`: one poll when one is due, which waits for the decision, and what the page should say.
#[handler]
pub(super) async fn poll(Data(parties): Data<&Arc<Parties>>, jar: &CookieJar) -> Response {
    let Some(name) = remembered(jar) else { return page::json(&json!({ "screen": "off" })) };
    poll_once(parties, &name, PollAnswer::Late).await;
    let now = parties.now();
    let state = parties.televisions.with(
        &name,
        now,
        |tv| json!({ "screen": tv.screen.name(), "message": tv.screen.message(), "wait": tv.wait(now) }),
    );
    page::json(&state.unwrap_or_else(|| json!({ "screen": "off" })))
}

fn remembered(jar: &CookieJar) -> Option<String> {
    jar.get(COOKIE).map(|cookie| cookie.value_str().to_owned()).filter(|name| !name.is_empty())
}

/// RFC 8628 section 3.1.
async fn switch_on(parties: &Parties, jar: &CookieJar) {
    let fields = [
        ("client_id", parties.tv_client_id.as_str()),
        ("scope", parties.scope.as_str()),
        ("device_label", LABEL),
    ];
    let answer = parties.service.post_form("/device_authorization", &fields).await;
    let now = parties.now();
    let Ok(television) = answer.map_err(|_| Unusable).and_then(|answer| Television::read(&answer, now))
    else {
        return;
    };
    let name = parties.random_name();
    let mut cookie = Cookie::new_with_str(COOKIE, name.clone());
    cookie.set_path("/sandbox/tv");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(parties.address.starts_with("https:"));
    jar.add(cookie);
    parties.televisions.put(name, television, now, MEMORY);
}

/// When the answer to a poll comes.
enum PollAnswer {
    /// A person waits for the page.
    AtOnce,
    /// The page is there: it may be when somebody has decided.
    Late,
}

/// RFC 8628 section 3.4, never sooner than the interval allows: whoever finds a poll due has taken it.
async fn poll_once(parties: &Parties, name: &str, comes: PollAnswer) {
    let now = parties.now();
    let Some(Some(device_code)) = parties.televisions.with(name, now, |tv| tv.take_due_poll(now)) else {
        return;
    };
    let fields = [
        ("grant_type", GRANT_TYPE),
        ("device_code", device_code.expose()),
        ("client_id", parties.tv_client_id.as_str()),
    ];
    let answer = match comes {
        PollAnswer::AtOnce => parties.service.post_form("/token", &fields).await,
        PollAnswer::Late => parties.service.post_form_and_wait("/token", &fields).await,
    };
    let heard = parties.now();
    // Forgotten meanwhile: then nobody is watching.
    let _forgotten = parties.televisions.with(name, heard, |tv| tv.hear(answer.ok().as_ref(), heard));
}

fn picture(parties: &Parties, television: &Television) -> Response {
    let now = parties.now();
    page::html_with_script(parties, StatusCode::OK, |nonce| TelevisionPage {
        nonce,
        qr_code: qr_code(television.code_address()),
        tv: television,
        wait: television.wait(now).max(1),
        minutes: television.minutes_left(now),
    })
}

fn broken(parties: &Parties) -> Response {
    let why = "The television could not get a code from the service. It may be starting, or it refused this client.";
    let next = page::Next { href: "/sandbox/tv", label: "Try again" };
    page::sorry(parties, StatusCode::BAD_GATEWAY, "No signal", why, next)
}

/// An SVG that needs no style of its own; `None` when the text is too long for a QR code.
fn qr_code(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().margin(2).to_str(&code))
}

#[derive(Template)]
#[template(path = "sandbox/pages/television.html")]
struct TelevisionPage<'a> {
    nonce: String,
    tv: &'a Television,
    qr_code: Option<String>,
    wait: u64,
    minutes: u64,
}
