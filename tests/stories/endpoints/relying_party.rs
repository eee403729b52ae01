//! The REST API.

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use vpgate_core::admission::rules::{Kind, Operator, ScopeRule};
use vpgate_core::admission::{AskableCredential, ScopeDefinition, ScopePolicy};
use vpgate_core::openid4vp::dcql::{ClaimsPath, Meta};

use crate::endpoints::stage::{PUBLIC_URL, RETURN, SHOP, Stage};

fn problem(status: u16, kind: &str, pointer: &str) -> (u16, String, String) {
    (status, kind.to_owned(), pointer.to_owned())
}

#[tokio::test]
async fn a_presentation_is_begun_and_found_under_its_location() {
    let stage = Stage::new();
    let body = json!({
        "scope": "adult", "redirect_uri": RETURN, "flow": "same_device", "login_hint": "[email protected]",
        "state": "s", "wallet": "demo",
    });
    let answer = stage.json("/v1/presentations", &[SHOP], &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let begun = answer.json();
    let id = begun["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), Some(&*format!("{PUBLIC_URL}/v1/presentations/{id}")));
    assert_eq!(begun["status"], "pending");
    let start = begun["start_url"].as_str().unwrap();
    assert!(start.starts_with("https://verify.example.com/start/") && !start.contains(id), "{start}");
    assert_eq!(begun["qr_svg_url"], format!("{start}/qr.svg"));
    assert!(
        begun["authorization_request_url"]
            .as_str()
            .unwrap()
            .starts_with("https://wallet.example.com/authorize?")
    );

    let seen = stage.get(&format!("/v1/presentations/{id}"), &[SHOP]).await;
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    assert_eq!(seen.ok_json(), json!({ "id": id, "status": "pending", "expires_at": begun["expires_at"] }));
    stage.later(300);
    assert_eq!(stage.get(&format!("/v1/presentations/{id}"), &[SHOP]).await.ok_json()["status"], "expired");
}

#[tokio::test]
async fn a_request_that_is_wrong_in_one_way_is_told_where() {
    let stage = Stage::new();
    let right = json!({ "scope": "adult", "redirect_uri": RETURN });
    for (member, value, expected) in [
        ("scope", json!("other"), problem(400, "invalid_request", "/scope")),
        ("scope", json!(1), problem(400, "invalid_request", "/scope")),
        ("scope", Value::Null, problem(400, "invalid_request", "/scope")),
        ("dcql_query", json!({ "credentials": [] }), problem(400, "invalid_request", "")),
        ("dcql_query", json!([]), problem(400, "invalid_request", "")),
        ("wallet", json!("none"), problem(400, "invalid_request", "/wallet")),
        ("redirect_uri", json!("https://evil.example/"), problem(400, "invalid_request", "/redirect_uri")),
        ("redirect_uri", Value::Null, problem(400, "invalid_request", "/redirect_uri")),
        ("flow", json!("cross_device"), problem(400, "invalid_request", "/flow")),
        ("flow", json!("dc_api"), problem(400, "invalid_request", "/flow")),
        ("flow", json!("post"), problem(400, "invalid_request", "/flow")),
        ("state", json!("s".repeat(513)), problem(400, "invalid_request", "/state")),
        ("login_hint", json!("h".repeat(321)), problem(400, "invalid_request", "/login_hint")),
        ("transaction_data", json!({}), problem(400, "invalid_request", "/transaction_data")),
        ("login-hint", json!("x"), problem(400, "invalid_request", "/login-hint")),
    ] {
        let mut body = right.clone();
        body[member] = value;
        assert_eq!(stage.json("/v1/presentations", &[SHOP], &body).await.problem(), expected, "{body}");
    }
    let mut body = right;
    body["transaction_data"] = json!([{ "type": "urn:proof:params:vc:transaction-data:session-data",
        "credential_ids": ["id"], "payload": { "ip_address": 7 } }]);
    let (status, kind, pointer) = stage.json("/v1/presentations", &[SHOP], &body).await.problem();
    assert_eq!(
        (status, &*kind, &*pointer),
        (400, "invalid_request", "/transaction_data/0/payload/ip_address")
    );
}

#[tokio::test]
async fn only_bounded_json_without_duplicates_is_read() {
    let stage = Stage::new();
    let post = async |media_type: &str, body: &str| {
        stage
            .ask(Method::POST, "/v1/presentations", &[SHOP, ("content-type", media_type)], body)
            .await
            .problem()
    };
    assert_eq!(post("text/plain", "{}").await, problem(415, "media_type", ""));
    for wrong in
        ["", "[]", "{", "{\"a\":1,\"a\":1}", "{} {}", "{\"a\":0.1000000000000000055}", "{\"a\":1e400}"]
    {
        assert_eq!(post("application/json", wrong).await, problem(400, "invalid_json", ""), "{wrong}");
    }
    let long = format!("{{\"state\":\"{}\"}}", "x".repeat(192 * 1024));
    assert_eq!(post("application/json", &long).await, problem(413, "too_large", ""));
}

#[tokio::test]
async fn req_11_5_nobody_gets_in_without_the_right_secret() {
    let stage = Stage::new();
    let begun = stage.presentation().await;
    let result = format!("/v1/presentations/{}", begun["id"].as_str().unwrap());
    // shop:wrong, tv:, a colon missing, another scheme, nothing
    for header in
        [Some("Basic c2hvcDp3cm9uZw=="), Some("Basic dHY6"), Some("Basic c2hvcA=="), Some("Bearer x"), None]
    {
        let headers: Vec<_> = header.map(|value| ("authorization", value)).into_iter().collect();
        for method in [Method::GET, Method::DELETE] {
            let answer = stage.ask(method, &result, &headers, "").await;
            assert_eq!(answer.problem().0, 401, "{header:?}");
            let way = if header == Some("Bearer x") { "Bearer" } else { "Basic" };
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.starts_with(&format!("{way} realm=\"vpgate\"")), "{challenge}");
        }
        let answer = stage.json("/v1/presentations", &headers, &json!({ "unknown": 1 })).await;
        assert_eq!(answer.problem().0, 401, "before anything is said about the body");
    }
}

#[tokio::test]
async fn what_is_forgotten_unknown_or_malformed_is_not_found() {
    let stage = Stage::new();
    let begun = stage.presentation().await;
    let result = format!("/v1/presentations/{}", begun["id"].as_str().unwrap());
    assert_eq!(stage.ask(Method::DELETE, &result, &[SHOP], "").await.status, StatusCode::NO_CONTENT);
    for uri in [&*result, "/v1/presentations/q6urq6urq6urq6urq6urqw", "/v1/presentations/x"] {
        assert_eq!(stage.get(uri, &[SHOP]).await.problem(), problem(404, "not_found", ""), "{uri}");
        assert_eq!(
            stage.ask(Method::DELETE, uri, &[SHOP], "").await.problem(),
            problem(404, "not_found", "")
        );
    }
}

#[tokio::test]
async fn a_token_to_verify_is_asked_about_completely_or_not_at_all() {
    let stage = Stage::new();
    let right = json!({ "vp_token": "a~b", "audience": "vpgate", "nonce": "n", "scope": "adult" });
    let answer = stage.json("/v1/verify", &[SHOP], &right).await.ok_json();
    assert_eq!(answer["verdict"], "rejected", "a bad token is a good question");
    assert_eq!(answer["reason"], answer["report"]["reason"]);
    for (member, value, expected) in [
        ("vp_token", Value::Null, problem(400, "invalid_request", "/vp_token")),
        ("vp_token", json!(""), problem(400, "invalid_request", "/vp_token")),
        ("vp_token", json!(["a~b"]), problem(400, "invalid_request", "/vp_token")),
        ("audience", Value::Null, problem(400, "invalid_request", "/audience")),
        ("audience", json!(""), problem(400, "invalid_request", "/audience")),
        ("nonce", Value::Null, problem(400, "invalid_request", "/nonce")),
        ("nonce", json!(7), problem(400, "invalid_request", "/nonce")),
        ("scope", Value::Null, problem(400, "invalid_request", "/scope")),
        ("scope", json!("other"), problem(400, "invalid_request", "/scope")),
        ("dcql_query", json!({ "credentials": [] }), problem(400, "invalid_request", "")),
        ("transaction_data", json!("x"), problem(400, "invalid_request", "/transaction_data")),
        ("transaction_data", json!(["!"]), problem(400, "invalid_request", "/transaction_data/0")),
        ("transaction_data", json!([{}]), problem(400, "invalid_request", "/transaction_data/0/type")),
        ("requested_at", json!("yesterday"), problem(400, "invalid_request", "/requested_at")),
        ("requested_at", json!(1_800_000_000), problem(400, "invalid_request", "/requested_at")),
        ("at", json!("x"), problem(400, "invalid_request", "/at")),
    ] {
        let mut body = right.clone();
        body[member] = value;
        assert_eq!(stage.json("/v1/verify", &[SHOP], &body).await.problem(), expected, "{body}");
    }
    let refused = stage.json("/v1/verify", &[("authorization", "Basic dHY6")], &right).await;
    assert_eq!(refused.problem(), problem(401, "not_authenticated", ""));
}

#[tokio::test]
async fn req_12_8_a_dry_run_says_which_rules_hold_and_repeats_no_value() {
    let stage = Stage::with(|policy| policy.scopes = ruled());
    let run = async |body: Value| stage.json("/v1/rules/dry-run", &[SHOP], &body).await.ok_json();
    let outcome = |answer: &Value, rule: usize| answer["scopes"][0]["rules"][rule]["outcome"].clone();
    let good = run(json!({ "claims": { "id": { "level": 5, "class": "gold" } } })).await;
    let expected = json!({ "granted": "adult", "scopes": [{
        "scope": "adult", "earned": true, "missing_credentials": [], "stable_subject": true,
        "rules": [
            { "credential": "id", "field": ["level"], "operator": ">", "outcome": "holds" },
            { "credential": "id", "field": ["class"], "operator": "=", "outcome": "holds" },
        ],
    }] });
    assert_eq!(good, expected);
    for (sample, outcomes) in [
        (json!({ "level": 4, "class": "gold" }), ["false", "holds"]),
        (json!({ "level": "high", "class": 7 }), ["wrong_type", "wrong_type"]),
        (json!({ "level": null, "class": ["gold"] }), ["wrong_type", "wrong_type"]),
        (json!({ "class": "silver" }), ["missing", "false"]),
    ] {
        let answer = run(json!({ "scope": "adult", "claims": { "id": sample } })).await;
        assert_eq!((&answer["granted"], &answer["scopes"][0]["earned"]), (&json!(""), &json!(false)));
        assert_eq!([outcome(&answer, 0), outcome(&answer, 1)], outcomes.map(Value::from), "{sample}");
        assert!(!answer.to_string().contains("silver") && !answer.to_string().contains("gold"));
    }
    let nothing = run(json!({ "claims": {} })).await;
    assert_eq!(nothing["scopes"][0]["missing_credentials"], json!(["id"]));
    assert_eq!(outcome(&nothing, 0), "missing");
}

#[tokio::test]
async fn a_dry_run_names_the_member_at_fault() {
    let stage = Stage::with(|policy| policy.scopes = ruled());
    for (body, pointer) in [
        (json!({}), "/claims"),
        (json!({ "claims": [] }), "/claims"),
        (json!({ "claims": { "id": 7 } }), "/claims/id"),
        (json!({ "claims": { "a/b": {} } }), "/claims/a~1b"),
        (json!({ "claims": {}, "scope": 7 }), "/scope"),
        (json!({ "claims": {}, "scope": "other" }), "/scope"),
        (json!({ "claims": {}, "scope": "" }), "/scope"),
        (json!({ "claims": {}, "scopes": "adult" }), "/scopes"),
    ] {
        let answer = stage.json("/v1/rules/dry-run", &[SHOP], &body).await.problem();
        assert_eq!(answer, problem(400, "invalid_request", pointer), "{body}");
    }
    let body = json!({ "claims": {} });
    for header in [&[("authorization", "Basic dHY6")][..], &[]] {
        let answer = stage.json("/v1/rules/dry-run", header, &body).await.problem();
        assert_eq!(answer, problem(401, "not_authenticated", ""));
    }
    let deep =
        format!("{{\"claims\":{{\"id\":{}{}}}}}", "{\"a\":".repeat(20), "1".to_owned() + &"}".repeat(20));
    let answer =
        stage.ask(Method::POST, "/v1/rules/dry-run", &[SHOP, ("content-type", "application/json")], &deep);
    assert_eq!(answer.await.problem(), problem(400, "invalid_json", ""));
}

/// A scope for a level above four in class gold.
fn ruled() -> ScopePolicy {
    let path = |name: &str| ClaimsPath::from_dotted(name).unwrap();
    let rule = |field: &str, operator: &str, value: Value| {
        let operator = Operator::parse(operator).unwrap();
        ScopeRule::new("id".to_owned(), path(field), operator, &value, Kind::ByForm).unwrap()
    };
    let credential = AskableCredential {
        stable_identifier: Some(path("number")),
        ..AskableCredential::new("id", Meta::sd_jwt_vc(vec!["https://issuer.example.com/id".to_owned()]))
    };
    let scope = ScopeDefinition {
        standard_claims: Vec::new(),
        name: "adult".to_owned(),
        description: None,
        credential: "id".to_owned(),
        claims: Vec::new(),
        rules: vec![rule("level", ">", json!(4)), rule("class", "=", json!("gold"))],
        open: false,
    };
    ScopePolicy::new(vec![credential], vec![scope])
}
