//! Can the database be written and read now? A real write, durable like any other, so that a full disk, a
//! read-only file system or a lock that nobody lifts is noticed before a person is.

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::writer::Ended;
use super::{SqliteStore, answered, unavailable};
use crate::flow::ports::Unavailable;

/// Why the database is not ready, where SQLite has no words for it.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum NotReady {
    #[error("it is malformed: a read or a write has found damage in it")]
    Malformed,
    #[error("the row that is written to see whether writing works is gone")]
    NoRow,
}

impl SqliteStore {
    pub(super) async fn probe(&self) -> Result<(), Unavailable> {
        self.at_a_glance()?;
        self.probe.shared(self.write_and_read()).await
    }

    /// What costs nothing is asked every time.
    fn at_a_glance(&self) -> Result<(), Unavailable> {
        if self.writer.has_ended() {
            return Err(Ended.into());
        }
        if self.is_malformed() {
            return Err(unavailable(NotReady::Malformed));
        }
        Ok(self.watch.as_ref().map_or(Ok(()), super::watch::Watch::still_there)?)
    }

    async fn write_and_read(&self) -> Result<(), Unavailable> {
        let (work, written): (_, oneshot::Receiver<Result<(), Unavailable>>) = answered(write);
        self.writer.alone(work).await?;
        written.await.map_err(|_| Ended)?.map_err(|failure| self.noticing(failure))?;
        self.read(|connection| Ok(read(connection)?)).await
    }
}

fn write(connection: &mut Connection) -> Result<(), Unavailable> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changed = transaction
        .prepare_cached("UPDATE service SET probes = (probes + 1) % 1000000 WHERE id = 1")?
        .execute([])?;
    transaction.commit()?;
    if changed == 1 { Ok(()) } else { Err(unavailable(NotReady::NoRow)) }
}

/// Both ends of every table and of the index that a sweep goes by: damage there is noticed without anybody
/// having to ask for a row in it.
fn read(connection: &Connection) -> rusqlite::Result<()> {
    for table in [
        "grants",
        "presentations",
        "token_families",
        "access_tokens",
        "dpop_proofs",
        "authorizations",
        "pushed_requests",
        "client_assertions",
        "attempts",
    ] {
        for end in ["min", "max"] {
            let sql = format!("SELECT {end}(forget_at) FROM {table}");
            connection.prepare_cached(&sql)?.query_row([], |_| Ok(()))?;
        }
    }
    Ok(())
}
