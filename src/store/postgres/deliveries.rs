//! Look-ups about webhooks.

use async_trait::async_trait;

use super::PostgresStore;
use crate::flow::ports::{DeliveryStore, DueDelivery, Unavailable};
use crate::store::row::webhooks::{DeliveryRow, TroubleRow, happened_at, place};
use crate::store::select::{self, Columns as _};
use crate::store::steps::Cell;
use vpgate_core::base::time::Timestamp;
use vpgate_core::webhook::{DeliveryCursor, DeliveryState, EndpointTrouble};

#[async_trait]
impl DeliveryStore for PostgresStore {
    async fn due_endpoints(&self, now: Timestamp) -> Result<Vec<(String, String)>, Unavailable> {
        let rows = self.database.rows(select::DUE_ENDPOINTS, &[now.into()]).await?;
        rows.iter().map(|row| Ok((row.some_text(0)?, row.some_text(1)?))).collect()
    }

    async fn due_deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable> {
        let cells = [client_id.to_owned().into(), endpoint.to_owned().into(), now.into(), number(limit)];
        self.found(select::DUE_DELIVERIES, &cells).await
    }

    async fn deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        state: Option<DeliveryState>,
        before: Option<&DeliveryCursor>,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable> {
        let state: Cell = state.map(DeliveryState::name).into();
        let (forget_at, id) = place(before);
        let (client, endpoint) = (client_id.to_owned(), endpoint.to_owned());
        let cells =
            [client.into(), endpoint.into(), state, Cell::Integer(forget_at), id.into(), number(limit)];
        self.found(select::DELIVERIES, &cells).await
    }

    async fn oldest_waiting(&self) -> Result<Option<Timestamp>, Unavailable> {
        let row = self.row(select::OLDEST_WAITING, &[]).await?;
        let forget_at = row.map(|row| row.integer(0)).transpose()?.flatten();
        Ok(forget_at.map(happened_at))
    }

    async fn endpoint_troubles(&self) -> Result<Vec<EndpointTrouble>, Unavailable> {
        let rows = self.database.rows(select::WEBHOOK_TROUBLES, &[]).await?;
        rows.iter().map(|row| Ok(TroubleRow::read(row)?.restore()?)).collect()
    }
}

impl PostgresStore {
    async fn found(&self, sql: &'static str, cells: &[Cell]) -> Result<Vec<DueDelivery>, Unavailable> {
        let rows = self.database.rows(sql, cells).await?;
        rows.iter().map(|row| Ok(DeliveryRow::read(row)?.restore()?)).collect()
    }
}

fn number(limit: usize) -> Cell {
    Cell::Integer(i64::try_from(limit).unwrap_or(i64::MAX))
}
