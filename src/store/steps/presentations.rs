//! Presentations. Every `UPDATE` and `DELETE` names the state it leaves.

use super::{Cell, Rows, Step, delete, insert, must, text, update};
use crate::store::emptied::{without_checks, without_claims};
use crate::store::row::{self, BrokenColumn, SettledColumns};
use vpgate_core::base::id::{PresentationId, RequestState};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::presentation::{AwaitingReturn, Begun, Served, Settled};
use vpgate_core::openid4vp::request::Requester;
use vpgate_core::openid4vp::retention::Retention;

/// The columns of a new presentation.
macro_rules! begin {
    ($rows:expr, $condition:tt) => {
        insert!(
            $rows,
            "presentations (id, handle, request_state, state, request, reserved_for, answer_key, expires_at,
                            forget_at, begun_by, login_hint)",
            "$1, $2, $3, 'begun', $4, $5, $6, $7, $8, $9, $10",
            $condition
        )
    };
}

pub(super) fn begin(begun: &Begun) -> Result<Step, BrokenColumn> {
    Ok(must(begin!(Rows::New, "TRUE"), columns(begun)?))
}

/// The same for a client that may have so many open. Right only where those who begin for one client take turns.
pub(super) fn begin_for_client(begun: &Begun, most_open: u32, at: Timestamp) -> Result<Step, BrokenColumn> {
    let cells = columns(begun)?.into_iter().chain([at.into(), most_open.into()]);
    Ok(must(
        begin!(
            Rows::NewWithin,
            "(SELECT count(*) FROM presentations
              WHERE begun_by = $9 AND expires_at > $11
                AND state IN ('begun', 'served', 'awaiting_return')) < $12"
        ),
        cells.collect::<Vec<_>>(),
    ))
}

fn columns(begun: &Begun) -> Result<[Cell; 10], BrokenColumn> {
    let asked = begun.request();
    let begun_by = match &asked.requester {
        Requester::RelyingParty { client_id, .. } => text(client_id),
        Requester::Device { .. } | Requester::Code { .. } => Cell::Null,
    };
    Ok([
        text(asked.id.as_str()),
        text(asked.handle.as_str()),
        text(asked.state.as_str()),
        row::to_json(asked, "request")?.into(),
        begun.reserved_for().into(),
        begun.answer_key().map(row::answer_key).transpose()?.into(),
        asked.expires_at.into(),
        row::unsettled_forgotten_at(asked).into(),
        begun_by,
        asked.login_hint.clone().into(),
    ])
}

pub(super) fn serve(served: &Served) -> Step {
    must(
        update!(
            "presentations",
            "state = 'served', browser = $1, tries = 0, reserved_for = NULL, sent = coalesce($2, sent)",
            "id = $3 AND state = 'begun' AND (reserved_for IS NULL OR reserved_for = $1)"
        ),
        [
            served.browser().into(),
            served.sent().map(str::to_owned).into(),
            text(served.request().id.as_str()),
        ],
    )
}

/// What the wallet was sent, beside what it was sent before: the last sixteen.
pub(super) fn note_sent(id: &PresentationId, sent: &str) -> Step {
    must(
        update!(
            "presentations",
            "sent = trim(substr(coalesce(sent, '') || ' ' || $1, -703))",
            "id = $2 AND state IN ('begun', 'served') AND (sent IS NULL OR replace(sent, $1, '') = sent)",
            in_postgres "sent = trim(right(coalesce(sent, '') || ' ' || $1, 703))",
            "id = $2 AND state IN ('begun', 'served') AND (sent IS NULL OR replace(sent, $1, '') = sent)"
        ),
        [text(sent), text(id.as_str())],
    )
}

/// Another request in the place of the one that is known by the state `instead_of`.
pub(super) fn ask_otherwise(served: &Served, instead_of: &RequestState) -> Result<Step, BrokenColumn> {
    let asked = served.request();
    Ok(must(
        update!(
            "presentations",
            "request = $1, request_state = $2, answer_key = $3, expires_at = $4, forget_at = $5, sent = NULL",
            "id = $6 AND state = 'served' AND browser = $7 AND request_state = $8 AND expiry_told IS NULL"
        ),
        [
            row::to_json(asked, "request")?.into(),
            text(asked.state.as_str()),
            served.answer_key().map(row::answer_key).transpose()?.into(),
            asked.expires_at.into(),
            row::unsettled_forgotten_at(asked).into(),
            text(asked.id.as_str()),
            served.browser().into(),
            text(instead_of.as_str()),
        ],
    ))
}

pub(super) fn take_over(served: &Served, from: &Digest) -> Step {
    must(
        update!("presentations", "browser = $1", "id = $2 AND state = 'served' AND browser = $3"),
        [served.browser().into(), text(served.request().id.as_str()), from.into()],
    )
}

pub(super) fn count_try(served: &Served) -> Result<Step, BrokenColumn> {
    let tries = served.tries();
    let report = tries.last_report.as_ref().map(|report| row::to_json(report, "report")).transpose()?;
    Ok(must(
        update!(
            "presentations",
            "tries = $1, report = $2, undecided = $3",
            "id = $4 AND state = 'served' AND browser = $5 AND tries = $1 - 1"
        ),
        [
            tries.used.saturating_add(tries.undecided).into(),
            report.into(),
            tries.undecided.into(),
            text(served.request().id.as_str()),
            served.browser().into(),
        ],
    ))
}

pub(super) fn settle(settled: &Settled) -> Result<Step, BrokenColumn> {
    let SettledColumns { outcome, report, proven, wallet_error } = SettledColumns::of(settled)?;
    Ok(must(
        update!(
            "presentations",
            "state = 'settled', outcome = $1, report = $2, proven = $3,
             wallet_error = $4, response_code = $5, settled_at = $6, forget_at = $7, empty_at = $8,
             answer = $9, tries = NULL, answer_key = NULL, login_hint = NULL",
            "id = $10 AND state = 'served' AND browser = $11 AND expiry_told IS NULL"
        ),
        [
            outcome.into(),
            report.into(),
            proven.into(),
            wallet_error.into(),
            settled.response_code().into(),
            settled.settled_at().into(),
            row::settled_forgotten_at(settled).into(),
            row::settled_emptied_at(settled).into(),
            settled.answer().into(),
            text(settled.request().id.as_str()),
            settled.browser().into(),
        ],
    ))
}

/// The code dies, and is remembered: the result may be lost on its way. The sweep removes both, unless everything is
/// kept.
pub(super) fn take(id: &PresentationId, response_code: &Digest, at: Timestamp, retention: Retention) -> Step {
    must(
        update!(
            "presentations",
            "response_code = NULL, collected_code = $1, collected_at = $2, empty_at = $3",
            "id = $4 AND state = 'settled' AND response_code = $1"
        ),
        [response_code.into(), at.into(), retention.emptied_after(at).into(), text(id.as_str())],
    )
}

/// Whoever collects has it already, so nothing of it stays; what was asked is for its browser's way back, and goes by
/// the sweep.
pub(super) fn hand_over(id: &PresentationId, response_code: Option<Digest>, at: Timestamp) -> Step {
    must(
        update!(
            "presentations",
            concat!(
                "response_code = NULL, collected_code = $1, collected_at = $2, empty_at = $3, ",
                without_claims!(sqlite),
                ", ",
                without_checks!(sqlite)
            ),
            "id = $4 AND state = 'settled' AND collected_at IS NULL AND response_code IS NOT DISTINCT FROM $1",
            in_postgres concat!(
                "response_code = NULL, collected_code = $1, collected_at = $2, empty_at = $3, ",
                without_claims!(postgres),
                ", ",
                without_checks!(postgres)
            ),
            "id = $4 AND state = 'settled' AND collected_at IS NULL AND response_code IS NOT DISTINCT FROM $1"
        ),
        [
            response_code.as_ref().into(),
            at.into(),
            Retention::None.emptied_after(at).into(),
            text(id.as_str()),
        ],
    )
}

/// Without its code the result can be asked for no more, so nobody needs what was proven.
pub(super) fn spend(id: &PresentationId, response_code: &Digest) -> Step {
    must(
        update!(
            "presentations",
            concat!("response_code = NULL, ", without_claims!(sqlite)),
            "id = $1 AND state = 'settled' AND response_code = $2",
            in_postgres concat!("response_code = NULL, ", without_claims!(postgres)),
            "id = $1 AND state = 'settled' AND response_code = $2"
        ),
        [text(id.as_str()), response_code.into()],
    )
}

pub(super) fn await_return(awaiting: &AwaitingReturn) -> Result<Step, BrokenColumn> {
    Ok(must(
        update!(
            "presentations",
            "state = 'awaiting_return', outcome = 'verified', report = $1, proven = $2,
             return_code = $3, answered_at = $4, forget_at = $5, answer = $6,
             tries = NULL, answer_key = NULL, login_hint = NULL",
            "id = $7 AND state = 'served' AND browser = $8"
        ),
        [
            row::to_json(awaiting.report(), "report")?.into(),
            row::to_json(awaiting.presentation(), "proven")?.into(),
            awaiting.return_code().into(),
            awaiting.answered_at().into(),
            row::awaiting_forgotten_at(awaiting).into(),
            awaiting.answer().into(),
            text(awaiting.request().id.as_str()),
            awaiting.browser().into(),
        ],
    ))
}

/// The report is in the row already; what was proven stays only where somebody can collect it.
pub(super) fn settle_returned(settled: &Settled, return_code: &Digest) -> Result<Step, BrokenColumn> {
    let SettledColumns { proven, .. } = SettledColumns::of(settled)?;
    Ok(must(
        update!(
            "presentations",
            "state = 'settled', return_code = NULL, answered_at = NULL,
             response_code = $1, settled_at = $2, forget_at = $3, empty_at = $4, proven = $5",
            "id = $6 AND state = 'awaiting_return' AND browser = $7 AND return_code = $8
             AND expiry_told IS NULL"
        ),
        [
            settled.response_code().into(),
            settled.settled_at().into(),
            row::settled_forgotten_at(settled).into(),
            row::settled_emptied_at(settled).into(),
            proven.into(),
            text(settled.request().id.as_str()),
            settled.browser().into(),
            return_code.into(),
        ],
    ))
}

/// Once: whoever tells it first.
pub(super) fn tell_expired(id: &PresentationId, at: Timestamp) -> Step {
    must(
        update!(
            "presentations",
            "expiry_told = $1",
            "id = $2 AND state IN ('begun', 'served', 'awaiting_return') AND expires_at <= $1
             AND expiry_told IS NULL"
        ),
        [at.into(), text(id.as_str())],
    )
}

pub(super) fn forget(id: &PresentationId) -> Step {
    must(delete!("presentations", "id = $1"), [text(id.as_str())])
}
