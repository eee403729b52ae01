//! A client gets a token for itself, and shows it at the REST API (RFC 6749 section 4.4, RFC 6750).

use poem::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use vpgate_core::oauth::client::{Clients, Grant};
use vpgate_core::oauth::token_policy::TokenFormat;
use vpgate_core::policy::Policy;

use crate::endpoints::stage::{Answer, PUBLIC_URL, RETURN, SHOP, Stage};

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const GRANT: &str = "grant_type=client_credentials";

/// `post`, `shop` and `signer` may use the grant, `bank` may not. Nothing here signs, so tokens are opaque.
fn registered(policy: &mut Policy) {
    policy.tokens.default.format = TokenFormat::Opaque;
    let clients = policy.clients.iter().cloned().map(|mut client| {
        if ["post", "shop", "signer"].contains(&client.id.as_str()) {
            client.grants.push(Grant::ClientCredentials);
        }
        client
    });
    policy.clients = Clients::new(clients.collect());
}

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn assertion(stage: &Stage, jti: &str) -> String {
    let now = stage.now();
    let claims = json!({
        "iss": "signer", "sub": "signer", "aud": PUBLIC_URL, "exp": now + 60, "iat": now, "jti": jti
    });
    let header = Map::from_iter([("kid".to_owned(), stage.signer_key.kid().into())]);
    let assertion = stage.signer_key.sign(&header, claims.as_object().unwrap()).unwrap();
    format!("client_assertion_type={KIND}&client_assertion={assertion}")
}

async fn token(stage: &Stage, headers: &[(&str, &str)], form: &str) -> String {
    let answer = stage.form("/token", headers, &format!("{GRANT}{form}")).await;
    let token = answer.ok_json();
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let said = (&token["token_type"], &token["scope"], &token["expires_in"]);
    assert_eq!(said, (&json!("Bearer"), &json!("vpgate:api"), &json!(3600)));
    assert_eq!((token.get("refresh_token"), token.get("id_token")), (None, None));
    token["access_token"].as_str().unwrap().to_owned()
}

async fn begin(stage: &Stage, authorization: &str) -> Answer {
    let body = json!({ "scope": "adult", "redirect_uri": RETURN });
    stage.json("/v1/presentations", &[("authorization", authorization)], &body).await
}

#[tokio::test]
async fn every_way_to_authenticate_leads_to_the_rest_api() {
    let stage = Stage::with(registered);
    for (headers, form) in [
        (&[SHOP][..], String::new()),
        (&[SHOP], "&scope=vpgate:api".to_owned()),
        (&[SHOP], "&scope=openid+vpgate:api".to_owned()),
        (&[], "&client_id=post&client_secret=s3cret".to_owned()),
        (&[], format!("&{}", assertion(&stage, "1"))),
        (&[SHOP], format!("&resource={PUBLIC_URL}")),
    ] {
        let token = token(&stage, headers, &form).await;
        let answer = begin(&stage, &format!("Bearer {token}")).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{form} {}", answer.body);
        let begun = format!("/v1/presentations/{}", answer.json()["id"].as_str().unwrap());
        let own = format!("bearer {token}");
        assert_eq!(stage.get(&begun, &[("authorization", &own)]).await.ok_json()["status"], "pending");
        let gone = stage.ask(Method::DELETE, &begun, &[("authorization", &own)], "").await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_token_is_its_clients_alone() {
    let stage = Stage::with(registered);
    let shop = begin(&stage, SHOP.1).await.json();
    let post = token(&stage, &[], "&client_id=post&client_secret=s3cret").await;
    let path = format!("/v1/presentations/{}", shop["id"].as_str().unwrap());
    let foreign = stage.get(&path, &[("authorization", &format!("Bearer {post}"))]).await;
    assert_eq!(foreign.problem(), (404, "not_found".to_owned(), String::new()));
    let shops = token(&stage, &[SHOP], "").await;
    assert_eq!(
        stage.get(&path, &[("authorization", &format!("Bearer {shops}"))]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn who_may_not_have_one_is_told_why() {
    let stage = Stage::with(registered);
    // bank:s3cret
    let bank = ("authorization", "Basic YmFuazpzM2NyZXQ=");
    for (headers, form, expected) in [
        (&[bank][..], "", error(400, "unauthorized_client")),
        (&[], "&client_id=tv", error(400, "unauthorized_client")),
        (&[], "", error(401, "invalid_client")),
        (&[], "&client_id=post&client_secret=wrong", error(401, "invalid_client")),
        (&[SHOP], "&scope=adult", error(400, "invalid_scope")),
        (&[SHOP], "&resource=https://api.example.com", error(400, "invalid_target")),
    ] {
        let answer = stage.form("/token", headers, &format!("{GRANT}{form}")).await;
        assert_eq!(answer.oauth_error(), expected, "{form}");
    }
    let strict = Stage::with(|policy| {
        registered(policy);
        policy.tokens.default.require_dpop = true;
    });
    let answer = strict.form("/token", &[SHOP], GRANT).await;
    assert_eq!(answer.oauth_error(), error(400, "invalid_dpop_proof"));
}

#[tokio::test]
async fn what_is_no_token_of_a_client_lets_nobody_in_and_says_how() {
    let stage = Stage::with(registered);
    let good = token(&stage, &[SHOP], "").await;
    for wrong in ["x", "", &good[1..], &format!("{good}x"), &"x".repeat(100)] {
        let answer = begin(&stage, &format!("Bearer {wrong}")).await;
        assert_eq!(answer.problem().0, 401, "{wrong}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer realm=\"vpgate\", error=\"invalid_token\""), "{challenge}");
        assert!(!challenge.contains(&good));
    }
    let in_url = format!("/v1/presentations/x?access_token={good}");
    assert_eq!(stage.get(&in_url, &[("authorization", "Bearer x")]).await.problem().0, 401);
    // Bound to no key, so it is no DPoP token.
    let bound = begin(&stage, &format!("DPoP {good}")).await;
    assert_eq!(bound.problem().0, 401);
    let challenge = bound.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("DPoP realm=\"vpgate\""), "{challenge}");
    stage.later(3600);
    assert_eq!(begin(&stage, &format!("Bearer {good}")).await.problem().0, 401, "it is past its end");
}

#[tokio::test]
async fn it_is_asked_about_and_given_back_like_every_token() {
    let stage = Stage::with(registered);
    let token = token(&stage, &[SHOP], "").await;
    let meaning = stage.form("/introspect", &[SHOP], &format!("token={token}")).await.ok_json();
    for (name, value) in [
        ("active", json!(true)),
        ("scope", json!("vpgate:api")),
        ("client_id", json!("shop")),
        ("sub", json!("shop")),
        ("aud", json!([PUBLIC_URL])),
        ("iss", json!(PUBLIC_URL)),
        ("exp", json!(stage.now() + 3600)),
        ("token_type", json!("Bearer")),
    ] {
        assert_eq!(meaning[name], value, "{name}");
    }
    let post = "&client_id=post&client_secret=s3cret";
    let foreign = stage.form("/introspect", &[], &format!("token={token}{post}")).await.ok_json();
    assert_eq!(foreign, json!({ "active": false }));
    let foreign = stage.form("/revoke", &[], &format!("token={token}{post}")).await;
    assert_eq!(foreign.oauth_error(), error(400, "invalid_grant"));
    assert_eq!(begin(&stage, &format!("Bearer {token}")).await.status, StatusCode::CREATED);
    assert_eq!(stage.form("/revoke", &[SHOP], &format!("token={token}")).await.status, StatusCode::OK);
    assert_eq!(begin(&stage, &format!("Bearer {token}")).await.problem().0, 401);
    let after = stage.form("/introspect", &[SHOP], &format!("token={token}")).await.ok_json();
    assert_eq!(after, json!({ "active": false }));
    // It says nothing about a person.
    let userinfo = stage.get("/userinfo", &[("authorization", &format!("Bearer {token}"))]).await;
    assert_eq!(userinfo.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn metadata_offer_it_where_some_client_may_have_it() {
    let [with, without] = [Stage::with(registered), Stage::new()];
    let metadata =
        async |stage: &Stage| stage.get("/.well-known/oauth-authorization-server", &[]).await.ok_json();
    let has = |metadata: &Value, key: &str, value: &str| {
        metadata[key].as_array().unwrap().iter().any(|one| one == value)
    };
    let (offered, silent) = (metadata(&with).await, metadata(&without).await);
    for (key, value) in [("grant_types_supported", "client_credentials"), ("scopes_supported", "vpgate:api")]
    {
        assert!(has(&offered, key, value) && !has(&silent, key, value), "{key}");
    }
}
