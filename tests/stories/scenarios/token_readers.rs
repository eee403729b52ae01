//! What tokens mean: introspection, userinfo, ID tokens.

use std::time::Duration;

use poem::http::StatusCode;
use serde_json::json;

use crate::scenarios::tokens::*;
use vpgate_test_support::harness::{BASE, BASIC};

#[tokio::test]
async fn req_11_55_a_credential_that_is_taken_back_ends_its_tokens_at_introspection() {
    let world = world().await;
    let first = tokens(&world, "player", &[]).await;
    assert!(is_active(&world, &first).await);
    world.issuer_says("revoked").await;
    assert!(!is_active(&world, &first).await);
    world.issuer_says("valid").await;
    assert!(!is_active(&world, &first).await);
    assert_eq!(refused(&world, "player", &first, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn req_11_55_an_active_token_is_told_in_full_and_others_not_at_all() {
    let world = world().await;
    for client in ["player", "opaque"] {
        let tokens = tokens(&world, client, &[]).await;
        assert_eq!(access(&tokens).contains('.'), client == "player");
        let told = introspected(&world, &tokens).await;
        let now = world.now().unix();
        assert_eq!(
            told,
            json!({
                "active": true, "scope": BASIC, "client_id": client, "token_type": "Bearer", "iss": BASE,
                "exp": now + 3_600, "iat": now, "auth_time": now, "aud": [API], "amr": ["pop"],
                "sub": told["sub"].as_str().unwrap(), "jti": told["jti"].as_str().unwrap(),
            })
        );
        world.clock.advance(hours(1) - Duration::from_secs(1));
        assert!(is_active(&world, &tokens).await);
        world.clock.advance(Duration::from_secs(1));
        assert!(!is_active(&world, &tokens).await);
        // Refresh tokens are nobody's business.
        let refresh = json!({ "access_token": tokens["refresh_token"] });
        assert!(!is_active(&world, &refresh).await);
    }
    for unknown in ["x", "", "a.b.c"] {
        let answer = with_token(&world, "/introspect", Some(RESOURCE), unknown).await;
        let expected = if unknown.is_empty() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        assert_eq!(answer.status, expected);
        assert!(unknown.is_empty() || answer.json() == json!({ "active": false }));
    }
}

#[tokio::test]
async fn req_11_55_only_who_proves_who_it_is_may_ask() {
    let world = world().await;
    let tokens = tokens(&world, "player", &[]).await;
    let wrong = Some((RESOURCE.0, "wrong"));
    assert_eq!(
        with_token(&world, "/introspect", wrong, access(&tokens)).await.status,
        StatusCode::UNAUTHORIZED
    );
    let public = [("client_id", "player"), ("token", access(&tokens))];
    let answer = world.post_form("/introspect", &public).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
    );
    let answer = world.post_form("/introspect", &[("token", access(&tokens))]).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
    );
}

#[tokio::test]
async fn req_11_56_a_resource_sees_only_tokens_that_are_for_it() {
    let world = world().await;
    let (own, foreign) =
        (tokens(&world, "player", &[]).await, tokens(&world, "player", &[("resource", REPORTS)]).await);
    assert!(is_active(&world, &own).await);
    assert!(!is_active(&world, &foreign).await);
    let shop = Some(("shop", "shop-secret"));
    assert_eq!(
        with_token(&world, "/introspect", shop, access(&own)).await.json(),
        json!({ "active": false })
    );
}

#[tokio::test]
async fn an_id_token_and_userinfo_where_openid_was_asked_for() {
    let world = world().await;
    for client in ["player", "opaque", "edwards"] {
        let code = approved(&world, client, &[("scope", &format!("openid {BASIC}"))]).await;
        let form = [("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
        let (_, tokens) = ask(&world, client, &form).await;
        let (typ, _, told) = claims(&world, tokens["id_token"].as_str().unwrap()).await;
        assert_eq!((typ.as_str(), &told["iss"], &told["aud"]), ("JWT", &json!(BASE), &json!(client)));
        let answer = userinfo(&world, &tokens).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "sub": told["sub"] })));
        world.issuer_says("revoked").await;
        assert_eq!(userinfo(&world, &tokens).await.status, StatusCode::UNAUTHORIZED);
        world.issuer_says("valid").await;
    }
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata, world.get("/.well-known/oauth-authorization-server").await.json());
    assert_eq!(metadata["subject_types_supported"], json!(["pairwise"]));
    assert_eq!(metadata["userinfo_endpoint"], format!("{BASE}/userinfo"));
    assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&json!("refresh_token")));
}

#[tokio::test]
async fn req_11_52_and_11_54_only_a_living_access_token_with_openid_opens_userinfo() {
    let world = world().await;
    let bare = world.get("/userinfo").await;
    assert_eq!((bare.status, bare.text.as_str()), (StatusCode::UNAUTHORIZED, ""));
    assert!(bare.header("www-authenticate").starts_with("Bearer realm=\"vpgate\", DPoP "));
    assert!(!bare.header("www-authenticate").contains("error"));

    let plain = tokens(&world, "player", &[]).await;
    let answer = userinfo(&world, &plain).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (StatusCode::FORBIDDEN, &json!("insufficient_scope"))
    );

    let code = approved(&world, "player", &[]).await;
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
    let (_, good) = ask(&world, "player", &form).await;
    assert_eq!(userinfo(&world, &good).await.status, StatusCode::OK);
    let in_url = world.get(&format!("/userinfo?access_token={}", access(&good))).await;
    assert_eq!(in_url.status, StatusCode::BAD_REQUEST);
    // ID tokens, refresh tokens and whatever else is signed are none.
    let altered = format!("{}A", access(&good));
    for wrong in [good["id_token"].as_str().unwrap(), good["refresh_token"].as_str().unwrap(), "x", &altered]
    {
        let answer = userinfo(&world, &json!({ "access_token": wrong })).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }
    world.clock.advance(hours(1));
    assert_eq!(userinfo(&world, &good).await.status, StatusCode::UNAUTHORIZED);
}
