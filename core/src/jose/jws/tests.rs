#![expect(clippy::disallowed_types, reason = "a memory that a test looks into")]

use std::collections::HashSet;
use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::jose::signing::{SigningFault, SigningKey};

const BOUNDS: Bounds = Bounds { bytes: 1000, depth: 5, members: 50 };

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

fn key(alg: Algorithm) -> SigningKey {
    SigningKey::generate(alg).unwrap()
}

fn fault(text: &str) -> JwsFault {
    UnverifiedJws::parse(text, &BOUNDS).unwrap_err()
}

fn raw(header: &str, payload: &str) -> String {
    format!("{}.{}.AAAA", base64url::encode(header), base64url::encode(payload))
}

#[test]
fn every_algorithm_signs_and_verifies_and_other_keys_do_not() {
    for alg in Algorithm::ALL {
        let (ours, other) = (key(alg), key(alg));
        let header = map(json!({"typ": "test", "kid": ours.kid()}));
        let text = ours.sign(&header, &map(json!({"a": 1}))).unwrap();
        let jws = UnverifiedJws::parse(&text, &BOUNDS).unwrap();
        assert_eq!((jws.algorithm(), jws.typ(), jws.kid()), (alg, Some("test"), Some(ours.kid())));
        assert_eq!(jws.header().keys().next().map(String::as_str), Some("alg"));
        let verified = jws.verify(ours.public_key()).unwrap();
        assert_eq!(*verified.payload(), map(json!({"a": 1})));
        let jws = UnverifiedJws::parse(&text, &BOUNDS).unwrap().into_owned();
        assert_eq!(jws.verify(other.public_key()).unwrap_err(), JwsFault::Signature, "{alg}");
    }
}

#[test]
fn req_4_6_the_algorithm_must_be_the_keys() {
    let (ours, other) = (key(Algorithm::Es256), key(Algorithm::EdDsa));
    let text = ours.sign(&Map::new(), &Map::new()).unwrap();
    let jws = UnverifiedJws::parse(&text, &BOUNDS).unwrap();
    assert_eq!(jws.verify(other.public_key()).unwrap_err(), JwsFault::Algorithm);
}

#[test]
fn req_4_7_any_change_breaks_the_signature() {
    let ours = key(Algorithm::Es256);
    let text = ours.sign(&Map::new(), &map(json!({"a": "b"}))).unwrap();
    let (input, signature) = text.rsplit_once('.').unwrap();
    let changed = format!(
        "{}.{signature}",
        input.replace(&base64url::encode(r#"{"a":"b"}"#), &base64url::encode(r#"{"a":"c"}"#))
    );
    assert_ne!(changed, text);
    let jws = UnverifiedJws::parse(&changed, &BOUNDS).unwrap();
    assert_eq!(jws.verify(ours.public_key()).unwrap_err(), JwsFault::Signature);
    for short in ["", "AAAA", &signature[..84]] {
        let cut = format!("{input}.{short}");
        let jws = UnverifiedJws::parse(&cut, &BOUNDS).unwrap();
        assert_eq!(jws.verify(ours.public_key()).unwrap_err(), JwsFault::Signature);
    }
}

#[test]
fn req_4_6_algorithms_off_the_list_are_refused() {
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"es256"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["ES256"]}"#,
        "{}",
    ] {
        assert_eq!(fault(&raw(header, "{}")), JwsFault::Algorithm, "{header}");
    }
}

#[test]
fn req_4_9_critical_extensions_are_refused() {
    for header in [
        r#"{"alg":"ES256","crit":["x"],"x":1}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"ES256","b64":true}"#,
    ] {
        assert_eq!(fault(&raw(header, "{}")), JwsFault::Critical, "{header}");
    }
}

#[test]
fn req_4_5_three_parts_of_json_objects_without_duplicates() {
    let header = r#"{"alg":"ES256"}"#;
    assert!(UnverifiedJws::parse(&raw(header, "{}"), &BOUNDS).is_ok());
    for wrong in ["", ".", "a.b", "a.b.c.d"] {
        assert_eq!(fault(wrong), JwsFault::Parts, "{wrong}");
    }
    assert_eq!(fault(&raw(header, "[]")), JwsFault::Json(JwsPart::Payload, JsonFault::NotAnObject));
    assert_eq!(
        fault(&raw(header, r#"{"a":1,"a":1}"#)),
        JwsFault::Json(JwsPart::Payload, JsonFault::Duplicate)
    );
    let twice = r#"{"alg":"ES256","alg":"none"}"#;
    assert_eq!(fault(&raw(twice, "{}")), JwsFault::Json(JwsPart::Header, JsonFault::Duplicate));
    assert_eq!(fault(&raw(r#"{"alg":"ES256","kid":1}"#, "{}")), JwsFault::Member("kid"));
    assert_eq!(fault(&raw(r#"{"alg":"ES256","typ":{}}"#, "{}")), JwsFault::Member("typ"));
    let good = raw(header, "{}");
    assert_eq!(fault(&format!("{good}=")), JwsFault::Base64(JwsPart::Signature));
    assert_eq!(fault(&format!(" {good}")), JwsFault::Base64(JwsPart::Header));
    assert_eq!(fault(&good.replacen("e30.", "e31.", 1)), JwsFault::Base64(JwsPart::Payload));
}

#[test]
fn req_4_23_parts_are_bounded_before_they_are_decoded() {
    let header = r#"{"alg":"ES256"}"#;
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(1000));
    assert_eq!(fault(&raw(header, &long)), JwsFault::Json(JwsPart::Payload, JsonFault::Size(1000)));
    let signature = "A".repeat(1367);
    assert_eq!(fault(&format!("{}{signature}", raw(header, "{}"))), JwsFault::Signature);
}

/// RFC 8037 appendix A.4: an Ed25519 signature made by somebody else. Its payload is no JSON object,
/// so only the signature is looked at here.
#[test]
fn ed25519_example_of_rfc_8037() {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let signature = base64url::decode(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );
    let input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    assert!(PublicKey::from_jwk(&jwk).unwrap().verifies(Algorithm::EdDsa, input, &signature.unwrap()));
}

#[test]
fn a_private_jwk_is_kept_and_read_back() {
    for alg in Algorithm::ALL {
        let ours = key(alg);
        let again = SigningKey::from_jwk(&ours.to_private_jwk()).unwrap();
        assert_eq!((again.kid(), again.algorithm()), (ours.kid(), alg));
        assert_eq!(ours.kid(), ours.public_key().thumbprint());
        let text = again.sign(&Map::new(), &Map::new()).unwrap();
        assert!(UnverifiedJws::parse(&text, &BOUNDS).unwrap().verify(ours.public_key()).is_ok());
        assert_eq!(format!("{again:?}"), "SigningKey(..)");
        assert!(ours.public_key().to_jwk().get("d").is_none());
    }
}

#[test]
fn private_jwks_that_cannot_sign_are_refused() {
    let (ours, other) = (key(Algorithm::Es256).to_private_jwk(), key(Algorithm::Es256).to_private_jwk());
    let mut mixed = ours.clone();
    mixed["d"] = other["d"].clone();
    assert_eq!(SigningKey::from_jwk(&mixed).unwrap_err(), SigningFault::Private);
    let mut public = ours.clone();
    public.as_object_mut().unwrap().remove("d");
    assert_eq!(SigningKey::from_jwk(&public).unwrap_err(), SigningFault::Private);
    let mut wrong = ours;
    wrong["alg"] = json!("ES384");
    assert!(matches!(SigningKey::from_jwk(&wrong), Err(SigningFault::Key(_))));
}

#[test]
fn degenerate_signatures_are_refused_without_panic() {
    for alg in Algorithm::ALL {
        let ours = key(alg);
        for length in [0, 1, 63, 64, 65, 96, 131, 132, 133, 256, 512] {
            for octet in [0, 1, 0x7f, 0x80, 0xff] {
                assert!(
                    !ours.public_key().verifies(alg, b"message", &vec![octet; length]),
                    "{alg} {length} {octet}"
                );
            }
        }
    }
    let p521 = key(Algorithm::Es512);
    for (r, s) in [(0, 1), (1, 0)] {
        let signature = [[r; 66], [s; 66]].concat();
        assert!(!p521.public_key().verifies(Algorithm::Es512, b"message", &signature));
    }
}

/// Keeps everything, and notes what it is asked about.
#[derive(Debug, Default)]
struct Memo {
    kept: Mutex<HashSet<[u8; 32]>>,
    asked: Mutex<HashSet<[u8; 32]>>,
}

impl SignatureMemo for Memo {
    fn recall(&self, digest: &[u8; 32]) -> bool {
        self.asked.lock().unwrap().insert(*digest);
        self.kept.lock().unwrap().contains(digest)
    }

    fn keep(&self, digest: [u8; 32]) {
        assert!(self.kept.lock().unwrap().insert(digest), "it was verified again");
    }
}

#[test]
fn a_signature_that_held_is_not_verified_again_and_nothing_else_is_taken_for_it() {
    for alg in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::Ed25519, Algorithm::Ps256] {
        let (signer, other) = (key(alg), key(alg));
        let sign = |key: &SigningKey, payload| key.sign(&Map::new(), &map(payload)).unwrap();
        let text = sign(&signer, json!({"a": 1}));
        let changed = sign(&other, json!({"a": 1}));
        let (input, signature) = text.rsplit_once('.').unwrap();
        let of_another = format!("{input}.{}", changed.rsplit_once('.').unwrap().1);
        let on_another = format!("{}.{signature}", sign(&other, json!({"a": 2})).rsplit_once('.').unwrap().0);
        let memo = Memo::default();
        let holds = |text: &str, key: &SigningKey| {
            let jws = UnverifiedJws::parse(text, &BOUNDS).unwrap();
            jws.verify_remembering(&[key.public_key().clone()], Some(&memo)).is_ok()
        };
        assert!(holds(&text, &signer) && holds(&text, &signer), "{alg}");
        let kept = memo.kept.lock().unwrap().clone();
        for (wrong, key) in [(&of_another, &signer), (&on_another, &signer), (&text, &other)] {
            assert!(!holds(wrong, key), "{alg}");
        }
        assert_eq!(memo.kept.lock().unwrap().clone(), kept, "{alg}: what does not hold is not kept");
        assert_eq!(
            (kept.len(), memo.asked.lock().unwrap().len()),
            (1, 4),
            "{alg}: each has a digest of its own"
        );
    }
}
