//! How long one verdict takes: from the text of a `vp_token` to a verified presentation, report included.
//!
//! An ES256 credential with three Disclosures and a key-binding JWT, about 1.6 kB. The issuer's key is
//! known; the holder's key is new in every presentation, as it is in life.

#![expect(clippy::unwrap_used, reason = "a benchmark says what is wrong by stopping")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use ring::digest;
use serde_json::{Map, Value, json};
use url::Url;
use vpgate::domain::base::base64url;
use vpgate::domain::base::id::{Handle, Nonce, PresentationId, RequestState};
use vpgate::domain::base::json::Bounds;
use vpgate::domain::base::report::{Findings, Rejection};
use vpgate::domain::base::time::Timestamp;
use vpgate::domain::jose::alg::Algorithm;
use vpgate::domain::jose::jwk::PublicKey;
use vpgate::domain::jose::jws::UnverifiedJws;
use vpgate::domain::jose::key_set::KeySet;
use vpgate::domain::jose::signing::SigningKey;
use vpgate::domain::openid4vp::dcql::{ClaimsPath, CredentialQuery, Query};
use vpgate::domain::openid4vp::request::{Asked, Asker, Profile, WalletRoute};
use vpgate::domain::openid4vp::response::{ResponseParameters, Shown, WalletAnswer};
use vpgate::domain::openid4vp::verify::{VerifiedPresentation, authenticate, conclude};
use vpgate::domain::sdjwt::trust::{CredentialTrust, KeySource, TrustPolicy, TrustedIssuer};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const ISSUER: &str = "https://issuer.example.com";
const VCT: &str = "https://credentials.example.com/identity_credential";
const CREDENTIAL: &str = "proof_id_default";
const PRESENTATIONS: usize = 256;

/// What the service knows before the wallet answers.
struct Verifier {
    asked: Asked,
    trust: TrustPolicy,
    keys: Arc<KeySet>,
}

impl Verifier {
    /// The road of `flow/accept_response.rs`, without storage.
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
    ) -> Result<Vec<(Shown, TrustedIssuer)>, Rejection> {
        let WalletAnswer::Presented(token) = WalletAnswer::parse(parameters, findings)? else {
            return Ok(Vec::new());
        };
        let shown = token.shown(&self.asked.query, findings)?;
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
        let challenge = self.asked.challenge();
        let mut genuine = Vec::new();
        for (shown, issuer) in self.vouch(parameters, findings)? {
            genuine.push(authenticate(shown, &issuer, &self.keys, &challenge, NOW, findings)?);
        }
        conclude(genuine, &challenge, NOW, findings)
    }
}

fn verifier(issuer: &SigningKey) -> Verifier {
    let claims = ["given_name", "family_name", "age_equal_or_over.18"]
        .map(|dotted| ClaimsPath::from_dotted(dotted).unwrap());
    let keys = Arc::new(KeySet::of(vec![issuer.public_key().clone()]));
    let trust = CredentialTrust {
        id: CREDENTIAL.to_owned(),
        vct: vec![VCT.to_owned()],
        issuer: ISSUER.to_owned(),
        keys: KeySource::Jwks(Arc::clone(&keys)),
        accept_legacy_typ: false,
    };
    let asked = Asked {
        id: PresentationId::from_entropy([1; 16]),
        handle: Handle::from_entropy([2; 16]),
        state: RequestState::from_entropy([3; 16]),
        nonce: Nonce::from_entropy([4; 16]),
        asker: Asker::RelyingParty {
            client_id: "shop".to_owned(),
            redirect_uri: Url::parse("https://shop.example/return").unwrap(),
            state: None,
        },
        wallet: WalletRoute {
            name: "proof".to_owned(),
            profile: Profile::Proof,
            authorization_endpoint: Url::parse("https://wallet.example/authorize").unwrap(),
            client_id: "caxdw5a7d".to_owned(),
            redirect_uri: Url::parse("https://verify.example/callback").unwrap(),
        },
        query: Query::of(vec![CredentialQuery::new(CREDENTIAL, vec![VCT.to_owned()], claims.to_vec())])
            .unwrap(),
        scope: None,
        transaction_data: Vec::new(),
        login_hint: None,
        created_at: NOW.minus(Duration::from_secs(30)),
        expires_at: NOW.plus(Duration::from_secs(270)),
        tries_allowed: 5,
    };
    Verifier { asked, trust: TrustPolicy { credentials: vec![trust] }, keys }
}

/// One presentation by a new holder.
fn presentation(issuer: &SigningKey, asked: &Asked) -> String {
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
    let credential = object(json!({
        "_sd": digests, "_sd_alg": "sha-256", "iss": ISSUER, "vct": VCT, "iat": NOW.unix() - 1000,
        "exp": NOW.unix() + 1_000_000, "cnf": {"jwk": cnf},
    }));
    let header = object(json!({"typ": "dc+sd-jwt", "kid": issuer.kid()}));
    let jwt = issuer.sign(&header, &credential).unwrap();
    let sd_jwt = format!("{jwt}~{}~", disclosures.join("~"));
    let binding = object(json!({
        "iat": NOW.unix() - 5, "aud": asked.wallet.client_id, "nonce": asked.nonce.as_str(),
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

fn main() {
    let issuer = SigningKey::generate(Algorithm::Es256).unwrap();
    let verifier = verifier(&issuer);
    let texts: Vec<String> = (0..PRESENTATIONS).map(|_| presentation(&issuer, &verifier.asked)).collect();
    for text in &texts {
        let mut findings = Findings::new();
        let verified = verifier.verify(parameters(text), &mut findings);
        assert!(verified.is_some(), "{:?}", findings.conclude(Ok(())));
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("verify_presentation");
    group.throughput(Throughput::Elements(1));
    let mut next = texts.iter().cycle();
    let mut arrival = || parameters(next.next().unwrap());
    group.bench_function(format!("whole, {} bytes", texts.first().map_or(0, String::len)), |bencher| {
        bencher.iter_batched(
            &mut arrival,
            |parameters| {
                let mut findings = Findings::new();
                let verified = verifier.verify(parameters, &mut findings);
                black_box((verified, findings.conclude(Ok(()))))
            },
            BatchSize::SmallInput,
        );
    });
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
    group.finish();
    criterion.final_summary();
}
