//! Webhooks (Standard Webhooks 1.0.0): whom a client wants told of what, how a message is signed, and when it is
//! tried again.
//!
//! ```text
//! waiting --attempt: 2xx--> delivered
//!   '--attempt: anything else--> waiting, due later; after the last pause dead
//! delivered, dead --by hand--> waiting
//! ```

mod delivery;
mod endpoint;
mod schedule;
mod signature;

pub use delivery::{Delivery, DeliveryCursor, DeliveryState, LEASE};
pub use endpoint::{EndpointTrouble, PAUSED_AFTER, Pause, WebhookContent, WebhookEndpoint};
pub use schedule::{AFTER_FAILURE, Heard, MOST_ATTEMPTS, PATIENCE};
pub use signature::{SecretFault, SigningSecret};
