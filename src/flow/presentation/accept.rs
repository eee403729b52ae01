//! The heart: an answer is judged, and settles the presentation and the grant in one write
//! ([`super::settle`]). It comes through the browser that was sent to the wallet ([`fragment`]), or that asked
//! it by its Digital Credentials API ([`dc_api`]), or the wallet posts it ([`mod@super::direct_post`]). What differs
//! is who may answer and where the browser goes.

use crate::flow::context::Context;
use crate::flow::presentation::ask_wallet;
use crate::flow::presentation::end::{Ending, NotAccepted};
use crate::flow::presentation::judge::result_rules;
use crate::flow::presentation::judge::{Judge, Judged, Refusal};
use crate::flow::presentation::settle;
use crate::metrics::Stopwatch;
use vpgate_core::base::id::{Handle, RequestState};
use vpgate_core::base::report::{Findings, Rejection};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::mdoc::SessionTranscript;
use vpgate_core::openid4vp::presentation::{Presentation, Served, Settled};
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::openid4vp::response::{DcApiResponse, ResponseParameters, WalletError};

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
    let opened = ask_wallet::of_the_wallet(context, served.request(), Ok(parameters), &mut findings).await?;
    in_browser(context, served, (opened, None), findings).await
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
    let transcript = handed.transcript(served.request());
    let opened = handed.open(served.request(), served.answer_key(), &mut findings);
    in_browser(context, served, (opened, transcript), findings).await
}

/// The browser that brought the answer carries on at once. Where it came by `org-iso-mdoc`, devices have signed for that
/// transcript.
async fn in_browser(
    context: &Context,
    served: Served,
    (opened, transcript): (Result<ResponseParameters, Rejection>, Option<SessionTranscript>),
    findings: Findings,
) -> Result<Ending, NotAccepted> {
    let judged = judged(context, served.request(), (opened, transcript), findings).await;
    let (code, digest) = settle::response_code(context, served.request())?;
    let handle = served.request().handle.clone();
    match answered(context, served, judged, digest).await? {
        None => Ok(Ending::Done(handle)),
        Some(settled) => settle::settle(context, settled, code.as_ref()).await,
    }
}

/// The verdict on an answer to `asked`, with its line in the log. The error is the wallet's, when it said no.
pub(in crate::flow) async fn judged(
    context: &Context,
    asked: &VpRequest,
    (opened, transcript): (Result<ResponseParameters, Rejection>, Option<SessionTranscript>),
    findings: Findings,
) -> Result<Judged, WalletError> {
    let rules = result_rules::result_rules(context, asked);
    let judge = Judge::of(context).under(rules.as_ref());
    let types = &context.policy.transaction_types;
    let challenge = asked.expected().by(context.policy.verification).demanding(types);
    let challenge = challenge.signed_for(transcript);
    let took = Stopwatch::start();
    let judged = judge.answer(&challenge, opened, context.now, findings).await;
    let (client, presentation) = (asked.requester.client_id(), &asked.id);
    match &judged {
        Ok(judged) => judged.record(context.metrics(), client, Some(presentation), took),
        Err(error) => {
            let reason = error.code();
            tracing::info!(client, %presentation, verdict = "declined", reason, "answer judged");
        }
    }
    judged
}

/// What an answer does to its presentation, however it came: settled, for the caller to write, or counted
/// and still open (`None`). `code` leads to the result.
pub(in crate::flow) async fn answered(
    context: &Context,
    served: Served,
    judged: Result<Judged, WalletError>,
    code: Option<Digest>,
) -> Result<Option<Settled>, NotAccepted> {
    let now = context.now;
    match judged {
        Ok(Judged::Verified { presentation, report }) => {
            Ok(Some(served.verified(presentation, report, code, now)?))
        }
        Ok(Judged::Refused(Refusal::Unearned | Refusal::IssuerAtFault, report)) => {
            Ok(Some(served.rejected_for_good(report, code, now)?))
        }
        Ok(Judged::Refused(Refusal::Undecided, report)) => {
            settle::count_rejection(context, served, |it| it.undecided(report.clone(), code, now)).await
        }
        Ok(Judged::Refused(Refusal::Rule | Refusal::Doubted, report)) => {
            settle::count_rejection(context, served, |it| it.rejected(report.clone(), code, now)).await
        }
        Err(error) if error.may_be_retried() => {
            settle::count_rejection(context, served, |it| it.postponed_by_wallet(error, code, now)).await
        }
        Err(error) => Ok(Some(served.declined(error, code, now)?)),
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
    let (code, digest) = settle::response_code(context, served.request())?;
    settle::settle(context, served.given_up(digest, context.now)?, code.as_ref()).await
}
