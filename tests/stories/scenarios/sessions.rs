//! A person who presented a moment ago is not asked again, until they sign out or the credential is taken back.

use std::time::Duration;

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::scenarios::code_flow::{error_of, exchange, request};
use crate::scenarios::tokens::claims;
use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{ADULT, BASE, BASIC, Harness, RETURN_TO};

const GOODBYE: &str = "http://127.0.0.1:9999/goodbye";
const TELL: &str = "http://127.0.0.1:9999/told";
const OPENID: &str = "openid urn:proof:params:scope:verifiable-credentials:basic";

/// `web` and `club` sign people in; `club` wants sessions by name; a device of `tv2` has tokens and no session.
fn configured(sessions: &str) -> String {
    let web = configuration("").replace(
        "client_id = \"web\"\nname = \"News Site\"\ngrants = [\"authorization_code\"]",
        &format!(
            "client_id = \"web\"\nname = \"News Site\"\ngrants = [\"authorization_code\", \"refresh_token\"]\n\
             post_logout_redirect_uris = [\"{GOODBYE}\"]\nbackchannel_logout_uri = \"{TELL}/web\""
        ),
    );
    let web = web.replace(
        &format!("scopes = [\"{BASIC}\"]\nredirect_uris = [\"{RETURN_TO}\"]\n\n[[clients]]\nclient_id = \"portal\""),
        &format!("scopes = [\"openid\", \"{BASIC}\", \"{ADULT}\"]\nredirect_uris = [\"{RETURN_TO}\"]\n\n[[clients]]\nclient_id = \"portal\""),
    );
    assert!(web.contains("/told/web") && web.contains(&format!("[\"openid\", \"{BASIC}\", \"{ADULT}\"]")));
    format!(
        r#"{web}
[[clients]]
client_id = "club"
grants = ["authorization_code"]
authentication = "none"
scopes = ["openid", "{BASIC}"]
redirect_uris = ["{RETURN_TO}"]
backchannel_logout_uri = "{TELL}/club"
backchannel_logout_session_required = true

[[clients]]
client_id = "tv2"
grants = ["device_code"]
authentication = "none"
scopes = ["openid", "{BASIC}"]
backchannel_logout_uri = "{TELL}/tv2"

{sessions}
"#
    )
}

async fn world() -> Harness {
    Harness::with_configuration(&configured("[sessions]\nenabled = true\n"), Vec::new()).await
}

fn asked(changes: &[(&str, &str)]) -> String {
    let own = changes.iter().any(|(name, _)| *name == "scope");
    let scope = if own { &[][..] } else { &[("scope", OPENID)] };
    request(&[scope, changes].concat())
}

/// The person signs in to `client`; the tokens of the application.
async fn sign_in(world: &Harness, browser: &mut Browser<'_>, client: &str) -> Value {
    let page = browser.open(&asked(&[("client_id", client)])).await;
    let wallet = browser.press(&page, "Continue").await;
    let home = browser.press(&wallet, "Share").await;
    redeemed(world, client, &home).await
}

fn code_of(page: &Page) -> Option<String> {
    assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
    page.url.query_pairs().find(|(name, _)| name == "code").map(|(_, value)| value.into_owned())
}

async fn redeemed(world: &Harness, client: &str, home: &Page) -> Value {
    let code = code_of(home).unwrap_or_else(|| panic!("no code at {}", home.url));
    let (status, tokens) = exchange(world, &code, &[("client_id", client)]).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    tokens
}

async fn id_token(world: &Harness, tokens: &Value) -> Value {
    Value::Object(claims(world, tokens["id_token"].as_str().unwrap()).await.2)
}

/// What `prompt=none` leads to: nothing, or its error.
async fn silently(browser: &mut Browser<'_>, changes: &[(&str, &str)]) -> Result<Page, String> {
    let page = browser.open(&asked(&[&[("prompt", "none")], changes].concat())).await;
    if code_of(&page).is_some() { Ok(page) } else { Err(error_of(&page)) }
}

fn logout(parameters: &[(&str, &str)]) -> String {
    format!("/logout?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
}

/// Whom the clients were told about since, as (client, sub, sid).
async fn told(world: &Harness) -> Vec<(String, Value, Option<Value>)> {
    world.app().deliver_notices().await;
    let mut told = Vec::new();
    for (uri, token) in world.told_logouts() {
        let client = uri.rsplit('/').next().unwrap().to_owned();
        let (typ, _, claims) = claims(world, &token).await;
        assert_eq!(
            (typ.as_str(), &claims["aud"], &claims["iss"]),
            ("logout+jwt", &json!(client), &json!(BASE))
        );
        assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
        assert!(!claims.contains_key("nonce") && claims["exp"].as_i64() > claims["iat"].as_i64());
        told.push((client, claims["sub"].clone(), claims.get("sid").cloned()));
    }
    told
}

#[tokio::test]
async fn the_same_question_of_the_same_client_is_answered_without_the_person() {
    let world = world().await;
    let mut browser = world.browser();
    assert_eq!(silently(&mut browser, &[]).await.err().as_deref(), Some("login_required"));
    let first = id_token(&world, &sign_in(&world, &mut browser, "web").await).await;
    world.clock.advance(Duration::from_secs(600));
    for changes in [&[("prompt", "none"), ("nonce", "n-2")][..], &[("nonce", "n-2")]] {
        let home = browser.open(&asked(changes)).await;
        let again = id_token(&world, &redeemed(&world, "web", &home).await).await;
        for claim in ["sub", "sid", "auth_time"] {
            assert_eq!(again[claim], first[claim], "{claim}");
        }
        assert_eq!((&again["nonce"], first.get("nonce")), (&json!("n-2"), None));
        assert!(again["iat"].as_i64() > first["iat"].as_i64());
    }
    // A code works once, as ever.
    let home = silently(&mut browser, &[]).await.unwrap();
    let code = code_of(&home).unwrap();
    assert_eq!(exchange(&world, &code, &[]).await.0, StatusCode::OK);
    assert_eq!(exchange(&world, &code, &[]).await.0, StatusCode::BAD_REQUEST);
    world.clock.advance(Duration::from_secs(3000));
    assert_eq!(silently(&mut browser, &[]).await.err().as_deref(), Some("login_required"), "an hour is over");
}

#[tokio::test]
async fn nobody_else_is_answered_and_nothing_else_is() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    let required = Some("login_required");
    assert_eq!(silently(&mut world.browser(), &[]).await.err().as_deref(), required, "another browser");
    let other_client = silently(&mut browser, &[("client_id", "club")]).await;
    assert_eq!(other_client.err().as_deref(), required, "another client");
    for scope in [BASIC.to_owned(), format!("{OPENID} {ADULT}"), format!("openid {ADULT}")] {
        let answer = silently(&mut browser, &[("scope", &scope)]).await;
        let same = scope == BASIC;
        assert_eq!(answer.is_ok(), same, "{scope}: the same must be shown for openid and without");
    }
    // What the request says of the person and of time.
    let hint = tokens["id_token"].as_str().unwrap();
    world.clock.advance(Duration::from_secs(100));
    assert!(silently(&mut browser, &[("id_token_hint", hint)]).await.is_ok());
    assert!(silently(&mut browser, &[("max_age", "100")]).await.is_ok());
    assert_eq!(silently(&mut browser, &[("max_age", "99")]).await.err().as_deref(), required);
    for prompt in ["login", "consent", "select_account"] {
        let page = browser.open(&asked(&[("prompt", prompt)])).await;
        assert!(page.body.contains("Continue to your wallet"), "{prompt}: {}", page.body);
    }
    let page = browser.open(&asked(&[("max_age", "99")])).await;
    assert!(page.body.contains("Continue to your wallet"), "{}", page.body);
    // Asked anew, the person presents, and is younger.
    let wallet = browser.press(&page, "Continue").await;
    let home = browser.press(&wallet, "Share").await;
    let again = id_token(&world, &redeemed(&world, "web", &home).await).await;
    let first = Value::Object(claims(&world, hint).await.2);
    assert_eq!(again["auth_time"].as_i64().unwrap() - first["auth_time"].as_i64().unwrap(), 100);
    assert_ne!(again["sid"], first["sid"]);
    assert!(silently(&mut browser, &[("max_age", "0")]).await.is_ok(), "in the same second");
}

#[tokio::test]
async fn without_sessions_nothing_of_it_is_there() {
    let world = Harness::with_configuration(&configured(""), Vec::new()).await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    assert_eq!(id_token(&world, &tokens).await.get("sid"), None);
    assert!(browser.cookies.keys().all(|name| !name.contains("session")), "{:?}", browser.cookies);
    assert_eq!(silently(&mut browser, &[]).await.err().as_deref(), Some("login_required"));
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(
        (metadata.get("end_session_endpoint"), &metadata["backchannel_logout_supported"]),
        (None, &json!(true))
    );
}

#[tokio::test]
async fn a_pushed_request_is_answered_once() {
    let world = world().await;
    let mut browser = world.browser();
    sign_in(&world, &mut browser, "web").await;
    let query = asked(&[("prompt", "none")]);
    let form: Vec<(String, String)> =
        form_urlencoded::parse(query.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let pushed = world.post_form("/par", &form).await.json();
    let link = format!("/authorize?client_id=web&request_uri={}", pushed["request_uri"].as_str().unwrap());
    let home = browser.open(&link).await;
    redeemed(&world, "web", &home).await;
    assert_eq!(browser.open(&link).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn rp_initiated_logout_ends_every_session_of_the_browser_and_the_clients_are_told() {
    let world = world().await;
    let mut browser = world.browser();
    let (web, club) =
        (sign_in(&world, &mut browser, "web").await, sign_in(&world, &mut browser, "club").await);
    let (of_web, of_club) = (id_token(&world, &web).await, id_token(&world, &club).await);
    let hint = web["id_token"].as_str().unwrap();
    // However old the hint is.
    world.clock.advance(Duration::from_secs(3500));
    let goodbye = [("id_token_hint", hint), ("post_logout_redirect_uri", GOODBYE), ("state", "s-9")];
    let home = browser.open(&logout(&goodbye)).await;
    assert_eq!(home.url.as_str(), format!("{GOODBYE}?state=s-9"));
    let mut told = told(&world).await;
    told.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [("club", &of_club), ("web", &of_web)]
        .map(|(client, claims)| (client.to_owned(), claims["sub"].clone(), Some(claims["sid"].clone())));
    assert_eq!(told, expected);
    for client in ["web", "club"] {
        let silent = silently(&mut browser, &[("client_id", client)]).await;
        assert_eq!(silent.err().as_deref(), Some("login_required"), "{client}");
    }
    // What the session led to is over, too.
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", "web"),
        ("refresh_token", web["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(world.post_form("/token", &refresh).await.json()["error"], "invalid_grant");
    // Again, and nobody is told twice.
    assert_eq!(browser.open(&logout(&goodbye)).await.url.as_str(), format!("{GOODBYE}?state=s-9"));
    assert!(self::told(&world).await.is_empty());
}

#[tokio::test]
async fn rp_initiated_logout_without_a_hint_asks_the_person() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    let tampered = format!("{}A", tokens["id_token"].as_str().unwrap());
    let foreign = tokens["access_token"].as_str().unwrap();
    for parameters in [
        &[][..],
        &[("state", "s")],
        &[("post_logout_redirect_uri", GOODBYE)],
        &[("client_id", "web"), ("post_logout_redirect_uri", GOODBYE)],
        &[("id_token_hint", tampered.as_str()), ("post_logout_redirect_uri", GOODBYE)],
        &[("id_token_hint", foreign)],
    ] {
        let page = browser.open(&logout(parameters)).await;
        assert!(page.body.contains("Sign out?"), "{parameters:?}: {}", page.body);
        let page = browser.press(&page, "Stay").await;
        assert!(page.body.contains("You are still signed in"), "{}", page.body);
        assert!(silently(&mut browser, &[]).await.is_ok());
    }
    let page = browser.open(&logout(&[("client_id", "web"), ("post_logout_redirect_uri", GOODBYE)])).await;
    assert!(page.body.contains("News Site"), "{}", page.body);
    assert_eq!(browser.press(&page, "Sign out").await.url.as_str(), GOODBYE);
    assert_eq!(silently(&mut browser, &[]).await.err().as_deref(), Some("login_required"));
    assert_eq!(told(&world).await.len(), 1);
    // Nobody says whose the address is, so nobody is sent there.
    sign_in(&world, &mut browser, "web").await;
    let page = browser.open(&logout(&[("post_logout_redirect_uri", GOODBYE)])).await;
    let page = browser.press(&page, "Sign out").await;
    assert!(page.body.contains("You are signed out"), "{}", page.body);
}

#[tokio::test]
async fn rp_initiated_logout_sends_nobody_to_an_address_that_is_not_registered() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    let hint = ("id_token_hint", tokens["id_token"].as_str().unwrap());
    let query = format!("{GOODBYE}?x=1");
    let long = "s".repeat(5000);
    for parameters in [
        &[hint, ("post_logout_redirect_uri", "https://evil.example/")][..],
        &[hint, ("post_logout_redirect_uri", query.as_str())],
        &[hint, ("post_logout_redirect_uri", RETURN_TO)],
        &[hint, ("client_id", "club")],
        &[hint, ("client_id", "nobody")],
        &[("client_id", "nobody")],
        &[("client_id", "club"), ("post_logout_redirect_uri", GOODBYE)],
        &[hint, ("state", "1"), ("state", "2")],
        &[hint, ("post_logout_redirect_uri", GOODBYE), ("state", long.as_str())],
    ] {
        let page = browser.open(&logout(parameters)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{parameters:?}");
        assert!(silently(&mut browser, &[]).await.is_ok(), "{parameters:?}");
    }
    assert!(told(&world).await.is_empty());
}

#[tokio::test]
async fn a_logout_that_another_site_posts_ends_the_session_of_its_hint_alone() {
    let world = world().await;
    let mut browser = world.browser();
    let (web, _) = (sign_in(&world, &mut browser, "web").await, sign_in(&world, &mut browser, "club").await);
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("id_token_hint", web["id_token"].as_str().unwrap())
        .append_pair("post_logout_redirect_uri", GOODBYE)
        .finish();
    // Without cookies, as browsers send a form of another site.
    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let answer = world.send(Method::POST, "/logout", &form, body).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, GOODBYE));
    assert_eq!(silently(&mut browser, &[]).await.err().as_deref(), Some("login_required"));
    assert!(silently(&mut browser, &[("client_id", "club")]).await.is_ok());
    assert_eq!(told(&world).await.len(), 1);
    // A decision needs the page that this browser was shown.
    let forged = world.send(Method::POST, "/logout/decision", &form, "action=sign_out".to_owned()).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_hint_about_somebody_who_is_not_signed_in_here_any_more_asks_the_person() {
    let world = world().await;
    let (mut first, mut second) = (world.browser(), world.browser());
    let old = sign_in(&world, &mut first, "web").await;
    sign_in(&world, &mut second, "web").await;
    // Both presented the same credential, so the hint of one browser speaks for the person in the other.
    let home = second.open(&logout(&[("id_token_hint", old["id_token"].as_str().unwrap())])).await;
    assert!(home.body.contains("You are signed out"), "{}", home.body);
    assert_eq!(silently(&mut second, &[]).await.err().as_deref(), Some("login_required"));
    assert_eq!(silently(&mut first, &[]).await.err().as_deref(), Some("login_required"), "by its sid");
    assert_eq!(told(&world).await.len(), 2);
}

#[tokio::test]
async fn a_credential_that_is_revoked_ends_its_session_and_the_client_is_told() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    let claims = id_token(&world, &tokens).await;
    world.issuer_says("revoked").await;
    assert_eq!(silently(&mut browser, &[]).await.err().as_deref(), Some("login_required"));
    let expected = vec![("web".to_owned(), claims["sub"].clone(), Some(claims["sid"].clone()))];
    assert_eq!(told(&world).await, expected);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", "web"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(world.post_form("/token", &refresh).await.json()["error"], "invalid_grant");
    assert!(told(&world).await.is_empty());
}

#[tokio::test]
async fn a_credential_that_is_revoked_ends_the_session_behind_a_token_that_somebody_asks_about() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    world.issuer_says("revoked").await;
    let bearer = [("authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()))];
    let answer = world.send(Method::GET, "/userinfo", &bearer, String::new()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(told(&world).await.len(), 1);
    assert_eq!(silently(&mut browser, &[]).await.err().as_deref(), Some("login_required"));
    assert!(told(&world).await.is_empty(), "once");
}

#[tokio::test]
async fn a_client_without_sessions_is_told_about_the_person_when_the_credential_is_revoked() {
    let world = world().await;
    let answer =
        world.post_form("/device_authorization", &[("client_id", "tv2"), ("scope", OPENID)]).await.json();
    world.approve(&answer).await;
    let (status, tokens) = world.poll_as("tv2", answer["device_code"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let claims = id_token(&world, &tokens).await;
    assert_eq!(claims.get("sid"), None);
    world.issuer_says("revoked").await;
    let bearer = [("authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()))];
    world.send(Method::GET, "/userinfo", &bearer, String::new()).await;
    assert_eq!(told(&world).await, [("tv2".to_owned(), claims["sub"].clone(), None)]);
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_told_again_later_and_after_a_restart() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    world.receivers_fail(true);
    browser.open(&logout(&[("id_token_hint", tokens["id_token"].as_str().unwrap())])).await;
    world.app().deliver_notices().await;
    assert_eq!(world.told_logouts().len(), 1, "an attempt");
    world.app().deliver_notices().await;
    assert!(world.told_logouts().is_empty(), "not again at once");
    // What was not delivered is in the store.
    let world = world.reconfigured(&configured("[sessions]\nenabled = true\n"));
    world.clock.advance(Duration::from_secs(15));
    assert_eq!(told(&world).await.len(), 1);
    world.clock.advance(Duration::from_secs(3600));
    assert!(told(&world).await.is_empty(), "it was taken");
}

#[tokio::test]
async fn a_client_that_never_answers_is_given_up_in_the_end() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    world.receivers_fail(true);
    browser.open(&logout(&[("id_token_hint", tokens["id_token"].as_str().unwrap())])).await;
    let mut attempts = 0;
    for _ in 0..10 {
        world.app().deliver_notices().await;
        attempts += world.told_logouts().len();
        world.clock.advance(Duration::from_secs(7200));
    }
    assert_eq!(attempts, 7);
}

#[tokio::test]
async fn metadata_say_where_people_are_signed_out() {
    let world = world().await;
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["end_session_endpoint"], format!("{BASE}/logout"));
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
}

#[tokio::test]
async fn a_session_token_that_is_given_back_leaves_the_session() {
    let world = world().await;
    let mut browser = world.browser();
    let tokens = sign_in(&world, &mut browser, "web").await;
    let form = [("token", tokens["refresh_token"].as_str().unwrap()), ("client_id", "web")];
    assert_eq!(world.post_form("/revoke", &form).await.status, StatusCode::OK);
    assert!(silently(&mut browser, &[]).await.is_ok());
    assert!(told(&world).await.is_empty());
}
