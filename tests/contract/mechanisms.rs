//! Whom we believe, from the configuration file to the verdict: issuers of one credential, each with its
//! own way to its keys, over a real server; and what comes of a key that is found in another's way.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
use vpgate::config::Config;
use vpgate::fetch::client::FetchClient;
use vpgate::fetch::issuer_keys::FetchedIssuerKeys;
use vpgate::flow::ports::{Clock, IssuerKeys as _};
use vpgate_core::base::base64url;
use vpgate_core::base::report::{Findings, Report, Verdict};
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::sdjwt::key_binding::ExpectedBinding;
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::PresentedSdJwt;
use vpgate_core::trust::issuer_key;

const NOW: i64 = 1_800_000_000;
const CREDENTIAL: &str = "proof_id_default";
const VCT: &str = "https://credentials.notarize.com/ProofCredentialV1";
const CONTRACT: &str = include_str!("../../fixtures/config/contract.toml");

/// An issuer: its `iss`, its key, how a credential of its names that key, and our `trust` in it.
struct Issuer {
    iss: String,
    key: SigningKey,
    header: Map<String, Value>,
    trust: String,
}

/// The issuers, the service's configuration, and the server that publishes for them.
struct Harness {
    issuers: Vec<Issuer>,
    /// The first issuers again, by certificates; empty where every issuer has but one way to its keys.
    certified: Vec<Issuer>,
    config: Config,
    keys: FetchedIssuerKeys,
    asked: Arc<Mutex<Vec<String>>>,
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(NOW)
    }
}

impl Harness {
    fn new() -> Self {
        Self::of(false)
    }

    /// All issuers that publish keys are on their way to certificates, and believed by both.
    fn migrating() -> Self {
        Self::of(true)
    }

    fn of(migrating: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let documents = Arc::new(OnceLock::new());
        let (base, asked) = serve(Arc::clone(&documents));
        let key = || SigningKey::generate(Algorithm::Es256).unwrap();
        let named = |key: &SigningKey| object(json!({"kid": key.kid()}));
        let jwks = |key: &SigningKey| json!({"keys": [key.public_key().to_jwk()]});
        let (by_uri, by_file, by_metadata, by_did, by_chain) = (key(), key(), key(), key(), key());
        let did = format!("did:jwk:{}", base64url::encode(by_did.public_key().to_jwk().to_string()));
        let (root, x5c) = certified(&by_chain, "Root");
        std::fs::write(folder.path().join("roots.pem"), root).unwrap();
        std::fs::write(folder.path().join("jwks.json"), jwks(&by_file).to_string()).unwrap();
        let metadata =
            json!({"issuer": format!("{base}/tenant/"), "jwks_uri": format!("{base}/tenant.jwks")});
        let published = [
            ("/uri.jwks", jwks(&by_uri)),
            ("/.well-known/jwt-vc-issuer/tenant", metadata),
            ("/tenant.jwks", jwks(&by_metadata)),
        ];
        documents.set(published).unwrap();
        let issuer = |iss: String, header, key, trust: String| Issuer { iss, key, header, trust };
        let mut issuers = vec![
            issuer(
                format!("{base}/uri"),
                named(&by_uri),
                by_uri,
                format!("{{ jwks_uri = \"{base}/uri.jwks\" }}"),
            ),
            issuer(
                format!("{base}/file"),
                named(&by_file),
                by_file,
                "{ jwks_file = \"jwks.json\" }".to_owned(),
            ),
            issuer(
                format!("{base}/tenant/"),
                named(&by_metadata),
                by_metadata,
                "{ issuer_metadata = true }".to_owned(),
            ),
            issuer(
                did.clone(),
                object(json!({"kid": format!("{did}#0")})),
                by_did,
                "{ did = true }".to_owned(),
            ),
            issuer(
                format!("{base}/chain"),
                object(json!({"x5c": x5c})),
                by_chain,
                "{ x5c_roots = \"roots.pem\" }".to_owned(),
            ),
        ];
        let mut certified = Vec::new();
        for (place, issuer) in issuers.iter_mut().take(if migrating { 4 } else { 0 }).enumerate() {
            let (next, file) = (key(), format!("next-{place}.pem"));
            let (root, x5c) = self::certified(&next, &format!("Root {place}"));
            std::fs::write(folder.path().join(&file), root).unwrap();
            issuer.trust = format!("[{}, {{ x5c_roots = \"{file}\" }}]", issuer.trust);
            let (iss, trust) = (issuer.iss.clone(), issuer.trust.clone());
            certified.push(Issuer { iss, key: next, header: object(json!({"x5c": x5c})), trust });
        }
        let config = configuration(&issuers, folder.path());
        let keys = FetchedIssuerKeys::new(FetchClient::new(true).unwrap(), Arc::new(Still));
        Self { issuers, certified, config, keys, asked }
    }

    /// The verdict on a credential with this `iss`, signed by `signer` under `header`.
    async fn judge(&self, iss: Option<&str>, signer: &Issuer, header: &Map<String, Value>) -> Report {
        let text = present(iss, &signer.key, header);
        let now = Timestamp::from_unix(NOW);
        let expected =
            ExpectedBinding { audience: "us", nonce: "n", requested_at: now, skew: Duration::from_secs(60) };
        let mut findings = Findings::new();
        let presented = PresentedSdJwt::parse(&text, &PresentationLimits::default(), &mut findings).unwrap();
        let trust = &self.config.policy.trust;
        let issuer = match trust.vouch(CREDENTIAL, &presented.issuer_hint(), &mut findings) {
            Ok(issuer) => issuer,
            Err(rejection) => return findings.conclude(Err(rejection)),
        };
        // A key that was not there a moment ago is not looked for again at once.
        let keys = match self.keys.of(&issuer).await {
            Ok(keys) => keys,
            Err(why) => {
                let rejection = issuer_key::unavailable(&issuer, &why, &mut findings);
                return findings.conclude(Err(rejection));
            }
        };
        let verdict = presented.authenticate(&issuer, &keys, &expected, now, &mut findings);
        findings.conclude(verdict.map(|_| ()))
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[tokio::test]
async fn req_5_4_each_issuer_is_believed_by_its_own_mechanism_and_by_no_other() {
    let world = Harness::new();
    for (place, claimed) in world.issuers.iter().enumerate() {
        for (other, signer) in world.issuers.iter().enumerate() {
            let report = world.judge(Some(&claimed.iss), signer, &signer.header).await;
            let verdict = if place == other { Verdict::Verified } else { Verdict::Rejected };
            assert_eq!(report.verdict, verdict, "{place} {other}: {report:?}");
            // The attacker names the issuer's own key too, as far as a header can.
            let mut both = signer.header.clone();
            for (name, value) in &claimed.header {
                both.insert(name.clone(), value.clone());
            }
            let report = world.judge(Some(&claimed.iss), signer, &both).await;
            assert_eq!(report.verdict, verdict, "{place} {other}: {report:?}");
        }
    }
    let asked = world.asked.lock().unwrap();
    assert_eq!(*asked, ["/uri.jwks", "/.well-known/jwt-vc-issuer/tenant", "/tenant.jwks"], "each once");
}

#[tokio::test]
async fn req_5_12_only_a_certificate_may_stand_for_iss() {
    let world = Harness::new();
    for signer in &world.issuers {
        let report = world.judge(None, signer, &signer.header).await;
        let by_certificate = signer.header.contains_key("x5c");
        assert_eq!(report.verdict == Verdict::Verified, by_certificate, "{}: {report:?}", signer.trust);
    }
    assert_eq!(world.asked(), 0);
}

#[tokio::test]
async fn req_5_10_nobody_is_asked_about_a_stranger() {
    let world = Harness::new();
    for iss in
        ["https://stranger.example", "did:web:stranger.example", "did:jwk:e30", "", "http://127.0.0.1/"]
    {
        for signer in &world.issuers {
            let report = world.judge(Some(iss), signer, &signer.header).await;
            assert_eq!(report.reason.as_deref(), Some("issuer_trusted"), "{report:?}");
        }
    }
    assert_eq!(world.asked(), 0);
}

/// Why a report says that a mechanism was taken.
fn because(report: &Report) -> &str {
    let line = report.checks.iter().find(|line| line.check == "issuer_trusted").unwrap();
    line.detail.split_once("; its key comes from ").unwrap().1
}

#[tokio::test]
async fn req_5_4_of_two_mechanisms_the_header_calls_for_one_and_nothing_is_tried_in_turn() {
    let world = Harness::migrating();
    assert_eq!(world.certified.len(), 4);
    for (old, new) in world.issuers.iter().zip(&world.certified) {
        let iss = Some(old.iss.as_str());
        let mut both = old.header.clone();
        both.extend(new.header.clone());
        for (signer, header, said) in [
            (old, &old.header, "because the header has no `x5c`"),
            (new, &new.header, "because the header has `x5c`"),
            (new, &both, "because the header has `x5c`"),
        ] {
            let report = world.judge(iss, signer, header).await;
            assert_eq!(report.verdict, Verdict::Verified, "{}: {report:?}", old.trust);
            assert!(because(&report).ends_with(said), "{report:?}");
            let by_chain = because(&report).starts_with("the certificate chain in the header");
            assert_eq!(by_chain, header.contains_key("x5c"), "{report:?}");
        }
        // A published key signs nothing whose header has `x5c`, be the chain good or a stranger's.
        let report = world.judge(iss, old, &both).await;
        assert_eq!(report.reason.as_deref(), Some("issuer_signature"), "{report:?}");
        let mut strange = old.header.clone();
        strange.insert("x5c".to_owned(), certified(&old.key, "Stranger").1);
        let report = world.judge(iss, old, &strange).await;
        assert_eq!(report.reason.as_deref(), Some("issuer_chain"), "{report:?}");
        // A certified key signs nothing whose header has none.
        let report = world.judge(iss, new, &old.header).await;
        assert_eq!(report.reason.as_deref(), Some("issuer_signature"), "{report:?}");
        // Without `iss`, the chain says whose it is, and nothing else does.
        assert_eq!(world.judge(None, new, &new.header).await.verdict, Verdict::Verified);
        assert_eq!(world.judge(None, old, &old.header).await.reason.as_deref(), Some("issuer_trusted"));
    }
}

#[tokio::test]
async fn req_5_4_two_mechanisms_of_one_issuer_are_nothing_to_another() {
    let world = Harness::migrating();
    for claimed in &world.issuers {
        for signer in world.issuers.iter().chain(&world.certified) {
            let report = world.judge(Some(&claimed.iss), signer, &signer.header).await;
            assert_eq!(report.verdict == Verdict::Verified, claimed.iss == signer.iss, "{report:?}");
        }
    }
}

/// The example of the contract, with these issuers of its credential.
fn configuration(issuers: &[Issuer], folder: &Path) -> Config {
    let entry = |issuer: &Issuer| {
        format!(
            "[[credentials]]\nid = \"{CREDENTIAL}\"\nvct = [\"{VCT}\"]\nissuer = \"{}\"\ntrust = {}\n",
            issuer.iss, issuer.trust
        )
    };
    let (before, rest) = CONTRACT.split_once("[[credentials]]").unwrap();
    let (_, after) = rest.split_once("[[scopes]]").unwrap();
    let entries: String = issuers.iter().map(entry).collect();
    let text = format!("danger_allow_loopback = true\n{before}{entries}[[scopes]]{after}");
    Config::from_toml(&text, folder).unwrap()
}

/// A credential without claims of its own, and its key-binding JWT.
fn present(iss: Option<&str>, key: &SigningKey, header: &Map<String, Value>) -> String {
    let holder = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut header = header.clone();
    header.insert("typ".to_owned(), "dc+sd-jwt".into());
    let mut payload = object(json!({"vct": VCT, "cnf": {"jwk": holder.public_key().to_jwk()}}));
    if let Some(iss) = iss {
        payload.insert("iss".to_owned(), iss.into());
    }
    let sd_jwt = key.sign(&header, &payload).unwrap() + "~";
    let hash = base64url::encode(digest::digest(&digest::SHA256, sd_jwt.as_bytes()));
    let binding = object(json!({"iat": NOW, "aud": "us", "nonce": "n", "sd_hash": hash}));
    sd_jwt + &holder.sign(&object(json!({"typ": "kb+jwt"})), &binding).unwrap()
}

/// A root of this name in PEM, and the certificate of the issuer's key below it, as `x5c`.
fn certified(issuer: &SigningKey, name: &str) -> (Vec<u8>, Value) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let root_key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let jwk = issuer.public_key().to_jwk();
    let number =
        |name: &str| BigNum::from_slice(&base64url::decode(jwk[name].as_str().unwrap()).unwrap()).unwrap();
    let key = EcKey::from_public_key_affine_coordinates(&group, &number("x"), &number("y")).unwrap();
    let root = certificate(name, &root_key, (name, &root_key), true);
    let leaf = certificate("Issuer", &PKey::from_ec_key(key).unwrap(), (name, &root_key), false);
    (root.to_pem().unwrap(), json!([STANDARD.encode(leaf.to_der().unwrap())]))
}

fn certificate<T: HasPublic>(
    subject: &str,
    key: &PKeyRef<T>,
    (issuer, root): (&str, &PKeyRef<Private>),
    ca: bool,
) -> X509 {
    let name = |common: &str| {
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_text("CN", common).unwrap();
        name.build()
    };
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_subject_name(&name(subject)).unwrap();
    made.set_issuer_name(&name(issuer)).unwrap();
    made.set_not_before(&Asn1Time::from_unix(NOW - 1000).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::from_unix(NOW + 1000).unwrap()).unwrap();
    made.set_pubkey(key).unwrap();
    let mut usage = KeyUsage::new();
    if ca {
        made.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        made.append_extension(usage.key_cert_sign().build().unwrap()).unwrap();
    } else {
        made.append_extension(usage.digital_signature().build().unwrap()).unwrap();
    }
    made.sign(root, MessageDigest::sha256()).unwrap();
    made.build()
}

type Documents = [(&'static str, Value); 3];

/// Serves the documents by path, as JSON, and keeps what was asked for.
fn serve(documents: Arc<OnceLock<Documents>>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let path = path_of(&mut stream);
            let found = documents.get().unwrap().iter().find(|(place, _)| *place == path);
            let (status, body) = found.map_or((404, String::new()), |(_, body)| (200, body.to_string()));
            paths.lock().unwrap().push(path);
            let head = format!(
                "HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    (base, asked)
}

fn path_of(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        request.push(byte[0]);
    }
    String::from_utf8(request).unwrap().split(' ').nth(1).unwrap_or_default().to_owned()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
