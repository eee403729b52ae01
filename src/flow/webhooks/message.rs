//! What an endpoint is told, and how it is sent.

use serde_json::{Map, Value, json};

use crate::flow::context::Context;
use crate::flow::ports::{Unavailable, WebhookMessage};
use crate::flow::presentation::collect::{self, Collected};
use vpgate_core::base::id::PresentationId;
use vpgate_core::event::Event;
use vpgate_core::jose::jwe::{ContentEncryption, RecipientKey};
use vpgate_core::webhook::{Heard, SigningSecret, WebhookContent, WebhookEndpoint};

/// Writes a result as the REST API does: a JSON text.
pub type Render = fn(&PresentationId, Collected) -> String;

/// The body of a message about `event`. A full one holds the result of a presentation, encrypted, as long as there
/// is one.
///
/// # Errors
/// When the store is unavailable, or nothing can be encrypted.
pub(super) async fn body(
    context: &Context,
    endpoint: &WebhookEndpoint,
    event: &Event,
    render: Render,
) -> Result<String, Unavailable> {
    let mut body = event.body();
    if let WebhookContent::Full(key) = &endpoint.content
        && let Some(result) = result(context, event, render).await?
    {
        body["data"]["result"] = sealed(key, &result)?.into();
    }
    Ok(body.to_string())
}

/// The result of the presentation that the event is about.
async fn result(context: &Context, event: &Event, render: Render) -> Result<Option<String>, Unavailable> {
    let Some(id) = &event.content.ids.presentation else { return Ok(None) };
    let result = collect::kept(context, &event.content.client_id, id).await?;
    Ok(result.map(|result| render(id, result)))
}

fn sealed(key: &RecipientKey, text: &str) -> Result<String, Unavailable> {
    let header: Map<String, Value> = [("cty".to_owned(), json!("application/json"))].into_iter().collect();
    key.encrypt(text.as_bytes(), ContentEncryption::A256Gcm, &header)
        .map_err(|why| Unavailable::new("the encryption of webhooks", why))
}

/// Sends it, signed for this second; what was heard.
pub(super) async fn send(context: &Context, endpoint: &WebhookEndpoint, id: &str, body: String) -> Heard {
    let message = WebhookMessage {
        endpoint,
        id,
        timestamp: context.now,
        signature: SigningSecret::header(&endpoint.secrets, id, context.now, body.as_bytes()),
        body,
    };
    context.ports.webhook_receivers.post(message, context.now).await.unwrap_or_else(|why| {
        tracing::info!(endpoint = endpoint.name, message = id, %why, "a webhook was not answered");
        Heard::NOTHING
    })
}
