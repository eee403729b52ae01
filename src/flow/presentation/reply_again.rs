//! The reply to a posted answer, once more: connections break after we have decided, and a wallet that did
//! not hear us can only post the same again (OpenID4VP 1.0 section 8.2). Without the reply its person has no
//! way back.
//!
//! What is kept is the digest of the answer that decided, beside its presentation and as long as that. The
//! code in the reply is not kept: it follows from the digest and a key that the store does not have. It counts
//! in the browser that began, and once.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::direct_post::{PostAnswer, rejected, way_back};
use vpgate_core::admission::SCOPE_RULES;
use vpgate_core::base::id::RequestState;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome};
use vpgate_core::openid4vp::request::{Requester, VpRequest};

/// The reply that `answer` got when it decided the presentation behind `state`; `None` when another
/// answer decided, or none.
///
/// # Errors
/// When the store is unavailable.
pub(in crate::flow) async fn reply_again(
    context: &Context,
    state: &RequestState,
    answer: &Digest,
) -> Result<Option<PostAnswer>, Unavailable> {
    let reply = match context.ports.store.presentation_by_state(state).await? {
        Some(Presentation::AwaitingReturn(awaiting)) if awaiting.answer() == Some(answer) => {
            let asked = awaiting.asked();
            PostAnswer::Taken(way_back(asked, Some(code_for(context, asked, answer))))
        }
        Some(Presentation::Settled(settled)) if settled.answer() == Some(answer) => {
            let asked = settled.asked();
            match settled.outcome() {
                PresentationOutcome::Verified { .. } => {
                    PostAnswer::Taken(way_back(asked, Some(code_for(context, asked, answer))))
                }
                PresentationOutcome::Declined { .. } => {
                    PostAnswer::Taken(way_back(asked, result_code_for(context, asked, answer)))
                }
                // Nothing was wrong with it: it earned nothing.
                PresentationOutcome::Rejected { report } if report.reason.as_deref() == Some(SCOPE_RULES) => {
                    PostAnswer::Taken(way_back(asked, result_code_for(context, asked, answer)))
                }
                PresentationOutcome::Rejected { .. } => {
                    rejected(asked, result_code_for(context, asked, answer))
                }
            }
        }
        _ => return Ok(None),
    };
    tracing::info!("a wallet posted the answer that decided once more, and got the same reply");
    Ok(Some(reply))
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
