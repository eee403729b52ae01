use serde_json::json;

use super::*;
use vpgate_core::base::id::GrantId;
use vpgate_core::oauth::device_grant::DenialReason;

fn terms() -> String {
    let terms = DeviceGrantTerms {
        id: GrantId::from_entropy([1; 16]),
        client_id: "tv".to_owned(),
        scopes: admission::scopes::Scopes::parse("basic").unwrap(),
        parameters: admission::token_claims::RequestParameters::default(),
        openid: false,
        challenge: None,
        resource: None,
        dpop: None,
        device_label: None,
        created_at: Timestamp::from_unix(1_800_000_000),
        expires_at: Timestamp::from_unix(1_800_000_600),
    };
    to_json(&terms, "terms").unwrap()
}

fn grant(state: &str) -> GrantRow {
    GrantRow {
        state: state.to_owned(),
        terms: terms(),
        interval_ms: None,
        last_polled: None,
        claimed_by: None,
        admission: None,
        denial_reason: None,
        token: None,
        precautions: None,
    }
}

fn pending() -> GrantRow {
    GrantRow { interval_ms: Some(5000), ..grant("pending") }
}

#[test]
fn a_pending_row_restores_its_pace() {
    let row = GrantRow { last_polled: Some(1_800_000_007), claimed_by: Some(vec![7; 32]), ..pending() };
    let Ok(DeviceGrant::Pending(pending)) = row.restore() else { panic!("pending") };
    let pace = Pace::restore(Duration::from_secs(5), Some(Timestamp::from_unix(1_800_000_007)));
    assert_eq!(pending.pace(), pace);
    assert_eq!(pending.claimed_by(), Digest::from_slice(&[7; 32]).as_ref());
}

#[test]
fn intervals_keep_their_milliseconds() {
    let pace = Pace::new(Duration::from_millis(1500));
    let row = GrantRow { interval_ms: Some(interval_ms(pace)), ..grant("pending") };
    let Ok(DeviceGrant::Pending(pending)) = row.restore() else { panic!("pending") };
    assert_eq!(pending.pace(), pace);
}

#[test]
fn a_broken_row_names_its_column_and_nothing_else() {
    let text = |text: &str| Some(text.to_owned());
    for (row, column) in [
        (grant("expired"), "state"),
        (GrantRow { terms: r#"{"client_id":"secret"}"#.to_owned(), ..pending() }, "terms"),
        (grant("pending"), "interval_ms"),
        (GrantRow { interval_ms: Some(-1), ..pending() }, "interval_ms"),
        (GrantRow { claimed_by: Some(vec![7; 31]), ..pending() }, "claimed_by"),
        (grant("approved"), "admission"),
        (GrantRow { admission: text(r#"{"subject":"secret"}"#), ..grant("approved") }, "admission"),
        (grant("denied"), "denial_reason"),
        (GrantRow { denial_reason: text("a mood"), ..grant("denied") }, "denial_reason"),
        (grant("redeemed"), "token"),
        (GrantRow { token: text("secret"), ..grant("redeemed") }, "token"),
    ] {
        assert_eq!(row.restore().err(), Some(BrokenColumn(column)));
    }
    assert_eq!(BrokenColumn("terms").to_string(), "the column terms is not as it must be");
}

#[test]
fn a_broken_presentation_row_is_refused() {
    let row = PresentationRow {
        state: "begun".to_owned(),
        request: "{}".to_owned(),
        login_hint: None,
        reserved_for: None,
        browser: None,
        tries: None,
        undecided: Some(0),
        report: None,
        outcome: None,
        proven: None,
        wallet_error: None,
        response_code: None,
        settled_at: None,
        answer: None,
        answer_key: None,
        return_code: None,
        answered_at: None,
        collected_code: None,
        collected_at: None,
    };
    assert_eq!(row.restore().err(), Some(BrokenColumn("request")));
}

fn authorization(state: &str) -> AuthorizationRow {
    let terms = json!({
        "id": "AQEBAQEBAQEBAQEBAQEBAQ",
        "request": {
            "client_id": "web",
            "return_to": { "uri": "https://web.example/return", "named": true, "state": "s" },
            "scopes": ["basic"],
            "silent": false,
            "openid": true
        },
        "created_at": 1_800_000_000,
        "expires_at": 1_800_000_300
    });
    AuthorizationRow {
        state: state.to_owned(),
        terms: terms.to_string(),
        browser: None,
        code: None,
        code_expires_at: None,
        admission: None,
        refusal_reason: None,
        token: None,
    }
}

#[test]
fn a_broken_authorization_row_names_its_column() {
    let pending = || AuthorizationRow { browser: Some(vec![7; 32]), ..authorization("pending") };
    assert!(matches!(pending().restore(), Ok(CodeGrant::Pending(_))));
    let text = |text: &str| Some(text.to_owned());
    let code = Some(vec![7; 32]);
    for (row, column) in [
        (authorization("expired"), "state"),
        (AuthorizationRow { terms: "{}".to_owned(), ..pending() }, "terms"),
        (authorization("pending"), "browser"),
        (AuthorizationRow { browser: Some(vec![7; 31]), ..pending() }, "browser"),
        (authorization("granted"), "code"),
        (AuthorizationRow { code: code.clone(), ..authorization("granted") }, "code_expires_at"),
        (AuthorizationRow { code, code_expires_at: Some(1), ..authorization("granted") }, "admission"),
        (authorization("refused"), "refusal_reason"),
        (AuthorizationRow { refusal_reason: text("a mood"), ..authorization("refused") }, "refusal_reason"),
        (authorization("redeemed"), "token"),
    ] {
        assert_eq!(row.restore().err(), Some(BrokenColumn(column)));
    }
}

#[test]
fn words_are_variants_without_content() {
    assert_eq!(to_word(&DenialReason::NothingEarned, "denial_reason").as_deref(), Ok("nothing_earned"));
    assert_eq!(to_word(&[1], "denial_reason"), Err(BrokenColumn("denial_reason")));
}
