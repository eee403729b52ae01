//! How long one mdoc takes: from the text of a presentation to an authentic document, report included.
//!
//! A driving licence with 30 elements, of which five are shown, and one with a portrait of 15 kB besides. Issuer and
//! holder sign with P-256; the holder's key and the security object are new in every presentation, as they are in life,
//! and the issuer's chain was seen before. Beside it, in the same run: two signatures of P-256, by OpenSSL and by `ring`,
//! which is what cannot be saved.

#![expect(clippy::unwrap_used, reason = "a benchmark says what is wrong by stopping")]

use std::hint::black_box;
use std::sync::{Arc, Mutex};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use mimalloc::MiMalloc;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use ring::digest;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::json;
use vpgate_core::base::base64url;
use vpgate_core::base::report::Findings;
use vpgate_core::base::time::CLOCK_TOLERANCE;
use vpgate_core::cbor::{Limits, Writer};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::{ChainMemo, Roots, ValidatedChain};
use vpgate_core::mdoc::testing::{MdocMaker, NOW, QUERY_ID};
use vpgate_core::mdoc::{AuthenticMdoc, PresentedMdoc, SessionTranscript};
use vpgate_core::trust::{CredentialTrust, KeySource, TrustPolicy};

/// The one of the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const PRESENTATIONS: usize = 64;
const SHOWN: [&str; 5] = ["family_name", "given_name", "birth_date", "age_over_18", "number_7"];

/// The one chain is kept, signatures are not: no wallet shows one security object twice.
#[derive(Default)]
struct ChainAlone(Mutex<Option<([u8; 32], Arc<ValidatedChain>)>>);

impl ChainMemo for ChainAlone {
    fn recall(&self, digest: &[u8; 32]) -> Option<Arc<ValidatedChain>> {
        let kept = self.0.lock().unwrap();
        kept.as_ref().filter(|(known, _)| known == digest).map(|(_, chain)| Arc::clone(chain))
    }

    fn keep(&self, digest: [u8; 32], chain: &Arc<ValidatedChain>) {
        *self.0.lock().unwrap() = Some((digest, Arc::clone(chain)));
    }
}

fn transcript() -> SessionTranscript {
    SessionTranscript::redirect(
        "x509_san_dns:verify.example",
        "n-0S6_WzA2Mj",
        None,
        "https://verify.example/r",
    )
}

/// Documents of one issuer, each with a key of its own; whom it stands below.
fn presentations(shown: &[&str]) -> (TrustPolicy, Vec<String>, String) {
    let mut maker = MdocMaker::new();
    maker.elements.retain(|(_, name, _)| name != "portrait");
    maker.say("portrait", Writer::new().bytes(&vec![7; 15 << 10]));
    for number in maker.elements.len()..30 {
        maker.say(&format!("number_{number}"), Writer::new().text("a value of usual length"));
    }
    let root = String::from_utf8(maker.root.pem()).unwrap();
    let roots = Roots::new(root.as_bytes(), None, Vec::new()).unwrap();
    let roots = roots.with_memo(Arc::new(ChainAlone::default()));
    let trust = CredentialTrust { keys: KeySource::X5c(Arc::new(roots)), ..maker.trust() };
    let texts = (0..PRESENTATIONS).map(|_| {
        maker.holder = SigningKey::generate(Algorithm::Es256).unwrap();
        maker.present(&transcript(), shown)
    });
    (TrustPolicy { credentials: vec![trust] }, texts.collect(), root)
}

/// For peers: the presentations and what they need to verify them, in the file that `VPGATE_BENCH_EXPORT` names (see
/// `benches/peers`).
fn export(root: &str, texts: &[String]) {
    if let Ok(path) = std::env::var("VPGATE_BENCH_EXPORT") {
        let transcript = base64url::encode(transcript().as_bytes());
        let file = json!({
            "root": root, "transcript": transcript, "now": NOW.unix(), "shown": SHOWN, "presentations": texts,
        });
        std::fs::write(path, file.to_string()).unwrap();
    }
}

fn judge(trust: &TrustPolicy, transcript: &SessionTranscript, text: &str) -> Option<AuthenticMdoc> {
    let mut findings = Findings::new();
    let presented = PresentedMdoc::parse(text, &Limits::default(), &mut findings).ok()?;
    let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).ok()?;
    presented.authenticate(&issuer, Some(transcript), (NOW, CLOCK_TOLERANCE), &mut findings).ok()
}

fn whole(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, trust: &TrustPolicy, texts: &[String]) {
    let transcript = transcript();
    assert!(texts.iter().all(|text| judge(trust, &transcript, text).is_some()));
    let mut next = texts.iter().cycle();
    group.bench_function(format!("{name}, {} bytes", texts[0].len()), |bencher| {
        bencher.iter(|| black_box(judge(trust, &transcript, next.next().unwrap())).is_some());
    });
}

/// Signatures of as many keys, two at a time.
fn signatures(group: &mut BenchmarkGroup<'_, WallTime>) {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let message = [7; 256];
    let hash = digest::digest(&digest::SHA256, &message);
    let made: Vec<(EcKey<Private>, EcdsaSig)> = (0..PRESENTATIONS)
        .map(|_| {
            let key = EcKey::generate(&curve).unwrap();
            let signature = EcdsaSig::sign(hash.as_ref(), &key).unwrap();
            (key, signature)
        })
        .collect();
    let mut next = made.iter().cycle();
    group.bench_function("two signatures by OpenSSL", |bencher| {
        bencher.iter(|| {
            (0..2).all(|_| {
                let (key, signature) = next.next().unwrap();
                signature.verify(digest::digest(&digest::SHA256, &message).as_ref(), key).unwrap()
            })
        });
    });
    let points: Vec<(Vec<u8>, Vec<u8>)> = made
        .iter()
        .map(|(key, signature)| {
            let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
            let mut context = openssl::bn::BigNumContext::new().unwrap();
            key.public_key().affine_coordinates(&curve, &mut x, &mut y, &mut context).unwrap();
            let point = [vec![4], x.to_vec_padded(32).unwrap(), y.to_vec_padded(32).unwrap()].concat();
            (point, signature.to_der().unwrap())
        })
        .collect();
    let mut next = points.iter().cycle();
    group.bench_function("two signatures by ring", |bencher| {
        bencher.iter(|| {
            (0..2).all(|_| {
                let (point, signature) = next.next().unwrap();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&message, signature).is_ok()
            })
        });
    });
}

fn main() {
    let (trust, texts, root) = presentations(&SHOWN);
    export(&root, &texts);
    let (pictured_trust, pictured, _) = presentations(&[&SHOWN[..], &["portrait"]].concat());
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("verify_mdoc");
    group.throughput(Throughput::Elements(1));
    whole(&mut group, "five of thirty elements", &trust, &texts);
    whole(&mut group, "with a portrait", &pictured_trust, &pictured);
    signatures(&mut group);
    group.finish();
    criterion.final_summary();
}
