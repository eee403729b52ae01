//! `dc_api = { ... }` of a wallet.

use super::*;
use crate::domain::openid4vp::request::{DcApi, DcApiRequest};

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
        assert_eq!(route.dc_api, Some(DcApi { request, response_mode }));
        assert_eq!(route.response_mode, ResponseMode::DirectPost, "otherwise it answers as before");
    }
    for (given, key) in [
        ("{}", "dc_api.request: is missing"),
        ("{ request = \"multisigned\" }", "dc_api.request"),
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
