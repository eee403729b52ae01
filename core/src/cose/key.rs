//! COSE_Key: public keys of elliptic curves (RFC 9052 section 7, RFC 9053 section 7.1.1).

use serde_json::{Value, json};

use super::algorithm::algorithm;
use crate::base::base64url;
use crate::cbor::{Item, Writer};
use crate::jose::jwk::{JwkFault, PublicKey};

const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const OPERATIONS: i64 = 4;
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const PRIVATE: i64 = -4;

const EC2: u64 = 2;
const VERIFY: i128 = 2;

/// Number and name of a curve, and the length of its coordinates.
const CURVES: [(u64, &str, usize); 3] = [(1, "P-256", 32), (2, "P-384", 48), (3, "P-521", 66)];

/// A public key with two coordinates of full length, which is a point of its curve.
///
/// # Errors
/// One [`CoseKeyFault`] per way to be unusable.
pub fn read(item: &Item<'_>) -> Result<PublicKey, CoseKeyFault> {
    if item.as_map().is_none() {
        return Err(CoseKeyFault::NotAMap);
    }
    if item.labelled(KEY_TYPE).and_then(Item::as_unsigned) != Some(EC2) {
        return Err(CoseKeyFault::KeyType);
    }
    if item.labelled(PRIVATE).is_some() {
        return Err(CoseKeyFault::Private);
    }
    let number = item.labelled(CURVE).and_then(Item::as_unsigned);
    let curve = CURVES.iter().find(|(known, ..)| Some(*known) == number);
    let (_, curve, length) = curve.ok_or(CoseKeyFault::Curve)?;
    let coordinate = |label| {
        let octets = item.labelled(label).and_then(Item::as_bytes);
        octets.filter(|octets| octets.len() == *length).ok_or(CoseKeyFault::Coordinate(*length))
    };
    let (x, y) = (base64url::encode(coordinate(X)?), base64url::encode(coordinate(Y)?));
    let jwk = json!({"kty": "EC", "crv": curve, "x": x, "y": y});
    let key = PublicKey::from_jwk(&jwk).map_err(CoseKeyFault::Unusable)?;
    let may_verify = match item.labelled(OPERATIONS).map(Item::as_array) {
        None => true,
        Some(operations) => {
            operations.is_some_and(|list| list.iter().any(|it| it.as_integer() == Some(VERIFY)))
        }
    };
    let fits = match item.labelled(ALGORITHM) {
        None => true,
        Some(number) => number.as_integer().and_then(algorithm).is_some_and(|algorithm| key.fits(algorithm)),
    };
    if may_verify && fits { Ok(key) } else { Err(CoseKeyFault::OtherUse) }
}

/// The COSE_Key of a public JWK of an elliptic curve; `None` for any other.
pub fn of_jwk(jwk: &Value) -> Option<Vec<u8>> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let (number, _, length) = CURVES.iter().find(|(_, name, _)| text("crv") == Some(name))?;
    let octets = |name| base64url::decode(text(name)?).ok().filter(|octets| octets.len() == *length);
    let key = Writer::new().map(4).integer(KEY_TYPE).unsigned(EC2).integer(CURVE).unsigned(*number);
    Some(key.integer(X).bytes(&octets("x")?).integer(Y).bytes(&octets("y")?).into_bytes())
}

/// Why a COSE_Key cannot be used. Carries nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CoseKeyFault {
    #[error("a COSE_Key is a map")]
    NotAMap,
    #[error("its type (1) is not EC2 (2)")]
    KeyType,
    #[error("it holds private key material")]
    Private,
    #[error("its curve (-1) is none of P-256 (1), P-384 (2) and P-521 (3)")]
    Curve,
    #[error("its coordinates (-2, -3) are not two byte strings of {0} bytes each")]
    Coordinate(usize),
    /// No point of the curve.
    #[error("{0}")]
    Unusable(JwkFault),
    #[error("its `alg` (3) or `key_ops` (4) is for something else than such signatures")]
    OtherUse,
}
