//! Signatures of webhooks (Standard Webhooks 1.0.0, "Signature scheme"): over the identifier of the message, the second
//! of the attempt and the bytes of the body.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use crate::base::time::Timestamp;

const SHARED: &str = "whsec_";
const PRIVATE: &str = "whsk_";
const PUBLIC: &str = "whpk_";
/// Bytes of a shared secret.
const SHARED_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Bytes of the seed of an Ed25519 key, and of its public key.
const HALF: usize = 32;

/// What the messages to one endpoint are signed with. It prints as nothing.
pub struct SigningSecret(SecretKind);

enum SecretKind {
    /// `v1`: HMAC-SHA256 by a secret that the receiver has too.
    Shared(hmac::Key),
    /// `v1a`: Ed25519.
    Ed25519(Ed25519KeyPair),
}

/// Why a text is no secret. Says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SecretFault {
    #[error(
        "must be `whsec_` and the base64 of 24 to 64 random bytes, or `whsk_` and that of an Ed25519 key"
    )]
    Form,
    #[error("`whsec_` must be followed by the base64 of 24 to 64 bytes")]
    Shared,
    #[error(
        "`whsk_` must be followed by the base64 of an Ed25519 key: 32 bytes of its seed, and 32 of its public key"
    )]
    Private,
}

impl SigningSecret {
    /// Reads `whsec_...` or `whsk_...`. The public key behind the seed of an Ed25519 key may be left out.
    ///
    /// # Errors
    /// [`SecretFault`]
    pub fn parse(text: &str) -> Result<Self, SecretFault> {
        let bytes = |coded: &str| STANDARD.decode(coded).map(Zeroizing::new);
        if let Some(coded) = text.strip_prefix(SHARED) {
            let bytes = bytes(coded).map_err(|_| SecretFault::Shared)?;
            return match SHARED_BYTES.contains(&bytes.len()) {
                true => Ok(Self(SecretKind::Shared(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))),
                false => Err(SecretFault::Shared),
            };
        }
        let coded = text.strip_prefix(PRIVATE).ok_or(SecretFault::Form)?;
        let bytes = bytes(coded).map_err(|_| SecretFault::Private)?;
        let pair = match bytes.split_at_checked(HALF) {
            Some((seed, [])) => Ed25519KeyPair::from_seed_unchecked(seed),
            Some((seed, public)) => Ed25519KeyPair::from_seed_and_public_key(seed, public),
            None => return Err(SecretFault::Private),
        };
        pair.map(|pair| Self(SecretKind::Ed25519(pair))).map_err(|_| SecretFault::Private)
    }

    /// One part of `webhook-signature`: `v1,` or `v1a,` and base64. `id` is `webhook-id`, `at` is `webhook-timestamp`.
    fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let mut signed = format!("{id}.{}.", at.unix()).into_bytes();
        signed.extend_from_slice(body);
        match &self.0 {
            SecretKind::Shared(key) => format!("v1,{}", STANDARD.encode(hmac::sign(key, &signed))),
            SecretKind::Ed25519(pair) => format!("v1a,{}", STANDARD.encode(pair.sign(&signed))),
        }
    }

    /// `webhook-signature`: one signature by each of `secrets`, with a space between them. While one secret is
    /// exchanged for another there are two, and a receiver may know either.
    pub fn header(secrets: &[Self], id: &str, at: Timestamp, body: &[u8]) -> String {
        let parts: Vec<String> = secrets.iter().map(|secret| secret.sign(id, at, body)).collect();
        parts.join(" ")
    }

    /// `whpk_...`, for receivers; `None` for a shared secret.
    pub fn public_key(&self) -> Option<String> {
        match &self.0 {
            SecretKind::Shared(_) => None,
            SecretKind::Ed25519(pair) => Some(format!("{PUBLIC}{}", STANDARD.encode(pair.public_key()))),
        }
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    const AT: Timestamp = Timestamp::from_unix(1_614_265_330);
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    #[test]
    fn req_21_42_the_published_example_of_a_shared_secret() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(SigningSecret::header(&[secret], ID, AT, BODY), expected);
    }

    #[test]
    fn req_21_42_while_secrets_are_exchanged_each_signs() {
        let read = |text| SigningSecret::parse(text).unwrap();
        let old = format!("whsec_{}", STANDARD.encode([7; 24]));
        let header = SigningSecret::header(
            &[read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), read(&old)],
            ID,
            AT,
            BODY,
        );
        let parts: Vec<&str> = header.split(' ').collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(parts[1].starts_with("v1,") && parts[1] != parts[0]);
    }

    #[test]
    fn req_21_42_an_ed25519_key_signs_what_its_public_key_verifies() {
        let seed = [9; 32];
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let whole = [&seed[..], pair.public_key().as_ref()].concat();
        for text in [STANDARD.encode(seed), STANDARD.encode(whole)] {
            let secret = SigningSecret::parse(&format!("whsk_{text}")).unwrap();
            let public = secret.public_key().unwrap();
            let public = STANDARD.decode(public.strip_prefix("whpk_").unwrap()).unwrap();
            let header = SigningSecret::header(&[secret], ID, AT, BODY);
            let signature = STANDARD.decode(header.strip_prefix("v1a,").unwrap()).unwrap();
            let signed = [format!("{ID}.{}.", AT.unix()).as_bytes(), BODY].concat();
            UnparsedPublicKey::new(&ED25519, public).verify(&signed, &signature).unwrap();
        }
    }

    #[test]
    fn req_21_42_what_is_no_secret_is_refused_by_its_form() {
        let coded = |bytes: &[u8]| STANDARD.encode(bytes);
        for (text, fault) in [
            (String::new(), SecretFault::Form),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), SecretFault::Form),
            (format!("whpk_{}", coded(&[1; 32])), SecretFault::Form),
            (format!("whsec_{}", coded(&[1; 23])), SecretFault::Shared),
            (format!("whsec_{}", coded(&[1; 65])), SecretFault::Shared),
            ("whsec_".to_owned(), SecretFault::Shared),
            (format!("whsec_{} ", coded(&[1; 24])), SecretFault::Shared),
            ("whsec_not base64".to_owned(), SecretFault::Shared),
            (format!("whsk_{}", coded(&[1; 31])), SecretFault::Private),
            (format!("whsk_{}", coded(&[1; 33])), SecretFault::Private),
            (format!("whsk_{}", coded(&[1; 64])), SecretFault::Private),
        ] {
            assert_eq!(SigningSecret::parse(&text).err(), Some(fault), "{text}");
        }
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
        assert_eq!(secret.public_key(), None);
    }
}
