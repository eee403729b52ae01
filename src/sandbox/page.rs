//! How pages and JSON leave the sandbox: nothing from elsewhere, nothing kept, nothing framed.

use askama::Template;
use poem::http::{StatusCode, header};
use poem::{Body, Response};
use serde_json::Value;

use super::{MOUNT, Parties};

/// A page without script. `make` gets the nonce that its style must carry.
pub(super) fn html<T: Template>(
    parties: &Parties,
    status: StatusCode,
    make: impl FnOnce(String) -> T,
) -> Response {
    let nonce = parties.random_name();
    let policy = policy(&nonce);
    written(status, &policy, &make(nonce))
}

/// A page whose own script, which carries the nonce too, may talk to the sandbox.
pub(super) fn html_with_script<T: Template>(
    parties: &Parties,
    status: StatusCode,
    make: impl FnOnce(String) -> T,
) -> Response {
    let nonce = parties.random_name();
    let policy = format!("{}; script-src 'nonce-{nonce}'; connect-src 'self'", policy(&nonce));
    written(status, &policy, &make(nonce))
}

/// A JSON answer.
pub(super) fn json(value: &Value) -> Response {
    document("application/json", value.to_string())
}

/// An answer for programs.
pub(super) fn document(media_type: &'static str, text: impl Into<Body>) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, media_type)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(text)
}

/// A page that says what went wrong and what to do.
pub(super) fn sorry(
    parties: &Parties,
    status: StatusCode,
    headline: &str,
    why: &str,
    next: Next,
) -> Response {
    html(parties, status, |nonce| SorryPage { nonce, headline, why, next })
}

/// Something was sent that no page of the sandbox sends.
pub(super) fn unreadable(parties: &Parties, status: StatusCode) -> Response {
    let why = "It is too long, or not what a form of this page sends.";
    sorry(parties, status, "This request cannot be read", why, Next::SANDBOX)
}

/// Where a person can go from here.
#[derive(Clone, Copy)]
pub(super) struct Next {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
}

impl Next {
    pub(super) const SANDBOX: Self = Self { href: MOUNT, label: "Back to the sandbox" };
    pub(super) const SHOP: Self = Self { href: "/sandbox/shop", label: "Back to the shop" };
}

#[derive(Template)]
#[template(path = "sandbox/pages/sorry.html")]
struct SorryPage<'a> {
    nonce: String,
    headline: &'a str,
    why: &'a str,
    next: Next,
}

/// Forms lead to the sandbox, and by redirection to the service and on to whoever asked it, which may be an
/// application of somebody's own: browsers hold `form-action` against all of them.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; form-action 'self' http: https:; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

fn written(status: StatusCode, policy: &str, page: &impl Template) -> Response {
    let Ok(text) = page.render() else {
        return Response::builder()
            .status(StatusCode::INTERNAL_SERVER_ERROR)
            .body("the page cannot be written");
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, policy)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(text)
}
