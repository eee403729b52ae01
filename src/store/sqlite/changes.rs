//! Each change as SQL. Every `UPDATE` and `DELETE` names the state it leaves.

use rusqlite::{Connection, params};

use super::statement::write;
use super::{authorizations, limits, tokens};
use crate::flow::ports::NotCommitted;
use crate::store::row::{self, AwaitingColumns, SettledColumns};
use vpgate_core::base::id::PresentationId;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::device_grant::{Approved, Denied, Pending, Redeemed};
use vpgate_core::oauth::polling::Pace;
use vpgate_core::openid4vp::presentation::{AwaitingReturn, Begun, Served, Settled};
use vpgate_core::openid4vp::request::Requester;

/// Makes one change. May have done half of it when it fails: the caller rolls back.
pub(super) fn make(connection: &Connection, change: &Change) -> Result<(), NotCommitted> {
    match change {
        Change::OpenGrant { grant, device_code, user_code, within } => {
            limits::admit(connection, within)?;
            open_grant(connection, grant, device_code, user_code)
        }
        Change::EnterCode { user_code, address, most, at, within } => {
            limits::enter_code(connection, user_code.as_ref(), address.as_ref(), *most, *at, within)
        }
        Change::Count(attempt) => limits::count(connection, attempt),
        Change::RecordPoll { grant, seen } => record_poll(connection, grant, *seen),
        Change::DenyGrant(denied) => deny_grant(connection, denied),
        Change::DisownGrant { denied, counted } => {
            limits::count(connection, counted)?;
            disown_grant(connection, denied)
        }
        Change::CompleteGrant { grant, presentation, response_code } => {
            collect_result(connection, presentation, response_code)?;
            decide_grant(connection, Some(grant))
        }
        Change::RedeemGrant { grant, issuance } => {
            redeem_grant(connection, grant)?;
            tokens::issue(connection, issuance)
        }
        Change::Refresh { family, used, renewal } => tokens::refresh(connection, family, used, renewal),
        Change::RevokeOrigin(origin) => tokens::revoke_origin(connection, origin),
        Change::RevokeFamily(family) => tokens::revoke_family(connection, family),
        Change::SpendProof { id, until } => write(
            connection,
            "INSERT INTO dpop_proofs (id, forget_at) VALUES (?1, ?2)",
            params![id.as_bytes(), until.unix()],
        ),
        Change::RevokeAccess(digest) => {
            write(connection, "DELETE FROM access_tokens WHERE digest = ?1", params![digest.as_bytes()])
        }
        Change::BeginPresentation { presentation, claim } => {
            if let Some(grant) = claim {
                claim_grant(connection, grant)?;
            }
            begin_presentation(connection, presentation)
        }
        Change::BeginForClient { presentation, claim, most_open, at } => {
            let client = presentation.asked().requester.client_id();
            if limits::open_presentations(connection, client, *at)?.count >= *most_open {
                return Err(NotCommitted::Lost);
            }
            if let Some(grant) = claim {
                claim_grant(connection, grant)?;
            }
            begin_presentation(connection, presentation)
        }
        Change::ServePresentation(served) => serve_presentation(connection, served),
        Change::TakeOrdinaryWay(served) => take_ordinary_way(connection, served),
        Change::TakeOver { presentation, from } => take_over(connection, presentation, from),
        Change::CountTry(served) => count_try(connection, served),
        Change::AwaitReturn(awaiting) => await_return(connection, awaiting),
        Change::Return { presentation, return_code, grant } => {
            settle_returned(connection, presentation, return_code)?;
            decide_grant(connection, grant.as_ref())
        }
        Change::Settle { presentation, grant } => {
            settle(connection, presentation)?;
            decide_grant(connection, grant.as_ref())
        }
        Change::CollectResult { id, response_code } => collect_result(connection, id, response_code),
        Change::Forget(id) => {
            write(connection, "DELETE FROM presentations WHERE id = ?1", params![id.as_str()])
        }
        Change::SpendAssertion(assertion) => authorizations::spend_assertion(connection, assertion),
        Change::PushRequest { request, handle, expires_at } => {
            authorizations::push_request(connection, request, handle, *expires_at)
        }
        Change::DropPushedRequest(handle) => authorizations::take_pushed(connection, handle),
        Change::BeginAuthorization { presentation, grant, pushed } => {
            if let Some(handle) = pushed {
                authorizations::take_pushed(connection, handle)?;
            }
            authorizations::begin(connection, grant)?;
            begin_presentation(connection, presentation)
        }
        Change::RedeemCode { grant, issuance } => {
            authorizations::redeem(connection, grant)?;
            tokens::issue(connection, issuance)
        }
    }
}

/// Whether [`make`] runs one statement for it, and so cannot do half of it.
pub(super) fn is_one_statement(change: &Change) -> bool {
    matches!(change, Change::RecordPoll { .. } | Change::SpendProof { .. } | Change::SpendAssertion(_))
}

fn open_grant(
    connection: &Connection,
    grant: &Pending,
    device_code: &Digest,
    user_code: &Digest,
) -> Result<(), NotCommitted> {
    let (terms, pace) = (grant.terms(), grant.pace());
    write(
        connection,
        "INSERT INTO grants (id, device_code, user_code, state, terms,
                             interval_ms, last_polled, claimed_by, forget_at, precautions)
         VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            terms.id.as_str(),
            device_code.as_bytes(),
            user_code.as_bytes(),
            row::to_json(terms, "terms")?,
            row::interval_ms(pace),
            pace.last().map(Timestamp::unix),
            grant.claimed_by().map(Digest::as_bytes),
            row::grant_forgotten_at(terms).unix(),
            row::precautions(grant)?,
        ],
    )
}

/// Leaves `claimed_by` alone: a browser may have taken the code up since the grant was read.
fn record_poll(connection: &Connection, grant: &Pending, seen: Pace) -> Result<(), NotCommitted> {
    let pace = grant.pace();
    write(
        connection,
        "UPDATE grants SET interval_ms = ?2, last_polled = ?3
         WHERE id = ?1 AND state = 'pending' AND interval_ms = ?4 AND last_polled IS ?5",
        params![
            grant.terms().id.as_str(),
            row::interval_ms(pace),
            pace.last().map(Timestamp::unix),
            row::interval_ms(seen),
            seen.last().map(Timestamp::unix),
        ],
    )
}

/// Leaves the pace alone: the device may have polled since the grant was read.
fn claim_grant(connection: &Connection, grant: &Pending) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE grants SET claimed_by = ?2, precautions = ?3
         WHERE id = ?1 AND state = 'pending' AND (claimed_by IS NULL OR claimed_by = ?2)",
        params![
            grant.terms().id.as_str(),
            grant.claimed_by().map(Digest::as_bytes),
            row::precautions(grant)?,
        ],
    )
}

fn approve_grant(connection: &Connection, approved: &Approved) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE grants SET state = 'approved', admission = ?2,
                           interval_ms = NULL, last_polled = NULL, claimed_by = NULL, precautions = NULL
         WHERE id = ?1 AND state = 'pending'",
        params![approved.terms().id.as_str(), row::to_json(approved.admission(), "admission")?],
    )
}

fn deny_grant(connection: &Connection, denied: &Denied) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE grants SET state = 'denied', denial_reason = ?2,
                           interval_ms = NULL, last_polled = NULL, claimed_by = NULL, precautions = NULL
         WHERE id = ?1 AND state = 'pending'",
        params![denied.terms().id.as_str(), row::to_word(&denied.reason(), "denial_reason")?],
    )
}

fn disown_grant(connection: &Connection, denied: &Denied) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE grants SET state = 'denied', denial_reason = ?2, admission = NULL,
                           interval_ms = NULL, last_polled = NULL, claimed_by = NULL, precautions = NULL
         WHERE id = ?1 AND state IN ('pending', 'approved')",
        params![denied.terms().id.as_str(), row::to_word(&denied.reason(), "denial_reason")?],
    )
}

fn redeem_grant(connection: &Connection, redeemed: &Redeemed) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE grants SET state = 'redeemed', token = ?2, admission = NULL
         WHERE id = ?1 AND state = 'approved'",
        params![redeemed.terms().id.as_str(), redeemed.token().as_str()],
    )
}

fn begin_presentation(connection: &Connection, begun: &Begun) -> Result<(), NotCommitted> {
    let asked = begun.asked();
    write(
        connection,
        "INSERT INTO presentations (id, handle, request_state, state, request, reserved_for, answer_key,
                                    expires_at, forget_at, begun_by, login_hint)
         VALUES (?1, ?2, ?3, 'begun', ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            asked.id.as_str(),
            asked.handle.as_str(),
            asked.state.as_str(),
            row::to_json(asked, "request")?,
            begun.reserved_for().map(Digest::as_bytes),
            begun.answer_key().map(row::answer_key).transpose()?,
            asked.expires_at.unix(),
            row::unsettled_forgotten_at(asked).unix(),
            match &asked.requester {
                Requester::RelyingParty { client_id, .. } => Some(client_id),
                Requester::Device { .. } | Requester::Code { .. } => None,
            },
            asked.login_hint,
        ],
    )
}

fn serve_presentation(connection: &Connection, served: &Served) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE presentations SET state = 'served', browser = ?2, tries = 0, reserved_for = NULL
         WHERE id = ?1 AND state = 'begun' AND (reserved_for IS NULL OR reserved_for = ?2)",
        params![served.asked().id.as_str(), served.browser().as_bytes()],
    )
}

fn take_ordinary_way(connection: &Connection, served: &Served) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE presentations SET request = ?3, answer_key = ?4
         WHERE id = ?1 AND state = 'served' AND browser = ?2 AND request ->> 'flow' = 'dc_api'",
        params![
            served.asked().id.as_str(),
            served.browser().as_bytes(),
            row::to_json(served.asked(), "request")?,
            served.answer_key().map(row::answer_key).transpose()?,
        ],
    )
}

fn take_over(connection: &Connection, served: &Served, from: &Digest) -> Result<(), NotCommitted> {
    write(
        connection,
        "UPDATE presentations SET browser = ?2 WHERE id = ?1 AND state = 'served' AND browser = ?3",
        params![served.asked().id.as_str(), served.browser().as_bytes(), from.as_bytes()],
    )
}

fn count_try(connection: &Connection, served: &Served) -> Result<(), NotCommitted> {
    let tries = served.tries();
    let report = tries.last_report.as_ref().map(|report| row::to_json(report, "report")).transpose()?;
    write(
        connection,
        "UPDATE presentations SET tries = ?3, report = ?4, undecided = ?5
         WHERE id = ?1 AND state = 'served' AND browser = ?2 AND tries = ?3 - 1",
        params![
            served.asked().id.as_str(),
            served.browser().as_bytes(),
            tries.used.saturating_add(tries.undecided),
            report,
            tries.undecided,
        ],
    )
}

fn settle(connection: &Connection, settled: &Settled) -> Result<(), NotCommitted> {
    let SettledColumns { outcome, report, proven, wallet_error } = SettledColumns::of(settled)?;
    write(
        connection,
        "UPDATE presentations SET state = 'settled', outcome = ?3, report = ?4, proven = ?5,
                                  wallet_error = ?6, response_code = ?7, settled_at = ?8, forget_at = ?9,
                                  answer = ?10, tries = NULL, answer_key = NULL, login_hint = NULL
         WHERE id = ?1 AND state = 'served' AND browser = ?2",
        params![
            settled.asked().id.as_str(),
            settled.browser().as_bytes(),
            outcome,
            report,
            proven,
            wallet_error,
            settled.response_code().map(Digest::as_bytes),
            settled.settled_at().unix(),
            row::settled_forgotten_at(settled).unix(),
            settled.answer().map(Digest::as_bytes),
        ],
    )
}

fn collect_result(
    connection: &Connection,
    id: &PresentationId,
    response_code: &Digest,
) -> Result<(), NotCommitted> {
    write(
        connection,
        // Without its code the result can be asked for no more, so nobody needs what was proven.
        "UPDATE presentations
         SET response_code = NULL,
             proven = json_set(proven, '$.credentials', json('{}'), '$.transaction_data', json('[]'))
         WHERE id = ?1 AND state = 'settled' AND response_code = ?2",
        params![id.as_str(), response_code.as_bytes()],
    )
}
fn await_return(connection: &Connection, awaiting: &AwaitingReturn) -> Result<(), NotCommitted> {
    let AwaitingColumns { report, proven } = AwaitingColumns::of(awaiting)?;
    write(
        connection,
        "UPDATE presentations SET state = 'awaiting_return', outcome = 'verified', report = ?3,
                                  proven = ?4, return_code = ?5, answered_at = ?6, forget_at = ?7, answer = ?8,
                                  tries = NULL, answer_key = NULL, login_hint = NULL
         WHERE id = ?1 AND state = 'served' AND browser = ?2",
        params![
            awaiting.asked().id.as_str(),
            awaiting.browser().as_bytes(),
            report,
            proven,
            awaiting.return_code().as_bytes(),
            awaiting.answered_at().unix(),
            row::awaiting_forgotten_at(awaiting).unix(),
            awaiting.answer().map(Digest::as_bytes),
        ],
    )
}

/// The report is in the row already; what was proven stays only where somebody can collect it.
fn settle_returned(
    connection: &Connection,
    settled: &Settled,
    return_code: &Digest,
) -> Result<(), NotCommitted> {
    let SettledColumns { proven, .. } = SettledColumns::of(settled)?;
    write(
        connection,
        "UPDATE presentations SET state = 'settled', return_code = NULL, answered_at = NULL,
                                  response_code = ?4, settled_at = ?5, forget_at = ?6, proven = ?7
         WHERE id = ?1 AND state = 'awaiting_return' AND browser = ?2 AND return_code = ?3",
        params![
            settled.asked().id.as_str(),
            settled.browser().as_bytes(),
            return_code.as_bytes(),
            settled.response_code().map(Digest::as_bytes),
            settled.settled_at().unix(),
            row::settled_forgotten_at(settled).unix(),
            proven,
        ],
    )
}

fn decide_grant(connection: &Connection, decision: Option<&GrantDecision>) -> Result<(), NotCommitted> {
    match decision {
        Some(GrantDecision::Approve(approved)) => approve_grant(connection, approved),
        Some(GrantDecision::Deny(denied)) => deny_grant(connection, denied),
        Some(GrantDecision::IssueCode(granted)) => authorizations::grant(connection, granted),
        Some(GrantDecision::RefuseCode(refused)) => authorizations::refuse(connection, refused),
        None => Ok(()),
    }
}
