//! How each audience speaks when no handler answered: unknown paths, wrong methods, our faults.

use poem::http::{StatusCode, header};
use poem::web::Json;
use poem::{IntoResponse, Response};
use poem_openapi::types::ToJSON as _;
use serde_json::json;

use super::trace::RETRY_AFTER_SECONDS;
use super::trace::TraceId;
use crate::http::api::problem::ProblemDetails;
use crate::http::basic::CHALLENGE;
use crate::http::oauth::refusal::{OAuthError, OAuthErrorCode};
use crate::http::openid4vp::refusal::PostRefusal;
use crate::http::pages::page::Notice;
use crate::http::routes::Audience;

/// The answer where no handler answered; `allowed` are the methods of its route, if there is one.
pub fn unanswered(audience: Audience, status: StatusCode, allowed: Option<&str>) -> Response {
    let why = in_words(status);
    let mut response = match audience {
        Audience::Oauth => oauth(status, why),
        Audience::Openid4vp => wallet(status),
        Audience::Api => problem(status, why),
        Audience::Pages => page(status),
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
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
    }
    response
}

fn in_words(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "HTTP Basic authentication is required",
        StatusCode::NOT_FOUND => "there is nothing at this address",
        StatusCode::METHOD_NOT_ALLOWED => "this address does not answer to this method",
        StatusCode::SERVICE_UNAVAILABLE => "this took too long; try again in a few seconds",
        status if status.is_server_error() => "a fault of ours; it was recorded",
        _ => "the request is not valid",
    }
}

fn oauth(status: StatusCode, why: &str) -> Response {
    let code = match status {
        StatusCode::SERVICE_UNAVAILABLE => OAuthErrorCode::TemporarilyUnavailable,
        status if status.is_server_error() => OAuthErrorCode::ServerError,
        StatusCode::UNAUTHORIZED => OAuthErrorCode::InvalidClient,
        _ => OAuthErrorCode::InvalidRequest,
    };
    Json(OAuthError::new(code, why).to_json()).into_response()
}

fn wallet(status: StatusCode) -> Response {
    let refusal = if status.is_server_error() {
        PostRefusal::unavailable(&TraceId::current())
    } else {
        PostRefusal::refused()
    };
    refusal.into_response()
}

fn problem(status: StatusCode, why: &str) -> Response {
    let (name, title) = match status {
        StatusCode::UNAUTHORIZED => ("not_authenticated", "Authentication failed"),
        StatusCode::NOT_FOUND => ("not_found", "Not found"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "Method not allowed"),
        StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "Temporarily unavailable"),
        status if status.is_server_error() => ("fault", "A fault of the service"),
        _ => ("invalid_request", "The request is not valid"),
    };
    let mut details = ProblemDetails::new(name, status.as_u16(), title, why);
    details.trace_id = status.is_server_error().then(|| TraceId::current().to_string());
    Json(details.to_json()).into_response().set_content_type("application/problem+json")
}

fn page(status: StatusCode) -> Response {
    let notice = match status {
        StatusCode::NOT_FOUND => Notice::refused(
            status,
            "There is no such page",
            "The address is not complete, or it no longer exists. Go back to where you started.",
        ),
        status if status.is_server_error() => Notice::apology(&TraceId::current()),
        _ => crate::http::pages::unreadable_form(status),
    };
    notice.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_10_1_a_wrong_method_is_told_the_right_ones() {
        let response = unanswered(Audience::Oauth, StatusCode::METHOD_NOT_ALLOWED, Some("GET, HEAD"));
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.header("allow"), Some("GET, HEAD"));
    }

    #[tokio::test]
    async fn each_door_has_its_language() {
        for (audience, media_type, text) in [
            (Audience::Oauth, "application/json; charset=utf-8", "\"error\":\"invalid_request\""),
            (Audience::Openid4vp, "application/json; charset=utf-8", "{\"error\":\"invalid_request\"}"),
            (Audience::Api, "application/problem+json", "urn:vpgate:problem:not_found"),
            (Audience::Pages, "text/html; charset=utf-8", "<h1"),
            (Audience::Operations, "application/json; charset=utf-8", "\"status\""),
        ] {
            let response = unanswered(audience, StatusCode::NOT_FOUND, None);
            assert_eq!(response.content_type(), Some(media_type), "{audience:?}");
            let body = response.into_body().into_string().await.unwrap();
            assert!(body.contains(text), "{body}");
        }
    }
}
