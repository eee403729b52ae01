//! Combinations of claims of which one is enough (OpenID4VP 1.0 section 6.4.1).

use proptest::prelude::*;

use super::*;
use crate::sdjwt::testing::element;

/// Asks for three named claims by these combinations.
fn scene(claim_sets: &[&[&str]]) -> VerifyScene {
    let mut query = credential_query(QUERY_ID);
    for (claim, id) in query.claims.iter_mut().zip(["given", "family", "adult"]) {
        claim.id = Some(id.to_owned());
    }
    query.claim_sets = claim_sets.iter().map(|set| set.iter().map(|id| (*id).to_owned()).collect()).collect();
    let mut scene = VerifyScene::new();
    scene.asked.query = Query::of(vec![query]).unwrap();
    scene
}

/// Shows only the claims at these places of `given_name`, `family_name`, `age_equal_or_over`.
fn showing(scene: &VerifyScene, places: &[usize]) -> String {
    let mut maker = Maker::new();
    maker.issuer = SigningKey::from_jwk(&scene.maker.issuer.to_private_jwk()).unwrap();
    maker.header.insert("kid".to_owned(), json!(maker.issuer.kid()));
    maker.disclosures = places.iter().map(|place| maker.disclosures[*place].clone()).collect();
    maker.present()
}

fn claims(presentation: &VerifiedPresentation) -> Vec<&str> {
    only(presentation, QUERY_ID).claims.keys().map(String::as_str).collect()
}

#[test]
fn req_8_5_one_complete_claim_set_is_enough_and_is_named() {
    let scene = scene(&[&["adult"], &["given", "family"]]);
    for (shown, kept, named) in [
        (&[2][..], &["age_equal_or_over"][..], "claim set 1 of 2"),
        (&[0, 1], &["given_name", "family_name"], "claim set 2 of 2"),
        // Both are complete: the one we prefer counts, and the rest is dropped (REQ-8.9).
        (&[0, 1, 2], &["age_equal_or_over"], "claim set 1 of 2"),
    ] {
        let (presentation, report) = scene.judge(&showing(&scene, shown));
        assert_eq!(claims(&presentation.unwrap()), kept);
        let line = report.checks.iter().find(|line| line.check == "claims_present").unwrap();
        assert!(line.detail.contains(named), "{}", line.detail);
    }
}

#[test]
fn req_8_5_claims_spread_over_two_incomplete_sets_are_refused() {
    let scene = scene(&[&["given", "adult"], &["family", "adult"]]);
    assert!(scene.judge(&showing(&scene, &[0, 2])).0.is_some());
    for wrong in [&[0, 1][..], &[2], &[]] {
        assert_eq!(scene.refused(&showing(&scene, wrong)), "claims_present", "{wrong:?}");
    }
}

#[test]
fn req_8_8_req_8_5_values_are_part_of_a_claim_set() {
    let mut scene = scene(&[&["adult"], &["given"]]);
    let mut query = scene.asked.query.credentials()[0].clone();
    query.claims[2].values = vec![json!(false)];
    scene.asked.query = Query::of(vec![query]).unwrap();
    let (presentation, _) = scene.judge(&showing(&scene, &[0, 2]));
    assert_eq!(claims(&presentation.unwrap()), ["given_name"]);
    assert_eq!(scene.refused(&showing(&scene, &[2])), "claims_values");
}

#[test]
fn req_8_9_claims_beyond_what_was_asked_for_are_counted_and_dropped() {
    let mut scene = VerifyScene::new();
    let extra = |scene: &VerifyScene| {
        let (presentation, report) = scene.verified();
        assert_eq!(claims(&presentation).len(), 3);
        report.checks.into_iter().find(|line| line.check == "claims_not_asked_for").unwrap()
    };
    assert_eq!(extra(&scene).outcome, CheckOutcome::Passed);
    scene.maker.disclose("birthdate", json!("1963-08-12"));
    scene.maker.disclose("email", json!("erika@example.com"));
    let line = extra(&scene);
    assert!(line.detail.starts_with("2 further claims"), "{}", line.detail);
    assert!(!line.detail.contains("email"));
}

#[test]
fn req_8_1_what_the_wallet_ignores_is_refused() {
    let mut scene = VerifyScene::new();
    ask_for_value(&mut scene, json!(true));
    scene.verified();
    ask_for_value(&mut scene, json!(false));
    assert_eq!(scene.refused(&scene.maker.present()), "claims_values");
}

#[test]
fn req_8_7_positions_are_those_after_undisclosed_elements_are_gone() {
    let mut scene = VerifyScene::new();
    let query = json!({"credentials": [{"id": QUERY_ID, "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
        "claims": [{"path": ["nationalities", 0], "values": ["FR"]}]}]});
    scene.asked.query = Query::from_json(&query).unwrap();
    let (german, french) = (element(json!("DE")), element(json!("FR")));
    let placeholders = [&german, &french].map(|text| json!({ "...": scene.maker.digests.digest(text) }));
    scene.maker.payload.insert("nationalities".to_owned(), json!(placeholders));
    scene.maker.disclosures = vec![french.clone()];
    scene.verified();
    scene.maker.disclosures = vec![german, french];
    assert_eq!(scene.refused(&scene.maker.present()), "claims_values");
}

#[test]
fn req_3_9_a_presentation_inside_claims_is_plain_data() {
    let mut scene = VerifyScene::new();
    let inner = Maker::new().present();
    scene.maker.disclose("vp", json!({ "verifiableCredential": [inner] }));
    let (presentation, _) = scene.verified();
    assert_eq!(claims(&presentation), ["given_name", "family_name", "age_equal_or_over"]);
}

/// Which of the three claims, by bits.
fn places(bits: u8) -> Vec<usize> {
    (0..3).filter(|place| bits & (1 << place) != 0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Showing fewer claims never turns a refusal into an acceptance, and what is accepted is exactly
    /// what has a complete set.
    #[test]
    fn req_8_4_req_8_5_judging_is_monotone(
        sets in prop::collection::vec(1_u8..8, 0..3), shown in 0_u8..8, dropped in 0_u8..8,
    ) {
        let names = ["given", "family", "adult"];
        let named: Vec<Vec<&str>> =
            sets.iter().map(|set| places(*set).into_iter().map(|place| names[place]).collect()).collect();
        let scene = scene(&named.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let verified = |shown: u8| scene.judge(&showing(&scene, &places(shown))).0.is_some();
        let complete = |shown: u8| match sets.as_slice() {
            [] => shown == 7,
            sets => sets.iter().any(|set| set & shown == *set),
        };
        let fewer = shown & !dropped;
        prop_assert_eq!(verified(shown), complete(shown));
        prop_assert!(!verified(fewer) || verified(shown));
    }
}
