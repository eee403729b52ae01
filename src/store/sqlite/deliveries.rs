//! Look-ups about webhooks.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::SqliteStore;
use crate::flow::ports::{DeliveryStore, DueDelivery, Unavailable};
use crate::store::row::webhooks::{DeliveryRow, TroubleRow, happened_at, place};
use crate::store::select;
use vpgate_core::base::time::Timestamp;
use vpgate_core::webhook::{DeliveryCursor, DeliveryState, EndpointTrouble};

#[async_trait]
impl DeliveryStore for SqliteStore {
    async fn due_endpoints(&self, now: Timestamp) -> Result<Vec<(String, String)>, Unavailable> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(select::DUE_ENDPOINTS)?;
            let found = select.query_map([now.unix()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(found.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn due_deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable> {
        let (client_id, endpoint) = (client_id.to_owned(), endpoint.to_owned());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |it| {
            found(it, select::DUE_DELIVERIES, params![client_id, endpoint, now.unix(), limit])
        })
        .await
    }

    async fn deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        state: Option<DeliveryState>,
        before: Option<&DeliveryCursor>,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable> {
        let (client_id, endpoint) = (client_id.to_owned(), endpoint.to_owned());
        let (state, limit) = (state.map(DeliveryState::name), i64::try_from(limit).unwrap_or(i64::MAX));
        let (forget_at, id) = place(before);
        self.read(move |it| {
            found(it, select::DELIVERIES, params![client_id, endpoint, state, forget_at, id, limit])
        })
        .await
    }

    async fn oldest_waiting(&self) -> Result<Option<Timestamp>, Unavailable> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(select::OLDEST_WAITING)?;
            let forget_at: Option<i64> = select.query_row([], |row| row.get(0))?;
            Ok(forget_at.map(happened_at))
        })
        .await
    }

    async fn endpoint_troubles(&self) -> Result<Vec<EndpointTrouble>, Unavailable> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(select::WEBHOOK_TROUBLES)?;
            let rows: Vec<TroubleRow> =
                select.query_map([], |row| TroubleRow::read(row))?.collect::<Result<_, _>>()?;
            Ok(rows.into_iter().map(TroubleRow::restore).collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn found(
    connection: &Connection,
    sql: &str,
    with: impl rusqlite::Params,
) -> Result<Vec<DueDelivery>, Unavailable> {
    let rows: Vec<DeliveryRow> = connection
        .prepare_cached(sql)?
        .query_map(with, |row| DeliveryRow::read(row))?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().map(DeliveryRow::restore).collect::<Result<_, _>>()?)
}
