//! Taking back what was issued (RFC 7009).

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::recheck;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::event::{EventContent, EventIds, EventKind};
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::oauth::entitlement::Origin;
use vpgate_core::oauth::refresh_token::RefreshToken;

/// Its client gave a token back.
const BY_CLIENT: &str = "revoked_by_client";
/// What was redeemed was shown again.
pub(in crate::flow) const SHOWN_AGAIN: (&[EventKind], &str) =
    (&[EventKind::TokenRevoked], "code_shown_again");

/// Why nothing was revoked.
#[derive(Debug, thiserror::Error)]
pub enum NotRevoked {
    /// RFC 7009 section 2.1: it was issued to another client.
    #[error("the token was not issued to this client")]
    Foreign,
    /// Our fault: the token may still be alive.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// Ends a token that its client no longer wants: an access token alone, a refresh token with all
/// that belongs to it. A token that is not known is dead already.
///
/// # Errors
/// [`NotRevoked`]
pub async fn revoke(
    context: &Context,
    client: AuthenticatedClient<'_>,
    token: Secret,
) -> Result<(), NotRevoked> {
    let own = &client.client().id;
    let digest = token.digest();
    if let Some((access, family)) = context.ports.store.access_token(&digest).await? {
        if family.terms().client_id != *own {
            return Err(NotRevoked::Foreign);
        }
        let ids = EventIds { token: Some(access.id), ..EventIds::grant(family.terms().origin.id()) };
        let told = EventContent::new(own, EventKind::TokenRevoked, ids).because(BY_CLIENT);
        return forget(context, Change::RevokeAccess(digest), vec![told]).await;
    }
    if let Some(token) = context.ports.store.client_token(&digest).await? {
        if token.client_id != *own {
            return Err(NotRevoked::Foreign);
        }
        return forget(context, Change::RevokeClientToken(digest), Vec::new()).await;
    }
    let Some(shown) = RefreshToken::read(token) else { return Ok(()) };
    match context.ports.store.family_by_lineage(&shown.lineage()).await? {
        Some(family) if family.terms().client_id != *own => Err(NotRevoked::Foreign),
        Some(family) => Ok(recheck::revoke_family(context, &family, BY_CLIENT).await?),
        None => Ok(()),
    }
}

/// It does not matter who was first.
async fn forget(context: &Context, change: Change, told: Vec<EventContent>) -> Result<(), NotRevoked> {
    was_first(context.commit_telling(change, told).await)?;
    Ok(())
}

/// Ends every token that `origin` led to: a code that is shown twice, or a device that its person
/// did not start (REQ-15.8). Whether there was anything to end. `client_id` is told of
/// these `kinds`, for this `reason`.
///
/// # Errors
/// [`Unavailable`]: the tokens may still be alive.
pub(in crate::flow) async fn revoke_origin(
    context: &Context,
    origin: Origin,
    client_id: &str,
    (kinds, reason): (&[EventKind], &'static str),
) -> Result<bool, Unavailable> {
    let key = origin.key();
    let ids = EventIds::grant(origin.id());
    let told = kinds.iter().map(|kind| EventContent::new(client_id, *kind, ids.clone()).because(reason));
    let told = told.collect();
    let is_first = was_first(context.commit_telling(Change::RevokeOrigin(origin), told).await)?;
    if is_first {
        tracing::warn!(origin = key, "tokens revoked");
    }
    Ok(is_first)
}
