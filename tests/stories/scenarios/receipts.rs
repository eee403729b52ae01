//! Evidence receipts: what a decision leaves behind, told through the endpoints and checked as an auditor would.

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate_core::base::base64url;
use vpgate_core::base::report::{Findings, Report};
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::receipt::hash;
use vpgate_core::receipt::originals::Originals;
use vpgate_core::receipt::verify::verify;

use crate::scenarios::asking::{DNS, asked, parameter, path_of, read, sent_to_wallet, wallet};
use crate::scenarios::posting::PostingWallet;
use crate::scenarios::shop::{request, transactions};
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::{CREDENTIAL, Exchange, Harness, SHOP};

const NOTHING: Originals<'static> = Originals {
    vp_token: None,
    transaction_data: &[],
    report: None,
    nonce: None,
    request: None,
    disclosures: &[],
};

async fn keys(world: &Harness) -> KeySet {
    let published = world.get("/receipts/jwks.json").await;
    assert_eq!(published.status, StatusCode::OK);
    KeySet::from_json(&published.json()).unwrap()
}

fn checked(texts: &[&str], keys: &KeySet, originals: &Originals<'_>) -> Report {
    let mut findings = Findings::new();
    let outcome = verify(texts, keys, originals, &mut findings);
    findings.conclude(outcome)
}

pub fn said(receipt: &str) -> Value {
    let payload = base64url::decode(receipt.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

#[tokio::test]
async fn a_result_has_a_receipt_that_holds_against_everything_that_was_exchanged() {
    let world = Harness::new().await;
    let Exchange { begun, vp_token, result } = world.exchange(&request(&transactions())).await;
    let receipt = result["receipt"].as_str().unwrap();
    let report = result["report"].to_string();
    let address = begun["authorization_request_url"].as_str().unwrap();
    let asked: url::Url = address.parse().unwrap();
    let sent = |name: &str| asked.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned();
    let transaction_data: Vec<String> = sent("transaction_data").split(' ').map(str::to_owned).collect();
    let nonce = sent("nonce");
    let originals = Originals {
        vp_token: Some(&vp_token),
        transaction_data: &transaction_data,
        report: Some(&report),
        nonce: Some(&nonce),
        request: Some(address),
        disclosures: &[],
    };
    let keys = keys(&world).await;
    let verdict = checked(&[receipt], &keys, &originals);
    assert_eq!(verdict.reason, None, "{verdict:?}");

    let claims = said(receipt);
    assert_eq!(claims["verdict"], "verified");
    assert_eq!((&claims["client"], &claims["presentation"]), (&json!("shop"), &begun["id"]));
    assert_eq!((&claims["position"], claims.get("previous")), (&json!(1), None));
    let believed = &claims["credentials"][0];
    assert_eq!(believed["id"], CREDENTIAL);
    assert_eq!(believed["status"]["result"], "valid");
    assert_eq!(believed["status"]["checked_at"], world.now().unix());
    for name in ["issuer_key", "presentation_hash", "sd_hash", "holder"] {
        assert_eq!(believed[name].as_str().unwrap().len(), 43, "{name}");
    }

    // Every original counts: another one is refused by name.
    for (other, check) in [
        (Originals { vp_token: Some("a~b"), ..originals }, "receipt_vp_token"),
        (Originals { transaction_data: &transaction_data[1..], ..originals }, "receipt_transaction_data"),
        (Originals { report: Some("{}"), ..originals }, "receipt_report"),
        (Originals { nonce: Some("other"), ..originals }, "receipt_nonce"),
        (Originals { request: Some("other"), ..originals }, "receipt_request"),
    ] {
        assert_eq!(checked(&[receipt], &keys, &other).reason.as_deref(), Some(check));
    }
}

/// What is known of the person, and what opens doors, is in no receipt; nor is an unsalted hash of it.
#[tokio::test]
async fn a_receipt_holds_no_claim_and_no_plain_hash_of_one() {
    let world = Harness::new().await;
    let Exchange { result, begun, .. } = world.exchange(&request(&transactions())).await;
    let receipt = said(result["receipt"].as_str().unwrap()).to_string();
    let claims = &result["credentials"][CREDENTIAL]["claims"];
    let mut values = vec![json!("erika@example.com"), json!("cart 7&x"), begun["start_url"].clone()];
    let mut open = vec![claims.clone()];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => open.extend(members.into_iter().map(|(_, value)| value)),
            Value::Array(elements) => open.extend(elements),
            Value::Bool(_) | Value::Null => {}
            value => values.push(value),
        }
    }
    assert!(values.len() > 4, "{values:?}");
    for value in values {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert!(!receipt.contains(&text), "{text}");
        assert!(!receipt.contains(&hash(&text)), "the hash of {text}");
        assert!(!receipt.contains(&hash(value.to_string())), "the hash of {value}");
    }
}

#[tokio::test]
async fn receipts_of_a_client_are_a_chain_that_survives_what_is_forgotten() {
    let world = Harness::new().await;
    let mut receipts = Vec::new();
    for _ in 0..3 {
        let Exchange { begun, result, .. } = world.exchange(&request(&[])).await;
        receipts.push(result["receipt"].as_str().unwrap().to_owned());
        assert_eq!(world.forget(&begun).await, StatusCode::NO_CONTENT);
    }
    world.app().seal_receipts().await.unwrap();
    let checkpoint = world.get_as("/v1/receipts/checkpoint", Some(SHOP)).await;
    assert_eq!(
        (checkpoint.status, checkpoint.header("content-type")),
        (StatusCode::OK, "text/plain; charset=utf-8")
    );
    let keys = keys(&world).await;
    let [first, second, third] = &receipts[..] else { panic!("{receipts:?}") };
    let whole = [first.as_str(), second, third, &checkpoint.text];
    assert_eq!(checked(&whole, &keys, &NOTHING).reason, None);
    assert_eq!(checked(&[first, third], &keys, &NOTHING).reason.as_deref(), Some("receipt_chain"));
    assert_eq!(
        checked(&[first, second, &checkpoint.text], &keys, &NOTHING).reason.as_deref(),
        Some("receipt_checkpoint")
    );
}

#[tokio::test]
async fn refusals_leave_receipts_too_and_say_why() {
    let world = Harness::new().await;
    let declined = world.begin(&request(&[])).await;
    world.decline(&declined).await;
    let (_, result) = world.collect(&declined, None).await;
    let claims = said(result["receipt"].as_str().unwrap());
    assert_eq!((&claims["verdict"], &claims["error"]), (&json!("declined"), &json!("access_denied")));

    let rejected = world.begin(&request(&[])).await;
    world.share_fault_until_refused(&rejected, "wrong_nonce").await;
    let (_, result) = world.collect(&rejected, None).await;
    let receipt = result["receipt"].as_str().unwrap();
    let claims = said(receipt);
    assert_eq!((&claims["verdict"], &claims["reason"]), (&json!("rejected"), &result["reason"]));
    let report = result["report"].to_string();
    let originals = Originals { report: Some(&report), ..NOTHING };
    assert_eq!(checked(&[receipt], &keys(&world).await, &originals).reason, None);
    assert!(claims.get("credentials").is_none(), "nothing was believed");

    let pending = world.begin(&request(&[])).await;
    let (_, result) = world.collect(&pending, None).await;
    assert!(result.get("receipt").is_none());
}

#[tokio::test]
async fn a_receipt_is_for_its_own_client() {
    let world = Harness::new().await;
    let Exchange { begun, result, .. } = world.exchange(&request(&[])).await;
    let path = format!("/v1/presentations/{}/receipt", begun["id"].as_str().unwrap());
    let own = world.get_as(&path, Some(SHOP)).await;
    assert_eq!((own.status, own.header("content-type")), (StatusCode::OK, "text/plain; charset=utf-8"));
    assert_eq!(json!(own.text), result["receipt"], "the same text each time");
    assert_eq!(world.get(&path).await.status, StatusCode::UNAUTHORIZED);
    let unknown = world.get_as("/v1/presentations/q6urq6urq6urq6urq6urqw/receipt", Some(SHOP)).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

/// A signed request is another one each time: the receipt knows all that the wallet was given.
#[tokio::test]
async fn what_a_wallet_came_for_is_in_its_receipt() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_reference_post", "direct_post"), certified.path()).await;
    let (phone, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, url) = sent_to_wallet(&world, &mut browser).await;
    let path = path_of(&url);
    let mut given = vec![world.get(&path).await.text];
    assert_eq!(world.get(&path).await.text, given[0], "within seconds it is the same");
    given.push(world.post_form(&path, &[("wallet_nonce", "n")]).await.text);
    world.clock.advance(std::time::Duration::from_secs(30));
    given.push(world.get(&path).await.text);
    let (_, claims) = read(&given[0]);
    let answer = phone.share(&asked(&world, &claims).await).await;
    let back = browser.open(answer.json()["redirect_uri"].as_str().unwrap()).await;
    let code = parameter(&back.url, "response_code").unwrap();
    let (_, result) = world.collect(&begun, Some(&code)).await;
    let receipt = result["receipt"].as_str().unwrap();
    assert_eq!(said(receipt)["request_hashes"], json!(given.iter().map(hash).collect::<Vec<_>>()));
    for request in &given {
        let originals = Originals { request: Some(request), ..NOTHING };
        assert_eq!(checked(&[receipt], &keys(&world).await, &originals).reason, None);
    }
}

#[tokio::test]
async fn the_keys_are_where_tokens_are_checked_and_at_an_address_of_their_own() {
    let world = Harness::new().await;
    let kid = |published: Value| {
        published["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect::<Vec<_>>()
    };
    let own = kid(world.get("/receipts/jwks.json").await.json());
    let all = kid(world.get("/jwks.json").await.json());
    assert_eq!(own.len(), 1);
    assert!(all.contains(&own[0]) && all.len() > 1, "{own:?} {all:?}");
}

#[tokio::test]
async fn without_receipts_nothing_of_them_is_there() {
    let world = Harness::with_more("\n[receipts]\nenabled = false\n").await;
    let Exchange { begun, result, .. } = world.exchange(&request(&[])).await;
    assert!(result.get("receipt").is_none(), "{result}");
    let path = format!("/v1/presentations/{}/receipt", begun["id"].as_str().unwrap());
    assert_eq!(world.get_as(&path, Some(SHOP)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get_as("/v1/receipts/checkpoint", Some(SHOP)).await.status, StatusCode::NOT_FOUND);
}

/// A dispute opens one value, and the receipt alone tells nothing of it.
#[tokio::test]
async fn a_commitment_is_opened_by_the_disclosure_that_the_shop_alone_has() {
    let world = Harness::with_more("\n[receipts]\ncommit = [\"family_name\", \"gone\"]\n").await;
    let mut hashes = Vec::new();
    for _ in 0..2 {
        let Exchange { result, .. } = world.exchange(&request(&[])).await;
        let shown = &result["credentials"][CREDENTIAL];
        let disclosures: Vec<String> = serde_json::from_value(shown["receipt_disclosures"].clone()).unwrap();
        let [disclosure] = &disclosures[..] else { panic!("{disclosures:?}") };
        let opened: Value = serde_json::from_slice(&base64url::decode(disclosure).unwrap()).unwrap();
        assert_eq!((&opened[1], &opened[2]), (&json!("family_name"), &shown["claims"]["family_name"]));
        assert_eq!(opened[0].as_str().unwrap().len(), 22, "a salt of 128 bits");
        let receipt = result["receipt"].as_str().unwrap();
        let commitment = said(receipt)["credentials"][0]["commitments"].clone();
        assert_eq!(commitment, json!([{ "claim": "family_name", "hash": hash(disclosure) }]));
        assert!(
            !said(receipt).to_string().contains(opened[0].as_str().unwrap()),
            "the salt stays with the shop"
        );
        let keys = keys(&world).await;
        let originals = Originals { disclosures: &disclosures, ..NOTHING };
        assert_eq!(checked(&[receipt], &keys, &originals).reason, None);
        let forged = [base64url::encode(json!([opened[0], "family_name", "Doe"]).to_string())];
        let originals = Originals { disclosures: &forged, ..NOTHING };
        assert_eq!(checked(&[receipt], &keys, &originals).reason.as_deref(), Some("receipt_commitment"));
        hashes.push(hash(disclosure));
    }
    assert_ne!(hashes[0], hashes[1], "another salt each time");
}
