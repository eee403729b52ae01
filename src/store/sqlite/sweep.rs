//! Removes what is dead, a bounded number of rows at a time. Rows that are remembered a while longer lose
//! what is personal in them as soon as nobody can ask for it.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::tokens;
use crate::flow::ports::Swept;
use crate::store::row;
use vpgate_core::base::time::Timestamp;

/// How far the clocks of services that share a database may be apart.
const CLOCKS_APART: Duration = Duration::from_secs(300);

/// Removes at most `limit` rows of each kind.
pub(super) fn sweep(connection: &Connection, now: Timestamp, limit: usize) -> rusqlite::Result<Swept> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let delete = |sql| connection.prepare_cached(sql)?.execute(params![now.unix(), limit]);
    macro_rules! delete_from {
        ($table:literal) => {
            delete(concat!(
                "DELETE FROM ",
                $table,
                " WHERE rowid IN (SELECT rowid FROM ",
                $table,
                " WHERE forget_at <= ?1 ORDER BY forget_at LIMIT ?2)"
            ))
        };
    }
    // A clock that was ahead has written them; they must not count when that time comes.
    let ahead = connection
        .prepare_cached(
            "DELETE FROM attempts WHERE (what, who, slot) IN
             (SELECT what, who, slot FROM attempts WHERE slot > ?1 LIMIT ?2)",
        )?
        .execute(params![now.plus(CLOCKS_APART).unix(), limit])?;
    let mut swept = Swept {
        attempts: ahead + delete(
            "DELETE FROM attempts WHERE (what, who, slot) IN
             (SELECT what, who, slot FROM attempts WHERE forget_at <= ?1 ORDER BY forget_at LIMIT ?2)",
        )? + delete(
            "DELETE FROM code_sightings WHERE (grant_id, address) IN
             (SELECT grant_id, address FROM code_sightings WHERE forget_at <= ?1 ORDER BY forget_at LIMIT ?2)",
        )?,
        grants: delete_from!("grants")?,
        presentations: delete_from!("presentations")?,
        authorizations: delete_from!("authorizations")?,
        pushed_requests: delete_from!("pushed_requests")?,
        assertions: delete_from!("client_assertions")?,
        tokens: tokens::sweep(connection, now, limit)?,
        emptied: 0,
    };
    swept.emptied = empty(connection, now, limit)?;
    Ok(swept)
}

/// What nobody can ask for any more: the key and the login hint of an answer that will not come (OpenID4VP
/// 1.0 section 8.3), what a device or a client earned and did not take in time.
fn empty(connection: &Connection, now: Timestamp, limit: i64) -> rusqlite::Result<usize> {
    let update =
        |sql, until: Timestamp| connection.prepare_cached(sql)?.execute(params![until.unix(), limit]);
    let keys = update(
        "UPDATE presentations SET answer_key = NULL
         WHERE rowid IN (SELECT rowid FROM presentations
                         WHERE answer_key IS NOT NULL AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        now,
    )?;
    let hints = update(
        "UPDATE presentations SET login_hint = NULL
         WHERE rowid IN (SELECT rowid FROM presentations
                         WHERE login_hint IS NOT NULL AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        now,
    )?;
    // Stays approved, so that its page goes on saying so, and expired whatever the clock does from now on.
    let grants = update(
        "UPDATE grants
         SET terms = json_set(terms, '$.expires_at', 0),
             admission = json_remove(json_set(admission, '$.subject', ''), '$.claims', '$.status_places')
         WHERE rowid IN (SELECT rowid FROM grants
                         WHERE forget_at <= ?1 AND state = 'approved' AND admission ->> '$.subject' <> ''
                         ORDER BY forget_at LIMIT ?2)",
        row::remembered_until(now),
    )?;
    // No code was exchanged, so there is no exchange to notice a second time.
    let authorizations = update(
        "DELETE FROM authorizations
         WHERE rowid IN (SELECT rowid FROM authorizations
                         WHERE forget_at <= ?1 AND state = 'granted' ORDER BY forget_at LIMIT ?2)",
        row::remembered_until(now),
    )?;
    Ok(keys + hints + grants + authorizations)
}
