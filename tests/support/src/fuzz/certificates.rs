//! Certificate chains.

use std::sync::LazyLock;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name};
use serde_json::Value;
use vpgate_core::base::base64url;
use vpgate_core::base::json::parse;
use vpgate_core::jose::x5c::{MOST_CERTIFICATES, Roots, SentChain};

use super::keys::is_sound;
use super::{BOUNDS, KEYS, Seeds};
use crate::builders::presentation::NOW;

const DAY: i64 = 24 * 60 * 60;
const NAME: &str = "issuer.example.com";

/// Everything is certified with the same key, whose name is `CN=Root`.
static AUTHORITY: LazyLock<PKey<Private>> = LazyLock::new(|| key_of("issuer"));
static ROOT: LazyLock<X509> = LazyLock::new(|| X509::from_der(&signed(&authority("Root", "Root"))).unwrap());
static ROOTS: LazyLock<Roots> =
    LazyLock::new(|| Roots::new(&ROOT.to_pem().unwrap(), None, Vec::new()).unwrap());
static NAMED: LazyLock<Roots> =
    LazyLock::new(|| Roots::new(&ROOT.to_pem().unwrap(), None, vec![NAME.to_owned()]).unwrap());

/// The value of an `x5c` header, as JSON; or one to six certificates in DER without their signatures (a
/// TBSCertificate each, RFC 5280 section 4.1), which are signed with the key of the root. What is accepted is
/// read a second time by OpenSSL, and nothing stays in its queue of errors.
pub fn x5c(data: &[u8]) {
    let x5c = match parse(data, &BOUNDS) {
        Ok(x5c) => x5c,
        Err(_) => {
            let parts = certificates_in(data);
            parts.iter().take(MOST_CERTIFICATES + 1).map(|tbs| encoded(&signed(tbs))).collect()
        }
    };
    let judged = leaves_nothing(|| ROOTS.validate(&x5c, NOW));
    let named = leaves_nothing(|| NAMED.validate(&x5c, NOW));
    let claims = leaves_nothing(|| SentChain::read(&x5c).map(|sent| ROOTS.are_named_by(&sent)));
    leaves_nothing(|| SentChain::read(&x5c).map(|sent| NAMED.are_named_by(&sent)));
    let chain = match judged {
        Ok(chain) => chain,
        Err(refused) => {
            assert!(named.is_err());
            assert!(!refused.to_string().chars().any(char::is_control), "{refused:?}");
            return;
        }
    };
    assert_eq!(claims, Some(true), "what is believed was looked up here");
    let leaf = X509::from_der(&decoded(&x5c[0])).unwrap();
    assert!(leaf.verify(&AUTHORITY).unwrap());
    let now = Asn1Time::from_unix(NOW.unix()).unwrap();
    assert!(leaf.not_before() <= now && leaf.not_after() >= now);
    let text = String::from_utf8_lossy(&leaf.to_text().unwrap()).into_owned();
    assert!(
        !after(&text, "X509v3 Basic Constraints:").is_some_and(|line| line.contains("CA:TRUE")),
        "{text}"
    );
    assert!(
        after(&text, "X509v3 Key Usage:").is_none_or(|line| line.contains("Digital Signature")),
        "{text}"
    );
    assert_eq!(chain.keys().keys().len(), 1);
    is_sound(&chain.keys().keys()[0]);
    assert!(ROOTS.have_key(chain.anchor().key_hash()));
    assert!((2..=MOST_CERTIFICATES + 1).contains(&chain.length()));
    assert!(!chain.shown_subject().chars().any(char::is_control));
    if named.is_ok() {
        let names = leaf.subject_alt_names().unwrap();
        let is_it = |found: &str| found.eq_ignore_ascii_case(NAME);
        assert!(names.iter().any(|name| name.dnsname().or(name.uri()).is_some_and(is_it)));
    }
}

/// What is left in OpenSSL's queue of errors, a TLS connection of the same thread would find.
fn leaves_nothing<T>(look: impl FnOnce() -> T) -> T {
    drop(ErrorStack::get());
    let found = look();
    let left = ErrorStack::get();
    assert!(left.errors().is_empty(), "{left}");
    found
}

/// The line after that title.
fn after<'t>(text: &'t str, title: &str) -> Option<&'t str> {
    text.lines().skip_while(|line| !line.trim_start().starts_with(title)).nth(1)
}

fn key_of(name: &str) -> PKey<Private> {
    let number = |member: &str| {
        BigNum::from_slice(&base64url::decode(KEYS[name][member].as_str().unwrap()).unwrap()).unwrap()
    };
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let point = EcKey::from_public_key_affine_coordinates(&group, &number("x"), &number("y")).unwrap();
    let key = EcKey::from_private_components(&group, &number("d"), point.public_key()).unwrap();
    PKey::from_ec_key(key).unwrap()
}

/// The values that stand one behind the other, cut by their lengths; the last may be anything.
fn certificates_in(mut data: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while !data.is_empty() {
        let length = match *data {
            [0x30, short @ 0..=0x7f, ..] => 2 + usize::from(short),
            [0x30, 0x81, length, ..] => 3 + usize::from(length),
            [0x30, 0x82, high, low, ..] => 4 + usize::from(high) * 256 + usize::from(low),
            _ => data.len(),
        };
        let (one, rest) = data.split_at(length.min(data.len()));
        found.push(one);
        data = rest;
    }
    found
}

/// A certificate around it, by ECDSA with SHA-256.
fn signed(tbs: &[u8]) -> Vec<u8> {
    let mut signer = Signer::new(MessageDigest::sha256(), &AUTHORITY).unwrap();
    let mut bits = vec![0];
    bits.extend(signer.sign_oneshot_to_vec(tbs).unwrap());
    let algorithm = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    value(0x30, &[tbs, &algorithm, &value(0x03, &bits)].concat())
}

fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [.., high, low] = contents.len().to_be_bytes();
    let mut der = vec![tag];
    match (high, low) {
        (0, 0..=0x7f) => der.push(low),
        (0, _) => der.extend([0x81, low]),
        _ => der.extend([0x82, high, low]),
    }
    der.extend(contents);
    der
}

fn encoded(der: &[u8]) -> Value {
    openssl::base64::encode_block(der).into()
}

fn decoded(text: &Value) -> Vec<u8> {
    openssl::base64::decode_block(text.as_str().unwrap()).unwrap()
}

/// What is certified of somebody, without a signature.
fn tbs(subject: &str, issuer: &str, add: impl FnOnce(&mut X509Builder)) -> Vec<u8> {
    let named = |common: &str| {
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_text("CN", common).unwrap();
        name.build()
    };
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(&named(subject)).unwrap();
    made.set_issuer_name(&named(issuer)).unwrap();
    made.set_not_before(&Asn1Time::from_unix(NOW.unix() - 1000 * DAY).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::from_unix(NOW.unix() + 1000 * DAY).unwrap()).unwrap();
    made.set_pubkey(&AUTHORITY).unwrap();
    add(&mut made);
    made.sign(&AUTHORITY, MessageDigest::sha256()).unwrap();
    let whole = made.build().to_der().unwrap();
    // Its first value.
    let inside = &whole[if whole[1] == 0x82 { 4 } else { 3 }..];
    certificates_in(inside)[0].to_vec()
}

fn authority(subject: &str, issuer: &str) -> Vec<u8> {
    tbs(subject, issuer, |made| {
        let constraints = BasicConstraints::new().critical().ca().build().unwrap();
        let usage = KeyUsage::new().critical().key_cert_sign().build().unwrap();
        extend(made, [constraints, usage]);
    })
}

fn extend<const N: usize>(made: &mut X509Builder, extensions: [X509Extension; N]) {
    for extension in extensions {
        made.append_extension(extension).unwrap();
    }
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    let leaf = |issuer: &str| {
        tbs("Issuer", issuer, |made| {
            let usage = KeyUsage::new().digital_signature().build().unwrap();
            let context = made.x509v3_context(None, None);
            let names =
                SubjectAlternativeName::new().dns(NAME).uri("https://issuer.example.com").build(&context);
            let names = names.unwrap();
            extend(made, [BasicConstraints::new().build().unwrap(), usage, names]);
        })
    };
    let plain = tbs("Plain", "Root", |_| {});
    let namesake = tbs("Root", "Root", |made| made.set_pubkey(&key_of("holder")).unwrap());
    seeds.add("x5c", "namesake", [leaf("Root"), namesake].concat());
    let (between, below) = (authority("Between", "Root"), leaf("Between"));
    seeds.add("x5c", "leaf", leaf("Root"));
    seeds.add("x5c", "plain", plain.clone());
    seeds.add("x5c", "authority", authority("Other", "Root"));
    seeds.add("x5c", "between", [below.clone(), between.clone()].concat());
    seeds.add("x5c", "order", [between, below].concat());
    seeds.add("x5c", "json", Value::from(vec![encoded(&signed(&plain))]).to_string());
    seeds.add("x5c", "shape", "[\"\",\"AA==\",\"MAA=\"]");
}
