//! A wallet of profile `haip`: what it must show (HAIP 1.0 section 6.1), as the shop reads it.

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate_core::openid4vp::request::Profile;

use crate::scenarios::asking::{asked, haip, parameter, path_of, read, sent_to_wallet};
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::{BASE, BASIC, Harness, RETURN_TO};

fn line<'r>(result: &'r Value, check: &str) -> &'r Value {
    let lines = result["report"]["checks"].as_array().unwrap();
    lines.iter().find(|line| line["check"] == check).unwrap_or_else(|| panic!("no {check}: {result}"))
}

#[tokio::test]
async fn req_9_9_req_9_10_credential_and_status_list_with_their_chains_are_believed() {
    let certified = Certified::new();
    let world = Harness::asking(&haip("by_reference"), certified.path()).await;
    let (phone, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, url) = sent_to_wallet(&world, &mut browser).await;
    let (_, claims) = read(&world.get(&path_of(&url)).await.text);
    let asked = asked(&world, &claims).await;
    let mut made = phone.made(&asked);
    let list = json!({"idx": 0, "uri": format!("{BASE}/sandbox/issuer/status-list")});
    made.edit_payload(|payload| drop(payload.insert("status".to_owned(), json!({"status_list": list}))));
    let page = browser.open(&redirect_uri(&phone.answer(&asked, &made.present()).await)).await;
    let (_, result) = world.collect(&begun, parameter(&page.url, "response_code").as_deref()).await;
    assert_eq!(result["status"], "verified", "{result}");
    for check in [
        "haip_compact_form",
        "haip_issuer_chain",
        "haip_holder_binding",
        "haip_status",
        "haip_status_list_chain",
    ] {
        assert_eq!(line(&result, check)["outcome"], "passed", "{result}");
    }
}

/// The same issuer, key and presentation; but its key would come from its JWKS, whatever the header carries.
#[tokio::test]
async fn req_9_9_who_is_known_by_a_jwks_is_refused_and_the_report_says_what_to_configure() {
    for (profile, verdict) in [(Profile::Openid4vp, "verified"), (Profile::Haip, "rejected")] {
        let world = Harness::with_wallet(|wallet| wallet.profile = profile).await;
        let (phone, mut browser) = (PostingWallet::new(&world), world.browser());
        let begun = world.begin(&json!({"scope": BASIC, "redirect_uri": RETURN_TO})).await;
        let asked = phone.opened_by(&browser.open(begun["start_url"].as_str().unwrap()).await).await;
        let mut answer = phone.share(&asked).await;
        let mut code = None;
        if profile == Profile::Openid4vp {
            code = parameter(&browser.open(&redirect_uri(&answer)).await.url, "response_code");
        } else {
            for _ in 0..4 {
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
                answer = phone.share(&asked).await;
            }
        }
        let (_, result) = world.collect(&begun, code.as_deref()).await;
        assert_eq!(result["status"], verdict, "{result}");
        if profile == Profile::Haip {
            let line = line(&result, "haip_issuer_chain");
            assert_eq!((&line["outcome"], &line["requirement"]), (&json!("failed"), &json!("HAIP 6.1.1")));
            assert!(line["detail"].as_str().unwrap().contains("x5c_roots"), "{line}");
            assert_eq!(result["report"]["reason"], "haip_issuer_chain");
        }
    }
}
