//! OpenID4VP 1.0 as it is written, with nothing else: always a DCQL query and a response mode, transaction
//! data as an array, one address for the answer.

use serde_json::Value;

use super::super::client_id::Prefix;
use super::super::request::{RequestMethod, ResponseMode, VpRequest, WalletRoute};
use super::super::transaction_data::TransactionData;
use super::client_metadata::client_metadata;
use super::{NotPermitted, Parameters, answer_goes_to};

/// Section 5.1. A question that was put by scope is sent as the query that stands for it: scope values
/// mean something only to a wallet that knows them.
pub(super) fn parameters(asked: &VpRequest, wallet: &WalletRoute) -> Parameters {
    let (at, address) = answer_goes_to(asked, wallet);
    let transaction_data = &asked.transaction_data;
    Parameters::default()
        .with("response_type", "vp_token")
        .with("client_id", asked.verifier_id.as_str())
        .with("response_mode", asked.response_mode.name())
        .with(at, address.as_str())
        .with("nonce", asked.nonce.as_str())
        .with("state", asked.state.as_str())
        .with("dcql_query", asked.query.to_json())
        .with_some("transaction_data", (!transaction_data.is_empty()).then(|| array(transaction_data)))
        .with_some("client_metadata", client_metadata(asked, wallet))
        .with_some("verifier_info", verifier_info(asked, wallet))
}

/// Whatever the specification permits.
#[expect(clippy::unnecessary_wraps, reason = "the other profiles say no")]
pub(super) fn permits(_: Prefix, _: RequestMethod, _: ResponseMode) -> Result<(), NotPermitted> {
    Ok(())
}

/// REQ-1.86.
pub(super) fn array(transaction_data: &[TransactionData]) -> Value {
    transaction_data.iter().map(TransactionData::encoded).collect()
}

/// Section 5.11: what somebody says about us. What is said about credentials that this request does not
/// ask for stays at home (REQ-1.54).
pub(super) fn verifier_info(asked: &VpRequest, wallet: &WalletRoute) -> Option<Value> {
    let asks_for = |id: &String| asked.query.credential(id).is_some();
    let fitting = wallet
        .verifier_info
        .iter()
        .filter(|one| one.credential_ids.as_ref().is_none_or(|ids| ids.iter().all(asks_for)));
    let said: Vec<Value> = fitting.map(|one| one.to_json()).collect();
    (!said.is_empty()).then_some(Value::Array(said))
}
