use super::*;

/// RFC 7517 appendix A.1, public EC key.
fn p256() -> Value {
    json!({"kty": "EC", "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
}

/// RFC 8037 appendix A.2.
fn ed25519() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}

/// RFC 7638 section 3.1.
fn rsa_2048() -> Value {
    json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"})
}

fn unnamed_rsa() -> Value {
    let mut jwk = rsa_2048();
    jwk.as_object_mut().unwrap().remove("alg");
    jwk
}

fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
    jwk[name] = value.into();
    jwk
}

#[test]
fn thumbprints_are_those_of_the_specifications() {
    let rsa = PublicKey::from_jwk(&rsa_2048()).unwrap();
    assert_eq!(rsa.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    let ed = PublicKey::from_jwk(&ed25519()).unwrap();
    assert_eq!(ed.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn what_is_published_reads_back_as_the_same_key() {
    let (newer, older) = (with(ed25519(), "alg", "Ed25519"), with(ed25519(), "alg", "EdDSA"));
    for jwk in [p256(), ed25519(), newer, older, rsa_2048(), with(rsa_2048(), "alg", "PS256"), unnamed_rsa()]
    {
        let key = PublicKey::from_jwk(&jwk).unwrap();
        let again = PublicKey::from_jwk(&key.to_jwk()).unwrap();
        assert_eq!(again.thumbprint(), key.thumbprint());
        assert_eq!((again.algorithms(), again.kid()), (key.algorithms(), key.kid()));
    }
}

#[test]
fn req_4_6_a_key_fits_the_algorithms_of_its_type_or_the_one_that_it_names() {
    let algorithms = |jwk: &Value| PublicKey::from_jwk(jwk).map(|key| key.algorithms().to_vec());
    assert_eq!(algorithms(&p256()), Ok(vec![Algorithm::Es256]));
    assert_eq!(algorithms(&with(p256(), "alg", "ES256")), Ok(vec![Algorithm::Es256]));
    // RFC 9864: two names of one computation.
    let edwards = || Ok(vec![Algorithm::EdDsa, Algorithm::Ed25519]);
    assert_eq!(algorithms(&ed25519()), edwards());
    assert_eq!(algorithms(&with(ed25519(), "alg", "Ed25519")), edwards());
    assert_eq!(algorithms(&with(ed25519(), "alg", "EdDSA")), edwards());
    assert_eq!(algorithms(&with(ed25519(), "alg", "Ed448")), Err(JwkFault::Algorithm));
    // RFC 7517 section 4.4: `alg` is optional, and without it nothing is narrowed.
    assert_eq!(algorithms(&unnamed_rsa()), Ok(vec![Algorithm::Rs256, Algorithm::Ps256]));
    assert_eq!(algorithms(&rsa_2048()), Ok(vec![Algorithm::Rs256]));
    assert_eq!(algorithms(&with(rsa_2048(), "alg", "PS256")), Ok(vec![Algorithm::Ps256]));
    for wrong in ["ES384", "EdDSA", "Ed25519", "HS256", "none", "ECDH-ES"] {
        assert_eq!(algorithms(&with(p256(), "alg", wrong)), Err(JwkFault::Algorithm), "{wrong}");
    }
    assert_eq!(algorithms(&with(rsa_2048(), "alg", "ES256")), Err(JwkFault::Algorithm));
    assert_eq!(PublicKey::from_jwk(&unnamed_rsa()).unwrap().to_jwk().get("alg"), None);
}

#[test]
fn req_6_2_private_and_symmetric_keys_are_refused() {
    let oct = json!({"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"});
    assert_eq!(PublicKey::from_jwk(&oct).unwrap_err(), JwkFault::PrivateMember);
    assert_eq!(PublicKey::from_jwk(&json!({"kty": "oct"})).unwrap_err(), JwkFault::KeyType);
    let private = with(p256(), "d", "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    assert_eq!(PublicKey::from_jwk(&private).unwrap_err(), JwkFault::PrivateMember);
}

#[test]
fn keys_for_other_ends_are_refused() {
    assert!(PublicKey::from_jwk(&with(p256(), "use", "sig")).is_ok());
    assert!(PublicKey::from_jwk(&with(p256(), "key_ops", json!(["verify"]))).is_ok());
    for (name, value) in [
        ("use", json!("enc")),
        ("key_ops", json!(["deriveKey"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
    ] {
        let key = PublicKey::from_jwk(&with(p256(), name, value.clone()));
        assert_eq!(key.unwrap_err(), JwkFault::NotForSignatures, "{name}: {value}");
    }
}

#[test]
fn values_that_do_not_fit_the_type_are_refused() {
    let short = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7A";
    let long = "AE1LkwzSHClEg4otdckrN-duog2fAIk6O07uijwKr-w-";
    for (jwk, fault) in [
        (json!([]), JwkFault::NotAnObject),
        (json!({}), JwkFault::Member("kty")),
        (with(p256(), "kid", 1), JwkFault::Member("kid")),
        (with(p256(), "use", json!(["sig"])), JwkFault::Member("use")),
        (with(p256(), "use", Value::Null), JwkFault::Member("use")),
        (with(p256(), "alg", 1), JwkFault::Member("alg")),
        (with(p256(), "x", short), JwkFault::Member("x")),
        (with(p256(), "y", long), JwkFault::Member("y")),
        (with(p256(), "y", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM="), JwkFault::Member("y")),
        (with(p256(), "crv", "secp256k1"), JwkFault::Curve),
        (with(ed25519(), "crv", "Ed448"), JwkFault::Curve),
        (with(p256(), "crv", "P-384"), JwkFault::Member("x")),
        (with(p256(), "crv", "P-521"), JwkFault::Member("x")),
        (with(rsa_2048(), "e", "AQ"), JwkFault::Exponent),
        (with(rsa_2048(), "e", "AQAA"), JwkFault::Exponent),
        (with(rsa_2048(), "e", "AgAAAAE"), JwkFault::Exponent),
        (with(rsa_2048(), "e", "AQAAAAAB"), JwkFault::Exponent),
        (with(rsa_2048(), "e", "AAEAAQ"), JwkFault::Member("e")),
        (with(rsa_2048(), "e", ""), JwkFault::Member("e")),
        (with(rsa_2048(), "n", base64url::encode([0xfe; 256])), JwkFault::Member("n")),
        (with(rsa_2048(), "n", base64url::encode([0xff; 255])), JwkFault::ModulusLength),
        (with(rsa_2048(), "n", base64url::encode([0x7f; 256])), JwkFault::ModulusLength),
        (with(rsa_2048(), "n", base64url::encode([0xff; 1025])), JwkFault::ModulusLength),
        (with(rsa_2048(), "n", base64url::encode([0; 256])), JwkFault::Member("n")),
    ] {
        assert_eq!(PublicKey::from_jwk(&jwk).unwrap_err(), fault, "{jwk}");
    }
}

#[test]
fn req_6_2_what_is_no_key_of_its_type_is_refused_itself() {
    let zero = |length: usize| base64url::encode(vec![0; length]);
    let at = |crv: &str, x: String, y: String| json!({"kty": "EC", "crv": crv, "x": x, "y": y});
    let one = base64url::encode([&[1][..], &[0; 31]].concat());
    for (jwk, fault) in [
        (with(p256(), "x", base64url::encode([1; 32])), JwkFault::OffCurve),
        (at("P-256", zero(32), zero(32)), JwkFault::OffCurve),
        (at("P-384", zero(48), zero(48)), JwkFault::OffCurve),
        (at("P-521", zero(66), zero(66)), JwkFault::OffCurve),
        (with(p256(), "x", base64url::encode([0xff; 32])), JwkFault::OffCurve),
        (with(ed25519(), "x", zero(32)), JwkFault::SmallOrder),
        (with(ed25519(), "x", one), JwkFault::SmallOrder),
        (with(ed25519(), "x", base64url::encode([0xff; 32])), JwkFault::OffCurve),
    ] {
        assert_eq!(PublicKey::from_jwk(&jwk).unwrap_err(), fault, "{jwk}");
    }
}
