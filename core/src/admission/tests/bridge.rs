//! The claim that names the credentials behind an answer, one by one.

use super::*;
use crate::admission::bridge::CLAIM;
use crate::admission::client_claims::{ClientClaims, PresentedCredentials};

const URN: &str = "urn:proof:params:scope:basic";

fn people() -> ScopePolicy {
    let open = |name: &str, credential: &str, claims: &[&str]| scope(name, credential, claims, Vec::new());
    let adult = vec![rule("id", "adult", "=", &json!(true))];
    ScopePolicy::new(
        vec![askable("licence"), askable("id")],
        vec![
            open("member", "id", &["given_name"]),
            open(URN, "id", &["family_name"]),
            scope("adult", "id", &[], adult),
            open("drive", "licence", &["classes"]),
        ],
    )
}

/// What `/userinfo` tells of `earned`, where `granted` counts.
fn told(change: impl FnOnce(&mut VerifiedCredential), earned: &str, granted: &str) -> serde_json::Value {
    let [id_token, userinfo, access_token] = told_by(PresentedCredentials::Userinfo, change, earned, granted);
    assert_eq!((id_token, access_token), (None, None));
    userinfo.unwrap()
}

fn told_by(
    presented: PresentedCredentials,
    change: impl FnOnce(&mut VerifiedCredential),
    earned: &str,
    granted: &str,
) -> [Option<serde_json::Value>; 3] {
    let mut one = credential(true, "h", Some(NOW.unix() + 500));
    one.claims.insert("given_name".to_owned(), json!("Erika"));
    one.claims.insert("family_name".to_owned(), json!("Mustermann"));
    one.issued_at = Some(Timestamp::from_unix(NOW.unix() - 500));
    change(&mut one);
    let licence =
        VerifiedCredential { credential_type: "urn:licence".to_owned(), ..credential(true, "h", None) };
    let presentation = shown(&[("id", one), ("licence", licence)]);
    let places = ClientClaims { presented, ..ClientClaims::default() };
    let token_claims = TokenClaims::default().said_at(places);
    let admission = admit_by(&people(), &presentation, earned, "web", &token_claims).unwrap();
    let stored = restore::admission(&serde_json::to_string(&admission).unwrap()).unwrap();
    let (policy, scopes) = (people(), Scopes::parse(granted).unwrap());
    let to = Hearing { policy: &policy, token_claims: &token_claims, scopes: &scopes };
    [ClaimsPlace::IdToken, ClaimsPlace::Userinfo, ClaimsPlace::AccessToken]
        .map(|place| stored.said(place, &to).remove(CLAIM))
}

#[test]
fn req_17_21_req_17_22_req_17_40_to_17_43_each_scope_is_a_key_with_what_was_shown_for_it() {
    let sets = told(|_| {}, &format!("member {URN}"), &format!("openid member {URN}"));
    let entry = json!({
        "type": ["https://types.example/id"], "claims": {"given_name": "Erika"}, "issuer": "https://issuer.example",
        "valid_from": Timestamp::from_unix(NOW.unix() - 500).rfc3339(),
        "valid_until": Timestamp::from_unix(NOW.unix() + 500).rfc3339(), "verified_at": NOW.rfc3339(),
        "verification": {"trust_status": "valid", "holder_binding": "key_binding"}, "primary": true,
    });
    let keys: Vec<_> = sets[0]["credentials"].as_object().unwrap().keys().cloned().collect();
    assert_eq!((sets.as_array().unwrap().len(), keys), (1, names(&["member", URN])));
    assert_eq!(sets[0]["credentials"]["member"], json!([entry]));
    assert_eq!(sets[0]["credentials"][URN][0]["claims"], json!({"family_name": "Mustermann"}));
}

#[test]
fn req_17_43_what_was_not_looked_up_is_not_called_valid() {
    for status in [CredentialStatus::Unchecked, CredentialStatus::None] {
        let sets = told(|one| one.status = status, "member", "member");
        let verification = &sets[0]["credentials"]["member"][0]["verification"];
        assert_eq!(verification["trust_status"], "not_checked", "{status:?}");
    }
}

#[test]
fn req_17_44_only_what_the_granted_scopes_list_is_told() {
    let sets = told(|_| {}, &format!("member adult {URN}"), "member adult");
    let credentials = sets[0]["credentials"].as_object().unwrap();
    assert_eq!(credentials.keys().collect::<Vec<_>>(), ["member", "adult"]);
    assert_eq!(credentials["adult"][0]["claims"], json!({}), "a rule read it, nobody listed it");
    assert!(!sets.to_string().contains("Mustermann") && !sets.to_string().contains("Access Level"), "{sets}");
}

#[test]
fn req_17_63_one_entry_is_the_one_that_the_subject_is_made_of() {
    let sets = told(|_| {}, &format!("member drive {URN}"), &format!("member drive {URN}"));
    let primary: Vec<_> = sets[0]["credentials"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, entries)| entries[0]["primary"] == json!(true))
        .map(|(name, _)| name.clone())
        .collect();
    assert_eq!(primary, ["drive"], "the first of the configuration");
    assert!(sets[0]["credentials"]["member"][0].get("primary").is_none());
}

#[test]
fn req_17_84_what_is_too_long_for_an_id_token_is_left_to_userinfo() {
    let told = |length: usize| {
        let long = |one: &mut VerifiedCredential| {
            one.claims.insert("given_name".to_owned(), json!("x".repeat(length)));
        };
        told_by(PresentedCredentials::Both, long, "member", "member").map(|told| told.is_some())
    };
    assert_eq!(told(7_000), [true, true, false]);
    assert_eq!(told(8_192), [false, true, false]);
}
