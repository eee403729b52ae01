//! The web application's story (RFC 6749 section 4.1), told through the endpoints.

use std::time::Duration;

use poem::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded;
use vpgate_core::base::base64url;
use vpgate_core::base::json::Bounds;
use vpgate_core::base::secret::Digest;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::key_set::KeySet;

use crate::scenarios::dpop::Prover;
use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::harness::{BASE, BASIC, Harness, RETURN_TO, basic};

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PORTAL: (&str, &str) = ("portal", "portal-secret");

/// A good request of the news site, with some parameters changed; an empty value takes one out.
pub fn request(changes: &[(&str, &str)]) -> String {
    let challenge = String::from(Digest::of(VERIFIER.as_bytes()));
    let good = [
        ("client_id", "web"),
        ("redirect_uri", RETURN_TO),
        ("response_type", "code"),
        ("scope", BASIC),
        ("state", "s-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let kept = good.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let all = kept.chain(changes).filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    format!("/authorize?{query}")
}

/// From the application's link to the wallet's consent page.
pub async fn to_wallet(browser: &mut Browser<'_>, request: &str) -> Page {
    let page = browser.open(request).await;
    let page = browser.press(&page, "Continue").await;
    assert!(page.url.path().starts_with("/sandbox/wallet"), "{} {}", page.url, page.body);
    page
}

/// What the browser carries home.
fn carried(page: &Page, name: &str) -> Option<String> {
    assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
    page.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// The error the browser carries home, after `state` and `iss` were looked at.
pub fn error_of(page: &Page) -> String {
    assert_eq!(carried(page, "state").as_deref(), Some("s-1"));
    assert_eq!(carried(page, "iss").as_deref(), Some(BASE));
    assert_eq!(carried(page, "code"), None);
    carried(page, "error").unwrap()
}

/// The person shares; the code that the browser carries home.
pub async fn code(world: &Harness, request: &str) -> String {
    let mut browser = world.browser();
    let wallet = to_wallet(&mut browser, request).await;
    let home = browser.press(&wallet, "Share").await;
    carried(&home, "code").unwrap()
}

/// The token request of the news site, with some parameters changed.
pub async fn exchange(world: &Harness, code: &str, changes: &[(&str, &str)]) -> (StatusCode, Value) {
    let good = [
        ("grant_type", "authorization_code"),
        ("client_id", "web"),
        ("code", code),
        ("redirect_uri", RETURN_TO),
        ("code_verifier", VERIFIER),
    ];
    let kept = good.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let form: Vec<_> = kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect();
    let answer = world.post_form("/token", &form).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    (answer.status, answer.json())
}

async fn refused(world: &Harness, code: &str, changes: &[(&str, &str)]) -> String {
    let (status, body) = exchange(world, code, changes).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    body["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_application_gets_a_token_because_a_wallet_showed_a_credential() {
    let world = Harness::new().await;
    let mut browser = world.browser();
    let page = browser.open(&request(&[])).await;
    assert!(page.body.contains("News Site") && page.body.contains("127.0.0.1"), "{}", page.body);
    let wallet = browser.press(&page, "Continue").await;
    let home = browser.press(&wallet, "Share").await;
    assert_eq!(carried(&home, "state").as_deref(), Some("s-1"));
    assert_eq!(carried(&home, "iss").as_deref(), Some(BASE));
    let code = carried(&home, "code").unwrap();
    assert_eq!(code.len(), 43, "256 bits");

    let (status, token) = exchange(&world, &code, &[]).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!(BASIC)));
    let keys = KeySet::from_json(&world.get("/jwks.json").await.json()).unwrap();
    let bounds = Bounds { bytes: 8192, depth: 4, members: 100 };
    let jwt = UnverifiedJws::parse(token["access_token"].as_str().unwrap(), &bounds).unwrap();
    let key = keys.find(jwt.kid(), jwt.algorithm()).unwrap().clone();
    let claims = jwt.verify(&key).unwrap().into_payload();
    assert_eq!((&claims["client_id"], &claims["scope"]), (&json!("web"), &json!(BASIC)));
    assert_eq!(claims["iss"], BASE);
}

#[tokio::test]
async fn req_11_30_a_pushed_request_leads_to_a_code_too() {
    let world = Harness::new().await;
    let query = request(&[]);
    let form: Vec<(String, String)> =
        form_urlencoded::parse(query.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let pushed = world.post_form("/par", &form).await;
    assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.text);
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let code = code(&world, &format!("/authorize?client_id=web&request_uri={uri}")).await;
    assert_eq!(exchange(&world, &code, &[]).await.0, StatusCode::OK);
    let again = world.browser().open(&format!("/authorize?client_id=web&request_uri={uri}")).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn req_11_16_req_11_17_req_11_18_an_exchange_that_is_wrong_in_one_way_is_refused_and_harmless() {
    let world = Harness::new().await;
    let code = code(&world, &request(&[])).await;
    let short = &VERIFIER[..42];
    let long = "a".repeat(129);
    for (changes, error) in [
        (&[("code_verifier", "")][..], "invalid_grant"),
        (&[("code_verifier", short)], "invalid_grant"),
        (&[("code_verifier", &long)], "invalid_grant"),
        (&[("code_verifier", &VERIFIER.replace('d', "e"))], "invalid_grant"),
        (&[("redirect_uri", "")], "invalid_grant"),
        (&[("redirect_uri", &format!("{RETURN_TO}/"))], "invalid_grant"),
        (&[("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")], "invalid_grant"),
        (&[("code", "")], "invalid_request"),
        (&[("client_id", "tv")], "unauthorized_client"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "implicit")], "unsupported_grant_type"),
    ] {
        assert_eq!(refused(&world, &code, changes).await, error, "{changes:?}");
    }
    assert_eq!(exchange(&world, &code, &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn req_11_17_a_code_belongs_to_its_client() {
    let world = Harness::new().await;
    let code = code(&world, &request(&[])).await;
    let (kind, form) = (
        (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded".to_owned()),
        format!(
            "grant_type=authorization_code&code={code}&redirect_uri={RETURN_TO}&code_verifier={VERIFIER}"
        ),
    );
    let answer = world.send(Method::POST, "/token", &[kind, basic(PORTAL)], form).await;
    assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    assert_eq!(exchange(&world, &code, &[]).await.0, StatusCode::OK, "the news site is unharmed");
}

#[tokio::test]
async fn req_11_17_a_code_lives_a_minute() {
    let world = Harness::new().await;
    let (early, late) = (code(&world, &request(&[])).await, code(&world, &request(&[])).await);
    world.clock.advance(Duration::from_secs(59));
    assert_eq!(exchange(&world, &early, &[]).await.0, StatusCode::OK);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(refused(&world, &late, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn req_11_17_of_many_exchanges_at_once_one_gets_the_token() {
    let world = Harness::new().await;
    let code = code(&world, &request(&[])).await;
    let mut exchanges = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (world, code) = (world.clone(), code.clone());
        exchanges.spawn(async move { exchange(&world, &code, &[]).await });
    }
    let answers = exchanges.join_all().await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == StatusCode::OK).count(), 1);
    assert!(
        answers.iter().all(|(status, body)| *status == StatusCode::OK || body["error"] == "invalid_grant")
    );
}

#[tokio::test]
async fn req_11_15_req_11_16_a_client_that_may_go_without_a_challenge_shows_no_verifier() {
    let world = Harness::new().await;
    let without = [("client_id", "portal"), ("code_challenge", ""), ("code_challenge_method", "")];
    let code = code(&world, &request(&without)).await;
    let exchange = async |verifier: &str| {
        let kind = (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded".to_owned());
        let form = format!("grant_type=authorization_code&code={code}&redirect_uri={RETURN_TO}{verifier}");
        world.send(Method::POST, "/token", &[kind, basic(PORTAL)], form).await
    };
    let downgraded = exchange(&format!("&code_verifier={VERIFIER}")).await;
    assert_eq!(downgraded.json()["error"], "invalid_grant");
    assert_eq!(exchange("").await.status, StatusCode::OK);
    let public = world.browser().open(&request(&without[1..])).await;
    assert_eq!(error_of(&public), "invalid_request");
}

#[tokio::test]
async fn req_11_23_an_answer_through_another_browser_gives_no_code() {
    let world = Harness::new().await;
    let (mut victim, mut attacker) = (world.browser(), world.browser());
    let wallet = to_wallet(&mut victim, &request(&[])).await;
    let fragment = world.share_without_returning(&mut victim, &wallet).await;
    for other in [&mut attacker, &mut world.browser_of_somebody().await] {
        let refused = other.bring_fragment(&fragment).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
    }
    let home = victim.bring_fragment(&fragment).await;
    let code = carried(&home, "code").unwrap();
    assert_eq!(exchange(&world, &code, &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn req_11_23_the_way_to_the_wallet_belongs_to_the_browser_that_went_on() {
    let world = Harness::new().await;
    let mut attacker = world.browser();
    let page = attacker.open(&request(&[])).await;
    let wallet = attacker.press_without_travelling(&page, "Continue").await;
    let mut victim = world.browser();
    let asked = victim.open(&wallet).await;
    let fragment = world.share_without_returning(&mut victim, &asked).await;
    let refused = victim.bring_fragment(&fragment).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
}

#[tokio::test]
async fn req_2_44_saying_no_in_the_wallet_is_access_denied_at_home() {
    let world = Harness::new().await;
    let mut browser = world.browser();
    let wallet = to_wallet(&mut browser, &request(&[])).await;
    let home = browser.press(&wallet, "Decline").await;
    assert_eq!(error_of(&home), "access_denied");
}

#[tokio::test]
async fn req_2_44_what_the_wallet_cannot_do_is_a_server_error_at_home() {
    let world = Harness::new().await;
    for (wallet_says, at_home) in [
        ("invalid_request", "server_error"),
        ("vp_formats_not_supported", "server_error"),
        ("access_denied", "access_denied"),
    ] {
        let mut browser = world.browser();
        let wallet = to_wallet(&mut browser, &request(&[])).await;
        let fragment = world.share_without_returning(&mut browser, &wallet).await;
        let state = form_urlencoded::parse(fragment.as_bytes()).find(|(name, _)| name == "state").unwrap().1;
        let home = browser.bring_fragment(&format!("error={wallet_says}&state={state}")).await;
        assert_eq!(error_of(&home), at_home, "{wallet_says}");
    }
}

#[tokio::test]
async fn req_2_8_the_last_rejected_answer_is_access_denied_at_home_and_so_is_giving_up() {
    let world = Harness::new().await;
    let mut browser = world.browser();
    let mut wallet = to_wallet(&mut browser, &request(&[])).await;
    for attempt in 1..=5 {
        let page = browser.fill_and_press(&wallet, &[("fault", "wrong_nonce")], "Share").await;
        if attempt == 5 {
            assert_eq!(error_of(&page), "access_denied");
        } else {
            assert!(page.url.path().starts_with("/done/"), "{}", page.url);
            wallet = browser.open(&page.url.path().replace("/done/", "/start/")).await;
        }
    }
    let mut browser = world.browser();
    let wallet = to_wallet(&mut browser, &request(&[])).await;
    let page = browser.fill_and_press(&wallet, &[("fault", "wrong_nonce")], "Share").await;
    let home = browser.press(&page, "Give up").await;
    assert_eq!(error_of(&home), "access_denied");
}

#[tokio::test]
async fn an_authorization_that_took_too_long_gives_no_code() {
    let world = Harness::new().await;
    let mut browser = world.browser();
    let wallet = to_wallet(&mut browser, &request(&[])).await;
    let fragment = world.share_without_returning(&mut browser, &wallet).await;
    world.clock.advance(Duration::from_secs(300));
    let page = browser.bring_fragment(&fragment).await;
    assert!(page.status.is_client_error(), "{} {}", page.status, page.url);
}

#[tokio::test]
async fn the_code_of_an_authorization_never_leads_to_the_claims() {
    let world = Harness::new().await;
    let code = code(&world, &request(&[("client_id", "portal")])).await;
    let path = format!("/v1/presentations/{}?response_code={code}", &code[..22]);
    assert_eq!(world.get_as(&path, Some(PORTAL)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn req_11_19_state_comes_back_as_it_was() {
    let world = Harness::new().await;
    for state in ["a+b c%20&d=e", "{\"to\":\"/é?x=1#y\"}", &"x".repeat(2048)] {
        let page = world.browser().open(&request(&[("state", state), ("prompt", "none")])).await;
        assert_eq!(carried(&page, "state").as_deref(), Some(state));
        assert_eq!(carried(&page, "error").as_deref(), Some("login_required"));
    }
    let page = world.browser().open(&request(&[("state", ""), ("prompt", "none")])).await;
    assert_eq!(carried(&page, "state"), None);
}

// With ID tokens, and with keys.

/// With a reader that may ask for `openid`, and a vault whose tokens are all bound to a key.
async fn world_with_readers() -> Harness {
    let client = |id: &str, tokens: &str| {
        format!(
            r#"
[[clients]]
client_id = "{id}"
grants = ["authorization_code", "refresh_token"]
authentication = "none"
scopes = ["openid", "{BASIC}"]
redirect_uris = ["{RETURN_TO}"]
tokens = {{ audience = ["https://api.example", "https://reports.example"], {tokens} }}
"#
        )
    };
    Harness::with_more(&(client("reader", "") + &client("vault", "require_dpop = true"))).await
}

fn reader(changes: &[(&str, &str)]) -> String {
    let scope = format!("openid {BASIC}");
    let reader = [("client_id", "reader"), ("scope", scope.as_str())];
    let kept = reader.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    request(&kept.chain(changes.iter().copied()).collect::<Vec<_>>())
}

fn claims(jwt: &Value) -> Value {
    let payload = jwt.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64url::decode(payload).unwrap()).unwrap()
}

async fn userinfo(world: &Harness, tokens: &Value) -> StatusCode {
    let bearer = ("authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()));
    world.send(Method::GET, "/userinfo", &[bearer], String::new()).await.status
}

#[tokio::test]
async fn openid_brings_an_id_token_with_the_nonce() {
    let world = world_with_readers().await;
    let code = code(&world, &reader(&[("nonce", "n-0S6"), ("max_age", "0"), ("prompt", "login")])).await;
    let (_, tokens) = exchange(&world, &code, &[("client_id", "reader")]).await;
    let id_token = claims(&tokens["id_token"]);
    assert_eq!((&id_token["nonce"], &id_token["aud"]), (&json!("n-0S6"), &json!("reader")));
    assert!(id_token["auth_time"].is_i64());
    assert!(tokens["refresh_token"].is_string());
    assert_eq!(tokens["scope"], format!("openid {BASIC}"));
    assert_eq!(userinfo(&world, &tokens).await, StatusCode::OK);
}

#[tokio::test]
async fn req_11_17_a_second_exchange_ends_what_the_first_one_gave() {
    let world = world_with_readers().await;
    let code = code(&world, &reader(&[])).await;
    let (_, tokens) = exchange(&world, &code, &[("client_id", "reader")]).await;
    assert_eq!(userinfo(&world, &tokens).await, StatusCode::OK);
    // Whoever read the code in an address, and knows no more, ends nothing.
    for wrong in [("code_verifier", ""), ("redirect_uri", ""), ("client_id", "web")] {
        let changes = [&[("client_id", "reader")][..], &[wrong]].concat();
        let changes = if wrong.0 == "client_id" { &changes[1..] } else { &changes[..] };
        assert_eq!(refused(&world, &code, changes).await, "invalid_grant", "{wrong:?}");
        assert_eq!(userinfo(&world, &tokens).await, StatusCode::OK, "{wrong:?}");
    }
    assert_eq!(refused(&world, &code, &[("client_id", "reader")]).await, "invalid_grant");
    assert_eq!(userinfo(&world, &tokens).await, StatusCode::UNAUTHORIZED);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", "reader"), ("refresh_token", refresh)];
    assert_eq!(world.post_form("/token", &form).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn req_11_17_a_second_exchange_ends_them_long_after_the_code_has_died() {
    let world = world_with_readers().await;
    let code = code(&world, &reader(&[])).await;
    let (_, tokens) = exchange(&world, &code, &[("client_id", "reader")]).await;
    world.clock.advance(Duration::from_secs(1800));
    assert_eq!(userinfo(&world, &tokens).await, StatusCode::OK);
    assert_eq!(refused(&world, &code, &[("client_id", "reader")]).await, "invalid_grant");
    assert_eq!(userinfo(&world, &tokens).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn req_11_34_a_code_that_names_a_key_is_for_that_key_alone() {
    let world = world_with_readers().await;
    let (mut right, mut wrong) = (Prover::new(), Prover::new());
    let jkt = right.key.public_key().thumbprint();
    let code = code(&world, &reader(&[("dpop_jkt", &jkt)])).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "reader"),
        ("code", &code),
        ("redirect_uri", RETURN_TO),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(world.post_form("/token", &form).await.json()["error"], "invalid_dpop_proof");
    assert_eq!(wrong.post(&world, "/token", &form).await.json()["error"], "invalid_grant");
    let tokens = right.post(&world, "/token", &form).await.json();
    assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
    assert_eq!(claims(&tokens["access_token"])["cnf"]["jkt"], jkt.as_str());
}

#[tokio::test]
async fn req_11_34_a_code_of_a_client_with_bound_tokens_needs_a_proof() {
    let world = world_with_readers().await;
    let code = code(&world, &reader(&[("client_id", "vault")])).await;
    assert_eq!(refused(&world, &code, &[("client_id", "vault")]).await, "invalid_dpop_proof");
}

#[tokio::test]
async fn req_11_51_a_code_for_one_resource_gives_no_token_for_another() {
    let world = world_with_readers().await;
    let (api, reports) = ("https://api.example", "https://reports.example");
    let elsewhere = world.browser().open(&reader(&[("resource", "https://elsewhere.example")])).await;
    assert_eq!(error_of(&elsewhere), "invalid_target");
    let code = code(&world, &reader(&[("resource", reports)])).await;
    let asking = |resource| [("client_id", "reader"), ("resource", resource)];
    assert_eq!(refused(&world, &code, &asking(api)).await, "invalid_target");
    let (_, tokens) = exchange(&world, &code, &asking("")).await;
    assert_eq!(claims(&tokens["access_token"])["aud"], reports);
}
