//! "I did not start this" (RFC 10027 section 6.1.6): the grant is dead, also when it was approved
//! already, and how often that happens is counted.

use crate::flow::client::limits;
use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::device::user_code::{self, CodeRefused, Typed};
use crate::flow::ports::Unavailable;
use crate::flow::tokens::revoke;
use vpgate_core::base::id::{GrantId, Handle};
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::event::EventKind;
use vpgate_core::oauth::attempts::{Attempt, CountedEvent};
use vpgate_core::oauth::device_grant::{DenialReason, Denied, DeviceGrant};
use vpgate_core::oauth::entitlement::Origin;
use vpgate_core::openid4vp::presentation::Presentation;
use vpgate_core::openid4vp::request::Requester;

/// What its client is told where tokens are revoked, and why: as a denial says it.
const NOT_STARTED: (&[EventKind], &str) =
    (&[EventKind::GrantDisowned, EventKind::TokenRevoked], "not_started_by_person");

/// What became of a grant that was disowned after it was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedByUser {
    /// It is denied; no token was issued.
    InTime,
    /// The device had taken its token; all that the grant led to is revoked.
    TokensRevoked,
}

/// Why nothing was disowned.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotDenied {
    /// Unknown, forgotten, another browser's, or decided otherwise.
    #[error("there is nothing that this browser approved")]
    Unknown,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// The person does not go on with a code: it is dead, and the device learns it at its next poll.
///
/// # Errors
/// [`CodeRefused`]
pub async fn entered_code(context: &Context, typed: Typed<'_>) -> Result<(), CodeRefused> {
    let entered = user_code::enter(context, typed, limits::guesser_at(context, typed.from)).await?;
    let denied = entered.grant.deny(DenialReason::NotStartedByPerson, context.now);
    let denied = denied.map_err(|_| CodeRefused::Unknown)?;
    match deny(context, denied).await {
        Ok(()) => Ok(()),
        Err(NotMade::Lost | NotMade::Taken) => Err(CodeRefused::Unknown),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

/// The person whose browser approved a device by the presentation behind `handle` takes it back,
/// for as long as the presentation is remembered.
///
/// # Errors
/// [`NotDenied`]
pub async fn approved(
    context: &Context,
    handle: &Handle,
    browser: &Secret,
) -> Result<DeniedByUser, NotDenied> {
    let settled = match context.ports.store.presentation_by_handle(handle).await? {
        Some(Presentation::Settled(settled)) if *settled.browser() == browser.digest() => settled,
        _ => return Err(NotDenied::Unknown),
    };
    match &settled.request().requester {
        Requester::Device { grant, .. } => decided(context, grant).await,
        Requester::RelyingParty { .. } | Requester::Code { .. } => Err(NotDenied::Unknown),
    }
}

/// Takes back an approval, and the tokens that it led to.
///
/// # Errors
/// [`NotDenied`]
pub(in crate::flow) async fn decided(context: &Context, grant: &GrantId) -> Result<DeniedByUser, NotDenied> {
    // The device may take its token between the look and the write: look again, once.
    for _ in 0..2 {
        match context.ports.store.grant(grant).await? {
            Some(DeviceGrant::Approved(approved)) => {
                let denied = approved.deny_by_user(DenialReason::NotStartedByPerson);
                match deny(context, denied).await {
                    Ok(()) => return Ok(DeniedByUser::InTime),
                    Err(NotMade::Lost | NotMade::Taken) => {}
                    Err(NotMade::Failed(source)) => return Err(source.into()),
                }
            }
            Some(DeviceGrant::Redeemed(redeemed)) => {
                let (grant, token) = (&redeemed.terms().id, redeemed.token());
                tracing::warn!(%grant, %token, "a person did not start a grant whose token was taken");
                let (origin, client_id) = (Origin::Device(grant.clone()), &redeemed.terms().client_id);
                revoke::revoke_origin(context, origin, client_id, NOT_STARTED).await?;
                return Ok(DeniedByUser::TokensRevoked);
            }
            _ => return Err(NotDenied::Unknown),
        }
    }
    Err(NotDenied::Unknown)
}

pub(in crate::flow) async fn deny(context: &Context, denied: Denied) -> Result<(), NotMade> {
    let (id, client_id) = (denied.terms().id.clone(), denied.terms().client_id.clone());
    let who = match context.policy.clients.named(&client_id) {
        Some(client) => limits::counted_client(context, client),
        None => limits::counted_everybody(context),
    };
    let window = context.policy.device.limits.window;
    let counted = Attempt::new(CountedEvent::Disowned, who, u32::MAX, window, context.now);
    context.commit(Change::DenyByUser { denied, counted }).await?;
    let reports: u32 = context.ports.store.attempts(&counted).await?.iter().map(|(_, count)| *count).sum();
    tracing::warn!(grant = %id, client = client_id, reports, "a person did not start this device grant");
    Ok(())
}
