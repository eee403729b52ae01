//! Makes real certificates for tests, with every property open to change.

#![expect(missing_docs, clippy::unwrap_used, reason = "for tests only")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private, Public};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Crl, X509CrlBuilder, X509Name, X509Ref, X509RevokedBuilder};
use serde_json::Value;

use crate::base::base64url;

/// Days from certificates' beginnings and to their ends; see [`Plan`].
pub const DAY: i64 = 86_400;

/// What one certificate says.
#[derive(Clone)]
pub struct Plan {
    pub subject: String,
    pub from: i64,
    pub until: i64,
    /// `cA`; without basic constraints when `None`.
    pub authority: Option<bool>,
    pub path_length: Option<u32>,
    /// Any of `digitalSignature`, `keyCertSign`, `cRLSign`; without key usage when `None`.
    pub usage: Option<Vec<&'static str>>,
    /// The one extended key usage, an object identifier with dots; critical.
    pub purpose: Option<&'static str>,
    pub dns: Vec<String>,
    pub uri: Vec<String>,
    /// With a subject key identifier; what it certifies then names it as its authority.
    pub key_id: bool,
    pub serial: u32,
    pub digest: MessageDigest,
}

impl Plan {
    /// An authority, valid from ten days before `now` to ten after.
    pub fn authority(subject: &str, now: i64) -> Self {
        Self {
            subject: subject.to_owned(),
            from: now - 10 * DAY,
            until: now + 10 * DAY,
            authority: Some(true),
            path_length: None,
            usage: Some(vec!["keyCertSign", "cRLSign"]),
            purpose: None,
            dns: Vec::new(),
            uri: Vec::new(),
            key_id: false,
            serial: 1,
            digest: MessageDigest::sha256(),
        }
    }

    /// An issuer's certificate, valid from a day before `now` to a day after.
    pub fn leaf(subject: &str, now: i64) -> Self {
        Self {
            from: now - DAY,
            until: now + DAY,
            authority: None,
            usage: Some(vec!["digitalSignature"]),
            serial: 7,
            ..Self::authority(subject, now)
        }
    }
}

/// A certificate and the key that is certified, so that it can certify others.
pub struct Authority {
    pub key: PKey<Private>,
    pub certificate: X509,
}

impl Authority {
    /// One that stands for itself.
    pub fn root(plan: &Plan) -> Self {
        let key = p256();
        let certificate = certificate(plan, &key, None, &key);
        Self { key, certificate }
    }

    /// One below this one.
    pub fn authority(&self, plan: &Plan) -> Self {
        let key = p256();
        let certificate = self.certify(plan, &key);
        Self { key, certificate }
    }

    /// A certificate for a key of somebody else.
    pub fn certify<T: HasPublic>(&self, plan: &Plan, key: &PKeyRef<T>) -> X509 {
        certificate(plan, key, Some(&self.certificate), &self.key)
    }

    /// A revocation list of this authority over these serial numbers, at least one.
    pub fn revocation_list(&self, from: i64, until: i64, serials: &[u32]) -> X509Crl {
        let mut list = X509CrlBuilder::new().unwrap();
        list.set_issuer_name(self.certificate.subject_name()).unwrap();
        list.set_last_update(&time(from)).unwrap();
        list.set_next_update(&time(until)).unwrap();
        for serial in serials {
            let mut revoked = X509RevokedBuilder::new().unwrap();
            let serial = BigNum::from_u32(*serial).unwrap().to_asn1_integer().unwrap();
            revoked.set_serial_number(&serial).unwrap();
            revoked.set_revocation_date(&time(from)).unwrap();
            list.add_revoked(revoked.build()).unwrap();
        }
        let context = X509::builder().unwrap();
        let context = context.x509v3_context(Some(&self.certificate), None);
        list.append_extension(AuthorityKeyIdentifier::new().issuer(true).build(&context).unwrap()).unwrap();
        let number = CrlNumber::new(BigNum::from_u32(1).unwrap()).unwrap();
        list.append_extension(number.build().unwrap()).unwrap();
        list.sign(&self.key, MessageDigest::sha256()).unwrap();
        list.build().unwrap()
    }

    /// For a file of roots.
    pub fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }
}

/// The `x5c` header.
pub fn x5c(certificates: &[&X509]) -> Value {
    certificates.iter().map(|it| STANDARD.encode(it.to_der().unwrap())).collect()
}

/// A fresh key.
pub fn p256() -> PKey<Private> {
    ec(Nid::X9_62_PRIME256V1)
}

/// A fresh key on a curve.
pub fn ec(curve: Nid) -> PKey<Private> {
    let group = EcGroup::from_curve_name(curve).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

/// The key of a public JWK.
pub fn public_key(jwk: &Value) -> PKey<Public> {
    let octets = |name: &str| base64url::decode(jwk[name].as_str().unwrap()).unwrap();
    let number = |name: &str| BigNum::from_slice(&octets(name)).unwrap();
    match jwk["kty"].as_str().unwrap() {
        "RSA" => PKey::from_rsa(Rsa::from_public_components(number("n"), number("e")).unwrap()).unwrap(),
        "OKP" => PKey::public_key_from_raw_bytes(&octets("x"), Id::ED25519).unwrap(),
        _ => {
            let curve = match jwk["crv"].as_str().unwrap() {
                "P-256" => Nid::X9_62_PRIME256V1,
                "P-384" => Nid::SECP384R1,
                _ => Nid::SECP521R1,
            };
            let group = EcGroup::from_curve_name(curve).unwrap();
            let key = EcKey::from_public_key_affine_coordinates(&group, &number("x"), &number("y"));
            PKey::from_ec_key(key.unwrap()).unwrap()
        }
    }
}

fn certificate<T: HasPublic>(
    plan: &Plan,
    key: &PKeyRef<T>,
    issuer: Option<&X509Ref>,
    signer: &PKeyRef<Private>,
) -> X509 {
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&BigNum::from_u32(plan.serial).unwrap().to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(&name(&plan.subject)).unwrap();
    made.set_issuer_name(issuer.map_or(&name(&plan.subject), |issuer| issuer.subject_name())).unwrap();
    made.set_not_before(&time(plan.from)).unwrap();
    made.set_not_after(&time(plan.until)).unwrap();
    made.set_pubkey(key).unwrap();
    if let Some(authority) = plan.authority {
        let mut constraints = BasicConstraints::new();
        constraints.critical();
        if authority {
            constraints.ca();
        }
        if let Some(length) = plan.path_length {
            constraints.pathlen(length);
        }
        made.append_extension(constraints.build().unwrap()).unwrap();
    }
    if let Some(usages) = &plan.usage {
        let mut usage = KeyUsage::new();
        usage.critical();
        for one in usages {
            match *one {
                "digitalSignature" => usage.digital_signature(),
                "keyCertSign" => usage.key_cert_sign(),
                "cRLSign" => usage.crl_sign(),
                _ => usage.key_encipherment(),
            };
        }
        made.append_extension(usage.build().unwrap()).unwrap();
    }
    if let Some(purpose) = plan.purpose {
        made.append_extension(ExtendedKeyUsage::new().critical().other(purpose).build().unwrap()).unwrap();
    }
    if !(plan.dns.is_empty() && plan.uri.is_empty()) {
        let mut names = SubjectAlternativeName::new();
        for dns in &plan.dns {
            names.dns(dns);
        }
        for uri in &plan.uri {
            names.uri(uri);
        }
        let names = names.build(&made.x509v3_context(None, None)).unwrap();
        made.append_extension(names).unwrap();
    }
    if plan.key_id {
        let id = SubjectKeyIdentifier::new().build(&made.x509v3_context(None, None)).unwrap();
        made.append_extension(id).unwrap();
    }
    if let Some(issuer) = issuer.filter(|issuer| issuer.subject_key_id().is_some()) {
        let context = made.x509v3_context(Some(issuer), None);
        let id = AuthorityKeyIdentifier::new().keyid(true).build(&context).unwrap();
        made.append_extension(id).unwrap();
    }
    made.sign(signer, plan.digest).unwrap();
    made.build()
}

fn name(common: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", common).unwrap();
    name.build()
}

fn time(at: i64) -> Asn1Time {
    Asn1Time::from_unix(at).unwrap()
}
