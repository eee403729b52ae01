//! The wallet posts its answer itself (`direct_post`, `direct_post.jwt`; OpenID4VP 1.0 sections 8.2, 8.3).
//!
//! Whoever knows the address can post; nothing here says which browser is behind it. So a verified answer
//! of the same device waits ([`AwaitingReturn`](vpgate_core::openid4vp::presentation::AwaitingReturn))
//! for the browser that began, which comes back to `/done/{handle}` with the code that only the wallet was
//! told ([`crate::flow::presentation::finish`]). What ends badly ends here: the device and the caller learn it at
//! once.
//!
//! ```text
//! wallet                      vpgate                          browser that began
//!   |-- POST /wallet/responses/{state} -->|                          |
//!   |   vp_token, or response (JWE)       | judge, await the return  |
//!   |<- 200 {"redirect_uri": ".../done/{handle}?response_code=..."} -|
//!   |-- opens redirect_uri in the browser -------------------------->|
//!   |                                     |<-- GET /done/{handle} ---|  cookie and code
//!   |                                     |    settle, decide grant  |
//!   |                                     |--- 303, code left out -->|
//! ```

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::end::NotAccepted;
use crate::flow::presentation::judge::Judged;
use crate::flow::presentation::reply::{self, PostAnswer};
use crate::flow::presentation::{accept, ask_wallet, settle};
use vpgate_core::base::id::RequestState;
use vpgate_core::base::report::{Findings, Report};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::Change;
use vpgate_core::openid4vp::presentation::{NotNow, Presentation, Served};
use vpgate_core::openid4vp::response::{DirectPostResponse, OtherState};
use vpgate_core::openid4vp::verify::VerifiedPresentation;

/// Why an answer was not looked at.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotAnswered {
    /// Unknown, settled or expired: one answer for all.
    #[error("there is no open request for this answer")]
    NoOpenRequest,
    /// It does not belong to the request that its address names.
    #[error(transparent)]
    State(#[from] OtherState),
    /// A JSON body, from a wallet that has to send a form (REQ-2.10).
    #[error("this wallet must send a form")]
    MediaType,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotNow> for NotAnswered {
    fn from(_: NotNow) -> Self {
        Self::NoOpenRequest
    }
}

impl From<NotAccepted> for NotAnswered {
    fn from(why: NotAccepted) -> Self {
        match why {
            NotAccepted::NoOpenRequest | NotAccepted::OtherBrowser => Self::NoOpenRequest,
            NotAccepted::Failed(source) => Self::Failed(source),
        }
    }
}

/// Takes an answer that was posted to the address that ends in `id` (the `state` of the request).
///
/// An answer that was taken already gets its reply again: a wallet whose connection broke asks once more
/// (`flow/presentation/reply.rs`).
///
/// # Errors
/// [`NotAnswered`]; nothing has changed then.
pub async fn direct_post(
    context: &Context,
    id: &str,
    posted: DirectPostResponse,
) -> Result<PostAnswer, NotAnswered> {
    let state = RequestState::parse(id).ok_or(NotAnswered::NoOpenRequest)?;
    let answer = posted.digest();
    let taken = match take(context, &state, posted, answer).await {
        Err(NotAnswered::NoOpenRequest) => {
            reply::again(context, &state, &answer).await?.ok_or(NotAnswered::NoOpenRequest)
        }
        taken => taken,
    };
    // The wallet is not told; whoever runs this service can find out.
    if let Err(why @ (NotAnswered::NoOpenRequest | NotAnswered::State(_) | NotAnswered::MediaType)) = &taken {
        tracing::warn!(%why, "an answer that a wallet posted was refused before it was judged");
    }
    taken
}

async fn take(
    context: &Context,
    state: &RequestState,
    posted: DirectPostResponse,
    answer: Digest,
) -> Result<PostAnswer, NotAnswered> {
    let served = match context.ports.store.presentation_by_state(state).await? {
        Some(Presentation::Served(served)) => served.answered_by_wallet(answer, context.now)?,
        _ => return Err(NotAnswered::NoOpenRequest),
    };
    let asked = served.request();
    if posted.as_json && !asked.profile.takes_json_answers() {
        return Err(NotAnswered::MediaType);
    }
    posted.fits(state)?;
    let mut findings = Findings::new();
    let opened = posted.open(asked, served.answer_key(), &mut findings);
    let opened = ask_wallet::of_the_wallet(context, asked, opened, &mut findings).await?;
    let judged = accept::judged(context, asked, (opened, None), findings).await;
    let judged = match judged {
        Ok(Judged::Verified { presentation, report }) if asked.awaits_its_browser() => {
            return await_return(context, served, presentation, report, &answer).await;
        }
        other => other,
    };
    let code = match &judged {
        Ok(Judged::Verified { .. }) => None,
        _ => reply::result_code_for(context, asked, &answer),
    };
    let while_open = reply::while_open(asked, &judged);
    let code = code.as_ref().map(Secret::digest);
    let Some(settled) = accept::answered(context, served, judged, code).await? else { return Ok(while_open) };
    let reply = reply::to_settled(context, &settled, &answer);
    settle::settle(context, settled, None).await?;
    Ok(reply)
}

/// Nothing is decided before the browser that began has returned.
async fn await_return(
    context: &Context,
    served: Served,
    presentation: VerifiedPresentation,
    report: Report,
    answer: &Digest,
) -> Result<PostAnswer, NotAnswered> {
    let code = reply::code_for(context, served.request(), answer);
    let awaiting = served.await_return(presentation, report, code.digest(), context.now)?;
    let (id, reply) = (awaiting.request().id.clone(), reply::with_code(awaiting.request(), code));
    context.commit(Change::AwaitReturn(awaiting)).await.map_err(NotAccepted::from)?;
    tracing::info!(presentation = %id, "the answer waits for its browser to return");
    Ok(reply)
}
