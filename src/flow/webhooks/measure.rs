//! What waits, and whom nothing is sent to any more: for who watches the numbers.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;

/// Looks, where clients have webhooks at all.
///
/// # Errors
/// When the store is unavailable; the numbers stay as they were.
pub async fn measure(context: &Context) -> Result<(), Unavailable> {
    let clients = || context.policy.clients.iter().filter(|client| !client.webhooks.is_empty());
    let metrics = context.metrics();
    let (troubles, oldest) = match clients().next() {
        Some(_) => {
            (context.ports.store.endpoint_troubles().await?, context.ports.store.oldest_waiting().await?)
        }
        None => (Vec::new(), None),
    };
    metrics.webhook_paused.clear();
    for (client, endpoint) in clients().flat_map(|client| client.webhooks.iter().map(move |it| (client, it)))
    {
        let paused = troubles.iter().any(|trouble| {
            trouble.client_id == client.id
                && trouble.endpoint == endpoint.name
                && trouble.address == endpoint.address()
                && trouble.paused.is_some()
        });
        metrics.webhook_paused.set([&client.id, &endpoint.name], f64::from(u8::from(paused)));
    }
    let age = oldest.map_or(0, |oldest| context.now.since(oldest).as_secs());
    metrics.outbox_oldest.set([], age as f64);
    Ok(())
}
