//! Authorization requests and where browsers are sent back to.

use std::sync::LazyLock;

use url::Url;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::TokenClaims;
use vpgate_core::admission::{AskableCredential, ScopeDefinition, ScopePolicy};
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::authorization_request::{
    AuthorizationParameters, AuthorizationRequest, NotRead, Offered,
};
use vpgate_core::oauth::client::{Authentication, Client, CodeRules, Grant, ProofRules};
use vpgate_core::oauth::device_settings::DeviceSettings;
use vpgate_core::oauth::logout::ClientLogout;
use vpgate_core::oauth::redirect::{MAX_STATE_BYTES, ReturnAddress};
use vpgate_core::openid4vp::dcql::{ClaimsPath, Meta};

use super::Seeds;
use vpgate::http::form::Form;

const OURS: &str = "https://verify.example";
const RESOURCE: &str = "https://api.example";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The native app, which has a loopback address too.
static APP: LazyLock<Client> = LazyLock::new(|| {
    client(
        "app",
        Authentication::None,
        &["http://127.0.0.1/back", "com.example.app:/back", "https://app.example/back?a=b"],
    )
});
/// The web application, which has a secret and one address.
static WEB: LazyLock<Client> = LazyLock::new(|| {
    let secret = Authentication::ClientSecretBasic(Secret::received("s3cret").digest().into());
    client("web", secret, &["http://127.0.0.1/back"])
});
static SCOPES: LazyLock<ScopePolicy> = LazyLock::new(|| {
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
});

fn client(id: &str, authentication: Authentication, redirect_uris: &[&str]) -> Client {
    Client {
        id: id.to_owned(),
        name: id.to_owned(),
        authentication,
        grants: vec![Grant::AuthorizationCode],
        scopes: Scopes::parse("adult name openid").unwrap(),
        redirect_uris: redirect_uris.iter().map(|uri| uri.parse().unwrap()).collect(),
        any_loopback_redirect_uri: false,
        origins: Vec::new(),
        wallet: "demo".to_owned(),
        device: DeviceSettings::default(),
        device_pages_for: Vec::new(),
        other_wallets: Vec::new(),
        offer_cross_device: false,
        token_claims: TokenClaims::default(),
        code: CodeRules::default(),
        cross_device: false,
        proof: ProofRules::default(),
        logout: ClientLogout::default(),
        retention: Default::default(),
        webhooks: Vec::new(),
    }
}

/// The query of an authorization request. The browser is sent nowhere but to a registered address, with the
/// state that was given; what is accepted asks for no more than the client may.
pub fn authorization_request(data: &[u8]) {
    let Ok((form, repeated)) = Form::parse_noting_repeats(data) else { return };
    let parameters = AuthorizationParameters::new(form.into_pairs(), repeated.clone());
    let offered = Offered { scopes: &SCOPES, audience: &[RESOURCE.to_owned()] };
    for client in [&*APP, &*WEB] {
        let read = AuthorizationRequest::read(&parameters, client, offered);
        let (to, error) = match &read {
            Ok(request) => (&request.return_to, None),
            Err(NotRead::Return { to, why }) => (&**to, Some(why.error())),
            Err(NotRead::Nowhere(_)) => continue,
        };
        assert!(!["redirect_uri", "client_id"].iter().any(|name| repeated.iter().any(|other| other == name)));
        let asked = parameters.get("redirect_uri");
        let place = asked.unwrap_or_else(|| client.redirect_uris[0].as_str());
        assert!(asked.is_some() || client.redirect_uris.len() == 1);
        assert!(may_be_sent_to(client, place), "{place}");
        assert!(to.is_repeated_by(asked));
        let sent = match error {
            None => to.with_code(&Secret::received("code"), OURS),
            Some(error) => to.with_error(error, "why", OURS),
        };
        returns_unchanged(sent.expose(), place, parameters.get("state"));
        if let Ok(request) = read {
            let one = |name: &str, most: usize| parameters.get(name).is_none_or(|value| value.len() <= most);
            assert!(repeated.is_empty() && one("state", MAX_STATE_BYTES) && one("nonce", 512));
            assert_eq!(parameters.get("response_type"), Some("code"));
            assert!(request.challenge.is_some() && request.client_id == client.id);
            assert!(request.scopes.within(&client.scopes) && !request.scopes.contains("openid"));
            assert_eq!(request.silent, parameters.get("prompt") == Some("none"));
            assert!(request.resource.as_deref().is_none_or(|resource| resource == RESOURCE));
            let kept = serde_json::to_value(&request).unwrap();
            assert!(serde_json::from_value::<AuthorizationRequest>(kept).unwrap() == request);
        }
    }
}

/// The address the browser goes to begins with the registered one and carries `state` as it was given.
fn returns_unchanged(sent: &str, place: &str, state: Option<&str>) {
    assert!(sent.starts_with(place), "{sent} for {place}");
    let url = Url::parse(sent).unwrap();
    let found: Vec<String> =
        url.query_pairs().filter(|(name, _)| name == "state").map(|(_, value)| value.into_owned()).collect();
    let expected: Vec<String> =
        state.filter(|state| state.len() <= MAX_STATE_BYTES).map(str::to_owned).into_iter().collect();
    assert_eq!(found, expected);
    assert_eq!(url.query_pairs().filter(|(name, _)| name == "iss").count(), 1);
}

/// The first line is a registered address, the second the one that is asked for. They are equal letter by
/// letter, or both are on a loopback address of a public client and differ in the port.
pub fn redirect(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (registered, asked) = text.split_once('\n').unwrap_or((text, text));
    let Ok(registered) = Url::parse(registered) else { return };
    // Nobody registers a name and a password.
    if !registered.username().is_empty() || registered.password().is_some() {
        return;
    }
    for client in [&*APP, &*WEB] {
        let client = Client { redirect_uris: vec![registered.clone()], ..client.clone() };
        let judged = ReturnAddress::registered(&client, Some(asked));
        assert_eq!(judged.is_ok(), may_be_sent_to(&client, asked), "{registered} and {asked}");
        if let Ok(address) = judged {
            assert!(address.is_repeated_by(Some(asked)) && !address.is_repeated_by(None));
            let sent = address.with_code(&Secret::received("code"), OURS);
            assert_eq!(
                Url::parse(sent.expose()).unwrap().origin().ascii_serialization(),
                Url::parse(asked).unwrap().origin().ascii_serialization()
            );
        }
    }
}

/// The rule of redirect URIs, over letters alone.
fn may_be_sent_to(client: &Client, asked: &str) -> bool {
    client.redirect_uris.iter().any(|registered| {
        let registered = registered.as_str();
        let public = client.authentication == Authentication::None;
        let same_but_for_the_port = || {
            let (Some(one), Some(two)) = (without_port(registered), without_port(asked)) else {
                return false;
            };
            one == two
        };
        registered == asked || (public && same_but_for_the_port())
    })
}

/// Host and what follows it of an `http` address on loopback; the port is one to five digits that do not begin
/// with a zero, at most 65535, and not 80, which nobody writes.
fn without_port(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let end = rest.find('/')?;
    let (authority, path) = rest.split_at(end);
    let host_ends = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(end)
    };
    let (host, port) = authority.split_at(host_ends);
    let numbers = || {
        let numbers: Vec<&str> = host.split('.').collect();
        numbers.len() == 4
            && numbers[0] == "127"
            && numbers.iter().all(|it| it.parse::<u8>().is_ok_and(|n| n.to_string() == *it))
    };
    let good = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => digits.parse::<u16>().is_ok_and(|port| port != 80 && port.to_string() == digits),
    };
    let plain = Url::parse(text).is_ok_and(|url| url.as_str() == text);
    (good && plain && (host == "[::1]" || numbers())).then_some((host, path))
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    let common = format!(
        "response_type=code&scope=adult+openid&state=s%26%C3%A9&code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    seeds.add(
        "authorization_request",
        "app",
        format!(
            "client_id=app&redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fback&{common}&nonce=n&prompt=login"
        ),
    );
    seeds.add(
        "authorization_request",
        "web",
        format!("{common}&login_hint=a%40b.example&max_age=0&resource={RESOURCE}"),
    );
    seeds.add(
        "authorization_request",
        "scheme",
        format!(
            "redirect_uri=com.example.app:/back&{common}&prompt=none&response_mode=query&dpop_jkt={CHALLENGE}"
        ),
    );
    seeds.add(
        "authorization_request",
        "query",
        format!("redirect_uri=https://app.example/back?a=b&{common}&state=2&request=x&request_uri=y"),
    );
    for (name, registered, asked) in [
        ("port", "http://127.0.0.1/back", "http://127.0.0.1:5000/back"),
        ("v6", "http://[::1]:1/back?a=b", "http://[::1]:65535/back?a=b"),
        ("user", "http://127.0.0.1/back", "http://127.0.0.1:1@evil.example/back"),
        ("name", "http://localhost/back", "http://localhost:5000/back"),
        ("same", "https://app.example/back", "https://app.example/back"),
        ("path", "https://app.example/back", "https://app.example/back/../x"),
    ] {
        seeds.add("redirect", name, format!("{registered}\n{asked}"));
    }
}
