//! What a client may see of its endpoints, and do about them.

use std::sync::Arc;

use serde_json::json;

use super::deliver::made;
use super::message;
use crate::flow::context::Context;
use crate::flow::ports::{DueDelivery, Unavailable};
use vpgate_core::base::id::{DeliveryId, EventId};
use vpgate_core::change::WebhookChange;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::webhook::{DeliveryCursor, DeliveryState, EndpointTrouble, Heard, WebhookEndpoint};

/// The most deliveries that are listed at once.
pub const MOST_LISTED: usize = 100;
/// The `type` of a message that is only a test.
const TEST: &str = "webhook.test";

/// An endpoint, and what went wrong there since it last took a message.
#[derive(Debug)]
pub struct EndpointStanding {
    /// As it is registered.
    pub endpoint: Arc<WebhookEndpoint>,
    /// `None` when nothing did.
    pub trouble: Option<EndpointTrouble>,
}

/// What became of a test.
#[derive(Debug)]
pub struct TestSent {
    /// `webhook-id`
    pub id: EventId,
    /// What was heard.
    pub heard: Heard,
}

/// Why a client sees nothing.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotManaged {
    #[error("this client has no webhook with this name")]
    UnknownEndpoint,
    #[error("this webhook has no such delivery; they are kept for seven days")]
    UnknownDelivery,
    #[error("before must be the cursor of an earlier answer")]
    Cursor,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// Every endpoint of the client.
///
/// # Errors
/// When the store is unavailable.
pub async fn endpoints(
    context: &Context,
    client: AuthenticatedClient<'_>,
) -> Result<Vec<EndpointStanding>, NotManaged> {
    let client = client.client();
    if client.webhooks.is_empty() {
        return Ok(Vec::new());
    }
    let troubles = context.ports.store.endpoint_troubles().await?;
    let standing = |endpoint: &Arc<WebhookEndpoint>| {
        let about = |it: &&EndpointTrouble| {
            it.client_id == client.id && it.endpoint == endpoint.name && it.address == endpoint.address()
        };
        EndpointStanding { endpoint: Arc::clone(endpoint), trouble: troubles.iter().find(about).cloned() }
    };
    Ok(client.webhooks.iter().map(standing).collect())
}

/// Deliveries to an endpoint, those of the newest events first.
#[derive(Debug)]
pub struct DeliveryPage {
    /// The deliveries.
    pub deliveries: Vec<DueDelivery>,
    /// Asks for those behind the last of them; `None` where there are none.
    pub cursor: Option<DeliveryCursor>,
}

/// The deliveries to an endpoint behind `before`, as an earlier answer gave it, those of the newest events first: all,
/// or those in one state.
///
/// # Errors
/// [`NotManaged`]
pub async fn deliveries(
    context: &Context,
    client: AuthenticatedClient<'_>,
    name: &str,
    state: Option<DeliveryState>,
    before: Option<&str>,
) -> Result<DeliveryPage, NotManaged> {
    let endpoint = endpoint(client, name)?;
    let before = match before {
        Some(text) => Some(DeliveryCursor::parse(text).ok_or(NotManaged::Cursor)?),
        None => None,
    };
    let (client_id, store) = (&client.client().id, &context.ports.store);
    let mut found =
        store.deliveries(client_id, &endpoint.name, state, before.as_ref(), MOST_LISTED + 1).await?;
    let more = found.len() > MOST_LISTED;
    found.truncate(MOST_LISTED);
    let last = found.last().filter(|_| more);
    let cursor = last.map(|it| DeliveryCursor { at: it.event.at, id: it.delivery.id.clone() });
    Ok(DeliveryPage { deliveries: found, cursor })
}

/// Makes a delivery due at once, with all its attempts before it, whatever became of it; a paused endpoint is called
/// again.
///
/// # Errors
/// [`NotManaged`]
pub async fn retry(
    context: &Context,
    client: AuthenticatedClient<'_>,
    name: &str,
    id: &str,
) -> Result<(), NotManaged> {
    let endpoint = endpoint(client, name)?;
    let id = DeliveryId::parse(id).ok_or(NotManaged::UnknownDelivery)?;
    let (client_id, name) = (client.client().id.clone(), endpoint.name.clone());
    let again = WebhookChange::Retry { id, client_id, endpoint: name, at: context.now };
    if !made(context, again).await? {
        return Err(NotManaged::UnknownDelivery);
    }
    Ok(())
}

/// Sends a message that tells nothing, waits for the answer, and calls a paused endpoint again when it takes it.
///
/// # Errors
/// [`NotManaged`]
pub async fn test(
    context: &Context,
    client: AuthenticatedClient<'_>,
    endpoint: &WebhookEndpoint,
) -> Result<TestSent, NotManaged> {
    let id = EventId::from_entropy(context.random_id()?);
    let client_id = client.client().id.clone();
    let body = json!({
        "type": TEST,
        "timestamp": context.now.rfc3339(),
        "data": { "client_id": client_id, "state": "test", "webhook": endpoint.name },
    });
    let heard = message::send(context, endpoint, id.as_str(), body.to_string()).await;
    if heard.is_success() {
        made(context, WebhookChange::ForgetTrouble { client_id, endpoint: endpoint.name.clone() }).await?;
    }
    Ok(TestSent { id, heard })
}

/// The endpoint of this name.
///
/// # Errors
/// [`NotManaged::UnknownEndpoint`]
pub fn endpoint<'c>(
    client: AuthenticatedClient<'c>,
    name: &str,
) -> Result<&'c Arc<WebhookEndpoint>, NotManaged> {
    client.client().webhook(name).ok_or(NotManaged::UnknownEndpoint)
}
