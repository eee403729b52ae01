//! What clients are told of: that something came to its end. An event is written in the transaction of the change that
//! it tells of. It names things and says how they ended, and holds nothing that was proven: whoever is told fetches
//! the result with its own right to it.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::base::id::{DeliveryId, EventId, PresentationId, TokenId};
use crate::base::time::Timestamp;

/// How long events can be asked for.
pub const EVENTS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// Ordinals that one second has.
const ORDINALS_OF_A_SECOND: i64 = 1_000_000;

/// What kinds there are, each with its name and the state that it leads to.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $state:literal;)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $($(#[$doc])* $kind,)+
        }

        impl EventKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its `type`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// The state that was reached.
            pub fn state(self) -> &'static str {
                match self {
                    $(Self::$kind => $state,)+
                }
            }
        }
    };
}

kinds! {
    /// A presentation that the client began is verified.
    PresentationVerified = "presentation.verified", "verified";
    /// It is rejected for good.
    PresentationRejected = "presentation.rejected", "rejected";
    /// The wallet or the person said no.
    PresentationDeclined = "presentation.declined", "declined";
    /// Nobody answered in time.
    PresentationExpired = "presentation.expired", "expired";
    /// The client may take tokens for a grant.
    GrantApproved = "grant.approved", "approved";
    /// It may not.
    GrantDenied = "grant.denied", "denied";
    /// A person says not to have started it.
    GrantDisowned = "grant.disowned", "disowned";
    /// Tokens were taken for it.
    GrantRedeemed = "grant.redeemed", "redeemed";
    /// Tokens are dead before their time.
    TokenRevoked = "token.revoked", "revoked";
    /// The credential behind tokens was taken back, and they are dead.
    CredentialRevoked = "credential.revoked", "revoked";
}

impl EventKind {
    /// The kind of this `type`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| serde::de::Error::custom("not a kind of event"))
    }
}

/// What an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventIds {
    /// The presentation, by the id that its client was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation: Option<PresentationId>,
    /// The grant of tokens, whichever kind: the same in all that is told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// The `jti` of an access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
}

/// What a change tells a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventContent {
    /// Who is told.
    pub client_id: String,
    /// What happened.
    pub kind: EventKind,
    /// To what.
    pub ids: EventIds,
    /// Why, as a stable code, where there is more to say than the kind says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The same wherever it is told, and in each attempt to tell it.
    pub id: EventId,
    /// What it tells.
    #[serde(flatten)]
    pub content: EventContent,
    /// When it happened.
    pub at: Timestamp,
    /// The span in which it happened (W3C Trace Context: `traceparent`), so that who tells it goes on in that trace. It is told
    /// nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// An event with what is written beside it: one row for each endpoint that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The event.
    pub event: Event,
    /// The endpoints of its client that want it.
    pub deliveries: Vec<NewDelivery>,
}

/// What is to be delivered to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Names it.
    pub id: DeliveryId,
    /// The name of the endpoint among those of its client.
    pub endpoint: String,
}

/// How a place among the events of a client is called by those that ask for what came after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventCursor(i64);

impl EventContent {
    /// Without a reason.
    pub fn new(client_id: impl Into<String>, kind: EventKind, ids: EventIds) -> Self {
        Self { client_id: client_id.into(), kind, ids, reason: None }
    }

    /// With a reason.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }
}

impl EventIds {
    /// Of a grant.
    pub fn grant(id: &str) -> Self {
        Self { grant: Some(id.to_owned()), ..Self::default() }
    }
}

impl Event {
    /// As it is told: `type`, `timestamp` and `data` (Standard Webhooks 1.0.0, "Payload structure").
    pub fn body(&self) -> Value {
        let EventContent { client_id, kind, ids, reason } = &self.content;
        let mut data = match json!(ids) {
            Value::Object(ids) => ids,
            _ => Map::new(),
        };
        data.insert("client_id".to_owned(), json!(client_id));
        data.insert("state".to_owned(), json!(kind.state()));
        if let Some(reason) = reason {
            data.insert("reason".to_owned(), json!(reason));
        }
        json!({ "type": kind.name(), "timestamp": self.at.rfc3339(), "data": data })
    }

    /// When it is forgotten, delivered or not.
    pub fn forgotten_at(&self) -> Timestamp {
        self.at.plus(EVENTS_KEPT)
    }
}

impl EventCursor {
    /// Before everything.
    pub const START: Self = Self(0);

    /// What nothing that is given a place from `now` on comes before. So cursors go on where every row was removed.
    pub fn floor(now: Timestamp) -> Self {
        Self(now.unix().max(0).saturating_mul(ORDINALS_OF_A_SECOND))
    }

    /// As a row has it.
    pub fn ordinal(self) -> i64 {
        self.0
    }

    /// Of a row.
    pub fn of_ordinal(ordinal: i64) -> Self {
        Self(ordinal)
    }

    /// As it was told. `None` when it cannot have been.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().map(Self)
    }

    /// As it is told.
    pub fn told(self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let ids =
            EventIds { presentation: Some(PresentationId::from_entropy([1; 16])), ..EventIds::default() };
        let content = EventContent::new("shop", EventKind::PresentationRejected, ids).because("kb_nonce");
        Event {
            id: EventId::from_entropy([2; 16]),
            content,
            at: Timestamp::from_unix(1_683_000_000),
            trace: None,
        }
    }

    #[test]
    fn req_21_40_a_body_has_ids_state_reason_and_times_and_nothing_else() {
        let expected = json!({
            "type": "presentation.rejected",
            "timestamp": "2023-05-02T04:00:00Z",
            "data": {
                "presentation": "AQEBAQEBAQEBAQEBAQEBAQ", "client_id": "shop", "state": "rejected",
                "reason": "kb_nonce",
            },
        });
        assert_eq!(event().body(), expected);
    }

    #[test]
    fn an_event_is_read_as_it_was_written() {
        let written = serde_json::to_string(&event()).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event());
        let trace = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
        let traced = Event { trace, ..event() };
        let kept = serde_json::to_string(&traced).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&kept).unwrap(), traced);
        assert_eq!(traced.body(), event().body());
        assert!(serde_json::from_str::<Event>(&written.replace("presentation.rejected", "other")).is_err());
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.name()), Some(*kind));
            assert!(kind.name().split_once('.').is_some());
        }
        assert_eq!(EventKind::from_name("presentation"), None);
    }

    #[test]
    fn a_cursor_is_a_number_that_grows_with_the_time() {
        let floor = |second| EventCursor::floor(Timestamp::from_unix(second));
        assert!(floor(2) > floor(1) && floor(1) > EventCursor::START);
        assert_eq!(floor(-5), EventCursor::START);
        assert_eq!(EventCursor::parse(&floor(7).told()), Some(floor(7)));
        for wrong in ["", "-1", "x", "1e3", " 1", "99999999999999999999", "9999999999999999999"] {
            assert_eq!(EventCursor::parse(wrong), None, "{wrong}");
        }
    }
}
