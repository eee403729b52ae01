//! The claims of a Request Object (OpenID4VP 1.0 sections 5.1, 5.8, 5.10; RFC 9101 section 4).

use serde_json::{Map, Value};

use super::super::request::{Profile, VpRequest};
use super::{ANY_WALLET, Parameters};
use crate::base::time::Timestamp;

/// Everything the wallet needs is inside: it ignores what stands beside it (REQ-1.35).
pub(super) fn claims(
    asked: &VpRequest,
    parameters: &Parameters,
    wallet_nonce: Option<&str>,
    now: Timestamp,
) -> Map<String, Value> {
    let mut claims = parameters.to_claims();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("aud", asked.wallet_issuer.as_deref().unwrap_or(ANY_WALLET).into());
    put("iat", now.unix().into());
    put("exp", asked.expires_at.unix().into());
    if asked.profile == Profile::Proof {
        // This wallet asks for it; others ignore it (section 5.10.1).
        put("iss", asked.verifier_id.as_str().into());
    }
    if let Some(nonce) = wallet_nonce {
        put("wallet_nonce", nonce.into());
    }
    claims
}
