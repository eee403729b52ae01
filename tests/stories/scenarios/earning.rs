//! A relying party asks by scope: the scopes' rules decide, in every way of asking and of answering.

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate_core::openid4vp::request::{DcApiRequest, DcApiRoute, ResponseMode};

use crate::scenarios::posting::{PostingWallet, redirect_uri};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO, WALLET_CLIENT};

/// Earned by people of 65 or older; it lists one claim, and not the one that its rule reads.
const RETIRED: &str = "retired";
/// Earned by people of 21 or older; it lists nothing.
const DRINKING: &str = "drinking";

/// The usual one, with these scopes for the shop and for televisions, a stable identifier, and token claims.
fn asking() -> String {
    let scope = |name: &str, claims: &str, age: &str| {
        format!(
            "[[scopes]]\nname = \"{name}\"\ncredential = \"{CREDENTIAL}\"\nclaims = [{claims}]\n\
             rules = [{{ field = \"age_equal_or_over.{age}\", operator = \"=\", value = true }}]\n"
        )
    };
    configuration("stable_identifier = \"birth_date\"")
        .replace(&format!("scopes = [\"{BASIC}\"]"), &format!("scopes = [\"{BASIC}\", \"{RETIRED}\", \"{DRINKING}\"]"))
        .replace("client_id = \"shop\"", &format!(
            "client_id = \"shop\"\ntoken_claims = [{{ name = \"family\", credential = \"{CREDENTIAL}\", field = \"family_name\" }}]"
        ))
        + &scope(RETIRED, "\"given_name\"", "65")
        + &scope(DRINKING, "", "21")
}

async fn world() -> Harness {
    Harness::with_configuration(&asking(), Vec::new()).await
}

fn asks(scope: &str) -> Value {
    json!({ "scope": scope, "redirect_uri": RETURN_TO })
}

/// Rejected, because nothing was earned, and nobody is told a claim.
fn nothing_earned(result: &Value) {
    assert_eq!(
        (&result["status"], &result["reason"]),
        (&json!("rejected"), &json!("scope_rules")),
        "{result}"
    );
    assert_eq!(result["report"]["reason"], "scope_rules");
    let checks = result["report"]["checks"].as_array().unwrap();
    assert!(
        checks.iter().any(|line| line["check"] == "scope_rules" && line["outcome"] == "failed"),
        "{result}"
    );
    assert!(result.get("credentials").is_none() && result.get("scopes").is_none(), "{result}");
    assert!(!result.to_string().contains("Alice") && !result.to_string().contains("Muster"), "{result}");
}

#[tokio::test]
async fn a_rule_that_does_not_hold_rejects_the_result_at_once() {
    let world = world().await;
    let begun = world.begin(&asks(RETIRED)).await;
    // One answer settles it: another try of the same credential would end the same way.
    world.share(&begun, &[]).await;
    let (status, result) = world.collect(&begun, None).await;
    assert_eq!(status, StatusCode::OK);
    nothing_earned(&result);
}

#[tokio::test]
async fn what_is_earned_and_what_is_not_stands_in_the_result() {
    let world = world().await;
    let begun = world.begin(&asks(&format!("{RETIRED} {BASIC} {DRINKING}"))).await;
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert_eq!(result["status"], "verified", "{result}");
    let refused = json!([{ "scope": RETIRED, "reason": "scope_rules" }]);
    assert_eq!(result["scopes"], json!({ "granted": [BASIC, DRINKING], "refused": refused }));
    assert_eq!(result["one_holder"], true);
}

#[tokio::test]
async fn a_result_is_asked_and_told_what_its_scopes_list_and_what_rules_read_is_not_told() {
    let world = world().await;
    let begun = world.begin(&asks(DRINKING)).await;
    let url: url::Url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
    let query = url.query_pairs().find(|(name, _)| name == "dcql_query").unwrap().1.into_owned();
    assert!(query.contains("21"), "what the rule reads is asked for: {query}");
    for never in ["birth_date", "family_name", "given_name"] {
        assert!(!query.contains(never), "{never}: {query}");
    }
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert_eq!(result["status"], "verified", "{result}");
    assert_eq!(result["credentials"][CREDENTIAL]["claims"], json!({}));
    for never in ["1990-05-17", "Alice", "Example"] {
        assert!(!result.to_string().contains(never), "{never}: {result}");
    }
}

#[tokio::test]
async fn rules_decide_about_posted_answers_before_anybody_returns() {
    for mode in [ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
        let world = Harness::with_wallet(|wallet| wallet.response_mode = mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let begun = world.begin(&asks(BASIC)).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        let asked = wallet.opened_by(&page).await;
        let minor = minor(&wallet, &asked.verifier_id, asked.nonce.as_str());
        let answer = wallet.answer(&asked, &minor).await;
        assert_eq!(answer.status, StatusCode::OK, "the wallet did nothing wrong: {}", answer.text);
        // Encrypted anew it is another answer.
        if mode == ResponseMode::DirectPost {
            let again = wallet.answer(&asked, &minor).await;
            assert_eq!((again.status, &again.text), (StatusCode::OK, &answer.text), "the same, once more");
        }
        let back = browser.open(&redirect_uri(&answer)).await;
        assert!(back.url.as_str().starts_with(RETURN_TO), "{} {}", back.url, back.body);
        nothing_earned(&world.collect(&begun, None).await.1);
    }
}

#[tokio::test]
async fn rules_decide_across_devices_and_through_the_browsers_api() {
    let world = Harness::with_wallet(|wallet| {
        wallet.dc_api = Some(DcApiRoute {
            request: DcApiRequest::Unsigned,
            response_mode: ResponseMode::DcApi,
            org_iso_mdoc: false,
        });
    })
    .await;
    let wallet = PostingWallet::new(&world);
    let mut crossing = asks(BASIC);
    crossing["flow"] = "cross_device".into();
    let begun = world.begin(&crossing).await;
    let mut desktop = world.browser();
    desktop.open(begun["start_url"].as_str().unwrap()).await;
    let url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
    let asked = wallet.asked_at(&url).await;
    let minor = minor(&wallet, &asked.verifier_id, asked.nonce.as_str());
    assert_eq!(wallet.answer(&asked, &minor).await.status, StatusCode::OK);
    nothing_earned(&world.collect(&begun, None).await.1);
    let done = desktop.open(begun["start_url"].as_str().unwrap()).await;
    assert!(!done.body.contains("has what it needs"), "{}", done.body);

    let mut by_api = asks(BASIC);
    by_api["flow"] = "dc_api".into();
    let begun = world.begin(&by_api).await;
    let mut browser = world.browser();
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    let asked = page.request_by_api().unwrap();
    let nonce = asked["data"]["nonce"].as_str().unwrap().to_owned();
    let minor = self::minor(&wallet, "origin:http://127.0.0.1:8080", &nonce);
    let data = json!({ "vp_token": { CREDENTIAL: [minor] } }).to_string();
    browser.hand_over(&page, asked["protocol"].as_str().unwrap(), &data).await;
    nothing_earned(&world.collect(&begun, None).await.1);
}

/// Somebody under 18 presents.
fn minor(wallet: &PostingWallet<'_>, audience: &str, nonce: &str) -> String {
    let mut made = wallet.made_for(audience, nonce);
    // What it discloses about the age stays hidden; the payload says another one openly.
    made.disclosures.remove(1);
    made.edit_payload(|payload| {
        payload.insert("age_equal_or_over".to_owned(), json!({ "18": false }));
    });
    made.present()
}

#[tokio::test]
async fn rules_decide_about_a_token_that_the_caller_received_itself() {
    let world = world().await;
    let held = world.hold(&asks(&format!("{RETIRED} {BASIC} {DRINKING}")), &[("shape", "object")]).await;
    let verify = async |scope: &str| {
        let question = json!({ "vp_token": held.vp_token, "audience": WALLET_CLIENT, "nonce": held.nonce,
            "scope": scope });
        world.post_json("/v1/verify", &question.to_string()).await.json()
    };
    let nothing = verify(RETIRED).await;
    assert_eq!((&nothing["verdict"], &nothing["reason"]), (&json!("rejected"), &json!("scope_rules")));
    assert!(nothing.get("credentials").is_none(), "{nothing}");
    let some = verify(&format!("{RETIRED} {DRINKING}")).await;
    assert_eq!(some["verdict"], "verified", "{some}");
    assert_eq!(some["scopes"]["granted"], json!([DRINKING]));
    assert_eq!(some["credentials"][CREDENTIAL]["claims"], json!({ "given_name": "Alice" }));
}

#[tokio::test]
async fn rules_decide_for_a_device_on_a_services_own_pages_and_end_its_code() {
    let world = world().await;
    let form = [("client_id", "tv"), ("scope", RETIRED)];
    let authorization = world.post_form("/device_authorization", &form).await.json();
    let code = authorization["user_code"].as_str().unwrap();
    let begun = world.begin(&json!({ "user_code": code, "redirect_uri": RETURN_TO })).await;
    let back = world.share(&begun, &[]).await;
    nothing_earned(&world.collect(&begun, None).await.1);
    let completion = json!({ "user_code": code, "result": "AUTHORIZED", "presentation": begun["id"],
        "response_code": back.response_code });
    let shop = Some(("shop", "shop-secret"));
    let done = world.post_value_as("/v1/device/completion", shop, &completion).await;
    assert_eq!(done.json(), json!({ "outcome": "denied" }), "{}", done.text);
    let heard = world.hears("tv", &authorization).await.0;
    assert_eq!(heard.as_deref(), Some("access_denied"));

    // What is earned is told as far as the scope lists it, though the device's tokens need more.
    let form = [("client_id", "tv"), ("scope", DRINKING)];
    let authorization = world.post_form("/device_authorization", &form).await.json();
    let begun =
        world.begin(&json!({ "user_code": authorization["user_code"], "redirect_uri": RETURN_TO })).await;
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert_eq!(result["scopes"]["granted"], json!([DRINKING]), "{result}");
    assert_eq!(result["credentials"][CREDENTIAL]["claims"], json!({}));
}
