//! Credentials with a portrait: every way in which an answer comes has room for one, and so has the result.

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate_core::openid4vp::request::{DcApiRequest, DcApiRoute, ResponseMode};

use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::request;
use vpgate_test_support::builders::presentation::PresentationBuilder;
use vpgate_test_support::harness::{CREDENTIAL, Harness, RETURN_TO};

const VCT: &str = "https://credentials.notarize.com/ProofCredentialV1";
/// A JPEG of 280 kB as a data URL: a Disclosure a little below the default bound.
const PORTRAIT: usize = 380 << 10;

fn query() -> Value {
    json!({"credentials": [{
        "id": CREDENTIAL, "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": [{"path": ["portrait"]}],
    }]})
}

fn asks() -> Value {
    let mut asks = request(&[]);
    asks.as_object_mut().unwrap().remove("scope");
    asks["dcql_query"] = query();
    asks
}

fn portrait() -> String {
    format!("data:image/jpeg;base64,{}", "A".repeat(PORTRAIT))
}

fn with_portrait(mut made: PresentationBuilder) -> String {
    made.disclose("portrait", &json!(portrait()));
    made.present()
}

/// The shop has it, as it was disclosed.
async fn collected(world: &Harness, begun: &Value, page: &url::Url) {
    assert!(page.as_str().starts_with(RETURN_TO), "{page}");
    let code = page.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
    let (status, result) = world.collect(begun, Some(&code)).await;
    assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("verified")), "{}", result["report"]);
    assert_eq!(result["credentials"][CREDENTIAL]["claims"]["portrait"], portrait());
}

#[tokio::test]
async fn req_4_23_a_portrait_is_posted_in_the_clear_and_encrypted() {
    for mode in [ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
        let world = Harness::posting(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let begun = world.begin(&asks()).await;
        let asked = wallet.opened_by(&browser.open(begun["start_url"].as_str().unwrap()).await).await;
        let answer = wallet.answer(&asked, &with_portrait(wallet.made(&asked))).await;
        let page = browser.open(&redirect_uri(&answer)).await;
        collected(&world, &begun, &page.url).await;
    }
}

#[tokio::test]
async fn req_4_23_a_portrait_comes_through_the_browser_s_api() {
    for mode in [ResponseMode::DcApi, ResponseMode::DcApiJwt] {
        let world = Harness::with_wallet(|wallet| {
            wallet.dc_api = Some(DcApiRoute {
                request: DcApiRequest::Unsigned,
                response_mode: mode,
                org_iso_mdoc: false,
            });
        })
        .await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let mut asks = asks();
        asks["flow"] = "dc_api".into();
        asks.as_object_mut().unwrap().remove("login_hint");
        let begun = world.begin(&asks).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        let parameters = page.request_by_api().unwrap()["data"].clone();
        let made = wallet.made_for("origin:http://127.0.0.1:8080", parameters["nonce"].as_str().unwrap());
        let answer = json!({"vp_token": {CREDENTIAL: [with_portrait(made)]}});
        let data = match parameters["client_metadata"]["jwks"]["keys"].get(0) {
            Some(jwk) => json!({"response": wallet.encrypted_to(jwk, &answer)}),
            None => answer,
        };
        let page = browser.hand_over(&page, "openid4vp-v1-unsigned", &data.to_string()).await;
        collected(&world, &begun, &page.url).await;
    }
}

#[tokio::test]
async fn req_4_23_a_portrait_is_verified_for_who_received_it_and_what_is_larger_is_refused_by_its_length() {
    let world = Harness::new().await;
    let wallet = PostingWallet::new(&world);
    let verify = |vp_token: Value| {
        let body =
            json!({"vp_token": vp_token, "audience": "shop", "nonce": "n-1234567890", "dcql_query": query()});
        let world = &world;
        async move { world.post_json("/v1/verify", &body.to_string()).await }
    };
    let token = |bytes: usize| {
        let mut made = wallet.made_for("shop", "n-1234567890");
        made.disclose("portrait", &json!("A".repeat(bytes)));
        made.present()
    };
    let small = token(PORTRAIT);
    for shape in [json!(small), json!({CREDENTIAL: [small]})] {
        let answer = verify(shape).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.json()["verdict"], "verified", "{}", answer.json()["report"]);
    }
    let answer = verify(json!(token(400 << 10))).await;
    assert_eq!(answer.json()["reason"], "sd_jwt_bounds", "{}", answer.text);
    assert_eq!(verify(json!("A".repeat(4 << 20))).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}
