//! Keys and certificates made on the spot: for a sandbox, where nobody has to believe them for long.

use openssl::asn1::Asn1Time;
use openssl::asn1::{Asn1Object, Asn1OctetString};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::rand::rand_bytes;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509Ref};
use zeroize::Zeroizing;

use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::signing::{SigningFault, SigningKey};

const DAY: i64 = 24 * 60 * 60;
/// From a day before it was made, for clocks that are behind.
const LIFETIME: i64 = 365 * DAY;

/// A key on P-256, and a certificate for it by a root of its own. All in PEM.
pub struct CertifiedKey {
    /// The private key (PKCS #8).
    pub key: Zeroizing<Vec<u8>>,
    /// What goes into `x5c`.
    pub certificate: Vec<u8>,
    /// Who believes this root believes the key; the root's own key is gone.
    pub root: Vec<u8>,
}

impl CertifiedKey {
    /// Certified in the name `name`, for a year from `now`.
    ///
    /// # Errors
    /// [`NotCertified`] when OpenSSL fails.
    pub fn generate(name: &str, now: Timestamp) -> Result<Self, NotCertified> {
        Self::made(name, None, now)
    }

    /// The same for a key that signs requests, for mdocs too.
    ///
    /// # Errors
    /// [`NotCertified`] when OpenSSL fails.
    pub fn for_requests(name: &str, now: Timestamp) -> Result<Self, NotCertified> {
        Self::made(name, Some(READER), now)
    }

    fn made(name: &str, purpose: Option<&str>, now: Timestamp) -> Result<Self, NotCertified> {
        let (root_key, key) = (p256()?, p256()?);
        let root_name = format!("Root of {name}");
        let (mut authority, mut signs) = (BasicConstraints::new(), KeyUsage::new());
        let extensions = vec![authority.critical().ca().build()?, signs.critical().key_cert_sign().build()?];
        let root = certificate((&root_name, 1), (&root_name, &root_key), &root_key, now, extensions)?;
        let (mut leaf, mut signs) = (BasicConstraints::new(), KeyUsage::new());
        let mut extensions = vec![leaf.critical().build()?, signs.critical().digital_signature().build()?];
        if let Some(purpose) = purpose {
            extensions.push(ExtendedKeyUsage::new().critical().other(purpose).build()?);
        }
        let leaf = certificate((name, 2), (&root_name, &root_key), &key, now, extensions)?;
        Ok(Self {
            key: Zeroizing::new(key.private_key_to_pem_pkcs8()?),
            certificate: leaf.to_pem()?,
            root: root.to_pem()?,
        })
    }
}

/// The country of the issuing authority and of everything that it certifies: one that does not exist.
pub(super) const COUNTRY: &str = "UT";
/// What a document signer is for, and nothing else (ISO/IEC 18013-5 Annex B.1.4).
const DOCUMENT_SIGNER: &str = "1.0.18013.5.1.2";
/// What a reader is for that signs its requests (Annex B.1).
const READER: &str = "1.0.18013.5.1.6";
/// `issuerAltName`
const ISSUER_ALTERNATIVE_NAME: &str = "2.5.29.18";
/// `SEQUENCE { [1] "iaca@example.com" }`, an email address.
const CONTACT: &[u8] = b"\x30\x12\x81\x10iaca@example.com";

/// A key, and its certificate in DER.
pub struct CertifiedSigner {
    /// On P-256.
    pub key: SigningKey,
    /// What goes into `x5chain`.
    pub certificate: Vec<u8>,
}

/// A new issuing authority (IACA), by the profile of ISO/IEC 18013-5 Annex B: its certificate in PEM, a signer of
/// documents, and a signer of status lists. Its own key is gone.
///
/// # Errors
/// [`NotCertified`] when OpenSSL fails.
pub fn issuing_authority(
    now: Timestamp,
) -> Result<(Vec<u8>, CertifiedSigner, CertifiedSigner), NotCertified> {
    let root_key = p256()?;
    let name = "The demo issuing authority";
    let mut made = started((name, 1), name, &root_key, now)?;
    made.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
    made.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let root = finished(made, None, &root_key)?;
    let signer = |subject: &str, serial, purpose: Option<&str>| -> Result<CertifiedSigner, NotCertified> {
        let key = p256()?;
        let mut made = started((subject, serial), name, &key, now)?;
        made.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
        if let Some(purpose) = purpose {
            made.append_extension(ExtendedKeyUsage::new().critical().other(purpose).build()?)?;
        }
        let certificate = finished(made, Some(&root), &root_key)?.to_der()?;
        let pem = Zeroizing::new(key.private_key_to_pem_pkcs8()?);
        Ok(CertifiedSigner { key: SigningKey::from_pem(&pem)?, certificate })
    };
    let documents = signer("The demo document signer", 2, Some(DOCUMENT_SIGNER))?;
    let lists = signer("The demo signer of status lists", 3, None)?;
    Ok((root.to_pem()?, documents, lists))
}

fn started(
    (subject, serial): (&str, u32),
    issuer: &str,
    key: &PKeyRef<Private>,
    now: Timestamp,
) -> Result<X509Builder, ErrorStack> {
    let mut made = X509::builder()?;
    made.set_version(2)?;
    made.set_serial_number(&*BigNum::from_u32(serial)?.to_asn1_integer()?)?;
    made.set_subject_name(&*in_country(subject)?)?;
    made.set_issuer_name(&*in_country(issuer)?)?;
    made.set_not_before(&*Asn1Time::from_unix(now.unix() - DAY)?)?;
    made.set_not_after(&*Asn1Time::from_unix(now.unix() + LIFETIME)?)?;
    made.set_pubkey(key)?;
    let contact = Asn1OctetString::new_from_bytes(CONTACT)?;
    let name = Asn1Object::from_str(ISSUER_ALTERNATIVE_NAME)?;
    made.append_extension(X509Extension::new_from_der(&name, false, &contact)?)?;
    Ok(made)
}

fn finished(
    mut made: X509Builder,
    issuer: Option<&X509Ref>,
    signer: &PKeyRef<Private>,
) -> Result<X509, ErrorStack> {
    let own = SubjectKeyIdentifier::new().build(&made.x509v3_context(issuer, None))?;
    made.append_extension(own)?;
    if issuer.is_some() {
        let above = AuthorityKeyIdentifier::new().keyid(true).build(&made.x509v3_context(issuer, None))?;
        made.append_extension(above)?;
    }
    made.sign(signer, MessageDigest::sha256())?;
    Ok(made.build())
}

fn in_country(common: &str) -> Result<X509Name, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("C", COUNTRY)?;
    name.append_entry_by_text("CN", common)?;
    Ok(name.build())
}

/// Whether that of a reader is among these extended key usages, which are object identifiers as DER has their contents.
pub(super) fn is_for_readers(purposes: &[Vec<u8>]) -> bool {
    let reader = Asn1Object::from_str(READER);
    reader.is_ok_and(|reader| purposes.iter().any(|purpose| purpose == reader.as_slice()))
}

/// What makes the digest of an element unguessable.
///
/// # Errors
/// [`SigningFault::Generate`] when OpenSSL has no entropy.
pub(super) fn random_salt() -> Result<[u8; 32], SigningFault> {
    let mut salt = [0; 32];
    rand_bytes(&mut salt).map_err(|_| SigningFault::Generate)?;
    Ok(salt)
}

/// Nothing could be certified.
#[derive(Debug, thiserror::Error)]
pub enum NotCertified {
    /// OpenSSL ran out of something.
    #[error("a certificate could not be made")]
    Certificate(#[from] ErrorStack),
    /// The key that was made cannot sign: a mistake of ours.
    #[error(transparent)]
    Key(#[from] SigningFault),
}

/// A new ES256 key.
///
/// # Errors
/// [`SigningFault::Generate`] when OpenSSL has no entropy or memory.
pub fn signing_key() -> Result<SigningKey, SigningFault> {
    let mut entropy = Zeroizing::new([0; 32]);
    rand_bytes(&mut *entropy).map_err(|_| SigningFault::Generate)?;
    SigningKey::from_entropy(&entropy)
}

fn p256() -> Result<PKey<Private>, ErrorStack> {
    PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)
}

fn certificate(
    (subject, serial): (&str, u32),
    (issuer, signer): (&str, &PKeyRef<Private>),
    key: &PKeyRef<Private>,
    now: Timestamp,
    extensions: Vec<X509Extension>,
) -> Result<X509, ErrorStack> {
    let mut made = X509::builder()?;
    made.set_version(2)?;
    made.set_serial_number(&*BigNum::from_u32(serial)?.to_asn1_integer()?)?;
    made.set_subject_name(&*named(subject)?)?;
    made.set_issuer_name(&*named(issuer)?)?;
    made.set_not_before(&*Asn1Time::from_unix(now.unix() - DAY)?)?;
    made.set_not_after(&*Asn1Time::from_unix(now.unix() + LIFETIME)?)?;
    made.set_pubkey(key)?;
    for extension in extensions {
        made.append_extension(extension)?;
    }
    made.sign(signer, MessageDigest::sha256())?;
    Ok(made.build())
}

fn named(common: &str) -> Result<X509Name, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("CN", common)?;
    Ok(name.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use vpgate_core::jose::x5c::{OwnChain, Roots};

    #[test]
    fn its_root_vouches_for_the_key_and_another_does_not() {
        let now = Timestamp::from_unix(1_700_000_000);
        let made = CertifiedKey::generate("vpgate", now).unwrap();
        let (key, chain) =
            (SigningKey::from_pem(&made.key).unwrap(), OwnChain::from_pem(&made.certificate).unwrap());
        assert!(chain.certifies(key.public_key()) && !chain.is_self_signed() && !chain.holds_an_anchor());
        let validated =
            Roots::new(&made.root, None, Vec::new()).unwrap().validate(&chain.x5c(), now).unwrap();
        assert_eq!(validated.leaf_hash(), chain.leaf_hash());
        assert_eq!(validated.keys().keys()[0].thumbprint(), key.public_key().thumbprint());
        let other = CertifiedKey::generate("vpgate", now).unwrap();
        assert!(Roots::new(&other.root, None, Vec::new()).unwrap().validate(&chain.x5c(), now).is_err());
    }
}
