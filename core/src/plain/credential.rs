//! From the text of a plain credential to its facts.

use serde_json::{Map, Value};

use crate::base::json::Bounds;
use crate::base::report::{Findings, Rejection, Rule};
use crate::base::time::Timestamp;
use crate::jose::jws::UnverifiedJws;
use crate::jose::key_set::KeySet;
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CredentialFormat, IssuerHint, TrustedIssuer, issuer_key};

const FORM: Rule = Rule { check: "plain_form", requirement: "none: a format for tests" };
const SIGNATURE: Rule = Rule { check: "plain_signature", requirement: "none: a format for tests" };
const BOUNDS: Bounds = Bounds { bytes: 4096, depth: 4, members: 64 };

/// A plain credential that was read. Nothing in it is believed.
#[derive(Debug)]
pub struct PlainText(UnverifiedJws<'static>);

/// What a plain credential says, when its issuer signed it.
pub(crate) struct PlainFacts {
    pub(crate) issuer: String,
    pub(crate) credential_type: String,
    pub(crate) holder: Option<String>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) status_policy: StatusPolicy,
}

impl PlainText {
    pub(crate) fn parse(text: &str, findings: &mut Findings) -> Result<Self, Rejection> {
        match UnverifiedJws::parse(text, &BOUNDS) {
            Ok(jws) => Ok(Self(jws.into_owned())),
            Err(fault) => Err(findings.fail(&FORM, fault.to_string())),
        }
    }

    pub(crate) fn issuer_hint(&self) -> IssuerHint<'_> {
        let text = |name| self.0.unverified_claim(name).and_then(Value::as_str);
        IssuerHint {
            format: CredentialFormat::Plain,
            iss: text("iss"),
            credential_type: text("type"),
            kid: self.0.kid(),
            ..IssuerHint::default()
        }
    }

    pub(crate) fn authenticate(
        self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<PlainFacts, Rejection> {
        let candidates = issuer_key::candidates(&self.0, issuer, keys, now, findings)?;
        let Ok((verified, _key)) = self.0.verify_by_any(&candidates.keys) else {
            return Err(findings.fail(&SIGNATURE, "the signature does not hold"));
        };
        let mut payload = verified.into_payload();
        let holder = payload.get("holder").and_then(Value::as_str).map(str::to_owned);
        match (payload.remove("type"), payload.remove("claims")) {
            (Some(Value::String(credential_type)), Some(Value::Object(claims))) => {
                findings.pass(&SIGNATURE, "the issuer's signature covers the credential");
                let (issuer, status_policy) = (issuer.issuer().to_owned(), issuer.status_policy());
                Ok(PlainFacts { issuer, credential_type, holder, claims, status_policy })
            }
            _ => Err(findings.fail(&FORM, "`type` or `claims` is missing")),
        }
    }
}
