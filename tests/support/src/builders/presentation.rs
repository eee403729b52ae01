//! Valid presentations with every part open to change, and the verifier that judges them, over the
//! public interface only. The fuzz targets use this file too.

use std::time::Duration;

use josekit::jwk::Jwk;
use josekit::jws::{ES256, ES384, ES512, EdDSA, JwsSigner, PS256, RS256};
use serde_json::{Map, Value, json};
use vpgate_core::base::base64url;
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::base::report::{Findings, Rejection, Report};
use vpgate_core::base::time::Timestamp;
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::openid4vp::dcql::Query;
use vpgate_core::openid4vp::response::{PresentedCredential, ResponseParameters, WalletAnswer};
use vpgate_core::openid4vp::transaction_data::TransactionData;
use vpgate_core::openid4vp::verify::{
    Current, Expected, StatusNeeded, VerifiedPresentation, authenticate, conclude,
};
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy};

/// When the answer is judged.
pub const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
/// The `iss` that is believed.
pub const ISSUER: &str = "https://issuer.example.com";
/// The type that is asked for.
pub const VCT: &str = "https://credentials.example.com/identity";
/// The credential query that is answered.
pub const QUERY_ID: &str = "identity";
/// Who asks.
pub const AUDIENCE: &str = "x509_san_dns:verifier.example.org";
/// The nonce of the request.
pub const NONCE: &str = "n-0S6_WzA2MjqKkrQ1QfZw";

/// One presentation: change a field, then ask for the text.
pub struct PresentationBuilder {
    pub issuer: Signer,
    pub holder: Signer,
    /// JSON texts, so that they can be wrong in ways no JSON value can.
    pub header: String,
    pub payload: String,
    pub disclosures: Vec<String>,
    pub kb_header: String,
    /// Payload of the KB-JWT without `sd_hash`, which is computed unless it is here.
    pub kb: String,
    pub digests: DigestAlgorithm,
    /// What the verifier asked the holder to agree to.
    pub transaction_data: Vec<TransactionData>,
}

impl PresentationBuilder {
    /// A credential that discloses `given_name` and one level of nesting, and hides `birthdate`.
    pub fn new(issuer: Signer, holder: Signer) -> Self {
        let mut cnf = holder.key.public_key().to_jwk();
        members(&mut cnf).retain(|name, _| !["kid", "alg", "use"].contains(&name.as_str()));
        let payload = json!({
            "_sd": [], "_sd_alg": "sha-256", "iss": ISSUER, "vct": VCT,
            "iat": NOW.unix() - 1000, "exp": NOW.unix() + 1000, "cnf": {"jwk": cnf},
        });
        let mut made = Self {
            header: json!({"alg": issuer.alg(), "typ": "dc+sd-jwt", "kid": issuer.key.kid()}).to_string(),
            payload: payload.to_string(),
            disclosures: Vec::new(),
            kb_header: json!({"alg": holder.alg(), "typ": "kb+jwt"}).to_string(),
            kb: json!({"iat": NOW.unix() - 5, "aud": AUDIENCE, "nonce": NONCE}).to_string(),
            digests: DigestAlgorithm::Sha256,
            transaction_data: Vec::new(),
            issuer,
            holder,
        };
        made.disclose("given_name", &json!("Erika"));
        made.disclose("age_equal_or_over", &json!({"18": true}));
        made.hide("birthdate", &json!("1963-08-12"));
        made
    }

    /// Discloses a claim at the top level.
    pub fn disclose(&mut self, name: &str, value: &Value) {
        let disclosure = disclosure(&json!([format!("salt-of-{name}"), name, value]));
        self.refer_to(&disclosure);
        self.disclosures.push(disclosure);
    }

    /// As [`Self::disclose`], but the holder keeps it: the verifier sees a digest, like a decoy.
    pub fn hide(&mut self, name: &str, value: &Value) {
        let hidden = disclosure(&json!([format!("salt-of-{name}"), name, value]));
        self.refer_to(&hidden);
    }

    fn refer_to(&mut self, disclosure: &str) {
        let digest = self.digests.digest(disclosure);
        self.edit_payload(|payload| {
            if let Some(digests) = payload.get_mut("_sd").and_then(Value::as_array_mut) {
                digests.push(digest.into());
            }
        });
    }

    /// Changes the payload of the credential as a JSON value.
    pub fn edit_payload(&mut self, change: impl FnOnce(&mut Map<String, Value>)) {
        edit(&mut self.payload, change);
    }

    /// `<issuer-signed JWT>~<Disclosure>~...~`
    pub fn sd_jwt(&self) -> String {
        let jwt = self.issuer.sign(&self.header, &self.payload);
        std::iter::once(&jwt).chain(&self.disclosures).flat_map(|part| [part.as_str(), "~"]).collect()
    }

    /// The KB-JWT over `sd_jwt`.
    pub fn kb_jwt(&self, sd_jwt: &str) -> String {
        self.holder.sign(&self.kb_header, &self.kb_payload(sd_jwt))
    }

    /// The payload of the KB-JWT over `sd_jwt`, as text.
    pub fn kb_payload(&self, sd_jwt: &str) -> String {
        let mut kb = self.kb.clone();
        edit(&mut kb, |kb| {
            if !kb.contains_key("sd_hash") {
                kb.insert("sd_hash".to_owned(), self.digests.digest(sd_jwt).into());
            }
        });
        kb
    }

    /// The whole presentation.
    pub fn present(&self) -> String {
        let sd_jwt = self.sd_jwt();
        let kb_jwt = self.kb_jwt(&sd_jwt);
        sd_jwt + &kb_jwt
    }

    /// Who judges it.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(KeySet::of(vec![self.issuer.key.public_key().clone()]), self.transaction_data.clone())
    }
}

/// A JSON text changed as a value; what is not an object stays as it is.
pub fn edit(text: &mut String, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Ok(Value::Object(mut object)) = serde_json::from_str(text) {
        change(&mut object);
        *text = Value::Object(object).to_string();
    }
}

/// The text of a Disclosure.
pub fn disclosure(contents: &Value) -> String {
    base64url::encode(contents.to_string())
}

fn members(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().unwrap()
}

/// Signs whatever text it is given.
pub struct Signer {
    pub key: SigningKey,
    signer: Box<dyn JwsSigner>,
}

impl Signer {
    /// With this key.
    pub fn of(key: SigningKey) -> Self {
        let jwk = Jwk::from_map(key.to_private_jwk().as_object().unwrap().clone()).unwrap();
        let signer: Box<dyn JwsSigner> = match key.algorithm() {
            Algorithm::Es256 => Box::new(ES256.signer_from_jwk(&jwk).unwrap()),
            Algorithm::Es384 => Box::new(ES384.signer_from_jwk(&jwk).unwrap()),
            Algorithm::Es512 => Box::new(ES512.signer_from_jwk(&jwk).unwrap()),
            Algorithm::Ed25519 | Algorithm::EdDsa => {
                let mut jwk = jwk;
                jwk.set_algorithm("EdDSA");
                Box::new(EdDSA.signer_from_jwk(&jwk).unwrap())
            }
            Algorithm::Rs256 => Box::new(RS256.signer_from_jwk(&jwk).unwrap()),
            Algorithm::Ps256 => Box::new(PS256.signer_from_jwk(&jwk).unwrap()),
        };
        Self { key, signer }
    }

    /// Its `alg`.
    pub fn alg(&self) -> &'static str {
        self.key.algorithm().name()
    }

    /// A compact JWS over these texts, whatever they are.
    pub fn sign(&self, header: &str, payload: &str) -> String {
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
        let signature = self.signer.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", base64url::encode(signature))
    }
}

/// What stands before the answer is read.
pub struct Verifier {
    pub query: Query,
    pub transaction_data: Vec<TransactionData>,
    pub trust: TrustPolicy,
    keys: KeySet,
}

impl Verifier {
    /// Believes `keys` for [`ISSUER`]; asks for `given_name` and `age_equal_or_over.18`.
    pub fn new(keys: KeySet, transaction_data: Vec<TransactionData>) -> Self {
        let query = json!({"credentials": [{
            "id": QUERY_ID, "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["given_name"]}, {"path": ["age_equal_or_over", "18"]}],
        }]});
        let trust = CredentialTrust {
            id: QUERY_ID.to_owned(),
            types: vec![VCT.to_owned()],
            issuer: ISSUER.to_owned(),
            keys: KeySource::Jwks(keys.clone().into()),
            status: StatusPolicy::default(),
            status_roots: None,
            rules: FormatRules::default(),
        };
        let query = Query::from_json(&query).unwrap();
        Self { query, transaction_data, trust: TrustPolicy { credentials: vec![trust] }, keys }
    }

    /// From the text of a `vp_token` to the verdict.
    pub fn judge(&self, vp_token: &str) -> (Option<VerifiedPresentation>, Report) {
        let mut findings = Findings::new();
        let answer = self.road(vp_token, &mut findings);
        let report = findings.conclude(answer.as_ref().map(|_| ()).map_err(|rejection| *rejection));
        (answer.ok(), report)
    }

    fn road(&self, vp_token: &str, findings: &mut Findings) -> Result<VerifiedPresentation, Rejection> {
        let parameters = ResponseParameters { vp_token: Some(vp_token.to_owned()), ..Default::default() };
        let WalletAnswer::Presented(token) = WalletAnswer::parse(parameters, findings)? else {
            panic!("there is no error parameter")
        };
        let challenge = Expected {
            query: &self.query,
            transaction_data: &self.transaction_data,
            audience: AUDIENCE.into(),
            nonce: NONCE,
            requested_at: NOW.minus(Duration::from_secs(100)),
            high_assurance: false,
            evidence: Default::default(),
            transcript: None,
            settings: VerificationSettings::default(),
        };
        let mut current = Vec::new();
        for shown in token.shown(&self.query, NONCE, findings)? {
            match self.judge_one(shown, &challenge, findings) {
                Ok(one) => current.push(one),
                Err(rejection) => findings.discard(rejection),
            }
        }
        conclude(current, &challenge, NOW, findings)
    }

    fn judge_one(
        &self,
        shown: PresentedCredential,
        challenge: &Expected<'_>,
        findings: &mut Findings,
    ) -> Result<Current, Rejection> {
        findings.about_presentation(&shown.credential, shown.number);
        let issuer = self.trust.vouch(&shown.credential, &shown.presented.issuer_hint(), findings)?;
        let genuine = authenticate(shown, &issuer, &self.keys, challenge, NOW, findings)?;
        match genuine.status(findings)? {
            StatusNeeded::Settled(current) => Ok(current),
            StatusNeeded::Listed(listed) => Err(listed.unavailable(&"nothing is fetched here", findings)),
        }
    }
}
