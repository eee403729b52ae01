//! Requests that are pushed to a wallet before the browser goes there (RFC 9126 section 2).

use serde_json::Value;
use url::{Url, form_urlencoded};

use super::client::{FetchClient, FetchFault};
use vpgate_core::base::json::{self, Bounds, JsonFault};
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::profile::Parameters;

/// Two members, and room for what else a wallet likes to say.
const ANSWER: Bounds = Bounds { bytes: 16 << 10, depth: 4, members: 64 };
/// The longest `request_uri`: it travels in a URL.
const LONGEST: usize = 2048;

/// Why a request was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum PushFault {
    /// No server to push to.
    #[error("no address to push requests to is configured")]
    NoAddress,
    /// No answer, or a refusal.
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    #[error(transparent)]
    Json(#[from] JsonFault),
    /// RFC 9126 section 2.2.
    #[error("the answer has no usable `request_uri`")]
    NoRequestUri,
}

impl PushFault {
    /// Whether time may heal it.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Fetch(fault) if fault.is_passing())
    }
}

/// Pushes `request` to `at`; the `request_uri` that stands for it.
pub(super) async fn push(
    client: &FetchClient,
    at: Option<&Url>,
    secret: Option<&Secret>,
    request: &Parameters,
) -> Result<String, PushFault> {
    let at = at.ok_or(PushFault::NoAddress)?;
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(request.pairs())
        .extend_pairs(secret.map(|secret| ("client_secret", secret.expose())))
        .finish();
    let answer = client.post_form(at, form, &["application/json"], ANSWER.bytes).await?;
    let answer = json::parse(&answer.body, &ANSWER)?;
    let request_uri = answer.get("request_uri").and_then(Value::as_str);
    let usable = request_uri.filter(|uri| uri.len() <= LONGEST && Url::parse(uri).is_ok());
    usable.map(str::to_owned).ok_or(PushFault::NoRequestUri)
}
