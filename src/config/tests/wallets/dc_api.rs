//! `dc_api = { ... }` of a wallet.

use super::*;
use vpgate_core::openid4vp::request::{DcApiRequest, DcApiRoute};

const UNSIGNED: &str = "profile = \"openid4vp\"\nclient_id_prefix = \"redirect_uri\"\n";

#[test]
fn req_2_50_req_2_52_a_wallet_asked_through_the_browser_says_whether_signed_and_how_it_answers() {
    let folder = Folder::new();
    assert_eq!(folder.route(UNSIGNED).dc_api, None, "off when left out");
    for (given, request, response_mode) in [
        ("{ request = \"unsigned\" }", DcApiRequest::Unsigned, ResponseMode::DcApiJwt),
        (
            "{ request = \"unsigned\", response_mode = \"dc_api\" }",
            DcApiRequest::Unsigned,
            ResponseMode::DcApi,
        ),
        (
            "{ request = \"unsigned\", response_mode = \"dc_api.jwt\" }",
            DcApiRequest::Unsigned,
            ResponseMode::DcApiJwt,
        ),
    ] {
        let route = folder.route(&format!("{UNSIGNED}dc_api = {given}"));
        assert_eq!(route.dc_api, Some(DcApiRoute { request, response_mode, org_iso_mdoc: false }));
        assert_eq!(route.response_mode, ResponseMode::DirectPost, "otherwise it answers as before");
    }
    for (given, key) in [
        ("{}", "dc_api.request: is missing"),
        ("{ request = \"both\" }", "dc_api.request: must be unsigned, signed or multisigned"),
        ("{ request = \"multisigned\" }", "dc_api.request: must be \"unsigned\""),
        ("{ request = \"unsigned\", also_as = [\"a\"] }", "dc_api.also_as"),
        ("{ request = \"unsigned\", response_mode = \"direct_post\" }", "dc_api.response_mode"),
        ("{ request = \"signed\" }", "dc_api.request: must be \"unsigned\""),
        ("{ request = \"unsigned\", origin = \"https://a.example/\" }", "dc_api.origin"),
    ] {
        let fault = folder.fault(&format!("{UNSIGNED}dc_api = {given}"));
        assert!(fault.contains(&format!("wallets[0].{key}")), "{given}: {fault}");
    }
}

#[test]
fn req_9_8_a_haip_wallet_answers_encrypted_through_the_browser_too() {
    let folder = Folder::new();
    let haip = "profile = \"haip\"\nclient_id_prefix = \"x509_hash\"\n\
                signing = { key = \"key.jwk\", certificates = \"chain.pem\" }\n";
    for request in ["signed", "unsigned"] {
        let api = folder.route(&format!("{haip}dc_api = {{ request = \"{request}\" }}")).dc_api.unwrap();
        assert_eq!(api.response_mode, ResponseMode::DcApiJwt);
        let open = format!("{haip}dc_api = {{ request = \"{request}\", response_mode = \"dc_api\" }}");
        assert!(folder.fault(&open).contains("wallets[0].dc_api.response_mode: must be \"dc_api.jwt\""));
    }
}

#[test]
fn req_2_51_a_signed_request_through_the_browser_needs_a_key_also_where_others_are_unsigned() {
    let folder = Folder::new();
    let registered = "profile = \"proof\"\nclient_id = \"caxdw5a7d\"\n";
    let api = |mode| format!("dc_api = {{ request = \"signed\", response_mode = \"{mode}\" }}\n");
    let with_key = format!("{registered}{}signing = {{ key = \"key.jwk\" }}", api("dc_api"));
    let config = folder.load(&with_key).unwrap();
    assert_eq!(config.policy.wallets[0].request_method, RequestMethod::UrlQuery);
    assert_eq!(config.policy.wallets[0].dc_api.unwrap().request, DcApiRequest::Signed);
    assert!(config.request_keys.contains_key("proof"));
    let fault = folder.fault(&format!("{registered}{}", api("dc_api")));
    assert!(fault.contains("wallets[0].signing.key: is missing"), "{fault}");
    let fault = folder.fault(&format!("{registered}{}signing = {{ key = \"key.jwk\" }}", api("dc_api.jwt")));
    assert!(fault.contains("wallets[0].dc_api.response_mode: must be \"dc_api\""), "{fault}");
}

#[test]
fn req_2_53_a_multi_signed_request_is_signed_by_identifiers_that_prove_themselves() {
    let folder = Folder::new();
    let load = |also_as: &str| {
        let wallet = |name: &str, identity: &str, more: &str| {
            format!(
                "[[wallets]]\nname = \"{name}\"\nprofile = \"openid4vp\"\nauthorization_endpoint = \"openid4vp://\"\n\
                 {identity}{more}\n"
            )
        };
        let wallets = [
            wallet(
                "many",
                &format!("{}{}", folder.identity(Prefix::X509SanDns), signing(Prefix::X509SanDns)),
                &format!("dc_api = {{ request = \"multisigned\", also_as = {also_as} }}"),
            ),
            wallet(
                "did",
                &folder.identity(Prefix::DecentralizedIdentifier),
                signing(Prefix::DecentralizedIdentifier),
            ),
            wallet("plain", &folder.identity(Prefix::RedirectUri), ""),
            wallet(
                "known",
                &folder.identity(Prefix::PreRegistered),
                "request_method = \"by_reference\"\nsigning = { key = \"key.jwk\" }",
            ),
        ];
        let (before, rest) = CONTRACT.split_once("[[wallets]]").unwrap();
        let (_, after) = rest.split_once("[[credentials]]").unwrap();
        let text = format!("{before}{}[[credentials]]{after}", wallets.concat());
        let text = text.replacen("client_id = \"tv\"", "client_id = \"tv\"\nwallet = \"many\"", 1);
        Config::from_toml(&text, folder.place.path())
    };
    let config = load("[\"did\"]").unwrap_or_else(|faults| panic!("{faults}"));
    let wallet = &config.policy.wallets[0];
    assert_eq!(wallet.verifier_id, "x509_san_dns:verify.example.com");
    let ids: Vec<_> = wallet.also_as.iter().map(|it| it.verifier_id.as_str()).collect();
    assert_eq!(ids, [format!("decentralized_identifier:{}", folder.did)]);
    assert!(load("[]").unwrap().policy.wallets[0].also_as.is_empty(), "one signature is enough");
    for (also_as, place) in [
        ("[\"plain\"]", 0),
        ("[\"known\"]", 0),
        ("[\"many\"]", 0),
        ("[\"missing\"]", 0),
        ("[\"did\", \"did\"]", 1),
    ] {
        let faults = load(also_as).unwrap_err();
        assert_eq!(faults.iter().count(), 1, "{also_as}: {faults}");
        let fault = faults.to_string();
        assert!(fault.contains(&format!("wallets[0].dc_api.also_as[{place}]")), "{also_as}: {fault}");
    }
}

#[test]
fn req_14_75_the_check_says_which_wallets_will_not_know_the_reader() {
    let folder = Folder::new();
    let notes = |identity: &str, more: &str| {
        let wallet =
            format!("profile = \"openid4vp\"\n{identity}dc_api = {{ request = \"unsigned\"{more} }}");
        let notes = folder.load(&wallet).unwrap().notes;
        notes.into_iter().filter(|note| note.contains("1.0.18013.5.1.6")).collect::<Vec<_>>()
    };
    let certified = |chain: &str| {
        format!(
            "client_id = \"x509_san_dns:verify.example.com\"\n\
             signing = {{ key = \"key.jwk\", certificates = \"{chain}\" }}\n"
        )
    };
    let iso = ", org_iso_mdoc = true";
    for (identity, words) in [
        ("client_id_prefix = \"redirect_uri\"\n", "its signing key has no certificate"),
        (&certified("chain.pem"), "does not say that it is for readers"),
    ] {
        let [note] = notes(identity, iso).try_into().unwrap();
        assert!(
            note.starts_with("the wallet proof is asked by org-iso-mdoc") && note.contains(words),
            "{note}"
        );
        assert!(notes(identity, "").is_empty(), "that protocol is not used");
    }
    assert!(notes(&certified("reader.pem"), iso).is_empty());
}
