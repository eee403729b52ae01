//! Writes about webhooks.

use crate::base::id::DeliveryId;
use crate::base::time::Timestamp;
use crate::webhook::{Delivery, EndpointTrouble};

/// What is written of deliveries and of the endpoints that they are for.
#[derive(Debug)]
pub enum WebhookChange {
    /// A delivery goes on: an attempt is counted before it is made, or was answered. Leaves: a delivery that waits and
    /// is due as `seen`.
    Advance {
        /// The delivery as it is then.
        next: Delivery,
        /// When it was due; `Lost` when somebody else has changed it since.
        seen: Timestamp,
    },
    /// A client wants a delivery made again, whatever became of it; its endpoint is called again, too. `Lost` when
    /// there is none.
    Retry {
        /// The delivery.
        id: DeliveryId,
        /// Whose endpoint it is for.
        client_id: String,
        /// The name of the endpoint.
        endpoint: String,
        /// When it is due.
        at: Timestamp,
    },
    /// An endpoint failed, over what was known of it.
    NoteTrouble(EndpointTrouble),
    /// An endpoint took a message. `Lost` when nothing was known against it.
    ForgetTrouble {
        /// Whose endpoint.
        client_id: String,
        /// Its name.
        endpoint: String,
    },
}

impl WebhookChange {
    /// As metrics and logs call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Advance { .. } => "advance_delivery",
            Self::Retry { .. } => "retry_delivery",
            Self::NoteTrouble(_) => "note_trouble",
            Self::ForgetTrouble { .. } => "forget_trouble",
        }
    }
}
