mod cases;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::base::base64url;
use crate::base::secret::Digest;
use crate::cbor::{self, Item, Limits, Writer};
use crate::jose::hpke;
use crate::jose::jwe::EncryptionKey;

/// A vector that was published: whom the answer was encrypted to, and what must come out.
const VECTOR: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../fixtures/mdoc/vectors/ANNEXC-DETERMINISTIC-001.json"
));
const ORIGIN: &str = "https://verifier.example";

fn vector() -> Value {
    serde_json::from_str(VECTOR).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn part<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap()
}

fn info_of(key: &EncryptionKey) -> EncryptionInfo {
    EncryptionInfo::new(&[7; 16], &key.to_public_jwk()).unwrap()
}

/// What a wallet sends that answers `text` for `transcript`.
fn answered(key: &EncryptionKey, info: &EncryptionInfo, origin: &str, text: &[u8]) -> String {
    let transcript = info.transcript(origin);
    let entropy = crate::jose::testing::entropy();
    let sealed = hpke::seal(&key.to_public_jwk(), transcript.as_bytes(), text, &entropy).unwrap();
    enveloped("dcapi", &sealed.enc, &sealed.ciphertext)
}

fn enveloped(name: &str, enc: &[u8], ciphertext: &[u8]) -> String {
    let parameters = Writer::new().map(2).text("enc").bytes(enc).text("cipherText").bytes(ciphertext);
    let whole = Writer::new().array(2).text(name).raw(&parameters.into_bytes());
    base64url::encode(whole.into_bytes())
}

#[test]
fn req_14_73_req_14_74_the_published_vector_is_opened_and_so_is_its_transcript() {
    let vector = vector();
    let sent = base64url::decode(part(&vector, "encryptionInfoB64")).unwrap();
    let item = cbor::read(&sent, &Limits::default()).unwrap();
    let parameters = &item.as_array().unwrap()[1];
    let key = parameters.get("recipientPublicKey").unwrap();
    let coordinate = |label| base64url::encode(key.labelled(label).and_then(Item::as_bytes).unwrap());
    let mut jwk = json!({"kty": "EC", "crv": "P-256", "x": coordinate(-2), "y": coordinate(-3)});
    // What it was made of, we make to the letter.
    let nonce = parameters.get("nonce").and_then(Item::as_bytes).unwrap();
    let info = EncryptionInfo::new(nonce, &jwk).unwrap();
    assert_eq!(info.as_text(), part(&vector, "encryptionInfoB64"));
    let transcript = info.transcript(part(&vector, "origin"));
    let expected = &vector["expected"];
    let hash = |bytes: &[u8]| Digest::of(bytes).as_bytes().to_vec();
    assert_eq!(hash(transcript.as_bytes()), hex(part(expected, "sessionTranscriptCborSha256Hex")));

    jwk["d"] = base64url::encode(hex(part(&vector, "recipientPrivateKeyHex"))).into();
    let key = EncryptionKey::from_private_jwk(&jwk).unwrap();
    let answer = EncryptedResponse::read(part(&vector, "encryptedResponseB64")).unwrap();
    let opened = answer.open(&key, &transcript).unwrap();
    assert_eq!(hash(&opened), hex(part(expected, "deviceResponseCborSha256Hex")));

    let elements = BTreeMap::from([("org.iso.18013.5.1", BTreeMap::from([("age_over_18", false)]))]);
    let request = DeviceRequest::new(&[(DocRequest::new("org.iso.18013.5.1.mDL", &elements), None)]);
    assert_eq!(request.as_text(), part(&vector, "deviceRequestB64"));
}

#[test]
fn req_14_71_a_short_nonce_and_another_kind_of_key_make_no_request() {
    let key = EncryptionKey::generate().unwrap().to_public_jwk();
    assert!(EncryptionInfo::new(&[7; 16], &key).is_some());
    assert!(EncryptionInfo::new(&[7; 15], &key).is_none());
    for wrong in [json!({}), json!({"crv": "P-384", "x": key["x"], "y": key["y"]})] {
        assert!(EncryptionInfo::new(&[7; 16], &wrong).is_none(), "{wrong}");
    }
}

#[test]
fn req_14_73_an_answer_is_opened_for_the_request_and_the_page_that_asked() {
    let key = EncryptionKey::generate().unwrap();
    let info = info_of(&key);
    let answer = EncryptedResponse::read(&answered(&key, &info, ORIGIN, b"text")).unwrap();
    assert_eq!(*answer.open(&key, &info.transcript(ORIGIN)).unwrap(), b"text");
    for origin in ["https://evil.example", "origin:https://verifier.example", "https://verifier.example/"] {
        assert!(answer.open(&key, &info.transcript(origin)).is_err(), "{origin}");
    }
    let other = EncryptionInfo::new(&[8; 16], &key.to_public_jwk()).unwrap();
    assert!(answer.open(&key, &other.transcript(ORIGIN)).is_err(), "of another request");
    let another_key = EncryptionKey::generate().unwrap();
    assert!(answer.open(&another_key, &info.transcript(ORIGIN)).is_err());
}

#[test]
fn req_14_73_what_is_shaped_otherwise_is_no_answer() {
    let shape = |text: &str| match EncryptedResponse::read(text) {
        Ok(_) => panic!("{text}"),
        Err(fault) => fault,
    };
    let cbor = |to: Writer| base64url::encode(to.into_bytes());
    for text in [
        enveloped("other", &[4], &[1]),
        cbor(Writer::new().array(1).text("dcapi")),
        cbor(Writer::new().map(0)),
        cbor(Writer::new().array(2).text("dcapi").null()),
        cbor(Writer::new().array(2).text("dcapi").map(1).text("enc").bytes(&[4])),
        cbor(
            Writer::new().array(2).text("dcapi").map(2).text("enc").text("x").text("cipherText").bytes(&[1]),
        ),
    ] {
        assert_eq!(shape(&text), EncryptedResponseFault::Shape, "{text}");
    }
    assert_eq!(shape("gmVkY2FwaQ=="), EncryptedResponseFault::Encoding);
    let twice = Writer::new().array(2).text("dcapi").map(2).text("enc").bytes(&[4]).text("enc").bytes(&[4]);
    for text in [cbor(twice), String::new(), cbor(Writer::new().array(2).text("dcapi"))] {
        assert!(matches!(shape(&text), EncryptedResponseFault::Cbor(_)), "{text}");
    }
    assert_eq!(shape(&"A".repeat(6 << 20)), EncryptedResponseFault::Shape, "not read at all");
}

#[test]
fn req_14_72_req_14_75_a_request_says_what_is_kept_and_carries_the_signature_over_it() {
    let elements = BTreeMap::from([
        ("a", BTreeMap::from([("one", true), ("two", false)])),
        ("b", BTreeMap::from([("three", false)])),
    ]);
    let document = DocRequest::new("type", &elements);
    let transcript = info_of(&EncryptionKey::generate().unwrap()).transcript(ORIGIN);
    let signed = document.to_be_signed(&transcript);
    let read = |bytes: &[u8]| base64url::encode(bytes);
    let request = DeviceRequest::new(&[(document, Some(Writer::new().null().into_bytes()))]);
    let bytes = base64url::decode(request.as_text()).unwrap();
    let whole = cbor::read(&bytes, &Limits::default()).unwrap();
    assert_eq!(whole.get("version").and_then(Item::as_text), Some("1.0"));
    let only = &whole.get("docRequests").and_then(Item::as_array).unwrap()[0];
    assert!(only.get("readerAuth").unwrap().is_null());
    let items = only.get("itemsRequest").unwrap();
    let inside = items.embedded().unwrap();
    let asked = cbor::read(inside, &Limits::default()).unwrap();
    assert_eq!(asked.get("docType").and_then(Item::as_text), Some("type"));
    let kept = |namespace: &str, element: &str| {
        let namespaces = asked.get("nameSpaces").unwrap();
        namespaces.get(namespace).and_then(|all| all.get(element)).unwrap().span().to_vec()
    };
    assert_eq!(
        (kept("a", "one"), kept("a", "two"), kept("b", "three")),
        (vec![0xf5], vec![0xf4], vec![0xf4])
    );
    let signed = cbor::read(&signed, &Limits::default()).unwrap();
    let signed = cbor::read(signed.embedded().unwrap(), &Limits::default()).unwrap();
    let [name, of, what] = signed.as_array().unwrap() else { panic!("three parts") };
    assert_eq!(name.as_text(), Some("ReaderAuthentication"));
    assert_eq!((read(of.span()), read(what.span())), (read(transcript.as_bytes()), read(items.span())));
}

#[test]
fn req_14_77_each_document_of_an_answer_is_an_answer_of_its_own() {
    let document = |doctype: &str| Writer::new().map(1).text("docType").text(doctype).into_bytes();
    let (one, two) = (document("one"), document("two"));
    let whole = Writer::new().map(3).text("version").text("1.0").text("documents").array(3);
    let whole = whole.raw(&one).raw(&two).raw(&one).text("status").unsigned(0).into_bytes();
    let split = by_doctype(&whole).unwrap();
    let types: Vec<_> = split.iter().map(|(doctype, _)| doctype.as_str()).collect();
    assert_eq!(types, ["one", "two", "one"]);
    let second = cbor::read(&split[1].1, &Limits::default()).unwrap();
    assert_eq!(second.get("documents").and_then(Item::as_array).unwrap()[0].span(), two);
    assert_eq!(second.get("status").and_then(Item::as_unsigned), Some(0));
    let nothing = Writer::new().map(0).into_bytes();
    assert_eq!(by_doctype(&nothing).unwrap(), []);
    assert!(by_doctype(b"hello").is_err());
}
