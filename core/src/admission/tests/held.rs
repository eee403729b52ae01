//! What was earned, when the configuration changes.

use super::*;
use crate::jose::key_set::KeySet;
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy};

fn entry(id: &str, issuer: &str, vct: &str) -> CredentialTrust {
    CredentialTrust {
        id: id.to_owned(),
        types: vec![vct.to_owned()],
        issuer: issuer.to_owned(),
        keys: KeySource::Jwks(KeySet::of(Vec::new()).into()),
        status: StatusPolicy::default(),
        status_roots: None,
        rules: FormatRules::default(),
    }
}

const ISSUER: &str = "https://issuer.example";
const VCT: &str = "https://types.example/id";

fn trust(entries: Vec<CredentialTrust>) -> TrustPolicy {
    TrustPolicy { credentials: entries }
}

fn still(admission: &Admission, policy: &ScopePolicy, trust: &TrustPolicy, client: &str) -> Option<String> {
    let granted = Scopes::parse(&format!("openid {}", admission.scopes())).unwrap();
    let scopes = Scopes::parse(client).unwrap();
    let today = CurrentConfiguration { policy, trust, scopes: &scopes };
    admission.still_granted(&granted, &today).map(|scopes| scopes.to_string())
}

fn earned(requested: &str) -> Admission {
    let both = shown(&[("id", credential(true, "h", None)), ("licence", credential(true, "h", None))]);
    admit(&both, requested).unwrap()
}

#[test]
fn what_nobody_touched_stays() {
    let all = trust(vec![entry("id", ISSUER, VCT), entry("licence", ISSUER, VCT)]);
    let left = still(&earned("name drive"), &policy(), &all, "openid name drive adult");
    assert_eq!(left.as_deref(), Some("openid name drive"));
}

#[test]
fn a_scope_that_the_configuration_or_the_client_lost_is_no_longer_granted() {
    let all = trust(vec![entry("id", ISSUER, VCT), entry("licence", ISSUER, VCT)]);
    let admission = earned("name drive");
    assert_eq!(still(&admission, &policy(), &all, "openid drive").as_deref(), Some("openid drive"));
    assert_eq!(still(&admission, &policy(), &all, "name drive").as_deref(), Some("name drive"));
    let fewer = scopes().into_iter().filter(|scope| scope.name != "name").collect();
    let fewer = ScopePolicy::new(vec![askable("id"), askable("licence")], fewer);
    assert_eq!(still(&admission, &fewer, &all, "name drive").as_deref(), Some("drive"));
    assert_eq!(still(&admission, &policy(), &all, "openid"), None, "nothing that was earned is left");
    assert_eq!(still(&earned("name"), &fewer, &all, "openid name"), None);
}

#[test]
fn a_scope_that_now_asks_for_another_credential_was_not_earned() {
    let all = trust(vec![entry("id", ISSUER, VCT), entry("licence", ISSUER, VCT)]);
    let moved = vec![scope("name", "licence", &["classes"], vec![])];
    let moved = ScopePolicy::new(vec![askable("id"), askable("licence")], moved);
    let only_id = admit(&shown(&[("id", credential(true, "h", None))]), "name").unwrap();
    assert_eq!(still(&only_id, &policy(), &all, "name").as_deref(), Some("name"));
    assert_eq!(still(&only_id, &moved, &all, "name"), None);
}

#[test]
fn a_credential_an_issuer_a_type_or_a_root_that_is_gone_ends_everything() {
    let admission = earned("name");
    let with = |entries: Vec<CredentialTrust>| still(&admission, &policy(), &trust(entries), "name");
    assert!(with(vec![entry("id", ISSUER, VCT)]).is_some());
    for gone in [
        vec![],
        vec![entry("licence", ISSUER, VCT)],
        vec![entry("id", "https://other.example", VCT)],
        vec![entry("id", ISSUER, "https://types.example/other")],
    ] {
        assert_eq!(with(gone), None);
    }
    let mut certified = credential(true, "h", None);
    certified.certificate = Some(Box::new(IssuerCertificate {
        subject: "CN=Signer".to_owned(),
        anchor: "CN=Root".to_owned(),
        anchor_key: "a key".to_owned(),
        is_issuer: false,
        one_of_several: false,
    }));
    let certified = admit(&shown(&[("id", certified)]), "name").unwrap();
    let pinned = trust(vec![entry("id", ISSUER, VCT)]);
    assert_eq!(still(&certified, &policy(), &pinned, "name"), None, "the root is no longer believed");
}

#[test]
fn an_admission_of_the_time_before_sources_lives_with_its_scopes() {
    let older = r#"{"scopes":["name"],"subject":"s","verified_at":1,"expires_at":null}"#;
    let older = restore::admission(older).unwrap();
    assert!(still(&older, &policy(), &trust(vec![]), "name").is_some());
    assert_eq!(still(&older, &policy(), &trust(vec![]), "adult"), None);
}

#[test]
fn a_claim_that_the_client_no_longer_lists_is_no_longer_said() {
    let claims =
        TokenClaims::new(vec![copied("level", "id", "Access Level"), copied("name", "id", "given_name")]);
    let presentation = shown(&[("id", credential(true, "h", None))]);
    let admission = admit_by(&policy(), &presentation, "name", "tv", &claims).unwrap();
    let scopes = admission.scopes().clone();
    let said = admission.saying(scopes, |name| name == "level");
    assert!(said.says("level") && !said.says("name"));
}
