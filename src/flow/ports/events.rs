//! What a store knows of events.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;

use super::Unavailable;
use vpgate_core::base::id::{GrantId, PresentationId};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::KeptAnswer;
use vpgate_core::event::{Event, EventCursor};
use vpgate_core::openid4vp::presentation::PresentationMark;
use vpgate_core::openid4vp::request::VpRequest;

/// Events of one client, in their order.
#[derive(Debug, Default)]
pub struct PlacedEvents {
    /// Each with its place.
    pub events: Vec<(EventCursor, Event)>,
    /// There are some that have no place yet.
    pub unplaced: bool,
}

/// Where events are kept.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// At most `limit` events of a client that have a place behind `after`.
    async fn events(
        &self,
        client_id: &str,
        after: EventCursor,
        limit: usize,
    ) -> Result<PlacedEvents, Unavailable>;
    /// At most `limit` requests of clients that have expired at `now`, and of which their clients were not told, those
    /// that expired first before the others.
    async fn untold_expiries(&self, now: Timestamp, limit: usize) -> Result<Vec<VpRequest>, Unavailable>;
    /// The answer that is kept under this key.
    async fn kept_answer(&self, key: &Digest) -> Result<Option<KeptAnswer>, Unavailable>;
    /// How far these presentations are, as far as they are there.
    async fn marks(
        &self,
        ids: &[PresentationId],
    ) -> Result<HashMap<PresentationId, PresentationMark>, Unavailable>;
    /// Those of these grants that nobody has decided.
    async fn pending_grants(&self, ids: &[GrantId]) -> Result<HashSet<GrantId>, Unavailable>;
}
