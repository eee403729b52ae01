//! Authorizations, pushed requests and client assertions as SQL. Every `UPDATE` and `DELETE` names the
//! state it leaves.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};

use super::statement::write;
use crate::flow::ports::{NotCommitted, PushedRequest, Unavailable};
use crate::store::row::{self, AuthorizationRow};
use vpgate_core::base::id::AuthorizationId;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::client_assertion::ClientAssertion;
use vpgate_core::oauth::code_grant::{CodeGrant, Granted, Pending, Redeemed, Refused};

macro_rules! select {
    ($key:literal) => {
        concat!(
            "SELECT state, terms, browser, code, code_expires_at, admission, refusal_reason, token
             FROM authorizations WHERE ",
            $key,
            " = ?1"
        )
    };
}

pub(super) fn by_id(connection: &Connection, id: &AuthorizationId) -> Result<Option<CodeGrant>, Unavailable> {
    find(connection, select!("id"), &id.as_str())
}

pub(super) fn by_code(connection: &Connection, code: &Digest) -> Result<Option<CodeGrant>, Unavailable> {
    find(connection, select!("code"), code.as_bytes())
}

fn find(connection: &Connection, sql: &str, key: &dyn ToSql) -> Result<Option<CodeGrant>, Unavailable> {
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

pub(super) fn push_request(
    connection: &Connection,
    request: &AuthorizationRequest,
    handle: &Digest,
    expires_at: Timestamp,
) -> Result<(), NotCommitted> {
    write(
        connection,
        "INSERT INTO pushed_requests (handle, request, forget_at) VALUES (?1, ?2, ?3)",
        params![handle.as_bytes(), row::to_json(request, "request")?, expires_at.unix()],
    )
}

pub(super) fn take_pushed(connection: &Connection, handle: &Digest) -> Result<(), NotCommitted> {
    write(connection, "DELETE FROM pushed_requests WHERE handle = ?1", params![handle.as_bytes()])
}

pub(super) fn spend_assertion(
    connection: &Connection,
    assertion: &ClientAssertion,
) -> Result<(), NotCommitted> {
    write(
        connection,
        "INSERT INTO client_assertions (jti, forget_at) VALUES (?1, ?2)",
        params![assertion.jti().as_bytes(), assertion.expires_at().unix()],
    )
}

pub(super) fn begin(connection: &Connection, pending: &Pending) -> Result<(), NotCommitted> {
    let terms = pending.terms();
    write(
        connection,
        "INSERT INTO authorizations (id, state, terms, browser, forget_at) VALUES (?1, 'pending', ?2, ?3, ?4)",
        params![
            terms.id.as_str(),
            row::to_json(terms, "terms")?,
            pending.browser().as_bytes(),
            row::authorization_forgotten_at(terms.expires_at).unix(),
        ],
    )
}

pub(super) fn grant(connection: &Connection, granted: &Granted) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE authorizations SET state = 'granted', code = ?2, code_expires_at = ?3, admission = ?4,
                                   forget_at = ?5, browser = NULL
         WHERE id = ?1 AND state = 'pending'",
        params![
            granted.terms().id.as_str(),
            granted.code().as_bytes(),
            granted.code_expires_at().unix(),
            row::to_json(granted.admission(), "admission")?,
            row::authorization_forgotten_at(granted.code_expires_at()).unix(),
        ],
    )
}

pub(super) fn refuse(connection: &Connection, refused: &Refused) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE authorizations SET state = 'refused', refusal_reason = ?2, browser = NULL
         WHERE id = ?1 AND state = 'pending'",
        params![refused.terms().id.as_str(), row::to_word(&refused.reason(), "refusal_reason")?],
    )
}

pub(super) fn redeem(connection: &Connection, redeemed: &Redeemed) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE authorizations SET state = 'redeemed', token = ?2, admission = NULL, code_expires_at = NULL
         WHERE id = ?1 AND state = 'granted'",
        params![redeemed.terms().id.as_str(), redeemed.token().as_str()],
    )
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
