//! `/v1/webhooks`: where a client is told of events, how that went, and what is sent.

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use super::error::Problem;
use crate::flow::context::Context;
use crate::flow::ports::DueDelivery;
use crate::flow::webhooks::manage::{self, EndpointStanding, NotManaged, TestSent};
use crate::http::client_authentication::by_header;
use crate::http::middleware::rate_limits::{RateLimits, TooMany};
use crate::http::tags::Tags;
use vpgate_core::base::time::Timestamp;
use vpgate_core::webhook::{DeliveryCursor, DeliveryState, Pause, SigningSecret, WebhookContent};

/// What a client may see of its webhooks, and do about them.
#[derive(Clone, Copy, Debug)]
pub struct WebhookApi;

#[OpenApi(prefix_path = "/v1", tag = "Tags::RelyingParty")]
impl WebhookApi {
    /// Your webhooks
    ///
    /// As they are configured, and what went wrong since each last took a message.
    #[oai(path = "/webhooks", method = "get", operation_id = "listWebhooks")]
    async fn list(&self, context: Data<&Context>, request: &Request) -> Result<WebhooksListed, Problem> {
        let client = by_header(&context, request).await?;
        let webhooks = manage::endpoints(&context, client).await?.into_iter().map(WebhookSchema::from);
        Ok(WebhooksListed::Listed(Json(WebhookList { webhooks: webhooks.collect() })))
    }

    /// Send a test
    ///
    /// Posts a message of type `webhook.test`, signed like every other, and answers when the endpoint has. It is sent
    /// once, and to a paused endpoint too: one that takes it is called again from then on. Ten a minute for each webhook.
    #[oai(path = "/webhooks/:name/test", method = "post", operation_id = "testWebhook")]
    async fn test(
        &self,
        context: Data<&Context>,
        limits: Data<&Arc<RateLimits>>,
        request: &Request,
        /// The configured name of the webhook.
        name: Path<String>,
    ) -> Result<WebhookTested, Problem> {
        let client = by_header(&context, request).await?;
        let webhook = manage::endpoint(client, &name)?;
        if let Err(TooMany { retry_after }) = limits.webhook_test(&client.client().id, &name, context.now()) {
            context.metrics().limits.add(["webhook_tests"]);
            return Err(Problem::too_many_tests(retry_after));
        }
        Ok(WebhookTested::Sent(Json(manage::test(&context, client, webhook).await?.into())))
    }

    /// What was sent to a webhook
    ///
    /// At most 100 deliveries, those of the newest events first. They are kept for seven days.
    #[oai(path = "/webhooks/:name/deliveries", method = "get", operation_id = "listDeliveries")]
    async fn deliveries(
        &self,
        context: Data<&Context>,
        request: &Request,
        /// The configured name of the webhook.
        name: Path<String>,
        /// Only those in this state.
        state: Query<Option<DeliveryStateSchema>>,
        /// The `cursor` of an earlier answer: what comes behind it.
        before: Query<Option<String>>,
    ) -> Result<DeliveriesListed, Problem> {
        let client = by_header(&context, request).await?;
        let state = state.0.map(DeliveryState::from);
        let page = manage::deliveries(&context, client, &name, state, before.0.as_deref()).await?;
        let deliveries = page.deliveries.into_iter().map(DeliverySchema::from).collect();
        let cursor = page.cursor.as_ref().map(DeliveryCursor::told);
        Ok(DeliveriesListed::Listed(Json(DeliveryList { deliveries, cursor })))
    }

    /// Deliver again
    ///
    /// Whatever became of it: it is due at once, with all its attempts before it. A paused endpoint is called again.
    #[oai(path = "/webhooks/:name/deliveries/:id/retry", method = "post", operation_id = "retryDelivery")]
    async fn retry(
        &self,
        context: Data<&Context>,
        request: &Request,
        /// The configured name of the webhook.
        name: Path<String>,
        /// From the list of deliveries.
        id: Path<String>,
    ) -> Result<DeliveryDue, Problem> {
        let client = by_header(&context, request).await?;
        manage::retry(&context, client, &name, &id).await?;
        Ok(DeliveryDue::Due)
    }
}

#[derive(ApiResponse)]
enum WebhooksListed {
    /// All of them.
    #[oai(status = 200)]
    Listed(Json<WebhookList>),
}

#[derive(ApiResponse)]
enum WebhookTested {
    /// It was sent, and the endpoint has answered or let the time pass.
    #[oai(status = 200)]
    Sent(Json<WebhookTest>),
}

#[derive(ApiResponse)]
enum DeliveriesListed {
    /// Those of the newest events first.
    #[oai(status = 200)]
    Listed(Json<DeliveryList>),
}

#[derive(ApiResponse)]
enum DeliveryDue {
    /// It is sent in a moment.
    #[oai(status = 202)]
    Due,
}

/// The webhooks of a client.
#[derive(Debug, Object)]
struct WebhookList {
    /// In the order of the configuration.
    webhooks: Vec<WebhookSchema>,
}

/// A webhook.
#[derive(Debug, Object)]
#[oai(rename = "Webhook", skip_serializing_if_is_none)]
struct WebhookSchema {
    /// Its configured name.
    name: String,
    /// Where messages are posted to.
    url: String,
    /// What it is told of.
    kinds: Vec<String>,
    /// How much it is told.
    content: WebhookContentSchema,
    /// How many secrets sign each message: two while one is exchanged for the other.
    secrets: u64,
    /// What signatures by Ed25519 (`v1a`) are verified with: `whpk_` and base64. Empty for shared secrets (`v1`).
    public_keys: Vec<String>,
    /// Whether it takes messages.
    state: WebhookState,
    /// When `failing` or `paused`: since when (RFC 3339).
    failing_since: Option<String>,
    /// When `paused`: why. `gone`: it answered 410. `failing`: it failed for five days.
    paused: Option<PauseSchema>,
}

/// How much a webhook is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "WebhookContent", rename_all = "snake_case")]
enum WebhookContentSchema {
    /// Identifiers, state, reason and times.
    Thin,
    /// The result of a presentation too, encrypted.
    Full,
}

/// Whether a webhook takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum WebhookState {
    /// It took the last one, or none was sent yet.
    Active,
    /// The last one failed.
    Failing,
    /// Nothing is sent until a test or a delivery is asked for; what waits is kept.
    Paused,
}

/// Why nothing is sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "WebhookPause", rename_all = "snake_case")]
enum PauseSchema {
    /// It answered 410.
    Gone,
    /// It failed for five days.
    Failing,
}

/// How a test went.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct WebhookTest {
    /// `webhook-id` of the message.
    id: String,
    /// Whether the endpoint took it: a status from 200 to 299.
    delivered: bool,
    /// The status of its answer; left out where none came within 15 seconds.
    status: Option<u16>,
}

/// Deliveries to one webhook.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct DeliveryList {
    /// Those of the newest events first.
    deliveries: Vec<DeliverySchema>,
    /// Ask with it as `before` for older ones; left out where there are none.
    cursor: Option<String>,
}

/// An event on its way to a webhook.
#[derive(Debug, Object)]
#[oai(rename = "Delivery", skip_serializing_if_is_none)]
struct DeliverySchema {
    /// Identifies it.
    id: String,
    /// The id of the event: `webhook-id` in every attempt.
    event: String,
    /// The `type` of the event.
    #[oai(rename = "type")]
    kind: String,
    /// When it happened (RFC 3339).
    timestamp: String,
    /// How far it is.
    state: DeliveryStateSchema,
    /// How many attempts were begun.
    attempts: u32,
    /// While waiting: when the next attempt is due (RFC 3339).
    due_at: Option<String>,
    /// The status of the last answer; left out where none came.
    last_status: Option<u16>,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "DeliveryState", rename_all = "snake_case")]
enum DeliveryStateSchema {
    /// It is tried when it is due.
    Waiting,
    /// The webhook took it.
    Delivered,
    /// It is not tried again, unless you ask for it.
    Dead,
}

impl From<DeliveryStateSchema> for DeliveryState {
    fn from(state: DeliveryStateSchema) -> Self {
        match state {
            DeliveryStateSchema::Waiting => Self::Waiting,
            DeliveryStateSchema::Delivered => Self::Delivered,
            DeliveryStateSchema::Dead => Self::Dead,
        }
    }
}

impl From<DeliveryState> for DeliveryStateSchema {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Waiting => Self::Waiting,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Dead => Self::Dead,
        }
    }
}

impl From<EndpointStanding> for WebhookSchema {
    fn from(EndpointStanding { endpoint, trouble }: EndpointStanding) -> Self {
        let paused = trouble.as_ref().and_then(|trouble| trouble.paused);
        Self {
            name: endpoint.name.clone(),
            url: endpoint.url.to_string(),
            kinds: endpoint.kinds.iter().map(|kind| kind.name().to_owned()).collect(),
            content: match endpoint.content {
                WebhookContent::Thin => WebhookContentSchema::Thin,
                WebhookContent::Full(_) => WebhookContentSchema::Full,
            },
            secrets: u64::try_from(endpoint.secrets.len()).unwrap_or(u64::MAX),
            public_keys: endpoint.secrets.iter().filter_map(SigningSecret::public_key).collect(),
            state: match (&trouble, paused) {
                (None, _) => WebhookState::Active,
                (Some(_), None) => WebhookState::Failing,
                (Some(_), Some(_)) => WebhookState::Paused,
            },
            failing_since: trouble.map(|trouble| trouble.since.rfc3339()),
            paused: paused.map(|pause| match pause {
                Pause::Gone => PauseSchema::Gone,
                Pause::Failing => PauseSchema::Failing,
            }),
        }
    }
}

impl From<TestSent> for WebhookTest {
    fn from(TestSent { id, heard }: TestSent) -> Self {
        Self { id: id.to_string(), delivered: heard.is_success(), status: heard.status }
    }
}

impl From<DueDelivery> for DeliverySchema {
    fn from(DueDelivery { delivery, event }: DueDelivery) -> Self {
        let waits = delivery.state == DeliveryState::Waiting;
        Self {
            id: delivery.id.to_string(),
            event: event.id.to_string(),
            kind: event.content.kind.name().to_owned(),
            timestamp: event.at.rfc3339(),
            state: delivery.state.into(),
            attempts: delivery.attempts,
            due_at: waits.then_some(delivery.due_at).map(Timestamp::rfc3339),
            last_status: delivery.last_status,
        }
    }
}

impl From<NotManaged> for Problem {
    fn from(why: NotManaged) -> Self {
        match why {
            NotManaged::UnknownEndpoint | NotManaged::UnknownDelivery => Self::not_found(why.to_string()),
            NotManaged::Cursor => Self::invalid_request("", why.to_string()),
            NotManaged::Failed(failure) => failure.into(),
        }
    }
}
