//! Receipts: written with the decision, signed behind it. Nothing waits for a chain: what a decision writes is a row of
//! its own, and whoever signs next puts it at the end. Who asks for a receipt that waits signs it at once.
//!
//! The end of the chain is read before what waits, and must still be there when both are written: so of several
//! processes that sign for one client at once, one does, and no chain forks.

use std::time::Duration;

use super::commit::was_first;
use super::context::Context;
use super::ports::Unavailable;
use vpgate_core::base::id::PresentationId;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::openid4vp::presentation::Settled;
use vpgate_core::receipt::chain::{
    CHECKPOINT_TYP, ChainHead, KeptReceipt, SealedReceipt, WaitingReceipt, next_position,
};
use vpgate_core::receipt::{RECEIPT_ALGORITHM, TYP, hash};

/// Receipts that one transaction seals at most.
const BATCH: usize = 32;
/// Clients that are looked at in one go.
const CLIENTS: usize = 64;
/// How often somebody who asks for a receipt begins again, because others have moved the end of the chain.
const TRIES: usize = 8;
/// How long after the last checkpoint of a chain the next one is made, if it has grown.
const CHECKPOINT: Duration = Duration::from_secs(3600);

/// Why there is no receipt to see.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NoReceipt {
    /// Unknown, not decided, decided without, swept, or another client's.
    #[error("there is no such receipt")]
    Unknown,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// The presentation with the receipt that is written beside it, where receipts are made.
///
/// # Errors
/// When there is no randomness for salts.
pub(in crate::flow) fn with_receipt(context: &Context, settled: Settled) -> Result<Settled, Unavailable> {
    let policy = &context.policy.receipts;
    if !policy.enabled {
        return Ok(settled);
    }
    let settled = match &policy.commit[..] {
        [] => settled,
        paths => settled.committing(paths, &context.random_bytes()?),
    };
    Ok(settled.with_receipt(policy.rules))
}

/// Hash of what a wallet is sent, for the receipt; `None` where none are made.
pub(in crate::flow) fn sent(context: &Context, bytes: &str) -> Option<String> {
    context.policy.receipts.enabled.then(|| hash(bytes))
}

/// Notes that the wallet of a presentation was sent something, once for the same bytes. What it is sent first is
/// written with the browser that goes there.
///
/// # Errors
/// When the store is unavailable; nothing may be sent then.
pub(in crate::flow) async fn note_sent(
    context: &Context,
    id: &PresentationId,
    sent: Option<String>,
) -> Result<(), Unavailable> {
    match sent {
        Some(sent) => was_first(context.commit(Change::NoteSent { id: id.clone(), sent }).await).map(drop),
        None => Ok(()),
    }
}

/// The receipt of the presentation `id` of `client`, signed now if it was not.
///
/// # Errors
/// [`NoReceipt`]
pub async fn receipt(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
) -> Result<String, NoReceipt> {
    let id = PresentationId::parse(id).ok_or(NoReceipt::Unknown)?;
    signed_now(context, &client.client().id, &id).await
}

/// The same for a client that is told of it.
///
/// # Errors
/// [`NoReceipt`]
pub(in crate::flow) async fn signed_now(
    context: &Context,
    client_id: &str,
    id: &PresentationId,
) -> Result<String, NoReceipt> {
    for _ in 0..TRIES {
        match own(context, client_id, id).await? {
            KeptReceipt::Sealed { jws, .. } => return Ok(jws),
            KeptReceipt::Waiting(_) => {}
        }
        let head = context.ports.store.receipt_chain(client_id).await?;
        // Read again: whoever has signed it since has moved the end of the chain.
        match own(context, client_id, id).await? {
            KeptReceipt::Sealed { jws, .. } => return Ok(jws),
            KeptReceipt::Waiting(waiting) => drop(seal(context, head, vec![*waiting]).await?),
        }
    }
    Err(Unavailable::new("the chain of receipts", "others have moved its end each time").into())
}

async fn own(context: &Context, client_id: &str, id: &PresentationId) -> Result<KeptReceipt, NoReceipt> {
    let found = context.ports.store.receipt(id).await?;
    found.filter(|it| it.client() == client_id).ok_or(NoReceipt::Unknown)
}

/// Signs what waits, and the ends of chains where that is due.
///
/// # Errors
/// When the store or the signer is unavailable; what waits does so until the next time.
pub async fn seal_behind(context: &Context) -> Result<(), Unavailable> {
    seal_waiting(context).await?;
    checkpoint(context).await
}

/// Signs what waits, of every client.
async fn seal_waiting(context: &Context) -> Result<(), Unavailable> {
    for client in context.ports.store.clients_with_waiting_receipts(CLIENTS).await? {
        loop {
            let head = context.ports.store.receipt_chain(&client).await?;
            let found = context.ports.store.waiting_receipts(&client, BATCH).await?;
            let waiting: Vec<WaitingReceipt> = found.into_iter().filter_map(waiting).collect();
            let count = waiting.len();
            let sealed = count > 0 && seal(context, head, waiting).await?;
            if !sealed || count < BATCH {
                // Nothing is left, or another process is at it.
                break;
            }
        }
    }
    Ok(())
}

fn waiting(kept: KeptReceipt) -> Option<WaitingReceipt> {
    match kept {
        KeptReceipt::Waiting(waiting) => Some(*waiting),
        KeptReceipt::Sealed { .. } => None,
    }
}

/// Signs these receipts of one client, behind `after`. Whether nobody else was quicker.
async fn seal(
    context: &Context,
    after: Option<ChainHead>,
    waiting: Vec<WaitingReceipt>,
) -> Result<bool, Unavailable> {
    let Some(client) = waiting.first().map(|one| one.draft.client.clone()) else { return Ok(false) };
    let (issuer, now) = (&context.policy.tokens.issuer, context.now);
    let (mut head, mut sealed) = (after, Vec::with_capacity(waiting.len()));
    for one in waiting {
        let claims = one.claims(head.as_ref(), issuer, now);
        let jws = context.ports.receipt_signer.sign(RECEIPT_ALGORITHM, TYP, &claims, now).await?;
        let presentation = one.draft.presentation;
        let receipt = SealedReceipt { presentation, position: next_position(head.as_ref()), jws };
        head = Some(receipt.head());
        sealed.push(receipt);
    }
    was_first(context.commit(Change::SealReceipts { client, after, sealed, at: now }).await)
}

/// Signs the end of every chain that has grown since the last hour. Each goes into the log
/// too: whoever keeps logs elsewhere can prove later that no chain was made anew.
async fn checkpoint(context: &Context) -> Result<(), Unavailable> {
    let now = context.now;
    let grown = context.ports.store.grown_chains(now.minus(CHECKPOINT), CLIENTS).await?;
    for chain in grown {
        let claims = chain.claims(&context.policy.tokens.issuer, now);
        let signer = &context.ports.receipt_signer;
        let checkpoint = signer.sign(RECEIPT_ALGORITHM, CHECKPOINT_TYP, &claims, now).await?;
        let (client, position) = (chain.client.clone(), chain.head.position);
        let change = Change::CheckpointReceipts { chain, checkpoint: checkpoint.clone(), at: now };
        if was_first(context.commit(change).await)? {
            tracing::info!(client, position, checkpoint, "checkpoint of a chain of receipts");
        }
    }
    Ok(())
}

/// The last checkpoint of the chain of `client`.
///
/// # Errors
/// [`NoReceipt`]
pub async fn last_checkpoint(
    context: &Context,
    client: AuthenticatedClient<'_>,
) -> Result<String, NoReceipt> {
    let found = context.ports.store.receipt_checkpoint(&client.client().id).await?;
    found.ok_or(NoReceipt::Unknown)
}
