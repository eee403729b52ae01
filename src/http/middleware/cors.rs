//! Pages of other origins as OAuth clients (Fetch standard, section 3.2 "CORS protocol").
//!
//! A page of a public client may read what the endpoints answer that such a client calls, when its origin is
//! among the client's `origins`. What is the same for everybody, metadata and keys, everybody may read. No
//! cookies, no other path, no other client: the authorization endpoint in particular says nothing about origins
//! (OAuth 2.0 Security BCP 2.6).

use std::sync::{Arc, OnceLock};

use poem::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use poem::{Request, Response};

use crate::flow::context::Context;
use crate::flow::discovery;
use vpgate_core::oauth::client::Client;

/// Whose pages may read what a path answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PagesAllowed {
    /// Those of the client that asks.
    OwnOrigins,
    /// All pages.
    Everybody,
}

/// The paths that pages of other origins may read, each with the methods it answers to.
const PATHS: [(&str, &[&str], PagesAllowed); 12] = [
    ("/device_authorization", &["POST"], PagesAllowed::OwnOrigins),
    ("/par", &["POST"], PagesAllowed::OwnOrigins),
    ("/token", &["POST"], PagesAllowed::OwnOrigins),
    ("/userinfo", &["GET", "POST"], PagesAllowed::OwnOrigins),
    ("/revoke", &["POST"], PagesAllowed::OwnOrigins),
    ("/jwks.json", &["GET"], PagesAllowed::Everybody),
    ("/receipts/jwks.json", &["GET"], PagesAllowed::Everybody),
    ("/.well-known/oauth-authorization-server", &["GET"], PagesAllowed::Everybody),
    ("/.well-known/openid-configuration", &["GET"], PagesAllowed::Everybody),
    ("/openapi.json", &["GET"], PagesAllowed::Everybody),
    ("/openapi.yaml", &["GET"], PagesAllowed::Everybody),
    ("/schemas/device_authorization.json", &["GET"], PagesAllowed::Everybody),
];
/// What a page may send besides what every form may: its access token, a proof of its key (RFC 9449), and how long an
/// answer may wait (RFC 7240).
const REQUEST_HEADERS: &str = "authorization, content-type, dpop, prefer";
/// What a page may read besides what every page may: when to come back, how to authenticate, and what
/// the next proof needs.
const RESPONSE_HEADERS: &str = "retry-after, www-authenticate, dpop-nonce";
/// How long a browser need not ask again, in seconds: as long as the metadata is kept.
const MAX_AGE_SECONDS: u32 = 300;

/// The longest origin that is logged, in bytes.
const MAX_ORIGIN: usize = 256;

/// One request to one of [`PATHS`].
pub struct OriginVisit {
    methods: &'static [&'static str],
    readers: PagesAllowed,
    /// Of a page of some clients, if it has one.
    origin: Option<KnownOrigin>,
    /// One that is nobody's, of a page elsewhere.
    stranger: Option<String>,
}

/// An origin, and whose it is.
struct KnownOrigin {
    /// As it was sent.
    value: HeaderValue,
    /// The identifiers of its clients.
    clients: Vec<String>,
    /// Which client it turned out to be.
    noted: Arc<NotedClient>,
}

/// Which client a request turned out to be from. The form that says so is read long after the headers.
#[derive(Debug, Default)]
struct NotedClient(OnceLock<String>);

/// Remembers with the request which client it is from.
pub fn note_client(request: &Request, client: &Client) {
    if let Some(noted) = request.data::<Arc<NotedClient>>() {
        // A request has one client; a second note would be the same.
        let _known = noted.0.set(client.id.clone());
    }
}

/// What to know about a request before it is answered. `None`: its path is not for other origins.
pub fn visit(context: &Context, request: &mut Request) -> Option<OriginVisit> {
    let (_, methods, readers) = PATHS.iter().find(|(path, ..)| *path == request.uri().path())?;
    let clients_of = |origin: &HeaderValue| {
        let clients = discovery::clients_of_origin(context, origin.to_str().ok()?);
        let known = |clients| KnownOrigin { value: origin.clone(), clients, noted: Arc::default() };
        (!clients.is_empty()).then(|| known(clients))
    };
    let origin = only(request.headers()).and_then(clients_of);
    let elsewhere = matches!(request.header("sec-fetch-site"), Some("cross-site" | "same-site"));
    let stranger =
        only(request.headers()).and_then(|it| it.to_str().ok()).filter(|it| it.len() <= MAX_ORIGIN);
    let stranger = stranger.filter(|_| elsewhere && origin.is_none()).map(str::to_owned);
    if let Some(origin) = &origin {
        request.set_data(Arc::clone(&origin.noted));
    }
    Some(OriginVisit { methods, readers: *readers, origin, stranger })
}

impl OriginVisit {
    /// Lets the page read the answer, if it may. One that belongs to no client, because nobody was
    /// authenticated, may be read from every known origin: whoever embeds the widget should see why.
    pub fn allow_reading(&self, response: &mut Response) {
        let headers = response.headers_mut();
        if self.readers == PagesAllowed::Everybody {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            return;
        }
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        let Some(KnownOrigin { value, clients, noted }) = &self.origin else {
            if let Some(origin) = &self.stranger {
                tracing::info!(
                    origin,
                    "a page cannot read the answer: its origin is not in clients[].origins"
                );
            }
            return;
        };
        if noted.0.get().is_none_or(|id| clients.contains(id)) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value.clone());
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
        }
    }

    /// The answer to a preflight: a browser asks whether a page of a known origin may send something.
    /// Which client it will be is not known yet, so this permits to ask, not to read.
    pub fn preflight(&self, request: &Request) -> Option<Response> {
        let asked = request.header(header::ACCESS_CONTROL_REQUEST_METHOD.as_str())?;
        let known = self.readers == PagesAllowed::Everybody || self.origin.is_some();
        if request.method() != Method::OPTIONS || !known || !self.methods.contains(&asked) {
            return None;
        }
        let answer = Response::builder()
            .status(StatusCode::NO_CONTENT)
            .header(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.join(", "))
            .header(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
            .header(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        Some(answer.finish())
    }
}

/// The `Origin` header; a request with two says nothing.
fn only(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.next().filter(|_| origins.next().is_none())
}
