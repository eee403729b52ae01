//! OpenID4VP 1.0: queries, claims paths, transaction data, and the one signed example.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::base::report::Findings;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::jwe::{ContentEncryption, EncryptedText, EncryptionKey};
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::openid4vp::dcql::{ClaimsPath, Query};
use vpgate_core::openid4vp::response::{ResponseParameters, WalletAnswer};
use vpgate_core::openid4vp::transaction_data::TransactionTypes;
use vpgate_core::sdjwt::disclosure::reveal;
use vpgate_core::sdjwt::key_binding::ExpectedBinding;
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy};

use crate::vectors::listing::Vectors;
use crate::vectors::sd_jwt::{Setting, check_disclosures, open};

const FOLDER: &str = "openid4vp-1.0";

pub fn run(vectors: &Vectors) {
    check_claims_paths(vectors);
    check_queries(vectors);
    check_transaction_data(vectors);
    check_disclosed_credential(vectors);
    check_signed_example(vectors);
    check_encrypted_response(vectors);
}

/// Section 7.3, and the error cases derived from it.
fn check_claims_paths(vectors: &Vectors) {
    let vector = vectors.json(&format!("{FOLDER}/claims-path-pointer.json"));
    let credential = &vector["credential"];
    for case in vector["cases"].as_array().unwrap() {
        let selected: Vec<Value> =
            path(&case["path"]).unwrap().select(credential).unwrap().into_iter().cloned().collect();
        assert_eq!(Value::Array(selected), case["selects"], "{}", case["path"]);
    }
    for case in vector["derived_error_cases"].as_array().unwrap() {
        let selects = path(&case["path"]).is_some_and(|path| path.select(credential).is_some());
        assert!(!selects, "{}", case["why"]);
    }
}

/// Reads a path the way every path is read: as a part of a query.
fn path(path: &Value) -> Option<ClaimsPath> {
    let query = json!({"credentials": [
        {"id": "x", "format": "dc+sd-jwt", "meta": {"vct_values": ["x"]}, "claims": [{"path": path}]}]});
    Some(Query::from_json(&query).ok()?.credentials()[0].claims[0].path.clone())
}

/// Appendix D: what is supported goes out as it came in, the rest is refused where it begins.
fn check_queries(vectors: &Vectors) {
    for name in [
        "simple",
        "simple_mdoc",
        "complex_mdoc",
        "multi_credentials",
        "value_matching_simple",
        "claims_alternatives",
        "credentials_alternatives",
    ] {
        let query = vectors.json(&format!("{FOLDER}/examples/query_lang/{name}.json"));
        assert_eq!(Query::from_json(&query).unwrap().to_json(), query, "{name}");
    }
    for (name, pointer) in
        [("request/dcql_jwt_vc", "/credentials/0/format"), ("request/dcql_ldp_vc", "/credentials/0/format")]
    {
        let query = vectors.json(&format!("{FOLDER}/examples/{name}.json"));
        assert_eq!(Query::from_json(&query).unwrap_err().pointer, pointer, "{name}");
    }
    check_alternatives(vectors);
}

/// What the two examples of alternatives say in words.
fn check_alternatives(vectors: &Vectors) {
    let read = |name: &str| {
        Query::from_json(&vectors.json(&format!("{FOLDER}/examples/query_lang/{name}.json"))).unwrap()
    };
    let claims = read("claims_alternatives");
    let combinations: Vec<Vec<String>> = claims.credentials()[0]
        .combinations()
        .iter()
        .map(|claims| claims.iter().map(|claim| claim.path.to_string()).collect())
        .collect();
    assert_eq!(combinations[0], ["family_name", "locality", "region", "date_of_birth"]);
    assert_eq!(combinations[1], ["family_name", "postal_code", "date_of_birth"]);
    let credentials = read("credentials_alternatives");
    let [pid, rewards] = credentials.credential_sets() else { panic!("two sets") };
    assert_eq!((pid.required, rewards.required), (true, false));
    for (there, option) in [
        (&["pid"][..], Some(0)),
        (&["other_pid"], Some(1)),
        (&["pid_reduced_cred_1", "pid_reduced_cred_2"], Some(2)),
        (&["pid_reduced_cred_1", "nice_to_have"], None),
    ] {
        assert_eq!(pid.first_complete(|id| there.contains(&id)), option, "{there:?}");
    }
}

/// Sections 5.1, B.3.3.1: the example's type is nobody's, so it is refused until somebody registers it; the
/// hash is over the string.
fn check_transaction_data(vectors: &Vectors) {
    let example = vectors.json(&format!("{FOLDER}/transaction-data-object.json"));
    assert!(TransactionTypes::default().from_json(&example).is_err());
    let derived = vectors.json(&format!("{FOLDER}/derived-transaction-data-hash.json"));
    assert_eq!(derived["object"], example);
    let encoded = derived["encoded"].as_str().unwrap();
    assert!(TransactionTypes::default().as_sent(&Value::from(encoded).to_string()).is_err());
    let registered = TransactionTypes::default();
    let kind = example["type"].as_str().unwrap();
    let registered = registered.with(kind, "Payment", &serde_json::json!({"type": "object"})).unwrap();
    assert_eq!(registered.as_sent(&Value::from(encoded).to_string()).unwrap().encoded(), encoded);
    let hash = DigestAlgorithm::Sha256.digest(encoded);
    assert_eq!(hash, derived["sha-256"]);
    assert_ne!(hash, derived["wrong_hash_over_decoded_bytes"]);
}

/// Section B.3.2: the payload and its Disclosures, without a signature.
fn check_disclosed_credential(vectors: &Vectors) {
    let file = |name: &str| vectors.json(&format!("{FOLDER}/examples/credentials/{name}.json"));
    let list = file("sd_jwt_vc_disclosures");
    check_disclosures(&list, None);
    let payload: Map<String, Value> = file("sd_jwt_vc").as_object().unwrap().clone();
    let texts = list.as_array().unwrap().iter().map(|entry| entry["disclosure"].as_str().unwrap());
    let claims = reveal(payload, texts, &PresentationLimits::default()).unwrap().into_claims();
    for (name, value) in file("sd_jwt_vc_unsecured").as_object().unwrap() {
        assert_eq!(claims.get(name), Some(value), "{name}");
    }
}

/// Section B.3.7.3: a JSON-LD payload in an SD-JWT VC, from `vp_token` to claims.
fn check_signed_example(vectors: &Vectors) {
    let setting = Setting::read(vectors, "rfc9901-sd-jwt/keys.json");
    let file = |name: &str| format!("{FOLDER}/examples/sd_jwt_vcld/01/{name}");
    let presentation = vectors.text(&file("sd_jwt_presentation.txt"));
    let issuance = open(&vectors.text(&file("sd_jwt_issuance.txt")), &setting.issuer).unwrap();
    assert_eq!(Value::Object(issuance.payload), vectors.json(&file("sd_jwt_payload.json")));
    for (name, value) in vectors.json(&file("user_claims.json")).as_object().unwrap() {
        assert_eq!(issuance.claims.get(name), Some(value), "{name}");
    }
    assert_eq!(presentation.split('~').next(), Some(&*vectors.text(&file("sd_jwt_jws_part.txt"))));
    assert_eq!(presentation.split('~').next_back(), Some(&*vectors.text(&file("kb_jwt_serialized.txt"))));

    let binding = vectors.json(&file("kb_jwt_payload.json"));
    assert_eq!(vectors.json(&file("kb_jwt_header.json"))["typ"], "kb+jwt");
    let issued_at = Timestamp::from_unix(binding["iat"].as_i64().unwrap());
    let expected = ExpectedBinding {
        audience: binding["aud"].as_str().unwrap(),
        nonce: binding["nonce"].as_str().unwrap(),
        requested_at: issued_at.minus(Duration::from_secs(60)),
        skew: Duration::ZERO,
    };
    let claims = verified_claims(&presentation, &setting, &expected, issued_at).unwrap();
    assert_eq!(Value::Object(claims), vectors.json(&file("verified_contents.json")));
    let other = ExpectedBinding { audience: "https://verifier.example.org/", ..expected };
    assert_eq!(verified_claims(&presentation, &setting, &other, issued_at).unwrap_err(), "kb_audience");
}

fn verified_claims(
    vp_token: &str,
    setting: &Setting,
    expected: &ExpectedBinding<'_>,
    now: Timestamp,
) -> Result<Map<String, Value>, &'static str> {
    let vct = "https://credentials.example.com/example_credential";
    let query = json!({"credentials": [{"id": "ld", "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}}]});
    let keys = Arc::new(KeySet::of(vec![setting.issuer.clone()]));
    let trust = TrustPolicy {
        credentials: vec![CredentialTrust {
            id: "ld".to_owned(),
            types: vec![vct.to_owned()],
            issuer: "https://issuer.example.com".to_owned(),
            keys: KeySource::Jwks(Arc::clone(&keys)),
            status: StatusPolicy::default(),
            status_roots: None,
            rules: FormatRules::default(),
        }],
    };
    let mut findings = Findings::new();
    let parameters =
        ResponseParameters { vp_token: Some(vp_token.to_owned()), ..ResponseParameters::default() };
    let answer = WalletAnswer::parse(parameters, &mut findings).map_err(|rejection| rejection.reason())?;
    let WalletAnswer::Presented(token) = answer else { return Err("no vp_token") };
    let query = Query::from_json(&query).unwrap();
    let mut shown = token.shown(&query, expected.nonce, &mut findings).map_err(|e| e.reason())?;
    let presented = shown.remove(0).presented;
    let issuer = trust.vouch("ld", &presented.issuer_hint(), &mut findings).map_err(|e| e.reason())?;
    let authentic = presented
        .authenticate(&issuer, &keys, (expected, None), now, &mut findings)
        .map_err(|e| e.reason())?;
    Ok(authentic.claims().clone())
}

/// Section 8.3: the encrypted response, with the key of the request it answers.
fn check_encrypted_response(vectors: &Vectors) {
    let file = |name: &str| vectors.json(&format!("{FOLDER}/encrypted-response/{name}"));
    let text = vectors.text(&format!("{FOLDER}/encrypted-response/response_jwe.txt"));
    let jwe = EncryptedText::parse(text.trim(), 8192).unwrap();
    let key = EncryptionKey::from_private_jwk(&file("private_jwk.json")).unwrap();
    let header = file("jwe_header.json");
    assert_eq!((header["kid"].as_str(), header["enc"].as_str()), (Some(jwe.kid()), Some(jwe.enc().name())));
    let published = &file("request.json")["client_metadata"]["jwks"]["keys"][0];
    assert_eq!(&key.to_public_jwk(), published);
    let content = key.decrypt(&jwe, &[ContentEncryption::A128Gcm]).unwrap();
    let payload: Value = serde_json::from_slice(&content).unwrap();
    assert_eq!(payload, file("decrypted_payload.json"));
    assert!(EncryptionKey::generate().unwrap().decrypt(&jwe, &ContentEncryption::ALL).is_err());
}
