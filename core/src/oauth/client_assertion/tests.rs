use serde_json::json;

use super::*;
use crate::base::base64url;
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const ISSUER: &str = "https://verify.example";
const TOKEN_ENDPOINT: &str = "https://verify.example/token";

fn policy() -> AssertionPolicy {
    AssertionPolicy {
        issuer: ISSUER.to_owned(),
        token_endpoint: None,
        longest_lifetime: Duration::from_secs(600),
    }
}

fn claims() -> Map<String, Value> {
    let now = NOW.unix();
    let claims = json!({
        "iss": "web", "sub": "web", "aud": ISSUER, "exp": now + 60, "iat": now, "jti": "1"
    });
    claims.as_object().unwrap().clone()
}

/// The claims with one of them set, or taken out where it is null.
fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.remove(name)),
        value => drop(claims.insert(name.to_owned(), value)),
    }
    claims
}

fn signed(key: &SigningKey, typ: Option<&str>, claims: &Map<String, Value>) -> String {
    let mut header = Map::new();
    header.insert("kid".to_owned(), key.kid().into());
    header.extend(typ.map(|typ| ("typ".to_owned(), typ.into())));
    key.sign(&header, claims).unwrap()
}

fn judged(text: &str, keys: &KeySet, policy: &AssertionPolicy) -> Result<ClientAssertion, AssertionFault> {
    UnverifiedAssertion::parse(text)?.verify(keys, policy, NOW)
}

fn judged_claims(claims: &Map<String, Value>) -> Result<ClientAssertion, AssertionFault> {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = KeySet::of(vec![key.public_key().clone()]);
    judged(&signed(&key, None, claims), &keys, &policy())
}

#[test]
fn req_11_4_an_assertion_of_its_client_for_us_counts() {
    let now = NOW.unix();
    for good in [
        claims(),
        with("aud", json!([ISSUER])),
        with("exp", json!(now + 600)),
        with("exp", json!(now as f64 + 1.5)),
        with("iat", Value::Null),
        with("iat", json!(now + 60)),
        with("nbf", json!(now)),
        with("other", json!({"a": 1})),
    ] {
        let assertion = judged_claims(&good).unwrap();
        assert_eq!(assertion.client_id(), "web");
        assert!(assertion.expires_at() > NOW);
    }
}

#[test]
fn req_11_4_claims_that_are_wrong_in_one_way() {
    use AssertionFault::{Audience, Client, Expiry, Jti, NotYet};
    let now = NOW.unix();
    for (name, value, fault) in [
        ("iss", json!("other"), Client),
        ("iss", Value::Null, Client),
        ("sub", json!("other"), Client),
        ("sub", Value::Null, Client),
        ("sub", json!(["web"]), Client),
        ("aud", Value::Null, Audience),
        ("aud", json!("https://other.example"), Audience),
        ("aud", json!("https://verify.example/"), Audience),
        ("aud", json!(TOKEN_ENDPOINT), Audience),
        ("aud", json!([ISSUER, "https://other.example"]), Audience),
        ("aud", json!([]), Audience),
        ("aud", json!([[ISSUER]]), Audience),
        ("exp", Value::Null, Expiry),
        ("exp", json!(now), Expiry),
        ("exp", json!(now - 1), Expiry),
        ("exp", json!(now + 601), Expiry),
        ("exp", json!("1800000060"), Expiry),
        ("nbf", json!(now + 61), NotYet),
        ("nbf", json!("soon"), NotYet),
        ("iat", json!(now + 61), NotYet),
        ("jti", Value::Null, Jti),
        ("jti", json!(""), Jti),
        ("jti", json!(1), Jti),
        ("jti", json!("x".repeat(257)), Jti),
    ] {
        assert_eq!(judged_claims(&with(name, value.clone())).unwrap_err(), fault, "{name} = {value}");
    }
}

#[test]
fn req_11_4_the_token_endpoint_is_an_audience_only_where_the_operator_says_so() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = KeySet::of(vec![key.public_key().clone()]);
    let text = signed(&key, None, &with("aud", json!(TOKEN_ENDPOINT)));
    assert_eq!(judged(&text, &keys, &policy()).unwrap_err(), AssertionFault::Audience);
    let tolerant = AssertionPolicy { token_endpoint: Some(TOKEN_ENDPOINT.to_owned()), ..policy() };
    assert!(judged(&text, &keys, &tolerant).is_ok());
}

#[test]
fn req_11_4_only_a_registered_key_and_an_asymmetric_algorithm_sign() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let keys = KeySet::of(vec![key.public_key().clone()]);
        assert!(judged(&signed(&key, None, &claims()), &keys, &policy()).is_ok(), "{algorithm}");
        let other = SigningKey::generate(algorithm).unwrap();
        let foreign = signed(&other, None, &claims());
        assert_eq!(judged(&foreign, &keys, &policy()).unwrap_err(), NoKey::UnknownKid.into());
    }
    let payload = base64url::encode(Value::Object(claims()).to_string());
    for alg in ["none", "HS256"] {
        let header = base64url::encode(json!({"alg": alg}).to_string());
        let fault = UnverifiedAssertion::parse(&format!("{header}.{payload}.AA")).unwrap_err();
        assert_eq!(fault, JwsFault::Algorithm.into(), "{alg}");
    }
    for wrong in ["", "a.b", "a.b.c.d", "e30.e30."] {
        assert!(UnverifiedAssertion::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn req_11_4_without_kid_every_fitting_key_of_the_client_is_tried() {
    let (old, new) =
        (SigningKey::generate(Algorithm::Es256).unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
    let keys = KeySet::of(vec![old.public_key().clone(), new.public_key().clone(), new.public_key().clone()]);
    let unnamed = |key: &SigningKey| key.sign(&Map::new(), &claims()).unwrap();
    for key in [&old, &new] {
        assert!(judged(&unnamed(key), &keys, &policy()).is_ok());
    }
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    assert_eq!(judged(&unnamed(&stranger), &keys, &policy()).unwrap_err(), JwsFault::Signature.into());
}

#[test]
fn req_11_4_a_key_that_leaves_its_algorithm_open_signs_with_any_of_its_type() {
    for (alg, others) in [(Algorithm::Ps256, Algorithm::Rs256), (Algorithm::Ed25519, Algorithm::EdDsa)] {
        let key = SigningKey::generate(alg).unwrap();
        let mut jwk = key.public_key().to_jwk();
        jwk.as_object_mut().unwrap().remove("alg");
        let keys = KeySet::from_json(&json!({"keys": [jwk]})).unwrap();
        assert!(judged(&signed(&key, None, &claims()), &keys, &policy()).is_ok(), "{alg}");
        let mut private = key.to_private_jwk();
        private["alg"] = others.name().into();
        let other = SigningKey::from_jwk(&private).unwrap();
        assert_eq!(other.algorithm(), others);
        assert!(judged(&signed(&other, None, &claims()), &keys, &policy()).is_ok(), "{others}");
    }
}

#[test]
fn req_11_4_other_kinds_of_jwt_are_no_assertions() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = KeySet::of(vec![key.public_key().clone()]);
    for typ in ["JWT", "jwt", "client-authentication+jwt", "application/Client-Authentication+JWT"] {
        assert!(judged(&signed(&key, Some(typ), &claims()), &keys, &policy()).is_ok(), "{typ}");
    }
    for typ in ["dpop+jwt", "at+jwt", "kb+jwt", ""] {
        let text = signed(&key, Some(typ), &claims());
        assert_eq!(judged(&text, &keys, &policy()).unwrap_err(), AssertionFault::Type, "{typ}");
    }
}

#[test]
fn req_11_4_a_jti_belongs_to_its_client() {
    let jti = |client: &str, jti: &str| {
        let mut claims = with("jti", json!(jti));
        claims.insert("iss".to_owned(), client.into());
        claims.insert("sub".to_owned(), client.into());
        *judged_claims(&claims).unwrap().jti()
    };
    assert_eq!(jti("web", "1"), jti("web", "1"));
    assert_ne!(jti("web", "1"), jti("web", "2"));
    assert_ne!(jti("web", "1"), jti("bank", "1"));
}
