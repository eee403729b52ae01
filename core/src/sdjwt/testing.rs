//! Makes real presentations for tests: two fresh keys, real signatures, every part open to change.
//!
//! Change a field, then ask for the text: whatever comes after it (digests, signatures, `sd_hash`) is
//! computed from what stands there, so that a presentation is wrong in exactly the way intended.

#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::new_without_default,
    reason = "for tests only"
)]

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Map, Value, json};

use super::key_binding::ExpectedBinding;
use crate::base::base64url;
use crate::base::digest::DigestAlgorithm;
use crate::base::time::Timestamp;
use crate::jose::alg::Algorithm;
use crate::jose::key_set::KeySet;
use crate::jose::signing::SigningKey;
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CredentialTrust, FormatRules, KeySource, SdJwtVcRules, TrustPolicy};
use crate::type_metadata::TypeMetadata;

pub const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
pub const REQUESTED_AT: Timestamp = Timestamp::from_unix(1_699_999_900);
pub const ISSUER: &str = "https://issuer.example.com";
pub const VCT: &str = "https://credentials.example.com/identity";
pub const QUERY_ID: &str = "identity";
pub const AUDIENCE: &str = "x509_san_dns:verifier.example.org";
pub const NONCE: &str = "n-0S6_WzA2MjqKkrQ1QfZw";

/// What [`Maker`]'s presentations are made for.
pub fn expected() -> ExpectedBinding<'static> {
    ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
        requested_at: REQUESTED_AT,
        skew: Duration::from_secs(60),
    }
}

/// An issuer, a holder, and one presentation between them.
pub struct Maker {
    pub issuer: SigningKey,
    pub holder: SigningKey,
    /// JOSE header of the credential, without `alg`.
    pub header: Map<String, Value>,
    /// Payload of the credential, `_sd` included.
    pub payload: Map<String, Value>,
    /// The Disclosures to send, encoded.
    pub disclosures: Vec<String>,
    /// JOSE header of the KB-JWT, without `alg`.
    pub kb_header: Map<String, Value>,
    /// Payload of the KB-JWT. `sd_hash` is computed unless it is here; members that are `null` are left out.
    pub kb: Map<String, Value>,
    /// What digests and `sd_hash` are made with.
    pub digests: DigestAlgorithm,
    /// What the verifier is configured to know of the types.
    pub metadata: Arc<[TypeMetadata]>,
}

impl Maker {
    /// A good ES256 credential that discloses `given_name`, `family_name` and `age_equal_or_over`.
    pub fn new() -> Self {
        Self::with_keys(Algorithm::Es256, Algorithm::Es256)
    }

    /// An issuer and a holder with keys of other algorithms.
    pub fn with_keys(issuer: Algorithm, holder: Algorithm) -> Self {
        let (issuer, holder) = (SigningKey::generate(issuer).unwrap(), SigningKey::generate(holder).unwrap());
        let mut cnf = holder.public_key().to_jwk();
        cnf.as_object_mut().unwrap().remove("kid");
        let mut maker = Self {
            header: object(json!({"typ": "dc+sd-jwt", "kid": issuer.kid()})),
            payload: object(json!({
                "_sd": [], "_sd_alg": "sha-256", "iss": ISSUER, "vct": VCT,
                "iat": NOW.unix() - 1000, "exp": NOW.unix() + 1000, "cnf": {"jwk": cnf},
            })),
            disclosures: Vec::new(),
            kb_header: object(json!({"typ": "kb+jwt"})),
            kb: object(json!({"iat": NOW.unix() - 5, "aud": AUDIENCE, "nonce": NONCE})),
            digests: DigestAlgorithm::Sha256,
            metadata: Arc::default(),
            issuer,
            holder,
        };
        maker.disclose("given_name", json!("Erika"));
        maker.disclose("family_name", json!("Mustermann"));
        maker.disclose("age_equal_or_over", json!({"18": true, "65": false}));
        maker
    }

    /// Makes a claim at the top level selectively disclosable, and discloses it.
    pub fn disclose(&mut self, name: &str, value: Value) {
        let disclosure = member(name, value);
        self.refer_to(&disclosure);
        self.disclosures.push(disclosure);
    }

    /// Puts the digest of `disclosure` into the top-level `_sd`.
    pub fn refer_to(&mut self, disclosure: &str) {
        let digest = self.digests.digest(disclosure);
        self.payload["_sd"].as_array_mut().unwrap().push(digest.into());
    }

    /// Names the status at `index` of the list at `uri`.
    pub fn name_status(&mut self, index: u64, uri: &str) {
        let status = json!({"status_list": {"idx": index, "uri": uri}});
        self.payload.insert("status".to_owned(), status);
    }

    /// The issuer-signed JWT.
    pub fn issuer_jwt(&self) -> String {
        self.issuer.sign(&self.header, &self.payload).unwrap()
    }

    /// `<issuer-signed JWT>~<Disclosure>~...~`: what the KB-JWT covers.
    pub fn sd_jwt(&self) -> String {
        let parts = std::iter::once(self.issuer_jwt()).chain(self.disclosures.iter().cloned());
        parts.map(|part| part + "~").collect()
    }

    /// The KB-JWT over `sd_jwt`.
    pub fn kb_jwt(&self, sd_jwt: &str) -> String {
        let mut payload = self.kb.clone();
        if !payload.contains_key("sd_hash") {
            payload.insert("sd_hash".to_owned(), self.digests.digest(sd_jwt).into());
        }
        payload.retain(|_, value| !value.is_null());
        self.holder.sign(&self.kb_header, &payload).unwrap()
    }

    /// The whole presentation.
    pub fn present(&self) -> String {
        let sd_jwt = self.sd_jwt();
        let kb_jwt = self.kb_jwt(&sd_jwt);
        sd_jwt + &kb_jwt
    }

    /// The issuer's keys.
    pub fn keys(&self) -> KeySet {
        KeySet::of(vec![self.issuer.public_key().clone()])
    }

    /// A policy that believes this issuer for [`QUERY_ID`] and [`VCT`].
    pub fn trust(&self) -> TrustPolicy {
        TrustPolicy {
            credentials: vec![CredentialTrust {
                id: QUERY_ID.to_owned(),
                types: vec![VCT.to_owned()],
                issuer: ISSUER.to_owned(),
                keys: KeySource::Jwks(Arc::new(self.keys())),
                status: StatusPolicy::default(),
                status_roots: None,
                rules: FormatRules::SdJwtVc(SdJwtVcRules {
                    type_metadata: Arc::clone(&self.metadata),
                    ..SdJwtVcRules::default()
                }),
            }],
        }
    }
}

/// Where [`ListMaker`]'s list is.
pub const STATUS_URI: &str = "https://issuer.example.com/statuslists/1";

/// A status list, every part open to change until it is signed.
pub struct ListMaker {
    /// JOSE header, without `alg`.
    pub header: Map<String, Value>,
    /// The payload of the issuer-signed JWT.
    pub payload: Map<String, Value>,
}

impl ListMaker {
    /// A good list of these statuses, 8 bits each, by `issuer`.
    pub fn new(issuer: &SigningKey, statuses: &[u8]) -> Self {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(statuses).unwrap();
        let lst = base64url::encode(encoder.finish().unwrap());
        Self {
            header: object(json!({"typ": "statuslist+jwt", "kid": issuer.kid()})),
            payload: object(json!({
                "sub": STATUS_URI, "iat": NOW.unix() - 10, "exp": NOW.unix() + 1000, "ttl": 300,
                "status_list": {"bits": 8, "lst": lst},
            })),
        }
    }

    /// The token; members that are `null` are left out.
    pub fn sign(&self, key: &SigningKey) -> String {
        let (mut header, mut payload) = (self.header.clone(), self.payload.clone());
        header.retain(|_, value| !value.is_null());
        payload.retain(|_, value| !value.is_null());
        key.sign(&header, &payload).unwrap()
    }
}

/// An encoded Disclosure of an object member.
pub fn member(name: &str, value: Value) -> String {
    encode(&Value::Array(vec![format!("salt-of-{name}").into(), name.into(), value]))
}

/// An encoded Disclosure of an array element.
pub fn element(value: Value) -> String {
    encode(&Value::Array(vec!["salt-of-an-element".into(), value]))
}

/// Any JSON as the text of a Disclosure.
pub fn encode(contents: &Value) -> String {
    base64url::encode(contents.to_string())
}

/// A JSON object literal as a map.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

/// Integrity metadata of these bytes.
pub fn integrity(document: &[u8]) -> String {
    // The standard alphabet, written without a library that the code under test might share.
    let digest = DigestAlgorithm::Sha256.hash(document);
    let text: String = base64url::encode(digest);
    format!("sha256-{}=", text.replace('-', "+").replace('_', "/"))
}
