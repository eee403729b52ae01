//! Hybrid Public Key Encryption (RFC 9180) in base mode, one message to a key: DHKEM(P-256, HKDF-SHA256),
//! HKDF-SHA256, AES-128-GCM, nothing beside the ciphertext that is authenticated (`aad`).

use openssl::bn::{BigNum, BigNumContext};
use openssl::derive::Deriver;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::jwe::EncryptionKey;
use super::p256;
use super::private_jwk::PrivateJwk;
use crate::base::base64url;

/// `KEM` and the identifier of DHKEM(P-256, HKDF-SHA256) (section 4.1).
const KEM: &[u8] = b"KEM\x00\x10";
/// `HPKE` and the identifiers of the three algorithms (section 5.1).
const SUITE: &[u8] = b"HPKE\x00\x10\x00\x01\x00\x01";
const VERSION: &[u8] = b"HPKE-v1";
/// An uncompressed point of P-256, in bytes.
const POINT: usize = 65;

/// What was encrypted: the sender's ephemeral public key (`enc`) and the ciphertext with its tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HpkeMessage {
    /// An uncompressed point, 65 bytes.
    pub enc: Vec<u8>,
    /// With the tag at its end.
    pub ciphertext: Vec<u8>,
}

/// Why a message was not opened. Carries nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HpkeFault {
    /// No point, the point at infinity, or a compressed one.
    #[error("`enc` is no uncompressed point of P-256")]
    EphemeralKey,
    /// Meant for another key or another `info`, or changed.
    #[error("the ciphertext cannot be decrypted with the key of this request, for what was asked here")]
    Decryption,
}

impl EncryptionKey {
    /// Opens a message whose sender meant it for this key and `info` (section 6.1). That it is encrypted to us is all
    /// that is known then; anybody could have done that.
    ///
    /// # Errors
    /// [`HpkeFault`]
    pub fn open(&self, message: &HpkeMessage, info: &[u8]) -> Result<Zeroizing<Vec<u8>>, HpkeFault> {
        let own = KeyHalves::of(self.private()).ok_or(HpkeFault::Decryption)?;
        if message.enc.len() != POINT || message.enc.first() != Some(&4) {
            return Err(HpkeFault::EphemeralKey);
        }
        let agreed = own.agree(&message.enc).map_err(|_| HpkeFault::EphemeralKey)?;
        let scheduled = key_schedule(&agreed, &message.enc, &own.point, info);
        let (key, nonce) = scheduled.ok_or(HpkeFault::Decryption)?;
        let mut text = Zeroizing::new(message.ciphertext.clone());
        let opened = key.open_in_place(nonce, Aad::empty(), &mut text);
        let length = opened.map_err(|_| HpkeFault::Decryption)?.len();
        text.truncate(length);
        Ok(text)
    }
}

/// Encrypts `plaintext` to the P-256 key of `jwk` for `info`. The ephemeral key is the one that stands for `entropy`,
/// which must never be used again.
///
/// `None` when `jwk` is no such key.
pub fn seal(jwk: &Value, info: &[u8], plaintext: &[u8], entropy: &[u8; 32]) -> Option<HpkeMessage> {
    let ephemeral = PrivateJwk(p256::private_jwk(entropy)?);
    let ephemeral = KeyHalves::of(&ephemeral)?;
    let recipient = point(jwk.as_object()?)?;
    let agreed = ephemeral.agree(&recipient).ok()?;
    let (key, nonce) = key_schedule(&agreed, &ephemeral.point, &recipient, info)?;
    let mut ciphertext = plaintext.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut ciphertext).ok()?;
    Some(HpkeMessage { enc: ephemeral.point, ciphertext })
}

/// Both halves of a key.
struct KeyHalves {
    private: Zeroizing<Vec<u8>>,
    point: Vec<u8>,
}

impl KeyHalves {
    fn of(PrivateJwk(jwk): &PrivateJwk) -> Option<Self> {
        let private = Zeroizing::new(base64url::decode(jwk.parameter("d")?.as_str()?).ok()?);
        Some(Self { private, point: point(jwk.as_ref())? })
    }

    /// The x-coordinate of the shared point (section 4.1); a point that is not on the curve is an error.
    fn agree(&self, peer: &[u8]) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let mut context = BigNumContext::new()?;
        let own = EcPoint::from_bytes(&group, &self.point, &mut context)?;
        let mut private = BigNum::new_secure()?;
        private.copy_from_slice(&self.private)?;
        let own = EcKey::from_private_components(&group, &private, &own);
        private.clear();
        let own = PKey::from_ec_key(own?)?;
        let peer = EcPoint::from_bytes(&group, peer, &mut context)?;
        let peer = EcKey::from_public_key(&group, &peer)?;
        peer.check_key()?;
        let peer = PKey::from_ec_key(peer)?;
        let mut agreement = Deriver::new(&own)?;
        agreement.set_peer(&peer)?;
        Ok(Zeroizing::new(agreement.derive_to_vec()?))
    }
}

/// `04 || x || y`
fn point(jwk: &Map<String, Value>) -> Option<Vec<u8>> {
    let coordinate = |name| base64url::decode(jwk.get(name)?.as_str()?).ok();
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    (point.len() == POINT).then_some(point)
}

/// Sections 4.1 and 5.1: from the shared point to the key and the nonce of the only message. `None` never happens.
fn key_schedule(agreed: &[u8], enc: &[u8], recipient: &[u8], info: &[u8]) -> Option<(LessSafeKey, Nonce)> {
    let both = [enc, recipient].concat();
    let shared = expand(KEM, &extract(KEM, &[], b"eae_prk", agreed), b"shared_secret", &both, 32);
    // Mode 0: no pre-shared key, whose identifier is empty too.
    let (no_psk, info) = (extract(SUITE, &[], b"psk_id_hash", &[]), extract(SUITE, &[], b"info_hash", info));
    let context = [&[0], no_psk.as_slice(), info.as_slice()].concat();
    let secret = extract(SUITE, &shared, b"secret", &[]);
    let key = expand(SUITE, &secret, b"key", &context, AES_128_GCM.key_len());
    let nonce = expand(SUITE, &secret, b"base_nonce", &context, NONCE_LEN);
    let key = UnboundKey::new(&AES_128_GCM, &key).ok()?;
    Some((LessSafeKey::new(key), Nonce::try_assume_unique_for_key(&nonce).ok()?))
}

/// `LabeledExtract` (section 4).
fn extract(suite: &[u8], salt: &[u8], label: &[u8], key: &[u8]) -> Zeroizing<Vec<u8>> {
    let labelled = Zeroizing::new([VERSION, suite, label, key].concat());
    hmac(salt, &labelled)
}

/// `LabeledExpand` (section 4) to at most the length of one hash.
fn expand(suite: &[u8], key: &[u8], label: &[u8], info: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let two_octets = u16::try_from(length).unwrap_or_default().to_be_bytes();
    let mut expanded = hmac(key, &[&two_octets, VERSION, suite, label, info, &[1]].concat());
    expanded.truncate(length);
    expanded
}

fn hmac(key: &[u8], message: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(sign(&Key::new(HMAC_SHA256, key), message).as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &[u8] = b"for this and nothing else";

    fn key() -> EncryptionKey {
        EncryptionKey::generate().unwrap()
    }

    fn sealed(key: &EncryptionKey, text: &[u8]) -> HpkeMessage {
        seal(&key.to_public_jwk(), INFO, text, &crate::jose::testing::entropy()).unwrap()
    }

    #[test]
    fn what_was_sealed_for_a_key_is_opened_by_it() {
        let key = key();
        for text in [&b""[..], b"a", &[7; 5000]] {
            assert_eq!(*key.open(&sealed(&key, text), INFO).unwrap(), text);
        }
    }

    #[test]
    fn neither_another_key_nor_another_purpose_nor_any_other_byte_opens_it() {
        let key = key();
        let good = sealed(&key, b"text");
        assert_eq!(self::key().open(&good, INFO).unwrap_err(), HpkeFault::Decryption);
        for info in [&b""[..], b"for this and nothing els", b"for this and nothing else "] {
            assert_eq!(key.open(&good, info).unwrap_err(), HpkeFault::Decryption);
        }
        for place in 0..good.ciphertext.len() {
            let mut wrong = good.clone();
            wrong.ciphertext[place] ^= 1;
            assert_eq!(key.open(&wrong, INFO).unwrap_err(), HpkeFault::Decryption, "{place}");
        }
        for length in [0, 1, 15] {
            let short = HpkeMessage { ciphertext: good.ciphertext[..length].to_vec(), ..good.clone() };
            assert_eq!(key.open(&short, INFO).unwrap_err(), HpkeFault::Decryption, "{length}");
        }
    }

    #[test]
    fn only_an_uncompressed_point_of_the_curve_is_agreed_with() {
        let key = key();
        let good = sealed(&key, b"text");
        let compressed = [&[2 + (good.enc[64] & 1)], &good.enc[1..33]].concat();
        let mut hybrid = good.enc.clone();
        hybrid[0] = 6 + (good.enc[64] & 1);
        let (mut off, mut long) = (good.enc.clone(), good.enc.clone());
        off[64] ^= 1;
        long.push(0);
        for enc in [compressed, hybrid, off, long, vec![0], Vec::new(), [&[4][..], &[0; 64]].concat()] {
            let wrong = HpkeMessage { enc: enc.clone(), ..good.clone() };
            assert_eq!(key.open(&wrong, INFO).unwrap_err(), HpkeFault::EphemeralKey, "{enc:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_sealed_for_by_nobody() {
        let mut jwk = key().to_public_jwk();
        jwk["y"] = base64url::encode([1; 32]).into();
        for wrong in [jwk, Value::Null, serde_json::json!({"x": "AA", "y": "AA"})] {
            assert!(seal(&wrong, INFO, b"text", &[1; 32]).is_none());
        }
    }
}
