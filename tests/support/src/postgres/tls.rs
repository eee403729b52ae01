//! The certificate of a server on this machine.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name, X509NameRef};

use crate::certificates::key;

/// All as PEM.
pub struct ServerCertificate {
    pub root: String,
    pub chain: String,
    pub key: String,
}

impl ServerCertificate {
    /// For 127.0.0.1, localhost and these addresses, by a root of its own.
    pub fn new(addresses: &[String]) -> Self {
        let (root_key, server_key) = (key(), key());
        let name = name("a root of tests");
        let mut root = builder(&name, &name, &root_key);
        root.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        root.append_extension(KeyUsage::new().critical().key_cert_sign().build().unwrap()).unwrap();
        let root = signed(root, &root_key);
        let mut server = builder(&self::name("127.0.0.1"), &name, &server_key);
        let mut names = SubjectAlternativeName::new();
        names.ip("127.0.0.1").dns("localhost");
        for address in addresses {
            names.ip(address);
        }
        let names = names.build(&server.x509v3_context(Some(&root), None));
        server.append_extension(names.unwrap()).unwrap();
        server.append_extension(BasicConstraints::new().critical().build().unwrap()).unwrap();
        server.append_extension(ExtendedKeyUsage::new().server_auth().build().unwrap()).unwrap();
        let server = signed(server, &root_key);
        let text = |pem: Vec<u8>| String::from_utf8(pem).unwrap();
        Self {
            root: text(root.to_pem().unwrap()),
            chain: text(server.to_pem().unwrap()),
            key: text(server_key.private_key_to_pem_pkcs8().unwrap()),
        }
    }
}

fn name(common: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", common).unwrap();
    name.build()
}

fn builder(subject: &X509NameRef, issuer: &X509NameRef, key: &PKey<Private>) -> X509Builder {
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(subject).unwrap();
    made.set_issuer_name(issuer).unwrap();
    made.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    made.set_pubkey(key).unwrap();
    made
}

fn signed(mut builder: X509Builder, signer: &PKey<Private>) -> X509 {
    builder.sign(signer, MessageDigest::sha256()).unwrap();
    builder.build()
}
