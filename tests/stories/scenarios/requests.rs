//! What a request must be, and what nobody can make it be.

use std::collections::BTreeSet;

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use vpgate::flow::ports::Entropy as _;
use vpgate::system::entropy::SystemEntropy;
use vpgate_core::base::id::Nonce;
use vpgate_core::openid4vp::request::ResponseMode;

use crate::scenarios::asking::{DNS, parameter, path_of, sent_to_wallet, wallet};
use crate::scenarios::shop::{self, transactions};
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO};

fn question() -> Value {
    json!({"scope": BASIC, "redirect_uri": RETURN_TO})
}

/// What a call is refused for: where, and in which words.
async fn refused(world: &Harness, body: &Value) -> (String, String) {
    let answer = world.post_json("/v1/presentations", &body.to_string()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {}", answer.text);
    let problem = answer.json();
    assert!(problem.get("id").is_none() && problem.get("start_url").is_none(), "nothing was begun");
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    (text("pointer"), text("detail"))
}

/// A caller cannot ask for anything but a presentation, nor choose what we choose.
#[tokio::test]
async fn req_1_1_a_call_for_another_response_type_is_refused() {
    let world = Harness::new().await;
    world.begin(&question()).await;
    for (name, value) in [
        ("response_type", "code"),
        ("response_type", "vp_token id_token"),
        ("response_mode", "query"),
        ("nonce", "n"),
        ("client_id", "another"),
    ] {
        let mut body = question();
        body[name] = value.into();
        assert_eq!(refused(&world, &body).await.0, format!("/{name}"));
    }
}

#[tokio::test]
async fn req_1_4_a_question_is_put_by_scope_or_by_query() {
    let world = Harness::new().await;
    let query = json!({"credentials": [{"id": CREDENTIAL, "format": "dc+sd-jwt",
        "meta": {"vct_values": ["https://credentials.notarize.com/ProofCredentialV1"]}}]});
    let asked = |members: &[(&str, Value)]| {
        let mut body = json!({"redirect_uri": RETURN_TO});
        for (name, value) in members {
            body[*name] = value.clone();
        }
        body
    };
    for (one, sent, not_sent) in [
        (("scope", json!(BASIC)), "scope", "dcql_query"),
        (("dcql_query", query.clone()), "dcql_query", "scope"),
    ] {
        let begun = world.begin(&asked(&[one])).await;
        let url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
        assert!(parameter(&url, sent).is_some() && parameter(&url, not_sent).is_none(), "{url}");
    }
    for wrong in [asked(&[]), asked(&[("scope", json!(BASIC)), ("dcql_query", query)])] {
        let (pointer, why) = refused(&world, &wrong).await;
        assert!(
            pointer.is_empty() && why.contains("exactly one of these belongs here: dcql_query, scope"),
            "{wrong}: {why}"
        );
    }
}

/// What is wrong with these values, which nobody must guess or see twice.
fn not_fresh(values: &[String]) -> Option<&'static str> {
    let safe = |value: &String| value.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~".contains(&it));
    let distinct: BTreeSet<_> = values.iter().collect();
    match values {
        _ if distinct.len() != values.len() => Some("repeated"),
        _ if !values.iter().all(|value| value.len() >= 22) => Some("short"),
        _ if !values.iter().all(safe) => Some("not URL-safe"),
        _ => None,
    }
}

#[tokio::test]
async fn req_1_5_req_1_6_req_13_4_every_nonce_and_state_is_new_long_and_url_safe() {
    let world = Harness::new().await;
    let mut sent = Vec::new();
    for _ in 0..50 {
        let begun = world.begin(&question()).await;
        let url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
        sent.extend(["nonce", "state"].map(|name| parameter(&url, name).unwrap()));
        sent.push(begun["id"].as_str().unwrap().to_owned());
        sent.push(begun["start_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
    }
    assert_eq!(not_fresh(&sent), None);
    let nonce = |_| {
        let mut bytes = [0; 16];
        SystemEntropy.fill(&mut bytes).unwrap();
        Nonce::from_entropy(bytes).to_string()
    };
    assert_eq!(not_fresh(&(0..10_000).map(nonce).collect::<Vec<_>>()), None);
}

#[test]
fn req_1_5_req_1_6_req_13_4_a_nonce_that_is_old_short_or_not_url_safe_is_found_out() {
    let good: Vec<String> = (0..3).map(|byte| Nonce::from_entropy([byte; 16]).to_string()).collect();
    assert_eq!(not_fresh(&good), None);
    let with = |wrong: &str| [good.clone(), vec![wrong.to_owned()]].concat();
    assert_eq!(not_fresh(&with(&good[0])), Some("repeated"));
    for short in ["BAQEBAQEBAQEBAQEBAQEB", "sixteen-letters-", ""] {
        assert_eq!(not_fresh(&with(short)), Some("short"), "{short}");
    }
    for unsafe_one in ["BAQEBAQEBAQEBAQEBAQEB+", "BAQEBAQEBAQEBAQEBAQEB/", "BAQEBAQEBAQEBAQEBAQEBA=="] {
        assert_eq!(not_fresh(&with(unsafe_one)), Some("not URL-safe"), "{unsafe_one}");
    }
}

/// From one `request_uri` nobody finds another.
#[tokio::test]
async fn req_1_40_the_neighbours_of_a_request_uri_lead_nowhere() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_reference", "direct_post"), certified.path()).await;
    let mut found = Vec::new();
    for _ in 0..20 {
        let (_, url) = sent_to_wallet(&world, &mut world.browser()).await;
        let path = path_of(&url);
        assert_eq!(world.get(&path).await.status, StatusCode::OK);
        let (rest, last) = path.split_at(path.len() - 1);
        for other in ["A", "Q", "g", "w"].into_iter().filter(|other| *other != last) {
            assert_eq!(world.get(&format!("{rest}{other}")).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(world.get(rest).await.status, StatusCode::NOT_FOUND);
        found.push(path.rsplit('/').next().unwrap().to_owned());
    }
    assert_eq!(not_fresh(&found), None);
    let (first, second) = (&found[0], &found[1]);
    let alike = first.bytes().zip(second.bytes()).take_while(|(one, other)| one == other).count();
    assert!(alike < 8, "{first} and {second} were counted, not drawn");
}

#[tokio::test]
async fn req_1_45_a_request_is_fetched_by_get_or_post_and_by_no_other_method() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_reference_post", "direct_post"), certified.path()).await;
    let (_, url) = sent_to_wallet(&world, &mut world.browser()).await;
    let path = path_of(&url);
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = world.send(method.clone(), &path, &[], String::new()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    for method in [Method::GET, Method::POST] {
        assert_eq!(
            world.send(method.clone(), &path, &[], String::new()).await.status,
            StatusCode::OK,
            "{method}"
        );
    }
}

/// The whole request is in the code of this wallet, which fetches nothing.
#[tokio::test]
async fn req_1_11_a_request_that_is_too_long_for_a_camera_is_refused() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let crossing = |transactions: &[Value]| {
        let mut asked = shop::request(transactions);
        asked["flow"] = "cross_device".into();
        asked
    };
    world.begin(&crossing(&transactions()[..1])).await;
    let (pointer, why) = refused(&world, &crossing(&transactions())).await;
    assert!(pointer == "/flow" && why.contains("too long for a QR code"), "{pointer}: {why}");
    world.begin(&shop::request(&transactions())).await;
    let certified = Certified::new();
    let entry = wallet(DNS, "by_reference", "direct_post") + "transaction_data = true\n";
    let fetching = Harness::asking(&entry, certified.path()).await;
    let mut long = crossing(&transactions());
    long.as_object_mut().unwrap().remove("login_hint");
    fetching.begin(&long).await;
}
