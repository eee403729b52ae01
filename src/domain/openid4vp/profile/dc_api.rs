//! Requests through the browser's Digital Credentials API (OpenID4VP 1.0 Appendix A): the browser says who
//! asks, so nothing in them says where the answer goes. Multi-signed requests are not offered.

use serde_json::{Map, Value};

use super::super::request::Asked;
use super::client_metadata::{client_metadata, metadata};
use super::openid4vp::{array, verifier_info};
use super::{ANY_WALLET, Parameters};
use crate::domain::base::time::Timestamp;

/// Whether the request is signed (Appendix A.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The origin alone says who asks.
    Unsigned,
    /// A Request Object with our client identifier.
    Signed,
}

impl Kind {
    /// The value of `protocol` beside the request (Appendix A.1, REQ-2.50).
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Unsigned => "openid4vp-v1-unsigned",
            Self::Signed => "openid4vp-v1-signed",
        }
    }
}

/// What the KB-JWT names as its audience, of signed requests too (Appendix A.4, REQ-2.54). `origin` is
/// ours, from the configuration: scheme, host and port without a trailing slash.
pub fn audience(origin: &str) -> String {
    format!("origin:{origin}")
}

/// The `data` of an unsigned request: no client identifier and no origins (Appendix A.2, REQ-2.51).
pub fn unsigned(asked: &Asked) -> Map<String, Value> {
    common(asked).with("client_metadata", metadata(asked)).to_claims()
}

/// The claims of the Request Object of a signed request from `origin` (Appendix A.3.2.1).
pub fn signed(asked: &Asked, origin: &str, now: Timestamp) -> Map<String, Value> {
    common(asked)
        .with("client_id", asked.wallet.client_id.as_str())
        .with("expected_origins", vec![origin])
        .with_some("client_metadata", client_metadata(asked))
        .with("aud", asked.wallet.issuer.as_deref().unwrap_or(ANY_WALLET))
        .with("iat", now.unix())
        .with("exp", asked.expires_at.unix())
        .to_claims()
}

/// Neither `state` nor an address: the page that asked has the answer (REQ-2.52).
fn common(asked: &Asked) -> Parameters {
    let transaction_data = &asked.transaction_data;
    Parameters::default()
        .with("response_type", "vp_token")
        .with("response_mode", asked.response_mode.name())
        .with("nonce", asked.nonce.as_str())
        .with("dcql_query", asked.query.to_json())
        .with_some("transaction_data", (!transaction_data.is_empty()).then(|| array(transaction_data)))
        .with_some("verifier_info", verifier_info(asked))
}
