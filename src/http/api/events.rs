//! `GET /v1/events`: what a client was told of, for one that was away.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::error::Problem;
use crate::flow::events::list::{EventPage, NotListed};
use vpgate_core::event::{self, EventContent};

/// Events, in the order in which they are told.
#[derive(Debug, Object)]
#[oai(rename = "Events")]
pub struct EventsSchema {
    /// The events; none when nothing has happened since.
    pub events: Vec<EventSchema>,
    /// Ask with it as `after` for what comes next.
    pub cursor: String,
    /// There are more by now.
    pub more: bool,
}

/// Something came to its end.
#[derive(Debug, Object)]
#[oai(rename = "Event")]
pub struct EventSchema {
    /// The same wherever the event is told: `webhook-id`.
    pub id: String,
    /// What happened: `presentation.verified`, `.rejected`, `.declined`, `.expired`; `grant.approved`, `.denied`,
    /// `.disowned`, `.redeemed`; `token.revoked`; `credential.revoked`.
    #[oai(rename = "type")]
    pub kind: String,
    /// When it happened (RFC 3339).
    pub timestamp: String,
    /// To what, and why. Never a claim: the result is fetched.
    pub data: EventData,
}

/// What an event is about.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct EventData {
    /// The presentation, by its `id`.
    pub presentation: Option<String>,
    /// The grant of tokens: the same in all events of it.
    pub grant: Option<String>,
    /// The `jti` of an access token.
    pub token: Option<String>,
    /// The client that is told.
    pub client_id: String,
    /// The state that was reached; `test` of a message that is only a test.
    pub state: String,
    /// Why, as a stable code, where there is more to say.
    pub reason: Option<String>,
}

/// How a client is answered that asks for events.
#[derive(ApiResponse)]
pub enum ListedEvents {
    /// At most 100 events.
    #[oai(status = 200)]
    Listed(Json<EventsSchema>),
}

impl From<EventPage> for ListedEvents {
    fn from(page: EventPage) -> Self {
        Self::Listed(Json(EventsSchema {
            events: page.events.into_iter().map(EventSchema::from).collect(),
            cursor: page.cursor.told(),
            more: page.more,
        }))
    }
}

impl From<event::Event> for EventSchema {
    fn from(event: event::Event) -> Self {
        let EventContent { client_id, kind, ids, reason } = event.content;
        Self {
            id: event.id.to_string(),
            kind: kind.name().to_owned(),
            timestamp: event.at.rfc3339(),
            data: EventData {
                presentation: ids.presentation.map(|id| id.to_string()),
                grant: ids.grant,
                token: ids.token.map(|id| id.to_string()),
                client_id,
                state: kind.state().to_owned(),
                reason,
            },
        }
    }
}

impl From<NotListed> for Problem {
    fn from(why: NotListed) -> Self {
        let detail = why.to_string();
        match why {
            NotListed::Cursor => Self::invalid_request("", detail),
            NotListed::PublicClient => Self::forbidden(detail),
            NotListed::Failed(failure) => failure.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON as _;
    use serde_json::json;

    use super::*;
    use vpgate_core::base::id::{EventId, PresentationId};
    use vpgate_core::base::time::Timestamp;
    use vpgate_core::event::{Event, EventIds, EventKind};

    #[test]
    fn an_event_is_listed_as_a_webhook_tells_it_and_with_its_id() {
        let ids =
            EventIds { presentation: Some(PresentationId::from_entropy([1; 16])), ..EventIds::grant("g") };
        let content =
            EventContent::new("shop", EventKind::PresentationDeclined, ids).because("access_denied");
        let event =
            Event { id: EventId::from_entropy([2; 16]), content, at: Timestamp::from_unix(0), trace: None };
        let mut expected = event.body();
        expected["id"] = json!(event.id);
        assert_eq!(EventSchema::from(event).to_json().unwrap(), expected);
    }
}
