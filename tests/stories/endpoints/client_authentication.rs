//! Who a client is, at every endpoint: what is missing, what is wrong, what nobody can take from it
//! (RFC 6749 sections 2.3 and 5.2).

use std::sync::Arc;

use poem::http::{Method, StatusCode};
use serde_json::{Map, json};

use crate::endpoints::stage::{PUBLIC_URL, SHOP, Stage};

const BASIC: Option<&str> = Some("Basic realm=\"vpgate\"");
/// `tv:`
const TV_WITHOUT_A_SECRET: (&str, &str) = ("authorization", "Basic dHY6");
/// `post:s3cret`
const POST_BY_BASIC: (&str, &str) = ("authorization", "Basic cG9zdDpzM2NyZXQ=");
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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

#[tokio::test]
async fn req_11_55_who_shows_no_client_at_all_is_not_authenticated_and_told_how() {
    let stage = Stage::new();
    for (path, form) in [
        ("/introspect", "token=x"),
        ("/introspect", ""),
        ("/revoke", "token=x"),
        ("/revoke", "token_type_hint=access_token"),
        ("/token", "grant_type=authorization_code&code=x"),
        ("/token", "grant_type=refresh_token&refresh_token=x"),
        ("/par", "response_type=code"),
        ("/par", ""),
    ] {
        let answer = stage.form(path, &[], form).await;
        assert_eq!(answer.oauth_error(), error(401, "invalid_client"), "{path} {form}");
        assert_eq!(answer.header("www-authenticate"), BASIC, "{path} {form}");
    }
    // Devices are public: they leave out a required parameter (RFC 8628 section 3.1), unless none may be.
    let device = stage.form("/device_authorization", &[], "scope=adult").await;
    assert_eq!(device.oauth_error(), error(400, "invalid_request"));
    let strict = Stage::with(|policy| policy.device.require_client_authentication = true);
    let device = strict.form("/device_authorization", &[], "scope=adult").await;
    assert_eq!(device.oauth_error(), error(401, "invalid_client"));
}

#[tokio::test]
async fn req_11_5_the_challenge_fits_what_was_shown() {
    let stage = Stage::new();
    for (headers, form, challenge) in [
        (&[("authorization", "Basic c2hvcDp3cm9uZw==")][..], "token=x".to_owned(), BASIC),
        (&[("authorization", "Basic !!!")], "token=x".to_owned(), BASIC),
        (&[("authorization", "Bearer x")], "token=x".to_owned(), BASIC),
        (&[POST_BY_BASIC], "token=x".to_owned(), BASIC),
        (&[], "token=x".to_owned(), BASIC),
        // Who sends a form is not told to send a header.
        (&[], "token=x&client_id=post&client_secret=wrong".to_owned(), None),
        (&[], "token=x&client_id=signer".to_owned(), None),
        (&[], "token=x&client_id=nobody".to_owned(), None),
        (&[], format!("token=x&client_assertion_type={KIND}&client_assertion=a.b.c"), None),
        (&[], "token=x&client_assertion_type=saml&client_assertion=a.b.c".to_owned(), None),
    ] {
        for path in ["/introspect", "/revoke"] {
            let answer = stage.form(path, headers, &form).await;
            assert_eq!(answer.oauth_error(), error(401, "invalid_client"), "{path} {headers:?} {form}");
            assert_eq!(answer.header("www-authenticate"), challenge, "{path} {headers:?} {form}");
        }
    }
}

#[tokio::test]
async fn a_public_client_may_send_http_basic_with_an_empty_secret() {
    let stage = Stage::new();
    let tv = TV_WITHOUT_A_SECRET;
    stage.form("/device_authorization", &[tv], "scope=adult").await.ok_json();
    stage.form("/device_authorization", &[tv], "client_id=tv&client_secret=").await.ok_json();
    stage.form("/device_authorization", &[], "client_id=tv&client_secret=").await.ok_json();
    assert_eq!(stage.form("/revoke", &[tv], "token=x").await.status, StatusCode::OK);
    let poll = "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x";
    assert_eq!(stage.form("/token", &[tv], poll).await.oauth_error(), error(400, "invalid_grant"));
    // web:
    let web = ("authorization", "Basic d2ViOg==");
    let pushed = stage.form("/par", &[web], "response_type=x").await;
    assert_eq!(pushed.oauth_error(), error(400, "unsupported_response_type"));
    // A secret where there is none to know, and none where there is one: shop:, tv:x
    for wrong in ["Basic c2hvcDo=", "Basic dHY6eA=="] {
        let refused = stage.form("/device_authorization", &[("authorization", wrong)], "").await;
        assert_eq!(refused.oauth_error(), error(401, "invalid_client"), "{wrong}");
    }
}

#[tokio::test]
async fn what_others_do_in_the_name_of_a_public_client_locks_nobody_out() {
    let stage = Stage::new();
    let authorization = stage.device().await;
    let poll = format!(
        "client_id=tv&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code={}",
        authorization["device_code"].as_str().unwrap()
    );
    for wrong in 0..100 {
        // tv:x, a secret in the form, an assertion
        let answer = match wrong % 3 {
            0 => stage.form("/token", &[("authorization", "Basic dHY6eA==")], "").await,
            1 => stage.form("/token", &[], &format!("client_secret=x&{poll}")).await,
            _ => {
                let form = format!("client_assertion_type={KIND}&client_assertion=x&{poll}");
                stage.form("/token", &[], &form).await
            }
        };
        assert!([400, 401].contains(&answer.status.as_u16()), "{}", answer.body);
    }
    assert_eq!(stage.form("/token", &[], &poll).await.oauth_error(), error(400, "authorization_pending"));
    stage.device().await;
}

#[tokio::test]
async fn req_11_4_valid_assertions_all_pass_however_many_come_at_once() {
    let stage = Arc::new(Stage::new());
    for (round, at_once) in [20, 60, 200].into_iter().enumerate() {
        let mut answers = tokio::task::JoinSet::new();
        for number in 0..at_once {
            let stage = Arc::clone(&stage);
            answers.spawn(async move {
                let form = assertion(&stage, &format!("{round}-{number}"));
                stage.form("/device_authorization", &[], &form).await.status
            });
        }
        let passed = answers.join_all().await.into_iter().filter(|status| *status == StatusCode::OK).count();
        assert_eq!(passed, at_once);
    }
}

#[tokio::test]
async fn req_11_5_wrong_secrets_and_assertions_stop_nobody_who_is_right() {
    let stage = Stage::new();
    let wrong = "client_id=post&client_secret=wrong".to_owned();
    let forged = format!("client_id=signer&client_assertion_type={KIND}&client_assertion=a.b.c");
    for form in [wrong, forged] {
        let mut told = Vec::new();
        for _ in 0..30 {
            told.push(stage.form("/device_authorization", &[], &form).await.status.as_u16());
        }
        assert_eq!((told[0], told[19], told[20], told[29]), (401, 401, 429, 429), "{form}");
    }
    let right = "client_id=post&client_secret=s3cret";
    stage.form("/device_authorization", &[], right).await.ok_json();
    stage.form("/device_authorization", &[], &assertion(&stage, "1")).await.ok_json();
}

#[tokio::test]
async fn the_rest_api_takes_the_secret_of_either_kind_of_client_and_no_other() {
    let stage = Stage::new();
    let result = "/v1/presentations/none";
    for there in [SHOP, POST_BY_BASIC] {
        assert_eq!(stage.ask(Method::GET, result, &[there], "").await.problem().0, 404);
    }
    // tv: and signer:x
    for nobody in [TV_WITHOUT_A_SECRET, ("authorization", "Basic c2lnbmVyOng=")] {
        let answer = stage.ask(Method::GET, result, &[nobody], "").await;
        assert_eq!(answer.problem().0, 401);
        assert_eq!(answer.header("www-authenticate"), BASIC);
    }
    // Elsewhere each keeps to its own way (REQ-11.3).
    let other = stage.form("/device_authorization", &[POST_BY_BASIC], "").await;
    assert_eq!(other.oauth_error(), error(401, "invalid_client"));
}

#[tokio::test]
async fn a_relying_party_with_too_many_presentations_open_hears_when_there_is_room() {
    let stage = Stage::with(|policy| policy.presentation.open_per_client = 2);
    let first = stage.presentation().await;
    stage.later(10);
    stage.presentation().await;
    let body = json!({ "scope": "adult", "redirect_uri": "https://shop.example.com/return" });
    let refused = stage.json("/v1/presentations", &[SHOP], &body).await;
    assert_eq!(refused.problem(), (429, "too_many_open".to_owned(), String::new()));
    assert_eq!(refused.header("retry-after"), Some("290"));
    let id = first["id"].as_str().unwrap();
    let gone = stage.ask(Method::DELETE, &format!("/v1/presentations/{id}"), &[SHOP], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    stage.presentation().await;
    stage.later(300);
    stage.presentation().await;
}

#[tokio::test]
async fn who_signed_an_assertion_is_told_what_is_wrong_with_it_and_nobody_else() {
    let stage = Stage::new();
    let told = async |changes: &[(&str, serde_json::Value)], key: &vpgate_core::jose::signing::SigningKey| {
        let now = stage.now();
        let mut claims = json!({
            "iss": "signer", "sub": "signer", "aud": PUBLIC_URL, "exp": now + 60, "iat": now, "jti": "told"
        });
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        let header = Map::from_iter([("kid".to_owned(), stage.signer_key.kid().into())]);
        let assertion = key.sign(&header, claims.as_object().unwrap()).unwrap();
        let form = format!("token=x&client_assertion_type={KIND}&client_assertion={assertion}");
        let answer = stage.form("/introspect", &[], &form).await;
        assert_eq!(answer.oauth_error(), error(401, "invalid_client"));
        answer.json()["error_description"].as_str().unwrap().to_owned()
    };
    let own = &stage.signer_key;
    let endpoint = json!(format!("{PUBLIC_URL}/token"));
    let why = told(&[("aud", endpoint.clone())], own).await;
    assert!(why.contains("client_assertions.accept_token_endpoint_audience"), "{why}");
    let why = told(&[("exp", json!(stage.now() + 3_600))], own).await;
    assert!(why.contains("client_assertions.longest_lifetime"), "{why}");
    let stranger = vpgate_core::jose::signing::SigningKey::generate(own.algorithm()).unwrap();
    assert_eq!(told(&[("aud", endpoint)], &stranger).await, "client authentication failed");
    assert_eq!(told(&[("sub", json!("somebody"))], own).await, "client authentication failed");
}

#[tokio::test]
async fn a_secret_comes_in_either_way_where_the_client_is_registered_so() {
    let both = |either: bool| {
        Stage::with(move |policy| {
            let mut clients: Vec<_> = policy.clients.iter().cloned().collect();
            clients.iter_mut().for_each(|client| client.proof.either_secret_method = either);
            policy.clients = vpgate_core::oauth::client::Clients::new(clients);
        })
    };
    for (either, status) in [(true, 200), (false, 401)] {
        let stage = both(either);
        let by_basic = stage.form("/introspect", &[POST_BY_BASIC], "token=x").await;
        assert_eq!(by_basic.status.as_u16(), status);
        let by_form = stage.form("/introspect", &[], "token=x&client_id=shop&client_secret=s3cret").await;
        assert_eq!(by_form.status.as_u16(), status, "{}", by_form.body);
        // Never both at once, and never without the secret.
        let twice = stage.form("/introspect", &[POST_BY_BASIC], "token=x&client_secret=s3cret").await;
        assert_eq!(twice.oauth_error(), error(400, "invalid_request"));
        let wrong = stage.form("/introspect", &[], "token=x&client_id=shop&client_secret=wrong").await;
        assert_eq!(wrong.oauth_error(), error(401, "invalid_client"));
    }
}
