use serde_json::{Map, json};

use super::*;
use crate::base::id::Nonce;
use crate::jose::jwe::ContentEncryption;
use crate::openid4vp::request::ResponseMode;
use crate::openid4vp::testing::asked;

fn asked_in(mode: ResponseMode) -> VpRequest {
    VpRequest { response_mode: mode, ..asked() }
}

fn state() -> String {
    asked().state.as_str().to_owned()
}

fn key() -> EncryptionKey {
    EncryptionKey::generate().unwrap()
}

fn form(vp_token: Option<&str>, error: Option<&str>, response: Option<String>) -> DirectPostResponse {
    let parameters = ResponseParameters {
        vp_token: vp_token.map(str::to_owned),
        error: error.map(str::to_owned),
        error_description: None,
        iss: None,
    };
    DirectPostResponse { parameters, state: Some(state()), response, as_json: false }
}

fn encrypted(key: &EncryptionKey, payload: &str) -> DirectPostResponse {
    let jwe = key.public_key().encrypt(payload.as_bytes(), ContentEncryption::A256Gcm, &Map::new());
    form(None, None, Some(jwe.unwrap()))
}

/// What was opened, or the check that refused it.
fn open(
    posted: DirectPostResponse,
    mode: ResponseMode,
    key: Option<&EncryptionKey>,
) -> Result<ResponseParameters, String> {
    let mut findings = Findings::new();
    let opened = posted.open(&asked_in(mode), key, &mut findings);
    opened.map_err(|rejection| findings.conclude(Err(rejection)).reason.unwrap().into_owned())
}

fn good() -> String {
    json!({"vp_token": {"id": ["a~"]}, "state": state()}).to_string()
}

#[test]
fn req_2_30_what_was_encrypted_are_the_parameters() {
    let key = key();
    let opened = open(encrypted(&key, &good()), ResponseMode::DirectPostJwt, Some(&key)).unwrap();
    assert_eq!(opened.vp_token.as_deref(), Some(r#"{"id":["a~"]}"#));
    let text = json!({"vp_token": "a~", "state": state()}).to_string();
    let opened = open(encrypted(&key, &text), ResponseMode::DirectPostJwt, Some(&key)).unwrap();
    assert_eq!(opened.vp_token.as_deref(), Some("a~"));
    let error = json!({"error": "access_denied", "state": state()}).to_string();
    let opened = open(encrypted(&key, &error), ResponseMode::DirectPostJwt, Some(&key)).unwrap();
    assert_eq!(opened.error.as_deref(), Some("access_denied"));
    for wrong in ["", "[]", "{", "\"x\"", r#"{"state":"a","state":"b"}"#] {
        let refused = open(encrypted(&key, wrong), ResponseMode::DirectPostJwt, Some(&key));
        assert_eq!(refused.err().as_deref(), Some("response_encryption"), "{wrong}");
    }
    // A JWS is no JWE.
    let jws = form(None, None, Some("eyJhbGciOiJFUzI1NiJ9.e30.AAAA".to_owned()));
    let refused = open(jws, ResponseMode::DirectPostJwt, Some(&key));
    assert_eq!(refused.err().as_deref(), Some("response_encryption"));
}

#[test]
fn req_2_31_the_key_of_another_request_opens_nothing() {
    let (ours, other) = (key(), key());
    let refused = open(encrypted(&other, &good()), ResponseMode::DirectPostJwt, Some(&ours));
    assert_eq!(refused.err().as_deref(), Some("response_encryption"));
    let gone = open(encrypted(&ours, &good()), ResponseMode::DirectPostJwt, None);
    assert_eq!(gone.err().as_deref(), Some("response_encryption"));
}

#[test]
fn req_2_35_a_presentation_in_the_clear_is_refused_where_encryption_was_asked_for() {
    let key = key();
    let refused = |posted| open(posted, ResponseMode::DirectPostJwt, Some(&key)).err();
    assert_eq!(refused(form(Some("a~"), None, None)).as_deref(), Some("response_encryption"));
    assert_eq!(refused(form(None, None, None)).as_deref(), Some("response_encryption"));
    let mut both = encrypted(&key, &good());
    both.parameters.vp_token = Some("a~".to_owned());
    assert_eq!(refused(both).as_deref(), Some("response_encryption"));
}

#[test]
fn req_2_35_an_error_in_the_clear_is_heard() {
    let key = key();
    let opened = open(form(None, Some("access_denied"), None), ResponseMode::DirectPostJwt, Some(&key));
    assert_eq!(opened.unwrap().error.as_deref(), Some("access_denied"));
}

#[test]
fn what_was_not_to_be_encrypted_is_refused_encrypted() {
    let key = key();
    let refused = open(encrypted(&key, &good()), ResponseMode::DirectPost, Some(&key));
    assert_eq!(refused.err().as_deref(), Some("response_parameters"));
    assert!(open(form(Some("a~"), None, None), ResponseMode::DirectPost, None).is_ok());
}

#[test]
fn req_2_36_the_state_inside_is_that_of_the_request() {
    let key = key();
    let other = Nonce::from_entropy([9; 16]);
    for inside in
        [json!({"vp_token": {}}), json!({"state": other.as_str()}), json!({"state": 1}), json!({"state": ""})]
    {
        let refused = open(encrypted(&key, &inside.to_string()), ResponseMode::DirectPostJwt, Some(&key));
        assert_eq!(refused.err().as_deref(), Some("response_state"), "{inside}");
    }
}

#[test]
fn req_2_36_a_state_in_the_clear_agrees_with_the_address() {
    let address = asked().state;
    let with = |state: Option<String>, response: Option<String>, as_json| {
        DirectPostResponse { state, response, as_json, ..DirectPostResponse::default() }
            .fits(&address)
            .is_ok()
    };
    assert!(with(Some(state()), None, false));
    assert!(with(None, Some("jwe".to_owned()), false), "it is inside");
    assert!(with(None, None, true), "the vendor's kit sends none");
    assert!(!with(None, None, false), "missing");
    for (response, as_json) in [(None, false), (Some("jwe".to_owned()), false), (None, true)] {
        assert!(!with(Some("AAAAAAAAAAAAAAAAAAAAAA".to_owned()), response, as_json), "another");
    }
}

#[test]
fn req_2_10_a_json_object_holds_the_same_parameters() {
    let read = |value: Value| DirectPostResponse::from_json(value.as_object().unwrap().clone());
    let posted = read(json!({"vp_token": "abc", "state": "x", "other": [1]}));
    assert_eq!((posted.parameters.vp_token.as_deref(), posted.state.as_deref()), (Some("abc"), Some("x")));
    assert!(posted.as_json);
    assert_eq!(
        read(json!({"vp_token": {"a": ["b"]}})).parameters.vp_token.as_deref(),
        Some(r#"{"a":["b"]}"#)
    );
    let odd = read(json!({"vp_token": 1, "state": null, "error": ["x"]}));
    assert!(odd.parameters.vp_token.is_none() && odd.state.is_none());
    assert!(odd.parameters.error.is_some(), "an error of any type is an error");
    assert_eq!(format!("{posted:?}"), "DirectPostResponse { as_json: true, .. }");
}

#[test]
fn answers_that_say_the_same_have_one_digest_and_others_have_others() {
    let posted = |state: Option<&str>, vp_token: Option<&str>, error: Option<&str>| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let parameters =
            ResponseParameters { vp_token: owned(vp_token), error: owned(error), ..Default::default() };
        DirectPostResponse { parameters, state: owned(state), ..Default::default() }.digest()
    };
    let one = posted(Some("s"), Some("ab"), None);
    assert!(one == posted(Some("s"), Some("ab"), None));
    for other in [
        posted(Some("s"), Some("a"), None),
        posted(Some("sa"), Some("b"), None),
        posted(None, Some("ab"), None),
        posted(Some("s"), None, Some("ab")),
        posted(Some("s"), Some("ab"), Some("")),
        DirectPostResponse {
            response: Some("ab".to_owned()),
            state: Some("s".to_owned()),
            ..Default::default()
        }
        .digest(),
    ] {
        assert!(one != other);
    }
}
