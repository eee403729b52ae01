//! Sections 4 and 7.1(1): the text and its bounds.

use serde_json::json;

use super::*;
use crate::sdjwt::parse::HolderBinding;
use crate::sdjwt::testing::{NONCE, member};

#[test]
fn req_4_1_empty_and_padded_parts_are_refused() {
    let maker = Maker::new();
    let text = maker.present();
    assert!(judge(&text, &maker).0.is_ok());
    for (from, to) in [("~", "~~"), ("~", "=~"), ("~", "~ ")] {
        let place = text.match_indices('~').nth(1).unwrap().0;
        let wrong = format!("{}{}", &text[..place], text[place..].replacen(from, to, 1));
        refused_text(&wrong, &maker, "sd_jwt_format");
    }
    refused_text(&text.replacen('~', "\n~", 1), &maker, "issuer_jwt_format");
    refused_text(&format!("{text}\n"), &maker, "kb_jwt_format");
    refused_text(&format!("{text}="), &maker, "kb_jwt_format");
    refused_text(&format!("~{text}"), &maker, "sd_jwt_format");
    refused_text(&maker.issuer_jwt(), &maker, "sd_jwt_format");
    refused_text("", &maker, "sd_jwt_format");
}

#[test]
fn req_4_2_a_missing_final_tilde_is_refused() {
    let maker = Maker::new();
    refused_text(maker.sd_jwt().strip_suffix('~').unwrap(), &maker, "sd_jwt_format");
}

#[test]
fn req_4_4_req_6_1_a_stripped_kb_jwt_is_refused() {
    let maker = Maker::new();
    accepted(&maker);
    refused_text(&maker.sd_jwt(), &maker, "kb_present");
}

/// Judges `text` where the question demands no holder binding.
fn judge_unbound(text: &str, maker: &Maker) -> Result<Authentic, &'static str> {
    let mut findings = Findings::new();
    let (without, limits) = (HolderBinding::NotRequired, PresentationLimits::default());
    let presented =
        PresentedSdJwt::parse_with(without, text, &limits, &mut findings).map_err(Rejection::reason)?;
    let issuer =
        maker.trust().vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).map_err(Rejection::reason)?;
    presented
        .authenticate(&issuer, &maker.keys(), &expected(), NOW, &mut findings)
        .map(Authentic::from)
        .map_err(Rejection::reason)
}

#[test]
fn req_4_2_req_4_3_without_holder_binding_the_last_part_may_be_empty_and_nothing_else() {
    let maker = Maker::new();
    let authentic = judge_unbound(&maker.sd_jwt(), &maker).unwrap();
    assert_eq!(authentic.claims()["given_name"], json!("Erika"));
    assert_eq!(authentic.holder_thumbprint(), None);
    for wrong in [
        maker.sd_jwt().strip_suffix('~').unwrap().to_owned(),
        format!("{}text", maker.sd_jwt()),
        format!("{}~", maker.sd_jwt()),
        maker.issuer_jwt(),
    ] {
        assert_eq!(judge_unbound(&wrong, &maker).unwrap_err(), "sd_jwt_format", "{wrong}");
    }
}

#[test]
fn req_6_11_a_key_binding_jwt_that_was_not_demanded_is_checked_and_raises_nothing() {
    let maker = Maker::new();
    assert_eq!(judge_unbound(&maker.present(), &maker).unwrap().holder_thumbprint(), None);
    for (name, wrong, check) in [
        ("aud", json!("another"), "kb_audience"),
        ("nonce", json!("another"), "kb_nonce"),
        ("iat", json!(0), "kb_issued_at"),
        ("sd_hash", json!("another"), "kb_sd_hash"),
    ] {
        let text = changed(|m| set(&mut m.kb, name, wrong));
        assert_eq!(judge_unbound(&text.present(), &text).unwrap_err(), check);
    }
    let text = maker.present();
    assert_eq!(
        judge_unbound(&format!("{}.x", &text[..text.len() - 1]), &maker).unwrap_err(),
        "kb_jwt_format"
    );
}

#[test]
fn req_6_4_what_was_made_for_another_request_shows_before_anything_is_checked() {
    let maker = Maker::new();
    let parsed = |text: &str| {
        let (without, limits) = (HolderBinding::NotRequired, PresentationLimits::default());
        PresentedSdJwt::parse_with(without, text, &limits, &mut Findings::new()).unwrap()
    };
    assert!(parsed(&maker.present()).may_answer(NONCE));
    assert!(!parsed(&maker.present()).may_answer("another"));
    assert!(parsed(&maker.sd_jwt()).may_answer("another"), "it was made for nobody in particular");
}

#[test]
fn req_4_3_what_arrives_does_not_decide_whether_binding_is_needed() {
    accepted(&Maker::new());
    // Not even a credential that is bound to nobody may come without a KB-JWT.
    let unbound = changed(|m| set(&mut m.payload, "cnf", Value::Null));
    refused_text(&unbound.sd_jwt(), &unbound, "kb_present");
    refused(&unbound, "holder_key");
    let unsigned = Maker::new();
    let sd_jwt = unsigned.sd_jwt();
    refused_text(&format!("{sd_jwt}eyJhbGciOiJub25lIn0.e30."), &unsigned, "kb_alg");
}

#[test]
fn req_4_5_the_issuer_jwt_is_an_object_in_three_parts() {
    let maker = Maker::new();
    let text = maker.present();
    assert!(judge(&text, &maker).0.is_ok());
    let (jwt, rest) = text.split_once('~').unwrap();
    let parts: Vec<_> = jwt.split('.').collect();
    let array = crate::base::base64url::encode("[]");
    let twice = crate::base::base64url::encode(r#"{"iss":"a","iss":"b"}"#);
    for wrong in [
        format!("{}.{}~{rest}", parts[0], parts[1]),
        format!("{jwt}.~{rest}"),
        format!("{}.{array}.{}~{rest}", parts[0], parts[2]),
        format!("{}.{twice}.{}~{rest}", parts[0], parts[2]),
    ] {
        refused_text(&wrong, &maker, "issuer_jwt_format");
    }
}

#[test]
fn req_4_6_unsigned_and_symmetric_algorithms_are_refused() {
    let maker = Maker::new();
    let text = maker.present();
    let (header, rest) = text.split_once('.').unwrap();
    for alg in ["none", "HS256", "ES256K"] {
        let forged = crate::base::base64url::encode(json!({"alg": alg, "typ": "dc+sd-jwt"}).to_string());
        refused_text(&format!("{forged}.{rest}"), &maker, "issuer_alg");
    }
    let (sd_jwt, kb_jwt) = text.rsplit_once('~').unwrap();
    let (_, kb_rest) = kb_jwt.split_once('.').unwrap();
    for alg in ["none", "HS256"] {
        let forged = crate::base::base64url::encode(json!({"alg": alg, "typ": "kb+jwt"}).to_string());
        refused_text(&format!("{sd_jwt}~{forged}.{kb_rest}"), &maker, "kb_alg");
    }
    assert_ne!(header, "");
}

#[test]
fn req_4_9_critical_headers_are_refused() {
    // What is not called critical may be ignored.
    accepted(&changed(|m| set(&mut m.header, "x", json!(1))));
    accepted(&changed(|m| set(&mut m.kb_header, "x", json!(1))));
    refused(&changed(|m| set(&mut m.header, "crit", json!(["x"]))), "issuer_crit");
    refused(&changed(|m| set(&mut m.kb_header, "crit", json!(["x"]))), "kb_crit");
}

#[test]
fn req_4_23_bounds_are_checked_before_work() {
    let maker = Maker::new();
    let limits = PresentationLimits::default();
    refused_text(&"a".repeat(limits.bytes + 1), &maker, "sd_jwt_bounds");
    let junk = |count: usize| format!("{}{}x.y.z", maker.sd_jwt(), "AAAA~".repeat(count));
    let ours = maker.disclosures.len();
    refused_text(&junk(limits.disclosures - ours + 1), &maker, "sd_jwt_bounds");
    refused_text(&junk(limits.disclosures - ours), &maker, "kb_jwt_format");
    let long = format!("{}{}~x.y.z", maker.sd_jwt(), "A".repeat(limits.disclosure_bytes + 1));
    refused_text(&long, &maker, "sd_jwt_bounds");
    let mut deep = json!(1);
    for _ in 0..20 {
        deep = json!([deep]);
    }
    refused(&changed(|m| set(&mut m.payload, "deep", deep.clone())), "issuer_jwt_format");
    refused(&changed(|m| m.disclose("deep", deep)), "disclosure_depth");
    let many: Vec<usize> = (0..=limits.json().members).collect();
    refused(&changed(|m| set(&mut m.payload, "many", json!(many))), "issuer_jwt_format");
}

#[test]
fn req_4_23_a_portrait_and_a_card_of_many_elements_are_within_the_limits() {
    accepted(&changed(|m| m.disclose("portrait", json!("x".repeat(380 << 10)))));
    accepted(&changed(|m| (0..500).for_each(|place| m.disclose(&format!("c{place}"), json!(place)))));
}

#[test]
fn req_4_23_narrower_limits_hold_where_they_are_set() {
    let maker = Maker::new();
    let judged = |limits: &PresentationLimits| {
        PresentedSdJwt::parse(&maker.present(), limits, &mut Findings::new()).is_ok()
    };
    let text = maker.present().len();
    let longest = maker.disclosures.iter().map(String::len).max().unwrap();
    let exact = PresentationLimits {
        bytes: text,
        disclosures: maker.disclosures.len(),
        disclosure_bytes: longest,
        depth: 16,
    };
    assert!(judged(&exact));
    assert!(!judged(&PresentationLimits { bytes: text - 1, ..exact }));
    assert!(!judged(&PresentationLimits { disclosures: exact.disclosures - 1, ..exact }));
    assert!(!judged(&PresentationLimits { disclosure_bytes: longest - 1, ..exact }));
}

#[test]
fn req_4_23_a_chain_of_nested_disclosures_ends_at_the_depth_limit() {
    let chain = |length: usize| {
        changed(|m| {
            let mut inner = member("end", json!(1));
            m.disclosures.push(inner.clone());
            for _ in 1..length {
                let digest = m.digests.digest(&inner);
                inner = member("next", json!({"_sd": [digest]}));
                m.disclosures.push(inner.clone());
            }
            m.refer_to(&inner);
        })
    };
    accepted(&chain(16));
    refused(&chain(17), "disclosure_depth");
    refused(&chain(100), "disclosure_depth");
}
