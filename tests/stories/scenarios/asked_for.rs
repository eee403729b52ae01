//! What a client asks for is honoured or refused, never ignored.

use poem::http::StatusCode;
use serde_json::Value;

use crate::scenarios::tokens::{DEVICE_GRANT, ask};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{ADULT, BASIC, Harness};

// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The usual one, whose televisions and gates may ask for `openid` and two scopes.
async fn world() -> Harness {
    let more = format!("scopes = [\"openid\", \"{BASIC}\", \"{ADULT}\"]");
    let text = configuration("").replace(&format!("scopes = [\"{BASIC}\"]"), &more);
    Harness::with_configuration(&text, Vec::new()).await
}

async fn device(world: &Harness, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let form: Vec<_> = [("client_id", "tv")].into_iter().chain(form.iter().copied()).collect();
    let answer = world.post_form("/device_authorization", &form).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn a_challenge_of_a_device_is_held_against_the_verifier_of_its_token_request() {
    let world = world().await;
    let pkce = [("scope", BASIC), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let (_, authorization) = device(&world, &pkce).await;
    world.approve(&authorization).await;
    let code = authorization["device_code"].as_str().unwrap();
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code)];
    let wrong = "wrong".repeat(9);
    for verifier in [None, Some(wrong.as_str()), Some(CHALLENGE)] {
        let more: Vec<_> = verifier.into_iter().map(|verifier| ("code_verifier", verifier)).collect();
        let (status, body) = ask(&world, "tv", &[&form[..], &more].concat()).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()), "{body}");
    }
    let (status, tokens) = ask(&world, "tv", &[&form[..], &[("code_verifier", VERIFIER)]].concat()).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");

    // A verifier where there was no challenge: somebody took it out.
    let (_, authorization) = device(&world, &[("scope", BASIC)]).await;
    world.approve(&authorization).await;
    let code = authorization["device_code"].as_str().unwrap();
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code), ("code_verifier", VERIFIER)];
    assert_eq!(ask(&world, "tv", &form).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn what_a_device_asks_for_and_is_not_honoured_is_refused_by_name() {
    let world = world().await;
    for (parameter, value, error) in [
        ("claims", "{}", "invalid_request"),
        ("request", "e30.e30.", "request_not_supported"),
        ("request_uri", "https://a.example", "request_uri_not_supported"),
        ("authorization_details", "[]", "invalid_authorization_details"),
        ("resource", "https://elsewhere.example", "invalid_target"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "S256", "invalid_request"),
    ] {
        let (status, body) = device(&world, &[("scope", BASIC), (parameter, value)]).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &error.into()), "{parameter}: {body}");
    }
    let (_, body) = device(&world, &[("claims", "{}")]).await;
    assert!(body["error_description"].as_str().unwrap().contains("claims"), "{body}");
}

#[tokio::test]
async fn the_claims_parameter_is_refused_at_the_authorization_endpoint_and_when_pushed() {
    let world = world().await;
    let form = [
        ("client_id", "web"),
        ("response_type", "code"),
        ("scope", BASIC),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("claims", "{\"userinfo\":{\"email\":null}}"),
    ];
    let pushed = world.post_form("/par", &form).await;
    assert_eq!(
        (pushed.status, &pushed.json()["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_request".into())
    );
    assert!(pushed.text.contains("claims"), "{}", pushed.text);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let browser = world.browser().open(&format!("/authorize?{query}")).await;
    assert!(browser.url.query().unwrap().contains("error=invalid_request"), "{}", browser.url);
}

#[tokio::test]
async fn unknown_scopes_are_ignored_beside_openid_and_refused_by_name_without_it() {
    let world = world().await;
    let scopes = format!("openid profile email offline_access {BASIC}");
    let (status, authorization) = device(&world, &[("scope", &scopes)]).await;
    assert_eq!(status, StatusCode::OK, "{authorization}");
    world.approve(&authorization).await;
    let code = authorization["device_code"].as_str().unwrap();
    let (_, tokens) = ask(&world, "tv", &[("grant_type", DEVICE_GRANT), ("device_code", code)]).await;
    assert_eq!(tokens["scope"], format!("openid {BASIC}"), "the answer says what was granted");
    let (status, refused) = device(&world, &[("scope", &format!("{ADULT} pidd"))]).await;
    assert_eq!((status, &refused["error"]), (StatusCode::BAD_REQUEST, &"invalid_scope".into()));
    assert!(refused["error_description"].as_str().unwrap().contains("pidd"), "{refused}");

    // `openid` alone asks for the first other scope of the client.
    let (_, authorization) = device(&world, &[("scope", "openid")]).await;
    world.approve(&authorization).await;
    let code = authorization["device_code"].as_str().unwrap();
    let (_, tokens) = ask(&world, "tv", &[("grant_type", DEVICE_GRANT), ("device_code", code)]).await;
    assert_eq!(tokens["scope"], format!("openid {BASIC}"), "{tokens}");
}
