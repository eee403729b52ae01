//! What the delivery of webhooks needs from the outside world.

use async_trait::async_trait;

use super::{NotPublished, Unavailable};
use vpgate_core::base::time::Timestamp;
use vpgate_core::event::Event;
use vpgate_core::webhook::{
    Delivery, DeliveryCursor, DeliveryState, EndpointTrouble, Heard, WebhookEndpoint,
};

/// A delivery, with the event that it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueDelivery {
    /// How far it is.
    pub delivery: Delivery,
    /// What it tells.
    pub event: Event,
}

/// Where deliveries are kept. They are written with the change that they tell of, and changed by changes.
#[async_trait]
pub trait DeliveryStore: Send + Sync {
    /// The endpoints, by client and name, for which something is due at `now`.
    async fn due_endpoints(&self, now: Timestamp) -> Result<Vec<(String, String)>, Unavailable>;
    /// At most `limit` deliveries to an endpoint that are due at `now`, those that wait longest first.
    async fn due_deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable>;
    /// At most `limit` deliveries to an endpoint, those of the newest events first; where a state is given, those in it;
    /// where a place is given, those behind it.
    async fn deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        state: Option<DeliveryState>,
        before: Option<&DeliveryCursor>,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable>;
    /// When the oldest event happened that waits for a webhook.
    async fn oldest_waiting(&self) -> Result<Option<Timestamp>, Unavailable>;
    /// What is known of endpoints that failed and have not taken a message since.
    async fn endpoint_troubles(&self) -> Result<Vec<EndpointTrouble>, Unavailable>;
}

/// A signed message to a client.
pub struct WebhookMessage<'m> {
    /// Where it goes: an endpoint of a registration, so that nobody else's address is ever called.
    pub endpoint: &'m WebhookEndpoint,
    /// `webhook-id`: the same in every attempt.
    pub id: &'m str,
    /// `webhook-timestamp`: of this attempt.
    pub timestamp: Timestamp,
    /// `webhook-signature`
    pub signature: String,
    /// The body, a JSON text: the very bytes that were signed.
    pub body: String,
}

/// Clients that are told of events.
#[async_trait]
pub trait WebhookReceivers: Send + Sync {
    /// Makes one attempt, and says what was heard at `now`; an error when nothing was.
    async fn post(&self, message: WebhookMessage<'_>, now: Timestamp) -> Result<Heard, NotPublished>;
}
