use super::*;
use crate::admission::scopes::ScopeFault;
use crate::admission::{AskableCredential, ScopeDefinition};
use crate::base::secret::{Digest, Secret};
use crate::oauth::client::testing;
use crate::oauth::client::{Authentication, CodeRules};
use crate::openid4vp::dcql::{ClaimsPath, Meta};

const RETURN: &str = "https://shop.example/return";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const ISSUER: &str = "https://verify.example";

fn policy() -> ScopePolicy {
    let scope = |name: &str| ScopeDefinition {
        standard_claims: Vec::new(),
        name: name.to_owned(),
        description: None,
        credential: "id".to_owned(),
        claims: vec![ClaimsPath::from_dotted("adult").unwrap()],
        rules: Vec::new(),
        open: true,
    };
    let credential =
        AskableCredential::new("id", Meta::sd_jwt_vc(vec!["https://types.example/id".to_owned()]));
    ScopePolicy::new(vec![credential], vec![scope("adult"), scope("name"), scope("foreign")])
}

const AUDIENCE: &str = "https://api.example";

fn read_all(parameters: &AuthorizationParameters, client: &Client) -> Result<AuthorizationRequest, NotRead> {
    let audience = [AUDIENCE.to_owned()];
    AuthorizationRequest::read(parameters, client, Offered { scopes: &policy(), audience: &audience })
}

fn client() -> Client {
    let mut client = testing::client("web", Authentication::None);
    client.scopes = Scopes::parse("adult name openid").unwrap();
    client.redirect_uris = vec![RETURN.parse().unwrap()];
    client
}

/// A good request with some parameters changed; an empty value takes one out.
fn changed(changes: &[(&str, &str)]) -> AuthorizationParameters {
    let good = [
        ("client_id", "web"),
        ("redirect_uri", RETURN),
        ("response_type", "code"),
        ("scope", "adult"),
        ("state", "s-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = good.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let all = kept.chain(changes).filter(|(_, value)| !value.is_empty());
    AuthorizationParameters::new(
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        Vec::new(),
    )
}

fn read_of(client: &Client, changes: &[(&str, &str)]) -> Result<AuthorizationRequest, RequestFault> {
    read_all(&changed(changes), client).map_err(|why| match why {
        NotRead::Return { to, why } => {
            assert!(to.with_error(why.error(), "", ISSUER).expose().starts_with(RETURN));
            why
        }
        NotRead::Nowhere(why) => panic!("{why}"),
    })
}

fn read(changes: &[(&str, &str)]) -> Result<AuthorizationRequest, RequestFault> {
    read_of(&client(), changes)
}

#[test]
fn req_11_10_a_good_request_is_read_and_what_is_unknown_is_ignored() {
    let request = read(&[("nonce", "n"), ("login_hint", "ada@example.com"), ("unknown", "x")]).unwrap();
    assert_eq!(request.client_id, "web");
    assert_eq!(request.scopes.to_string(), "adult");
    assert_eq!(request.nonce.as_deref(), Some("n"));
    assert!(request.challenge.is_some() && !request.silent);
    assert!(!format!("{request:?}").contains("ada@"), "{request:?}");
    assert_eq!(read(&[("scope", "")]).unwrap().scopes.to_string(), "adult name");
    let stored = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<AuthorizationRequest>(&stored).unwrap(), request);
}

fn unknown(name: &str) -> RequestFault {
    ScopeRefused::Unknown(format!("`{name}`")).into()
}

#[test]
fn an_id_token_hint_names_whom_the_request_is_about() {
    let hint = |payload: &str| format!("e30.{}.sig", base64url::encode(payload));
    for good in [r#"{"aud":"web","sub":"p"}"#, r#"{"aud":["other","web"],"sub":"p"}"#] {
        let request = read(&[("id_token_hint", &hint(good))]).unwrap();
        assert_eq!(request.expected_subject.as_deref(), Some("p"));
    }
    for wrong in [r#"{"aud":"other","sub":"p"}"#, r#"{"aud":"web"}"#, r#"{"aud":"web","sub":7}"#, "[]", ""] {
        assert_eq!(
            read(&[("id_token_hint", &hint(wrong))]).unwrap_err(),
            RequestFault::IdTokenHint,
            "{wrong}"
        );
    }
}

#[test]
fn req_11_19_each_fault_has_its_code() {
    let long = |length: usize| "x".repeat(length);
    for (changes, fault, code) in [
        (vec![("response_type", "")], RequestFault::NoResponseType, "invalid_request"),
        (vec![("response_type", "token")], RequestFault::ResponseType, "unsupported_response_type"),
        (vec![("response_type", "code id_token")], RequestFault::ResponseType, "unsupported_response_type"),
        (vec![("response_mode", "fragment")], RequestFault::ResponseMode, "invalid_request"),
        (vec![("request", "a.b.c")], RequestFault::RequestObject, "request_not_supported"),
        (vec![("request_uri", "https://a.example/r")], RequestFault::RequestUri, "request_uri_not_supported"),
        (vec![("scope", "foreign")], unknown("foreign"), "invalid_scope"),
        (vec![("scope", "adult unknown")], unknown("unknown"), "invalid_scope"),
        (vec![("scope", "a\"b")], ScopeRefused::from(ScopeFault::Characters).into(), "invalid_scope"),
        (vec![("claims", "{")], ClaimsRefused::Malformed.into(), "invalid_request"),
        (vec![("claims", "{}")], ClaimsRefused::NoIdToken.into(), "invalid_request"),
        (vec![("registration", "{}")], RequestFault::Registration, "registration_not_supported"),
        (
            vec![("authorization_details", "[]")],
            RequestFault::AuthorizationDetails,
            "invalid_authorization_details",
        ),
        (vec![("id_token_hint", "x.y.z")], RequestFault::IdTokenHint, "invalid_request"),
        (vec![("response_mode", "query.jwt")], RequestFault::ResponseMode, "invalid_request"),
        (vec![("prompt", "none login")], RequestFault::Prompt, "invalid_request"),
        (vec![("prompt", "create")], RequestFault::Prompt, "invalid_request"),
        (vec![("max_age", "-1")], RequestFault::MaxAge, "invalid_request"),
        (vec![("max_age", "soon")], RequestFault::MaxAge, "invalid_request"),
        (vec![("nonce", &long(513))], RequestFault::Nonce, "invalid_request"),
        (vec![("login_hint", &long(321))], RequestFault::LoginHint, "invalid_request"),
        (vec![("state", &long(2049))], RequestFault::State, "invalid_request"),
    ] {
        let found = read(&changes).unwrap_err();
        assert_eq!((found.error().code(), found), (code, fault), "{changes:?}");
    }
    let mut stranger = client();
    stranger.grants = vec![Grant::DeviceCode];
    let found = read_of(&stranger, &[]).unwrap_err();
    assert_eq!((found.error().code(), found), ("unauthorized_client", RequestFault::WrongGrant));
    for good in [
        ("response_mode", "query"),
        ("max_age", "0"),
        ("prompt", "login"),
        ("prompt", "consent select_account"),
        ("nonce", &long(512)),
        ("login_hint", &long(320)),
        ("state", &long(2048)),
    ] {
        assert!(read(&[good]).is_ok(), "{good:?}");
    }
    assert!(read(&[("prompt", "none")]).unwrap().silent);
}

#[test]
fn req_11_15_everybody_needs_a_challenge_unless_the_operator_lets_a_client_go_without() {
    let public = client();
    let mut lax = client();
    lax.authentication = Authentication::ClientSecretBasic(Digest::of(b"x").into());
    lax.code = CodeRules { pkce_optional: true, ..CodeRules::default() };
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(read_of(&public, &none).unwrap_err(), RequestFault::NoChallenge);
    assert!(read_of(&lax, &none).unwrap().challenge.is_none());
    for client in [&public, &lax] {
        assert!(read_of(client, &[]).unwrap().challenge.is_some());
        for (changes, fault) in [
            (&[("code_challenge", "")][..], RequestFault::NoChallenge),
            (&[("code_challenge_method", "")][..], ChallengeFault::Method.into()),
            (&[("code_challenge_method", "plain")][..], ChallengeFault::Method.into()),
            (&[("code_challenge", "short")][..], ChallengeFault::Form.into()),
        ] {
            assert_eq!(read_of(client, changes).unwrap_err(), fault, "{changes:?}");
        }
    }
}

#[test]
fn req_11_12_without_a_registered_address_nothing_is_returned_whatever_else_is_wrong() {
    let wrong_everywhere = [("redirect_uri", "https://evil.example/"), ("response_type", "token")];
    let nowhere = |parameters: &AuthorizationParameters| {
        matches!(read_all(parameters, &client()), Err(NotRead::Nowhere(_)))
    };
    assert!(nowhere(&changed(&wrong_everywhere)));
    let twice = |name: &str| AuthorizationParameters::new([], vec![name.to_owned()]);
    assert!(nowhere(&twice("redirect_uri")) && nowhere(&twice("client_id")));
}

#[test]
fn req_11_10_a_repeated_parameter_is_refused_at_the_clients_address() {
    for name in ["scope", "state", "unknown", "code_challenge"] {
        let good = changed(&[("state", "kept")]);
        let values = good.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let parameters = AuthorizationParameters::new(values, vec![name.to_owned()]);
        let refused = read_all(&parameters, &client()).unwrap_err();
        let NotRead::Return { to, why } = refused else { panic!("{refused}") };
        assert_eq!(why, RequestFault::Repeated);
        let url = to.with_code(&Secret::received("c"), ISSUER);
        assert_eq!(url.expose().contains("state=kept"), name != "state");
    }
}

#[test]
fn req_11_34_a_code_is_bound_to_the_key_that_is_named_or_proven() {
    let key = |letter: &str| Thumbprint::parse(&letter.repeat(43)).unwrap();
    let (a, b) = (key("A"), key("Q"));
    let named = || read(&[("dpop_jkt", a.as_str())]).unwrap();
    assert_eq!(named().bound_to(None).unwrap().dpop_jkt, Some(a.clone()));
    assert_eq!(named().bound_to(Some(a.clone())).unwrap().dpop_jkt, Some(a.clone()));
    assert_eq!(named().bound_to(Some(b.clone())).unwrap_err(), RequestFault::KeyBinding);
    assert_eq!(read(&[]).unwrap().bound_to(Some(b.clone())).unwrap().dpop_jkt, Some(b));
    assert_eq!(read(&[("dpop_jkt", "short")]).unwrap_err(), RequestFault::KeyBinding);
}

#[test]
fn req_11_51_only_a_resource_of_the_client_can_be_asked_for() {
    assert_eq!(read(&[("resource", AUDIENCE)]).unwrap().resource.as_deref(), Some(AUDIENCE));
    let other = read(&[("resource", "https://other.example")]).unwrap_err();
    assert_eq!((other.error().code(), other), ("invalid_target", RequestFault::Resource));
}

#[test]
fn openid_asks_for_an_id_token_and_for_nothing_in_the_wallet() {
    let request = read(&[("scope", "openid adult")]).unwrap();
    assert!(request.openid);
    assert_eq!(request.scopes.to_string(), "adult");
    assert_eq!(read(&[("scope", "openid")]).unwrap().scopes.to_string(), "adult", "the first of the client");
    assert!(!read(&[]).unwrap().openid);
}

#[test]
fn req_12_11_only_parameters_of_the_token_s_claims_are_kept() {
    use crate::admission::token_claims::{ClaimSource, MAX_PARAMETER_BYTES, TokenClaim, TokenClaims};
    let mut client = testing::client("web", Authentication::None);
    client.redirect_uris = vec![RETURN.parse().unwrap()];
    client.scopes = Scopes::parse("adult").unwrap();
    let source = ClaimSource::Request { parameter: "room_id".to_owned() };
    client.token_claims = TokenClaims::new(vec![TokenClaim { name: "room".to_owned(), source }]);
    let read = |room: &str| {
        let challenge = ("code_challenge", CHALLENGE);
        let sent = [
            ("response_type", "code"),
            challenge,
            ("room_id", room),
            ("floor", "9"),
            ("code_challenge_method", "S256"),
        ];
        let sent = sent.map(|(name, value)| (name.to_owned(), value.to_owned()));
        read_all(&AuthorizationParameters::new(sent, Vec::new()), &client)
    };
    assert_eq!(format!("{:?}", read("7").unwrap().parameters), "{\"room_id\"}");
    let long = read(&"x".repeat(MAX_PARAMETER_BYTES + 1)).unwrap_err();
    assert!(matches!(long, NotRead::Return { why: RequestFault::Parameter(_), .. }), "{long:?}");
}
