use serde_json::json;

use super::*;
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;

const DID: &str = "did:web:example.com:issuer";

fn jwk() -> Value {
    let mut jwk = SigningKey::generate(Algorithm::Es256).unwrap().public_key().to_jwk();
    jwk.as_object_mut().unwrap().remove("kid");
    jwk
}

fn kids(keys: &KeySet) -> Vec<&str> {
    keys.keys().iter().filter_map(PublicKey::kid).collect()
}

fn document(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = json!({
        "id": DID,
        "verificationMethod": [
            {"id": "#1", "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": jwk()},
            {"id": format!("{DID}#2"), "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": jwk()},
        ],
        "assertionMethod": [format!("{DID}#1")],
    });
    change(&mut document);
    document
}

#[test]
fn req_5_4_a_did_jwk_holds_its_key() {
    let did = format!("did:jwk:{}", base64url::encode(jwk().to_string()));
    let Ok(DidKeys::Inside(keys)) = resolve(&did) else { panic!("{did}") };
    assert_eq!(kids(&keys), [format!("{did}#0")]);
    let jwk = |value: Value| format!("did:jwk:{}", base64url::encode(value.to_string()));
    for (wrong, fault) in [
        (format!("{did}#0"), DidFault::Encoding),
        (format!("{did}="), DidFault::Encoding),
        ("did:jwk:".to_owned(), DidFault::Encoding),
        (format!("did:jwk:{}", "A".repeat(5000)), DidFault::Encoding),
        (jwk(json!({"kty": "oct", "k": "AAAA"})), DidFault::Jwk(JwkFault::PrivateMember)),
        (jwk(json!(["x"])), DidFault::Jwk(JwkFault::NotAnObject)),
        ("did:key:z6Mk".to_owned(), DidFault::Method),
        (did.replacen("did:", "DID:", 1), DidFault::Method),
        ("https://example.com".to_owned(), DidFault::Method),
    ] {
        assert_eq!(resolve(&wrong).unwrap_err(), fault, "{wrong}");
    }
}

#[test]
fn req_5_4_a_did_web_says_where_its_document_is() {
    for (did, expected) in [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
    ] {
        let Ok(DidKeys::Document(url)) = resolve(did) else { panic!("{did}") };
        assert_eq!(url.as_str(), expected);
    }
    for wrong in [
        "did:web:",
        "did:web:127.0.0.1",
        "did:web:%5B%3A%3A1%5D",
        "did:web:example.com:",
        "did:web:example.com:..:x",
        "did:web:example.com:%2e%2e:x",
        "did:web:example.com/x",
        "did:web:example.com?x",
        "did:web:example.com#x",
        "did:web:user@example.com",
        "did:web:example.com%2Fx",
        "did:web:example.com%3Ax",
    ] {
        assert_eq!(resolve(wrong).unwrap_err(), DidFault::Place, "{wrong}");
    }
}

#[test]
fn req_5_4_only_keys_that_the_did_asserts_with_are_taken() {
    assert_eq!(kids(&keys_in(&document(|_| ()), DID).unwrap()), [format!("{DID}#1")]);
    let relative = document(|it| it["assertionMethod"] = json!(["#2"]));
    assert_eq!(kids(&keys_in(&relative, DID).unwrap()), [format!("{DID}#2")]);
    let embedded = document(|it| {
        it["assertionMethod"] = json!([{"id": "#3", "controller": DID, "publicKeyJwk": jwk()}]);
    });
    assert_eq!(kids(&keys_in(&embedded, DID).unwrap()), [format!("{DID}#3")]);
    let foreign = document(|it| {
        it["verificationMethod"][0]["id"] = json!("did:web:other.example#1");
        it["assertionMethod"] = json!(["did:web:other.example#1"]);
    });
    let prefixed = document(|it| {
        it["verificationMethod"][0]["id"] = json!(format!("{DID}er#1"));
        it["assertionMethod"] = json!([format!("{DID}er#1")]);
    });
    let controlled =
        document(|it| it["verificationMethod"][0]["controller"] = json!("did:web:other.example"));
    let none = document(|it| it["assertionMethod"] = json!([]));
    let authentication = document(|it| {
        it["authentication"] = it["assertionMethod"].take();
        it.as_object_mut().unwrap().remove("assertionMethod");
    });
    let unknown = document(|it| it["assertionMethod"] = json!(["#9", "#", 3]));
    let multibase = document(|it| {
        it["verificationMethod"][0] = json!({"id": "#1", "controller": DID, "publicKeyMultibase": "z6Mk"});
    });
    for empty in [foreign, prefixed, controlled, none, authentication, unknown, multibase] {
        assert_eq!(kids(&keys_in(&empty, DID).unwrap()), Vec::<&str>::new(), "{empty}");
    }
}

#[test]
fn another_dids_document_is_refused() {
    for wrong in [json!("did:web:example.com"), json!(format!("{DID}/")), json!(1), Value::Null] {
        let other = document(|it| it["id"] = wrong);
        assert_eq!(keys_in(&other, DID).unwrap_err(), DidFault::Id);
    }
    let odd = document(|it| it["assertionMethod"] = json!("#1"));
    assert_eq!(keys_in(&odd, DID).unwrap_err(), DidFault::Document);
}
