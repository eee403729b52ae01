//! What a certificate of a validated chain says of itself, for rules about those of one purpose.

use openssl::nid::Nid;
use openssl::x509::{X509KeyUsage, X509Ref};

use super::constraints::{self, ExtendedKeyUsage};
use super::path;
use crate::base::time::Timestamp;

/// The key usages that RFC 5280 section 4.2.1.3 names.
const USAGES: [(X509KeyUsage, &str); 9] = [
    (X509KeyUsage::DIGITAL_SIGNATURE, "digitalSignature"),
    (X509KeyUsage::NON_REPUDIATION, "nonRepudiation"),
    (X509KeyUsage::KEY_ENCIPHERMENT, "keyEncipherment"),
    (X509KeyUsage::DATA_ENCIPHERMENT, "dataEncipherment"),
    (X509KeyUsage::KEY_AGREEMENT, "keyAgreement"),
    (X509KeyUsage::KEY_CERT_SIGN, "keyCertSign"),
    (X509KeyUsage::CRL_SIGN, "cRLSign"),
    (X509KeyUsage::ENCIPHER_ONLY, "encipherOnly"),
    (X509KeyUsage::DECIPHER_ONLY, "decipherOnly"),
];

/// What one certificate says of itself.
#[derive(Clone, Debug)]
pub struct CertificateFacts {
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// The last second of its validity.
    pub not_after: Timestamp,
    /// The country names of its subject.
    pub countries: Vec<String>,
    /// The state or province names of its subject.
    pub states: Vec<String>,
    /// Its key usages, by their names; `None` where it says nothing of them.
    pub key_usages: Option<Vec<&'static str>>,
    /// Its extended key usage; `None` where it says nothing of it.
    pub extended_key_usage: Option<ExtendedKeyUsage>,
    /// Whether it has an issuer alternative name.
    pub has_issuer_alternative_name: bool,
    /// How many authorities may stand between it and a leaf; `None` where it does not say.
    pub path_length: Option<u32>,
}

impl CertificateFacts {
    /// `None` when it is not laid out as RFC 5280 says.
    pub(super) fn of(certificate: &X509Ref) -> Option<Self> {
        let names = |nid| {
            let entries = certificate.subject_name().entries_by_nid(nid);
            entries.map(|entry| entry.data().to_string().ok()).collect::<Option<Vec<_>>>()
        };
        let usages = |usage: X509KeyUsage| {
            USAGES.iter().filter(|(one, _)| usage.contains(*one)).map(|(_, name)| *name).collect()
        };
        Some(Self {
            not_before: Timestamp::from_unix(path::unix(certificate.not_before())?),
            not_after: Timestamp::from_unix(path::unix(certificate.not_after())?),
            countries: names(Nid::COUNTRYNAME)?,
            states: names(Nid::STATEORPROVINCENAME)?,
            key_usages: certificate.key_usage().map(usages),
            extended_key_usage: constraints::extended_key_usage(&certificate.to_der().ok()?)?,
            has_issuer_alternative_name: certificate.issuer_alt_names().is_some(),
            path_length: certificate.pathlen(),
        })
    }
}
