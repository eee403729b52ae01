//! `/start/{handle}` for a wallet that is asked by the browser's Digital Credentials API (OpenID4VP 1.0
//! Appendix A), and the answer that its page sends back.

use askama::Template;
use poem::{Request, Response};
use serde_json::Value;

use super::callback::redirect_to;
use super::look::Look;
use super::page::{ASK_SCRIPT, Notice, Page};
use super::pictures::Picture;
use super::{Pages, browser, handle_of, notices};
use crate::flow;
use crate::flow::presentation::serve::Outline;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::response::DcApiResponse;
use vpgate_core::openid4vp::transaction_data::Details;

/// Without JavaScript, or without that API, its primary action is the wallet's ordinary way.
#[derive(Template)]
#[template(path = "http/pages/templates/ask.html")]
struct DcApiPage {
    look: Look,
    /// The requests as a JSON array.
    requests: String,
    client_id: String,
    client_name: String,
    claims: Vec<String>,
    agreements: Vec<Details>,
    handle: Handle,
    form_value: String,
}

/// The page that asks one of `requests`, in this browser.
pub fn page(pages: &Pages, handle: &Handle, requests: &Value, outline: Outline, browser: &Secret) -> Page {
    let Outline { client_id, client_name, claims, agreements, expires_at: _, others: _ } = outline;
    let client_name = pages.look.client(&client_id, client_name);
    let (requests, form_value) = (requests.to_string(), browser::form_value(browser));
    let (look, handle) = (pages.look.clone(), handle.clone());
    let page = DcApiPage { look, requests, client_id, client_name, claims, agreements, handle, form_value };
    Page::new(&pages.look, &page).leading_on(&pages.ways_out()).with_script(ASK_SCRIPT)
}

/// `POST /start/{handle}/answer`: what the API handed to the page. From nobody but that page, in the browser
/// that was shown it (REQ-2.55).
pub async fn accept(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let handle = handle_of(&request).ok_or(notices::NO_OPEN_REQUEST)?;
    let longest = flow::presentation::accept::longest_answer(&pages.context);
    let (browser, mut form) = pages.own_form_of(&mut request, longest).await?;
    let mut text = |name: &str| form.take(name).ok_or(notices::NO_OPEN_REQUEST);
    let handed = DcApiResponse { protocol: text("protocol")?, data: text("data")? };
    Ok(redirect_to(
        &pages,
        flow::presentation::accept::dc_api(&pages.context, &handle, &browser, handed).await?,
    ))
}
