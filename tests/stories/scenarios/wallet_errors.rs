//! Every error that a wallet can name, by the ways on which `answers` does not send it: in the fragment,
//! encrypted, and to an application that waits for a code.

use poem::http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;
use vpgate_core::openid4vp::request::ResponseMode;
use vpgate_core::openid4vp::response::WalletError;

use crate::scenarios::answers::CODES;
use crate::scenarios::code_flow;
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::request;
use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::harness::{BASE, BASIC, Harness, RETURN_TO};

/// Words of a stranger that must not be repeated.
const DESCRIBED: &str = "<script>alert(1)</script>\u{7}";

/// The fragment with this error instead of the answer that the person would have given.
async fn instead(world: &Harness, browser: &mut Browser<'_>, wallet: &Page, code: &str) -> String {
    let fragment = world.share_without_returning(browser, wallet).await;
    let state = form_urlencoded::parse(fragment.as_bytes()).find(|(name, _)| name == "state").unwrap().1;
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("error", code), ("error_description", DESCRIBED), ("state", &state)])
        .finish()
}

fn is_clean(code: &str, page: &Page, result: &Value) {
    for text in [&page.body, &result.to_string()] {
        assert!(!text.contains("<script>alert") && !text.contains('\u{7}'), "{code}: {text}");
    }
}

#[tokio::test]
async fn req_2_40_to_2_44_every_error_in_the_fragment_reaches_the_person_and_the_shop() {
    let world = Harness::new().await;
    for (code, settles) in CODES {
        let mut browser = world.browser();
        let begun = world.begin(&request(&[])).await;
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        let fragment = instead(&world, &mut browser, &wallet, code).await;
        let page = browser.bring_fragment(&fragment).await;
        let (_, result) = world.collect(&begun, None).await;
        is_clean(code, &page, &result);
        if settles {
            assert!(page.url.as_str().starts_with(RETURN_TO), "{code}: {} {}", page.url, page.body);
            assert_eq!(result["status"], "declined", "{code}: {result}");
            assert_eq!(result["error"], WalletError::from_code(code).code(), "{code}: {result}");
            let again = browser.bring_fragment(&fragment).await;
            assert!(again.status.is_client_error(), "{code}: it counts once");
        } else {
            assert!(page.url.as_str().starts_with(BASE) && page.body.contains("Try again"), "{code}");
            assert_eq!(result["status"], "pending", "{code}: {result}");
            let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
            let page = browser.press(&wallet, "Share").await;
            assert!(page.url.as_str().starts_with(RETURN_TO), "{code}: {} {}", page.url, page.body);
        }
    }
}

#[tokio::test]
async fn req_2_44_every_error_in_the_fragment_reaches_the_device() {
    let world = Harness::new().await;
    for (code, settles) in CODES {
        let authorization = world.device_authorization(&[("scope", BASIC)]).await;
        let mut phone = world.browser();
        let wallet = world.to_wallet(&mut phone, &authorization).await;
        let fragment = instead(&world, &mut phone, &wallet, code).await;
        let page = phone.bring_fragment(&fragment).await;
        let (_, told) = world.poll(authorization["device_code"].as_str().unwrap()).await;
        is_clean(code, &page, &told);
        let (error, words) = match settles {
            true => ("access_denied", "Nothing was shared"),
            false => ("authorization_pending", "Try again"),
        };
        assert_eq!(told["error"], error, "{code}");
        assert!(page.body.contains(words), "{code}: {}", page.body);
    }
}

#[tokio::test]
async fn req_2_44_every_error_reaches_the_application_that_waits_for_a_code() {
    let world = Harness::new().await;
    for (code, settles) in CODES {
        let mut browser = world.browser();
        let wallet = code_flow::to_wallet(&mut browser, &code_flow::request(&[])).await;
        let fragment = instead(&world, &mut browser, &wallet, code).await;
        let page = browser.bring_fragment(&fragment).await;
        is_clean(code, &page, &Value::Null);
        if settles {
            let expected = if code == "access_denied" { "access_denied" } else { "server_error" };
            assert_eq!(code_flow::error_of(&page), expected, "{code}");
        } else {
            assert!(page.url.as_str().starts_with(BASE) && page.body.contains("Try again"), "{code}");
        }
    }
}

#[tokio::test]
async fn req_2_40_to_2_44_every_encrypted_error_reaches_the_shop() {
    let world = Harness::posting(ResponseMode::DirectPostJwt).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    for (code, settles) in CODES {
        let begun = world.begin(&request(&[])).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        let asked = wallet.opened_by(&page).await;
        let said = |state: &str| json!({"error": code, "error_description": DESCRIBED, "state": state});
        // Inside, the state counts as it does for a presentation.
        let stray = wallet.encrypted(&asked, &said("AAAAAAAAAAAAAAAAAAAAAA"));
        assert_eq!(wallet.post(&asked, &[("response", &stray)]).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(world.collect(&begun, None).await.1["status"], "pending", "{code}");
        let jwe = wallet.encrypted(&asked, &said(asked.state.as_str()));
        let way_back = redirect_uri(&wallet.post(&asked, &[("response", &jwe)]).await);
        let (_, result) = world.collect(&begun, None).await;
        is_clean(code, &browser.open(&way_back).await, &result);
        if settles {
            let told = (&result["status"], &result["error"]);
            assert_eq!(told, (&json!("declined"), &json!(WalletError::from_code(code).code())), "{code}");
        } else {
            assert_eq!(result["status"], "pending", "{code}: {result}");
        }
    }
}
