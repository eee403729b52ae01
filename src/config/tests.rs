use std::path::Path;

use toml::{Table, Value};

use super::*;
use crate::domain::jose::x5c::testing::{Authority, Plan};
use crate::domain::oauth::client::{Authentication, Grant};
use crate::domain::oauth::token_policy::TokenSettings;
use crate::domain::sdjwt::status::policy::{StatusCheck, StatusPolicy};
use crate::domain::sdjwt::trust::KeySource;
use std::time::Duration;

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
    assert_eq!(policy.tokens.of("tv").audience, ["https://verify.example.com"]);
    assert_eq!(policy.wallets[0].redirect_uri.as_str(), "https://verify.example.com/callback");
    let tv = policy.clients.named("tv").unwrap();
    assert_eq!((&tv.authentication, tv.wallet.as_str()), (&Authentication::None, "proof"));
    assert!(tv.redirect_uris.is_empty());
    assert!(tv.grants.contains(&Grant::RefreshToken));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn the_reference_loads_and_names_every_key() {
    let config = load_reference(FULL).unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let tokens = &config.policy.tokens;
    assert_eq!(tokens.of("tv").audience, ["https://api.example.com", "https://reports.example.com"]);
    let tables =
        ["", "storage", "keys", "http", "wallets", "status_lists", "credentials", "credentials.trust"];
    let flows = ["authorization_code", "client_assertions"];
    let more = ["scopes", "scopes.rules", "clients", "device", "presentation", "verification", "tokens"];
    let more = more.into_iter().chain([
        "transaction_data",
        "clients.device",
        "wallets.signing",
        "wallets.verifier_info",
    ]);
    let more = more.chain(["clients.token_claims", "proofspace"]);
    for table in tables.into_iter().chain(flows).chain(more) {
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

/// The example of the contract with `issuer` and `trust` in its credential, checked in `folder`.
fn with_trust(folder: &Path, issuer: &str, trust: &str) -> Result<Config, Faults> {
    let text = CONTRACT
        .replace("issuer = \"https://api.proof.com\"", &format!("issuer = \"{issuer}\""))
        .replace("{ jwks_uri = \"https://api.proof.com/verifiable-credentials/v1/jwks.json\" }", trust);
    Config::from_toml(&text, folder)
}

fn key_source(config: &Config) -> &KeySource {
    &config.policy.trust.credentials[0].keys
}

#[test]
fn req_5_5_req_5_6_issuer_metadata_is_at_the_well_known_place_of_an_https_issuer() {
    let load = |issuer: &str| with_trust(Path::new("/"), issuer, "{ issuer_metadata = true }");
    let config = load("https://api.proof.com/tenant/1234/").unwrap();
    let KeySource::IssuerMetadata(url) = key_source(&config) else { panic!("{:?}", key_source(&config)) };
    assert_eq!(url.as_str(), "https://api.proof.com/.well-known/jwt-vc-issuer/tenant/1234");
    for wrong in ["http://api.proof.com", "https://api.proof.com/?x", "https://api.proof.com/#x", "api"] {
        assert!(load(wrong).unwrap_err().to_string().starts_with("credentials[0].issuer: "), "{wrong}");
    }
}

#[test]
fn req_5_4_a_did_is_resolved_where_did_is_switched_on() {
    let load = |issuer: &str| with_trust(Path::new("/"), issuer, "{ did = true }");
    let config = load("did:web:example.com:issuer").unwrap();
    assert!(matches!(key_source(&config), KeySource::DidWeb(url) if url.path() == "/issuer/did.json"));
    let jwk = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
    let did = format!("did:jwk:{}", crate::domain::base::base64url::encode(jwk));
    let config = load(&did).unwrap();
    assert!(matches!(key_source(&config), KeySource::DidJwk(keys) if keys.keys().len() == 1));
    for wrong in ["did:key:z6Mk", "did:web:127.0.0.1", "did:jwk:e30", "https://api.proof.com"] {
        assert!(load(wrong).unwrap_err().to_string().starts_with("credentials[0].issuer: "), "{wrong}");
    }
}

#[test]
fn req_5_11_roots_and_revocation_lists_are_read_at_the_start() {
    let now = 1_700_000_000;
    let root = Authority::root(&Plan::authority("Root", now));
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, pem: &[u8]| std::fs::write(folder.path().join(name), pem).unwrap();
    write("roots.pem", &root.pem());
    write("between.pem", &root.authority(&Plan::authority("Between", now)).pem());
    write("lists.pem", &root.revocation_list(now, now + 1, &[9]).to_pem().unwrap());
    let load = |trust: &str| with_trust(folder.path(), "https://api.proof.com", trust);
    for good in [
        "{ x5c_roots = \"roots.pem\" }",
        "{ x5c_roots = \"roots.pem\", x5c_names = [\"api.proof.com\"], crl = \"lists.pem\" }",
    ] {
        assert!(matches!(key_source(&load(good).unwrap()), KeySource::X5c(_)), "{good}");
    }
    for (wrong, fault) in [
        ("{ x5c_roots = \"lists.pem\" }", "x5c_roots: holds no certificate"),
        ("{ x5c_roots = \"between.pem\" }", "x5c_roots: certificate 1 is not self-signed"),
        ("{ x5c_roots = \"roots.pem\", crl = \"roots.pem\" }", "crl: holds no readable revocation list"),
        ("{ x5c_roots = \"roots.pem\", crl = \"none.pem\" }", "crl: cannot read"),
        ("{ x5c_roots = \"roots.pem\", x5c_names = [] }", "x5c_names: must hold URI or DNS names"),
        ("{ x5c_roots = \"roots.pem\", x5c_names = [\"\"] }", "x5c_names: must hold URI or DNS names"),
        ("{ x5c_roots = \"roots.pem\", did = true }", "must hold exactly one way"),
    ] {
        let found = load(wrong).unwrap_err().to_string();
        assert!(found.contains(fault), "{wrong}: {found}");
    }
}

#[test]
fn req_5_17_type_metadata_is_read_at_the_start_and_must_be_whole() {
    const VCT: &str = "https://credentials.notarize.com/ProofCredentialV1";
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("proof.json", &format!(r#"{{"vct": "{VCT}", "extends": "base"}}"#));
    write("base.json", r#"{"vct": "base", "claims": [{"path": ["given_name"], "mandatory": true}]}"#);
    write("circle.json", &format!(r#"{{"vct": "base", "extends": "{VCT}"}}"#));
    let pinned =
        r#""extends": "base", "extends#integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=""#;
    write("pinned.json", &format!(r#"{{"vct": "{VCT}", {pinned}}}"#));
    write("wrong.json", r#"{"vct": "base", "claims": [{"path": []}]}"#);
    write("long.json", &" ".repeat(300 << 10));
    let load = |files: &str| {
        let text = CONTRACT.replace("[[scopes]]", &format!("type_metadata = [{files}]\n[[scopes]]"));
        Config::from_toml(&text, folder.path())
    };
    for (files, types) in [("\"proof.json\", \"base.json\"", 1), ("", 0)] {
        let config = load(files).unwrap();
        let known = &config.policy.trust.credentials[0].type_metadata;
        assert_eq!(known.iter().filter(|metadata| metadata.vct() == VCT).count(), types);
    }
    for (files, fault) in [
        ("\"none.json\"", "[0]: cannot read"),
        ("\"proof.json\", \"long.json\"", "[1]: "),
        ("\"proof.json\", \"wrong.json\"", "[1]: "),
        ("\"proof.json\"", "[0]: extends `base`, for which there is no file"),
        (
            "\"proof.json\", \"circle.json\"",
            "[1]: extends `https://credentials.notarize.com/ProofCredentialV1`, which",
        ),
        (
            "\"pinned.json\", \"base.json\"",
            "[0]: extends `base`, but its `extends#integrity` is the hash of other bytes",
        ),
        (
            "\"base.json\"",
            ": has no file for the accepted type `https://credentials.notarize.com/ProofCredentialV1`",
        ),
        ("\"base.json\", \"base.json\"", "[1]: describes the same type"),
    ] {
        let found = load(files).unwrap_err().to_string();
        assert!(found.starts_with(&format!("credentials[0].type_metadata{fault}")), "{files}: {found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
    let found = load("\"proof.json\", \"wrong.json\"").unwrap_err().to_string();
    assert!(found.ends_with("wrong.json: /claims/0/path must be an array of 1 to 16 elements"), "{found}");
}

#[test]
fn one_id_is_one_question_that_several_issuers_may_answer() {
    let second = |issuer: &str, vct: &str| {
        load(&format!(
            "{CONTRACT}\n[[credentials]]\nid = \"proof_id_default\"\nvct = [\"{vct}\"]\n\
             issuer = \"{issuer}\"\ntrust = {{ jwks_uri = \"https://b.example/jwks.json\" }}\n"
        ))
    };
    const VCT: &str = "https://credentials.notarize.com/ProofCredentialV1";
    let config = second("https://b.example", VCT).unwrap();
    assert_eq!(config.policy.trust.credentials.len(), 2);
    let found = second("https://b.example", "https://b.example/v").unwrap_err().to_string();
    assert_eq!(
        found,
        "credentials[1].vct: differs from the types of the same id above: one id is one question"
    );
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
fn req_5_16_the_status_policy_is_the_operators() {
    let policy = |lines: &str| {
        let text = CONTRACT.replace("[[scopes]]", &format!("{lines}\n[[scopes]]"));
        load(&text).map(|config| (config.policy.trust.credentials[0].status, config.warnings))
    };
    let of = |check, seconds| StatusPolicy { check, stale_if_error: Duration::from_secs(seconds) };
    assert_eq!(policy("").unwrap().0, of(StatusCheck::WhenNamed, 0));
    assert_eq!(policy("status = \"check\"").unwrap().0, of(StatusCheck::WhenNamed, 0));
    let strict = policy("status = \"require\"\nstatus_stale_if_error = \"10m\"").unwrap();
    assert_eq!(strict.0, of(StatusCheck::Required, 600));
    let warns = |warnings: &[String]| warnings.iter().any(|warning| warning.contains("danger_ignore_status"));
    assert!(!warns(&strict.1));
    let (ignored, warnings) = policy("danger_ignore_status = true").unwrap();
    assert_eq!(ignored, of(StatusCheck::Ignored, 0));
    assert!(warns(&warnings), "{warnings:?}");
    for other in ["status = \"require\"", "status_stale_if_error = \"1m\""] {
        let faults = policy(&format!("danger_ignore_status = true\n{other}")).unwrap_err().to_string();
        assert!(faults.starts_with("credentials[0].danger_ignore_status: leaves"), "{faults}");
    }
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
fn only_a_client_without_a_secret_has_origins() {
    let hash = secrets::hash_text(crate::domain::base::secret::Digest::of(b"x"));
    let origins = "origins = [\"https://app.example\"]\nauthentication = \"none\"";
    let text = CONTRACT.replace("authentication = \"none\"", origins);
    assert_eq!(load(&text).unwrap().policy.clients.named("tv").unwrap().origins, ["https://app.example"]);
    let secret = format!("\"client_secret_post\"\nsecret_hash = \"{hash}\"");
    let wrong = load(&text.replace("\"none\"", &secret)).unwrap_err().to_string();
    assert!(wrong.starts_with("clients[0].origins: only a client with"), "{wrong}");
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

#[test]
fn req_10_60_settings_under_the_names_of_other_products() {
    let settings = |table: &str| {
        let text = CONTRACT.split("[device]").next().unwrap();
        load(&format!("{text}\n[device]\n{table}")).unwrap().policy
    };
    for table in [
        "device_flow_polling_interval_in_secs = 10\ndevice_flow_codelifetime_in_secs = 300",
        "device_flow_polling_interval_seconds = 10\ndevice_flow_codelifetime_seconds = 300",
        "deviceFlowPollingInterval = 10\ndeviceFlowCodeDuration = 300",
        "polling_interval = \"10s\"\ncode_lifetime = \"5m\"\ndevice_flow_codelifetime_in_secs = 300",
    ] {
        let policy = settings(table);
        let device = &policy.clients.named("tv").unwrap().device;
        let seconds = (device.polling_interval.as_secs(), device.code_lifetime.as_secs());
        assert_eq!(seconds, (10, 300), "{table}");
        assert_eq!(policy.device.limits.window, Duration::from_secs(300));
    }
    for table in [
        "device_flow_usercode_length = 9\ndevice_flow_usercode_charset = \"BCDFGHJKLMNPQRSTVWXZ\"",
        "userCodeLength = 9\nuserCodeCharset = \"BASE20\"",
    ] {
        let policy = settings(table);
        assert!(policy.device.user_codes.read("BBBBB-BBBB").is_some(), "{table}");
        assert!(policy.device.user_codes.read("BBBB-BBBB").is_none(), "{table}");
    }
    let uris = "deviceVerificationUri = \"https://as.example.com/device\"
                deviceVerificationUriComplete = \"https://as.example.com/device?user_code=USER_CODE\"";
    let policy = settings(uris);
    let verification = &policy.clients.named("tv").unwrap().device.verification;
    assert_eq!(verification.plain.as_ref().unwrap().as_str(), "https://as.example.com/device");
    let complete = verification.complete.as_ref().unwrap().with("TXBBPHDZ");
    assert_eq!(complete, "https://as.example.com/device?user_code=TXBBPHDZ");
}

#[test]
fn req_10_21_ibms_sample_is_too_weak_unless_the_operator_says_so_loudly() {
    let sample = |more: &str| {
        let text = CONTRACT.split("[device]").next().unwrap();
        let table = "device_flow_usercode_length = 7\ndevice_flow_usercode_charset = \"ABCD1234\"";
        load(&format!("{text}\n[device]\n{table}\n{more}"))
    };
    let faults = sample("").unwrap_err();
    assert_eq!(faults.iter().next().unwrap().path, "device.device_flow_usercode_length");
    let config = sample("danger_user_code_floor_bits = 18").unwrap();
    assert!(config.warnings.iter().any(|warning| warning.contains("as weak as 18 bits")));
}

#[test]
fn req_10_60_a_client_has_its_own_device_grant_over_the_common_one() {
    let of_client: Value = toml::from_str::<Table>(
        "code_lifetime = \"20m\"\nuser_code_charset = \"NUMERIC\"\nuser_code_length = 11\nnumber_matching = true",
    )
    .unwrap()
    .into();
    let policy = load(&with("clients[0].device", Some(of_client))).unwrap().policy;
    let device = &policy.clients.named("tv").unwrap().device;
    assert_eq!(device.code_lifetime, Duration::from_secs(1200));
    assert_eq!(device.polling_interval, Duration::from_secs(5));
    assert!(device.number_matching);
    assert!(policy.device.user_codes.read("019-450 73011").is_some());
    // Wrong codes count as long as the longest-lived code lives.
    assert_eq!(policy.device.limits.window, Duration::from_secs(1200));
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

/// The example of the contract with its client set to these lines.
fn with_client(lines: &str) -> Result<Config, Faults> {
    let (head, rest) = CONTRACT.split_once("[[clients]]").unwrap();
    let (_, tail) = rest.split_once("\n[device]").unwrap();
    let scope = "urn:proof:params:scope:verifiable-credentials:basic";
    let client = format!("client_id = \"web\"\nscopes = [\"{scope}\"]\n{lines}");
    load(&format!("{head}[[clients]]\n{client}\n[device]{tail}"))
}

#[test]
fn req_11_5_two_secrets_are_good_while_one_is_exchanged_for_the_other() {
    let hash = |text: &str| secrets::hash_text(crate::domain::base::secret::Digest::of(text.as_bytes()));
    let client = |current: &str, previous: &str| {
        with_client(&format!(
            "authentication = \"client_secret_basic\"\nsecret_hash = \"{current}\"\nprevious_secret_hash = \"{previous}\""
        ))
    };
    let config = client(&hash("new"), &hash("old")).unwrap();
    let known = &config.policy.clients.named("web").unwrap().authentication;
    assert!(matches!(known, Authentication::ClientSecretBasic(both) if both.previous.is_some()));
    for wrong in [hash("new"), "old".to_owned()] {
        let found = client(&hash("new"), &wrong).unwrap_err().to_string();
        assert!(found.starts_with("clients[0].previous_secret_hash: "), "{found}");
    }
}

#[test]
fn req_11_4_a_client_that_signs_has_its_keys_in_one_place() {
    let client = |lines: &str| with_client(&format!("authentication = \"private_key_jwt\"\n{lines}"));
    assert!(client("jwks_uri = \"https://app.example/jwks.json\"").is_ok());
    for (lines, fault) in [
        ("jwks_uri = \"http://app.example/jwks.json\"", "clients[0].jwks_uri: must begin with https://"),
        ("jwks_file = \"none.json\"", "clients[0].jwks_file: cannot read"),
        (
            "jwks_uri = \"https://app.example/\"\njwks_file = \"x.json\"",
            "clients[0].jwks_uri: only one of jwks_uri, jwks_file may be given",
        ),
        (
            "jwks_uri = \"https://app.example/\"\nsecret_env = \"X\"",
            "clients[0].secret_env: a client with authentication = \"private_key_jwt\" has no secret",
        ),
    ] {
        let found = client(lines).unwrap_err().to_string();
        assert!(found.starts_with(fault), "{lines}: {found}");
    }
}

#[test]
fn req_11_15_going_without_pkce_is_for_confidential_clients_and_warned_about() {
    let hash = secrets::hash_text(crate::domain::base::secret::Digest::of(b"x"));
    let client = |authentication: &str| {
        with_client(&format!(
            "grants = [\"authorization_code\"]\nredirect_uris = [\"https://app.example/cb\"]\n\
             danger_allow_missing_pkce = true\n{authentication}"
        ))
    };
    let config =
        client(&format!("authentication = \"client_secret_post\"\nsecret_hash = \"{hash}\"")).unwrap();
    assert!(config.warnings.iter().any(|warning| warning.starts_with("danger_allow_missing_pkce")));
    let found = client("authentication = \"none\"").unwrap_err().to_string();
    assert!(found.starts_with("clients[0].danger_allow_missing_pkce: must not be true"), "{found}");
}

mod scopes;
