//! Step 3 of the shop's story: the browser came back with a code, and the shop collects the result.

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::base::id::PresentationId;
use vpgate_core::base::report::Report;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome, RESULT_LIFETIME, Settled};
use vpgate_core::openid4vp::request::{PresentationFlow, Requester, VpRequest};
use vpgate_core::openid4vp::response::WalletError;
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
    if context.now >= settled.settled_at().plus(RESULT_LIFETIME) {
        return Err(NotCollected::Unknown);
    }
    match settled.outcome() {
        PresentationOutcome::Rejected { report } => Ok(Collected::Rejected(report.clone())),
        PresentationOutcome::Declined { error } => Ok(Collected::Declined(*error)),
        PresentationOutcome::Verified { presentation, report } => {
            spend(context, &settled, response_code).await?;
            let presentation = as_listed(context, settled.request(), presentation.clone());
            Ok(Collected::Verified { presentation, report: report.clone() })
        }
    }
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
    match context.commit(Change::Forget(found.request().id.clone())).await {
        Ok(()) => Ok(()),
        Err(NotMade::Lost | NotMade::Taken) => Err(NotCollected::Unknown),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

async fn presentation_of(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
) -> Result<Presentation, NotCollected> {
    let id = PresentationId::parse(id).ok_or(NotCollected::Unknown)?;
    let found = context.ports.store.presentation(&id).await?;
    found.filter(|it| it.request().requester.client_id() == client.client().id).ok_or(NotCollected::Unknown)
}

/// A wallet on another device has no way to bring a code back: there the caller's own `id` is all
/// (OpenID4VP 1.0 section 14.2, the weaker way).
async fn spend(context: &Context, settled: &Settled, shown: Option<&Secret>) -> Result<(), NotCollected> {
    if settled.request().flow == PresentationFlow::CrossDevice {
        return Ok(());
    }
    let response_code = shown.ok_or(NotCollected::ResponseCode)?.digest();
    if is_repeated(context, settled, &response_code) {
        return Ok(());
    }
    if settled.response_code() != Some(&response_code) {
        return Err(NotCollected::ResponseCode);
    }
    let id = settled.request().id.clone();
    match context.commit(Change::CollectResult { id: id.clone(), response_code, at: context.now }).await {
        Ok(()) => Ok(()),
        Err(NotMade::Lost | NotMade::Taken) => match context.ports.store.presentation(&id).await? {
            Some(Presentation::Settled(now)) if is_repeated(context, &now, &response_code) => Ok(()),
            _ => Err(NotCollected::ResponseCode),
        },
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

/// The result was collected with this code a moment ago, and may have been lost on its way (REQ-21.11).
fn is_repeated(context: &Context, settled: &Settled, code: &Digest) -> bool {
    settled.collected().is_some_and(|used| used.is_repeated_by(code, context.now))
}

fn unsettled(asked: &VpRequest, now: Timestamp) -> Collected {
    if now >= asked.expires_at { Collected::Expired } else { Collected::Pending(asked.expires_at) }
}
