//! Whose answer is it? Attacks on the way between a browser and a wallet that posts (OpenID4VP 1.0
//! sections 13.3, 14.2, 14.3; RFC 10027), each next to the story that it imitates.

use std::time::{Duration, Instant};

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;
use vpgate_core::openid4vp::request::{OnRejection, ResponseMode, VpRequest};

use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::request;
use vpgate_test_support::harness::{BASE, BASIC, Harness, RETURN_TO};

const MODES: [ResponseMode; 2] = [ResponseMode::DirectPost, ResponseMode::DirectPostJwt];

/// The shop's request, opened in a browser that stops at the wallet.
macro_rules! begun {
    ($world:ident, $wallet:ident, $browser:ident) => {{
        let begun = $world.begin(&request(&[])).await;
        let page = $browser.open(begun["start_url"].as_str().unwrap()).await;
        let asked = $wallet.opened_by(&page).await;
        (begun, asked)
    }};
}

fn code_in(address: &Url) -> Option<String> {
    address.query_pairs().find(|(name, _)| name == "response_code").map(|(_, code)| code.into_owned())
}

async fn status_of(world: &Harness, begun: &Value) -> Value {
    world.collect(begun, None).await.1["status"].clone()
}

/// Nobody has got anything for it: neither the shop, nor whoever reads its page.
async fn is_pending(world: &Harness, begun: &Value) -> bool {
    status_of(world, begun).await == "pending"
}

#[tokio::test]
async fn req_2_12_2_14_9_6_a_posted_answer_reaches_the_shop_when_its_browser_returns() {
    for mode in MODES {
        let world = Harness::posting(mode).await;
        let wallet = PostingWallet::new(&world);
        let mut browser = world.browser();
        let (begun, asked) = begun!(world, wallet, browser);
        let answer = wallet.share(&asked).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("content-type").starts_with("application/json"));
        let way_back = redirect_uri(&answer);
        assert!(way_back.starts_with(&format!("{BASE}/done/")), "absolute: {way_back}");
        assert!(is_pending(&world, &begun).await, "nobody knows yet whose answer it is");

        let page = browser.open(&way_back).await;
        assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
        let code = code_in(&page.url).unwrap();
        assert_ne!(Some(&code), code_in(&way_back.parse().unwrap()).as_ref(), "the shop has its own");
        let (status, result) = world.collect(&begun, Some(&code)).await;
        assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("verified")), "{result}");
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(world.collect(&begun, Some(&code)).await.0, StatusCode::NOT_FOUND, "once");
    }
}

#[tokio::test]
async fn req_2_14_15_2_a_posted_answer_brings_the_television_its_token_when_the_phone_returns() {
    for mode in MODES {
        let world = Harness::posting(mode).await;
        let wallet = PostingWallet::new(&world);
        let authorization = world.device_authorization(&[("scope", BASIC)]).await;
        let device_code = authorization["device_code"].as_str().unwrap();
        let mut phone = world.browser();
        let asked = wallet.opened_by(&world.to_wallet(&mut phone, &authorization).await).await;
        let way_back = redirect_uri(&wallet.share(&asked).await);
        assert_eq!(world.poll(device_code).await.1["error"], "authorization_pending");
        let page = phone.open(&way_back).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.url.query(), None, "the code is out of the address bar: {}", page.url);
        assert!(page.body.contains("Return to your device"), "{}", page.body);
        world.clock.advance(Duration::from_secs(5));
        assert_eq!(world.poll(device_code).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn req_2_16_the_attacker_begins_and_the_victim_finishes() {
    for mode in MODES {
        let world = Harness::posting(mode).await;
        let (wallet, mut attacker, mut victim) =
            (PostingWallet::new(&world), world.browser(), world.browser());
        // The attacker takes the request out of his own browser and sends it to the victim as a link.
        let (begun, asked) = begun!(world, wallet, attacker);
        let way_back = redirect_uri(&wallet.share(&asked).await);
        // The victim's wallet opens the victim's browser, which never began anything.
        let page = victim.open(&way_back).await;
        assert!(page.status.is_client_error(), "{} {}", page.url, page.body);
        // The attacker's browser began, but nobody told it the code.
        let done = Url::parse(&way_back).unwrap();
        for guess in ["", "?response_code=guess", "?response_code="] {
            let page = attacker.open(&format!("{}{guess}", done.path())).await;
            assert!(page.url.as_str().starts_with(BASE), "{}", page.url);
            assert!(!page.body.contains("has what it needs"), "{}", page.body);
        }
        assert!(is_pending(&world, &begun).await);
        for code in [None, Some("guess"), code_in(&done).as_deref()] {
            let (_, result) = world.collect(&begun, code).await;
            assert!(result["credentials"].is_null(), "{result}");
        }
    }
}

#[tokio::test]
async fn req_2_16_a_television_of_the_attacker_gets_nothing_from_the_victims_wallet() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut attacker, mut victim) =
        (PostingWallet::new(&world), world.browser(), world.browser_of_somebody().await);
    let authorization = world.device_authorization(&[("scope", BASIC)]).await;
    let device_code = authorization["device_code"].as_str().unwrap();
    let asked = wallet.opened_by(&world.to_wallet(&mut attacker, &authorization).await).await;
    let way_back = redirect_uri(&wallet.share(&asked).await);
    let page = victim.open(&way_back).await;
    assert!(page.status.is_client_error(), "a browser of ours, but not this one: {}", page.body);
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(world.poll(device_code).await.1["error"], "authorization_pending");
    world.clock.advance(Duration::from_secs(600));
    assert_eq!(world.poll(device_code).await.1["error"], "expired_token");
}

/// The other way round: the attacker's wallet answers, and the victim is lured to the end of it.
#[tokio::test]
async fn req_2_16_the_victims_session_takes_no_answer_of_the_attacker() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut attacker, mut victim) = (PostingWallet::new(&world), world.browser(), world.browser());
    let (attackers, of_attacker) = begun!(world, wallet, attacker);
    let (victims, of_victim) = begun!(world, wallet, victim);
    let way_back = redirect_uri(&wallet.share(&of_attacker).await);
    let page = victim.open(&way_back).await;
    assert!(page.status.is_client_error(), "{}", page.body);
    // Nor does the code open the victim's own request.
    let code = code_in(&way_back.parse().unwrap()).unwrap();
    let own = format!("/done/{}?response_code={code}", of_victim.handle);
    let page = victim.open(&own).await;
    assert!(!page.url.as_str().starts_with(RETURN_TO), "{}", page.url);
    assert!(is_pending(&world, &attackers).await && is_pending(&world, &victims).await);
}

/// A stranger has seen the victim's request, and his own good wallet answers it.
#[tokio::test]
async fn req_2_16_a_strangers_answer_never_becomes_the_victims() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (stranger, mut strangers_browser, mut victim) =
        (PostingWallet::new(&world), world.browser(), world.browser());
    let (begun, asked) = begun!(world, stranger, victim);
    let way_back = redirect_uri(&stranger.share(&asked).await);
    assert!(strangers_browser.open(&way_back).await.status.is_client_error());
    let page = victim.open(&format!("/done/{}", asked.handle)).await;
    assert!(page.body.contains("Your wallet has answered") && !page.body.contains("has what it needs"));
    assert!(is_pending(&world, &begun).await);
    // It has cost the victim this attempt, and nothing else.
    refused(&PostingWallet::new(&world).share(&asked).await);
}

#[tokio::test]
async fn req_2_17_who_knows_only_the_state_gets_no_result() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, asked) = begun!(world, wallet, browser);
    let (state, handle) = (asked.state.as_str(), asked.handle.as_str());
    assert!(begun["id"] != state && begun["id"] != handle && state != handle, "three different values");
    wallet.share(&asked).await;
    let mut stranger = world.browser();
    for path in [format!("/start/{state}"), format!("/done/{state}"), format!("/done/{handle}")] {
        assert!(stranger.open(&path).await.status.is_client_error(), "{path}");
    }
    for id in [state, handle] {
        assert_eq!(world.collect(&json!({"id": id}), None).await.0, StatusCode::NOT_FOUND, "{id}");
    }
    assert_eq!(world.get(&world.response_path(&asked)).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn req_2_8_an_answer_counts_once_and_for_its_own_request() {
    for mode in MODES {
        let world = Harness::posting(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let (begun, asked) = begun!(world, wallet, browser);
        let (_, other) = begun!(world, wallet, browser);
        let vp_token = wallet.vp_token(&asked);
        let way_back = redirect_uri(&wallet.share(&asked).await);
        let again = wallet.share(&asked).await;
        refused(&again);
        // The same presentation, brought to another request.
        let replayed = match &other.answer_key {
            None => {
                let form = [("vp_token", vp_token.as_str()), ("state", other.state.as_str())];
                wallet.post(&other, &form).await
            }
            Some(_) => {
                let payload = json!({"vp_token": json_of(&vp_token), "state": other.state});
                wallet.post(&other, &[("response", &wallet.encrypted(&other, &payload))]).await
            }
        };
        refused(&replayed);
        let page = browser.open(&way_back).await;
        assert!(page.url.as_str().starts_with(RETURN_TO), "{}", page.url);
        assert_eq!(world.collect(&begun, code_in(&page.url).as_deref()).await.1["status"], "verified");
        refused(&wallet.share(&asked).await);
        // The way back leads to the page, and nowhere a second time.
        let page = browser.open(&way_back).await;
        assert!(page.url.as_str().starts_with(BASE), "{}", page.url);
        assert_eq!(page.url.query(), None);
    }
}

#[tokio::test]
async fn req_2_8_2_20_junk_spoils_no_login_before_the_last_try() {
    for mode in MODES {
        let world = Harness::posting(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let (begun, asked) = begun!(world, wallet, browser);
        let state = asked.state.as_str();
        for _ in 0..4 {
            refused(
                &wallet.post(&asked, &[("vp_token", "junk"), ("response", "junk"), ("state", state)]).await,
            );
        }
        // What fits no request is not even counted.
        for _ in 0..20 {
            refused(&wallet.post(&asked, &[("vp_token", "junk"), ("state", "AAAAAAAAAAAAAAAAAAAAAA")]).await);
            refused(&wallet.post(&asked, &[("vp_token", "junk")]).await);
        }
        let page = browser.open(&redirect_uri(&wallet.share(&asked).await)).await;
        assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
        assert_eq!(world.collect(&begun, code_in(&page.url).as_deref()).await.1["status"], "verified");

        let (begun, asked) = begun!(world, wallet, browser);
        let state = asked.state.as_str();
        for _ in 0..5 {
            refused(&wallet.post(&asked, &[("vp_token", "junk"), ("state", state)]).await);
        }
        assert_eq!(status_of(&world, &begun).await, "rejected", "the fifth was the last");
        refused(&wallet.share(&asked).await);
    }
}

#[tokio::test]
async fn req_2_20_a_wallet_may_be_told_to_bring_its_person_back() {
    let world = Harness::with_wallet(|wallet| wallet.on_rejection = OnRejection::Redirect).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, asked) = begun!(world, wallet, browser);
    let junk = [("vp_token", "junk"), ("state", asked.state.as_str())];
    for _ in 0..4 {
        let page = browser.open(&redirect_uri(&wallet.post(&asked, &junk).await)).await;
        assert!(page.body.contains("did not work yet"), "{}", page.body);
    }
    let page = browser.open(&redirect_uri(&wallet.post(&asked, &junk).await)).await;
    assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
    let (_, result) = world.collect(&begun, None).await;
    assert_eq!((&result["status"], &result["report"]["verdict"]), (&json!("rejected"), &json!("rejected")));
}

#[tokio::test]
async fn req_2_11_2_13_closed_expired_and_unknown_addresses_are_told_the_same() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (_, settled) = begun!(world, wallet, browser);
    assert_eq!(wallet.refuse(&settled, "access_denied").await.status, StatusCode::OK);
    let (_, waiting) = begun!(world, wallet, browser);
    wallet.share(&waiting).await;
    let unopened = world.begin(&request(&[])).await;
    let unopened =
        wallet.asked_at(&unopened["authorization_request_url"].as_str().unwrap().parse().unwrap()).await;
    let (begun, expired) = begun!(world, wallet, browser);
    let mut told =
        vec![wallet.share(&settled).await, wallet.share(&waiting).await, wallet.share(&unopened).await];
    // Not what decided: that gets its reply again.
    told.push(wallet.refuse(&settled, "invalid_scope").await);
    world.clock.advance(Duration::from_secs(300));
    told.push(wallet.share(&expired).await);
    assert_eq!(status_of(&world, &begun).await, "expired");
    for id in ["AAAAAAAAAAAAAAAAAAAAAA", "short", "%00"] {
        told.push(
            world.post_form(&format!("/wallet/responses/{id}"), &[("vp_token", "x"), ("state", id)]).await,
        );
    }
    let first = told[0].text.clone();
    for answer in &told {
        refused(answer);
        assert_eq!(answer.text, first);
    }
}

#[tokio::test]
async fn req_9_6_an_answer_whose_browser_never_returns_is_worth_nothing() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, asked) = begun!(world, wallet, browser);
    let way_back = redirect_uri(&wallet.share(&asked).await);
    let page = browser.open(&format!("/done/{}", asked.handle)).await;
    assert!(page.body.contains("Your wallet has answered"), "{}", page.body);
    world.clock.advance(Duration::from_secs(300));
    assert_eq!(status_of(&world, &begun).await, "expired");
    let page = browser.open(&way_back).await;
    assert!(page.status.is_client_error(), "too late: {}", page.body);
}

#[tokio::test]
async fn req_2_14_looking_ahead_does_not_use_the_code_up() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (_, asked) = begun!(world, wallet, browser);
    let way_back: Url = redirect_uri(&wallet.share(&asked).await).parse().unwrap();
    let path = format!("{}?{}", way_back.path(), way_back.query().unwrap());
    let cookie = ("cookie", browser.cookies());
    for (method, header, status) in [
        (Method::HEAD, ("accept", "*/*"), StatusCode::OK),
        (Method::GET, ("sec-purpose", "prefetch"), StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let headers = [cookie.clone(), (header.0, header.1.to_owned())];
        assert_eq!(world.send(method, &path, &headers, String::new()).await.status, status);
    }
    assert!(browser.open(way_back.as_str()).await.url.as_str().starts_with(RETURN_TO));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "how long it really takes is what is tested")]
async fn req_2_19_the_largest_answer_is_refused_in_ordinary_time() {
    const MOST: usize = 3 << 20;
    for mode in MODES {
        let world = Harness::posting(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let (_, asked) = begun!(world, wallet, browser);
        for (name, fill) in [("vp_token", "a~"), ("response", "A"), ("response", "."), ("vp_token", "[[")] {
            let room = MOST - asked.state.as_str().len() - "&state=".len() - name.len() - 1;
            let value = fill.repeat(room / fill.len());
            let started = Instant::now();
            let body = format!("{name}={value}&state={}", asked.state);
            let answer = post(&world, &asked, body).await;
            assert_eq!(answer, StatusCode::BAD_REQUEST, "{name}={fill}...");
            assert!(started.elapsed() < Duration::from_secs(2), "{name}={fill}... {:?}", started.elapsed());
        }
        let beyond = format!("vp_token={}", "a".repeat(MOST));
        assert_eq!(post(&world, &asked, beyond).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(post(&world, &asked, "a".repeat(5 << 20)).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

async fn post(world: &Harness, asked: &VpRequest, body: String) -> StatusCode {
    let form = ("content-type", "application/x-www-form-urlencoded".to_owned());
    world.send(Method::POST, &world.response_path(asked), &[form], body).await.status
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// 400, and not a word about why.
fn refused(answer: &vpgate_test_support::harness::Answer) {
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::BAD_REQUEST, r#"{"error":"invalid_request"}"#)
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}
