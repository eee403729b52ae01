//! The shop's story and the device grant, by progenitor.

use std::env;
use std::time::Duration;

use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderMap};

use vpgate::{Client, Error, types};

#[allow(clippy::all, dead_code, mismatched_lifetime_syntaxes, unused_imports)]
mod vpgate {
    include!(concat!(env!("OUT_DIR"), "/vpgate.rs"));
}

const SCOPE: &str = "urn:proof:params:scope:verifiable-credentials:basic";
const HOME: &str = "http://127.0.0.1:9999/return";

/// Shares at the wallet; where the browser is then.
async fn shared(address: &str, start: &str) -> reqwest::Url {
    let errand = [("address", start), ("answer", "Share")];
    let done = reqwest::Client::new().post(format!("{address}/person")).form(&errand).send().await.unwrap();
    assert_eq!(done.status(), 200);
    done.headers()["location"].to_str().unwrap().parse().unwrap()
}

fn asked() -> types::builder::BeginByScope {
    types::BeginByScope::builder().scope(SCOPE).redirect_uri(HOME)
}

/// A payment is agreed to.
async fn shop(address: &str, client: &Client) {
    let item = types::PaymentItem::builder().quantity(2).unit_cost(12.1).label("Green tea");
    let payload = types::ItemizedPaymentPayload::builder().currency("EUR").items([item.try_into().unwrap()]);
    let payment: types::ItemizedPayment = types::ItemizedPayment::builder()
        .type_("urn:proof:params:vc:transaction-data:payment-itemized:v1")
        .credential_ids(["proof_id_default".parse().unwrap()])
        .payload(types::ItemizedPaymentPayload::try_from(payload).unwrap())
        .try_into()
        .unwrap();
    let body: types::BeginByScope = asked().transaction_data(vec![payment.into()]).try_into().unwrap();
    let begun = client.begin_presentation().body(body).send().await.unwrap().into_inner();
    let pending = client.collect_result().id(&begun.id).send().await.unwrap();
    assert_eq!(pending.status, types::PresentationStatus::Pending);
    let home = shared(address, &begun.start_url).await;
    let (_, code) = home.query_pairs().find(|(name, _)| name == "response_code").unwrap();
    let result = client.collect_result().id(&begun.id).response_code(code).send().await.unwrap().into_inner();
    assert_eq!(result.status, types::PresentationStatus::Verified);
    let types::TransactionData::ItemizedPayment(paid) = &result.transaction_data[0] else {
        panic!("{:?}", result.transaction_data);
    };
    assert_eq!(paid.payload.items[0].unit_cost, 12.1);
    let types::Credentials::Credential(credential) = &result.credentials["proof_id_default"] else {
        panic!("one was asked for");
    };
    assert_eq!(credential.format, "dc+sd-jwt");

    // What is wrong is told where it is. The client knows no problem documents: it hands out the answer.
    let body: types::BeginByScope = asked().wallet("none".to_owned()).try_into().unwrap();
    let wrong = client.begin_presentation().body(body).send().await.unwrap_err();
    assert_eq!(wrong.status().map(|status| status.as_u16()), Some(400), "{wrong}");
}

/// A device gets its token.
async fn device(address: &str, shop: &Client, device: &Client) {
    let request = types::DeviceAuthorizationRequest::builder().client_id("tv".to_owned());
    let codes = device.device_authorization().body(request).send().await.unwrap().into_inner();
    let poll = || {
        types::TokenRequest::builder()
            .grant_type("urn:ietf:params:oauth:grant-type:device_code")
            .client_id("tv".to_owned())
            .device_code(codes.device_code.clone())
    };
    let early = device.token().body(poll()).send().await.unwrap_err();
    let Error::ErrorResponse(early) = early else { panic!("{early}") };
    assert_eq!(early.error, types::OAuthErrorCode::AuthorizationPending);
    shared(address, codes.verification_uri_complete.as_ref().unwrap()).await;
    tokio::time::sleep(Duration::from_secs(u64::try_from(codes.interval).unwrap())).await;
    let token = device.token().body(poll()).send().await.unwrap().into_inner();
    assert_eq!(token.scope, SCOPE);
    let request = types::IntrospectionRequest::builder().token(token.access_token);
    assert!(shop.introspect().body(request).send().await.unwrap().active);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let address = env::args().nth(1).expect("the address of the service");
    let basic = base64::engine::general_purpose::STANDARD.encode("store:plain-secret");
    let headers = HeaderMap::from_iter([(AUTHORIZATION, format!("Basic {basic}").parse().unwrap())]);
    let http = reqwest::Client::builder().default_headers(headers).build().unwrap();
    let store = Client::new_with_client(&address, http);
    shop(&address, &store).await;
    device(&address, &store, &Client::new(&address)).await;
}
