//! Sets of public keys, and how a header chooses one.

use serde_json::{Value, json};

use super::alg::Algorithm;
use super::jwk::{JwkFault, PublicKey};

/// A JWKS (RFC 7517 section 5). Members that cannot be used (unknown `kty` or `crv`, `use: enc`, ...)
/// are left out, as that section asks.
#[derive(Clone, Debug)]
pub struct KeySet(Vec<PublicKey>);

impl KeySet {
    /// From a JWKS.
    ///
    /// # Errors
    /// [`JwkFault::NotASet`] when there is no array `keys` of objects. Single unusable keys are no error.
    pub fn from_json(jwks: &Value) -> Result<Self, JwkFault> {
        let keys = jwks.get("keys").and_then(Value::as_array).ok_or(JwkFault::NotASet)?;
        if !keys.iter().all(Value::is_object) {
            return Err(JwkFault::NotASet);
        }
        Ok(Self(keys.iter().filter_map(|jwk| PublicKey::from_jwk(jwk).ok()).collect()))
    }

    /// From keys that are already parsed.
    pub fn of(keys: Vec<PublicKey>) -> Self {
        Self(keys)
    }

    /// Every usable key, in the order of the JWKS.
    pub fn keys(&self) -> &[PublicKey] {
        &self.0
    }

    /// Exactly the key a header names: by `kid`; without `kid`, the only key that fits `alg` (REQ-5.8).
    pub fn find(&self, kid: Option<&str>, alg: Algorithm) -> Option<&PublicKey> {
        self.choose(kid, alg).ok()
    }

    /// As [`Self::find`], saying why there is none.
    ///
    /// # Errors
    /// One [`NoKey`] per reason.
    pub fn choose(&self, kid: Option<&str>, alg: Algorithm) -> Result<&PublicKey, NoKey> {
        let mut named = self.0.iter().filter(|key| kid.is_none() || key.kid() == kid).peekable();
        if named.peek().is_none() {
            return Err(if kid.is_some() { NoKey::UnknownKid } else { NoKey::WrongAlgorithm });
        }
        // Keys of different types may share a `kid` (RFC 7517 section 4.5); the algorithm tells them apart.
        let mut fitting = named.filter(|key| key.algorithm() == alg);
        let key = fitting.next().ok_or(NoKey::WrongAlgorithm)?;
        if fitting.next().is_some() { Err(NoKey::Ambiguous) } else { Ok(key) }
    }

    /// The JWKS, for publishing.
    pub fn to_json(&self) -> Value {
        json!({ "keys": self.0.iter().map(PublicKey::to_jwk).collect::<Vec<_>>() })
    }
}

/// Why no key of a set answers to a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// The header names a `kid` that no usable key has: perhaps the set is stale.
    #[error("no usable key has this `kid`")]
    UnknownKid,
    /// Keys of that name exist, but none is for this `alg`.
    #[error("no key fits the algorithm")]
    WrongAlgorithm,
    /// More than one key fits, and nothing says which is meant.
    #[error("more than one key fits")]
    Ambiguous,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::jose::signing::SigningKey;

    fn key(alg: Algorithm, kid: Option<&str>) -> Value {
        let mut jwk = SigningKey::generate(alg).unwrap().public_key().to_jwk();
        match kid {
            Some(kid) => jwk["kid"] = kid.into(),
            None => drop(jwk.as_object_mut().unwrap().remove("kid")),
        }
        jwk
    }

    fn set(keys: &[&Value]) -> KeySet {
        KeySet::from_json(&json!({ "keys": keys })).unwrap()
    }

    #[test]
    fn req_5_8_a_kid_is_matched_exactly_and_the_algorithm_must_fit() {
        let (one, two) = (key(Algorithm::Es256, Some("one")), key(Algorithm::Es256, Some("two")));
        let keys = set(&[&one, &two]);
        assert_eq!(keys.choose(Some("two"), Algorithm::Es256).unwrap().to_jwk(), two);
        assert_eq!(keys.choose(Some("Two"), Algorithm::Es256).unwrap_err(), NoKey::UnknownKid);
        assert_eq!(keys.choose(Some("two"), Algorithm::Es384).unwrap_err(), NoKey::WrongAlgorithm);
        assert!(keys.find(Some(""), Algorithm::Es256).is_none());
    }

    #[test]
    fn req_5_8_without_kid_only_a_single_fitting_key_is_tried() {
        let (first, second) = (key(Algorithm::Es256, Some("one")), key(Algorithm::Es256, None));
        let other = key(Algorithm::EdDsa, None);
        assert!(set(&[&first, &other]).choose(None, Algorithm::Es256).is_ok());
        assert_eq!(set(&[&first, &second]).choose(None, Algorithm::Es256).unwrap_err(), NoKey::Ambiguous);
        assert_eq!(set(&[&other]).choose(None, Algorithm::Es256).unwrap_err(), NoKey::WrongAlgorithm);
        assert_eq!(set(&[]).choose(None, Algorithm::Es256).unwrap_err(), NoKey::WrongAlgorithm);
    }

    #[test]
    fn two_keys_of_one_name_are_told_apart_by_algorithm_or_not_at_all() {
        let (a, b) = (key(Algorithm::Es256, Some("k")), key(Algorithm::Es256, Some("k")));
        let c = key(Algorithm::EdDsa, Some("k"));
        assert!(set(&[&a, &c]).find(Some("k"), Algorithm::EdDsa).is_some());
        assert_eq!(set(&[&a, &b]).choose(Some("k"), Algorithm::Es256).unwrap_err(), NoKey::Ambiguous);
    }

    #[test]
    fn unusable_keys_are_left_out_and_what_is_no_set_is_refused() {
        let good = key(Algorithm::Es256, Some("good"));
        let odd = json!({"kty": "oct", "k": "AAAA"});
        assert_eq!(set(&[&odd, &good]).keys().len(), 1);
        for wrong in [json!({}), json!([]), json!({"keys": {}}), json!({"keys": ["x"]})] {
            assert_eq!(KeySet::from_json(&wrong).unwrap_err(), JwkFault::NotASet, "{wrong}");
        }
    }

    #[test]
    fn a_published_set_reads_back() {
        let keys = set(&[&key(Algorithm::Es256, Some("a")), &key(Algorithm::EdDsa, Some("b"))]);
        assert_eq!(KeySet::from_json(&keys.to_json()).unwrap().to_json(), keys.to_json());
    }
}
