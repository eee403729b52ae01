//! What the specifications leave open and we accept: `docs/decisions.md` says why.

use super::*;

#[test]
fn the_same_presentation_twice_for_a_query_with_multiple_counts_twice() {
    let mut scene = VerifyScene::new();
    let query = CredentialQuery { multiple: true, ..credential_query(QUERY_ID) };
    scene.asked.query = Query::of(vec![query]).unwrap();
    let one = scene.maker.present();
    let (presentation, report) = scene.judge(&json!({ QUERY_ID: [one, one] }).to_string());
    let presentation = presentation.unwrap_or_else(|| panic!("{report:?}"));
    assert_eq!(presentation.credentials()[QUERY_ID].as_slice().len(), 2);
    assert_eq!(one_holder(&presentation, false, &mut Findings::new()), Ok(()), "and it is one person's");
}

#[test]
fn of_several_ways_to_name_a_holder_key_only_the_key_itself_counts() {
    let mut scene = VerifyScene::new();
    let cnf = scene.maker.payload["cnf"].as_object().unwrap().clone();
    let more = [("kid", json!("another")), ("jku", json!("https://elsewhere.example/jwks"))];
    let cnf: Map<String, Value> =
        cnf.into_iter().chain(more.map(|(name, value)| (name.to_owned(), value))).collect();
    scene.maker.payload.insert("cnf".to_owned(), Value::Object(cnf));
    let plain = VerifyScene::new();
    assert!(only(&scene.verified().0, QUERY_ID).holder.is_some());
    assert!(only(&plain.verified().0, QUERY_ID).holder.is_some());
}

#[test]
fn a_claim_that_is_null_is_there() {
    let mut scene = VerifyScene::new();
    let path = ClaimsPath::from_dotted("nickname").unwrap();
    let query = CredentialQuery::new(QUERY_ID, vec![VCT.to_owned()], vec![path]);
    scene.asked.query = Query::of(vec![query]).unwrap();
    let answer = claim(&mut scene, "nickname", &Value::Null);
    let presentation = scene.judge(&answer).0.unwrap();
    assert_eq!(only(&presentation, QUERY_ID).claims["nickname"], Value::Null);
}
