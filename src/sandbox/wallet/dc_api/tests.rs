use super::*;
use crate::sandbox::certified_key::CertifiedKey;
use crate::sandbox::issuer::VCT;
use crate::sandbox::wallet::tests::{NOW, sandbox_believing};
use vpgate_core::jose::jwe::{EncryptedText, EncryptionKey};
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::{OwnChain, Roots};

const ORIGIN: &str = "http://127.0.0.1:1";

fn request() -> Value {
    json!({
        "response_type": "vp_token", "response_mode": "dc_api", "nonce": "n-0S6_WzA2Mj_6a8",
        "dcql_query": {"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["given_name"]}]}]},
    })
}

fn given(protocol: &str, data: &Value) -> Map<String, Value> {
    let asked = json!({"protocol": protocol, "data": data, "origin": ORIGIN});
    asked.as_object().unwrap().clone()
}

fn with(mut request: Value, name: &str, value: Value) -> Value {
    request[name] = value;
    request
}

#[test]
fn an_unsigned_request_is_answered_for_the_origin_in_the_clear_or_encrypted() {
    let sandbox = sandbox_believing(None);
    let good = answer(&given(UNSIGNED, &request()), &sandbox.0).unwrap();
    assert_eq!(good["protocol"], UNSIGNED);
    assert!(good["data"]["vp_token"]["a"][0].as_str().unwrap().contains('~'));

    let key = EncryptionKey::generate().unwrap();
    let mut encrypted = with(request(), "response_mode", "dc_api.jwt".into());
    assert!(answer(&given(UNSIGNED, &encrypted), &sandbox.0).is_err(), "no key");
    encrypted["client_metadata"] = json!({"jwks": {"keys": [key.to_public_jwk()]}});
    let good = answer(&given(UNSIGNED, &encrypted), &sandbox.0).unwrap();
    let jwe = good["data"]["response"].as_str().unwrap();
    let opened = key.decrypt(
        &EncryptedText::parse(jwe, 1 << 20).unwrap(),
        &vpgate_core::jose::jwe::ContentEncryption::ALL,
    );
    assert!(opened.unwrap().starts_with(br#"{"vp_token":{"a":["#));

    for (name, value) in [
        ("client_id", json!("x509_hash:x")),
        ("expected_origins", json!([ORIGIN])),
        ("state", json!("s")),
        ("response_uri", json!("http://127.0.0.1:1/wallet/responses/x")),
        ("response_mode", json!("direct_post")),
        ("nonce", json!("short")),
        ("dcql_query", json!({"credentials": []})),
    ] {
        assert!(answer(&given(UNSIGNED, &with(request(), name, value)), &sandbox.0).is_err(), "{name}");
    }
    assert!(answer(&given("openid4vp-v1-multisigned", &request()), &sandbox.0).is_err());
}

#[test]
fn declining_is_an_error_in_the_data() {
    let mut asked = given(UNSIGNED, &request());
    asked.insert("decline".to_owned(), true.into());
    let said = answer(&asked, &sandbox_believing(None).0).unwrap();
    assert_eq!(said, json!({"protocol": UNSIGNED, "data": {"error": "access_denied"}}));
}

#[test]
fn a_signed_request_is_for_the_page_that_it_names() {
    let made = CertifiedKey::generate("vpgate", NOW).unwrap();
    let sandbox = sandbox_believing(Some(Roots::new(&made.root, None, Vec::new()).unwrap()));
    let (key, chain) =
        (SigningKey::from_pem(&made.key).unwrap(), OwnChain::from_pem(&made.certificate).unwrap());
    let object = |origins: Value| {
        let header = json!({"typ": "oauth-authz-req+jwt", "x5c": chain.x5c()});
        let mut claims = with(request(), "expected_origins", origins);
        claims["client_id"] = format!("x509_hash:{}", chain.leaf_hash()).into();
        claims["aud"] = "https://self-issued.me/v2".into();
        claims["exp"] = (NOW.unix() + 1).into();
        let signed = key.sign(header.as_object().unwrap(), claims.as_object().unwrap()).unwrap();
        json!({ "request": signed })
    };
    assert!(answer(&given(SIGNED, &object(json!([ORIGIN]))), &sandbox.0).is_ok());
    for origins in [json!([]), json!(["https://evil.example"]), json!(ORIGIN), json!(["http://127.0.0.1:1/"])]
    {
        assert!(answer(&given(SIGNED, &object(origins.clone())), &sandbox.0).is_err(), "{origins}");
    }
    assert!(answer(&given(UNSIGNED, &object(json!([ORIGIN]))), &sandbox.0).is_err(), "REQ-2.50");
    assert!(answer(&given(SIGNED, &request()), &sandbox.0).is_err());
    assert!(answer(&given(SIGNED, &object(json!([ORIGIN]))), &sandbox_believing(None).0).is_err());
}
