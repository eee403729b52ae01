//! Removes what is dead, a bounded number of rows at a time, of all kinds together: whoever commits next waits for
//! the transaction that does it. Rows that are remembered a while longer lose
//! what is personal in them as soon as nobody can ask for it.

use std::cell::Cell;

use rusqlite::{Connection, params};

use crate::flow::ports::Swept;
use crate::store::CLOCKS_APART;
use crate::store::emptied::{without_claims, without_question};
use crate::store::row;
use vpgate_core::base::time::Timestamp;

/// A statement that deletes at most so many rows whose time has passed.
macro_rules! delete_from {
    ($table:literal, $key:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE (",
            $key,
            ") IN (SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE forget_at <= $1 ORDER BY forget_at LIMIT $2)"
        )
    };
}

/// A transaction that removes a bounded number of rows.
struct Batch<'c> {
    connection: &'c Connection,
    /// How many more it may change.
    left: Cell<usize>,
}

impl Batch<'_> {
    /// Executes a statement for what is older than `until`, and changes at most `$2` rows.
    fn run(&self, sql: &str, until: Timestamp) -> rusqlite::Result<usize> {
        let left = i64::try_from(self.left.get()).unwrap_or(i64::MAX);
        let changed = self.connection.prepare_cached(sql)?.execute(params![until.unix(), left])?;
        self.left.set(self.left.get().saturating_sub(changed));
        Ok(changed)
    }
}

/// Removes or empties at most `limit` rows.
pub(super) fn sweep(connection: &Connection, now: Timestamp, limit: usize) -> rusqlite::Result<Swept> {
    let batch = Batch { connection, left: Cell::new(limit) };
    let delete = |sql| batch.run(sql, now);
    // What is personal goes first.
    let emptied = empty(&batch, now)?;
    // A clock that was ahead has written them; they must not count when that time comes.
    let ahead = batch.run(
        "DELETE FROM attempts WHERE (what, who) IN
         (SELECT what, who FROM attempts WHERE newest > $1 LIMIT $2)",
        now.plus(CLOCKS_APART),
    )?;
    // A family outlives its tokens, so none is left behind.
    let tokens = [
        delete(delete_from!("access_tokens", "digest"))?,
        delete(delete_from!("token_families", "id"))?,
        delete(delete_from!("client_tokens", "digest"))?,
        delete(delete_from!("dpop_proofs", "id"))?,
    ];
    let sessions = [delete(delete_from!("sessions", "id"))?, delete(delete_from!("logout_notices", "id"))?];
    let events = [
        delete(delete_from!("events", "id"))?,
        delete(delete_from!("deliveries", "id"))?,
        delete(delete_from!("kept_answers", "key"))?,
    ];
    Ok(Swept {
        attempts: ahead + delete(delete_from!("attempts", "what, who"))?,
        grants: delete(delete_from!("grants", "id"))?,
        presentations: delete(delete_from!("presentations", "id"))?,
        authorizations: delete(delete_from!("authorizations", "id"))?,
        pushed_requests: delete(delete_from!("pushed_requests", "handle"))?,
        assertions: delete(delete_from!("client_assertions", "jti"))?,
        tokens: tokens.into_iter().sum(),
        sessions: sessions.into_iter().sum(),
        events: events.into_iter().sum(),
        receipts: delete(delete_from!("receipts", "presentation"))?,
        audit: delete(
            "DELETE FROM audit WHERE id IN
             (SELECT id FROM audit WHERE forget_at <= $1 AND ordinal < (SELECT max(ordinal) FROM audit)
              ORDER BY ordinal LIMIT $2)",
        )?,
        emptied,
    })
}

/// What nobody can ask for any more: the key and the login hint of an answer that will not come (OpenID4VP
/// 1.0 section 8.3), what a device or a client earned and did not take in time.
fn empty(batch: &Batch<'_>, now: Timestamp) -> rusqlite::Result<usize> {
    let update = |sql, until| batch.run(sql, until);
    let keys = update(
        "UPDATE presentations SET answer_key = NULL
         WHERE id IN (SELECT id FROM presentations
                         WHERE answer_key IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        now,
    )?;
    let hints = update(
        "UPDATE presentations SET login_hint = NULL
         WHERE id IN (SELECT id FROM presentations
                         WHERE login_hint IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        now,
    )?;
    // What was collected, and what is kept no longer than it can be.
    let results = update(
        concat!(
            "UPDATE presentations SET empty_at = NULL, collected_code = NULL, collected_at = NULL, ",
            without_claims!(sqlite),
            ", ",
            without_question!(sqlite),
            " WHERE id IN (SELECT id FROM presentations
                         WHERE empty_at IS NOT NULL AND empty_at <= $1 ORDER BY empty_at LIMIT $2)"
        ),
        now,
    )?;
    // Stays approved, so that its page goes on saying so, and expired whatever the clock does from now on.
    let grants = update(
        "UPDATE grants
         SET terms = json_set(terms, '$.expires_at', 0),
             admission = json_remove(json_set(admission, '$.subject', ''), '$.claims', '$.status_places',
                                     '$.credentials', '$.requested')
         WHERE id IN (SELECT id FROM grants
                         WHERE forget_at <= $1 AND state = 'approved' AND admission ->> '$.subject' <> ''
                         ORDER BY forget_at LIMIT $2)",
        row::remembered_until(now),
    )?;
    // No code was exchanged, so there is no exchange to notice a second time.
    let authorizations = update(
        "DELETE FROM authorizations
         WHERE id IN (SELECT id FROM authorizations
                         WHERE forget_at <= $1 AND state = 'granted' ORDER BY forget_at LIMIT $2)",
        row::remembered_until(now),
    )?;
    Ok(keys + hints + results + grants + authorizations)
}
