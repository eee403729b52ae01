//! Requests for tests of this module and of those above it.

#![expect(clippy::unwrap_used, reason = "for tests only")]

use serde_json::{Value, json};
use url::Url;

use super::dcql::{ClaimsPath, CredentialQuery, Query};
use super::request::{
    AuthorizationMethod, OnRejection, PresentationFlow, Profile, RequestMethod, Requester, ResponseMode,
    TransactionSupport, VpRequest, WalletChoice, WalletRoute,
};
use super::retention::Retention;
use super::transaction_data::{Details, LabelledLine, TransactionData, TransactionTypes};
use crate::appearance::languages::Languages;
use crate::base::id::{Handle, Nonce, PresentationId, RequestState};
use crate::base::time::Timestamp;

/// When every request here was made.
pub const MADE_AT: Timestamp = Timestamp::from_unix(1_800_000_000);
/// The credential query id of [`asked`].
pub const CREDENTIAL: &str = "proof_id_default";
/// The type it asks for.
pub const VCT: &str = "https://credentials.example/person";

/// What people who read English read: the title, and each line with its label.
pub fn in_english(details: &Details) -> (String, Vec<String>) {
    let english = Languages::default().first();
    let line = |it: &LabelledLine| format!("{}: {}", english.said(&it.label), english.said(&it.text));
    (english.said(&details.title), details.lines.iter().map(line).collect())
}

/// Asks for a name by `scope` at the cloud wallet, for 300 seconds, with two tries.
pub fn asked() -> VpRequest {
    VpRequest {
        id: PresentationId::from_entropy([1; 16]),
        handle: Handle::from_entropy([2; 16]),
        state: RequestState::from_entropy([3; 16]),
        nonce: Nonce::from_entropy([4; 16]),
        requester: Requester::RelyingParty {
            client_id: "shop".to_owned(),
            redirect_uri: Url::parse("https://shop.example/return").unwrap(),
            state: None,
            grant: None,
            scope: None,
            several_holders: false,
        },
        wallet: "proof".to_owned(),
        verifier_id: "caxdw5a7d".to_owned(),
        profile: Profile::Proof,
        client_name: None,
        origin: "https://verify.example".to_owned(),
        on_rejection: OnRejection::Refuse,
        wallet_issuer: None,
        dc_api: None,
        org_iso_mdoc: false,
        query: query(&[CREDENTIAL]),
        scope: Some("urn:example:basic".to_owned()),
        transaction_data: Vec::new(),
        login_hint: None,
        retention: Retention::default(),
        created_at: MADE_AT,
        expires_at: Timestamp::from_unix(MADE_AT.unix() + 300),
        tries_allowed: 2,
        choice: WalletChoice::Fixed,
        flow: PresentationFlow::SameDevice,
        response_mode: ResponseMode::Fragment,
        answer_uri: Some(Url::parse("https://verify.example/callback").unwrap()),
        answer_key: None,
    }
}

/// The route of [`asked`].
pub fn route() -> WalletRoute {
    WalletRoute {
        name: "proof".to_owned(),
        profile: Profile::Proof,
        authorization_endpoint: Url::parse("https://wallet.example/authorize").unwrap(),
        authorization_method: AuthorizationMethod::Get,
        verifier_id: "caxdw5a7d".to_owned(),
        request_method: RequestMethod::UrlQuery,
        response_mode: ResponseMode::Fragment,
        redirect_uri: Url::parse("https://verify.example/callback").unwrap(),
        wallet_endpoints: Url::parse("https://verify.example/wallet/").unwrap(),
        send_response_mode: false,
        legacy_names: false,
        issuer: None,
        pushed_requests: None,
        transaction_data: TransactionSupport::All,
        verifier_info: Vec::new(),
        on_rejection: OnRejection::Refuse,
        dc_api: None,
        also_as: Vec::new(),
        install_url: None,
        title: None,
    }
}

/// Asks for the same claims from each of these credentials.
pub fn query(ids: &[&str]) -> Query {
    let claims =
        || ["given_name", "age_equal_or_over.18"].map(|dotted| ClaimsPath::from_dotted(dotted).unwrap());
    let credential = |id: &&str| CredentialQuery::new(*id, vec![VCT.to_owned()], claims().to_vec());
    Query::of(ids.iter().map(credential).collect()).unwrap()
}

/// A session that one of these credentials must authorise.
pub fn transaction(credential_ids: &[&str], ip_address: &str) -> TransactionData {
    let object: Value = json!({
        "type": "urn:proof:params:vc:transaction-data:session-data",
        "credential_ids": credential_ids,
        "payload": {"ip_address": ip_address}
    });
    TransactionTypes::default().from_json(&object).unwrap()
}
