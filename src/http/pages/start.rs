//! `/start/{handle}`: binds this browser to the presentation and leads it to the wallet; or lets it ask the
//! wallet itself ([`by_api`]).

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};
use url::Url;

use super::error::not_served;
use super::look::Look;
use super::page::{Notice, Page, WAIT_SCRIPT};
use super::pictures::Picture;
use super::visitor::{self, is_prefetch};
use super::{Pages, browser, by_api, handle_of, notices, see_other};
use crate::flow;
use crate::flow::presentation::serve::{Lead, NotServed, Outline};
use crate::http::qr;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::transaction_data::Details;

/// The QR code for a wallet on another device. Its script asks whether the wallet has answered, and leads on then.
#[derive(Template)]
#[template(path = "http/pages/templates/scan.html")]
struct ToScan {
    look: Look,
    request: String,
    client_id: String,
    client_name: String,
    claims: Vec<String>,
    agreements: Vec<Details>,
    minutes_left: u64,
    handle: Handle,
    form_value: String,
}

/// A wallet that is an app. What the browser does where there is none is nothing, so the page says what to do then.
/// Its script leads on when the wallet has answered.
#[derive(Template)]
#[template(path = "http/pages/templates/wallet.html")]
struct OpenApp<'a> {
    look: &'a Look,
    address: &'a str,
    install_url: Url,
    client_id: String,
    client_name: String,
    claims: Vec<String>,
    agreements: Vec<Details>,
    minutes_left: u64,
}

/// A page before the wallet, for who may be no person, or comes after somebody else. Its button says which
/// browser is to go on.
#[derive(Template)]
#[template(path = "http/pages/templates/go_on_here.html")]
struct GoOnHere {
    look: Look,
    /// Another browser came first.
    elsewhere: bool,
    handle: Handle,
    form_value: String,
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
        Ok(Lead::OpenApp(url, install_url, outline)) => {
            Ok(pages.remembered(&browser, open_app(&pages, &url, install_url, outline).into_response()))
        }
        Ok(Lead::PostToWallet(address, fields)) => {
            Ok(pages.remembered(&browser, pages.post_to_wallet(address.as_str(), &fields)))
        }
        Ok(Lead::AskByApi(asked, outline)) => {
            let page = by_api::page(&pages, &handle, &asked, outline, &browser);
            Ok(pages.remembered(&browser, page.into_response()))
        }
        Ok(Lead::Scan(url, outline)) => {
            let request = qr::svg(url.as_str()).ok_or(notices::UNKNOWN_LINK)?;
            let page = to_scan(&pages, handle, request, outline, browser::form_value(&browser));
            Ok(pages.remembered(&browser, page.into_response()))
        }
        Err(NotServed::OtherBrowser { may_go_on: true }) => {
            let page = go_on_here(&pages, &handle, &browser, true).status(StatusCode::FORBIDDEN);
            Ok(pages.remembered(&browser, page.into_response()))
        }
        Err(why) => instead(&pages, &handle, why),
    }
}

fn go_on_here(pages: &Pages, handle: &Handle, browser: &Secret, elsewhere: bool) -> Page {
    let (look, form_value) = (pages.look.clone(), browser::form_value(browser));
    let page = GoOnHere { look, elsewhere, handle: handle.clone(), form_value };
    Page::new(&pages.look, &page).leading_on(&pages.ways_out())
}

fn open_app(pages: &Pages, address: &Url, install_url: Url, outline: Outline) -> Page {
    let Outline { client_id, client_name, claims, agreements, expires_at } = outline;
    let left = expires_at.since(pages.context.now()).as_secs();
    let (look, address, minutes_left) = (&pages.look, address.as_str(), left.div_ceil(60).max(1));
    let page =
        OpenApp { look, address, install_url, client_id, client_name, claims, agreements, minutes_left };
    Page::new(look, &page).with_script(WAIT_SCRIPT).counting_down(left)
}

fn to_scan(pages: &Pages, handle: Handle, request: String, outline: Outline, form_value: String) -> Page {
    let Outline { client_id, client_name, claims, agreements, expires_at } = outline;
    let left = expires_at.since(pages.context.now()).as_secs();
    let (look, minutes_left) = (pages.look.clone(), left.div_ceil(60).max(1));
    let page = ToScan {
        look,
        request,
        client_id,
        client_name,
        claims,
        agreements,
        minutes_left,
        handle,
        form_value,
    };
    let page = Page::new(&pages.look, &page).leading_on(&pages.ways_out());
    page.with_script(WAIT_SCRIPT).counting_down(left)
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
