//! The protocol `org-iso-mdoc` (ISO/IEC 18013-7 Annex C) beside OpenID4VP in one call of the browser's API: the
//! sandbox's wallet answers whichever it is asked, and there is one result.

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::harness::{BASE, Harness, RETURN_TO};

const PROTOCOL: &str = "org-iso-mdoc";
const UNSIGNED: &str = "openid4vp-v1-unsigned";
const LICENCE: (&str, &str) = ("org.iso.18013.5.1.mDL", "org.iso.18013.5.1");
const PID: (&str, &str) = ("eu.europa.ec.eudi.pid.1", "eu.europa.ec.eudi.pid.1");

const BOTH: &str = "{ request = \"unsigned\", org_iso_mdoc = true }";
const ONE: &str = "{ request = \"unsigned\" }";

fn document(id: &str, (doctype, namespace): (&str, &str), elements: &[&str]) -> Value {
    let claims: Vec<Value> = elements.iter().map(|element| json!({ "path": [namespace, element] })).collect();
    json!({ "id": id, "format": "mso_mdoc", "meta": { "doctype_value": doctype }, "claims": claims })
}

fn licence() -> Value {
    json!({ "credentials": [document("mdl", LICENCE, &["family_name", "age_over_18"])] })
}

async fn start(world: &Harness, browser: &mut Browser<'_>, query: &Value) -> (Value, Page) {
    let asks =
        json!({ "wallet": "browser", "flow": "dc_api", "dcql_query": query, "redirect_uri": RETURN_TO });
    let begun = world.begin(&asks).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    (begun, page)
}

/// The protocols that the page offers, in their order.
fn offered(page: &Page) -> Vec<String> {
    let requests = page.requests_by_api().unwrap();
    requests.iter().map(|request| request["protocol"].as_str().unwrap().to_owned()).collect()
}

/// What the sandbox's wallet answers to the request of this protocol, for a page of `origin`.
async fn wallet(world: &Harness, page: &Page, protocol: &str, origin: &str) -> Value {
    let requests = page.requests_by_api().unwrap();
    let mut asked = requests.into_iter().find(|request| request["protocol"] == protocol).unwrap();
    asked["origin"] = origin.into();
    let answer = world.send(Method::POST, "/sandbox/wallet/dc_api", &[], asked.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// The result after the page handed this over.
async fn told(
    world: &Harness,
    browser: &mut Browser<'_>,
    begun: &Value,
    page: &Page,
    given: &Value,
) -> Value {
    let back = browser.hand_over(page, given["protocol"].as_str().unwrap(), &given["data"].to_string()).await;
    let code =
        back.url.query_pairs().find(|(name, _)| name == "response_code").map(|(_, code)| code.into_owned());
    world.collect(begun, code.as_deref()).await.1
}

#[tokio::test]
async fn req_14_70_req_14_71_either_protocol_leads_to_the_same_result() {
    let folder = tempfile::tempdir().unwrap();
    let world = Harness::showing_mdocs(folder.path(), BOTH).await;
    let mut browser = world.browser();
    let mut results = Vec::new();
    let mut sent = Vec::new();
    for protocol in [UNSIGNED, PROTOCOL, PROTOCOL] {
        let (begun, page) = start(&world, &mut browser, &licence()).await;
        assert_eq!(offered(&page), [UNSIGNED, PROTOCOL], "what knows both takes the first");
        sent.push(page.requests_by_api().unwrap()[1]["data"]["encryptionInfo"].clone());
        let given = wallet(&world, &page, protocol, BASE).await;
        let result = told(&world, &mut browser, &begun, &page, &given).await;
        assert_eq!(result["status"], "verified", "{result}");
        results.push(result["credentials"].clone());
    }
    let claims = json!({ "org.iso.18013.5.1": { "family_name": "Example", "age_over_18": true } });
    let shown = &results[0]["mdl"];
    assert_eq!(
        (&shown["format"], &shown["type"], &shown["claims"]),
        (&json!("mso_mdoc"), &json!(LICENCE.0), &claims)
    );
    assert_eq!(results[0], results[1]);
    assert_ne!(sent[1], sent[2], "a key and a nonce for each");
}

#[tokio::test]
async fn req_14_73_req_14_74_what_was_made_for_another_page_or_request_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let world = Harness::showing_mdocs(folder.path(), BOTH).await;
    let mut browser = world.browser();
    let (begun, page) = start(&world, &mut browser, &licence()).await;
    let (_, other) = start(&world, &mut browser, &licence()).await;
    let good = wallet(&world, &page, PROTOCOL, BASE).await;
    let mut cut = good.clone();
    cut["data"]["response"] = cut["data"]["response"].as_str().unwrap()[4..].into();
    let mut renamed = good.clone();
    renamed["protocol"] = UNSIGNED.into();
    for (what, wrong) in [
        ("another origin", wallet(&world, &page, PROTOCOL, "https://evil.example").await),
        ("another request", wallet(&world, &other, PROTOCOL, BASE).await),
        ("cut", cut),
        ("another protocol", renamed),
        ("nothing", json!({ "protocol": PROTOCOL, "data": {} })),
    ] {
        let back =
            browser.hand_over(&page, wrong["protocol"].as_str().unwrap(), &wrong["data"].to_string()).await;
        let rejected = back.body.contains("This did not work yet") || what == "nothing";
        assert!(rejected, "{what}: {}", back.body);
    }
    let (_, result) = world.collect(&begun, None).await;
    assert_ne!(result["status"], "verified", "{result}");
    // One that is right counts for the request that it was made for.
    let (begun, page) = start(&world, &mut browser, &licence()).await;
    let good = wallet(&world, &page, PROTOCOL, BASE).await;
    assert_eq!(told(&world, &mut browser, &begun, &page, &good).await["status"], "verified");
}

#[tokio::test]
async fn req_14_70_where_it_is_not_offered_it_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let world = Harness::showing_mdocs(folder.path(), ONE).await;
    let mut browser = world.browser();
    let (begun, page) = start(&world, &mut browser, &licence()).await;
    assert_eq!(offered(&page), [UNSIGNED]);
    let given = json!({ "protocol": PROTOCOL, "data": { "response": "gmVkY2FwaaA" } });
    let back = browser.hand_over(&page, PROTOCOL, &given["data"].to_string()).await;
    assert!(back.body.contains("This did not work yet"), "{}", back.body);
    assert_eq!(world.collect(&begun, None).await.1["status"], "pending");
}

#[tokio::test]
async fn req_14_77_what_it_cannot_say_is_asked_by_the_other_protocol_alone() {
    let folder = tempfile::tempdir().unwrap();
    let world = Harness::showing_mdocs(folder.path(), BOTH).await;
    let mut browser = world.browser();
    let pid = || document("pid", PID, &["given_name"]);
    let mut values = licence();
    values["credentials"][0]["claims"][1]["values"] = json!([true]);
    let sets = json!({
        "credentials": [licence()["credentials"][0], pid()],
        "credential_sets": [{ "options": [["mdl"], ["pid"]] }],
    });
    let mut no_claims = licence();
    no_claims["credentials"][0].as_object_mut().unwrap().remove("claims");
    for (what, query) in [("values", values), ("sets", sets), ("no claims", no_claims)] {
        let (_, page) = start(&world, &mut browser, &query).await;
        assert_eq!(offered(&page), [UNSIGNED], "{what}");
    }
    // Several documents of different types are several documents.
    let two = json!({ "credentials": [licence()["credentials"][0], pid()] });
    let asks = json!({ "wallet": "browser", "flow": "dc_api", "dcql_query": two, "redirect_uri": RETURN_TO,
        "several_holders": true });
    let begun = world.begin(&asks).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    assert_eq!(offered(&page), [UNSIGNED, PROTOCOL]);
    let given = wallet(&world, &page, PROTOCOL, BASE).await;
    let result = told(&world, &mut browser, &begun, &page, &given).await;
    assert_eq!(result["status"], "verified", "{result}");
    assert_eq!(result["credentials"]["pid"]["claims"], json!({ PID.1: { "given_name": "Alice" } }));
    assert_eq!(result["credentials"]["mdl"]["claims"]["org.iso.18013.5.1"]["family_name"], "Example");
}

#[tokio::test]
async fn req_14_61_a_document_that_its_issuer_has_taken_back_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let world = Harness::showing_mdocs(folder.path(), BOTH).await;
    let mut browser = world.browser();
    for (status, verdict) in [("revoked", "rejected"), ("valid", "verified"), ("suspended", "rejected")] {
        world.issuer_says(status).await;
        let (begun, page) = start(&world, &mut browser, &licence()).await;
        let given = wallet(&world, &page, PROTOCOL, BASE).await;
        let result = told(&world, &mut browser, &begun, &page, &given).await;
        assert_eq!(result["status"], verdict, "{status}: {result}");
        if verdict == "rejected" {
            assert_eq!(result["report"]["reason"], "status", "{result}");
        }
    }
}
