//! A relying party has received a `vp_token` by itself, and asks what it is worth.

use std::time::Duration;

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::judge::{Judge, Judged, ResultRules};
use crate::flow::presentation::query::{NotAsked, QueryAsked, QueryRequested};
use crate::metrics::Stopwatch;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::openid4vp::transaction_data::TransactionTypes;
use vpgate_core::openid4vp::verify::{Expected, ExpectedEvidence, SentRequest, TranscriptFault};

/// How long ago the request was made when nobody says: as long as requests live by default. Key-binding
/// JWTs that are older are refused.
pub const REQUEST_AGE: Duration = Duration::from_secs(300);

/// A `vp_token`, and what the caller had asked for. Whether the nonce was fresh, and is used once, is
/// the caller's to know: nothing is remembered here.
#[derive(Default)]
pub struct TokenToVerify {
    /// In any of the three shapes.
    pub vp_token: String,
    /// The caller's client identifier, exactly as the wallet knows it.
    pub audience: String,
    /// The nonce of the caller's request.
    pub nonce: String,
    /// Where the answer was to go, for mdocs that were asked for by redirect.
    pub response_uri: Option<String>,
    /// The thumbprint of the key that the answer was encrypted to, for mdocs.
    pub jwk_thumbprint: Option<String>,
    /// `encryptionInfo` as it was sent, for mdocs that were asked for by `org-iso-mdoc`.
    pub encryption_info: Option<String>,
    /// What was asked. Transaction data may also be given as the exact strings that were sent.
    pub question: QueryRequested,
    /// When it was asked; [`REQUEST_AGE`] ago when absent.
    pub requested_at: Option<Timestamp>,
}

/// Why a token was not judged.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotVerifiable {
    #[error(transparent)]
    Question(#[from] NotAsked),
    /// Missing: nothing could be bound to it.
    #[error("audience is missing: the client identifier for which the wallet made the presentation")]
    Audience,
    #[error("nonce is missing: the nonce of the request that the wallet answered")]
    Nonce,
    #[error("vp_token is missing")]
    VpToken,
    /// What the device of an mdoc signed is not known.
    #[error(transparent)]
    Transcript(TranscriptFault),
    /// Our fault, or an issuer's.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// Judges a token for `client`.
///
/// # Errors
/// [`NotVerifiable`]; a token that is rejected is no error.
pub async fn verify(
    context: &Context,
    client: AuthenticatedClient<'_>,
    request: TokenToVerify,
) -> Result<Judged, NotVerifiable> {
    let question = QueryAsked::of_client(context, &client, &request.question, TransactionTypes::as_sent)?;
    for (text, missing) in [
        (&request.audience, NotVerifiable::Audience),
        (&request.nonce, NotVerifiable::Nonce),
        (&request.vp_token, NotVerifiable::VpToken),
    ] {
        if text.is_empty() {
            return Err(missing);
        }
    }
    let sent = SentRequest {
        audience: &request.audience,
        nonce: &request.nonce,
        response_uri: request.response_uri.as_deref(),
        jwk_thumbprint: request.jwk_thumbprint.as_deref(),
        encryption_info: request.encryption_info.as_deref(),
    };
    let challenge = Expected {
        transcript: question.query.transcript(&sent).map_err(NotVerifiable::Transcript)?,
        query: &question.query,
        transaction_data: &question.transaction_data,
        audience: request.audience.as_str().into(),
        nonce: &request.nonce,
        requested_at: request.requested_at.unwrap_or_else(|| context.now.minus(REQUEST_AGE)),
        high_assurance: false,
        evidence: ExpectedEvidence { response_mode: None, types: Some(&context.policy.transaction_types) },
        settings: context.policy.verification,
    };
    let several = request.question.several_holders;
    let rules = match question.scopes {
        Some(scopes) => ResultRules::of_scopes(&context.policy.scopes, scopes, several),
        None => ResultRules::of_query(several),
    };
    let took = Stopwatch::start();
    let judged =
        Judge::of(context).under(Some(&rules)).token(&challenge, request.vp_token, context.now).await;
    judged.record(context.metrics(), &client.client().id, None, took);
    Ok(judged)
}
