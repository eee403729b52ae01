//! What an endpoint is told, and how it is sent.

use serde_json::{Map, Value, json};

use crate::flow::context::Context;
use crate::flow::ports::{Unavailable, WebhookMessage};
use crate::flow::presentation::collect::{self, Collected};
use crate::flow::receipts::{self, NoReceipt};
use vpgate_core::base::id::PresentationId;
use vpgate_core::event::Event;
use vpgate_core::jose::jwe::{ContentEncryption, RecipientKey};
use vpgate_core::webhook::{Heard, SigningSecret, WebhookContent, WebhookEndpoint};

/// Writes a result as the REST API does, with its receipt where there is one: a JSON text.
pub type Render = fn(&PresentationId, Collected, Option<String>) -> String;

/// The body of a message about `event`. A full one holds the result of a presentation, encrypted, as long as there
/// is one; one with a receipt holds that.
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
    let Some(id) = &event.content.ids.presentation else { return Ok(body.to_string()) };
    let client_id = &event.content.client_id;
    let full = match &endpoint.content {
        WebhookContent::Full(key) => collect::kept(context, client_id, id).await?.map(|result| (key, result)),
        WebhookContent::Thin => None,
    };
    let wants_receipt = endpoint.receipt || full.is_some();
    let receipt = if wants_receipt { receipt(context, client_id, id).await? } else { None };
    if endpoint.receipt
        && let Some(receipt) = &receipt
    {
        body["data"]["receipt"] = receipt.as_str().into();
    }
    if let Some((key, result)) = full {
        body["data"]["result"] = sealed(key, &render(id, without_pictures(result), receipt))?.into();
    }
    Ok(body.to_string())
}

/// The receipt of a presentation; `None` where none was made, as of one that expired.
async fn receipt(
    context: &Context,
    client_id: &str,
    id: &PresentationId,
) -> Result<Option<String>, Unavailable> {
    match receipts::signed_now(context, client_id, id).await {
        Ok(receipt) => Ok(Some(receipt)),
        Err(NoReceipt::Unknown) => Ok(None),
        Err(NoReceipt::Failed(failure)) => Err(failure),
    }
}

/// Pictures of people go to who asks for them, and into no message.
fn without_pictures(result: Collected) -> Collected {
    match result {
        Collected::Verified { presentation, report } => {
            Collected::Verified { presentation: presentation.without_pictures(), report }
        }
        other => other,
    }
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
