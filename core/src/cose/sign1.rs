//! COSE_Sign1: one signature over a payload (RFC 9052 sections 4.2 and 4.4).

use std::fmt;

use super::X5Chain;
use super::algorithm::{algorithm, signature_length};
use crate::cbor::{self, CborError, Item, ItemKind, Limits, Writer};
use crate::jose::alg::Algorithm;
use crate::jose::jwk::PublicKey;
use crate::jose::jws::{self, SignatureMemo};
use crate::jose::x5c;

/// The tag of a COSE_Sign1, where it has one (RFC 9052 section 2).
const SIGN1: u64 = 18;

const ALGORITHM: i64 = 1;
const CRITICAL: i64 = 2;
const KEY_ID: i64 = 4;
const TYPE: i64 = 16;
const X5CHAIN: i64 = 33;

/// A COSE_Sign1 whose signature nobody has looked at yet.
pub struct Sign1 {
    /// As received: the signature covers these bytes, however they were written.
    protected: Vec<u8>,
    algorithm: Algorithm,
    x5chain: Option<X5Chain>,
    media_type: Option<String>,
    key_id: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    signature: Vec<u8>,
}

/// A payload whose signature holds. Only [`Sign1::verify`] makes one.
#[derive(Clone, Copy)]
pub struct SignedPayload<'s>(&'s [u8]);

impl<'s> SignedPayload<'s> {
    /// The bytes that were signed.
    pub fn bytes(self) -> &'s [u8] {
        self.0
    }
}

impl Sign1 {
    /// Reads an array of four, with or without its tag. Only what the signature covers says which algorithm it is.
    ///
    /// # Errors
    /// One [`CoseFault`] per way to be malformed.
    pub fn read(item: &Item<'_>) -> Result<Self, CoseFault> {
        let parts = item.tagged(SIGN1).unwrap_or(item).as_array();
        let Some([protected, unprotected, payload, signature]) = parts else {
            return Err(CoseFault::Shape);
        };
        let protected = protected.as_bytes().ok_or(CoseFault::Shape)?;
        let read;
        let covered = if protected.is_empty() {
            &[][..]
        } else {
            read = cbor::read(protected, &Limits::default()).map_err(CoseFault::Protected)?;
            read.as_map().ok_or(CoseFault::Shape)?
        };
        let open = unprotected.as_map().ok_or(CoseFault::Shape)?;
        check_labels(covered, open)?;
        let number = labelled(covered, ALGORITHM).ok_or(CoseFault::NoAlgorithm)?;
        let algorithm = number.as_integer().and_then(algorithm).ok_or(CoseFault::Algorithm)?;
        let payload = match payload.kind() {
            ItemKind::Null => None,
            ItemKind::Bytes(payload) => Some(payload.to_vec()),
            _ => return Err(CoseFault::Shape),
        };
        let media_type = labelled(covered, TYPE).and_then(Item::as_text).map(str::to_owned);
        let key_id = labelled(covered, KEY_ID).or(labelled(open, KEY_ID)).and_then(Item::as_bytes);
        let signature = signature.as_bytes().ok_or(CoseFault::Shape)?;
        if signature_length(algorithm) != Some(signature.len()) {
            return Err(CoseFault::SignatureLength);
        }
        Ok(Self {
            protected: protected.to_vec(),
            algorithm,
            x5chain: x5chain(covered, open)?,
            media_type,
            key_id: key_id.map(<[u8]>::to_vec),
            payload,
            signature: signature.to_vec(),
        })
    }

    /// What the protected header says the signature was made with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The certificates of the signer's key (`x5chain`), from either header.
    pub fn x5chain(&self) -> Option<&X5Chain> {
        self.x5chain.as_ref()
    }

    /// The media type of the whole, from the protected header (`typ`, RFC 9596).
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// The name of the signing key, from either header (`kid`).
    pub fn key_id(&self) -> Option<&[u8]> {
        self.key_id.as_deref()
    }

    /// Checks the signature; only then does a payload exist to be believed. `external` is the payload where it is
    /// detached, and only there.
    ///
    /// # Errors
    /// One [`CoseFault`] when the payload is not where it belongs, the algorithm is not the key's, or the signature
    /// does not hold.
    pub fn verify<'s>(
        &'s self,
        key: &PublicKey,
        external: Option<&'s [u8]>,
    ) -> Result<SignedPayload<'s>, CoseFault> {
        self.verify_remembering(key, external, None)
    }

    /// The same, where the key has a memory of signatures that held before.
    pub(crate) fn verify_remembering<'s>(
        &'s self,
        key: &PublicKey,
        external: Option<&'s [u8]>,
        memo: Option<&dyn SignatureMemo>,
    ) -> Result<SignedPayload<'s>, CoseFault> {
        let payload = match (self.payload.as_deref(), external) {
            (Some(payload), None) | (None, Some(payload)) => payload,
            (Some(_), Some(_)) => return Err(CoseFault::PayloadAttached),
            (None, None) => return Err(CoseFault::NoPayload),
        };
        if !key.fits(self.algorithm) {
            return Err(CoseFault::OtherKey(self.algorithm));
        }
        let signed = signed_bytes(&self.protected, payload);
        if jws::holds(key, self.algorithm, &signed, &self.signature, memo) {
            Ok(SignedPayload(payload))
        } else {
            Err(CoseFault::Signature)
        }
    }
}

/// The Sig_structure (RFC 9052 section 4.4): what is signed.
pub(crate) fn signed_bytes(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    Writer::new().array(4).text("Signature1").bytes(protected).bytes(&[]).bytes(payload).into_bytes()
}

fn labelled<'i, 'a>(pairs: &'i [(Item<'a>, Item<'a>)], label: i64) -> Option<&'i Item<'a>> {
    pairs.iter().find(|(key, _)| key.as_integer() == Some(label.into())).map(|(_, value)| value)
}

/// Labels are numbers or texts, none stands in both headers (section 3), and no extension is understood here, so
/// whatever `crit` lists is unknown (section 3.1).
fn check_labels(covered: &[(Item<'_>, Item<'_>)], open: &[(Item<'_>, Item<'_>)]) -> Result<(), CoseFault> {
    let name = |key: &Item<'_>| key.as_integer().is_some() || key.as_text().is_some();
    if !covered.iter().chain(open).all(|(key, _)| name(key)) {
        return Err(CoseFault::Label);
    }
    let same = |one: &Item<'_>, other: &Item<'_>| {
        one.as_integer() == other.as_integer() && one.as_text() == other.as_text()
    };
    if covered.iter().any(|(one, _)| open.iter().any(|(other, _)| same(one, other))) {
        return Err(CoseFault::LabelInBoth);
    }
    match labelled(covered, CRITICAL).or(labelled(open, CRITICAL)) {
        None => Ok(()),
        Some(_) => Err(CoseFault::Critical),
    }
}

fn x5chain(
    covered: &[(Item<'_>, Item<'_>)],
    open: &[(Item<'_>, Item<'_>)],
) -> Result<Option<X5Chain>, CoseFault> {
    let found = labelled(covered, X5CHAIN).map(|item| (item, true));
    let Some((item, protected)) = found.or(labelled(open, X5CHAIN).map(|item| (item, false))) else {
        return Ok(None);
    };
    X5Chain::read(item, protected).map(Some).ok_or(CoseFault::Chain)
}

impl fmt::Debug for Sign1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sign1({}, ..)", self.algorithm)
    }
}

impl fmt::Debug for SignedPayload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedPayload(..)")
    }
}

/// Why a COSE_Sign1 was refused. Carries no part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CoseFault {
    #[error(
        "a COSE_Sign1 is an array of four: a protected header, an unprotected one, payload and signature"
    )]
    Shape,
    #[error("the protected header is unusable: {0}")]
    Protected(CborError),
    #[error("a label of a header is neither a number nor a text")]
    Label,
    #[error("a label stands in both headers")]
    LabelInBoth,
    #[error("the header asks for an extension (`crit`) that is not understood")]
    Critical,
    #[error("the protected header has no `alg`; one that the signature does not cover counts for nothing")]
    NoAlgorithm,
    #[error("`alg` is none of -7, -9, -35, -51, -36 and -52 (ECDSA on P-256, P-384 and P-521)")]
    Algorithm,
    #[error(
        "`x5chain` is neither a certificate in DER nor an array of 1 to {}, of at most {} bytes each",
        x5c::MOST_CERTIFICATES,
        x5c::CERTIFICATE_BYTES
    )]
    Chain,
    #[error("the payload is missing")]
    NoPayload,
    #[error("the payload is attached; it must be detached (null)")]
    PayloadAttached,
    /// The algorithm is another curve's.
    #[error("`alg` says {0}, and the key is for another algorithm")]
    OtherKey(Algorithm),
    #[error("the signature is not as long as its algorithm makes it")]
    SignatureLength,
    #[error("the signature does not hold")]
    Signature,
}
