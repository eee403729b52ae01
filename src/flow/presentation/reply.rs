//! The reply to a posted answer. The same answer gets it again: connections break after we have decided, and a wallet that did
//! not hear us can only post the same again (OpenID4VP 1.0 section 8.2). Without the reply its person has no
//! way back.
//!
//! What is kept is the digest of the answer that decided, beside its presentation and as long as that. The
//! code in the reply is not kept: it follows from the digest and a key that the store does not have. It counts
//! in the browser that began, and once.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::judge::{Judged, Refusal};
use vpgate_core::admission::SCOPE_RULES;
use vpgate_core::base::id::{Handle, RequestState};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome, Settled};
use vpgate_core::openid4vp::request::{OnRejection, PresentationFlow, Requester, VpRequest};
use vpgate_core::openid4vp::response::WalletError;

/// What the wallet is told.
#[derive(Debug)]
pub enum PostAnswer {
    /// Processed: where it sends the browser, unless that is on another device.
    Taken(Option<WayBack>),
    /// Rejected, without the reason.
    Rejected,
    /// Not judged: something that an issuer publishes cannot be had now. The same answer may count later.
    Later,
}

/// The way back to our page, with the one-time code in it where the browser needs one.
#[derive(Debug)]
pub struct WayBack {
    /// The handle of the page that the browser is sent to.
    pub handle: Handle,
    /// The one-time code that the browser brings back.
    pub response_code: Option<Secret>,
}

/// The reply to the `answer` that settled a presentation.
pub(in crate::flow) fn to_settled(context: &Context, settled: &Settled, answer: &Digest) -> PostAnswer {
    let asked = settled.request();
    match settled.outcome() {
        PresentationOutcome::Verified { .. } => with_code(asked, code_for(context, asked, answer)),
        PresentationOutcome::Declined { .. } => {
            PostAnswer::Taken(way_back(asked, result_code_for(context, asked, answer)))
        }
        // Nothing was wrong with it: it earned nothing. The wallet is told no more.
        PresentationOutcome::Rejected { report } if report.reason.as_deref() == Some(SCOPE_RULES) => {
            PostAnswer::Taken(way_back(asked, result_code_for(context, asked, answer)))
        }
        PresentationOutcome::Rejected { .. } => rejected(asked, result_code_for(context, asked, answer)),
    }
}

/// The reply to an answer that leaves its presentation open. Where an issuer cannot be reached, a wallet that
/// is told of rejections is told that the same answer may count later.
pub(in crate::flow) fn while_open(asked: &VpRequest, judged: &Result<Judged, WalletError>) -> PostAnswer {
    match judged {
        Err(_) => PostAnswer::Taken(way_back(asked, None)),
        Ok(Judged::Refused(Refusal::Undecided, _)) if asked.on_rejection == OnRejection::Refuse => {
            PostAnswer::Later
        }
        Ok(_) => rejected(asked, None),
    }
}

/// The reply to an answer whose browser is to return with `code`.
pub(in crate::flow) fn with_code(asked: &VpRequest, code: Secret) -> PostAnswer {
    PostAnswer::Taken(way_back(asked, Some(code)))
}

/// The reply that `answer` got when it decided the presentation behind `state`; `None` when another
/// answer decided, or none.
///
/// # Errors
/// When the store is unavailable.
pub(in crate::flow) async fn again(
    context: &Context,
    state: &RequestState,
    answer: &Digest,
) -> Result<Option<PostAnswer>, Unavailable> {
    let reply = match context.ports.store.presentation_by_state(state).await? {
        Some(Presentation::AwaitingReturn(awaiting)) if awaiting.answer() == Some(answer) => {
            with_code(awaiting.request(), code_for(context, awaiting.request(), answer))
        }
        Some(Presentation::Settled(settled)) if settled.answer() == Some(answer) => {
            to_settled(context, &settled, answer)
        }
        _ => return Ok(None),
    };
    tracing::info!("a wallet posted the answer that decided once more, and got the same reply");
    Ok(Some(reply))
}

fn rejected(asked: &VpRequest, code: Option<Secret>) -> PostAnswer {
    match asked.on_rejection {
        OnRejection::Refuse => PostAnswer::Rejected,
        OnRejection::Redirect => PostAnswer::Taken(way_back(asked, code)),
    }
}

/// `None` when the browser is on another device: it learns the outcome without being sent.
fn way_back(asked: &VpRequest, response_code: Option<Secret>) -> Option<WayBack> {
    (asked.flow == PresentationFlow::SameDevice)
        .then(|| WayBack { handle: asked.handle.clone(), response_code })
}

/// The one-time code in the reply to `answer`.
pub(in crate::flow) fn code_for(context: &Context, asked: &VpRequest, answer: &Digest) -> Secret {
    let text = format!("code for the answer {} to {}", String::from(*answer), asked.id);
    Secret::from_entropy(*context.keys.user_code.digest(text.as_bytes()).as_bytes())
}

/// The code of the reply where an answer that proves nothing leads the person back to a web application at once.
pub(in crate::flow) fn result_code_for(
    context: &Context,
    asked: &VpRequest,
    answer: &Digest,
) -> Option<Secret> {
    matches!(asked.requester, Requester::RelyingParty { .. }).then(|| code_for(context, asked, answer))
}
