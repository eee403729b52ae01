use super::*;
use crate::sandbox::Sandbox;
use crate::sandbox::certified_key::CertifiedKey;
use crate::sandbox::mdoc::LICENCE;
use crate::sandbox::wallet::tests::{NOW, sandbox_believing};
use vpgate_core::cose::{self, PayloadPlace};
use vpgate_core::jose::hpke::HpkeMessage;
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::{OwnChain, Roots};

const ORIGIN: &str = "http://127.0.0.1:1";

struct Reader {
    key: EncryptionKey,
    info: String,
}

impl Reader {
    fn new() -> Self {
        let key = EncryptionKey::generate().unwrap();
        let public = cose::key::of_jwk(&key.to_public_jwk()).unwrap();
        let info = Writer::new().map(2).text("nonce").bytes(&[7; 16]).text("recipientPublicKey").raw(&public);
        let info = Writer::new().array(2).text(DCAPI).raw(&info.into_bytes()).into_bytes();
        Self { key, info: base64url::encode(info) }
    }

    fn transcript(&self) -> Vec<u8> {
        Handover::OrgIsoMdoc(self.info.clone(), ORIGIN.to_owned()).transcript("", "", None)
    }

    fn items(doctype: &str, element: &str) -> Vec<u8> {
        let items = Writer::new().map(2).text("docType").text(doctype).text("nameSpaces").map(1);
        let items = items.text("org.iso.18013.5.1").map(1).text(element).bool(false).into_bytes();
        Writer::new().embedded(&items).into_bytes()
    }

    fn data(&self, items: &[u8], signature: Option<&[u8]>) -> Map<String, Value> {
        let request = Writer::new().map(1 + usize::from(signature.is_some())).text("itemsRequest").raw(items);
        let request = match signature {
            Some(signature) => request.text("readerAuth").raw(signature),
            None => request,
        };
        let whole = Writer::new().map(2).text("version").text("1.0").text("docRequests").array(1);
        let whole = base64url::encode(whole.raw(&request.into_bytes()).into_bytes());
        let data = json!({ "deviceRequest": whole, "encryptionInfo": self.info });
        data.as_object().unwrap().clone()
    }

    /// The response in an answer.
    fn opened(&self, answer: &Value) -> Vec<u8> {
        let bytes = base64url::decode(answer["data"]["response"].as_str().unwrap()).unwrap();
        let item = cbor::read(&bytes, &Limits::default()).unwrap();
        let parameters = &item.as_array().unwrap()[1];
        let part = |name| parameters.get(name).and_then(Item::as_bytes).unwrap().to_vec();
        let message = HpkeMessage { enc: part("enc"), ciphertext: part("cipherText") };
        self.key.open(&message, &self.transcript()).unwrap().to_vec()
    }
}

fn answered(sandbox: &Sandbox, data: &Map<String, Value>) -> Option<Value> {
    answer(data, ORIGIN, &sandbox.0).ok()
}

#[test]
fn what_is_asked_is_shown_and_nothing_more() {
    let (reader, sandbox) = (Reader::new(), sandbox_believing(None));
    let shown = answered(&sandbox, &reader.data(&Reader::items(LICENCE, "family_name"), None)).unwrap();
    let response = reader.opened(&shown);
    let whole = cbor::read(&response, &Limits::default()).unwrap();
    let document = &whole.get("documents").and_then(Item::as_array).unwrap()[0];
    let signed = document.get("issuerSigned").unwrap();
    let items = signed.get("nameSpaces").and_then(|all| all.get("org.iso.18013.5.1")).unwrap();
    assert_eq!(items.as_array().unwrap().len(), 1);
    let nothing = reader.data(&Reader::items("org.example.other", "family_name"), None);
    assert!(answered(&sandbox, &nothing).is_none(), "a document that is not held");
    assert!(answered(&sandbox, &Map::new()).is_none());
}

#[test]
fn a_reader_that_signs_must_be_one_that_is_known_and_have_signed_this() {
    let made = CertifiedKey::for_requests("reader", NOW).unwrap();
    let other_role = CertifiedKey::generate("reader", NOW).unwrap();
    let roots = Roots::new(&[made.root.clone(), other_role.root].concat(), None, Vec::new()).unwrap();
    let (reader, sandbox) = (Reader::new(), sandbox_believing(Some(roots)));
    let items = Reader::items(LICENCE, "family_name");
    let parts = |key: &[u8], certificates: &[u8]| {
        (SigningKey::from_pem(key).unwrap(), OwnChain::from_pem(certificates).unwrap())
    };
    let (key, chain) = parts(&made.key, &made.certificate);
    let signature_of = |transcript: &[u8], key: &SigningKey, chain: &OwnChain| {
        let bound = Writer::new().array(3).text("ReaderAuthentication").raw(transcript).raw(&items);
        let bound = Writer::new().embedded(&bound.into_bytes()).into_bytes();
        let x5chain = [(33, Writer::new().bytes(&chain.to_der()[0]).into_bytes())];
        cose::sign(key, (&[], &x5chain), &bound, PayloadPlace::Detached).unwrap()
    };
    let signature = |transcript: &[u8], key: &SigningKey| signature_of(transcript, key, &chain);
    let good = signature(&reader.transcript(), &key);
    assert!(answered(&sandbox, &reader.data(&items, Some(&good))).is_some());
    let of_another_request = signature(&Reader::new().transcript(), &key);
    let by_another_key = signature(&reader.transcript(), &SigningKey::from_entropy(&[5; 32]).unwrap());
    let (key, chain) = parts(&other_role.key, &other_role.certificate);
    let certified_for_something_else = signature_of(&reader.transcript(), &key, &chain);
    for wrong in [of_another_request, by_another_key, certified_for_something_else] {
        assert!(answered(&sandbox, &reader.data(&items, Some(&wrong))).is_none());
    }
    let stranger = CertifiedKey::generate("stranger", NOW).unwrap();
    let knows_another = sandbox_believing(Some(Roots::new(&stranger.root, None, Vec::new()).unwrap()));
    assert!(answered(&knows_another, &reader.data(&items, Some(&good))).is_none());
    assert!(
        answered(&sandbox_believing(None), &reader.data(&items, Some(&good))).is_some(),
        "it knows nobody"
    );
}
