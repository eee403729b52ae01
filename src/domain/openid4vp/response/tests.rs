use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::base::report::Outcome;
use crate::domain::openid4vp::testing::{CREDENTIAL, query};
use crate::domain::sdjwt::testing::Maker;

fn parse(vp_token: &str) -> Result<WalletAnswer, String> {
    answer(ResponseParameters { vp_token: Some(vp_token.to_owned()), ..Default::default() })
}

fn answer(parameters: ResponseParameters) -> Result<WalletAnswer, String> {
    WalletAnswer::parse(parameters, &mut Findings::new()).map_err(|rejection| rejection.reason().to_owned())
}

fn shape(vp_token: &str) -> Option<Shape> {
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
    let Ok(WalletAnswer::Presented(token)) = parse(vp_token) else { panic!("not a vp_token: {vp_token}") };
    let mut findings = Findings::new();
    let shown = token.shown(&query(ids), &mut findings);
    if let Err(rejection) = shown {
        let report = findings.conclude(Err(rejection));
        let last = report.checks.last().unwrap();
        assert_eq!((Some(&last.check), last.outcome), (report.reason.as_ref(), Outcome::Failed));
        return Err(rejection.reason().to_owned());
    }
    Ok(shown.unwrap().into_iter().map(|shown| shown.credential).collect())
}

#[test]
fn req_3_6_each_shape_is_recognised() {
    let object = json!({ CREDENTIAL: ["a.b.c~d.e.f"] }).to_string();
    assert_eq!(shape(&object), Some(Shape::JsonObject));
    assert_eq!(shape(&format!(" \n{object}")), Some(Shape::JsonObject));
    assert_eq!(shape(&base64url::encode(&object)), Some(Shape::EncodedObject));
    assert_eq!(shape("a.b.c~d.e.f"), Some(Shape::BareSdJwt));
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
        (json!({}), "vp_token_complete"),
        (json!({"a": text}), "vp_token_one_each"),
        (json!({"a": []}), "vp_token_one_each"),
        (json!({"a": null}), "vp_token_one_each"),
        (json!({"a": [text, text]}), "vp_token_one_each"),
        (json!({"a": [null]}), "vp_token_one_each"),
        (json!({"a": [[text]]}), "vp_token_one_each"),
        (json!({"a": [{"jwt": text}]}), "sd_jwt_json_format"),
        (json!({"a": {"0": text}}), "vp_token_one_each"),
        (json!({"a": ["text"]}), "sd_jwt_format"),
    ] {
        assert_eq!(shown(&object.to_string(), &["a"]), Err(reason.to_owned()), "{reason}");
    }
    assert!(shown(&json!({"a": [text]}).to_string(), &["a"]).is_ok());
    assert_eq!(shown(&json!({"a": [text]}).to_string(), &["a", "b"]), Err("vp_token_complete".to_owned()));
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
            prop_assert!(token.shown(&query(&["a"]), &mut Findings::new()).is_err());
        }
    }
}
