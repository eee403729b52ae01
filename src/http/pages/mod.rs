//! The pages of people: pages that work without JavaScript (but `/callback`), on a phone, with a
//! keyboard and with a screen reader.

mod authorize;
mod brand;
mod browser;
mod by_api;
mod callback;
mod device;
mod done;
pub mod error;
mod logout;
pub mod look;
mod notices;
pub mod page;
mod pictures;
mod start;
mod trouble;
mod visitor;
mod way_home;
mod ways_out;
mod widget;

use std::sync::Arc;

use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, Request, Response, Route, RouteMethod};

use self::look::Look;
use self::page::Notice;
use super::PublicUrl;
use super::form::{Form, MEDIA_TYPE};
use super::middleware::body::{self, MAX_FORM_BYTES};
use super::middleware::client_address::ClientAddresses;
use super::middleware::rate_limits::RateLimits;
use crate::flow;
use crate::flow::context::Context;
use crate::flow::discovery;
use crate::flow::ports::Unavailable;
use crate::flow::session::answer::SessionCookie;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;

/// Every page with its methods: the router and the table of routes are made from this one list.
macro_rules! pages {
    ($($path:literal => { $($method:ident $show:path),+ })+) => {
        /// Every route with its methods.
        pub const ROUTES: &[(&str, &[&str])] = &[$(($path, &[$(stringify!($method)),+])),+];

        fn router(site: &Arc<Site>) -> Route {
            Route::new()$(.at($path, RouteMethod::new()$(.$method(page(site, $show)))+))+
        }
    };
}

pages! {
    "/device" => { get device::show, post device::decide }
    "/authorize" => { get authorize::show, post authorize::take }
    "/authorize/decision" => { post authorize::decide }
    "/logout" => { get logout::show, post logout::take }
    "/logout/decision" => { post logout::decide }
    "/start/:handle" => { get start::open, head start::head, post start::go_on }
    "/start/:handle/answer" => { post by_api::accept }
    "/start/:handle/qr.svg" => { get start::qr_code }
    "/callback" => { get callback::relay, post callback::accept }
    "/done/:handle" => { get done::show, head done::head, post done::give_up }
    "/done/:handle/waiting" => { get done::waiting }
    "/done/:handle/disown" => { post device::deny_approved }
    "/brand/:name" => { get brand::picture }
    "/favicon.ico" => { get brand::icon }
    "/vpgate.js" => { get widget::script }
    "/vpgate.d.ts" => { get widget::types }
}

/// What the pages need as long as the program runs.
struct Site {
    public_url: PublicUrl,
    addresses: ClientAddresses,
    limits: Arc<RateLimits>,
}

/// The pages, for one request.
pub struct Pages {
    context: Context,
    site: Arc<Site>,
    look: Look,
}

/// The routes of all pages.
pub fn routes(public_url: PublicUrl, addresses: ClientAddresses, limits: Arc<RateLimits>) -> Route {
    router(&Arc::new(Site { public_url, addresses, limits }))
}

impl Pages {
    /// The secret of the browser: the one it has, or a new one.
    fn browser(&self, request: &Request) -> Result<Secret, Unavailable> {
        match self.known_browser(request) {
            Some(known) => Ok(known),
            None => flow::browsers::new(&self.context),
        }
    }

    /// The secret that this browser was given. `None` when it has none that came from us.
    fn known_browser(&self, request: &Request) -> Option<Secret> {
        browser::shown_by(request, &self.site.public_url)
            .find(|shown| flow::browsers::is_ours(&self.context, shown))
    }

    /// On to a page of ours, named by its path below the public address.
    fn lead_to(&self, own_path: &str) -> Response {
        see_other(&format!("{}{own_path}", self.site.public_url.path()))
    }

    /// Where forms may lead besides here.
    fn ways_out(&self) -> String {
        let any_loopback = discovery::leads_to_any_loopback(&self.context);
        ways_out::sources(discovery::addresses_of_others(&self.context), any_loopback)
    }

    fn client_address(&self, request: &Request) -> ClientAddress {
        self.site.addresses.of(request)
    }

    /// A form that carries the hidden value of a page that this browser was shown.
    async fn own_form(&self, request: &mut Request) -> Result<(Secret, Form), Notice> {
        self.own_form_of(request, MAX_FORM_BYTES).await
    }

    /// A form of our own page, at most so many bytes long.
    async fn own_form_of(&self, request: &mut Request, limit: usize) -> Result<(Secret, Form), Notice> {
        let (browser, mut form) = self.form_of_known_browser(request, limit).await?;
        if !browser::form_value_fits(&browser, form.take("csrf").as_deref()) {
            return Err(notices::FOREIGN_FORM.into());
        }
        Ok((browser, form))
    }

    /// A form from a browser that has our cookie, as far as the browser says from our own origin.
    async fn form_of_known_browser(
        &self,
        request: &mut Request,
        limit: usize,
    ) -> Result<(Secret, Form), Notice> {
        if browser::from_another_site(request.headers(), &self.site.public_url) {
            return Err(notices::FOREIGN_FORM.into());
        }
        let browser = self.known_browser(request).ok_or(notices::FOREIGN_FORM)?;
        if !body::has_media_type(request, MEDIA_TYPE) {
            return Err(Notice::unreadable_form(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let from = self.site.addresses.of(request).counted();
        let bytes =
            body::read_bounded(request.take_body(), limit, from).await.map_err(|fault| match fault {
                body::BodyFault::TooLarge(_) => Notice::unreadable_form(StatusCode::PAYLOAD_TOO_LARGE),
                body::BodyFault::Unreadable => Notice::unreadable_form(StatusCode::BAD_REQUEST),
            })?;
        let form = Form::parse(&bytes).map_err(|_| Notice::unreadable_form(StatusCode::BAD_REQUEST))?;
        Ok((browser, form))
    }

    /// Gives the browser the secret of a session.
    fn signed_in(&self, session: &SessionCookie, mut response: Response) -> Response {
        if let Ok(cookie) = browser::set_session(session, &self.site.public_url).parse() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Gives the browser its secret, or lets it live on.
    fn remembered(&self, browser: &Secret, mut response: Response) -> Response {
        if let Ok(cookie) = browser::set_cookie(browser, &self.site.public_url).parse() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// 303: go there with GET. For pages of ours there is [`Pages::lead_to`].
fn see_other(location: &str) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish()
}

/// The handle in the path. `None` unless it is one of ours by its form.
fn handle_of(request: &Request) -> Option<Handle> {
    request.raw_path_param("handle").and_then(Handle::parse)
}

/// An endpoint from a function that shows a page or refuses with one.
fn page<F, Fut>(site: &Arc<Site>, show: F) -> impl Endpoint<Output = Response> + use<F, Fut>
where
    F: Fn(Pages, Request) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Response, Notice>> + Send,
{
    let site = Arc::clone(site);
    poem::endpoint::make(move |request| {
        let site = Arc::clone(&site);
        let given = request.data::<Context>().cloned().zip(request.data::<Look>().cloned());
        let pages = given.map(|(context, look)| Pages { context, look, site: Arc::clone(&site) });
        let look = pages.as_ref().map(|pages| pages.look.clone()).unwrap_or_default();
        let is_a_form = request.method() == Method::POST;
        // On the heap: where an answer is judged the future is large, and each layer around it would move it.
        let answer = pages.map(|pages| Box::pin(show(pages, request)));
        async move {
            let answer = match answer {
                Some(answer) => answer.await,
                None => Err(Unavailable::new("the middleware", "a request came without its context").into()),
            };
            let mut response = answer.unwrap_or_else(|notice| {
                let notice = if is_a_form { notice.after_a_form() } else { notice };
                notice.shown(&look)
            });
            if look.is_to_be_remembered()
                && let Ok(cookie) = browser::set_language(look.lang(), &site.public_url).parse()
            {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use vpgate_core::appearance::languages::own_catalogue;

    /// The templates and the code of the pages, without their tests.
    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|it| it == "rs" || it == "html") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push_str(text.split("#[cfg(test)]").next().unwrap());
            }
        }
    }

    #[test]
    fn every_message_that_a_page_says_is_in_the_catalogues_and_no_other() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut pages = String::new();
        sources(&root.join("src/http/pages"), &mut pages);
        let english = std::fs::read_to_string(root.join("core/src/appearance/catalogues/en.ftl")).unwrap();
        let ids: Vec<&str> = english
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" = "))
            .map(|(id, _)| id)
            .collect();
        // What is being agreed to says its messages itself; so do amounts and dates.
        let mut others = std::fs::read_to_string(root.join("core/src/appearance/languages.rs")).unwrap();
        others += &std::fs::read_to_string(root.join("core/src/appearance/claim_name.rs")).unwrap();
        sources(&root.join("core/src/openid4vp/transaction_data"), &mut others);
        for id in &ids {
            let quoted = |id: &str| format!("\"{id}\"");
            let said = |id: &str| pages.contains(&quoted(id)) || others.contains(&quoted(id));
            let with_its_title = id.strip_suffix("-text").is_some_and(said);
            assert!(said(id) || with_its_title, "no page says {id}");
        }
        let mut calls = 0;
        for call in [
            "say(\"",
            "with(\"",
            "counted(\"",
            "Message::new(\"",
            "plain(Tone::Good, \"",
            "plain(Tone::Plain, \"",
        ] {
            for after in pages.split(call).skip(1) {
                let id = after.split('"').next().unwrap();
                assert!(
                    own_catalogue(&format!("{id} = x")).is_ok(),
                    "a page says {id}, which no catalogue has"
                );
                calls += 1;
            }
        }
        assert!(calls > 60, "the walk found only {calls} calls");
    }
}
