use serde_json::json;

use super::*;
use crate::openid4vp::dcql::{CredentialQuery, Meta};
use crate::openid4vp::request::RequestMethod;
use crate::openid4vp::testing::{query, route};

const ISSUER: &str = "https://wallet.example/presentation";

fn published(more: &Value) -> WalletMetadata {
    let mut document = json!({"issuer": ISSUER, "vp_formats_supported": {"dc+sd-jwt": {}}});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    WalletMetadata::published(document.to_string().as_bytes(), ISSUER).unwrap()
}

fn signed(client_id: &str) -> WalletRoute {
    let mut route = route();
    route.verifier_id = client_id.to_owned();
    route.request_method = RequestMethod::ByReferenceGet;
    route
}

/// An SD-JWT VC.
fn asked_for() -> Query {
    query(&["id"])
}

#[test]
fn the_well_known_path_stands_between_host_and_path() {
    let at = |issuer: &str| location(&Url::parse(issuer).unwrap()).to_string();
    assert_eq!(
        at("https://api.proof.com/verifiable-credentials/v1/presentation"),
        "https://api.proof.com/.well-known/oauth-authorization-server/verifiable-credentials/v1/presentation"
    );
    assert_eq!(at("https://w.example/"), "https://w.example/.well-known/oauth-authorization-server");
}

#[test]
fn req_1_16_prefixes_that_are_not_named_are_not_supported() {
    let plain = published(&json!({}));
    assert_eq!(plain.suits(&signed("caxdw5a7d"), &asked_for(), Some(Algorithm::Es256)), Ok(()));
    for unnamed in ["x509_hash:x", "x509_san_dns:a.example", "redirect_uri:https://a.example"] {
        assert_eq!(plain.suits(&signed(unnamed), &asked_for(), None), Err(Unsuitable::Prefix), "{unnamed}");
    }
    let named = published(&json!({"client_id_prefixes_supported": ["x509_hash"], "odd": 1}));
    assert_eq!(named.suits(&signed("x509_hash:x"), &asked_for(), None), Ok(()));
    assert_eq!(named.suits(&signed("caxdw5a7d"), &asked_for(), None), Err(Unsuitable::Prefix));
}

#[test]
fn req_1_16_req_1_43_formats_and_algorithms_must_meet() {
    let route = signed("caxdw5a7d");
    let suits = |more: Value| published(&more).suits(&route, &asked_for(), Some(Algorithm::Es256));
    let lists = |lists: Value| json!({"vp_formats_supported": {"dc+sd-jwt": lists}});
    for good in [json!(["ES512", "ES256"]), json!(["EdDSA"]), json!(["Ed25519"])] {
        assert_eq!(suits(lists(json!({"sd-jwt_alg_values": good}))), Ok(()));
    }
    for wrong in [
        json!({"sd-jwt_alg_values": ["ES256K"]}),
        json!({"kb-jwt_alg_values": ["none"]}),
        json!({"sd-jwt_alg_values": "ES256"}),
        json!({"sd-jwt_alg_values": []}),
    ] {
        assert_eq!(suits(lists(wrong.clone())), Err(Unsuitable::Formats), "{wrong}");
    }
    assert_eq!(suits(json!({"vp_formats_supported": {"mso_mdoc": {}}})), Err(Unsuitable::Formats));
    // What one of several credentials can be is enough: credential sets may leave the others out.
    let mdoc = CredentialQuery::of("mdl", Meta::mdoc("org.iso.18013.5.1.mDL".to_owned()), Vec::new());
    let both = [mdoc.clone(), asked_for().credentials()[0].clone()];
    let (mdoc, both) = (Query::of(vec![mdoc]).unwrap(), Query::of(both.to_vec()).unwrap());
    for (lists, meets) in [
        (json!({}), true),
        (json!({"issuerauth_alg_values": [-7], "deviceauth_alg_values": [-9, -65537]}), true),
        (json!({"issuerauth_alg_values": [-8]}), false),
        (json!({"deviceauth_alg_values": [-65537]}), false),
        (json!({"deviceauth_alg_values": ["ES256"]}), false),
    ] {
        let metadata = published(&json!({"vp_formats_supported": {"mso_mdoc": lists}}));
        let expected = if meets { Ok(()) } else { Err(Unsuitable::Formats) };
        assert_eq!(metadata.suits(&route, &mdoc, None), expected, "{lists}");
        assert_eq!(metadata.suits(&route, &both, None), expected, "{lists}");
    }
    let signing = |names: Value| json!({"request_object_signing_alg_values_supported": names});
    assert_eq!(suits(signing(json!(["ES256"]))), Ok(()));
    assert_eq!(suits(signing(json!(["ES512"]))), Err(Unsuitable::SigningAlgorithm));
    let document = json!({"issuer": ISSUER}).to_string();
    let formless = WalletMetadata::published(document.as_bytes(), ISSUER).unwrap();
    assert_eq!(
        formless.suits(&route, &asked_for(), None),
        Err(Unsuitable::Formats),
        "required in what is published"
    );
}

#[test]
fn req_1_16_requests_are_pushed_where_the_wallet_says() {
    let mut route = route();
    route.request_method = RequestMethod::Pushed;
    route.pushed_requests = Some(Url::parse("https://wallet.example/par").unwrap());
    let at = |address: &str| published(&json!({"pushed_authorization_request_endpoint": address}));
    assert_eq!(at("https://wallet.example/par").suits(&route, &asked_for(), None), Ok(()));
    assert_eq!(
        at("https://wallet.example/other").suits(&route, &asked_for(), None),
        Err(Unsuitable::PushedRequests)
    );
}

#[test]
fn req_1_32_metadata_of_another_issuer_are_refused() {
    let document = json!({"issuer": "https://wallet.example/presentation/", "vp_formats_supported": {}});
    let fault = WalletMetadata::published(document.to_string().as_bytes(), ISSUER).unwrap_err();
    assert_eq!(fault, WalletMetadataFault::Issuer);
}

#[test]
fn req_1_42_malformed_metadata_are_refused() {
    for wrong in ["", "[]", "{", "{\"a\":1,\"a\":2}", "\"text\""] {
        assert_eq!(WalletMetadata::sent(wrong).unwrap_err(), WalletMetadataFault::NotAnObject, "{wrong}");
    }
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(BOUNDS.bytes));
    assert_eq!(WalletMetadata::sent(&long).unwrap_err(), WalletMetadataFault::NotAnObject);
    for (member, value) in [
        ("vp_formats_supported", json!([])),
        ("client_id_prefixes_supported", json!("x509_hash")),
        ("request_object_signing_alg_values_supported", json!([1])),
        ("pushed_authorization_request_endpoint", json!("par")),
        ("jwks", json!([])),
    ] {
        let sent = json!({ member: value }).to_string();
        assert_eq!(WalletMetadata::sent(&sent).unwrap_err(), WalletMetadataFault::Member(member), "{sent}");
    }
}

#[test]
fn req_1_43_the_wallet_s_key_and_algorithm_are_taken_or_the_answer_is_no() {
    let key = json!({"kty": "EC", "crv": "P-256", "use": "enc", "alg": "ECDH-ES", "kid": "w",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"});
    let rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "enc"});
    let sent = |keys: Value, encs: Value| {
        let mut sent = json!({"jwks": {"keys": keys}});
        if !encs.is_null() {
            sent["request_object_encryption_enc_values_supported"] = encs;
        }
        WalletMetadata::sent(&sent.to_string())
    };
    let enc = |encs: Value| sent(json!([rsa, key]), encs).unwrap().encrypt_to().unwrap().1;
    assert_eq!(enc(Value::Null), ContentEncryption::A128Gcm);
    assert_eq!(enc(json!(["A256CBC-HS512", "A256GCM"])), ContentEncryption::A256Gcm);
    for (keys, encs) in
        [(json!([rsa]), Value::Null), (json!([]), Value::Null), (json!([key]), json!(["A256CBC-HS512"]))]
    {
        assert_eq!(sent(keys, encs).unwrap_err(), WalletMetadataFault::Encryption);
    }
    assert!(WalletMetadata::sent("{}").unwrap().encrypt_to().is_none());
}

#[test]
fn req_2_7_the_metadata_say_whether_answers_name_the_issuer() {
    let member = "authorization_response_iss_parameter_supported";
    assert!(!published(&json!({})).names_itself());
    assert!(published(&json!({member: true})).names_itself());
    assert!(!published(&json!({member: false})).names_itself());
    for wrong in [json!("true"), json!(1), json!(null)] {
        let document = json!({"issuer": ISSUER, "vp_formats_supported": {"dc+sd-jwt": {}}, member: wrong});
        let read = WalletMetadata::published(document.to_string().as_bytes(), ISSUER);
        assert_eq!(read.err(), Some(WalletMetadataFault::Member(member)));
    }
}
