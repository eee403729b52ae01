//! Looks up what clients are told of.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use tokio_postgres::Row;

use super::PostgresStore;
use crate::flow::ports::{EventStore, PlacedEvents, Unavailable};
use crate::store::select::Columns as _;
use crate::store::steps::Cell;
use crate::store::{row, select};
use vpgate_core::base::id::{GrantId, PresentationId};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::KeptAnswer;
use vpgate_core::event::EventCursor;
use vpgate_core::openid4vp::presentation::PresentationMark;
use vpgate_core::openid4vp::request::VpRequest;

#[async_trait]
impl EventStore for PostgresStore {
    async fn events(
        &self,
        client_id: &str,
        after: EventCursor,
        limit: usize,
    ) -> Result<PlacedEvents, Unavailable> {
        let client = || Cell::from(client_id.to_owned());
        let rows =
            self.database.rows(select::EVENTS, &[client(), after.ordinal().into(), bound(limit)]).await?;
        let unplaced = self.row(select::UNPLACED_EVENT, &[client()]).await?.is_some();
        let event = |found: &Row| -> Result<_, Unavailable> {
            let ordinal = found.integer(0)?.unwrap_or_default();
            Ok((EventCursor::of_ordinal(ordinal), row::from_json(&found.some_text(1)?, "event")?))
        };
        Ok(PlacedEvents { events: rows.iter().map(event).collect::<Result<_, _>>()?, unplaced })
    }

    async fn untold_expiries(&self, now: Timestamp, limit: usize) -> Result<Vec<VpRequest>, Unavailable> {
        let rows = self.database.rows(select::UNTOLD_EXPIRIES, &[now.into(), bound(limit)]).await?;
        rows.iter().map(|found| Ok(row::from_json(&found.some_text(0)?, "request")?)).collect()
    }

    async fn kept_answer(&self, key: &Digest) -> Result<Option<KeptAnswer>, Unavailable> {
        let Some(found) = self.row(select::KEPT_ANSWER, &[key.into()]).await? else { return Ok(None) };
        let until = found.integer(2)?.unwrap_or_default();
        Ok(Some(row::kept_answer(*key, found.bytes(0)?, found.some_text(1)?, until)?))
    }

    async fn marks(
        &self,
        ids: &[PresentationId],
    ) -> Result<HashMap<PresentationId, PresentationMark>, Unavailable> {
        let ids = row::to_json(&ids, "id")?;
        let rows = self.database.rows(select::MARKS_IN_POSTGRES, &[ids.into()]).await?;
        let mark = |found: &Row| -> Result<_, Unavailable> {
            Ok(row::mark(&found.some_text(0)?, &found.some_text(1)?, found.integer(2)?)?)
        };
        rows.iter().map(mark).collect()
    }

    async fn pending_grants(&self, ids: &[GrantId]) -> Result<HashSet<GrantId>, Unavailable> {
        let ids = row::to_json(&ids, "id")?;
        let rows = self.database.rows(select::PENDING_IN_POSTGRES, &[ids.into()]).await?;
        rows.iter().map(|found| Ok(row::grant_id(&found.some_text(0)?)?)).collect()
    }
}

fn bound(limit: usize) -> Cell {
    Cell::Integer(i64::try_from(limit).unwrap_or(i64::MAX))
}
