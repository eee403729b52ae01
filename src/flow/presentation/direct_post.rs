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
use crate::flow::presentation::ask_wallet;
use crate::flow::presentation::judge::result_rules;
use crate::flow::presentation::judge::{Answered, Judge, Judged};
use crate::flow::presentation::reply_again;
use crate::flow::presentation::settle::{self, NotAccepted};
use vpgate_core::base::id::{Handle, RequestState};
use vpgate_core::base::report::Findings;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::Change;
use vpgate_core::openid4vp::presentation::{
    AfterRejection, NotNow, Presentation, PresentationOutcome, Served,
};
use vpgate_core::openid4vp::request::{OnRejection, PresentationFlow, VpRequest};
use vpgate_core::openid4vp::response::{DirectPostResponse, OtherState};

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
/// (`flow/presentation/reply_again.rs`).
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
            reply_again::reply_again(context, &state, &answer).await?.ok_or(NotAnswered::NoOpenRequest)
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
    let asked = served.asked();
    if posted.as_json && !asked.profile.takes_json_answers() {
        return Err(NotAnswered::MediaType);
    }
    posted.fits(state)?;
    let mut findings = Findings::new();
    let opened = posted.open(asked, served.answer_key(), &mut findings);
    let opened = ask_wallet::of_the_wallet(context, asked, opened, &mut findings).await?;
    let rules = result_rules::result_rules(context, asked);
    let judge = Judge::of(context).under(rules.as_ref());
    let challenge = asked.expected().by(context.policy.verification);
    let answered = judge.answer(&challenge, opened, context.now, findings).await;
    answered.record(asked.requester.client_id(), &asked.id);
    match answered {
        Answered::Judged(Judged::Verified { presentation, report }) => {
            if served.asked().flow != PresentationFlow::SameDevice {
                settle::settle(context, served.verified(presentation, report, None, context.now)?, None)
                    .await?;
                return Ok(PostAnswer::Taken(None));
            }
            let code = reply_again::code_for(context, served.asked(), &answer);
            let awaiting = served.await_return(presentation, report, code.digest(), context.now)?;
            let (id, handle) = (awaiting.asked().id.clone(), awaiting.asked().handle.clone());
            context.ports.store.commit(Change::AwaitReturn(awaiting)).await.map_err(NotAccepted::from)?;
            tracing::info!(presentation = %id, "the answer waits for its browser to return");
            Ok(PostAnswer::Taken(Some(WayBack { handle, response_code: Some(code) })))
        }
        Answered::Refused(error) if error.may_be_retried() => {
            let taken = |asked: &VpRequest, code| PostAnswer::Taken(way_back(asked, code));
            count_posted(context, served, &answer, taken, |served, code| {
                served.postponed_by_wallet(error, code, context.now)
            })
            .await
        }
        Answered::Refused(error) => {
            let code = reply_again::result_code_for(context, served.asked(), &answer);
            let digest = code.as_ref().map(Secret::digest);
            let way_back = way_back(served.asked(), code);
            settle::settle(context, served.declined(error, digest, context.now)?, None).await?;
            Ok(PostAnswer::Taken(way_back))
        }
        // The wallet did nothing wrong, and is told no more.
        Answered::Judged(Judged::Unearned(report)) => {
            let code = reply_again::result_code_for(context, served.asked(), &answer);
            let digest = code.as_ref().map(Secret::digest);
            let way_back = way_back(served.asked(), code);
            settle::settle(context, served.rejected_for_good(report, digest, context.now)?, None).await?;
            Ok(PostAnswer::Taken(way_back))
        }
        Answered::Judged(Judged::Rejected(report)) => {
            count_posted(context, served, &answer, rejected, |served, code| {
                served.rejected(report.clone(), code, context.now)
            })
            .await
        }
        Answered::Judged(Judged::IssuerAtFault(report)) => {
            count_posted(context, served, &answer, rejected, |served, code| {
                served.rejected_for_good(report.clone(), code, context.now).map(AfterRejection::Final)
            })
            .await
        }
        Answered::Judged(Judged::Undecided(report)) => {
            count_posted(context, served, &answer, postponed, |served, code| {
                served.undecided(report.clone(), code, context.now)
            })
            .await
        }
    }
}

/// Counts an answer that `reject` rejects; `open` is what the wallet is told when tries remain.
async fn count_posted(
    context: &Context,
    served: Served,
    answer: &Digest,
    open: impl FnOnce(&VpRequest, Option<Secret>) -> PostAnswer,
    mut reject: impl FnMut(Served, Option<Digest>) -> Result<AfterRejection, NotNow>,
) -> Result<PostAnswer, NotAnswered> {
    let code = reply_again::result_code_for(context, served.asked(), answer);
    let digest = code.as_ref().map(Secret::digest);
    let tried = open(served.asked(), None);
    match settle::count_rejection(context, served, |served| reject(served, digest)).await? {
        None => Ok(tried),
        Some(settled) => {
            let answer = match settled.outcome() {
                PresentationOutcome::Declined { .. } => PostAnswer::Taken(way_back(settled.asked(), code)),
                _ => rejected(settled.asked(), code),
            };
            settle::settle(context, settled, None).await?;
            Ok(answer)
        }
    }
}

pub(in crate::flow) fn rejected(asked: &VpRequest, code: Option<Secret>) -> PostAnswer {
    match asked.on_rejection {
        OnRejection::Refuse => PostAnswer::Rejected,
        OnRejection::Redirect => PostAnswer::Taken(way_back(asked, code)),
    }
}

/// As [`rejected`]; but who is told by the wallet is told that the same answer may count later.
fn postponed(asked: &VpRequest, code: Option<Secret>) -> PostAnswer {
    match rejected(asked, code) {
        PostAnswer::Rejected => PostAnswer::Later,
        taken => taken,
    }
}

/// `None` when the browser is on another device: it learns the outcome without being sent.
pub(in crate::flow) fn way_back(asked: &VpRequest, response_code: Option<Secret>) -> Option<WayBack> {
    (asked.flow == PresentationFlow::SameDevice)
        .then(|| WayBack { handle: asked.handle.clone(), response_code })
}
