//! Token Status List: every listed status of every list, the signed token, and a credential that
//! names one.

use serde_json::Value;
use vpgate_core::base::json::Bounds;
use vpgate_core::base::report::Findings;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::status_list::kind::StatusEntry;
use vpgate_core::status_list::statuses::Statuses;
use vpgate_core::status_list::token::{CacheBounds, Receipt, StatusListFault, StatusListToken};
use vpgate_core::trust::IssuerHint;
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy, TrustedIssuer};

use crate::vectors::listing::Vectors;
use crate::vectors::sd_jwt::{Setting, open};

const FOLDER: &str = "token-status-list";

pub fn run(vectors: &Vectors) {
    for list in ["short1", "short2", "long1", "long2", "long4", "long8"] {
        check_list(&vectors.json(&format!("{FOLDER}/{list}.json")), list);
    }
    let list_uri = check_token(vectors);
    check_credential(vectors, &list_uri);
}

/// Sections 4.1 and C: `statuses` are given, all others are 0, and the list ends where it is said to.
fn check_list(vector: &Value, name: &str) {
    let statuses = Statuses::from_json(vector["status_list"].as_object().unwrap()).unwrap();
    let end = vector["out_of_range_index"].as_u64().unwrap();
    assert_eq!(statuses.bytes() as u64, vector["uncompressed_bytes"].as_u64().unwrap(), "{name}");
    let given = vector["statuses"].as_object().unwrap();
    let mut found = 0;
    for index in 0..end {
        let expected = given.get(&index.to_string()).map_or(0, |status| status.as_u64().unwrap());
        found += usize::from(given.contains_key(&index.to_string()));
        assert_eq!(statuses.at(index).map(u64::from), Some(expected), "{name} {index}");
    }
    assert_eq!(found, given.len(), "{name}");
    assert_eq!(statuses.at(end), None, "{name}");
}

/// Sections 5.1 and 8.2.
fn check_token(vectors: &Vectors) -> String {
    let text = vectors.text(&format!("{FOLDER}/status_list_token.jwt.txt"));
    let payload = vectors.json(&format!("{FOLDER}/status_list_token_payload.json"));
    let header = vectors.json(&format!("{FOLDER}/status_list_token_header.json"));
    let bounds = Bounds { bytes: 10_000, depth: 4, members: 20 };
    let jws = UnverifiedJws::parse(&text, &bounds).unwrap();
    assert_eq!(Value::Object(jws.header().clone()), header);

    let jwk = &vectors.json(&format!("{FOLDER}/keys.json"))["status_issuer"];
    let keys = KeySet::of(vec![SigningKey::from_jwk(jwk).unwrap().public_key().clone()]);
    assert_eq!(Value::Object(jws.verify(&keys.keys()[0]).unwrap().into_payload()), payload);
    let (uri, issued_at) = (payload["sub"].as_str().unwrap(), payload["iat"].as_i64().unwrap());
    let verify = |uri: &str, at: i64| {
        let token = StatusListToken::parse(text.as_bytes()).unwrap();
        let receipt = Receipt { at: Timestamp::from_unix(at), max_age: None };
        token.verify(&issuer(&keys), &keys, uri, receipt, &CacheBounds::default())
    };
    let list = verify(uri, issued_at).unwrap();
    assert_eq!(list.fresh_until().unix() - issued_at, payload["ttl"].as_i64().unwrap());
    let statuses: Vec<_> = (0..).map_while(|index| list.at(&StatusEntry::Index(index))).collect();
    assert_eq!(statuses, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
    let expires_at = payload["exp"].as_i64().unwrap();
    // Clocks may be a minute apart.
    assert_eq!(verify(uri, expires_at + 60).unwrap_err(), StatusListFault::Expired);
    assert_eq!(verify("https://example.com/statuslists/2", issued_at).unwrap_err(), StatusListFault::Subject);
    uri.to_owned()
}

/// Section 6.2: the credential names index 0 of the list above.
fn check_credential(vectors: &Vectors, list_uri: &str) {
    let setting = Setting::read(vectors, "rfc9901-sd-jwt/keys.json");
    let opened = open(&vectors.text(&format!("{FOLDER}/referenced_sd_jwt.txt")), &setting.issuer).unwrap();
    let payload = vectors.json(&format!("{FOLDER}/referenced_sd_jwt_payload.json"));
    assert_eq!(Value::Object(opened.payload.clone()), payload);
    assert_eq!(opened.payload["status"]["status_list"]["uri"], list_uri);
}

fn issuer(keys: &KeySet) -> TrustedIssuer {
    let trust = TrustPolicy {
        credentials: vec![CredentialTrust {
            id: "any".to_owned(),
            types: vec!["any".to_owned()],
            issuer: "https://example.com".to_owned(),
            keys: KeySource::Jwks(keys.clone().into()),
            status: StatusPolicy::default(),
            status_roots: None,
            rules: FormatRules::default(),
        }],
    };
    let hint = IssuerHint {
        iss: Some("https://example.com"),
        credential_type: Some("any"),
        kid: Some("12"),
        x5c: None,
        ..IssuerHint::default()
    };
    trust.vouch("any", &hint, &mut Findings::new()).unwrap()
}
