//! Proofs that a client holds a key (RFC 9449 section 4), and the nonces that make them fresh (section 8).

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::thumbprint::Thumbprint;
use crate::base::base64url;
use crate::base::json::Bounds;
use crate::base::media_type::is_typ;
use crate::base::secret::{Digest, DigestKey, Secret};
use crate::base::time::Timestamp;
use crate::jose::alg::Algorithm;
use crate::jose::jwk::{JwkFault, PublicKey};
use crate::jose::jws::UnverifiedJws;

/// `typ` of the header.
const TYP: &str = "dpop+jwt";
/// A proof is a key, five claims and a signature.
const BOUNDS: Bounds = Bounds { bytes: 8 * 1024, depth: 4, members: 64 };
/// What a proof may be signed with. The key comes with the proof, so anybody can have any number of these
/// checked: each costs well under a millisecond. ES384 and ES512 cost one and two.
pub const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Es256, Algorithm::Ed25519, Algorithm::EdDsa, Algorithm::Rs256, Algorithm::Ps256];
/// The longest RSA modulus of a proof in base64url (4096 bits), and the longest exponent (24 bits; everybody
/// has 65537): the work grows with both.
const MOST_MODULUS: usize = 683;
const MOST_EXPONENT: usize = 4;
/// The longest `jti`.
const MOST_JTI: usize = 256;
/// How far a client's clock may be from ours. The nonce tells the age of a proof better.
const CLOCK_SKEW: Duration = Duration::from_secs(300);
/// A nonce is given out for so long, and accepted for as long again.
const NONCE_WINDOW: i64 = 120;
/// For so long a proof must not be shown again: longer than any nonce in it is accepted.
pub const PROOF_MEMORY: Duration = Duration::from_secs(300);

/// Where a proof is shown.
#[derive(Clone, Copy, Debug)]
pub struct ProofTarget<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The address of the request, as the outside knows it.
    pub url: &'a str,
    /// The access token that comes with it, at a resource.
    pub token: Option<&'a Secret>,
}

/// A proof that holds. Whether it was shown before is for the store to say.
#[derive(Debug)]
pub struct Proof {
    /// The key that signed the proof.
    pub key: Thumbprint,
    /// Which proof of that key.
    pub id: Digest,
    /// What it is signed with.
    pub algorithm: Algorithm,
}

/// Why a proof does not hold. Carries no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ProofFault {
    /// Not a compact JWS of the allowed algorithms, or too long.
    #[error("the DPoP proof is not a JWT with an algorithm that is accepted here")]
    Malformed,
    /// RFC 9449 section 4.2: the header says what it is.
    #[error("the typ of the DPoP proof is not dpop+jwt")]
    Typ,
    #[error("the header of the DPoP proof has no jwk")]
    NoKey,
    /// The `jwk` is private, malformed, or no key of its type.
    #[error("the jwk of the DPoP proof is unusable: {0}")]
    Key(JwkFault),
    /// The `jwk` is not one for the `alg`.
    #[error("the jwk of the DPoP proof does not fit its alg")]
    KeyAlgorithm,
    /// It takes too long to check with.
    #[error("the jwk of the DPoP proof is too large: RSA keys may have 4096 bits, and exponents 24")]
    LargeKey,
    /// The signature is not that key's.
    #[error("the signature of the DPoP proof does not hold")]
    Signature,
    #[error("the htm of the DPoP proof is not the method of this request")]
    Method,
    #[error("the htu of the DPoP proof is not the address of this request")]
    Address,
    #[error("the iat of the DPoP proof is missing or too far from now")]
    Time,
    #[error("the jti of the DPoP proof is missing or too long")]
    Id,
    #[error("the ath of the DPoP proof is not the hash of the access token")]
    Token,
    #[error("the DPoP proof was used before")]
    Replayed,
    /// RFC 9449 section 4.3: one header, one proof.
    #[error("there is more than one DPoP header")]
    Several,
}

/// Why a proof is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotProof {
    /// It is wrong.
    Fault(ProofFault),
    /// It is right, and has no nonce of ours, or an old one.
    Nonce,
}

impl From<ProofFault> for NotProof {
    fn from(fault: ProofFault) -> Self {
        Self::Fault(fault)
    }
}

/// Checks everything of RFC 9449 section 4.3 that does not need memory.
///
/// # Errors
/// [`NotProof`]
pub fn verify(
    proof: &str,
    target: ProofTarget<'_>,
    nonces: &DigestKey,
    now: Timestamp,
) -> Result<Proof, NotProof> {
    let jws = UnverifiedJws::parse(proof, &BOUNDS).map_err(|_| ProofFault::Malformed)?;
    if !jws.typ().is_some_and(|typ| is_typ(typ, TYP)) {
        return Err(ProofFault::Typ.into());
    }
    if !ALGORITHMS.contains(&jws.algorithm()) {
        return Err(ProofFault::Malformed.into());
    }
    let key = jws.header().get("jwk").ok_or(ProofFault::NoKey)?;
    if is_dear(key) {
        return Err(ProofFault::LargeKey.into());
    }
    let key = PublicKey::from_jwk(key).map_err(ProofFault::Key)?;
    let algorithm = jws.algorithm();
    if !key.fits(jws.algorithm()) {
        return Err(ProofFault::KeyAlgorithm.into());
    }
    let claims = jws.verify(&key).map_err(|_| ProofFault::Signature)?.into_payload();
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("htm") != Some(target.method) {
        return Err(ProofFault::Method.into());
    }
    if !text("htu").is_some_and(|shown| same_address(shown, target.url)) {
        return Err(ProofFault::Address.into());
    }
    let iat = claims.get("iat").and_then(Value::as_i64).map(Timestamp::from_unix);
    if !iat.is_some_and(|at| at.since(now) <= CLOCK_SKEW && now.since(at) <= CLOCK_SKEW) {
        return Err(ProofFault::Time.into());
    }
    let jti = text("jti").filter(|jti| !jti.is_empty() && jti.len() <= MOST_JTI).ok_or(ProofFault::Id)?;
    if let Some(token) = target.token {
        let hash = base64url::encode(token.digest().as_bytes());
        if text("ath") != Some(hash.as_str()) {
            return Err(ProofFault::Token.into());
        }
    }
    let thumbprint = Thumbprint::parse(&key.thumbprint()).ok_or(ProofFault::NoKey)?;
    let id = Digest::of(format!("{thumbprint}\0{jti}").as_bytes());
    let fresh =
        text("nonce").is_some_and(|shown| [0, 1].iter().any(|ago| shown == nonce_of(nonces, now, *ago)));
    fresh.then_some(Proof { key: thumbprint, id, algorithm }).ok_or(NotProof::Nonce)
}

/// The nonce to use from now on. Nothing is stored: it is a keyed digest of the time.
pub fn nonce(nonces: &DigestKey, now: Timestamp) -> String {
    nonce_of(nonces, now, 0)
}

fn nonce_of(nonces: &DigestKey, now: Timestamp, windows_ago: i64) -> String {
    let window = now.unix().div_euclid(NONCE_WINDOW).saturating_sub(windows_ago);
    base64url::encode(nonces.digest(&window.to_be_bytes()).as_bytes())
}

/// Whether verifying with the key would cost too much.
fn is_dear(jwk: &Value) -> bool {
    let is_longer =
        |name: &str, most: usize| jwk.get(name).and_then(Value::as_str).is_some_and(|text| text.len() > most);
    is_longer("n", MOST_MODULUS) || is_longer("e", MOST_EXPONENT)
}

/// Without query and fragment, and normalised as RFC 3986 section 6.2.2 and 6.2.3 say.
fn same_address(shown: &str, own: &str) -> bool {
    let (Ok(mut shown), Ok(own)) = (Url::parse(shown), Url::parse(own)) else { return false };
    shown.set_query(None);
    shown.set_fragment(None);
    shown == own
}

#[cfg(test)]
mod tests;
