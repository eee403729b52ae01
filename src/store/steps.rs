//! Each change as steps: one text of SQL that every backend understands, with what goes into it. A store
//! executes the steps of a change in one transaction, in order, and decides nothing.
//!
//! Parameters are `$1`, `$2` and so on, in the order in which they first appear. Locks are taken in the order
//! counters (narrow before wide), grants and authorizations, presentations, token families, access tokens.

mod authorizations;
mod counters;
mod grants;
mod presentations;
mod tokens;

use std::borrow::Cow;

use super::row::{self, BrokenColumn};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::oauth::attempts::Limited;
use vpgate_core::oauth::device_grant::Pending;
use vpgate_core::oauth::issuance::Issuance;

/// One statement.
#[derive(Debug)]
pub(super) struct Step {
    pub sql: &'static str,
    pub cells: Vec<Cell>,
    /// What it means that no row was changed.
    pub unchanged: Unchanged,
}

/// What it means when a statement changes no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unchanged {
    /// Nothing: there need not be one.
    GoOn,
    /// The state was left by somebody else: the change is `Lost`, and what its steps did so far is undone.
    Undo,
    /// A limit is reached: the change is `Lost`, and what was counted so far stays counted.
    KeepCounts,
}

/// What goes into one place of a statement.
#[derive(Debug)]
pub(super) enum Cell {
    Null,
    Integer(i64),
    Text(Cow<'static, str>),
    Bytes([u8; 32]),
}

/// The steps of a change, in order.
pub(super) fn steps(change: &Change) -> Result<Vec<Step>, BrokenColumn> {
    Ok(match change {
        Change::OpenGrant { grant, device_code, user_code, within } => {
            let open = grants::open(grant, device_code, user_code)?;
            counters::within(within, None).into_iter().chain([open]).collect()
        }
        Change::EnterCode { user_code, address, most, at, within } => {
            let live = user_code.map(|code| (code, row::remembered_until(*at)));
            enter_code(live, address.as_ref(), *most, within)?
        }
        Change::Count(attempt) => vec![counters::count(attempt)],
        Change::DenyGrant(denied) => vec![grants::deny(denied)?],
        Change::DenyByUser { denied, counted } => {
            vec![counters::count(counted), grants::deny_by_user(denied)?]
        }
        Change::CompleteGrant { grant, presentation, response_code } => {
            vec![decide(grant)?, presentations::spend(presentation, response_code)]
        }
        Change::RedeemGrant { grant, issuance } => redeem(grants::redeem(grant), issuance)?,
        Change::IssueAgain { family, replaced, reissue } => {
            tokens::issue_again(family, replaced.as_ref(), reissue)?.into()
        }
        Change::Refresh { family, replaced, renewal } => tokens::refresh(family, replaced, renewal)?.into(),
        Change::RevokeOrigin(origin) => tokens::revoke_origin(origin).into(),
        Change::RevokeFamily(family) => tokens::revoke_family(family).into(),
        Change::SpendProof { id, until, by } => vec![tokens::spend_proof(id, *until, by)],
        Change::RevokeAccess(digest) => vec![tokens::revoke_access(digest)],
        Change::IssueClientToken { token, digest } => vec![tokens::issue_to_client(token, digest)?],
        Change::RevokeClientToken(digest) => vec![tokens::revoke_client_token(digest)],
        Change::BeginPresentation { presentation, claim } => {
            claimed(claim.as_ref(), presentations::begin(presentation))?
        }
        Change::BeginForClient { presentation, claim, most_open, at } => {
            let begin = presentations::begin_for_client(presentation, *most_open, *at);
            claimed(claim.as_ref(), begin)?
        }
        Change::ServePresentation(served) => vec![presentations::serve(served)],
        Change::FallBackToRedirect(served) => vec![presentations::by_redirect(served)?],
        Change::TakeOver { presentation, from } => vec![presentations::take_over(presentation, from)],
        Change::CountTry(served) => vec![presentations::count_try(served)?],
        Change::AwaitReturn(awaiting) => vec![presentations::await_return(awaiting)?],
        Change::Return { presentation, return_code, grant } => {
            let settle = presentations::settle_returned(presentation, return_code);
            decided(grant.as_ref(), settle)?
        }
        Change::Settle { presentation, grant } => {
            decided(grant.as_ref(), presentations::settle(presentation))?
        }
        Change::CollectResult { id, response_code, at } => {
            vec![presentations::collect(id, response_code, *at)]
        }
        Change::Forget(id) => vec![presentations::forget(id)],
        Change::SpendAssertion { assertion, by } => vec![authorizations::spend_assertion(assertion, by)],
        Change::PushRequest { request, handle, expires_at } => {
            vec![authorizations::push(request, handle, *expires_at)?]
        }
        Change::DropPushedRequest(handle) => vec![authorizations::take_pushed(handle)],
        Change::BeginAuthorization { presentation, grant, pushed } => {
            let begin = [authorizations::begin(grant)?, presentations::begin(presentation)?];
            pushed.as_ref().map(authorizations::take_pushed).into_iter().chain(begin).collect()
        }
        Change::RedeemCode { grant, issuance } => redeem(authorizations::redeem(grant), issuance)?,
    })
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
    let sighted = live.zip(address).map(|((code, alive), from)| grants::sight(&code, alive, from, most));
    Ok(counters::within(within, live).into_iter().chain(sighted.transpose()?.into_iter().flatten()).collect())
}

/// A presentation ends, with what that means for its grant.
fn decided(
    grant: Option<&GrantDecision>,
    settle: Result<Step, BrokenColumn>,
) -> Result<Vec<Step>, BrokenColumn> {
    grant.map(decide).into_iter().chain([settle]).collect()
}

/// A grant is redeemed for its tokens.
fn redeem(grant: Step, issuance: &Issuance) -> Result<Vec<Step>, BrokenColumn> {
    Ok([grant].into_iter().chain(tokens::issue(issuance)?).collect())
}

/// What a settled presentation means for its grant.
fn decide(decision: &GrantDecision) -> Result<Step, BrokenColumn> {
    match decision {
        GrantDecision::Approve(approved) => grants::approve(approved),
        GrantDecision::Deny(denied) => grants::deny(denied),
        GrantDecision::IssueCode(granted) => authorizations::grant(granted),
        GrantDecision::RefuseCode(refused) => authorizations::refuse(refused),
    }
}

/// A statement that must change a row.
fn must(sql: &'static str, cells: impl Into<Vec<Cell>>) -> Step {
    Step { sql, cells: cells.into(), unchanged: Unchanged::Undo }
}

/// A statement that may find nothing to change.
fn may(sql: &'static str, cells: impl Into<Vec<Cell>>) -> Step {
    Step { sql, cells: cells.into(), unchanged: Unchanged::GoOn }
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
