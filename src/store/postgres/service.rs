//! What is done before a service starts, and by commands: on one connection, which is closed afterwards.

use std::thread;

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::fault::PostgresFault;
use super::pool::{Connector, Durability};
use super::schema;
use crate::config::{PostgresStorage, StatementMode};
use crate::store::{Migrated, OpenFault, UsedWith};
use vpgate_core::base::secret::Digest;

/// How often it is tried whether two connections share a server.
const SHARED: u32 = 6;

/// Brings the schema to the version of this program, and says which it had. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn migrate(storage: &PostgresStorage) -> Result<Migrated, OpenFault> {
    waiting(async {
        let client = client(storage).await?;
        schema::migrate(&client, &storage.quoted_schema()).await
    })
}

/// Whether this program can work with the schema as it is. Makes and changes nothing. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn check(storage: &PostgresStorage) -> Result<(), OpenFault> {
    waiting(async { schema::check(&client(storage).await?, &storage.quoted_schema()).await })
}

/// What the schema says of the keys it was used with. Makes and changes nothing. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn used_with(storage: &PostgresStorage) -> Result<UsedWith, OpenFault> {
    waiting(async {
        let (client, schema) = (client(storage).await?, storage.quoted_schema());
        if schema::version(&client, &schema).await? == 0 {
            return Ok(UsedWith::Nothing);
        }
        let found = client.query_typed(&format!("SELECT keys FROM {schema}.service WHERE id = 1"), &[]).await;
        let found = found.map_err(|fault| PostgresFault::sent(&fault))?;
        let keys = found.first().and_then(|row| row.try_get::<_, Option<Vec<u8>>>(0).ok().flatten());
        Ok(keys.and_then(|keys| Digest::from_slice(&keys)).map_or(UsedWith::Nothing, UsedWith::Keys))
    })
}

/// Notes that the schema goes with `keys` from now on, whatever it went with before. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub fn use_with(storage: &PostgresStorage, keys: &Digest) -> Result<(), OpenFault> {
    waiting(async {
        let (client, schema) = (client(storage).await?, storage.quoted_schema());
        schema::check(&client, &schema).await?;
        let sql = format!("UPDATE {schema}.service SET keys = $1 WHERE id = 1");
        note(&client, &sql, keys).await.map(drop)
    })
}

/// Checks that this program can work with the schema, notes the keys where none are noted, and finds out how statements
/// can be sent. Blocks.
///
/// # Errors
/// [`OpenFault`]
pub(super) fn prepare(storage: &PostgresStorage, keys: Option<&Digest>) -> Result<StatementMode, OpenFault> {
    waiting(async {
        let (client, schema) = (client(storage).await?, storage.quoted_schema());
        schema::check(&client, &schema).await?;
        if waits_without_end(&client).await? {
            tracing::warn!(
                "statement_timeout, lock_timeout or idle_in_transaction_session_timeout is not set: a pooler drops \
                 what connections ask for at their start; set them for the role (ALTER ROLE ... SET ...)"
            );
        }
        if let Some(keys) = keys {
            let sql =
                format!("UPDATE {schema}.service SET keys = $1 WHERE id = 1 AND (keys IS NULL OR keys = $1)");
            if note(&client, &sql, keys).await? == 0 {
                return Err(OpenFault::OtherKeys);
            }
        }
        statement_mode(storage, &client).await
    })
}

async fn note(client: &Client, sql: &str, keys: &Digest) -> Result<u64, OpenFault> {
    let bytes = keys.as_bytes().as_slice();
    let noted = client.execute_typed(sql, &[(&bytes, Type::BYTEA)]).await;
    Ok(noted.map_err(|fault| PostgresFault::sent(&fault))?)
}

/// Whether the server would work, wait or hold a transaction open for us for ever. A connection says otherwise when it
/// starts, and a pooler may not pass that on; the role may say it too.
async fn waits_without_end(client: &Client) -> Result<bool, PostgresFault> {
    let unset = |name| format!("current_setting('{name}') = '0'");
    let bounds = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"].map(unset);
    schema::asks(client, &format!("SELECT {}", bounds.join(" OR "))).await
}

/// A pooler may give each transaction another server: what was prepared on the one is unknown to the other, or is
/// another client's statement of the same name.
async fn statement_mode(storage: &PostgresStorage, one: &Client) -> Result<StatementMode, OpenFault> {
    if storage.statements == StatementMode::Unnamed {
        return Ok(StatementMode::Unnamed);
    }
    let other = client(storage).await?;
    if prepared_statements_work(one, &other).await.unwrap_or_default() {
        return Ok(StatementMode::Prepared);
    }
    tracing::warn!(
        "prepared statements do not outlive a transaction here, so unnamed ones are used; set storage.statements \
         = \"unnamed\", or let the pooler track prepared statements"
    );
    Ok(StatementMode::Unnamed)
}

/// One prepares, and the other then holds the very server on which it did, if it can: where connections are ours alone it
/// never can. Those of other services may come in between, so this is tried a few times.
async fn prepared_statements_work(one: &Client, other: &Client) -> Result<bool, tokio_postgres::Error> {
    use std::hash::{BuildHasher as _, RandomState};
    for _ in 0..SHARED {
        // Another service may have prepared the same under the same name: it is told by its answer.
        let own = i32::try_from(RandomState::new().hash_one(SHARED) >> 34).unwrap_or_default();
        let first = begin(one).await?;
        let prepared = one.prepare(&format!("SELECT {own}::bigint")).await?;
        one.batch_execute("COMMIT").await?;
        let second = begin(other).await?;
        // The other one goes on holding it meanwhile.
        let answer = one.query(&prepared, &[]).await;
        other.batch_execute("COMMIT").await?;
        if answer?.first().and_then(|row| row.try_get::<_, i64>(0).ok()) != Some(own.into()) {
            return Ok(false);
        }
        if first == second {
            return Ok(true);
        }
    }
    Ok(true)
}

/// Begins a transaction; the process of the server that it is in.
async fn begin(client: &Client) -> Result<Option<i32>, tokio_postgres::Error> {
    client.batch_execute("BEGIN").await?;
    let found = client.query_typed("SELECT pg_backend_pid()", &[]).await?;
    Ok(found.first().and_then(|row| row.try_get(0).ok()))
}

pub(super) async fn client(storage: &PostgresStorage) -> Result<Client, OpenFault> {
    let connector = Connector::new(storage, Durability::Durable)?;
    let connected = connector.connect().await;
    Ok(connected.map(|(client, _)| client).map_err(|fault| PostgresFault::unconnected(&fault))?)
}

/// Waits for `work`, on a thread of its own: whoever starts a service or runs a command may be in the middle of
/// other work that waits.
fn waiting<T: Send>(work: impl Future<Output = Result<T, OpenFault>> + Send) -> Result<T, OpenFault> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(OpenFault::Thread)?.block_on(work)
    };
    let joined = thread::scope(|scope| scope.spawn(run).join());
    joined.unwrap_or_else(|_| Err(OpenFault::Thread(std::io::Error::other("it has panicked"))))
}
