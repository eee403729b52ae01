//! Tokens as SQL. Every `UPDATE` and `DELETE` names the state it leaves.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::statement::write;
use crate::flow::ports::{NotCommitted, Unavailable};
use crate::store::row::{self, FamilyRow};
use vpgate_core::base::id::FamilyId;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::entitlement::Origin;
use vpgate_core::oauth::issuance::{Family, Issuance, IssuedAccess, Renewal};

/// Writes a new family and its first access token.
pub(super) fn issue(connection: &Connection, issuance: &Issuance) -> Result<(), NotCommitted> {
    let family = &issuance.family;
    let (terms, refresh) = (family.terms(), family.refresh());
    write(
        connection,
        "INSERT INTO token_families (id, origin, terms, admission, refresh_lineage, refresh_current,
                                     refresh_until, forget_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            terms.id.as_str(),
            terms.origin.key(),
            row::to_json(terms, "terms")?,
            row::to_json(family.admission(), "admission")?,
            refresh.map(|refresh| refresh.lineage.as_bytes()),
            refresh.map(|refresh| refresh.current.as_bytes()),
            refresh.map(|refresh| refresh.expires_at.unix()),
            issuance.forgotten_at().unix(),
        ],
    )?;
    add(connection, &terms.id, &issuance.access, &issuance.digest)
}

fn add(
    connection: &Connection,
    family: &FamilyId,
    access: &IssuedAccess,
    digest: &Digest,
) -> Result<(), NotCommitted> {
    write(
        connection,
        "INSERT INTO access_tokens (digest, family, token, forget_at) VALUES (?1, ?2, ?3, ?4)",
        params![digest.as_bytes(), family.as_str(), row::to_json(access, "token")?, access.expires_at.unix()],
    )
}

/// Puts the next refresh token in the place of the one that was used. A family never lives shorter than
/// an access token of an earlier refresh.
pub(super) fn refresh(
    connection: &Connection,
    family: &FamilyId,
    used: &Digest,
    renewal: &Renewal,
) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE token_families SET refresh_current = ?3, refresh_until = ?4, forget_at = max(forget_at, ?5)
         WHERE id = ?1 AND refresh_current = ?2",
        params![
            family.as_str(),
            used.as_bytes(),
            renewal.refresh.current.as_bytes(),
            renewal.refresh.expires_at.unix(),
            renewal.forgotten_at().unix(),
        ],
    )?;
    add(connection, family, &renewal.access, &renewal.digest)
}

/// Forgets the family that this led to, with its tokens.
pub(super) fn revoke_origin(connection: &Connection, origin: &Origin) -> Result<(), NotCommitted> {
    let family: Option<String> = connection
        .prepare_cached("SELECT id FROM token_families WHERE origin = ?1")?
        .query_row([origin.key()], |row| row.get(0))
        .optional()?;
    forget(connection, &family.ok_or(NotCommitted::Lost)?)
}

/// Forgets a family with its tokens.
pub(super) fn revoke_family(connection: &Connection, family: &FamilyId) -> Result<(), NotCommitted> {
    forget(connection, family.as_str())
}

fn forget(connection: &Connection, family: &str) -> Result<(), NotCommitted> {
    write(connection, "DELETE FROM token_families WHERE id = ?1", [family])?;
    connection.prepare_cached("DELETE FROM access_tokens WHERE family = ?1")?.execute([family])?;
    Ok(())
}

/// Removes at most `limit` dead families, as many dead access tokens, and as many proofs that could not
/// be shown again anyway; the largest number. A family outlives its tokens, so none is left behind.
pub(super) fn sweep(connection: &Connection, now: Timestamp, limit: i64) -> rusqlite::Result<usize> {
    let delete = |sql| connection.prepare_cached(sql)?.execute(params![now.unix(), limit]);
    let access = delete(
        "DELETE FROM access_tokens WHERE rowid IN
         (SELECT rowid FROM access_tokens WHERE forget_at <= ?1 ORDER BY forget_at LIMIT ?2)",
    )?;
    let families = delete(
        "DELETE FROM token_families WHERE rowid IN
         (SELECT rowid FROM token_families WHERE forget_at <= ?1 ORDER BY forget_at LIMIT ?2)",
    )?;
    let proofs = delete(
        "DELETE FROM dpop_proofs WHERE rowid IN
         (SELECT rowid FROM dpop_proofs WHERE forget_at <= ?1 ORDER BY forget_at LIMIT ?2)",
    )?;
    Ok(access.max(families).max(proofs))
}

/// An access token by its digest, with its family.
pub(super) fn access(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<(IssuedAccess, Family)>, Unavailable> {
    let found = connection
        .prepare_cached(
            "SELECT terms, admission, refresh_lineage, refresh_current, refresh_until, token
             FROM access_tokens JOIN token_families ON token_families.id = family WHERE digest = ?1",
        )?
        .query_row([digest.as_bytes()], |row| Ok((family_row(row)?, row.get::<_, String>(5)?)))
        .optional()?;
    let Some((family, token)) = found else { return Ok(None) };
    Ok(Some((row::from_json(&token, "token")?, family.restore()?)))
}

/// A family by what its refresh tokens share.
pub(super) fn by_lineage(connection: &Connection, lineage: &Digest) -> Result<Option<Family>, Unavailable> {
    let found = connection
        .prepare_cached(
            "SELECT terms, admission, refresh_lineage, refresh_current, refresh_until
             FROM token_families WHERE refresh_lineage = ?1",
        )?
        .query_row([lineage.as_bytes()], family_row)
        .optional()?;
    Ok(found.map(FamilyRow::restore).transpose()?)
}

fn family_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<FamilyRow> {
    Ok(FamilyRow {
        terms: row.get(0)?,
        admission: row.get(1)?,
        refresh_lineage: row.get(2)?,
        refresh_current: row.get(3)?,
        refresh_until: row.get(4)?,
    })
}
