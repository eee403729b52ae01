//! Two credential queries, one answer.

use super::*;

#[test]
fn req_8_10_every_credential_is_judged_and_kept_by_its_id() {
    let (scene, second) = two_credentials();
    let (presentation, report) = scene.judge(&both(&scene.maker, &second));
    let presentation = presentation.unwrap_or_else(|| panic!("{report:?}"));
    assert_eq!(presentation.credentials().keys().collect::<Vec<_>>(), [QUERY_ID, "other"]);
}

#[test]
fn req_8_10_one_failing_credential_rejects_the_whole() {
    let (scene, mut second) = two_credentials();
    second.kb.insert("nonce".to_owned(), json!("AAAAAAAAAAAAAAAAAAAAAA"));
    let (presentation, report) = scene.judge(&both(&scene.maker, &second));
    assert!(presentation.is_none());
    assert_eq!(report.reason.as_deref(), Some("kb_nonce"));
    assert_eq!(report.checks.last().unwrap().credential.as_deref(), Some("other"));
}

#[test]
fn req_8_14_credentials_of_two_holders_are_reported_as_unlinked() {
    let (scene, mut second) = two_credentials();
    let told = |presentation: &VerifiedPresentation, several: bool| {
        let mut findings = Findings::new();
        let answer = one_holder(presentation, several, &mut findings);
        let report = findings.conclude(answer);
        (report.reason.is_none(), report.checks[0].outcome)
    };
    let shown = |second: &Maker| scene.judge(&both(&scene.maker, second)).0.unwrap();
    assert_eq!(told(&shown(&second), false), (false, CheckOutcome::Failed));
    assert_eq!(told(&shown(&second), true), (true, CheckOutcome::NotApplicable), "asked for so");
    second.holder = SigningKey::from_jwk(&scene.maker.holder.to_private_jwk()).unwrap();
    second.payload.insert("cnf".to_owned(), scene.maker.payload["cnf"].clone());
    for several in [false, true] {
        assert_eq!(told(&shown(&second), several), (true, CheckOutcome::Passed));
    }
    let one = VerifyScene::new().verified().0;
    assert_eq!(told(&one, false), (true, CheckOutcome::NotApplicable));
}

#[test]
fn req_8_14_what_was_asked_for_without_holder_binding_does_not_count() {
    let (mut scene, second) = two_credentials();
    let unbound = CredentialQuery { holder_binding: false, ..credential_query("other") };
    scene.asked.query = Query::of(vec![credential_query(QUERY_ID), unbound]).unwrap();
    let presentation = scene.judge(&both(&scene.maker, &second)).0.unwrap();
    assert!(!presentation.one_holder());
    let mut findings = Findings::new();
    assert_eq!(one_holder(&presentation, false, &mut findings), Ok(()));
    assert_eq!(findings.conclude(Ok(())).checks[0].outcome, CheckOutcome::NotApplicable);
}

#[test]
fn req_6_14_with_several_ids_exactly_one_presentation_carries_it() {
    let (mut scene, mut second) = two_credentials();
    let data = transaction(&[QUERY_ID, "other"], "192.0.2.1");
    let hashes = json!([sha256(data.encoded())]);
    scene.asked.transaction_data = vec![data];
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_covered");
    second.kb.insert("transaction_data_hashes".to_owned(), hashes.clone());
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), hashes);
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_hashes");
}

#[test]
fn req_6_14_a_transaction_is_not_authorised_by_a_credential_it_does_not_name() {
    let (mut scene, mut second) = two_credentials();
    let data = transaction(&[QUERY_ID], "192.0.2.1");
    let hashes = json!([sha256(data.encoded())]);
    scene.asked.transaction_data = vec![data];
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), hashes.clone());
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
    second.kb.insert("transaction_data_hashes".to_owned(), hashes);
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_only_when_asked");
}

#[test]
fn req_6_14_each_presentation_authorises_its_own_transaction() {
    let (mut scene, mut second) = two_credentials();
    scene.asked.transaction_data =
        vec![transaction(&[QUERY_ID], "192.0.2.1"), transaction(&["other"], "192.0.2.2")];
    let [ours, theirs] = scene.hashes().try_into().unwrap();
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), json!([ours]));
    second.kb.insert("transaction_data_hashes".to_owned(), json!([theirs]));
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), json!([theirs]));
    second.kb.insert("transaction_data_hashes".to_owned(), json!([ours]));
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_hashes");
}

#[test]
fn conclude_trusts_no_list_of_answers() {
    let (scene, second) = two_credentials();
    let genuine = |id: &str| -> Result<Current, Rejection> {
        let mut findings = Findings::new();
        let limits = crate::sdjwt::limits::PresentationLimits::default();
        let presented =
            crate::sdjwt::parse::PresentedSdJwt::parse(&second.present(), &limits, &mut findings).unwrap();
        let issuer = scene.trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
        let shown =
            PresentedCredential { credential: id.to_owned(), number: None, presented: presented.into() };
        let genuine = authenticate(shown, &issuer, &scene.keys, &scene.asked.expected(), NOW, &mut findings)?;
        match genuine.status(&mut findings)? {
            StatusNeeded::Settled(current) => Ok(current),
            StatusNeeded::Listed(_) => panic!("it names no status"),
        }
    };
    assert_eq!(genuine("third").unwrap_err().reason(), "credential_asked_for");
    let one = Query::of(vec![credential_query(QUERY_ID)]).unwrap();
    let both = &scene.asked.query;
    for (ids, query) in
        [(&[QUERY_ID][..], both), (&[QUERY_ID, QUERY_ID], both), (&[], both), (&[QUERY_ID, "other"], &one)]
    {
        let mut findings = Findings::new();
        let answers = ids.iter().map(|id| genuine(id).unwrap()).collect();
        let challenge = Expected { query, ..scene.asked.expected() };
        let rejection = conclude(answers, &challenge, NOW, &mut findings).unwrap_err();
        assert_eq!(rejection.reason(), "every_credential_answered", "{ids:?}");
    }
}
