//! A shop asked the wallet by itself, and has the token judged over REST.

use std::time::Duration;

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::scenarios::shop::{request, same_numbers, transactions};
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, Held, WALLET_CLIENT};

fn question(held: &Held) -> Value {
    json!({"vp_token": held.vp_token, "audience": WALLET_CLIENT, "nonce": held.nonce, "scope": BASIC,
           "transaction_data": held.transaction_data})
}

async fn verify(world: &Harness, question: &Value) -> Value {
    let answer = world.post_json("/v1/verify", &question.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = answer.json();
    assert_eq!(
        (&answer["verdict"], &answer["reason"]),
        (&answer["report"]["verdict"], &answer["report"]["reason"])
    );
    answer
}

fn outcome<'a>(answer: &'a Value, check: &str) -> &'a str {
    let checks = answer["report"]["checks"].as_array().unwrap();
    checks.iter().find(|line| line["check"] == check).unwrap()["outcome"].as_str().unwrap()
}

#[tokio::test]
async fn req_3_5_a_token_of_each_shape_is_judged_and_nothing_is_stored() {
    let world = Harness::new().await;
    for shape in ["bare", "object", "encoded"] {
        let held = world.hold(&request(&transactions()), &[("shape", shape)]).await;
        let mut asked = question(&held);
        let first = verify(&world, &asked).await;
        assert_eq!(first["verdict"], "verified", "{shape}: {first}");
        let credential = &first["credentials"][CREDENTIAL];
        assert_eq!(credential["claims"]["age_equal_or_over"], json!({"18": true}));
        assert_eq!(credential["claims"].as_object().unwrap().len(), 3, "{credential}");
        for (agreed, sent) in first["transaction_data"].as_array().unwrap().iter().zip(transactions()) {
            assert_eq!(same_numbers(agreed), same_numbers(&sent));
        }
        assert_eq!(outcome(&first, "cross_check"), "passed", "the second opinion is on here");
        assert_eq!(verify(&world, &asked).await, first, "the same question has the same answer");
        if shape == "object" {
            asked["vp_token"] = serde_json::from_str(&held.vp_token).unwrap();
            assert_eq!(verify(&world, &asked).await, first, "as text or as an object");
        }
        // We wrote those strings ourselves, so the objects lead to the same.
        asked["transaction_data"] = json!(transactions());
        assert_eq!(verify(&world, &asked).await, first, "as strings or as objects");
    }
}

#[tokio::test]
async fn a_query_of_ones_own_is_judged_like_a_scope() {
    let world = Harness::new().await;
    let held = world.hold(&request(&[]), &[("shape", "object")]).await;
    let mut asked = question(&held);
    let claims = |name: &str| json!([{"path": [name]}]);
    let query = |claims: Value| {
        json!({"credentials": [{"id": CREDENTIAL, "format": "dc+sd-jwt", "claims": claims,
            "meta": {"vct_values": ["https://credentials.notarize.com/ProofCredentialV1"]}}]})
    };
    asked.as_object_mut().unwrap().remove("scope");
    asked["dcql_query"] = query(claims("given_name"));
    let answer = verify(&world, &asked).await;
    assert_eq!(answer["verdict"], "verified", "{answer}");
    assert_eq!(answer["credentials"][CREDENTIAL]["claims"].as_object().unwrap().len(), 1);
    asked["dcql_query"] = query(claims("shoe_size"));
    let answer = verify(&world, &asked).await;
    assert_eq!((&answer["verdict"], &answer["reason"]), (&json!("rejected"), &json!("claims_present")));
}

#[tokio::test]
async fn each_way_of_being_wrong_is_a_good_answer_that_names_the_rule() {
    let world = Harness::new().await;
    let one = request(&transactions()[..1]);
    let reason = async |asked: &Value| {
        let answer = verify(&world, asked).await;
        assert_eq!(answer["verdict"], "rejected", "{answer}");
        assert!(answer.get("credentials").is_none() && answer.get("transaction_data").is_none(), "{answer}");
        assert!(!answer.to_string().contains("Erika"), "no claims: {answer}");
        answer["reason"].as_str().unwrap().to_owned()
    };
    for (fault, rule) in [
        ("wrong_nonce", "kb_nonce"),
        ("wrong_audience", "kb_audience"),
        ("old_key_binding", "kb_issued_at"),
        ("missing_transaction_hash", "transaction_data"),
        ("tampered_disclosure", "disclosures"),
        ("foreign_holder_key", "kb_signature"),
        ("no_key_binding", "kb_present"),
        ("missing_claim", "claims"),
    ] {
        let held = world.hold(&one, &[("fault", fault)]).await;
        let reason = reason(&question(&held)).await;
        assert!(reason.starts_with(rule), "{fault}: {reason}");
    }
    let held = world.hold(&one, &[]).await;
    let changed = |member: &str, value: Value| {
        let mut asked = question(&held);
        asked[member] = value;
        asked
    };
    assert_eq!(reason(&changed("nonce", json!("another"))).await, "kb_nonce");
    assert_eq!(reason(&changed("audience", json!("another"))).await, "kb_audience");
    assert_eq!(reason(&changed("vp_token", json!("x"))).await, "vp_token_shape");
    assert_eq!(
        reason(&changed("vp_token", json!({"other": [held.vp_token]}))).await,
        "vp_token_only_what_was_asked"
    );
    assert_eq!(reason(&changed("transaction_data", json!([]))).await, "transaction_data_only_when_asked");
    assert_eq!(
        reason(&changed("transaction_data", json!(transactions()[1..2]))).await,
        "transaction_data_hashes"
    );
}

/// Without a word about when it was asked, five minutes; REQ-6.6 allows a minute more.
#[tokio::test]
async fn req_6_6_the_age_of_the_key_binding_is_measured_from_the_request() {
    let world = Harness::new().await;
    let asked_at = world.now();
    let held = world.hold(&request(&[]), &[]).await;
    let mut asked = question(&held);
    world.clock.advance(Duration::from_secs(360));
    assert_eq!(verify(&world, &asked).await["verdict"], "verified");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(verify(&world, &asked).await["reason"], "kb_issued_at");
    asked["requested_at"] = asked_at.rfc3339().into();
    assert_eq!(verify(&world, &asked).await["verdict"], "verified");
    asked["requested_at"] = asked_at.plus(Duration::from_secs(61)).rfc3339().into();
    assert_eq!(verify(&world, &asked).await["reason"], "kb_issued_at");
}
