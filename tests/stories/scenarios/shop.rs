//! The shop's story: claims and a transaction over REST, told through the endpoints.

use std::time::Duration;

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use vpgate::flow::ports::Clock as _;
use vpgate::sandbox::issuer::Issuer;
use vpgate::sandbox::wallet::demo_person;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;

use vpgate_test_support::harness::{BASE, BASIC, CREDENTIAL, Harness, RETURN_TO};

const KINDS: &str = "urn:proof:params:vc:transaction-data";

pub fn transactions() -> [Value; 4] {
    let of = |kind: &str, payload: Value| json!({"type": format!("{KINDS}:{kind}"), "credential_ids": [CREDENTIAL], "payload": payload});
    [
        of("session-data", json!({"ip_address": "192.0.2.7", "device_id": "laptop"})),
        of(
            "payment-itemized:v1",
            json!({"title": "Order 7", "currency": "USD", "items": [
                {"quantity": 3, "unit_cost": 19.99, "label": "Tea"},
                {"quantity": 1, "unit_cost": 0.1, "label": "Bag"}]}),
        ),
        of(
            "wire-instructions:v1",
            json!({
                "recipient": {"institution_name": "First Bank", "routing_number": "021000021", "account_number": "123456789"},
                "source": {"individual_name": "Erika Muster", "account_number": "987654321", "routing_number": "011000015"},
                "amount": 1250.5, "currency": "USD", "memo": "Invoice 12"}),
        ),
        of(
            "payment-mandate:v1",
            json!({
                "payment_instrument": {"type": "card", "id": "card-1"}, "payee": {"name": "Corner Shop"},
                "prompt_summary": "Tea, every month", "amount": 12, "currency": "EUR"}),
        ),
    ]
}

pub fn request(transaction_data: &[Value]) -> Value {
    json!({"scope": BASIC, "redirect_uri": RETURN_TO, "state": "cart 7&x", "login_hint": "erika@example.com",
           "transaction_data": transaction_data})
}

#[tokio::test]
async fn a_shop_gets_verified_claims_and_the_transaction_as_stored() {
    let world = Harness::new().await;
    let sets = transactions().map(|one| vec![one]).into_iter().chain([transactions().to_vec(), Vec::new()]);
    for sent in sets {
        let begun = world.begin(&request(&sent)).await;
        assert_eq!(begun["status"], "pending");
        let back = world.share(&begun, &[]).await;
        assert_eq!(back.state.as_deref(), Some("cart 7&x"), "the shop's state returns unchanged");

        let (status, result) = world.collect(&begun, Some(&back.response_code)).await;
        assert_eq!(status, StatusCode::OK, "{result}");
        assert_eq!(result["status"], "verified");
        let claims = &result["credentials"][CREDENTIAL]["claims"];
        assert_eq!(claims["age_equal_or_over"], json!({"18": true}), "what was asked for, and only that");
        assert_eq!(claims.as_object().unwrap().len(), 3, "{claims}");
        assert_eq!(result["transaction_data"].as_array().unwrap().len(), sent.len());
        for (stored, sent) in result["transaction_data"].as_array().unwrap().iter().zip(&sent) {
            assert_eq!(same_numbers(stored), same_numbers(sent));
        }
        assert_eq!(result["report"]["verdict"], "verified");
    }
}

/// 12 and 12.0 are one number in JSON.
pub fn same_numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(same_numbers).collect(),
        Value::Object(members) => members.iter().map(|(name, it)| (name.clone(), same_numbers(it))).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn req_3_5_all_three_shapes_of_the_answer_are_understood_and_named() {
    let world = Harness::new().await;
    let mut seen = Vec::new();
    for shape in ["bare", "object", "encoded"] {
        let begun = world.begin(&request(&[])).await;
        let back = world.share(&begun, &[("shape", shape)]).await;
        let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
        assert_eq!(result["status"], "verified", "{shape}: {result}");
        let line = result["report"]["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["check"] == "vp_token_shape");
        seen.push(line.unwrap()["detail"].as_str().unwrap().to_owned());
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[tokio::test]
async fn req_2_15_the_result_needs_the_code_and_the_code_works_once() {
    let world = Harness::new().await;
    let begun = world.begin(&request(&[])).await;
    let other = world.begin(&request(&[])).await;
    let back = world.share(&begun, &[]).await;
    let others = world.share(&other, &[]).await;
    for wrong in [None, Some("wrong"), Some(others.response_code.as_str()), Some("")] {
        let (status, body) = world.collect(&begun, wrong).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{wrong:?}: {body}");
        assert!(!body.to_string().contains("given_name"));
    }
    let (status, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert_eq!(status, StatusCode::OK);
    // An answer that was lost is given again, for a minute, for the same code.
    world.clock.advance(Duration::from_secs(59));
    assert_eq!(world.collect(&begun, Some(&back.response_code)).await, (StatusCode::OK, result));
    assert_eq!(world.collect(&begun, Some(&others.response_code)).await.0, StatusCode::NOT_FOUND);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.collect(&begun, Some(&back.response_code)).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn req_2_17_the_wallets_state_is_no_key_to_the_result() {
    let world = Harness::new().await;
    let begun = world.begin(&request(&[])).await;
    let url: url::Url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    assert_ne!(begun["id"], state);
    let (status, _) = world.collect(&json!({"id": state}), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn req_2_16_a_second_browser_gets_neither_the_wallet_nor_a_result() {
    let world = Harness::new().await;
    let begun = world.begin(&request(&[])).await;
    let (mut first, mut second) = (world.browser(), world.browser());
    let start = begun["start_url"].as_str().unwrap();
    let wallet = first.open(start).await;
    let refused = second.open(start).await;
    assert!(refused.status.is_client_error(), "{} {}", refused.url, refused.status);
    let fragment = world.share_without_returning(&mut first, &wallet).await;
    assert!(second.bring_fragment(&fragment).await.status.is_client_error());
    let (_, standing) = world.collect(&begun, None).await;
    assert_eq!(standing["status"], "pending");
}

#[tokio::test]
async fn declined_rejected_and_expired_are_told_apart() {
    let world = Harness::new().await;
    let declined = world.begin(&request(&[])).await;
    world.decline(&declined).await;
    let (status, body) = world.collect(&declined, None).await;
    assert_eq!(
        (status, &body["status"], &body["error"]),
        (StatusCode::OK, &json!("declined"), &json!("access_denied"))
    );

    let rejected = world.begin(&request(&[])).await;
    world.share_fault_until_refused(&rejected, "wrong_nonce").await;
    let (status, body) = world.collect(&rejected, None).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("rejected")));
    assert_eq!(body["report"]["reason"], "kb_nonce");
    assert!(body["credentials"].is_null());

    let expired = world.begin(&request(&[])).await;
    world.clock.advance(Duration::from_secs(300));
    let (status, body) = world.collect(&expired, None).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("expired")));
    let page = world.browser().open(expired["start_url"].as_str().unwrap()).await;
    assert!(page.status.is_client_error());
}

#[tokio::test]
async fn each_way_of_being_wrong_is_refused_by_its_name() {
    let world = Harness::new().await;
    let cases = [
        ("wrong_nonce", "kb_nonce"),
        ("wrong_audience", "kb_audience"),
        ("old_key_binding", "kb_issued_at"),
        ("missing_transaction_hash", "transaction_data"),
        ("tampered_disclosure", "disclosures"),
        ("foreign_holder_key", "kb_signature"),
        ("no_key_binding", "kb_present"),
        ("missing_claim", "claims"),
    ];
    for (fault, reason) in cases {
        let begun = world.begin(&request(&transactions()[..1])).await;
        world.share_fault_until_refused(&begun, fault).await;
        let (_, body) = world.collect(&begun, None).await;
        assert_eq!(body["status"], "rejected", "{fault}: {body}");
        let named = body["report"]["reason"].as_str().unwrap();
        assert!(named.starts_with(reason), "{fault}: {named}");
    }
}

#[tokio::test]
async fn req_2_8_unknown_settled_and_expired_answers_get_one_answer() {
    let world = Harness::new().await;
    let mut settled_browser = world.browser();
    let settled = world.begin(&request(&[])).await;
    let wallet = settled_browser.open(settled["start_url"].as_str().unwrap()).await;
    let settled_fragment = world.share_without_returning(&mut settled_browser, &wallet).await;
    settled_browser.bring_fragment(&settled_fragment).await;
    let mut expired_browser = world.browser();
    let expired = world.begin(&request(&[])).await;
    let wallet = expired_browser.open(expired["start_url"].as_str().unwrap()).await;
    let expired_fragment = world.share_without_returning(&mut expired_browser, &wallet).await;
    world.clock.advance(Duration::from_secs(300));

    let unknown = settled_browser.bring_fragment("vp_token=x&state=AAAAAAAAAAAAAAAAAAAAAA").await;
    let replayed = settled_browser.bring_fragment(&settled_fragment).await;
    let late = expired_browser.bring_fragment(&expired_fragment).await;
    assert!(unknown.status.is_client_error());
    assert_eq!((replayed.status, &replayed.body), (unknown.status, &unknown.body));
    assert_eq!((late.status, &late.body), (unknown.status, &unknown.body));
}

#[tokio::test]
async fn what_a_shop_gets_wrong_is_named_and_nothing_is_stored() {
    let world = Harness::new().await;
    let wrong_amount = json!({"type": format!("{KINDS}:payment-itemized:v1"), "credential_ids": [CREDENTIAL],
        "payload": {"currency": "USD", "items": [{"quantity": 1, "unit_cost": "9.99", "label": "Tea"}]}});
    let cases: [(&str, Value, &str); 11] = [
        ("no question", json!({"redirect_uri": RETURN_TO}), "scope"),
        (
            "two questions",
            json!({"redirect_uri": RETURN_TO, "scope": BASIC, "dcql_query": {"credentials": []}}),
            "scope",
        ),
        ("unknown scope", json!({"redirect_uri": RETURN_TO, "scope": "nobody"}), "scope"),
        ("unknown member", json!({"redirect_uri": RETURN_TO, "scope": BASIC, "scopes": 1}), "scopes"),
        ("no redirect", json!({"scope": BASIC}), "redirect_uri"),
        (
            "foreign redirect",
            json!({"scope": BASIC, "redirect_uri": "https://evil.example/"}),
            "redirect_uri",
        ),
        ("unknown wallet", json!({"scope": BASIC, "redirect_uri": RETURN_TO, "wallet": "nobody"}), "wallet"),
        ("cross device", json!({"scope": BASIC, "redirect_uri": RETURN_TO, "flow": "cross_device"}), "flow"),
        ("empty query", json!({"redirect_uri": RETURN_TO, "dcql_query": {"credentials": []}}), "credentials"),
        ("amount as text", request(&[wrong_amount]), "unit_cost"),
        (
            "unknown type",
            request(&[json!({"type": "urn:x", "credential_ids": [CREDENTIAL], "payload": {}})]),
            "type",
        ),
    ];
    for (name, body, member) in cases {
        let answer = world.post_json("/v1/presentations", &body.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{name}");
        assert!(answer.text.contains(member), "{name}: {}", answer.text);
    }
}

#[tokio::test]
async fn req_13_12_amounts_that_a_double_cannot_hold_are_refused() {
    let world = Harness::new().await;
    let body = request(&transactions()[2..3]).to_string();
    for wrong in ["1e400", "0.1000000000000000055", "-1", "12345678901234567.5", "\"12.50\"", "1.23456"] {
        let answer = world.post_json("/v1/presentations", &body.replace("1250.5", wrong)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}: {}", answer.text);
    }
    let exact = world.post_json("/v1/presentations", &body.replace("1250.5", "1250.05")).await;
    assert_eq!(exact.status, StatusCode::CREATED, "{}", exact.text);
}

#[tokio::test]
async fn the_rest_endpoint_knows_its_clients() {
    let world = Harness::new().await;
    let begun = world.begin(&request(&[])).await;
    let path = format!("/v1/presentations/{}", begun["id"].as_str().unwrap());
    for credentials in [None, Some(("shop", "wrong")), Some(("tv", "")), Some(("nobody", "x"))] {
        let answer = world.get_as(&path, credentials).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{credentials:?}");
        assert!(answer.header("www-authenticate").starts_with("Basic"), "{credentials:?}");
    }
    let foreign = world.get_as(&path, Some(("bank", "bank-secret"))).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(world.forget(&begun).await, StatusCode::NO_CONTENT);
    assert_eq!(world.collect(&begun, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.forget(&begun).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn req_3_10_a_vp_token_is_no_access_token() {
    let world = Harness::new().await;
    let begun = world.begin(&request(&[])).await;
    let path = format!("/v1/presentations/{}", begun["id"].as_str().unwrap());
    let issuer = Issuer::new(format!("{BASE}/sandbox/issuer"), world.now()).unwrap();
    let holder = SigningKey::generate(Algorithm::Es256).unwrap();
    let credential = issuer.issue(demo_person(), holder.public_key(), world.clock.now()).unwrap();
    let members = |value: Value| value.as_object().unwrap().clone();
    let binding = members(json!({"aud": BASE, "nonce": "n", "iat": world.clock.now().unix()}));
    let vp_token = credential + &holder.sign(&members(json!({"typ": "kb+jwt"})), &binding).unwrap();
    for token in
        [vp_token.as_str(), vp_token.split('~').next().unwrap(), vp_token.rsplit('~').next().unwrap()]
    {
        let bearer = [("authorization", format!("Bearer {token}"))];
        let answer = world.send(Method::GET, &path, &bearer, String::new()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text);
    }
    assert_eq!(world.get_as(&path, Some(("shop", "shop-secret"))).await.status, StatusCode::OK);
}
