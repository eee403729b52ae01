//! `/authorize`: the authorization endpoint (RFC 6749 section 3.1), and the page on which the person sees
//! who asks for what before anything leaves for the wallet. The wallet will name this server only.

use askama::Template;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, Response};
use url::form_urlencoded;

use super::error::AuthorizationRefusal;
use super::look::Look;
use super::page::{Notice, Page};
use super::pictures::Picture;
use super::{Pages, browser, start};
use crate::flow;
use crate::flow::code::authorize::{Arrival, AuthorizationShown, NotAuthorizable};
use crate::flow::code::push::URN;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, MAX_FORM_BYTES};
use crate::http::middleware::rate_limits::TooMany;
use vpgate_core::appearance::message::Message;
use vpgate_core::oauth::authorization_request::AuthorizationParameters;

#[derive(Template)]
#[template(path = "http/pages/templates/authorize.html")]
struct Confirm<'p> {
    look: Look,
    client_id: String,
    /// Who asks, and where the browser returns to.
    who: Message,
    rights: Vec<String>,
    claims: Vec<String>,
    /// The wallet's answer is taken by a page that needs JavaScript: better said before anything is shown.
    needs_script: bool,
    /// The request itself, which comes back with the decision and is checked again.
    parameters: Vec<(&'p str, &'p str)>,
    form_value: String,
}

/// A browser arrives from a client. Nothing is stored yet: anybody can send any browser here.
pub async fn show(pages: Pages, request: Request) -> Result<Response, Notice> {
    count(&pages, &request)?;
    let query = request.uri().query().unwrap_or_default();
    let parameters = parameters(query.as_bytes())?;
    let browser = pages.browser(&request)?;
    let sessions = browser::sessions_with(
        &request,
        &pages.site.public_url,
        parameters.get("client_id").unwrap_or_default(),
    );
    match flow::code::authorize::look_at(&pages.context, &parameters, &sessions).await {
        Ok(Arrival::Answered(home)) => Ok(pages.return_to(&home)),
        Ok(Arrival::Ask(shown)) => {
            let page = confirm(&pages, shown, &parameters, browser::form_value(&browser));
            Ok(pages.remembered(
                &browser,
                Page::new(&pages.look, &page).leading_on(&pages.ways_out()).into_response(),
            ))
        }
        Err(why) => refused(&pages, why),
    }
}

fn count(pages: &Pages, request: &Request) -> Result<(), TooMany> {
    let counted = pages.site.limits.visit(request, pages.context.now());
    counted.inspect_err(|_| pages.context.metrics().limits.add(["authorization_visits"]))
}

/// An authorization request in a form (OpenID Connect Core section 3.1.2.1). The browser is made to come again.
pub async fn take(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    count(&pages, &request)?;
    let parameters = posted(&mut request).await?;
    match flow::code::authorize::keep_posted(&pages.context, &parameters).await {
        Ok(kept) => {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(parameters.get("client_id").map(|id| ("client_id", id)))
                .append_pair("request_uri", &format!("{URN}{}", kept.handle.expose()))
                .finish();
            Ok(pages.lead_to(&format!("/authorize?{query}")))
        }
        Err(why) => refused(&pages, why),
    }
}

/// The parameters of a form that another site may have sent.
pub(super) async fn posted(request: &mut Request) -> Result<AuthorizationParameters, Notice> {
    if !body::has_media_type(request, MEDIA_TYPE) {
        return Err(Notice::unreadable_form(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let body = body::read_bounded(request.take_body(), MAX_FORM_BYTES, None).await;
    let body = body.map_err(|fault| match fault {
        body::BodyFault::TooLarge(_) => Notice::unreadable_form(StatusCode::PAYLOAD_TOO_LARGE),
        body::BodyFault::Unreadable => Notice::unreadable_form(StatusCode::BAD_REQUEST),
    })?;
    parameters(&body)
}

/// "Continue", or "Cancel".
pub async fn decide(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let (browser, mut form) = pages.own_form(&mut request).await?;
    let action = form.take("action");
    let parameters = AuthorizationParameters::new(form.into_pairs(), Vec::new());
    let decided = match action.as_deref() {
        Some("continue") => match flow::code::authorize::go_on(&pages.context, &parameters, &browser).await {
            Ok(handle) => Ok(start::sent_on(&pages, &request, &handle, &browser).await),
            Err(why) => Err(why),
        },
        Some("cancel") => flow::code::authorize::cancel(&pages.context, &parameters)
            .await
            .map(|home| pages.return_to(&home)),
        _ => return Err(Notice::unreadable_form(StatusCode::BAD_REQUEST)),
    };
    decided.or_else(|why| refused(&pages, why))
}

/// The parameters of an address or a form.
pub(super) fn parameters(text: &[u8]) -> Result<AuthorizationParameters, Notice> {
    if text.len() > MAX_FORM_BYTES {
        return Err(Notice::unreadable_form(StatusCode::URI_TOO_LONG));
    }
    let parsed = Form::parse_noting_repeats(text);
    let (form, repeated) = parsed.map_err(|_| Notice::unreadable_form(StatusCode::BAD_REQUEST))?;
    Ok(AuthorizationParameters::new(form.into_pairs(), repeated))
}

fn confirm<'p>(
    pages: &Pages,
    shown: AuthorizationShown,
    parameters: &'p AuthorizationParameters,
    form_value: String,
) -> Confirm<'p> {
    let client = pages.look.client(&shown.client_id, shown.client_name);
    Confirm {
        look: pages.look.clone(),
        client_id: shown.client_id,
        who: Message::new("authorize-who").text("client", client).text("place", shown.returns_to),
        rights: pages.look.rights(shown.scopes.iter(), shown.rights),
        claims: shown.claims,
        needs_script: shown.needs_script,
        parameters: parameters.iter().filter(|(name, _)| !["csrf", "action"].contains(name)).collect(),
        form_value,
    }
}

fn refused(pages: &Pages, why: NotAuthorizable) -> Result<Response, Notice> {
    match AuthorizationRefusal::from(why) {
        AuthorizationRefusal::Notice(notice) => Err(notice),
        AuthorizationRefusal::Return(home) => Ok(pages.return_to(&home)),
    }
}
