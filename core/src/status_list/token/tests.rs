use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::super::kind::StatusEntry;
use super::super::statuses::StatusesFault;
use super::*;
use crate::base::base64url;
use crate::base::report::Findings;
use crate::jose::alg::Algorithm;
use crate::jose::key_set::NoKey;
use crate::jose::signing::SigningKey;
use crate::sdjwt::limits::PresentationLimits;
use crate::sdjwt::parse::PresentedSdJwt;
use crate::sdjwt::testing::{ListMaker, Maker, NOW, QUERY_ID, STATUS_URI};

const RECEIPT: Receipt = Receipt { at: NOW, max_age: None };

fn trusted(maker: &Maker) -> TrustedIssuer {
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    maker.trust().vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap()
}

fn read(token: &str, maker: &Maker) -> Result<StatusList, StatusListFault> {
    let token = StatusListToken::parse(token.as_bytes())?;
    token.verify(&trusted(maker), &maker.keys(), STATUS_URI, RECEIPT, &CacheBounds::default())
}

/// A list after one change.
fn changed(change: impl FnOnce(&mut ListMaker)) -> Result<StatusList, StatusListFault> {
    let maker = Maker::new();
    let mut list = ListMaker::new(&maker.issuer, &[0, 1]);
    change(&mut list);
    read(&list.sign(&maker.issuer), &maker)
}

fn payload(name: &'static str, value: Value) -> Result<StatusList, StatusListFault> {
    changed(|list| {
        list.payload.insert(name.to_owned(), value);
    })
}

#[test]
fn req_7_4_a_signed_list_is_read() {
    let list = changed(|_| {}).unwrap();
    assert_eq!([0, 1, 2].map(|index| list.at(&StatusEntry::Index(index))), [Some(0), Some(1), None]);
    let long = changed(|list| {
        list.header.insert("typ".to_owned(), json!("application/statuslist+jwt"));
    });
    assert!(long.is_ok());
}

#[test]
fn req_7_4_another_type_is_refused() {
    for typ in
        [json!("JWT"), json!("statuslist+cwt"), json!("dc+sd-jwt"), json!("text/statuslist+jwt"), json!(null)]
    {
        let fault = changed(|list| {
            list.header.insert("typ".to_owned(), typ.clone());
        });
        assert_eq!(fault.unwrap_err(), StatusListFault::Typ, "{typ}");
    }
}

#[test]
fn req_7_4_only_asymmetric_algorithms_of_the_key_count() {
    let maker = Maker::new();
    let token = ListMaker::new(&maker.issuer, &[0]).sign(&maker.issuer);
    let (_, rest) = token.split_once('.').unwrap();
    for alg in ["none", "HS256", "ES256K"] {
        let header = json!({"alg": alg, "typ": TYP, "kid": maker.issuer.kid()}).to_string();
        let fault = read(&format!("{}.{rest}", base64url::encode(header)), &maker).unwrap_err();
        assert_eq!(fault, StatusListFault::Jws(JwsFault::Algorithm), "{alg}");
    }
    let header = json!({"alg": "ES384", "typ": TYP, "kid": maker.issuer.kid()}).to_string();
    let fault = read(&format!("{}.{rest}", base64url::encode(header)), &maker).unwrap_err();
    assert_eq!(fault, StatusListFault::Key(NoKey::WrongAlgorithm));
}

#[test]
fn req_7_4_an_altered_list_is_refused() {
    let maker = Maker::new();
    let token = ListMaker::new(&maker.issuer, &[0]).sign(&maker.issuer);
    let other = ListMaker::new(&maker.issuer, &[1]).sign(&maker.issuer);
    let (front, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    let fault = read(&format!("{front}.{signature}"), &maker).unwrap_err();
    let StatusListFault::Signature(how) = &fault else { panic!("{fault}") };
    assert!(how.contains(maker.issuer.kid()) && how.contains("`kid`"), "{how}");
    for wrong in ["", "x", "a.b", "a.b.c.d", &token[1..], &format!("{token}\n")] {
        assert!(matches!(read(wrong, &maker), Err(StatusListFault::Jws(_))), "{wrong}");
    }
}

#[test]
fn req_7_8_a_list_by_anybody_else_is_refused() {
    let maker = Maker::new();
    let somebody = SigningKey::generate(Algorithm::Es256).unwrap();
    let list = ListMaker::new(&somebody, &[0]);
    assert_eq!(read(&list.sign(&somebody), &maker).unwrap_err(), StatusListFault::Key(NoKey::UnknownKid));
    // Under the issuer's key name, and with a chain of its own: neither proves anything.
    let mut list = ListMaker::new(&maker.issuer, &[0]);
    list.header.insert("x5c".to_owned(), json!(["MIIB"]));
    assert!(matches!(read(&list.sign(&somebody), &maker).unwrap_err(), StatusListFault::Signature(_)));
    list.header.insert("jwk".to_owned(), somebody.public_key().to_jwk());
    list.header.insert("kid".to_owned(), json!(null));
    assert!(matches!(read(&list.sign(&somebody), &maker).unwrap_err(), StatusListFault::Signature(_)));
    assert!(read(&list.sign(&maker.issuer), &maker).is_ok());
}

#[test]
fn req_7_5_the_subject_is_the_address_letter_by_letter() {
    assert_eq!(payload("sub", json!(STATUS_URI)).unwrap().uri(), STATUS_URI);
    for sub in [
        json!("https://issuer.example.com/statuslists/2"),
        json!("https://issuer.example.com/statuslists/1/"),
        json!("HTTPS://issuer.example.com/statuslists/1"),
        json!(""),
        json!([STATUS_URI]),
        json!(null),
    ] {
        assert_eq!(payload("sub", sub.clone()).unwrap_err(), StatusListFault::Subject, "{sub}");
    }
}

#[test]
fn req_7_6_iat_is_there_and_not_ahead() {
    assert_eq!(payload("iat", json!(null)).unwrap_err(), StatusListFault::Date("iat"));
    assert_eq!(payload("iat", json!("1700000000")).unwrap_err(), StatusListFault::Date("iat"));
    assert!(payload("iat", json!(NOW.unix() + 60)).is_ok());
    assert_eq!(payload("iat", json!(NOW.unix() + 61)).unwrap_err(), StatusListFault::Ahead("iat"));
    assert_eq!(payload("nbf", json!(NOW.unix() + 61)).unwrap_err(), StatusListFault::Ahead("nbf"));
}

#[test]
fn req_7_6_an_expired_list_is_refused() {
    assert!(payload("exp", json!(NOW.unix() + 1)).is_ok());
    assert!(payload("exp", json!(null)).is_ok());
    assert!(payload("exp", json!(NOW.unix() - 59)).is_ok(), "clocks may be a minute apart");
    for past in [NOW.unix() - 60, NOW.unix() - 61, 0] {
        assert_eq!(payload("exp", json!(past)).unwrap_err(), StatusListFault::Expired, "{past}");
    }
    assert_eq!(payload("exp", json!("never")).unwrap_err(), StatusListFault::Date("exp"));
}

#[test]
fn req_7_6_clocks_may_be_as_far_apart_as_is_configured() {
    let judged = |iat: i64, exp: i64, tolerance: u64| {
        let maker = Maker::new();
        let mut list = ListMaker::new(&maker.issuer, &[0]);
        list.payload.insert("iat".to_owned(), json!(NOW.unix() + iat));
        list.payload.insert("exp".to_owned(), json!(NOW.unix() + exp));
        let bounds = CacheBounds::default().with_clock_tolerance(Duration::from_secs(tolerance));
        let token = StatusListToken::parse(list.sign(&maker.issuer).as_bytes()).unwrap();
        token.verify(&trusted(&maker), &maker.keys(), STATUS_URI, RECEIPT, &bounds)
    };
    assert_eq!(judged(-100, -5, 0).unwrap_err(), StatusListFault::Expired);
    assert_eq!(judged(5, 100, 0).unwrap_err(), StatusListFault::Ahead("iat"));
    assert_eq!(judged(-1000, -300, 300).unwrap_err(), StatusListFault::Expired);
    assert!(judged(300, 1000, 300).is_ok());
    // A provider whose clock is slow: its list is over at once, and good until the tolerance ends.
    let late = judged(-20, -5, 60).unwrap();
    let usable = |seconds| late.usable(NOW.plus(Duration::from_secs(seconds)), Duration::from_secs(3600));
    assert!(late.usable(NOW, Duration::ZERO) && usable(54));
    assert!(!usable(55), "no window reaches past its end");
    assert!(late.fresh_until() > NOW);
}

/// A list that says nothing of its end, signed so long ago, where lists may be an hour old.
fn aged(age: i64, ttl: i64) -> Result<StatusList, StatusListFault> {
    let maker = Maker::new();
    let mut list = ListMaker::new(&maker.issuer, &[0]);
    list.payload.insert("iat".to_owned(), json!(NOW.unix() - age));
    list.payload.insert("exp".to_owned(), json!(null));
    list.payload.insert("ttl".to_owned(), json!(ttl));
    let bounds = CacheBounds::default().no_older_than(Some(Duration::from_secs(3600)));
    let token = StatusListToken::parse(list.sign(&maker.issuer).as_bytes()).unwrap();
    token.verify(&trusted(&maker), &maker.keys(), STATUS_URI, RECEIPT, &bounds)
}

#[test]
fn req_7_6_a_list_that_is_too_old_is_refused_where_an_age_is_configured() {
    assert!(payload("iat", json!(0)).is_ok(), "any age, when nothing is configured");
    assert!(aged(3599, 600).is_ok());
    for age in [3600, 3601, NOW.unix()] {
        assert_eq!(aged(age, 600).unwrap_err(), StatusListFault::TooOld, "{age}");
    }
}

#[test]
fn req_7_6_a_kept_list_becomes_too_old() {
    let list = aged(3000, 86_400).unwrap();
    let usable = |later, stale| list.usable(NOW.plus(Duration::from_secs(later)), Duration::from_secs(stale));
    assert_eq!(list.fresh_until().unix(), NOW.unix() + 600);
    assert!(usable(599, 0) && usable(599, 1000));
    assert!(!usable(600, 0) && !usable(600, 1000), "no window reaches past its age");
}

/// Every question is about now, so an answer about another time is none (TSL 8.4).
#[test]
fn req_7_18_now_lies_between_iat_and_exp_of_the_answer() {
    let between = |iat: i64, exp: i64| {
        changed(|list| {
            list.payload.insert("iat".to_owned(), json!(NOW.unix() + iat));
            list.payload.insert("exp".to_owned(), json!(NOW.unix() + exp));
        })
        .map(|_| ())
    };
    assert_eq!(between(-1, 1), Ok(()));
    assert_eq!(between(-1000, -100), Err(StatusListFault::Expired));
    assert_eq!(between(100, 1000), Err(StatusListFault::Ahead("iat")));
}

/// Seconds for which a list is fresh.
fn fresh(ttl: Value, exp: Value, max_age: Option<u64>) -> i64 {
    let maker = Maker::new();
    let mut list = ListMaker::new(&maker.issuer, &[0]);
    list.payload.insert("ttl".to_owned(), ttl);
    list.payload.insert("exp".to_owned(), exp);
    let receipt = Receipt { at: NOW, max_age: max_age.map(Duration::from_secs) };
    let bounds = CacheBounds::new(Duration::from_secs(60), Duration::from_secs(3600)).unwrap();
    let token = StatusListToken::parse(list.sign(&maker.issuer).as_bytes()).unwrap();
    let list = token.verify(&trusted(&maker), &maker.keys(), STATUS_URI, receipt, &bounds).unwrap();
    list.fresh_until().unix() - NOW.unix()
}

#[test]
fn req_7_7_ttl_is_clamped_and_never_outlives_exp() {
    let none = || json!(null);
    for (ttl, seconds) in [(600, 600), (0, 60), (-5, 60), (i64::MAX, 3600)] {
        assert_eq!(fresh(json!(ttl), none(), None), seconds, "{ttl}");
    }
    assert_eq!(fresh(json!(600), json!(NOW.unix() + 100), None), 100);
    assert_eq!(fresh(json!(1), json!(NOW.unix() + 10), None), 10, "exp outranks the least");
    assert_eq!(payload("ttl", json!("600")).unwrap_err(), StatusListFault::Date("ttl"));
}

#[test]
fn req_7_7_the_tokens_word_outranks_http() {
    let none = || json!(null);
    assert_eq!(fresh(json!(600), none(), Some(1200)), 600);
    assert_eq!(fresh(none(), json!(NOW.unix() + 900), Some(1200)), 900);
    assert_eq!(fresh(none(), none(), Some(1200)), 1200);
    assert_eq!(fresh(none(), none(), None), 60);
    assert_eq!(CacheBounds::new(Duration::from_secs(2), Duration::from_secs(1)), None);
}

#[test]
fn req_7_9_the_list_must_be_there_and_readable() {
    for wrong in [json!(null), json!([]), json!("eNrbuRgAAhcBXQ")] {
        assert_eq!(payload("status_list", wrong).unwrap_err(), StatusListFault::NoList);
    }
    let three = payload("status_list", json!({"bits": 3, "lst": "eNrbuRgAAhcBXQ"}));
    assert_eq!(three.unwrap_err(), StatusListFault::Statuses(StatusesFault::Bits));
}

proptest! {
    #[test]
    fn any_bytes_are_a_token_or_not(bytes in any::<Vec<u8>>(), text in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,40}){0,4}") {
        prop_assert!(StatusListToken::parse(&bytes).is_err());
        prop_assert!(StatusListToken::parse(text.as_bytes()).is_err());
    }

    #[test]
    fn a_list_with_one_byte_changed_is_refused(place in any::<prop::sample::Index>(), flip in 1u8..128) {
        let maker = Maker::new();
        let mut token = ListMaker::new(&maker.issuer, &[0]).sign(&maker.issuer).into_bytes();
        let place = place.index(token.len());
        token[place] ^= flip;
        let read = StatusListToken::parse(&token).and_then(|token| {
            token.verify(&trusted(&maker), &maker.keys(), STATUS_URI, RECEIPT, &CacheBounds::default())
        });
        prop_assert!(read.is_err());
    }
}
