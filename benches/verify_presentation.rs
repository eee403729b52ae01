//! How long one verdict takes: from the text of a `vp_token` to a verified presentation, report included.
//!
//! An ES256 credential with three Disclosures and a key-binding JWT, about 1.6 kB. The issuer's key is
//! known; the holder's key is new in every presentation, as it is in life. Once more with a status in a
//! list of a million, which is at hand: its look-up and its nine lines of the report; and with a chain of
//! three certificates in the header instead of a known key (`verify_presentation_x5c`). And of a credential that was
//! shown before, whose issuer's signature is remembered; the proof of its holder is verified each time.

#![expect(clippy::unwrap_used, reason = "a benchmark says what is wrong by stopping")]

use std::hint::black_box;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use mimalloc::MiMalloc;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, PKey, PKeyRef, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Name};
use ring::digest;
use serde_json::{Map, Value, json};
use vpgate::config::chain_memo::KeptChains;
use vpgate::config::signature_memo::KeptSignatures;
use vpgate_core::base::base64url;
use vpgate_core::base::json::Bounds;
use vpgate_core::base::report::{Findings, Rejection};
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::Roots;
use vpgate_core::openid4vp::dcql::{ClaimsPath, CredentialQuery, Query};
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::openid4vp::response::{PresentedCredential, ResponseParameters, WalletAnswer};
use vpgate_core::openid4vp::testing;
use vpgate_core::openid4vp::verify::{StatusNeeded, VerifiedPresentation, authenticate, conclude};
use vpgate_core::status_list::token::{CacheBounds, Receipt, StatusList, StatusListToken};
use vpgate_core::trust::IssuerHint;
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy, TrustedIssuer};

/// The one of the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const ISSUER: &str = "https://issuer.example.com";
const VCT: &str = "https://credentials.example.com/identity_credential";
const LIST: &str = "https://issuer.example.com/statuslists/1";
const CREDENTIAL: &str = "proof_id_default";
const PRESENTATIONS: usize = 256;

/// What the service knows before the wallet answers.
struct Verifier {
    asked: VpRequest,
    trust: TrustPolicy,
    keys: Arc<KeySet>,
    list: StatusList,
}

impl Verifier {
    /// The way of `flow/presentation/accept.rs`, without storage.
    fn verify(
        &self,
        parameters: ResponseParameters,
        findings: &mut Findings,
    ) -> Option<VerifiedPresentation> {
        self.road(parameters, findings).ok()
    }

    /// Everything that needs no signature.
    fn vouch(
        &self,
        parameters: ResponseParameters,
        findings: &mut Findings,
    ) -> Result<Vec<(PresentedCredential, TrustedIssuer)>, Rejection> {
        let WalletAnswer::Presented(token) = WalletAnswer::parse(parameters, findings)? else {
            return Ok(Vec::new());
        };
        let shown = token.shown(&self.asked.query, self.asked.nonce.as_str(), findings)?;
        shown
            .into_iter()
            .map(|shown| {
                let issuer = self.trust.vouch(&shown.credential, &shown.presented.issuer_hint(), findings)?;
                Ok((shown, issuer))
            })
            .collect()
    }

    fn road(
        &self,
        parameters: ResponseParameters,
        findings: &mut Findings,
    ) -> Result<VerifiedPresentation, Rejection> {
        let challenge = self.asked.expected();
        let mut current = Vec::new();
        for (shown, issuer) in self.vouch(parameters, findings)? {
            let genuine = authenticate(shown, &issuer, &self.keys, &challenge, NOW, findings)?;
            let mut needed = genuine.status(findings)?;
            current.push(loop {
                needed = match needed {
                    StatusNeeded::Settled(current) => break current,
                    StatusNeeded::Listed(listed) => listed.judged(&self.list, NOW, findings)?,
                };
            });
        }
        conclude(current, &challenge, NOW, findings)
    }
}

fn verifier(issuer: &SigningKey, source: Option<KeySource>) -> Verifier {
    let claims = ["given_name", "family_name", "age_equal_or_over.18"]
        .map(|dotted| ClaimsPath::from_dotted(dotted).unwrap());
    let keys = Arc::new(KeySet::of(vec![issuer.public_key().clone()]));
    let trust = trust(source.unwrap_or_else(|| KeySource::Jwks(Arc::clone(&keys))));
    let query = CredentialQuery::new(CREDENTIAL, vec![VCT.to_owned()], claims.to_vec());
    let asked = VpRequest {
        query: Query::of(vec![query]).unwrap(),
        scope: None,
        created_at: NOW.minus(Duration::from_secs(30)),
        expires_at: NOW.plus(Duration::from_secs(270)),
        ..testing::asked()
    };
    let trust = TrustPolicy { credentials: vec![trust] };
    let list = status_list(issuer, &keys);
    Verifier { asked, trust, keys, list }
}

fn trust(keys: KeySource) -> CredentialTrust {
    CredentialTrust {
        id: CREDENTIAL.to_owned(),
        types: vec![VCT.to_owned()],
        issuer: ISSUER.to_owned(),
        keys,
        status_roots: None,
        status: StatusPolicy::default(),
        rules: FormatRules::default(),
    }
}

/// A million credentials, all valid.
fn status_list(issuer: &SigningKey, keys: &Arc<KeySet>) -> StatusList {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1 << 17]).unwrap();
    let lst = base64url::encode(encoder.finish().unwrap());
    let payload = object(json!({
        "sub": LIST, "iat": NOW.unix() - 100, "ttl": 3600, "status_list": {"bits": 1, "lst": lst},
    }));
    let token = issuer.sign(&object(json!({"typ": "statuslist+jwt", "kid": issuer.kid()})), &payload);
    let token = StatusListToken::parse(token.unwrap().as_bytes()).unwrap();
    let hint = IssuerHint {
        iss: Some(ISSUER),
        credential_type: Some(VCT),
        kid: Some(issuer.kid()),
        x5c: None,
        ..IssuerHint::default()
    };
    let trust = TrustPolicy { credentials: vec![trust(KeySource::Jwks(Arc::clone(keys)))] };
    let trusted = trust.vouch(CREDENTIAL, &hint, &mut Findings::new()).unwrap();
    let receipt = Receipt { at: NOW, max_age: None };
    token.verify(&trusted, keys, LIST, receipt, &CacheBounds::default()).unwrap()
}

/// One presentation by a new holder. `header` is that of the credential, without `alg`; the credential
/// names `index` of the list, if any.
fn presentation(
    issuer: &SigningKey,
    header: &Map<String, Value>,
    asked: &VpRequest,
    index: Option<usize>,
) -> String {
    let holder = SigningKey::generate(Algorithm::Es256).unwrap();
    let claims = [
        ("given_name", json!("Erika")),
        ("family_name", json!("Mustermann")),
        ("age_equal_or_over", json!({"18": true, "21": true, "65": false})),
    ];
    let disclosures = claims
        .map(|(name, value)| base64url::encode(json!(["2GLC42sKQveCfGfryNRN9w", name, value]).to_string()));
    let mut digests: Vec<String> = disclosures.iter().map(|disclosure| sha256(disclosure)).collect();
    // Decoys, as a real issuer adds them.
    digests.extend((0..3).map(|decoy| sha256(&format!("decoy {decoy}"))));
    let mut cnf = holder.public_key().to_jwk();
    cnf.as_object_mut().unwrap().remove("kid");
    let mut credential = object(json!({
        "_sd": digests, "_sd_alg": "sha-256", "iss": ISSUER, "vct": VCT, "iat": NOW.unix() - 1000,
        "exp": NOW.unix() + 1_000_000, "cnf": {"jwk": cnf},
    }));
    if let Some(index) = index {
        let status = json!({"status_list": {"idx": index, "uri": LIST}});
        credential.insert("status".to_owned(), status);
    }
    let jwt = issuer.sign(header, &credential).unwrap();
    let sd_jwt = format!("{jwt}~{}~", disclosures.join("~"));
    let binding = object(json!({
        "iat": NOW.unix() - 5, "aud": asked.verifier_id, "nonce": asked.nonce.as_str(),
        "sd_hash": sha256(&sd_jwt),
    }));
    let binding = holder.sign(&object(json!({"typ": "kb+jwt"})), &binding).unwrap();
    sd_jwt + &binding
}

/// The two signed parts of a presentation, read and with their keys.
fn signatures(issuer: &PublicKey, text: &str) -> [(UnverifiedJws<'static>, PublicKey); 2] {
    let bounds = Bounds { bytes: text.len(), depth: 8, members: 64 };
    let read = |part: Option<&str>| UnverifiedJws::parse(part.unwrap(), &bounds).unwrap().into_owned();
    let credential = read(text.split('~').next());
    let holder = PublicKey::from_jwk(&credential.unverified_claim("cnf").unwrap()["jwk"]).unwrap();
    [(credential, issuer.clone()), (read(text.rsplit('~').next()), holder)]
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn sha256(text: &str) -> String {
    base64url::encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

fn parameters(text: &str) -> ResponseParameters {
    ResponseParameters { vp_token: Some(text.to_owned()), ..ResponseParameters::default() }
}

/// A root in PEM, and the chain from the issuer's key to it, as `x5c`.
fn certified(issuer: &SigningKey) -> (Vec<u8>, Value) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let fresh = || PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let (root_key, between_key) = (fresh(), fresh());
    let jwk = issuer.public_key().to_jwk();
    let number =
        |name: &str| BigNum::from_slice(&base64url::decode(jwk[name].as_str().unwrap()).unwrap()).unwrap();
    let leaf_key = EcKey::from_public_key_affine_coordinates(&group, &number("x"), &number("y")).unwrap();
    let leaf_key = PKey::from_ec_key(leaf_key).unwrap();
    let root = certificate("Root", "Root", &root_key, &root_key, true);
    let between = certificate("Between", "Root", &between_key, &root_key, true);
    let leaf = certificate("Issuer", "Between", &leaf_key, &between_key, false);
    let x5c = [leaf, between].map(|it| STANDARD.encode(it.to_der().unwrap()));
    (root.to_pem().unwrap(), json!(x5c))
}

fn certificate<T: HasPublic>(
    subject: &str,
    issuer: &str,
    key: &PKeyRef<T>,
    signer: &PKeyRef<Private>,
    authority: bool,
) -> X509 {
    let name = |common: &str| {
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_text("CN", common).unwrap();
        name.build()
    };
    let mut usage = KeyUsage::new();
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_subject_name(&name(subject)).unwrap();
    made.set_issuer_name(&name(issuer)).unwrap();
    made.set_not_before(&Asn1Time::from_unix(NOW.unix() - 1000).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::from_unix(NOW.unix() + 1000).unwrap()).unwrap();
    made.set_pubkey(key).unwrap();
    if authority {
        made.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        made.append_extension(usage.critical().key_cert_sign().build().unwrap()).unwrap();
    } else {
        made.append_extension(usage.critical().digital_signature().build().unwrap()).unwrap();
    }
    made.sign(signer, MessageDigest::sha256()).unwrap();
    made.build()
}

/// Presentations with a chain that was seen before, and the validation of one that was not.
fn bench_x5c(criterion: &mut Criterion) {
    let issuer = SigningKey::generate(Algorithm::Es256).unwrap();
    let (root, x5c) = certified(&issuer);
    let roots = || Roots::new(&root, None, Vec::new()).unwrap();
    let remembering = roots().with_memo(Arc::new(KeptChains::default()));
    let verifier = verifier(&issuer, Some(KeySource::X5c(Arc::new(remembering))));
    let header = object(json!({"typ": "dc+sd-jwt", "x5c": x5c}));
    let texts = presentations(&issuer, &header, &verifier, |_| None);
    let mut group = criterion.benchmark_group("verify_presentation_x5c");
    group.throughput(Throughput::Elements(1));
    let mut next = texts.iter().cycle();
    group.bench_function(format!("whole, {} bytes", texts.first().map_or(0, String::len)), |bencher| {
        bencher.iter_batched(
            || parameters(next.next().unwrap()),
            |parameters| black_box(verifier.verify(parameters, &mut Findings::new())),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("a chain of three, seen for the first time", |bencher| {
        bencher.iter_batched(
            roots,
            |roots| black_box(roots.validate(&x5c, NOW)).is_ok(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Presentations that are all verified; each names the place in the status list that `index` gives it.
fn presentations(
    issuer: &SigningKey,
    header: &Map<String, Value>,
    verifier: &Verifier,
    index: fn(usize) -> Option<usize>,
) -> Vec<String> {
    let make = |number| presentation(issuer, header, &verifier.asked, index(number));
    let texts: Vec<String> = (0..PRESENTATIONS).map(make).collect();
    for text in &texts {
        let mut findings = Findings::new();
        let verified = verifier.verify(parameters(text), &mut findings);
        assert!(verified.is_some(), "{:?}", findings.conclude(Ok(())));
    }
    texts
}

/// For peers: the same presentations and what they need to verify them, in the file that
/// `VPGATE_BENCH_EXPORT` names (see `benches/peers`).
fn export(issuer: &SigningKey, asked: &VpRequest, texts: &[String]) {
    if let Ok(path) = std::env::var("VPGATE_BENCH_EXPORT") {
        let file = json!({
            "issuer_jwk": issuer.public_key().to_jwk(), "nonce": asked.nonce.as_str(), "now": NOW.unix(),
            "presentations": texts,
        });
        std::fs::write(path, file.to_string()).unwrap();
    }
}

fn main() {
    let issuer = SigningKey::generate(Algorithm::Es256).unwrap();
    let verifier = verifier(&issuer, None);
    let header = object(json!({"typ": "dc+sd-jwt", "kid": issuer.kid()}));
    let texts = presentations(&issuer, &header, &verifier, |_| None);
    let listed = presentations(&issuer, &header, &verifier, |number| Some(number * 4000));
    export(&issuer, &verifier.asked, &texts);
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("verify_presentation");
    group.throughput(Throughput::Elements(1));
    let length = texts.first().map_or(0, String::len);
    bench_whole(&mut group, &format!("whole, {length} bytes"), &verifier, &texts);
    let memory = Arc::new(KeptSignatures::default());
    let keys = Arc::new(KeySet::of(vec![issuer.public_key().clone()]).with_memo(memory));
    let remembering = Verifier { keys, ..verifier };
    bench_whole(&mut group, "whole, of a credential seen before", &remembering, &texts);
    bench_whole(&mut group, "whole, of a credential seen before, with a status list", &remembering, &listed);
    let verifier = Verifier { keys: Arc::new(KeySet::of(vec![issuer.public_key().clone()])), ..remembering };
    let mut next = texts.iter().cycle();
    let mut arrival = || parameters(next.next().unwrap());
    group.bench_function("parse and vouch only, no signature", |bencher| {
        bencher.iter_batched(
            &mut arrival,
            |parameters| black_box(verifier.vouch(parameters, &mut Findings::new())).is_ok(),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("the two signatures alone", |bencher| {
        bencher.iter_batched(
            || signatures(issuer.public_key(), &arrival().vp_token.unwrap()),
            |signatures| signatures.map(|(jws, key)| black_box(jws.verify(&key)).is_ok()),
            BatchSize::SmallInput,
        );
    });
    bench_whole(&mut group, "whole, with a status list at hand", &verifier, &listed);
    group.finish();
    bench_x5c(&mut criterion);
    criterion.final_summary();
}

fn bench_whole(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, verifier: &Verifier, texts: &[String]) {
    let mut next = texts.iter().cycle();
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            || parameters(next.next().unwrap()),
            |parameters| {
                let mut findings = Findings::new();
                let verified = verifier.verify(parameters, &mut findings);
                black_box((verified, findings.conclude(Ok(()))))
            },
            BatchSize::SmallInput,
        );
    });
}
