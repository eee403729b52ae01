//! The answer where no handler answered, in the format of each audience: unknown paths, wrong methods, our faults.

use poem::http::{StatusCode, header};
use poem::web::Json;
use poem::{IntoResponse, Response};
use serde_json::json;

use super::failure::Failure;
use crate::http::api::error::{self as api, Problem};
use crate::http::basic::CHALLENGE;
use crate::http::oauth::error::{self as oauth, OAuthRefusal};
use crate::http::openid4vp::error::{self as openid4vp, PostRefusal};
use crate::http::operations;
use crate::http::pages::error as pages;
use crate::http::pages::look::Look;
use crate::http::pages::page::Notice;
use crate::http::routes::Audience;

/// Where no handler answered; `allowed` are the methods of its route, if there is one. `look` is what a page is to
/// look like.
pub fn unanswered(
    (audience, look): (Audience, Option<&Look>),
    status: StatusCode,
    allowed: Option<&str>,
) -> Response {
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return failed((audience, look), Failure::noted());
    }
    let why = in_words(status);
    let mut response = match audience {
        Audience::Oauth => oauth::unanswered(status, why),
        Audience::Openid4vp => openid4vp::unanswered(status),
        Audience::Api => api::unanswered(status, why),
        Audience::Pages => pages::unanswered(status, &look.cloned().unwrap_or_default()),
        Audience::Operations | Audience::Mounted => Json(json!({ "status": why })).into_response(),
    };
    response.set_status(status);
    let headers = response.headers_mut();
    // RFC 9110 section 15.5.6.
    if status == StatusCode::METHOD_NOT_ALLOWED
        && let Some(allowed) = allowed.and_then(|methods| methods.parse().ok())
    {
        headers.insert(header::ALLOW, allowed);
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static(CHALLENGE));
    }
    response
}

/// Our fault, in the one shape that each audience has for it.
fn failed((audience, look): (Audience, Option<&Look>), failure: Failure) -> Response {
    match audience {
        Audience::Oauth => OAuthRefusal::from(failure).into_response(),
        Audience::Openid4vp => PostRefusal::from(failure).into_response(),
        Audience::Api => Problem::from(failure).into_response(),
        Audience::Pages => Notice::from(failure).shown(&look.cloned().unwrap_or_default()),
        Audience::Operations | Audience::Mounted => operations::unavailable(&failure),
    }
}

fn in_words(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "HTTP Basic authentication is required",
        StatusCode::NOT_FOUND => "there is nothing at this address",
        StatusCode::METHOD_NOT_ALLOWED => "this address does not answer to this method",
        status if status.is_server_error() => "a fault of ours; it was recorded",
        _ => "the request is not valid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::ports::Unavailable;
    use crate::http::oauth::resource_error::ResourceRefusal;
    use crate::http::openid4vp::error::NoRequest;

    #[test]
    fn req_10_1_a_wrong_method_is_told_the_right_ones() {
        let response = unanswered((Audience::Oauth, None), StatusCode::METHOD_NOT_ALLOWED, Some("GET, HEAD"));
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.header("allow"), Some("GET, HEAD"));
    }

    #[tokio::test]
    async fn each_audience_has_its_format() {
        for (audience, media_type, text) in [
            (Audience::Oauth, "application/json; charset=utf-8", "\"error\":\"invalid_request\""),
            (Audience::Openid4vp, "application/json; charset=utf-8", "{\"error\":\"invalid_request\"}"),
            (Audience::Api, "application/problem+json", "urn:vpgate:problem:not_found"),
            (Audience::Pages, "text/html; charset=utf-8", "<h1"),
            (Audience::Operations, "application/json; charset=utf-8", "\"status\""),
        ] {
            let response = unanswered((audience, None), StatusCode::NOT_FOUND, None);
            assert_eq!(response.content_type(), Some(media_type), "{audience:?}");
            let body = response.into_body().into_string().await.unwrap();
            assert!(body.contains(text), "{body}");
        }
    }

    #[tokio::test]
    async fn our_faults_say_when_to_come_back_and_a_trace_id_to_every_audience() {
        let audiences = [
            Audience::Oauth,
            Audience::Openid4vp,
            Audience::Api,
            Audience::Pages,
            Audience::Operations,
            Audience::Mounted,
        ];
        for audience in audiences {
            let response = unanswered((audience, None), StatusCode::SERVICE_UNAVAILABLE, None);
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{audience:?}");
            assert_eq!(response.header("retry-after"), Some("5"), "{audience:?}");
            let body = response.into_body().into_string().await.unwrap();
            assert!(body.contains("0000000000000000"), "{audience:?}: {body}");
        }
    }

    #[tokio::test]
    async fn what_failed_is_for_the_log_alone() {
        let broken = || Unavailable::new("the store", "secret detail");
        for response in [
            OAuthRefusal::from(broken()).into_response(),
            ResourceRefusal::from(Failure::from(broken())).into_response(),
            PostRefusal::from(Failure::from(broken())).into_response(),
            NoRequest::from(Failure::from(broken())).into_response(),
            Problem::from(broken()).into_response(),
            Notice::from(broken()).shown(&Look::default()),
            operations::unavailable(&broken().into()),
        ] {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.header("retry-after"), Some("5"));
            let body = response.into_body().into_string().await.unwrap();
            assert!(body.contains("0000000000000000") && !body.contains("secret"), "{body}");
        }
    }
}
