use std::collections::BTreeMap;

use serde_json::json;

use super::rules::Operator;
use super::*;
use crate::domain::openid4vp::verify::VerifiedCredential;
use crate::domain::sdjwt::status::standing::Standing;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

fn scope(name: &str, credential: &str, claims: &[&str], adult: bool) -> ScopeDefinition {
    let path = |dotted: &str| ClaimsPath::from_dotted(dotted).unwrap();
    let rule = Rule { field: path("adult"), operator: Operator::Equal, value: json!(true) };
    ScopeDefinition {
        name: name.to_owned(),
        description: None,
        credential: credential.to_owned(),
        vct: vec![format!("https://types.example/{credential}")],
        claims: claims.iter().map(|dotted| path(dotted)).collect(),
        rules: if adult { vec![rule] } else { Vec::new() },
    }
}

fn policy() -> ScopePolicy {
    ScopePolicy::new(vec![
        scope("name", "id", &["given_name", "family_name"], false),
        scope("adult", "id", &["adult", "given_name"], true),
        scope("drive", "licence", &["classes"], false),
    ])
}

fn credential(adult: bool, holder: &str, expires_at: Option<i64>) -> VerifiedCredential {
    let claims = json!({"given_name": "Erika", "family_name": "Muster", "adult": adult, "classes": "B"});
    VerifiedCredential {
        issuer: "https://issuer.example".to_owned(),
        vct: "https://types.example/id".to_owned(),
        claims: claims.as_object().unwrap().clone(),
        expires_at: expires_at.map(Timestamp::from_unix),
        standing: Standing::Valid,
        status_place: None,
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
    let key = DigestKey::new(&[1; 32]);
    policy().admit(presentation, &Scopes::parse(requested).unwrap(), "tv", &key)
}

#[test]
fn req_1_73_scopes_that_share_a_credential_make_one_credential_query() {
    let query = policy().query(&Scopes::parse("name adult drive").unwrap()).unwrap();
    let asked: Vec<(&str, Vec<String>)> = query
        .credentials()
        .iter()
        .map(|it| (it.id.as_str(), it.claims.iter().map(|claim| claim.path.to_string()).collect()))
        .collect();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        asked,
        [("id", names(&["given_name", "family_name", "adult"])), ("licence", names(&["classes"]))]
    );
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
        let key = DigestKey::new(&[1; 32]);
        let requested = Scopes::parse("name").unwrap();
        let admission = policy().admit(&shown(&[("id", shown_credential)]), &requested, client, &key);
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
fn a_stored_admission_comes_back_as_it_was() {
    let admission = admit(&shown(&[("id", credential(true, "h", Some(NOW.unix() + 5)))]), "name").unwrap();
    let row = serde_json::to_string(&admission).unwrap();
    assert_eq!(restore::admission(&row), Some(admission));
    assert_eq!(restore::admission("{}"), None);
}
