//! Looks up what clients are told of.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, params};

use super::SqliteStore;
use crate::flow::ports::{EventStore, PlacedEvents, Unavailable};
use crate::store::{row, select};
use vpgate_core::base::id::{GrantId, PresentationId};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::KeptAnswer;
use vpgate_core::event::EventCursor;
use vpgate_core::openid4vp::presentation::PresentationMark;
use vpgate_core::openid4vp::request::VpRequest;

#[async_trait]
impl EventStore for SqliteStore {
    async fn events(
        &self,
        client_id: &str,
        after: EventCursor,
        limit: usize,
    ) -> Result<PlacedEvents, Unavailable> {
        let client_id = client_id.to_owned();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |connection| {
            let rows: Vec<(i64, String)> = connection
                .prepare_cached(select::EVENTS)?
                .query_map(params![client_id, after.ordinal(), limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let unplaced = connection.prepare_cached(select::UNPLACED_EVENT)?.exists([&client_id])?;
            let event = |(ordinal, event): (i64, String)| {
                Ok((EventCursor::of_ordinal(ordinal), row::from_json(&event, "event")?))
            };
            let events = rows.into_iter().map(event).collect::<Result<_, Unavailable>>()?;
            Ok(PlacedEvents { events, unplaced })
        })
        .await
    }

    async fn untold_expiries(&self, now: Timestamp, limit: usize) -> Result<Vec<VpRequest>, Unavailable> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |connection| {
            let rows: Vec<String> = connection
                .prepare_cached(select::UNTOLD_EXPIRIES)?
                .query_map(params![now.unix(), limit], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            rows.iter().map(|request| Ok(row::from_json(request, "request")?)).collect()
        })
        .await
    }

    async fn kept_answer(&self, key: &Digest) -> Result<Option<KeptAnswer>, Unavailable> {
        let key = *key;
        self.read(move |connection| {
            let found = connection
                .prepare_cached(select::KEPT_ANSWER)?
                .query_row([key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            Ok(found.map(|(body, answer, until)| row::kept_answer(key, body, answer, until)).transpose()?)
        })
        .await
    }

    async fn marks(
        &self,
        ids: &[PresentationId],
    ) -> Result<HashMap<PresentationId, PresentationMark>, Unavailable> {
        let ids = row::to_json(&ids, "id")?;
        self.read(move |connection| {
            let rows: Vec<(String, String, Option<i64>)> = connection
                .prepare_cached(select::MARKS_IN_SQLITE)?
                .query_map([ids], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<Result<_, _>>()?;
            rows.iter().map(|(id, state, tries)| Ok(row::mark(id, state, *tries)?)).collect()
        })
        .await
    }

    async fn pending_grants(&self, ids: &[GrantId]) -> Result<HashSet<GrantId>, Unavailable> {
        let ids = row::to_json(&ids, "id")?;
        self.read(move |connection| {
            let rows: Vec<String> = connection
                .prepare_cached(select::PENDING_IN_SQLITE)?
                .query_map([ids], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            rows.iter().map(|id| Ok(row::grant_id(id)?)).collect()
        })
        .await
    }
}
