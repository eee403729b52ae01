//! Look-ups about webhooks.

use async_trait::async_trait;

use super::PostgresStore;
use crate::flow::ports::{DeliveryStore, DueDelivery, Unavailable};
use crate::store::row::webhooks::{DeliveryRow, TroubleRow};
use crate::store::select::{self, Columns as _};
use crate::store::steps::Cell;
use vpgate_core::base::time::Timestamp;
use vpgate_core::webhook::{DeliveryState, EndpointTrouble};

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
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable> {
        let state: Cell = state.map(DeliveryState::name).into();
        let cells = [client_id.to_owned().into(), endpoint.to_owned().into(), state, number(limit)];
        self.found(select::DELIVERIES, &cells).await
    }

    async fn endpoint_troubles(&self) -> Result<Vec<EndpointTrouble>, Unavailable> {
        let rows = self.database.rows(select::WEBHOOK_TROUBLES, &[]).await?;
        rows.iter().map(|row| Ok(TroubleRow::read(row)?.restore()?)).collect()
    }
}

impl PostgresStore {
    async fn found(&self, sql: &str, cells: &[Cell]) -> Result<Vec<DueDelivery>, Unavailable> {
        let rows = self.database.rows(sql, cells).await?;
        rows.iter().map(|row| Ok(DeliveryRow::read(row)?.restore()?)).collect()
    }
}

fn number(limit: usize) -> Cell {
    Cell::Integer(i64::try_from(limit).unwrap_or(i64::MAX))
}
