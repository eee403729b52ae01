//! A folder with the key that signs our requests, and certificates for it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509Name};
use tempfile::TempDir;

/// `key.pem`, `chain.pem`, and what a wallet must find in the header.
pub struct Certified {
    pub folder: TempDir,
    pub leaf: X509,
}

impl Certified {
    /// A key with a certificate for the host of the service.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root, key) = (key(), key());
        let leaf = certificate("vpgate", &key, "Root", &root);
        private(&folder.path().join("key.pem"), &key.private_key_to_pem_pkcs8().unwrap());
        fs::write(folder.path().join("chain.pem"), leaf.to_pem().unwrap()).unwrap();
        Self { folder, leaf }
    }

    /// The client identifier by the digest of the certificate.
    pub fn hash_id(&self) -> String {
        let digest = hash(MessageDigest::sha256(), &self.leaf.to_der().unwrap()).unwrap();
        format!("x509_hash:{}", URL_SAFE_NO_PAD.encode(digest))
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

pub fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub fn certificate(subject: &str, key: &PKey<Private>, issuer: &str, signer: &PKeyRef<Private>) -> X509 {
    let name = |common: &str| {
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_text("CN", common).unwrap();
        name.build()
    };
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(&name(subject)).unwrap();
    made.set_issuer_name(&name(issuer)).unwrap();
    made.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
    made.set_pubkey(key).unwrap();
    let names = SubjectAlternativeName::new().dns("127.0.0.1").build(&made.x509v3_context(None, None));
    made.append_extension(names.unwrap()).unwrap();
    made.sign(signer, MessageDigest::sha256()).unwrap();
    made.build()
}

/// A certificate for `name` by itself: its own authority.
pub fn certificate_for(name: &str) -> (PKey<Private>, X509) {
    let key = key();
    let mut common = X509Name::builder().unwrap();
    common.append_entry_by_text("CN", name).unwrap();
    let common = common.build();
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(&common).unwrap();
    made.set_issuer_name(&common).unwrap();
    made.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
    made.set_pubkey(&key).unwrap();
    let names = SubjectAlternativeName::new().dns(name).build(&made.x509v3_context(None, None)).unwrap();
    made.append_extension(names).unwrap();
    made.sign(&key, MessageDigest::sha256()).unwrap();
    (key, made.build())
}

/// For us alone.
fn private(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}
