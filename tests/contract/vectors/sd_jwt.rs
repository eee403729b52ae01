//! RFC 9901 as the examples need it: without the rules that SD-JWT VC adds (`typ`, `vct`, ...).

use std::time::Duration;

use serde_json::{Map, Value};
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::base::json::Bounds;
use vpgate_core::base::report::Findings;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::sdjwt::disclosure::reveal;
use vpgate_core::sdjwt::key_binding::{self, ExpectedBinding};
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::PresentedSdJwt;

use crate::vectors::listing::Vectors;

/// The keys and values that a folder's examples share (`keys.json`).
pub struct Setting {
    /// The issuer's public key.
    pub issuer: PublicKey,
    /// The audience of the KB-JWTs.
    pub audience: String,
    /// The nonce of the key binding.
    pub nonce: String,
}

impl Setting {
    pub fn read(vectors: &Vectors, file: &str) -> Self {
        let keys = vectors.json(file);
        let text = |name: &str| keys[name].as_str().unwrap().to_owned();
        Self {
            issuer: SigningKey::from_jwk(&keys["issuer"]).unwrap().public_key().clone(),
            audience: text("kb_aud"),
            nonce: text("kb_nonce"),
        }
    }

    /// A request made a minute before the KB-JWT.
    pub fn expected(&self, issued_at: Timestamp) -> ExpectedBinding<'_> {
        ExpectedBinding {
            audience: &self.audience,
            nonce: &self.nonce,
            requested_at: issued_at.minus(Duration::from_secs(60)),
            skew: Duration::ZERO,
        }
    }
}

/// An SD-JWT whose issuer signature and Disclosures hold.
pub struct Opened {
    pub header: Map<String, Value>,
    pub payload: Map<String, Value>,
    pub claims: Map<String, Value>,
}

/// RFC 9901 section 7.1 for `<JWT>~<Disclosure>~...~`, `exp` and the like apart.
pub fn open(sd_jwt: &str, issuer: &PublicKey) -> Result<Opened, String> {
    let mut parts = sd_jwt.strip_suffix('~').ok_or("no final ~")?.split('~');
    let jwt = UnverifiedJws::parse(parts.next().unwrap(), &bounds()).map_err(|e| e.to_string())?;
    let verified = jwt.verify(issuer).map_err(|e| e.to_string())?;
    let (header, payload) = (verified.header().clone(), verified.into_payload());
    let revealed =
        reveal(payload.clone(), parts, &PresentationLimits::default()).map_err(|e| e.to_string())?;
    Ok(Opened { header, payload, claims: revealed.into_claims() })
}

/// RFC 9901 section 7.3 for `<SD-JWT><KB-JWT>`: the claims, or the name of the check that failed.
pub fn verify(text: &str, setting: &Setting) -> Result<Map<String, Value>, String> {
    let mut findings = Findings::new();
    PresentedSdJwt::parse(text, &PresentationLimits::default(), &mut findings)
        .map_err(|e| e.reason().to_owned())?;
    let (sd_jwt, kb_jwt) = text.split_at(text.rfind('~').unwrap() + 1);
    let opened = open(sd_jwt, &setting.issuer)?;
    let holder = key_binding::holder_key(&opened.claims, &mut findings).map_err(|e| e.reason().to_owned())?;
    let now = issued_at(kb_jwt);
    let jwt = UnverifiedJws::parse(kb_jwt, &bounds()).map_err(|e| e.to_string())?;
    let expected = setting.expected(now);
    key_binding::check(jwt, &holder, sd_jwt, DigestAlgorithm::Sha256, &expected, now, &mut findings)
        .map_err(|e| e.reason().to_owned())?;
    Ok(opened.claims)
}

/// When a KB-JWT says it was made: the examples lie in the past.
pub fn issued_at(kb_jwt: &str) -> Timestamp {
    let jwt = UnverifiedJws::parse(kb_jwt, &bounds()).unwrap();
    Timestamp::from_unix(jwt.unverified_claim("iat").and_then(Value::as_i64).unwrap())
}

/// Compares one example folder: tokens, their parts, and what a verifier makes of them.
pub fn check_example(vectors: &Vectors, folder: &str, setting: &Setting) {
    let file = |name: &str| format!("{folder}/{name}");
    let json = |name: &str| vectors.json(&file(name));
    let presentation = vectors.text(&file("presentation.txt"));
    let (sd_jwt, kb_jwt) = presentation.split_at(presentation.rfind('~').unwrap() + 1);
    let opened = open(sd_jwt, &setting.issuer).unwrap();
    assert_eq!(Value::Object(opened.header), json("issuer_jwt_header.json"), "{folder}");
    assert_eq!(Value::Object(opened.payload), json("issuer_jwt_payload.json"), "{folder}");
    assert_eq!(Value::Object(opened.claims), json("verified_payload.json"), "{folder}");
    check_disclosures(&json("presented_disclosures.json"), Some(sd_jwt));
    if kb_jwt.is_empty() {
        assert_eq!(verify(&presentation, setting).unwrap_err(), "kb_present", "{folder}");
    } else {
        let jwt = UnverifiedJws::parse(kb_jwt, &bounds()).unwrap();
        assert_eq!(Value::Object(jwt.header().clone()), json("kb_jwt_header.json"), "{folder}");
        for (name, value) in json("kb_jwt_payload.json").as_object().unwrap() {
            assert_eq!(jwt.unverified_claim(name), Some(value), "{folder} {name}");
        }
        let claims = verify(&presentation, setting).unwrap();
        assert_eq!(Value::Object(claims), json("verified_payload.json"), "{folder}");
    }
    if vectors.has(&file("issuer_jwt.txt")) {
        assert_eq!(sd_jwt.split('~').next(), Some(&*vectors.text(&file("issuer_jwt.txt"))), "{folder}");
    }
    if vectors.has(&file("issuance.txt")) {
        let issuance = vectors.text(&file("issuance.txt"));
        let all = open(&issuance, &setting.issuer).unwrap().claims;
        assert_eq!(Value::Object(all), json("all_disclosed_processed_payload.json"), "{folder}");
        check_disclosures(&json("disclosures.json"), Some(&issuance));
    }
}

/// Digests and contents of a list of Disclosures; all of them occur in `sd_jwt`, if given.
pub fn check_disclosures(list: &Value, sd_jwt: Option<&str>) {
    for entry in list.as_array().unwrap() {
        let text = entry["disclosure"].as_str().unwrap();
        let digest = entry.get("digest").or_else(|| entry.get("sha256")).unwrap();
        assert_eq!(DigestAlgorithm::Sha256.digest(text), *digest);
        let contents = vpgate_core::base::base64url::decode(text).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&contents).unwrap(), entry["contents"]);
        assert!(sd_jwt.is_none_or(|sd_jwt| sd_jwt.split('~').any(|part| part == text)), "{text}");
    }
}

fn bounds() -> Bounds {
    PresentationLimits::default().json()
}
