//! Who signed: trust, key, signature, `typ`.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::base::base64url;
use crate::jose::alg::Algorithm;
use crate::jose::jwk::PublicKey;
use crate::jose::key_set::KeySet;
use crate::jose::signing::SigningKey;
use crate::sdjwt::testing::{ISSUER, VCT};
use crate::trust::did::{self, DidKeys};
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CredentialTrust, FormatRules, KeySource, SdJwtVcRules, TrustPolicy};

/// Judges with other keys than the maker's.
fn refused_with_keys(maker: &Maker, keys: Vec<PublicKey>, check: &str) -> String {
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let issuer = maker.trust().vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
    let answer = presented.authenticate(&issuer, &KeySet::of(keys), &expected(), NOW, &mut findings);
    let report = findings.conclude(answer.map(|_| ()));
    assert_eq!(report.reason.as_deref(), Some(check), "{report:?}");
    report.checks.last().unwrap().detail.to_string()
}

fn accepted_with_keys(maker: &Maker, keys: Vec<PublicKey>) {
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let issuer = maker.trust().vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
    let answer = presented.authenticate(&issuer, &KeySet::of(keys), &expected(), NOW, &mut findings);
    assert_eq!(findings.conclude(answer.map(|_| ())).reason, None);
}

fn named(key: &SigningKey, kid: &str) -> PublicKey {
    let mut jwk = key.public_key().to_jwk();
    jwk["kid"] = kid.into();
    PublicKey::from_jwk(&jwk).unwrap()
}

#[test]
fn req_4_6_every_accepted_algorithm_works_for_both_signatures() {
    for alg in Algorithm::ALL {
        accepted(&Maker::with_keys(alg, Algorithm::Es256));
        accepted(&Maker::with_keys(Algorithm::Es256, alg));
    }
}

#[test]
fn req_4_7_an_edited_payload_is_refused() {
    let maker = Maker::new();
    let text = maker.present();
    let mut edited = Maker::new();
    edited.payload = maker.payload.clone();
    edited.header = maker.header.clone();
    set(&mut edited.payload, "extra", json!(1));
    assert!(judge(&text, &maker).0.is_ok());
    let (good, bad) = (maker.issuer_jwt(), edited.issuer_jwt());
    let forged = bad.rsplit_once('.').unwrap().0.to_owned() + "." + good.rsplit_once('.').unwrap().1;
    let report =
        refused_text(&text.replacen(text.split_once('~').unwrap().0, &forged, 1), &maker, "issuer_signature");
    let detail = &report.checks.last().unwrap().detail;
    assert!(detail.contains(maker.issuer.kid()) && detail.contains("`kid`"), "{detail}");
}

#[test]
fn req_4_8_another_issuers_key_is_refused() {
    let (maker, other) = (Maker::new(), Maker::new());
    accepted(&maker);
    let keys = vec![named(&other.issuer, maker.issuer.kid())];
    refused_with_keys(&maker, keys, "issuer_signature");
}

#[test]
fn req_5_8_the_key_is_chosen_by_kid_and_without_one_every_fitting_key_is_tried() {
    let maker = Maker::new();
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    refused_with_keys(&maker, vec![named(&maker.issuer, "another name")], "issuer_key");
    refused_with_keys(&maker, Vec::new(), "issuer_key");
    let ed = SigningKey::generate(Algorithm::EdDsa).unwrap();
    refused_with_keys(&maker, vec![named(&ed, maker.issuer.kid())], "issuer_key");
    let unnamed = changed(|m| set(&mut m.header, "kid", Value::Null));
    accepted(&unnamed);
    let both = vec![unnamed.issuer.public_key().clone(), other.public_key().clone()];
    accepted_with_keys(&unnamed, both.clone());
    accepted_with_keys(&unnamed, both.into_iter().rev().collect());
    // The same key twice, under one name.
    let own = maker.issuer.public_key();
    accepted_with_keys(&maker, vec![own.clone(), own.clone()]);
    // Two keys of one name: a rotation that kept it.
    accepted_with_keys(&maker, vec![named(&other, maker.issuer.kid()), own.clone()]);
    let others: Vec<_> =
        (0..2).map(|_| named(&SigningKey::generate(Algorithm::Es256).unwrap(), "x")).collect();
    let detail = refused_with_keys(&unnamed, others, "issuer_signature");
    assert!(detail.contains("any of 2 ES256 keys"), "{detail}");
    refused_with_keys(&unnamed, vec![ed.public_key().clone()], "issuer_key");
}

#[test]
fn req_5_8_a_relative_did_url_names_a_key_of_the_issuer_that_is_a_did() {
    let mut maker = Maker::new();
    let mut jwk = maker.issuer.public_key().to_jwk();
    jwk.as_object_mut().unwrap().remove("kid");
    let did = format!("did:jwk:{}", base64url::encode(jwk.to_string()));
    let Ok(DidKeys::Inside(keys)) = did::resolve(&did) else { panic!("{did}") };
    set(&mut maker.payload, "iss", json!(did));
    for (kid, good) in [
        ("#0".to_owned(), true),
        (format!("{did}#0"), true),
        ("#1".to_owned(), false),
        ("0".to_owned(), false),
        ("#".to_owned(), false),
    ] {
        set(&mut maker.header, "kid", json!(kid));
        let mut trust = maker.trust();
        trust.credentials[0].issuer = did.clone();
        trust.credentials[0].keys = KeySource::DidJwk(Arc::new(keys.clone()));
        let mut findings = Findings::new();
        let presented =
            PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
        let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
        let judged = presented.authenticate(&issuer, &keys, &expected(), NOW, &mut findings);
        assert_eq!(judged.is_ok(), good, "{kid}");
    }
    // For any other issuer it is a name like every other.
    maker = changed(|m| set(&mut m.header, "kid", json!("#0")));
    accepted_with_keys(&maker, vec![named(&maker.issuer, "#0")]);
}

#[test]
fn req_4_6_two_names_of_edwards_signatures_fit_one_key_and_an_open_rsa_key_fits_both_paddings() {
    for (alg, key) in [
        (Algorithm::Ed25519, "EdDSA"),
        (Algorithm::EdDsa, "Ed25519"),
        (Algorithm::Ps256, ""),
        (Algorithm::Rs256, ""),
    ] {
        let maker = Maker::with_keys(alg, alg);
        let renamed = |key_of: &SigningKey| {
            let mut jwk = key_of.public_key().to_jwk();
            match key {
                "" => drop(jwk.as_object_mut().unwrap().remove("alg")),
                name => jwk["alg"] = name.into(),
            }
            jwk
        };
        let issuer = PublicKey::from_jwk(&renamed(&maker.issuer)).unwrap();
        let holder = renamed(&maker.holder);
        let mut maker = maker;
        maker.payload["cnf"]["jwk"] = holder;
        accepted_with_keys(&maker, vec![issuer]);
    }
}

#[test]
fn req_5_1_typ_is_dc_sd_jwt() {
    // A media type: the case and the long form do not matter (RFC 7515 section 4.1.9).
    for same in ["application/dc+sd-jwt", "DC+SD-JWT", "Application/DC+SD-JWT"] {
        accepted(&changed(|m| set(&mut m.header, "typ", json!(same))));
    }
    for wrong in [json!("JWT"), json!("vc+sd-jwt"), json!("text/dc+sd-jwt"), json!("kb+jwt"), Value::Null] {
        refused(&changed(|m| set(&mut m.header, "typ", wrong)), "typ");
    }
}

#[test]
fn req_5_1_the_legacy_typ_needs_its_switch() {
    let maker = changed(|m| set(&mut m.header, "typ", json!("vc+sd-jwt")));
    let mut trust = maker.trust();
    trust.credentials[0].rules =
        FormatRules::SdJwtVc(SdJwtVcRules { accept_legacy_typ: true, ..SdJwtVcRules::default() });
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
    assert!(presented.authenticate(&issuer, &maker.keys(), &expected(), NOW, &mut findings).is_ok());
}

#[test]
fn req_5_10_req_5_12_only_configured_issuers_are_believed() {
    for wrong in
        [json!("https://issuer.example.com/"), json!("https://ISSUER.example.com"), json!(1), Value::Null]
    {
        refused(&changed(|m| set(&mut m.payload, "iss", wrong)), "issuer_trusted");
    }
    let maker = Maker::new();
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    assert!(maker.trust().vouch("other", &presented.issuer_hint(), &mut findings).is_err());
    assert!(TrustPolicy::default().vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).is_err());
}

#[test]
fn req_5_2_req_5_13_the_type_is_one_of_the_accepted() {
    accepted(&changed(|m| set(&mut m.payload, "vct", json!(VCT))));
    accepted(&changed(|m| set(&mut m.payload, "aka_vcts", json!(["https://credentials.example.com/other"]))));
    for wrong in [json!("https://credentials.example.com/other"), json!(1), json!([VCT]), Value::Null] {
        refused(&changed(|m| set(&mut m.payload, "vct", wrong)), "credential_type");
    }
    let aliased = changed(|m| {
        set(&mut m.payload, "vct", json!("https://attacker.example/type"));
        set(&mut m.payload, "aka_vcts", json!([VCT]));
    });
    refused(&aliased, "credential_type");
}

#[test]
fn req_5_4_a_token_cannot_choose_the_mechanism() {
    let with_x5c = changed(|m| set(&mut m.header, "x5c", json!(["MIIB"])));
    accepted(&with_x5c);
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut forged = Maker::new();
    set(&mut forged.header, "x5c", json!(["MIIB"]));
    set(&mut forged.header, "jwk", stranger.public_key().to_jwk());
    let keys = vec![named(&Maker::new().issuer, forged.issuer.kid())];
    refused_with_keys(&forged, keys, "issuer_signature");
    let no_iss = changed(|m| {
        set(&mut m.header, "x5c", json!(["MIIB"]));
        set(&mut m.payload, "iss", Value::Null);
    });
    refused(&no_iss, "issuer_trusted");
}

#[test]
fn one_query_may_be_answered_by_several_issuers_each_with_its_own_keys() {
    let maker = Maker::new();
    let entry = |issuer: &str| CredentialTrust {
        id: QUERY_ID.to_owned(),
        types: vec![VCT.to_owned()],
        issuer: issuer.to_owned(),
        keys: KeySource::Jwks(Arc::new(KeySet::of(Vec::new()))),
        status: StatusPolicy::default(),
        status_roots: None,
        rules: FormatRules::default(),
    };
    let policy = TrustPolicy { credentials: vec![entry("https://first.example"), entry(ISSUER)] };
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let issuer = policy.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
    assert_eq!((issuer.issuer(), issuer.kid()), (ISSUER, Some(maker.issuer.kid())));
    assert!(matches!(issuer.keys(), KeySource::Jwks(keys) if keys.keys().is_empty()));
}

#[test]
fn req_4_8_trust_in_one_presentation_does_not_carry_to_another() {
    let (asked, other) =
        (Maker::new(), changed(|m| set(&mut m.payload, "iss", json!("https://other.example"))));
    let mut findings = Findings::new();
    let first =
        PresentedSdJwt::parse(&asked.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let issuer = asked.trust().vouch(QUERY_ID, &first.issuer_hint(), &mut findings).unwrap();
    let second =
        PresentedSdJwt::parse(&other.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let answer = second.authenticate(&issuer, &other.keys(), &expected(), NOW, &mut findings);
    assert_eq!(answer.unwrap_err().reason(), "issuer_trusted");
    let other = changed(|m| set(&mut m.payload, "vct", json!("https://other.example/type")));
    let third =
        PresentedSdJwt::parse(&other.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let answer = third.authenticate(&issuer, &other.keys(), &expected(), NOW, &mut findings);
    assert_eq!(answer.unwrap_err().reason(), "credential_type");
}
