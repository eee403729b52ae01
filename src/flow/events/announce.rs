//! What a change tells becomes rows that are written with it.

use crate::flow::ports::{Entropy, Unavailable};
use vpgate_core::base::id::EventId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::event::{Announcement, Event, EventContent};
use vpgate_core::oauth::client::Authentication;
use vpgate_core::policy::Policy;

/// The change with what it tells those clients that can hear it.
pub(in crate::flow) fn announced(
    change: Change,
    told: Vec<EventContent>,
    (policy, entropy): (&Policy, &dyn Entropy),
    at: Timestamp,
) -> Result<Change, Unavailable> {
    let mut announcements = Vec::new();
    for content in told.into_iter().filter(|content| is_told(policy, &content.client_id)) {
        let mut id = [0; 16];
        entropy.fill(&mut id)?;
        let event = Event { id: EventId::from_entropy(id), content, at };
        announcements.push(Announcement { event, deliveries: Vec::new() });
    }
    if announcements.is_empty() {
        return Ok(change);
    }
    Ok(Change::Announced { change: Box::new(change), announcements })
}

/// Whether the client can ask for events: by who it is.
fn is_told(policy: &Policy, client_id: &str) -> bool {
    policy.clients.named(client_id).is_some_and(|client| client.authentication != Authentication::None)
}
