//! Each look-up as SQL.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};

use crate::flow::ports::{OpenPresentations, PushedRequest, Unavailable};
use crate::store::row::{self, AuthorizationRow, FamilyRow, GrantRow, PresentationRow};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::WorksOnce;
use vpgate_core::oauth::attempts::Attempt;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::oauth::issuance::{Family, IssuedAccess};
use vpgate_core::oauth::polling::Pace;
use vpgate_core::openid4vp::presentation::Presentation;

/// By what a grant is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum GrantKey {
    Id,
    DeviceCode,
    UserCode,
}

/// By what an authorization is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum AuthorizationKey {
    Id,
    Code,
}

/// By what a family is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum FamilyKey {
    Id,
    Origin,
    Lineage,
}

/// By what a presentation is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum PresentationKey {
    Id,
    Handle,
    RequestState,
}

macro_rules! select_grant {
    ($key:literal) => {
        concat!(
            "SELECT state, terms, interval_ms, last_polled, claimed_by, admission, denial_reason, token,
                    precautions
             FROM grants WHERE ",
            $key,
            " = ?1"
        )
    };
}

macro_rules! select_presentation {
    ($key:literal) => {
        concat!(
            "SELECT state, request, reserved_for, browser, tries, report, outcome, proven, wallet_error,
                    response_code, settled_at, answer_key, return_code, answered_at, undecided, answer, login_hint,
                    collected_code, collected_at
             FROM presentations WHERE ",
            $key,
            " = ?1"
        )
    };
}

macro_rules! select_family {
    ($key:literal) => {
        concat!(
            "SELECT terms, admission, refresh_lineage, refresh_current, refresh_until, refresh_previous,
                    refreshed_at
             FROM token_families WHERE ",
            $key,
            " = ?1"
        )
    };
}

macro_rules! select_authorization {
    ($key:literal) => {
        concat!(
            "SELECT state, terms, browser, code, code_expires_at, admission, refusal_reason, token
             FROM authorizations WHERE ",
            $key,
            " = ?1"
        )
    };
}

pub(super) fn grant(
    connection: &Connection,
    by: GrantKey,
    key: &dyn ToSql,
) -> Result<Option<DeviceGrant>, Unavailable> {
    let sql = match by {
        GrantKey::Id => select_grant!("id"),
        GrantKey::DeviceCode => select_grant!("device_code"),
        GrantKey::UserCode => select_grant!("user_code"),
    };
    let row = connection.prepare_cached(sql)?.query_row([key], grant_row).optional()?;
    Ok(row.map(GrantRow::restore).transpose()?)
}

/// The pace of a pending grant. Whatever is asked of the row fits the page that its index leads to.
pub(super) fn pending_pace(
    connection: &Connection,
    device_code: &Digest,
) -> Result<Option<Pace>, Unavailable> {
    let found = connection
        .prepare_cached(
            "SELECT interval_ms, last_polled FROM grants WHERE device_code = ?1 AND state = 'pending'",
        )?
        .query_row([device_code.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(interval, last)| row::pace(interval, last)).transpose()?)
}

pub(super) fn presentation(
    connection: &Connection,
    by: PresentationKey,
    key: &str,
) -> Result<Option<Presentation>, Unavailable> {
    let sql = match by {
        PresentationKey::Id => select_presentation!("id"),
        PresentationKey::Handle => select_presentation!("handle"),
        PresentationKey::RequestState => select_presentation!("request_state"),
    };
    let row = connection.prepare_cached(sql)?.query_row([key], presentation_row).optional()?;
    Ok(row.map(PresentationRow::restore).transpose()?)
}

pub(super) fn authorization(
    connection: &Connection,
    by: AuthorizationKey,
    key: &dyn ToSql,
) -> Result<Option<CodeGrant>, Unavailable> {
    let sql = match by {
        AuthorizationKey::Id => select_authorization!("id"),
        AuthorizationKey::Code => select_authorization!("code"),
    };
    let row = connection.prepare_cached(sql)?.query_row([key], authorization_row).optional()?;
    Ok(row.map(AuthorizationRow::restore).transpose()?)
}

pub(super) fn pushed_request(
    connection: &Connection,
    handle: &Digest,
) -> Result<Option<PushedRequest>, Unavailable> {
    let sql = "SELECT request, forget_at FROM pushed_requests WHERE handle = ?1";
    let columns = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let row = connection.prepare_cached(sql)?.query_row([handle.as_bytes()], columns).optional()?;
    let Some((request, expires_at)) = row else { return Ok(None) };
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

/// An access token by its digest, with its family.
pub(super) fn access_token(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<(IssuedAccess, Family)>, Unavailable> {
    let found = connection
        .prepare_cached(
            "SELECT terms, admission, refresh_lineage, refresh_current, refresh_until, refresh_previous,
                    refreshed_at, token
             FROM access_tokens JOIN token_families ON token_families.id = family WHERE digest = ?1",
        )?
        .query_row([digest.as_bytes()], |row| Ok((family_row(row)?, row.get::<_, String>(7)?)))
        .optional()?;
    let Some((family, token)) = found else { return Ok(None) };
    Ok(Some((row::from_json(&token, "token")?, family.restore()?)))
}

/// A token that a client got for itself.
pub(super) fn client_token(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<ClientToken>, Unavailable> {
    let sql = "SELECT token FROM client_tokens WHERE digest = ?1";
    let token: Option<String> =
        connection.prepare_cached(sql)?.query_row([digest.as_bytes()], |row| row.get(0)).optional()?;
    Ok(token.map(|token| row::from_json(&token, "token")).transpose()?)
}

/// A family of tokens.
pub(super) fn family(
    connection: &Connection,
    by: FamilyKey,
    key: &dyn ToSql,
) -> Result<Option<Family>, Unavailable> {
    let sql = match by {
        FamilyKey::Id => select_family!("id"),
        FamilyKey::Origin => select_family!("origin"),
        FamilyKey::Lineage => select_family!("refresh_lineage"),
    };
    let found = connection.prepare_cached(sql)?.query_row([key], family_row).optional()?;
    Ok(found.map(FamilyRow::restore).transpose()?)
}

/// Where it is written by which request something was used, and under what.
pub(super) fn used_by(what: WorksOnce<'_>) -> (&'static str, Digest) {
    match what {
        WorksOnce::Proof(id) => ("SELECT used_by FROM dpop_proofs WHERE id = ?1", *id),
        WorksOnce::Assertion(jti) => ("SELECT used_by FROM client_assertions WHERE jti = ?1", *jti),
    }
}

/// Who used it.
pub(super) fn user(
    connection: &Connection,
    sql: &str,
    key: &Digest,
) -> Result<Option<Option<Digest>>, Unavailable> {
    let column = |row: &Row<'_>| row.get::<_, Option<Vec<u8>>>(0);
    let found = connection.prepare_cached(sql)?.query_row([key.as_bytes()], column).optional()?;
    Ok(found.map(|by| row::digest(by, "used_by")).transpose()?)
}

fn grant_row(row: &Row<'_>) -> rusqlite::Result<GrantRow> {
    Ok(GrantRow {
        state: row.get(0)?,
        terms: row.get(1)?,
        interval_ms: row.get(2)?,
        last_polled: row.get(3)?,
        claimed_by: row.get(4)?,
        admission: row.get(5)?,
        denial_reason: row.get(6)?,
        token: row.get(7)?,
        precautions: row.get(8)?,
    })
}

fn presentation_row(row: &Row<'_>) -> rusqlite::Result<PresentationRow> {
    Ok(PresentationRow {
        state: row.get(0)?,
        request: row.get(1)?,
        reserved_for: row.get(2)?,
        browser: row.get(3)?,
        tries: row.get(4)?,
        report: row.get(5)?,
        outcome: row.get(6)?,
        proven: row.get(7)?,
        wallet_error: row.get(8)?,
        response_code: row.get(9)?,
        settled_at: row.get(10)?,
        answer_key: row.get(11)?,
        return_code: row.get(12)?,
        answered_at: row.get(13)?,
        undecided: row.get(14)?,
        answer: row.get(15)?,
        login_hint: row.get(16)?,
        collected_code: row.get(17)?,
        collected_at: row.get(18)?,
    })
}

fn authorization_row(row: &Row<'_>) -> rusqlite::Result<AuthorizationRow> {
    Ok(AuthorizationRow {
        state: row.get(0)?,
        terms: row.get(1)?,
        browser: row.get(2)?,
        code: row.get(3)?,
        code_expires_at: row.get(4)?,
        admission: row.get(5)?,
        refusal_reason: row.get(6)?,
        token: row.get(7)?,
    })
}

fn family_row(row: &Row<'_>) -> rusqlite::Result<FamilyRow> {
    Ok(FamilyRow {
        terms: row.get(0)?,
        admission: row.get(1)?,
        refresh_lineage: row.get(2)?,
        refresh_current: row.get(3)?,
        refresh_until: row.get(4)?,
        refresh_previous: row.get(5)?,
        refreshed_at: row.get(6)?,
    })
}
