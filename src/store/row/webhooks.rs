//! What the columns about webhooks mean.

use super::{BrokenColumn, count, digest, from_json, present};
use crate::flow::ports::DueDelivery;
use vpgate_core::base::id::DeliveryId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::event::{EVENTS_KEPT, Event};
use vpgate_core::webhook::{Delivery, DeliveryCursor, DeliveryState, EndpointTrouble, Pause};

/// The columns of a delivery, with those of its event.
#[derive(Clone, Debug)]
pub(in crate::store) struct DeliveryRow {
    /// Names it.
    pub id: String,
    /// Whose endpoint it is for.
    pub client: String,
    /// The name of that.
    pub endpoint: String,
    /// `waiting`, `delivered` or `dead`.
    pub state: String,
    /// How many attempts were begun.
    pub attempts: Option<i64>,
    /// When it is due, seconds since the epoch.
    pub due_at: Option<i64>,
    /// The status of the last answer.
    pub last_status: Option<i64>,
    /// [`Event`] as JSON.
    pub event: String,
}

/// The columns of what went wrong at an endpoint.
#[derive(Clone, Debug)]
pub(in crate::store) struct TroubleRow {
    /// Whose endpoint.
    pub client: String,
    /// Its name.
    pub endpoint: String,
    /// Digest of its address then.
    pub address: Option<Vec<u8>>,
    /// When it failed first, seconds since the epoch.
    pub since: Option<i64>,
    /// Not to be called before, seconds since the epoch.
    pub not_before: Option<i64>,
    /// `gone` or `failing`, when nothing is sent any more.
    pub paused: Option<String>,
}

/// The place behind which deliveries are listed: when their events are forgotten, and the id.
pub(in crate::store) fn place(before: Option<&DeliveryCursor>) -> (i64, String) {
    match before {
        Some(cursor) => (cursor.at.plus(EVENTS_KEPT).unix(), cursor.id.to_string()),
        None => (i64::MAX, String::new()),
    }
}

/// When an event happened that is forgotten then.
pub(in crate::store) fn happened_at(forget_at: i64) -> Timestamp {
    Timestamp::from_unix(forget_at).minus(EVENTS_KEPT)
}

impl DeliveryRow {
    pub(in crate::store) fn restore(self) -> Result<DueDelivery, BrokenColumn> {
        let event: Event = from_json(&self.event, "event")?;
        let status = |number: i64| u16::try_from(number).map_err(|_| BrokenColumn("last_status"));
        let delivery = Delivery {
            id: DeliveryId::parse(&self.id).ok_or(BrokenColumn("id"))?,
            event: event.id.clone(),
            client_id: self.client,
            endpoint: self.endpoint,
            state: DeliveryState::from_name(&self.state).ok_or(BrokenColumn("state"))?,
            attempts: count(present(self.attempts, "attempts")?, "attempts")?,
            due_at: Timestamp::from_unix(present(self.due_at, "due_at")?),
            last_status: self.last_status.map(status).transpose()?,
        };
        Ok(DueDelivery { delivery, event })
    }
}

impl TroubleRow {
    pub(in crate::store) fn restore(self) -> Result<EndpointTrouble, BrokenColumn> {
        let pause = |name: String| Pause::from_name(&name).ok_or(BrokenColumn("paused"));
        Ok(EndpointTrouble {
            client_id: self.client,
            endpoint: self.endpoint,
            address: present(digest(self.address, "address")?, "address")?,
            since: Timestamp::from_unix(present(self.since, "since")?),
            not_before: self.not_before.map(Timestamp::from_unix),
            paused: self.paused.map(pause).transpose()?,
        })
    }
}
