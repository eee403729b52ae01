//! Client authentication by assertion, and what happens to clients that fail (REQ-11.1 and those after it).

use serde_json::{Map, Value, json};

use crate::endpoints::stage::{Answer, PUBLIC_URL, SHOP, Stage};

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// An assertion of `signer`, with one claim changed.
fn assertion(stage: &Stage, jti: &str, (name, value): (&str, Value)) -> String {
    let now = stage.now();
    let mut claims = json!({
        "iss": "signer", "sub": "signer", "aud": PUBLIC_URL, "exp": now + 60, "iat": now, "jti": jti
    });
    claims[name] = value;
    let header = Map::from_iter([("kid".to_owned(), stage.signer_key.kid().into())]);
    stage.signer_key.sign(&header, claims.as_object().unwrap()).unwrap()
}

fn good(stage: &Stage, jti: &str) -> String {
    assertion(stage, jti, ("iss", "signer".into()))
}

async fn asks(stage: &Stage, assertion: &str, more: &str) -> Answer {
    let form = format!("client_assertion_type={KIND}&client_assertion={assertion}{more}");
    stage.form("/device_authorization", &[], &form).await
}

#[tokio::test]
async fn req_11_4_a_signed_assertion_authenticates_at_every_endpoint() {
    let stage = Stage::new();
    asks(&stage, &good(&stage, "1"), "").await.ok_json();
    asks(&stage, &good(&stage, "2"), "&client_id=signer").await.ok_json();
    let proof = |jti: &str| format!("client_assertion_type={KIND}&client_assertion={}", good(&stage, jti));
    let code = format!("grant_type=authorization_code&code=x&{}", proof("3"));
    // Authenticated: what is refused now is the code.
    assert_eq!(stage.form("/token", &[], &code).await.oauth_error(), error(400, "invalid_grant"));
    let pushed = stage.form("/par", &[], &format!("{}&response_type=x", proof("4"))).await;
    assert_eq!(pushed.oauth_error(), error(400, "unsupported_response_type"));
}

#[tokio::test]
async fn req_11_4_an_assertion_counts_once() {
    let stage = Stage::new();
    let once = good(&stage, "1");
    asks(&stage, &once, "").await.ok_json();
    assert_eq!(asks(&stage, &once, "").await.oauth_error(), error(401, "invalid_client"));
    let another = assertion(&stage, "1", ("exp", json!(stage.now() + 30)));
    assert_eq!(asks(&stage, &another, "").await.oauth_error(), error(401, "invalid_client"));
    asks(&stage, &good(&stage, "2"), "").await.ok_json();
}

#[tokio::test]
async fn req_11_4_a_refused_assertion_spends_nothing() {
    let stage = Stage::new();
    let early = assertion(&stage, "1", ("nbf", json!(stage.now() + 100)));
    assert_eq!(asks(&stage, &early, "").await.oauth_error(), error(401, "invalid_client"));
    asks(&stage, &good(&stage, "1"), "").await.ok_json();
}

#[tokio::test]
async fn req_11_4_only_who_signed_an_assertion_is_told_what_is_wrong_with_it() {
    let stage = Stage::new();
    let now = stage.now();
    // Its own key has signed these: the client is told which claim is wrong, and nobody else can be.
    for (name, value) in [("aud", json!("https://other.example")), ("exp", json!(now)), ("jti", Value::Null)]
    {
        let answer = asks(&stage, &assertion(&stage, name, (name, value)), "").await;
        assert_eq!(answer.oauth_error(), error(401, "invalid_client"));
        assert_eq!(answer.header("www-authenticate"), None);
        assert!(answer.body.contains(&format!("client authentication failed: `{name}`")), "{}", answer.body);
    }
    let wrong = [
        assertion(&stage, "3", ("sub", "tv".into())),
        format!("{}x", assertion(&stage, "4", ("aud", "https://other.example".into()))),
        "eyJhbGciOiJub25lIn0.e30.".to_owned(),
        "nonsense".to_owned(),
    ];
    let mut told = Vec::new();
    for text in &wrong {
        let answer = asks(&stage, text, "").await;
        assert_eq!(answer.oauth_error(), error(401, "invalid_client"));
        // The form has no challenge; that of HTTP Basic would lead astray (RFC 6749 section 5.2).
        assert_eq!(answer.header("www-authenticate"), None);
        told.push(answer.body);
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:#?}");
    let mismatched = asks(&stage, &good(&stage, "5"), "&client_id=tv").await;
    assert_eq!(mismatched.oauth_error(), error(401, "invalid_client"));
}

#[tokio::test]
async fn req_11_3_an_assertion_is_no_second_method_and_no_substitute() {
    let stage = Stage::new();
    let text = good(&stage, "1");
    for more in ["&client_secret=s3cret", "&client_assertion=again"] {
        assert_eq!(asks(&stage, &text, more).await.oauth_error(), error(400, "invalid_request"), "{more}");
    }
    let form = format!("client_assertion_type={KIND}&client_assertion={text}");
    let both = stage.form("/device_authorization", &[SHOP], &form).await;
    assert_eq!(both.oauth_error(), error(400, "invalid_request"));
    // Registered for assertions: a name alone proves nothing.
    let named = stage.form("/device_authorization", &[], "client_id=signer").await;
    assert_eq!(named.oauth_error(), error(401, "invalid_client"));
}

#[tokio::test]
async fn req_11_5_failures_are_throttled_by_client_and_the_right_secret_passes_all_the_same() {
    let stage = Stage::new();
    let wrong = ("authorization", "Basic c2hvcDp3cm9uZw==");
    for _ in 0..20 {
        let answer = stage.form("/device_authorization", &[wrong], "").await;
        assert_eq!(answer.oauth_error(), error(401, "invalid_client"));
    }
    let refused = stage.form("/device_authorization", &[wrong], "").await;
    assert_eq!(refused.oauth_error(), error(429, "temporarily_unavailable"));
    assert_eq!(refused.header("retry-after"), Some("60"));
    let rest = stage.json("/v1/presentations", &[wrong], &json!({})).await;
    assert_eq!(rest.problem().0, 429);
    // Whoever is right was not one of them.
    let right = stage.form("/device_authorization", &[SHOP], "").await;
    assert_eq!(right.oauth_error(), error(400, "unauthorized_client"), "it is known, and has no devices");
    stage.presentation().await;
    stage.device().await;
    stage.later(60);
    let rest = stage.json("/v1/presentations", &[wrong], &json!({})).await;
    assert_eq!(rest.problem().0, 401);
    stage.presentation().await;
}

#[tokio::test]
async fn req_11_5_success_is_never_throttled() {
    let stage = Stage::new();
    for _ in 0..50 {
        stage.device().await;
        stage.presentation().await;
    }
}
