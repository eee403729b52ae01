//! Recorded presentations, good and wrong in one way each, as JSON lines: those that `tests/interop/mdoc_cases/mdocgen.py`
//! writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::maker::QUERY_ID;
use crate::base::base64url;
use crate::base::report::{Check, Findings, Rejection, Report, Rule};
use crate::base::time::{CLOCK_TOLERANCE, Timestamp};
use crate::cbor::{self, Limits};
use crate::cose;
use crate::credential::Authentic;
use crate::jose::jwe::EncryptionKey;
use crate::jose::jwk::thumbprint_of;
use crate::jose::key_set::KeySet;
use crate::jose::x5c::Roots;
use crate::mdoc::{AuthenticMdoc, PresentedMdoc, SessionTranscript};
use crate::org_iso_mdoc::{EncryptedResponse, EncryptedResponseFault};
use crate::status_list::check::{self, StatusClaim, StatusReference};
use crate::status_list::token::{CacheBounds, Receipt, StatusList, StatusListFault, StatusListToken};
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{
    CertificateProfile, CredentialTrust, FormatRules, KeySource, MdocRules, TrustPolicy, TrustedIssuer,
};

/// The envelope of `org-iso-mdoc`.
const OPENED: Rule = Rule { check: "envelope", requirement: "ISO/IEC TS 18013-7 Annex C" };

/// One recorded presentation, and what it was made for.
pub struct Case(pub Value);

/// How a judge finds it.
#[derive(Debug)]
pub enum CaseOutcome {
    /// With the values of the elements, by namespace.
    Accepted(Map<String, Value>),
    /// It is authentic, and what became of it since cannot be found out.
    Undetermined(&'static str),
    /// With the stable name of the rule that is broken.
    Rejected(&'static str),
}

/// A case that was judged otherwise than it should be: which one, how, and the line of the report that decided.
#[derive(Debug)]
pub struct Wrong(pub String, pub String, pub Option<Check>);

/// Judges every case; `reasons` says, a line each, which rule a bad one breaks.
pub fn judge_all(lines: &str, reasons: &str) -> Vec<Wrong> {
    let reasons: BTreeMap<&str, &str> = reasons.lines().filter_map(|line| line.split_once('\t')).collect();
    let (mut wrong, mut told) = (Vec::new(), BTreeSet::new());
    for case in &cases(lines) {
        let (outcome, report) = case.judge();
        let outcome = match outcome {
            CaseOutcome::Accepted(claims) if case.is_answered_by(&claims) => "accept",
            CaseOutcome::Accepted(_) => "claims_present",
            CaseOutcome::Undetermined(_) => "undetermined",
            CaseOutcome::Rejected(reason) => reason,
        };
        let expected = match case.expected() {
            same @ ("accept" | "undetermined") => same,
            _ => reasons.get(case.id()).copied().unwrap_or("a reason that is not listed"),
        };
        told.insert(case.id().to_owned());
        if outcome != expected {
            let judged = format!("{outcome}, not {expected}");
            wrong.push(Wrong(case.id().to_owned(), judged, report.decisive().cloned()));
        }
    }
    let gone = reasons.keys().filter(|id| !told.contains(**id));
    wrong.extend(gone.map(|id| Wrong((*id).to_owned(), "listed, and judged nowhere".to_owned(), None)));
    wrong
}

/// One case for each line.
pub fn cases(lines: &str) -> Vec<Case> {
    lines.lines().map(|line| Case(serde_json::from_str(line).unwrap())).collect()
}

impl Case {
    /// A member that is a text.
    pub fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// `accept`, `reject`, `either` or `undetermined`.
    pub fn expected(&self) -> &str {
        self.text("expect")
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_rfc3339(self.text("judge_at")).unwrap()
    }

    /// Whether the answer came encrypted in the envelope of `org-iso-mdoc`.
    pub fn is_enveloped(&self) -> bool {
        self.text("mode") == "org_iso_mdoc"
    }

    /// What is in the envelope, by the key of the request.
    fn opened(&self, text: &str) -> Result<Zeroizing<Vec<u8>>, EncryptedResponseFault> {
        let info = base64url::decode(self.text("encryption_info")).unwrap();
        let info = cbor::read(&info, &Limits::default()).unwrap();
        let key = info.as_array().unwrap()[1].get("recipientPublicKey").unwrap();
        let mut jwk = cose::key::read(key).unwrap().to_jwk();
        for name in ["alg", "use"] {
            jwk.as_object_mut().unwrap().remove(name);
        }
        let hex = self.text("recipient_private_key").as_bytes();
        let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        jwk["d"] = base64url::encode(hex.chunks(2).map(octet).collect::<Vec<u8>>()).into();
        let key = EncryptionKey::from_private_jwk(&jwk).unwrap();
        EncryptedResponse::read(text)?.open(&key, &self.transcript())
    }

    fn doctype(&self) -> &str {
        self.0["query"]["credentials"][0]["meta"]["doctype_value"].as_str().unwrap()
    }

    /// What the holder must have signed, made of the request.
    pub fn transcript(&self) -> SessionTranscript {
        let key = self.0.get("jwk").filter(|jwk| jwk.is_object());
        let key = key.map(|jwk| thumbprint_of(jwk).unwrap());
        let nonce = self.text("nonce");
        match self.text("mode") {
            "redirect" => {
                let (client_id, uri) = (self.text("client_id"), self.text("response_uri"));
                SessionTranscript::redirect(client_id, nonce, key.as_ref(), uri)
            }
            "dc_api" => SessionTranscript::dc_api(self.text("origin"), nonce, key.as_ref()),
            _ => SessionTranscript::org_iso_mdoc(self.text("encryption_info"), self.text("origin")),
        }
    }

    /// Whom the case believes, by these rules for certificates.
    pub fn trust(&self, certificates: CertificateProfile) -> TrustPolicy {
        let roots: String =
            self.0["roots_pem"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        TrustPolicy {
            credentials: vec![CredentialTrust {
                id: QUERY_ID.to_owned(),
                types: vec![self.doctype().to_owned()],
                issuer: "Utopia".to_owned(),
                keys: KeySource::X5c(Arc::new(Roots::new(roots.as_bytes(), None, Vec::new()).unwrap())),
                status_roots: None,
                status: StatusPolicy::default(),
                rules: FormatRules::MsoMdoc(MdocRules { certificates }),
            }],
        }
    }

    /// Judges the presentation, by the rules for driving licences.
    pub fn judge(&self) -> (CaseOutcome, Report) {
        self.judge_text(self.text("vp"), &self.trust(CertificateProfile::IsoMdl))
    }

    /// Judges `text` in its place.
    pub fn judge_text(&self, text: &str, trust: &TrustPolicy) -> (CaseOutcome, Report) {
        let mut findings = Findings::new();
        let outcome = match self.authentic(text, trust, &mut findings) {
            Ok((document, issuer)) => self.status(document, &issuer, &mut findings),
            Err(rejection) => Err(rejection),
        };
        let report = findings.conclude(outcome.as_ref().map(|_| ()).map_err(|rejection| *rejection));
        (outcome.unwrap_or_else(|rejection| CaseOutcome::Rejected(rejection.reason())), report)
    }

    /// Asks the lists that the case holds: one that says "taken back" decides, whatever is not known of others.
    fn status(
        &self,
        document: AuthenticMdoc,
        issuer: &TrustedIssuer,
        findings: &mut Findings,
    ) -> Result<CaseOutcome, Rejection> {
        let claims = document.claims.clone();
        let references = match Authentic::from(document).status(findings) {
            Ok(StatusClaim::Settled(_)) => return Ok(CaseOutcome::Accepted(claims)),
            Ok(StatusClaim::Listed(first, others)) => {
                std::iter::once(first).chain(others).collect::<Vec<_>>()
            }
            Err(unknown) => return Ok(CaseOutcome::Undetermined(unknown.reason())),
        };
        let mut undetermined = None;
        for reference in &references {
            let judged = match self.list(reference, issuer) {
                Ok(list) => check::judge(reference, issuer.issuer(), &list, self.at(), findings),
                Err(fault) => Err(check::unusable(&fault, findings)),
            };
            match judged {
                Ok(_) => {}
                Err(rejection) if rejection.reason() == "status" => return Err(rejection),
                Err(rejection) => undetermined = Some(rejection.reason()),
            }
        }
        Ok(undetermined.map_or(CaseOutcome::Accepted(claims), CaseOutcome::Undetermined))
    }

    fn list(
        &self,
        reference: &StatusReference,
        issuer: &TrustedIssuer,
    ) -> Result<StatusList, StatusListFault> {
        let served = &self.0["lists"][reference.uri()];
        let (Some(media_type), Some(body)) = (served["content_type"].as_str(), served["body"].as_str())
        else {
            return Err(StatusListFault::NoList);
        };
        let body = base64url::decode(body).unwrap();
        let token = StatusListToken::read(reference.kind(), media_type, &body)?;
        let receipt = Receipt { at: self.at(), max_age: None };
        token.verify(issuer, &KeySet::default(), reference.uri(), receipt, &CacheBounds::default())
    }

    /// The authentic document, and who is believed for it.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub fn authentic(
        &self,
        text: &str,
        trust: &TrustPolicy,
        findings: &mut Findings,
    ) -> Result<(AuthenticMdoc, TrustedIssuer), Rejection> {
        let presented = if self.is_enveloped() {
            let opened = self.opened(text).map_err(|fault| findings.fail(&OPENED, fault.to_string()))?;
            PresentedMdoc::read(&opened, &Limits::default(), findings)?
        } else {
            PresentedMdoc::parse(text, &Limits::default(), findings)?
        };
        let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), findings)?;
        let at = (self.at(), CLOCK_TOLERANCE);
        let document = presented.authenticate(&issuer, Some(&self.transcript()), at, findings)?;
        Ok((document, issuer))
    }

    /// Whether every element that was asked for is there.
    pub fn is_answered_by(&self, claims: &Map<String, Value>) -> bool {
        let asked = self.0["query"]["credentials"][0]["claims"].as_array();
        asked.into_iter().flatten().all(|claim| {
            let (namespace, element) =
                (claim["path"][0].as_str().unwrap(), claim["path"][1].as_str().unwrap());
            claims.get(namespace).is_some_and(|elements| elements.get(element).is_some())
        })
    }
}
