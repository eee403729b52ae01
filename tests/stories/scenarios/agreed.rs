//! What is being agreed to: for which credential, and as whose copy.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::http::StatusCode;
use serde_json::json;
use url::form_urlencoded;

use crate::scenarios::shop::{request, same_numbers, transactions};
use vpgate_test_support::harness::{CREDENTIAL, Harness, NOT_HELD};

/// Asked by scope, the credential has the id that configuration gives it, and no other can authorise.
#[tokio::test]
async fn req_13_6_a_transaction_names_the_credential_of_the_scope() {
    let world = Harness::new().await;
    world.begin(&request(&transactions()[..1])).await;
    for (ids, at) in [(json!(["another"]), 0), (json!([NOT_HELD]), 0), (json!([CREDENTIAL, "another"]), 1)] {
        let mut session = transactions()[0].clone();
        session["credential_ids"] = ids;
        let answer = world.post_json("/v1/presentations", &request(&[session]).to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        let pointer = format!("/transaction_data/0/credential_ids/{at}");
        assert_eq!(answer.json()["pointer"], pointer, "{}", answer.text);
    }
}

/// The browser brings a copy that says another amount: the shop reads what was stored.
#[tokio::test]
async fn req_13_14_a_copy_from_the_browser_changes_nothing() {
    let world = Harness::new().await;
    let wire = transactions()[2].clone();
    let mut altered = wire.clone();
    altered["payload"]["amount"] = json!(1);
    let encoded = URL_SAFE_NO_PAD.encode(altered.to_string());
    let begun = world.begin(&request(std::slice::from_ref(&wire))).await;
    let mut browser = world.browser();
    let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
    let fragment = world.share_without_returning(&mut browser, &wallet).await;
    let more = form_urlencoded::Serializer::new(String::new())
        .append_pair("transaction_data", &encoded)
        .append_pair("amount", "1")
        .finish();
    let page = browser.bring_fragment(&format!("{fragment}&{more}")).await;
    let code = page.url.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
    let (_, result) = world.collect(&begun, Some(&code)).await;
    assert_eq!(result["status"], "verified", "{result}");
    assert_eq!(same_numbers(&result["transaction_data"]), same_numbers(&json!([wire])));
}
