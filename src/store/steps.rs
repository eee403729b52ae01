//! Each change as steps: one text of SQL that every backend understands, with what goes into it. SQLite executes
//! the steps of a change in one transaction, in order; PostgreSQL makes one statement of them. Neither decides
//! anything.
//!
//! Parameters are `$1`, `$2` and so on, in the order in which they first appear. Each text ends in a condition, to
//! which a store can add, or says by [`and!`] where that stands. Locks are taken in the order counters (narrow before
//! wide), grants and authorizations, presentations, sessions, token families, access tokens,
//! notices, events, deliveries.

mod audit;
mod authorizations;
mod counters;
mod deliveries;
mod events;
mod grants;
mod leases;
mod presentations;
mod receipts;
mod sessions;
mod tokens;

use std::borrow::Cow;
use std::fmt;

use self::receipts::{checkpoint, seal};
use super::row::{self, BrokenColumn};
use vpgate_core::base::id::{FamilyId, PresentationId, RequestState, SessionId};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::event::Announcement;
use vpgate_core::oauth::attempts::{Attempt, Limited};
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::code_grant::{self, Granted};
use vpgate_core::oauth::device_grant::{Denied, Pending};
use vpgate_core::oauth::issuance::{Issuance, Reissue};
use vpgate_core::openid4vp::presentation::{Begun, Served, Settled};
use vpgate_core::openid4vp::retention::Retention;

/// One statement.
#[derive(Debug)]
pub(super) struct Step {
    pub sql: Sql,
    pub cells: Vec<Cell>,
    /// What it means that no row was changed.
    pub unchanged: Unchanged,
}

/// The text of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sql {
    pub sqlite: &'static str,
    /// What SQLite does at less expense where it can, with the same cells: no row is changed where it cannot.
    pub sqlite_first: Option<&'static str>,
    /// The same text, but where the two have no words in common.
    pub postgres: &'static str,
    pub rows: Rows,
}

/// Which rows a statement is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rows {
    /// A new one, whatever there is.
    New,
    /// A new one, if what is counted over other rows lets it.
    NewWithin,
    /// Those that are there and in a state: this statement locks them.
    Found(&'static str),
    /// The same of rows that need not be there, and come first in the order of locks all the same: they are locked
    /// before what decides.
    FoundFirst(&'static str),
}

/// A statement that writes a new row. Without a condition SQLite is given one row and no query: that is done whole or
/// not at all, so it keeps no copy of each page on the way.
macro_rules! insert {
    ($into:literal, $values:literal $(, $conflict:literal)?) => {
        insert!($crate::store::steps::Rows::New, $into, $values, "TRUE" $(, $conflict)?)
    };
    ($rows:expr, $into:literal, $values:literal, "TRUE" $(, $conflict:literal)?) => {
        $crate::store::steps::Sql {
            sqlite: concat!("INSERT INTO ", $into, " VALUES (", $values, ")" $(, " ", $conflict)?),
            sqlite_first: None,
            postgres: concat!("INSERT INTO ", $into, " SELECT ", $values, " WHERE TRUE" $(, " /*AND*/ ", $conflict)?),
            rows: $rows,
        }
    };
    ($rows:expr, $into:literal, $values:literal, $condition:literal $(, $conflict:literal)?) => {{
        const TEXT: &str = concat!(
            "INSERT INTO ", $into, " SELECT ", $values, " WHERE ", $condition, $(" /*AND*/ ", $conflict)?
        );
        $crate::store::steps::Sql { sqlite: TEXT, sqlite_first: None, postgres: TEXT, rows: $rows }
    }};
}

/// A statement that changes rows which are in a state; `in_postgres` where that has other words.
macro_rules! update {
    ($table:literal, $set:expr, $condition:literal) => {
        update!($table, $set, $condition, in_postgres $set, $condition)
    };
    ($table:literal, $set:expr, $condition:literal, in_postgres $its_set:expr, $its_condition:literal) => {
        $crate::store::steps::Sql {
            sqlite: concat!("UPDATE ", $table, " SET ", $set, " WHERE ", $condition),
            sqlite_first: None,
            postgres: concat!("UPDATE ", $table, " SET ", $its_set, " WHERE ", $its_condition),
            rows: $crate::store::steps::Rows::Found(concat!(
                "SELECT 1 FROM ", $table, " WHERE ", $its_condition, " FOR NO KEY UPDATE"
            )),
        }
    };
}

/// A statement that removes rows which are in a state.
macro_rules! delete {
    ($table:literal, $condition:literal) => {
        delete!($crate::store::steps::Rows::Found, $table, $condition)
    };
    ($rows:expr, $table:literal, $condition:literal) => {{
        const TEXT: &str = concat!("DELETE FROM ", $table, " WHERE ", $condition);
        $crate::store::steps::Sql {
            sqlite: TEXT,
            sqlite_first: None,
            postgres: TEXT,
            rows: $rows(concat!("SELECT 1 FROM ", $table, " WHERE ", $condition, " FOR UPDATE")),
        }
    }};
}

pub(super) use {delete, insert, update};

/// What it means when a statement changes no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Unchanged {
    /// Nothing: there need not be one.
    GoOn,
    /// The state was left by somebody else: the change is `Lost`, and what its steps did so far is undone.
    Undo,
    /// A limit is reached: the change is `Lost`, and what was counted so far stays counted.
    KeepCounts,
    /// There is one with this key: it is `Taken`.
    Taken,
}

/// What goes into one place of a statement. Its content may be personal, so it is not in `Debug`.
pub(super) enum Cell {
    Null,
    Integer(i64),
    Text(Cow<'static, str>),
    Bytes([u8; 32]),
}

impl fmt::Debug for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Null => "null",
            Self::Integer(_) => "integer",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        })
    }
}

/// The steps of a change, in order.
pub(super) fn steps(change: &Change) -> Result<Vec<Step>, BrokenColumn> {
    Ok(match change {
        Change::OpenGrant { grant, device_code: by, user_code: it, within } => open(grant, by, it, within)?,
        Change::EnterCode { user_code, address, most, at, within } => {
            enter_code(user_code.map(|code| (code, *at)), address.as_ref(), *most, within)?
        }
        Change::Count(attempt) => vec![counters::count(attempt)],
        Change::Reserve(limited) => counters::within(limited, None),
        Change::DenyGrant(denied) => vec![grants::deny(denied)?],
        Change::DenyByUser { denied, counted } => deny_by_user(denied, counted)?,
        Change::CompleteGrant { grant, presentation: it, response_code: by } => complete(grant, it, by)?,
        Change::RedeemGrant { grant, issuance } => redeem(grants::redeem(grant), issuance)?,
        Change::IssueAgain { family, replaced, reissue } => again(family, replaced.as_ref(), reissue)?,
        Change::Refresh { family, replaced, renewal } => tokens::refresh(family, replaced, renewal)?.into(),
        Change::RevokeOrigin(origin) => tokens::revoke_origin(origin).into(),
        Change::RevokeFamily(family) => tokens::revoke_family(family).into(),
        Change::SpendProof { id, until, by } => vec![tokens::spend_proof(id, *until, by)],
        Change::RevokeAccess(digest) => vec![tokens::revoke_access(digest)],
        Change::IssueClientToken { token, digest } => vec![tokens::issue_to_client(token, digest)?],
        Change::RevokeClientToken(digest) => vec![tokens::revoke_client_token(digest)],
        Change::BeginPresentation { presentation, claim } => begin(presentation, claim.as_ref())?,
        Change::BeginForClient { presentation, claim, most_open, at } => {
            claimed(claim.as_ref(), presentations::begin_for_client(presentation, *most_open, *at))?
        }
        Change::ServePresentation(served) => vec![presentations::serve(served)],
        Change::AskOtherwise { presentation, instead_of: by } => otherwise(presentation, by)?,
        Change::TakeOver { presentation, from } => vec![presentations::take_over(presentation, from)],
        Change::NoteSent { id, sent } => vec![presentations::note_sent(id, sent)],
        Change::CountTry(served) => vec![presentations::count_try(served)?],
        Change::AwaitReturn(awaiting) => vec![presentations::await_return(awaiting)?],
        Change::Return { presentation: it, return_code, grant } => back(it, return_code, grant.as_ref())?,
        Change::Settle { presentation, grant } => settle(presentation, grant.as_ref())?,
        Change::CollectResult { id, response_code: by, at, retention } => take(id, by, *at, *retention),
        Change::HandOver { id, response_code, at } => vec![presentations::hand_over(id, *response_code, *at)],
        Change::Forget(id) => vec![presentations::forget(id)],
        Change::Expire { request, at } => vec![presentations::tell_expired(&request.id, *at)],
        Change::Announced { change, announcements } => announced(change, announcements)?,
        Change::Once { change, kept } => steps(change)?.into_iter().chain([events::keep(kept)]).collect(),
        Change::PlaceEvents { client_id, at } => vec![events::place(client_id, *at)],
        Change::SpendAssertion { assertion, by } => vec![authorizations::spend_assertion(assertion, by)],
        Change::PushRequest { request, handle, expires_at } => push(request, handle, *expires_at)?,
        Change::DropPushedRequest(handle) => vec![authorizations::take_pushed(handle)],
        Change::BeginAuthorization { presentation: it, grant, pushed } => ask(grant, it, pushed.as_ref())?,
        Change::RedeemCode { grant, issuance } => redeem(authorizations::redeem(grant), issuance)?,
        Change::AuthorizeInSession { grant, session, pushed } => authorize(grant, session, pushed.as_ref())?,
        Change::EndSession { session, notice, at } => sessions::end(session, notice.as_ref(), *at)?,
        Change::TakeBackFamily { family, session, notice, at } => {
            sessions::take_back(family, session.as_ref(), notice.as_ref(), *at)?
        }
        Change::PostponeNotice { next, seen } => vec![sessions::postpone(next, *seen)],
        Change::DropNotice(id) => vec![sessions::drop_notice(id)],
        Change::Webhook(change) => deliveries::steps(change),
        Change::Noted { change, note } => steps(change)?.into_iter().chain([audit::note(note)]).collect(),
        Change::WriteAudit(write) => vec![audit::write(write)],
        Change::TakeLease { what, holder, at, until } => vec![leases::take(*what, holder, *at, *until)],
        Change::SealReceipts { client, after, sealed, at } => seal(client, after.as_ref(), sealed, *at),
        Change::CheckpointReceipts { chain, checkpoint: it, at } => vec![checkpoint(chain, it, *at)],
    })
}

/// The answer to a redemption is given again.
fn again(family: &FamilyId, replaced: Option<&Digest>, reissue: &Reissue) -> Result<Vec<Step>, BrokenColumn> {
    Ok(tokens::issue_again(family, replaced, reissue)?.into())
}

/// A request is pushed.
fn push(
    request: &AuthorizationRequest,
    handle: &Digest,
    expires_at: Timestamp,
) -> Result<Vec<Step>, BrokenColumn> {
    Ok(vec![authorizations::push(request, handle, expires_at)?])
}

/// The browser of a posted answer came back, with what that means for its grant.
fn back(
    settled: &Settled,
    return_code: &Digest,
    grant: Option<&GrantDecision>,
) -> Result<Vec<Step>, BrokenColumn> {
    decided(settled, grant, presentations::settle_returned(settled, return_code))
}

/// A change with what it tells of.
fn announced(change: &Change, announcements: &[Announcement]) -> Result<Vec<Step>, BrokenColumn> {
    let told = announcements.iter().map(events::write).collect::<Result<Vec<_>, _>>()?;
    Ok(steps(change)?.into_iter().chain(told.into_iter().flatten()).collect())
}

/// A result is collected.
fn take(id: &PresentationId, response_code: &Digest, at: Timestamp, retention: Retention) -> Vec<Step> {
    vec![presentations::take(id, response_code, at, retention)]
}

/// A grant is opened within limits.
fn open(
    grant: &Pending,
    device_code: &Digest,
    user_code: &Digest,
    within: &Limited,
) -> Result<Vec<Step>, BrokenColumn> {
    let open = grants::open(grant, device_code, user_code)?;
    Ok(counters::within(within, None).into_iter().chain([open]).collect())
}

/// A grant is decided by a presentation, whose response code dies with that.
fn complete(
    decision: &GrantDecision,
    presentation: &PresentationId,
    response_code: &Digest,
) -> Result<Vec<Step>, BrokenColumn> {
    let spend = presentations::spend(presentation, response_code);
    Ok(decide(decision)?.into_iter().chain([spend]).collect())
}

/// An authorization begins with its presentation.
fn ask(
    grant: &code_grant::Pending,
    presentation: &Begun,
    pushed: Option<&Digest>,
) -> Result<Vec<Step>, BrokenColumn> {
    Ok(taken(pushed, [authorizations::begin(grant)?, presentations::begin(presentation)?]))
}

/// An authorization begins, with the pushed request that it spends.
fn taken<const STEPS: usize>(pushed: Option<&Digest>, begin: [Step; STEPS]) -> Vec<Step> {
    pushed.map(authorizations::take_pushed).into_iter().chain(begin).collect()
}

/// An authorization that is granted as it begins, with the pushed request that it spends.
fn authorize(
    grant: &Granted,
    session: &SessionId,
    pushed: Option<&Digest>,
) -> Result<Vec<Step>, BrokenColumn> {
    Ok(taken(pushed, [sessions::authorize(grant, session)?]))
}

/// A user said no, which is counted.
fn otherwise(served: &Served, instead_of: &RequestState) -> Result<Vec<Step>, BrokenColumn> {
    Ok(vec![presentations::ask_otherwise(served, instead_of)?])
}

fn deny_by_user(denied: &Denied, counted: &Attempt) -> Result<Vec<Step>, BrokenColumn> {
    Ok(vec![grants::deny_by_user(denied)?, counters::count(counted)])
}

/// A presentation begins, with the grant that it claims.
fn begin(begun: &Begun, claim: Option<&Pending>) -> Result<Vec<Step>, BrokenColumn> {
    claimed(claim, presentations::begin(begun))
}

/// A presentation ends where the answer came, with what that means for its grant.
fn settle(settled: &Settled, grant: Option<&GrantDecision>) -> Result<Vec<Step>, BrokenColumn> {
    decided(settled, grant, presentations::settle(settled))
}

/// A presentation begins, with the grant that it claims.
fn claimed(claim: Option<&Pending>, begin: Result<Step, BrokenColumn>) -> Result<Vec<Step>, BrokenColumn> {
    claim.map(grants::claim).into_iter().chain([begin]).collect()
}

/// A user code was entered: counted unless it is `live`; the address of who entered a live one is remembered.
fn enter_code(
    live: Option<(Digest, Timestamp)>,
    address: Option<&Digest>,
    most: u32,
    within: &Limited,
) -> Result<Vec<Step>, BrokenColumn> {
    let live = live.map(|(code, at)| (code, row::remembered_until(at)));
    let sighted = live.zip(address).map(|((code, alive), from)| grants::sight(&code, alive, from, most));
    Ok(counters::within(within, live).into_iter().chain(sighted.transpose()?).collect())
}

/// A presentation ends, with what that means for its grant, and with its receipt.
fn decided(
    settled: &Settled,
    grant: Option<&GrantDecision>,
    settle: Result<Step, BrokenColumn>,
) -> Result<Vec<Step>, BrokenColumn> {
    let decided = grant.map(decide).transpose()?.unwrap_or_default();
    let receipt = settled.receipt().map(receipts::write).transpose()?;
    Ok(decided.into_iter().chain([settle?]).chain(receipt).collect())
}

/// A grant is redeemed for its tokens.
fn redeem(grant: Step, issuance: &Issuance) -> Result<Vec<Step>, BrokenColumn> {
    Ok([grant].into_iter().chain(tokens::issue(issuance)?).collect())
}

/// What a settled presentation means for its grant.
fn decide(decision: &GrantDecision) -> Result<Vec<Step>, BrokenColumn> {
    Ok(match decision {
        GrantDecision::Approve(approved) => vec![grants::approve(approved)?],
        GrantDecision::Deny(denied) => vec![grants::deny(denied)?],
        GrantDecision::IssueCode(granted) => vec![authorizations::grant(granted)?],
        GrantDecision::SignIn(granted, begun) => {
            vec![authorizations::grant(granted)?, sessions::begin(begun)?]
        }
        GrantDecision::RefuseCode(refused) => vec![authorizations::refuse(refused)?],
    })
}

/// A statement that must change a row.
fn must(sql: Sql, cells: impl Into<Vec<Cell>>) -> Step {
    Step { sql, cells: cells.into(), unchanged: Unchanged::Undo }
}

/// A statement that may find nothing to change.
fn may(sql: Sql, cells: impl Into<Vec<Cell>>) -> Step {
    Step { sql, cells: cells.into(), unchanged: Unchanged::GoOn }
}

/// A statement that writes what can be there once.
fn once(sql: Sql, cells: impl Into<Vec<Cell>>) -> Step {
    Step { sql, cells: cells.into(), unchanged: Unchanged::Taken }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(Cow::Owned(text.into()))
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<Timestamp> for Cell {
    fn from(time: Timestamp) -> Self {
        Self::Integer(time.unix())
    }
}

impl From<&Digest> for Cell {
    fn from(digest: &Digest) -> Self {
        Self::Bytes(*digest.as_bytes())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
