use serde_json::json;
use url::form_urlencoded;

use super::*;
use crate::sandbox::Sandbox;
use crate::sandbox::certified_key::CertifiedKey;
use crate::sandbox::issuer::VCT;
use crate::sandbox::wallet::tests::{NOW, sandbox_believing};
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::{OwnChain, Roots};

const RESPONSE_URI: &str = "http://127.0.0.1:1/wallet/responses/AAAAAAAAAAAAAAAAAAAAAA";

fn question() -> Value {
    json!({"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
        "claims": [{"path": ["given_name"]}]}]})
}

/// A good request, as claims.
fn request(client_id: &str) -> Value {
    json!({
        "response_type": "vp_token", "response_mode": "direct_post", "response_uri": RESPONSE_URI,
        "client_id": client_id, "nonce": "n-0S6_WzA2Mj_6a8", "state": "af0ifjsldkj",
        "dcql_query": question(), "aud": AUDIENCE, "exp": NOW.unix() + 1,
    })
}

fn in_the_address(request: &Value) -> FormParameters {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.as_object().unwrap() {
        query.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    FormParameters::parse(query.finish().as_bytes())
}

async fn read_unsigned(request: &Value) -> Result<Request, Misunderstood> {
    let parameters = in_the_address(request);
    assert!(is_meant(&parameters));
    read(&parameters, &sandbox_believing(None).0).await
}

fn changed(mut request: Value, name: &str, value: &Value) -> Value {
    request[name] = value.clone();
    request
}

#[tokio::test]
async fn a_request_in_the_address_is_from_where_the_answer_goes() {
    let good = request(&format!("redirect_uri:{RESPONSE_URI}"));
    let read = read_unsigned(&good).await.unwrap();
    assert_eq!((&*read.client_id, read.asked.len()), (good["client_id"].as_str().unwrap(), 1));
    let Reply::Post(reply) = read.reply else { panic!("it is posted") };
    assert_eq!(reply.path, "/wallet/responses/AAAAAAAAAAAAAAAAAAAAAA");
    assert!(reply.key.is_none() && reply.state.as_deref() == Some("af0ifjsldkj"));

    let elsewhere = "https://evil.example/wallet/responses/x";
    let mut misled = request(&format!("redirect_uri:{elsewhere}"));
    misled["response_uri"] = elsewhere.into();
    assert!(read_unsigned(&misled).await.is_err());
    for (name, wrong) in [
        ("client_id", json!("demo")),
        ("client_id", json!(RESPONSE_URI)),
        ("client_id", json!("redirect_uri:http://127.0.0.1:1/wallet/responses/x")),
        ("client_id", json!("x509_san_dns:127.0.0.1")),
        ("response_type", json!("code")),
        ("response_mode", json!("fragment")),
        ("response_mode", json!("direct_post.jwt")),
        ("redirect_uri", json!("http://127.0.0.1:1/callback")),
        ("scope", json!("openid")),
        ("nonce", json!("fifteen-letters")),
        ("dcql_query", json!({})),
        ("dcql_query", json!("not JSON")),
        ("client_metadata", json!("not JSON")),
        ("transaction_data", json!(["e30"])),
        ("transaction_data", json!("e30")),
    ] {
        assert!(read_unsigned(&changed(good.clone(), name, &wrong)).await.is_err(), "{name} {wrong}");
    }
}

#[tokio::test]
async fn an_answer_is_encrypted_to_the_key_of_the_request() {
    let key = EncryptionKey::generate().unwrap().to_public_jwk();
    let mut good = request(&format!("redirect_uri:{RESPONSE_URI}"));
    good["response_mode"] = "direct_post.jwt".into();
    for (offered, chosen) in [
        (json!(["A128GCM", "A256GCM"]), Some(ContentEncryption::A256Gcm)),
        (json!(["A128GCM"]), Some(ContentEncryption::A128Gcm)),
        (json!(["A128CBC-HS256"]), None),
    ] {
        good["client_metadata"] =
            json!({"jwks": {"keys": [key]}, "encrypted_response_enc_values_supported": offered});
        let read = read_unsigned(&good).await.ok().map(|request| request.reply);
        match (read, chosen) {
            (Some(Reply::Post(PostTo { key: Some((_, enc)), .. })), Some(chosen)) => assert_eq!(enc, chosen),
            (read, chosen) => assert!(read.is_none() && chosen.is_none(), "{offered}"),
        }
    }
}

/// A verifier whose requests are signed, and a wallet that believes its root.
struct Verifier {
    key: SigningKey,
    chain: OwnChain,
    sandbox: Sandbox,
}

impl Verifier {
    fn new() -> Self {
        let made = CertifiedKey::generate("vpgate", NOW).unwrap();
        let roots = Roots::new(&made.root, None, Vec::new()).unwrap();
        Self {
            key: SigningKey::from_pem(&made.key).unwrap(),
            chain: OwnChain::from_pem(&made.certificate).unwrap(),
            sandbox: sandbox_believing(Some(roots)),
        }
    }

    fn id(&self) -> String {
        format!("x509_hash:{}", self.chain.leaf_hash())
    }

    fn header(&self) -> Value {
        json!({"typ": "oauth-authz-req+jwt", "x5c": self.chain.x5c()})
    }

    /// What the wallet makes of the object.
    fn verified(&self, header: &Value, claims: &Value) -> Option<Map<String, Value>> {
        let object = |value: &Value| value.as_object().unwrap().clone();
        let signed = self.key.sign(&object(header), &object(claims)).unwrap();
        verified(&signed, &self.sandbox.0)
    }
}

#[test]
fn a_signed_request_is_from_who_holds_the_certificate() {
    let verifier = Verifier::new();
    let (id, header) = (verifier.id(), verifier.header());
    let good = request(&id);
    assert_eq!(verifier.verified(&header, &good).map(Value::Object), Some(good.clone()));

    let other = Verifier::new();
    for (name, wrong) in
        [("typ", json!("JWT")), ("x5c", other.chain.x5c()), ("x5c", json!([])), ("x5c", Value::Null)]
    {
        assert!(verifier.verified(&changed(header.clone(), name, &wrong), &good).is_none(), "{name}");
    }
    for (name, wrong) in [
        ("aud", json!("https://wallet.example")),
        ("exp", json!(NOW.unix())),
        ("exp", Value::Null),
        ("client_id", json!(other.id())),
    ] {
        assert!(verifier.verified(&header, &changed(good.clone(), name, &wrong)).is_none(), "{name}");
    }
    for wrong in [&other.id(), "x509_san_dns:127.0.0.1", verifier.chain.leaf_hash(), ""] {
        assert!(verifier.verified(&header, &request(wrong)).is_none(), "{wrong}");
    }
    // Their certificate and identifier, our key.
    let stolen = changed(header, "x5c", &other.chain.x5c());
    let forged = verifier.key.sign(stolen.as_object().unwrap(), request(&other.id()).as_object().unwrap());
    assert!(verified(&forged.unwrap(), &other.sandbox.0).is_none());
    let nobody = sandbox_believing(None);
    let signed = verifier.key.sign(verifier.header().as_object().unwrap(), good.as_object().unwrap());
    assert!(verified(&signed.unwrap(), &nobody.0).is_none(), "no roots, nobody believed");
}

#[tokio::test]
async fn requests_are_fetched_from_the_service_only() {
    for request_uri in [
        "https://evil.example/wallet/requests/x",
        "http://127.0.0.1:1.evil.example/wallet/requests/x",
        "http://127.0.0.1:10/wallet/requests/x",
    ] {
        let asked = json!({"client_id": "x509_hash:x", "request_uri": request_uri});
        let refused = read(&in_the_address(&asked), &sandbox_believing(None).0).await.unwrap_err();
        assert!(
            matches!(refused, Misunderstood::Person(why) if why.contains("service only")),
            "{request_uri}"
        );
    }
    let unknown =
        json!({"client_id": "x509_hash:x", "request_uri": RESPONSE_URI, "request_uri_method": "put"});
    assert!(read(&in_the_address(&unknown), &sandbox_believing(None).0).await.is_err());
}
