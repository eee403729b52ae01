use std::path::Path;

use toml::{Table, Value};

use super::*;
use crate::domain::jose::x5c::testing::{Authority, Plan};
use crate::domain::oauth::client::{Authentication, Grant};
use crate::domain::sdjwt::status::policy::{StatusCheck, StatusPolicy};
use crate::domain::sdjwt::trust::KeySource;
use std::time::Duration;

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
        ["", "storage", "keys", "http", "wallets", "status_lists", "credentials", "credentials.trust"];
    let more = [
        "scopes",
        "scopes.rules",
        "clients",
        "clients.token_claims",
        "proofspace",
        "device",
        "presentation",
        "verification",
        "tokens",
    ];
    for table in tables.into_iter().chain(more) {
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
    for section in sections.into_iter().chain(["verification", "tokens", "status_lists"]) {
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

/// The example of the contract with the document's example (REQ-12.3) in it.
const EDITING: &str = "
[[scopes]]
name = \"Editing rights\"
alias = \"editing-rights\"
rules = [{ credentialId = \"2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag\", fieldName = \"Access Level\", fieldOperator = \">\", fieldValue = 4 }]
";

fn editing() -> Result<Config, Faults> {
    let alias = "id = \"proof_id_default\"\naliases = [\"2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag\"]";
    let text = CONTRACT.replace("id = \"proof_id_default\"", alias);
    load(&format!("{text}{EDITING}"))
}

fn asked(config: &Config, scope: &str) -> serde_json::Value {
    let scopes = crate::domain::admission::scopes::Scopes::parse(scope).unwrap();
    config.policy.scopes.query(&scopes).unwrap().to_json()["credentials"].clone()
}

#[test]
fn req_12_2_to_12_4_the_document_s_example_can_be_written_in_its_own_words() {
    let config = editing().unwrap();
    let scope = config.policy.scopes.named("editing-rights").unwrap();
    assert_eq!(scope.description.as_deref(), Some("Editing rights"));
    assert!(config.policy.scopes.named("Editing rights").is_none());
    let asked = asked(&config, "editing-rights");
    assert_eq!(asked[0]["id"], "proof_id_default");
    assert_eq!(asked[0]["claims"], serde_json::json!([{"path": ["Access Level"]}]));
    let level = |level: serde_json::Value| {
        let claims = serde_json::Map::from_iter([("Access Level".to_owned(), level)]);
        scope.rules[0].judge(&claims).is_ok()
    };
    assert!(level(5.into()) && level("5".into()) && !level(4.into()));

    let spelt = |ours: &str, theirs: &str| {
        let text = EDITING.replace(theirs, ours);
        assert_ne!(text, EDITING);
        load(&format!(
            "{}{text}",
            CONTRACT.replace("vct = [", "aliases = [\"2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag\"]\nvct = [")
        ))
    };
    for (ours, theirs) in [
        ("field = [\"Access Level\"]", "fieldName = \"Access Level\""),
        ("field = \"Access Level\"", "fieldName = \"Access Level\""),
        ("operator", "fieldOperator"),
        ("value = \"4\"", "fieldValue = 4"),
        ("credential", "credentialId"),
    ] {
        let config = spelt(ours, theirs).unwrap();
        assert_eq!(self::asked(&config, "editing-rights"), asked, "{ours}");
    }
    let unmapped = load(&format!("{CONTRACT}{EDITING}")).unwrap_err().to_string();
    assert_eq!(unmapped, "scopes[1].rules[0].credentialId: no credential with this id is configured");
}

#[test]
fn req_12_4_a_field_name_is_one_name_and_a_dotted_field_is_a_path() {
    let path = |text: &str| {
        let text = format!(
            "{CONTRACT}{}",
            EDITING
                .replace(
                    "credentialId = \"2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag\"",
                    "credential = \"proof_id_default\""
                )
                .replace("fieldName = \"Access Level\"", text)
        );
        asked(&load(&text).unwrap(), "editing-rights")[0]["claims"][0]["path"].clone()
    };
    assert_eq!(path("fieldName = \"a.b\""), serde_json::json!(["a.b"]));
    assert_eq!(path("field = \"a.b\""), serde_json::json!(["a", "b"]));
    assert_eq!(path("field = [\"a.b\", 0]"), serde_json::json!(["a.b", 0]));
}

#[test]
fn req_12_8_what_rules_read_is_asked_for_besides_the_claims() {
    let text = with("scopes[0].claims", Some(vec!["given_name"].into()));
    let config = load(&text).unwrap();
    let name = "urn:proof:params:scope:verifiable-credentials:basic";
    let expected = serde_json::json!([{"path": ["given_name"]}, {"path": ["age_equal_or_over", "18"]}]);
    assert_eq!(asked(&config, name)[0]["claims"], expected);
    let config = load(&with("scopes[0].claims", None)).unwrap();
    assert_eq!(asked(&config, name)[0]["claims"].as_array().unwrap().len(), 1);
    let claims = CONTRACT.find("claims = [").unwrap();
    let neither =
        format!("{}open = true\n{}", &CONTRACT[..claims], &CONTRACT[CONTRACT.find("[[clients]]").unwrap()..]);
    assert_eq!(
        load(&neither).unwrap_err().to_string(),
        "scopes[0].claims: is missing: the claims to ask for, dotted"
    );
    let many: Vec<String> = (0..64).map(|n| format!("c{n}")).collect();
    let found = load(&with("scopes[0].claims", Some(many.into()))).unwrap_err().to_string();
    assert!(
        found.starts_with("scopes[0].claims: the scopes make no valid query: /credentials/0/claims"),
        "{found}"
    );
}

#[test]
fn req_12_11_a_token_claim_reads_a_credential_that_the_client_s_scopes_ask_for() {
    let other = "
[[credentials]]
id = \"licence\"
vct = [\"https://a.example/v\"]
issuer = \"https://a.example\"
trust = { jwks_uri = \"https://a.example/jwks.json\" }

[[scopes]]
name = \"drive\"
credential = \"licence\"
claims = [\"classes\"]
open = true
";
    let claim =
        "token_claims = [{ name = \"classes\", credentialId = \"licence\", fieldName = \"classes\" }]";
    let text = |scopes: &str| {
        let text =
            CONTRACT.replace("authentication = \"none\"", &format!("authentication = \"none\"\n{claim}"));
        let before = "scopes = [\"urn:proof:params:scope:verifiable-credentials:basic\"";
        format!("{}{other}", text.replace(before, &format!("{before}{scopes}")))
    };
    let config = load(&text(", \"drive\"")).unwrap();
    assert_eq!(config.policy.clients.named("tv").unwrap().token_claims.iter().count(), 1);
    let found = load(&text("")).unwrap_err().to_string();
    assert_eq!(
        found,
        "clients[0].token_claims[0].credentialId: is a credential that no scope of this client asks for"
    );
}

#[test]
fn req_12_10_the_compatible_claims_have_names_that_can_be_chosen() {
    use crate::domain::admission::token_claims::ClaimSource;
    let claims = |more: &str| {
        let line = "authentication = \"none\"\ncompatibility = \"proofspace\"";
        let config = load(&format!("{}{more}", CONTRACT.replace("authentication = \"none\"", line)));
        config.map(|config| {
            let claims = &config.policy.clients.named("tv").unwrap().token_claims;
            claims.iter().map(|claim| (claim.name.clone(), claim.source.clone())).collect::<Vec<_>>()
        })
    };
    let service = ClaimSource::Service("https://verify.example.com".to_owned());
    let expected = |subscriber: &str, service_claim: &str| {
        [(subscriber.to_owned(), ClaimSource::Subject), (service_claim.to_owned(), service.clone())]
    };
    assert_eq!(claims("").unwrap(), expected("subscriberConnectDID", "publicServiceDID"));
    let named = "[proofspace]\nsubscriber_claim = \"holder\"\nservice_claim = \"service\"\n";
    assert_eq!(claims(named).unwrap(), expected("holder", "service"));
    for (wrong, fault) in [
        ("subscriber_claim = \"sub\"", "proofspace.subscriber_claim: is a registered claim"),
        (
            "service_claim = \"subscriberConnectDID\"",
            "proofspace.service_claim: is the name of the other claim",
        ),
    ] {
        let found = claims(&format!("[proofspace]\n{wrong}\n")).unwrap_err().to_string();
        assert!(found.starts_with(fault), "{found}");
    }
}

#[test]
fn req_5_21_one_id_has_one_stable_identifier_and_names_are_of_one_credential() {
    let second = |id: &str, first: &str, more: &str| {
        let text =
            CONTRACT.replace("id = \"proof_id_default\"\n", &format!("id = \"proof_id_default\"\n{first}\n"));
        load(&format!(
            "{text}\n[[credentials]]\nid = \"{id}\"\n{more}\n\
             vct = [\"https://credentials.notarize.com/ProofCredentialV1\"]\nissuer = \"https://b.example\"\n\
             trust = {{ jwks_uri = \"https://b.example/jwks.json\" }}\n"
        ))
    };
    let stable = "stable_identifier = \"personal_number\"";
    let config = second("proof_id_default", stable, stable).unwrap();
    assert_eq!(config.policy.scopes.credentials().len(), 1);
    assert!(config.policy.scopes.credentials()[0].stable_identifier.is_some());
    assert!(second("other", stable, "").is_ok());
    let found = second("proof_id_default", stable, "").unwrap_err().to_string();
    assert_eq!(
        found,
        "credentials[1].stable_identifier: differs from that of the same id above: one id is one question"
    );
    assert!(second("proof_id_default", "aliases = [\"x\"]", "aliases = [\"x\"]").is_ok());
    for (first, more, at) in [
        ("aliases = [\"x\"]", "aliases = [\"x\"]", "credentials[0].aliases[0]"),
        ("", "aliases = [\"proof_id_default\"]", "credentials[1].aliases[0]"),
    ] {
        let found = second("other", first, more).unwrap_err().to_string();
        assert!(found.starts_with(&format!("{at}: must not be empty or a name of another")), "{found}");
    }
}

#[test]
fn req_5_21_the_check_says_where_subjects_change() {
    let config = load(CONTRACT).unwrap();
    let note = "proof_id_default has no stable_identifier: `sub` of tokens is made of the holder key, and changes with it";
    assert_eq!(config.notes, [note]);
    assert!(load(FULL).unwrap().notes.is_empty());
}

#[test]
fn req_12_1_a_confidential_client_has_a_secret() {
    let confidential = |more: &str| {
        let line = format!("authentication = \"client_secret_basic\"\n{more}");
        load(&CONTRACT.replace("authentication = \"none\"", &line))
    };
    let hash = secrets::hash_text(crate::domain::base::secret::Digest::of(b"x"));
    assert!(confidential(&format!("secret_hash = \"{hash}\"")).is_ok());
    let found = confidential("").unwrap_err().to_string();
    assert!(found.starts_with("clients[0].secret_hash: is missing"), "{found}");
}

#[test]
fn req_12_15_req_12_16_lifetimes_stand_by_themselves_and_are_positive() {
    let config = load(&CONTRACT.replace("lifetime = \"1h\"", "lifetime = \"30s\"")).unwrap();
    let policy = &config.policy;
    assert_eq!(policy.tokens.lifetime, Duration::from_secs(30));
    assert_eq!(policy.device.code_lifetime, Duration::from_secs(600));
    assert_eq!(policy.presentation.lifetime, Duration::from_secs(300));
    for key in ["tokens.lifetime", "device.code_lifetime", "presentation.lifetime"] {
        for wrong in ["0s", "-1s", "1"] {
            let found = load(&with(key, Some(wrong.into()))).unwrap_err().to_string();
            assert!(found.starts_with(&format!("{key}: ")), "{found}");
        }
    }
}
