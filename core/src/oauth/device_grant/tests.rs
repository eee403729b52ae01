use std::time::Duration;

use super::*;
use crate::admission::restore::admission;

const OPENED: Timestamp = Timestamp::from_unix(1_000);
const LAST: Timestamp = Timestamp::from_unix(1_599);
const TOO_LATE: Timestamp = Timestamp::from_unix(1_600);

fn pending() -> Pending {
    let terms = DeviceGrantTerms {
        id: GrantId::from_entropy([1; 16]),
        client_id: "tv".to_owned(),
        scopes: Scopes::parse("basic").unwrap(),
        parameters: RequestParameters::default(),
        openid: false,
        challenge: None,
        resource: None,
        dpop: None,
        device_label: None,
        created_at: OPENED,
        expires_at: TOO_LATE,
    };
    Pending::begin(terms, Pace::new(Duration::from_secs(5)))
}

fn earned() -> Admission {
    admission(r#"{"scopes":["basic"],"subject":"s","verified_at":1100,"expires_at":null}"#).unwrap()
}

fn earned_until(second: i64) -> Admission {
    let row = r#"{"scopes":["basic"],"subject":"s","verified_at":1100,"expires_at":END}"#;
    admission(&row.replace("END", &second.to_string())).unwrap()
}

fn token() -> TokenId {
    TokenId::from_entropy([2; 16])
}

#[test]
fn req_10_41_a_pending_grant_is_pending_until_its_last_second() {
    let polled = DeviceGrant::Pending(pending()).polled(LAST);
    assert!(matches!(polled, Polled::Pending(_)));
    assert!(matches!(DeviceGrant::Pending(pending()).polled(TOO_LATE), Polled::Expired));
}

#[test]
fn req_10_42_approval_wins_over_an_impatient_device() {
    let Polled::Pending(grant) = DeviceGrant::Pending(pending()).polled(OPENED) else {
        panic!("the first poll is in time")
    };
    let approved = grant.approve(earned(), OPENED).unwrap();
    assert!(matches!(DeviceGrant::Approved(approved).polled(OPENED), Polled::Ready(_)));
}

#[test]
fn req_10_43_a_refusal_is_final_and_outlives_the_code() {
    let denied = pending().deny(DenialReason::NotStartedByPerson, OPENED).unwrap();
    assert!(matches!(DeviceGrant::Denied(denied).polled(TOO_LATE), Polled::Denied));
}

#[test]
fn req_10_44_a_used_code_stays_used() {
    let redeemed = pending().approve(earned(), OPENED).unwrap().redeem(token(), LAST).unwrap();
    assert!(matches!(DeviceGrant::Redeemed(redeemed).polled(OPENED), Polled::Used(_)));
}

#[test]
fn req_15_8_an_approved_grant_can_still_be_disowned() {
    let approved = pending().approve(earned(), OPENED).unwrap();
    let denied = approved.deny_by_user(DenialReason::NotStartedByPerson);
    assert!(matches!(DeviceGrant::Denied(denied).polled(LAST), Polled::Denied));
}

#[test]
fn req_15_9_what_can_be_granted_is_narrowed_when_the_code_is_claimed() {
    let basic = Scopes::parse("basic").unwrap();
    assert_eq!(pending().grantable(), &basic);
    assert_eq!(pending().narrowed_to(basic).precautions(), &Precautions::default());
    assert!(pending().narrowed_to(Scopes::default()).grantable().is_empty());
}

#[test]
fn every_transition_asks_for_the_time() {
    assert!(pending().approve(earned(), LAST).is_ok());
    assert_eq!(pending().approve(earned(), TOO_LATE).unwrap_err(), Expired);
    assert!(pending().deny(DenialReason::DeclinedInWallet, LAST).is_ok());
    assert_eq!(pending().deny(DenialReason::DeclinedInWallet, TOO_LATE).unwrap_err(), Expired);
    let approved = || pending().approve(earned(), OPENED).unwrap();
    assert!(approved().redeem(token(), LAST).is_ok());
    assert_eq!(approved().redeem(token(), TOO_LATE).unwrap_err(), Expired);
    assert!(matches!(DeviceGrant::Approved(approved()).polled(TOO_LATE), Polled::Expired));
}

#[test]
fn an_approval_dies_with_the_credential_behind_it() {
    let approved = || pending().approve(earned_until(1_200), OPENED).unwrap();
    let before = Timestamp::from_unix(1_199);
    assert!(matches!(DeviceGrant::Approved(approved()).polled(before), Polled::Ready(_)));
    let at_its_end = Timestamp::from_unix(1_200);
    assert!(matches!(DeviceGrant::Approved(approved()).polled(at_its_end), Polled::Expired));
    assert_eq!(approved().redeem(token(), at_its_end).unwrap_err(), Expired);
}

#[test]
fn req_15_6_the_first_browser_keeps_the_code() {
    let [mine, yours] = [Digest::of(b"mine"), Digest::of(b"yours")];
    let claimed = pending().claim(mine, OPENED).unwrap();
    let claimed = claimed.claim(mine, OPENED).unwrap();
    assert_eq!(claimed.claimed_by(), Some(&mine));
    assert_eq!(claimed.claim(yours, OPENED).unwrap_err(), NotClaimable::InUse);
    assert_eq!(pending().claim(mine, TOO_LATE).unwrap_err(), NotClaimable::Expired);
}
