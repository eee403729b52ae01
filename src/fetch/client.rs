//! The one HTTP client: https only, public addresses only, bounded in time and size. Redirects are followed
//! for status lists alone, each hop under the same guard. JWKS (RFC 7517), issuer metadata (SD-JWT VC section
//! 4.2: a 200), DID documents and wallet metadata stay where their names lead: whoever can redirect one could
//! choose the keys.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use tracing::Instrument as _;
use url::{Host, Url};

use super::reach::{LeadsInside, NoReach, Reach};
use crate::metrics::{Metrics, Stopwatch};
use crate::spans;
use vpgate_core::base::time::Timestamp;

/// Long enough for a distant server, short enough for a person who waits.
const CONNECT: Duration = Duration::from_secs(3);
/// From the name to the last byte.
const TOTAL: Duration = Duration::from_secs(10);
/// How long a person waits for a document: as long as a fetch may take.
pub const PATIENCE: Duration = TOTAL;
/// The most redirects that are followed, where any are.
const MOST_REDIRECTS: usize = 3;
/// What is fetched from wallets, which learn nothing of who else asked.
const WALLETS: [&str; 2] = ["wallet_metadata", "pushed_request"];
/// So much of an answer that nobody wants is read, in bytes: beyond it a new connection costs less.
const MOST_DROPPED: usize = 64 << 10;

/// Fetches documents from servers that are named in configuration, or by an issuer that is.
#[derive(Clone, Debug)]
pub struct FetchClient {
    way: Arc<RwLock<WayOut>>,
    connect: Duration,
    total: Duration,
    metrics: Arc<Metrics>,
    /// What is fetched, and the host that it is counted for; the host of the address when left out.
    kind: &'static str,
    on_behalf_of: Option<Arc<str>>,
}

/// The library's client, and how far it reaches. Whoever has begun keeps it.
#[derive(Clone, Debug)]
struct WayOut {
    http: reqwest::Client,
    reach: Arc<Reach>,
}

/// A document that was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The bytes of the document, at most as many as were asked for.
    pub body: Vec<u8>,
    /// Which of the media types that were asked for it has.
    pub media_type: String,
    /// How long the server says it stays good; zero when it says not to keep it.
    pub max_age: Option<Duration>,
}

/// How a message was answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Posted {
    /// The status (RFC 9110 section 15).
    pub status: u16,
    /// The header `Retry-After`, as it came.
    pub retry_after: Option<String>,
}

/// An answer that is not read.
#[derive(Debug)]
pub struct Probed {
    /// Its status.
    pub status: u16,
    /// What time it is there.
    pub date: Option<Timestamp>,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchFault {
    /// Not https, or a name or address that leads inside.
    #[error("the address is not a public https address")]
    Refused,
    /// Nobody answered in time, or not in HTTP.
    #[error("no answer")]
    NoAnswer(#[source] reqwest::Error),
    /// Somebody answered, with a certificate that is not for the name, or not by an authority that counts.
    #[error("its TLS certificate is refused ({0}); private authorities belong in [fetch] ca_file")]
    Certificate(String),
    /// No answer in time, with all its redirects.
    #[error("no answer in time")]
    Slow,
    /// Another status than was due. A redirect too, where none is followed.
    #[error("status {0}")]
    Status(u16),
    /// Another media type than asked for.
    #[error("the answer has another media type than was asked for")]
    MediaType,
    /// More than was asked for.
    #[error("the answer is too long")]
    TooLong,
    /// Sent on too often, or to nowhere.
    #[error("the server sends us on and on, or does not say where to")]
    Redirects,
}

impl FetchFault {
    /// As metrics call it.
    fn name(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NoAnswer(_) => "no_answer",
            Self::Certificate(_) => "certificate",
            Self::Slow => "slow",
            Self::Status(_) => "status",
            Self::MediaType => "media_type",
            Self::TooLong => "too_long",
            Self::Redirects => "redirects",
        }
    }

    /// Whether time may heal it: the server does not answer, or says that it is in trouble. Everything else
    /// is a mistake of whoever publishes the document.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NoAnswer(_) | Self::Certificate(_) | Self::Slow => true,
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Refused | Self::MediaType | Self::TooLong | Self::Redirects => false,
        }
    }
}

impl FetchClient {
    /// A client that connects to public addresses; to loopback too when `allow_loopback`.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(allow_loopback: bool) -> Result<Self, NoReach> {
        Self::with_timeouts(allow_loopback, CONNECT, TOTAL)
    }

    /// A client that reaches so far.
    ///
    /// # Errors
    /// [`NoReach`]
    pub fn reaching(reach: Reach) -> Result<Self, NoReach> {
        Self::bounded(reach, CONNECT, TOTAL)
    }

    pub(super) fn with_timeouts(
        allow_loopback: bool,
        connect: Duration,
        total: Duration,
    ) -> Result<Self, NoReach> {
        Self::bounded(Reach { allow_loopback, ..Reach::default() }, connect, total)
    }

    fn bounded(reach: Reach, connect: Duration, total: Duration) -> Result<Self, NoReach> {
        Ok(Self {
            way: Arc::new(RwLock::new(WayOut::new(reach, connect, total)?)),
            connect,
            total,
            metrics: Arc::default(),
            kind: "other",
            on_behalf_of: None,
        })
    }

    /// From now on this client, and every one that was made of it, reaches so far. Requests under way are finished.
    ///
    /// # Errors
    /// [`NoReach`]; nothing changes.
    pub fn reach(&self, reach: Reach) -> Result<(), NoReach> {
        let way = WayOut::new(reach, self.connect, self.total)?;
        *self.way.write().unwrap_or_else(PoisonError::into_inner) = way;
        Ok(())
    }

    /// A request to `url`, where that is an address that we go to. It names the trace that it belongs to, but to wallets.
    fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, FetchFault> {
        // Nothing is left half done under this lock.
        let way = self.way.read().unwrap_or_else(PoisonError::into_inner).clone();
        way.look_at(url)?;
        let request = way.http.request(method, url.clone());
        let told = if WALLETS.contains(&self.kind) { None } else { spans::traceparent() };
        Ok(told.into_iter().fold(request, |request, parent| request.header("traceparent", parent)))
    }

    /// The same, counted in `metrics`.
    #[must_use]
    pub fn measured(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
    }

    /// The same, for what metrics call `kind`.
    #[must_use]
    pub fn fetching(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// The same, for addresses that the configuration does not name: they are counted for the host of `issuer`.
    #[must_use]
    pub fn on_behalf_of(self, issuer: &str) -> Self {
        let url = Url::parse(issuer).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or(issuer);
        Self { on_behalf_of: Some(host.into()), ..self }
    }

    /// What is counted.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Gets a document of one of `media_types`, of at most `limit` bytes.
    ///
    /// # Errors
    /// [`FetchFault`]
    pub async fn get(&self, url: &Url, media_types: &[&str], limit: usize) -> Result<Fetched, FetchFault> {
        self.counted(url, async {
            read(self.request(Method::GET, url)?, StatusCode::OK, media_types, limit).await
        })
        .await
    }

    /// As [`Self::get`], where the server may send us on a few times (Token Status List section 8.2), to
    /// addresses as good as the first: https does not lead back to http, and every hop is looked at.
    ///
    /// # Errors
    /// [`FetchFault`]
    pub async fn get_following(
        &self,
        url: &Url,
        media_types: &[&str],
        limit: usize,
    ) -> Result<Fetched, FetchFault> {
        let hops = async {
            let mut at = url.clone();
            for _ in 0..=MOST_REDIRECTS {
                let answer = send(self.request(Method::GET, &at)?, media_types).await?;
                if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                    return take(answer, StatusCode::OK, media_types, limit).await;
                }
                let next = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
                let next = next.and_then(|to| at.join(to).ok()).ok_or(FetchFault::Redirects)?;
                if at.scheme() == "https" && next.scheme() != "https" {
                    return Err(FetchFault::Refused);
                }
                at = next;
            }
            Err(FetchFault::Redirects)
        };
        // All hops together take no longer than one fetch.
        let in_time = tokio::time::timeout(self.total, hops);
        self.counted(url, async { in_time.await.unwrap_or(Err(FetchFault::Slow)) }).await
    }

    /// Asks whether anybody answers at `url`, whatever the answer is.
    ///
    /// # Errors
    /// [`FetchFault`]
    pub async fn probe(&self, url: &Url) -> Result<Probed, FetchFault> {
        self.counted(url, async {
            let answer = self.request(Method::GET, url)?.send().await.map_err(fault)?;
            let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
            Ok(Probed {
                status: answer.status().as_u16(),
                date: date.and_then(|date| Timestamp::from_http_date(date).ok()),
            })
        })
        .await
    }

    /// Posts a form, and reads the document of one of `media_types`, of at most `limit` bytes, that comes
    /// with status 201.
    ///
    /// # Errors
    /// [`FetchFault`]
    pub async fn post_form(
        &self,
        url: &Url,
        form: String,
        media_types: &[&str],
        limit: usize,
    ) -> Result<Fetched, FetchFault> {
        self.counted(url, async {
            read(self.form_to(url, form)?, StatusCode::CREATED, media_types, limit).await
        })
        .await
    }

    /// Posts a form to whoever is only to take it: any status of success will do, and nothing that comes with it is
    /// read.
    ///
    /// # Errors
    /// [`FetchFault`]
    pub async fn tell(&self, url: &Url, form: String) -> Result<(), FetchFault> {
        self.counted(url, async {
            let answer = self.form_to(url, form)?.send().await.map_err(fault)?;
            let status = answer.status();
            if status.is_success() { Ok(()) } else { Err(FetchFault::Status(status.as_u16())) }
        })
        .await
    }

    /// Counts how a request to `url` ends.
    async fn counted<T>(
        &self,
        url: &Url,
        request: impl Future<Output = Result<T, FetchFault>>,
    ) -> Result<T, FetchFault> {
        let took = Stopwatch::start();
        let host = self.on_behalf_of.as_deref().or(url.host_str()).unwrap_or_default();
        let ended = request.instrument(spans::fetch(self.kind, host)).await;
        self.metrics.fetch_seconds.observe([self.kind], took.elapsed());
        let result = match &ended {
            Ok(_) => "ok",
            Err(why) => why.name(),
        };
        self.metrics.fetches.add([self.kind, host, result]);
        if ended.is_ok() {
            self.metrics.fetched_age.happened([self.kind, host]);
        }
        ended
    }

    /// Posts a JSON text to whoever is only to take it, with these headers. Any status is an answer. What comes with it
    /// is read up to a bound and dropped, so that the connection can serve again.
    ///
    /// # Errors
    /// [`FetchFault`], when no status came `within` this time.
    pub async fn post_json(
        &self,
        url: &Url,
        headers: &[(&'static str, String)],
        body: String,
        within: Duration,
    ) -> Result<Posted, FetchFault> {
        let answer = self.counted(url, async {
            let request = self.request(Method::POST, url)?.timeout(within);
            let request = request.header(CONTENT_TYPE, "application/json");
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
            request.body(body).send().await.map_err(fault)
        });
        let mut answer = answer.await?;
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let posted = Posted { status: answer.status().as_u16(), retry_after: retry_after.map(str::to_owned) };
        let mut left = MOST_DROPPED;
        while let Ok(Some(chunk)) = answer.chunk().await
            && chunk.len() <= left
        {
            left -= chunk.len();
        }
        Ok(posted)
    }

    fn form_to(&self, url: &Url, form: String) -> Result<RequestBuilder, FetchFault> {
        let request = self.request(Method::POST, url)?;
        Ok(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form))
    }
}

impl WayOut {
    fn new(reach: Reach, connect: Duration, total: Duration) -> Result<Self, NoReach> {
        let reach = Arc::new(reach);
        Ok(Self { http: reach.client(connect, total)?, reach })
    }

    /// Literal addresses never reach the resolver, so they are looked at here.
    fn look_at(&self, url: &Url) -> Result<(), FetchFault> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(FetchFault::Refused),
        };
        let loopback = address.is_none_or(|address: std::net::IpAddr| address.is_loopback());
        let scheme =
            url.scheme() == "https" || (url.scheme() == "http" && self.reach.allow_loopback && loopback);
        if scheme && address.is_none_or(|address| self.reach.permits(address)) {
            Ok(())
        } else {
            Err(FetchFault::Refused)
        }
    }
}

/// Sends the request, and reads the answer that has this status.
async fn read(
    request: RequestBuilder,
    status: StatusCode,
    media_types: &[&str],
    limit: usize,
) -> Result<Fetched, FetchFault> {
    take(send(request, media_types).await?, status, media_types, limit).await
}

async fn send(request: RequestBuilder, media_types: &[&str]) -> Result<Response, FetchFault> {
    request.header(ACCEPT, media_types.join(", ")).send().await.map_err(fault)
}

async fn take(
    mut answer: Response,
    status: StatusCode,
    media_types: &[&str],
    limit: usize,
) -> Result<Fetched, FetchFault> {
    if answer.status() != status {
        return Err(FetchFault::Status(answer.status().as_u16()));
    }
    let found = answer.headers().get(CONTENT_TYPE).and_then(essence);
    let media_type =
        media_types.iter().find(|asked| found.is_some_and(|found| found.eq_ignore_ascii_case(asked)));
    let media_type = media_type.map(|asked| (*asked).to_owned()).ok_or(FetchFault::MediaType)?;
    let max_age = answer.headers().get(CACHE_CONTROL).and_then(max_age);
    // What a cache on the way has used up of it (RFC 9111 section 4.2.3).
    let age = answer.headers().get(AGE).and_then(|age| age.to_str().ok()?.parse().ok()).unwrap_or(0);
    let max_age = max_age.map(|max_age| max_age.saturating_sub(Duration::from_secs(age)));
    // Believed only as a reason to stop early; the bytes are counted as they come.
    if answer.content_length().is_some_and(|length| length > limit as u64) {
        return Err(FetchFault::TooLong);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(fault)? {
        if body.len() + chunk.len() > limit {
            return Err(FetchFault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { body, media_type, max_age })
}

/// What the sandbox talks to its own service with, on this machine.
///
/// # Errors
/// When TLS cannot be set up.
#[cfg(feature = "sandbox")]
pub fn sandbox_client() -> Result<reqwest::Client, NoReach> {
    Arc::new(Reach { allow_loopback: true, ..Reach::default() }).client(CONNECT, TOTAL)
}

/// Errors of the library name the URL, which may be long; ours name what happened.
fn fault(why: reqwest::Error) -> FetchFault {
    let mut source = why.source();
    while let Some(inner) = source {
        if inner.is::<LeadsInside>() {
            return FetchFault::Refused;
        }
        // Errors of OpenSSL have no types: (`... certificate verify failed ...: (self-signed certificate)`).
        let words = inner.to_string();
        if words.contains("certificate verify failed") {
            let reason = words.rsplit_once('(').map_or("", |(_, reason)| reason.trim_end_matches(')'));
            return FetchFault::Certificate(reason.to_owned());
        }
        source = inner.source();
    }
    FetchFault::NoAnswer(why.without_url())
}

/// `application/json` of `application/json; charset=utf-8`.
fn essence(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()?.split(';').next().map(str::trim)
}

/// RFC 9111 section 5.2.2.
fn max_age(value: &HeaderValue) -> Option<Duration> {
    let mut age = None;
    for directive in value.to_str().ok()?.split(',').map(str::trim) {
        let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
        match name.to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Duration::ZERO),
            "max-age" => age = argument.trim_matches('"').parse().ok().map(Duration::from_secs),
            _ => {}
        }
    }
    age
}

#[cfg(test)]
mod tests;
