//! The person with the phone: opens an address, goes on to the sandbox's wallet, and answers there. The
//! scripts call for them at `POST /person`.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{LazyLock, Mutex};

use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, HeaderName, StatusCode};
use poem::web::Form;
use poem::{EndpointExt as _, IntoEndpoint as _, Request, Response, handler, post};
use serde::Deserialize;
use url::Url;

use super::browser::{Browser, Page};

/// Where the scripts find them.
pub const MOUNT: &str = "/person";

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The cookies of browsers, by service and name.
type Cookies = HashMap<(String, String), BTreeMap<String, String>>;

/// Those of the browsers that scripts use again.
static BROWSERS: LazyLock<Mutex<Cookies>> = LazyLock::new(Mutex::default);

#[derive(Deserialize)]
struct Errand {
    /// Where to begin: a `verification_uri_complete`, or where an application sent the browser.
    address: Url,
    /// The wallet's button: `Share` or `Decline`. Or one of the first page. Nothing is pressed without it, and
    /// where the first page is none of the service's, or says that something is wrong.
    answer: Option<String>,
    /// What the wallet does wrong, by the sandbox's name for it.
    fault: Option<String>,
    /// The browser of this name, with its cookies; a new one when left out.
    browser: Option<String>,
}

pub fn endpoint() -> BoxEndpoint<'static> {
    post(act).into_endpoint().map_to_response().boxed()
}

/// Answers with the text of the last page, its status in `Page-Status`, and its address in `Location`.
#[handler]
async fn act(Form(errand): Form<Errand>) -> Response {
    let mut base = errand.address.clone();
    base.set_path("/");
    base.set_query(None);
    // Each at an address of their own, where the service believes its proxy.
    let network = over_http_from(base.clone(), &next_address());
    let mut browser = Browser::new(&network, base.clone());
    let known = errand.browser.clone().map(|name| (base.to_string(), name));
    if let Some(known) = &known {
        browser.cookies = BROWSERS.lock().unwrap().get(known).cloned().unwrap_or_default();
    }
    let page = browser.open(errand.address.as_str()).await;
    let page = match errand.answer.as_deref() {
        Some(answer) if page.url.origin() == base.origin() && page.status.is_success() => {
            answered(&mut browser, page, answer, errand.fault.as_deref()).await
        }
        _ => page,
    };
    if let Some(known) = known {
        BROWSERS.lock().unwrap().insert(known, browser.cookies.clone());
    }
    let response = Response::builder().header("location", page.url.as_str());
    response.header("page-status", page.status.as_u16()).body(page.body)
}

async fn answered(browser: &mut Browser<'_>, page: Page, answer: &str, fault: Option<&str>) -> Page {
    if !matches!(answer, "Share" | "Decline") {
        return browser.press(&page, answer).await;
    }
    // Where a relying party sends the browser there is nothing to confirm.
    let is_there = page.body.contains(">Share<");
    let wallet = if is_there { page } else { browser.press(&page, "Continue").await };
    let filled: Vec<_> = fault.iter().map(|fault| ("fault", *fault)).collect();
    browser.fill_and_press(&wallet, &filled, answer).await
}

/// The way from the person's browser to the service: a connection, and no redirect that it does not see.
pub fn over_http(base: Url) -> BoxEndpoint<'static> {
    through(base, HeaderMap::new())
}

/// The same, as a proxy tells of somebody at that address.
fn over_http_from(base: Url, address: &str) -> BoxEndpoint<'static> {
    through(base, HeaderMap::from_iter([(FORWARDED_FOR, address.parse().unwrap())]))
}

/// Another one for every person, of the addresses for documentation (RFC 5737).
fn next_address() -> String {
    static PEOPLE: AtomicU8 = AtomicU8::new(0);
    format!("203.0.113.{}", PEOPLE.fetch_add(1, Ordering::Relaxed))
}

#[expect(clippy::disallowed_methods, reason = "the person is a client of the service, not a part of it")]
fn through(base: Url, headers: HeaderMap) -> BoxEndpoint<'static> {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let client = client.default_headers(headers).build().unwrap();
    let forward = move |request: Request| {
        let (client, base) = (client.clone(), base.clone());
        async move {
            let (parts, body) = request.into_parts();
            let url = base.join(&parts.uri.to_string()).unwrap();
            let sent = client.request(parts.method, url).headers(parts.headers);
            let answer = sent.body(body.into_bytes().await.unwrap()).send().await.unwrap();
            let mut response = Response::default();
            response.set_status(StatusCode::from_u16(answer.status().as_u16()).unwrap());
            response.headers_mut().clone_from(answer.headers());
            response.set_body(answer.bytes().await.unwrap());
            Ok::<_, poem::Error>(response)
        }
    };
    poem::endpoint::make(forward).boxed()
}
