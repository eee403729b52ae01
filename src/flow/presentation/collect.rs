//! Step 3 of the shop's story: the browser came back with a code, and the shop collects the result.

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::audit::{AuditDetails, AuditKind};
use vpgate_core::base::id::PresentationId;
use vpgate_core::base::report::Report;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome, Readable, Settled};
use vpgate_core::openid4vp::request::{Requester, VpRequest};
use vpgate_core::openid4vp::response::WalletError;
use vpgate_core::openid4vp::retention::Retention;
use vpgate_core::openid4vp::verify::VerifiedPresentation;

/// A presentation as its relying party sees it.
#[derive(Debug)]
pub enum Collected {
    /// Not decided yet; dies at this time.
    Pending(Timestamp),
    /// Verified, and the response code was right. It is spent now.
    Verified {
        /// What was proven.
        presentation: VerifiedPresentation,
        /// Every check that was made.
        report: Report,
    },
    /// Verified, and what was proven is not kept any more.
    Emptied {
        /// That and when it was verified, and which scopes were earned.
        presentation: VerifiedPresentation,
        /// Every check that was made, as far as that is kept.
        report: Report,
    },
    /// Rejected for good.
    Rejected(Report),
    /// The wallet said no.
    Declined(WalletError),
    /// Nobody answered in time.
    Expired,
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotCollected {
    /// Unknown, forgotten, or another client's.
    #[error("there is no such presentation")]
    Unknown,
    /// There is a result, and it needs the code that came with the browser; a code works once (REQ-2.15).
    #[error("the result needs the response_code that came back with the browser, and each code works once")]
    ResponseCode,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// How a presentation of `client` stands; with the right `response_code`, its result.
///
/// # Errors
/// [`NotCollected`]
pub async fn collect(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
    response_code: Option<&Secret>,
) -> Result<Collected, NotCollected> {
    let settled = match presentation_of(context, client, id).await? {
        Presentation::Settled(settled) => settled,
        Presentation::Begun(begun) => return Ok(unsettled(begun.request(), context.now)),
        Presentation::Served(served) => return Ok(unsettled(served.request(), context.now)),
        // Until its browser has returned, nobody knows whose answer it is (HAIP 1.0 section 5.1).
        Presentation::AwaitingReturn(awaiting) => return Ok(unsettled(awaiting.request(), context.now)),
    };
    let shown = response_code.map(Secret::digest);
    match settled.reading(shown.as_ref(), context.now) {
        Readable::Forgotten => Err(NotCollected::Unknown),
        Readable::CodeNeeded => Err(NotCollected::ResponseCode),
        Readable::Outcome => Ok(ended(&settled)),
        Readable::Everything => Ok(told(context, &settled)),
        Readable::OnceCollected(code) => collect_once(context, &settled, code).await,
    }
}

/// Everything that is known.
fn told(context: &Context, settled: &Settled) -> Collected {
    match settled.outcome() {
        PresentationOutcome::Verified { presentation, report } => {
            let presentation = as_listed(context, settled.request(), presentation.clone());
            Collected::Verified { presentation, report: report.clone() }
        }
        PresentationOutcome::Rejected { .. } | PresentationOutcome::Declined { .. } => ended(settled),
    }
}

/// How it ended, and nothing of what was proven.
fn ended(settled: &Settled) -> Collected {
    match settled.outcome() {
        PresentationOutcome::Verified { presentation, report } => {
            Collected::Emptied { presentation: presentation.emptied(), report: report.clone() }
        }
        PresentationOutcome::Rejected { report } => Collected::Rejected(report.clone()),
        PresentationOutcome::Declined { error } => Collected::Declined(*error),
    }
}

/// Tells everything to whoever wrote first that it was collected.
async fn collect_once(
    context: &Context,
    settled: &Settled,
    response_code: Option<Digest>,
) -> Result<Collected, NotCollected> {
    let (id, at, retention) = (settled.request().id.clone(), context.now, settled.request().retention);
    let change = match (retention, response_code) {
        (Retention::Minimal { .. } | Retention::Full { .. }, Some(response_code)) => {
            Change::CollectResult { id: id.clone(), response_code, at, retention }
        }
        _ => Change::HandOver { id: id.clone(), response_code, at },
    };
    match context.commit(change).await {
        Ok(()) => Ok(told(context, settled)),
        Err(NotMade::Lost | NotMade::Taken) => {
            let Some(Presentation::Settled(now)) = context.ports.store.presentation(&id).await? else {
                return Err(NotCollected::Unknown);
            };
            match now.reading(response_code.as_ref(), context.now) {
                Readable::Everything => Ok(told(context, &now)),
                Readable::Outcome => Ok(ended(&now)),
                Readable::Forgotten => Err(NotCollected::Unknown),
                Readable::CodeNeeded | Readable::OnceCollected(_) => Err(NotCollected::ResponseCode),
            }
        }
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

/// The result of a presentation of this client that was settled, as long as it is kept: to be told to nobody but the
/// client itself. What was collected and emptied is none.
///
/// # Errors
/// When the store is unavailable.
pub(in crate::flow) async fn kept(
    context: &Context,
    client_id: &str,
    id: &PresentationId,
) -> Result<Option<Collected>, Unavailable> {
    let Some(Presentation::Settled(settled)) = context.ports.store.presentation(id).await? else {
        return Ok(None);
    };
    if settled.request().requester.client_id() != client_id {
        return Ok(None);
    }
    Ok(match settled.outcome() {
        PresentationOutcome::Rejected { report } => Some(Collected::Rejected(report.clone())),
        PresentationOutcome::Declined { error } => Some(Collected::Declined(*error)),
        PresentationOutcome::Verified { presentation, .. } if presentation.credentials().is_empty() => None,
        PresentationOutcome::Verified { presentation, report } => {
            let presentation = as_listed(context, settled.request(), presentation.clone());
            Some(Collected::Verified { presentation, report: report.clone() })
        }
    })
}

/// What was asked by scope is told as far as the scopes list it: for a device more was asked, for the
/// subject and the claims of its tokens.
fn as_listed(
    context: &Context,
    asked: &VpRequest,
    presentation: VerifiedPresentation,
) -> VerifiedPresentation {
    match &asked.requester {
        Requester::RelyingParty { scope: Some(scope), .. } => {
            context.policy.scopes.told(presentation, &Scopes::parse(scope).unwrap_or_default())
        }
        _ => presentation,
    }
}

/// Forgets a presentation of `client`, whatever its state.
///
/// # Errors
/// [`NotCollected`]
pub async fn forget(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
) -> Result<(), NotCollected> {
    let found = presentation_of(context, client, id).await?;
    let id = &found.request().id;
    let details = AuditDetails {
        client: Some(&client.client().id),
        about: Some(id.as_str()),
        ..AuditDetails::default()
    };
    let forget = Change::Forget(id.clone());
    match context.commit_noting(forget, AuditKind::PresentationDeleted, &details).await {
        Ok(()) => Ok(()),
        Err(NotMade::Lost | NotMade::Taken) => Err(NotCollected::Unknown),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

/// A presentation of `client`, as long as it can be collected.
///
/// # Errors
/// [`NotCollected`]
pub(in crate::flow) async fn presentation_of(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
) -> Result<Presentation, NotCollected> {
    let id = PresentationId::parse(id).ok_or(NotCollected::Unknown)?;
    let found = context.ports.store.presentation(&id).await?;
    found.filter(|it| it.request().requester.client_id() == client.client().id).ok_or(NotCollected::Unknown)
}

fn unsettled(asked: &VpRequest, now: Timestamp) -> Collected {
    if now >= asked.expires_at { Collected::Expired } else { Collected::Pending(asked.expires_at) }
}
