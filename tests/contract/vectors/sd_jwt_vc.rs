//! SD-JWT VC: credentials with and without key binding, through the whole verdict.

use std::sync::Arc;

use serde_json::Value;
use url::Url;
use vpgate_core::base::report::{Findings, Report, Verdict};
use vpgate_core::credential::Authentic;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::sdjwt::key_binding::ExpectedBinding;
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::PresentedSdJwt;
use vpgate_core::trust::issuer_metadata::{self, PublishedKeys};
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy};
use vpgate_core::type_metadata::{TypeDocument, resolve};

use crate::vectors::listing::Vectors;
use crate::vectors::sd_jwt::{Setting, check_example, issued_at};

const FOLDER: &str = "sd-jwt-vc";

pub fn run(vectors: &Vectors) {
    let setting = Setting::read(vectors, &format!("{FOLDER}/keys.json"));
    for example in ["01-identity-with-kb", "02-identity-without-kb", "03-pid"] {
        check_example(vectors, &format!("{FOLDER}/{example}"), &setting);
    }
    check_issuer_metadata(vectors);
    check_type_metadata(vectors);
    // The first names its key by `kid`; the third has none, and the issuer has one key.
    let metadata = vectors.json(&format!("{FOLDER}/issuer-metadata/with_jwks.json"));
    let published = Arc::new(KeySet::from_json(&metadata["jwks"]).unwrap());
    let single = Arc::new(KeySet::of(vec![setting.issuer.clone()]));
    check_credential(vectors, &format!("{FOLDER}/01-identity-with-kb"), &setting, &published);
    check_credential(vectors, &format!("{FOLDER}/03-pid"), &setting, &single);
}

/// Where metadata is, and the two ways in which it leads to keys.
fn check_issuer_metadata(vectors: &Vectors) {
    let locations = vectors.json(&format!("{FOLDER}/issuer-metadata/well_known_locations.json"));
    for entry in locations.as_array().unwrap() {
        let issuer = Url::parse(entry["iss"].as_str().unwrap()).unwrap();
        assert_eq!(Some(issuer_metadata::location(&issuer).as_str()), entry["metadata_url"].as_str());
    }
    let inside = vectors.json(&format!("{FOLDER}/issuer-metadata/with_jwks.json"));
    let read = issuer_metadata::read(&inside, "https://example.com");
    assert!(matches!(read, Ok(PublishedKeys::Jwks(keys)) if keys.keys().len() == 2));
    assert!(issuer_metadata::read(&inside, "https://example.com/").is_err());
    let elsewhere = vectors.json(&format!("{FOLDER}/issuer-metadata/with_jwks_uri.json"));
    let read = issuer_metadata::read(&elsewhere, "https://example.com");
    assert!(
        matches!(read, Ok(PublishedKeys::JwksUri(uri)) if Some(uri.as_str()) == elsewhere["jwks_uri"].as_str())
    );
}

/// Documents that are read, and chains of them. The published `#integrity` values are illustrative, so that
/// of the long example cannot hold over any parent.
fn check_type_metadata(vectors: &Vectors) {
    let read = |text: &str| TypeDocument::parse(text.as_bytes()).unwrap();
    let example = |name: &str| vectors.text(&format!("{FOLDER}/type-metadata/{name}.json"));
    let (base, child) = (read(&example("extends_base")), read(&example("extends_child")));
    let accepted = vec![child.vct().to_owned()];
    assert!(resolve(&accepted, &[child.clone(), base]).is_ok());
    assert!(resolve(&accepted, &[child]).is_err());
    let long = read(&example("example_type_metadata"));
    let parent = read(r#"{"vct": "https://galaxy.example.com/galactic-education-credential/v2"}"#);
    let fault = resolve(&[long.vct().to_owned()], &[long, parent]).unwrap_err();
    assert!(fault.why.contains("`extends#integrity`"), "{fault}");
}

/// The whole verdict over one example, and its neighbours that are wrong in one way.
pub fn check_credential(vectors: &Vectors, folder: &str, setting: &Setting, keys: &Arc<KeySet>) {
    let text = vectors.text(&format!("{folder}/presentation.txt"));
    let payload = vectors.json(&format!("{folder}/issuer_jwt_payload.json"));
    let trust = CredentialTrust {
        id: "example".to_owned(),
        types: vec![payload["vct"].as_str().unwrap().to_owned()],
        issuer: payload["iss"].as_str().unwrap().to_owned(),
        keys: KeySource::Jwks(Arc::clone(keys)),
        status: StatusPolicy::default(),
        status_roots: None,
        rules: FormatRules::default(),
    };
    let kb_jwt = text.rsplit('~').next().unwrap();
    let good = setting.expected(issued_at(kb_jwt));
    let (claims, report) = judge(&text, &trust, &good);
    assert_eq!(report.verdict, Verdict::Verified, "{folder}: {report:?}");
    assert_eq!(claims, Some(vectors.json(&format!("{folder}/verified_payload.json"))), "{folder}");

    let reason = |trust: &CredentialTrust, expected: &ExpectedBinding<'_>| {
        judge(&text, trust, expected).1.reason.map(|reason| reason.into_owned())
    };
    let nonce = ExpectedBinding { nonce: "1234567891", ..good };
    assert_eq!(reason(&trust, &nonce).as_deref(), Some("kb_nonce"), "{folder}");
    let audience = ExpectedBinding { audience: "https://other.example", ..good };
    assert_eq!(reason(&trust, &audience).as_deref(), Some("kb_audience"), "{folder}");
    let other = CredentialTrust { issuer: format!("{}/", trust.issuer), ..trust.clone() };
    assert_eq!(reason(&other, &good).as_deref(), Some("issuer_trusted"), "{folder}");
    let other = CredentialTrust { types: Vec::new(), ..trust };
    assert_eq!(reason(&other, &good).as_deref(), Some("credential_type"), "{folder}");
}

fn judge(text: &str, trust: &CredentialTrust, expected: &ExpectedBinding<'_>) -> (Option<Value>, Report) {
    let policy = TrustPolicy { credentials: vec![trust.clone()] };
    let now = issued_at(text.rsplit('~').next().unwrap());
    let mut findings = Findings::new();
    let answer = (|| {
        let presented = PresentedSdJwt::parse(text, &PresentationLimits::default(), &mut findings)?;
        let issuer = policy.vouch("example", &presented.issuer_hint(), &mut findings)?;
        let KeySource::Jwks(keys) = issuer.keys() else { panic!("the keys are given") };
        presented.authenticate(&issuer, keys, expected, now, &mut findings).map(Authentic::from)
    })();
    let claims = answer.as_ref().ok().map(|authentic| Value::Object(authentic.claims().clone()));
    (claims, findings.conclude(answer.map(|_| ())))
}
