use std::path::Path;

use toml::{Table, Value};

use super::*;
use crate::domain::oauth::client::{Authentication, Grant};

const CONTRACT: &str = include_str!("../../fixtures/config/contract.toml");
const FULL: &str = include_str!("../../fixtures/config/full.toml");
const WRONG: &str = include_str!("../../fixtures/config/wrong.toml");

fn load(text: &str) -> Result<Config, Faults> {
    Config::from_toml(text, Path::new("/etc/vpgate"))
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
            Some(list) => &mut table.get_mut(list).unwrap().as_array_mut().unwrap()[0],
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
    assert_eq!(config.keys, Keys::Directory("/etc/vpgate/keys".into()));
    let policy = &config.policy;
    assert_eq!(policy.tokens.issuer, "https://verify.example.com");
    assert_eq!(policy.tokens.audience, "https://verify.example.com");
    assert_eq!(policy.wallets[0].redirect_uri.as_str(), "https://verify.example.com/callback");
    let tv = policy.clients.named("tv").unwrap();
    assert_eq!((&tv.authentication, tv.wallet.as_str()), (&Authentication::None, "proof"));
    assert!(tv.redirect_uris.is_empty());
    assert!(tv.grants.contains(&Grant::RefreshToken));
    assert_eq!(config.warnings, ["grant refresh_token is registered for tv but not offered yet"]);
}

#[test]
fn the_reference_loads_and_names_every_key() {
    let config = load(FULL).unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert_eq!(config.policy.tokens.audience, "https://api.example.com");
    let tables =
        ["", "storage", "keys", "http", "wallets", "credentials", "scopes", "scopes.rules", "clients"];
    for table in tables.into_iter().chain(["device", "presentation", "verification", "tokens"]) {
        for key in raw::known_keys(table) {
            let named = FULL.contains(&key) || key == "operator_listen";
            assert!(named, "the reference does not mention {table}.{key}");
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_reference() {
    let mut short: Table = toml::from_str(FULL).unwrap();
    let sections = ["listen", "danger_allow_loopback", "storage", "keys", "http", "device", "presentation"];
    for section in sections.into_iter().chain(["verification", "tokens"]) {
        short.remove(section).unwrap();
    }
    let (full, short) = (load(FULL).unwrap(), load(&toml::to_string(&short).unwrap()).unwrap());
    assert_eq!((full.listen, full.storage, full.keys), (short.listen, short.storage, short.keys));
    assert_eq!(format!("{:?}", full.policy.device), format!("{:?}", short.policy.device));
    assert_eq!(format!("{:?}", full.policy.presentation), format!("{:?}", short.policy.presentation));
    assert_eq!(full.policy.tokens.lifetime, short.policy.tokens.lifetime);
    assert_eq!(short.policy.tokens.audience, "https://verify.example.com");
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
fn req_5_4_one_issuer_has_one_way_to_find_its_keys() {
    let second = |trust: &str| {
        format!(
            "{CONTRACT}\n[[credentials]]\nid = \"other\"\nvct = [\"https://a.example/v\"]\n\
             issuer = \"https://api.proof.com\"\ntrust = {{ jwks_uri = \"{trust}\" }}\n"
        )
    };
    assert!(load(&second("https://api.proof.com/verifiable-credentials/v1/jwks.json")).is_ok());
    let found = load(&second("https://elsewhere.example/jwks.json")).unwrap_err().to_string();
    assert_eq!(found, "credentials[1].trust: differs from the trust in the same issuer above");
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
fn a_client_secret_is_known_by_its_digest() {
    let hash = secrets::hash_text(crate::domain::base::secret::Digest::of(b"x"));
    let text = CONTRACT.replace(
        "authentication = \"none\"",
        &format!("authentication = \"client_secret_basic\"\nsecret_hash = \"{hash}\""),
    );
    assert!(load(&text).is_ok());
    let wrong = load(&text.replace("sha256:", "md5:")).unwrap_err().to_string();
    assert_eq!(wrong, "clients[0].secret_hash: must be what `vpgate hash-secret` prints: sha256:...");
    let both = text.replace("secret_hash", "secret_env = \"X\"\nsecret_hash");
    assert!(load(&both).is_err());
}

#[test]
fn a_jwks_file_is_read_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let text = CONTRACT.replace(
        "{ jwks_uri = \"https://api.proof.com/verifiable-credentials/v1/jwks.json\" }",
        "{ jwks_file = \"jwks.json\" }",
    );
    let load = || Config::from_toml(&text, folder.path());
    assert!(load().unwrap_err().to_string().starts_with("credentials[0].trust.jwks_file: cannot read"));
    let write = |jwks: &str| std::fs::write(folder.path().join("jwks.json"), jwks).unwrap();
    write("{\"keys\": []}");
    assert!(load().unwrap_err().to_string().contains("holds no key"));
    write(
        "{\"keys\": [{\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
    );
    assert!(load().is_ok());
}
