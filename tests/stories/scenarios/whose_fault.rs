//! What an issuer publishes is wrong, or cannot be had: who is told what, and how it ends.

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate::flow::ports::NotPublished;
use vpgate_core::openid4vp::request::OnRejection;

use crate::scenarios::posting::PostingWallet;
use crate::scenarios::shop::request;
use vpgate_test_support::harness::outside::ListRoad;
use vpgate_test_support::harness::{Harness, SHOP};

fn mistake() -> NotPublished {
    NotPublished::mistake(&"status 404")
}

fn passing() -> NotPublished {
    NotPublished::passing(&"no answer")
}

fn failed(result: &Value) -> String {
    let checks = result["report"]["checks"].as_array().unwrap();
    let failed = checks.iter().find(|check| check["outcome"] == "failed").unwrap();
    failed["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_issuers_mistake_is_told_at_once_by_name_to_person_device_and_relying_party() {
    let world = Harness::new().await;
    world.keys_fail(Some(mistake()));
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let wallet = world.to_wallet(&mut phone, &authorization).await;
    let page = phone.press(&wallet, "Share").await;
    assert!(page.body.contains("Your credential could not be checked"), "{}", page.body);
    assert!(!page.body.contains("our side") && !page.body.contains("Try again"), "{}", page.body);
    let device_code = authorization["device_code"].as_str().unwrap();
    assert_eq!(world.poll(device_code).await.1["error"], "access_denied", "nobody waits in vain");

    let begun = world.begin(&request(&[])).await;
    let mut browser = world.browser();
    let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
    browser.press(&wallet, "Share").await;
    let (status, result) = world.collect(&begun, None).await;
    assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("rejected")), "{result}");
    assert_eq!(result["report"]["reason"], "issuer_key");
    assert!(failed(&result).contains("only the issuer can mend that: status 404"), "{result}");
}

#[tokio::test]
async fn trouble_that_passes_is_no_try_and_ends_in_the_end() {
    let world = Harness::new().await;
    world.keys_fail(Some(passing()));
    let authorization = world.device_authorization(&[]).await;
    let device_code = authorization["device_code"].as_str().unwrap();
    let mut phone = world.browser();
    let mut wallet = world.to_wallet(&mut phone, &authorization).await;
    for _ in 1..8 {
        let done = phone.press(&wallet, "Share").await;
        assert!(done.body.contains("cannot be checked right now"), "{}", done.body);
        assert!(done.body.contains("Try again") && !done.body.contains("our side"), "{}", done.body);
        assert_eq!(world.poll(device_code).await.1["error"], "authorization_pending");
        world.clock.advance(std::time::Duration::from_secs(5));
        wallet = phone.open(done.url.as_str().replace("/done/", "/start/").as_str()).await;
    }
    phone.press(&wallet, "Share").await;
    assert_eq!(world.poll(device_code).await.1["error"], "access_denied");

    // It heals in between, and no try of the person's is lost.
    world.keys_fail(Some(passing()));
    let begun = world.begin(&request(&[])).await;
    let mut browser = world.browser();
    for _ in 1..8 {
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        browser.press(&wallet, "Share").await;
        assert_eq!(world.collect(&begun, None).await.1["status"], "pending");
    }
    world.keys_fail(None);
    let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
    browser.press(&wallet, "Share").await;
    assert_ne!(world.collect(&begun, None).await.1["status"], "pending");
}

#[tokio::test]
async fn a_list_that_never_comes_ends_the_flow_too_with_that_reason() {
    let world = Harness::new().await;
    world.lists_arrive(ListRoad::Blocked);
    let begun = world.begin(&request(&[])).await;
    let mut browser = world.browser();
    for _ in 0..8 {
        assert_eq!(world.collect(&begun, None).await.1["status"], "pending");
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        browser.press(&wallet, "Share").await;
    }
    let result = world.collect(&begun, None).await.1;
    assert_eq!(
        (&result["status"], &result["report"]["reason"]),
        (&json!("rejected"), &json!("status_list_available"))
    );
}

#[tokio::test]
async fn a_posting_wallet_hears_that_the_same_answer_may_count_later() {
    let world = Harness::with_wallet(|wallet| wallet.on_rejection = OnRejection::Refuse).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let begun = world.begin(&request(&[])).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    let asked = wallet.opened_by(&page).await;
    world.keys_fail(Some(passing()));
    let answer = wallet.share(&asked).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
    assert_eq!(answer.json(), json!({"error": "temporarily_unavailable"}));
    assert!(!answer.header("retry-after").is_empty());
    world.keys_fail(Some(mistake()));
    let answer = wallet.share(&asked).await;
    assert_eq!(
        (answer.status, answer.json()),
        (StatusCode::BAD_REQUEST, json!({"error": "invalid_request"}))
    );
    assert_eq!(world.collect(&begun, None).await.1["status"], "rejected");
}

#[tokio::test]
async fn who_verifies_by_himself_reads_the_mistake_and_hears_503_for_what_passes() {
    let world = Harness::new().await;
    let held = world.hold(&request(&[]), &[]).await;
    let body = json!({
        "vp_token": held.vp_token, "nonce": held.nonce, "audience": vpgate_test_support::harness::WALLET_CLIENT,
        "scope": vpgate_test_support::harness::BASIC,
    });
    world.keys_fail(Some(mistake()));
    let answer = world.post_value_as("/v1/verify", Some(SHOP), &body).await;
    let judged = answer.json();
    assert_eq!((answer.status, &judged["reason"]), (StatusCode::OK, &json!("issuer_key")), "{judged}");
    world.keys_fail(Some(passing()));
    let answer = world.post_value_as("/v1/verify", Some(SHOP), &body).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let problem = answer.json();
    assert!(problem["detail"].as_str().unwrap().contains("the issuer's JWKS"), "{problem}");
    assert!(problem.get("trace_id").is_none(), "not a failure of ours: {problem}");
}
