//! What a client is sent, for the `webhooks` of the OpenAPI document.

use poem_openapi::param::Header;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, Webhook};

use super::events::EventData;
use crate::http::tags::Tags;

/// What we send to the addresses that clients configure (OpenAPI 3.1 section 4.8.1.1).
#[Webhook(tag = "Tags::RelyingParty")]
pub trait SentWebhooks: Sync {
    /// An event
    ///
    /// Posted to each endpoint in `[[clients.webhooks]]` whose `kinds` name its `type`. It comes at least once, and in
    /// no promised order: `webhook-id` tells repetitions apart. Check `webhook-signature` over the bytes of the body,
    /// and that `webhook-timestamp` is recent, by any library for Standard Webhooks. It says that there is a result;
    /// the right to a result of the same device comes with the browser (`response_code`).
    #[oai(name = "event", method = "post", operation_id = "receiveEvent")]
    fn event(
        &self,
        /// The id of the event: the same in every attempt.
        #[oai(name = "webhook-id")]
        id: Header<String>,
        /// When this attempt was made: seconds since the epoch.
        #[oai(name = "webhook-timestamp")]
        timestamp: Header<i64>,
        /// One signature, or two while the secret is exchanged: `v1,` (HMAC-SHA256) or `v1a,` (Ed25519), and base64.
        #[oai(name = "webhook-signature")]
        signature: Header<String>,
        message: Json<WebhookBody>,
    ) -> WebhookTaken;
}

/// How a message is answered.
#[derive(Debug, ApiResponse)]
pub enum WebhookTaken {
    /// It was taken. Any status from 200 to 299 says so; whatever comes with it is not read.
    #[oai(status = 204)]
    Taken,
    /// Nothing is sent to this endpoint any more, until a test or a delivery is asked for.
    #[oai(status = 410)]
    Gone,
    /// It is tried again, not before `Retry-After`.
    #[oai(status = 503)]
    Later,
}

/// An event as it is told (Standard Webhooks 1.0.0).
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct WebhookBody {
    /// The kind of event, for example `presentation.verified`; `webhook.test` of a test.
    #[oai(rename = "type")]
    pub kind: String,
    /// When it happened (RFC 3339).
    pub timestamp: String,
    /// What it is about.
    pub data: WebhookData,
}

/// What an event is about. Later versions may say more.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct WebhookData {
    /// As `GET /v1/events` tells it.
    #[oai(flatten)]
    pub event: EventData,
    /// The receipt of the presentation, a compact JWS with `typ` `vpgate-receipt+jwt`, where the webhook is configured
    /// to have it and one was made.
    pub receipt: Option<String>,
    /// In full messages, while there is a result: what `GET /v1/presentations/{id}` answers, as a compact JWE (ECDH-ES,
    /// A256GCM) to the configured key of the client.
    pub result: Option<String>,
    /// Of a test: the name of the webhook.
    pub webhook: Option<String>,
}
