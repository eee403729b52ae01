//! What the operator takes out of the configuration ends what it earned: at refresh, introspection and userinfo.

use poem::http::StatusCode;
use serde_json::Value;

use crate::scenarios::tokens::{
    DEVICE_GRANT, approved, ask, clients, introspected, is_active, refresh, refreshed, tokens, userinfo,
    world,
};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{ADULT, BASIC, CREDENTIAL, Harness};

/// Tokens of a player for `openid` and the basic scope, and the service with its configuration changed.
async fn changed(change: impl FnOnce(String) -> String) -> (Harness, Value) {
    let world = world().await;
    let code = approved(&world, "player", &[("scope", &format!("openid {BASIC}"))]).await;
    let (status, tokens) =
        ask(&world, "player", &[("grant_type", DEVICE_GRANT), ("device_code", &code)]).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert!(is_active(&world, &tokens).await);
    assert_eq!(userinfo(&world, &tokens).await.status, StatusCode::OK);
    let world = world.reconfigured(&change(configuration("") + &clients()));
    (world, tokens)
}

/// Nobody is told anything any more, and nothing new is issued.
async fn ended(world: &Harness, tokens: &Value) {
    // The first question ends the family; each is asked first once.
    assert_eq!(userinfo(world, tokens).await.status, StatusCode::UNAUTHORIZED);
    assert!(!is_active(world, tokens).await);
    let (status, body) = refresh(world, "player", tokens, &[]).await;
    assert!(status.is_client_error() && body.get("access_token").is_none(), "{body}");
}

/// An `[[clients]]` or `[[scopes]]` table that names this.
fn without(text: &str, table: &str, named: &str) -> String {
    let separator = format!("[[{table}]]");
    let parts: Vec<&str> = text.split(&separator).collect();
    let kept = parts.iter().enumerate().filter(|(place, part)| {
        *place == 0 || !part.lines().take(4).any(|line| line.trim_end().ends_with(&format!("= \"{named}\"")))
    });
    kept.map(|(_, part)| *part).collect::<Vec<_>>().join(&separator)
}

#[tokio::test]
async fn an_unchanged_configuration_ends_nothing() {
    let (world, tokens) = changed(|text| text).await;
    assert!(is_active(&world, &tokens).await);
    assert_eq!(userinfo(&world, &tokens).await.status, StatusCode::OK);
    refreshed(&world, "player", &tokens, &[]).await;
}

#[tokio::test]
async fn a_client_that_is_gone_leaves_no_token_behind() {
    let (world, tokens) = changed(|text| without(&text, "clients", "player")).await;
    ended(&world, &tokens).await;
}

#[tokio::test]
async fn an_issuer_that_is_no_longer_believed_ends_what_it_earned() {
    let first = "issuer = \"http://127.0.0.1:8080/sandbox/issuer\"";
    let (world, tokens) =
        changed(|text| text.replacen(first, "issuer = \"http://127.0.0.1:8080/other\"", 1)).await;
    ended(&world, &tokens).await;
}

#[tokio::test]
async fn a_credential_that_a_scope_no_longer_asks_for_ends_what_it_earned() {
    let (world, tokens) =
        changed(|text| text.replace(&format!("credential = \"{CREDENTIAL}\""), "credential = \"second\""))
            .await;
    ended(&world, &tokens).await;
}

#[tokio::test]
async fn a_scope_that_is_gone_is_neither_said_nor_granted_and_the_others_stay() {
    // With a stable identifier the demo wallet is asked by the query: it knows one scope by name only.
    let text = configuration("stable_identifier = \"birth_date\"") + &clients();
    let (one, two) =
        (format!("[\"openid\", \"{BASIC}\"]"), format!("[\"openid\", \"{BASIC}\", \"{ADULT}\"]"));
    let world = Harness::with_configuration(&text.replace(&one, &two), Vec::new()).await;
    let code = approved(&world, "player", &[("scope", &format!("openid {BASIC} {ADULT}"))]).await;
    let (_, tokens) = ask(&world, "player", &[("grant_type", DEVICE_GRANT), ("device_code", &code)]).await;
    assert_eq!(introspected(&world, &tokens).await["scope"], format!("openid {BASIC} {ADULT}"));

    // The clients lose the scope; then everybody does.
    let world = world.reconfigured(&text);
    assert_eq!(introspected(&world, &tokens).await["scope"], format!("openid {BASIC}"));
    assert_eq!(userinfo(&world, &tokens).await.status, StatusCode::OK);
    let next = refreshed(&world, "player", &tokens, &[]).await;
    assert_eq!(next["scope"], format!("openid {BASIC}"));
    let next = refreshed(&world, "player", &next, &[("scope", &format!("{BASIC} {ADULT}"))]).await;
    assert_eq!(next["scope"], BASIC, "what was granted once may be asked for, and is not granted");
}

#[tokio::test]
async fn openid_that_a_client_may_not_ask_for_any_more_tells_nobody_who_it_is() {
    let (world, tokens) =
        changed(|text| text.replace(&format!("[\"openid\", \"{BASIC}\"]"), &format!("[\"{BASIC}\"]"))).await;
    assert_eq!(introspected(&world, &tokens).await["scope"], BASIC);
    assert_ne!(userinfo(&world, &tokens).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_code_that_was_approved_before_earns_what_is_configured_when_it_is_redeemed() {
    let world = world().await;
    let code = approved(&world, "player", &[("scope", BASIC)]).await;
    let gone = (configuration("") + &clients()).replacen(
        "issuer = \"http://127.0.0.1:8080/sandbox/issuer\"",
        "issuer = \"http://127.0.0.1:8080/other\"",
        1,
    );
    let changed = world.reconfigured(&gone);
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
    let (_, refused) = ask(&changed, "player", &form).await;
    assert_eq!(refused["error"], "access_denied", "{refused}");
    let tokens = tokens(&world, "player", &[]).await;
    assert!(tokens["access_token"].is_string());
}
