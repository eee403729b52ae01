//! The shop asks by queries of its own: alternatives, several presentations, no holder binding.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use vpgate_test_support::harness::{CREDENTIAL, Harness, NOT_HELD, RETURN_TO, SECOND};

const VCT: &str = "https://credentials.notarize.com/ProofCredentialV1";

fn credential(id: &str, more: &Value) -> Value {
    let vct = if id == NOT_HELD { "https://credentials.example/loyalty" } else { VCT };
    let mut query = json!({"id": id, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]},
        "claims": [{"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["shoe_size"]}],
        "claim_sets": [["b"], ["a"]]});
    query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    query
}

fn asking(credentials: &[Value], sets: &Value) -> Value {
    let mut query = json!({ "credentials": credentials });
    if !sets.is_null() {
        query["credential_sets"] = sets.clone();
    }
    json!({"dcql_query": query, "redirect_uri": RETURN_TO})
}

/// The result after the person shared, with the wallet told so.
async fn shared(world: &Harness, request: &Value, told: &[(&str, &str)]) -> Value {
    let begun = world.begin(request).await;
    let back = world.share(&begun, told).await;
    let (status, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert_eq!(status, StatusCode::OK, "{result}");
    result
}

#[tokio::test]
async fn req_8_5_req_8_11_of_alternatives_what_the_person_has_is_enough() {
    let world = Harness::new().await;
    let credentials = [NOT_HELD, CREDENTIAL].map(|id| credential(id, &json!({})));
    let sets = json!([{"options": [[NOT_HELD], [CREDENTIAL]]}]);
    let result = shared(&world, &asking(&credentials, &sets), &[]).await;
    assert_eq!(result["status"], "verified", "{result}");
    assert_eq!(result["credentials"].as_object().unwrap().len(), 1);
    assert_eq!(result["credentials"][CREDENTIAL]["claims"], json!({"given_name": "Alice"}));
    assert_eq!(result["credentials"][CREDENTIAL]["holder_binding"], true);
    assert!(result["report"].to_string().contains("claim set 2 of 2"), "which one is in the report");
}

#[tokio::test]
async fn req_1_63_where_several_may_answer_the_result_is_an_array() {
    let world = Harness::new().await;
    let several = credential(CREDENTIAL, &json!({"multiple": true}));
    let result = shared(&world, &asking(&[several], &Value::Null), &[("shape", "object")]).await;
    let shown = result["credentials"][CREDENTIAL].as_array().unwrap();
    assert_eq!((shown.len(), &shown[0]["vct"]), (1, &json!(VCT)));
}

#[tokio::test]
async fn req_6_1_without_holder_binding_only_where_the_query_says_so() {
    let world = Harness::new().await;
    let unbound = credential(CREDENTIAL, &json!({"require_cryptographic_holder_binding": false}));
    let request = asking(&[unbound], &Value::Null);
    for told in [&[("fault", "no_key_binding")][..], &[]] {
        let result = shared(&world, &request, told).await;
        assert_eq!(result["status"], "verified", "{result}");
        assert_eq!(result["credentials"][CREDENTIAL]["holder_binding"], false);
    }
    let bound = world.begin(&asking(&[credential(CREDENTIAL, &json!({}))], &Value::Null)).await;
    world.share_fault_until_refused(&bound, "no_key_binding").await;
    let (_, result) = world.collect(&bound, None).await;
    assert_eq!((&result["status"], &result["report"]["reason"]), (&json!("rejected"), &json!("kb_present")));
}

#[tokio::test]
async fn req_3_8_a_failed_presentation_is_discarded_and_the_rest_decides() {
    let world = Harness::new().await;
    let credentials = [CREDENTIAL, SECOND].map(|id| credential(id, &json!({})));
    for (required, status) in [(false, "verified"), (true, "pending")] {
        let sets = json!([{"options": [[CREDENTIAL]]}, {"required": required, "options": [[SECOND]]}]);
        let begun = world.begin(&asking(&credentials, &sets)).await;
        let mut browser = world.browser();
        let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
        let fragment = world.share_without_returning(&mut browser, &wallet).await;
        let page = browser.bring_fragment(&spoiled(&fragment, SECOND)).await;
        let code = page.url.query_pairs().find(|(name, _)| name == "response_code").map(|(_, code)| code);
        let (_, result) = world.collect(&begun, code.as_deref()).await;
        assert_eq!(result["status"], status, "{result}");
        if status == "verified" {
            assert_eq!(result["credentials"].as_object().unwrap().keys().collect::<Vec<_>>(), [CREDENTIAL]);
            let lines = result["report"]["checks"].as_array().unwrap();
            let discarded = lines.iter().find(|line| line["check"] == "presentation_discarded").unwrap();
            assert_eq!((&discarded["credential"], &discarded["outcome"]), (&json!(SECOND), &json!("failed")));
            assert_eq!(result["report"]["verdict"], "verified");
        }
    }
}

#[tokio::test]
async fn req_6_17_the_same_answer_counts_once() {
    let world = Harness::new().await;
    let begun = world.begin(&asking(&[credential(CREDENTIAL, &json!({}))], &Value::Null)).await;
    let mut browser = world.browser();
    let wallet = browser.open(begun["start_url"].as_str().unwrap()).await;
    let fragment = world.share_without_returning(&mut browser, &wallet).await;
    assert!(browser.bring_fragment(&fragment).await.url.as_str().starts_with(RETURN_TO));
    assert!(browser.bring_fragment(&fragment).await.status.is_client_error());
}

/// The answer with one character changed in the signature under the presentation for `id`.
fn spoiled(fragment: &str, id: &str) -> String {
    let pairs = form_urlencoded::parse(fragment.as_bytes()).map(|(name, value)| {
        if name != "vp_token" {
            return (name.into_owned(), value.into_owned());
        }
        let mut token: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&*value).unwrap()).unwrap();
        let text = token[id][0].as_str().unwrap();
        let at = text.rfind('.').unwrap() + 1;
        let other = if text[at..].starts_with('A') { "B" } else { "A" };
        token[id][0] = json!(format!("{}{other}{}", &text[..at], &text[at + 1..]));
        (name.into_owned(), token.to_string())
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test]
async fn what_a_query_gets_wrong_is_named_and_nothing_is_stored() {
    let world = Harness::new().await;
    let session = |algorithms: Value| {
        json!({"type": "urn:proof:params:vc:transaction-data:session-data", "credential_ids": [CREDENTIAL],
            "transaction_data_hashes_alg": algorithms, "payload": {"ip_address": "192.0.2.7"}})
    };
    let with = |more: Value, transactions: Value| {
        let mut request = asking(&[credential(CREDENTIAL, &more)], &Value::Null);
        request["transaction_data"] = transactions;
        request
    };
    let unbound = json!({"require_cryptographic_holder_binding": false});
    let sets = json!([{"options": [["unknown"]]}]);
    for (body, pointer) in [
        (asking(&[credential(CREDENTIAL, &json!({}))], &sets), "/dcql_query/credential_sets/0/options/0/0"),
        (
            asking(&[credential(CREDENTIAL, &json!({"format": "mso_mdoc"}))], &Value::Null),
            "/dcql_query/credentials/0/meta/vct_values",
        ),
        (with(unbound, json!([session(json!(["sha-256"]))])), "/transaction_data/0/credential_ids/0"),
        (
            with(json!({}), json!([session(json!(["md5"]))])),
            "/transaction_data/0/transaction_data_hashes_alg/0",
        ),
        (
            with(json!({}), json!([session(json!(["sha-256"])), session(json!(["sha-512"]))])),
            "/transaction_data/1/transaction_data_hashes_alg",
        ),
    ] {
        let answer = world.post_json("/v1/presentations", &body.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{pointer}: {}", answer.text);
        assert!(answer.text.contains(pointer), "{pointer}: {}", answer.text);
    }
    let good = with(json!({}), json!([session(json!(["sha-512", "sha-256"]))]));
    let result = shared(&world, &good, &[]).await;
    assert_eq!(result["status"], "verified", "{result}");
    assert_eq!(result["transaction_data"][0]["transaction_data_hashes_alg"], json!(["sha-512", "sha-256"]));
}
