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

#[test]
fn a_result_says_how_long_it_holds_when_its_status_was_looked_up_and_what_the_holder_signed() {
    let mut scene = VerifyScene::new();
    scene.maker.payload.insert("nbf".to_owned(), json!(NOW.unix() - 900));
    scene.maker.name_status(0, STATUS_URI);
    let amr = json!([{ "possession": "key_in_local_internal_wscd" }, { "knowledge": "pin" }]);
    scene.maker.kb.insert("jti".to_owned(), json!("signature-1"));
    scene.maker.kb.insert("amr".to_owned(), amr.clone());
    let presentation = scene.verified().0;
    let told = only(&presentation, QUERY_ID);
    let at = |seconds| Some(Timestamp::from_unix(NOW.unix() + seconds));
    assert_eq!((told.issued_at, told.valid_from, told.expires_at), (at(-1000), at(-900), at(1000)));
    assert_eq!(told.status_at, Some(NOW));
    let binding = told.key_binding.as_ref().unwrap();
    assert_eq!(Some(binding.issued_at), at(-5));
    assert_eq!((binding.jti.as_deref(), &binding.amr), (Some("signature-1"), &Some(amr)));
    // It survives being written down, all but the place of the status.
    let again = VerifiedPresentation::restore(serde_json::to_value(&presentation).unwrap()).unwrap();
    let again = only(&again, QUERY_ID);
    assert_eq!((again.issued_at, again.status_at), (told.issued_at, told.status_at));
    assert_eq!((&again.key_binding, again.status_places.len()), (&told.key_binding, 0));
}

#[test]
fn what_a_wallet_writes_wrongly_about_its_signature_is_not_repeated() {
    let mut scene = VerifyScene::new();
    scene.maker.kb.insert("jti".to_owned(), json!("x".repeat(257)));
    scene.maker.kb.insert("amr".to_owned(), json!("pin"));
    let presentation = scene.verified().0;
    let binding = only(&presentation, QUERY_ID).key_binding.as_ref().unwrap();
    assert_eq!((&binding.jti, &binding.amr), (&None, &None));
    assert_eq!(only(&presentation, QUERY_ID).status_at, None);
}
