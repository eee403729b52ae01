//! The door of people: pages that work without JavaScript (but `/callback`), on a phone, with a
//! keyboard and with a screen reader.

mod authorize;
mod browser;
mod by_api;
mod callback;
mod device;
mod done;
pub mod page;
mod start;
mod widget;
mod words;

use std::net::IpAddr;
use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response, Route, RouteMethod, get, post};

use self::page::Notice;
use super::PublicUrl;
use super::body::{self, MAX_FORM_BYTES};
use super::client_address::{TrustedProxies, client_address};
use super::client_limits::ClientLimits;
use super::form::{Form, MEDIA_TYPE};
use crate::domain::base::id::Handle;
use crate::domain::base::secret::Secret;
use crate::flow::Vpgate;
use crate::flow::ports::Unavailable;

/// What the pages need.
pub struct HumanDoor {
    vpgate: Arc<Vpgate>,
    public_url: PublicUrl,
    trusted_proxies: TrustedProxies,
    limits: Arc<ClientLimits>,
}

impl HumanDoor {
    /// The pages of `vpgate`.
    pub fn new(
        vpgate: Arc<Vpgate>,
        public_url: PublicUrl,
        trusted_proxies: TrustedProxies,
        limits: Arc<ClientLimits>,
    ) -> Self {
        Self { vpgate, public_url, trusted_proxies, limits }
    }

    /// Their routes.
    pub fn routes(self) -> Route {
        let door = Arc::new(self);
        let start = RouteMethod::new().get(page(&door, start::open)).head(page(&door, start::head));
        let start = start.post(page(&door, start::take_ordinary_way));
        let done = RouteMethod::new().get(page(&door, done::show)).head(page(&door, done::head));
        Route::new()
            .at("/device", get(page(&door, device::show)).post(page(&door, device::decide)))
            .at("/authorize", get(page(&door, authorize::show)).post(page(&door, authorize::take)))
            .at("/authorize/decision", RouteMethod::new().post(page(&door, authorize::decide)))
            .at("/start/:handle", start)
            .at("/start/:handle/answer", RouteMethod::new().post(page(&door, by_api::accept)))
            .at("/start/:handle/qr.svg", get(page(&door, start::qr_code)))
            .at("/callback", get(page(&door, callback::relay)).post(page(&door, callback::accept)))
            .at("/done/:handle/disown", post(page(&door, device::disown_approved)))
            .at("/done/:handle", done.post(page(&door, done::give_up)))
            .at("/vpgate.js", get(page(&door, widget::script)))
            .at("/vpgate.d.ts", get(page(&door, widget::types)))
    }

    /// The secret of the browser: the one it has, or a new one.
    fn browser(&self, request: &Request) -> Result<Secret, Unavailable> {
        match browser::browser_of(request, &self.public_url) {
            Some(known) => Ok(known),
            None => self.vpgate.new_browser(),
        }
    }

    fn client_address(&self, request: &Request) -> Option<IpAddr> {
        client_address(request, &self.trusted_proxies)
    }

    /// A form that carries the hidden value of a page that this browser was shown.
    async fn own_form(&self, request: &mut Request) -> Result<(Secret, Form), Notice> {
        self.own_form_of(request, MAX_FORM_BYTES).await
    }

    /// The same, at most so many bytes long.
    async fn own_form_of(&self, request: &mut Request, limit: usize) -> Result<(Secret, Form), Notice> {
        let (browser, mut form) = self.form_of_known_browser(request, limit).await?;
        if !browser::form_value_fits(&browser, form.take("csrf").as_deref()) {
            return Err(Notice::foreign_form());
        }
        Ok((browser, form))
    }

    /// A form from a browser that has our cookie, as far as the browser says from our own origin.
    async fn form_of_known_browser(
        &self,
        request: &mut Request,
        limit: usize,
    ) -> Result<(Secret, Form), Notice> {
        if browser::from_another_site(request.headers(), &self.public_url) {
            return Err(Notice::foreign_form());
        }
        let browser = browser::browser_of(request, &self.public_url).ok_or_else(Notice::foreign_form)?;
        if !body::has_media_type(request, MEDIA_TYPE) {
            return Err(unreadable_form(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = body::read_bounded(request.take_body(), limit).await.map_err(|fault| match fault {
            body::BodyFault::TooLarge(_) => unreadable_form(StatusCode::PAYLOAD_TOO_LARGE),
            body::BodyFault::Unreadable => unreadable_form(StatusCode::BAD_REQUEST),
        })?;
        let form = Form::parse(&bytes).map_err(|_| unreadable_form(StatusCode::BAD_REQUEST))?;
        Ok((browser, form))
    }

    /// Gives the browser its secret, or lets it live on.
    fn remembered(&self, browser: &Secret, mut response: Response) -> Response {
        if let Ok(cookie) = browser::set_cookie(browser, &self.public_url).parse() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// 303: go there with GET.
fn see_other(location: &str) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish()
}

/// The handle in the path. `None` unless it is one of ours by its form.
fn handle_of(request: &Request) -> Option<Handle> {
    request.raw_path_param("handle").and_then(Handle::parse)
}

/// Whether the browser only looks ahead, and the person has not gone there.
fn is_prefetch(request: &Request) -> bool {
    let says = |name: &str| {
        request.header(name).is_some_and(|purpose| purpose.to_ascii_lowercase().contains("prefetch"))
    };
    says("sec-purpose") || says("purpose") || says("x-moz")
}

pub fn unreadable_form(status: StatusCode) -> Notice {
    Notice::refused(
        status,
        "This could not be read",
        "What your browser sent is not what this page expects. Go back to where you started and begin again.",
    )
}

/// An endpoint from a function that shows a page or refuses with one.
fn page<F, Fut>(door: &Arc<HumanDoor>, show: F) -> impl Endpoint<Output = Response> + use<F, Fut>
where
    F: Fn(Arc<HumanDoor>, Request) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Response, Notice>> + Send,
{
    let door = Arc::clone(door);
    poem::endpoint::make(move |request| {
        let answer = show(Arc::clone(&door), request);
        async move { answer.await.unwrap_or_else(IntoResponse::into_response) }
    })
}
