//! Which method proves which client, and what is said when it does not.

use super::testing::client;
use super::*;
use crate::base::id::TokenId;
use crate::base::time::Timestamp;

fn clients() -> Clients {
    let digest = Secret::received("s3cret").digest();
    Clients::new(vec![
        client("tv", Authentication::None),
        client("basic", Authentication::ClientSecretBasic(digest.into())),
        client("post", Authentication::ClientSecretPost(digest.into())),
    ])
}

#[test]
fn req_11_3_only_the_registered_method_proves_a_client() {
    let clients = clients();
    let secret = || Secret::received("s3cret");
    for good in [
        ClientCredentials::Claimed("tv".into()),
        ClientCredentials::Basic("basic".into(), secret()),
        ClientCredentials::Post("post".into(), secret()),
        ClientCredentials::Basic("tv".into(), Secret::received("")),
        ClientCredentials::Api("basic".into(), secret()),
        ClientCredentials::Api("post".into(), secret()),
    ] {
        assert!(clients.authenticate(&good).is_ok(), "{good:?}");
    }
    for bad in [
        ClientCredentials::Claimed("basic".into()),
        ClientCredentials::Claimed("nobody".into()),
        ClientCredentials::Post("basic".into(), secret()),
        ClientCredentials::Basic("post".into(), secret()),
        ClientCredentials::Basic("tv".into(), secret()),
        ClientCredentials::Basic("basic".into(), Secret::received("wrong")),
        ClientCredentials::Basic("basic".into(), Secret::received("")),
        ClientCredentials::Post("tv".into(), Secret::received("")),
        ClientCredentials::Api("tv".into(), Secret::received("")),
        ClientCredentials::Api("post".into(), Secret::received("wrong")),
        ClientCredentials::Assertion(Some("basic".into()), secret()),
        ClientCredentials::Assertion(None, secret()),
    ] {
        assert!(clients.authenticate(&bad).is_err(), "{bad:?}");
    }
}

#[test]
fn req_11_5_what_went_wrong_is_for_the_log_and_one_sentence_for_strangers() {
    let clients = clients();
    let secret = || Secret::received("wrong");
    for (shown, expected, why, guarded) in [
        (ClientCredentials::Claimed("nobody".into()), None, AuthenticationFault::Unknown, None),
        (
            ClientCredentials::Post("basic".into(), secret()),
            Some("client_secret_basic"),
            AuthenticationFault::Method,
            Some("basic"),
        ),
        (
            ClientCredentials::Basic("basic".into(), secret()),
            Some("client_secret_basic"),
            AuthenticationFault::Secret,
            Some("basic"),
        ),
        (ClientCredentials::Basic("tv".into(), secret()), Some("none"), AuthenticationFault::Method, None),
    ] {
        let fault = clients.authenticate(&shown).unwrap_err();
        assert_eq!((fault.expected(), fault.why(), fault.guarded()), (expected, &why, guarded));
        assert_eq!(fault.to_string(), "client authentication failed");
    }
}

#[test]
fn req_11_5_while_a_secret_is_exchanged_both_are_good_and_no_third_one() {
    let digest = |text: &str| Secret::received(text).digest();
    let both = SecretDigests { current: digest("new"), previous: Some(digest("old")) };
    let clients = Clients::new(vec![client("basic", Authentication::ClientSecretBasic(both))]);
    let shows = |secret: &str| {
        clients.authenticate(&ClientCredentials::Basic("basic".into(), Secret::received(secret))).is_ok()
    };
    assert!(shows("new") && shows("old"));
    assert!(!shows("older") && !shows(""));
}

#[test]
fn a_token_lets_in_the_confidential_client_that_is_registered_for_it() {
    let with = |id: &str, authentication: Authentication, grants: &[Grant]| Client {
        grants: grants.to_vec(),
        ..client(id, authentication)
    };
    let secret = Authentication::ClientSecretBasic(Secret::received("s3cret").digest().into());
    let grant = [Grant::ClientCredentials];
    let clients = Clients::new(vec![
        with("shop", secret.clone(), &grant),
        with("other", secret, &[Grant::DeviceCode]),
        with("tv", Authentication::None, &grant),
    ]);
    let token = |client_id: &str| ClientToken {
        id: TokenId::from_entropy([1; 16]),
        client_id: client_id.to_owned(),
        audience: "https://verify.example".to_owned(),
        dpop: None,
        issued_at: Timestamp::from_unix(1),
        expires_at: Timestamp::from_unix(2),
    };
    let let_in = |id| clients.authenticate_by_token(&token(id)).map(|it| it.client().id.as_str());
    assert_eq!(["shop", "other", "tv", "gone"].map(let_in), [Some("shop"), None, None, None]);
}
