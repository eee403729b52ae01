//! The way of a message: due -> begun (counted, so that of several processes one makes the attempt) -> sent -> ended.

use std::sync::Arc;

use super::message::{self, Render};
use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::{DueDelivery, Unavailable};
use vpgate_core::change::{Change, WebhookChange};
use vpgate_core::event::Event;
use vpgate_core::webhook::{Delivery, DeliveryState, EndpointTrouble, Heard, WebhookEndpoint};

/// An endpoint for which messages are due.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Whose endpoint it is.
    pub client_id: String,
    /// Where it is.
    pub endpoint: Arc<WebhookEndpoint>,
    /// What went wrong there, if it has not taken a message since.
    trouble: Option<EndpointTrouble>,
}

/// An attempt that was counted and is to be made now.
#[derive(Debug)]
pub struct BegunDelivery {
    receiver: Receiver,
    delivery: Delivery,
    event: Event,
}

/// The endpoints for which messages are due and which may be called now.
///
/// # Errors
/// When the store is unavailable.
pub async fn receivers(context: &Context) -> Result<Vec<Receiver>, Unavailable> {
    if context.policy.clients.iter().all(|client| client.webhooks.is_empty()) {
        return Ok(Vec::new());
    }
    let store = &context.ports.store;
    let due = store.due_endpoints(context.now).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let troubles = store.endpoint_troubles().await?;
    let receivers = due.into_iter().filter_map(|(client_id, name)| {
        let endpoint = Arc::clone(context.policy.clients.named(&client_id)?.webhook(&name)?);
        let trouble = troubles.iter().find(|it| it.client_id == client_id && it.endpoint == name).cloned();
        Some(Receiver { client_id, endpoint, trouble })
    });
    let called = |receiver: &Receiver| {
        receiver.trouble.as_ref().is_none_or(|trouble| trouble.lets_through(&receiver.endpoint, context.now))
    };
    Ok(receivers.filter(called).collect())
}

/// At most `limit` messages that are due for an endpoint, those that wait longest first.
///
/// # Errors
/// When the store is unavailable.
pub async fn due(
    context: &Context,
    receiver: &Receiver,
    limit: usize,
) -> Result<Vec<DueDelivery>, Unavailable> {
    let Receiver { client_id, endpoint, .. } = receiver;
    context.ports.store.due_deliveries(client_id, &endpoint.name, context.now, limit).await
}

/// Counts an attempt. `None` when somebody else makes it.
///
/// # Errors
/// When the store is unavailable; the message is due again later.
pub async fn begin(
    context: &Context,
    receiver: Receiver,
    due: DueDelivery,
) -> Result<Option<BegunDelivery>, Unavailable> {
    let DueDelivery { delivery, event } = due;
    let begun = delivery.begun(context.now);
    let counted = WebhookChange::Advance { next: begun.clone(), seen: delivery.due_at };
    Ok(made(context, counted).await?.then_some(BegunDelivery { receiver, delivery: begun, event }))
}

/// Makes the attempt; what was heard.
///
/// # Errors
/// When the store is unavailable or nothing can be encrypted; the message is due again later.
pub async fn send(context: &Context, begun: &BegunDelivery, render: Render) -> Result<Heard, Unavailable> {
    let endpoint = &begun.receiver.endpoint;
    let body = message::body(context, endpoint, &begun.event, render).await?;
    Ok(message::send(context, endpoint, begun.event.id.as_str(), body).await)
}

/// Writes down what was heard, of the message and of its endpoint.
///
/// # Errors
/// When the store is unavailable; the message is due again when its lease is over, and comes twice then.
pub async fn end(context: &Context, begun: BegunDelivery, heard: Heard) -> Result<(), Unavailable> {
    let BegunDelivery { receiver, delivery, event } = begun;
    let ended = delivery.answered(heard, context.now, context.random_number()?);
    tell(&receiver, &ended, &event, heard);
    made(context, WebhookChange::Advance { next: ended, seen: delivery.due_at }).await?;
    let Receiver { client_id, endpoint, trouble } = receiver;
    if !heard.is_success() {
        let trouble = EndpointTrouble::after(&client_id, &endpoint, trouble.as_ref(), heard, context.now);
        if let Some(pause) = trouble.paused {
            tracing::error!(
                client = client_id,
                endpoint = endpoint.name,
                reason = pause.name(),
                "nothing is sent to this endpoint any more until it is asked for"
            );
        }
        made(context, WebhookChange::NoteTrouble(trouble)).await?;
    } else if trouble.is_some() {
        made(context, WebhookChange::ForgetTrouble { client_id, endpoint: endpoint.name.clone() }).await?;
    }
    Ok(())
}

fn tell(receiver: &Receiver, ended: &Delivery, event: &Event, heard: Heard) {
    let (client, endpoint) = (receiver.client_id.as_str(), receiver.endpoint.name.as_str());
    let (delivery, kind, attempts) = (ended.id.as_str(), event.content.kind.name(), ended.attempts);
    let status = heard.status;
    match ended.state {
        DeliveryState::Delivered => {
            tracing::debug!(client, endpoint, delivery, kind, attempts, "a webhook was delivered");
        }
        DeliveryState::Waiting => {
            tracing::warn!(
                client,
                endpoint,
                delivery,
                kind,
                attempts,
                status,
                "a webhook failed, and is tried again"
            );
        }
        DeliveryState::Dead => {
            tracing::error!(
                client,
                endpoint,
                delivery,
                kind,
                attempts,
                status,
                "a webhook failed, and is given up"
            );
        }
    }
}

/// Whether the change was made, and not by somebody else.
pub(super) async fn made(context: &Context, change: WebhookChange) -> Result<bool, Unavailable> {
    was_first(context.commit(Change::Webhook(change)).await)
}
