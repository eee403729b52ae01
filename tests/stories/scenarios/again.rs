//! A wallet posts its answer once more, because our reply was lost on the way to it.

use poem::http::StatusCode;
use serde_json::json;
use vpgate_core::openid4vp::request::{ResponseMode, VpRequest};

use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::request;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO};

/// The body of a good answer, which stays the same however often it is posted.
fn body(wallet: &PostingWallet<'_>, asked: &VpRequest) -> Vec<(&'static str, String)> {
    let vp_token = json!({ CREDENTIAL: [wallet.presentation(asked)] });
    match &asked.answer_key {
        None => vec![("vp_token", vp_token.to_string()), ("state", asked.state.as_str().to_owned())],
        Some(_) => {
            let inside = json!({"vp_token": vp_token, "state": asked.state});
            vec![("response", wallet.encrypted(asked, &inside))]
        }
    }
}

fn borrowed<'b>(body: &'b [(&'static str, String)]) -> Vec<(&'b str, &'b str)> {
    body.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test]
async fn the_same_answer_again_gets_the_same_reply_and_leads_home_once() {
    for mode in [ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
        let world = Harness::posting(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let begun = world.begin(&request(&[])).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        let asked = wallet.opened_by(&page).await;
        let body = body(&wallet, &asked);
        let first = wallet.post(&asked, &borrowed(&body)).await;
        let again = wallet.post(&asked, &borrowed(&body)).await;
        assert_eq!((again.status, &again.text), (StatusCode::OK, &first.text));
        // In another order of the parameters it says the same.
        let turned: Vec<_> = borrowed(&body).into_iter().rev().collect();
        assert_eq!(wallet.post(&asked, &turned).await.text, first.text);
        // Another answer stays refused, also a good one.
        assert_eq!(wallet.share(&asked).await.status, StatusCode::BAD_REQUEST);
        let page = browser.open(&redirect_uri(&again)).await;
        assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
        // After the return too; its code is spent, and the browser sees how it ended.
        let late = wallet.post(&asked, &borrowed(&body)).await;
        assert_eq!((late.status, &late.text), (StatusCode::OK, &first.text));
        let page = browser.open(&redirect_uri(&late)).await;
        assert!(page.body.contains("has what it needs"), "{} {}", page.url, page.body);
        // Forgotten is forgotten.
        assert_eq!(world.forget(&begun).await, StatusCode::NO_CONTENT);
        assert_eq!(wallet.post(&asked, &borrowed(&body)).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn of_the_same_answer_posted_many_times_at_once_each_gets_the_same_reply() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let begun = world.begin(&request(&[])).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    let asked = wallet.opened_by(&page).await;
    let body = body(&wallet, &asked);
    let form = borrowed(&body);
    let (a, b, c, d) = tokio::join!(
        wallet.post(&asked, &form),
        wallet.post(&asked, &form),
        wallet.post(&asked, &form),
        wallet.post(&asked, &form)
    );
    for other in [b, c, d] {
        assert_eq!((other.status, &other.text), (StatusCode::OK, &a.text));
    }
}

#[tokio::test]
async fn a_refusal_posted_again_gets_the_same_reply_too() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let begun = world.begin(&request(&[])).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    let asked = wallet.opened_by(&page).await;
    let first = wallet.refuse(&asked, "access_denied").await;
    let again = wallet.refuse(&asked, "access_denied").await;
    assert_eq!((again.status, &again.text), (StatusCode::OK, &first.text));
    assert_eq!(wallet.refuse(&asked, "invalid_scope").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(wallet.share(&asked).await.status, StatusCode::BAD_REQUEST);
    let page = browser.open(&redirect_uri(&again)).await;
    assert!(page.url.as_str().starts_with(RETURN_TO), "{}", page.url);
}

#[tokio::test]
async fn a_television_gets_one_token_however_often_the_answer_is_posted() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let wallet = PostingWallet::new(&world);
    let authorization = world.device_authorization(&[("scope", BASIC)]).await;
    let mut phone = world.browser();
    let asked = wallet.opened_by(&world.to_wallet(&mut phone, &authorization).await).await;
    let body = body(&wallet, &asked);
    let first = wallet.post(&asked, &borrowed(&body)).await;
    assert_eq!(wallet.post(&asked, &borrowed(&body)).await.text, first.text);
    phone.open(&redirect_uri(&first)).await;
    world.clock.advance(std::time::Duration::from_secs(5));
    let device_code = authorization["device_code"].as_str().unwrap();
    assert_eq!(world.poll(device_code).await.0, StatusCode::OK);
    assert_eq!(wallet.post(&asked, &borrowed(&body)).await.text, first.text);
    world.clock.advance(std::time::Duration::from_secs(5));
    assert_ne!(world.poll(device_code).await.0, StatusCode::OK, "no second token");
}
