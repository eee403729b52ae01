//! Queries that do without holder binding (OpenID4VP 1.0 sections 6.1, 5.3).

use super::*;

/// Asks for the same without holder binding.
fn scene() -> VerifyScene {
    let mut scene = VerifyScene::new();
    let query = CredentialQuery { holder_binding: false, ..credential_query(QUERY_ID) };
    scene.asked.query = Query::of(vec![query]).unwrap();
    scene
}

fn line<'r>(report: &'r Report, name: &str) -> &'r Check {
    report.checks.iter().find(|line| line.check == name).unwrap()
}

#[test]
fn req_6_1_without_holder_binding_a_presentation_without_key_binding_is_accepted() {
    let scene = scene();
    let (presentation, report) = scene.judge(&scene.maker.sd_jwt());
    let presentation = presentation.unwrap_or_else(|| panic!("{report:?}"));
    assert_eq!(only(&presentation, QUERY_ID).holder, None);
    assert!(presentation.one_holder());
    assert_eq!(line(&report, "holder_binding").outcome, CheckOutcome::NotApplicable);
    let bound = VerifyScene::new();
    assert_eq!(bound.refused(&bound.maker.sd_jwt()), "kb_present");
    assert_eq!(line(&bound.verified().1, "holder_binding").outcome, CheckOutcome::Passed);
}

#[test]
fn a_credential_without_cnf_needs_no_holder_where_none_is_demanded() {
    let mut scene = scene();
    scene.maker.payload.shift_remove("cnf");
    assert!(scene.judge(&scene.maker.sd_jwt()).0.is_some());
    assert_eq!(scene.refused(&scene.maker.present()), "holder_key");
}

#[test]
fn everything_else_about_it_must_hold() {
    let wrongs: [(&str, Wrong); 5] = [
        ("issuer_signature", |scene| {
            let kid = scene.maker.issuer.kid().to_owned();
            scene.maker.issuer = SigningKey::generate(Algorithm::Es256).unwrap();
            scene.maker.header.insert("kid".to_owned(), json!(kid));
            scene.maker.sd_jwt()
        }),
        ("validity_exp", |scene| {
            scene.maker.payload.insert("exp".to_owned(), json!(NOW.unix() - 61));
            scene.maker.sd_jwt()
        }),
        ("disclosures", |scene| {
            scene.maker.disclosures[0] = member("given_name", json!("Someone"));
            scene.maker.sd_jwt()
        }),
        ("claims_present", |scene| {
            scene.maker.disclosures.pop();
            scene.maker.sd_jwt()
        }),
        ("sd_jwt_format", |scene| scene.maker.sd_jwt().trim_end_matches('~').to_owned()),
    ];
    for (reason, wrong) in wrongs {
        let mut scene = scene();
        let vp_token = wrong(&mut scene);
        assert_eq!(scene.refused(&vp_token), reason);
    }
}

#[test]
fn req_6_11_a_key_binding_jwt_that_was_not_demanded_must_hold_and_raises_nothing() {
    let mut scene = scene();
    let (presentation, report) = scene.verified();
    assert_eq!(only(&presentation, QUERY_ID).holder, None);
    assert_eq!(line(&report, "kb_present").outcome, CheckOutcome::NotApplicable);
    assert_eq!(line(&report, "kb_signature").outcome, CheckOutcome::Passed);
    let vp_token = kb(&mut scene, "aud", &json!("another"));
    assert_eq!(scene.refused(&vp_token), "kb_audience");
    let mut scene = self::scene();
    let vp_token = kb(&mut scene, "nonce", &json!("AAAAAAAAAAAAAAAAAAAAAA"));
    assert_eq!(scene.refused(&vp_token), "kb_nonce");
    let mut scene = self::scene();
    scene.maker.holder = SigningKey::generate(Algorithm::Es256).unwrap();
    assert_eq!(scene.refused(&scene.maker.present()), "kb_signature");
}

#[test]
fn req_6_16_it_authorises_nothing() {
    let mut scene = scene();
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([sha256("x")]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_only_when_asked");
}

#[test]
fn req_8_14_an_unbound_credential_is_linked_to_nothing() {
    let (mut scene, mut second) = two_credentials();
    second.holder = SigningKey::from_jwk(&scene.maker.holder.to_private_jwk()).unwrap();
    second.payload.insert("cnf".to_owned(), scene.maker.payload["cnf"].clone());
    assert!(scene.judge(&both(&scene.maker, &second)).0.unwrap().one_holder());
    let unbound = CredentialQuery { holder_binding: false, ..credential_query("other") };
    scene.asked.query = Query::of(vec![credential_query(QUERY_ID), unbound]).unwrap();
    assert!(!scene.judge(&both(&scene.maker, &second)).0.unwrap().one_holder());
}

#[test]
fn req_4_3_what_was_read_without_binding_does_not_answer_a_query_that_demands_it() {
    use crate::sdjwt::limits::PresentationLimits;
    use crate::sdjwt::parse::{HolderBinding, PresentedSdJwt};
    let scene = VerifyScene::new();
    for text in [scene.maker.sd_jwt(), scene.maker.present()] {
        let mut findings = Findings::new();
        let (without, limits) = (HolderBinding::NotRequired, PresentationLimits::default());
        let presented = PresentedSdJwt::parse_with(without, &text, &limits, &mut findings).unwrap();
        let shown = PresentedCredential {
            credential: QUERY_ID.to_owned(),
            number: None,
            presented: presented.into(),
        };
        assert_eq!(scene.current(shown, &mut findings).unwrap_err().reason(), "holder_binding");
    }
}
