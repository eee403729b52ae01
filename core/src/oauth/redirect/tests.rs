use super::*;
use crate::base::secret::Digest;
use crate::oauth::client::testing::client;

const ISSUER: &str = "https://verify.example";

fn registered(authentication: Authentication, known: &[&str], asked: Option<&str>) -> Option<ReturnAddress> {
    let mut client = client("web", authentication);
    client.redirect_uris = known.iter().map(|uri| uri.parse().unwrap()).collect();
    ReturnAddress::registered(&client, asked).ok()
}

fn confidential() -> Authentication {
    Authentication::ClientSecretBasic(Digest::of(b"x").into())
}

#[test]
fn req_11_11_redirect_uris_are_compared_letter_by_letter() {
    const KNOWN: &str = "https://shop.example/return?x=1";
    let fits = |asked: &str| registered(Authentication::None, &[KNOWN], Some(asked)).is_some();
    assert!(fits(KNOWN));
    for wrong in [
        "",
        "https://shop.example/return",
        "https://shop.example/return/?x=1",
        "https://shop.example/Return?x=1",
        "https://SHOP.example/return?x=1",
        "https://shop.example:443/return?x=1",
        "https://shop.example/return?x=1&y=2",
        "https://shop.example/return?x=1#f",
        "https://shop.example/a/../return?x=1",
        "https://u@shop.example/return?x=1",
        "https://shop.example.evil.example/return?x=1",
        "http://shop.example/return?x=1",
    ] {
        assert!(!fits(wrong), "{wrong}");
    }
}

#[test]
fn req_11_11_only_the_port_of_a_loopback_address_of_a_native_app_may_differ() {
    let fits = |known: &str, asked: &str| registered(Authentication::None, &[known], Some(asked)).is_some();
    for (known, asked) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:9/cb", "http://127.0.0.1/cb"),
        ("http://[::1]/cb", "http://[::1]:8080/cb"),
    ] {
        assert!(fits(known, asked), "{asked}");
        assert!(registered(confidential(), &[known], Some(asked)).is_none(), "{asked}");
    }
    for (known, asked) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb/"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb?x"),
        ("http://127.0.0.1/cb", "http://127.0.0.2:51004/cb"),
        ("http://127.0.0.1/cb", "http://127.1:51004/cb"),
        ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb"),
        ("http://127.0.0.1/cb", "http://u@127.0.0.1:51004/cb"),
        ("http://localhost/cb", "http://localhost:51004/cb"),
        ("https://app.example/cb", "https://app.example:51004/cb"),
    ] {
        assert!(!fits(known, asked), "{asked}");
    }
}

#[test]
fn where_any_loopback_address_is_good_no_other_address_is() {
    let mut client = client("app", confidential());
    let fits = |client: &Client, asked: &str| ReturnAddress::registered(client, Some(asked)).is_ok();
    let ours = [
        "http://localhost:3000/cb",
        "http://127.0.0.1:9/a/b?x=1",
        "https://[::1]:5173/",
        "http://app.localhost/",
    ];
    for address in ours {
        assert!(!fits(&client, address), "{address}");
    }
    client.any_loopback_redirect_uri = true;
    for address in ours {
        assert!(fits(&client, address), "{address}");
    }
    for other in [
        "http://localhost:3000",
        "http://localhost:3000/cb#f",
        "http://u@localhost:3000/cb",
        "http://localhost.example/cb",
        "http://192.168.1.1/cb",
        "https://app.example/cb",
        "ftp://localhost/cb",
    ] {
        assert!(!fits(&client, other), "{other}");
    }
    assert!(ReturnAddress::registered(&client, None).is_err(), "somewhere must be named");
}

#[test]
fn a_redirect_uri_that_is_missing_is_not_told_as_one_that_is_unknown() {
    let mut client = client("web", confidential());
    client.redirect_uris =
        ["https://a.example/cb", "https://b.example/cb"].map(|uri| uri.parse().unwrap()).into();
    let why = |asked| ReturnAddress::registered(&client, asked).unwrap_err();
    assert_eq!(why(None), NotRegistered::Missing);
    assert_eq!(why(Some("https://c.example/cb")), NotRegistered::Unknown);
}

#[test]
fn req_11_14_nothing_registered_means_nowhere() {
    assert!(registered(Authentication::None, &[], Some("https://anywhere.example/")).is_none());
    assert!(registered(Authentication::None, &[], None).is_none());
}

#[test]
fn req_11_18_the_address_is_repeated_exactly_or_left_out_twice() {
    const ONE: &str = "https://shop.example/return";
    let named = registered(confidential(), &[ONE], Some(ONE)).unwrap();
    assert!(named.is_repeated_by(Some(ONE)));
    assert!(!named.is_repeated_by(None));
    assert!(!named.is_repeated_by(Some("https://shop.example/return/")));
    let silent = registered(confidential(), &[ONE], None).unwrap();
    assert!(silent.is_repeated_by(None) && silent.is_repeated_by(Some(ONE)));
    assert!(!silent.is_repeated_by(Some("https://shop.example/")));
    assert!(registered(confidential(), &[ONE, "https://shop.example/b"], None).is_none());
}

#[test]
fn req_11_19_req_11_20_state_returns_unchanged_and_the_issuer_is_always_named() {
    let state = "a b&c=d%20+é\"#";
    let to = registered(confidential(), &["https://shop.example/r?x=1"], None).unwrap();
    let to = to.with_state(Some(state.to_owned()));
    let pairs = |url: &ReturnUrl| -> Vec<(String, String)> {
        Url::parse(url.expose()).unwrap().query_pairs().into_owned().collect()
    };
    let expected = |more: &[(&str, &str)]| {
        let all = [&[("x", "1")], more, &[("state", state), ("iss", ISSUER)]].concat();
        all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let code = Secret::received("c0de");
    assert_eq!(pairs(&to.with_code(&code, ISSUER)), expected(&[("code", "c0de")]));
    let refused = to.with_error(AuthorizationError::AccessDenied, "no", ISSUER);
    assert_eq!(pairs(&refused), expected(&[("error", "access_denied"), ("error_description", "no")]));
    let silent = to.with_state(None).with_code(&code, ISSUER);
    assert!(pairs(&silent).iter().all(|(name, _)| name != "state"));
    assert_eq!(format!("{silent:?}"), "ReturnUrl(..)");
}

#[test]
fn rfc_8252_7_1_an_app_is_sent_back_to_by_its_scheme_compared_letter_by_letter() {
    const APP: &str = "com.example.app:/oauth2redirect";
    for authentication in [Authentication::None, confidential()] {
        let fits = |asked: &str| registered(authentication.clone(), &[APP], Some(asked));
        let to = fits(APP).unwrap();
        assert_eq!(to.host(), "com.example.app");
        let home = to.with_state(Some("s".to_owned())).with_code(&Secret::received("c"), ISSUER);
        let expected = "com.example.app:/oauth2redirect?code=c&state=s&iss=https%3A%2F%2Fverify.example";
        assert_eq!(home.expose(), expected);
        for wrong in [
            "com.example.app:/oauth2redirect/",
            "com.example.app://oauth2redirect",
            "com.example.app:oauth2redirect",
            "com.example.app:/oauth2redirect?x",
            "COM.example.app:/oauth2redirect",
            "com.example.app2:/oauth2redirect",
            "https:/oauth2redirect",
        ] {
            assert!(fits(wrong).is_none(), "{wrong}");
        }
    }
}
