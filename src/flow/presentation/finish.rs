//! The browser comes back: with the code of a posted answer, which settles it; and to read how it ended.

use crate::flow::code::decide;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::end::{Ending, NotAccepted, ending};
use crate::flow::presentation::{settle, ways};
use vpgate_core::admission::SCOPE_RULES;
use vpgate_core::base::id::Handle;
use vpgate_core::base::report::Report;
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant};
use vpgate_core::oauth::redirect::ReturnUrl;
use vpgate_core::openid4vp::presentation::{NotNow, Presentation, PresentationOutcome, Tries};
use vpgate_core::openid4vp::request::{PresentationFlow, Requester, VpRequest};
use vpgate_core::openid4vp::trouble::ResponseTrouble;
use vpgate_core::status_list;
use vpgate_core::trust::issuer_key;

/// What the page says.
#[derive(Debug)]
pub struct Finish {
    /// The client that asked.
    pub client_id: String,
    /// Its name.
    pub client_name: String,
    /// Whether a device waits for the outcome, or a web application.
    pub on_device: bool,
    /// How it stands.
    pub standing: PresentationProgress,
    /// A wallet on another device has answered, and this browser has to fetch what it carries home ([`fetch`]).
    pub is_to_be_fetched: bool,
    /// What was the matter with the last answer, where one was rejected.
    pub trouble: Option<ResponseTrouble>,
    /// There are other wallets to choose.
    pub other_wallets: bool,
    /// Where the person belongs instead of that page: back in the application, with the error.
    pub way_home: Option<ReturnUrl>,
    /// The way back to a web application whose wallet was on another device: the browser was not sent
    /// anywhere, so nothing has brought it back.
    pub way_back: Option<ReturnUrl>,
}

/// How a presentation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresentationProgress {
    /// Not answered yet, or the wallet could not answer: the person may go to the wallet (again).
    Open,
    /// The wallet has answered, and the person has not come back from it.
    AwaitingReturn,
    /// The last answer was rejected; so many tries are left.
    TryAgain {
        /// How many more tries the person has.
        left: u32,
    },
    /// The last answer could not be judged: what its issuer publishes cannot be had now.
    Postponed,
    /// Done: the device gets its token, the web application its claims.
    Verified,
    /// Genuine, but it earns none of the rights that were asked for.
    NothingEarned,
    /// The person said afterwards: "I did not start this".
    Disowned,
    /// The person or the wallet said no.
    Declined,
    /// Rejected for good.
    Rejected,
    /// It failed because of what the issuer of the credential publishes, or does not.
    IssuerAtFault,
    /// The request has expired.
    Expired,
}

/// There is nothing here for this browser.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotShown {
    #[error("there is no such request")]
    Unknown,
    /// Another browser's, which may be waiting.
    #[error("this was begun in another browser")]
    OtherBrowser,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// The last answer could not be judged for now.
fn is_postponed(tries: &Tries) -> bool {
    let reason = tries.last_report.as_ref().and_then(|report| report.reason.as_deref());
    tries.undecided > 0
        && reason.is_some_and(|it| issuer_key::is_missed_by(it) || status_list::check::is_missed_by(it))
}

fn blames_issuer(report: &Report) -> bool {
    let reason = report.reason.as_deref();
    reason.is_some_and(|it| issuer_key::is_blamed_by(it) || status_list::check::is_blamed_by(it))
}

/// The wallet sent the person back with `code`. Only in the browser that began does that settle a
/// posted answer and decide the grant behind it (OpenID4VP 1.0 sections 13.3, 14.2): a victim who
/// finishes what an attacker began arrives here in another browser, and an attacker never sees the code.
///
/// # Errors
/// [`NotAccepted`]; nothing has changed then.
pub async fn return_to_browser(
    context: &Context,
    handle: &Handle,
    browser: &Secret,
    code: &Secret,
) -> Result<Ending, NotAccepted> {
    let (browser, shown) = (browser.digest(), code.digest());
    match context.ports.store.presentation_by_handle(handle).await? {
        Some(Presentation::AwaitingReturn(awaiting)) => {
            let (code, digest) = settle::response_code(context, awaiting.request())?;
            let settled =
                awaiting.returned(&browser, &shown, digest, context.now).map_err(|why| match why {
                    NotNow::OtherBrowser => NotAccepted::OtherBrowser,
                    why => why.into(),
                })?;
            settle::settle_returned(context, settled, shown, code.as_ref()).await
        }
        // What the wallet refused was settled at once; its relying party still gets its person back.
        Some(Presentation::Settled(settled)) if *settled.browser() == browser => {
            let fits = settled.response_code() == Some(&shown);
            Ok(if fits { ending(settled.request(), Some(code)) } else { Ending::Done(handle.clone()) })
        }
        // The wallet had trouble; the person may try again.
        Some(Presentation::Served(served)) if *served.browser() == browser => {
            Ok(Ending::Done(handle.clone()))
        }
        Some(found) if found.browser().is_some_and(|owner| *owner != browser) => {
            Err(NotAccepted::OtherBrowser)
        }
        _ => Err(NotAccepted::NoOpenRequest),
    }
}

/// The browser that waited for a wallet on another device fetches what it carries home: a code that nobody else may
/// have. That decides the grant behind it, as a return does on the same device.
///
/// # Errors
/// [`NotAccepted`]; nothing has changed then.
pub async fn fetch(context: &Context, handle: &Handle, browser: &Secret) -> Result<Ending, NotAccepted> {
    let found = context.ports.store.presentation_by_handle(handle).await?;
    let Some(Presentation::AwaitingReturn(awaiting)) = found else {
        return Ok(Ending::Done(handle.clone()));
    };
    let (code, digest) = settle::response_code(context, awaiting.request())?;
    let return_code = *awaiting.return_code();
    let settled = awaiting.fetched(&browser.digest(), digest, context.now)?;
    settle::settle_returned(context, settled, return_code, code.as_ref()).await
}

/// How the presentation behind `handle` stands.
///
/// # Errors
/// [`NotShown`]
pub async fn progress(context: &Context, handle: &Handle, browser: &Secret) -> Result<Finish, NotShown> {
    let browser = browser.digest();
    match context.ports.store.presentation_by_handle(handle).await? {
        Some(Presentation::Served(served)) if *served.browser() == browser => {
            let (asked, used) = (served.request(), served.tries().used);
            let standing = if context.now >= asked.expires_at {
                PresentationProgress::Expired
            } else if is_postponed(served.tries()) {
                PresentationProgress::Postponed
            } else if used > 0 {
                PresentationProgress::TryAgain { left: asked.tries_allowed.saturating_sub(used) }
            } else {
                PresentationProgress::Open
            };
            let trouble = served.tries().last_report.as_ref().and_then(trouble);
            Ok(Finish { trouble, ..finish(context, asked, standing) })
        }
        Some(Presentation::AwaitingReturn(awaiting)) if *awaiting.browser() == browser => {
            let expired = context.now >= awaiting.request().expires_at;
            let standing =
                if expired { PresentationProgress::Expired } else { PresentationProgress::AwaitingReturn };
            let is_to_be_fetched = !expired && awaiting.request().flow == PresentationFlow::CrossDevice;
            Ok(Finish { is_to_be_fetched, ..finish(context, awaiting.request(), standing) })
        }
        Some(Presentation::Settled(settled)) if *settled.browser() == browser => {
            let asked = settled.request();
            let standing = match settled.outcome() {
                PresentationOutcome::Declined { .. } => PresentationProgress::Declined,
                PresentationOutcome::Rejected { report } if blames_issuer(report) => {
                    PresentationProgress::IssuerAtFault
                }
                PresentationOutcome::Rejected { report } if report.reason.as_deref() == Some(SCOPE_RULES) => {
                    PresentationProgress::NothingEarned
                }
                PresentationOutcome::Rejected { .. } => PresentationProgress::Rejected,
                PresentationOutcome::Verified { .. } => match why_denied(context, asked).await? {
                    None => PresentationProgress::Verified,
                    Some(DenialReason::NotStartedByPerson) => PresentationProgress::Disowned,
                    Some(_) => PresentationProgress::NothingEarned,
                },
            };
            let trouble = match settled.outcome() {
                PresentationOutcome::Rejected { report } => trouble(report),
                PresentationOutcome::Verified { .. } | PresentationOutcome::Declined { .. } => None,
            };
            let way_home = decide::refused_way_home(context, &settled).await?;
            Ok(Finish { way_home, trouble, ..finish(context, asked, standing) })
        }
        Some(other) if other.browser().is_some() => Err(NotShown::OtherBrowser),
        _ => Err(NotShown::Unknown),
    }
}

/// Why an answer that was verified led to nothing; `None` when it led to what it should.
async fn why_denied(context: &Context, asked: &VpRequest) -> Result<Option<DenialReason>, Unavailable> {
    Ok(match &asked.requester {
        Requester::RelyingParty { .. } => None,
        Requester::Device { grant, .. } => match context.ports.store.grant(grant).await? {
            Some(DeviceGrant::Denied(denied)) => Some(denied.reason()),
            _ => None,
        },
        Requester::Code { authorization, .. } => {
            match context.ports.store.authorization(authorization).await? {
                Some(CodeGrant::Refused(_)) => Some(DenialReason::NothingEarned),
                _ => None,
            }
        }
    })
}

fn finish(context: &Context, asked: &VpRequest, standing: PresentationProgress) -> Finish {
    Finish {
        client_id: asked.requester.client_id().to_owned(),
        client_name: context.policy.client_name(asked.requester.client_id()),
        on_device: matches!(asked.requester, Requester::Device { .. }),
        standing,
        is_to_be_fetched: false,
        other_wallets: !ways::offered(context, asked).is_empty(),
        trouble: None,
        way_home: None,
        way_back: match ending(asked, None) {
            Ending::Return(url) if asked.flow == PresentationFlow::CrossDevice => Some(url),
            _ => None,
        },
    }
}

fn trouble(report: &Report) -> Option<ResponseTrouble> {
    report.reason.as_deref().map(ResponseTrouble::of)
}
