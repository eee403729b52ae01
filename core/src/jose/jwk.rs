//! Public keys (RFC 7517, RFC 7518 section 6, RFC 8037), parsed once and ready to verify with.

use std::sync::Arc;

use openssl::nid::Nid;
use serde_json::{Map, Value, json};

use super::alg::Algorithm;
use super::curve::{self, EdwardsFault};
use super::verifying::Material;
use crate::base::{base64url, secret::Digest};

/// A public key bound to the algorithms of its type, or to the one that its `alg` names (RFC 8725 section
/// 3.1; RFC 7517 section 4.4). Cheap to clone.
#[derive(Clone, Debug)]
pub struct PublicKey(Arc<KeyParts>);

#[derive(Debug)]
struct KeyParts {
    kid: Option<String>,
    /// The JWK's `alg`, where it has one.
    alg: Option<Algorithm>,
    material: Material,
}

impl PublicKey {
    /// From a JWK. EC keys fit the ES algorithm of their curve. Ed25519 keys fit `Ed25519` and `EdDSA`,
    /// whichever of the two names their `alg` gives: both mean the same computation. RSA keys fit RS256 and
    /// PS256, or the one that their `alg` names.
    ///
    /// # Errors
    /// One [`JwkFault`] per way to be unusable: a symmetric or private key, one meant for something
    /// else (`use`, `key_ops`, `alg`), or one whose values do not fit its type or are no key of it.
    pub fn from_jwk(jwk: &Value) -> Result<Self, JwkFault> {
        let jwk = jwk.as_object().ok_or(JwkFault::NotAnObject)?;
        // Whoever publishes a private key has lost it (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
        if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| jwk.contains_key(*name)) {
            return Err(JwkFault::PrivateMember);
        }
        let kid = match jwk.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(JwkFault::Member("kid")),
        };
        if jwk.get("use").is_some_and(|purpose| !purpose.is_string()) {
            return Err(JwkFault::Member("use"));
        }
        let for_signatures = jwk.get("use").is_none_or(|purpose| purpose == "sig");
        let for_verifying = jwk.get("key_ops").is_none_or(|operations| {
            operations.as_array().is_some_and(|list| list.iter().any(|operation| operation == "verify"))
        });
        if !(for_signatures && for_verifying) {
            return Err(JwkFault::NotForSignatures);
        }
        let alg = match jwk.get("alg") {
            None => None,
            Some(Value::String(name)) => Some(Algorithm::from_name(name).ok_or(JwkFault::Algorithm)?),
            Some(_) => return Err(JwkFault::Member("alg")),
        };
        let material = match text(jwk, "kty")? {
            "EC" => elliptic(jwk)?,
            "OKP" if text(jwk, "crv")? == "Ed25519" => edwards(jwk)?,
            "OKP" => return Err(JwkFault::Curve),
            "RSA" => rsa(jwk)?,
            _ => return Err(JwkFault::KeyType),
        };
        if alg.is_some_and(|alg| !material.algorithms().contains(&alg)) {
            return Err(JwkFault::Algorithm);
        }
        Ok(Self(Arc::new(KeyParts { kid, alg, material })))
    }

    /// The `kid` of the JWK.
    pub fn kid(&self) -> Option<&str> {
        self.0.kid.as_deref()
    }

    /// Whether it can be used with `alg`.
    pub fn fits(&self, alg: Algorithm) -> bool {
        self.algorithms().contains(&alg)
    }

    /// Every algorithm that it can be used with, at least one; the one by which it signs comes first.
    pub fn algorithms(&self) -> &'static [Algorithm] {
        let of_type = self.0.material.algorithms();
        match (&self.0.material, self.0.alg) {
            // The padding is a part of what the key is for.
            (Material::Rsa { .. }, Some(alg)) => match of_type.iter().position(|one| *one == alg) {
                Some(place) => of_type.get(place..=place).unwrap_or(of_type),
                None => of_type,
            },
            _ => of_type,
        }
    }

    /// The algorithms in words: `ES256`, `EdDSA or Ed25519`.
    pub fn algorithms_in_words(&self) -> String {
        self.algorithms().iter().map(|alg| alg.name()).collect::<Vec<_>>().join(" or ")
    }

    /// The one that its `alg` names, or else the first of those of its type.
    pub fn signs_by(&self) -> Option<Algorithm> {
        self.0.alg.or_else(|| self.algorithms().first().copied())
    }

    /// RFC 7638 thumbprint: SHA-256 over the required members, base64url.
    pub fn thumbprint(&self) -> String {
        base64url::encode(self.thumbprint_bytes())
    }

    /// The same, as 32 bytes.
    pub fn thumbprint_bytes(&self) -> [u8; 32] {
        // Every value is base64url or a fixed name, so no JSON escape can occur.
        let canonical = match &self.0.material {
            Material::P256(point) => ec_members("P-256", &half(point, 0), &half(point, 1)),
            Material::P384(point) => ec_members("P-384", &half(point, 0), &half(point, 1)),
            Material::P521 { x, y, .. } => ec_members("P-521", x, y),
            Material::Ed25519(x) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url::encode(x))
            }
            Material::Rsa { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, base64url::encode(e), base64url::encode(n))
            }
        };
        *Digest::of(canonical.as_bytes()).as_bytes()
    }

    /// The public JWK, for publishing: `kty` and its members, `alg` unless an RSA key leaves it open, `use`,
    /// and `kid` if there is one.
    pub fn to_jwk(&self) -> Value {
        let mut jwk = match &self.0.material {
            Material::P256(point) => {
                json!({"kty": "EC", "crv": "P-256", "x": half(point, 0), "y": half(point, 1)})
            }
            Material::P384(point) => {
                json!({"kty": "EC", "crv": "P-384", "x": half(point, 0), "y": half(point, 1)})
            }
            Material::P521 { x, y, .. } => json!({"kty": "EC", "crv": "P-521", "x": x, "y": y}),
            Material::Ed25519(x) => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(x)}),
            Material::Rsa { n, e } => {
                json!({"kty": "RSA", "n": base64url::encode(n), "e": base64url::encode(e)})
            }
        };
        if let (Some(alg), _) | (None, [alg]) | (None, [alg, Algorithm::Ed25519]) =
            (self.0.alg.as_ref(), self.algorithms())
        {
            jwk["alg"] = alg.name().into();
        }
        jwk["use"] = "sig".into();
        if let Some(kid) = self.kid() {
            jwk["kid"] = kid.into();
        }
        jwk
    }

    /// Whether `signature` over `message` was made by this key with `alg`.
    pub(super) fn verifies(&self, alg: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.fits(alg) && self.0.material.verifies(alg, message, signature)
    }

    /// Whether both are one key, whatever they are called.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0.material.algorithms() == other.0.material.algorithms()
            && self.0.material.octets() == other.0.material.octets()
    }

    /// A digest of this key, an algorithm, a message and a signature: nothing else has the same.
    pub(super) fn digest_of(&self, alg: Algorithm, message: &[u8], signature: &[u8]) -> Digest {
        let mut all = Vec::with_capacity(message.len() + signature.len() + 256);
        let parts = self.0.material.octets().into_iter().chain([alg.name().as_bytes(), signature, message]);
        for part in parts {
            all.extend_from_slice(&part.len().to_be_bytes());
            all.extend_from_slice(part);
        }
        Digest::of(&all)
    }
}

/// RFC 7638 thumbprint of a public JWK of an elliptic curve, whatever it is for: only the required members count.
///
/// # Errors
/// One [`JwkFault`] per way to be no key.
pub fn thumbprint_of(jwk: &Value) -> Result<[u8; 32], JwkFault> {
    let required: Map<String, Value> = ["kty", "crv", "x", "y"]
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), jwk.get(name)?.clone())))
        .collect();
    PublicKey::from_jwk(&Value::Object(required)).map(|key| key.thumbprint_bytes())
}

/// Why a JWK or a JWKS cannot be used. Carries nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkFault {
    /// A JWK must be a JSON object.
    #[error("the JWK is not a JSON object")]
    NotAnObject,
    /// `d` or another private member is there, or it is a symmetric key.
    #[error("the JWK holds private or symmetric key material")]
    PrivateMember,
    /// A member is missing or not of its type.
    #[error("the JWK member `{0}` is missing or malformed")]
    Member(&'static str),
    /// `use` is not `sig`, or `key_ops` lacks `verify`.
    #[error("the JWK is not meant for verifying signatures")]
    NotForSignatures,
    /// `use` is not `enc`, or `key_ops` names no key agreement.
    #[error("the JWK is not meant for encryption")]
    NotForEncryption,
    /// `kty` is not EC, OKP or RSA.
    #[error("the JWK's `kty` is not EC, OKP or RSA")]
    KeyType,
    /// `crv` is not P-256, P-384, P-521 or Ed25519.
    #[error("the JWK's `crv` is not P-256, P-384, P-521 or Ed25519")]
    Curve,
    /// `alg` is off the allow-list, or does not fit the key.
    #[error("the JWK's `alg` is not accepted for this key")]
    Algorithm,
    /// The coordinates are there, and no point of the curve has them.
    #[error("the JWK's coordinates are not those of a point of its curve")]
    OffCurve,
    /// An Ed25519 key under which one signature fits every message.
    #[error("the JWK is a point of small order, which is no Ed25519 key")]
    SmallOrder,
    /// An RSA exponent of 1, an even one, or one of more than 33 bits.
    #[error("the RSA exponent is not an odd number from 3 to 2^33 - 1")]
    Exponent,
    /// An RSA modulus outside 2048 to 8192 bits.
    #[error("the RSA modulus has fewer than 2048 or more than 8192 bits")]
    ModulusLength,
    /// Not a JWKS: no `keys` array of objects (RFC 7517 section 5).
    #[error("not a JWKS: there is no array `keys` of JSON objects")]
    NotASet,
}

impl JwkFault {
    /// Whether who wrote the JWK made a mistake: keys of other types and for other ends may stand in a JWKS
    /// (RFC 7517 section 5).
    pub fn is_a_mistake(self) -> bool {
        !matches!(
            self,
            Self::NotForSignatures | Self::NotForEncryption | Self::KeyType | Self::Curve | Self::Algorithm
        )
    }
}

fn elliptic(jwk: &Map<String, Value>) -> Result<Material, JwkFault> {
    match text(jwk, "crv")? {
        "P-256" => Ok(Material::P256(point::<32, 65>(jwk, Nid::X9_62_PRIME256V1)?)),
        "P-384" => Ok(Material::P384(point::<48, 97>(jwk, Nid::SECP384R1)?)),
        "P-521" => {
            let point = point::<66, 133>(jwk, Nid::SECP521R1)?;
            Material::p521(half(&point, 0), half(&point, 1)).ok_or(JwkFault::OffCurve)
        }
        _ => Err(JwkFault::Curve),
    }
}

fn edwards(jwk: &Map<String, Value>) -> Result<Material, JwkFault> {
    let key = coordinate(jwk, "x")?;
    match curve::edwards_fault(&key) {
        None => Ok(Material::Ed25519(key)),
        Some(EdwardsFault::NoPoint) => Err(JwkFault::OffCurve),
        Some(EdwardsFault::SmallOrder) => Err(JwkFault::SmallOrder),
    }
}

fn rsa(jwk: &Map<String, Value>) -> Result<Material, JwkFault> {
    let n = base64url::decode(text(jwk, "n")?).map_err(|_| JwkFault::Member("n"))?;
    let e = base64url::decode(text(jwk, "e")?).map_err(|_| JwkFault::Member("e"))?;
    // No leading zero octets (RFC 7518 section 6.3.1).
    let leading = n.first().copied().filter(|octet| *octet != 0).ok_or(JwkFault::Member("n"))?;
    e.first().filter(|octet| **octet != 0).ok_or(JwkFault::Member("e"))?;
    // The range that `ring` verifies with; 1 would make every message its own signature.
    let exponent = (e.len() <= 5).then(|| e.iter().fold(0_u64, |sum, octet| (sum << 8) | u64::from(*octet)));
    if !exponent.is_some_and(|exponent| exponent % 2 == 1 && (3..1 << 33).contains(&exponent)) {
        return Err(JwkFault::Exponent);
    }
    // A product of two odd primes is odd.
    if n.last().is_none_or(|octet| octet % 2 == 0) {
        return Err(JwkFault::Member("n"));
    }
    let bits = n.len() * 8 - leading.leading_zeros() as usize;
    if !(2048..=8192).contains(&bits) {
        return Err(JwkFault::ModulusLength);
    }
    Ok(Material::Rsa { n, e })
}

/// An uncompressed point of `curve`, of two coordinates of `N` bytes; `P` is `1 + 2 * N`.
fn point<const N: usize, const P: usize>(jwk: &Map<String, Value>, curve: Nid) -> Result<[u8; P], JwkFault> {
    let mut point = [4; P];
    let coordinates = point.iter_mut().skip(1);
    let octets = coordinate::<N>(jwk, "x")?.into_iter().chain(coordinate::<N>(jwk, "y")?);
    coordinates.zip(octets).for_each(|(place, octet)| *place = octet);
    if curve::is_nist_point(curve, &point) { Ok(point) } else { Err(JwkFault::OffCurve) }
}

/// Exactly `N` bytes (RFC 7518 section 6.2.1.2: the full length, leading zeros included).
fn coordinate<const N: usize>(jwk: &Map<String, Value>, name: &'static str) -> Result<[u8; N], JwkFault> {
    let octets = base64url::decode(text(jwk, name)?).map_err(|_| JwkFault::Member(name))?;
    octets.try_into().map_err(|_| JwkFault::Member(name))
}

fn text<'j>(jwk: &'j Map<String, Value>, name: &'static str) -> Result<&'j str, JwkFault> {
    jwk.get(name).and_then(Value::as_str).ok_or(JwkFault::Member(name))
}

/// One coordinate of an uncompressed point, as a JWK spells it: 0 is `x`, 1 is `y`.
fn half(point: &[u8], which: usize) -> String {
    let (_format, coordinates) = point.split_at(1);
    base64url::encode(coordinates.chunks(point.len() / 2).nth(which).unwrap_or_default())
}

fn ec_members(crv: &str, x: &str, y: &str) -> String {
    format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#)
}

#[cfg(test)]
mod tests;
