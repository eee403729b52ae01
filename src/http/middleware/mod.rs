//! What is around every request: its trace id, a time limit, a net under panics, the access log, the
//! headers all answers share, and the audience's own language where no handler answered.

mod access_log;
pub mod body;
pub mod client_address;
pub mod cookies;
pub mod cors;
pub mod failure;
mod fallback;
pub mod rate_limits;
pub mod request_checks;
mod security_headers;
pub mod trace;

use std::sync::Arc;
use std::time::Duration;

use poem::endpoint::BoxEndpoint;
use poem::http::{Method, StatusCode, Uri};
use poem::middleware::CatchPanic;
use poem::{Endpoint, EndpointExt as _, PathPattern, Request, Response, Route};
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

use self::rate_limits::RateLimits;
use self::trace::{RequestNotes, TraceId};
use super::PublicUrl;
use super::api::shapes::Shapes;
use super::pages::look::Look;
use super::routes::{Audience, Routes};
use crate::flow::context::{Context, Service};
use crate::metrics::Metrics;
use crate::spans;

/// The longest any answer takes. What was begun is finished by the store; the caller may ask again.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The endpoints, each with its routes.
pub struct Endpoints {
    /// Client, wallet and REST API.
    pub machines: BoxEndpoint<'static>,
    /// What those find with each request.
    pub for_machines: Option<ForMachines>,
    /// The endpoint of the pages.
    pub human: BoxEndpoint<'static>,
    /// The operations endpoints.
    pub operator: BoxEndpoint<'static>,
    /// Endpoints of others and where they are mounted.
    pub mounts: Vec<(&'static str, BoxEndpoint<'static>)>,
}

/// What the endpoints of machines find with each request, beside [`PublicUrl`].
pub struct ForMachines {
    /// How often clients may fail, push and arrive.
    pub limits: Arc<RateLimits>,
    /// What bodies of the REST API are held against.
    pub shapes: Arc<Shapes>,
}

/// Which part of it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServedPart {
    /// Every endpoint.
    Whole,
    /// Everything but what operators have a listener of their own for.
    Public,
    /// The operations endpoints alone.
    Operations,
}

/// The service, or a part of it.
pub struct Middleware {
    part: ServedPart,
    machines: BoxEndpoint<'static>,
    for_machines: Option<ForMachines>,
    human: BoxEndpoint<'static>,
    operator: BoxEndpoint<'static>,
    mounted: BoxEndpoint<'static>,
    mounts: Vec<&'static str>,
    routes: Routes,
    service: Arc<Service>,
    public_url: PublicUrl,
}

impl Middleware {
    /// Puts the endpoints inside.
    pub fn new(part: ServedPart, endpoints: Endpoints, service: Arc<Service>, public_url: PublicUrl) -> Self {
        let mounts = endpoints.mounts.iter().map(|(path, _)| *path).collect();
        let mounted = endpoints
            .mounts
            .into_iter()
            .fold(Route::new(), |routes, (path, endpoint)| routes.nest(path, endpoint));
        Self {
            part,
            machines: caught(endpoints.machines),
            for_machines: endpoints.for_machines,
            human: caught(endpoints.human),
            operator: caught(endpoints.operator),
            mounted: caught(mounted.boxed()),
            mounts,
            routes: Routes::all(),
            service,
            public_url,
        }
    }

    fn audience(&self, path: &str) -> Audience {
        let is_under = |mount: &&str| {
            path.strip_prefix(*mount).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mounted = self.mounts.iter().any(is_under);
        match (self.part, self.routes.audience(path)) {
            (ServedPart::Operations, _) => Audience::Operations,
            _ if mounted => Audience::Mounted,
            // Here nobody knows these paths.
            (ServedPart::Public, Audience::Operations) => Audience::Pages,
            (_, audience) => audience,
        }
    }

    /// From here on the path of the request is one of ours: what stands before it in our public address is gone.
    /// A proxy may have taken it away already. Where both readings are possible, the one that leads to a route
    /// is meant.
    fn below_our_path(&self, request: &mut Request) {
        let requested = request.uri().path();
        let Some(own) = self.public_url.own_path(requested) else { return };
        let taken_away = self.routes.allowed(own).is_none() && self.routes.allowed(requested).is_some();
        if !taken_away && let Some(uri) = with_path(request.uri(), own) {
            *request.uri_mut() = uri;
        }
    }

    /// Gives a request what its endpoints find with it. Here, because a layer of its own for each would be one more
    /// future around every answer.
    fn equip(&self, audience: Audience, look: Option<&Look>, request: &mut Request) {
        if let Some(look) = look {
            request.set_data(look.clone());
        }
        let is_machine = matches!(audience, Audience::Oauth | Audience::Openid4vp | Audience::Api);
        if let Some(given) = self.for_machines.as_ref().filter(|_| is_machine) {
            request.set_data(self.public_url.clone());
            request.set_data(Arc::clone(&given.limits));
            if audience == Audience::Api {
                request.set_data(Arc::clone(&given.shapes));
            }
        }
    }

    /// What a page is to look like, whoever answers.
    fn look(&self, audience: Audience, request: &Request) -> Option<Look> {
        let context = request.data::<Context>().filter(|_| audience == Audience::Pages)?;
        Some(Look::of(context.appearance(), request, &self.public_url))
    }

    async fn answer(&self, audience: Audience, mut request: Request) -> Response {
        let look = self.look(audience, &request);
        if let Some(status) = request_checks::refused(audience, &request) {
            return fallback::unanswered((audience, look.as_ref()), status, None);
        }
        let endpoint = match audience {
            Audience::Oauth | Audience::Openid4vp | Audience::Api => &self.machines,
            Audience::Pages => &self.human,
            Audience::Operations => &self.operator,
            Audience::Mounted => &self.mounted,
        };
        self.equip(audience, look.as_ref(), &mut request);
        let uri = request.uri().clone();
        match timeout(TIME_LIMIT, endpoint.call(request)).await {
            Ok(Ok(response)) if response.data::<Panicked>().is_some() => {
                fallback::unanswered((audience, look.as_ref()), StatusCode::INTERNAL_SERVER_ERROR, None)
            }
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_from_response() => error.into_response(),
            Ok(Err(error)) => {
                let pattern = error.data::<PathPattern>().cloned();
                let allowed = self.routes.allowed(uri.path());
                let mut response = fallback::unanswered((audience, look.as_ref()), error.status(), allowed);
                pattern.into_iter().for_each(|pattern| response.set_data(pattern));
                response
            }
            Err(_) => {
                tracing::error!("a request took longer than the limit");
                fallback::unanswered((audience, look.as_ref()), StatusCode::SERVICE_UNAVAILABLE, None)
            }
        }
    }
}

impl Endpoint for Middleware {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let context = self.service.context();
        let trace = TraceId::of(self.service.trace());
        let parent = trace::parent(request.headers());
        let collected = spans::request(parent.as_ref(), &trace);
        let span = tracing::info_span!("request", %trace, parent = parent.map(|parent| parent.trace));
        self.below_our_path(&mut request);
        let audience = self.audience(request.uri().path());
        let method = request.method().clone();
        let started = Instant::now();
        let visit = cors::visit(&context, &mut request);
        let preflight = visit.as_ref().and_then(|visit| visit.preflight(&request));
        request.set_data(context);
        let notes = RequestNotes::default();
        let mut response = match preflight {
            Some(answer) => answer,
            None => {
                let answer = trace.around(notes.clone(), self.answer(audience, request));
                answer.instrument(span.clone()).instrument(collected.clone()).await
            }
        };
        if let Some(visit) = &visit {
            visit.allow_reading(&mut response);
        }
        if audience != Audience::Mounted {
            security_headers::set(&mut response, self.public_url.is_https());
        }
        if method == Method::HEAD {
            response.set_body(());
        }
        let took = started.elapsed().saturating_sub(notes.waited());
        measure(self.service.metrics(), audience, &response, took);
        let (route, status) = (access_log::route(&response), response.status().as_u16());
        spans::answered(&collected, method.as_str(), route, audience.name(), status);
        span.in_scope(|| access_log::write(&method, &response, took, notes.asked_again()));
        Ok(response)
    }
}

fn measure(metrics: &Metrics, audience: Audience, response: &Response, took: Duration) {
    let (audience, route) = (audience.name(), access_log::route(response));
    let class = match response.status().as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    metrics.http_requests.add([audience, route, class]);
    metrics.http_seconds.observe([audience, route], took);
}

/// This address with another path. `None` where there can be none, as in `*`.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}").parse(),
        None => path.parse(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.ok()?);
    Uri::from_parts(parts).ok()
}

/// An endpoint whose panics end here.
fn caught(endpoint: BoxEndpoint<'static>) -> BoxEndpoint<'static> {
    endpoint.with(CatchPanic::new().with_handler(|_| panicked())).boxed()
}

#[derive(Clone)]
struct Panicked;

fn panicked() -> Response {
    tracing::error!(trace = %TraceId::current(), "a handler panicked");
    let mut response = Response::default();
    response.set_data(Panicked);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_changes_and_the_rest_of_an_address_stays() {
        for (before, path, after) in [
            ("/verify/device?user_code=A%20B", "/device", "/device?user_code=A%20B"),
            ("/verify/token", "/token", "/token"),
            ("/verify/token?", "/token", "/token?"),
            ("https://example.com/verify/token?x=1", "/token", "https://example.com/token?x=1"),
        ] {
            assert_eq!(with_path(&before.parse().unwrap(), path).unwrap().to_string(), after);
        }
    }
}
