//! The demo issuer: SD-JWT VCs whose payload, digests and disclosures sd-jwt-rs makes, under a header
//! that it cannot write (`typ`, `kid`, `x5c`) and our own key.

use std::sync::Arc;

use jsonwebtoken::EncodingKey;
use poem::http::StatusCode;
use poem::web::{Data, Redirect};
use poem::{Body, IntoResponse as _, Request, Response, handler};
use sd_jwt_rs::issuer::ClaimsForSelectiveDisclosureStrategy as Strategy;
use sd_jwt_rs::{SDJWTIssuer, SDJWTSerializationFormat};
use serde_json::{Map, Value, json};

use super::issuance::{CREDENTIAL_LIFETIME, NotIssued};
use super::mdoc::authority::{MdocAuthority, STATUS_LIST_TYPE};
use super::mdoc::documents;
use super::mdoc::held::HeldMdoc;
use super::parameters::FormParameters;
use super::status_list::{DemoStatus, StatusRegister};
use super::{MOUNT, Parties, page};
use crate::sandbox::certified_key::{CertifiedKey, NotCertified};
use vpgate_core::base::base64url;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::jwk::PublicKey;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::{SigningFault, SigningKey};
use vpgate_core::jose::x5c::{OwnChain, OwnChainFault};

/// The type of every credential of this issuer.
pub const VCT: &str = "https://credentials.notarize.com/ProofCredentialV1";
/// An issuer with one ES256 key, a certificate for it, and one status list.
pub struct Issuer {
    identifier: String,
    key: SigningKey,
    chain: OwnChain,
    root: Vec<u8>,
    register: StatusRegister,
    mdocs: MdocAuthority,
}

/// Why there is no issuer.
#[derive(Debug, thiserror::Error)]
pub enum NoIssuer {
    /// No certificate, or no key.
    #[error(transparent)]
    Certificate(#[from] NotCertified),
    /// The key that was made cannot sign: a mistake of ours.
    #[error(transparent)]
    Key(#[from] SigningFault),
    /// The certificate that was made is none: a mistake of ours.
    #[error("the issuer's certificate {0}")]
    Chain(#[from] OwnChainFault),
}

impl Issuer {
    /// With a new key, certified at `now` by a new root. `identifier` is the `iss` of its credentials.
    ///
    /// # Errors
    /// [`NoIssuer`]
    pub fn new(identifier: String, now: Timestamp) -> Result<Self, NoIssuer> {
        let certified = CertifiedKey::generate("the demo issuer", now)?;
        let (key, chain) =
            (SigningKey::from_pem(&certified.key)?, OwnChain::from_pem(&certified.certificate)?);
        let (register, mdocs) = (StatusRegister::default(), MdocAuthority::new(now)?);
        Ok(Self { identifier, key, chain, root: certified.root, register, mdocs })
    }

    /// The `iss` of its credentials.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The issuer's public keys (RFC 7517 section 5).
    pub fn jwks(&self) -> Value {
        KeySet::of(vec![self.key.public_key().clone()]).to_json()
    }

    /// The root, in PEM, up to which everything that it signs carries its certificates in `x5c`.
    pub fn root(&self) -> &[u8] {
        &self.root
    }

    /// The certificate of the authority that issues mdocs, in PEM.
    pub fn mdoc_root(&self) -> &[u8] {
        self.mdocs.root()
    }

    /// Issues the demo documents as mdocs, each bound to a new key and with an entry of its own in the status list.
    pub(super) fn issue_mdocs(&self, now: Timestamp) -> Result<Vec<HeldMdoc>, NotIssued> {
        let (until, lists) = (now.plus(CREDENTIAL_LIFETIME), self.mdoc_status_list_uri());
        let drafts = [documents::licence(now, until), documents::pid(now, until)];
        drafts.iter().map(|draft| self.mdocs.issue(draft, (self.register.enter(), &lists), now)).collect()
    }

    /// The Status List Token of its mdocs, as CWT.
    ///
    /// # Errors
    /// [`NotIssued`]
    pub fn mdoc_status_list(&self, now: Timestamp) -> Result<Vec<u8>, NotIssued> {
        let list = self.register.list()?;
        Ok(self.mdocs.status_list(&self.mdoc_status_list_uri(), &list, now)?)
    }

    fn mdoc_status_list_uri(&self) -> String {
        format!("{}/mdoc-status-list", self.identifier)
    }

    /// What its status list says at `index`; `None` when no credential was issued with it.
    pub fn status(&self, index: usize) -> Option<DemoStatus> {
        self.register.at(index)
    }

    /// Revokes, suspends or restores the credential with this `index`.
    pub fn set_status(&self, index: usize, status: DemoStatus) {
        self.register.set(index, status);
    }

    /// The Status List Token.
    ///
    /// # Errors
    /// [`NotIssued`]
    pub fn status_list(&self, now: Timestamp) -> Result<String, NotIssued> {
        let payload = self.register.payload(&self.status_list_uri(), now)?;
        Ok(self.key.sign(&self.header("statuslist+jwt"), &members(payload))?)
    }

    /// Names the key in both ways: for who has the JWKS, and for who has the root.
    fn header(&self, typ: &str) -> Map<String, Value> {
        members(json!({ "typ": typ, "kid": self.key.kid(), "x5c": self.chain.x5c() }))
    }

    fn status_list_uri(&self) -> String {
        format!("{}/status-list", self.identifier)
    }

    /// Issues an SD-JWT VC about `claims`, bound to `holder`: compact form, all disclosures, ending in `~`.
    /// Every claim, also one inside another, can be disclosed alone; decoys hide how many there are. It
    /// gets an entry of its own in the status list.
    ///
    /// # Errors
    /// [`NotIssued`]
    pub fn issue(&self, claims: Value, holder: &PublicKey, now: Timestamp) -> Result<String, NotIssued> {
        let mut paths = Vec::new();
        every_path(&claims, "$", &mut paths);
        let mut factory =
            SDJWTIssuer::new(EncodingKey::from_secret(b"replaced below"), Some("HS256".to_owned()));
        let draft = factory
            .issue_sd_jwt(
                claims,
                Strategy::Custom(paths.iter().map(String::as_str).collect()),
                None,
                true,
                SDJWTSerializationFormat::Compact,
            )
            .map_err(|_| NotIssued::Payload)?;
        let (jwt, disclosures) = draft.split_once('~').ok_or(NotIssued::Payload)?;
        let digests = payload(jwt).ok_or(NotIssued::Payload)?;
        let mut payload = json!({
            "iss": self.identifier,
            "vct": VCT,
            "iat": now.unix(),
            "exp": now.plus(CREDENTIAL_LIFETIME).unix(),
            "cnf": { "jwk": confirmation(holder) },
            "status": { "status_list": { "idx": self.register.enter(), "uri": self.status_list_uri() } },
        });
        if let Value::Object(members) = &mut payload {
            members.extend(digests);
        }
        let jwt = self.key.sign(&self.header("dc+sd-jwt"), &members(payload))?;
        Ok(format!("{jwt}~{disclosures}"))
    }
}

/// `GET /issuer/jwks.json`
#[handler]
pub(super) fn publish_keys(Data(parties): Data<&Arc<Parties>>) -> Response {
    page::json(&parties.issuer.jwks())
}

/// `GET /issuer/status-list`
#[handler]
pub(super) fn publish_statuses(Data(parties): Data<&Arc<Parties>>) -> Response {
    match parties.issuer.status_list(parties.now()) {
        Ok(token) => page::document("application/statuslist+jwt", token),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /issuer/mdoc-status-list`
#[handler]
pub(super) fn publish_mdoc_statuses(Data(parties): Data<&Arc<Parties>>) -> Response {
    match parties.issuer.mdoc_status_list(parties.now()) {
        Ok(list) => page::document(STATUS_LIST_TYPE, list),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `POST /issuer/status`: `status` of the wallet's credentials, from the front page.
#[handler]
pub(super) async fn change_status(
    Data(parties): Data<&Arc<Parties>>,
    request: &Request,
    body: Body,
) -> Response {
    let form = match FormParameters::of_form(request, body).await {
        Ok(form) => form,
        Err(status) => return page::unreadable(parties, status),
    };
    let Some(status) = form.one("status").ok().flatten().and_then(DemoStatus::from_name) else {
        return page::unreadable(parties, StatusCode::BAD_REQUEST);
    };
    for index in parties.wallet.holder().status_indexes() {
        parties.issuer.set_status(index, status);
    }
    Redirect::see_other(MOUNT).into_response()
}

/// `GET /.well-known/jwt-vc-issuer/sandbox/issuer` (SD-JWT VC section 4.2: exactly one of `jwks`, `jwks_uri`).
#[handler]
pub(super) fn publish_metadata(Data(parties): Data<&Arc<Parties>>) -> Response {
    let issuer = parties.issuer.identifier();
    page::json(&json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/jwks.json") }))
}

/// The JSONPath of every member, the outer before the inner.
fn every_path(value: &Value, at: &str, paths: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        let path = format!("{at}.{name}");
        paths.push(path.clone());
        every_path(inner, &path, paths);
    }
}

fn payload(jwt: &str) -> Option<Map<String, Value>> {
    let bytes = base64url::decode(jwt.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// What the key is, without what it is called and used for (RFC 7800 section 3.2).
fn confirmation(holder: &PublicKey) -> Value {
    let mut jwk = members(holder.to_jwk());
    jwk.retain(|name, _| !matches!(name.as_str(), "alg" | "use" | "kid"));
    Value::Object(jwk)
}

pub(super) fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vpgate_core::base::json::Bounds;
    use vpgate_core::jose::alg::Algorithm;
    use vpgate_core::jose::jws::UnverifiedJws;
    use vpgate_core::jose::x5c::Roots;

    const BOUNDS: Bounds = Bounds { bytes: 10_000, depth: 8, members: 200 };

    #[test]
    fn credentials_carry_the_right_header_and_hide_every_claim() {
        let now = Timestamp::from_unix(1_800_000_000);
        let issuer = Issuer::new("http://127.0.0.1:1/sandbox/issuer".to_owned(), now).unwrap();
        let holder = SigningKey::generate(Algorithm::Es256).unwrap();
        let claims = json!({"given_name": "Zoë", "age_equal_or_over": {"18": true, "65": false}});
        let credential = issuer.issue(claims, holder.public_key(), now).unwrap();
        let jwt = credential.split('~').next().unwrap();
        let jws = UnverifiedJws::parse(jwt, &BOUNDS).unwrap();
        assert_eq!((jws.typ(), jws.kid()), (Some("dc+sd-jwt"), Some(issuer.key.kid())));
        let keys = KeySet::from_json(&issuer.jwks()).unwrap();
        let roots = Roots::new(issuer.root(), None, Vec::new()).unwrap();
        let certified = roots.validate(&jws.header()["x5c"], now).unwrap();
        assert_eq!(certified.keys().keys()[0].thumbprint(), keys.keys()[0].thumbprint());
        assert!(!certified.anchor_was_sent());
        let payload = jws.verify(&keys.keys()[0]).unwrap().into_payload();
        assert_eq!(payload["iss"], "http://127.0.0.1:1/sandbox/issuer");
        assert_eq!(payload["vct"], VCT);
        assert_eq!(payload["exp"], 1_800_000_000 + 31_536_000);
        assert_eq!(payload["_sd_alg"], "sha-256");
        let uri = "http://127.0.0.1:1/sandbox/issuer/status-list";
        assert_eq!(payload["status"], json!({"status_list": {"idx": 0, "uri": uri}}));
        assert!(PublicKey::from_jwk(&payload["cnf"]["jwk"]).is_ok());
        assert!(payload["cnf"]["jwk"].get("_sd").is_none(), "no decoys inside the key");
        assert!(payload.get("given_name").is_none() && payload.get("age_equal_or_over").is_none());
        assert_eq!(credential.matches('~').count(), 5, "two claims, two inside one of them, and the end");
        assert!(credential.ends_with('~'));
    }
}
