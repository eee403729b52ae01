//! Whom a client wants told, and how that goes.

use std::time::Duration;

use url::Url;

use super::schedule::Heard;
use super::signature::SigningSecret;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::event::EventKind;
use crate::jose::jwe::RecipientKey;

/// Where https servers listen; another port may be something else of the same machine.
const USUAL_PORTS: [u16; 2] = [443, 8443];

/// An endpoint that failed for so long is left alone.
pub const PAUSED_AFTER: Duration = Duration::from_secs(5 * 24 * 3600);

/// Where a client is told of events (`[[clients.webhooks]]`).
#[derive(Debug)]
pub struct WebhookEndpoint {
    /// Its name among those of its client.
    pub name: String,
    /// Where messages are posted to.
    pub url: Url,
    /// What it is told of.
    pub kinds: Vec<EventKind>,
    /// What messages are signed with: one secret, or two while one is exchanged for the other.
    pub secrets: Vec<SigningSecret>,
    /// How much it is told.
    pub content: WebhookContent,
    /// Whether receipts come with what it is told.
    pub receipt: bool,
}

/// How much a message says.
#[derive(Debug)]
pub enum WebhookContent {
    /// Identifiers, state, reason and times; never a claim.
    Thin,
    /// The result of a presentation too, encrypted to this key of the client.
    Full(RecipientKey),
}

impl WebhookEndpoint {
    /// Whether an address is on a port where https servers listen.
    pub fn is_on_usual_port(url: &Url) -> bool {
        url.port_or_known_default().is_some_and(|port| USUAL_PORTS.contains(&port))
    }

    /// Whether it is told of this.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Names the address, in rows: what went wrong at one address says nothing of another.
    pub fn address(&self) -> Digest {
        Digest::of(self.url.as_str().as_bytes())
    }
}

/// Why nothing is sent to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It answered 410.
    Gone,
    /// It failed for [`PAUSED_AFTER`].
    Failing,
}

impl Pause {
    /// As a row and the REST API name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// Reads back [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Gone, Self::Failing].into_iter().find(|known| known.name() == name)
    }
}

/// What is known of an endpoint that failed and has not taken a message since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointTrouble {
    /// Whose endpoint.
    pub client_id: String,
    /// Its name.
    pub endpoint: String,
    /// [`WebhookEndpoint::address`] of then.
    pub address: Digest,
    /// When it failed first.
    pub since: Timestamp,
    /// It asked not to be called before this second.
    pub not_before: Option<Timestamp>,
    /// Why nothing is sent any more, until somebody asks for it.
    pub paused: Option<Pause>,
}

impl EndpointTrouble {
    /// After an attempt that failed at `now`; `before` is what was known of the endpoint.
    pub fn after(
        client_id: &str,
        endpoint: &WebhookEndpoint,
        before: Option<&Self>,
        heard: Heard,
        now: Timestamp,
    ) -> Self {
        let address = endpoint.address();
        let before = before.filter(|before| before.address == address);
        let since = before.map_or(now, |before| before.since);
        let paused = match heard.is_gone() {
            true => Some(Pause::Gone),
            false => (now.since(since) >= PAUSED_AFTER).then_some(Pause::Failing),
        };
        Self {
            client_id: client_id.to_owned(),
            endpoint: endpoint.name.clone(),
            address,
            since,
            not_before: heard.wants_pause().map(|pause| now.plus(pause)),
            paused,
        }
    }

    /// Whether `endpoint` is called at `now`: it is not the one that this is about, or has changed its address, or
    /// is neither paused nor to be left alone.
    pub fn lets_through(&self, endpoint: &WebhookEndpoint, now: Timestamp) -> bool {
        self.address != endpoint.address()
            || self.paused.is_none() && self.not_before.is_none_or(|not_before| now >= not_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_000_000);
    const FAILED: Heard = Heard { status: Some(500), retry_after: None };

    fn endpoint(url: &str) -> WebhookEndpoint {
        WebhookEndpoint {
            name: "orders".to_owned(),
            url: url.parse().unwrap(),
            kinds: EventKind::ALL.to_vec(),
            secrets: Vec::new(),
            content: WebhookContent::Thin,
            receipt: false,
        }
    }

    fn later(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn req_21_43_an_endpoint_that_fails_for_five_days_is_paused() {
        let endpoint = endpoint("https://a.example/");
        let first = EndpointTrouble::after("shop", &endpoint, None, FAILED, NOW);
        assert_eq!((first.since, first.paused), (NOW, None));
        let almost = EndpointTrouble::after("shop", &endpoint, Some(&first), FAILED, later(431_999));
        assert!(almost.paused.is_none() && almost.lets_through(&endpoint, later(431_999)));
        let paused = EndpointTrouble::after("shop", &endpoint, Some(&almost), FAILED, later(432_000));
        assert_eq!((paused.since, paused.paused), (NOW, Some(Pause::Failing)));
        assert!(!paused.lets_through(&endpoint, later(10_000_000)));
    }

    #[test]
    fn req_21_43_410_pauses_at_once_and_another_address_is_another_endpoint() {
        let old = endpoint("https://a.example/");
        let gone = EndpointTrouble::after("shop", &old, None, Heard { status: Some(410), ..FAILED }, NOW);
        assert_eq!(gone.paused, Some(Pause::Gone));
        assert!(!gone.lets_through(&old, NOW));
        let moved = endpoint("https://b.example/");
        assert!(gone.lets_through(&moved, NOW));
        let anew = EndpointTrouble::after("shop", &moved, Some(&gone), FAILED, later(1_000_000));
        assert_eq!((anew.since, anew.paused), (later(1_000_000), None));
    }

    #[test]
    fn req_21_43_who_asks_to_be_left_alone_is() {
        let endpoint = endpoint("https://a.example/");
        let busy = Heard { status: Some(429), retry_after: Some(Duration::from_secs(90)) };
        let trouble = EndpointTrouble::after("shop", &endpoint, None, busy, NOW);
        assert!(!trouble.lets_through(&endpoint, later(89)) && trouble.lets_through(&endpoint, later(90)));
    }

    #[test]
    fn a_pause_is_read_back() {
        for pause in [Pause::Gone, Pause::Failing] {
            assert_eq!(Pause::from_name(pause.name()), Some(pause));
        }
        assert_eq!(Pause::from_name(""), None);
    }
}
