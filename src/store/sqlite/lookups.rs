//! Looks up in SQLite.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params, params_from_iter};

use crate::flow::ports::{OpenPresentations, PushedRequest, Unavailable};
use crate::store::row::{
    self, AuthorizationRow, ChainRow, FamilyRow, GrantRow, NoticeRow, PresentationRow, ReceiptRow, SessionRow,
};
use crate::store::select::{
    self, AuthorizationKey, Columns, FamilyKey, GrantKey, PresentationKey, SessionKey,
};
use vpgate_core::audit::WaitingNote;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::attempts::Attempt;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::oauth::issuance::{Family, IssuedAccess};
use vpgate_core::oauth::logout::WaitingNotice;
use vpgate_core::oauth::polling::Pace;
use vpgate_core::oauth::session::Session;
use vpgate_core::openid4vp::presentation::Presentation;
use vpgate_core::receipt::chain::{GrownChain, KeptReceipt};

pub(super) fn grant(
    connection: &Connection,
    by: GrantKey,
    key: &dyn ToSql,
) -> Result<Option<DeviceGrant>, Unavailable> {
    let sql = by.select();
    let row = connection.prepare_cached(sql)?.query_row([key], |row| GrantRow::read(row)).optional()?;
    Ok(row.map(GrantRow::restore).transpose()?)
}

const PENDING_PACE: &str =
    "SELECT interval_ms, last_polled FROM grants WHERE device_code = $1 AND state = 'pending'";

/// The pace of a pending grant. Whatever is asked of the row fits the page that its index leads to.
pub(super) fn pending_pace(
    connection: &Connection,
    device_code: &Digest,
) -> Result<Option<Pace>, Unavailable> {
    let found = connection
        .prepare_cached(PENDING_PACE)?
        .query_row([device_code.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(interval, last)| row::pace(interval, last)).transpose()?)
}

pub(super) fn presentation(
    connection: &Connection,
    by: PresentationKey,
    key: &str,
) -> Result<Option<Presentation>, Unavailable> {
    let sql = by.select();
    let row =
        connection.prepare_cached(sql)?.query_row([key], |row| PresentationRow::read(row)).optional()?;
    Ok(row.map(PresentationRow::restore).transpose()?)
}

pub(super) fn authorization(
    connection: &Connection,
    by: AuthorizationKey,
    key: &dyn ToSql,
) -> Result<Option<CodeGrant>, Unavailable> {
    let sql = by.select();
    let row =
        connection.prepare_cached(sql)?.query_row([key], |row| AuthorizationRow::read(row)).optional()?;
    Ok(row.map(AuthorizationRow::restore).transpose()?)
}

pub(super) fn pushed_request(
    connection: &Connection,
    handle: &Digest,
) -> Result<Option<PushedRequest>, Unavailable> {
    let columns = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let found = connection.prepare_cached(select::PUSHED_REQUEST)?.query_row([handle.as_bytes()], columns);
    let Some((request, expires_at)) = found.optional()? else { return Ok(None) };
    let request = row::from_json(&request, "request")?;
    Ok(Some(PushedRequest { request, expires_at: Timestamp::from_unix(expires_at) }))
}

/// The slots that count now, oldest first.
pub(super) fn counted(connection: &Connection, attempt: &Attempt) -> rusqlite::Result<Vec<(Timestamp, u32)>> {
    connection
        .prepare_cached(
            "SELECT CAST(key AS INTEGER) AS slot, value FROM attempts, json_each(slots)
             WHERE what = ?1 AND who = ?2 AND slot > ?3 AND slot <= ?4 AND value > 0 ORDER BY slot",
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
    connection.prepare_cached(select::OPEN_PRESENTATIONS)?.query_row(params![client, now.unix()], |row| {
        let soonest: Option<i64> = row.get(1)?;
        Ok(OpenPresentations { count: row.get(0)?, soonest: soonest.map(Timestamp::from_unix) })
    })
}

/// An access token by its digest, with its family.
pub(super) fn access_token(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<(IssuedAccess, Family)>, Unavailable> {
    let found = connection
        .prepare_cached(select::ACCESS_TOKEN)?
        .query_row([digest.as_bytes()], |row| {
            Ok((FamilyRow::read(row)?, row.get::<_, String>(select::ACCESS_TOKEN_AT)?))
        })
        .optional()?;
    let Some((family, token)) = found else { return Ok(None) };
    Ok(Some((row::from_json(&token, "token")?, family.restore()?)))
}

/// A token that a client got for itself.
pub(super) fn client_token(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<ClientToken>, Unavailable> {
    let token: Option<String> = connection
        .prepare_cached(select::CLIENT_TOKEN)?
        .query_row([digest.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(token.map(|token| row::from_json(&token, "token")).transpose()?)
}

/// A session.
pub(super) fn session(
    connection: &Connection,
    by: SessionKey,
    key: &dyn ToSql,
) -> Result<Option<Session>, Unavailable> {
    let found =
        connection.prepare_cached(by.select())?.query_row([key], |row| SessionRow::read(row)).optional()?;
    Ok(found.map(SessionRow::restore).transpose()?)
}

/// The notices that are due, those that wait longest first.
pub(super) fn due_notices(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<WaitingNotice>, Unavailable> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<NoticeRow> = connection
        .prepare_cached(select::DUE_NOTICES)?
        .query_map(params![now.unix(), limit], |row| NoticeRow::read(row))?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().map(NoticeRow::restore).collect::<Result<_, _>>()?)
}

/// Receipts: of one presentation, or those that wait.
pub(super) fn receipts(
    connection: &Connection,
    sql: &str,
    keys: &[&dyn ToSql],
) -> Result<Vec<KeptReceipt>, Unavailable> {
    let rows: Vec<ReceiptRow> = connection
        .prepare_cached(sql)?
        .query_map(keys, |row| ReceiptRow::read(row))?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().map(ReceiptRow::restore).collect::<Result<_, _>>()?)
}

/// The clients whose receipts are not all signed.
pub(super) fn clients_with_waiting_receipts(
    connection: &Connection,
    limit: i64,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(select::CLIENTS_WITH_WAITING_RECEIPTS)?
        .query_map([limit], |row| row.get(0))?
        .collect()
}

/// Ends of chains.
pub(super) fn chains(
    connection: &Connection,
    sql: &str,
    keys: &[&dyn ToSql],
) -> Result<Vec<GrownChain>, Unavailable> {
    let rows: Vec<ChainRow> = connection
        .prepare_cached(sql)?
        .query_map(keys, |row| ChainRow::read(row))?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().map(ChainRow::restore).collect::<Result<_, _>>()?)
}

/// The last checkpoint of a client's chain.
pub(super) fn checkpoint(connection: &Connection, client: &str) -> Result<Option<String>, Unavailable> {
    let found: Option<Option<String>> =
        connection.prepare_cached(select::CHECKPOINT)?.query_row([client], |row| row.get(0)).optional()?;
    Ok(found.flatten())
}

/// The notes that wait for their place in the audit log.
pub(super) fn audit_notes(connection: &Connection, limit: usize) -> Result<Vec<WaitingNote>, Unavailable> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<(String, String)> = connection
        .prepare_cached(select::AUDIT_NOTES)?
        .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().map(|(id, text)| row::waiting_note(&id, text)).collect::<Result<_, _>>()?)
}

/// Lines of the audit log, each with its place.
pub(super) fn audit_lines(
    connection: &Connection,
    sql: &str,
    cells: &[i64],
) -> Result<Vec<(u64, String)>, Unavailable> {
    let rows: Vec<(i64, String)> = connection
        .prepare_cached(sql)?
        .query_map(params_from_iter(cells), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().map(|(ordinal, text)| row::audit_line(ordinal, text)).collect::<Result<_, _>>()?)
}

/// A family of tokens.
pub(super) fn family(
    connection: &Connection,
    by: FamilyKey,
    key: &dyn ToSql,
) -> Result<Option<Family>, Unavailable> {
    let found =
        connection.prepare_cached(by.select())?.query_row([key], |row| FamilyRow::read(row)).optional()?;
    Ok(found.map(FamilyRow::restore).transpose()?)
}

/// Who used what works once.
pub(super) fn user(
    connection: &Connection,
    sql: &str,
    key: &Digest,
) -> Result<Option<Option<Digest>>, Unavailable> {
    let column = |row: &Row<'_>| row.get::<_, Option<Vec<u8>>>(0);
    let found = connection.prepare_cached(sql)?.query_row([key.as_bytes()], column).optional()?;
    Ok(found.map(|by| row::digest(by, "used_by")).transpose()?)
}

impl Columns for Row<'_> {
    type Fault = rusqlite::Error;

    fn text(&self, at: usize) -> rusqlite::Result<Option<String>> {
        self.get(at)
    }

    fn integer(&self, at: usize) -> rusqlite::Result<Option<i64>> {
        self.get(at)
    }

    fn bytes(&self, at: usize) -> rusqlite::Result<Option<Vec<u8>>> {
        self.get(at)
    }

    fn some_text(&self, at: usize) -> rusqlite::Result<String> {
        self.get(at)
    }
}
