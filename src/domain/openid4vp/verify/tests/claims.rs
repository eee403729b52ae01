//! Which claims are looked at, and which are kept.

use super::*;

#[test]
fn req_8_7_positions_count_after_hidden_elements_are_gone() {
    let slot = |disclosure: &str| json!({"...": sha256(disclosure)});
    let [hidden, shown] = ["AT", "DE"].map(|country| encode(&json!(["salt", country])));
    let mut scene = Scene::new();
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

#[test]
fn req_8_9_only_the_claims_asked_for_are_kept() {
    let mut scene = Scene::new();
    scene.maker.disclose("birthdate", json!("1963-08-12"));
    let (presentation, _) = scene.verified();
    assert_eq!(
        Value::Object(only(&presentation, QUERY_ID).claims.clone()),
        json!({"given_name": "Erika", "family_name": "Mustermann", "age_equal_or_over": {"18": true}})
    );
}
