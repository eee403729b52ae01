//! Section 7.3, step 5.

use serde_json::json;

use super::*;
use crate::base::base64url;
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;
use crate::sdjwt::testing::{AUDIENCE, NONCE, REQUESTED_AT};

fn kb(name: &'static str, value: Value) -> Maker {
    changed(|m| drop(m.kb.insert(name.to_owned(), value)))
}

#[test]
fn req_6_2_the_key_is_cnf_jwk_and_public() {
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    accepted(&changed(|m| m.payload["cnf"]["kid"] = json!("x")));
    for wrong in [Value::Null, json!({}), json!([]), json!({"kid": "x"}), json!({"jku": "https://x.example"})]
    {
        refused(&changed(|m| set(&mut m.payload, "cnf", wrong)), "holder_key");
    }
    refused(
        &changed(|m| set(&mut m.payload, "cnf", json!({"jwk": m.holder.to_private_jwk()}))),
        "holder_key",
    );
    let symmetric = json!({"jwk": {"kty": "oct", "k": "c2VjcmV0"}});
    refused(&changed(|m| set(&mut m.payload, "cnf", symmetric)), "holder_key");
    let encryption = changed(|m| m.payload["cnf"]["jwk"]["use"] = json!("enc"));
    refused(&encryption, "holder_key");
    // A key in the KB-JWT's own header proves nothing and changes nothing.
    let in_header = changed(|m| {
        set(&mut m.kb_header, "jwk", other.public_key().to_jwk());
        m.holder = other;
    });
    refused(&in_header, "kb_signature");
}

#[test]
fn req_6_3_typ_is_kb_jwt() {
    accepted(&changed(|m| set(&mut m.kb_header, "typ", json!("kb+jwt"))));
    for same in ["KB+JWT", "application/kb+jwt", "APPLICATION/KB+JWT"] {
        accepted(&changed(|m| set(&mut m.kb_header, "typ", json!(same))));
    }
    for wrong in [json!("JWT"), json!("text/kb+jwt"), json!("dc+sd-jwt"), Value::Null] {
        refused(&changed(|m| set(&mut m.kb_header, "typ", wrong)), "kb_typ");
    }
}

#[test]
fn req_6_2_what_binds_a_credential_otherwise_is_named_as_what_it_is() {
    for (cnf, said) in [
        (json!({"kid": "did:jwk:x#0"}), "`cnf.kid`"),
        (json!({"jkt": "x"}), "`cnf.jkt`"),
        (json!({"jwe": "x"}), "`cnf.jwe`"),
        (json!({"jku": "https://x.example", "kid": "1"}), "`cnf.kid`"),
        (json!({"odd": "x"}), "`odd`"),
        (json!({}), "is empty"),
        (json!("x"), "not an object"),
        (Value::Null, "no `cnf`"),
    ] {
        let maker = changed(|m| set(&mut m.payload, "cnf", cnf.clone()));
        let detail = refused(&maker, "holder_key").decisive().unwrap().detail.to_string();
        assert!(detail.contains(said), "{cnf}: {detail}");
        assert!(cnf.is_null() || !detail.contains("not bound"), "{detail}");
    }
}

#[test]
fn req_6_2_a_holder_key_that_is_no_key_is_blamed_itself() {
    let zero = base64url::encode([0; 32]);
    let mut rsa = SigningKey::generate(Algorithm::Rs256).unwrap().public_key().to_jwk();
    rsa["e"] = "AQ".into();
    for (jwk, said) in [
        (json!({"kty": "EC", "crv": "P-256", "x": zero, "y": zero}), "point"),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": zero}), "small order"),
        (rsa, "exponent"),
    ] {
        let maker = changed(|m| set(&mut m.payload, "cnf", json!({"jwk": jwk})));
        let detail = refused(&maker, "holder_key").decisive().unwrap().detail.to_string();
        assert!(detail.contains(said), "{detail}");
    }
}

#[test]
fn req_6_3_alg_is_that_of_the_key() {
    let maker = changed(|m| m.holder = SigningKey::generate(Algorithm::EdDsa).unwrap());
    refused(&maker, "kb_key_alg");
}

#[test]
fn req_6_4_kb_jwt_wrong_nonce() {
    for wrong in
        [json!("other"), json!(NONCE.to_lowercase()), json!(""), json!([NONCE]), json!(1), Value::Null]
    {
        refused(&kb("nonce", wrong), "kb_nonce");
    }
    refused(&kb("nonce", json!(&NONCE[1..])), "kb_nonce");
}

#[test]
fn req_6_5_kb_jwt_audience_is_one_exact_string() {
    for wrong in [
        json!("verifier.example.org"),
        json!([AUDIENCE]),
        json!(AUDIENCE.to_uppercase()),
        json!(format!("{AUDIENCE}/")),
        json!(""),
        Value::Null,
    ] {
        refused(&kb("aud", wrong), "kb_audience");
    }
}

#[test]
fn req_6_6_kb_jwt_iat_lies_in_the_window() {
    let (asked, now) = (REQUESTED_AT.unix(), NOW.unix());
    for good in [json!(asked - 60), json!(now + 60), json!(now), json!(now as f64 + 0.5)] {
        accepted(&kb("iat", good));
    }
    for wrong in [
        json!(asked - 61),
        json!(now + 61),
        json!(now - 3600),
        json!(now - 315_360_000),
        json!(now + 86_400),
        json!(now.to_string()),
        json!([now]),
        Value::Null,
    ] {
        refused(&kb("iat", wrong), "kb_issued_at");
    }
}

#[test]
fn req_6_7_kb_jwt_exp_and_nbf_are_honoured() {
    let now = NOW.unix();
    accepted(&changed(|m| {
        set(&mut m.kb, "exp", json!(now + 1));
        set(&mut m.kb, "nbf", json!(now));
    }));
    for (name, value) in
        [("exp", json!(now - 60)), ("exp", json!("never")), ("nbf", json!(now + 61)), ("nbf", json!("ever"))]
    {
        refused(&kb(name, value), "kb_validity");
    }
}

#[test]
fn req_6_8_another_holders_signature_is_refused() {
    accepted(&Maker::new());
    let maker = changed(|m| m.holder = SigningKey::generate(Algorithm::Es256).unwrap());
    refused(&maker, "kb_signature");
}

#[test]
fn req_6_9_sd_hash_covers_everything_up_to_the_last_tilde() {
    let maker = Maker::new();
    let sd_jwt = maker.sd_jwt();
    let jwt = maker.issuer_jwt();
    let with = |hash: String| {
        let mut kb = maker.kb.clone();
        kb.insert("sd_hash".to_owned(), json!(hash));
        format!("{sd_jwt}{}", maker.holder.sign(&maker.kb_header, &kb).unwrap())
    };
    let digests = maker.digests;
    assert!(judge(&with(digests.digest(&sd_jwt)), &maker).0.is_ok());
    for wrong in [
        digests.digest(sd_jwt.strip_suffix('~').unwrap()),
        digests.digest(&jwt),
        digests.digest(&format!("{jwt}~")),
        format!("{}=", digests.digest(&sd_jwt)),
        String::new(),
    ] {
        refused_text(&with(wrong), &maker, "kb_sd_hash");
    }
    for wrong in [Value::Null, json!(1), json!([digests.digest(&sd_jwt)])] {
        refused(&kb("sd_hash", wrong), "kb_sd_hash");
    }
}

#[test]
fn req_6_9_sd_hash_uses_the_algorithm_of_the_credential() {
    use crate::base::digest::DigestAlgorithm;
    let maker = changed(|m| {
        m.digests = DigestAlgorithm::Sha512;
        m.disclosures.clear();
    });
    // The credential says sha-256, the wallet hashed with sha-512.
    refused(&maker, "kb_sd_hash");
}

#[test]
fn req_6_10_changed_disclosures_break_the_binding() {
    let mut maker = Maker::new();
    let text = maker.present();
    let kb_jwt = text.rsplit_once('~').unwrap().1.to_owned();
    let jwt = text.split_once('~').unwrap().0.to_owned();
    let [one, two, three] = [0, 1, 2].map(|index| maker.disclosures[index].clone());
    refused_text(&format!("{jwt}~{one}~{two}~{kb_jwt}"), &maker, "kb_sd_hash");
    refused_text(&format!("{jwt}~{two}~{one}~{three}~{kb_jwt}"), &maker, "kb_sd_hash");
    refused_text(&format!("{jwt}~{kb_jwt}"), &maker, "kb_sd_hash");
    let hidden = maker.disclosures.pop().unwrap();
    let fewer = maker.present();
    assert!(judge(&fewer, &maker).0.is_ok());
    let (sd_jwt, kb_jwt) = fewer.rsplit_once('~').unwrap();
    refused_text(&format!("{sd_jwt}~{hidden}~{kb_jwt}"), &maker, "kb_sd_hash");
    // The KB-JWT of another presentation of the same credential.
    let (own, _) = text.rsplit_once('~').unwrap();
    refused_text(&format!("{own}~{kb_jwt}"), &maker, "kb_sd_hash");
}

#[test]
fn req_6_12_transaction_data_hashes_have_their_shape() {
    let maker = changed(|m| {
        set(&mut m.kb, "transaction_data_hashes", json!(["a", "b"]));
        set(&mut m.kb, "transaction_data_hashes_alg", json!("sha-256"));
    });
    let authentic = accepted(&maker);
    assert_eq!(authentic.transaction_data_hashes(), Some(["a".to_owned(), "b".to_owned()].as_slice()));
    assert_eq!(authentic.transaction_data_hashes_alg(), Some("sha-256"));
    for wrong in [json!([]), json!("a"), json!([1]), json!(["a", null]), json!({})] {
        refused(&kb("transaction_data_hashes", wrong), "transaction_data_hashes_format");
    }
    refused(&kb("transaction_data_hashes_alg", json!(["sha-256"])), "transaction_data_hashes_format");
}
