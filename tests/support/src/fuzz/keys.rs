//! Sets of keys.

use josekit::jwk::Jwk;
use josekit::jws::{ES256, ES384, ES512, EdDSA, PS256, RS256};
use serde_json::{Value, json};
use vpgate_core::base::base64url;
use vpgate_core::base::json::parse;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::key_set::{KeySet, MOST_TRIED};

use super::{BOUNDS, Seeds, holder_jwk};

/// A JWKS, where `"#0"` stands for a good key. Every member is a key or is left out with a reason, and every
/// key that is taken verifies as one of its kind.
pub fn jwks(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let text = text.replace("\"#0\"", &holder_jwk().to_string());
    let Ok(jwks) = parse(text.as_bytes(), &BOUNDS) else { return };
    let Ok(keys) = KeySet::from_json(&jwks) else { return };
    let members = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.keys().len() + keys.left_out().len(), members.len());
    assert!(keys.mistakes().is_none() || keys.left_out_in_words().is_some());
    let left_out: Vec<usize> = keys.left_out().iter().map(|left_out| left_out.place - 1).collect();
    let taken = members.iter().enumerate().filter(|(place, _)| !left_out.contains(place));
    for ((_, member), key) in taken.zip(keys.keys()) {
        assert_eq!(member.get("kid").and_then(Value::as_str), key.kid());
        assert!(member.get("d").is_none() && member.get("k").is_none(), "nothing private is taken");
        assert!(member.get("use").is_none_or(|purpose| purpose == "sig"));
        is_sound(key);
        let found = keys.candidates(key.kid(), key.algorithms()[0]).unwrap();
        assert!((1..=MOST_TRIED).contains(&found.len()));
    }
    let again = KeySet::from_json(&keys.to_json()).unwrap();
    assert_eq!(again.keys().len(), keys.keys().len(), "what is published can be read");
}

/// A key of its kind: OpenSSL finds it to be one, it is the same when it is written and read, and signatures
/// that fit every message under a bad key do not hold.
pub fn is_sound(key: &PublicKey) {
    let mut jwk = key.to_jwk();
    assert_eq!(PublicKey::from_jwk(&jwk).unwrap().thumbprint(), key.thumbprint());
    let members = jwk.as_object_mut().unwrap();
    members.retain(|name, _| ["kty", "crv", "x", "y", "n", "e"].contains(&name.as_str()));
    let jwk = Jwk::from_map(members.clone()).unwrap();
    assert!(!key.algorithms().is_empty());
    for alg in key.algorithms() {
        let (good, length) = match alg {
            Algorithm::Es256 => (ES256.verifier_from_jwk(&jwk).is_ok(), 64),
            Algorithm::Es384 => (ES384.verifier_from_jwk(&jwk).is_ok(), 96),
            Algorithm::Es512 => (ES512.verifier_from_jwk(&jwk).is_ok(), 132),
            Algorithm::EdDsa | Algorithm::Ed25519 => (EdDSA.verifier_from_jwk(&jwk).is_ok(), 64),
            Algorithm::Rs256 => (RS256.verifier_from_jwk(&jwk).is_ok(), 256),
            Algorithm::Ps256 => (PS256.verifier_from_jwk(&jwk).is_ok(), 256),
        };
        assert!(good, "OpenSSL takes the key for {}", alg.name());
        let (nothing, mut first, mut last) = (vec![0; length], vec![0; length], vec![0; length]);
        first[0] = 1;
        last[length - 1] = 1;
        for signature in [nothing, first, last] {
            let header = base64url::encode(json!({"alg": alg.name()}).to_string());
            let text = format!("{header}.e30.{}", base64url::encode(signature));
            assert!(UnverifiedJws::parse(&text, &BOUNDS).unwrap().verify(key).is_err());
        }
    }
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    seeds.add("jwks", "one", json!({"keys": ["#0"]}).to_string());
    let p384 = json!({"kty": "EC", "crv": "P-384", "kid": "p384",
        "x": "qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",
        "y": "NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f"});
    let p521 = json!({"kty": "EC", "crv": "P-521", "alg": "ES512",
        "x": "AMaFjmpyelfmB2EflCZaq-mf18MfvRvLTvH8wbBHnXUsgrQLZdqLAGHvtpkDNVd3kxKyPfnEepT8vqIW-8S-R3kx",
        "y": "ALl9TBpcnU-XaNSYdeXcrXt9P-ZYYCHzHnDxyEBm7AoxRCR_ZqePGRQwiA_2jTZ3oU_Ccwbm_9cUq2ZHWxCI8XHJ"});
    let ed25519 = json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig", "key_ops": ["verify"],
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let rsa = json!({"kty": "RSA", "alg": "RS256", "e": "AQAB",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
    seeds.add("jwks", "kinds", json!({"keys": [p384, ed25519, rsa, p521]}).to_string());
    let unusable = json!({"keys": [{"kty": "oct", "k": "AA"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "AA"}, "#0", {"kty": "RSA", "n": "AQAB", "e": "AQ"}]});
    seeds.add("jwks", "unusable", unusable.to_string());
    let small = json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"});
    seeds.add("jwks", "small-order", json!({"keys": [small]}).to_string());
}
