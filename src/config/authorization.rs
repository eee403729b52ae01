//! `[authorization_code]` and `[client_assertions]`.

use std::time::Duration;

use url::Url;

use super::fault::Faults;
use super::{duration, public_url, raw};
use vpgate_core::oauth::client_assertion::AssertionPolicy;
use vpgate_core::policy::CodePolicy;

/// The longest life of a code (RFC 6749 section 4.1.2), and of a pushed request (RFC 9126 section 2.2).
const LONGEST: Duration = Duration::from_secs(600);
/// So long the used assertions of a client are remembered.
const LONGEST_ASSERTION: Duration = Duration::from_secs(3600);

/// Checks `[authorization_code]`.
pub(super) fn code(given: &raw::AuthorizationCode, faults: &mut Faults) -> Option<CodePolicy> {
    let at = |key: &str| format!("authorization_code.{key}");
    let code = bounded(&at("code_lifetime"), given.code_lifetime.as_deref(), "60s", LONGEST, faults);
    let pushed = given.pushed_request_lifetime.as_deref();
    let pushed = bounded(&at("pushed_request_lifetime"), pushed, "90s", LONGEST, faults);
    Some(CodePolicy {
        code_lifetime: code?,
        pushed_lifetime: pushed?,
        pushed_only: given.require_pushed_authorization_requests,
    })
}

/// Checks `[client_assertions]`.
pub(super) fn assertions(
    given: &raw::ClientAssertions,
    public_url: Option<&Url>,
    faults: &mut Faults,
) -> Option<AssertionPolicy> {
    let longest = given.longest_lifetime.as_deref();
    let at = "client_assertions.longest_lifetime";
    let longest_lifetime = bounded(at, longest, "10m", LONGEST_ASSERTION, faults);
    let issuer = public_url::issuer(public_url?);
    Some(AssertionPolicy {
        token_endpoint: given.accept_token_endpoint_audience.then(|| format!("{issuer}/token")),
        issuer,
        longest_lifetime: longest_lifetime?,
    })
}

fn bounded(
    at: &str,
    given: Option<&str>,
    default: &str,
    longest: Duration,
    faults: &mut Faults,
) -> Option<Duration> {
    let read = duration::parse(given.unwrap_or(default)).map_err(str::to_owned);
    let read = read.and_then(|read| match read <= longest {
        true => Ok(read),
        false => Err(format!("must be {}s at most", longest.as_secs())),
    });
    faults.keep(at, read)
}
