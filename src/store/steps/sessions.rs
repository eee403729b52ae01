//! Sessions, and what clients have to be told of their end. Every `UPDATE` and `DELETE` names the state it leaves.

use super::{Rows, Sql, Step, delete, insert, may, must, text, tokens, update};
use crate::store::row::{self, BrokenColumn};
use vpgate_core::base::id::{FamilyId, NoticeId, SessionId};
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::code_grant::Granted;
use vpgate_core::oauth::logout::{LogoutNotice, WaitingNotice};
use vpgate_core::oauth::session::NewSession;

pub(super) fn begin(begun: &NewSession) -> Result<Step, BrokenColumn> {
    let terms = begun.session.terms();
    Ok(must(
        insert!("sessions (id, cookie, terms, admission, forget_at)", "$1, $2, $3, $4, $5"),
        [
            text(terms.id.as_str()),
            (&begun.cookie).into(),
            row::to_json(terms, "terms")?.into(),
            row::to_json(begun.session.admission(), "admission")?.into(),
            terms.expires_at.into(),
        ],
    ))
}

/// An authorization that is granted at once, as long as the session is there that answers.
pub(super) fn authorize(granted: &Granted, session: &SessionId) -> Result<Step, BrokenColumn> {
    let terms = granted.terms();
    // Whoever ends the session at this moment is waited for.
    let locking = insert!(
        Rows::NewWithin,
        "authorizations (id, state, terms, code, code_expires_at, admission, forget_at)",
        "$1, 'granted', $2, $3, $4, $5, $6",
        "EXISTS (SELECT 1 FROM sessions WHERE id = $7 FOR KEY SHARE)"
    );
    let sql = insert!(
        Rows::NewWithin,
        "authorizations (id, state, terms, code, code_expires_at, admission, forget_at)",
        "$1, 'granted', $2, $3, $4, $5, $6",
        "EXISTS (SELECT 1 FROM sessions WHERE id = $7)"
    );
    Ok(must(
        Sql { postgres: locking.postgres, ..sql },
        [
            text(terms.id.as_str()),
            row::to_json(terms, "terms")?.into(),
            granted.code().into(),
            granted.code_expires_at().into(),
            row::to_json(granted.admission(), "admission")?.into(),
            row::authorization_forgotten_at(granted.code_expires_at()).into(),
            text(session.as_str()),
        ],
    ))
}

/// Forgets a session with the tokens that it led to.
pub(super) fn end(
    session: &SessionId,
    notice: Option<&LogoutNotice>,
    at: Timestamp,
) -> Result<Vec<Step>, BrokenColumn> {
    let forget = must(delete!("sessions", "id = $1"), [text(session.as_str())]);
    let written = notice.map(|notice| note(notice, at)).transpose()?;
    Ok([forget].into_iter().chain(tokens_of(session)).chain(written).collect())
}

/// Forgets a family of tokens, and the session that it came of with all of its tokens.
pub(super) fn take_back(
    family: &FamilyId,
    session: Option<&SessionId>,
    notice: Option<&LogoutNotice>,
    at: Timestamp,
) -> Result<Vec<Step>, BrokenColumn> {
    // A session is locked before its families, as whoever ends it does.
    let forget = session
        .map(|session| may(delete!(Rows::FoundFirst, "sessions", "id = $1"), [text(session.as_str())]));
    let written = notice.map(|notice| note(notice, at)).transpose()?;
    let tokens = tokens::revoke_family(family).into_iter().chain(session.into_iter().flat_map(tokens_of));
    Ok(forget.into_iter().chain(tokens).chain(written).collect())
}

fn tokens_of(session: &SessionId) -> [Step; 2] {
    [
        may(
            delete!("access_tokens", "family IN (SELECT id FROM token_families WHERE session = $1)"),
            [text(session.as_str())],
        ),
        may(delete!("token_families", "session = $1"), [text(session.as_str())]),
    ]
}

fn note(notice: &LogoutNotice, at: Timestamp) -> Result<Step, BrokenColumn> {
    Ok(must(
        insert!("logout_notices (id, notice, attempts, due_at, forget_at)", "$1, $2, 0, $3, $4"),
        [
            text(notice.id.as_str()),
            row::to_json(notice, "notice")?.into(),
            at.into(),
            LogoutNotice::forgotten_at(at).into(),
        ],
    ))
}

pub(super) fn postpone(next: &WaitingNotice, seen: Timestamp) -> Step {
    must(
        update!("logout_notices", "attempts = $1, due_at = $2", "id = $3 AND due_at = $4"),
        [next.attempts.into(), next.due_at.into(), text(next.notice.id.as_str()), seen.into()],
    )
}

pub(super) fn drop_notice(id: &NoticeId) -> Step {
    must(delete!("logout_notices", "id = $1"), [text(id.as_str())])
}
