use poem_openapi::types::ToJSON as _;
use serde_json::json;

use super::*;
use vpgate_core::base::report::{Findings, Rule};
use vpgate_core::openid4vp::response::WalletError;
use vpgate_core::openid4vp::verify::VerifiedPresentation;

fn told(collected: Collected) -> Value {
    PresentationSchema::new("an-id".to_owned(), collected).to_json().unwrap()
}

#[test]
fn each_standing_shows_its_own_members_only() {
    assert_eq!(
        told(Collected::Pending(Timestamp::from_unix(0))),
        json!({ "id": "an-id", "status": "pending", "expires_at": "1970-01-01T00:00:00Z" })
    );
    assert_eq!(told(Collected::Expired), json!({ "id": "an-id", "status": "expired" }));
    assert_eq!(
        told(Collected::Declined(WalletError::from_code("access_denied"))),
        json!({ "id": "an-id", "status": "declined", "error": "access_denied" })
    );
}

/// What a wallet has proven: one credential with a holder, and two without.
fn proven() -> VerifiedPresentation {
    let credential = |holder: Option<&str>| {
        json!({ "issuer": "https://issuer.example", "vct": "urn:pid", "claims": {"age": 7}, "expires_at": null,
            "holder": holder })
    };
    VerifiedPresentation::restore(json!({
        "credentials": { "one": credential(Some("thumbprint")), "many": [credential(None), credential(None)] },
        "transaction_data": [],
        "verified_at": 0,
    }))
    .unwrap()
}

#[test]
fn req_8_15_a_result_lists_everything_and_an_array_where_several_are_allowed() {
    let mut findings = Findings::new();
    findings.about_presentation("many", Some(2));
    findings.not_applicable(&Rule { check: "status", requirement: "SD-JWT VC 2.4" }, "none");
    let report = findings.conclude(Ok(()));
    let result = told(Collected::Verified { presentation: proven(), report });
    let one = &result["credentials"]["one"];
    assert_eq!((&one["issuer"], &one["vct"]), (&json!("https://issuer.example"), &json!("urn:pid")));
    assert_eq!((&one["format"], &one["type"]), (&json!("dc+sd-jwt"), &json!("urn:pid")));
    assert_eq!((&one["claims"], &one["holder_binding"]), (&json!({"age": 7}), &json!(true)));
    let many = result["credentials"]["many"].as_array().unwrap();
    assert_eq!(many.iter().map(|it| &it["holder_binding"]).collect::<Vec<_>>(), [false, false]);
    assert_eq!(result["transaction_data"], json!([]));
    assert_eq!(result["verified_at"], "1970-01-01T00:00:00Z");
    assert_eq!(result["report"]["checks"][0]["presentation"], 2);
}

#[test]
fn the_report_is_the_one_that_was_written() {
    const RULE: Rule = Rule { check: "kb_nonce", requirement: "RFC 9901 7.3(5.f)" };
    let mut findings = Findings::new();
    let rejection = findings.fail(&RULE, "another nonce");
    let report = findings.conclude(Err(rejection));
    let as_written = serde_json::to_value(&report).unwrap();
    assert_eq!(told(Collected::Rejected(report))["report"], as_written);
}
