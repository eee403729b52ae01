//! Scopes, rules, token claims and what subjects are made of.

use super::*;

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
    let scopes = vpgate_core::admission::scopes::Scopes::parse(scope).unwrap();
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
        scope.rules[0].judge(&claims, vpgate_core::base::time::Timestamp::from_unix(0)).is_ok()
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
    use vpgate_core::admission::token_claims::ClaimSource;
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
    assert_eq!(config.notes[0], note);
    assert!(
        config.notes[1].starts_with("branding.languages: no native reader has read"),
        "{:?}",
        config.notes
    );
    let notes = load_reference(FULL).unwrap().notes;
    assert!(
        notes.iter().all(|note| note.contains("private_key_jwt") || note.contains("the texts of de;")),
        "{notes:?}"
    );
}

#[test]
fn req_12_1_a_confidential_client_has_a_secret() {
    let confidential = |more: &str| {
        let line = format!("authentication = \"client_secret_basic\"\n{more}");
        load(&CONTRACT.replace("authentication = \"none\"", &line))
    };
    let hash = secrets::hash_text(vpgate_core::base::secret::Digest::of(b"x"));
    assert!(confidential(&format!("secret_hash = \"{hash}\"")).is_ok());
    let found = confidential("").unwrap_err().to_string();
    assert!(found.starts_with("clients[0].secret_hash: is missing"), "{found}");
}

#[test]
fn req_12_15_req_12_16_lifetimes_stand_by_themselves_and_are_positive() {
    let config = load(&CONTRACT.replace("lifetime = \"1h\"", "lifetime = \"30s\"")).unwrap();
    let policy = &config.policy;
    assert_eq!(policy.tokens.of("tv").lifetime, Duration::from_secs(30));
    assert_eq!(policy.clients.named("tv").unwrap().device.code_lifetime, Duration::from_secs(600));
    assert_eq!(policy.presentation.lifetime, Duration::from_secs(300));
    for key in ["tokens.lifetime", "device.code_lifetime", "presentation.lifetime"] {
        for wrong in ["0s", "-1s", "1"] {
            let found = load(&with(key, Some(wrong.into()))).unwrap_err().to_string();
            assert!(found.starts_with(&format!("{key}: ")), "{found}");
        }
    }
}

/// What the first rule of a scope of its own becomes.
fn ruled(rule: &str) -> Result<Config, String> {
    let scope =
        format!("\n[[scopes]]\nname = \"r\"\ncredential = \"proof_id_default\"\nrules = [{{ {rule} }}]\n");
    load(&format!("{CONTRACT}{scope}")).map_err(|faults| faults.to_string())
}

#[test]
fn rules_on_ages_arrays_and_lists_are_asked_for_without_values() {
    for (rule, operator, path) in [
        ("field = \"birthdate\", age_at_least = 18", "age_at_least", serde_json::json!(["birthdate"])),
        (
            "field = \"birthdate\", age_at_least = 18, not = true",
            "not age_at_least",
            serde_json::json!(["birthdate"]),
        ),
        (
            "field = \"nationalities\", operator = \"contains\", value = [\"DE\", \"AT\"]",
            "contains",
            serde_json::json!(["nationalities", null]),
        ),
        (
            "fieldName = \"nationalities\", fieldOperator = \"contains\", fieldValue = \"DE\"",
            "contains",
            serde_json::json!(["nationalities", null]),
        ),
        (
            "field = \"nationalities.*\", operator = \"=\", value = \"DE\"",
            "=",
            serde_json::json!(["nationalities", null]),
        ),
        (
            "field = [\"degrees\", \"*\", \"type\"], operator = \"=\", value = \"MSc\"",
            "=",
            serde_json::json!(["degrees", null, "type"]),
        ),
        (
            "field = \"issuing_country\", operator = \"=\", value = [\"DE\", \"AT\"], not = true",
            "not =",
            serde_json::json!(["issuing_country"]),
        ),
        (
            "field = \"issuing_country\", operator = \"=\", value = \"DE\", not = false",
            "=",
            serde_json::json!(["issuing_country"]),
        ),
    ] {
        let config = ruled(rule).unwrap();
        assert_eq!(config.policy.scopes.named("r").unwrap().rules[0].operator(), operator, "{rule}");
        assert_eq!(asked(&config, "r")[0]["claims"], serde_json::json!([{ "path": path }]), "{rule}");
    }
}

#[test]
fn rules_that_could_never_hold_or_hold_wrongly_are_faults_at_their_place() {
    for (rule, fault) in [
        ("field = \"birthdate\", age_at_least = 0", "age_at_least: must be a number of years from 1 to 150"),
        (
            "field = \"birthdate\", age_at_least = 200",
            "age_at_least: must be a number of years from 1 to 150",
        ),
        ("field = \"birthdates.*\", age_at_least = 18", "age_at_least: is about one birth date"),
        (
            "field = \"b\", age_at_least = 18, operator = \"=\"",
            "operator: has no meaning beside age_at_least",
        ),
        (
            "field = \"b\", age_at_least = 18, fieldValue = 3",
            "fieldValue: has no meaning beside age_at_least",
        ),
        ("field = \"b\", age_at_least = 18, type = \"date\"", "type: has no meaning beside age_at_least"),
        (
            "field = \"c\", operator = \"!=\", value = \"DE\"",
            "operator: is not an operator: say operator = \"=\" and not = true",
        ),
        (
            "field = \"c\", operator = \"==\", value = \"DE\"",
            "operator: must be one of <, >, =, <=, >=, contains",
        ),
        ("field = \"c\", operator = \"=\", value = []", "value: must list 1 to 300 values"),
        ("field = \"c\", operator = \"<\", value = [1, 2]", "value: a list has no order"),
        (
            "field = \"c\", operator = \"=\", value = [[1]]",
            "value: must be true, false, a number or text, or a list of these",
        ),
        (
            "field = \"c.*\", operator = \"contains\", value = 1",
            "field: contains looks at every element by itself",
        ),
        ("field = \"c\", operator = \"contains\", value = 1, not = true", "not: cannot be used with arrays"),
        ("field = \"c.*\", operator = \"=\", value = 1, not = true", "not: cannot be used with arrays"),
        ("field = [\"c\", 0], operator = \"=\", value = 1, not = true", "not: cannot be used with arrays"),
    ] {
        let found = ruled(rule).unwrap_err();
        assert!(found.starts_with(&format!("scopes[1].rules[0].{fault}")), "{rule}\n{found}");
    }
}

#[test]
fn steps_of_other_notations_are_refused_and_a_star_is_all_elements() {
    let claims = |path: &str| {
        let scope = format!(
            "\n[[scopes]]\nname = \"c\"\ncredential = \"proof_id_default\"\nclaims = [{path}]\nopen = true\n"
        );
        load(&format!("{CONTRACT}{scope}")).map_err(|faults| faults.to_string())
    };
    for (written, path) in [
        ("\"nationalities.*\"", serde_json::json!(["nationalities", null])),
        ("[\"nationalities\", \"*\"]", serde_json::json!(["nationalities", null])),
        ("\"degrees.*.type\"", serde_json::json!(["degrees", null, "type"])),
        ("[\"nationalities\", 0]", serde_json::json!(["nationalities", 0])),
        ("\"stars**\"", serde_json::json!(["stars**"])),
    ] {
        assert_eq!(asked(&claims(written).unwrap(), "c")[0]["claims"], serde_json::json!([{ "path": path }]));
    }
    for (written, why) in [
        ("\"nationalities[]\"", "has no brackets"),
        ("\"nationalities[*]\"", "has no brackets"),
        ("\"nationalities[0]\"", "has no brackets"),
        ("\"degrees[*].type\"", "has no brackets"),
        ("[\"nationalities[]\"]", "has no brackets"),
        ("\"$.nationalities\"", "begins with the name of a claim"),
        ("\"*\"", "must begin with a name"),
        ("[\"*\"]", "must begin with a name"),
        ("[\"a\", -1]", "must be member names joined by dots"),
        ("\"a..b\"", "must be member names joined by dots"),
    ] {
        let found = claims(written).unwrap_err();
        assert!(found.starts_with(&format!("scopes[1].claims[0]: {why}")), "{written}: {found}");
    }
    // A name of the source document is a name, whatever is in it.
    let config = ruled("fieldName = \"levels[*]\", operator = \"=\", value = 1").unwrap();
    assert_eq!(asked(&config, "r")[0]["claims"][0]["path"], serde_json::json!(["levels[*]"]));
}

#[test]
fn req_5_21_a_stable_identifier_is_one_claim() {
    let line = "id = \"proof_id_default\"\nstable_identifier = \"numbers.*\"\n";
    let text = CONTRACT.replace("id = \"proof_id_default\"\n", line);
    let found = load(&text).unwrap_err().to_string();
    assert_eq!(
        found,
        "credentials[0].stable_identifier: must lead to one claim, not to all elements of an array"
    );
}

#[test]
fn openid_is_built_in_and_an_entry_for_it_is_refused_with_the_reason() {
    for entry in ["name = \"openid\"", "name = \"Sign in\"\nalias = \"openid\""] {
        let text = format!(
            "{CONTRACT}\n[[scopes]]\n{entry}\ncredential = \"proof_id_default\"\nclaims = []\nopen = true\n"
        );
        let found = load(&text).unwrap_err().to_string();
        assert!(found.contains("is built in and needs no entry"), "{found}");
    }
}

#[test]
fn the_check_warns_of_a_scope_whose_name_people_would_read() {
    let warned = |text: &str| load(text).unwrap().warnings.iter().any(|it| it.contains("has no description"));
    assert!(!warned(CONTRACT));
    let words = "description = \"Your name, and whether you are 18 or older\"\n";
    assert!(warned(&CONTRACT.replace(words, "")));
}
