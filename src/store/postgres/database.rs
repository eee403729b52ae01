//! Executes statements: prepared or unnamed, each once, on a connection that is free.

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, Statement as Prepared};

use super::fault::PostgresFault;
use super::pool::{Connector, Durability, pool};
use super::texts::{Statement, Texts};
use crate::config::{PostgresStorage, StatementMode};
use crate::store::OpenFault;
use crate::store::steps::Cell;

/// How long an answer is waited for: longer than a server works on a statement, and not for ever, because a commit
/// waits for its standby without an end.
const LONGEST: Duration = Duration::from_secs(7);
/// How often a statement that lost a race over locks is sent.
const TRIES: u32 = 10;
/// How long it waits before the second time at most; then longer.
const PAUSE: Duration = Duration::from_millis(2);

/// Two pools over one schema.
pub(super) struct Database {
    pub texts: Texts,
    statements: StatementMode,
    durable: Connections,
    swift: Connections,
}

struct Connections {
    connector: Connector,
    pool: Pool,
}

/// A statement that is ready to be executed.
enum Ready<'a> {
    Prepared(Prepared),
    Unnamed(&'a str),
}

impl Database {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// [`OpenFault`]
    pub(super) fn new(storage: &PostgresStorage, statements: StatementMode) -> Result<Self, OpenFault> {
        let durable = Connector::new(storage, Durability::Durable)?;
        let swift = durable.beside(storage, Durability::Swift);
        let connections = |connector, size| {
            let pool =
                pool(&connector, size).map_err(|fault| PostgresFault::NoConnection(fault.to_string()))?;
            Ok::<_, OpenFault>(Connections { connector, pool })
        };
        Ok(Self {
            texts: Texts::new(storage.quoted_schema()),
            statements,
            durable: connections(durable, storage.connections)?,
            swift: connections(swift, storage.swift_connections)?,
        })
    }

    /// What a look-up finds. Asked again on another connection when one broke.
    pub(super) async fn rows(&self, sql: &'static str, cells: &[Cell]) -> Result<Vec<Row>, PostgresFault> {
        let sql = self.texts.one(sql).sql;
        match self.rows_once(&sql, cells).await {
            Err(PostgresFault::NoAnswer(_)) => self.rows_once(&sql, cells).await,
            outcome => outcome,
        }
    }

    async fn rows_once(&self, sql: &str, cells: &[Cell]) -> Result<Vec<Row>, PostgresFault> {
        let client = self.swift.connection().await?;
        let answer = timeout(LONGEST, async {
            match ready(&client, self.statements, sql).await? {
                Ready::Prepared(statement) => client.query(&statement, &bound(cells)).await,
                Ready::Unnamed(sql) => client.query_typed(sql, &typed(cells)).await,
            }
            .map_err(|fault| PostgresFault::sent(&fault))
        })
        .await;
        settled(client, answer)
    }

    /// How many rows a statement changes or returns. One that lost a race over locks is sent again: nothing had
    /// happened.
    pub(super) async fn execute(
        &self,
        durability: Durability,
        turn: Option<&Statement>,
        statement: &Statement,
    ) -> Result<u64, PostgresFault> {
        let mut tried = 1;
        loop {
            match self.execute_once(durability, turn, statement).await {
                Err(fault) if fault.may_pass() && tried < TRIES => {
                    tokio::time::sleep(pause(tried)).await;
                    tried += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn execute_once(
        &self,
        durability: Durability,
        turn: Option<&Statement>,
        statement: &Statement,
    ) -> Result<u64, PostgresFault> {
        let connections = if durability == Durability::Swift { &self.swift } else { &self.durable };
        let client = connections.connection().await?;
        let warned = connections.connector.warnings();
        let answer = timeout(LONGEST, async {
            match turn {
                None => send(&client, self.statements, statement).await,
                Some(turn) => in_turn(&client, self.statements, turn, statement).await,
            }
        })
        .await;
        let changed = settled(client, answer)?;
        if connections.connector.warnings() != warned {
            return Err(PostgresFault::NoAnswer("the server has warned".to_owned()));
        }
        Ok(changed)
    }

    /// How many statements wait for a connection.
    pub(super) fn waiting(&self) -> usize {
        self.durable.pool.status().waiting + self.swift.pool.status().waiting
    }

    /// Takes no more; comes back at once.
    pub(super) fn close(&self) {
        self.durable.pool.close();
        self.swift.pool.close();
    }
}

impl Connections {
    async fn connection(&self) -> Result<Object, PostgresFault> {
        self.pool.get().await.map_err(|fault| PostgresFault::connecting(&fault))
    }
}

/// Connections that may still be answering, or lead to a server that takes no writes, are used no more. No
/// statement is ever cancelled: what waits for its standby would then be acknowledged without it.
fn settled<T>(
    client: Object,
    answer: Result<Result<T, PostgresFault>, tokio::time::error::Elapsed>,
) -> Result<T, PostgresFault> {
    let outcome = answer.unwrap_or_else(|_| Err(PostgresFault::NoAnswer("not in time".to_owned())));
    match &outcome {
        Err(fault) if matches!(fault, PostgresFault::NoAnswer(_)) || fault.is_read_only() => {
            drop(Object::take(client));
        }
        Err(fault) if fault.may_pass() => client.statement_cache.clear(),
        _ => {}
    }
    outcome
}

async fn ready<'a>(
    client: &Object,
    statements: StatementMode,
    sql: &'a str,
) -> Result<Ready<'a>, PostgresFault> {
    Ok(match statements {
        StatementMode::Unnamed => Ready::Unnamed(sql),
        StatementMode::Prepared => {
            let prepared = client.prepare_cached(sql).await;
            Ready::Prepared(prepared.map_err(|fault| PostgresFault::preparing(&fault))?)
        }
    })
}

async fn send(
    client: &Object,
    statements: StatementMode,
    statement: &Statement,
) -> Result<u64, PostgresFault> {
    let ready = ready(client, statements, &statement.text.sql).await?;
    execute(client, ready, &statement.cells).await
}

async fn execute(client: &Object, ready: Ready<'_>, cells: &[Cell]) -> Result<u64, PostgresFault> {
    match ready {
        Ready::Prepared(statement) => client.execute(&statement, &bound(cells)).await,
        Ready::Unnamed(sql) => client.execute_typed(sql, &typed(cells)).await,
    }
    .map_err(|fault| PostgresFault::sent(&fault))
}

/// Waits for its turn and makes the change, in one transaction and one round trip. The change begins when the turn
/// has come, and so it sees what those before it did.
async fn in_turn(
    client: &Object,
    statements: StatementMode,
    turn: &Statement,
    statement: &Statement,
) -> Result<u64, PostgresFault> {
    let (first, second) = (
        ready(client, statements, &turn.text.sql).await?,
        ready(client, statements, &statement.text.sql).await?,
    );
    let command = async |sql| client.batch_execute(sql).await.map_err(|fault| PostgresFault::sent(&fault));
    let (begun, waited, changed, committed) = tokio::join!(
        biased;
        command("BEGIN"),
        execute(client, first, &turn.cells),
        execute(client, second, &statement.cells),
        command("COMMIT"),
    );
    begun?;
    waited?;
    let changed = changed?;
    committed?;
    Ok(changed)
}

fn bound(cells: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    cells.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect()
}

fn typed(cells: &[Cell]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    cells.iter().map(|cell| (cell as &(dyn ToSql + Sync), cell.declared())).collect()
}

/// Longer each time, and for each of those that met another time.
fn pause(tried: u32) -> Duration {
    use std::hash::{BuildHasher as _, RandomState};
    // Differs from call to call; nobody has to be unable to guess it.
    let share = u32::try_from(RandomState::new().hash_one(tried) % 1000).unwrap_or_default();
    PAUSE.saturating_mul(tried).saturating_mul(share) / 1000
}
