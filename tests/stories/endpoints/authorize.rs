//! The authorization endpoint and pushed requests.

use poem::http::{Method, StatusCode};
use url::{Url, form_urlencoded};
use vpgate_core::oauth::client::Clients;
use vpgate_core::policy::Policy;

use crate::endpoints::stage::{Answer, PUBLIC_URL, RETURN, Stage};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// `bank:s3cret`
const BANK: (&str, &str) = ("authorization", "Basic YmFuazpzM2NyZXQ=");
const URN: &str = "urn:ietf:params:oauth:request_uri:";

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A good request of `client`, with some parameters changed; an empty value takes one out.
fn request(client: &str, changes: &[(&str, &str)]) -> String {
    let good = [
        ("client_id", client),
        ("redirect_uri", RETURN),
        ("response_type", "code"),
        ("scope", "adult"),
        ("state", "a b&c=1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = good.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let all = kept.chain(changes).filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish()
}

async fn visit(stage: &Stage, query: &str) -> Answer {
    stage.get(&format!("/authorize?{query}"), &[]).await
}

/// The pairs that the browser carries home.
fn carried(answer: &Answer) -> Vec<(String, String)> {
    let home: Url = answer.location().parse().unwrap();
    assert!(home.as_str().starts_with(RETURN), "{home}");
    home.query_pairs().into_owned().collect()
}

fn value<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What the client is told: the error, after `state` and `iss` were looked at.
fn told(answer: &Answer) -> String {
    let pairs = carried(answer);
    assert_eq!(value(&pairs, "state"), Some("a b&c=1"));
    assert_eq!(value(&pairs, "iss"), Some(PUBLIC_URL));
    assert_eq!(value(&pairs, "code"), None);
    value(&pairs, "error").unwrap().to_owned()
}

/// All hidden fields of a page and the pressed button, as a form.
fn pressed(page: &Answer, action: &str) -> String {
    let hidden = page.body.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        let value = rest.split_once('"').unwrap().0.replace("&#38;", "&");
        (name.to_owned(), value)
    });
    let action = [("action".to_owned(), action.to_owned())];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(hidden.chain(action)).finish()
}

async fn decide(stage: &Stage, page: &Answer, action: &str) -> Answer {
    let cookie = page.cookie();
    stage.form("/authorize/decision", &[("cookie", &cookie)], &pressed(page, action)).await
}

async fn push(stage: &Stage, form: &str) -> Answer {
    stage.form("/par", &[], form).await
}

/// The `request_uri` of a request of `web` that was pushed.
async fn pushed(stage: &Stage, changes: &[(&str, &str)]) -> String {
    let answer = push(stage, &request("web", changes)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

fn by_reference(client: &str, request_uri: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", client), ("request_uri", request_uri)])
        .finish()
}

fn pushed_only(policy: &mut Policy) {
    policy.code.pushed_only = true;
}

#[tokio::test]
async fn req_11_10_the_page_says_who_asks_for_what_before_anything_leaves() {
    let stage = Stage::new();
    let page = visit(&stage, &request("web", &[("unknown", "x"), ("login_hint", "ada@example.com")])).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for text in [
        "The web",
        "shop.example.com",
        "to know that you are &#60;18 or older&#62;",
        "18 or older",
        ">Continue to your wallet</button>",
        ">Cancel</button>",
    ] {
        assert!(page.body.contains(text), "{text} in {}", page.body);
    }
    let sent = decide(&stage, &page, "continue").await;
    let wallet: Url = sent.location().parse().unwrap();
    assert_eq!(wallet.host_str(), Some("wallet.example.com"));
    let hint = wallet.query_pairs().find(|(name, _)| name == "login_hint").unwrap().1.into_owned();
    assert_eq!(hint, "ada@example.com");
}

#[tokio::test]
async fn req_11_10_there_is_no_cors_at_the_authorization_endpoint() {
    let stage = Stage::new();
    let uri = format!("/authorize?{}", request("web", &[]));
    for method in [Method::GET, Method::OPTIONS, Method::POST] {
        let origin = [("origin", "https://shop.example.com"), ("access-control-request-method", "GET")];
        let answer = stage.ask(method, &uri, &origin, "").await;
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn req_11_10_a_form_leads_to_the_same_page_and_leaves_nothing_in_the_address() {
    let stage = Stage::new();
    // Of another site: the browser sends no cookies, and says so.
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://shop.example.com")];
    let hinted = request("web", &[("login_hint", "ada@example.com")]);
    let answer = stage.form("/authorize", &foreign, &hinted).await;
    assert!(answer.header("set-cookie").is_none(), "a cookie in use would be overwritten");
    let location = answer.location().to_owned();
    assert!(location.starts_with("/authorize?client_id=web&request_uri=urn"), "{location}");
    assert!(!location.contains("ada"), "{location}");
    let page = stage.get(&location, &[]).await;
    assert!(page.body.contains("The web"), "{}", page.body);
    assert!(decide(&stage, &page, "continue").await.location().starts_with("https://wallet.example.com/"));
    let refused = stage.form("/authorize", &[], &request("web", &[("response_type", "token")])).await;
    assert_eq!(told(&refused), "unsupported_response_type");
    let json = stage.json("/authorize", &[], &serde_json::json!({})).await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = stage.form("/authorize", &[], &format!("x={}", "y".repeat(16 * 1024))).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn req_11_12_who_cannot_be_told_is_never_redirected() {
    let stage = Stage::new();
    let repeated = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", request("web", &[]));
    for query in [
        String::new(),
        request("nobody", &[]),
        request("web", &[("client_id", "")]),
        request("web", &[("redirect_uri", "https://evil.example/")]),
        request("web", &[("redirect_uri", &format!("{RETURN}/"))]),
        request("web", &[("redirect_uri", &format!("{RETURN}?next=https://evil.example"))]),
        request("web", &[("redirect_uri", "https://evil.example/"), ("prompt", "none")]),
        format!("{}&client_id=web", request("web", &[])),
        repeated,
        format!("{}&x=%zz", request("web", &[])),
        format!("{}&x={}", request("web", &[]), "y".repeat(16 * 1024)),
        by_reference("web", &format!("{URN}unknown")),
    ] {
        let page = visit(&stage, &query).await;
        assert!(page.status.is_client_error(), "{} {query}", page.status);
        assert_eq!(page.header("location"), None, "{query}");
        assert!(!page.body.contains("evil"), "{}", page.body);
        let posted = stage.form("/authorize", &[], &query).await;
        assert!(posted.status.is_client_error() && posted.header("location").is_none(), "{query}");
    }
}

#[tokio::test]
async fn req_11_19_req_11_20_everybody_else_is_told_at_home_with_state_and_issuer() {
    let stage = Stage::new();
    for (changes, code) in [
        (&[("response_type", "")][..], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code token")], "unsupported_response_type"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("scope", "other")], "invalid_scope"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("request", "a.b.c")], "request_not_supported"),
        (&[("request_uri", "https://shop.example.com/r")], "request_uri_not_supported"),
        (&[("prompt", "none")], "login_required"),
        (&[("max_age", "x")], "invalid_request"),
    ] {
        assert_eq!(told(&visit(&stage, &request("web", changes)).await), code, "{changes:?}");
    }
    let repeated = format!("{}&scope=adult", request("web", &[]));
    assert_eq!(told(&visit(&stage, &repeated).await), "invalid_request");
    // The shop is registered for no grant at all.
    assert_eq!(told(&visit(&stage, &request("shop", &[])).await), "unauthorized_client");
}

#[tokio::test]
async fn req_11_19_a_fault_of_ours_is_told_at_home_too() {
    let stage = Stage::new();
    let page = visit(&stage, &request("web", &[])).await;
    stage.break_entropy();
    assert_eq!(told(&decide(&stage, &page, "continue").await), "temporarily_unavailable");
}

#[tokio::test]
async fn req_11_19_cancelling_is_access_denied() {
    let stage = Stage::new();
    let page = visit(&stage, &request("web", &[])).await;
    assert_eq!(told(&decide(&stage, &page, "cancel").await), "access_denied");
    let nonsense = decide(&stage, &page, "nonsense").await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn rfc_8252_7_1_an_app_is_named_on_the_page_and_reached_by_its_scheme() {
    const APP: &str = "com.example.app:/oauth2redirect";
    let stage = Stage::with(|policy: &mut Policy| {
        let apps = policy.clients.iter().cloned().map(|mut client| {
            if client.id == "web" {
                client.redirect_uris = vec![APP.parse().unwrap()];
            }
            client
        });
        policy.clients = Clients::new(apps.collect());
    });
    let page = visit(&stage, &request("web", &[("redirect_uri", APP)])).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("<b>com.example.app</b>"), "{}", page.body);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self' https: com.example.app:;"), "{policy}");
    let home = decide(&stage, &page, "cancel").await;
    assert!(home.location().starts_with(&format!("{APP}?error=access_denied")), "{}", home.location());
    for wrong in
        ["com.example.app:/other", "com.example.app://oauth2redirect", "com.example.evil:/oauth2redirect"]
    {
        let refused = visit(&stage, &request("web", &[("redirect_uri", wrong)])).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn req_11_22_the_page_cannot_be_framed_or_pressed_from_elsewhere() {
    let stage = Stage::new();
    let page = visit(&stage, &request("web", &[("next", "https://evil.example")])).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src"), "{policy}");
    let form = pressed(&page, "continue");
    let cookie = page.cookie();
    for headers in [
        &[][..],
        &[("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")],
        &[("cookie", "__Host-vpgate=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")],
    ] {
        let answer = stage.form("/authorize/decision", headers, &form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let sent = decide(&stage, &page, "continue").await;
    assert!(sent.location().starts_with("https://wallet.example.com/"), "{}", sent.location());
}

#[tokio::test]
async fn req_11_30_a_pushed_request_is_checked_like_any_other() {
    let stage = Stage::new();
    let answer = push(&stage, &request("web", &[])).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["expires_in"], 90);
    assert_eq!(body["request_uri"].as_str().unwrap().len(), URN.len() + 43);
    for (changes, expected) in [
        (&[("request_uri", "urn:x")][..], error(400, "invalid_request")),
        (&[("redirect_uri", "https://evil.example/")], error(400, "invalid_request")),
        (&[("response_type", "token")], error(400, "unsupported_response_type")),
        (&[("scope", "other")], error(400, "invalid_scope")),
        (&[("code_challenge", "")], error(400, "invalid_request")),
        (&[("request", "a.b.c")], error(400, "request_not_supported")),
        (&[("client_id", "tv")], error(400, "unauthorized_client")),
        (&[("client_id", "nobody")], error(401, "invalid_client")),
        (&[("client_id", "bank")], error(401, "invalid_client")),
        (&[("client_id", "")], error(401, "invalid_client")),
    ] {
        assert_eq!(push(&stage, &request("web", changes)).await.oauth_error(), expected, "{changes:?}");
    }
    let repeated = push(&stage, &format!("{}&scope=adult", request("web", &[]))).await;
    assert_eq!(repeated.oauth_error(), error(400, "invalid_request"));
    let without_id = request("bank", &[("client_id", "")]);
    let confidential = stage.form("/par", &[BANK], &without_id).await;
    assert_eq!(confidential.status, StatusCode::CREATED, "{}", confidential.body);
}

#[tokio::test]
async fn req_11_31_a_handle_is_bound_to_its_client_and_dies() {
    let stage = Stage::new();
    let uri = pushed(&stage, &[]).await;
    assert_eq!(visit(&stage, &by_reference("strict", &uri)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(visit(&stage, &by_reference("web", &format!("{uri}A"))).await.status, StatusCode::BAD_REQUEST);
    // What stands beside the handle does not count.
    let beside = format!("{}&scope=other&redirect_uri=https%3A%2F%2Fevil.example", by_reference("web", &uri));
    let page = visit(&stage, &beside).await;
    assert!(page.body.contains("The web"), "{}", page.body);
    stage.later(89);
    assert_eq!(visit(&stage, &by_reference("web", &uri)).await.status, StatusCode::OK);
    stage.later(1);
    let late = visit(&stage, &by_reference("web", &uri)).await;
    assert_eq!((late.status, late.header("location")), (StatusCode::BAD_REQUEST, None));
    assert_eq!(decide(&stage, &page, "continue").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn req_11_31_a_handle_is_used_once_whatever_the_person_decides() {
    let stage = Stage::new();
    for action in ["continue", "cancel"] {
        let uri = pushed(&stage, &[]).await;
        let page = visit(&stage, &by_reference("web", &uri)).await;
        // A page that is reloaded is shown again.
        assert_eq!(visit(&stage, &by_reference("web", &uri)).await.status, StatusCode::OK);
        decide(&stage, &page, action).await.location();
        for again in ["continue", "cancel"] {
            assert_eq!(decide(&stage, &page, again).await.status, StatusCode::BAD_REQUEST);
        }
        assert_eq!(visit(&stage, &by_reference("web", &uri)).await.status, StatusCode::BAD_REQUEST);
    }
    let silent = pushed(&stage, &[("prompt", "none")]).await;
    assert_eq!(told(&visit(&stage, &by_reference("web", &silent)).await), "login_required");
}

#[tokio::test]
async fn req_11_32_pushing_can_be_demanded_of_one_client_or_of_all() {
    let one = Stage::new();
    assert_eq!(told(&visit(&one, &request("strict", &[])).await), "invalid_request");
    let posted = one.form("/authorize", &[], &request("strict", &[])).await;
    assert_eq!(told(&posted), "invalid_request");
    assert_eq!(visit(&one, &request("web", &[])).await.status, StatusCode::OK);
    let pushed = push(&one, &request("strict", &[])).await.json();
    let uri = pushed["request_uri"].as_str().unwrap();
    assert_eq!(visit(&one, &by_reference("strict", uri)).await.status, StatusCode::OK);
    let all = Stage::with(pushed_only);
    assert_eq!(told(&visit(&all, &request("web", &[])).await), "invalid_request");
    let metadata = all.get("/.well-known/oauth-authorization-server", &[]).await.ok_json();
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
}

#[tokio::test]
async fn req_11_32_other_methods_long_bodies_and_floods_are_refused() {
    let stage = Stage::new();
    let get = stage.get("/par", &[]).await;
    assert_eq!((get.status, get.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, Some("POST")));
    let long = format!("{}&x={}", request("web", &[]), "y".repeat(16 * 1024));
    assert_eq!(push(&stage, &long).await.oauth_error(), error(413, "invalid_request"));
    for _ in 0..120 {
        visit(&stage, "client_id=nobody").await;
    }
    let page = visit(&stage, &request("web", &[])).await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("60")));
    let mut last = push(&stage, "client_id=web").await;
    for _ in 0..600 {
        last = push(&stage, "client_id=web").await;
    }
    assert_eq!(last.oauth_error(), error(429, "temporarily_unavailable"));
    stage.later(60);
    assert_eq!(visit(&stage, &request("web", &[])).await.status, StatusCode::OK);
    pushed(&stage, &[]).await;
}
