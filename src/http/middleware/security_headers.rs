//! The headers that all our answers share.

use poem::Response;
use poem::http::{HeaderName, HeaderValue, header};

/// Sets them on an answer; what a handler has set stays.
pub fn set(response: &mut Response, is_https: bool) {
    let headers = response.headers_mut();
    let cached = headers.contains_key(header::CACHE_CONTROL);
    let mut unless_set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    if !cached {
        unless_set(header::CACHE_CONTROL, "no-store");
        // RFC 6749 section 5.1 asks for it beside the header above.
        unless_set(header::PRAGMA, "no-cache");
    }
    unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_set(header::REFERRER_POLICY, "no-referrer");
    if is_https {
        unless_set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}
