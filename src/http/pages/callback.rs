//! `/callback`: the redirect URI of fragment responses (OpenID4VP 1.0 section 5.6).
//!
//! A fragment never reaches a server. The page takes it out of the address bar and the history and
//! posts it here; only the browser that was sent to the wallet is listened to.

use askama::Template;
use poem::{IntoResponse, Request, Response};

use super::browser::from_another_site;
use super::look::Look;
use super::page::{Notice, Page, RELAY_SCRIPT};
use super::pictures::Picture;
use super::{Pages, notices};
use crate::flow;
use crate::flow::presentation::end::Ending;
use crate::http::form::Form;
use vpgate_core::openid4vp::response::ResponseParameters;

#[derive(Template)]
#[template(path = "http/pages/templates/callback.html")]
struct Relay {
    look: Look,
}

/// The page that relays the fragment. A presentation in the query has already been seen by logs and
/// histories, so it is never accepted (REQ-2.5).
pub async fn relay(pages: Pages, request: Request) -> Result<Response, Notice> {
    let query = request.uri().query().unwrap_or_default();
    let in_query = Form::parse(query.as_bytes()).map_or(true, |parameters| parameters.has("vp_token"));
    if in_query {
        return Err(notices::UNSAFE_ANSWER.into());
    }
    Ok(Page::new(&pages.look, &Relay { look: pages.look.clone() })
        .leading_on(&pages.ways_out())
        .with_script(RELAY_SCRIPT)
        .into_response())
}

/// The answer itself.
pub async fn accept(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    if pages.known_browser(&request).is_none()
        && !from_another_site(request.headers(), &pages.site.public_url)
    {
        return Err(notices::ANSWER_IN_ANOTHER_BROWSER.into());
    }
    let longest = flow::presentation::accept::longest_answer(&pages.context);
    let (browser, mut form) = pages.form_of_known_browser(&mut request, longest).await?;
    let state = form.take("state").ok_or(notices::NO_OPEN_REQUEST)?;
    let parameters = ResponseParameters {
        vp_token: form.take("vp_token"),
        error: form.take("error"),
        error_description: form.take("error_description"),
        iss: form.take("iss"),
    };
    Ok(redirect_to(
        &pages,
        flow::presentation::accept::fragment(&pages.context, &browser, &state, parameters).await?,
    ))
}

/// Where an ending leads.
pub fn redirect_to(pages: &Pages, ending: Ending) -> Response {
    match ending {
        Ending::Done(handle) => pages.lead_to(&format!("/done/{handle}")),
        Ending::Return(url) => pages.return_to(&url),
        Ending::SignedIn(url, session) => pages.signed_in(&session, pages.return_to(&url)),
    }
}
