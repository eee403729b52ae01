//! Device grants. Every `UPDATE` names the state it leaves.

use super::{Cell, Step, insert, may, must, text, update};
use crate::store::row::{self, BrokenColumn};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::device_grant::{Approved, DenialReason, Denied, Pending, Redeemed};

pub(super) fn open(grant: &Pending, device_code: &Digest, user_code: &Digest) -> Result<Step, BrokenColumn> {
    let (terms, pace) = (grant.terms(), grant.pace());
    Ok(must(
        insert!(
            "grants (id, device_code, user_code, state, terms, interval_ms, last_polled, claimed_by, forget_at, precautions)",
            "$1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9"
        ),
        [
            text(terms.id.as_str()),
            device_code.into(),
            user_code.into(),
            row::to_json(terms, "terms")?.into(),
            row::interval_ms(pace).into(),
            pace.last().into(),
            grant.claimed_by().into(),
            row::grant_forgotten_at(terms).into(),
            row::precautions(grant)?.into(),
        ],
    ))
}

/// Leaves the pace alone: its device polls meanwhile.
pub(super) fn claim(grant: &Pending) -> Result<Step, BrokenColumn> {
    Ok(must(
        update!(
            "grants",
            "claimed_by = $1, precautions = $2",
            "id = $3 AND state = 'pending' AND (claimed_by IS NULL OR claimed_by = $1)"
        ),
        [grant.claimed_by().into(), row::precautions(grant)?.into(), text(grant.terms().id.as_str())],
    ))
}

/// Notes from which address the code of a pending grant was entered, and denies the grant when that is one
/// too many. The addresses are in the row that is changed, so that those which arrive together are seen.
pub(super) fn sight(
    user_code: &Digest,
    alive_after: Timestamp,
    address: &Digest,
    most: u32,
) -> Result<Step, BrokenColumn> {
    let address = hexadecimal(address);
    let full = u64::from(most).saturating_mul(address.len() as u64);
    let many = row::to_word(&DenialReason::ManyAddresses, "denial_reason")?;
    Ok(may(
        update!(
            "grants",
            "sighted = CASE WHEN length(coalesce(sighted, '')) < $1 THEN coalesce(sighted, '') || $2 END,
             state = CASE WHEN length(coalesce(sighted, '')) < $1 THEN state ELSE 'denied' END,
             denial_reason = CASE WHEN length(coalesce(sighted, '')) < $1 THEN denial_reason ELSE $3 END,
             interval_ms = CASE WHEN length(coalesce(sighted, '')) < $1 THEN interval_ms END,
             last_polled = CASE WHEN length(coalesce(sighted, '')) < $1 THEN last_polled END,
             claimed_by = CASE WHEN length(coalesce(sighted, '')) < $1 THEN claimed_by END,
             precautions = CASE WHEN length(coalesce(sighted, '')) < $1 THEN precautions END",
            "user_code = $4 AND state = 'pending' AND forget_at > $5
             AND coalesce(sighted, '') NOT LIKE '%' || $2 || '%'"
        ),
        [
            Cell::Integer(i64::try_from(full).unwrap_or(i64::MAX)),
            address.into(),
            many.into(),
            user_code.into(),
            alive_after.into(),
        ],
    ))
}

pub(super) fn approve(approved: &Approved) -> Result<Step, BrokenColumn> {
    Ok(must(
        update!(
            "grants",
            "state = 'approved', admission = $1, interval_ms = NULL, last_polled = NULL,
             claimed_by = NULL, precautions = NULL, sighted = NULL",
            "id = $2 AND state = 'pending'"
        ),
        [row::to_json(approved.admission(), "admission")?.into(), text(approved.terms().id.as_str())],
    ))
}

pub(super) fn deny(denied: &Denied) -> Result<Step, BrokenColumn> {
    Ok(must(
        update!(
            "grants",
            "state = 'denied', denial_reason = $1, interval_ms = NULL, last_polled = NULL,
             claimed_by = NULL, precautions = NULL, sighted = NULL",
            "id = $2 AND state = 'pending'"
        ),
        denial(denied)?,
    ))
}

pub(super) fn deny_by_user(denied: &Denied) -> Result<Step, BrokenColumn> {
    Ok(must(
        update!(
            "grants",
            "state = 'denied', denial_reason = $1, admission = NULL, interval_ms = NULL,
             last_polled = NULL, claimed_by = NULL, precautions = NULL, sighted = NULL",
            "id = $2 AND state IN ('pending', 'approved')"
        ),
        denial(denied)?,
    ))
}

pub(super) fn redeem(redeemed: &Redeemed) -> Step {
    must(
        update!(
            "grants",
            "state = 'redeemed', token = $1, admission = NULL",
            "id = $2 AND state = 'approved'"
        ),
        [text(redeemed.token().as_str()), text(redeemed.terms().id.as_str())],
    )
}

fn denial(denied: &Denied) -> Result<[Cell; 2], BrokenColumn> {
    Ok([row::to_word(&denied.reason(), "denial_reason")?.into(), text(denied.terms().id.as_str())])
}

/// Of one length and without a wildcard of `LIKE`.
fn hexadecimal(digest: &Digest) -> String {
    use std::fmt::Write as _;
    digest.as_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
