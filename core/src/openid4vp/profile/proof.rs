//! Proof's cloud wallet: an authorization request answered in the fragment of our redirect URI, or
//! posted to our response URI (REQ-13.1 and those after it; OpenID4VP 1.0 sections
//! 5.1, 5.2, 8.2).

use super::super::client_id::Prefix;
use super::super::request::{RequestMethod, ResponseMode, VpRequest, WalletRoute};
use super::super::transaction_data::TransactionData;
use super::{NotPermitted, Parameters, answer_goes_to};

/// In the order of the wallet's document. `response_mode` is not in it, and `fragment` is the default
/// for `vp_token` (REQ-13.3): it is sent where configuration says so.
pub(super) fn parameters(asked: &VpRequest, wallet: &WalletRoute) -> Parameters {
    let (at, address) = answer_goes_to(asked, wallet);
    let parameters = Parameters::default()
        .with("response_type", "vp_token")
        .with("client_id", asked.verifier_id.as_str())
        .with_some("response_mode", wallet.send_response_mode.then(|| asked.response_mode.name()))
        .with(at, address.as_str());
    let parameters = match &asked.scope {
        Some(scope) => parameters.with("scope", scope.as_str()),
        None => parameters.with("dcql_query", asked.query.to_json()),
    };
    parameters
        .with_some("login_hint", asked.login_hint.as_deref())
        .with("nonce", asked.nonce.as_str())
        .with("state", asked.state.as_str())
        .with_some("transaction_data", space_separated(&asked.transaction_data))
}

/// What of the choices this wallet knows.
pub(super) fn permits(prefix: Prefix, method: RequestMethod, mode: ResponseMode) -> Result<(), NotPermitted> {
    if prefix != Prefix::PreRegistered {
        return Err(NotPermitted::client_id(
            "this wallet knows registered identifiers only, without a prefix",
        ));
    }
    if method == RequestMethod::ByReferencePost {
        return Err(NotPermitted::request_method(
            "this wallet fetches requests by GET only: use \"by_reference\"",
        ));
    }
    if mode.is_encrypted() {
        return Err(NotPermitted::response_mode("this wallet knows \"fragment\" and \"direct_post\""));
    }
    Ok(())
}

/// The wire form of this wallet (REQ-1.86): base64url knows no space.
fn space_separated(transaction_data: &[TransactionData]) -> Option<String> {
    let encoded: Vec<&str> = transaction_data.iter().map(TransactionData::encoded).collect();
    (!encoded.is_empty()).then(|| encoded.join(" "))
}

#[cfg(test)]
mod tests;
