//! RFC 9901: the examples of sections 4 to 6 and appendix A, and edits of the first that must fail.

use std::sync::Arc;

use serde_json::{Map, Value};
use vpgate_core::base::report::Findings;
use vpgate_core::sdjwt::disclosure::reveal;
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::{HolderBinding, PresentedSdJwt};

use crate::vectors::listing::Vectors;
use crate::vectors::sd_jwt::{Setting, check_disclosures, check_example, open, verify};
use crate::vectors::sd_jwt_vc::check_credential;

const FOLDER: &str = "rfc9901-sd-jwt";

pub fn run(vectors: &Vectors) {
    let setting = Setting::read(vectors, &format!("{FOLDER}/keys.json"));
    check_disclosures(&vectors.json(&format!("{FOLDER}/s4-disclosure-encodings.json")), None);
    for example in
        ["s5-simple", "A.1-structured-decoys", "A.2-complex-ekyc", "A.3-sd-jwt-vc-pid", "A.4-w3c-vcdm2"]
    {
        check_example(vectors, &format!("{FOLDER}/{example}"), &setting);
    }
    let keys = Arc::new(vpgate_core::jose::key_set::KeySet::of(vec![setting.issuer.clone()]));
    check_credential(vectors, &format!("{FOLDER}/A.3-sd-jwt-vc-pid"), &setting, &keys);
    check_unsigned_examples(vectors);
    check_json_serialisation(vectors, &setting);
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
        let claims = reveal(payload.clone(), texts, &PresentationLimits::default()).unwrap().into_claims();
        let mut whole = object(claims_6_1.clone());
        for name in ["iss", "iat", "exp"] {
            whole.insert(name.to_owned(), payload[name].clone());
        }
        assert_eq!(claims, whole, "{folder}");
    }
}

/// Section 8: both forms carry what their compact form does, and what section 8.1 says about it holds.
fn check_json_serialisation(vectors: &Vectors, setting: &Setting) {
    let read = |name: &str| object(vectors.json(&format!("{FOLDER}/{name}.json")));
    let parse = |form: &Map<String, Value>| {
        PresentedSdJwt::parse_json(
            HolderBinding::Required,
            form,
            &PresentationLimits::default(),
            &mut Findings::new(),
        )
        .map_err(|e| e.reason())
    };
    let issuance = read("s8.2-flattened-json/issuance");
    assert_eq!(parse(&issuance).map(|_| ()), Err("kb_present"));
    let all = open(&compact(&issuance, &issuance), &setting.issuer).unwrap().claims;
    assert_eq!(all["sub"], "john_doe_42");
    let flattened = read("s8.2-flattened-json/presentation");
    let general = read("s8.3-general-json/presentation");
    for (form, signed) in [(&flattened, &flattened), (&general, &object(general["signatures"][0].clone()))] {
        assert!(parse(form).is_ok());
        let claims = verify(&compact(form, signed), setting).unwrap();
        assert_eq!((&claims["given_name"], &claims["family_name"]), (&"John".into(), &"Doe".into()));
        assert!(!claims.contains_key("birthdate"));
    }
    let mut second = general;
    let header = second["signatures"][0]["header"].take();
    second["signatures"][1]["header"] = header;
    assert_eq!(parse(&second).map(|_| ()), Err("sd_jwt_json_format"));
}

fn compact(form: &Map<String, Value>, signed: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let disclosures = signed["header"]["disclosures"].as_array().unwrap();
    let jwt = [&signed["protected"], &form["payload"], &signed["signature"]].map(text).join(".");
    let parts: Vec<String> = [jwt].into_iter().chain(disclosures.iter().map(text)).collect();
    parts.join("~") + "~" + &text(&signed["header"]["kb_jwt"])
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
