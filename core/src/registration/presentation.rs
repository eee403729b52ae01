//! How presentations are asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Pointer;
use super::lifetime;
use crate::policy::PresentationPolicy;

/// How presentations are asked for.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct PresentationRegistration {
    /// How long a person has in the wallet.
    pub lifetime: String,
    /// The same across devices, where the QR code must not travel far.
    pub cross_device_lifetime: String,
    /// Rejected answers that end a request.
    pub tries: i64,
    /// Presentations that one client may have open at once: begun by `POST /v1/presentations`, neither settled nor
    /// expired.
    pub open_per_client: i64,
    /// Requests of one process that may follow presentations at once, and wait for their end. A process has places for
    /// that many connections, and for 2096 others.
    pub event_streams: i64,
}

impl Default for PresentationRegistration {
    /// 300 s and 5 tries: REQ-1.14 and REQ-2.8.
    fn default() -> Self {
        Self {
            lifetime: "300s".to_owned(),
            cross_device_lifetime: "120s".to_owned(),
            tries: 5,
            open_per_client: PresentationPolicy::OPEN_PER_CLIENT.into(),
            event_streams: PresentationPolicy::EVENT_STREAMS.into(),
        }
    }
}

/// Checks them.
pub(super) fn check(given: &PresentationRegistration, at: &Pointer<'_>) -> Option<PresentationPolicy> {
    let lifetime = |key: &str, given: &str| at.key(key).keep(lifetime::parse(given));
    let number = |key: &str, given: i64, most: u32| {
        let within = u32::try_from(given).ok().filter(|number| (1..=most).contains(number));
        at.key(key).keep(within.ok_or_else(|| format!("must be a number from 1 to {most}")))
    };
    let whole = lifetime("lifetime", &given.lifetime);
    let crossing = lifetime("cross_device_lifetime", &given.cross_device_lifetime);
    let tries = number("tries", given.tries, 100);
    let open = number("open_per_client", given.open_per_client, 1_000_000);
    let streams = number("event_streams", given.event_streams, 100_000);
    Some(PresentationPolicy {
        lifetime: whole?,
        cross_device_lifetime: crossing?,
        tries: tries?,
        open_per_client: open?,
        event_streams: usize::try_from(streams?).ok()?,
    })
}
