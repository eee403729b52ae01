use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::base::report::CheckOutcome;
use crate::openid4vp::testing::{CREDENTIAL, asked, query};
use crate::sdjwt::testing::{Maker, NONCE as MADE_FOR};

fn parse(vp_token: &str) -> Result<WalletAnswer, String> {
    answer(ResponseParameters { vp_token: Some(vp_token.to_owned()), ..Default::default() })
}

fn answer(parameters: ResponseParameters) -> Result<WalletAnswer, String> {
    WalletAnswer::parse(parameters, &mut Findings::new()).map_err(|rejection| rejection.reason().to_owned())
}

fn shape(vp_token: &str) -> Option<VpTokenShape> {
    match parse(vp_token) {
        Ok(WalletAnswer::Presented(token)) => Some(token.shape()),
        Ok(WalletAnswer::Refused(_)) => panic!("there was no error"),
        Err(reason) => {
            assert_eq!(reason, "vp_token_shape");
            None
        }
    }
}

/// What is shown for a query for these ids: the ids, or why not.
fn shown(vp_token: &str, ids: &[&str]) -> Result<Vec<String>, String> {
    shown_for(vp_token, &query(ids)).map(|(ids, _)| ids)
}

/// What is shown for `query`, and the reasons for which something was discarded.
fn shown_for(vp_token: &str, query: &Query) -> Result<(Vec<String>, Vec<String>), String> {
    let Ok(WalletAnswer::Presented(token)) = parse(vp_token) else { panic!("not a vp_token: {vp_token}") };
    let mut findings = Findings::new();
    let shown = token.shown(query, MADE_FOR, &mut findings);
    if let Err(rejection) = shown {
        let report = findings.conclude(Err(rejection));
        let last = report.checks.last().unwrap();
        assert_eq!((Some(&last.check), last.outcome), (report.reason.as_ref(), CheckOutcome::Failed));
        return Err(rejection.reason().to_owned());
    }
    let name = |shown: PresentedCredential| match shown.number {
        Some(number) => format!("{} {number}", shown.credential),
        None => shown.credential,
    };
    let failed =
        findings.conclude(Ok(())).checks.into_iter().filter(|line| line.outcome == CheckOutcome::Failed);
    let reasons = failed.map(|line| line.check.into_owned()).filter(|name| name != "presentation_discarded");
    Ok((shown.unwrap().into_iter().map(name).collect(), reasons.collect()))
}

/// The query for these ids, of which `id` may be answered by several presentations.
fn multiple(ids: &[&str], id: &str) -> Query {
    let credentials = query(ids).credentials().to_vec().into_iter();
    let several =
        |credential: CredentialQuery| CredentialQuery { multiple: credential.id == id, ..credential };
    Query::of(credentials.map(several).collect()).unwrap()
}

#[test]
fn req_3_6_each_shape_is_recognised() {
    let object = json!({ CREDENTIAL: ["a.b.c~d.e.f"] }).to_string();
    assert_eq!(shape(&object), Some(VpTokenShape::JsonObject));
    assert_eq!(shape(&format!(" \n{object}")), Some(VpTokenShape::JsonObject));
    assert_eq!(shape(&base64url::encode(&object)), Some(VpTokenShape::EncodedObject));
    assert_eq!(shape("a.b.c~d.e.f"), Some(VpTokenShape::BareSdJwt));
}

#[test]
fn req_3_6_req_3_7_nothing_else_is_a_vp_token() {
    let duplicate = format!("{{\"{CREDENTIAL}\":[\"a~b\"],\"{CREDENTIAL}\":[\"c~d\"]}}");
    let deep = json!({ CREDENTIAL: [[[[[[["a~b"]]]]]]] }).to_string();
    for wrong in [
        "\"a.b.c~d.e.f\"",
        " \"a.b.c~d.e.f\"",
        "[\"a.b.c~d.e.f\"]",
        "null",
        "a.b.c",
        "{",
        "{}x",
        &base64url::encode("[]"),
        &base64url::encode("\"a~b\""),
        &format!("{}=", base64url::encode("{\"a\":1}")),
        &duplicate,
        &base64url::encode(&duplicate),
        &deep,
        &format!("{{\"x\":\"{}\"}}", "x".repeat(ENVELOPE.bytes)),
        &"~".repeat(ENVELOPE.bytes + 1),
    ] {
        assert_eq!(shape(wrong), None, "{}", wrong.get(..40).unwrap_or(wrong));
    }
}

#[test]
fn req_2_40_an_error_wins_and_nothing_at_all_is_refused() {
    let parameters = |vp_token: Option<&str>, error: Option<&str>| ResponseParameters {
        vp_token: vp_token.map(str::to_owned),
        error: error.map(str::to_owned),
        error_description: Some("<script>".to_owned()),
        iss: None,
    };
    for vp_token in [None, Some("a~b"), Some("")] {
        let answer = answer(parameters(vp_token, Some("access_denied")));
        assert!(matches!(answer, Ok(WalletAnswer::Refused(WalletError::AccessDenied))));
    }
    assert!(matches!(answer(parameters(None, Some(""))), Ok(WalletAnswer::Refused(WalletError::Other))));
    for nothing in [None, Some("")] {
        assert_eq!(answer(parameters(nothing, None)).unwrap_err(), "response_parameters");
    }
}

#[test]
fn req_3_1_an_object_answers_in_the_order_of_the_query() {
    let [one, two] = [Maker::new().present(), Maker::new().present()];
    let object = json!({"b": [one], "a": [two]}).to_string();
    assert_eq!(shown(&object, &["a", "b"]), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(shown(&base64url::encode(&object), &["a", "b"]), Ok(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn req_3_5_a_bare_sd_jwt_answers_exactly_one_query() {
    let text = Maker::new().present();
    assert_eq!(shown(&text, &["a"]), Ok(vec!["a".to_owned()]));
    assert_eq!(shown(&text, &["a", "b"]), Err("vp_token_shape".to_owned()));
}

#[test]
fn req_3_1_to_3_4_what_is_not_exactly_what_was_asked_is_refused() {
    let text = Maker::new().present();
    for (object, reason) in [
        (json!({"a": [text], "b": [text]}), "vp_token_only_what_was_asked"),
        (json!({"a": [text], "": null}), "vp_token_only_what_was_asked"),
        (json!({"A": [text]}), "vp_token_only_what_was_asked"),
        (json!({"a": text}), "vp_token_count"),
        (json!({"a": []}), "vp_token_count"),
        (json!({"a": null}), "vp_token_count"),
        (json!({"a": [text, text]}), "vp_token_count"),
        (json!({"a": [null]}), "vp_token_count"),
        (json!({"a": [[text]]}), "vp_token_count"),
        (json!({"a": [1]}), "vp_token_count"),
        (json!({"a": {"0": text}}), "vp_token_count"),
    ] {
        assert_eq!(shown(&object.to_string(), &["a"]), Err(reason.to_owned()), "{reason}");
    }
    assert!(shown(&json!({"a": [text]}).to_string(), &["a"]).is_ok());
}

#[test]
fn req_3_2_what_was_not_asked_for_ends_the_response() {
    let text = Maker::new().present();
    let object = json!({"a": [text], "b": [text]}).to_string();
    assert!(shown(&object, &["a", "b"]).is_ok());
    assert_eq!(shown(&object, &["a"]), Err("vp_token_only_what_was_asked".to_owned()));
}

#[test]
fn req_3_4_a_credential_that_is_not_shown_has_no_entry() {
    let object = json!({"a": [Maker::new().present()]}).to_string();
    assert_eq!(shown(&object, &["a", "b"]), Ok(vec!["a".to_owned()]));
    assert_eq!(shown("{}", &["a", "b"]), Ok(vec![]));
}

#[test]
fn req_3_3_several_presentations_only_where_the_query_allows_them() {
    let [one, two] = [Maker::new().present(), Maker::new().present()];
    let several = multiple(&["a", "b"], "a");
    let object = json!({"a": [one, two], "b": [two]}).to_string();
    let names = ["a 1", "a 2", "b"].map(str::to_owned).to_vec();
    assert_eq!(shown_for(&object, &several), Ok((names, vec![])));
    for (object, reason) in [
        (json!({"a": [one], "b": [one, two]}), "vp_token_count"),
        (json!({"a": []}), "vp_token_count"),
        (json!({"a": [one, null]}), "vp_token_count"),
        (json!({"a": vec!["x~"; 17]}), "vp_token_count"),
    ] {
        assert_eq!(shown_for(&object.to_string(), &several), Err(reason.to_owned()), "{object}");
    }
    assert!(shown_for(&json!({"a": vec![&one; 16]}).to_string(), &several).is_ok());
}

#[test]
fn req_3_8_req_8_2_what_is_no_sd_jwt_is_discarded_and_the_rest_remains() {
    let good = Maker::new().present();
    // What an mdoc looks like here, and a plain JWT.
    for wrong in ["o2d2ZXJzaW9uYzEuMGlkb2N1bWVudHM", "a.b.c", "text", "", "a.b.c~~d.e.f"] {
        let object = json!({"a": [wrong], "b": [good]}).to_string();
        let (ids, reasons) = shown_for(&object, &query(&["a", "b"])).unwrap();
        assert_eq!((ids, reasons), (vec!["b".to_owned()], vec!["sd_jwt_format".to_owned()]), "{wrong}");
    }
    let object = json!({"a": ["text", good]}).to_string();
    let (ids, reasons) = shown_for(&object, &multiple(&["a"], "a")).unwrap();
    assert_eq!((ids, reasons), (vec!["a 2".to_owned()], vec!["sd_jwt_format".to_owned()]));
}

#[test]
fn req_3_8_req_6_4_a_wrong_nonce_in_any_presentation_ends_the_response() {
    let good = Maker::new().present();
    for nonce in [json!("AAAAAAAAAAAAAAAAAAAAAA"), json!([MADE_FOR]), json!(null)] {
        let mut maker = Maker::new();
        maker.kb.insert("nonce".to_owned(), nonce);
        // Nothing else about it has to hold: it is turned away before anybody is asked for keys.
        maker.kb.insert("iat".to_owned(), json!(0));
        for object in
            [json!({"a": [good], "b": [maker.present()]}), json!({"a": [maker.present()], "b": [good]})]
        {
            assert_eq!(shown(&object.to_string(), &["a", "b"]), Err("kb_nonce".to_owned()));
        }
        let object = json!({"a": [good, maker.present()]}).to_string();
        assert_eq!(shown_for(&object, &multiple(&["a"], "a")), Err("kb_nonce".to_owned()));
    }
}

#[test]
fn req_4_3_req_6_1_the_query_decides_whether_a_key_binding_jwt_must_be_there() {
    let maker = Maker::new();
    let unbound = json!({"a": [maker.sd_jwt()]}).to_string();
    let mut credential = query(&["a"]).credentials()[0].clone();
    let asked = |credential: &CredentialQuery| Query::of(vec![credential.clone()]).unwrap();
    let discarded = (vec![], vec!["kb_present".to_owned()]);
    assert_eq!(shown_for(&unbound, &asked(&credential)), Ok(discarded));
    credential.holder_binding = false;
    assert_eq!(shown_for(&unbound, &asked(&credential)), Ok((vec!["a".to_owned()], vec![])));
    // One that was not demanded is held to this request all the same (REQ-6.11).
    assert!(shown_for(&maker.present(), &asked(&credential)).is_ok());
    let mut other = Maker::new();
    other.kb.insert("nonce".to_owned(), json!("AAAAAAAAAAAAAAAAAAAAAA"));
    assert_eq!(shown_for(&other.present(), &asked(&credential)), Err("kb_nonce".to_owned()));
}

#[test]
fn faults_of_the_envelope_do_not_repeat_it() {
    let mut findings = Findings::new();
    let wrong =
        ResponseParameters { vp_token: Some("{\"Erika\":1,\"Erika\":2}".to_owned()), ..Default::default() };
    let rejection = WalletAnswer::parse(wrong, &mut findings).unwrap_err();
    let report = serde_json::to_string(&findings.conclude(Err(rejection))).unwrap();
    assert!(!report.contains("Erika"));
    assert!(report.contains("occurs twice"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in r#"[{"\[]?[a-zA-Z0-9_.~:,"\[\]{}= -]{0,80}"#) {
        if let Ok(WalletAnswer::Presented(token)) = parse(&text) {
            let shown = token.shown(&query(&["a"]), MADE_FOR, &mut Findings::new());
            prop_assert!(shown.map_or(true, |shown| shown.is_empty()));
        }
    }
}

fn of_wallet(
    parameters: ResponseParameters,
    profile: Profile,
    issuer: Option<&str>,
    must_name_itself: bool,
) -> Result<(), String> {
    let asked = VpRequest { profile, wallet_issuer: issuer.map(str::to_owned), ..asked() };
    let judged = parameters.of_wallet(&asked, must_name_itself, &mut Findings::new());
    judged.map(|_| ()).map_err(|why| why.reason().to_owned())
}

#[test]
fn req_2_7_an_answer_of_another_wallet_is_a_mix_up() {
    let of = |iss: Option<&str>, issuer: Option<&str>| {
        let iss = iss.map(str::to_owned);
        let parameters =
            ResponseParameters { iss, error: Some("access_denied".to_owned()), ..Default::default() };
        of_wallet(parameters, Profile::Openid4vp, issuer, false)
    };
    let wallet = Some("https://wallet.example");
    for good in [of(wallet, wallet), of(None, wallet), of(wallet, None)] {
        assert_eq!(good, Ok(()));
    }
    for other in ["https://wallet.example/", "https://WALLET.example", "https://evil.example", ""] {
        assert_eq!(of(Some(other), wallet), Err("response_issuer".to_owned()), "{other}");
    }
}

#[test]
fn req_2_7_a_wallet_that_announces_its_issuer_must_name_it_in_every_answer() {
    let wallet = Some("https://wallet.example");
    for (vp_token, error) in [(Some("{}"), None), (None, Some("access_denied"))] {
        let answer = |iss: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            ResponseParameters {
                vp_token: owned(vp_token),
                error: owned(error),
                iss: owned(iss),
                ..Default::default()
            }
        };
        for profile in [Profile::Proof, Profile::Openid4vp, Profile::Haip] {
            assert_eq!(of_wallet(answer(wallet), profile, wallet, true), Ok(()));
            assert_eq!(of_wallet(answer(None), profile, wallet, true), Err("response_issuer".to_owned()));
            assert_eq!(of_wallet(answer(None), profile, wallet, false), Ok(()));
            assert_eq!(
                of_wallet(answer(None), profile, None, true),
                Ok(()),
                "by what should it call itself?"
            );
        }
    }
}

#[test]
fn req_3_5_the_vendors_shapes_are_for_the_vendors_wallet() {
    let object = json!({ CREDENTIAL: ["a.b.c~d.e.f"] }).to_string();
    let encoded = base64url::encode(&object);
    for (vp_token, vendors) in [
        (object.as_str(), false),
        (" \n{}", false),
        ("a.b.c~d.e.f", true),
        (encoded.as_str(), true),
        ("\"a~b\"", true),
    ] {
        let answer = || ResponseParameters { vp_token: Some(vp_token.to_owned()), ..Default::default() };
        assert_eq!(of_wallet(answer(), Profile::Proof, None, false), Ok(()), "{vp_token}");
        for profile in [Profile::Openid4vp, Profile::Haip] {
            let expected = if vendors { Err("vp_token_shape".to_owned()) } else { Ok(()) };
            assert_eq!(of_wallet(answer(), profile, None, false), expected, "{vp_token}");
        }
    }
}

#[test]
fn req_3_1_in_json_a_vp_token_is_native_but_for_the_vendors_wallet() {
    let native = |profile, members: Value| {
        let members = members.as_object().unwrap().clone();
        opened::native(&members, profile, &mut Findings::new()).map_err(|why| why.reason().to_owned())
    };
    for profile in [Profile::Proof, Profile::Openid4vp, Profile::Haip] {
        assert_eq!(native(profile, json!({"vp_token": {CREDENTIAL: ["x"]}})), Ok(()));
        assert_eq!(native(profile, json!({"error": "access_denied"})), Ok(()));
    }
    for text in ["{}", "a~b", ""] {
        assert_eq!(native(Profile::Proof, json!({"vp_token": text})), Ok(()));
        for profile in [Profile::Openid4vp, Profile::Haip] {
            assert_eq!(native(profile, json!({"vp_token": text})), Err("vp_token_shape".to_owned()));
        }
    }
}
