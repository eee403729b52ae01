//! The heart: the wallet's answer returns through the browser that was sent to it, or that asked it by its
//! Digital Credentials API, is judged, and settles the presentation and the grant in one write
//! ([`crate::flow::presentation::settle`]). [`crate::flow::presentation::direct_post`] is its
//! twin for wallets that post.

use crate::flow::context::Context;
use crate::flow::presentation::ask_wallet;
use crate::flow::presentation::judge::result_rules;
use crate::flow::presentation::judge::{Answered, Judge, Judged};
use crate::flow::presentation::settle::{self, Ending, NotAccepted};
use vpgate_core::base::id::{Handle, RequestState};
use vpgate_core::base::report::{Findings, Rejection};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::openid4vp::presentation::{AfterRejection, NotNow, Presentation, Served, Settled};
use vpgate_core::openid4vp::response::{DcApiResponse, ResponseParameters};

/// The most bytes that an answer may have.
pub fn longest_answer(context: &Context) -> usize {
    context.policy.verification.longest_answer()
}

/// Takes a fragment response that `browser` brought.
///
/// # Errors
/// [`NotAccepted`]; nothing has changed then.
pub async fn fragment(
    context: &Context,
    browser: &Secret,
    state: &str,
    parameters: ResponseParameters,
) -> Result<Ending, NotAccepted> {
    let state = RequestState::parse(state).ok_or(NotAccepted::NoOpenRequest)?;
    let served = match context.ports.store.presentation_by_state(&state).await? {
        Some(Presentation::Served(served)) => served.answered_by(&browser.digest(), context.now)?,
        _ => return Err(NotAccepted::NoOpenRequest),
    };
    let mut findings = Findings::new();
    let opened = ask_wallet::of_the_wallet(context, served.asked(), Ok(parameters), &mut findings).await?;
    accept(context, served, opened, findings).await
}

/// Takes what the Digital Credentials API of `browser` handed to the page behind `handle`. Which wallet
/// that was, nobody says; so nobody can have mixed two of them up.
///
/// # Errors
/// [`NotAccepted`]; nothing has changed then.
pub async fn dc_api(
    context: &Context,
    handle: &Handle,
    browser: &Secret,
    handed: DcApiResponse,
) -> Result<Ending, NotAccepted> {
    let served = match context.ports.store.presentation_by_handle(handle).await? {
        Some(Presentation::Served(served)) => served.answered_through_api(&browser.digest(), context.now)?,
        _ => return Err(NotAccepted::NoOpenRequest),
    };
    let mut findings = Findings::new();
    let opened = handed.open(served.asked(), served.answer_key(), &mut findings);
    accept(context, served, opened, findings).await
}

async fn accept(
    context: &Context,
    served: Served,
    opened: Result<ResponseParameters, Rejection>,
    findings: Findings,
) -> Result<Ending, NotAccepted> {
    let asked = served.asked();
    let rules = result_rules::result_rules(context, asked);
    let judge = Judge::of(context).under(rules.as_ref());
    let challenge = asked.expected().by(context.policy.verification);
    let answered = judge.answer(&challenge, opened, context.now, findings).await;
    answered.record(asked.requester.client_id(), &asked.id);
    match answered {
        Answered::Judged(Judged::Verified { presentation, report }) => {
            end(context, served, |served, code| served.verified(presentation, report, code, context.now))
                .await
        }
        Answered::Refused(error) if error.may_be_retried() => {
            count(context, served, |served, code| served.postponed_by_wallet(error, code, context.now)).await
        }
        Answered::Refused(error) => {
            end(context, served, |served, code| served.declined(error, code, context.now)).await
        }
        Answered::Judged(Judged::Rejected(report)) => {
            count(context, served, |served, code| served.rejected(report.clone(), code, context.now)).await
        }
        Answered::Judged(Judged::Unearned(report) | Judged::IssuerAtFault(report)) => {
            end(context, served, |served, code| served.rejected_for_good(report, code, context.now)).await
        }
        Answered::Judged(Judged::Undecided(report)) => {
            count(context, served, |served, code| served.undecided(report.clone(), code, context.now)).await
        }
    }
}

/// The person gives up instead of trying again: settled at once, and a device learns it at once.
///
/// # Errors
/// [`NotAccepted`]
pub async fn give_up(context: &Context, handle: &Handle, browser: &Secret) -> Result<Ending, NotAccepted> {
    let served = match context.ports.store.presentation_by_handle(handle).await? {
        Some(Presentation::Served(served)) => served.in_browser(&browser.digest(), context.now)?,
        _ => return Err(NotAccepted::NoOpenRequest),
    };
    end(context, served, |served, code| served.given_up(code, context.now)).await
}

async fn count(
    context: &Context,
    served: Served,
    mut reject: impl FnMut(Served, Option<Digest>) -> Result<AfterRejection, NotNow>,
) -> Result<Ending, NotAccepted> {
    let (code, digest) = settle::response_code(context, served.asked())?;
    let handle = served.asked().handle.clone();
    match settle::count_rejection(context, served, |served| reject(served, digest)).await? {
        None => Ok(Ending::Done(handle)),
        Some(settled) => settle::settle(context, settled, code.as_ref()).await,
    }
}

async fn end(
    context: &Context,
    served: Served,
    end: impl FnOnce(Served, Option<Digest>) -> Result<Settled, NotNow>,
) -> Result<Ending, NotAccepted> {
    let (code, digest) = settle::response_code(context, served.asked())?;
    settle::settle(context, end(served, digest)?, code.as_ref()).await
}
