//! `[[clients]]`, and `[device]` under the names of other products.

use super::*;

#[test]
fn a_client_secret_is_known_by_its_digest() {
    let hash = secrets::hash_text(vpgate_core::base::secret::Digest::of(b"x"));
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
    let hash = secrets::hash_text(vpgate_core::base::secret::Digest::of(b"x"));
    let origins = "origins = [\"https://app.example\"]\nauthentication = \"none\"";
    let text = CONTRACT.replace("authentication = \"none\"", origins);
    assert_eq!(load(&text).unwrap().policy.clients.named("tv").unwrap().origins, ["https://app.example"]);
    let secret = format!("\"client_secret_post\"\nsecret_hash = \"{hash}\"");
    let wrong = load(&text.replace("\"none\"", &secret)).unwrap_err().to_string();
    assert!(wrong.starts_with("clients[0].origins: only a client with"), "{wrong}");
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
    let hash = |text: &str| secrets::hash_text(vpgate_core::base::secret::Digest::of(text.as_bytes()));
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
    let hash = secrets::hash_text(vpgate_core::base::secret::Digest::of(b"x"));
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
fn fapi2_is_one_word_for_all_that_it_asks_of_a_client() {
    let client = |lines: &str| {
        with_client(&format!(
            "authentication = \"private_key_jwt\"\njwks_uri = \"https://app.example/jwks.json\"\n\
             grants = [\"authorization_code\", \"refresh_token\"]\nredirect_uris = [\"https://app.example/return\"]\n\
             profile = \"fapi2\"\n{lines}"
        ))
    };
    let config = client("").unwrap();
    let web = config.policy.clients.named("web").unwrap();
    assert!(web.code.pushed_only && web.code.redirect_uri_required && !web.code.pkce_optional);
    assert!(web.code.strictly_once);
    assert!(!web.proof.rs256);
    let tokens = config.policy.tokens.of("web");
    assert!(tokens.require_dpop && !tokens.rotate_refresh_tokens);
    assert_eq!(tokens.id_token_algorithm.name(), "ES256");
    assert!(config.policy.tokens.default.rotate_refresh_tokens, "nobody else's change");
    for (lines, fault) in [
        ("accept_rs256 = true", "clients[0].accept_rs256: contradicts profile = \"fapi2\""),
        (
            "tokens = { require_dpop = false }",
            "clients[0].tokens.require_dpop: contradicts profile = \"fapi2\"",
        ),
        (
            "tokens = { rotate_refresh_tokens = true }",
            "clients[0].tokens.rotate_refresh_tokens: contradicts profile = \"fapi2\"",
        ),
        (
            "tokens = { id_token_signing_alg = \"RS256\" }",
            "clients[0].tokens.id_token_signing_alg: contradicts profile = \"fapi2\"",
        ),
        (
            "danger_allow_missing_pkce = true",
            "clients[0].danger_allow_missing_pkce: contradicts profile = \"fapi2\"",
        ),
        ("either_secret_method = true", "clients[0].either_secret_method: is for clients with a secret"),
    ] {
        assert_eq!(client(lines).unwrap_err().to_string(), fault, "{lines}");
    }
    let public = with_client("authentication = \"none\"\nprofile = \"fapi2\"").unwrap_err().to_string();
    assert!(public.contains("clients[0].authentication: must be private_key_jwt"), "{public}");
    assert!(
        public.contains("clients[0].profile: is for clients with the grant authorization_code"),
        "{public}"
    );
    let other = with_client("authentication = \"none\"\nprofile = \"fapi1\"").unwrap_err().to_string();
    assert_eq!(other, "clients[0].profile: must be \"fapi2\"");
}

#[test]
fn a_qr_code_into_which_requests_need_not_fit_is_noted() {
    let wallet = "name = \"app\"\nprofile = \"openid4vp\"\nauthorization_endpoint = \"pocket-vp://\"\n\
                  response_mode = \"direct_post\"\nclient_id_prefix = \"redirect_uri\"\n\n\
                  [[wallets]]\nname = \"proof\"\n";
    let offering = "client_id = \"tv\"\nwallet = \"app\"\ncross_device = true\noffer_cross_device = true";
    for (offers, noted) in [(offering, true), ("client_id = \"tv\"\nwallet = \"app\"", false)] {
        let text = CONTRACT.replacen("name = \"proof\"\n", wallet, 1).replace("client_id = \"tv\"", offers);
        let notes = load(&text).unwrap().notes;
        let said = "tv has offer_cross_device = true, and requests to the wallet app travel in the address";
        assert_eq!(notes.iter().any(|note| note.starts_with(said)), noted, "{notes:?}");
    }
}

#[test]
fn an_identifier_that_unencoded_basic_breaks_is_noted() {
    let hash = secrets::hash_text(vpgate_core::base::secret::Digest::of(b"x"));
    for (id, noted) in [("did:web:app.example", true), ("50%", true), ("a+b", true), ("plain-app_1.2", false)]
    {
        let text = CONTRACT.replace("client_id = \"tv\"", &format!("client_id = \"{id}\"")).replace(
            "authentication = \"none\"",
            &format!("authentication = \"client_secret_basic\"\nsecret_hash = \"{hash}\""),
        );
        let notes = load(&text).unwrap().notes;
        assert_eq!(notes.iter().any(|note| note.contains("form-encode")), noted, "{id}: {notes:?}");
    }
}
