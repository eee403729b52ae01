use std::collections::BTreeMap;

use super::*;
use crate::base::id::{AuthorizationId, GrantId, Nonce, RequestState};
use crate::base::report::{Findings, Rule};
use crate::openid4vp::request::{Profile, ResponseMode, WalletChoice, WalletRoute};
use crate::openid4vp::testing::{MADE_AT, asked, route};

const LATE: Timestamp = Timestamp::from_unix(MADE_AT.unix() + 300);
const LAST_SECOND: Timestamp = Timestamp::from_unix(MADE_AT.unix() + 299);

fn ours() -> Digest {
    Digest::of(b"this browser")
}

fn other() -> Digest {
    Digest::of(b"another browser")
}

fn code() -> Option<Digest> {
    Some(Digest::of(b"response code"))
}

fn answer() -> Digest {
    Digest::of(b"a posted answer")
}

fn served() -> Served {
    Begun::new(asked(), None, None).serve(ours(), MADE_AT).unwrap()
}

fn proof() -> VerifiedPresentation {
    VerifiedPresentation::for_tests(BTreeMap::new(), Vec::new(), MADE_AT)
}

fn report() -> Report {
    const RULE: Rule = Rule { check: "kb_nonce", requirement: "RFC 9901 7.3(5.f)" };
    let mut findings = Findings::new();
    let rejection = findings.fail(&RULE, "the nonce is another request's");
    findings.conclude(Err(rejection))
}

/// Served, with one of two tries used.
fn rejected_once() -> Served {
    match served().rejected(report(), code(), MADE_AT).unwrap() {
        AfterRejection::TriesRemain(served) => served,
        AfterRejection::Final(_) => panic!("two tries are allowed"),
    }
}

#[test]
fn begun_is_served_to_the_first_browser_that_comes() {
    let begun = Begun::new(asked(), None, None);
    assert!(begun.reserved_for().is_none());
    assert_eq!(begun.request().created_at, MADE_AT);
    let served = begun.serve(ours(), LAST_SECOND).unwrap();
    assert!(*served.browser() == ours());
    assert_eq!(served.tries().used, 0);
    assert!(served.tries().last_report.is_none());
}

#[test]
fn begun_for_one_browser_is_served_to_no_other() {
    let reserved = || Begun::new(asked(), Some(ours()), None);
    assert!(reserved().reserved_for().is_some_and(|browser| *browser == ours()));
    assert!(reserved().serve(ours(), MADE_AT).is_ok());
    assert_eq!(reserved().serve(other(), MADE_AT).unwrap_err(), NotNow::OtherBrowser);
}

#[test]
fn req_2_3_only_the_browser_that_began_may_reload_or_answer() {
    assert!(served().in_browser(&ours(), LAST_SECOND).is_ok());
    assert!(served().answered_by(&ours(), LAST_SECOND).is_ok());
    assert_eq!(served().in_browser(&other(), MADE_AT).unwrap_err(), NotNow::OtherBrowser);
    assert_eq!(served().answered_by(&other(), MADE_AT).unwrap_err(), NotNow::OtherBrowser);
}

#[test]
fn req_1_14_every_transition_asks_for_expiry() {
    assert_eq!(Begun::new(asked(), None, None).serve(ours(), LATE).unwrap_err(), NotNow::Expired);
    assert_eq!(served().in_browser(&ours(), LATE).unwrap_err(), NotNow::Expired);
    assert_eq!(served().answered_by(&ours(), LATE).unwrap_err(), NotNow::Expired);
    assert_eq!(served().verified(proof(), report(), code(), LATE).unwrap_err(), NotNow::Expired);
    assert_eq!(served().declined(WalletError::AccessDenied, code(), LATE).unwrap_err(), NotNow::Expired);
    assert_eq!(served().rejected(report(), code(), LATE).unwrap_err(), NotNow::Expired);
    assert_eq!(served().given_up(code(), LATE).unwrap_err(), NotNow::Expired);
}

#[test]
fn an_expired_request_does_not_say_whose_it_was() {
    assert_eq!(served().answered_by(&other(), LATE).unwrap_err(), NotNow::Expired);
}

#[test]
fn req_2_8_a_verified_answer_settles() {
    let settled = served().verified(proof(), report(), code(), LAST_SECOND).unwrap();
    assert!(matches!(settled.outcome(), PresentationOutcome::Verified { .. }));
    assert!(*settled.browser() == ours());
    assert!(settled.response_code().copied() == code());
    assert_eq!(settled.settled_at(), LAST_SECOND);
    assert_eq!(settled.request().id, asked().id);
}

#[test]
fn the_checks_behind_a_verified_answer_stay_only_where_somebody_collects_them() {
    let kept = |requester| {
        let served = Served { request: VpRequest { requester, ..asked() }, ..served() };
        let verified = served.verified(proof(), report(), code(), MADE_AT).unwrap();
        match verified.with_receipt(Digest::of(b"rules")).to_be_kept() {
            Settled {
                outcome: PresentationOutcome::Verified { report, .. }, receipt: Some(draft), ..
            } => (report, draft.claims["checks_hash"].clone()),
            other => panic!("{other:?}"),
        }
    };
    let (collected, hash) = kept(asked().requester);
    assert_eq!(collected, report());
    let grant = GrantId::from_entropy([3; 16]);
    let authorization = AuthorizationId::from_entropy([3; 16]);
    for requester in [
        Requester::Device { client_id: "tv".to_owned(), grant },
        Requester::Code { client_id: "shop".to_owned(), authorization },
    ] {
        let (kept, same_hash) = kept(requester);
        assert_eq!(
            (kept, same_hash),
            (report().without_checks(), hash.clone()),
            "the receipt knows them all"
        );
    }
}

#[test]
fn req_2_8_a_wallet_error_settles() {
    let settled = served().declined(WalletError::InvalidScope, None, MADE_AT).unwrap();
    assert!(matches!(settled.outcome(), PresentationOutcome::Declined { error: WalletError::InvalidScope }));
    assert!(settled.response_code().is_none());
}

#[test]
fn req_2_8_a_rejected_answer_is_a_counted_try_and_the_last_one_settles() {
    let served = rejected_once();
    assert_eq!(served.tries().used, 1);
    assert_eq!(served.tries().last_report, Some(report()));
    assert!(*served.browser() == ours());
    match served.rejected(report(), code(), MADE_AT).unwrap() {
        AfterRejection::Final(settled) => {
            assert!(matches!(settled.outcome(), PresentationOutcome::Rejected { .. }));
        }
        AfterRejection::TriesRemain(_) => panic!("the second try was the last"),
    }
}

#[test]
fn req_2_8_with_one_try_the_first_rejection_settles() {
    let asked = VpRequest { tries_allowed: 1, ..asked() };
    let served = Begun::new(asked, None, None).serve(ours(), MADE_AT).unwrap();
    assert!(matches!(served.rejected(report(), None, MADE_AT).unwrap(), AfterRejection::Final(_)));
}

#[test]
fn after_a_rejected_try_the_answer_may_still_be_verified() {
    let settled = rejected_once().verified(proof(), report(), code(), MADE_AT).unwrap();
    assert!(matches!(settled.outcome(), PresentationOutcome::Verified { .. }));
}

#[test]
fn giving_up_is_declined_or_after_a_rejected_answer_rejected() {
    let settled = served().given_up(code(), MADE_AT).unwrap();
    assert!(matches!(settled.outcome(), PresentationOutcome::Declined { error: WalletError::AccessDenied }));
    let settled = rejected_once().given_up(code(), MADE_AT).unwrap();
    assert!(matches!(settled.outcome(), PresentationOutcome::Rejected { report: last } if *last == report()));
}

#[test]
fn rows_become_the_states_they_were() {
    assert!(restore::begun(asked(), Some(ours()), None).serve(ours(), MADE_AT).is_ok());
    let tries = Tries { used: 1, undecided: 0, last_report: Some(report()) };
    let served = restore::served(asked(), ours(), tries, None);
    assert!(matches!(served.rejected(report(), None, MADE_AT).unwrap(), AfterRejection::Final(_)));
    let outcome = PresentationOutcome::Declined { error: WalletError::AccessDenied };
    let settled = restore::settled(asked(), ours(), outcome, code(), MADE_AT, None, None);
    assert!(settled.response_code().is_some());
}

/// Of a wallet that posts.
fn posted_by(flow: PresentationFlow) -> Served {
    let asked = VpRequest { response_mode: ResponseMode::DirectPost, flow, ..asked() };
    Begun::new(asked, None, None).serve(ours(), MADE_AT).unwrap()
}

fn awaiting() -> AwaitingReturn {
    let served = posted_by(PresentationFlow::SameDevice).answered_by_wallet(answer(), LAST_SECOND).unwrap();
    served.await_return(proof(), report(), return_code(), MADE_AT).unwrap()
}

fn return_code() -> Digest {
    Digest::of(b"what the wallet was told")
}

#[test]
fn req_2_16_a_posted_answer_waits_for_its_own_browser_with_its_code() {
    let settled = awaiting().returned(&ours(), &return_code(), code(), LAST_SECOND).unwrap();
    assert!(matches!(settled.outcome(), PresentationOutcome::Verified { .. }));
    assert!(settled.response_code().copied() == code() && *settled.browser() == ours());
    assert_eq!(settled.settled_at(), LAST_SECOND);
    let refused =
        |browser: Digest, shown: Digest, now| awaiting().returned(&browser, &shown, code(), now).unwrap_err();
    assert_eq!(refused(other(), return_code(), MADE_AT), NotNow::OtherBrowser);
    assert_eq!(refused(ours(), Digest::of(b"guessed"), MADE_AT), NotNow::ResponseCode);
    assert_eq!(refused(ours(), code().unwrap(), MADE_AT), NotNow::ResponseCode);
    assert_eq!(refused(other(), Digest::of(b"guessed"), MADE_AT), NotNow::OtherBrowser, "whatever the code");
    assert_eq!(refused(ours(), return_code(), LATE), NotNow::Expired);
}

#[test]
fn req_2_35_an_answer_comes_by_the_way_that_was_asked_for() {
    assert_eq!(served().answered_by_wallet(answer(), MADE_AT).unwrap_err(), NotNow::OtherWay);
    let posted = || posted_by(PresentationFlow::SameDevice);
    assert_eq!(posted().answered_by(&ours(), MADE_AT).unwrap_err(), NotNow::OtherWay);
    assert!(posted().in_browser(&ours(), MADE_AT).is_ok(), "to go to the wallet again, or to give up");
    assert_eq!(posted().answered_by_wallet(answer(), LATE).unwrap_err(), NotNow::Expired);
}

#[test]
fn req_2_18_across_devices_nothing_waits_for_a_return() {
    let crossing = || posted_by(PresentationFlow::CrossDevice).answered_by_wallet(answer(), MADE_AT).unwrap();
    let waiting = crossing().await_return(proof(), report(), return_code(), MADE_AT);
    assert_eq!(waiting.unwrap_err(), NotNow::OtherWay);
    assert!(crossing().verified(proof(), report(), None, MADE_AT).is_ok());
}

#[test]
fn req_2_34_the_key_goes_with_the_answer() {
    let key = EncryptionKey::generate().unwrap();
    let kid = key.kid().to_owned();
    let mode = ResponseMode::DirectPostJwt;
    let asked = VpRequest { response_mode: mode, answer_key: Some(key.to_public_jwk()), ..asked() };
    let begun = Begun::new(asked, None, Some(key));
    assert_eq!(begun.answer_key().map(EncryptionKey::kid), Some(kid.as_str()));
    let served = begun.serve(ours(), MADE_AT).unwrap();
    assert_eq!(served.answer_key().map(EncryptionKey::kid), Some(kid.as_str()));
    // `AwaitingReturn` and `Settled` have no place for one.
    assert!(served.await_return(proof(), report(), return_code(), MADE_AT).is_ok());
}

fn posting_route() -> WalletRoute {
    WalletRoute { response_mode: ResponseMode::DirectPostJwt, ..route() }
}

/// Asked by the browser's API, of a wallet that otherwise posts encrypted answers.
fn by_api() -> Served {
    let asked = VpRequest { response_mode: ResponseMode::DcApi, flow: PresentationFlow::DcApi, ..asked() };
    Begun::new(asked, None, None).serve(ours(), MADE_AT).unwrap()
}

#[test]
fn req_2_55_an_answer_by_the_api_belongs_to_the_browser_that_asked() {
    assert!(by_api().answered_through_api(&ours(), LAST_SECOND).is_ok());
    assert_eq!(by_api().answered_through_api(&other(), MADE_AT).unwrap_err(), NotNow::OtherBrowser);
    assert_eq!(by_api().answered_through_api(&ours(), LATE).unwrap_err(), NotNow::Expired);
    // Each answer comes by its own way.
    assert_eq!(by_api().answered_by(&ours(), MADE_AT).unwrap_err(), NotNow::OtherWay);
    assert_eq!(by_api().answered_by_wallet(answer(), MADE_AT).unwrap_err(), NotNow::OtherWay);
    for served in
        [served(), posted_by(PresentationFlow::SameDevice), posted_by(PresentationFlow::CrossDevice)]
    {
        assert_eq!(served.answered_through_api(&ours(), MADE_AT).unwrap_err(), NotNow::OtherWay);
    }
}

fn way(wallet: &WalletRoute, flow: PresentationFlow, answer_key: Option<EncryptionKey>) -> AnotherWay<'_> {
    AnotherWay {
        wallet,
        flow,
        is_chosen: false,
        client_name: None,
        state: RequestState::from_entropy([8; 16]),
        nonce: Nonce::from_entropy([9; 16]),
        answer_key,
        until: Timestamp::from_unix(MADE_AT.unix() + 120),
    }
}

#[test]
fn asked_otherwise_it_is_the_same_question_in_another_request() {
    let key = EncryptionKey::generate().unwrap();
    let (before, public, route) = (by_api(), key.to_public_jwk(), posting_route());
    let (id, query) = (before.request().id.clone(), before.request().query.clone());
    let state = before.request().state.clone();
    let taken =
        before.asked_otherwise(&ours(), way(&route, PresentationFlow::SameDevice, Some(key)), MADE_AT);
    let taken = taken.unwrap();
    let asked = taken.request();
    assert_eq!(
        (asked.flow, asked.response_mode),
        (PresentationFlow::SameDevice, ResponseMode::DirectPostJwt)
    );
    assert_eq!((&asked.id, &asked.query), (&id, &query));
    assert!(asked.nonce == Nonce::from_entropy([9; 16]) && asked.state != state, "nothing old belongs to it");
    assert_eq!(asked.expires_at, Timestamp::from_unix(MADE_AT.unix() + 120), "it lives no longer than that");
    assert_eq!(asked.answer_key.as_ref(), Some(&public));
    assert!(taken.answer_key().is_some() && taken.answered_by_wallet(answer(), MADE_AT).is_ok());

    let refused = |served: Served, browser: Digest, now| {
        let way = way(&route, PresentationFlow::SameDevice, None);
        served.asked_otherwise(&browser, way, now).unwrap_err()
    };
    assert_eq!(refused(by_api(), other(), MADE_AT), NotNow::OtherBrowser);
    assert_eq!(refused(by_api(), ours(), LATE), NotNow::Expired);
}

#[test]
fn another_wallet_is_asked_only_where_the_person_may_choose() {
    let other_wallet =
        WalletRoute { name: "other".to_owned(), profile: Profile::Openid4vp, ..posting_route() };
    let choosing = |choice| {
        let asked = VpRequest { choice, ..asked() };
        let served = Begun::new(asked, None, None).serve(ours(), MADE_AT).unwrap();
        let way = AnotherWay { is_chosen: true, ..way(&other_wallet, PresentationFlow::SameDevice, None) };
        served.asked_otherwise(&ours(), way, MADE_AT)
    };
    assert_eq!(choosing(WalletChoice::Fixed).unwrap_err(), NotNow::OtherWay);
    for choice in [WalletChoice::Open, WalletChoice::Made] {
        let served = choosing(choice).unwrap();
        let asked = served.request();
        assert_eq!((asked.wallet.as_str(), asked.choice), ("other", WalletChoice::Made));
        assert_eq!(asked.scope, None, "a scope that stands for the query is known to one wallet alone");
    }
}

#[test]
fn what_a_wallet_on_another_device_answers_is_fetched_by_the_browser_that_waited() {
    let crossing = |requester| {
        let asked = VpRequest {
            requester,
            flow: PresentationFlow::CrossDevice,
            response_mode: ResponseMode::DirectPost,
            ..asked()
        };
        let served = Begun::new(asked, None, None).serve(ours(), MADE_AT).unwrap();
        served.answered_by_wallet(answer(), MADE_AT).unwrap()
    };
    let code = || Requester::Code {
        client_id: "web".to_owned(),
        authorization: AuthorizationId::from_entropy([7; 16]),
    };
    let waiting = || crossing(code()).await_return(proof(), report(), return_code(), MADE_AT).unwrap();
    assert_eq!(waiting().fetched(&other(), None, MADE_AT).unwrap_err(), NotNow::OtherBrowser);
    assert_eq!(waiting().fetched(&ours(), None, LATE).unwrap_err(), NotNow::Expired);
    assert!(waiting().fetched(&ours(), None, MADE_AT).is_ok());
    // A device polls, and an application asks: neither needs the browser.
    let device = Requester::Device { client_id: "tv".to_owned(), grant: GrantId::from_entropy([6; 16]) };
    for requester in [device, asked().requester] {
        let refused = crossing(requester).await_return(proof(), report(), return_code(), MADE_AT);
        assert_eq!(refused.unwrap_err(), NotNow::OtherWay);
    }
    // On the same device the wallet brings it back, with a code.
    let back = posted_by(PresentationFlow::SameDevice).answered_by_wallet(answer(), MADE_AT).unwrap();
    let back = back.await_return(proof(), report(), return_code(), MADE_AT).unwrap();
    assert_eq!(back.fetched(&ours(), None, MADE_AT).unwrap_err(), NotNow::OtherWay);
}

#[test]
fn the_answer_that_decides_is_remembered_and_no_other() {
    let waiting = posted_by(PresentationFlow::SameDevice).answered_by_wallet(answer(), MADE_AT).unwrap();
    let waiting = waiting.await_return(proof(), report(), return_code(), MADE_AT).unwrap();
    assert!(waiting.answer() == Some(&answer()));
    let settled = waiting.returned(&ours(), &return_code(), code(), MADE_AT).unwrap();
    assert!(settled.answer() == Some(&answer()));
    let declined = posted_by(PresentationFlow::SameDevice).answered_by_wallet(answer(), MADE_AT).unwrap();
    let declined = declined.declined(WalletError::AccessDenied, None, MADE_AT).unwrap();
    assert!(declined.answer() == Some(&answer()));
    // Through the browser nothing is posted.
    assert!(served().verified(proof(), report(), code(), MADE_AT).unwrap().answer().is_none());
}

#[test]
fn req_2_3_a_person_goes_on_in_another_browser_only_for_a_web_application_and_before_the_answer() {
    let begun = |requester| {
        Begun::new(VpRequest { requester, ..asked() }, None, None).serve(other(), MADE_AT).unwrap()
    };
    let application = Requester::RelyingParty {
        client_id: "shop".to_owned(),
        redirect_uri: "https://shop.example/return".parse().unwrap(),
        state: None,
        grant: None,
        scope: None,
        several_holders: false,
    };
    let taken = begun(application.clone()).taken_over_by(ours(), LAST_SECOND).unwrap();
    assert!(*taken.browser() == ours());
    assert_eq!(taken.in_browser(&other(), MADE_AT).unwrap_err(), NotNow::OtherBrowser);
    assert_eq!(begun(application).taken_over_by(ours(), LATE).unwrap_err(), NotNow::Expired);
    let device = Requester::Device { client_id: "tv".to_owned(), grant: GrantId::from_entropy([1; 16]) };
    let code = Requester::Code {
        client_id: "web".to_owned(),
        authorization: AuthorizationId::from_entropy([1; 16]),
    };
    for fixed in [device, code] {
        assert_eq!(begun(fixed).taken_over_by(ours(), MADE_AT).unwrap_err(), NotNow::OtherBrowser);
    }
}

#[test]
fn an_answer_that_can_never_do_settles_at_the_first_try() {
    for (check, settles) in [("status", true), ("validity_exp", true), ("issuer_signature", false)] {
        let mut findings = Findings::new();
        let rejection = findings.fail(&Rule { check, requirement: "" }, "why");
        let rejected = served().rejected(findings.conclude(Err(rejection)), code(), MADE_AT).unwrap();
        assert_eq!(matches!(rejected, AfterRejection::Final(_)), settles, "{check}");
    }
}
