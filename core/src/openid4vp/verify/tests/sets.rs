//! Several presentations: what is discarded, and whether the rest is enough.

use super::*;
use crate::openid4vp::dcql::CredentialSet;

/// Asks for these credentials, each believed from the same issuer, and says which are enough.
fn scene(ids: &[&str], sets: &[(bool, &[&[&str]])]) -> VerifyScene {
    let mut scene = VerifyScene::new();
    let set = |(required, options): &(bool, &[&[&str]])| CredentialSet {
        options: options.iter().map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()).collect(),
        required: *required,
    };
    scene.asked.query =
        Query::with_sets(ids.iter().map(|id| credential_query(id)).collect(), sets.iter().map(set).collect())
            .unwrap();
    believe(&mut scene, ids);
    scene
}

fn believe(scene: &mut VerifyScene, ids: &[&str]) {
    let known = scene.trust.credentials[0].clone();
    scene.trust.credentials =
        ids.iter().map(|id| CredentialTrust { id: (*id).to_owned(), ..known.clone() }).collect();
}

/// One query that several presentations may answer, and a second one.
fn multiple_scene() -> VerifyScene {
    let mut scene = scene(&["many", "one"], &[]);
    let many = CredentialQuery { multiple: true, ..credential_query("many") };
    scene.asked.query = Query::of(vec![many, credential_query("one")]).unwrap();
    scene
}

/// A presentation that is authentic, and one that is not.
fn good_and_bad(scene: &VerifyScene) -> (String, String) {
    let good = scene.maker.present();
    let mut sister = sister(scene);
    sister.holder = SigningKey::generate(Algorithm::Es256).unwrap();
    (good, sister.present())
}

/// Another holder's credential of the same issuer.
fn sister(scene: &VerifyScene) -> Maker {
    let mut sister = Maker::new();
    sister.issuer = SigningKey::from_jwk(&scene.maker.issuer.to_private_jwk()).unwrap();
    sister.header.insert("kid".to_owned(), json!(sister.issuer.kid()));
    sister
}

fn token(entries: &[(&str, &str)]) -> String {
    entries.iter().map(|(id, text)| ((*id).to_owned(), json!([text]))).collect::<Value>().to_string()
}

#[track_caller]
fn accepted(scene: &VerifyScene, vp_token: &str) -> (VerifiedPresentation, Report) {
    let (presentation, report) = scene.judge(vp_token);
    assert_eq!((report.verdict, &report.reason), (Verdict::Verified, &None), "{report:?}");
    (presentation.unwrap(), report)
}

fn ids(presentation: &VerifiedPresentation) -> Vec<&str> {
    presentation.credentials().keys().map(String::as_str).collect()
}

#[test]
fn req_8_10_req_1_71_without_sets_every_query_needs_a_survivor() {
    let scene = scene(&["a", "b"], &[]);
    let (good, bad) = good_and_bad(&scene);
    let (presentation, _) = accepted(&scene, &token(&[("a", &good), ("b", &good)]));
    assert_eq!(ids(&presentation), ["a", "b"]);
    assert_eq!(scene.refused(&token(&[("a", &good)])), "every_credential_answered");
    assert_eq!(scene.refused("{}"), "every_credential_answered");
    assert_eq!(scene.refused(&token(&[("a", &good), ("b", &bad)])), "kb_signature");
    assert_eq!(scene.refused(&token(&[("a", &bad)])), "kb_signature", "not what was never sent");
}

#[test]
fn req_8_11_a_required_set_needs_one_complete_option() {
    let scene = scene(&["a", "b", "c"], &[(true, &[&["a"], &["b", "c"]])]);
    let (good, bad) = good_and_bad(&scene);
    for (shown, there) in [
        (&[("a", &good)][..], &["a"][..]),
        (&[("b", &good), ("c", &good)], &["b", "c"]),
        (&[("a", &good), ("b", &bad)], &["a"]),
        (&[("a", &bad), ("b", &good), ("c", &good)], &["b", "c"]),
        (&[("a", &good), ("b", &good)], &["a", "b"]),
    ] {
        let shown: Vec<_> = shown.iter().map(|(id, text)| (*id, text.as_str())).collect();
        assert_eq!(ids(&accepted(&scene, &token(&shown)).0), there);
    }
    assert_eq!(scene.refused(&token(&[("b", &good)])), "credential_set", "half of an option");
    assert_eq!(scene.refused(&token(&[("b", &good), ("c", &bad)])), "kb_signature");
    assert_eq!(scene.refused("{}"), "credential_set");
}

#[test]
fn req_8_11_every_required_set_counts_and_optional_ones_may_be_absent() {
    let scene = scene(&["a", "b", "c"], &[(true, &[&["a"]]), (false, &[&["b"]]), (true, &[&["c"]])]);
    let (good, bad) = good_and_bad(&scene);
    let (presentation, report) = accepted(&scene, &token(&[("a", &good), ("c", &good)]));
    assert_eq!(ids(&presentation), ["a", "c"]);
    let lines: Vec<_> =
        report.checks.iter().filter(|line| line.check == "credential_set").map(|line| line.outcome).collect();
    assert_eq!(lines, [CheckOutcome::Passed, CheckOutcome::NotApplicable, CheckOutcome::Passed]);
    assert_eq!(ids(&accepted(&scene, &token(&[("a", &good), ("b", &bad), ("c", &good)])).0), ["a", "c"]);
    let all = token(&[("a", &good), ("b", &good), ("c", &good)]);
    assert_eq!(ids(&accepted(&scene, &all).0), ["a", "b", "c"]);
    assert_eq!(scene.refused(&token(&[("a", &good), ("b", &good)])), "credential_set");
    // The failure of an optional one is not what decided.
    assert_eq!(scene.refused(&token(&[("a", &good), ("b", &bad)])), "credential_set");
}

#[test]
fn req_8_11_nothing_at_all_proves_nothing() {
    let scene = scene(&["a"], &[(false, &[&["a"]])]);
    let (good, bad) = good_and_bad(&scene);
    accepted(&scene, &token(&[("a", &good)]));
    assert_eq!(scene.refused("{}"), "every_credential_answered");
    assert_eq!(scene.refused(&token(&[("a", &bad)])), "kb_signature");
}

#[test]
fn req_3_8_what_is_discarded_stays_in_the_report_and_is_marked() {
    let scene = scene(&["a", "b"], &[(true, &[&["a"], &["b"]])]);
    let (good, bad) = good_and_bad(&scene);
    let (_, report) = accepted(&scene, &token(&[("a", &bad), ("b", &good)]));
    let failed: Vec<_> = report
        .checks
        .iter()
        .filter(|line| line.outcome == CheckOutcome::Failed)
        .map(|line| (line.credential.as_deref(), &*line.check))
        .collect();
    assert_eq!(failed, [(Some("a"), "kb_signature"), (Some("a"), "presentation_discarded")]);
}

#[test]
fn req_3_8_one_good_and_one_with_a_wrong_nonce_is_refused_as_a_whole() {
    let scene = scene(&["a", "b"], &[(true, &[&["a"], &["b"]])]);
    let (good, bad) = good_and_bad(&scene);
    let mut replayed = sister(&scene);
    replayed.kb.insert("nonce".to_owned(), json!("AAAAAAAAAAAAAAAAAAAAAA"));
    let replayed = replayed.present();
    accepted(&scene, &token(&[("a", &good), ("b", &bad)]));
    assert_eq!(scene.refused(&token(&[("a", &good), ("b", &replayed)])), "kb_nonce");
    assert_eq!(scene.refused(&token(&[("a", &replayed), ("b", &good)])), "kb_nonce");
}

#[test]
fn req_3_8_whom_we_do_not_believe_is_discarded_as_well() {
    let scene = scene(&["a", "b"], &[(true, &[&["a"], &["b"]])]);
    let mut stranger = sister(&scene);
    stranger.payload.insert("iss".to_owned(), json!("https://evil.example.com"));
    let (good, _) = good_and_bad(&scene);
    assert_eq!(ids(&accepted(&scene, &token(&[("a", &stranger.present()), ("b", &good)])).0), ["b"]);
    assert_eq!(scene.refused(&token(&[("a", &stranger.present())])), "issuer_trusted");
}

#[test]
fn req_8_3_req_8_4_a_credential_that_does_not_answer_its_query_is_discarded() {
    let scene = scene(&["a", "b"], &[(true, &[&["a"], &["b"]])]);
    let (good, _) = good_and_bad(&scene);
    let mut short = sister(&scene);
    short.disclosures.pop();
    let short = short.present();
    let (presentation, report) = accepted(&scene, &token(&[("a", &short), ("b", &good)]));
    assert_eq!(ids(&presentation), ["b"]);
    assert!(
        report
            .checks
            .iter()
            .any(|line| line.check == "claims_present" && line.outcome == CheckOutcome::Failed)
    );
    assert_eq!(scene.refused(&token(&[("a", &short)])), "claims_present");
}

#[test]
fn req_8_12_one_without_key_binding_is_discarded_and_the_sets_decide() {
    let scene = scene(&["a", "b"], &[(true, &[&["a"]]), (false, &[&["b"]])]);
    let (good, unbound) = (scene.maker.present(), scene.maker.sd_jwt());
    assert_eq!(ids(&accepted(&scene, &token(&[("a", &good), ("b", &unbound)])).0), ["a"]);
    assert_eq!(scene.refused(&token(&[("a", &unbound), ("b", &good)])), "kb_present");
}

#[test]
fn req_1_63_req_8_10_multiple_presentations_are_judged_one_by_one() {
    let scene = multiple_scene();
    let (good, bad) = good_and_bad(&scene);
    let both = |many: Value| json!({"many": many, "one": [good]}).to_string();
    for (many, count) in [(json!([good]), 1), (json!([good, good]), 2), (json!([bad, good]), 1)] {
        let (presentation, _) = accepted(&scene, &both(many));
        match &presentation.credentials()["many"] {
            VerifiedCredentials::Several(several) => assert_eq!(several.len(), count),
            VerifiedCredentials::One(_) => panic!("an object where several are allowed"),
        }
        only(&presentation, "one");
    }
    assert_eq!(scene.refused(&both(json!([bad, bad]))), "kb_signature");
    assert_eq!(scene.refused(&json!({"one": [good]}).to_string()), "every_credential_answered");
    assert_eq!(scene.refused(&json!({"many": [good], "one": [good, good]}).to_string()), "vp_token_count");
}

#[test]
fn the_report_counts_the_presentations_of_one_query() {
    let scene = multiple_scene();
    let (good, bad) = good_and_bad(&scene);
    let (_, report) = accepted(&scene, &json!({"many": [good, bad], "one": [good]}).to_string());
    let discarded = report.checks.iter().find(|line| line.check == "presentation_discarded").unwrap();
    assert_eq!((discarded.credential.as_deref(), discarded.presentation), (Some("many"), Some(2)));
    let of_one = report.checks.iter().filter(|line| line.credential.as_deref() == Some("one"));
    assert!(of_one.clone().count() > 0 && of_one.clone().all(|line| line.presentation.is_none()));
}

#[test]
fn the_row_of_several_is_an_array_and_of_one_an_object() {
    let scene = multiple_scene();
    let good = scene.maker.present();
    let (presentation, _) = accepted(&scene, &json!({"many": [good, good], "one": [good]}).to_string());
    let row = serde_json::to_value(&presentation).unwrap();
    assert_eq!(row["credentials"]["many"].as_array().map(Vec::len), Some(2));
    assert!(row["credentials"]["one"].is_object());
    assert!(VerifiedPresentation::restore(row).unwrap() == presentation);
}

#[test]
fn req_8_14_presentations_for_one_query_can_be_two_holders() {
    let scene = multiple_scene();
    let good = scene.maker.present();
    let theirs = sister(&scene).present();
    for (many, linked) in [(json!([good, good]), true), (json!([good, theirs]), false)] {
        let (presentation, _) = accepted(&scene, &json!({"many": many, "one": [good]}).to_string());
        assert_eq!(presentation.one_holder(), linked);
    }
}
