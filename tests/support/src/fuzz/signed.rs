//! Compact JWS and JWE.

use serde_json::{Value, json};
use vpgate_core::base::base64url;
use vpgate_core::jose::jwe::{ContentEncryption, EncryptedText};
use vpgate_core::jose::jws::UnverifiedJws;

use super::{BOUNDS, ENCRYPTION_KEY, MADE, Seeds, good};
use crate::builders::presentation::QUERY_ID;

/// A compact JWS. What is read is what was written, and nothing verifies but what the key signed.
pub fn jws(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(jws) = UnverifiedJws::parse(text, &BOUNDS) else { return };
    assert_eq!(text.matches('.').count(), 2);
    let header = base64url::decode(text.split('.').next().unwrap()).unwrap();
    let plain: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(plain, Value::Object(jws.header().clone()));
    assert_eq!(plain["alg"], jws.algorithm().name());
    assert!(plain.get("crit").is_none());
    let payload = base64url::decode(text.split('.').nth(1).unwrap()).unwrap();
    if let Ok(verified) = jws.into_owned().verify(MADE.issuer.key.public_key()) {
        assert_eq!(
            serde_json::from_slice::<Value>(&payload).unwrap(),
            Value::Object(verified.into_payload())
        );
    }
}

/// A compact JWE. Lines of their own are what stands in its five parts, so that the header can be reached
/// without base64url. What decrypts was encrypted to the key, by somebody who said so plainly.
pub fn jwe(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let made = text.lines().map(base64url::encode).collect::<Vec<_>>().join(".");
    for text in [text, &made] {
        let Ok(jwe) = EncryptedText::parse(text, 64 << 10) else { continue };
        let parts: Vec<Vec<u8>> = text.split('.').map(|part| base64url::decode(part).unwrap()).collect();
        let [header, encrypted_key, iv, ciphertext, tag] = parts.try_into().unwrap();
        assert_eq!((encrypted_key.len(), iv.len(), tag.len()), (0, 12, 16));
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!((&header["alg"], &header["enc"]), (&json!("ECDH-ES"), &json!(jwe.enc().name())));
        assert!(header.get("zip").is_none() && header.get("crit").is_none());
        if let Ok(content) = ENCRYPTION_KEY.decrypt(&jwe, &ContentEncryption::ALL) {
            assert_eq!(header["kid"], ENCRYPTION_KEY.kid());
            assert_eq!(content.len(), ciphertext.len());
            assert_eq!(ENCRYPTION_KEY.decrypt(&jwe, &ContentEncryption::ALL), Ok(content));
        }
    }
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    let good = good();
    let kb_jwt = good.kb_jwt(&good.sd_jwt());
    seeds.add("jws", "issuer", good.issuer.sign(&good.header, &good.payload));
    seeds.add("jws", "kb", kb_jwt);
    seeds.add("jws", "crit", good.issuer.sign(r#"{"alg":"ES256","crit":["b64"],"b64":false}"#, "{}"));
    seeds.add("jws", "none", "eyJhbGciOiJub25lIn0.e30.".to_owned());
    let encrypted = |enc: ContentEncryption, header: Value| {
        let payload = json!({"vp_token": {QUERY_ID: ["a~"]}, "state": "b"}).to_string();
        let header = header.as_object().unwrap();
        ENCRYPTION_KEY.public_key().encrypt(payload.as_bytes(), enc, header).unwrap()
    };
    seeds.add("jwe", "a128gcm", encrypted(ContentEncryption::A128Gcm, json!({})));
    seeds.add(
        "jwe",
        "a256gcm",
        encrypted(ContentEncryption::A256Gcm, json!({"apu": "QQ", "apv": "Qg", "cty": "JWT"})),
    );
    let public = ENCRYPTION_KEY.to_public_jwk();
    let epk = json!({"kty": "EC", "crv": "P-256", "x": public["x"], "y": public["y"]});
    let header = json!({"alg": "ECDH-ES", "enc": "A128GCM", "kid": ENCRYPTION_KEY.kid(), "epk": epk});
    seeds.add("jwe", "lines", format!("{header}\n\n123456789012\nx\n1234567890123456"));
}
