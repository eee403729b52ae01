//! What is refused before any audience looks at it, because it is wrong everywhere and costs nothing to see: a
//! request that does not name one host, a query that is too long, has too many parameters, or repeats one.

use poem::Request;
use poem::http::uri::Authority;
use poem::http::{StatusCode, Version, header};

use super::body::MAX_FORM_BYTES;
use crate::http::form::{Form, FormFault};
use crate::http::routes::Audience;

/// The `Host` of a request is not what RFC 9112 section 3.2 wants. Noted on the request by whoever read it
/// from a connection: a request that is made in process needs none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// HTTP/1.1 without one.
    Missing,
    /// Two or more.
    Several,
    /// It names no host.
    Malformed,
}

impl HostFault {
    /// What is wrong with the `Host` of a request that came over a connection.
    pub fn of<B>(request: &poem::http::Request<B>) -> Option<Self> {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let Some(host) = hosts.next() else {
            return (request.version() >= Version::HTTP_11).then_some(Self::Missing);
        };
        if hosts.next().is_some() {
            return Some(Self::Several);
        }
        // Empty where the address has no authority (RFC 9112 section 3.2).
        let good = host.is_empty() || Authority::try_from(host.as_bytes()).is_ok_and(|it| !has_user(&it));
        (!good).then_some(Self::Malformed)
    }
}

fn has_user(authority: &Authority) -> bool {
    authority.as_str().contains('@')
}

/// The status of the refusal, if there is one.
pub fn refused(audience: Audience, request: &Request) -> Option<StatusCode> {
    if request.data::<HostFault>().is_some() {
        return Some(StatusCode::BAD_REQUEST);
    }
    let query = request.uri().query().filter(|_| audience != Audience::Mounted)?;
    if query.len() > MAX_FORM_BYTES {
        return Some(StatusCode::URI_TOO_LONG);
    }
    // The authorization endpoint tells clients which parameter they repeat.
    let told_there = request.uri().path() == "/authorize";
    match Form::parse(query.as_bytes()) {
        Err(FormFault::TooMany) => Some(StatusCode::BAD_REQUEST),
        Err(FormFault::Repeated) if !told_there => Some(StatusCode::BAD_REQUEST),
        // What is no form is ignored by whoever needs no parameters, and refused by who does.
        Ok(_) | Err(FormFault::Repeated | FormFault::Encoding) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(version: Version, hosts: &[&str]) -> Option<HostFault> {
        let mut request = poem::http::Request::builder().version(version);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        HostFault::of(&request.body(()).unwrap())
    }

    #[test]
    fn http_1_1_names_one_host() {
        for good in ["verify.example.com", "verify.example.com:8443", "[::1]:8080", "127.0.0.1", ""] {
            assert_eq!(fault(Version::HTTP_11, &[good]), None, "{good}");
        }
        assert_eq!(fault(Version::HTTP_11, &[]), Some(HostFault::Missing));
        assert_eq!(fault(Version::HTTP_11, &["a.example", "a.example"]), Some(HostFault::Several));
        for wrong in ["a b", "a/b", "a:b:c", "user@a.example", "https://a.example"] {
            assert_eq!(fault(Version::HTTP_11, &[wrong]), Some(HostFault::Malformed), "{wrong}");
        }
    }

    #[test]
    fn http_1_0_may_name_none_and_not_two() {
        assert_eq!(fault(Version::HTTP_10, &[]), None);
        assert_eq!(fault(Version::HTTP_10, &["a.example", "b.example"]), Some(HostFault::Several));
    }

    #[test]
    fn a_query_that_repeats_a_name_or_is_too_long_is_refused_at_every_door() {
        let of = |audience, path: &str, query: &str| {
            refused(audience, &Request::builder().uri_str(format!("{path}?{query}")).finish())
        };
        let repeats = "a=1&a=2";
        let many = (0..100).map(|n| format!("p{n}=")).collect::<Vec<_>>().join("&");
        let long = "a".repeat(MAX_FORM_BYTES + 1);
        for (audience, path) in [
            (Audience::Oauth, "/userinfo"),
            (Audience::Pages, "/callback"),
            (Audience::Api, "/v1/presentations/x"),
        ] {
            assert_eq!(of(audience, path, "a=1&b=2"), None);
            assert_eq!(of(audience, path, "a=%ff"), None);
            assert_eq!(of(audience, path, repeats), Some(StatusCode::BAD_REQUEST));
            assert_eq!(of(audience, path, &many), Some(StatusCode::BAD_REQUEST));
            assert_eq!(of(audience, path, &long), Some(StatusCode::URI_TOO_LONG));
        }
        assert_eq!(of(Audience::Pages, "/authorize", repeats), None, "the client is told by its redirect");
        assert_eq!(of(Audience::Pages, "/authorize", &many), Some(StatusCode::BAD_REQUEST));
        assert_eq!(of(Audience::Mounted, "/sandbox/wallet/authorize", &long), None);
    }
}
