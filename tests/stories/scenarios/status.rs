//! A credential that its issuer takes back, and a list that does not arrive.

use poem::http::StatusCode;
use serde_json::{Value, json};

use vpgate_test_support::harness::outside::ListRoad;
use vpgate_test_support::harness::{BASE, BASIC, CREDENTIAL, Harness, RETURN_TO};

fn request() -> Value {
    json!({"scope": BASIC, "redirect_uri": RETURN_TO})
}

/// Shares honestly, as often as it takes to be refused for good; the result.
async fn refused(world: &Harness) -> Value {
    let begun = world.begin(&request()).await;
    world.share_fault_until_refused(&begun, "").await;
    let (status, result) = world.collect(&begun, None).await;
    assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("rejected")), "{result}");
    result
}

/// Shares honestly; the verified credential.
async fn accepted(world: &Harness) -> Value {
    let begun = world.begin(&request()).await;
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert_eq!(result["status"], "verified", "{result}");
    result["credentials"][CREDENTIAL].clone()
}

#[tokio::test]
async fn req_5_16_a_revoked_credential_is_refused_and_a_restored_one_is_not() {
    let world = Harness::new().await;
    assert_eq!(accepted(&world).await["status"], "valid");
    for status in ["revoked", "suspended"] {
        world.issuer_says(status).await;
        let result = refused(&world).await;
        assert_eq!(result["report"]["reason"], "status");
        assert!(result["report"].to_string().contains(status), "{result}");
        world.issuer_says("valid").await;
        assert_eq!(accepted(&world).await["status"], "valid");
    }
}

#[tokio::test]
async fn req_5_16_a_television_learns_that_a_revoked_credential_earns_nothing() {
    let world = Harness::new().await;
    world.issuer_says("revoked").await;
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let wallet = world.to_wallet(&mut phone, &authorization).await;
    let done = phone.press(&wallet, "Share").await;
    // It is the same a minute later: nobody is told to try again, and nobody waits.
    for words in ["does not count any more", "Ask the issuer", "another credential", "Return to your device"]
    {
        assert!(done.body.contains(words), "{words}: {}", done.body);
    }
    assert!(!done.body.contains("ry again") && !done.body.contains("more times"), "{}", done.body);
    let device_code = authorization["device_code"].as_str().unwrap();
    assert_eq!(world.poll(device_code).await.1["error"], "access_denied");
}

#[tokio::test]
async fn req_7_13_a_list_that_cannot_be_had_refuses_without_counting_a_try() {
    let world = Harness::new().await;
    world.lists_arrive(ListRoad::Blocked);
    let begun = world.begin(&request()).await;
    let mut browser = world.browser();
    for _ in 0..6 {
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        let page = browser.press(&wallet, "Share").await;
        assert!(page.url.as_str().starts_with(&format!("{BASE}/done/")), "{}", page.url);
        assert!(page.body.contains("Try again"), "{}", page.body);
        assert_eq!(world.collect(&begun, None).await.1["status"], "pending");
    }
    world.lists_arrive(ListRoad::Open);
    let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
    let page = browser.press(&wallet, "Share").await;
    assert!(page.url.as_str().starts_with(RETURN_TO), "{}", page.url);
}

#[tokio::test]
async fn req_7_5_another_list_is_refused_and_named() {
    let world = Harness::new().await;
    world.lists_arrive(ListRoad::Swapped);
    // The issuer's mistake: no other try could help.
    let begun = world.begin(&request()).await;
    let mut browser = world.browser();
    let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
    browser.press(&wallet, "Share").await;
    let result = world.collect(&begun, None).await.1;
    assert_eq!(
        (&result["status"], &result["report"]["reason"]),
        (&json!("rejected"), &json!("status_list_subject"))
    );
}

#[tokio::test]
async fn req_7_16_a_result_does_not_say_where_the_status_is_kept() {
    let world = Harness::new().await;
    let begun = world.begin(&request()).await;
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
    let text = result.to_string();
    assert!(!text.contains("status-list") && !text.contains("idx"), "{text}");
}

#[tokio::test]
async fn req_5_16_what_the_operator_ignores_is_unchecked() {
    let world = Harness::with_credentials("danger_ignore_status = true").await;
    world.issuer_says("revoked").await;
    world.lists_arrive(ListRoad::Blocked);
    assert_eq!(accepted(&world).await["status"], "unchecked");
}
