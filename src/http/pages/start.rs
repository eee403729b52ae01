//! `/start/{handle}`: binds this browser to the presentation and leads it to the wallet; or lets it ask the
//! wallet itself ([`by_api`]).

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};
use url::Url;

use super::error::not_served;
use super::look::Look;
use super::page::{Notice, ON_SCRIPT, Page, WAIT_SCRIPT};
use super::pictures::Picture;
use super::visitor::{self, is_prefetch};
use super::{Pages, browser, by_api, handle_of, notices, see_other};
use crate::flow;
use crate::flow::presentation::not_served::NotServed;
use crate::flow::presentation::serve::{Lead, Outline, Visit};
use crate::flow::presentation::ways::{OfferedWallet, OtherWays, WishedWay};
use crate::http::qr;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::transaction_data::Details;

/// The QR code for a wallet on another device. Its script asks whether the wallet has answered, and leads on then.
#[derive(Template)]
#[template(path = "http/pages/templates/scan.html")]
struct ToScan<'a> {
    look: &'a Look,
    drawn: String,
    request: BeforeTheWallet,
}

/// A wallet that is an app. What the browser does where there is none is nothing, so the page says what to do then.
/// Its script leads on when the wallet has answered.
#[derive(Template)]
#[template(path = "http/pages/templates/wallet.html")]
struct OpenApp<'a> {
    look: &'a Look,
    address: &'a str,
    install_url: Option<Url>,
    request: BeforeTheWallet,
}

/// The wallets that the person may choose among.
#[derive(Template)]
#[template(path = "http/pages/templates/choose.html")]
struct ChooseWallet<'a> {
    look: &'a Look,
    wallets: Vec<OfferedWallet>,
    request: BeforeTheWallet,
}

/// What the pages before a wallet say about the request.
struct BeforeTheWallet {
    client_id: String,
    client_name: String,
    claims: Vec<String>,
    agreements: Vec<Details>,
    others: OtherWays,
    seconds_left: u64,
    minutes_left: u64,
    handle: Handle,
    form_value: String,
}

impl BeforeTheWallet {
    fn of(pages: &Pages, handle: &Handle, browser: &Secret, outline: Outline) -> Self {
        let Outline { client_id, client_name, claims, agreements, expires_at, others } = outline;
        let client_name = pages.look.client(&client_id, client_name);
        let seconds_left = expires_at.since(pages.context.now()).as_secs();
        Self {
            client_id,
            client_name,
            claims,
            agreements,
            others,
            seconds_left,
            minutes_left: seconds_left.div_ceil(60).max(1),
            handle: handle.clone(),
            form_value: browser::form_value(browser),
        }
    }
}

/// Shown for a moment on the way to a wallet whose answer needs JavaScript: its script goes on at once, and who has
/// none is told.
#[derive(Template)]
#[template(path = "http/pages/templates/prepare.html")]
struct Prepare<'a> {
    look: &'a Look,
    next: &'a str,
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
    let visit = Visit {
        browser: &browser,
        keeps_cookies: pages.known_browser(&request).is_some(),
        navigates: visitor::navigates(&request),
        is_prepared: says(&request, PREPARED),
        chooses: says(&request, "wallets"),
    };
    if visit.is_prepared && visit.navigates && !visit.keeps_cookies {
        return Err(notices::NO_COOKIES.into());
    }
    match flow::presentation::serve(&pages.context, &handle, visit).await {
        Ok(lead) => Ok(pages.remembered(&browser, led(&pages, &handle, &browser, lead)?)),
        Err(NotServed::OtherBrowser { may_go_on: true }) => {
            let page = go_on_here(&pages, &handle, &browser, true).status(StatusCode::FORBIDDEN);
            Ok(pages.remembered(&browser, page.into_response()))
        }
        Err(why) => instead(&pages, &handle, why),
    }
}

/// Where a person goes on who has just said so on a page of ours: to the wallet at once, which saves a phone a round trip,
/// where that is all that the browser is to do. What is a page is shown at its own address.
pub(super) async fn sent_on(pages: &Pages, request: &Request, handle: &Handle, browser: &Secret) -> Response {
    let visit = Visit {
        browser,
        keeps_cookies: pages.known_browser(request).is_some(),
        navigates: visitor::navigates(request),
        is_prepared: false,
        chooses: false,
    };
    let response = match flow::presentation::serve(&pages.context, handle, visit).await {
        Ok(Lead::ToWallet(wallet)) => see_other(wallet.as_str()),
        Ok(_) | Err(_) => pages.lead_to(&format!("/start/{handle}")),
    };
    pages.remembered(browser, response)
}

/// In the address of who has been looked at.
const PREPARED: &str = "on";

/// Whether the address says so.
fn says(request: &Request, name: &str) -> bool {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').any(|part| part.split('=').next() == Some(name))
}

/// What the browser is shown, or where it is sent.
fn led(pages: &Pages, handle: &Handle, browser: &Secret, lead: Lead) -> Result<Response, Notice> {
    let before = |outline| BeforeTheWallet::of(pages, handle, browser, outline);
    let look = &pages.look;
    Ok(match lead {
        Lead::ToWallet(wallet) => see_other(wallet.as_str()),
        Lead::PostToWallet(address, fields) => pages.post_to_wallet(address.as_str(), &fields),
        Lead::Prepare { needs_script } => prepare(pages, handle, needs_script),
        Lead::AskByApi(asked, outline) => {
            by_api::page(pages, handle, &asked, outline, browser).into_response()
        }
        Lead::Choose(wallets, outline) => {
            let page = ChooseWallet { look, wallets, request: before(outline) };
            shown(pages, &page, page.request.seconds_left, None)
        }
        Lead::OpenApp(url, install_url, outline) => {
            let page = OpenApp { look, address: url.as_str(), install_url, request: before(outline) };
            shown(pages, &page, page.request.seconds_left, Some(WAIT_SCRIPT))
        }
        Lead::Scan(url, outline) => {
            let drawn = qr::svg(url.as_str()).ok_or(notices::UNKNOWN_LINK)?;
            let page = ToScan { look, drawn, request: before(outline) };
            shown(pages, &page, page.request.seconds_left, Some(WAIT_SCRIPT))
        }
    })
}

fn shown(
    pages: &Pages,
    template: &impl Template,
    seconds_left: u64,
    script: Option<&'static str>,
) -> Response {
    let page = Page::new(&pages.look, template).leading_on(&pages.ways_out()).counting_down(seconds_left);
    match script {
        Some(script) => page.with_script(script).into_response(),
        None => page.into_response(),
    }
}

fn prepare(pages: &Pages, handle: &Handle, needs_script: bool) -> Response {
    let next = format!("/start/{handle}?{PREPARED}");
    if !needs_script {
        return pages.lead_to(&next);
    }
    let page = Prepare { look: &pages.look, next: &next };
    Page::new(&pages.look, &page).with_script(ON_SCRIPT).into_response()
}

fn go_on_here(pages: &Pages, handle: &Handle, browser: &Secret, elsewhere: bool) -> Page {
    let (look, form_value) = (pages.look.clone(), browser::form_value(browser));
    let page = GoOnHere { look, elsewhere, handle: handle.clone(), form_value };
    Page::new(&pages.look, &page).leading_on(&pages.ways_out())
}

/// `POST /start/{handle}`: this browser is to go on; or it cannot ask by its API, or the person wants another
/// wallet, or a QR code.
pub async fn go_on(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let handle = known(&request)?;
    let (browser, mut form) = pages.own_form(&mut request).await?;
    let wish = match (form.take("wallet"), form.take("action").as_deref()) {
        (Some(name), _) => WishedWay::Wallet(name),
        (None, Some("scan")) => WishedWay::Scan,
        (None, Some("here")) => {
            return match flow::presentation::serve::go_on_here(&pages.context, &handle, &browser).await {
                Ok(()) => Ok(sent_on(&pages, &request, &handle, &browser).await),
                Err(why) => instead(&pages, &handle, why),
            };
        }
        _ => WishedWay::Redirect,
    };
    let gone_on = flow::presentation::ways::ask_otherwise(&pages.context, &handle, &browser, wish).await;
    match gone_on {
        Ok(()) => Ok(sent_on(&pages, &request, &handle, &browser).await),
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
