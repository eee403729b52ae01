//! `GET /v1/presentations/{id}`: how a presentation stands, and what it proved.

use std::collections::BTreeMap;

use poem_openapi::{Enum, Object, Union};
use serde_json::{Map, Value};

use super::transaction_data::TransactionDataSchema;
use crate::flow::presentation::collect::Collected;
use crate::http::documented::Documented;
use crate::http::exact_json::ExactJson;
use vpgate_core::base::id::PresentationId;
use vpgate_core::base::report;
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::verify::{
    ScopeNotGranted, VerifiedCredential, VerifiedCredentials, VerifiedPresentation,
};
use vpgate_core::status_list::check::CredentialStatus;
use vpgate_core::trust::CredentialFormat;

/// A presentation as its relying party sees it.
#[derive(Debug, Object)]
#[oai(rename = "Presentation", skip_serializing_if_is_none)]
pub struct PresentationSchema {
    /// Identifies the presentation on this endpoint.
    pub id: String,
    /// How it stands.
    pub status: PresentationStatus,
    /// In events, while pending: how far it is.
    pub step: Option<PresentationStep>,
    /// While pending: from this second on no answer counts (RFC 3339).
    pub expires_at: Option<String>,
    /// When verified: what was shown, by the id of the credential query. An array where the query says
    /// `multiple`. Left out once it is not kept any more (`[retention]`), and so are `one_holder` and
    /// `transaction_data`.
    pub credentials: Option<BTreeMap<String, CredentialsSchema>>,
    /// When verified, and asked by scope: which scopes were earned. Nothing earned is `rejected`.
    pub scopes: Option<ScopeOutcome>,
    /// When verified: whether all credentials are bound to one holder key. `false` only where the request
    /// allows it (`several_holders`, or credentials that are asked for without holder binding): then nothing
    /// proves that they belong to one person.
    pub one_holder: Option<bool>,
    /// When verified: what the person agreed to, as it was stored when asked.
    pub transaction_data: Option<Vec<Documented<TransactionDataSchema>>>,
    /// When verified: when it was judged (RFC 3339).
    pub verified_at: Option<String>,
    /// When rejected: the `check` that decided, as in the report; `scope_rules` when what was shown is genuine
    /// and earns none of the scopes.
    pub reason: Option<String>,
    /// When verified or rejected: every check; none once it was handed over to a client with retention `none`.
    pub report: Option<ReportSchema>,
    /// When declined: the error code of the wallet (OpenID4VP 1.0 section 8.5).
    pub error: Option<String>,
    /// When decided, and receipts are made: the evidence of it, a compact JWS without a claim. Keep it: it proves the
    /// rest of this answer when that is thrown away.
    pub receipt: Option<String>,
}

/// How far a presentation is that is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum PresentationStep {
    /// No browser has opened it yet.
    Begun,
    /// A browser was sent to the wallet.
    Opened,
    /// The wallet has answered; its browser has not come back yet.
    Answered,
}

/// What became of the scopes that were asked for.
#[derive(Debug, Object)]
pub struct ScopeOutcome {
    /// Earned: their rules hold.
    pub granted: Vec<String>,
    /// The scopes that were not earned.
    pub refused: Vec<RefusedScope>,
}

/// A scope that was asked for and not earned.
#[derive(Debug, Object)]
pub struct RefusedScope {
    /// The name of the scope.
    pub scope: String,
    /// `scope_rules` (a rule does not hold: the report says which), `not_shown`, `expired`, `no_identifier`,
    /// `other_holder` (its credentials are bound to another holder key than those of the scopes before it) or
    /// `not_open`.
    pub reason: String,
}

/// How a presentation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum PresentationStatus {
    /// Not decided yet.
    Pending,
    /// Every check holds.
    Verified,
    /// The last permitted answer was rejected.
    Rejected,
    /// The person or the wallet said no.
    Declined,
    /// Nobody answered in time.
    Expired,
}

/// What answers one credential query.
#[derive(Debug, Union)]
#[oai(rename = "Credentials", one_of)]
#[expect(clippy::large_enum_variant, reason = "a handful for each answer, written out at once")]
pub enum CredentialsSchema {
    /// The query allows one presentation.
    One(CredentialSchema),
    /// The query says `multiple`: at least one.
    Several(Vec<CredentialSchema>),
}

/// One verified credential.
#[derive(Debug, Object)]
#[oai(rename = "Credential", skip_serializing_if_is_none)]
pub struct CredentialSchema {
    /// Who issued it: its `iss`, or the configured name of the issuer where it has none, as every mdoc. Where it has none and
    /// several configured roots could have vouched, `#` and the `anchor_key` of the certificate follow, so that
    /// two issuers never look alike.
    pub issuer: String,
    /// Where the issuer's key was found by certificates: what they say.
    pub issuer_certificate: Option<IssuerCertificateSchema>,
    /// The credential's format (Credential Format Identifier of OpenID4VP Appendix B).
    pub format: String,
    /// The credential's type: `vct`, or the document type of an mdoc.
    #[oai(rename = "type")]
    pub credential_type: String,
    /// The credential's type again, where the format is `dc+sd-jwt`.
    pub vct: Option<String>,
    /// The claims that were asked for, and only those: asked by scope, those that the requested scopes list. Of an
    /// mdoc, namespaces with their elements.
    pub claims: Documented<Claims>,
    /// When it was issued (RFC 3339), where it says so.
    pub issued_at: Option<String>,
    /// When it expires (RFC 3339), where it does.
    pub expires_at: Option<String>,
    /// Whether it was proven that the presentation comes from the holder; false only when the query said
    /// `require_cryptographic_holder_binding: false`.
    pub holder_binding: bool,
    /// What the holder's signature says of itself; left out where `holder_binding` is false. The signature of an mdoc's
    /// device says nothing of itself.
    pub key_binding: Option<KeyBindingSchema>,
    /// What is known of its status.
    pub status: CredentialStatusSchema,
    /// Where receipts commit to claims (`receipts.commit`): what opens each commitment of this credential, as a
    /// Disclosure of an SD-JWT (RFC 9901 section 4.2.1). Nobody else is told: keep those that a dispute may need.
    pub receipt_disclosures: Option<Vec<String>>,
}

/// What the holder's signature over a presentation says of itself.
#[derive(Debug, Object)]
#[oai(rename = "KeyBinding", skip_serializing_if_is_none)]
pub struct KeyBindingSchema {
    /// When the holder signed (RFC 3339).
    pub issued_at: String,
    /// The name that the wallet gave to this signature; of strong customer authentication (TS12), the
    /// authentication code.
    pub jti: Option<String>,
    /// How the wallet says that it recognised the person.
    pub amr: Option<Vec<Value>>,
    /// The response mode that the wallet says it answered by.
    pub response_mode: Option<String>,
    /// By which algorithm it names the transactions that the person agreed to.
    pub hash_algorithm: Option<String>,
}

/// The certificate that signed a credential, and the configured one that vouched for it.
#[derive(Debug, Object)]
#[oai(rename = "IssuerCertificate")]
pub struct IssuerCertificateSchema {
    /// The subject of the certificate that signed, such as `CN=Issuer,C=DE`.
    pub subject: String,
    /// The subject of the configured root.
    pub anchor: String,
    /// SHA-256 over the SubjectPublicKeyInfo of the configured root, base64url.
    pub anchor_key: String,
}

/// What is known of the status of a verified credential. One that is revoked or suspended is never
/// verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "CredentialStatus", rename_all = "snake_case")]
pub enum CredentialStatusSchema {
    /// Its issuer's status list says that it is valid.
    Valid,
    /// The credential names no status.
    None,
    /// The operator had it not looked up.
    Unchecked,
}

/// Claims by name.
#[derive(Debug, Object)]
pub struct Claims {
    #[oai(flatten)]
    named: BTreeMap<String, Value>,
}

/// What was checked, and how it came out.
#[derive(Debug, Object)]
#[oai(rename = "Report", skip_serializing_if_is_none)]
pub struct ReportSchema {
    /// The overall answer.
    pub verdict: VerdictSchema,
    /// The `check` that decided a rejection.
    pub reason: Option<String>,
    /// Every check, in the order in which it was made.
    pub checks: Vec<CheckSchema>,
}

/// The overall answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "Verdict", rename_all = "snake_case")]
pub enum VerdictSchema {
    /// Every decisive check passed.
    Verified,
    /// At least one decisive check failed.
    Rejected,
}

/// One check.
#[derive(Debug, Object)]
#[oai(rename = "Check", skip_serializing_if_is_none)]
pub struct CheckSchema {
    /// The credential query it is about; left out when it is about the answer as a whole.
    pub credential: Option<String>,
    /// Which of the presentations for that query, counted from 1; left out where only one is allowed.
    pub presentation: Option<u64>,
    /// The stable name of the check.
    pub check: String,
    /// The specification and section that demand it.
    pub requirement: String,
    /// How it came out.
    pub outcome: CheckOutcome,
    /// One sentence for whoever must fix it. Never a claim value or a token.
    pub detail: String,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// The rule holds.
    Passed,
    /// The rule is broken.
    Failed,
    /// The rule has nothing to say here.
    NotApplicable,
}

impl PresentationSchema {
    /// What the relying party is told about the presentation `id`.
    pub fn new(id: String, collected: Collected) -> Self {
        let told = |status| Self::bare(id, status);
        match collected {
            Collected::Pending(expires_at) => {
                Self { expires_at: Some(expires_at.rfc3339()), ..told(PresentationStatus::Pending) }
            }
            Collected::Verified { presentation, report } => Self {
                credentials: Some(shown(&presentation)),
                scopes: earned(&presentation),
                one_holder: Some(presentation.one_holder()),
                transaction_data: Some(agreed(&presentation)),
                verified_at: Some(presentation.verified_at().rfc3339()),
                report: Some(report.into()),
                ..told(PresentationStatus::Verified)
            },
            Collected::Emptied { presentation, report } => Self {
                scopes: earned(&presentation),
                verified_at: Some(presentation.verified_at().rfc3339()),
                report: Some(report.into()),
                ..told(PresentationStatus::Verified)
            },
            Collected::Rejected(report) => {
                let report = ReportSchema::from(report);
                let reason = report.reason.clone();
                Self { reason, report: Some(report), ..told(PresentationStatus::Rejected) }
            }
            Collected::Declined(error) => {
                Self { error: Some(error.code().to_owned()), ..told(PresentationStatus::Declined) }
            }
            Collected::Expired => told(PresentationStatus::Expired),
        }
    }

    /// How it stands, and nothing else.
    pub fn bare(id: String, status: PresentationStatus) -> Self {
        Self {
            id,
            status,
            step: None,
            expires_at: None,
            credentials: None,
            scopes: None,
            one_holder: None,
            transaction_data: None,
            verified_at: None,
            reason: None,
            report: None,
            error: None,
            receipt: None,
        }
    }
}

/// The same as a text, with its receipt, for who is told it elsewhere.
pub fn result_text(id: &PresentationId, collected: Collected, receipt: Option<String>) -> String {
    let texts = match &collected {
        Collected::Verified { presentation, .. } => Some(agreed_texts(presentation)),
        _ => None,
    };
    let presentation = PresentationSchema { receipt, ..PresentationSchema::new(id.to_string(), collected) };
    ExactJson::new(presentation, "transaction_data", texts.as_deref()).into_text()
}

/// What was shown, by the id of the credential query.
pub fn shown(presentation: &VerifiedPresentation) -> BTreeMap<String, CredentialsSchema> {
    presentation.credentials().iter().map(|(id, shown)| (id.clone(), shown.into())).collect()
}

/// The transaction data as it was sent to the wallet, letter by letter.
pub fn agreed_texts(presentation: &VerifiedPresentation) -> Vec<String> {
    presentation.transaction_data().iter().map(|agreed| agreed.text()).collect()
}

/// Which scopes were earned, where it was asked by scope.
pub fn earned(presentation: &VerifiedPresentation) -> Option<ScopeOutcome> {
    let refused = |it: &ScopeNotGranted| RefusedScope { scope: it.scope.clone(), reason: it.reason.clone() };
    presentation.scopes().map(|scopes| ScopeOutcome {
        granted: scopes.granted.clone(),
        refused: scopes.refused.iter().map(refused).collect(),
    })
}

/// What the person agreed to.
pub fn agreed(presentation: &VerifiedPresentation) -> Vec<Documented<TransactionDataSchema>> {
    presentation.transaction_data().iter().map(|agreed| Documented::new(agreed.object().clone())).collect()
}

impl From<&VerifiedCredentials> for CredentialsSchema {
    fn from(shown: &VerifiedCredentials) -> Self {
        match shown {
            VerifiedCredentials::One(one) => Self::One(one.into()),
            VerifiedCredentials::Several(several) => Self::Several(several.iter().map(Into::into).collect()),
        }
    }
}

impl From<&VerifiedCredential> for CredentialSchema {
    fn from(shown: &VerifiedCredential) -> Self {
        let claims: Map<String, Value> = shown.claims.clone();
        Self {
            issuer: shown.issuer_told(),
            issuer_certificate: shown.certificate.as_ref().map(|certificate| IssuerCertificateSchema {
                subject: certificate.subject.clone(),
                anchor: certificate.anchor.clone(),
                anchor_key: certificate.anchor_key.clone(),
            }),
            format: shown.format.identifier().to_owned(),
            credential_type: shown.credential_type.clone(),
            vct: (shown.format == CredentialFormat::SdJwtVc).then(|| shown.credential_type.clone()),
            claims: Documented::new(Value::Object(claims)),
            issued_at: shown.issued_at.map(Timestamp::rfc3339),
            expires_at: shown.expires_at.map(Timestamp::rfc3339),
            holder_binding: shown.holder.is_some(),
            key_binding: shown.key_binding.as_ref().map(|binding| KeyBindingSchema {
                issued_at: binding.issued_at.rfc3339(),
                jti: binding.jti.clone(),
                amr: binding.amr.as_ref().and_then(Value::as_array).cloned(),
                response_mode: binding.response_mode.clone(),
                hash_algorithm: binding.hash_algorithm.clone(),
            }),
            status: match shown.status {
                CredentialStatus::Valid => CredentialStatusSchema::Valid,
                CredentialStatus::None => CredentialStatusSchema::None,
                CredentialStatus::Unchecked => CredentialStatusSchema::Unchecked,
            },
            receipt_disclosures: shown
                .evidence
                .as_ref()
                .filter(|it| !it.commitments.is_empty())
                .map(|it| it.commitments.iter().map(|commitment| commitment.disclosure.clone()).collect()),
        }
    }
}

impl From<report::Report> for ReportSchema {
    fn from(report: report::Report) -> Self {
        Self {
            verdict: match report.verdict {
                report::Verdict::Verified => VerdictSchema::Verified,
                report::Verdict::Rejected => VerdictSchema::Rejected,
            },
            reason: report.reason.map(Into::into),
            checks: report.checks.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<report::Check> for CheckSchema {
    fn from(check: report::Check) -> Self {
        Self {
            credential: check.credential,
            presentation: check.presentation.and_then(|number| u64::try_from(number).ok()),
            check: check.check.into(),
            requirement: check.requirement.into(),
            outcome: match check.outcome {
                report::CheckOutcome::Passed => CheckOutcome::Passed,
                report::CheckOutcome::Failed => CheckOutcome::Failed,
                report::CheckOutcome::NotApplicable => CheckOutcome::NotApplicable,
            },
            detail: check.detail.into(),
        }
    }
}

#[cfg(test)]
mod tests;
