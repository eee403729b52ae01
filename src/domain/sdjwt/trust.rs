//! Whom we believe, for which credential, by which mechanism (SD-JWT VC section 2.5; REQ-5.4, REQ-5.10).

use std::sync::Arc;

use url::Url;

use super::parse::IssuerHint;
use super::status::policy::StatusPolicy;
use crate::domain::base::report::{Findings, Rejection, Rule, excerpt};
use crate::domain::jose::key_set::KeySet;

pub(super) const ISSUER: Rule = Rule { check: "issuer_trusted", requirement: "SD-JWT VC 2.5, 7.7" };
pub(super) const TYPE: Rule =
    Rule { check: "credential_type", requirement: "SD-JWT VC 2.2.2.1; OpenID4VP B.3.5" };
const SERIALIZATION: Rule = Rule { check: "serialization", requirement: "RFC 9901 8; OpenID4VP B.3" };

/// One configured kind of credential (`[[credentials]]`). Several may share an `id`: one per issuer.
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
    /// Accept the JSON serialisation of RFC 9901 section 8 too (REQ-4.25).
    pub accept_json_serialization: bool,
    /// What its status must be.
    pub status: StatusPolicy,
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
    /// One entry per kind of credential and issuer.
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

    /// `credential` is the DCQL credential query id that the presentation answers. `iss` is compared
    /// exactly; without `iss` nobody is believed, because every key here is pinned to one. An `x5c`
    /// chain in the header changes nothing: the configured mechanism decides, and it is a JWKS.
    ///
    /// # Errors
    /// When the issuer or the credential type is not configured for that query, written into `findings`.
    pub fn vouch(
        &self,
        credential: &str,
        hint: &IssuerHint<'_>,
        findings: &mut Findings,
    ) -> Result<TrustedIssuer, Rejection> {
        let Some(iss) = hint.iss else {
            return Err(findings.fail(
                &ISSUER,
                "the credential has no `iss` string, and its key can only be found by the configured issuer",
            ));
        };
        let mut believed = self.credentials.iter().filter(|trust| trust.id == credential).peekable();
        if believed.peek().is_none() {
            let detail = format!("no issuer is configured for the credential {}", excerpt(credential));
            return Err(findings.fail(&ISSUER, detail));
        }
        let Some(trust) = believed.find(|trust| trust.issuer == iss) else {
            let detail = format!(
                "`iss` is {}, which is not an issuer configured for the credential {} (compared exactly)",
                excerpt(iss),
                excerpt(credential)
            );
            return Err(findings.fail(&ISSUER, detail));
        };
        findings.pass(
            &ISSUER,
            if hint.has_x5c {
                "`iss` is configured; its key comes from the configured JWKS, and the `x5c` in the header is ignored"
            } else {
                "`iss` is configured; its key comes from the configured JWKS"
            },
        );
        check_type(trust, hint.vct, findings)?;
        check_serialization(trust, hint, findings)?;
        Ok(TrustedIssuer { trust: trust.clone(), kid: hint.kid.map(str::to_owned) })
    }
}

impl TrustedIssuer {
    /// The exact `iss`.
    pub fn issuer(&self) -> &str {
        &self.trust.issuer
    }

    /// Where its keys are.
    pub fn keys(&self) -> &KeySource {
        &self.trust.keys
    }

    /// The `kid` the token names, so that a fetcher can refresh its copy when it is unknown.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The same issuer, asked about another of its tokens, whose header names this key.
    #[must_use]
    pub fn naming(&self, kid: Option<&str>) -> Self {
        Self { trust: self.trust.clone(), kid: kid.map(str::to_owned) }
    }

    /// How long a list that is no longer fresh may serve, and what is looked up at all.
    pub fn status_policy(&self) -> StatusPolicy {
        self.trust.status
    }

    pub(super) fn accepts_type(&self, vct: &str) -> bool {
        self.trust.vct.iter().any(|accepted| accepted == vct)
    }

    pub(super) fn accepts_legacy_typ(&self) -> bool {
        self.trust.accept_legacy_typ
    }
}

fn check_serialization(
    trust: &CredentialTrust,
    hint: &IssuerHint<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    if hint.json_serialization && !trust.accept_json_serialization {
        return Err(findings.fail(
            &SERIALIZATION,
            "the presentation is in JSON serialisation; set `accept_json_serialization` to accept it from this issuer",
        ));
    }
    if hint.json_serialization {
        findings.pass(&SERIALIZATION, "JSON serialisation, which is switched on for this credential");
    }
    Ok(())
}

fn check_type(trust: &CredentialTrust, vct: Option<&str>, findings: &mut Findings) -> Result<(), Rejection> {
    match vct {
        None => {
            Err(findings
                .fail(&TYPE, "`vct` is missing, is not a string, or was made selectively disclosable"))
        }
        Some(vct) if trust.vct.iter().any(|accepted| accepted == vct) => {
            findings.pass(&TYPE, "`vct` is one of the accepted types");
            Ok(())
        }
        Some(vct) => {
            let detail = format!("`vct` is {}, which is not among the accepted types", excerpt(vct));
            Err(findings.fail(&TYPE, detail))
        }
    }
}
