//! One event on its way to one endpoint.

use std::time::Duration;

use super::schedule::Heard;
use crate::base::id::{DeliveryId, EventId};
use crate::base::time::Timestamp;

/// How long whoever makes an attempt has it to himself: longer than an attempt may take. When he is gone by then,
/// the next one makes it again.
pub const LEASE: Duration = Duration::from_secs(30);

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is tried when it is due.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It is not tried again.
    Dead,
}

impl DeliveryState {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Dead];

    /// As rows and the REST API name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// Reads back [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// An event for one endpoint: where the attempts stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names it.
    pub id: DeliveryId,
    /// What is told.
    pub event: EventId,
    /// Whose endpoint is told.
    pub client_id: String,
    /// The name of the endpoint.
    pub endpoint: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How many attempts were begun.
    pub attempts: u32,
    /// When the next one is due.
    pub due_at: Timestamp,
    /// The status of the last answer; `None` where there was none.
    pub last_status: Option<u16>,
}

/// A place among the deliveries to one endpoint, which are listed by the times of their events, the newest first: those
/// places stay as they are, whatever becomes of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryCursor {
    /// When the event happened.
    pub at: Timestamp,
    /// Among those of one second.
    pub id: DeliveryId,
}

impl DeliveryCursor {
    /// As it was told. `None` when it cannot have been.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        let digits = (1..=18).contains(&at.len()) && at.bytes().all(|byte| byte.is_ascii_digit());
        let at = digits.then(|| at.parse().ok()).flatten().map(Timestamp::from_unix)?;
        Some(Self { at, id: DeliveryId::parse(id)? })
    }

    /// As it is told.
    pub fn told(&self) -> String {
        format!("{}.{}", self.at.unix(), self.id)
    }
}

impl Delivery {
    /// With an attempt at `now` counted before it is made. Until the [`LEASE`] is over nobody else makes one.
    #[must_use]
    pub fn begun(&self, now: Timestamp) -> Self {
        Self { attempts: self.attempts.saturating_add(1), due_at: now.plus(LEASE), ..self.clone() }
    }

    /// After the attempt that was begun: what was heard at `now` decides. `random` spreads the next attempts.
    #[must_use]
    pub fn answered(&self, heard: Heard, now: Timestamp, random: u32) -> Self {
        let next = heard.next(self.attempts, now, random);
        let (state, due_at) = match (heard.is_success(), next) {
            (true, _) => (DeliveryState::Delivered, now),
            (false, Some(next)) if !heard.is_gone() => (DeliveryState::Waiting, next),
            (false, _) => (DeliveryState::Dead, now),
        };
        Self { state, due_at, last_status: heard.status, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::{MOST_ATTEMPTS, PATIENCE};

    const NOW: Timestamp = Timestamp::from_unix(1_000_000);
    const FAILED: Heard = Heard { status: Some(500), retry_after: None };

    fn waiting() -> Delivery {
        Delivery {
            id: DeliveryId::from_entropy([1; 16]),
            event: EventId::from_entropy([2; 16]),
            client_id: "shop".to_owned(),
            endpoint: "orders".to_owned(),
            state: DeliveryState::Waiting,
            attempts: 0,
            due_at: NOW,
            last_status: None,
        }
    }

    #[test]
    fn req_21_41_an_attempt_is_counted_before_it_is_made_and_is_ones_own_for_longer_than_it_takes() {
        let begun = waiting().begun(NOW);
        assert_eq!((begun.attempts, begun.state), (1, DeliveryState::Waiting));
        assert!(begun.due_at.since(NOW) >= PATIENCE * 2);
    }

    #[test]
    fn a_cursor_is_read_as_it_was_told_and_nothing_else_is_one() {
        let cursor = DeliveryCursor { at: NOW, id: DeliveryId::from_entropy([1; 16]) };
        assert_eq!(DeliveryCursor::parse(&cursor.told()), Some(cursor.clone()));
        let id = &cursor.id;
        for wrong in [
            String::new(),
            id.to_string(),
            format!(".{id}"),
            format!("-1.{id}"),
            format!("1e9.{id}"),
            format!("{}.{id}", "9".repeat(19)),
            format!("{}.{id}x", NOW.unix()),
            format!("{}.", NOW.unix()),
        ] {
            assert_eq!(DeliveryCursor::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn req_21_43_it_is_tried_ten_times_and_is_dead_then() {
        let mut delivery = waiting();
        while delivery.state == DeliveryState::Waiting {
            let at = delivery.due_at;
            delivery = delivery.begun(at).answered(FAILED, at, 7);
        }
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Dead, MOST_ATTEMPTS));
        assert_eq!(delivery.last_status, Some(500));
    }

    #[test]
    fn req_21_43_success_ends_it_and_410_does() {
        let answered =
            |status| waiting().begun(NOW).answered(Heard { status: Some(status), ..FAILED }, NOW, 0).state;
        assert_eq!(answered(204), DeliveryState::Delivered);
        assert_eq!(answered(410), DeliveryState::Dead);
        assert_eq!(answered(307), DeliveryState::Waiting);
        assert_eq!(waiting().begun(NOW).answered(Heard::NOTHING, NOW, 0).last_status, None);
    }
}
