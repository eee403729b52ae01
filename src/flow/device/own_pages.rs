//! A service with pages of its own speaks for this server: it looks codes up, begins a presentation
//! for one (`POST /v1/presentations` with `user_code`), and completes it. It proves who it is, and it
//! approves nothing by its word alone: completing needs a presentation that was verified here.

use crate::flow::client::limits;
use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::device::deny_by_user::{self, NotDenied};
use crate::flow::device::user_code::{self, CodeFound, CodeRefused, Entered, Typed};
use crate::flow::ports::Unavailable;
use crate::flow::tokens::admit;
use vpgate_core::admission::SCOPE_RULES;
use vpgate_core::admission::claims_request::ClaimsRequest;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::base::id::{GrantId, PresentationId};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::{AuthenticatedClient, Client};
use vpgate_core::oauth::decision::{self, GrantDecision};
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrantTerms, Pending};
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome, Settled};
use vpgate_core::openid4vp::request::Requester;
use vpgate_core::openid4vp::retention::RESULT_LIFETIME;

/// How a service ends a code.
#[derive(Debug)]
pub enum Completion {
    /// By a presentation that was begun for this code.
    Authorized {
        /// The id of the presentation.
        presentation: String,
        /// The code that came back with the browser; it dies with this.
        response_code: Secret,
    },
    /// The person said no; after an approval, the person takes it back.
    AccessDenied,
    /// The service could not finish.
    TransactionFailed,
}

/// What became of the grant.
#[derive(Debug, PartialEq, Eq)]
pub enum Completed {
    /// The device may take a token with these scopes.
    Authorized(Scopes),
    /// The device learns `access_denied`.
    Denied,
}

/// Why a service gets no answer.
#[derive(Debug, thiserror::Error)]
pub enum PagesRefused {
    /// It may not speak for any device.
    #[error("this client has no pages of its own: see device_pages_for in the configuration")]
    NotAllowed,
    /// The code that was entered is refused.
    #[error(transparent)]
    Code(#[from] CodeRefused),
    /// Unknown, another client's, not begun for this code, not verified, or its response code is wrong
    /// or spent.
    #[error(
        "this is no verified presentation that was begun for this user_code, with its unspent response_code"
    )]
    Presentation,
}

impl From<Unavailable> for PagesRefused {
    fn from(source: Unavailable) -> Self {
        Self::Code(source.into())
    }
}

/// What a code is for.
///
/// # Errors
/// [`PagesRefused`]
pub async fn look_up(
    context: &Context,
    client: AuthenticatedClient<'_>,
    typed: Typed<'_>,
) -> Result<CodeFound, PagesRefused> {
    let entered = enter(context, client, typed).await?;
    Ok(user_code::describe(context, entered)?)
}

/// Ends a code.
///
/// # Errors
/// [`PagesRefused`]
pub async fn complete(
    context: &Context,
    client: AuthenticatedClient<'_>,
    typed: Typed<'_>,
    completion: Completion,
) -> Result<Completed, PagesRefused> {
    let grant = match enter(context, client, typed).await {
        Ok(entered) => entered.grant,
        Err(PagesRefused::Code(CodeRefused::Unknown | CodeRefused::Wrong { .. }))
            if matches!(completion, Completion::AccessDenied) =>
        {
            return take_back(context, client, typed).await;
        }
        Err(why) => return Err(why),
    };
    let owner = owner(context, client.client());
    if grant.claimed_by().is_some_and(|claimed| *claimed != owner) {
        return Err(CodeRefused::InUse.into());
    }
    let reason = match completion {
        Completion::AccessDenied => DenialReason::DeclinedElsewhere,
        Completion::TransactionFailed => DenialReason::FailedElsewhere,
        Completion::Authorized { presentation, response_code } => {
            let response_code = response_code.digest();
            let id = &grant.terms().id;
            let settled =
                presentation_for(context, client.client(), id, &presentation, &response_code).await?;
            return complete_by(context, grant, &settled, response_code).await;
        }
    };
    let denied = grant.deny(reason, context.now).map_err(|_| CodeRefused::Unknown)?;
    user_code::deny(context, denied).await?;
    Ok(Completed::Denied)
}

/// Finds the pending grant behind a code of the devices that `client` may speak for.
pub(in crate::flow) async fn enter<'c>(
    context: &'c Context,
    client: AuthenticatedClient<'_>,
    typed: Typed<'_>,
) -> Result<Entered<'c>, PagesRefused> {
    let pages = allowed(client)?;
    let guesser = match typed.from.counted() {
        Some(_) => limits::guesser_at(context, typed.from),
        None => limits::guesser_somewhere_at(context, pages),
    };
    let entered = user_code::enter(context, typed, guesser).await?;
    if !pages.device_pages_for.contains(&entered.client.id) {
        return Err(CodeRefused::Unknown.into());
    }
    Ok(entered)
}

/// Who claims the codes that are entered on the pages of `client`: which of its browsers it was is
/// for `client` to know.
pub(in crate::flow) fn owner(context: &Context, client: &Client) -> Digest {
    context.keys.user_code.digest(format!("pages of {}", client.id).as_bytes())
}

/// The person takes an approval back. The code was counted as a wrong one before it was looked up
/// here, so nobody finds approved codes by guessing.
async fn take_back(
    context: &Context,
    client: AuthenticatedClient<'_>,
    typed: Typed<'_>,
) -> Result<Completed, PagesRefused> {
    let pages = allowed(client)?;
    let code = context.policy.device.user_codes.read(typed.code).ok_or(CodeRefused::Unknown)?;
    let found = context.ports.store.grant_by_user_code(&code.digest(&context.keys.user_code)).await?;
    let theirs = found.filter(|it| pages.device_pages_for.contains(&it.terms().client_id));
    let id = theirs.map(|it| it.terms().id.clone()).ok_or(CodeRefused::Unknown)?;
    match deny_by_user::decided(context, &id).await {
        Ok(_) => Ok(Completed::Denied),
        Err(NotDenied::Unknown) => Err(CodeRefused::Unknown.into()),
        Err(NotDenied::Failed(source)) => Err(source.into()),
    }
}

async fn presentation_for(
    context: &Context,
    client: &Client,
    grant: &GrantId,
    presentation: &str,
    response_code: &Digest,
) -> Result<Settled, PagesRefused> {
    let id = PresentationId::parse(presentation).ok_or(PagesRefused::Presentation)?;
    let Some(Presentation::Settled(settled)) = context.ports.store.presentation(&id).await? else {
        return Err(PagesRefused::Presentation);
    };
    let begun_for_it = match &settled.request().requester {
        Requester::RelyingParty { client_id, grant: Some(begun_for), .. } => {
            *client_id == client.id && begun_for == grant
        }
        Requester::RelyingParty { .. } | Requester::Device { .. } | Requester::Code { .. } => false,
    };
    let brought_back = settled.response_code() == Some(response_code);
    if begun_for_it && brought_back { Ok(settled) } else { Err(PagesRefused::Presentation) }
}

async fn complete_by(
    context: &Context,
    grant: Pending,
    settled: &Settled,
    response_code: Digest,
) -> Result<Completed, PagesRefused> {
    let outcome = earning_outcome(settled, context.now)?;
    let DeviceGrantTerms { client_id, parameters, .. } = grant.terms();
    let earned =
        admit::earned(context, outcome, client_id, grant.grantable(), parameters, &ClaimsRequest::default());
    let decision = decision::for_device(grant, outcome, earned, context.now);
    let decision = decision.map_err(|_| CodeRefused::Unknown)?;
    let completed = match &decision {
        GrantDecision::Approve(approved) => Completed::Authorized(approved.admission().scopes().clone()),
        _ => Completed::Denied,
    };
    let presentation = settled.request().id.clone();
    let change = Change::CompleteGrant { grant: decision, presentation, response_code };
    match context.commit(change).await {
        Ok(()) => Ok(completed),
        Err(NotMade::Lost | NotMade::Taken) => Err(PagesRefused::Presentation),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

/// A confidential client that may speak for somebody's devices.
fn allowed(client: AuthenticatedClient<'_>) -> Result<&Client, PagesRefused> {
    let allowed = client.is_confidential() && !client.client().device_pages_for.is_empty();
    allowed.then(|| client.client()).ok_or(PagesRefused::NotAllowed)
}

/// The outcome, where it decides the code: a verified one, or one that was genuine and earned nothing.
fn earning_outcome(settled: &Settled, now: Timestamp) -> Result<&PresentationOutcome, PagesRefused> {
    if now >= settled.settled_at().plus(RESULT_LIFETIME) {
        return Err(PagesRefused::Presentation);
    }
    match settled.outcome() {
        verified @ PresentationOutcome::Verified { .. } => Ok(verified),
        unearned @ PresentationOutcome::Rejected { report }
            if report.reason.as_deref() == Some(SCOPE_RULES) =>
        {
            Ok(unearned)
        }
        PresentationOutcome::Rejected { .. } | PresentationOutcome::Declined { .. } => {
            Err(PagesRefused::Presentation)
        }
    }
}
