//! Evidence of strong customer authentication in the key-binding JWT (TS12 section 3.6).

use super::*;
use crate::openid4vp::transaction_data::{ScaEvidence, ScaType, TransactionTypes};

const LOGIN: ScaType = ScaType::LoginRisk;

/// A sign-in that the holder agreed to, with all that is demanded.
fn scene(types: &TransactionTypes, kind: &str) -> VerifyScene {
    let mut scene = VerifyScene::new();
    let object = json!({
        "type": kind, "credential_ids": [QUERY_ID], "transaction_data_hashes_alg": ["sha-256"],
        "payload": { "transaction_id": "1", "action": "Sign in" },
    });
    scene.asked.transaction_data = vec![types.from_json(&object).unwrap()];
    let amr = json!([{ "knowledge": "pin_6_or_more_digits" }, { "possession": "key_in_remote_wscd" }]);
    for (name, value) in [
        ("transaction_data_hashes", json!(scene.hashes())),
        ("transaction_data_hashes_alg", json!("sha-256")),
        ("jti", json!("deeec2b0-3bea-4477-bd5d-e3462a709481")),
        ("response_mode", json!(scene.asked.response_mode.name())),
        ("amr", amr),
    ] {
        scene.maker.kb.insert(name.to_owned(), value);
    }
    scene
}

fn built_in() -> VerifyScene {
    scene(&TransactionTypes::default(), LOGIN.name())
}

#[test]
fn req_18_40_the_result_has_the_evidence_as_it_was_signed() {
    let scene = built_in();
    let (presentation, report) = scene.verified();
    let bound = only(&presentation, QUERY_ID).key_binding.as_ref().unwrap();
    assert_eq!(bound.jti.as_deref(), Some("deeec2b0-3bea-4477-bd5d-e3462a709481"));
    assert_eq!(bound.amr.as_ref(), scene.maker.kb.get("amr"));
    assert_eq!(bound.response_mode.as_deref(), Some(scene.asked.response_mode.name()));
    assert_eq!(bound.hash_algorithm.as_deref(), Some("sha-256"));
    for check in ["sca_jti", "sca_response_mode", "sca_amr"] {
        assert!(report.checks.iter().any(|line| line.check == check && line.outcome == CheckOutcome::Passed));
    }
}

/// What breaks each rule, and which.
fn wrong() -> Vec<(&'static str, Option<Value>, &'static str)> {
    vec![
        ("jti", None, "sca_jti"),
        ("jti", Some(json!("")), "sca_jti"),
        ("jti", Some(json!(7)), "sca_jti"),
        ("response_mode", None, "sca_response_mode"),
        ("response_mode", Some(json!("nonsense")), "sca_response_mode"),
        ("response_mode", Some(json!(["fragment"])), "sca_response_mode"),
        ("amr", None, "sca_amr"),
        ("amr", Some(json!("pin")), "sca_amr"),
        ("amr", Some(json!([])), "sca_amr"),
        ("amr", Some(json!(["pin", "face"])), "sca_amr"),
        ("amr", Some(json!([{ "knowledge": "pattern" }])), "sca_amr"),
        ("amr", Some(json!([{ "knowledge": "pattern" }, { "knowledge": "other" }])), "sca_amr"),
        ("amr", Some(json!([{ "knowledge": "pattern" }, { "location": "home" }])), "sca_amr"),
        (
            "amr",
            Some(json!([{ "knowledge": "pattern", "possession": "other" }, { "inherence": "other" }])),
            "sca_amr",
        ),
        ("amr", Some(json!([{ "knowledge": "pattern" }, { "possession": 7 }])), "sca_amr"),
    ]
}

fn changed(mut scene: VerifyScene, name: &str, value: Option<&Value>) -> VerifyScene {
    match value {
        Some(value) => drop(scene.maker.kb.insert(name.to_owned(), value.clone())),
        None => drop(scene.maker.kb.remove(name)),
    }
    scene
}

#[test]
fn req_18_30_req_18_32_req_18_33_without_evidence_nothing_is_verified() {
    for (name, value, reason) in wrong() {
        let scene = changed(built_in(), name, value.as_ref());
        assert_eq!(scene.refused(&scene.maker.present()), reason, "{name} {value:?}");
    }
}

#[test]
fn req_18_34_values_that_nobody_knows_count_as_other() {
    let amr = json!([{ "knowledge": "a new one" }, { "inherence": "iris" }, { "possession": "other" }]);
    changed(built_in(), "amr", Some(&amr)).verified();
}

#[test]
fn req_18_35_where_it_is_only_reported_the_report_says_what_is_missing() {
    let types = TransactionTypes::default().with_sca(LOGIN.name(), None, LOGIN).unwrap();
    let types = types.demanding(ScaEvidence::Reported);
    let mut scene = scene(&types, LOGIN.name());
    for name in ["jti", "response_mode", "amr"] {
        scene.maker.kb.remove(name);
    }
    let (presentation, report) = scene.judged_by(&types);
    assert!(presentation.is_some(), "{report:?}");
    let only_said = |check: &str| {
        report.checks.iter().any(|line| line.check == check && line.outcome == CheckOutcome::NotApplicable)
    };
    assert!(["sca_jti", "sca_response_mode", "sca_amr"].into_iter().all(only_said), "{report:?}");
}

#[test]
fn req_18_35_other_transactions_demand_no_evidence_unless_the_operator_says_so() {
    VerifyScene::with_transactions(&["192.0.2.1"]).verified();
    let name = "https://bank.example/rulebook/login";
    let types = TransactionTypes::default().with_sca(name, None, LOGIN).unwrap();
    let scene = changed(scene(&types, name), "amr", None);
    let (_, report) = scene.judged_by(&types);
    assert_eq!(report.reason.as_deref(), Some("sca_amr"));
}
