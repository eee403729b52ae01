//! `POST /v1/verify`: what a `vp_token` is worth that the caller received by itself.

use std::collections::BTreeMap;

use poem_openapi::{ApiResponse, Object, Union};
use serde_json::Value;

use super::begin::agreed_in;
use super::dcql::DcqlQuery;
use super::error::Problem;
use super::result::{
    CredentialsSchema, ReportSchema, ScopeOutcome, VerdictSchema, agreed, agreed_texts, earned, shown,
};
use super::strict_json::JsonRequest;
use super::texts::ScopeText;
use super::transaction_data::TransactionDataSchema;
use crate::flow::presentation::judge::{Judged, Refusal};
use crate::flow::presentation::query::QueryRequested;
use crate::flow::presentation::verify::TokenToVerify;
use crate::http::documented::{Documented, TextOr};
use crate::http::exact_json::ExactJson;
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::verify::VerifiedPresentation;
use vpgate_core::trust::issuer_key;

/// A `vp_token` and the request that it answers: by scope, or by a query.
#[derive(Debug, Union)]
#[oai(one_of)]
pub enum VerifyToken {
    /// It was to show what scopes list.
    ByScope(VerifyByScope),
    /// It was to show what a query asks for.
    ByQuery(VerifyByQuery),
}

/// A token that was to show what scopes list. Unknown members are refused.
#[derive(Debug, Object)]
pub struct VerifyByScope {
    /// Space-separated scopes. Their rules decide, as they do for tokens: `scopes` says which were earned, and the
    /// verdict is `rejected` when none was.
    pub scope: ScopeText,
    /// What was received, and what had been sent.
    #[oai(flatten)]
    pub received: ReceivedToken,
}

/// A token that was to show what a query asks for. Unknown members are refused.
#[derive(Debug, Object)]
pub struct VerifyByQuery {
    /// The query of your request (OpenID4VP 1.0 section 6), over configured credentials.
    pub dcql_query: Documented<DcqlQuery>,
    /// What was received, and what had been sent.
    #[oai(flatten)]
    pub received: ReceivedToken,
}

/// A token that the caller received, and what it had sent.
#[derive(Debug, Object)]
pub struct ReceivedToken {
    /// As the wallet sent it: the JSON object of OpenID4VP 1.0 section 8.1, or as a string that object
    /// in JSON or in base64url, or one bare SD-JWT.
    pub vp_token: Documented<TextOr<Presentations>>,
    /// Your client identifier, exactly as the wallet knows it (with its prefix, if it has one).
    #[oai(validator(min_length = 1))]
    pub audience: String,
    /// The nonce of your request. That it was fresh, and is used once, is for you to see to.
    #[oai(validator(min_length = 1))]
    pub nonce: String,
    /// Of mdocs that you asked for by redirect: your `response_uri`, or the `redirect_uri` where you sent that, exactly.
    pub response_uri: Option<String>,
    /// Of mdocs: the RFC 7638 thumbprint (SHA-256, base64url) of your key that the answer was encrypted to; left out when
    /// it was not encrypted.
    pub jwk_thumbprint: Option<String>,
    /// Of mdocs that you asked for by the protocol `org-iso-mdoc`: `encryptionInfo` exactly as you sent it; `audience` is
    /// `origin:` and your origin then.
    pub encryption_info: Option<String>,
    /// Credentials of several holder keys are welcome in one answer; `false` when left out.
    pub several_holders: Option<bool>,
    /// What the person was to agree to, in order: the base64url strings exactly as you sent them, or the
    /// objects, if it was this service that wrote the strings.
    #[oai(validator(max_items = 16))]
    pub transaction_data: Option<Vec<Documented<TextOr<TransactionDataSchema>>>>,
    /// When you made the request (RFC 3339). Key-binding JWTs that are older by more than
    /// `verification.clock_tolerance` are refused. Five minutes ago when left out.
    pub requested_at: Option<String>,
}

/// Presentations by the id of the credential query.
#[derive(Debug, Object)]
pub struct Presentations {
    #[oai(flatten)]
    by_credential: BTreeMap<String, Vec<String>>,
}

impl JsonRequest for VerifyToken {
    type Read = TokenToVerify;

    const HOLDS_A_TOKEN: bool = true;

    fn read(self, text: &[u8]) -> Result<TokenToVerify, Problem> {
        let (scope, dcql_query, received) = match self {
            Self::ByScope(it) => (Some(it.scope.0), None, it.received),
            Self::ByQuery(it) => (None, Some(it.dcql_query.into_value()), it.received),
        };
        let requested_at = match received.requested_at.as_deref().map(Timestamp::from_rfc3339) {
            None => None,
            Some(Ok(at)) => Some(at),
            Some(Err(why)) => return Err(Problem::invalid_request("/requested_at", why.to_string())),
        };
        let several_holders = received.several_holders.unwrap_or_default();
        Ok(TokenToVerify {
            vp_token: match received.vp_token.into_value() {
                Value::String(text) => text,
                object => object.to_string(),
            },
            audience: received.audience,
            nonce: received.nonce,
            response_uri: received.response_uri,
            jwk_thumbprint: received.jwk_thumbprint,
            encryption_info: received.encryption_info,
            question: QueryRequested {
                scope,
                dcql_query,
                transaction_data: agreed_in(text),
                several_holders,
            },
            requested_at,
        })
    }
}

/// The answer to the question, whatever it is.
#[derive(Debug, ApiResponse)]
pub enum VerifyResponse {
    /// The token was judged. `verdict` says how.
    #[oai(status = 200)]
    Judged(ExactJson<TokenJudged>),
}

/// What the token is worth.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct TokenJudged {
    /// As in the report.
    pub verdict: VerdictSchema,
    /// As in the report.
    pub reason: Option<String>,
    /// Every check.
    pub report: ReportSchema,
    /// When verified: what was shown, by the id of the credential query. An array where the query says
    /// `multiple`.
    pub credentials: Option<BTreeMap<String, CredentialsSchema>>,
    /// When verified, and asked by scope: which scopes were earned.
    pub scopes: Option<ScopeOutcome>,
    /// When verified: whether all credentials are bound to one holder key.
    pub one_holder: Option<bool>,
    /// When verified: what the person agreed to.
    pub transaction_data: Option<Vec<Documented<TransactionDataSchema>>>,
}

impl VerifyResponse {
    /// Without the issuer's keys nothing can be said; without its status list, everything but one thing.
    ///
    /// # Errors
    /// 503, with the reason, for the former.
    pub fn to(judged: Judged) -> Result<Self, Problem> {
        let (presentation, report) = match judged {
            Judged::Verified { presentation, report } => (Some(presentation), report),
            Judged::Refused(Refusal::Undecided, report)
                if report.reason.as_deref().is_some_and(issuer_key::is_missed_by) =>
            {
                let why = report.decisive().map(|check| check.detail.to_string());
                return Err(Problem::later(why.unwrap_or_default()));
            }
            Judged::Refused(_, report) => (None, report),
        };
        let report = ReportSchema::from(report);
        let texts = presentation.as_ref().map(agreed_texts);
        let judged = TokenJudged {
            verdict: report.verdict,
            reason: report.reason.clone(),
            credentials: presentation.as_ref().map(shown),
            scopes: presentation.as_ref().and_then(earned),
            one_holder: presentation.as_ref().map(VerifiedPresentation::one_holder),
            transaction_data: presentation.as_ref().map(agreed),
            report,
        };
        Ok(Self::Judged(ExactJson::new(judged, "transaction_data", texts.as_deref())))
    }
}
