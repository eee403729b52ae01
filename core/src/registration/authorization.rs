//! The code grant, and the assertions of clients.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Pointer;
use super::lifetime;
use crate::oauth::client_assertion::AssertionPolicy;
use crate::policy::CodePolicy;

/// The longest life of a code (RFC 6749 section 4.1.2), and of a pushed request (RFC 9126 section 2.2).
const LONGEST: Duration = Duration::from_secs(600);
/// So long the used assertions of a client are remembered.
const LONGEST_ASSERTION: Duration = Duration::from_secs(3600);

/// The authorization code grant.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct CodeRegistration {
    /// How long a code can be exchanged; ten minutes at most.
    pub code_lifetime: String,
    /// How long a browser may take to come with a pushed request; ten minutes at most.
    pub pushed_request_lifetime: String,
    /// Only pushed requests, whoever the client is.
    pub require_pushed_authorization_requests: bool,
}

impl Default for CodeRegistration {
    fn default() -> Self {
        Self {
            code_lifetime: "60s".to_owned(),
            pushed_request_lifetime: "90s".to_owned(),
            require_pushed_authorization_requests: false,
        }
    }
}

/// What is demanded of the assertions of clients.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct AssertionRegistration {
    /// How far ahead the `exp` of a client's assertion may lie; an hour at most.
    pub longest_lifetime: String,
    /// Take the address of the token endpoint for an `aud` too. The right one is `public_url`.
    pub accept_token_endpoint_audience: bool,
}

impl Default for AssertionRegistration {
    fn default() -> Self {
        Self { longest_lifetime: "10m".to_owned(), accept_token_endpoint_audience: false }
    }
}

/// Checks the code grant.
pub(super) fn code(given: &CodeRegistration, at: &Pointer<'_>) -> Option<CodePolicy> {
    let code = bounded(&given.code_lifetime, LONGEST, &at.key("code_lifetime"));
    let pushed = bounded(&given.pushed_request_lifetime, LONGEST, &at.key("pushed_request_lifetime"));
    Some(CodePolicy {
        code_lifetime: code?,
        pushed_lifetime: pushed?,
        pushed_only: given.require_pushed_authorization_requests,
    })
}

/// Checks what is demanded of assertions to `issuer`.
pub(super) fn assertions(
    given: &AssertionRegistration,
    issuer: Option<&str>,
    at: &Pointer<'_>,
) -> Option<AssertionPolicy> {
    let longest = bounded(&given.longest_lifetime, LONGEST_ASSERTION, &at.key("longest_lifetime"));
    let issuer = issuer?.to_owned();
    Some(AssertionPolicy {
        token_endpoint: given.accept_token_endpoint_audience.then(|| format!("{issuer}/token")),
        issuer,
        longest_lifetime: longest?,
    })
}

fn bounded(given: &str, longest: Duration, at: &Pointer<'_>) -> Option<Duration> {
    let read = lifetime::parse(given).map_err(str::to_owned);
    at.keep(read.and_then(|read| match read <= longest {
        true => Ok(read),
        false => Err(format!("must be {}s at most", longest.as_secs())),
    }))
}
