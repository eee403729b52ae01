//! What the columns of a row mean, in words that every backend shares. Rows are trusted, because
//! only we write them: this is the only file that calls the `restore` functions of the domain.

pub(super) mod webhooks;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use vpgate_core::admission::{self, Admission};
use vpgate_core::audit::WaitingNote;
use vpgate_core::base::id::{GrantId, NoticeId, PresentationId, TokenId};
use vpgate_core::base::repeat::Used;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::KeptAnswer;
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::oauth::code_grant::{self, CodeGrant};
use vpgate_core::oauth::device_grant::{self, DeviceGrant, DeviceGrantTerms, Pending, Precautions};
use vpgate_core::oauth::issuance::{self, Family};
use vpgate_core::oauth::logout::WaitingNotice;
use vpgate_core::oauth::polling::Pace;
use vpgate_core::oauth::refresh_token::RefreshState;
use vpgate_core::oauth::session::{self, Session};
use vpgate_core::openid4vp::presentation::{
    self, AwaitingReturn, Presentation, PresentationMark, PresentationOutcome, PresentationStage, Settled,
    Tries,
};
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::openid4vp::retention::RESULT_LIFETIME;
use vpgate_core::openid4vp::verify::VerifiedPresentation;

mod receipt;

pub(super) use self::receipt::{ChainRow, ReceiptRow, receipt_forgotten_at};

/// How long a dead grant is remembered, so that its device learns that it is dead rather than unknown.
const GRANT_REMEMBERED: Duration = Duration::from_secs(3600);

/// A column holds what we never write there, or a value cannot be written. Names the column only:
/// its content may be personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the column {0} is not as it must be")]
pub(super) struct BrokenColumn(&'static str);

/// The columns of a grant.
#[derive(Clone, Debug)]
pub(super) struct GrantRow {
    /// `pending`, `approved`, `denied` or `redeemed`.
    pub state: String,
    /// [`Terms`] as JSON.
    pub terms: String,
    /// Pending: the interval in milliseconds.
    pub interval_ms: Option<i64>,
    /// Pending: the last poll, seconds since the epoch.
    pub last_polled: Option<i64>,
    /// Pending: digest of the browser that took the code up.
    pub claimed_by: Option<Vec<u8>>,
    /// Approved: the admission as JSON.
    pub admission: Option<String>,
    /// Denied: why, one word.
    pub denial_reason: Option<String>,
    /// Redeemed: the `jti` of the token.
    pub token: Option<String>,
    /// Pending: [`Precautions`] as JSON, when there are any.
    pub precautions: Option<String>,
}

/// The columns of an authorization.
#[derive(Clone, Debug)]
pub(super) struct AuthorizationRow {
    /// `pending`, `granted`, `refused` or `redeemed`.
    pub state: String,
    /// [`code_grant::Terms`] as JSON.
    pub terms: String,
    /// Pending: digest of the browser.
    pub browser: Option<Vec<u8>>,
    /// Granted and redeemed: digest of the code.
    pub code: Option<Vec<u8>>,
    /// Granted: when the code dies, seconds since the epoch.
    pub code_expires_at: Option<i64>,
    /// Granted: the admission as JSON.
    pub admission: Option<String>,
    /// Refused: why, one word.
    pub refusal_reason: Option<String>,
    /// Redeemed: the `jti` of the token.
    pub token: Option<String>,
}

/// The columns of a presentation.
#[derive(Clone, Debug)]
pub(super) struct PresentationRow {
    /// `begun`, `served`, `awaiting_return` or `settled`.
    pub state: String,
    /// [`VpRequest`] as JSON.
    pub request: String,
    /// Begun and served: whom the wallet should expect.
    pub login_hint: Option<String>,
    /// Begun: digest of the only browser that may go on.
    pub reserved_for: Option<Vec<u8>>,
    /// All but begun: digest of the browser.
    pub browser: Option<Vec<u8>>,
    /// Served: answers that were not accepted so far.
    pub tries: Option<i64>,
    /// Served: how many of them could not be judged.
    pub undecided: Option<i64>,
    /// Served: report of the last rejected answer. Later: the report. As JSON.
    pub report: Option<String>,
    /// Begun and served: the private JWK of the answer, where it is to be encrypted.
    pub answer_key: Option<String>,
    /// Awaiting the return: digest of the code.
    pub return_code: Option<Vec<u8>>,
    /// Awaiting the return: when the wallet answered, seconds since the epoch.
    pub answered_at: Option<i64>,
    /// `verified`, `rejected` or `declined`; awaiting the return: `verified`.
    pub outcome: Option<String>,
    /// Verified: what was proven, as JSON.
    pub proven: Option<String>,
    /// Declined: the wallet's error, one word.
    pub wallet_error: Option<String>,
    /// Settled: digest of the unspent response code.
    pub response_code: Option<Vec<u8>>,
    /// Settled: when, seconds since the epoch.
    pub settled_at: Option<i64>,
    /// Awaiting the return and settled: digest of the posted answer that decided.
    pub answer: Option<Vec<u8>>,
    /// Settled: digest of the response code that collected the result a moment ago.
    pub collected_code: Option<Vec<u8>>,
    /// And when, seconds since the epoch.
    pub collected_at: Option<i64>,
}

/// The columns of a family of tokens.
#[derive(Clone, Debug)]
pub(super) struct FamilyRow {
    /// [`FamilyTerms`](issuance::FamilyTerms) as JSON.
    pub terms: String,
    /// The admission as JSON.
    pub admission: String,
    /// Digest of what its refresh tokens share.
    pub refresh_lineage: Option<Vec<u8>>,
    /// Digest of the one that works.
    pub refresh_current: Option<Vec<u8>>,
    /// Until when, seconds since the epoch.
    pub refresh_until: Option<i64>,
    /// Digest of the one that it was given for.
    pub refresh_previous: Option<Vec<u8>>,
    /// When that was shown first, seconds since the epoch.
    pub refreshed_at: Option<i64>,
}

/// The columns of a session.
#[derive(Clone, Debug)]
pub(super) struct SessionRow {
    /// [`SessionTerms`](session::SessionTerms) as JSON.
    pub terms: String,
    /// The admission as JSON.
    pub admission: String,
}

/// The columns of a notice.
#[derive(Clone, Debug)]
pub(super) struct NoticeRow {
    /// [`LogoutNotice`](vpgate_core::oauth::logout::LogoutNotice) as JSON.
    pub notice: String,
    /// How often it was tried.
    pub attempts: Option<i64>,
    /// When it is tried next, seconds since the epoch.
    pub due_at: Option<i64>,
}

/// What settling writes beside browser, response code and time.
#[derive(Debug)]
pub(super) struct SettledColumns {
    pub outcome: &'static str,
    pub report: Option<String>,
    pub proven: Option<String>,
    pub wallet_error: Option<String>,
}

impl GrantRow {
    pub(super) fn restore(self) -> Result<DeviceGrant, BrokenColumn> {
        use device_grant::restore;
        let terms = from_json(&self.terms, "terms")?;
        Ok(match self.state.as_str() {
            "pending" => {
                let pace = pace(present(self.interval_ms, "interval_ms")?, self.last_polled)?;
                let precautions = self.precautions.as_deref();
                let precautions = precautions.map(|json| from_json(json, "precautions")).transpose()?;
                let claimed_by = digest(self.claimed_by, "claimed_by")?;
                DeviceGrant::Pending(restore::pending(
                    terms,
                    pace,
                    claimed_by,
                    precautions.unwrap_or_default(),
                ))
            }
            "approved" => DeviceGrant::Approved(restore::approved(terms, admission(self.admission)?)),
            "denied" => {
                let reason = present(self.denial_reason, "denial_reason")?;
                DeviceGrant::Denied(restore::denied(terms, from_word(reason, "denial_reason")?))
            }
            "redeemed" => DeviceGrant::Redeemed(restore::redeemed(terms, token(self.token)?)),
            _ => return Err(BrokenColumn("state")),
        })
    }
}

impl AuthorizationRow {
    pub(super) fn restore(self) -> Result<CodeGrant, BrokenColumn> {
        use code_grant::restore;
        let terms = from_json(&self.terms, "terms")?;
        Ok(match self.state.as_str() {
            "pending" => {
                let browser = present(digest(self.browser, "browser")?, "browser")?;
                CodeGrant::Pending(restore::pending(terms, browser))
            }
            "granted" => {
                let code = present(digest(self.code, "code")?, "code")?;
                let until = Timestamp::from_unix(present(self.code_expires_at, "code_expires_at")?);
                CodeGrant::Granted(restore::granted(terms, code, until, admission(self.admission)?))
            }
            "refused" => {
                let reason = present(self.refusal_reason, "refusal_reason")?;
                CodeGrant::Refused(restore::refused(terms, from_word(reason, "refusal_reason")?))
            }
            "redeemed" => CodeGrant::Redeemed(restore::redeemed(terms, token(self.token)?)),
            _ => return Err(BrokenColumn("state")),
        })
    }
}

impl FamilyRow {
    pub(super) fn restore(self) -> Result<Family, BrokenColumn> {
        let terms = from_json(&self.terms, "terms")?;
        let admission = admission::restore::admission(&self.admission).ok_or(BrokenColumn("admission"))?;
        let refresh = match digest(self.refresh_lineage, "refresh_lineage")? {
            None => None,
            Some(lineage) => Some(RefreshState {
                lineage,
                current: present(digest(self.refresh_current, "refresh_current")?, "refresh_current")?,
                expires_at: Timestamp::from_unix(present(self.refresh_until, "refresh_until")?),
                previous: used(self.refresh_previous, "refresh_previous", self.refreshed_at)?,
            }),
        };
        Ok(issuance::restore::family(terms, admission, refresh))
    }
}

impl SessionRow {
    pub(super) fn restore(self) -> Result<Session, BrokenColumn> {
        let admission = admission(Some(self.admission))?;
        Ok(session::restore::session(from_json(&self.terms, "terms")?, admission))
    }
}

impl NoticeRow {
    pub(super) fn restore(self) -> Result<WaitingNotice, BrokenColumn> {
        let attempts = present(self.attempts, "attempts")?;
        Ok(WaitingNotice {
            notice: from_json(&self.notice, "notice")?,
            attempts: u32::try_from(attempts).map_err(|_| BrokenColumn("attempts"))?,
            due_at: Timestamp::from_unix(present(self.due_at, "due_at")?),
        })
    }
}

impl PresentationRow {
    pub(super) fn restore(self) -> Result<Presentation, BrokenColumn> {
        use presentation::restore;
        let asked: VpRequest = from_json(&self.request, "request")?;
        let asked = VpRequest { login_hint: self.login_hint, ..asked };
        let browser = digest(self.browser, "browser")?;
        let answer = digest(self.answer, "answer")?;
        let report = self.report.as_deref().map(|report| from_json(report, "report")).transpose()?;
        Ok(match self.state.as_str() {
            "begun" => {
                let reserved_for = digest(self.reserved_for, "reserved_for")?;
                Presentation::Begun(restore::begun(asked, reserved_for, private_key(self.answer_key)?))
            }
            "served" => {
                // Every answer that was not accepted, those that could not be judged included.
                let all = count(present(self.tries, "tries")?, "tries")?;
                let undecided = count(present(self.undecided, "undecided")?, "undecided")?;
                let used = all.checked_sub(undecided).ok_or(BrokenColumn("undecided"))?;
                let tries = Tries { used, undecided, last_report: report };
                let key = private_key(self.answer_key)?;
                Presentation::Served(restore::served(asked, present(browser, "browser")?, tries, key))
            }
            "awaiting_return" => Presentation::AwaitingReturn(restore::awaiting_return(
                asked,
                present(browser, "browser")?,
                proven(self.proven)?,
                present(report, "report")?,
                present(digest(self.return_code, "return_code")?, "return_code")?,
                Timestamp::from_unix(present(self.answered_at, "answered_at")?),
                answer,
            )),
            "settled" => {
                let outcome = match self.outcome.as_deref() {
                    Some("verified") => PresentationOutcome::Verified {
                        presentation: proven(self.proven)?,
                        report: present(report, "report")?,
                    },
                    Some("rejected") => PresentationOutcome::Rejected { report: present(report, "report")? },
                    Some("declined") => {
                        let error = present(self.wallet_error, "wallet_error")?;
                        PresentationOutcome::Declined { error: from_word(error, "wallet_error")? }
                    }
                    _ => return Err(BrokenColumn("outcome")),
                };
                Presentation::Settled(restore::settled(
                    asked,
                    present(browser, "browser")?,
                    outcome,
                    digest(self.response_code, "response_code")?,
                    Timestamp::from_unix(present(self.settled_at, "settled_at")?),
                    answer,
                    used(self.collected_code, "collected_code", self.collected_at)?,
                ))
            }
            _ => return Err(BrokenColumn("state")),
        })
    }
}

impl SettledColumns {
    pub(super) fn of(settled: &Settled) -> Result<Self, BrokenColumn> {
        let outcome = settled.outcome();
        let (report, proven, wallet_error) = match outcome {
            PresentationOutcome::Verified { presentation, report } => {
                (Some(to_json(report, "report")?), Some(to_json(presentation, "proven")?), None)
            }
            PresentationOutcome::Rejected { report } => (Some(to_json(report, "report")?), None, None),
            PresentationOutcome::Declined { error } => (None, None, Some(to_word(error, "wallet_error")?)),
        };
        Ok(Self { outcome: outcome.name(), report, proven, wallet_error })
    }
}

/// A note that waits for its place in the audit log.
pub(super) fn waiting_note(id: &str, text: String) -> Result<WaitingNote, BrokenColumn> {
    Ok(WaitingNote { id: NoticeId::parse(id).ok_or(BrokenColumn("id"))?, text })
}

/// A line of the audit log, with its place.
pub(super) fn audit_line(ordinal: i64, text: String) -> Result<(u64, String), BrokenColumn> {
    Ok((u64::try_from(ordinal).map_err(|_| BrokenColumn("ordinal"))?, text))
}

/// When a grant may be swept.
pub(super) fn grant_forgotten_at(terms: &DeviceGrantTerms) -> Timestamp {
    terms.expires_at.plus(GRANT_REMEMBERED)
}

/// A grant that is still remembered at this time lives at `now`, and so does the code of an authorization:
/// the columns hold no other end.
pub(super) fn remembered_until(now: Timestamp) -> Timestamp {
    now.plus(GRANT_REMEMBERED)
}

/// What stands against phishing; nothing when nothing does.
pub(super) fn precautions(grant: &Pending) -> Result<Option<String>, BrokenColumn> {
    let precautions = grant.precautions();
    let any = *precautions != Precautions::default();
    any.then(|| to_json(precautions, "precautions")).transpose()
}

/// When an authorization may be swept. A code shown again is noticed until then.
pub(super) fn authorization_forgotten_at(expires_at: Timestamp) -> Timestamp {
    expires_at.plus(GRANT_REMEMBERED)
}

/// When a presentation that nobody settles may be swept: `expired` can be read as long as a result.
pub(super) fn unsettled_forgotten_at(asked: &VpRequest) -> Timestamp {
    asked.expires_at.plus(RESULT_LIFETIME)
}

/// When a presentation may be swept whose browser does not come back: no claim stays longer.
pub(super) fn awaiting_forgotten_at(awaiting: &AwaitingReturn) -> Timestamp {
    awaiting.answered_at().plus(RESULT_LIFETIME)
}

/// When a settled presentation may be swept.
pub(super) fn settled_forgotten_at(settled: &Settled) -> Timestamp {
    settled.request().retention.forgotten_at(settled.settled_at())
}

/// When a settled presentation loses what was proven, where that is earlier.
pub(super) fn settled_emptied_at(settled: &Settled) -> Option<Timestamp> {
    settled.request().retention.emptied_at(settled.settled_at())
}

/// The private JWK of an answer, as stored.
pub(super) fn answer_key(key: &EncryptionKey) -> Result<String, BrokenColumn> {
    to_json(&key.to_private_jwk(), "answer_key")
}

/// The pace of a pending grant.
pub(super) fn pace(interval_ms: i64, last_polled: Option<i64>) -> Result<Pace, BrokenColumn> {
    let interval = u64::try_from(interval_ms).map_err(|_| BrokenColumn("interval_ms"))?;
    Ok(Pace::restore(Duration::from_millis(interval), last_polled.map(Timestamp::from_unix)))
}

/// An interval as stored.
pub(super) fn interval_ms(pace: Pace) -> i64 {
    i64::try_from(pace.interval().as_millis()).unwrap_or(i64::MAX)
}

/// An answer that is given again.
pub(super) fn kept_answer(
    key: Digest,
    body: Option<Vec<u8>>,
    answer: String,
    until: i64,
) -> Result<KeptAnswer, BrokenColumn> {
    let body = present(digest(body, "body")?, "body")?;
    Ok(KeptAnswer { key, body, answer, until: Timestamp::from_unix(until) })
}

/// How far a presentation is.
pub(super) fn mark(
    id: &str,
    state: &str,
    tries: Option<i64>,
) -> Result<(PresentationId, PresentationMark), BrokenColumn> {
    let id = PresentationId::parse(id).ok_or(BrokenColumn("id"))?;
    let stage = PresentationStage::of_row(state).ok_or(BrokenColumn("state"))?;
    Ok((id, PresentationMark { stage, answers: count(tries.unwrap_or_default(), "tries")? }))
}

/// A grant that was found by its id.
pub(super) fn grant_id(id: &str) -> Result<GrantId, BrokenColumn> {
    GrantId::parse(id).ok_or(BrokenColumn("id"))
}

/// Structured content of a column.
pub(super) fn to_json(value: &impl Serialize, column: &'static str) -> Result<String, BrokenColumn> {
    serde_json::to_string(value).map_err(|_| BrokenColumn(column))
}

/// A variant without content, as the one word that serde calls it.
pub(super) fn to_word(value: &impl Serialize, column: &'static str) -> Result<String, BrokenColumn> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        _ => Err(BrokenColumn(column)),
    }
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str, column: &'static str) -> Result<T, BrokenColumn> {
    serde_json::from_str(text).map_err(|_| BrokenColumn(column))
}

fn from_word<T: DeserializeOwned>(word: String, column: &'static str) -> Result<T, BrokenColumn> {
    serde_json::from_value(Value::String(word)).map_err(|_| BrokenColumn(column))
}

fn admission(text: Option<String>) -> Result<Admission, BrokenColumn> {
    admission::restore::admission(&present(text, "admission")?).ok_or(BrokenColumn("admission"))
}

fn token(text: Option<String>) -> Result<TokenId, BrokenColumn> {
    TokenId::parse(&present(text, "token")?).ok_or(BrokenColumn("token"))
}

fn private_key(text: Option<String>) -> Result<Option<EncryptionKey>, BrokenColumn> {
    let Some(text) = text else { return Ok(None) };
    let jwk = from_json(&text, "answer_key")?;
    EncryptionKey::from_private_jwk(&jwk).map(Some).map_err(|_| BrokenColumn("answer_key"))
}

fn proven(text: Option<String>) -> Result<VerifiedPresentation, BrokenColumn> {
    let json = from_json(&present(text, "proven")?, "proven")?;
    VerifiedPresentation::restore(json).ok_or(BrokenColumn("proven"))
}

/// What works once, where it was used, and when.
fn used(value: Option<Vec<u8>>, column: &'static str, at: Option<i64>) -> Result<Option<Used>, BrokenColumn> {
    let value = digest(value, column)?;
    Ok(value.zip(at).map(|(value, at)| Used { value, at: Timestamp::from_unix(at) }))
}

pub(super) fn digest(bytes: Option<Vec<u8>>, column: &'static str) -> Result<Option<Digest>, BrokenColumn> {
    bytes.map(|bytes| Digest::from_slice(&bytes).ok_or(BrokenColumn(column))).transpose()
}

fn count(number: i64, column: &'static str) -> Result<u32, BrokenColumn> {
    u32::try_from(number).map_err(|_| BrokenColumn(column))
}

fn present<T>(value: Option<T>, column: &'static str) -> Result<T, BrokenColumn> {
    value.ok_or(BrokenColumn(column))
}

#[cfg(test)]
mod tests;
