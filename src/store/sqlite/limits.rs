//! Counting against limits, and who entered which code. Runs on the one thread that writes, so that
//! what happens at once is counted one by one.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::statement::write;
use crate::flow::ports::{NotCommitted, OpenPresentations};
use crate::store::row;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::attempts::{Attempt, Limited};
use vpgate_core::oauth::device_grant::DenialReason;

/// Counts, unless a barrier is closed: `Lost`.
pub(super) fn admit(connection: &Connection, limited: &Limited) -> Result<(), NotCommitted> {
    pass(connection, limited)?;
    limited.counted.iter().try_for_each(|attempt| count(connection, attempt))
}

/// `Lost` when a barrier is closed.
fn pass(connection: &Connection, limited: &Limited) -> Result<(), NotCommitted> {
    for barrier in &limited.barriers {
        let mut closed = true;
        for attempt in barrier.attempts() {
            closed = closed && attempt.is_reached(&counted(connection, attempt)?);
        }
        if closed {
            return Err(NotCommitted::Lost);
        }
    }
    Ok(())
}

/// Counts one attempt.
pub(super) fn count(connection: &Connection, attempt: &Attempt) -> Result<(), NotCommitted> {
    forget_ahead(connection, attempt)?;
    write(
        connection,
        "INSERT INTO attempts (what, who, slot, count, forget_at)
         VALUES (?1, ?2, ?3, 1, ?4)
         ON CONFLICT (what, who, slot) DO UPDATE SET count = count + 1",
        params![
            attempt.what().name(),
            attempt.who().as_bytes(),
            attempt.slot().unix(),
            attempt.forgotten_at().unix(),
        ],
    )
}

/// What was counted before the clock was set back would count again when that time comes.
fn forget_ahead(connection: &Connection, attempt: &Attempt) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM attempts WHERE what = ?1 AND who = ?2 AND slot > ?3")?
        .execute(params![attempt.what().name(), attempt.who().as_bytes(), attempt.counted_until().unix()])?;
    Ok(())
}

/// The slots that count now, oldest first.
pub(super) fn counted(connection: &Connection, attempt: &Attempt) -> rusqlite::Result<Vec<(Timestamp, u32)>> {
    connection
        .prepare_cached(
            "SELECT slot, count FROM attempts
             WHERE what = ?1 AND who = ?2 AND slot > ?3 AND slot <= ?4 ORDER BY slot",
        )?
        .query_map(
            params![
                attempt.what().name(),
                attempt.who().as_bytes(),
                attempt.counted_after().unix(),
                attempt.counted_until().unix(),
            ],
            |row| Ok((Timestamp::from_unix(row.get(0)?), row.get(1)?)),
        )?
        .collect()
}

/// The presentations of a client that are neither settled nor expired.
pub(super) fn open_presentations(
    connection: &Connection,
    client: &str,
    now: Timestamp,
) -> rusqlite::Result<OpenPresentations> {
    connection
        .prepare_cached(
            "SELECT count(*), min(expires_at) FROM presentations
             WHERE begun_by = ?1 AND expires_at > ?2 AND state IN ('begun', 'served', 'awaiting_return')",
        )?
        .query_row(params![client, now.unix()], |row| {
            let soonest: Option<i64> = row.get(1)?;
            Ok(OpenPresentations { count: row.get(0)?, soonest: soonest.map(Timestamp::from_unix) })
        })
}

/// A code is entered.
pub(super) fn enter_code(
    connection: &Connection,
    user_code: Option<&Digest>,
    address: Option<&Digest>,
    most: u32,
    at: Timestamp,
    within: &Limited,
) -> Result<(), NotCommitted> {
    pass(connection, within)?;
    let live: Option<(String, i64)> = match user_code {
        Some(user_code) => connection
            .prepare_cached(
                "SELECT id, forget_at FROM grants WHERE user_code = ?1 AND state = 'pending' AND forget_at > ?2",
            )?
            .query_row(params![user_code.as_bytes(), row::remembered_until(at).unix()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?,
        None => None,
    };
    let Some((grant, forget_at)) = live else {
        return within.counted.iter().try_for_each(|attempt| count(connection, attempt));
    };
    match address {
        Some(address) => see(connection, &grant, address, forget_at, most),
        None => Ok(()),
    }
}

/// Notes from where the code of a pending grant was entered; denies the grant when that is too many places.
fn see(
    connection: &Connection,
    grant: &str,
    address: &Digest,
    forget_at: i64,
    most: u32,
) -> Result<(), NotCommitted> {
    connection
        .prepare_cached(
            "INSERT INTO code_sightings (grant_id, address, forget_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![grant, address.as_bytes(), forget_at])?;
    let addresses: u32 = connection
        .prepare_cached("SELECT count(*) FROM code_sightings WHERE grant_id = ?1")?
        .query_row([grant], |row| row.get(0))?;
    if addresses <= most {
        return Ok(());
    }
    write(
        connection,
        "UPDATE grants SET state = 'denied', denial_reason = ?2, interval_ms = NULL, last_polled = NULL,
                           claimed_by = NULL, precautions = NULL
         WHERE id = ?1 AND state = 'pending'",
        params![grant, row::to_word(&DenialReason::ManyAddresses, "denial_reason")?],
    )
}
