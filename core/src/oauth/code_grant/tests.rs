use serde_json::json;

use super::*;
use crate::admission::claims_request::ClaimsRequest;
use crate::admission::restore;
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::RequestParameters;
use crate::oauth::client::{Authentication, testing};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::redirect::ReturnAddress;

const RETURN: &str = "https://shop.example/return";
// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_800_000_000 + seconds)
}

fn terms(challenge: bool) -> CodeGrantTerms {
    let mut client = testing::client("web", Authentication::None);
    client.redirect_uris = vec![RETURN.parse().unwrap()];
    CodeGrantTerms {
        id: AuthorizationId::from_entropy([1; 16]),
        request: Box::new(AuthorizationRequest {
            client_id: "web".to_owned(),
            return_to: ReturnAddress::registered(&client, Some(RETURN)).unwrap(),
            scopes: Scopes::parse("a").unwrap(),
            challenge: challenge.then(|| CodeChallenge::read(CHALLENGE, Some("S256")).unwrap()),
            nonce: None,
            login_hint: None,
            silent: false,
            openid: false,
            resource: None,
            dpop_jkt: None,
            expected_subject: None,
            claims: ClaimsRequest::default(),
            anew: false,
            max_age: None,
            parameters: RequestParameters::default(),
        }),
        created_at: at(0),
        expires_at: at(300),
        session: None,
    }
}

fn admission(credential_ends: Option<i64>) -> Admission {
    let row = json!({
        "scopes": ["a"], "subject": "s", "verified_at": at(5), "expires_at": credential_ends.map(at)
    });
    restore::admission(&row.to_string()).unwrap()
}

fn browser() -> Digest {
    Digest::of(b"browser")
}

fn pending() -> Pending {
    Pending::begin(terms(true), browser())
}

fn granted(challenge: bool, credential_ends: Option<i64>) -> Granted {
    let pending = Pending::begin(terms(challenge), browser());
    pending.grant(admission(credential_ends), &browser(), Digest::of(b"code"), at(70), at(10)).unwrap()
}

fn redeemed_at(
    granted: Granted,
    (client_id, redirect_uri, verifier): (&str, Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<Redeemed, NotRedeemable> {
    let verifier = verifier.map(Secret::received);
    let shown = CodeExchange { client_id, redirect_uri, verifier: verifier.as_ref() };
    granted.redeem(&shown, TokenId::from_entropy([2; 16]), now)
}

#[test]
fn req_11_17_a_code_is_bound_to_client_address_and_challenge() {
    let good = ("web", Some(RETURN), Some(VERIFIER));
    assert!(redeemed_at(granted(true, None), good, at(20)).is_ok());
    for (wrong, fault) in [
        (("other", Some(RETURN), Some(VERIFIER)), NotRedeemable::OtherClient),
        (("web", None, Some(VERIFIER)), NotRedeemable::ReturnAddress),
        (("web", Some("https://shop.example/"), Some(VERIFIER)), NotRedeemable::ReturnAddress),
        (("web", Some(RETURN), None), NotRedeemable::Verifier),
        (("web", Some(RETURN), Some(CHALLENGE)), NotRedeemable::Verifier),
    ] {
        assert_eq!(redeemed_at(granted(true, None), wrong, at(20)).unwrap_err(), fault, "{wrong:?}");
    }
}

#[test]
fn req_11_16_a_verifier_without_a_challenge_is_refused() {
    let redeemed =
        |verifier| redeemed_at(granted(false, None), ("web", Some(RETURN), verifier), at(20)).map(drop);
    assert_eq!(redeemed(None), Ok(()));
    assert_eq!(redeemed(Some(VERIFIER)), Err(NotRedeemable::Verifier));
}

#[test]
fn req_11_17_a_code_lives_as_long_as_it_says_and_no_longer_than_the_credential() {
    let shown = ("web", Some(RETURN), Some(VERIFIER));
    let redeemed =
        |credential_ends, second| redeemed_at(granted(true, credential_ends), shown, at(second)).map(drop);
    assert_eq!(redeemed(None, 69), Ok(()));
    assert_eq!(redeemed(None, 70), Err(NotRedeemable::Expired));
    assert_eq!(redeemed(Some(30), 29), Ok(()));
    assert_eq!(redeemed(Some(30), 30), Err(NotRedeemable::Expired));
}

#[test]
fn req_11_23_only_the_browser_that_asked_decides_and_only_in_time() {
    let code = Digest::of(b"code");
    let decide = |browser: &Digest, now| {
        let granted = pending().grant(admission(None), browser, code, now, now).map(drop);
        assert_eq!(granted, pending().refuse(DenialReason::DeclinedInWallet, browser, now).map(drop));
        granted
    };
    assert_eq!(decide(&browser(), at(299)), Ok(()));
    assert_eq!(decide(&browser(), at(300)), Err(NotDecided::Expired));
    assert_eq!(decide(&Digest::of(b"another"), at(10)), Err(NotDecided::OtherBrowser));
}

#[test]
fn req_11_17_what_only_the_wallet_needs_is_not_kept() {
    use crate::oauth::authorization_request::LoginHint;
    let mut terms = terms(true);
    terms.request.login_hint = Some(LoginHint("ada@example.com".to_owned()));
    let pending = Pending::begin(terms, browser());
    assert!(pending.terms().request.login_hint.is_none());
}
