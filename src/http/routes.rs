//! The one table of routes: which there are, which methods each answers to, and whose audience it is. The router
//! of the pages and of the operators, `Allow`, the audience of a path and the tests are made from the same lists;
//! those of the machines from the OpenAPI document's.

use std::collections::HashMap;

use poem_openapi::OpenApi;

use super::api::RestApi;
use super::api::webhooks::WebhookApi;
use super::oauth::OauthEndpoints;
use super::openid4vp::requests::RequestEndpoints;
use super::openid4vp::responses::ResponseEndpoints;
use super::{document, operations, pages};

/// Whom an endpoint is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// OAuth clients.
    Oauth,
    /// Wallets.
    Openid4vp,
    /// Web applications.
    Api,
    /// People.
    Pages,
    /// Operators.
    Operations,
    /// Whoever is at an endpoint that is not ours.
    Mounted,
}

impl Audience {
    /// As metrics call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Oauth => "oauth",
            Self::Openid4vp => "openid4vp",
            Self::Api => "api",
            Self::Pages => "pages",
            Self::Operations => "operations",
            Self::Mounted => "mounted",
        }
    }
}

/// A route: whose endpoint it is, its method and its path.
#[derive(Debug)]
pub struct Route {
    /// `/done/:handle`, or `/v1/presentations/{id}`.
    pub pattern: String,
    /// For `Allow` (RFC 9110 section 10.2.1).
    pub allowed: String,
    audience: Audience,
}

/// Every route of this service.
#[derive(Debug)]
pub struct Routes {
    all: Vec<Route>,
    /// Where those are whose paths are their patterns.
    fixed: HashMap<String, usize>,
}

/// In the order of `Allow`. Who answers to GET answers to HEAD (RFC 9110 section 9.3.2).
const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "PUT", "DELETE"];

impl Routes {
    /// The table of all routes.
    pub fn all() -> Self {
        let machines = [
            (Audience::Oauth, OauthEndpoints::meta()),
            (Audience::Openid4vp, RequestEndpoints::meta()),
            (Audience::Openid4vp, ResponseEndpoints::meta()),
            (Audience::Api, RestApi::meta()),
            (Audience::Api, WebhookApi::meta()),
        ];
        let machines = machines.into_iter().flat_map(|(audience, apis)| {
            apis.into_iter().flat_map(|api| api.paths).map(move |path| {
                let methods = path.operations.iter().map(|it| it.method.as_str());
                Route { allowed: allowed(methods), pattern: path.path, audience }
            })
        });
        let listed = [
            (Audience::Api, document::ROUTES),
            (Audience::Pages, pages::ROUTES),
            (Audience::Operations, operations::ROUTES),
        ];
        let listed = listed.into_iter().flat_map(|(audience, list)| {
            list.iter().map(move |(pattern, methods)| {
                let methods = methods.iter().copied();
                Route { pattern: (*pattern).to_owned(), allowed: allowed(methods), audience }
            })
        });
        let all: Vec<Route> = machines.chain(listed).collect();
        let fixed = all.iter().enumerate().filter(|(_, known)| !known.pattern.contains([':', '{']));
        let fixed = fixed.map(|(at, known)| (known.pattern.clone(), at)).collect();
        Self { all, fixed }
    }

    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.all.iter()
    }

    /// The route that `path` is on.
    fn on(&self, path: &str) -> Option<&Route> {
        match self.fixed.get(path) {
            Some(at) => self.all.get(*at),
            None => self.all.iter().find(|known| fits(&known.pattern, path)),
        }
    }

    /// The methods of the route that `path` is on.
    pub fn allowed(&self, path: &str) -> Option<&str> {
        self.on(path).map(|known| known.allowed.as_str())
    }

    /// The audience that `path` belongs to: that of its route, or of the routes that begin like it. Whoever is
    /// lost is a person.
    pub fn audience(&self, path: &str) -> Audience {
        let begins = |text: &str| text.split('/').nth(1).map(str::to_owned);
        let like_it = || self.all.iter().find(|known| begins(&known.pattern) == begins(path));
        self.on(path).or_else(like_it).map_or(Audience::Pages, |known| known.audience)
    }
}

fn allowed<'m>(methods: impl Iterator<Item = &'m str>) -> String {
    let given: Vec<String> = methods.map(str::to_ascii_uppercase).collect();
    let has = |method: &str| given.iter().any(|it| it == method);
    let all = METHODS.into_iter().filter(|method| has(method) || (*method == "HEAD" && has("GET")));
    all.collect::<Vec<_>>().join(", ")
}

/// Whether `path` is one of `pattern`, in which `:name` or `{name}` stands for one segment.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut segments, mut shown) = (pattern.split('/'), path.split('/'));
    loop {
        match (segments.next(), shown.next()) {
            (None, None) => return true,
            (Some(segment), Some(shown)) if segment == shown => {}
            (Some(segment), Some(shown)) if segment.starts_with([':', '{']) && !shown.is_empty() => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_a_door() {
        let routes = Routes::all();
        for (path, audience) in [
            ("/token", Audience::Oauth),
            ("/.well-known/anything", Audience::Oauth),
            ("/wallet/requests/x", Audience::Openid4vp),
            ("/wallet/responses/x", Audience::Openid4vp),
            ("/wallet/other", Audience::Openid4vp),
            ("/v1", Audience::Api),
            ("/v1/presentations/x", Audience::Api),
            ("/v1/nothing", Audience::Api),
            ("/v1x", Audience::Pages),
            ("/healthz", Audience::Operations),
            ("/device", Audience::Pages),
            ("/device_authorization", Audience::Oauth),
            ("/", Audience::Pages),
            ("", Audience::Pages),
        ] {
            assert_eq!(routes.audience(path), audience, "{path}");
        }
    }

    #[test]
    fn req_10_1_the_methods_of_a_path_are_those_of_its_route() {
        let routes = Routes::all();
        for (path, allowed) in [
            ("/token", Some("POST")),
            ("/device", Some("GET, HEAD, POST")),
            ("/v1/presentations/q6urq6urq6urq6urq6urqw", Some("GET, HEAD, DELETE")),
            ("/v1/rules/dry-run", Some("POST")),
            ("/done/q6urq6urq6urq6urq6urqw/disown", Some("POST")),
            ("/v1/presentations/", None),
            ("/done//disown", None),
            ("/nothing", None),
        ] {
            assert_eq!(routes.allowed(path), allowed, "{path}");
        }
    }

    #[test]
    fn no_pattern_is_listed_twice_and_each_has_methods() {
        let routes = Routes::all();
        for known in routes.iter() {
            assert!(!known.allowed.is_empty(), "{}", known.pattern);
            let same = routes.iter().filter(|other| other.pattern == known.pattern).count();
            assert_eq!(same, 1, "{}", known.pattern);
        }
        assert!(routes.iter().count() > 25);
    }
}
