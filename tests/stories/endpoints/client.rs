//! The OAuth endpoints.

use poem::http::{Method, StatusCode};
use serde_json::json;

use crate::endpoints::stage::{DEVICE_CODE, PUBLIC_URL, SHOP, Stage};

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn req_10_4_a_device_gets_its_codes() {
    let answer = Stage::new().form("/device_authorization", &[], "client_id=tv&scope=adult&unknown=1").await;
    let body = answer.ok_json();
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(body["device_code"].as_str().unwrap().len(), 43);
    assert_eq!((&body["expires_in"], &body["interval"]), (&json!(600), &json!(5)));
    let code = body["user_code"].as_str().unwrap();
    assert_eq!(code.len(), 9, "{code}");
    assert_eq!(body["verification_uri"], format!("{PUBLIC_URL}/device"));
    assert_eq!(body["verification_uri_complete"], format!("{PUBLIC_URL}/device?user_code={code}"));
}

#[tokio::test]
async fn req_10_1_forms_that_are_wrong_in_one_way() {
    let stage = Stage::new();
    for (form, expected) in [
        ("client_id=tv&scope=adult&scope=adult", error(400, "invalid_request")),
        ("client_id=tv&x=%zz", error(400, "invalid_request")),
        ("client_id=tv&x=%ff", error(400, "invalid_request")),
        ("", error(400, "invalid_request")),
        ("client_id=", error(400, "invalid_request")),
        ("client_id=nobody", error(401, "invalid_client")),
        ("client_id=tv&scope=other", error(400, "invalid_scope")),
        ("client_id=tv&scope=a%22b", error(400, "invalid_scope")),
    ] {
        assert_eq!(stage.form("/device_authorization", &[], form).await.oauth_error(), expected, "{form}");
    }
    let empty_is_absent = stage.form("/device_authorization", &[], "client_id=tv&scope=").await;
    assert_eq!(empty_is_absent.status, StatusCode::OK);
}

#[tokio::test]
async fn req_10_1_only_a_bounded_form_is_read() {
    let stage = Stage::new();
    let json = stage.json("/device_authorization", &[], &json!({ "client_id": "tv" })).await;
    assert_eq!(json.oauth_error(), error(400, "invalid_request"));
    let none = stage.ask(Method::POST, "/device_authorization", &[], "client_id=tv").await;
    assert_eq!(none.oauth_error(), error(400, "invalid_request"));
    let long = |length: usize| format!("client_id=tv&x={}", "y".repeat(length - "client_id=tv&x=".len()));
    assert_eq!(stage.form("/device_authorization", &[], &long(16 * 1024)).await.status, StatusCode::OK);
    let too_long = stage.form("/device_authorization", &[], &long(16 * 1024 + 1)).await;
    assert_eq!(too_long.oauth_error(), error(413, "invalid_request"));
}

#[tokio::test]
async fn req_10_1_and_11_40_other_methods_are_told_the_right_one() {
    let stage = Stage::new();
    for path in ["/device_authorization", "/token"] {
        for method in [Method::GET, Method::HEAD, Method::PUT] {
            let answer = stage.ask(method, path, &[], "").await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(answer.header("allow"), Some("POST"));
        }
    }
}

#[tokio::test]
async fn req_10_2_confidential_clients_authenticate_as_registered() {
    let stage = Stage::new();
    let with =
        async |headers: &[(&str, &str)], form: &str| stage.form("/device_authorization", headers, form).await;
    assert_eq!(with(&[], "client_id=post&client_secret=s3cret").await.status, StatusCode::OK);
    let wrong = with(&[], "client_id=post&client_secret=wrong").await;
    assert_eq!(wrong.oauth_error(), error(401, "invalid_client"));
    assert_eq!(with(&[], "client_id=post").await.oauth_error(), error(401, "invalid_client"));
    // post:s3cret, but by the other method
    let basic = ("authorization", "Basic cG9zdDpzM2NyZXQ=");
    let other_method = with(&[basic], "").await;
    assert_eq!(other_method.oauth_error(), error(401, "invalid_client"));
    assert_eq!(other_method.header("www-authenticate"), Some("Basic realm=\"vpgate\""));
}

#[tokio::test]
async fn req_11_3_two_methods_at_once_are_refused() {
    let stage = Stage::new();
    for (uri, form) in [
        ("/token", "client_id=shop&client_secret=s3cret"),
        ("/token", "client_secret=s3cret"),
        ("/token", "client_id=other"),
        ("/token?client_secret=s3cret", ""),
    ] {
        let form = format!("grant_type={DEVICE_CODE}&device_code=x&{form}");
        assert_eq!(
            stage.form(uri, &[SHOP], &form).await.oauth_error(),
            error(400, "invalid_request"),
            "{form}"
        );
    }
}

#[tokio::test]
async fn req_10_3_a_client_without_the_grant_gets_none() {
    let stage = Stage::new();
    let answer = stage.form("/device_authorization", &[SHOP], "").await;
    assert_eq!(answer.oauth_error(), error(400, "unauthorized_client"));
    let answer = stage.form("/token", &[SHOP], &format!("grant_type={DEVICE_CODE}&device_code=x")).await;
    assert_eq!(answer.oauth_error(), error(400, "unauthorized_client"));
}

#[tokio::test]
async fn req_10_40_to_10_44_what_a_poll_is_told() {
    let stage = Stage::new();
    let device = stage.device().await;
    let code = device["device_code"].as_str().unwrap();
    let poll = async |form: &str| stage.form("/token", &[], form).await;
    let mine = format!("grant_type={DEVICE_CODE}&client_id=tv&device_code={code}");
    assert_eq!(poll(&mine).await.oauth_error(), error(400, "authorization_pending"));
    assert_eq!(poll(&mine).await.oauth_error(), error(400, "slow_down"));
    for (form, expected) in [
        (format!("client_id=tv&device_code={code}"), error(400, "invalid_request")),
        (format!("client_id=tv&grant_type={DEVICE_CODE}"), error(400, "invalid_request")),
        (format!("{mine}&device_code={code}"), error(400, "invalid_request")),
        ("client_id=tv&grant_type=authorization_code&code=x".to_owned(), error(400, "unauthorized_client")),
        ("client_id=tv&grant_type=password&code=x".to_owned(), error(400, "unsupported_grant_type")),
        (mine.replace(code, "unknown"), error(400, "invalid_grant")),
        (
            format!("grant_type={DEVICE_CODE}&client_id=post&client_secret=s3cret&device_code={code}"),
            error(400, "invalid_grant"),
        ),
    ] {
        assert_eq!(poll(&form).await.oauth_error(), expected, "{form}");
    }
    stage.later(11);
    assert_eq!(poll(&mine).await.oauth_error(), error(400, "authorization_pending"), "A's flow is unharmed");
    stage.later(600);
    assert_eq!(poll(&mine).await.oauth_error(), error(400, "expired_token"));
}

#[tokio::test]
async fn req_11_41_answers_of_the_token_endpoint_are_never_cached() {
    let answer = Stage::new().form("/token", &[], "client_id=tv").await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
}

#[tokio::test]
async fn req_11_60_to_11_62_and_10_48_the_metadata_lists_what_works() {
    let stage = Stage::new();
    let answer = stage.get("/.well-known/oauth-authorization-server", &[]).await;
    let methods = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];
    let algorithms = ["ES256", "ES384", "ES512", "Ed25519", "EdDSA", "RS256", "PS256"];
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.ok_json(),
        json!({
            "issuer": PUBLIC_URL,
            "token_endpoint": format!("{PUBLIC_URL}/token"),
            "jwks_uri": format!("{PUBLIC_URL}/jwks.json"),
            "device_authorization_endpoint": format!("{PUBLIC_URL}/device_authorization"),
            "authorization_endpoint": format!("{PUBLIC_URL}/authorize"),
            "pushed_authorization_request_endpoint": format!("{PUBLIC_URL}/par"),
            "require_pushed_authorization_requests": false,
            "grant_types_supported": ["authorization_code", DEVICE_CODE],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "request_uri_parameter_supported": false,
            "scopes_supported": ["adult"],
            "ui_locales_supported": ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "uk", "ar", "ja"],
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "introspection_endpoint": format!("{PUBLIC_URL}/introspect"),
            "introspection_endpoint_auth_methods_supported": methods[1..],
            "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
            "revocation_endpoint": format!("{PUBLIC_URL}/revoke"),
            "revocation_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
            "dpop_signing_alg_values_supported": ["ES256", "Ed25519", "EdDSA", "RS256", "PS256"],
        })
    );
}

#[tokio::test]
async fn req_11_58_the_keys_are_published() {
    let answer = Stage::new().get("/jwks.json", &[]).await;
    assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.ok_json()["keys"][0]["kid"], "k1");
}

#[tokio::test]
async fn a_fault_of_ours_is_503_with_a_trace_id_and_nothing_else() {
    let stage = Stage::new();
    stage.break_entropy();
    let answer = stage.form("/device_authorization", &[], "client_id=tv").await;
    assert_eq!(answer.oauth_error(), error(503, "temporarily_unavailable"));
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert!(answer.body.contains("trace ") && !answer.body.contains("secret reason"), "{}", answer.body);
}

#[tokio::test]
async fn req_15_11_device_authorizations_are_limited_by_client_and_by_address() {
    for (per_client, per_address) in [(2, 100), (100, 2)] {
        let stage = Stage::with(|policy| {
            policy.device.limits.authorizations_per_client = per_client;
            policy.device.limits.authorizations_per_address = per_address;
        });
        stage.device().await;
        stage.device().await;
        let refused = stage.form("/device_authorization", &[], "client_id=tv").await;
        assert_eq!(refused.oauth_error(), (429, "temporarily_unavailable".to_owned()));
        assert_eq!(refused.header("retry-after"), Some("630"));
        let other = stage.form("/device_authorization", &[], "client_id=post&client_secret=s3cret").await;
        assert_eq!(other.status.as_u16(), if per_client == 2 { 200 } else { 429 });
        stage.later(630);
        stage.device().await;
    }
}
