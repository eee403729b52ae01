mod bridge;
mod held;
mod mdoc;
mod results;
mod said;

use std::collections::BTreeMap;

use serde_json::json;

use super::claims_request::ClaimsRequest;
use super::client_claims::ClaimsPlace;
use super::rules::{Kind, Operator, ScopeRule};
use super::scopes::Scopes;
use super::token_claims::{Applicant, ClaimSource, RequestParameters, TokenClaim, TokenClaims};
use super::*;
use crate::base::secret::DigestKey;
use crate::base::time::Timestamp;
use crate::openid4vp::dcql::{ClaimsPath, Meta, Query};
use crate::openid4vp::verify::{
    IssuerCertificate, VerifiedCredential, VerifiedCredentials, VerifiedPresentation,
};
use crate::status_list::check::CredentialStatus;
use crate::trust::CredentialFormat;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

fn path(dotted: &str) -> ClaimsPath {
    ClaimsPath::from_dotted(dotted).unwrap()
}

fn rule(credential: &str, field: &str, operator: &str, value: &serde_json::Value) -> ScopeRule {
    let operator = Operator::parse(operator).unwrap();
    ScopeRule::new(credential.to_owned(), path(field), operator, value, Kind::ByForm).unwrap()
}

/// Open when it has no rules.
fn scope(name: &str, credential: &str, claims: &[&str], rules: Vec<ScopeRule>) -> ScopeDefinition {
    ScopeDefinition {
        standard_claims: Vec::new(),
        name: name.to_owned(),
        description: None,
        credential: credential.to_owned(),
        claims: claims.iter().map(|dotted| path(dotted)).collect(),
        open: rules.is_empty(),
        rules,
    }
}

fn askable(id: &str) -> AskableCredential {
    AskableCredential::new(id, Meta::sd_jwt_vc(vec![format!("https://types.example/{id}")]))
}

fn scopes() -> Vec<ScopeDefinition> {
    let adult = || rule("id", "adult", "=", &json!(true));
    let level = rule("id", "Access Level", ">", &json!(4));
    vec![
        scope("name", "id", &["given_name", "family_name"], vec![]),
        scope("adult", "id", &["given_name"], vec![adult()]),
        scope("drive", "licence", &["classes"], vec![]),
        scope("rent", "licence", &[], vec![adult(), rule("licence", "classes", "=", &json!("B"))]),
        scope("edit", "id", &[], vec![adult(), level]),
    ]
}

fn policy() -> ScopePolicy {
    ScopePolicy::new(vec![askable("id"), askable("licence")], scopes())
}

/// A policy in which `id` names this claim as stable.
fn stable_by(field: &str) -> ScopePolicy {
    let id = AskableCredential { stable_identifier: Some(path(field)), ..askable("id") };
    ScopePolicy::new(vec![askable("licence"), id], scopes())
}

fn credential(adult: bool, holder: &str, expires_at: Option<i64>) -> VerifiedCredential {
    let claims = json!({
        "given_name": "Erika", "family_name": "Muster", "adult": adult, "classes": "B", "Access Level": 5,
        "personal_number": "A-17", "secret": "s",
    });
    VerifiedCredential {
        issuer: "https://issuer.example".to_owned(),
        certificate: None,
        format: CredentialFormat::SdJwtVc,
        credential_type: "https://types.example/id".to_owned(),
        claims: claims.as_object().unwrap().clone(),
        issued_at: None,
        valid_from: None,
        expires_at: expires_at.map(Timestamp::from_unix),
        key_binding: None,
        status: CredentialStatus::Valid,
        status_at: None,
        status_places: Vec::new(),
        evidence: None,
        holder: Some(holder.to_owned()),
    }
}

fn shown(credentials: &[(&str, VerifiedCredential)]) -> VerifiedPresentation {
    let one = |credential: &VerifiedCredential| VerifiedCredentials::One(credential.clone());
    let credentials: BTreeMap<_, _> =
        credentials.iter().map(|(id, credential)| ((*id).to_owned(), one(credential))).collect();
    VerifiedPresentation::for_tests(credentials, Vec::new(), NOW)
}

fn admit(presentation: &VerifiedPresentation, requested: &str) -> Result<Admission, NothingEarned> {
    admit_by(&policy(), presentation, requested, "tv", &TokenClaims::default())
}

fn admit_by(
    policy: &ScopePolicy,
    presentation: &VerifiedPresentation,
    requested: &str,
    client_id: &str,
    token_claims: &TokenClaims,
) -> Result<Admission, NothingEarned> {
    let requested = &Scopes::parse(requested).unwrap();
    let parameters = &token_claims.kept(|name| (name == "room_id").then_some("7")).unwrap();
    let claims = &ClaimsRequest::default();
    let applicant = Applicant { client_id, requested, token_claims, parameters, claims };
    policy.admit(presentation, &applicant, &DigestKey::new(&[1; 32]))
}

/// Credentials with their claims, as asked for.
fn asked(query: &Query) -> Vec<(&str, Vec<String>)> {
    let claims = |it: &crate::openid4vp::dcql::CredentialQuery| {
        it.claims.iter().map(|claim| claim.path.to_string()).collect()
    };
    query.credentials().iter().map(|it| (it.id.as_str(), claims(it))).collect()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn copied(name: &str, credential: &str, field: &str) -> TokenClaim {
    let source = ClaimSource::Credential { credential: credential.to_owned(), field: path(field) };
    TokenClaim { name: name.to_owned(), source }
}

#[test]
fn req_1_73_scopes_that_share_a_credential_make_one_credential_query() {
    let query = policy().query(&Scopes::parse("name adult drive").unwrap()).unwrap();
    assert_eq!(
        asked(&query),
        [("id", names(&["given_name", "family_name", "adult"])), ("licence", names(&["classes"]))]
    );
}

#[test]
fn req_12_8_what_rules_and_token_claims_read_is_asked_for_and_no_more() {
    let scopes = |text: &str| Scopes::parse(text).unwrap();
    let query = policy().query(&scopes("edit")).unwrap();
    assert_eq!(asked(&query), [("id", names(&["adult", "Access Level"]))]);
    let query = policy().query(&scopes("rent")).unwrap();
    assert_eq!(asked(&query), [("licence", names(&["classes"])), ("id", names(&["adult"]))]);
    let claims = TokenClaims::new(vec![
        copied("level", "id", "Access Level"),
        copied("classes", "licence", "classes"),
        copied("adult", "id", "adult"),
    ]);
    let query = policy().query_for(&scopes("adult"), &claims, &ClaimsRequest::default()).unwrap();
    assert_eq!(asked(&query), [("id", names(&["given_name", "adult", "Access Level"]))]);
    let query = stable_by("personal_number").query(&scopes("name")).unwrap();
    assert_eq!(asked(&query), [("id", names(&["given_name", "family_name", "personal_number"]))]);
}

#[test]
fn req_12_8_names_stand_for_a_query_only_when_they_list_all_of_it() {
    let by_name = |policy: &ScopePolicy, scopes: &str, claims: &TokenClaims| {
        let scopes = Scopes::parse(scopes).unwrap();
        policy.is_named_by(&scopes, &policy.query_for(&scopes, claims, &ClaimsRequest::default()).unwrap())
    };
    let none = TokenClaims::default();
    let listed = TokenClaims::new(vec![copied("first", "id", "given_name")]);
    let unlisted = TokenClaims::new(vec![copied("level", "id", "Access Level")]);
    assert!(by_name(&policy(), "name", &none));
    assert!(by_name(&policy(), "name", &listed));
    assert!(!by_name(&policy(), "name", &unlisted));
    assert!(!by_name(&policy(), "name adult", &none), "the rule reads more");
    assert!(!by_name(&stable_by("personal_number"), "name", &none));
}

#[test]
fn req_1_73_unknown_scopes_and_none_at_all_are_refused() {
    let unknown = policy().query(&Scopes::parse("name nobody").unwrap());
    assert_eq!(unknown.unwrap_err(), NotAskable::UnknownScope);
    assert_eq!(policy().query(&Scopes::default()).unwrap_err(), NotAskable::Nothing);
}

#[test]
fn req_12_9_granted_is_what_was_asked_for_and_earned() {
    let minor = shown(&[("id", credential(false, "h", None))]);
    assert_eq!(admit(&minor, "name adult").unwrap().scopes().to_string(), "name");
    assert_eq!(admit(&minor, "adult").unwrap_err(), NothingEarned);
    let adult = shown(&[("id", credential(true, "h", None))]);
    assert_eq!(admit(&adult, "adult").unwrap().scopes().to_string(), "adult");
}

#[test]
fn req_12_7_all_rules_of_a_scope_hold_and_none_without_open_is_nothing() {
    let with = |change: fn(&mut VerifiedCredential)| {
        let mut credential = credential(true, "h", None);
        change(&mut credential);
        admit(&shown(&[("id", credential)]), "edit")
    };
    assert!(with(|_| {}).is_ok());
    assert!(with(|it| drop(it.claims.insert("Access Level".to_owned(), json!(4)))).is_err());
    assert!(with(|it| drop(it.claims.insert("adult".to_owned(), json!(false)))).is_err());
    assert!(with(|it| drop(it.claims.swap_remove("Access Level"))).is_err());

    let mut closed = scopes();
    closed.iter_mut().for_each(|scope| scope.open = false);
    let closed = ScopePolicy::new(vec![askable("id"), askable("licence")], closed);
    let anybody = shown(&[("id", credential(true, "h", None))]);
    let none = TokenClaims::default();
    assert!(admit_by(&policy(), &anybody, "name", "tv", &none).is_ok());
    assert!(admit_by(&closed, &anybody, "name", "tv", &none).is_err());
    assert!(admit_by(&closed, &anybody, "adult", "tv", &none).is_ok());
}

#[test]
fn req_12_6_rules_of_two_credentials_hold_for_one_holder_only() {
    let both = |holder: &str, adult: bool| {
        shown(&[("id", credential(adult, "h", None)), ("licence", credential(true, holder, None))])
    };
    assert!(admit(&both("h", true), "rent").is_ok());
    assert!(admit(&both("h", false), "rent").is_err());
    assert!(admit(&both("g", true), "rent").is_err(), "two holders");
    assert!(admit(&shown(&[("licence", credential(true, "h", None))]), "rent").is_err());
}

#[test]
fn req_12_9_what_is_not_earned_says_why_without_a_value() {
    let minor = shown(&[("id", credential(false, "h", None))]);
    let policy = policy();
    let verdicts = policy.verdicts(&minor, &Scopes::parse("name edit drive").unwrap(), Purpose::Tokens);
    let why: Vec<Option<String>> = verdicts.iter().map(|it| it.unearned().map(ToString::to_string)).collect();
    let not_shown = "the credential licence is not shown once and bound to a holder";
    assert_eq!(why, [None, Some("rules do not hold".to_owned()), Some(not_shown.to_owned())]);
    let Some(Unearned::Rules(unmet)) = verdicts[1].unearned() else { panic!("{verdicts:?}") };
    assert_eq!(unmet.len(), 1);
    assert_eq!(unmet[0].0.field.to_string(), "adult");
    assert!(!format!("{verdicts:?}").contains("Erika"));
}

#[test]
fn req_8_14_credentials_of_two_holders_are_not_added_up() {
    let one = shown(&[("id", credential(true, "h", None)), ("licence", credential(true, "h", None))]);
    assert_eq!(admit(&one, "name drive").unwrap().scopes().to_string(), "name drive");
    let two = shown(&[("id", credential(true, "h", None)), ("licence", credential(true, "g", None))]);
    assert_eq!(admit(&two, "name drive").unwrap().scopes().to_string(), "name");
}

#[test]
fn req_6_11_what_is_bound_to_nobody_or_shown_several_times_earns_nothing() {
    let bound = credential(true, "h", None);
    let unbound = VerifiedCredential { holder: None, ..bound.clone() };
    assert!(admit(&shown(&[("id", bound.clone())]), "name").is_ok());
    assert_eq!(admit(&shown(&[("id", unbound)]), "name").unwrap_err(), NothingEarned);
    let several = VerifiedCredentials::Several(vec![bound.clone(), bound]);
    let several = VerifiedPresentation::for_tests([("id".to_owned(), several)].into(), Vec::new(), NOW);
    assert_eq!(admit(&several, "name").unwrap_err(), NothingEarned);
}

#[test]
fn an_admission_ends_with_the_first_credential_behind_it() {
    let (soon, later) = (NOW.unix() + 60, NOW.unix() + 90);
    let both =
        shown(&[("id", credential(true, "h", Some(later))), ("licence", credential(true, "h", Some(soon)))]);
    assert_eq!(admit(&both, "name drive").unwrap().expires_at(), Some(Timestamp::from_unix(soon)));
    assert_eq!(admit(&both, "name").unwrap().expires_at(), Some(Timestamp::from_unix(later)));
    let over = shown(&[("id", credential(true, "h", Some(NOW.unix())))]);
    assert_eq!(admit(&over, "name").unwrap_err(), NothingEarned);
}

#[test]
fn req_5_21_subjects_differ_by_client_issuer_and_holder() {
    let subject = |client: &str, issuer: &str, holder: &str| {
        let mut shown_credential = credential(true, holder, None);
        shown_credential.issuer = issuer.to_owned();
        let presentation = shown(&[("id", shown_credential)]);
        let admission = admit_by(&policy(), &presentation, "name", client, &TokenClaims::default());
        admission.unwrap().subject().to_owned()
    };
    let mine = subject("tv", "https://a", "h");
    assert_eq!(mine, subject("tv", "https://a", "h"));
    for other in
        [subject("pc", "https://a", "h"), subject("tv", "https://b", "h"), subject("tv", "https://a", "g")]
    {
        assert_ne!(mine, other);
    }
}

#[test]
fn req_5_21_the_same_number_under_two_roots_of_one_entry_is_two_people() {
    let by = |key: &str, is_issuer: bool| {
        let mut one = credential(true, "h", None);
        one.certificate = Some(Box::new(IssuerCertificate {
            subject: "CN=Signer".to_owned(),
            anchor: "CN=PID CA".to_owned(),
            anchor_key: key.to_owned(),
            is_issuer,
            one_of_several: is_issuer,
        }));
        let policy = stable_by("personal_number");
        let admission = admit_by(&policy, &shown(&[("id", one)]), "name", "tv", &TokenClaims::default());
        admission.unwrap().subject().to_owned()
    };
    assert_ne!(by("key of A", true), by("key of B", true));
    assert_eq!(by("key of A", true), by("key of A", true));
    assert_eq!(by("key of A", false), by("key of B", false), "`iss` says whose it is");
}

#[test]
fn req_5_21_a_stable_identifier_makes_the_subject_whatever_the_holder_key() {
    let subject = |client: &str, change: &dyn Fn(&mut VerifiedCredential)| {
        let mut one = credential(true, "h", None);
        change(&mut one);
        let policy = stable_by("personal_number");
        let admission = admit_by(&policy, &shown(&[("id", one)]), "name", client, &TokenClaims::default());
        admission.map(|admission| admission.subject().to_owned())
    };
    let number = |value: serde_json::Value| {
        move |it: &mut VerifiedCredential| drop(it.claims.insert("personal_number".to_owned(), value.clone()))
    };
    let mine = subject("tv", &|_| {}).unwrap();
    assert_eq!(mine, subject("tv", &|it| it.holder = Some("g".to_owned())).unwrap(), "another copy");
    assert_ne!(mine, subject("pc", &|_| {}).unwrap());
    assert_ne!(
        mine,
        subject("tv", &|it| "https://b".clone_into(&mut it.issuer)).unwrap(),
        "same number elsewhere"
    );
    assert_ne!(mine, subject("tv", &number(json!("A-18"))).unwrap());
    assert_ne!(subject("tv", &number(json!(7))).unwrap(), subject("tv", &number(json!("7"))).unwrap());
    for wrong in
        [json!(null), json!(""), json!(true), json!(1.5), json!(["A-17"]), json!({}), json!("x".repeat(2000))]
    {
        assert_eq!(subject("tv", &number(wrong.clone())), Err(NothingEarned), "{wrong}");
    }
    assert_eq!(subject("tv", &|it| drop(it.claims.swap_remove("personal_number"))), Err(NothingEarned));
}

#[test]
fn req_5_21_of_several_credentials_the_one_with_a_stable_identifier_names_the_person() {
    let both = shown(&[("id", credential(true, "h", None)), ("licence", credential(true, "h", None))]);
    let subject = |policy: &ScopePolicy, requested: &str| {
        let admission = admit_by(policy, &both, requested, "tv", &TokenClaims::default()).unwrap();
        admission.subject().to_owned()
    };
    let stable = stable_by("personal_number");
    assert_eq!(subject(&stable, "name drive"), subject(&stable, "name"));
    assert_eq!(subject(&stable, "drive name"), subject(&stable, "name"));
    assert_ne!(subject(&stable, "drive"), subject(&stable, "name"));
    assert_eq!(subject(&policy(), "drive name"), subject(&policy(), "name drive"));
}

#[test]
fn req_12_13_tokens_say_what_is_configured_of_what_was_earned_and_nothing_else() {
    let claims = TokenClaims::new(vec![
        copied("level", "id", "Access Level"),
        copied("classes", "licence", "classes"),
        TokenClaim {
            name: "room".to_owned(),
            source: ClaimSource::Request { parameter: "room_id".to_owned() },
        },
        TokenClaim { name: "subscriberConnectDID".to_owned(), source: ClaimSource::Subject },
    ]);
    let both = shown(&[("id", credential(true, "h", None)), ("licence", credential(true, "g", None))]);
    let said = |requested: &str, claims: &TokenClaims| {
        let admission = admit_by(&policy(), &both, requested, "tv", claims).unwrap();
        let (policy, scopes) = (policy(), Scopes::parse(requested).unwrap());
        let to = Hearing { policy: &policy, token_claims: claims, scopes: &scopes };
        let said = [ClaimsPlace::AccessToken, ClaimsPlace::Userinfo].map(|place| admission.said(place, &to));
        assert_eq!(said[0], said[1], "unless the configuration says otherwise");
        assert!(admission.said(ClaimsPlace::IdToken, &to).is_empty());
        (serde_json::Value::Object(said[0].clone()), admission)
    };
    let (one, admission) = said("name drive", &claims);
    let expected = json!({"level": 5, "room": "7", "subscriberConnectDID": admission.subject()});
    assert_eq!(one, expected, "the licence is somebody else's, so it says nothing");
    assert!(admission.says("level") && !admission.says("classes"));
    assert!(!format!("{admission:?}").contains("\"7\""), "{admission:?}");
    assert_eq!(said("drive", &claims).0["classes"], "B");
    assert_eq!(said("name", &TokenClaims::default()).0, json!({}));
}

#[test]
fn a_stored_admission_comes_back_as_it_was() {
    let claims = TokenClaims::new(vec![copied("level", "id", "Access Level")]);
    let presentation = shown(&[("id", credential(true, "h", Some(NOW.unix() + 5)))]);
    let admission = admit_by(&policy(), &presentation, "name", "tv", &claims).unwrap();
    assert!(admission.says("level"));
    let row = serde_json::to_string(&admission).unwrap();
    assert_eq!(restore::admission(&row), Some(admission));
    assert_eq!(restore::admission("{}"), None);
    let older = r#"{"scopes":["a"],"subject":"s","verified_at":1,"expires_at":null}"#;
    assert!(!restore::admission(older).unwrap().says("level"));
    assert!(RequestParameters::default().is_empty());
}
