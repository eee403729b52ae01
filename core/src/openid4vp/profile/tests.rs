//! Every profile and request method as it is written, held to `fixtures/openid4vp`
//! (`UPDATE_GOLDEN=1` writes them anew), and what all of them share.

#![expect(clippy::disallowed_methods, reason = "the test reads, and on demand writes, golden files")]

mod dc_api;
mod duties;

use std::path::Path;

use serde_json::json;

use super::*;
use crate::openid4vp::request::{TransactionSupport, VerifierInfo};
use crate::openid4vp::testing::{CREDENTIAL, MADE_AT, asked, route, transaction};

/// What a wallet answers encrypted to; RFC 7517 appendix A.1, with the members of section 5.1.
fn answer_key() -> Value {
    json!({"kty": "EC", "crv": "P-256", "use": "enc", "alg": "ECDH-ES", "kid": "1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
}

/// A request, and the route on which it is sent.
#[derive(Clone)]
pub(super) struct Addressed {
    asked: VpRequest,
    pub(super) wallet: WalletRoute,
}

impl std::ops::Deref for Addressed {
    type Target = VpRequest;

    fn deref(&self) -> &VpRequest {
        &self.asked
    }
}

impl std::ops::DerefMut for Addressed {
    fn deref_mut(&mut self) -> &mut VpRequest {
        &mut self.asked
    }
}

pub(super) fn request(
    profile: Profile,
    client_id: &str,
    method: RequestMethod,
    mode: ResponseMode,
) -> Addressed {
    let mut asked = asked();
    let wallet = WalletRoute {
        profile,
        verifier_id: client_id.to_owned(),
        request_method: method,
        response_mode: mode,
        send_response_mode: profile != Profile::Proof || mode != ResponseMode::Fragment,
        transaction_data: TransactionSupport::All,
        ..route()
    };
    asked.profile = profile;
    asked.verifier_id = wallet.verifier_id_for(&asked.state, mode);
    asked.response_mode = mode;
    asked.answer_key = mode.is_encrypted().then(answer_key);
    asked.transaction_data =
        vec![transaction(&[CREDENTIAL], "192.0.2.1"), transaction(&[CREDENTIAL], "192.0.2.2")];
    if profile != Profile::Proof {
        asked.scope = None;
    }
    Addressed { asked, wallet }
}

/// A URL with one parameter on each line.
fn lines(url: &Url) -> String {
    url.as_str().replace('&', "\n&") + "\n"
}

fn pretty(claims: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(claims).unwrap() + "\n"
}

fn golden(name: &str, written: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/openid4vp").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, written).unwrap();
    }
    assert_eq!(written, std::fs::read_to_string(&path).unwrap(), "{name}");
}

const HASH: &str = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk";
const DNS: &str = "x509_san_dns:verify.example";

#[test]
fn req_1_86_req_13_3_the_golden_requests_of_profile_proof() {
    use RequestMethod::{ByReferenceGet, Pushed, UrlQuery};
    let with = |method, mode| {
        let mut asked = request(Profile::Proof, "caxdw5a7d", method, mode);
        asked.login_hint = Some("ann@example.com".to_owned());
        asked
    };
    let fragment = with(UrlQuery, ResponseMode::Fragment);
    golden("proof-url_query-fragment.txt", &lines(&plain_url(&fragment, &fragment.wallet)));
    let mut explicit = fragment;
    explicit.wallet.send_response_mode = true;
    golden("proof-url_query-fragment-explicit.txt", &lines(&plain_url(&explicit, &explicit.wallet)));
    let posted = with(UrlQuery, ResponseMode::DirectPost);
    golden("proof-url_query-direct_post.txt", &lines(&plain_url(&posted, &posted.wallet)));
    let pushed = with(Pushed, ResponseMode::Fragment);
    golden(
        "proof-pushed.txt",
        &lines(&pushed_url(&pushed, &pushed.wallet, "urn:ietf:params:oauth:request_uri:6esc")),
    );
    let mut signed = with(ByReferenceGet, ResponseMode::Fragment);
    signed.wallet_issuer = Some("https://wallet.example/presentation".to_owned());
    golden("proof-request_object.json", &pretty(&request_object(&signed, &signed.wallet, None, MADE_AT)));
}

#[test]
fn req_1_86_req_1_9_the_golden_requests_of_profile_openid4vp() {
    use RequestMethod::{ByReferenceGet, ByReferencePost, ByValue, UrlQuery};
    for (mode, name) in [
        (ResponseMode::Fragment, "fragment"),
        (ResponseMode::DirectPost, "direct_post"),
        (ResponseMode::DirectPostJwt, "direct_post.jwt"),
    ] {
        let plain = request(Profile::Openid4vp, "redirect_uri:", UrlQuery, mode);
        golden(&format!("openid4vp-url_query-{name}.txt"), &lines(&plain_url(&plain, &plain.wallet)));
        let signed = request(Profile::Openid4vp, DNS, ByReferenceGet, mode);
        golden(
            &format!("openid4vp-request_object-{name}.json"),
            &pretty(&request_object(&signed, &signed.wallet, None, MADE_AT)),
        );
    }
    let by = |method| request(Profile::Openid4vp, DNS, method, ResponseMode::DirectPost);
    golden("openid4vp-by_value.txt", &lines(&by_value_url(&by(ByValue), &by(ByValue).wallet, "eyJ.eyJ.sig")));
    golden(
        "openid4vp-by_reference.txt",
        &lines(&by_reference_url(&by(ByReferenceGet), &by(ByReferenceGet).wallet)),
    );
    golden(
        "openid4vp-by_reference_post.txt",
        &lines(&by_reference_url(&by(ByReferencePost), &by(ByReferencePost).wallet)),
    );
    let registered = request(Profile::Openid4vp, "caxdw5a7d", UrlQuery, ResponseMode::Fragment);
    golden("openid4vp-registered.txt", &lines(&plain_url(&registered, &registered.wallet)));
}

#[test]
fn req_9_1_req_9_3_the_golden_requests_of_profile_haip() {
    let mut asked = request(Profile::Haip, HASH, RequestMethod::ByReferencePost, ResponseMode::DirectPostJwt);
    asked.wallet.authorization_endpoint = Url::parse("haip-vp://").unwrap();
    golden("haip-by_reference_post.txt", &lines(&by_reference_url(&asked, &asked.wallet)));
    golden("haip-request_object.json", &pretty(&request_object(&asked, &asked.wallet, Some("n-1"), MADE_AT)));
}

const METHODS: [RequestMethod; 5] = [
    RequestMethod::UrlQuery,
    RequestMethod::ByValue,
    RequestMethod::ByReferenceGet,
    RequestMethod::ByReferencePost,
    RequestMethod::Pushed,
];

fn every_request() -> Vec<Addressed> {
    let mut all = Vec::new();
    for profile in [Profile::Proof, Profile::Openid4vp, Profile::Haip] {
        for method in METHODS {
            for mode in [ResponseMode::Fragment, ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
                for client_id in ["caxdw5a7d", "redirect_uri:", DNS, HASH] {
                    let prefix = Prefix::split(client_id).unwrap().0;
                    if permits(profile, prefix, method, mode).is_ok() {
                        all.push(request(profile, client_id, method, mode));
                    }
                }
            }
        }
    }
    assert!(all.len() > 20, "{}", all.len());
    all
}

#[test]
fn req_1_1_to_1_7_what_every_request_has() {
    for asked in every_request() {
        let claims = parameters(&asked, &asked.wallet).to_claims();
        assert_eq!(claims["response_type"], "vp_token");
        assert_eq!(claims["client_id"], asked.verifier_id.as_str());
        assert!(
            claims["nonce"].as_str().unwrap().len() >= 22 && claims["state"].as_str().unwrap().len() >= 22
        );
        assert_ne!(claims.contains_key("scope"), claims.contains_key("dcql_query"), "exactly one");
        assert_ne!(claims.contains_key("redirect_uri"), claims.contains_key("response_uri"), "exactly one");
        assert_eq!(claims.contains_key("response_uri"), asked.response_mode.is_posted());
        let mode = claims.get("response_mode").and_then(Value::as_str);
        let silent = asked.profile == Profile::Proof && asked.response_mode == ResponseMode::Fragment;
        assert_eq!(mode, (!silent).then(|| asked.response_mode.name()));
    }
}

#[test]
fn req_1_53_the_strict_profiles_know_no_other_names() {
    for asked in every_request().iter().filter(|asked| asked.profile != Profile::Proof) {
        let claims = parameters(asked, &asked.wallet).to_claims();
        for name in claims.keys() {
            assert!(duties::PARAMETERS.contains(&name.as_str()), "{name}");
        }
        let metadata = claims.get("client_metadata").and_then(Value::as_object);
        for name in metadata.into_iter().flat_map(Map::keys) {
            assert!(duties::METADATA.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn req_1_53_names_of_drafts_stand_beside_the_others_where_a_wallet_s_configuration_asks_for_them() {
    for mode in [ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
        let strict = request(Profile::Openid4vp, DNS, RequestMethod::ByReferenceGet, mode);
        let mut asked = strict.clone();
        asked.wallet.legacy_names = true;
        asked.client_name = Some("Corner Shop".to_owned());
        let [strict, legacy] = [strict, asked]
            .map(|asked| parameters(&asked, &asked.wallet).to_claims()["client_metadata"].clone());
        let mut expected = strict.clone();
        expected["vp_formats"] = strict["vp_formats_supported"].clone();
        expected["client_name"] = "Corner Shop".into();
        if mode.is_encrypted() {
            expected["authorization_encrypted_response_alg"] = "ECDH-ES".into();
            expected["authorization_encrypted_response_enc"] = "A128GCM".into();
        }
        assert_eq!(legacy, expected);
        assert_ne!(legacy, strict);
    }
}

#[test]
fn req_1_28_req_1_50_req_1_52_req_9_4_metadata_say_what_is_verified_and_how_to_encrypt() {
    for asked in every_request() {
        let claims = parameters(&asked, &asked.wallet).to_claims();
        let Some(metadata) = claims.get("client_metadata") else {
            assert_eq!(asked.prefix(), Prefix::PreRegistered);
            continue;
        };
        assert_ne!(asked.prefix(), Prefix::PreRegistered);
        let format = &metadata["vp_formats_supported"]["dc+sd-jwt"];
        for list in ["sd-jwt_alg_values", "kb-jwt_alg_values"] {
            let names = format[list].as_array().unwrap();
            assert!(["ES256", "Ed25519"].iter().all(|ours| names.iter().any(|name| name == ours)));
            assert!(!names.iter().any(|name| name == "EdDSA"), "names two curves (RFC 9864)");
        }
        let encrypted = asked.response_mode.is_encrypted();
        assert_eq!(metadata.get("jwks").is_some(), encrypted);
        let encs = metadata.get("encrypted_response_enc_values_supported");
        assert_eq!(encs, encrypted.then(|| json!(["A128GCM", "A256GCM"])).as_ref());
    }
}

#[test]
fn req_1_51_the_key_has_a_kid_an_alg_and_no_private_half() {
    let asked = request(Profile::Haip, HASH, RequestMethod::ByReferenceGet, ResponseMode::DirectPostJwt);
    let keys = &parameters(&asked, &asked.wallet).to_claims()["client_metadata"]["jwks"]["keys"];
    assert_eq!(keys, &json!([answer_key()]));
    let key = keys[0].as_object().unwrap();
    assert!(
        key.contains_key("kid") && key["alg"] == "ECDH-ES" && key["use"] == "enc" && !key.contains_key("d")
    );
}

#[test]
fn req_1_21_a_redirect_uri_identifier_names_where_the_answer_goes() {
    for (mode, at) in [
        (ResponseMode::Fragment, "redirect_uri"),
        (ResponseMode::DirectPost, "response_uri"),
        (ResponseMode::DirectPostJwt, "response_uri"),
    ] {
        let asked = request(Profile::Openid4vp, "redirect_uri:", RequestMethod::UrlQuery, mode);
        let claims = parameters(&asked, &asked.wallet).to_claims();
        let address = claims[at].as_str().unwrap();
        assert_eq!(claims["client_id"], format!("redirect_uri:{address}"));
    }
}

#[test]
fn req_1_32_to_1_36_what_is_in_a_request_object() {
    for asked in every_request().iter().filter(|asked| asked.wallet.request_method.is_signed()) {
        let claims = request_object(asked, &asked.wallet, None, MADE_AT);
        for (name, value) in parameters(asked, &asked.wallet).to_claims() {
            assert_eq!(claims[&name], value, "everything is inside");
        }
        assert_eq!(claims["aud"], "https://self-issued.me/v2");
        assert_eq!(claims["iat"], MADE_AT.unix());
        assert_eq!(claims["exp"], asked.expires_at.unix());
        for never in ["request", "request_uri", "sub", "wallet_nonce"] {
            assert!(!claims.contains_key(never), "{never}");
        }
        assert_eq!(claims.contains_key("iss"), asked.profile == Profile::Proof);
        let mut published = asked.clone();
        published.wallet_issuer = Some("https://wallet.example".to_owned());
        assert_eq!(
            request_object(&published, &published.wallet, None, MADE_AT)["aud"],
            "https://wallet.example"
        );
        assert_eq!(request_object(asked, &asked.wallet, Some("n"), MADE_AT)["wallet_nonce"], "n");
    }
}

#[test]
fn req_1_34_req_1_44_outside_there_is_one_way_in_and_post_only_beside_a_reference() {
    let names = |url: &Url| url.query_pairs().map(|(name, _)| name.into_owned()).collect::<Vec<_>>();
    let get = request(Profile::Openid4vp, DNS, RequestMethod::ByReferenceGet, ResponseMode::DirectPost);
    let post = request(Profile::Openid4vp, DNS, RequestMethod::ByReferencePost, ResponseMode::DirectPost);
    assert_eq!(names(&by_value_url(&get, &get.wallet, "x")), ["client_id", "request"]);
    assert_eq!(names(&by_reference_url(&get, &get.wallet)), ["client_id", "request_uri"]);
    assert_eq!(
        names(&by_reference_url(&post, &post.wallet)),
        ["client_id", "request_uri", "request_uri_method"]
    );
    assert!(by_reference_url(&post, &post.wallet).as_str().ends_with("&request_uri_method=post"));
}

#[test]
fn req_1_11_a_reference_fits_a_qr_code() {
    for asked in every_request().iter().filter(|asked| asked.wallet.request_method.is_by_reference()) {
        assert!(by_reference_url(asked, &asked.wallet).as_str().len() < 400);
    }
}

#[test]
fn req_1_54_verifier_info_about_credentials_that_are_not_asked_for_stays_at_home() {
    let about = |ids: Option<&[&str]>| VerifierInfo {
        format: "jwt".to_owned(),
        data: "ey...".into(),
        credential_ids: ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
    };
    let mut asked = request(Profile::Openid4vp, DNS, RequestMethod::ByValue, ResponseMode::Fragment);
    asked.wallet.verifier_info = vec![about(None), about(Some(&[CREDENTIAL])), about(Some(&["other"]))];
    let claims = parameters(&asked, &asked.wallet).to_claims();
    assert_eq!(
        claims["verifier_info"],
        json!([{"format": "jwt", "data": "ey..."}, {"format": "jwt", "data": "ey...", "credential_ids": [CREDENTIAL]}])
    );
    asked.wallet.verifier_info = vec![about(Some(&["other"]))];
    assert!(!parameters(&asked, &asked.wallet).to_claims().contains_key("verifier_info"), "never empty");
}

#[test]
fn req_1_15_a_parameter_is_never_written_twice() {
    let once = Parameters::default().with("a", "1").with("b", "2").with("a", "3");
    assert_eq!(once.at(&Url::parse("https://w.example/?b=0&c=4").unwrap()).query(), Some("c=4&a=3&b=2"));
}

/// The rules once more, spelled out by hand: which prefixes, methods and modes go together.
fn legal(profile: Profile, prefix: Prefix, method: RequestMethod, mode: ResponseMode) -> bool {
    use Prefix::{
        DecentralizedIdentifier, PreRegistered, RedirectUri, VerifierAttestation, X509Hash, X509SanDns,
    };
    use RequestMethod::{ByReferenceGet, ByReferencePost, ByValue, Pushed, UrlQuery};
    use ResponseMode::{DirectPost, DirectPostJwt, Fragment};
    match (profile, prefix) {
        (Profile::Proof, PreRegistered) => method != ByReferencePost && mode != DirectPostJwt,
        (Profile::Proof, _) => false,
        (Profile::Haip, X509Hash) => {
            matches!(method, ByReferenceGet | ByReferencePost) && mode == DirectPostJwt
        }
        (Profile::Haip, _) => false,
        (Profile::Openid4vp, RedirectUri) => method == UrlQuery,
        (Profile::Openid4vp, PreRegistered) => matches!(mode, Fragment | DirectPost),
        (Profile::Openid4vp, X509SanDns | X509Hash | DecentralizedIdentifier | VerifierAttestation) => {
            !matches!(method, UrlQuery | Pushed)
                && matches!(method, ByValue | ByReferenceGet | ByReferencePost)
        }
    }
}

#[test]
fn req_1_21_req_1_31_req_9_2_req_9_3_only_legal_combinations_are_permitted() {
    for profile in [Profile::Proof, Profile::Openid4vp, Profile::Haip] {
        for prefix in Prefix::ALL {
            for method in METHODS {
                for mode in [ResponseMode::Fragment, ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
                    assert_eq!(
                        permits(profile, prefix, method, mode).is_ok(),
                        legal(profile, prefix, method, mode),
                        "{profile:?} {prefix:?} {method:?} {mode:?}"
                    );
                }
            }
        }
    }
}
