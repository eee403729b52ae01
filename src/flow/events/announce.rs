//! What a change tells becomes rows that are written with it.

use crate::flow::ports::{Entropy, Unavailable};
use crate::spans;
use vpgate_core::base::id::{DeliveryId, EventId};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::event::{Announcement, Event, EventContent, NewDelivery};
use vpgate_core::oauth::client::{Authentication, Client};
use vpgate_core::policy::Policy;

/// The change with what it tells those clients that can hear it.
pub(in crate::flow) fn announced(
    change: Change,
    told: Vec<EventContent>,
    (policy, entropy): (&Policy, &dyn Entropy),
    at: Timestamp,
) -> Result<Change, Unavailable> {
    let drawn = || {
        let mut id = [0; 16];
        entropy.fill(&mut id).map(|()| id)
    };
    let mut announcements = Vec::new();
    for content in told {
        let Some(client) = policy.clients.named(&content.client_id).filter(|client| is_told(client)) else {
            continue;
        };
        let deliveries = client.webhooks.iter().filter(|endpoint| endpoint.wants(content.kind));
        let deliveries = deliveries
            .map(|endpoint| {
                let id = DeliveryId::from_entropy(drawn()?);
                Ok(NewDelivery { id, endpoint: endpoint.name.clone() })
            })
            .collect::<Result<_, Unavailable>>()?;
        let event = Event { id: EventId::from_entropy(drawn()?), content, at, trace: spans::traceparent() };
        announcements.push(Announcement { event, deliveries });
    }
    if announcements.is_empty() {
        return Ok(change);
    }
    Ok(Change::Announced { change: Box::new(change), announcements })
}

/// Whether the client can ask for events, by who it is, or is sent them.
fn is_told(client: &Client) -> bool {
    client.authentication != Authentication::None || !client.webhooks.is_empty()
}
