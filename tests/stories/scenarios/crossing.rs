//! A wallet on another device than the browser: off by default, and what it costs where it is on
//! (RFC 10027, OpenID4VP 1.0 section 14.2).

use std::time::Duration;

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use vpgate_core::openid4vp::request::ResponseMode;

use crate::scenarios::posting::PostingWallet;
use crate::scenarios::shop::{request, transactions};
use vpgate_test_support::harness::{BASE, Harness, RETURN_TO};

fn crossing() -> Value {
    let mut crossing = request(&[]);
    crossing["flow"] = "cross_device".into();
    crossing
}

#[tokio::test]
async fn req_2_18_the_browser_that_shows_the_code_learns_the_outcome_and_the_shop_the_result() {
    for mode in [ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
        let world = Harness::posting(mode).await;
        let (wallet, mut desktop, mut stranger) =
            (PostingWallet::new(&world), world.browser(), world.browser());
        let begun = world.begin(&crossing()).await;
        let start = begun["start_url"].as_str().unwrap();
        let page = desktop.open(start).await;
        assert_eq!(page.url.as_str(), start, "the browser stays");
        for shown in ["class=\"scan\"", "Corner Shop", "Given name", "less than 2 minutes", "Give up"] {
            assert!(page.body.contains(shown), "{shown}: {}", page.body);
        }
        let refused = stranger.open(start).await;
        assert!(
            refused.status.is_client_error() && !refused.body.contains("class=\"scan\""),
            "{}",
            refused.body
        );

        let handle = start.rsplit('/').next().unwrap();
        let (waiting, done) = (format!("/done/{handle}/waiting"), format!("/done/{handle}"));
        assert_eq!(desktop.open(&waiting).await.status, StatusCode::NO_CONTENT);
        assert_eq!(stranger.open(&waiting).await.status, StatusCode::NOT_FOUND, "nobody else learns of it");

        let asked =
            wallet.asked_at(&begun["authorization_request_url"].as_str().unwrap().parse().unwrap()).await;
        // The script of the page asks so: its answer comes with the wallet's.
        let headers = [("cookie", desktop.cookies()), ("prefer", "wait=25".to_owned())];
        let waits = world.send(Method::GET, &waiting, &headers, String::new());
        let (heard, answer) = tokio::join!(waits, wallet.share(&asked));
        assert_eq!(heard.status, StatusCode::RESET_CONTENT);
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({})), "nowhere to be sent");

        assert_eq!(desktop.open(&waiting).await.status, StatusCode::RESET_CONTENT);
        let home = desktop.open(start).await.url;
        assert!(home.as_str().starts_with(RETURN_TO), "the browser goes home by itself: {home}");
        let seen = stranger.open(&done).await;
        assert!(seen.status.is_client_error() && !seen.body.contains("has what it needs"), "{}", seen.body);
        let (status, result) = world.collect(&begun, None).await;
        assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("verified")), "{result}");
        for known in [asked.state.as_str(), asked.handle.as_str()] {
            assert_eq!(world.collect(&json!({"id": known}), None).await.0, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn the_page_with_the_code_says_what_is_agreed_to_with_the_total() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let [session, mut payment, wire, mandate] = transactions();
    payment["payload"]["title"] = "Order <b>7</b>".into();
    // One at a time: the request is in the QR code.
    for (sent, shown) in [
        (session, vec!["Session from the network address 192.0.2.7"]),
        (payment, vec!["Payment: 60.07 USD for Order", "Tea: 3 × 19.99 USD = 59.97 USD", "Total: 60.07 USD"]),
        (wire, vec!["Wire transfer: 1,250.50 USD to First Bank, account ending 6789"]),
        (mandate, vec!["Payment mandate: 12.00 EUR to Corner Shop"]),
    ] {
        let mut asks = crossing();
        asks["transaction_data"] = json!([sent]);
        let begun = world.begin(&asks).await;
        let page = world.browser().open(begun["start_url"].as_str().unwrap()).await;
        for shown in shown {
            assert!(page.body.contains(shown), "{shown}: {}", page.body);
        }
        for never in ["987654321", "<b>7</b>", "erika@example.com"] {
            assert!(!page.body.contains(never), "{never}: {}", page.body);
        }
    }
    let begun = world.begin(&crossing()).await;
    let page = world.browser().open(begun["start_url"].as_str().unwrap()).await;
    assert!(page.body.contains("class=\"scan\"") && !page.body.contains("agreeing"), "{}", page.body);
}

#[tokio::test]
async fn what_is_agreed_to_is_said_in_the_person_s_language_with_its_amounts() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let mut payment = transactions()[1].clone();
    payment["payload"]["items"][0]["quantity"] = 300.into();
    let mut asks = crossing();
    asks["transaction_data"] = json!([payment]);
    for (tag, said) in [
        ("de", ["Ihre Wallet", "Summe: ", "300 × 19,99\u{a0}USD = 5.997,00\u{a0}USD"]),
        ("es", ["a su cartera", "Total: ", "300 × 19,99\u{a0}USD = 5997,00\u{a0}USD"]),
        ("ja", ["ウォレット", "合計：", "300 × 19.99\u{a0}USD = 5,997.00\u{a0}USD"]),
    ] {
        let begun = world.begin(&asks).await;
        let start = format!("{}?ui_locales={tag}", begun["start_url"].as_str().unwrap());
        let page = world.browser().open(&start).await;
        for said in said {
            assert!(page.body.contains(said), "{tag} {said}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn req_15_3_crossing_devices_is_off_unless_client_and_wallet_allow_it() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    world.begin(&crossing()).await;
    let refused =
        world.post_json_as(("bank", "bank-secret"), "/v1/presentations", &crossing().to_string()).await;
    assert_eq!((refused.status, &refused.json()["pointer"]), (StatusCode::BAD_REQUEST, &json!("/flow")));
    // A wallet that answers in the fragment comes back through its own browser.
    let world = Harness::new().await;
    let refused = world.post_json("/v1/presentations", &crossing().to_string()).await;
    assert_eq!((refused.status, &refused.json()["pointer"]), (StatusCode::BAD_REQUEST, &json!("/flow")));
}

#[tokio::test]
async fn req_15_5_the_code_lives_for_two_minutes() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut desktop) = (PostingWallet::new(&world), world.browser());
    let begun = world.begin(&crossing()).await;
    desktop.open(begun["start_url"].as_str().unwrap()).await;
    let asked = wallet.asked_at(&begun["authorization_request_url"].as_str().unwrap().parse().unwrap()).await;
    world.clock.advance(Duration::from_secs(120));
    assert_eq!(wallet.share(&asked).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.collect(&begun, None).await.1["status"], "expired");
}

#[tokio::test]
async fn req_2_18_nobody_answers_before_a_browser_shows_the_code() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let wallet = PostingWallet::new(&world);
    let begun = world.begin(&crossing()).await;
    let asked = wallet.asked_at(&begun["authorization_request_url"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(wallet.share(&asked).await.status, StatusCode::BAD_REQUEST);
    let mut desktop = world.browser();
    let page = desktop.open(begun["start_url"].as_str().unwrap()).await;
    let page = desktop.press(&page, "Give up").await;
    assert!(page.url.as_str().starts_with(BASE) || page.url.as_str().starts_with(RETURN_TO), "{}", page.url);
    assert_eq!(world.collect(&begun, None).await.1["status"], "declined");
}

#[tokio::test]
async fn the_page_with_the_code_hears_of_a_wrong_answer_and_of_nothing_at_the_end_of_its_patience() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut desktop) = (PostingWallet::new(&world), world.browser());
    let begun = world.begin(&crossing()).await;
    let start = begun["start_url"].as_str().unwrap();
    desktop.open(start).await;
    let waiting = format!("/done/{}/waiting", start.rsplit('/').next().unwrap());
    let waits = async |preference: &str| {
        let headers = [("cookie", desktop.cookies()), ("prefer", preference.to_owned())];
        world.send(Method::GET, &waiting, &headers, String::new()).await.status
    };
    assert_eq!(waits("wait=0").await, StatusCode::NO_CONTENT);
    let asked = wallet.asked_at(&begun["authorization_request_url"].as_str().unwrap().parse().unwrap()).await;
    let wrong = wallet.made_for(&asked.verifier_id, "another-nonce-than-that").present();
    let (heard, _) = tokio::join!(waits("wait=25"), wallet.answer(&asked, &wrong));
    assert_eq!(heard, StatusCode::RESET_CONTENT, "the person can try again");
    assert_eq!(waits("wait=25").await, StatusCode::RESET_CONTENT, "there is nothing to wait for");
}
