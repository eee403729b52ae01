//! `/logout`: a person is signed out (RP-Initiated Logout 1.0 section 2), after a question where nobody vouches for
//! who asks.

use askama::Template;
use poem::http::{StatusCode, header};
use poem::{IntoResponse, Request, Response};

use super::authorize::{parameters, posted};
use super::look::Look;
use super::page::{Notice, Page, Tone};
use super::pictures::Picture;
use super::{Pages, browser};
use crate::flow;
use crate::flow::session::logout::SignOut;
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::authorization_request::AuthorizationParameters;
use vpgate_core::oauth::redirect::ReturnUrl;

#[derive(Template)]
#[template(path = "http/pages/templates/logout.html")]
struct AskSignOut<'p> {
    look: Look,
    client_name: Option<String>,
    /// The request itself, which comes back with the decision and is checked again.
    parameters: Vec<(&'p str, &'p str)>,
    form_value: String,
}

#[derive(Template)]
#[template(path = "http/pages/templates/signed_out.html")]
struct SignedOut {
    look: Look,
}

/// A browser arrives.
pub async fn show(pages: Pages, request: Request) -> Result<Response, Notice> {
    let query = request.uri().query().unwrap_or_default();
    let parameters = parameters(query.as_bytes())?;
    let arriving = Arriving::of(&pages, &request)?;
    arrived(&pages, arriving, &parameters).await
}

/// The same in a form. One of another site brings no cookies with it: then the ID token in it says which session
/// is meant.
pub async fn take(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let arriving = Arriving::of(&pages, &request)?;
    let parameters = posted(&mut request).await?;
    arrived(&pages, arriving, &parameters).await
}

/// Which browser it is, and which sessions it has, by the names of their cookies.
struct Arriving {
    browser: Secret,
    names: Vec<String>,
    shown: Vec<Secret>,
}

impl Arriving {
    fn of(pages: &Pages, request: &Request) -> Result<Self, Notice> {
        pages.site.limits.visit(request, pages.context.now())?;
        let (names, shown) = sessions(pages, request);
        Ok(Self { browser: pages.browser(request)?, names, shown })
    }
}

async fn arrived(
    pages: &Pages,
    Arriving { browser, names, shown }: Arriving,
    parameters: &AuthorizationParameters,
) -> Result<Response, Notice> {
    match flow::session::look_at(&pages.context, parameters, &shown).await? {
        SignOut::Done(home) => Ok(signed_out(pages, &names, home)),
        SignOut::Ask { client } => {
            let client_name = client.map(|(id, name)| pages.look.client(&id, name));
            let page = AskSignOut {
                look: pages.look.clone(),
                client_name,
                parameters: parameters.iter().collect(),
                form_value: browser::form_value(&browser),
            };
            let page = Page::new(&pages.look, &page).leading_on(&pages.ways_out());
            Ok(pages.remembered(&browser, page.into_response()))
        }
    }
}

/// "Sign out", or "Stay signed in".
pub async fn decide(pages: Pages, mut request: Request) -> Result<Response, Notice> {
    let (_, mut form) = pages.own_form(&mut request).await?;
    match form.take("action").as_deref() {
        Some("sign_out") => {}
        Some("stay") => {
            return Ok(Notice::plain(Tone::Plain, "still-signed-in").shown(&pages.look));
        }
        _ => return Err(Notice::unreadable_form(StatusCode::BAD_REQUEST)),
    }
    let parameters = AuthorizationParameters::new(form.into_pairs(), Vec::new());
    let (names, shown) = sessions(&pages, &request);
    let home = flow::session::sign_out(&pages.context, &parameters, &shown).await?;
    Ok(signed_out(&pages, &names, home))
}

fn sessions(pages: &Pages, request: &Request) -> (Vec<String>, Vec<Secret>) {
    browser::sessions(request, &pages.site.public_url).into_iter().unzip()
}

fn signed_out(pages: &Pages, names: &[String], home: Option<ReturnUrl>) -> Response {
    let mut response = match home {
        Some(home) => pages.return_to(&home),
        None => Page::new(&pages.look, &SignedOut { look: pages.look.clone() }).into_response(),
    };
    for name in names {
        if let Ok(cookie) = browser::forget_session(name, &pages.site.public_url).parse() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
