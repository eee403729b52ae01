use std::sync::Arc;

use poem::Route;
use poem::http::{StatusCode, header};
use poem::test::{TestClient, TestResponse};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::*;
use crate::sandbox::{Sandbox, SandboxSettings};
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Secret;

pub(super) const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

pub(super) fn holder() -> Holder {
    let issuer = Issuer::new("http://127.0.0.1:1/sandbox/issuer".to_owned(), NOW).unwrap();
    Holder::new(&issuer, demo_person(), NOW).unwrap()
}

fn sandbox() -> Sandbox {
    sandbox_believing(None)
}

#[expect(clippy::disallowed_methods, reason = "no request leaves these tests")]
pub(super) fn sandbox_believing(verifier_roots: Option<Roots>) -> Sandbox {
    Sandbox::new(SandboxSettings {
        base_url: Url::parse("http://127.0.0.1:1/").unwrap(),
        shop_client_id: "shop".to_owned(),
        shop_secret: Secret::received("secret"),
        tv_client_id: "tv".to_owned(),
        page_client_id: "page".to_owned(),
        wallet_client_id: "demo".to_owned(),
        verifier_roots,
        scope: BASIC_SCOPE.to_owned(),
        now: Arc::new(|| NOW),
        rng: Arc::new(fresh_bytes),
        http: reqwest::Client::new(),
    })
    .unwrap()
}

/// Different each time, which is all that tests need.
fn fresh_bytes(out: &mut [u8]) {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes();
    for (place, byte) in out.iter_mut().zip(count.into_iter().cycle()) {
        *place = byte;
    }
}

type Browser = TestClient<Route>;

fn browser() -> Browser {
    TestClient::new(Route::new().nest("/sandbox", sandbox().endpoint()))
}

const GOOD: [(&str, &str); 7] = [
    ("response_type", "vp_token"),
    ("client_id", "demo"),
    ("redirect_uri", "http://127.0.0.1:1/callback"),
    ("scope", BASIC_SCOPE),
    ("login_hint", "alice@example.com"),
    ("nonce", "n-0S6_WzA2Mj_6a8"),
    ("state", "af0ifjsldkj"),
];

/// The good request with some parameters replaced; an empty value leaves one out.
fn request(changes: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in GOOD {
        let value = changes.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| value);
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.extend_pairs(changes.iter().filter(|(name, _)| !GOOD.iter().any(|(known, _)| known == name)));
    query.finish()
}

async fn open(browser: &Browser, query: &str) -> TestResponse {
    browser.get(format!("/sandbox/wallet/authorize?{query}")).send().await
}

fn location(response: &TestResponse) -> String {
    response.0.headers().get(header::LOCATION).unwrap().to_str().unwrap().to_owned()
}

/// The parameters of the fragment that a redirection leads to.
fn fragment(response: &TestResponse) -> Vec<(String, String)> {
    let url = Url::parse(&location(response)).unwrap();
    assert_eq!(url.as_str().split('#').next(), Some("http://127.0.0.1:1/callback"));
    form_urlencoded::parse(url.fragment().unwrap().as_bytes()).into_owned().collect()
}

fn parameter<'f>(fragment: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fragment.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

async fn decide(browser: &Browser, page: &str, fields: &[(&str, &str)]) -> TestResponse {
    let handle = page.split(r#"name="request" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let mut form = vec![("request", handle)];
    form.extend(fields);
    browser.post("/sandbox/wallet/consent").form(&form).send().await
}

async fn text(response: TestResponse) -> String {
    response.0.into_body().into_string().await.unwrap()
}

#[tokio::test]
async fn the_consent_page_says_who_asks_for_what() {
    let browser = browser();
    let response = open(&browser, &request(&[])).await;
    response.assert_status_is_ok();
    let policy = response.0.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    response.assert_header("cache-control", "no-store");
    response.assert_header("referrer-policy", "no-referrer");
    let page = text(response).await;
    for said in [
        "vpgate asks you to share",
        "<dt>Given name</dt><dd>Alice</dd>",
        "<dt>Family name</dt><dd>Example</dd>",
        "<dt>18 or older</dt><dd>yes</dd>",
        "alice@example.com",
        ">Share</button>",
        ">Decline</button>",
        "SANDBOX",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("1990-05-17"), "what is not asked for is not shown");
    assert!(!page.contains("n-0S6_WzA2Mj_6a8"), "the request stays on the server");
}

#[tokio::test]
async fn every_transaction_is_written_out_and_escaped() {
    let encode = |kind: &str, payload: Value| {
        base64url::encode(
            json!({"type": kind, "credential_ids": [BASIC_QUERY_ID], "payload": payload}).to_string(),
        )
    };
    let data = [
        encode(
            "urn:proof:params:vc:transaction-data:payment-itemized:v1",
            json!({"currency": "USD", "items": [
                {"quantity": 3, "unit_cost": 19.99, "label": "<script>alert(1)</script>"},
                {"quantity": 1, "unit_cost": 0.03, "label": "Bag"}]}),
        ),
        encode("urn:proof:params:vc:transaction-data:session-data", json!({"ip_address": "203.0.113.7"})),
    ]
    .join(" ");
    let browser = browser();
    let response = open(&browser, &request(&[("transaction_data", &data)])).await;
    response.assert_status_is_ok();
    let page = text(response).await;
    assert!(page.contains("Pay 60.00 USD") && page.contains("59.97 USD"), "{page}");
    assert!(page.contains("Confirm that this session is yours") && page.contains("203.0.113.7"));
    assert!(!page.contains("<script>"), "escaped");

    let answer = decide(&browser, &page, &[("decision", "share"), ("shape", "bare")]).await;
    let vp_token = parameter(&fragment(&answer), "vp_token").unwrap().to_owned();
    let kb_jwt = vp_token.rsplit('~').next().unwrap();
    let payload = base64url::decode(kb_jwt.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["transaction_data_hashes"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn share_answers_in_the_fragment_in_the_shape_that_was_chosen() {
    let browser = browser();
    for shape in ["encoded", "bare", "object"] {
        let page = text(open(&browser, &request(&[("shape", shape)])).await).await;
        assert!(page.contains(&format!(r#"<option value="{shape}" selected>"#)), "{shape}");
        let answer = decide(&browser, &page, &[("decision", "share"), ("shape", shape)]).await;
        answer.assert_status(StatusCode::SEE_OTHER);
        let fragment = fragment(&answer);
        assert_eq!(parameter(&fragment, "state"), Some("af0ifjsldkj"));
        let vp_token = parameter(&fragment, "vp_token").unwrap();
        let object = match shape {
            "encoded" => base64url::decode(vp_token).unwrap(),
            _ => vp_token.as_bytes().to_vec(),
        };
        let presentation = match shape {
            "bare" => vp_token.to_owned(),
            _ => {
                let object: Value = serde_json::from_slice(&object).unwrap();
                object["proof_id_default"][0].as_str().unwrap().to_owned()
            }
        };
        assert_eq!(presentation.matches('~').count(), 5, "given name, family name, ages, 18, and the end");
    }
}

#[tokio::test]
async fn decline_says_access_denied() {
    let browser = browser();
    for fields in [&[("decision", "decline")][..], &[], &[("decision", "yes")]] {
        let page = text(open(&browser, &request(&[])).await).await;
        let fragment = fragment(&decide(&browser, &page, fields).await);
        assert_eq!(parameter(&fragment, "error"), Some("access_denied"));
        assert_eq!(parameter(&fragment, "state"), Some("af0ifjsldkj"));
        assert_eq!(parameter(&fragment, "vp_token"), None);
    }
}

#[tokio::test]
async fn a_request_is_answered_once() {
    let browser = browser();
    let page = text(open(&browser, &request(&[])).await).await;
    decide(&browser, &page, &[("decision", "share")]).await.assert_status(StatusCode::SEE_OTHER);
    decide(&browser, &page, &[("decision", "share")]).await.assert_status(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn both_methods_ask() {
    let browser = browser();
    let response = browser.post("/sandbox/wallet/authorize").form(&GOOD).send().await;
    response.assert_status_is_ok();
    assert!(text(response).await.contains("asks you to share"));
    let response = browser.post("/sandbox/wallet/authorize").body("{}").send().await;
    response.assert_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn whoever_is_not_known_is_sent_nowhere() {
    let browser = browser();
    for (name, wrong) in [
        ("client_id", "demo2"),
        ("client_id", ""),
        ("redirect_uri", "http://127.0.0.1:1/callback2"),
        ("redirect_uri", "http://127.0.0.1:1/callback/"),
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", ""),
    ] {
        let response = open(&browser, &request(&[(name, wrong)])).await;
        response.assert_status(StatusCode::BAD_REQUEST);
        assert!(response.0.headers().get(header::LOCATION).is_none());
        let page = text(response).await;
        assert!(!page.contains("alice@example.com"), "REQ-13.8: no login_hint on error pages");
    }
    for repeated in ["client_id=demo", "redirect_uri=http://127.0.0.1:1/callback"] {
        let response = open(&browser, &format!("{}&{repeated}", request(&[]))).await;
        response.assert_status(StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn req_13_1_every_other_fault_is_told_by_fragment() {
    let other_credential = base64url::encode(
        json!({
            "type": "urn:proof:params:vc:transaction-data:session-data",
            "credential_ids": ["another"],
            "payload": {"ip_address": "203.0.113.7"},
        })
        .to_string(),
    );
    let unheld = r#"{"credentials":[{"id":"a","format":"dc+sd-jwt","meta":{"vct_values":["urn:other"]}}]}"#;
    let browser = browser();
    for (changes, error) in [
        (&[("response_type", "code")][..], "unsupported_response_type"),
        (&[("response_type", "")], "unsupported_response_type"),
        (&[("response_mode", "direct_post")], "invalid_request"),
        (&[("nonce", "fifteen-letters")], "invalid_request"),
        (&[("nonce", "sixteen letters!")], "invalid_request"),
        (&[("nonce", "")], "invalid_request"),
        (&[("scope", "")], "invalid_request"),
        (&[("scope", "openid")], "invalid_scope"),
        (&[("dcql_query", "{}")], "invalid_request"),
        (&[("scope", ""), ("dcql_query", "{}")], "invalid_request"),
        (&[("scope", ""), ("dcql_query", unheld)], "access_denied"),
        (&[("transaction_data", "e30")], "invalid_transaction_data"),
        (&[("transaction_data", "not base64url!")], "invalid_transaction_data"),
        (&[("transaction_data", &other_credential)], "invalid_transaction_data"),
    ] {
        let response = open(&browser, &request(changes)).await;
        response.assert_status(StatusCode::SEE_OTHER);
        let fragment = fragment(&response);
        assert_eq!(parameter(&fragment, "error"), Some(error), "{changes:?}");
        assert_eq!(parameter(&fragment, "state"), Some("af0ifjsldkj"));
    }
    for repeated in ["nonce=n-0S6_WzA2Mj_6a8", "state=other", "scope=openid", "login_hint=x"] {
        let response = open(&browser, &format!("{}&{repeated}", request(&[]))).await;
        assert_eq!(parameter(&fragment(&response), "error"), Some("invalid_request"), "{repeated}");
    }
}

#[tokio::test]
async fn without_state_none_comes_back() {
    let browser = browser();
    let page = text(open(&browser, &request(&[("state", "")])).await).await;
    let answer = decide(&browser, &page, &[("decision", "decline")]).await;
    assert_eq!(parameter(&fragment(&answer), "state"), None);
}

#[tokio::test]
async fn the_issuer_publishes_its_keys_and_its_metadata() {
    let sandbox = sandbox();
    assert_eq!(sandbox.issuer(), "http://127.0.0.1:1/sandbox/issuer");
    let client = TestClient::new(
        Route::new()
            .nest(crate::sandbox::MOUNT, sandbox.endpoint())
            .at(crate::sandbox::WELL_KNOWN, sandbox.well_known()),
    );
    let keys = client.get("/sandbox/issuer/jwks.json").send().await;
    keys.assert_status_is_ok();
    keys.assert_content_type("application/json");
    keys.assert_json(sandbox.issuer_jwks()).await;
    let metadata = client.get("/.well-known/jwt-vc-issuer/sandbox/issuer").send().await;
    metadata.assert_status_is_ok();
    metadata
        .assert_json(json!({
            "issuer": "http://127.0.0.1:1/sandbox/issuer",
            "jwks_uri": "http://127.0.0.1:1/sandbox/issuer/jwks.json",
        }))
        .await;
    assert!(sandbox.issuer_jwks()["keys"][0].get("d").is_none());
}

#[tokio::test]
async fn the_other_pages_stand_without_the_service() {
    let browser = browser();
    for (path, status) in [
        ("/sandbox", StatusCode::OK),
        ("/sandbox/", StatusCode::OK),
        ("/sandbox/shop", StatusCode::OK),
        ("/sandbox/tv", StatusCode::BAD_GATEWAY),
        ("/sandbox/shop/return?state=x", StatusCode::BAD_REQUEST),
    ] {
        let response = browser.get(path).send().await;
        response.assert_status(status);
        assert!(text(response).await.contains("SANDBOX"), "{path}");
    }
    browser.get("/sandbox/tv/poll").send().await.assert_json(json!({"screen": "off"})).await;
}
