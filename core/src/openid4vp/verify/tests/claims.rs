//! Which claims are looked at, and which are kept.

use super::*;

#[test]
fn req_8_7_positions_count_after_hidden_elements_are_gone() {
    let slot = |disclosure: &str| json!({"...": sha256(disclosure)});
    let [hidden, shown] = ["AT", "DE"].map(|country| encode(&json!(["salt", country])));
    let mut scene = VerifyScene::new();
    let list = json!([slot(&hidden), slot(&shown), "FR"]);
    scene.maker.payload.insert("nationalities".to_owned(), list);
    scene.maker.disclosures.push(shown);
    let mut ask = |position: usize, value: &str| {
        let path = [PathElement::Name("nationalities".to_owned()), PathElement::Index(position)];
        let mut query = credential_query(QUERY_ID);
        query.claims.push(ClaimQuery {
            values: vec![json!(value)],
            ..ClaimQuery::from(ClaimsPath::of(path.to_vec()).unwrap())
        });
        scene.asked.query = Query::of(vec![query]).unwrap();
        scene.judge(&scene.maker.present())
    };
    for (position, value) in [(0, "DE"), (1, "FR")] {
        let (presentation, report) = ask(position, value);
        assert!(presentation.is_some(), "{report:?}");
    }
    for (position, value, reason) in
        [(0, "AT", "claims_values"), (1, "DE", "claims_values"), (2, "FR", "claims_present")]
    {
        assert_eq!(ask(position, value).1.reason.as_deref(), Some(reason), "{position}");
    }
}

/// RFC 8259 section 6: JSON has one kind of number.
#[test]
fn req_8_7_a_number_is_the_same_however_it_is_written() {
    let judged = |claim: Value, asked: Value| {
        let mut scene = VerifyScene::new();
        scene.maker.disclose("age_in_years", claim);
        let query = json!({"credentials": [{
            "id": QUERY_ID, "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["age_in_years"], "values": [asked]}],
        }]});
        scene.asked.query = Query::from_json(&query).unwrap();
        scene.judge(&scene.maker.present()).1.reason
    };
    for (claim, asked) in [(json!(18.0), json!(18)), (json!(18), json!(18.0)), (json!(-0.0), json!(0))] {
        assert_eq!(judged(claim.clone(), asked.clone()), None, "{claim} {asked}");
    }
    for (claim, asked) in [
        (json!(18.5), json!(18)),
        (json!("18"), json!(18)),
        (json!(18), json!("18")),
        (json!(true), json!(1)),
        (json!([18]), json!(18)),
        (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64)),
    ] {
        assert_eq!(judged(claim.clone(), asked.clone()).as_deref(), Some("claims_values"), "{claim} {asked}");
    }
}

#[test]
fn req_8_9_only_the_claims_asked_for_are_kept() {
    let mut scene = VerifyScene::new();
    scene.maker.disclose("birthdate", json!("1963-08-12"));
    let (presentation, _) = scene.verified();
    assert_eq!(
        Value::Object(only(&presentation, QUERY_ID).claims.clone()),
        json!({"given_name": "Erika", "family_name": "Mustermann", "age_equal_or_over": {"18": true}})
    );
}

#[test]
fn req_4_20_what_was_dropped_cannot_be_asked_for() {
    let mut scene = VerifyScene::new();
    scene.maker.payload.insert("list".to_owned(), json!(["shown", {"...": "hidden"}]));
    scene.maker.payload.insert("empty".to_owned(), json!({"_sd": ["hidden too"]}));
    let mut ask = |path: &[PathElement]| {
        let mut query = credential_query(QUERY_ID);
        query.claims.push(ClaimQuery::from(ClaimsPath::of(path.to_vec()).unwrap()));
        scene.asked.query = Query::of(vec![query]).unwrap();
        scene.judge(&scene.maker.present()).1.reason
    };
    let name = |name: &str| PathElement::Name(name.to_owned());
    for there in [vec![name("list"), PathElement::Index(0)], vec![name("empty")]] {
        assert_eq!(ask(&there), None, "{there:?}");
    }
    for gone in [
        vec![name("list"), PathElement::Index(1)],
        vec![name("empty"), name("_sd")],
        vec![name("_sd")],
        vec![name("_sd_alg")],
    ] {
        assert_eq!(ask(&gone).as_deref(), Some("claims_present"), "{gone:?}");
    }
}
