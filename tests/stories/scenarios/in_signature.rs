//! The device in the holder's signature: a wallet that is known to show it is told which device gets which rights, and
//! without its agreement the device gets nothing.

use std::time::Duration;

use poem::http::StatusCode;
use serde_json::{Value, json};

use vpgate_core::openid4vp::transaction_data::DEVICE_AUTHORIZATION_SCHEMA;
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO};

const DEVICE: &str = "urn:vpgate:device_authorization:1";
const SESSION: &str = "urn:proof:params:vc:transaction-data:session-data";

/// With a wallet that takes this transaction data.
async fn asking(transaction_data: &str) -> Harness {
    let wallet = "client_id = \"vpgate-sandbox\"\n";
    let text =
        configuration("").replacen(wallet, &format!("{wallet}transaction_data = {transaction_data}\n"), 1);
    Harness::with_configuration(&text, Vec::new()).await
}

async fn knowing() -> Harness {
    asking(&format!("[\"{SESSION}\", \"{DEVICE}\"]")).await
}

fn text<'a>(authorization: &'a Value, name: &str) -> &'a str {
    authorization[name].as_str().unwrap()
}

#[tokio::test]
async fn req_15_15_the_person_signs_which_device_gets_which_rights() {
    let world = knowing().await;
    let authorization = world.device_authorization(&[("device_label", "Anna’s <b>bedroom</b>")]).await;
    let mut phone = world.browser();
    let page = phone.open(text(&authorization, "verification_uri_complete")).await;
    assert!(page.body.contains("Anna’s &lt;b&gt;bedroom&lt;/b&gt;"), "{}", page.body);
    let wallet = phone.press(&page, "Continue").await;
    for said in
        ["Give access to Living-room TV", text(&authorization, "user_code"), "Anna’s &#60;b&#62;bedroom"]
    {
        assert!(wallet.body.contains(said), "the wallet says {said}: {}", wallet.body);
    }
    phone.press(&wallet, "Share").await;
    world.clock.advance(Duration::from_secs(5));
    let (refused, token) = world.hears("tv", &authorization).await;
    assert_eq!((refused, &token["scope"]), (None, &json!(BASIC)));
}

#[tokio::test]
async fn req_15_15_without_its_hash_in_the_signature_the_device_gets_nothing() {
    let world = knowing().await;
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let mut page = world.to_wallet(&mut phone, &authorization).await;
    for _ in 0..5 {
        page = phone.fill_and_press(&page, &[("fault", "missing_transaction_hash")], "Share").await;
        let Some(again) = page.body.split("href=\"").find(|it| it.starts_with("/start/")) else { break };
        page = phone.open(again.split('"').next().unwrap()).await;
    }
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(world.hears("tv", &authorization).await.0.unwrap(), "access_denied");
}

/// A wallet would refuse what it does not know: the type must be named.
#[tokio::test]
async fn req_15_15_a_wallet_for_which_the_type_is_not_named_is_asked_without_it() {
    for takes in ["true", "false", &format!("[\"{SESSION}\"]")] {
        let world = asking(takes).await;
        let authorization = world.device_authorization(&[]).await;
        let mut phone = world.browser();
        let wallet = world.to_wallet(&mut phone, &authorization).await;
        assert!(!wallet.url.as_str().contains("transaction_data"), "{takes}: {}", wallet.url);
        phone.press(&wallet, "Share").await;
        world.clock.advance(Duration::from_secs(5));
        assert_eq!(world.hears("tv", &authorization).await.0, None, "{takes}");
    }
}

#[tokio::test]
async fn req_15_15_pages_of_others_ask_for_it_too_beside_what_they_want_agreed() {
    let world = knowing().await;
    let authorization = world.device_authorization(&[("device_label", "Kitchen")]).await;
    let session =
        json!({ "type": SESSION, "credential_ids": [CREDENTIAL], "payload": { "ip_address": "192.0.2.7" } });
    let user_code = text(&authorization, "user_code");
    let asked = json!({ "user_code": user_code, "redirect_uri": RETURN_TO, "transaction_data": [session] });
    let begun = world.begin(&asked).await;
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert_eq!(result["status"], "verified", "{result}");
    assert_eq!(result["transaction_data"][0], session);
    let device = &result["transaction_data"][1];
    assert_eq!((&device["type"], &device["credential_ids"]), (&json!(DEVICE), &json!([CREDENTIAL])));
    let signed = json!({
        "client_id": "tv", "client_name": "Living-room TV", "device_label": "Kitchen", "user_code": user_code,
        "scopes": [{ "name": BASIC }],
    });
    assert_eq!(device["payload"], signed);

    // What is theirs must leave room for it.
    let other = world.device_authorization(&[]).await;
    let mut stronger = session.clone();
    stronger["transaction_data_hashes_alg"] = json!(["sha-512"]);
    let asked =
        json!({ "user_code": other["user_code"], "redirect_uri": RETURN_TO, "transaction_data": [stronger] });
    let refused = world.post_json("/v1/presentations", &asked.to_string()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    assert_eq!(refused.json()["pointer"], "/transaction_data/0/transaction_data_hashes_alg");
}

#[tokio::test]
async fn req_15_15_a_relying_party_cannot_write_it_itself() {
    let world = knowing().await;
    let payload = json!({
        "client_id": "tv", "client_name": "TV", "user_code": "WDJB-MJHT", "scopes": [{ "name": BASIC }],
    });
    let device = json!({ "type": DEVICE, "credential_ids": [CREDENTIAL], "payload": payload });
    let asked = json!({ "scope": BASIC, "redirect_uri": RETURN_TO, "transaction_data": [device] });
    let refused = world.post_json("/v1/presentations", &asked.to_string()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    assert_eq!(refused.json()["pointer"], "/transaction_data/0/type");
}

#[tokio::test]
async fn req_15_13_a_label_that_cannot_be_shown_is_refused() {
    let world = Harness::new().await;
    for wrong in [" ", "a\nb", "\u{202e}VT", &"a".repeat(65)] {
        let form = [("client_id", "tv"), ("device_label", wrong)];
        let refused = world.post_form("/device_authorization", &form).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong:?}: {}", refused.text);
        assert_eq!(refused.json()["error"], "invalid_request");
        assert!(refused.text.contains("device_label"), "{}", refused.text);
    }
}

#[tokio::test]
async fn the_schema_is_published() {
    let answer = Harness::new().await.get("/schemas/device_authorization.json").await;
    assert_eq!(answer.header("content-type"), "application/schema+json");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.text, DEVICE_AUTHORIZATION_SCHEMA);
}
