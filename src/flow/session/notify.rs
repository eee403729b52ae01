//! Clients are told that a person is no longer signed in (Back-Channel Logout 1.0 section 2.5): in the background,
//! from rows that were written with what happened, so that a restart forgets nobody.

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::base::id::TokenId;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::logout::{self, WaitingNotice};

/// The most notices that are under way at once.
const BATCH: usize = 16;

/// The notices that are due now; none where no client wants to be told.
///
/// # Errors
/// When the store is unavailable.
pub async fn due(context: &Context) -> Result<Vec<WaitingNotice>, Unavailable> {
    if context.policy.clients.iter().all(|client| client.logout.back_channel.is_none()) {
        return Ok(Vec::new());
    }
    context.ports.store.due_notices(context.now, BATCH).await
}

/// Makes one attempt. Whoever counts it first makes it, so that of several processes one does. Without an answer
/// the notice stays until its attempts are used up.
///
/// # Errors
/// When the store or the signer is unavailable; the notice is due again later.
pub async fn deliver(context: &Context, waiting: WaitingNotice) -> Result<(), Unavailable> {
    let notice = &waiting.notice;
    let (id, client_id) = (notice.id.clone(), notice.client_id.as_str());
    let channel = context.policy.clients.named(client_id).and_then(|it| it.logout.back_channel.as_ref());
    let next = waiting.attempted(context.now);
    let (Some(channel), is_last) = (channel, next.is_none()) else {
        return drop_notice(context, &waiting).await;
    };
    let counted = match next {
        Some(next) => Change::PostponeNotice { next, seen: waiting.due_at },
        None => Change::DropNotice(id.clone()),
    };
    if !was_first(context.commit(counted).await)? {
        return Ok(());
    }
    let jti = TokenId::from_entropy(context.random_id()?);
    let policy = &context.policy.tokens;
    let claims = notice.claims(&jti, &policy.issuer, context.now);
    let algorithm = policy.of(client_id).id_token_algorithm;
    let token = context.ports.signer.sign(algorithm, logout::TYP, &claims, context.now).await?;
    match context.ports.logout_receivers.tell(&channel.uri, &Secret::received(token)).await {
        Ok(()) => {
            tracing::info!(client = client_id, notice = %id, "a client was told of a logout");
            drop_notice(context, &waiting).await
        }
        Err(why) if is_last => {
            tracing::error!(client = client_id, notice = %id, %why, "a client cannot be told of a logout, and is not tried again");
            Ok(())
        }
        Err(why) => {
            tracing::warn!(client = client_id, notice = %id, %why, "a client cannot be told of a logout now");
            Ok(())
        }
    }
}

async fn drop_notice(context: &Context, waiting: &WaitingNotice) -> Result<(), Unavailable> {
    was_first(context.commit(Change::DropNotice(waiting.notice.id.clone())).await).map(drop)
}
