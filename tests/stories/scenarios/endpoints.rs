//! Wrong requests at every endpoint: each gets that endpoint's own kind of error, and nothing is stored.

use poem::http::{Method, StatusCode};

use vpgate_test_support::harness::{ADULT, BASIC, Harness};

const FORM: &str = "application/x-www-form-urlencoded";
const GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

async fn post(world: &Harness, path: &str, kind: &str, body: &str) -> (StatusCode, String, String) {
    let answer = world.send(Method::POST, path, &[("content-type", kind.to_owned())], body.to_owned()).await;
    (answer.status, answer.header("content-type").to_owned(), answer.text)
}

#[tokio::test]
async fn req_10_1_the_oauth_endpoints_answer_in_oauth_json() {
    let world = Harness::new().await;
    let long = format!("client_id=tv&x={}", "a".repeat(20_000));
    let cases = [
        ("/device_authorization", FORM, "", 400, "invalid_request"),
        ("/device_authorization", FORM, "client_id=tv&client_id=tv", 400, "invalid_request"),
        ("/device_authorization", FORM, "client_id=tv&scope=a&scope=b", 400, "invalid_request"),
        ("/device_authorization", FORM, "client_id=nobody", 401, "invalid_client"),
        ("/device_authorization", FORM, "client_id=tv&scope=nobody", 400, "invalid_scope"),
        ("/device_authorization", FORM, "client_id=tv&client_secret=x", 401, "invalid_client"),
        ("/device_authorization", FORM, "client_id=%ff", 400, "invalid_request"),
        ("/device_authorization", "application/json", "{}", 400, "invalid_request"),
        ("/token", FORM, "client_id=tv", 400, "invalid_request"),
        ("/token", FORM, "client_id=tv&grant_type=password", 400, "unsupported_grant_type"),
        ("/token", FORM, "client_id=tv&grant_type=authorization_code&code=x", 400, "unauthorized_client"),
        ("/token", FORM, "client_id=web&grant_type=authorization_code", 400, "invalid_request"),
    ];
    for (path, kind, body, status, error) in cases {
        let (found, content_type, text) = post(&world, path, kind, body).await;
        assert_eq!(found.as_u16(), status, "{path} {body}: {text}");
        assert!(content_type.starts_with("application/json"), "{path} {body}: {content_type}");
        assert!(text.contains(&format!("\"error\":\"{error}\"")), "{path} {body}: {text}");
    }
    let (status, _, text) = post(&world, "/token", FORM, &format!("client_id=tv&{GRANT}")).await;
    assert_eq!((status, text.contains("device_code")), (StatusCode::BAD_REQUEST, true), "{text}");
    let (status, _, text) = post(&world, "/token", FORM, &long).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{text}");
    for path in ["/token", "/device_authorization"] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "POST");
    }
}

#[tokio::test]
async fn req_11_3_two_ways_of_authenticating_at_once_are_refused() {
    let world = Harness::new().await;
    let headers =
        [("content-type", FORM.to_owned()), ("authorization", "Basic c2hvcDpzaG9wLXNlY3JldA==".to_owned())];
    let body = "client_id=shop&client_secret=shop-secret".to_owned();
    let answer = world.send(Method::POST, "/device_authorization", &headers, body).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_request".into())
    );
    // The shop proves who it is, and is not registered for this grant (REQ-10.3).
    let answer = world.send(Method::POST, "/device_authorization", &headers, String::new()).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (StatusCode::BAD_REQUEST, &"unauthorized_client".into())
    );
}

#[tokio::test]
async fn req_10_48_11_61_metadata_lists_what_works_and_what_it_lists_works() {
    let world = Harness::new().await;
    let metadata = world.get("/.well-known/oauth-authorization-server").await;
    assert!(metadata.header("content-type").starts_with("application/json"));
    let metadata = metadata.json();
    assert_eq!(metadata["issuer"].as_str().unwrap().trim_end_matches('/'), "http://127.0.0.1:8080");
    assert_eq!(
        metadata["grant_types_supported"],
        serde_json::json!(["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"])
    );
    assert_eq!(metadata["scopes_supported"], serde_json::json!([BASIC, ADULT]));
    let endpoints = metadata
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"));
    for (name, address) in endpoints {
        let url: url::Url = address.as_str().unwrap().parse().unwrap();
        let answer = world.get(url.path()).await;
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
    // Nobody here may ask for `openid`.
    for absent in ["userinfo_endpoint", "id_token_signing_alg_values_supported"] {
        assert!(metadata[absent].is_null(), "{absent} is listed but not offered");
    }
    assert_eq!(world.get("/.well-known/openid-configuration").await.status, StatusCode::NOT_FOUND);
    assert!(!world.get("/jwks.json").await.text.contains("\"d\""));
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_endpoints_own_language() {
    let world = Harness::new().await;
    let page = world.get("/nowhere").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    let rest = world.get("/v1/nowhere").await;
    assert_eq!(rest.status, StatusCode::NOT_FOUND);
    assert_eq!(rest.header("content-type"), "application/problem+json");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(world.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn req_2_5_an_answer_in_the_query_is_never_accepted() {
    let world = Harness::new().await;
    let answer = world.get("/callback?vp_token=x&state=y").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn req_2_2_pages_cannot_be_framed_cached_or_extended() {
    let world = Harness::new().await;
    for path in ["/device", "/callback", "/done/AAAAAAAAAAAAAAAAAAAAAA", "/start/AAAAAAAAAAAAAAAAAAAAAA"] {
        let answer = world.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn req_10_25_pages_refuse_posts_from_elsewhere() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let code = authorization["user_code"].as_str().unwrap();
    for action in ["continue", "disown"] {
        let body = format!("user_code={code}&action={action}");
        let (status, _, _) = post(&world, "/device", FORM, &body).await;
        assert!(status.is_client_error(), "{action}: {status}");
    }
    let device_code = authorization["device_code"].as_str().unwrap();
    assert_eq!(world.poll(device_code).await.1["error"], "authorization_pending");
}
