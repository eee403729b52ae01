use serde_json::{Map, json};

use super::*;
use crate::jose::signing::SigningKey;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const URL: &str = "https://verify.example/token";

struct ProofMaker {
    key: SigningKey,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

fn nonces() -> DigestKey {
    DigestKey::new(&[7; 32])
}

impl ProofMaker {
    fn new(algorithm: Algorithm) -> Self {
        let key = SigningKey::generate(algorithm).unwrap();
        let header = json!({"typ": "dpop+jwt", "jwk": key.public_key().to_jwk()});
        let claims = json!({
            "htm": "POST", "htu": URL, "iat": NOW.unix(), "jti": "one", "nonce": nonce(&nonces(), NOW)
        });
        Self { key, header: header.as_object().unwrap().clone(), claims: claims.as_object().unwrap().clone() }
    }

    fn claim(mut self, name: &str, value: Value) -> Self {
        match value {
            Value::Null => drop(self.claims.remove(name)),
            value => drop(self.claims.insert(name.to_owned(), value)),
        }
        self
    }

    fn member(mut self, name: &str, value: Value) -> Self {
        self.header.insert(name.to_owned(), value);
        self
    }

    fn proof(&self) -> String {
        self.key.sign(&self.header, &self.claims).unwrap()
    }

    fn shown(&self) -> Result<Proof, NotProof> {
        self.shown_with(None)
    }

    fn shown_with(&self, token: Option<&Secret>) -> Result<Proof, NotProof> {
        verify(&self.proof(), ProofTarget { method: "POST", url: URL, token }, &nonces(), NOW)
    }

    fn refused(&self) -> ProofFault {
        match self.shown() {
            Err(NotProof::Fault(fault)) => fault,
            other => panic!("{other:?}"),
        }
    }
}

fn client() -> ProofMaker {
    ProofMaker::new(Algorithm::Es256)
}

#[test]
fn req_11_33_a_proof_of_any_accepted_algorithm_names_its_key() {
    for algorithm in ALGORITHMS {
        let client = ProofMaker::new(algorithm);
        let proof = client.shown().unwrap();
        assert_eq!(proof.key.as_str(), client.key.public_key().thumbprint());
    }
    // A key that does not say what it is for.
    let client = ProofMaker::new(Algorithm::Ps256);
    let mut jwk = client.key.public_key().to_jwk();
    for name in ["alg", "use", "kid"] {
        jwk.as_object_mut().unwrap().remove(name);
    }
    assert!(client.member("jwk", jwk).shown().is_ok());
}

#[test]
fn req_11_33_each_field_altered_is_refused() {
    for (client, fault) in [
        (client().member("typ", "jwt".into()), ProofFault::Typ),
        (client().member("jwk", Value::Null), ProofFault::Key(JwkFault::NotAnObject)),
        (
            client().member("jwk", json!({"kty": "oct", "k": "AAAA"})),
            ProofFault::Key(JwkFault::PrivateMember),
        ),
        (
            client().member("jwk", ProofMaker::new(Algorithm::EdDsa).key.public_key().to_jwk()),
            ProofFault::KeyAlgorithm,
        ),
        (client().member("jwk", client().key.public_key().to_jwk()), ProofFault::Signature),
        (client().claim("htm", "GET".into()), ProofFault::Method),
        (client().claim("htm", Value::Null), ProofFault::Method),
        (client().claim("htu", "https://verify.example/introspect".into()), ProofFault::Address),
        (client().claim("htu", "http://verify.example/token".into()), ProofFault::Address),
        (client().claim("htu", "https://evil.example/token".into()), ProofFault::Address),
        (client().claim("htu", Value::Null), ProofFault::Address),
        (client().claim("iat", json!(NOW.unix() - 301)), ProofFault::Time),
        (client().claim("iat", json!(NOW.unix() + 301)), ProofFault::Time),
        (client().claim("iat", "now".into()), ProofFault::Time),
        (client().claim("jti", Value::Null), ProofFault::Id),
        (client().claim("jti", "".into()), ProofFault::Id),
        (client().claim("jti", "x".repeat(257).into()), ProofFault::Id),
    ] {
        assert_eq!(client.refused(), fault);
    }
    let private = client();
    let jwk = private.key.to_private_jwk();
    assert_eq!(private.member("jwk", jwk).refused(), ProofFault::Key(JwkFault::PrivateMember));
}

#[test]
fn req_11_33_no_signature_and_no_jwt_are_malformed() {
    let good = client().proof();
    let none = format!("{}.{}.", base64url::encode(br#"{"typ":"dpop+jwt","alg":"none"}"#), "e30");
    for wrong in ["", "a.b", &good.replace('.', "~"), &none] {
        let target = ProofTarget { method: "POST", url: URL, token: None };
        let refused = verify(wrong, target, &nonces(), NOW).unwrap_err();
        assert_eq!(refused, NotProof::Fault(ProofFault::Malformed), "{wrong}");
    }
}

#[test]
fn req_11_33_the_address_is_compared_without_query_and_fragment_and_normalised() {
    for good in [
        "https://verify.example/token?a=b",
        "https://verify.example/token#f",
        "HTTPS://VERIFY.example:443/token",
    ] {
        assert!(client().claim("htu", good.into()).shown().is_ok(), "{good}");
    }
    for wrong in ["https://verify.example:8443/token", "https://verify.example/Token", "/token", ""] {
        assert_eq!(client().claim("htu", wrong.into()).refused(), ProofFault::Address, "{wrong}");
    }
}

#[test]
fn req_11_33_at_a_resource_the_proof_is_about_the_token() {
    let token = Secret::received("the token");
    let hash = base64url::encode(token.digest().as_bytes());
    assert!(client().claim("ath", hash.into()).shown_with(Some(&token)).is_ok());
    for wrong in [Value::Null, "x".into(), base64url::encode(Digest::of(b"other").as_bytes()).into()] {
        let refused = client().claim("ath", wrong).shown_with(Some(&token)).unwrap_err();
        assert_eq!(refused, NotProof::Fault(ProofFault::Token));
    }
}

#[test]
fn req_11_35_a_nonce_of_ours_is_wanted_and_an_old_one_is_not_enough() {
    for (seconds, good) in [(0, true), (-120, true), (-240, false), (120, false)] {
        let then = Timestamp::from_unix(NOW.unix() + seconds);
        let shown = client().claim("nonce", nonce(&nonces(), then).into()).shown();
        assert_eq!(shown.is_ok(), good, "{seconds}");
    }
    for wrong in [Value::Null, "mine".into(), nonce(&DigestKey::new(&[8; 32]), NOW).into()] {
        assert_eq!(client().claim("nonce", wrong).shown().unwrap_err(), NotProof::Nonce);
    }
}

#[test]
fn req_11_33_proofs_are_told_apart_by_key_and_jti() {
    let (one, other) = (client(), client());
    let id = |client: &ProofMaker| client.shown().unwrap().id;
    assert_eq!(id(&one), id(&one));
    assert_ne!(id(&one), id(&other));
    let first = id(&one);
    assert_ne!(first, id(&one.claim("jti", "two".into())));
}

#[test]
fn a_proof_that_is_dear_to_check_is_refused_before_it_is_checked() {
    for algorithm in [Algorithm::Es384, Algorithm::Es512] {
        let fault = ProofMaker::new(algorithm).refused();
        assert_eq!(fault, ProofFault::Malformed, "{algorithm} is not among those that metadata offer");
    }
    let rsa = |modulus: usize, exponent: &[u8]| {
        let n = base64url::encode(vec![0xff; modulus / 8]);
        let jwk = json!({"kty": "RSA", "n": n, "e": base64url::encode(exponent)});
        ProofMaker::new(Algorithm::Rs256).member("jwk", jwk).refused()
    };
    let usual = [1, 0, 1];
    assert_eq!(rsa(4096, &usual), ProofFault::Signature, "only the signature is wrong");
    assert_eq!(rsa(4104, &usual), ProofFault::LargeKey);
    assert_eq!(rsa(8192, &usual), ProofFault::LargeKey);
    assert_eq!(rsa(2048, &[1, 0xff, 0xff, 0xff, 0xff]), ProofFault::LargeKey);
}
