use proptest::prelude::*;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Map, Value, json};

use super::super::jwk::JwkFault;
use super::*;
use crate::base::base64url;
use crate::base::json::JsonFault;

const MOST: usize = 64 << 10;
const BOTH: [ContentEncryption; 2] = ContentEncryption::ALL;
const PAYLOAD: &[u8] = br#"{"vp_token":{"a":["b"]},"state":"c"}"#;

fn decrypt(key: &EncryptionKey, text: &str) -> Result<Vec<u8>, JweFault> {
    key.decrypt(&EncryptedText::parse(text, MOST)?, &BOTH)
}

fn encrypt(key: &EncryptionKey) -> String {
    key.public_key().encrypt(PAYLOAD, ContentEncryption::A128Gcm, &Map::new()).unwrap()
}

/// `text` with another protected header; its tag does not cover it any more.
fn with_header(text: &str, change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let (header, rest) = text.split_once('.').unwrap();
    let mut header: Map<String, Value> = serde_json::from_slice(&base64url::decode(header).unwrap()).unwrap();
    change(&mut header);
    format!("{}.{rest}", base64url::encode(Value::Object(header).to_string()))
}

/// `text` with another part; 0 is the header.
fn with_part(text: &str, index: usize, part: &str) -> String {
    let mut parts: Vec<&str> = text.split('.').collect();
    parts[index] = part;
    parts.join(".")
}

fn part_of(text: &str, index: usize) -> Vec<u8> {
    base64url::decode(text.split('.').nth(index).unwrap()).unwrap()
}

#[test]
fn req_2_30_what_was_encrypted_is_read() {
    for enc in BOTH {
        let key = EncryptionKey::generate().unwrap();
        let mut header = Map::new();
        for (name, value) in [("apu", base64url::encode("Alice")), ("apv", base64url::encode("Bob"))] {
            header.insert(name.to_owned(), value.into());
        }
        header.insert("cty".to_owned(), "JWT".into());
        let text = key.public_key().encrypt(PAYLOAD, enc, &header).unwrap();
        assert_eq!(decrypt(&key, &text).as_deref(), Ok(PAYLOAD));
        let kept = EncryptionKey::from_private_jwk(&key.to_private_jwk()).unwrap();
        assert_eq!(decrypt(&kept, &text).as_deref(), Ok(PAYLOAD), "after a stay in a row");
        assert_eq!(kept.kid(), key.kid());
        let wallet = RecipientKey::from_jwk(&key.to_public_jwk()).unwrap();
        let text = wallet.encrypt(PAYLOAD, enc, &Map::new()).unwrap();
        assert_eq!(decrypt(&kept, &text).as_deref(), Ok(PAYLOAD), "from what we publish");
    }
}

#[test]
fn req_2_34_every_key_is_another_and_says_what_it_is_for() {
    let (one, two) = (EncryptionKey::generate().unwrap(), EncryptionKey::generate().unwrap());
    assert_ne!(one.kid(), two.kid());
    let published = one.to_public_jwk();
    assert_eq!(published["kid"], one.kid());
    assert_eq!((&published["alg"], &published["use"]), (&json!("ECDH-ES"), &json!("enc")));
    assert_eq!((&published["kty"], &published["crv"]), (&json!("EC"), &json!("P-256")));
    assert!(published.get("d").is_none());
    assert_eq!(format!("{one:?}"), "EncryptionKey(..)");
}

#[test]
fn req_2_31_the_key_of_another_request_decrypts_nothing() {
    let (key, other) = (EncryptionKey::generate().unwrap(), EncryptionKey::generate().unwrap());
    let text = encrypt(&key);
    assert_eq!(decrypt(&other, &text), Err(JweFault::KeyId));
    let renamed = with_header(&text, |header| drop(header.insert("kid".to_owned(), other.kid().into())));
    assert_eq!(decrypt(&other, &renamed), Err(JweFault::Decryption));
    for kid in [json!("x"), json!("")] {
        let wrong = with_header(&text, |header| drop(header.insert("kid".to_owned(), kid)));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::KeyId));
    }
    for kid in [Value::Null, json!([key.kid()])] {
        let wrong = with_header(&text, |header| drop(header.insert("kid".to_owned(), kid)));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::KeyId));
    }
    let without = with_header(&text, |header| drop(header.remove("kid")));
    assert_eq!(decrypt(&key, &without), Err(JweFault::KeyId));
}

#[test]
fn req_2_32_other_algorithms_are_refused() {
    let key = EncryptionKey::generate().unwrap();
    let text = encrypt(&key);
    for alg in ["RSA1_5", "RSA-OAEP", "dir", "ECDH-ES+A128KW", "PBES2-HS256+A128KW", "A128KW", "none", ""] {
        let wrong = with_header(&text, |header| drop(header.insert("alg".to_owned(), alg.into())));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::Algorithm), "{alg}");
    }
    for enc in ["A192GCM", "A128CBC-HS256", "A256CBC-HS512", "a128gcm", ""] {
        let wrong = with_header(&text, |header| drop(header.insert("enc".to_owned(), enc.into())));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::ContentEncryption), "{enc}");
    }
    for name in ["alg", "enc"] {
        let without = with_header(&text, |header| drop(header.remove(name)));
        let expected = if name == "alg" { JweFault::Algorithm } else { JweFault::ContentEncryption };
        assert_eq!(decrypt(&key, &without), Err(expected));
    }
    let parsed = EncryptedText::parse(&text, MOST).unwrap();
    assert_eq!(parsed.enc(), ContentEncryption::A128Gcm);
    assert!(key.decrypt(&parsed, &[ContentEncryption::A128Gcm]).is_ok());
    assert_eq!(key.decrypt(&parsed, &[ContentEncryption::A256Gcm]), Err(JweFault::ContentEncryption));
    let renamed = with_header(&text, |header| drop(header.insert("enc".to_owned(), "A256GCM".into())));
    assert_eq!(decrypt(&key, &renamed), Err(JweFault::Decryption));
}

#[test]
fn req_2_33_ephemeral_keys_off_the_curve_are_refused() {
    let key = EncryptionKey::generate().unwrap();
    let text = encrypt(&key);
    let epk = |change: &dyn Fn(&mut Value)| {
        decrypt(&key, &with_header(&text, |header| change(header.get_mut("epk").unwrap())))
    };
    let zero = base64url::encode([0; 32]);
    let beyond = base64url::encode([0xff; 32]);
    let short = base64url::encode([1; 31]);
    let long = base64url::encode([0; 33]);
    for (name, value) in [
        ("x", json!(zero)),
        ("y", json!(zero)),
        ("x", json!(beyond)),
        ("y", json!(beyond)),
        ("x", json!(short)),
        ("y", json!(long)),
        ("x", json!(1)),
        ("y", json!("*")),
        ("kty", json!("OKP")),
        ("crv", json!("P-384")),
        ("crv", json!("X25519")),
        ("d", json!(zero)),
    ] {
        assert_eq!(epk(&|epk| epk[name] = value.clone()), Err(JweFault::EphemeralKey), "{name} {value}");
    }
    for name in ["kty", "crv", "x", "y"] {
        let without = |epk: &mut Value| drop(epk.as_object_mut().unwrap().remove(name));
        assert_eq!(epk(&without), Err(JweFault::EphemeralKey), "{name}");
    }
    // The other root: a point of the curve, so only the tag notices.
    let x_of_another = RecipientKey::from_jwk(&EncryptionKey::generate().unwrap().to_public_jwk()).unwrap();
    let another = x_of_another.to_jwk();
    let exchanged = |epk: &mut Value| {
        epk["x"] = another["x"].clone();
        epk["y"] = another["y"].clone();
    };
    assert_eq!(epk(&exchanged), Err(JweFault::Decryption));
    let without = with_header(&text, |header| drop(header.remove("epk")));
    assert_eq!(decrypt(&key, &without), Err(JweFault::EphemeralKey));
}

#[test]
fn req_2_33_tags_and_ivs_have_one_length() {
    let key = EncryptionKey::generate().unwrap();
    let text = encrypt(&key);
    let tag = part_of(&text, 4);
    for length in (0..16).chain([17, 32]) {
        let cut: Vec<u8> = tag.iter().copied().chain([0; 16]).take(length).collect();
        let wrong = with_part(&text, 4, &base64url::encode(cut));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::Length(JwePart::Tag)), "{length}");
    }
    let iv = part_of(&text, 2);
    for length in (0..12).chain([13, 16, 64]) {
        let cut: Vec<u8> = iv.iter().copied().chain([0; 52]).take(length).collect();
        let wrong = with_part(&text, 2, &base64url::encode(cut));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::Length(JwePart::Iv)), "{length}");
    }
    assert_eq!(decrypt(&key, &with_part(&text, 3, "")), Err(JweFault::Length(JwePart::Ciphertext)));
    for encrypted_key in ["A", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(decrypt(&key, &with_part(&text, 1, encrypted_key)), Err(JweFault::EncryptedKey));
    }
    for (index, part) in [(2, JwePart::Iv), (3, JwePart::Ciphertext), (4, JwePart::Tag)] {
        assert_eq!(decrypt(&key, &with_part(&text, index, "*")), Err(JweFault::Base64(part)));
    }
}

#[test]
fn req_2_33_extensions_and_compression_are_refused() {
    let key = EncryptionKey::generate().unwrap();
    let text = encrypt(&key);
    for crit in [json!(["exp"]), json!([]), json!("b64")] {
        let wrong = with_header(&text, |header| drop(header.insert("crit".to_owned(), crit)));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::Critical));
    }
    for zip in ["DEF", "", "x"] {
        let wrong = with_header(&text, |header| drop(header.insert("zip".to_owned(), zip.into())));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::Compression));
    }
    for (name, value) in [("apu", json!("*")), ("apv", json!(1)), ("apu", json!("A".repeat(1000)))] {
        let wrong = with_header(&text, |header| drop(header.insert(name.to_owned(), value)));
        assert_eq!(decrypt(&key, &wrong), Err(JweFault::Member(name)));
    }
    let unused = with_header(&text, |header| drop(header.insert("apu".to_owned(), "QQ".into())));
    assert_eq!(decrypt(&key, &unused), Err(JweFault::Decryption));
}

#[test]
fn req_2_30_what_is_not_a_compact_jwe_is_refused() {
    let key = EncryptionKey::generate().unwrap();
    let text = encrypt(&key);
    for wrong in ["", "a", "a.b.c", "a.b.c.d", &format!("{text}."), &format!("{text}.x")] {
        assert_eq!(decrypt(&key, wrong), Err(JweFault::Parts), "{wrong}");
    }
    assert_eq!(decrypt(&key, &format!("={text}")), Err(JweFault::Base64(JwePart::Header)));
    let header = String::from_utf8(part_of(&text, 0)).unwrap();
    let twice = format!(r#"{{"alg":"ECDH-ES",{}"#, &header[1..]);
    let twice = with_part(&text, 0, &base64url::encode(twice));
    assert_eq!(decrypt(&key, &twice), Err(JweFault::Header(JsonFault::Duplicate)));
    let array = with_part(&text, 0, &base64url::encode("[]"));
    assert_eq!(decrypt(&key, &array), Err(JweFault::Header(JsonFault::NotAnObject)));
    let large = with_part(&text, 0, &"A".repeat(6000));
    assert_eq!(decrypt(&key, &large), Err(JweFault::Header(JsonFault::Size(4096))));
    assert!(matches!(EncryptedText::parse(&text, text.len() - 1), Err(JweFault::Size(_))));
    assert!(EncryptedText::parse(&text, text.len()).is_ok());
}

/// Every character changed, once: nothing that is not what was encrypted is read as it.
#[test]
fn req_2_33_every_changed_character_is_refused() {
    let key = EncryptionKey::generate().unwrap();
    let text = encrypt(&key);
    for (index, old) in text.char_indices() {
        for new in ['A', 'B', 'Q', '_', '.', '='] {
            if new != old {
                let mut changed = text.clone();
                changed.replace_range(index..=index, new.encode_utf8(&mut [0; 4]));
                assert!(decrypt(&key, &changed).is_err(), "{index}: {old} -> {new}");
            }
        }
        let mut shorter = text.clone();
        shorter.remove(index);
        assert!(decrypt(&key, &shorter).is_err(), "{index} removed");
    }
}

/// RFC 7518 appendix C: the content key that Alice and Bob agree on, `apu` and `apv` included. The
/// content is encrypted with it by other means.
#[test]
fn req_2_33_apu_and_apv_enter_the_key_as_in_rfc_7518_appendix_c() {
    let bob = EncryptionKey::from_private_jwk(&json!({"kty": "EC", "crv": "P-256", "kid": "bob",
        "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
        "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}))
    .unwrap();
    let header = json!({"alg": "ECDH-ES", "enc": "A128GCM", "kid": "bob", "apu": "QWxpY2U", "apv": "Qm9i",
        "epk": {"kty": "EC", "crv": "P-256", "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
                "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}});
    let header = base64url::encode(header.to_string());
    let derived = base64url::decode("VqqN6vgjbSBcIijNcacQGg").unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &derived).unwrap());
    let mut sealed = PAYLOAD.to_vec();
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key([1; 12]), Aad::from(&header), &mut sealed)
        .unwrap();
    let [iv, ciphertext, tag] = [&[1; 12][..], &sealed, tag.as_ref()].map(base64url::encode);
    assert_eq!(decrypt(&bob, &format!("{header}..{iv}.{ciphertext}.{tag}")).as_deref(), Ok(PAYLOAD));
}

#[test]
fn keys_of_wallets_are_judged() {
    let good = EncryptionKey::generate().unwrap().to_public_jwk();
    let with = |name: &str, value: Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        RecipientKey::from_jwk(&jwk).map(|_| ()).unwrap_err()
    };
    assert!(RecipientKey::from_jwk(&good).is_ok());
    assert_eq!(with("use", json!("sig")), JwkFault::NotForEncryption);
    assert_eq!(with("key_ops", json!(["verify"])), JwkFault::NotForEncryption);
    assert_eq!(with("alg", json!("ECDH-ES+A128KW")), JwkFault::Algorithm);
    assert_eq!(with("alg", json!("ES256")), JwkFault::Algorithm);
    assert_eq!(with("kty", json!("OKP")), JwkFault::KeyType);
    assert_eq!(with("crv", json!("P-384")), JwkFault::Curve);
    assert_eq!(with("x", json!(base64url::encode([1; 31]))), JwkFault::Member("x"));
    assert_eq!(with("y", json!(base64url::encode([1; 32]))), JwkFault::OffCurve, "off the curve");
    assert_eq!(with("d", json!("AA")), JwkFault::PrivateMember);
    assert_eq!(with("kid", json!(1)), JwkFault::Member("kid"));
    let mut bare = good.clone();
    for name in ["alg", "use", "kid"] {
        bare.as_object_mut().unwrap().remove(name);
    }
    let text = RecipientKey::from_jwk(&bare).unwrap().encrypt(b"x", ContentEncryption::A256Gcm, &Map::new());
    assert_eq!(EncryptedText::parse(&text.unwrap(), MOST).map(drop), Err(JweFault::KeyId));
}

#[test]
fn private_keys_that_cannot_work_are_refused() {
    let good = EncryptionKey::generate().unwrap().to_private_jwk();
    let mut public = good.clone();
    public.as_object_mut().unwrap().remove("d");
    assert_eq!(EncryptionKey::from_private_jwk(&public).unwrap_err(), EncryptionKeyFault::Private);
    let mut other = good;
    other["crv"] = "P-384".into();
    assert_eq!(
        EncryptionKey::from_private_jwk(&other).unwrap_err(),
        EncryptionKeyFault::Public(JwkFault::Curve)
    );
    assert!(EncryptionKey::from_private_jwk(&json!("x")).is_err());
}

proptest! {
    #[test]
    fn never_panics(parts in prop::collection::vec("[A-Za-z0-9_-]{0,40}", 0..7), bytes in any::<Vec<u8>>()) {
        let _ = EncryptedText::parse(&parts.join("."), MOST).is_ok();
        let header = base64url::encode(bytes);
        let _ = EncryptedText::parse(&format!("{header}....",), MOST).is_ok();
    }
}
