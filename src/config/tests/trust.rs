//! `[[credentials]]`: whom we believe.

use super::*;

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
    let did = format!("did:jwk:{}", vpgate_core::base::base64url::encode(jwk));
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
        "{ x5c_roots = \"between.pem\" }",
        "{ x5c_roots = \"roots.pem\", x5c_self_signed = true, status_x5c_roots = \"between.pem\" }",
        "{ x5c_roots = \"roots.pem\", x5c_names = [\"api.proof.com\"], crl = \"lists.pem\" }",
    ] {
        assert!(matches!(key_source(&load(good).unwrap()), KeySource::X5c(_)), "{good}");
    }
    for (wrong, fault) in [
        ("{ x5c_roots = \"lists.pem\" }", "x5c_roots: holds no certificate"),
        (
            "{ x5c_roots = \"between.pem\", crl = \"lists.pem\" }",
            "crl: certificate 1 is not self-signed, and its issuer is not in the file",
        ),
        ("{ did = true, x5c_self_signed = true }", "x5c_self_signed: belongs to x5c_roots"),
        ("{ x5c_roots = \"roots.pem\", x5c_self_signed = false }", "x5c_self_signed: must be true"),
        ("{ x5c_roots = \"roots.pem\", status_x5c_roots = \"none.pem\" }", "status_x5c_roots: cannot read"),
        ("{ status_x5c_roots = \"roots.pem\" }", "is missing: how the keys of this issuer are found"),
        ("{ x5c_roots = \"roots.pem\", crl = \"roots.pem\" }", "crl: holds no readable revocation list"),
        ("{ x5c_roots = \"roots.pem\", crl = \"none.pem\" }", "crl: cannot read"),
        ("{ x5c_roots = \"roots.pem\", x5c_names = [] }", "x5c_names: must hold URI or DNS names"),
        ("{ x5c_roots = \"roots.pem\", x5c_names = [\"\"] }", "x5c_names: must hold URI or DNS names"),
        (
            "{ x5c_roots = \"roots.pem\", x5c_one_issuer = false }",
            "x5c_one_issuer: must be true, or left out",
        ),
        ("{ did = true, x5c_one_issuer = true }", "x5c_one_issuer: belongs to x5c_roots"),
        ("{ x5c_roots = \"roots.pem\", did = true }", "must hold exactly one way"),
    ] {
        let found = load(wrong).unwrap_err().to_string();
        assert!(found.contains(fault), "{wrong}: {found}");
    }
}

#[test]
fn the_check_warns_of_a_root_that_two_issuers_share_without_names() {
    let folder = tempfile::tempdir().unwrap();
    let root = Authority::root(&Plan::authority("Root", 1_700_000_000));
    let other = Authority::root(&Plan::authority("Other", 1_700_000_000));
    std::fs::write(folder.path().join("one.pem"), root.pem()).unwrap();
    std::fs::write(folder.path().join("both.pem"), [other.pem(), root.pem()].concat()).unwrap();
    std::fs::write(folder.path().join("other.pem"), other.pem()).unwrap();
    let shared = |trust: &str| {
        let second = format!(
            "[[credentials]]\nid = \"other\"\nvct = [\"https://a.example/v\"]\nissuer = \"https://b.example\"\n\
             trust = {trust}\n[[scopes]]"
        );
        let text = CONTRACT
            .replace(
                "{ jwks_uri = \"https://api.proof.com/verifiable-credentials/v1/jwks.json\" }",
                "{ x5c_roots = \"one.pem\" }",
            )
            .replacen("[[scopes]]", &second, 1);
        let config = Config::from_toml(&text, folder.path()).unwrap();
        config.warnings.iter().any(|warning| warning.contains("share a root"))
    };
    assert!(shared("{ x5c_roots = \"one.pem\" }"));
    assert!(shared("{ x5c_roots = \"both.pem\" }"));
    assert!(!shared("{ x5c_roots = \"other.pem\" }"));
    assert!(!shared("{ x5c_roots = \"one.pem\", x5c_names = [\"b.example\"] }"));
    assert!(!shared("{ jwks_uri = \"https://b.example/jwks\" }"));
}

#[test]
fn req_5_4_a_list_of_trust_is_one_way_by_keys_and_one_by_certificates() {
    let now = 1_700_000_000;
    let root = Authority::root(&Plan::authority("Root", now));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("roots.pem"), root.pem()).unwrap();
    let load = |trust: &str| with_trust(folder.path(), "https://api.proof.com", trust);
    let uri = "{ jwks_uri = \"https://api.proof.com/jwks\" }";
    for (good, kinds) in [
        (format!("[{uri}, {{ x5c_roots = \"roots.pem\" }}]"), vec![false, true]),
        ("[{ x5c_roots = \"roots.pem\" }, { issuer_metadata = true }]".to_owned(), vec![true, false]),
        (format!("[{uri}]"), vec![false]),
        (
            format!("[{uri}, {{ x5c_roots = \"roots.pem\", status_x5c_roots = \"roots.pem\" }}]"),
            vec![false, true],
        ),
    ] {
        let config = load(&good).unwrap();
        let entries = &config.policy.trust.credentials;
        let found: Vec<bool> = entries.iter().map(|entry| matches!(entry.keys, KeySource::X5c(_))).collect();
        assert_eq!(found, kinds, "{good}");
        let lists = good.contains("status_x5c_roots");
        assert!(entries.iter().all(|entry| entry.status_roots.is_some() == lists), "{good}");
    }
    let roots = "{ x5c_roots = \"roots.pem\" }";
    for (wrong, fault) in [
        ("[]".to_owned(), "trust: is missing: how the keys of this issuer are found"),
        (format!("[{uri}, {{ issuer_metadata = true }}]"), "trust: must be one table, or a list of two"),
        (format!("[{roots}, {roots}]"), "trust: must be one table, or a list of two"),
        (format!("[{uri}, {roots}, {roots}]"), "trust: must be one table, or a list of two"),
        (format!("[{uri}, {{ x5c_roots = \"none.pem\" }}]"), "trust[1].x5c_roots: cannot read"),
        (
            format!("[{{ jwks_uri = \"https://a.example\", x5c_names = [\"a\"] }}, {roots}]"),
            "trust[0].x5c_names: belongs to x5c_roots",
        ),
        (
            format!("[{uri}, {{ x5c_rots = \"roots.pem\" }}]"),
            "trust[1].x5c_rots: is not a known key; did you",
        ),
        (format!("[{uri}, {{ x5c_roots = 3 }}]"), "trust[1].x5c_roots: invalid type"),
        ("3".to_owned(), "trust: invalid type: integer `3`, expected a table, or a list of tables"),
        (
            "[{ did = true, status_x5c_roots = \"roots.pem\" }, { x5c_roots = \"roots.pem\", \
             status_x5c_roots = \"roots.pem\" }]"
                .to_owned(),
            "trust[1].status_x5c_roots: is said already",
        ),
    ] {
        let found = load(&wrong).unwrap_err().to_string();
        assert!(found.contains(&format!("credentials[0].{fault}")), "{wrong}: {found}");
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
        let known = &config.policy.trust.credentials[0].rules.sd_jwt_vc().unwrap().type_metadata;
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
    // The public half beside it does not make that good: the file is where it must not be.
    write(
        r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
             "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
    );
    let private = load().unwrap_err().to_string();
    assert!(private.contains("holds a private key: take it off this machine"), "{private}");
    write(
        "{\"keys\": [{\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
    );
    assert!(load().is_ok());
}

/// A key that is left out because it is malformed is one that somebody counts on.
#[test]
fn req_5_8_keys_and_labels_that_do_not_count_are_told_and_stop_nobody() {
    const VCT: &str = "https://credentials.notarize.com/ProofCredentialV1";
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let good = r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let malformed = good.replace("\"kty\"", "\"kid\": 7, \"kty\"");
    let other = r#"{"kty": "oct-like", "use": "enc"}"#;
    write("keys.json", &format!("{{\"keys\": [{malformed}, {good}, {other}]}}"));
    write("none.json", &format!("{{\"keys\": [{malformed}]}}"));
    write(
        "labels.json",
        &format!(r#"{{"vct": "{VCT}", "claims": [{{"path": ["a"], "display": [{{"locale": "en"}}]}}]}}"#),
    );
    let load = |keys: &str| {
        let trust = format!("trust = {{ jwks_file = \"{keys}\" }}\ntype_metadata = [\"labels.json\"]\n");
        let start = CONTRACT.find("trust = {").unwrap();
        let end = start + CONTRACT[start..].find('\n').unwrap() + 1;
        Config::from_toml(&[&CONTRACT[..start], &trust, &CONTRACT[end..]].concat(), folder.path())
    };
    let warnings = load("keys.json").unwrap().warnings;
    for said in ["holds keys that are left out: key 1: ", "/claims/0/display/0/label must be there"] {
        assert_eq!(warnings.iter().filter(|warning| warning.contains(said)).count(), 1, "{warnings:?}");
    }
    assert!(!warnings.iter().any(|warning| warning.contains("key 3")), "{warnings:?}");
    let found = load("none.json").unwrap_err().to_string();
    assert!(
        found.contains("holds no key that could verify a signature: key 1: ") && found.contains("`kid`"),
        "{found}"
    );
}

#[test]
fn what_starts_and_cannot_be_meant_is_warned_about() {
    let twin = format!(
        "{CONTRACT}\n[[credentials]]\nid = \"other\"\nvct = [\"https://a.example/v\"]\n\
         issuer = \"https://api.proof.com/\"\ntrust = {{ jwks_uri = \"https://a.example/jwks.json\" }}\n"
    );
    for (text, warning) in [
        (twin, "https://api.proof.com and https://api.proof.com/ are two issuers: "),
        (with("operations.listen", Some("0.0.0.0:8081".into())), "operations.listen is 0.0.0.0:8081: "),
    ] {
        let warnings = load(&text).unwrap().warnings;
        assert!(warnings.iter().any(|said| said.starts_with(warning)), "{warning}\n{warnings:#?}");
    }
    for address in ["127.0.0.1:8081", "10.0.0.7:8081"] {
        let warnings = load(&with("operations.listen", Some(address.into()))).unwrap().warnings;
        assert!(!warnings.iter().any(|said| said.contains("operations.listen")), "{warnings:#?}");
    }
}
