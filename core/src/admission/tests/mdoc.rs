//! Scopes over ISO mdoc: what is asked, what tokens say, and of whom they are.

use super::*;
use crate::admission::client_claims::{ClientClaims, PlaceClaims, ScopeClaims};
use crate::base::report::{CheckOutcome, Findings};
use crate::openid4vp::dcql::PathElement;
use crate::openid4vp::verify::one_holder;

const NAMESPACE: &str = "org.iso.18013.5.1";

fn element(name: &str) -> ClaimsPath {
    ClaimsPath::of([NAMESPACE, name].map(|it| PathElement::Name(it.to_owned())).to_vec()).unwrap()
}

fn mdoc_scope(name: &str, elements: &[&str], rules: Vec<ScopeRule>) -> ScopeDefinition {
    let claims = elements.iter().map(|name| element(name)).collect();
    ScopeDefinition { claims, ..scope(name, "mdl", &[], rules) }
}

fn of_age(field: ClaimsPath) -> ScopeRule {
    let (operator, value) = (Operator::Equal, json!(true));
    ScopeRule::new("mdl".to_owned(), field, operator, &value, Kind::ByForm).unwrap()
}

fn licence() -> AskableCredential {
    AskableCredential {
        stable_identifier: Some(element("document_number")),
        retain: vec![element("issuing_country")],
        authorities: vec![vec![1, 2, 3]],
        ..AskableCredential::new("mdl", Meta::mdoc("org.iso.18013.5.1.mDL".to_owned()))
    }
}

fn driving(licence: AskableCredential) -> ScopePolicy {
    let classes = ClaimsPath::of(vec![
        PathElement::Name(NAMESPACE.to_owned()),
        PathElement::Name("driving_privileges".to_owned()),
        PathElement::All,
        PathElement::Name("vehicle_category_code".to_owned()),
    ]);
    let drives =
        ScopeRule::new("mdl".to_owned(), classes.unwrap(), Operator::Equal, &json!("B"), Kind::ByForm);
    let scopes = vec![
        mdoc_scope("age", &[], vec![of_age(element("age_over_18"))]),
        mdoc_scope("who", &["family_name", "issuing_country"], vec![]),
        mdoc_scope("face", &["family_name", "portrait"], vec![]),
        mdoc_scope("drive", &[], vec![drives.unwrap()]),
        scope("name", "id", &["given_name"], vec![]),
    ];
    ScopePolicy::new(vec![askable("id"), licence], scopes)
}

fn shown_licence(holder: &str) -> VerifiedCredential {
    let claims = json!({ NAMESPACE: {
        "age_over_18": true, "family_name": "Mustermann", "issuing_country": "UT", "document_number": "D-1",
        "portrait": "_9j_", "driving_privileges": [{"vehicle_category_code": "A"}, {"vehicle_category_code": "B"}],
    }});
    VerifiedCredential {
        format: CredentialFormat::MsoMdoc,
        credential_type: "org.iso.18013.5.1.mDL".to_owned(),
        claims: claims.as_object().unwrap().clone(),
        ..credential(true, holder, None)
    }
}

/// A client whose tokens and `/userinfo` say everything.
fn talkative() -> TokenClaims {
    let everything = || PlaceClaims { own: Vec::new(), of_scopes: ScopeClaims::All };
    let places = ClientClaims { id_token: everything(), userinfo: everything(), ..ClientClaims::default() };
    TokenClaims::default().said_at(places)
}

/// The elements that are asked for, with what is said of keeping them.
fn asked(query: &Query) -> Vec<(String, Option<bool>)> {
    let claims = query.credential("mdl").unwrap().claims.iter();
    claims
        .map(|it| {
            let [_, PathElement::Name(name)] = it.path.elements() else { panic!("{}", it.path) };
            (name.clone(), it.intent_to_retain)
        })
        .collect()
}

fn named(elements: &[(&str, bool)]) -> Vec<(String, Option<bool>)> {
    elements.iter().map(|(name, kept)| ((*name).to_owned(), Some(*kept))).collect()
}

#[test]
fn req_14_12_a_wallet_is_told_what_outlives_the_presentation() {
    let policy = driving(licence());
    let query = |scopes: &str, says: &TokenClaims| {
        asked(&policy.query_for(&Scopes::parse(scopes).unwrap(), says, &ClaimsRequest::default()).unwrap())
    };
    let silent = named(&[("family_name", false), ("issuing_country", true), ("document_number", false)]);
    assert_eq!(query("who", &TokenClaims::default()), silent, "what is configured to be kept is told");
    let kept = named(&[("family_name", true), ("issuing_country", true), ("document_number", false)]);
    assert_eq!(query("who", &talkative()), kept, "a scope that puts the name into tokens keeps it");
    let source = ClaimSource::Credential { credential: "mdl".to_owned(), field: element("age_over_18") };
    let own = TokenClaims::new(vec![TokenClaim { name: "adult".to_owned(), source }]);
    assert_eq!(query("age", &own), named(&[("age_over_18", true), ("document_number", false)]));
    let result = |kept| asked(&policy.query_for_result(&Scopes::parse("who").unwrap(), kept).unwrap());
    assert_eq!(result(false), named(&[("family_name", false), ("issuing_country", true)]));
    assert_eq!(result(true), named(&[("family_name", true), ("issuing_country", true)]));
}

#[test]
fn req_14_17_nothing_is_asked_beyond_what_the_scopes_need() {
    let policy = driving(licence());
    let result = |scopes: &str| {
        let query = policy.query_for_result(&Scopes::parse(scopes).unwrap(), false).unwrap();
        asked(&query).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(result("age"), ["age_over_18"]);
    assert_eq!(result("face"), ["family_name", "portrait"], "only a scope that names it asks for a portrait");
    assert_eq!(result("age who"), ["family_name", "issuing_country", "age_over_18"]);
    assert_eq!(result("drive"), ["driving_privileges"], "what is inside of an element comes with it");
}

#[test]
fn req_14_15_a_wallet_is_told_the_authorities() {
    let query = driving(licence()).query(&scopes_of("age")).unwrap().to_json();
    let authorities = &query["credentials"][0]["trusted_authorities"];
    assert_eq!(authorities, &json!([{"type": "aki", "values": ["AQID"]}]));
    let untold = AskableCredential { authorities: Vec::new(), ..licence() };
    let query = driving(untold).query(&scopes_of("age")).unwrap().to_json();
    assert_eq!(query["credentials"][0].get("trusted_authorities"), None);
}

fn scopes_of(names: &str) -> Scopes {
    Scopes::parse(names).unwrap()
}

#[test]
fn a_token_is_of_the_person_and_never_of_the_key_of_one_copy() {
    let policy = driving(licence());
    let of = |policy: &ScopePolicy, holder: &str| {
        admit_by(
            policy,
            &shown(&[("mdl", shown_licence(holder))]),
            "age drive",
            "tv",
            &TokenClaims::default(),
        )
    };
    let [first, second] = ["h", "another"].map(|holder| of(&policy, holder).unwrap());
    assert_eq!(first.subject(), second.subject());
    assert_eq!(first.scopes().to_string(), "age drive");
    let nameless = AskableCredential { stable_identifier: None, ..licence() };
    assert_eq!(of(&driving(nameless), "h").unwrap_err(), NothingEarned);
}

#[test]
fn tokens_say_elements_by_their_namespace_and_no_portrait() {
    let policy = driving(licence());
    let presentation = shown(&[("mdl", shown_licence("h"))]);
    let admission = admit_by(&policy, &presentation, "face who", "tv", &talkative()).unwrap();
    let token_claims = talkative();
    let hearing = Hearing { policy: &policy, token_claims: &token_claims, scopes: admission.scopes() };
    let said = admission.said(ClaimsPlace::IdToken, &hearing);
    let expected = json!({ NAMESPACE: {"family_name": "Mustermann", "issuing_country": "UT"} });
    let said: serde_json::Map<_, _> = said.into_iter().collect();
    assert_eq!(serde_json::Value::Object(said), expected);
    let row = serde_json::to_string(&admission).unwrap();
    assert!(!row.contains("_9j_"), "and no row of tokens holds it");
}

#[test]
fn a_long_element_leaves_the_others_of_its_namespace_in_tokens() {
    let policy = driving(licence());
    let mut long = shown_licence("h");
    long.claims[NAMESPACE]["issuing_country"] = json!("x".repeat(2000));
    let admission = admit_by(&policy, &shown(&[("mdl", long)]), "who", "tv", &talkative()).unwrap();
    let token_claims = talkative();
    let hearing = Hearing { policy: &policy, token_claims: &token_claims, scopes: admission.scopes() };
    let said = admission.said(ClaimsPlace::Userinfo, &hearing);
    assert_eq!(said[NAMESPACE], json!({"family_name": "Mustermann"}));
}

#[test]
fn keys_of_mdocs_prove_nothing_about_other_credentials() {
    let told = |credentials: &[(&str, VerifiedCredential)]| {
        let presentation = shown(credentials);
        let mut findings = Findings::new();
        let answer = one_holder(&presentation, false, &mut findings);
        let report = findings.conclude(answer);
        (report.reason.is_none(), report.checks[0].outcome, presentation.one_holder())
    };
    let (sd_jwt, mdoc) = (|holder| credential(true, holder, None), shown_licence);
    let unproven = (true, CheckOutcome::NotApplicable, false);
    assert_eq!(told(&[("id", sd_jwt("h")), ("mdl", mdoc("h"))]), unproven, "not even where they are equal");
    assert_eq!(told(&[("id", sd_jwt("h")), ("mdl", mdoc("d"))]), unproven);
    assert_eq!(told(&[("mdl", mdoc("d")), ("pid", mdoc("e"))]), unproven);
    let three = [("id", sd_jwt("h")), ("other", sd_jwt("i")), ("mdl", mdoc("d"))];
    assert_eq!(told(&three), (false, CheckOutcome::Failed, false), "those of the others still count");
    assert_eq!(told(&[("mdl", mdoc("d"))]), (true, CheckOutcome::NotApplicable, true));
}

#[test]
fn tokens_are_about_one_person_and_results_for_their_reader_to_join() {
    let policy = driving(licence());
    let both = shown(&[("id", credential(true, "h", None)), ("mdl", shown_licence("d"))]);
    let admission = admit_by(&policy, &both, "name age", "tv", &TokenClaims::default()).unwrap();
    assert_eq!(admission.scopes().to_string(), "name", "nothing says that the licence is the same person's");
    let mut findings = Findings::new();
    let result = policy.decide(both, &scopes_of("name age"), Purpose::Result, &mut findings).unwrap();
    assert_eq!(result.scopes().unwrap().granted, ["name", "age"]);
}
