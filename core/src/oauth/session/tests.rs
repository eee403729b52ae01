//! What a session answers, and what it does not.

use serde_json::json;

use super::*;
use crate::admission::restore;
use crate::oauth::client::{Authentication, testing};
use crate::oauth::redirect::ReturnAddress;

const BEGUN: i64 = 1_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(BEGUN + seconds)
}

fn admission(credential_ends: Option<i64>) -> Admission {
    let row = json!({
        "scopes": ["a"], "subject": "s", "verified_at": at(0), "expires_at": credential_ends.map(at)
    });
    restore::admission(&row.to_string()).unwrap()
}

fn request() -> AuthorizationRequest {
    let mut client = testing::client("web", Authentication::None);
    client.redirect_uris = vec!["https://shop.example/return".parse().unwrap()];
    AuthorizationRequest {
        client_id: "web".to_owned(),
        return_to: ReturnAddress::registered(&client, None).unwrap(),
        scopes: Scopes::parse("a b").unwrap(),
        challenge: None,
        nonce: Some("another each time".to_owned()),
        login_hint: None,
        silent: true,
        openid: true,
        resource: None,
        dpop_jkt: None,
        parameters: RequestParameters::default(),
        expected_subject: None,
        claims: ClaimsRequest::default(),
        anew: false,
        max_age: None,
    }
}

fn session(credential_ends: Option<i64>) -> Session {
    let id = SessionId::from_entropy([1; 16]);
    Session::begin(id, &request(), admission(credential_ends), Duration::from_secs(3600), at(0))
}

fn answered(request: &AuthorizationRequest, seconds: i64) -> Result<String, NotFromSession> {
    let session = session(None);
    let today = session.admission().clone();
    session.answer(request, today, at(seconds)).map(|answer| answer.admission.subject().to_owned())
}

#[test]
fn the_same_question_is_answered_until_the_end() {
    assert_eq!(answered(&request(), 0).as_deref(), Ok("s"));
    assert_eq!(answered(&request(), 3599).as_deref(), Ok("s"));
    assert_eq!(answered(&request(), 3600), Err(NotFromSession::Over));
    assert_eq!(session(Some(60)).terms().expires_at, at(60), "never longer than the credential");
    let loud = AuthorizationRequest { silent: false, nonce: None, ..request() };
    assert_eq!(answered(&loud, 1).as_deref(), Ok("s"));
}

#[test]
fn another_question_is_not() {
    for scopes in ["a", "b a", "a b c", "c"] {
        let other = AuthorizationRequest { scopes: Scopes::parse(scopes).unwrap(), ..request() };
        assert_eq!(answered(&other, 1), Err(NotFromSession::OtherQuestion), "{scopes}");
    }
    let other = AuthorizationRequest { client_id: "bank".to_owned(), ..request() };
    assert_eq!(answered(&other, 1), Err(NotFromSession::OtherQuestion));
    let parameters: RequestParameters = serde_json::from_value(json!({ "branch": "7" })).unwrap();
    let other = AuthorizationRequest { parameters, ..request() };
    assert_eq!(answered(&other, 1), Err(NotFromSession::OtherQuestion));
}

#[test]
fn the_request_says_whom_how_long_ago_and_whether_to_ask_anew() {
    for (change, outcome) in [
        (AuthorizationRequest { anew: true, ..request() }, Err(NotFromSession::Prompt)),
        (AuthorizationRequest { max_age: Some(100), ..request() }, Ok("s")),
        (AuthorizationRequest { max_age: Some(99), ..request() }, Err(NotFromSession::TooOld)),
        (AuthorizationRequest { max_age: Some(0), ..request() }, Err(NotFromSession::TooOld)),
        (AuthorizationRequest { expected_subject: Some("s".to_owned()), ..request() }, Ok("s")),
        (
            AuthorizationRequest { expected_subject: Some("x".to_owned()), ..request() },
            Err(NotFromSession::OtherPerson),
        ),
    ] {
        assert_eq!(answered(&change, 100).as_deref(), outcome.as_ref().map(|it| *it), "{change:?}");
    }
}

#[test]
fn it_prints_nothing_of_the_person() {
    let printed = format!("{:?}", session(None));
    assert!(printed.contains("web") && !printed.contains("verified_at"), "{printed}");
}
