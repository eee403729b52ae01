//! Registration without a configuration file: what stands in it could come from anywhere.

use std::path::PathBuf;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::*;
use crate::oauth::client::{Authentication, Grant};
use crate::oauth::device_settings::DeviceSettings;

/// Has what is named here, and nothing else.
struct Memory(&'static [(&'static str, &'static str)]);

impl Sources for Memory {
    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(name)
    }

    fn file(&self, name: &str, _: usize) -> Result<Vec<u8>, String> {
        self.private_file(name, 0).map(|content| content.to_vec())
    }

    fn private_file(&self, name: &str, _: usize) -> Result<Zeroizing<Vec<u8>>, String> {
        let known = self.0.iter().find(|(known, _)| *known == name);
        known.map(|(_, content)| content.as_bytes().to_vec().into()).ok_or_else(|| "is not there".to_owned())
    }

    fn variable(&self, name: &str) -> Result<Zeroizing<String>, String> {
        let content = self.private_file(name, 0)?;
        Ok(String::from_utf8(content.to_vec()).unwrap().into())
    }
}

fn read<T: serde::de::DeserializeOwned>(given: Value) -> T {
    serde_json::from_value(given).unwrap()
}

fn wallet() -> Value {
    json!({
        "name": "app",
        "profile": "proof",
        "authorization_endpoint": "https://wallet.example/authorize",
        "client_id": "us",
    })
}

fn credential() -> Value {
    json!({
        "id": "pid",
        "vct": ["urn:pid"],
        "issuer": "https://issuer.example",
        "trust": { "jwks_uri": "https://issuer.example/jwks.json" },
    })
}

fn scope() -> Value {
    json!({ "name": "adult", "credential": "pid", "rules": [{ "field": "age", "operator": ">=", "value": 18 }] })
}

fn client() -> Value {
    json!({ "client_id": "tv", "grants": ["device_code"], "authentication": "none", "scopes": ["adult"] })
}

/// A wallet, a credential, a scope and a client that go together.
fn registrations() -> Registrations {
    Registrations {
        public_url: Some("https://verify.example".to_owned()),
        wallets: vec![read(wallet())],
        credentials: vec![read(credential())],
        scopes: vec![read(scope())],
        clients: vec![read(client())],
        ..Registrations::default()
    }
}

fn pointers(given: &Registrations) -> Vec<String> {
    let faults = register(given, &Memory(&[])).map(|_| ()).expect_err("there are faults");
    faults.into_iter().map(|fault| fault.pointer).collect()
}

#[test]
fn what_goes_together_becomes_a_policy() {
    let registered = register(&registrations(), &Memory(&[])).unwrap();
    assert_eq!(registered.public_url.as_str(), "https://verify.example/");
    let policy = registered.policy;
    let tv = policy.clients.named("tv").unwrap();
    assert_eq!((tv.name.as_str(), tv.wallet.as_str()), ("tv", "app"));
    assert_eq!((tv.grants.as_slice(), &tv.authentication), (&[Grant::DeviceCode][..], &Authentication::None));
    assert_eq!(policy.wallets[0].redirect_uri.as_str(), "https://verify.example/callback");
    assert_eq!(policy.trust.credentials[0].issuer, "https://issuer.example");
    assert!(policy.scopes.named("adult").is_some());
    assert_eq!(policy.tokens.of("tv").audience, ["https://verify.example"]);
}

/// Said or not, the standard holds.
#[test]
fn the_standard_is_what_holds_where_nothing_is_said() {
    let said = Registrations {
        device: DeviceRegistration::standard(),
        tokens: TokenRegistration::standard(),
        ..registrations()
    };
    let [said, silent] = [said, registrations()].map(|given| register(&given, &Memory(&[])).unwrap().policy);
    assert_eq!(format!("{said:?}"), format!("{silent:?}"));
    assert_eq!(said.clients.named("tv").unwrap().device, DeviceSettings::default());
}

#[test]
fn every_fault_has_its_pointer_and_all_are_found_at_once() {
    let mut given = registrations();
    given.public_url = Some("http://verify.example".to_owned());
    given.wallets[0].profile = Some("prof".to_owned());
    given.credentials[0].trust.0[0].jwks_uri = Some("http://issuer.example".to_owned());
    given.scopes[0].rules[0].operator = Some("!=".to_owned());
    given.clients[0].grants.push("password".to_owned());
    given.clients[0].tokens = Some(read(json!({ "audience": [] })));
    given.device.proximity = Some("perhaps".to_owned());
    // Neither the wallet nor the credential nor the scope is called unknown for its fault.
    assert_eq!(
        pointers(&given),
        [
            "/public_url",
            "/device/proximity",
            "/wallets/0/profile",
            "/credentials/0/trust/jwks_uri",
            "/scopes/0/rules/0/operator",
            "/clients/0/grants/1",
        ]
    );
    given.public_url = Some("https://verify.example".to_owned());
    assert!(pointers(&given).contains(&"/clients/0/tokens/audience".to_owned()));
}

#[test]
fn what_is_named_must_be_registered() {
    let mut given = registrations();
    given.scopes[0].credential = Some("passport".to_owned());
    given.clients[0].scopes.push("child".to_owned());
    given.clients[0].wallet = Some("other".to_owned());
    given.clients[0].device_pages_for = vec!["radio".to_owned()];
    assert_eq!(
        pointers(&given),
        ["/scopes/0/credential", "/clients/0/scopes/1", "/clients/0/device_pages_for", "/clients/0/wallet"]
    );
    assert_eq!(
        pointers(&Registrations::default()),
        ["/public_url", "/wallets", "/credentials", "/scopes", "/clients"]
    );
}

#[test]
fn req_11_5_a_secret_is_read_where_the_registration_says_and_only_its_digest_stays() {
    let secret = "ssssssssssssssssssssssssssssssssssssssssssss";
    let memory = Memory(&[
        ("file", "ssssssssssssssssssssssssssssssssssssssssssss\n"),
        ("variable", "ssssssssssssssssssssssssssssssssssssssssssss"),
        ("guessable", "secret"),
    ]);
    let with = |key: &str, name: &str| {
        let mut given = registrations();
        let mut shop = client();
        shop["authentication"] = "client_secret_basic".into();
        shop[key] = name.into();
        given.clients = vec![read(shop)];
        register(&given, &memory).map(|registered| registered.policy.clients)
    };
    for (key, name) in [("secret_file", "file"), ("secret_env", "variable")] {
        let clients = with(key, name).unwrap();
        let Authentication::ClientSecretBasic(digests) = clients.named("tv").unwrap().authentication else {
            panic!("{key}")
        };
        assert_eq!(digests.current, Secret::received(secret).digest());
    }
    for (key, name) in [("secret_file", "guessable"), ("secret_file", "none"), ("secret_env", "none")] {
        let faults = with(key, name).map(|_| ()).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].pointer, format!("/clients/0/{key}"), "{name}");
    }
}

#[test]
fn whom_to_believe_is_registered_without_the_rest() {
    let given = Registrations { credentials: vec![read(credential())], ..Registrations::default() };
    let trust = register_trust(&given, &Memory(&[])).unwrap();
    assert_eq!(trust.issuers.credentials.len(), 1);
    let faults = register_trust(&Registrations::default(), &Memory(&[])).map(|_| ()).unwrap_err();
    assert_eq!(faults[0].pointer, "/credentials");
}
