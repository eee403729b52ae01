use std::path::Path;

use toml::{Table, Value};

use super::*;
use std::time::Duration;
use vpgate_core::jose::x5c::testing::{Authority, Plan};
use vpgate_core::oauth::client::{Authentication, Grant};
use vpgate_core::oauth::token_policy::TokenSettings;
use vpgate_core::trust::KeySource;
use vpgate_core::trust::status_policy::{StatusCheck, StatusPolicy};

const CONTRACT: &str = include_str!("../../fixtures/config/contract.toml");
const FULL: &str = include_str!("../../fixtures/config/full.toml");
const WRONG: &str = include_str!("../../fixtures/config/wrong.toml");

fn load(text: &str) -> Result<Config, Faults> {
    Config::from_toml(text, Path::new("/etc/vpgate"))
}

/// With the files beside the reference.
fn load_reference(text: &str) -> Result<Config, Faults> {
    Config::from_toml(text, &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/config"))
}

/// `contract.toml` with `value` at `key`, or without the key.
fn with(key: &str, value: Option<Value>) -> String {
    fn change(inside: &mut Value, key: &str, value: Option<Value>) {
        match key.split_once('.') {
            Some((first, rest)) => change(step(inside, first), rest, value),
            None => {
                let table = inside.as_table_mut().unwrap();
                match value {
                    Some(value) => table.insert(key.to_owned(), value),
                    None => table.remove(key),
                };
            }
        }
    }
    fn step<'v>(inside: &'v mut Value, name: &str) -> &'v mut Value {
        let table = inside.as_table_mut().unwrap();
        match name.strip_suffix("[0]") {
            Some(list) => {
                let list = table.entry(list).or_insert_with(|| Value::Array(vec![Table::new().into()]));
                &mut list.as_array_mut().unwrap()[0]
            }
            None => table.entry(name).or_insert(Value::Table(Table::new())),
        }
    }
    let mut file = Value::Table(toml::from_str(CONTRACT).unwrap());
    change(&mut file, key, value);
    toml::to_string(&file).unwrap()
}

#[test]
fn the_example_of_the_contract_loads() {
    let config = load(CONTRACT).unwrap();
    assert_eq!(config.public_url.as_str(), "https://verify.example.com/");
    assert_eq!(config.storage, Storage::Sqlite("/etc/vpgate/vpgate.db".into()));
    assert_eq!(config.keys, KeyStorage::Directory("/etc/vpgate/keys".into()));
    let policy = &config.policy;
    assert_eq!(policy.tokens.issuer, "https://verify.example.com");
    assert_eq!(policy.tokens.of("tv").audience, ["https://verify.example.com"]);
    assert_eq!(policy.wallets[0].redirect_uri.as_str(), "https://verify.example.com/callback");
    let tv = policy.clients.named("tv").unwrap();
    assert_eq!((&tv.authentication, tv.wallet.as_str()), (&Authentication::None, "proof"));
    assert!(tv.redirect_uris.is_empty());
    assert!(tv.grants.contains(&Grant::RefreshToken));
    // It names no proxy, and speaks https to the world.
    let [warning] = config.warnings.as_slice() else { panic!("{:?}", config.warnings) };
    assert!(warning.starts_with("http.trusted_proxies is empty although public_url is https"), "{warning}");
}

#[test]
fn everything_that_names_us_has_the_path_of_the_public_url() {
    let issuer = "https://example.com/id/verify";
    for given in [issuer.to_owned(), format!("{issuer}/")] {
        let config = load(&with("public_url", Some(given.into()))).unwrap();
        assert_eq!(config.public_url.as_str(), format!("{issuer}/"));
        let policy = &config.policy;
        assert_eq!((policy.tokens.issuer.as_str(), policy.assertions.issuer.as_str()), (issuer, issuer));
        assert_eq!(policy.tokens.of("tv").audience, [issuer]);
        assert_eq!(policy.wallets[0].redirect_uri.as_str(), format!("{issuer}/callback"));
        assert_eq!(policy.wallets[0].wallet_endpoints.as_str(), format!("{issuer}/wallet/"));
    }
    for wrong in ["https://example.com/a//b", "https://example.com/a?b", "https://example.com/%61"] {
        let faults = load(&with("public_url", Some(wrong.into()))).unwrap_err();
        assert_eq!(faults.iter().next().unwrap().path, "public_url", "{wrong}");
    }
}

#[test]
fn the_reference_loads_and_names_every_key() {
    let config = load_reference(FULL).unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let tokens = &config.policy.tokens;
    assert_eq!(tokens.of("tv").audience, ["https://api.example.com", "https://reports.example.com"]);
    fn every_key_is_mentioned(schema: &serde_json::Value) {
        for (key, inside) in schema["properties"].as_object().into_iter().flatten() {
            assert!(FULL.contains(key), "the reference does not mention {key}");
            every_key_is_mentioned(inside);
        }
        let choices = schema["anyOf"].as_array().into_iter().flatten();
        choices.chain(schema.get("items")).for_each(every_key_is_mentioned);
    }
    every_key_is_mentioned(schema());
}

#[test]
fn the_defaults_are_those_of_the_reference() {
    let mut short: Table = toml::from_str(FULL).unwrap();
    let sections = ["listen", "danger_allow_loopback", "storage", "keys", "http", "device", "presentation"];
    let flows = ["authorization_code", "client_assertions"];
    for section in sections.into_iter().chain(["verification", "tokens", "status_lists"]).chain(flows) {
        short.remove(section).unwrap();
    }
    let (full, short) =
        (load_reference(FULL).unwrap(), load_reference(&toml::to_string(&short).unwrap()).unwrap());
    assert_eq!((full.listen, full.storage, full.keys), (short.listen, short.storage, short.keys));
    assert_eq!(format!("{:?}", full.policy.device), format!("{:?}", short.policy.device));
    assert_eq!(format!("{:?}", full.policy.code), format!("{:?}", short.policy.code));
    assert_eq!(full.policy.assertions, short.policy.assertions);
    assert_eq!(format!("{:?}", full.policy.presentation), format!("{:?}", short.policy.presentation));
    let (full_tokens, short_tokens) = (full.policy.tokens.default, short.policy.tokens.default);
    assert_eq!(short_tokens.audience, ["https://verify.example.com"]);
    assert_eq!(TokenSettings { audience: short_tokens.audience.clone(), ..full_tokens }, short_tokens);
    assert_eq!((full.cross_check, short.cross_check), (CrossCheck::Off, CrossCheck::Off));
}

#[test]
fn one_wrong_key_is_one_fault_at_its_path() {
    let cases: Table = toml::from_str(WRONG).unwrap();
    for case in cases["case"].as_array().unwrap() {
        let (key, value) = (case["key"].as_str().unwrap(), case.get("value").cloned());
        let expected: Vec<&str> =
            case["faults"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let found = load(&with(key, value.clone())).expect_err(key).to_string();
        assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{key} = {value:?}");
    }
}

#[test]
fn all_faults_are_found_at_once() {
    let text = CONTRACT
        .replace("https://verify.example.com", "http://verify.example.com")
        .replace("\"600s\"", "600")
        .replace("haip", "x")
        .replace("user_code_length", "user_code_lenght")
        .replace("\"none\"", "\"nothing\"");
    let paths: Vec<String> = load(&text).unwrap_err().iter().map(|fault| fault.path.clone()).collect();
    assert_eq!(
        paths,
        ["device.code_lifetime", "device.user_code_lenght", "public_url", "clients[0].authentication"]
    );
}

#[test]
fn nothing_at_all_says_what_is_missing() {
    let found = load("").unwrap_err();
    let paths: Vec<&str> = found.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["public_url", "wallets", "credentials", "scopes", "clients"]);
}

#[test]
fn names_are_unique_and_several_wallets_need_a_choice() {
    let twice = |section: &str| {
        let mut file: Table = toml::from_str(CONTRACT).unwrap();
        let list = file[section].as_array_mut().unwrap();
        list.push(list[0].clone());
        load(&toml::to_string(&file).unwrap()).unwrap_err().to_string()
    };
    assert!(twice("clients").contains("clients[1].client_id: is the identifier of another client"));
    assert!(twice("scopes").contains("scopes[1].name: is the name of another scope"));
    assert!(twice("credentials").contains("credentials[1].id: is the id of another credential"));
    let wallets = twice("wallets");
    assert!(wallets.contains("wallets[1].name: must not be empty or the name of another wallet"));
    assert!(wallets.contains("clients[0].wallet: is missing: several wallets"), "{wallets}");
}

#[test]
fn loopback_needs_the_danger_switch_and_is_warned_about() {
    let local = with("public_url", Some("http://127.0.0.1:8080".into()));
    assert!(load(&local).is_err());
    let config = load(&format!("danger_allow_loopback = true\n{local}")).unwrap();
    assert!(config.allow_loopback);
    assert!(config.warnings.iter().any(|warning| warning.contains("danger_allow_loopback")));
}

#[test]
fn req_13_24_a_registered_type_needs_a_schema_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.json"), "{}").unwrap();
    std::fs::write(folder.path().join("twice.json"), r#"{"type": "object", "type": "array"}"#).unwrap();
    std::fs::write(folder.path().join("wrong.json"), r#"{"type": "objekt"}"#).unwrap();
    let faults = |kind: &str, schema: &str| {
        let text = format!(
            "{CONTRACT}\n[[transaction_data]]\ntype = \"{kind}\"\ntitle = \"A\"\nschema = \"{schema}\"\n"
        );
        Config::from_toml(&text, folder.path()).map(|_| ()).map_err(|faults| faults.to_string())
    };
    assert_eq!(faults("urn:a", "good.json"), Ok(()));
    for (kind, schema, key) in [
        ("urn:a", "none.json", "schema"),
        ("urn:a", "twice.json", "schema"),
        ("urn:a", "wrong.json", "schema"),
        ("", "good.json", "type"),
        ("urn:proof:params:vc:transaction-data:session-data", "good.json", "type"),
    ] {
        let found = faults(kind, schema).unwrap_err();
        assert!(found.starts_with(&format!("transaction_data[0].{key}: ")), "{found}");
    }
}

mod branding;
mod clients;
mod high_assurance;
mod include;
mod mdoc;
mod schema;
mod scopes;
mod trust;
mod wallets;
mod webhooks;
