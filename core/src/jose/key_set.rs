//! Sets of public keys, and how a header chooses among them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::alg::Algorithm;
use super::jwk::{JwkFault, PublicKey};
use super::jws::SignatureMemo;

/// Most keys that are tried for one signature.
pub const MOST_TRIED: usize = 8;
/// How many of the keys that were left out are named in a sentence.
const MOST_NAMED: usize = 4;

/// A JWKS (RFC 7517 section 5). Members that cannot be used (unknown `kty` or `crv`, `use: enc`, ...)
/// are left out, as that section asks.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<PublicKey>,
    left_out: Vec<LeftOut>,
    memo: Option<Arc<dyn SignatureMemo>>,
}

/// A member of a JWKS that is no key for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it stands, counted from 1.
    pub place: usize,
    /// Why the key does not count.
    pub why: JwkFault,
}

impl KeySet {
    /// From a JWKS.
    ///
    /// # Errors
    /// [`JwkFault::NotASet`] when there is no array `keys` of objects. Single unusable keys are no error:
    /// see [`Self::left_out`].
    pub fn from_json(jwks: &Value) -> Result<Self, JwkFault> {
        let keys = jwks.get("keys").and_then(Value::as_array).ok_or(JwkFault::NotASet)?;
        if !keys.iter().all(Value::is_object) {
            return Err(JwkFault::NotASet);
        }
        Ok(keys.iter().map(PublicKey::from_jwk).collect())
    }

    /// From keys that are already parsed.
    pub fn of(keys: Vec<PublicKey>) -> Self {
        Self { keys, ..Self::default() }
    }

    /// These keys, with a memory of the signatures that held under them.
    #[must_use]
    pub fn with_memo(self, memo: Arc<dyn SignatureMemo>) -> Self {
        Self { memo: Some(memo), ..self }
    }

    /// What is remembered of signatures under these keys.
    pub(crate) fn memo(&self) -> Option<Arc<dyn SignatureMemo>> {
        self.memo.clone()
    }

    /// Every usable key, in the order of the JWKS.
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// What was left out.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The keys that were left out because they are malformed, in words; `None` when there are none. Keys
    /// of other types and for other ends are not among them: those are nobody's mistake.
    pub fn mistakes(&self) -> Option<String> {
        let mistaken = || self.left_out.iter().filter(|left_out| left_out.why.is_a_mistake());
        in_words(mistaken())
    }

    /// Every key that was left out, in words; `None` when there is none.
    pub fn left_out_in_words(&self) -> Option<String> {
        in_words(self.left_out.iter())
    }

    /// The first key that a header can mean.
    pub fn find(&self, kid: Option<&str>, alg: Algorithm) -> Option<&PublicKey> {
        self.keys.iter().filter(|key| kid.is_none() || key.kid() == kid).find(|key| key.fits(alg))
    }

    /// The keys that a header can mean, at least one: those that it names and that fit `alg`, and without
    /// `kid` all that fit. Several keys may share a name (RFC 7517 section 4.5), and an issuer that changes
    /// its key publishes two; all of them are believed, so all of them may be tried (REQ-5.8; RFC 7515
    /// section 4.1.4 and appendix D). A key that is there twice counts once, and at most [`MOST_TRIED`] are
    /// given.
    ///
    /// # Errors
    /// One [`NoKey`] per reason.
    pub fn candidates(&self, kid: Option<&str>, alg: Algorithm) -> Result<Vec<PublicKey>, NoKey> {
        let mut named = self.keys.iter().filter(|key| kid.is_none() || key.kid() == kid).peekable();
        if named.peek().is_none() && kid.is_some() {
            return Err(NoKey::UnknownKid);
        }
        let mut fitting: Vec<PublicKey> = Vec::new();
        for key in named.filter(|key| key.fits(alg)) {
            if fitting.len() == MOST_TRIED {
                break;
            }
            if !fitting.iter().any(|known| known.is_same(key)) {
                fitting.push(key.clone());
            }
        }
        if fitting.is_empty() { Err(NoKey::WrongAlgorithm) } else { Ok(fitting) }
    }

    /// The JWKS, for publishing.
    pub fn to_json(&self) -> Value {
        json!({ "keys": self.keys.iter().map(PublicKey::to_jwk).collect::<Vec<_>>() })
    }
}

impl FromIterator<Result<PublicKey, JwkFault>> for KeySet {
    fn from_iter<I: IntoIterator<Item = Result<PublicKey, JwkFault>>>(found: I) -> Self {
        let mut set = Self::default();
        for (one, place) in found.into_iter().zip(1..) {
            match one {
                Ok(key) => set.keys.push(key),
                Err(why) => set.left_out.push(LeftOut { place, why }),
            }
        }
        set
    }
}

/// `key 2: the JWK's ...; key 5: ...`
fn in_words<'l>(left_out: impl Iterator<Item = &'l LeftOut>) -> Option<String> {
    let all: Vec<String> = left_out.map(|LeftOut { place, why }| format!("key {place}: {why}")).collect();
    let named = all.get(..MOST_NAMED).unwrap_or(&all).join("; ");
    match all.len().saturating_sub(MOST_NAMED) {
        _ if all.is_empty() => None,
        0 => Some(named),
        more => Some(format!("{named}; and {more} more")),
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::signing::SigningKey;

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
        let found = keys.candidates(Some("two"), Algorithm::Es256).unwrap();
        assert_eq!(found.iter().map(PublicKey::to_jwk).collect::<Vec<_>>(), [two]);
        assert_eq!(keys.candidates(Some("Two"), Algorithm::Es256).unwrap_err(), NoKey::UnknownKid);
        assert_eq!(keys.candidates(Some("two"), Algorithm::Es384).unwrap_err(), NoKey::WrongAlgorithm);
        assert!(keys.find(Some(""), Algorithm::Es256).is_none());
    }

    #[test]
    fn req_5_8_without_kid_or_with_one_for_several_every_fitting_key_is_a_candidate() {
        let (first, second) = (key(Algorithm::Es256, Some("one")), key(Algorithm::Es256, None));
        let (shared, other) = (key(Algorithm::Es256, Some("one")), key(Algorithm::EdDsa, Some("one")));
        let keys = set(&[&first, &other, &second, &shared]);
        let count = |kid, alg| keys.candidates(kid, alg).map(|found| found.len());
        assert_eq!(count(None, Algorithm::Es256), Ok(3));
        assert_eq!(count(Some("one"), Algorithm::Es256), Ok(2));
        assert_eq!(count(Some("one"), Algorithm::Ed25519), Ok(1));
        assert_eq!(count(None, Algorithm::Rs256), Err(NoKey::WrongAlgorithm));
        assert_eq!(set(&[]).candidates(None, Algorithm::Es256).unwrap_err(), NoKey::WrongAlgorithm);
    }

    #[test]
    fn req_5_8_one_key_twice_is_one_key_and_no_more_than_eight_are_tried() {
        let once = key(Algorithm::Es256, Some("k"));
        let mut again = once.clone();
        again["use"] = "sig".into();
        again["kid"] = "another name".into();
        let keys = set(&[&once, &again, &once]);
        assert_eq!(keys.candidates(None, Algorithm::Es256).unwrap().len(), 1);
        let many: Vec<Value> = (0..12).map(|_| key(Algorithm::Es256, Some("k"))).collect();
        let keys = set(&many.iter().collect::<Vec<_>>());
        assert_eq!(keys.candidates(Some("k"), Algorithm::Es256).unwrap().len(), MOST_TRIED);
    }

    #[test]
    fn unusable_keys_are_left_out_and_what_is_no_set_is_refused() {
        let good = key(Algorithm::Es256, Some("good"));
        let odd = json!({"kty": "oct", "k": "AAAA"});
        let keys = set(&[&odd, &good]);
        assert_eq!(keys.keys().len(), 1);
        assert_eq!(keys.left_out(), [LeftOut { place: 1, why: JwkFault::PrivateMember }]);
        for wrong in [json!({}), json!([]), json!({"keys": {}}), json!({"keys": ["x"]})] {
            assert_eq!(KeySet::from_json(&wrong).unwrap_err(), JwkFault::NotASet, "{wrong}");
        }
    }

    #[test]
    fn a_key_that_is_malformed_is_named_with_its_reason_and_one_for_something_else_is_not() {
        let good = key(Algorithm::Es256, Some("good"));
        let with = |name: &str, value: Value| {
            let mut jwk = good.clone();
            jwk[name] = value;
            jwk
        };
        let (numeric, padded) = (with("kid", json!(7)), with("x", json!("AA==")));
        let (encryption, null) = (with("use", json!("enc")), with("use", Value::Null));
        let words = set(&[&numeric, &good, &padded, &encryption, &null]).mistakes().unwrap();
        for part in ["key 1: ", "`kid`", "key 3: ", "`x`", "key 5: "] {
            assert!(words.contains(part), "{words}");
        }
        assert!(!words.contains("key 4"), "{words}");
        assert_eq!(set(&[&good, &encryption]).mistakes(), None);
        assert!(set(&[&good, &encryption]).left_out_in_words().is_some());
    }

    #[test]
    fn a_published_set_reads_back() {
        let keys = set(&[&key(Algorithm::Es256, Some("a")), &key(Algorithm::EdDsa, Some("b"))]);
        assert_eq!(KeySet::from_json(&keys.to_json()).unwrap().to_json(), keys.to_json());
    }
}
