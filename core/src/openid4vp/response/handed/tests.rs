use serde_json::{Map, json};

use super::*;
use crate::jose::jwe::ContentEncryption;
use crate::openid4vp::request::{DcApiRequest, PresentationFlow, ResponseMode};
use crate::openid4vp::testing::asked;

fn asked_by(request: DcApiRequest, response_mode: ResponseMode) -> VpRequest {
    let mut asked = asked();
    asked.dc_api = Some(request);
    VpRequest { flow: PresentationFlow::DcApi, response_mode, ..asked }
}

fn handed(protocol: &str, data: &str) -> DcApiResponse {
    DcApiResponse { protocol: protocol.to_owned(), data: data.to_owned() }
}

/// What was opened, or the check that refused it.
fn open(
    handed: DcApiResponse,
    asked: &VpRequest,
    key: Option<&EncryptionKey>,
) -> Result<ResponseParameters, String> {
    let mut findings = Findings::new();
    let opened = handed.open(asked, key, &mut findings);
    opened.map_err(|rejection| findings.conclude(Err(rejection)).reason.unwrap().into_owned())
}

fn encrypted(key: &EncryptionKey, payload: &str) -> String {
    let jwe = key.public_key().encrypt(payload.as_bytes(), ContentEncryption::A256Gcm, &Map::new());
    json!({ "response": jwe.unwrap() }).to_string()
}

const UNSIGNED: &str = "openid4vp-v1-unsigned";
const GOOD: &str = r#"{"vp_token":{"id":["a~"]}}"#;

#[test]
fn req_2_50_an_answer_is_of_the_protocol_of_its_request() {
    for (kind, ours) in [(DcApiRequest::Unsigned, UNSIGNED), (DcApiRequest::Signed, "openid4vp-v1-signed")] {
        let asked = asked_by(kind, ResponseMode::DcApi);
        let opened = open(handed(ours, GOOD), &asked, None).unwrap();
        assert_eq!(opened.vp_token.as_deref(), Some(r#"{"id":["a~"]}"#));
        for other in
            ["openid4vp-v1-unsigned", "openid4vp-v1-signed", "openid4vp-v1-multisigned", "openid4vp", ""]
        {
            let opened = open(handed(other, GOOD), &asked, None);
            if other == ours {
                assert!(opened.is_ok());
            } else {
                assert_eq!(opened.err().as_deref(), Some("dc_api_protocol"), "{other}");
            }
        }
    }
}

#[test]
fn req_2_52_what_was_encrypted_needs_no_state() {
    let key = EncryptionKey::generate().unwrap();
    let asked = asked_by(DcApiRequest::Unsigned, ResponseMode::DcApiJwt);
    let opened = open(handed(UNSIGNED, &encrypted(&key, GOOD)), &asked, Some(&key)).unwrap();
    assert_eq!(opened.vp_token.as_deref(), Some(r#"{"id":["a~"]}"#));
}

#[test]
fn req_9_8_req_2_35_what_was_to_be_encrypted_is_and_what_was_not_is_not() {
    let (key, other) = (EncryptionKey::generate().unwrap(), EncryptionKey::generate().unwrap());
    let plain = asked_by(DcApiRequest::Unsigned, ResponseMode::DcApi);
    let secret = asked_by(DcApiRequest::Unsigned, ResponseMode::DcApiJwt);
    for (asked, data, check) in [
        (&plain, encrypted(&key, GOOD), "response_parameters"),
        (&secret, GOOD.to_owned(), "response_encryption"),
        (&secret, encrypted(&other, GOOD), "response_encryption"),
        (&secret, json!({"response": "a.b.c.d.e"}).to_string(), "response_encryption"),
        (&secret, json!({"response": "a.b.c.d.e", "vp_token": {}}).to_string(), "response_encryption"),
        (&secret, "{}".to_owned(), "response_encryption"),
    ] {
        let opened = open(handed(UNSIGNED, &data), asked, Some(&key));
        assert_eq!(opened.err().as_deref(), Some(check), "{data}");
    }
    assert!(open(handed(UNSIGNED, &encrypted(&key, GOOD)), &secret, None).is_err(), "the key is gone");
}

#[test]
fn req_2_54_an_error_is_an_answer_encrypted_or_not() {
    let key = EncryptionKey::generate().unwrap();
    let error = r#"{"error":"access_denied"}"#;
    for mode in [ResponseMode::DcApi, ResponseMode::DcApiJwt] {
        let asked = asked_by(DcApiRequest::Unsigned, mode);
        let opened = open(handed(UNSIGNED, error), &asked, Some(&key)).unwrap();
        assert_eq!((opened.error.as_deref(), opened.vp_token), (Some("access_denied"), None));
    }
    let asked = asked_by(DcApiRequest::Unsigned, ResponseMode::DcApiJwt);
    let opened = open(handed(UNSIGNED, &encrypted(&key, error)), &asked, Some(&key)).unwrap();
    assert_eq!(opened.error.as_deref(), Some("access_denied"));
}

#[test]
fn req_2_54_data_that_is_no_object_is_refused() {
    let asked = asked_by(DcApiRequest::Unsigned, ResponseMode::DcApi);
    let deep = "[".repeat(100) + &"]".repeat(100);
    for data in ["", "null", "[]", "\"{}\"", "{", r#"{"vp_token":{},"vp_token":{}}"#, &deep] {
        let opened = open(handed(UNSIGNED, data), &asked, None);
        assert_eq!(opened.err().as_deref(), Some("response_parameters"), "{data}");
    }
}
