//! Whom we believe, for which credential, by which mechanism (SD-JWT VC section 2.5; REQ-5.4, REQ-5.10).
use super::parse::IssuerHint;
use crate::domain::base::report::{Findings, Rejection};
use crate::domain::jose::jwk::KeySet;
use std::sync::Arc;
use url::Url;

/// One configured kind of credential (`[[credentials]]`).
#[derive(Clone, Debug)]
pub struct CredentialTrust {
    /// The DCQL credential query id.
    pub id: String,
    /// Accepted `vct` values.
    pub vct: Vec<String>,
    /// The exact `iss`.
    pub issuer: String,
    /// How this issuer's key is found; the token cannot choose another way.
    pub keys: KeySource,
    /// Accept `typ: vc+sd-jwt` too (REQ-5.1).
    pub accept_legacy_typ: bool,
}
/// The one mechanism pinned for an issuer.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A JWKS fetched from here.
    JwksUri(Url),
    /// A JWKS from configuration.
    Jwks(Arc<KeySet>),
}
/// Everything we believe.
#[derive(Clone, Debug, Default)]
pub struct TrustPolicy {
    pub credentials: Vec<CredentialTrust>,
}
/// Proof that the hint names an issuer we believe for this credential query. Only such an issuer may be fetched for.
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    trust: CredentialTrust,
    kid: Option<String>,
}
impl TrustPolicy {
    /// Whether `credential` is configured and every one of `vct_values` is among its types.
    pub fn covers(&self, credential: &str, vct_values: &[String]) -> bool {
        self.credentials
            .iter()
            .any(|trust| trust.id == credential && vct_values.iter().all(|vct| trust.vct.contains(vct)))
    }
    /// `credential` is the DCQL credential query id that the presentation answers.
    pub fn vouch(
        &self,
        credential: &str,
        hint: &IssuerHint<'_>,
        findings: &mut Findings,
    ) -> Result<TrustedIssuer, Rejection> {
        todo!()
    }
}
impl TrustedIssuer {
    pub fn issuer(&self) -> &str {
        todo!()
    }
    pub fn keys(&self) -> &KeySource {
        todo!()
    }
    /// The `kid` the token names, so that a fetcher can refresh its copy when it is unknown.
    pub fn kid(&self) -> Option<&str> {
        todo!()
    }
}
