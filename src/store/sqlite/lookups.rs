//! Each look-up as SQL.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql};

use crate::flow::ports::Unavailable;
use crate::store::row::{GrantRow, PresentationRow};
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::openid4vp::presentation::Presentation;

/// By what a grant is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum GrantKey {
    Id,
    DeviceCode,
    UserCode,
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
                    response_code, settled_at, answer_key, return_code, answered_at, undecided, answer, login_hint
             FROM presentations WHERE ",
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
    })
}
