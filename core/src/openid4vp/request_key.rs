//! The key that signs Request Objects for one wallet, proven to be the one that our client identifier
//! names (OpenID4VP 1.0 section 5.9.3).

use std::fmt;

use serde_json::{Map, Value};

use super::client_id::Prefix;
use super::profile::REQUEST_OBJECT;
use crate::base::json::Bounds;
use crate::base::media_type::is_typ;
use crate::base::time::Timestamp;
use crate::cbor::Writer;
use crate::cose::{self, PayloadPlace};
use crate::jose::alg::Algorithm;
use crate::jose::jwk::PublicKey;
use crate::jose::jws::UnverifiedJws;
use crate::jose::signing::{SigningFault, SigningKey};
use crate::jose::x5c::OwnChain;
use crate::mdoc::MdocPurpose;
use crate::trust::did::{self, DidKeys};

/// What an attestation may hold.
const ATTESTATION: Bounds = Bounds { bytes: 16 << 10, depth: 8, members: 256 };
/// `x5chain` in a header of COSE (RFC 9360 section 2).
const X5CHAIN: i64 = 33;
/// The `typ` of a verifier attestation (section 12).
const ATTESTATION_TYP: &str = "verifier-attestation+jwt";

/// A private key, the client identifier it belongs to, and what the header says about it. Prints as nothing.
pub struct RequestKey {
    key: SigningKey,
    client_id: String,
    header: Map<String, Value>,
    validity: Validity,
}

/// What is configured beside the private key.
#[derive(Debug, Default)]
pub struct KeyCredentials {
    /// For `x509_san_dns:` and `x509_hash:`.
    pub certificates: Option<OwnChain>,
    /// For `decentralized_identifier:`: the DID URL of the key.
    pub key_id: Option<String>,
    /// For `verifier_attestation:`.
    pub attestation: Option<String>,
}

/// Until when the signature is worth something.
enum Validity {
    Unlimited,
    Certificates(OwnChain),
    Before(Timestamp),
}

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotSigned {
    /// There is no key for this wallet.
    #[error("there is no key that signs requests for this wallet")]
    NoKey,
    /// The request was made under an identifier of another key: the certificate was changed since.
    #[error("the request was made under another client identifier than the one the key stands for now")]
    OtherIdentity,
    /// A certificate or the attestation has expired, or is not valid yet.
    #[error("a certificate or attestation of the key is not valid now")]
    OutOfDate,
    #[error(transparent)]
    Signing(#[from] SigningFault),
}

/// Why a key does not stand for a client identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct RequestKeyFault {
    /// The configuration key at fault.
    pub key: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl RequestKeyFault {
    fn new(key: &'static str, why: impl Into<String>) -> Self {
        Self { key, why: why.into() }
    }
}

impl RequestKey {
    /// Binds `key` to `client_id`. `answers_at` is the address of answers, where there is only one.
    ///
    /// # Errors
    /// One [`RequestKeyFault`] per way not to fit, for the operator.
    pub fn new(
        client_id: &str,
        key: SigningKey,
        with: KeyCredentials,
        answers_at: Option<&str>,
    ) -> Result<Self, RequestKeyFault> {
        let (prefix, rest) =
            Prefix::split(client_id).map_err(|why| RequestKeyFault::new("client_id", why.to_string()))?;
        only_what_fits(prefix, &with)?;
        let mut header = Map::new();
        header.insert("typ".to_owned(), REQUEST_OBJECT.into());
        let mut validity = Validity::Unlimited;
        match prefix {
            Prefix::RedirectUri => {
                return Err(RequestKeyFault::new(
                    "signing",
                    "must not be there: requests with a `redirect_uri:` identifier are never signed",
                ));
            }
            Prefix::PreRegistered => {
                header.insert("kid".to_owned(), key.public_key().thumbprint().into());
            }
            Prefix::X509SanDns | Prefix::X509Hash => {
                let chain = with.certificates.ok_or_else(|| {
                    RequestKeyFault::new(
                        "signing.certificates",
                        "is missing: the PEM file of the certificate chain",
                    )
                })?;
                named_by(&chain, prefix, rest, key.public_key())?;
                header.insert("x5c".to_owned(), chain.x5c());
                validity = Validity::Certificates(chain);
            }
            Prefix::DecentralizedIdentifier => {
                header.insert("kid".to_owned(), did_key(rest, with.key_id, key.public_key())?.into());
            }
            Prefix::VerifierAttestation => {
                let (attestation, until) = attested(rest, with.attestation, key.public_key(), answers_at)?;
                header.insert("jwt".to_owned(), attestation.into());
                validity = Validity::Before(until);
            }
        }
        Ok(Self { key, client_id: client_id.to_owned(), header, validity })
    }

    /// A Request Object of these claims, with `header` beside what names the key.
    ///
    /// # Errors
    /// [`NotSigned`]
    pub fn sign(
        &self,
        client_id: &str,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, NotSigned> {
        self.may_sign(client_id, now)?;
        let mut full = header.clone();
        full.extend(self.header.clone());
        Ok(self.key.sign(&full, claims)?)
    }

    /// A COSE_Sign1 over these bytes, which travel elsewhere, with the certificates of the key (ISO/IEC 18013-5 section
    /// 9.1.4); `None` for a key without certificates.
    ///
    /// # Errors
    /// [`NotSigned`]
    pub fn authenticate_reader(
        &self,
        client_id: &str,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, NotSigned> {
        let Validity::Certificates(chain) = &self.validity else { return Ok(None) };
        self.may_sign(client_id, now)?;
        let x5chain = [(X5CHAIN, x5chain(&chain.to_der()))];
        Ok(Some(cose::sign(&self.key, (&[], &x5chain), bytes, PayloadPlace::Detached)?))
    }

    /// Whether its certificate is for requests of readers ([`MdocPurpose::Requests`]); `None` for a key without one, which
    /// authenticates no reader.
    pub fn is_for_readers(&self) -> Option<bool> {
        let Validity::Certificates(chain) = &self.validity else { return None };
        let usage = chain.extended_key_usage();
        Some(usage.is_some_and(|usage| usage.purposes.iter().any(|one| MdocPurpose::Requests.is(one))))
    }

    fn may_sign(&self, client_id: &str, now: Timestamp) -> Result<(), NotSigned> {
        if client_id != self.client_id {
            return Err(NotSigned::OtherIdentity);
        }
        if self.is_valid_at(now) { Ok(()) } else { Err(NotSigned::OutOfDate) }
    }

    /// Whether what the header says about the key holds at `now`.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        match &self.validity {
            Validity::Unlimited => true,
            Validity::Certificates(chain) => chain.is_valid_at(now),
            Validity::Before(until) => now < *until,
        }
    }

    /// From this second on a certificate or the attestation has expired; `None` where there is none.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &self.validity {
            Validity::Unlimited => None,
            Validity::Certificates(chain) => Some(chain.until()),
            Validity::Before(until) => Some(*until),
        }
    }

    /// With which algorithm it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }
}

impl fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestKey(..)")
    }
}

/// One certificate is a byte string, several are an array of them (RFC 9360 section 2).
fn x5chain(certificates: &[Vec<u8>]) -> Vec<u8> {
    let written = match certificates {
        [only] => Writer::new().bytes(only),
        several => several.iter().fold(Writer::new().array(several.len()), |to, one| to.bytes(one)),
    };
    written.into_bytes()
}

/// What would have no effect is a mistake.
fn only_what_fits(prefix: Prefix, with: &KeyCredentials) -> Result<(), RequestKeyFault> {
    let x509 = matches!(prefix, Prefix::X509SanDns | Prefix::X509Hash);
    for (given, fits, key) in [
        (with.certificates.is_some(), x509, "signing.certificates"),
        (with.key_id.is_some(), prefix == Prefix::DecentralizedIdentifier, "signing.key_id"),
        (with.attestation.is_some(), prefix == Prefix::VerifierAttestation, "signing.attestation"),
    ] {
        if given && !fits {
            return Err(RequestKeyFault::new(key, "has no effect with this client identifier; leave it out"));
        }
    }
    Ok(())
}

fn named_by(chain: &OwnChain, prefix: Prefix, name: &str, key: &PublicKey) -> Result<(), RequestKeyFault> {
    if !chain.certifies(key) {
        return Err(RequestKeyFault::new(
            "signing.certificates",
            "the first certificate is not that of signing.key",
        ));
    }
    if prefix == Prefix::X509SanDns && !chain.names(name) {
        let why = "the first certificate has no DNS name (subjectAltName) that is the one in client_id";
        return Err(RequestKeyFault::new("signing.certificates", why));
    }
    if prefix == Prefix::X509Hash && chain.leaf_hash() != name {
        let why = format!(
            "is not the digest of the first certificate, `x509_hash:{}`; `client_id_prefix = \"x509_hash\"` takes it from there",
            chain.leaf_hash()
        );
        return Err(RequestKeyFault::new("client_id", why));
    }
    Ok(())
}

/// The DID URL of the key, which must be one of `did`.
fn did_key(did: &str, key_id: Option<String>, key: &PublicKey) -> Result<String, RequestKeyFault> {
    match did::resolve(did).map_err(|why| RequestKeyFault::new("client_id", format!("the DID {why}")))? {
        DidKeys::Inside(keys) => {
            let inside = keys.keys().iter().find(|known| known.thumbprint() == key.thumbprint());
            let kid = inside.and_then(PublicKey::kid).ok_or_else(|| {
                RequestKeyFault::new("signing.key", "is not the key in the DID of client_id")
            })?;
            match key_id {
                Some(other) if other != kid => {
                    Err(RequestKeyFault::new("signing.key_id", format!("must be {kid}, or left out")))
                }
                _ => Ok(kid.to_owned()),
            }
        }
        DidKeys::Document(_) => {
            let fits = |id: &String| {
                id.strip_prefix(did).is_some_and(|rest| rest.len() > 1 && rest.starts_with('#'))
            };
            key_id.filter(fits).ok_or_else(|| {
                let why = "must be the DID of client_id, `#`, and the name of the key in its document";
                RequestKeyFault::new("signing.key_id", why)
            })
        }
    }
}

/// Section 12. Whether its issuer is believed is for the wallet to say.
fn attested(
    subject: &str,
    attestation: Option<String>,
    key: &PublicKey,
    answers_at: Option<&str>,
) -> Result<(String, Timestamp), RequestKeyFault> {
    const KEY: &str = "signing.attestation";
    let wrong = |why: &str| RequestKeyFault::new(KEY, why);
    let text = attestation.ok_or_else(|| wrong("is missing: the file of the verifier attestation"))?;
    let jws = UnverifiedJws::parse(&text, &ATTESTATION)
        .map_err(|why| wrong(&format!("is no signed JWT: {why}")))?;
    if !jws.typ().is_some_and(|typ| is_typ(typ, ATTESTATION_TYP)) {
        return Err(wrong("its `typ` must be verifier-attestation+jwt"));
    }
    let claim = |name: &str| jws.unverified_claim(name);
    if claim("iss").and_then(Value::as_str).is_none() {
        return Err(wrong("its claim `iss` is missing"));
    }
    if claim("sub").and_then(Value::as_str) != Some(subject) {
        return Err(wrong("its claim `sub` must be what follows the colon in client_id"));
    }
    let until = claim("exp").and_then(Value::as_i64).ok_or_else(|| wrong("its claim `exp` is missing"))?;
    let confirmed = claim("cnf").and_then(|cnf| PublicKey::from_jwk(cnf.get("jwk")?).ok());
    if confirmed.is_none_or(|confirmed| confirmed.thumbprint() != key.thumbprint()) {
        return Err(wrong("its claim `cnf.jwk` must be the public half of signing.key"));
    }
    if let Some(listed) = claim("redirect_uris") {
        let listed = listed.as_array().ok_or_else(|| wrong("its claim `redirect_uris` must be an array"))?;
        let ours = answers_at.ok_or_else(|| {
            wrong("its claim `redirect_uris` cannot list our response URIs, which are new for each request: use response_mode \"fragment\"")
        })?;
        if !listed.iter().any(|uri| uri == ours) {
            return Err(wrong(&format!("its claim `redirect_uris` does not list {ours}")));
        }
    }
    Ok((text, Timestamp::from_unix(until)))
}

#[cfg(test)]
mod tests;
