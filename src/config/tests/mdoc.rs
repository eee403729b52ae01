//! `[[credentials]]` with `format = "mso_mdoc"`.

use super::*;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::trust::{CertificateProfile, CredentialFormat, MdocRules};

const IACA: &str = include_str!("../../../fixtures/config/iaca.pem");

/// The example of the contract with an mdoc, a scope over it and these further keys of both.
fn with_mdoc(of_credential: &str, of_scope: &str) -> Result<Config, Faults> {
    with_mdoc_of("{ iaca_roots = \"iaca.pem\" }", of_credential, of_scope)
}

fn with_mdoc_of(trust: &str, of_credential: &str, of_scope: &str) -> Result<Config, Faults> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("iaca.pem"), IACA).unwrap();
    let text = format!(
        "{CONTRACT}
[[credentials]]
id = \"mdl\"
format = \"mso_mdoc\"
doctype = \"org.iso.18013.5.1.mDL\"
issuer = \"Utopia DMV\"
trust = {trust}
{of_credential}
[[scopes]]
name = \"of_age\"
description = \"Of age\"
credential = \"mdl\"
claims = [[\"org.iso.18013.5.1\", \"age_over_18\"]]
open = true
{of_scope}
[[clients]]
client_id = \"shop\"
authentication = \"none\"
scopes = [\"of_age\"]
"
    );
    Config::from_toml(&text, folder.path())
}

fn faults(of_credential: &str, of_scope: &str) -> String {
    with_mdoc(of_credential, of_scope).unwrap_err().to_string()
}

#[test]
fn req_14_15_an_mdoc_is_registered_with_its_authorities() {
    let config = with_mdoc("", "").unwrap();
    let trust = config.policy.trust.credentials.iter().find(|it| it.id == "mdl").unwrap();
    assert_eq!(
        (trust.rules.format(), &trust.types[..]),
        (CredentialFormat::MsoMdoc, &["org.iso.18013.5.1.mDL".to_owned()][..])
    );
    assert_eq!(trust.rules.mdoc(), Some(&MdocRules { certificates: CertificateProfile::IsoMdl }));
    assert!(matches!(trust.keys, KeySource::X5c(_)));
    let query = config.policy.scopes.query_for_result(&Scopes::parse("of_age").unwrap(), false).unwrap();
    let asked = &query.to_json()["credentials"][0];
    assert_eq!(asked["format"], "mso_mdoc");
    assert_eq!(asked["meta"], serde_json::json!({"doctype_value": "org.iso.18013.5.1.mDL"}));
    // The subject key identifier of the one certificate in the file.
    let authority = serde_json::json!([{"type": "aki", "values": ["ze7toa2tVESYyz6PMoM0RZ_OnYY"]}]);
    assert_eq!(asked["trusted_authorities"], authority);
    assert_eq!(asked["claims"][0]["intent_to_retain"], false);
}

#[test]
fn the_profile_of_certificates_follows_the_document_type_unless_it_is_said() {
    let profile = |of_credential: &str| {
        let config = with_mdoc(of_credential, "").unwrap();
        config.policy.trust.credentials.last().unwrap().rules.mdoc().unwrap().certificates
    };
    assert_eq!(profile(""), CertificateProfile::IsoMdl);
    assert_eq!(profile("certificate_profile = \"generic\""), CertificateProfile::Generic);
    assert!(faults("certificate_profile = \"strict\"", "").contains("must be \"iso_mdl\" or \"generic\""));
}

#[test]
fn req_14_11_claims_of_an_mdoc_are_two_names() {
    let retained = with_mdoc("retain = [[\"org.iso.18013.5.1\", \"age_over_18\"]]", "").unwrap();
    let query = retained.policy.scopes.query_for_result(&Scopes::parse("of_age").unwrap(), false).unwrap();
    assert_eq!(query.credentials()[0].claims[0].intent_to_retain, Some(true));
    for (of_credential, blamed) in [
        ("stable_identifier = \"document_number\"", "credentials[1].stable_identifier: must be two strings"),
        ("retain = [\"org.iso.18013.5.1.portrait\"]", "credentials[1].retain[0]: must be two strings"),
        ("retain = [[\"org.iso.18013.5.1\", 0]]", "credentials[1].retain[0]: must be two strings"),
    ] {
        let found = faults(of_credential, "");
        assert!(found.contains(blamed), "{of_credential}: {found}");
    }
}

#[test]
fn what_belongs_to_the_other_format_is_refused() {
    for (of_credential, blamed) in [
        ("vct = [\"urn:x\"]", "credentials[1].vct: is for SD-JWT VC"),
        ("accept_legacy_typ = true", "credentials[1].accept_legacy_typ: is for SD-JWT VC"),
        ("accept_json_serialization = true", "credentials[1].accept_json_serialization: is for SD-JWT VC"),
        ("type_metadata = [\"x.json\"]", "credentials[1].type_metadata: is for SD-JWT VC"),
    ] {
        let found = faults(of_credential, "");
        assert!(found.contains(blamed), "{of_credential}: {found}");
    }
    for (key, value) in [
        ("doctype", Value::from("x")),
        ("certificate_profile", "generic".into()),
        ("retain", vec!["a"].into()),
    ] {
        let found = load(&with(&format!("credentials[0].{key}"), Some(value))).unwrap_err().to_string();
        assert!(found.contains(&format!("credentials[0].{key}: is for format = \"mso_mdoc\"")), "{found}");
    }
    let found = load(&with("credentials[0].format", Some("ldp_vc".into()))).unwrap_err().to_string();
    assert!(found.contains("credentials[0].format: must be \"dc+sd-jwt\" or \"mso_mdoc\""), "{found}");
}

#[test]
fn an_issuer_of_mdocs_is_known_by_its_authorities_alone() {
    for (trust, blamed) in [
        ("{ jwks_uri = \"https://a.example/jwks\" }", "trust.jwks_uri: is not for format = \"mso_mdoc\""),
        ("{ x5c_roots = \"iaca.pem\" }", "trust.x5c_roots: is not for format = \"mso_mdoc\""),
        ("{ iaca_roots = \"iaca.pem\", x5c_names = [\"a.example\"] }", "trust.x5c_names: is not for"),
        ("{ iaca_roots = \"none.pem\" }", "trust.iaca_roots: cannot read"),
        ("{ iaca_roots = \"iaca.pem\", crl = \"iaca.pem\" }", "trust.crl: holds no readable revocation list"),
        ("{ }", "trust.iaca_roots: is missing"),
        ("[{ iaca_roots = \"iaca.pem\" }, { iaca_roots = \"iaca.pem\" }]", "trust: must be { iaca_roots"),
    ] {
        let found = with_mdoc_of(trust, "", "").unwrap_err().to_string();
        assert!(found.contains(blamed), "{trust}: {found}");
    }
    assert!(with_mdoc_of("{ iaca_roots = \"iaca.pem\", x5c_one_issuer = true }", "", "").is_ok());
    let found =
        load(&with("credentials[0].trust.iaca_roots", Some("iaca.pem".into()))).unwrap_err().to_string();
    assert!(found.contains("credentials[0].trust.iaca_roots: is for format = \"mso_mdoc\""), "{found}");
}

#[test]
fn tokens_of_an_mdoc_need_a_stable_identifier_and_results_do_not() {
    let with_tokens = |of_credential: &str| {
        let tokens = "[[clients]]
client_id = \"box\"
authentication = \"none\"
grants = [\"device_code\"]
scopes = [\"of_age\"]
";
        with_mdoc(of_credential, tokens)
    };
    let found = with_tokens("").unwrap_err().to_string();
    assert!(found.contains("clients[1].scopes[0]: asks for the mdoc mdl"), "{found}");
    let stable = "stable_identifier = [\"org.iso.18013.5.1\", \"document_number\"]";
    assert!(with_tokens(stable).is_ok());
    assert!(with_mdoc("", "").is_ok(), "a client without grants has no tokens");
}

#[test]
fn the_check_says_which_scopes_hardly_any_wallet_earns() {
    let notes = |rule: &str, grants: &str| {
        let more = format!(
            "[[scopes]]
name = \"both\"
description = \"Both\"
rules = [{rule}]
[[clients]]
client_id = \"box\"
authentication = \"none\"
{grants}
scopes = [\"both\"]
"
        );
        let stable = "stable_identifier = [\"org.iso.18013.5.1\", \"document_number\"]";
        let notes = with_mdoc(stable, &more).unwrap().notes;
        notes.iter().filter(|note| note.contains("hardly any wallet")).cloned().collect::<Vec<_>>()
    };
    let (of_age, name) = (
        "{ credential = \"mdl\", field = [\"org.iso.18013.5.1\", \"age_over_18\"], operator = \"=\", value = true }",
        "{ credential = \"proof_id_default\", field = \"family_name\", operator = \"=\", not = true, value = \"x\" }",
    );
    let (both, device) = (format!("{of_age}, {name}"), "grants = [\"device_code\"]");
    let [note] = notes(&both, device).try_into().unwrap();
    assert!(note.starts_with("the scope both asks for the mdoc mdl beside another credential"), "{note}");
    for (rules, grants) in [(of_age, device), (name, device), (&both, "")] {
        assert!(notes(rules, grants).is_empty(), "{rules} {grants}");
    }
}

#[test]
fn no_token_claim_is_a_portrait() {
    let claim = |element: &str| {
        let claims = format!(
            "[[clients]]
client_id = \"box\"
authentication = \"none\"
grants = [\"device_code\"]
scopes = [\"of_age\"]
token_claims = [{{ name = \"x\", credential = \"mdl\", field = [\"org.iso.18013.5.1\", \"{element}\"] }}]
"
        );
        with_mdoc("stable_identifier = [\"org.iso.18013.5.1\", \"document_number\"]", &claims)
    };
    assert!(claim("family_name").is_ok());
    for picture in ["portrait", "signature_usual_mark", "biometric_template_face"] {
        let found = claim(picture).unwrap_err().to_string();
        assert!(found.contains("token_claims[0].field: is a picture of the person"), "{found}");
    }
}
