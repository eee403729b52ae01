//! `/start/{handle}`: binds this browser to the presentation and leads it to the wallet; or lets it ask the
//! wallet itself ([`by_api`]).

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};

use super::error::not_served;
use super::page::{Notice, POST_SCRIPT, Page};
use super::visitor::{self, is_prefetch};
use super::{Pages, browser, by_api, handle_of, notices, see_other};
use crate::flow;
use crate::flow::presentation::serve::{Lead, NotServed, Outline};
use crate::http::qr;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::transaction_data::Details;

/// The QR code for a wallet on another device. The page asks for itself again every few seconds, and leads
/// on when the wallet has answered.
#[derive(Template)]
#[template(path = "http/pages/templates/scan.html")]
struct ToScan {
    base: Arc<str>,
    request: String,
    client_name: String,
    claims: Vec<String>,
    agreements: Vec<Details>,
    until: String,
    handle: Handle,
    form_value: String,
}

/// A page before the wallet, for who may be no person, or comes after somebody else. Its button says which
/// browser is to go on.
#[derive(Template)]
#[template(path = "http/pages/templates/go_on_here.html")]
struct GoOnHere {
    base: Arc<str>,
    /// Another browser came first.
    elsewhere: bool,
    handle: Handle,
    form_value: String,
}

/// A form that the browser brings to the wallet. Its script presses the button.
#[derive(Template)]
#[template(path = "http/pages/templates/post.html")]
struct Post {
    address: String,
    fields: Vec<(String, String)>,
}

/// Off to the wallet. A browser that only looks ahead must not become the owner of the request.
pub async fn open(pages: Pages, request: Request) -> Result<Response, Notice> {
    if is_prefetch(&request) {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into());
    }
    let handle = known(&request)?;
    let browser = pages.browser(&request)?;
    // A link preview or a scanner must not become the owner of the request either. A person whom we mistake
    // for one presses the button.
    if !visitor::is_a_person(&request) && pages.known_browser(&request).is_none() {
        return Ok(pages.remembered(&browser, go_on_here(&pages, &handle, &browser, false).into_response()));
    }
    match flow::presentation::serve(&pages.context, &handle, &browser).await {
        Ok(Lead::ToWallet(wallet)) => Ok(pages.remembered(&browser, see_other(wallet.as_str()))),
        Ok(Lead::PostToWallet(address, fields)) => {
            let page = Page::new(&Post { address: address.into(), fields }).leading_on(&pages.ways_out());
            Ok(pages.remembered(&browser, page.with_script(POST_SCRIPT).into_response()))
        }
        Ok(Lead::AskByApi(asked, outline)) => {
            let page = by_api::page(&pages, &handle, &asked, outline, &browser);
            Ok(pages.remembered(&browser, page.into_response()))
        }
        Ok(Lead::Scan(url, outline)) => {
            let request = qr::svg(url.as_str()).ok_or(notices::UNKNOWN_LINK)?;
            let Outline { client_name, claims, agreements, expires_at } = outline;
            let until = expires_at.rfc3339();
            let (base, form_value) = (pages.base(), browser::form_value(&browser));
            let page = ToScan { base, request, client_name, claims, agreements, until, handle, form_value };
            Ok(pages.remembered(&browser, Page::new(&page).leading_on(&pages.ways_out()).into_response()))
        }
        Err(NotServed::OtherBrowser { may_go_on: true }) => {
            let page = go_on_here(&pages, &handle, &browser, true).status(StatusCode::FORBIDDEN);
            Ok(pages.remembered(&browser, page.into_response()))
        }
        Err(why) => instead(&pages, &handle, why),
    }
}

fn go_on_here(pages: &Pages, handle: &Handle, browser: &Secret, elsewhere: bool) -> Page {
    let (base, form_value) = (pages.base(), browser::form_value(browser));
    let page = GoOnHere { base, elsewhere, handle: handle.clone(), form_value };
    Page::new(&page).leading_on(&pages.ways_out())
}

/// `POST /start/{handle}`: this browser is to go on; or it cannot ask by its API, or the person wants another
/// wallet.
pub async fn go_on(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let handle = known(&request)?;
    let (browser, mut form) = pages.own_form(&mut request).await?;
    let gone_on = match form.take("action").as_deref() {
        Some("here") => flow::presentation::serve::go_on_here(&pages.context, &handle, &browser).await,
        _ => flow::presentation::serve::fall_back_to_redirect(&pages.context, &handle, &browser).await,
    };
    match gone_on {
        Ok(()) => Ok(pages.lead_to(&format!("/start/{handle}"))),
        Err(why) => instead(&pages, &handle, why),
    }
}

/// What is shown to a browser that is not led on.
fn instead(pages: &Pages, handle: &Handle, why: NotServed) -> Result<Response, Notice> {
    match not_served(why) {
        Some(notice) => Err(notice),
        None => Ok(pages.lead_to(&format!("/done/{handle}"))),
    }
}

/// `HEAD` says no more than that such an address could exist, and binds nobody.
pub async fn head(_pages: Pages, request: Request) -> Result<Response, Notice> {
    known(&request).map(|_| Response::default())
}

/// The address of this request as a QR code. Drawn from the address alone: it tells nobody whether
/// there is such a request.
pub async fn qr_code(pages: Pages, request: Request) -> Result<Response, Notice> {
    let address = pages.site.public_url.at(&format!("/start/{}", known(&request)?));
    let drawn = qr::svg(&address).ok_or(notices::UNKNOWN_LINK)?;
    Ok(Response::builder()
        .content_type("image/svg+xml")
        .header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        .body(drawn))
}

fn known(request: &Request) -> Result<Handle, Notice> {
    Ok(handle_of(request).ok_or(notices::UNKNOWN_LINK)?)
}
