//! Removes what is dead, a bounded number of rows at a time, and never a row that somebody else is changing.

use std::sync::atomic::{AtomicI64, Ordering};

use super::database::Database;
use super::fault::PostgresFault;
use super::limited;
use super::pool::Durability;
use super::texts::Statement;
use crate::flow::ports::Swept;
use crate::store::CLOCKS_APART;
use crate::store::emptied::{as_jsonb, without_claims, without_question};
use crate::store::row;
use crate::store::steps::Cell;
use vpgate_core::base::time::Timestamp;

/// A statement that deletes at most so many rows of a table which are as `$condition` says.
macro_rules! delete_from {
    ($table:literal, $key:literal) => {
        delete_from!($table, $key, "forget_at <= $1 ORDER BY forget_at")
    };
    ($table:literal, $key:literal, $condition:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE (",
            $key,
            ") IN (SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE ",
            $condition,
            " LIMIT $2 FOR UPDATE SKIP LOCKED)"
        )
    };
}

/// A statement that empties columns of at most so many rows.
macro_rules! empty {
    ($table:literal, $set:expr, $condition:literal, $by:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET ",
            $set,
            " WHERE id IN (SELECT id FROM ",
            $table,
            " WHERE ",
            $condition,
            " AND ",
            $by,
            " <= $1 ORDER BY ",
            $by,
            " LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)"
        )
    };
}

/// No index finds dead counters, so that they are changed in place: a look for them reads all. So it takes many at once.
const COUNTERS: &str = delete_from!("attempts", "what, who", "forget_at <= $1 OR newest > $3");
const MANY: usize = 100;

/// At which moment counters were looked through last, and none was left that is dead. A sweep is many calls at one
/// moment: those that come after it need not look.
pub(super) struct CountersSwept(AtomicI64);

impl Default for CountersSwept {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl CountersSwept {
    async fn sweep(&self, database: &Database, now: Timestamp, limit: usize) -> Result<usize, PostgresFault> {
        if self.0.load(Ordering::Relaxed) == now.unix() {
            return Ok(0);
        }
        let most = limit.saturating_mul(MANY);
        let cells = vec![now.into(), limited(most), now.plus(CLOCKS_APART).into()];
        let removed = execute(database, COUNTERS, cells).await?;
        if removed < most {
            self.0.store(now.unix(), Ordering::Relaxed);
        }
        Ok(removed)
    }
}

/// Removes at most `limit` rows of each kind, and some more counters.
pub(super) async fn sweep(
    database: &Database,
    counters: &CountersSwept,
    now: Timestamp,
    limit: usize,
) -> Result<Swept, PostgresFault> {
    let delete = async |sql| remove(database, sql, now, limit).await;
    // A family outlives its tokens, so none is left behind.
    let tokens = [
        delete(delete_from!("access_tokens", "digest")).await?,
        delete(delete_from!("token_families", "id")).await?,
        delete(delete_from!("client_tokens", "digest")).await?,
        delete(delete_from!("dpop_proofs", "id")).await?,
    ];
    let sessions =
        [delete(delete_from!("sessions", "id")).await?, delete(delete_from!("logout_notices", "id")).await?];
    let events = [
        delete(delete_from!("events", "id")).await?,
        delete(delete_from!("deliveries", "id")).await?,
        delete(delete_from!("kept_answers", "key")).await?,
    ];
    Ok(Swept {
        attempts: counters.sweep(database, now, limit).await?,
        grants: delete(delete_from!("grants", "id")).await?,
        presentations: delete(delete_from!("presentations", "id")).await?,
        authorizations: delete(delete_from!("authorizations", "id")).await?,
        pushed_requests: delete(delete_from!("pushed_requests", "handle")).await?,
        assertions: delete(delete_from!("client_assertions", "jti")).await?,
        tokens: tokens.into_iter().sum(),
        sessions: sessions.into_iter().sum(),
        events: events.into_iter().sum(),
        receipts: delete(delete_from!("receipts", "presentation")).await?,
        audit: delete(delete_from!(
            "audit",
            "id",
            "forget_at <= $1 AND ordinal < (SELECT max(ordinal) FROM audit) ORDER BY ordinal"
        ))
        .await?,
        emptied: empty(database, now, limit).await?,
    })
}

/// What nobody can ask for any more: the key and the login hint of an answer that will not come (OpenID4VP
/// 1.0 section 8.3), what a device or a client earned and did not take in time.
async fn empty(database: &Database, now: Timestamp, limit: usize) -> Result<usize, PostgresFault> {
    let keys = empty!("presentations", "answer_key = NULL", "answer_key IS NOT NULL", "expires_at");
    let hints = empty!("presentations", "login_hint = NULL", "login_hint IS NOT NULL", "expires_at");
    // What was collected, and what is kept no longer than it can be.
    let results = empty!(
        "presentations",
        concat!(
            "empty_at = NULL, collected_code = NULL, collected_at = NULL, ",
            without_claims!(postgres),
            ", ",
            without_question!(postgres)
        ),
        "empty_at IS NOT NULL",
        "empty_at"
    );
    // Stays approved, so that its page goes on saying so, and expired whatever the clock does from now on.
    let grants = empty!(
        "grants",
        concat!(
            "terms = jsonb_set(",
            as_jsonb!("terms"),
            ", '{expires_at}', '0')::text,
             admission = (jsonb_set(",
            as_jsonb!("admission"),
            ", '{subject}', '\"\"') - 'claims' - 'status_places'
                                    - 'credentials' - 'requested')::text"
        ),
        "state = 'approved' AND position('\"subject\":\"\"' IN admission) = 0
         AND position('\"subject\": \"\"' IN admission) = 0",
        "forget_at"
    );
    // No code was exchanged, so there is no exchange to notice a second time.
    let authorizations =
        delete_from!("authorizations", "id", "forget_at <= $1 AND state = 'granted' ORDER BY forget_at");
    let remembered = row::remembered_until(now);
    Ok(remove(database, keys, now, limit).await?
        + remove(database, hints, now, limit).await?
        + remove(database, results, now, limit).await?
        + remove(database, grants, remembered, limit).await?
        + remove(database, authorizations, remembered, limit).await?)
}

async fn remove(
    database: &Database,
    text: &'static str,
    until: Timestamp,
    limit: usize,
) -> Result<usize, PostgresFault> {
    execute(database, text, vec![until.into(), limited(limit)]).await
}

async fn execute(database: &Database, text: &'static str, cells: Vec<Cell>) -> Result<usize, PostgresFault> {
    let statement = Statement { text: database.texts.one(text), cells };
    let removed = database.execute(Durability::Swift, None, &statement).await?;
    Ok(usize::try_from(removed).unwrap_or(usize::MAX))
}
