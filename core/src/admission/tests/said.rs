//! What is said where: claims follow the scope and the place, and what is asked for one by one is said or refused.

use super::*;
use crate::admission::claimable::Claimable;
use crate::admission::claims_request::ClaimsRefused;
use crate::admission::client_claims::{ClientClaims, PlaceClaims, ScopeClaims};
use crate::admission::standard_claims::StandardClaim;

/// `profile`, `email` and `adult` of one credential.
fn people() -> ScopePolicy {
    let open = |name: &str, claims: &[&str]| scope(name, "id", claims, Vec::new());
    let mut email = open("email", &["mail"]);
    email.standard_claims = vec![
        ("email".to_owned(), StandardClaim::Field(path("mail"))),
        ("email_verified".to_owned(), StandardClaim::Fixed(true)),
    ];
    let mut profile = open("profile", &["given_name", "family_name", "born", "sub"]);
    profile.standard_claims = vec![("birthdate".to_owned(), StandardClaim::Field(path("born")))];
    let mut credential = askable("id");
    credential.acr = Some("high".to_owned());
    let address = open("address", &["address.country"]);
    let ruled = scope("ruled", "id", &["secret"], vec![rule("id", "adult", "=", &json!(true))]);
    ScopePolicy::new(
        vec![credential, askable("licence")],
        vec![
            profile,
            ruled,
            email,
            address,
            open("adult", &["adult"]),
            scope("drive", "licence", &["classes"], Vec::new()),
        ],
    )
}

fn person() -> VerifiedPresentation {
    let mut erika = credential(true, "h", None);
    let claims = json!({
        "given_name": "Erika", "family_name": "Mustermann", "born": "1964-08-12", "sub": "evil", "mail": "e@example.com",
        "adult": true, "address": {"country": "DE"},
    });
    erika.claims = claims.as_object().unwrap().clone();
    shown(&[("id", erika)])
}

fn said_at(place: ClaimsPlace, says: &ScopeClaims, earned: &str, granted: &str) -> serde_json::Value {
    let at = |other| match place == other {
        true => PlaceClaims { own: Vec::new(), of_scopes: says.clone() },
        false => PlaceClaims::default(),
    };
    let (id_token, userinfo) = (at(ClaimsPlace::IdToken), at(ClaimsPlace::Userinfo));
    let places = ClientClaims {
        id_token,
        userinfo,
        access_token: at(ClaimsPlace::AccessToken),
        ..ClientClaims::default()
    };
    let token_claims = TokenClaims::default().said_at(places);
    let admission = admit_by(&people(), &person(), earned, "web", &token_claims).unwrap();
    let (policy, scopes) = (people(), Scopes::parse(granted).unwrap());
    let to = Hearing { policy: &policy, token_claims: &token_claims, scopes: &scopes };
    for other in [ClaimsPlace::IdToken, ClaimsPlace::Userinfo, ClaimsPlace::AccessToken] {
        assert!(other == place || admission.said(other, &to).is_empty(), "{other:?}");
    }
    serde_json::Value::Object(admission.said(place, &to))
}

#[test]
fn core_5_4_standard_scopes_say_standard_claims_and_nothing_of_other_scopes() {
    let standard =
        |earned: &str, granted: &str| said_at(ClaimsPlace::Userinfo, &ScopeClaims::Standard, earned, granted);
    let email = json!({"email": "e@example.com", "email_verified": true});
    assert_eq!(standard("email adult", "openid email adult"), email);
    // A token for less says less; what was not earned is never said.
    assert_eq!(standard("email profile", "openid email"), email);
    assert_eq!(standard("email", "openid email profile"), email);
    assert_eq!(standard("address", "address"), json!({"address": {"country": "DE"}}));
    let profile = json!({
        "name": "Erika Mustermann", "given_name": "Erika", "family_name": "Mustermann", "birthdate": "1964-08-12",
    });
    assert_eq!(standard("profile", "openid profile"), profile, "the subject is ours to name");
    assert_eq!(standard("adult", "openid adult"), json!({}));
}

#[test]
fn each_place_says_what_is_configured_for_it_alone() {
    for place in [ClaimsPlace::IdToken, ClaimsPlace::Userinfo, ClaimsPlace::AccessToken] {
        let named = ScopeClaims::Named(vec!["email".to_owned(), "adult".to_owned()]);
        assert_eq!(said_at(place, &named, "email", "email"), json!({"email": "e@example.com"}));
        let both = json!({"email": "e@example.com", "adult": true});
        assert_eq!(said_at(place, &named, "email adult", "email adult"), both);
        assert_eq!(said_at(place, &ScopeClaims::Nothing, "email adult", "email adult"), json!({}));
        let all = said_at(place, &ScopeClaims::All, "email adult", "email adult");
        let expected = json!({
            "mail": "e@example.com", "email": "e@example.com", "email_verified": true, "adult": true,
        });
        assert_eq!(all, expected);
    }
}

#[test]
fn req_17_80_a_row_keeps_no_claim_that_no_place_says() {
    let kept = |says: &ScopeClaims| {
        let userinfo = PlaceClaims { own: Vec::new(), of_scopes: says.clone() };
        let places = ClientClaims { userinfo, ..ClientClaims::default() };
        let token_claims = TokenClaims::default().said_at(places);
        let admission = admit_by(&people(), &person(), "email profile adult", "web", &token_claims).unwrap();
        assert!(!format!("{admission:?}").contains("Erika"));
        serde_json::to_string(&admission).unwrap()
    };
    let nothing = kept(&ScopeClaims::Nothing);
    assert!(!nothing.contains("Erika") && !nothing.contains("example.com\"") && !nothing.contains("\"h\""));
    let one = kept(&ScopeClaims::Named(vec!["email".to_owned()]));
    assert!(one.contains("e@example.com") && !one.contains("Erika") && !one.contains("1964"));
    let all = kept(&ScopeClaims::All);
    assert!(all.contains("Erika") && !all.contains("\"DE\""), "{all}");
}

fn resolved(text: &str, asked: &str, open: &str) -> Result<ClaimsRequest, ClaimsRefused> {
    let own = TokenClaims::new(vec![copied("level", "id", "Access Level")]);
    let (asked, open) = (Scopes::parse(asked).unwrap(), Scopes::parse(open).unwrap());
    let known = Claimable { policy: &people(), asked: &asked, open: &open, own: &own };
    ClaimsRequest::parse(text)?.resolved(&known)
}

/// What a presentation says for whom asks so, and whether it may be said at all.
fn heard(text: &str, place: ClaimsPlace) -> (serde_json::Value, bool, bool) {
    let claims = resolved(text, "adult", "openid adult email profile").unwrap();
    let (policy, scopes) = (people(), Scopes::parse("adult").unwrap());
    let token_claims = TokenClaims::default();
    let parameters = RequestParameters::default();
    let applicant = Applicant {
        client_id: "web",
        requested: &scopes,
        token_claims: &token_claims,
        parameters: &parameters,
        claims: &claims,
    };
    let admission = policy.admit(&person(), &applicant, &DigestKey::new(&[1; 32])).unwrap();
    let stored = restore::admission(&serde_json::to_string(&admission).unwrap()).unwrap();
    let to = Hearing { policy: &policy, token_claims: &token_claims, scopes: &scopes };
    let said = serde_json::Value::Object(stored.said(place, &to));
    (said, stored.lacks_essential(&policy), stored.is_as_sure_as_demanded(&policy))
}

#[test]
fn core_5_5_what_is_asked_for_one_by_one_is_asked_of_the_wallet_and_said_there_alone() {
    let claims = resolved(r#"{"userinfo": {"email": null}}"#, "adult", "openid adult email").unwrap();
    let scopes = Scopes::parse("adult").unwrap();
    let query = people().query_for(&scopes, &TokenClaims::default(), &claims).unwrap();
    assert_eq!(asked(&query), [("id", names(&["adult", "mail"]))]);
    let text = r#"{"userinfo": {"email": null, "name": {"essential": true}}, "id_token": {"adult": null}}"#;
    let (userinfo, lacks, sure) = heard(text, ClaimsPlace::Userinfo);
    assert_eq!(userinfo, json!({"email": "e@example.com", "name": "Erika Mustermann"}));
    assert!(!lacks && sure);
    assert_eq!(heard(text, ClaimsPlace::IdToken).0, json!({"adult": true}));
    assert_eq!(heard(text, ClaimsPlace::AccessToken).0, json!({}));
}

#[test]
fn req_19_72_a_claim_that_cannot_be_had_is_refused_by_name() {
    let refused = |text: &str, asked: &str, open: &str| resolved(text, asked, open).unwrap_err().to_string();
    for (text, named) in [
        (r#"{"userinfo": {"nickname": null}}"#, "`nickname`"),
        (r#"{"id_token": {"family_name#de": null}}"#, "`family_name#de`"),
        // Its credential is not asked for, or no scope of the client lists it.
        (r#"{"userinfo": {"classes": null}}"#, "`classes`"),
        (r#"{"userinfo": {"given_name": null}}"#, "`given_name`"),
        // Its scope has rules, and nobody judges them here.
        (r#"{"userinfo": {"secret": null}}"#, "`secret`"),
        // Not there: the ID token says it.
        (r#"{"userinfo": {"auth_time": null}}"#, "`auth_time`"),
    ] {
        let why = refused(text, "adult", "openid adult email drive ruled");
        assert!(why.contains(named), "{text}: {why}");
    }
    for legal in [
        r#"{"userinfo": {"level": null, "sub": null}, "id_token": {"auth_time": {"essential": true}, "amr": null}}"#,
        r#"{"userinfo": {"given_name": null}}"#,
    ] {
        assert!(resolved(legal, "adult", "openid adult email profile").is_ok(), "{legal}");
    }
}

#[test]
fn core_5_5_1_essential_values_decide_and_voluntary_ones_are_left_out() {
    let place = ClaimsPlace::Userinfo;
    let text = |essential: bool, value: &str| {
        format!(
            r#"{{"userinfo": {{"given_name": {{"essential": {essential}, "values": ["x", "{value}"]}}}}}}"#
        )
    };
    assert_eq!(heard(&text(true, "Erika"), place), (json!({"given_name": "Erika"}), false, true));
    assert_eq!(heard(&text(true, "Max"), place), (json!({}), true, true));
    assert_eq!(heard(&text(false, "Max"), place), (json!({}), false, true));
}

#[test]
fn core_5_5_1_1_an_essential_acr_is_had_or_refused() {
    let acr = |value: &str, essential: bool| {
        format!(r#"{{"id_token": {{"acr": {{"essential": {essential}, "values": ["{value}"]}}}}}}"#)
    };
    assert!(heard(&acr("high", true), ClaimsPlace::IdToken).2);
    assert!(heard(&acr("low", false), ClaimsPlace::IdToken).2, "a wish");
    assert_eq!(resolved(&acr("low", true), "adult", "openid adult"), Err(ClaimsRefused::Acr));
    let admission = admit_by(&people(), &person(), "adult", "web", &TokenClaims::default()).unwrap();
    let recognised: serde_json::Map<_, _> = admission.recognition(&people()).collect();
    assert_eq!(serde_json::Value::Object(recognised), json!({"amr": ["pop"], "acr": "high"}));
    let unknown: serde_json::Map<_, _> = admission.recognition(&policy()).collect();
    assert_eq!(serde_json::Value::Object(unknown), json!({"amr": ["pop"]}));
}
