use serde_json::{Value, json};

use super::*;
use crate::base::base64url;
use crate::cbor::{Limits, Writer, read};
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm).unwrap()
}

fn sign1(bytes: &[u8]) -> Result<Sign1, CoseFault> {
    Sign1::read(&read(bytes, &Limits::default()).unwrap())
}

/// With every part open to change: what is signed is what the protected header and payload say.
struct Parts {
    protected: Vec<u8>,
    unprotected: Vec<u8>,
    payload: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
}

impl Parts {
    fn new(protected: Writer) -> Self {
        let unprotected = Writer::new().map(0).into_bytes();
        Self {
            protected: protected.into_bytes(),
            unprotected,
            payload: Some(b"payload".to_vec()),
            signature: None,
        }
    }

    fn unprotected(self, unprotected: Writer) -> Self {
        Self { unprotected: unprotected.into_bytes(), ..self }
    }

    fn written(self, key: &SigningKey) -> Vec<u8> {
        let payload = self.payload.clone().unwrap_or_default();
        let signed = sign1::signed_bytes(&self.protected, &payload);
        let signature = self.signature.unwrap_or_else(|| key.sign_bytes(&signed).unwrap());
        let made = Writer::new().array(4).bytes(&self.protected).raw(&self.unprotected);
        let made = match &self.payload {
            Some(payload) => made.bytes(payload),
            None => made.null(),
        };
        made.bytes(&signature).into_bytes()
    }
}

fn es256() -> Writer {
    Writer::new().map(1).integer(1).integer(-7)
}

#[test]
fn req_14_32_what_was_signed_is_read_and_verified_attached_and_detached() {
    for (algorithm, number) in [(Algorithm::Es256, -7), (Algorithm::Es384, -35), (Algorithm::Es512, -36)] {
        let key = key(algorithm);
        for (place, external) in
            [(PayloadPlace::Attached, None), (PayloadPlace::Detached, Some(&b"here"[..]))]
        {
            let made = sign(&key, (&[], &[]), b"here", place).unwrap();
            let read = sign1(&made).unwrap();
            assert_eq!((read.algorithm(), super::algorithm(number)), (algorithm, Some(algorithm)));
            assert_eq!(read.verify(key.public_key(), external).unwrap().bytes(), b"here");
            assert!(read.x5chain().is_none() && read.media_type().is_none());
        }
    }
}

#[test]
fn req_14_31_names_that_fix_the_curve_are_taken_and_others_are_not() {
    let key = key(Algorithm::Es256);
    let named = |number| Parts::new(Writer::new().map(1).integer(1).integer(number)).written(&key);
    for number in [-7, -9] {
        assert!(sign1(&named(number)).unwrap().verify(key.public_key(), None).is_ok(), "{number}");
    }
    for number in [-8, -19, -37, -47, -257, 0, 5, -65_537, -65_545] {
        assert_eq!(sign1(&named(number)).unwrap_err(), CoseFault::Algorithm, "{number}");
    }
    let text = Parts::new(Writer::new().map(1).integer(1).text("ES256")).written(&key);
    assert_eq!(sign1(&text).unwrap_err(), CoseFault::Algorithm);
    // A signature of P-256 is too short for the others.
    for number in [-35, -51, -36, -52] {
        assert_eq!(sign1(&named(number)).unwrap_err(), CoseFault::SignatureLength, "{number}");
    }
}

#[test]
fn req_14_31_the_algorithm_is_the_keys_and_the_signature_exactly_as_long_as_it() {
    let (one, other) = (key(Algorithm::Es256), key(Algorithm::Es384));
    let made = Parts::new(es256()).written(&one);
    let verified = sign1(&made).unwrap().verify(other.public_key(), None).map(|_| ());
    assert_eq!(verified, Err(CoseFault::OtherKey(Algorithm::Es256)));
    for length in [0, 63, 65, 96] {
        let parts = Parts { signature: Some(vec![1; length]), ..Parts::new(es256()) };
        assert_eq!(sign1(&parts.written(&one)).unwrap_err(), CoseFault::SignatureLength, "{length}");
    }
}

#[test]
fn req_14_30_alg_counts_only_where_the_signature_covers_it_and_a_label_stands_once() {
    let key = key(Algorithm::Es256);
    let none = || Parts::new(Writer::new().map(0));
    assert_eq!(sign1(&none().written(&key)).unwrap_err(), CoseFault::NoAlgorithm);
    assert_eq!(sign1(&none().unprotected(es256()).written(&key)).unwrap_err(), CoseFault::NoAlgorithm);
    let empty = Parts { protected: Vec::new(), ..none() };
    assert_eq!(sign1(&empty.unprotected(es256()).written(&key)).unwrap_err(), CoseFault::NoAlgorithm);
    let both = Parts::new(es256()).unprotected(es256());
    assert_eq!(sign1(&both.written(&key)).unwrap_err(), CoseFault::LabelInBoth);
    let chains = Writer::new().map(2).integer(1).integer(-7).integer(33).bytes(b"one");
    let both = Parts::new(chains).unprotected(Writer::new().map(1).integer(33).bytes(b"two"));
    assert_eq!(sign1(&both.written(&key)).unwrap_err(), CoseFault::LabelInBoth);
    let odd = Parts::new(es256()).unprotected(Writer::new().map(1).bytes(b"label").null());
    assert_eq!(sign1(&odd.written(&key)).unwrap_err(), CoseFault::Label);
}

#[test]
fn req_14_30_what_is_critical_is_unknown_in_either_header() {
    let key = key(Algorithm::Es256);
    let critical = |of: Writer| of.integer(2).array(1).integer(777).integer(777).integer(1);
    let covered = critical(Writer::new().map(3).integer(1).integer(-7));
    assert_eq!(sign1(&Parts::new(covered).written(&key)).unwrap_err(), CoseFault::Critical);
    let open = Parts::new(es256()).unprotected(critical(Writer::new().map(2)));
    assert_eq!(sign1(&open.written(&key)).unwrap_err(), CoseFault::Critical);
}

#[test]
fn req_14_30_an_array_of_four_with_or_without_its_tag_and_nothing_else() {
    let key = key(Algorithm::Es256);
    let made = Parts::new(es256()).written(&key);
    let tagged = Writer::new().tag(18).raw(&made).into_bytes();
    assert!(sign1(&tagged).unwrap().verify(key.public_key(), None).is_ok());
    let nothing = || Writer::new().map(0).into_bytes();
    for (wrong, why) in [
        (Writer::new().tag(17).raw(&made), "another tag"),
        (Writer::new().map(0), "no array"),
        (Writer::new().array(3).bytes(&nothing()).map(0).bytes(b""), "three"),
        (Writer::new().array(5).bytes(&nothing()).map(0).bytes(b"").bytes(b"").null(), "five"),
        (Writer::new().array(4).map(0).map(0).bytes(b"").bytes(b""), "a header that is not in bytes"),
        (Writer::new().array(4).bytes(&[0x80]).map(0).bytes(b"").bytes(b""), "a header that is no map"),
        (Writer::new().array(4).bytes(&nothing()).array(0).bytes(b"").bytes(b""), "the other is no map"),
    ] {
        assert_eq!(sign1(&wrong.into_bytes()).unwrap_err(), CoseFault::Shape, "{why}");
    }
    let header = [0xa2, 1, 0x26, 1, 0x26];
    let twice = Writer::new().array(4).bytes(&header).map(0).bytes(b"").bytes(&[0; 64]).into_bytes();
    assert!(matches!(sign1(&twice).unwrap_err(), CoseFault::Protected(_)));
}

#[test]
fn req_14_32_the_payload_is_where_it_belongs_and_what_was_signed() {
    let (key, other) = (key(Algorithm::Es256), key(Algorithm::Es256));
    let attached = sign1(&Parts::new(es256()).written(&key)).unwrap();
    let detached = sign1(&Parts { payload: None, ..Parts::new(es256()) }.written(&key)).unwrap();
    let fault = |sign1: &Sign1, external| sign1.verify(key.public_key(), external).map(|_| ()).unwrap_err();
    assert_eq!(fault(&attached, Some(b"payload")), CoseFault::PayloadAttached);
    assert_eq!(fault(&detached, None), CoseFault::NoPayload);
    assert_eq!(fault(&detached, Some(b"other")), CoseFault::Signature);
    assert!(detached.verify(key.public_key(), Some(b"")).is_ok());
    assert!(attached.verify(other.public_key(), None).is_err());
    // The same header in other bytes is another signature.
    let wide = Parts { protected: vec![0xb8, 1, 1, 0x26], ..Parts::new(es256()) };
    assert!(sign1(&wide.written(&key)).unwrap().verify(key.public_key(), None).is_ok());
    let resigned =
        Parts { protected: vec![0xb8, 1, 1, 0x26], signature: Some(vec![7; 64]), ..Parts::new(es256()) };
    assert!(sign1(&resigned.written(&key)).unwrap().verify(key.public_key(), None).is_err());
}

#[test]
fn req_14_33_a_chain_is_one_certificate_or_an_array_of_them_in_either_header() {
    let key = key(Algorithm::Es256);
    let open = |chain: Writer| {
        let header = Writer::new().map(1).integer(33).raw(&chain.into_bytes());
        sign1(&Parts::new(es256()).unprotected(header).written(&key))
    };
    let x5c = |read: &Sign1| read.x5chain().map(X5Chain::to_x5c);
    let one = open(Writer::new().bytes(b"abc")).unwrap();
    assert_eq!(x5c(&one), Some(json!(["YWJj"])));
    assert!(!one.x5chain().unwrap().is_protected());
    assert_eq!(x5c(&open(Writer::new().array(1).bytes(b"abc")).unwrap()), Some(json!(["YWJj"])));
    let many = |count: usize| (0..count).fold(Writer::new().array(count), |to, _| to.bytes(b"abc"));
    assert_eq!(x5c(&open(many(6)).unwrap()).unwrap().as_array().unwrap().len(), 6);
    for wrong in [
        many(0),
        many(7),
        Writer::new().array(1).text("abc"),
        Writer::new().null(),
        Writer::new().bytes(&[0; 8193]),
    ] {
        assert_eq!(open(wrong).unwrap_err(), CoseFault::Chain);
    }
    let covered =
        Writer::new().map(3).integer(1).integer(-7).integer(16).text("a/b").integer(33).bytes(b"abc");
    let covered = sign1(&Parts::new(covered).written(&key)).unwrap();
    assert!(covered.x5chain().unwrap().is_protected());
    assert_eq!(covered.media_type(), Some("a/b"));
}

fn read_key(bytes: &[u8]) -> Result<Value, CoseKeyFault> {
    key::read(&read(bytes, &Limits::default()).unwrap()).map(|key| key.to_jwk())
}

#[test]
fn req_14_57_a_key_reads_back_as_what_it_was() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512] {
        let jwk = key(algorithm).public_key().to_jwk();
        let read = read_key(&key::of_jwk(&jwk).unwrap()).unwrap();
        assert_eq!((&read["x"], &read["y"], &read["crv"]), (&jwk["x"], &jwk["y"], &jwk["crv"]));
    }
    assert_eq!(key::of_jwk(&key(Algorithm::Ed25519).public_key().to_jwk()), None);
    assert_eq!(key::of_jwk(&json!({})), None);
}

#[test]
fn req_14_57_what_is_no_point_of_a_known_curve_with_full_coordinates_is_no_key() {
    let jwk = key(Algorithm::Es256).public_key().to_jwk();
    let octets = |name: &str| base64url::decode(jwk[name].as_str().unwrap()).unwrap();
    let (x, y) = (octets("x"), octets("y"));
    let made = |kty: i64, crv: i64, x: &[u8], y: &[u8], more: Writer, count: usize| {
        let key = Writer::new().map(4 + count).integer(1).integer(kty).integer(-1).integer(crv);
        key.integer(-2).bytes(x).integer(-3).bytes(y).raw(&more.into_bytes()).into_bytes()
    };
    let plain = |kty, crv, x: &[u8], y: &[u8]| read_key(&made(kty, crv, x, y, Writer::new(), 0));
    assert!(plain(2, 1, &x, &y).is_ok());
    assert_eq!(plain(1, 1, &x, &y), Err(CoseKeyFault::KeyType));
    assert_eq!(plain(4, 1, &x, &y), Err(CoseKeyFault::KeyType));
    assert_eq!(plain(2, 8, &x, &y), Err(CoseKeyFault::Curve));
    assert_eq!(plain(2, 2, &x, &y), Err(CoseKeyFault::Coordinate(48)));
    assert_eq!(plain(2, 1, &x[1..], &y), Err(CoseKeyFault::Coordinate(32)));
    assert_eq!(plain(2, 1, &[&[0], &x[..]].concat(), &y), Err(CoseKeyFault::Coordinate(32)));
    assert!(matches!(plain(2, 1, &x, &[1; 32]), Err(CoseKeyFault::Unusable(_))));
    assert!(matches!(plain(2, 1, &[0; 32], &[0; 32]), Err(CoseKeyFault::Unusable(_))));
    let with = |more: Writer| read_key(&made(2, 1, &x, &y, more, 1));
    assert_eq!(with(Writer::new().integer(-4).bytes(&[7; 32])), Err(CoseKeyFault::Private));
    assert_eq!(with(Writer::new().integer(3).integer(-35)), Err(CoseKeyFault::OtherUse));
    assert_eq!(with(Writer::new().integer(4).array(1).integer(1)), Err(CoseKeyFault::OtherUse));
    assert!(with(Writer::new().integer(3).integer(-9)).is_ok());
    assert!(with(Writer::new().integer(4).array(2).integer(1).integer(2)).is_ok());
    assert!(with(Writer::new().integer(2).bytes(b"kid")).is_ok());
    // The sign of `y` in the place of `y`.
    let compressed = Writer::new().map(4).integer(1).integer(2).integer(-1).integer(1);
    let compressed = compressed.integer(-2).bytes(&x).integer(-3).bool(true).into_bytes();
    assert_eq!(read_key(&compressed), Err(CoseKeyFault::Coordinate(32)));
    assert_eq!(read_key(&[0x80]), Err(CoseKeyFault::NotAMap));
}
