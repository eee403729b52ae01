//! Requests through the browser's Digital Credentials API (OpenID4VP 1.0 Appendix A): the browser says who
//! asks, so nothing in them says where the answer goes. All profiles write them alike.

use serde_json::{Map, Value, json};

use super::super::client_id::Prefix;
use super::super::request::{
    DcApiRequest, DcApiRoute, Profile, ResponseMode, VerifierIdentity, VpRequest, WalletRoute,
};
use super::client_metadata::{client_metadata, metadata};
use super::openid4vp::{array, verifier_info};
use super::{NotPermitted, Parameters, request_object};
use crate::base::time::Timestamp;

/// An unsigned request, as the API takes it: no client identifier and no origins (Appendix A.2, REQ-2.51).
pub fn unsigned(asked: &VpRequest, wallet: &WalletRoute) -> Value {
    let data = common(asked, wallet).with("client_metadata", metadata(asked, wallet)).to_claims();
    json!({ "protocol": DcApiRequest::Unsigned.protocol(), "data": data })
}

/// The claims of the Request Object of a signed one: here the client identifier and our origin stand
/// (Appendix A.2, A.3.2.1).
pub fn signed_claims(asked: &VpRequest, wallet: &WalletRoute, now: Timestamp) -> Map<String, Value> {
    let parameters = common(asked, wallet)
        .with("client_id", asked.verifier_id.as_str())
        .with("expected_origins", vec![asked.origin.as_str()])
        .with_some("client_metadata", client_metadata(asked, wallet));
    request_object::claims(asked, &parameters, None, now)
}

/// A signed request, as the API takes it; `signed` is its Request Object.
pub fn signed(signed: &str) -> Value {
    json!({ "protocol": DcApiRequest::Signed.protocol(), "data": { "request": signed } })
}

/// The claims of the Request Object of a multi-signed one: nothing of who asks (Appendix A.3.2.2, REQ-2.53).
pub fn multi_signed_claims(asked: &VpRequest, wallet: &WalletRoute, now: Timestamp) -> Map<String, Value> {
    let parameters = question(asked)
        .with("expected_origins", vec![asked.origin.as_str()])
        .with("client_metadata", metadata(asked, wallet));
    request_object::claims(asked, &parameters, None, now)
}

/// What the protected header of one of its signatures says besides its key. What others say about us, they
/// say about our identifier at this wallet.
pub fn who_asks(asked: &VpRequest, wallet: &WalletRoute, identity: &VerifierIdentity) -> Map<String, Value> {
    let of_ours = || verifier_info(asked, wallet).filter(|_| identity.verifier_id == asked.verifier_id);
    Parameters::default()
        .with("client_id", identity.verifier_id.as_str())
        .with_some("verifier_info", of_ours())
        .to_claims()
}

/// A multi-signed request, as the API takes it. `signed` are its Request Objects, one for each identity, which
/// share their claims: one object in JSON serialisation (RFC 7515 section 7.2.1).
pub fn multi_signed(signed: &[String]) -> Value {
    let parts = |jws: &String| {
        let mut parts = jws.splitn(3, '.').map(str::to_owned);
        Some((parts.next()?, parts.next()?, parts.next()?))
    };
    let parts: Vec<_> = signed.iter().filter_map(parts).collect();
    let payload = parts.first().map(|(_, payload, _)| payload.clone());
    let signatures: Vec<Value> = parts
        .into_iter()
        .map(|(protected, _, signature)| json!({ "protected": protected, "signature": signature }))
        .collect();
    let request = json!({ "payload": payload, "signatures": signatures });
    json!({ "protocol": DcApiRequest::MultiSigned.protocol(), "data": { "request": request } })
}

/// Neither `state` nor an address: the page that asked has the answer (REQ-2.52).
fn question(asked: &VpRequest) -> Parameters {
    let transaction_data = &asked.transaction_data;
    Parameters::default()
        .with("response_type", "vp_token")
        .with("response_mode", asked.response_mode.name())
        .with("nonce", asked.nonce.as_str())
        .with("dcql_query", asked.query.to_json())
        .with_some("transaction_data", (!transaction_data.is_empty()).then(|| array(transaction_data)))
}

/// What is asked, with what others say about us.
fn common(asked: &VpRequest, wallet: &WalletRoute) -> Parameters {
    question(asked).with_some("verifier_info", verifier_info(asked, wallet))
}

/// Whether a wallet may be asked through the browser in this way.
///
/// # Errors
/// [`NotPermitted`] for the choice that does not fit.
pub fn permits(profile: Profile, prefix: Prefix, api: DcApiRoute) -> Result<(), NotPermitted> {
    let encrypted = api.response_mode == ResponseMode::DcApiJwt;
    if api.request.is_signed() && prefix == Prefix::RedirectUri {
        return Err(NotPermitted::dc_api_request(
            "must be \"unsigned\": requests with a `redirect_uri:` identifier are never signed (OpenID4VP 1.0 section 5.9.3)",
        ));
    }
    if api.request == DcApiRequest::MultiSigned && !prefix.must_sign() {
        return Err(NotPermitted::dc_api_request(
            "must not be \"multisigned\": an identifier without a prefix proves nothing to a wallet that does not know it",
        ));
    }
    if api.request == DcApiRequest::Signed && encrypted && prefix == Prefix::PreRegistered {
        return Err(NotPermitted::dc_api_response_mode(
            "must be \"dc_api\": a wallet that has us registered is sent no metadata in signed requests, so it has no key of the request",
        ));
    }
    if profile == Profile::Haip && !encrypted {
        return Err(NotPermitted::dc_api_response_mode(
            "must be \"dc_api.jwt\" in this profile (HAIP 1.0 section 5.2)",
        ));
    }
    Ok(())
}
