//! RFC 9901: the examples of sections 4 to 6 and appendix A, and edits of the first that must fail.

use std::sync::Arc;

use serde_json::{Map, Value};
use vpgate::domain::sdjwt::disclosure::reveal;
use vpgate::domain::sdjwt::limits::Limits;

use crate::listing::Vectors;
use crate::sd_jwt::{Setting, check_disclosures, check_example, open, verify};
use crate::sd_jwt_vc::check_credential;

const FOLDER: &str = "rfc9901-sd-jwt";

pub fn run(vectors: &Vectors) {
    let setting = Setting::read(vectors, &format!("{FOLDER}/keys.json"));
    check_disclosures(&vectors.json(&format!("{FOLDER}/s4-disclosure-encodings.json")), None);
    for example in
        ["s5-simple", "A.1-structured-decoys", "A.2-complex-ekyc", "A.3-sd-jwt-vc-pid", "A.4-w3c-vcdm2"]
    {
        check_example(vectors, &format!("{FOLDER}/{example}"), &setting);
    }
    let keys = Arc::new(vpgate::domain::jose::key_set::KeySet::of(vec![setting.issuer.clone()]));
    check_credential(vectors, &format!("{FOLDER}/A.3-sd-jwt-vc-pid"), &setting, &keys);
    check_unsigned_examples(vectors);
    check_negatives(vectors, &setting);
}

/// Section 6 prints payloads and Disclosures, but no signed tokens.
fn check_unsigned_examples(vectors: &Vectors) {
    let claims_6_1 = vectors.json(&format!("{FOLDER}/s6.1-flat/user_claims.json"));
    for (folder, payload, hidden) in [
        ("s6.1-flat", "payload.json", None),
        ("s6.2-structured", "payload.json", None),
        ("s6.2-structured", "payload_2.json", Some("country")),
        ("s6.3-recursive", "payload.json", None),
    ] {
        let payload = object(vectors.json(&format!("{FOLDER}/{folder}/{payload}")));
        let list = vectors.json(&format!("{FOLDER}/{folder}/disclosures.json"));
        check_disclosures(&list, None);
        let disclosures = list
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| hidden.is_none_or(|name| entry["contents"][1] != name));
        let texts = disclosures.map(|entry| entry["disclosure"].as_str().unwrap());
        let claims = reveal(payload.clone(), texts, &Limits::default()).unwrap().into_claims();
        let mut whole = object(claims_6_1.clone());
        for name in ["iss", "iat", "exp"] {
            whole.insert(name.to_owned(), payload[name].clone());
        }
        assert_eq!(claims, whole, "{folder}");
    }
}

/// Each edit fails, and for the reason it was made for.
fn check_negatives(vectors: &Vectors, setting: &Setting) {
    let negatives = vectors.json(&format!("{FOLDER}/derived-negatives.json"));
    let reasons = [
        ("kb-stripped", "kb_present"),
        ("final-tilde-missing", "sd_jwt_format"),
        ("tampered-disclosure", "not referenced"),
        ("added-unreferenced-disclosure", "not referenced"),
        ("duplicate-disclosure", "sent twice"),
        ("disclosure-removed-under-kb", "kb_sd_hash"),
        ("disclosures-reordered-under-kb", "kb_sd_hash"),
        ("disclosure-added-under-kb", "kb_sd_hash"),
        ("issuer-payload-edited", "signature does not hold"),
        ("alg-none", "algorithm is not accepted"),
    ];
    let cases = negatives["cases"].as_array().unwrap();
    assert_eq!(cases.len(), reasons.len());
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let (_, expected) = reasons.iter().find(|(name, _)| *name == id).unwrap();
        let token = case["token"].as_str().unwrap();
        let mut reason = verify(token, setting).unwrap_err();
        if reason == "kb_present" && id != "kb-stripped" {
            // Printed without a KB-JWT, which alone refuses it; the edit must fail by itself too.
            reason = open(token, &setting.issuer).map(|_| ()).unwrap_err();
        }
        assert!(reason.contains(expected), "{id}: {reason}");
    }
}

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}
