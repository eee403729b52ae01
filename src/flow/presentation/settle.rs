//! What settling a presentation means: for the grant behind it, and for where its browser goes. Every way
//! to an end leads through here, so that there is one write.

use crate::flow::code::decide;
use crate::flow::context::Context;
use crate::flow::ports::{NotCommitted, Unavailable};
use crate::flow::tokens::admit;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant};
use vpgate_core::oauth::redirect::ReturnUrl;
use vpgate_core::openid4vp::presentation::{
    AfterRejection, NotNow, Presentation, PresentationOutcome, Served, Settled,
};
use vpgate_core::openid4vp::request::{Requester, VpRequest};

/// Where the browser goes after an answer.
#[derive(Debug)]
pub enum Ending {
    /// To our page that says how it ended, or how to try again.
    Done(Handle),
    /// Back to the application, with a one-time code in the URL, or with the error.
    Return(ReturnUrl),
}

/// Why an answer did not count.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotAccepted {
    /// Unknown, settled or expired, or an answer that another browser brought: one answer for all.
    #[error("there is no open request for this answer")]
    NoOpenRequest,
    /// The wallet sent the person back into another browser than the one that began, which may be waiting.
    #[error("this was begun in another browser")]
    OtherBrowser,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotNow> for NotAccepted {
    fn from(_: NotNow) -> Self {
        Self::NoOpenRequest
    }
}

impl From<NotCommitted> for NotAccepted {
    fn from(why: NotCommitted) -> Self {
        match why {
            NotCommitted::Lost | NotCommitted::Taken => Self::NoOpenRequest,
            NotCommitted::Unavailable(source) => Self::Failed(source),
        }
    }
}

/// Writes the end of a served presentation, and what it means for its grant. `code` is what its relying
/// party collects the result with.
pub(in crate::flow) async fn settle(
    context: &Context,
    settled: Settled,
    code: Option<&Secret>,
) -> Result<Ending, NotAccepted> {
    let (grant, ending) = decide(context, &settled, code).await?;
    record(&settled);
    let presentation = settled.to_be_kept();
    context.ports.store.commit(Change::Settle { presentation, grant }).await?;
    Ok(ending)
}

/// Counts a rejected answer (REQ-2.8). The last one that is permitted is given back settled, for the caller
/// to write. Answers that arrive together are counted one by one: whoever comes second counts again from
/// where the first one left off.
pub(in crate::flow) async fn count_rejection(
    context: &Context,
    served: Served,
    mut reject: impl FnMut(Served) -> Result<AfterRejection, NotNow>,
) -> Result<Option<Settled>, NotAccepted> {
    let (id, nonce) = (served.asked().id.clone(), served.asked().nonce.clone());
    let mut served = served;
    loop {
        let tried = match reject(served)? {
            AfterRejection::Final(settled) => return Ok(Some(settled)),
            AfterRejection::TriesRemain(tried) => tried,
        };
        match context.ports.store.commit(Change::CountTry(tried)).await {
            Ok(()) => return Ok(None),
            Err(NotCommitted::Lost) => {}
            Err(why) => return Err(why.into()),
        }
        served = match context.ports.store.presentation(&id).await? {
            Some(Presentation::Served(served)) if served.asked().nonce == nonce => served,
            _ => return Err(NotAccepted::NoOpenRequest),
        };
    }
}

/// Writes that the browser of a posted answer came back with its code, `return_code`.
pub(in crate::flow) async fn settle_returned(
    context: &Context,
    settled: Settled,
    return_code: Digest,
    code: Option<&Secret>,
) -> Result<Ending, NotAccepted> {
    let (grant, ending) = decide(context, &settled, code).await?;
    record(&settled);
    let presentation = settled.to_be_kept();
    context.ports.store.commit(Change::Return { presentation, return_code, grant }).await?;
    Ok(ending)
}

async fn decide(
    context: &Context,
    settled: &Settled,
    code: Option<&Secret>,
) -> Result<(Option<GrantDecision>, Ending), NotAccepted> {
    if let Requester::Code { authorization, client_id } = &settled.asked().requester {
        let (decision, way_home) = decide::decide(context, settled, authorization, client_id).await?;
        return Ok((Some(decision), Ending::Return(way_home)));
    }
    Ok((grant_decision(context, settled).await?, ending(settled.asked(), code)))
}

/// What the outcome means for the grant behind it, if there is one. The grant must still be
/// pending and claimed by this browser (REQ-10.25).
async fn grant_decision(context: &Context, settled: &Settled) -> Result<Option<GrantDecision>, NotAccepted> {
    let Requester::Device { grant, client_id } = &settled.asked().requester else { return Ok(None) };
    let pending = match context.ports.store.grant(grant).await? {
        Some(DeviceGrant::Pending(pending)) if pending.claimed_by() == Some(settled.browser()) => pending,
        _ => return Err(NotAccepted::NoOpenRequest),
    };
    let reason = match settled.outcome() {
        PresentationOutcome::Verified { presentation, .. } => {
            let parameters = &pending.terms().parameters;
            match admit::admit(context, presentation, client_id, pending.grantable(), parameters) {
                Ok(admission) => {
                    let approved =
                        pending.approve(admission, context.now).map_err(|_| NotAccepted::NoOpenRequest)?;
                    return Ok(Some(GrantDecision::Approve(approved)));
                }
                Err(_) => DenialReason::NothingEarned,
            }
        }
        PresentationOutcome::Rejected { .. } => DenialReason::PresentationRejected,
        PresentationOutcome::Declined { .. } => DenialReason::DeclinedInWallet,
    };
    let denied = pending.deny(reason, context.now).map_err(|_| NotAccepted::NoOpenRequest)?;
    Ok(Some(GrantDecision::Deny(denied)))
}

/// The code that a relying party's browser carries home; devices have none.
pub(in crate::flow) fn response_code(
    context: &Context,
    asked: &VpRequest,
) -> Result<(Option<Secret>, Option<Digest>), Unavailable> {
    match asked.requester {
        Requester::RelyingParty { .. } => {
            let code = context.random_secret()?;
            let digest = code.digest();
            Ok((Some(code), Some(digest)))
        }
        // The code of an authorization is another thing: it never leads to the claims.
        Requester::Device { .. } | Requester::Code { .. } => Ok((None, None)),
    }
}

/// Where the browser of `asked` goes; `code` is what its relying party collects the result with.
pub(in crate::flow) fn ending(asked: &VpRequest, code: Option<&Secret>) -> Ending {
    match &asked.requester {
        Requester::RelyingParty { redirect_uri, state, .. } => {
            let mut url = redirect_uri.clone();
            let code = code.map(|code| ("response_code", code.expose()));
            let state = state.as_deref().map(|state| ("state", state));
            url.query_pairs_mut().extend_pairs(code.into_iter().chain(state));
            Ending::Return(ReturnUrl::new(url))
        }
        Requester::Device { .. } | Requester::Code { .. } => Ending::Done(asked.handle.clone()),
    }
}

fn record(settled: &Settled) {
    let (id, outcome) = (&settled.asked().id, settled.outcome().name());
    let client = settled.asked().requester.client_id();
    tracing::info!(client, presentation = %id, outcome, "presentation settled");
}
