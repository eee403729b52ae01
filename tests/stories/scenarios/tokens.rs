//! What becomes of tokens: refreshed, asked about, given back, and ended with the credential.

use std::time::Duration;

use poem::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use vpgate_core::base::json::Bounds;
use vpgate_core::base::secret::Secret;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::key_set::KeySet;

use vpgate_test_support::harness::outside::ListRoad;
use vpgate_test_support::harness::{Answer, BASIC, Harness, basic};

pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(crate) const API: &str = "https://api.example";
pub(crate) const REPORTS: &str = "https://reports.example";
/// The resource server behind `API`.
pub(crate) const RESOURCE: (&str, &str) = ("api", "api-secret-of-the-resource");

/// Three players that refresh, and a resource that asks.
pub(crate) fn clients() -> String {
    let hash = vpgate::config::secrets::hash_text(Secret::received(RESOURCE.1).digest());
    let player = |id: &str, tokens: &str| {
        format!(
            r#"
[[clients]]
client_id = "{id}"
grants = ["device_code", "refresh_token"]
authentication = "none"
scopes = ["openid", "{BASIC}"]
tokens = {{ audience = ["{API}", "{REPORTS}"], refresh_idle = "2h", refresh_limit = "5h", {tokens} }}
"#
        )
    };
    let resource = format!(
        r#"
[[clients]]
client_id = "{}"
authentication = "client_secret_basic"
secret_hash = "{hash}"
tokens = {{ introspects = ["{API}"] }}
"#,
        RESOURCE.0
    );
    player("player", "")
        + &player("opaque", r#"format = "opaque""#)
        + &player("elsewhere", r#"signing_alg = "PS256""#)
        + &player("rsa", r#"signing_alg = "RS256""#)
        + &player("edwards", r#"signing_alg = "EdDSA""#)
        + &player("trusting", "recheck_status = false")
        + &resource
}

pub(crate) async fn world() -> Harness {
    Harness::with_more(&clients()).await
}

/// A device code that a person has approved.
pub(crate) async fn approved(world: &Harness, client: &str, more: &[(&str, &str)]) -> String {
    let form: Vec<_> = [("client_id", client)].into_iter().chain(more.iter().copied()).collect();
    let answer = world.post_form("/device_authorization", &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    world.approve(&answer.json()).await;
    answer.json()["device_code"].as_str().unwrap().to_owned()
}

pub(crate) async fn ask(world: &Harness, client: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let form: Vec<_> = [("client_id", client)].into_iter().chain(form.iter().copied()).collect();
    let answer = world.post_form("/token", &form).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    (answer.status, answer.json())
}

/// The tokens of a device that was approved.
pub(crate) async fn tokens(world: &Harness, client: &str, more: &[(&str, &str)]) -> Value {
    let code = approved(world, client, &[("scope", BASIC)]).await;
    let form = [("grant_type", DEVICE_GRANT), ("device_code", &code)];
    let (status, tokens) = ask(world, client, &[&form, more].concat()).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    tokens
}

pub(crate) async fn refresh(
    world: &Harness,
    client: &str,
    tokens: &Value,
    more: &[(&str, &str)],
) -> (StatusCode, Value) {
    let token = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    ask(world, client, &[&form, more].concat()).await
}

pub(crate) async fn refreshed(world: &Harness, client: &str, tokens: &Value, more: &[(&str, &str)]) -> Value {
    let (status, next) = refresh(world, client, tokens, more).await;
    assert_eq!(status, StatusCode::OK, "{next}");
    next
}

pub(crate) async fn refused(world: &Harness, client: &str, tokens: &Value, more: &[(&str, &str)]) -> String {
    let (status, body) = refresh(world, client, tokens, more).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    body["error"].as_str().unwrap().to_owned()
}

pub(crate) async fn with_token(
    world: &Harness,
    path: &str,
    who: Option<(&str, &str)>,
    token: &str,
) -> Answer {
    let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    headers.extend(who.map(basic));
    world.send(Method::POST, path, &headers, form).await
}

pub(crate) fn access(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

/// What the resource is told.
pub(crate) async fn introspected(world: &Harness, tokens: &Value) -> Value {
    let answer = with_token(world, "/introspect", Some(RESOURCE), access(tokens)).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    answer.json()
}

pub(crate) async fn is_active(world: &Harness, tokens: &Value) -> bool {
    let told = introspected(world, tokens).await;
    assert!(told["active"] == json!(true) || told == json!({ "active": false }), "{told}");
    told["active"] == json!(true)
}

pub(crate) async fn userinfo(world: &Harness, tokens: &Value) -> Answer {
    world
        .send(
            Method::GET,
            "/userinfo",
            &[("authorization", format!("Bearer {}", access(tokens)))],
            String::new(),
        )
        .await
}

/// The claims of a JWT that a published key checks.
pub(crate) async fn claims(world: &Harness, jwt: &str) -> (String, String, Map<String, Value>) {
    let keys = KeySet::from_json(&world.get("/jwks.json").await.json()).unwrap();
    let bounds = Bounds { bytes: 8192, depth: 8, members: 100 };
    let jws = UnverifiedJws::parse(jwt, &bounds).unwrap();
    let (typ, alg) = (jws.typ().unwrap().to_owned(), jws.algorithm().name().to_owned());
    let key = keys.find(jws.kid(), jws.algorithm()).unwrap().clone();
    (typ, alg, jws.verify(&key).unwrap().into_payload())
}

pub(crate) fn hours(hours: u64) -> Duration {
    Duration::from_secs(3_600 * hours)
}

#[tokio::test]
async fn req_11_44_a_refresh_token_rotates_and_a_used_one_ends_the_family() {
    let world = world().await;
    let first = tokens(&world, "player", &[]).await;
    let second = refreshed(&world, "player", &first, &[]).await;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_ne!(second["access_token"], first["access_token"]);
    assert!(is_active(&world, &first).await && is_active(&world, &second).await);
    let third = refreshed(&world, "player", &second, &[]).await;
    assert_eq!(refused(&world, "player", &first, &[]).await, "invalid_grant");
    // The newest is dead too, and every access token.
    assert_eq!(refused(&world, "player", &third, &[]).await, "invalid_grant");
    for tokens in [&first, &second, &third] {
        assert!(!is_active(&world, tokens).await);
    }
}

#[tokio::test]
async fn req_11_44_of_two_refreshes_at_once_one_wins_and_the_family_ends() {
    let world = world().await;
    let first = tokens(&world, "player", &[]).await;
    let (one, two) =
        tokio::join!(refresh(&world, "player", &first, &[]), refresh(&world, "player", &first, &[]));
    let won: Vec<_> = [one, two].into_iter().filter(|(status, _)| *status == StatusCode::OK).collect();
    let [(_, next)] = won.as_slice() else { panic!("{won:?}") };
    assert!(!is_active(&world, next).await);
    assert_eq!(refused(&world, "player", next, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn req_11_44_a_refresh_token_is_its_clients_alone() {
    let world = world().await;
    let first = tokens(&world, "player", &[]).await;
    assert_eq!(refused(&world, "opaque", &first, &[]).await, "invalid_grant");
    assert_eq!(refused(&world, "tv", &first, &[]).await, "unauthorized_client");
    for wrong in ["x", "AAAA", access(&first)] {
        let wrong = json!({ "refresh_token": wrong });
        assert_eq!(refused(&world, "player", &wrong, &[]).await, "invalid_grant");
    }
    // None of that has harmed it.
    refreshed(&world, "player", &first, &[]).await;
}

#[tokio::test]
async fn req_11_43_and_11_44_refreshing_narrows_and_never_widens() {
    let world = world().await;
    let scope = format!("openid {BASIC}");
    let code = approved(&world, "player", &[("scope", &scope)]).await;
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
    let (_, first) = ask(&world, "player", &form).await;
    assert_eq!(first["scope"], scope);
    let narrow = refreshed(&world, "player", &first, &[("scope", BASIC)]).await;
    assert_eq!((&narrow["scope"], &narrow["id_token"]), (&json!(BASIC), &Value::Null));
    for wider in ["admin", "\"", " "] {
        assert_eq!(refused(&world, "player", &narrow, &[("scope", wider)]).await, "invalid_scope", "{wider}");
    }
    // Libraries of OpenID Connect send again what they began with: what was passed over then is passed over again.
    let narrow = refreshed(&world, "player", &narrow, &[("scope", "openid admin")]).await;
    assert_eq!(narrow["scope"], "openid");
    // What was granted is still granted: the narrow token was one token.
    let wide = refreshed(&world, "player", &narrow, &[]).await;
    assert_eq!(wide["scope"], scope);

    let basic_only = tokens(&world, "player", &[]).await;
    assert_eq!(refused(&world, "player", &basic_only, &[("scope", "openid")]).await, "invalid_scope");
}

#[tokio::test]
async fn req_11_45_refresh_tokens_die_of_idleness() {
    let world = world().await;
    let first = tokens(&world, "player", &[]).await;
    world.clock.advance(hours(2) - Duration::from_secs(1));
    let second = refreshed(&world, "player", &first, &[]).await;
    world.clock.advance(hours(2));
    assert_eq!(refused(&world, "player", &second, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn req_11_45_and_11_46_no_refresh_outlives_the_limit_since_the_credential_was_verified() {
    let world = world().await;
    let mut tokens = tokens(&world, "player", &[]).await;
    let (.., first) = claims(&world, access(&tokens)).await;
    for _ in 0..4 {
        world.clock.advance(hours(1));
        tokens = refreshed(&world, "player", &tokens, &[]).await;
    }
    let (.., last) = claims(&world, access(&tokens)).await;
    // The time of the verification is carried along, not renewed.
    assert_eq!(first["auth_time"], last["auth_time"]);
    assert_eq!(last["iat"].as_i64().unwrap() - first["iat"].as_i64().unwrap(), 4 * 3_600);
    world.clock.advance(hours(1));
    assert_eq!(refused(&world, "player", &tokens, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn req_11_45_a_credential_that_is_taken_back_ends_its_tokens_at_refresh() {
    for status in ["revoked", "suspended"] {
        let world = world().await;
        let (first, other) = (tokens(&world, "player", &[]).await, tokens(&world, "trusting", &[]).await);
        world.issuer_says(status).await;
        assert_eq!(refused(&world, "player", &first, &[]).await, "invalid_grant");
        // For good: also when the credential comes back.
        world.issuer_says("valid").await;
        assert_eq!(refused(&world, "player", &first, &[]).await, "invalid_grant");
        assert!(!is_active(&world, &first).await);
        world.issuer_says(status).await;
        refreshed(&world, "trusting", &other, &[]).await;
    }
}

#[tokio::test]
async fn req_11_45_without_a_status_list_nothing_is_said_and_nothing_is_lost() {
    let world = world().await;
    let first = tokens(&world, "player", &[]).await;
    for road in [ListRoad::Blocked, ListRoad::Swapped] {
        world.lists_arrive(road);
        let (status, body) = refresh(&world, "player", &first, &[]).await;
        assert_eq!(
            (status, &body["error"]),
            (StatusCode::SERVICE_UNAVAILABLE, &json!("temporarily_unavailable"))
        );
        assert!(!is_active(&world, &first).await);
    }
    world.lists_arrive(ListRoad::Open);
    assert!(is_active(&world, &first).await);
    refreshed(&world, "player", &first, &[]).await;
}

#[tokio::test]
async fn req_11_51_a_token_is_for_the_resource_that_was_asked_for() {
    let world = world().await;
    let aud = async |tokens: &Value| claims(&world, access(tokens)).await.2["aud"].clone();
    let default = tokens(&world, "player", &[]).await;
    assert_eq!(aud(&default).await, json!(API));
    let other = tokens(&world, "player", &[("resource", REPORTS)]).await;
    assert_eq!(aud(&other).await, json!(REPORTS));
    assert_eq!(aud(&refreshed(&world, "player", &other, &[]).await).await, json!(REPORTS));
    // Granted for one is not granted for another.
    assert_eq!(refused(&world, "player", &default, &[("resource", REPORTS)]).await, "invalid_target");
    let code = approved(&world, "player", &[]).await;
    let form = [("grant_type", DEVICE_GRANT), ("device_code", &code), ("resource", "https://evil.example")];
    assert_eq!(ask(&world, "player", &form).await.1["error"], "invalid_target");
    let form =
        [("grant_type", DEVICE_GRANT), ("device_code", &code), ("resource", API), ("resource", REPORTS)];
    assert_eq!(ask(&world, "player", &form).await.1["error"], "invalid_request");
    // The code is not spent by that.
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
    assert_eq!(ask(&world, "player", &form).await.0, StatusCode::OK);
}

#[tokio::test]
async fn req_11_50_each_client_has_its_algorithm_and_each_key_is_published() {
    let world = world().await;
    for (client, expected) in
        [("player", "ES256"), ("elsewhere", "PS256"), ("rsa", "RS256"), ("edwards", "EdDSA")]
    {
        let tokens = tokens(&world, client, &[]).await;
        let (typ, alg, claims) = claims(&world, access(&tokens)).await;
        assert_eq!((typ.as_str(), alg.as_str()), ("at+jwt", expected));
        for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"] {
            assert!(claims.contains_key(claim), "{claim}");
        }
    }
    assert!(!world.get("/jwks.json").await.text.contains("\"d\""));
}

#[tokio::test]
async fn req_11_57_a_client_gives_its_tokens_back_and_nobody_elses() {
    let world = world().await;
    let give_back = async |client: &str, token: &str| {
        let form = [("client_id", client), ("token", token), ("token_type_hint", "refresh_token")];
        world.post_form("/revoke", &form).await
    };
    let (first, other) = (tokens(&world, "player", &[]).await, tokens(&world, "player", &[]).await);
    // An access token ends alone, whatever it is called.
    let next = refreshed(&world, "player", &first, &[]).await;
    for _ in 0..2 {
        let answer = give_back("player", access(&first)).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    }
    assert!(!is_active(&world, &first).await && is_active(&world, &next).await);
    // Another client's token stays.
    for token in [access(&next), next["refresh_token"].as_str().unwrap()] {
        let answer = give_back("opaque", token).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_grant"))
        );
    }
    assert!(is_active(&world, &next).await);
    // A refresh token takes its access tokens along.
    for _ in 0..2 {
        assert_eq!(give_back("player", next["refresh_token"].as_str().unwrap()).await.status, StatusCode::OK);
    }
    assert!(!is_active(&world, &next).await);
    assert_eq!(refused(&world, "player", &next, &[]).await, "invalid_grant");
    assert_eq!(give_back("player", "unknown").await.status, StatusCode::OK);
    assert_eq!(give_back("nobody", "unknown").await.status, StatusCode::UNAUTHORIZED);
    let missing = world.post_form("/revoke", &[("client_id", "player")]).await;
    assert_eq!(missing.json()["error"], "invalid_request");
    assert!(is_active(&world, &other).await);
}

#[tokio::test]
async fn req_10_44_a_used_device_code_that_is_shown_again_ends_its_tokens() {
    let world = world().await;
    let code = approved(&world, "player", &[]).await;
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
    let (_, first) = ask(&world, "player", &form).await;
    let next = refreshed(&world, "player", &first, &[]).await;
    // Another client cannot end them.
    assert_eq!(ask(&world, "opaque", &form).await.1["error"], "invalid_grant");
    assert!(is_active(&world, &next).await);
    assert_eq!(ask(&world, "player", &form).await.1["error"], "invalid_grant");
    assert!(!is_active(&world, &first).await && !is_active(&world, &next).await);
    assert_eq!(refused(&world, "player", &next, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn req_15_10_a_refresh_token_only_where_the_client_is_registered_for_it() {
    let world = world().await;
    let tokens = tokens(&world, "tv", &[]).await;
    assert_eq!((&tokens["refresh_token"], &tokens["id_token"]), (&Value::Null, &Value::Null));
}
