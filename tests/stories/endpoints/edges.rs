//! What is around every endpoint.

use poem::http::{Method, StatusCode};

use vpgate_core::base::time::Timestamp;

use crate::endpoints::stage::Stage;

#[tokio::test]
async fn unknown_paths_are_answered_in_the_language_of_the_door() {
    let stage = Stage::new();
    let client = stage.get("/.well-known/nothing", &[]).await;
    assert_eq!(client.oauth_error(), (404, "invalid_request".to_owned()));
    assert_eq!(stage.get("/v1/nothing", &[]).await.problem().1, "not_found");
    let page = stage.get("/nothing", &[]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("There is no such page"));
    assert!(page.body.contains("<a class=\"button\" href=\"/device\">Enter a code</a>"), "{}", page.body);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones_on_every_route() {
    let stage = Stage::new();
    let is_parameter = |segment: &str| segment.starts_with([':', '{']);
    for (pattern, allowed) in vpgate::http::routes() {
        let named = |segment| if is_parameter(segment) { "q6urq6urq6urq6urq6urqw" } else { segment };
        let path = &*pattern.split('/').map(named).collect::<Vec<_>>().join("/");
        let answer = stage.ask(Method::PATCH, path, &[], "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.header("allow"), Some(&*allowed), "{path}");
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE, Method::PUT] {
            let answer = stage.ask(method.clone(), path, &[], "").await;
            let is_allowed = allowed.split(", ").any(|known| known == method.as_str());
            assert_eq!(answer.status != StatusCode::METHOD_NOT_ALLOWED, is_allowed, "{method} {path}");
            assert!(method != Method::HEAD || answer.body.is_empty(), "{path}");
        }
    }
}

#[tokio::test]
async fn it_is_alive_and_ready() {
    let stage = Stage::new();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(stage.get(path, &[]).await.ok_json()["status"], "ok");
    }
}

#[tokio::test]
async fn each_part_is_told_with_since_when() {
    let stage = Stage::new();
    let began = Timestamp::from_unix(stage.now()).rfc3339();
    stage.later(60);
    let answer = stage.get("/readyz?verbose", &[]).await.ok_json();
    assert_eq!(answer["status"], "ok");
    let asked = Timestamp::from_unix(stage.now()).rfc3339();
    for (place, name, since) in [(0, "process", &began), (1, "configuration", &began), (2, "store", &asked)] {
        let part = &answer["parts"][place];
        assert_eq!((&part["name"], &part["status"]), (&name.into(), &"ok".into()), "{answer}");
        assert_eq!(part["since"], **since, "{answer}");
    }
    assert!(stage.get("/readyz", &[]).await.ok_json().get("parts").is_none());
}

#[tokio::test]
async fn numbers_are_not_told_to_the_world() {
    let answer = Stage::new().get("/metrics", &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "this service is behind an https address");
    assert!(
        answer.body.contains("[operations] listen") && !answer.body.contains("vpgate_"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn mounted_endpoints_answer_under_their_path_and_pass_as_they_are() {
    let stage = Stage::new();
    let answer = stage.get("/sandbox/tv?x=1", &[]).await;
    assert_eq!(answer.body, "mounted /tv");
    assert_eq!(answer.header("referrer-policy"), None);
    assert_eq!(stage.get("/sandbox", &[]).await.body, "mounted /");
    assert_eq!(stage.get("/sandboxes", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_panic_ends_in_an_answer() {
    let stage = Stage::new();
    let answer = stage.get("/sandbox/panic", &[]).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.body.contains("as asked"), "{}", answer.body);
    assert_eq!(stage.get("/healthz", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn req_19_10_wallets_are_never_redirected() {
    let stage = Stage::new();
    let unknown = "q6urq6urq6urq6urq6urqw";
    for path in [format!("/wallet/requests/{unknown}"), format!("/wallet/responses/{unknown}")] {
        for form in ["", "vp_token=x&state=y", "error=access_denied&state=y", "wallet_nonce=x"] {
            let answer = stage.form(&path, &[], form).await;
            assert!(!answer.status.is_redirection() && answer.header("location").is_none(), "{path} {form}");
        }
        let answer = stage.get(&path, &[]).await;
        assert!(!answer.status.is_redirection() && answer.header("location").is_none(), "{path}");
    }
}

#[tokio::test]
async fn req_19_3_a_presentation_is_no_access_token() {
    let stage = Stage::new();
    for token in
        ["eyJhbGciOiJFUzI1NiJ9.e30.c2ln~ZGlzY2xvc3VyZQ~eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "{\"id\":[\"x\"]}"]
    {
        let bearer = format!("Bearer {token}");
        let answer = stage.get("/userinfo", &[("authorization", bearer.as_str())]).await;
        assert_eq!(answer.status.as_u16(), 401, "{token}");
        assert!(answer.header("www-authenticate").is_some_and(|it| it.contains("invalid_token")));
    }
}
