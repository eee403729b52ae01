//! Clients that are told of events (Standard Webhooks 1.0.0), under the same guard as every address: the one that the
//! name leads to is looked at when the connection is made, and no redirect is followed.

use async_trait::async_trait;

use super::client::FetchClient;
use crate::flow::ports::{NotPublished, WebhookMessage, WebhookReceivers};
use vpgate_core::base::time::Timestamp;
use vpgate_core::webhook::{Heard, PATIENCE};

/// Posts messages to the addresses of registrations.
#[derive(Debug)]
pub struct PostedWebhooks(FetchClient);

impl PostedWebhooks {
    /// By `client`.
    pub fn new(client: FetchClient) -> Self {
        Self(client.fetching("webhook"))
    }
}

#[async_trait]
impl WebhookReceivers for PostedWebhooks {
    async fn post(&self, message: WebhookMessage<'_>, now: Timestamp) -> Result<Heard, NotPublished> {
        let headers = [
            ("webhook-id", message.id.to_owned()),
            ("webhook-timestamp", message.timestamp.unix().to_string()),
            ("webhook-signature", message.signature),
        ];
        match self.0.post_json(&message.endpoint.url, &headers, message.body, PATIENCE).await {
            Ok(posted) => Ok(Heard::answer(posted.status, posted.retry_after.as_deref(), now)),
            Err(fault) if fault.is_passing() => Err(NotPublished::passing(&fault)),
            Err(fault) => Err(NotPublished::mistake(&fault)),
        }
    }
}
