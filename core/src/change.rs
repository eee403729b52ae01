//! Every write that may ever happen, as one enum.
//!
//! Each variant names the state it leaves, by carrying the state it leads to: whoever holds an
//! [`Approved`](crate::oauth::device_grant::Approved) got it from a [`Pending`]. The store repeats that state in its `WHERE`; no row
//! changed means that somebody was first.

use crate::audit::{AuditNote, AuditWrite};
use crate::base::id::{FamilyId, NoticeId, PresentationId, RequestState, SessionId};
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::event::Announcement;
use crate::oauth::attempts::{Attempt, Limited};
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::client_assertion::ClientAssertion;
use crate::oauth::client_token::ClientToken;
use crate::oauth::code_grant;
use crate::oauth::device_grant::{Denied, Pending, Redeemed};
use crate::oauth::entitlement::Origin;
use crate::oauth::issuance::{Issuance, Reissue, Renewal};
use crate::oauth::logout::{LogoutNotice, WaitingNotice};
use crate::openid4vp::presentation::{AwaitingReturn, Begun, Served, Settled};
use crate::openid4vp::request::VpRequest;
use crate::openid4vp::retention::Retention;
use crate::receipt::chain::{ChainHead, GrownChain, SealedReceipt};

mod question;
mod told;
mod webhooks;

pub use self::question::{Outcome, Question, WorksOnce};
pub use self::webhooks::WebhookChange;
pub use crate::oauth::decision::GrantDecision;

/// One write: one database transaction.
#[derive(Debug)]
pub enum Change {
    /// A new grant. `Taken` when its user code is in use: draw again. `Lost` when one of the limits is
    /// reached: nothing is stored then.
    OpenGrant {
        /// The new grant.
        grant: Pending,
        /// Digest of the device code.
        device_code: Digest,
        /// Keyed digest of the user code.
        user_code: Digest,
        /// Counted in the same transaction.
        within: Limited,
    },
    /// Somebody enters a user code. `Lost` while a barrier is closed, whether the code is right or wrong. One
    /// that leads to no pending grant is counted. A right code is noted with the
    /// address it came from: entered from more than `most` addresses, its grant is denied. Leaves: pending.
    EnterCode {
        /// Keyed digest of the code; `None` when it cannot be one.
        user_code: Option<Digest>,
        /// From where, as a keyed digest; `None` when that is not known.
        address: Option<Digest>,
        /// How many addresses one code may come from.
        most: u32,
        /// When that happens.
        at: Timestamp,
        /// What is in the way, and what is counted when the code is wrong.
        within: Limited,
    },
    /// Something happened, and is counted.
    Count(Attempt),
    /// Things may happen, and are counted before. `Lost` when one of the limits has no room for them.
    Reserve(Limited),
    /// Refused for good before a presentation was settled. Leaves: pending.
    DenyGrant(Denied),
    /// "I did not start this", counted. Leaves: pending or approved.
    DenyByUser {
        /// The grant as denied.
        denied: Denied,
        /// Never refused: how many there were is for the operator.
        counted: Attempt,
    },
    /// A service with its own pages approves a grant by a verified presentation, whose response code
    /// dies with that; or the presentation earned nothing, and the grant is denied. Leaves: pending
    /// for the grant, settled with this response code for the presentation.
    CompleteGrant {
        /// What becomes of the grant.
        grant: GrantDecision,
        /// The presentation by which the grant is completed.
        presentation: PresentationId,
        /// Digest of the code that came back with the browser.
        response_code: Digest,
    },
    /// The device takes its token. Leaves: approved.
    RedeemGrant {
        /// The grant after it.
        grant: Redeemed,
        /// The tokens that are issued.
        issuance: Issuance,
    },
    /// The answer to a redemption was lost, and is given again. Leaves: a family whose refresh token is
    /// `replaced`, and was never exchanged.
    IssueAgain {
        /// The family that the redemption led to.
        family: FamilyId,
        /// Digest of its refresh token, where it has one.
        replaced: Option<Digest>,
        /// What comes in its place.
        reissue: Reissue,
    },
    /// A refresh token is exchanged. Leaves: a family whose refresh token is `replaced`.
    Refresh {
        /// The family of the token.
        family: FamilyId,
        /// Digest of the refresh token that worked until now: the one that was shown, or the one that was given
        /// for it before, in an answer that was lost.
        replaced: Digest,
        /// What replaces it.
        renewal: Renewal,
    },
    /// Forgets the tokens that this led to: they are dead. `Lost` when there are none.
    RevokeOrigin(Origin),
    /// Forgets a family of tokens: they are dead. `Lost` when there is none.
    RevokeFamily(FamilyId),
    /// Remembers that a proof of a key was shown (RFC 9449 section 11.1). `Taken` when it was shown before.
    SpendProof {
        /// Digest that tells this proof from others.
        id: Digest,
        /// How long it is remembered.
        until: Timestamp,
        /// Random, and known to this request alone: tells what it wrote from what another one did.
        by: Digest,
    },
    /// Forgets one access token, by its digest: it is dead. `Lost` when there is none.
    RevokeAccess(Digest),
    /// A client gets a token for itself.
    IssueClientToken {
        /// What the token says.
        token: ClientToken,
        /// Digest of the token.
        digest: Digest,
    },
    /// Forgets a token that a client got for itself, by its digest: it is dead. `Lost` when there is none.
    RevokeClientToken(Digest),
    /// A new presentation; with a device grant, the claim of that grant too (leaves: pending,
    /// claimed by nobody or by the same browser).
    BeginPresentation {
        /// The new presentation.
        presentation: Begun,
        /// The grant as claimed.
        claim: Option<Pending>,
    },
    /// Begins a presentation for a relying party, which may have so many open. `Lost` too when it has.
    BeginForClient {
        /// The new presentation.
        presentation: Begun,
        /// The grant as claimed.
        claim: Option<Pending>,
        /// Presentations of this client that are neither settled nor expired, this one included.
        most_open: u32,
        /// When that happens.
        at: Timestamp,
    },
    /// The browser is sent to the wallet. Leaves: begun, reserved for nobody or for this browser.
    ServePresentation(Served),
    /// The person is asked in another way: by redirect instead of the browser's API, by another wallet, by a QR code.
    /// Leaves: served to this browser, as the request with the state `instead_of`.
    AskOtherwise {
        /// The presentation with the new request.
        presentation: Served,
        /// The state of the request before.
        instead_of: RequestState,
    },
    /// The person goes on in another browser, which the presentation names. Leaves: served, by the browser `from`.
    TakeOver {
        /// The presentation as served.
        presentation: Served,
        /// Digest of the browser that came first.
        from: Digest,
    },
    /// The wallet was sent something more, or came for it. Leaves: begun or served, and not known to have been sent
    /// that.
    NoteSent {
        /// The presentation.
        id: PresentationId,
        /// Hash of what was sent.
        sent: String,
    },
    /// A rejected answer was counted. Leaves: served, with one try less.
    CountTry(Served),
    /// The wallet posted a good answer. Leaves: served.
    AwaitReturn(AwaitingReturn),
    /// The browser came back with the code. Leaves: awaiting its return with this code; and pending for
    /// the grant, in the same transaction.
    Return {
        /// The presentation, settled.
        presentation: Settled,
        /// Digest of the code that dies.
        return_code: Digest,
        /// What it means for the grant, where there is one.
        grant: Option<GrantDecision>,
    },
    /// Decided. Leaves: served; and pending for the grant, whichever kind, in the same transaction.
    Settle {
        /// The presentation as settled.
        presentation: Settled,
        /// What it means for the grant, where there is one.
        grant: Option<GrantDecision>,
    },
    /// The relying party collects the result. Leaves: settled with this response code, which dies; it is
    /// remembered for a moment, since the answer may be lost.
    CollectResult {
        /// The presentation whose result is collected.
        id: PresentationId,
        /// Digest of the code it showed.
        response_code: Digest,
        /// When that happens.
        at: Timestamp,
        /// What is kept of it.
        retention: Retention,
    },
    /// The relying party collects the result, of which nothing is kept but how it ended. Leaves: settled with this
    /// response code, or without one and collected by nobody.
    HandOver {
        /// The presentation whose result is collected.
        id: PresentationId,
        /// Digest of the code it showed, where it takes one.
        response_code: Option<Digest>,
        /// When that happens.
        at: Timestamp,
    },
    /// Forgets a presentation, in any state. `Lost` when there is none.
    Forget(PresentationId),
    /// The client that began a presentation is told that nobody has answered in time: nobody settles it any more.
    /// Leaves: not settled, expired, and told to nobody.
    Expire {
        /// What was asked.
        request: Box<VpRequest>,
        /// When that happens.
        at: Timestamp,
    },
    /// A change, with what it tells.
    Announced {
        /// The change.
        change: Box<Change>,
        /// What is written with it.
        announcements: Vec<Announcement>,
    },
    /// A change whose answer is given again to who repeats its request. `Taken` when it was made before.
    Once {
        /// The change.
        change: Box<Change>,
        /// The answer.
        kept: KeptAnswer,
    },
    /// The events of a client that have no place yet get one, behind those that have.
    PlaceEvents {
        /// Whose events.
        client_id: String,
        /// When that happens.
        at: Timestamp,
    },
    /// A client's assertion. `Taken` when it was used before (RFC 7523 section 3).
    SpendAssertion {
        /// The assertion.
        assertion: ClientAssertion,
        /// As for a proof.
        by: Digest,
    },
    /// A request that was pushed (RFC 9126).
    PushRequest {
        /// The request that was pushed.
        request: Box<AuthorizationRequest>,
        /// Digest of the handle in its `request_uri`.
        handle: Digest,
        /// From this second on the handle is dead.
        expires_at: Timestamp,
    },
    /// A pushed request that the person did not want. Leaves: pushed, which is gone then.
    DropPushedRequest(Digest),
    /// The person goes on to the wallet. Leaves: pushed, where the request was pushed.
    BeginAuthorization {
        /// The new presentation.
        presentation: Begun,
        /// The new grant.
        grant: code_grant::Pending,
        /// Digest of the handle of the pushed request, which is spent.
        pushed: Option<Digest>,
    },
    /// One process does something for all that share the store. `Lost` while another one does. Leaves: done by
    /// nobody, by the same process, or until a time that has passed.
    TakeLease {
        /// What is done.
        what: Lease,
        /// Who does it: drawn when the process started.
        holder: Digest,
        /// When that happens.
        at: Timestamp,
        /// How long the others leave it alone; until `at`, when it is given back.
        until: Timestamp,
    },
    /// The client exchanges its code. Leaves: granted.
    RedeemCode {
        /// The grant after it.
        grant: code_grant::Redeemed,
        /// The tokens that are issued.
        issuance: Issuance,
    },
    /// A request is answered from a session, which is still there. Leaves: pushed, where the request was pushed.
    AuthorizeInSession {
        /// The new grant.
        grant: code_grant::Granted,
        /// The session that answers.
        session: SessionId,
        /// Digest of the handle of the pushed request, which is spent.
        pushed: Option<Digest>,
    },
    /// Forgets a session and the tokens that it led to: they are dead. `Lost` when there is none.
    EndSession {
        /// The session.
        session: SessionId,
        /// What its client has to be told, where it wants to be.
        notice: Option<LogoutNotice>,
        /// When that happens.
        at: Timestamp,
    },
    /// The credential behind a family of tokens was taken back: forgets the family, and the session that it came
    /// of with all that this led to. `Lost` when there is no such family.
    TakeBackFamily {
        /// The family.
        family: FamilyId,
        /// The session that it belongs to.
        session: Option<SessionId>,
        /// What its client has to be told, where it wants to be.
        notice: Option<LogoutNotice>,
        /// When that happens.
        at: Timestamp,
    },
    /// An attempt to deliver a notice is counted before it is made. Leaves: a notice that is due as `seen`.
    PostponeNotice {
        /// The notice as counted.
        next: WaitingNotice,
        /// When it was due; `Lost` when somebody else has counted since.
        seen: Timestamp,
    },
    /// Something about webhooks.
    Webhook(WebhookChange),
    /// A notice that was delivered, or is given up. `Lost` when there is none.
    DropNotice(NoticeId),
    /// A change, and a note of it for the audit log: both are made, or neither.
    Noted {
        /// The change. What becomes of it becomes of both.
        change: Box<Change>,
        /// What is noted.
        note: AuditNote,
    },
    /// Something is written into the audit log that no other change goes with.
    WriteAudit(AuditWrite),
    /// Signed receipts of one client, at the end of its chain. Leaves: a chain that ends in `after`, and receipts that
    /// wait.
    SealReceipts {
        /// Whose chain it is.
        client: String,
        /// Where it ended until now; `None` where it begins with these.
        after: Option<ChainHead>,
        /// In the order of the chain.
        sealed: Vec<SealedReceipt>,
        /// When that happens.
        at: Timestamp,
    },
    /// The end of a chain, signed. Leaves: a chain that ends there.
    CheckpointReceipts {
        /// The chain and its end.
        chain: GrownChain,
        /// The signed checkpoint.
        checkpoint: String,
        /// When that happens.
        at: Timestamp,
    },
}

/// An answer that is given again to who repeats a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Keyed digest of what names the request, and of who sent it.
    pub key: Digest,
    /// Digest of the request.
    pub body: Digest,
    /// The answer, sealed.
    pub answer: String,
    /// From this second on it is forgotten.
    pub until: Timestamp,
}

/// What one process at a time does for all that share the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// Removes what is dead.
    Sweep,
}

impl Lease {
    /// As a row names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
        }
    }
}

impl Change {
    /// As metrics and logs call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OpenGrant { .. } => "open_grant",
            Self::EnterCode { .. } => "enter_code",
            Self::Count(_) => "count",
            Self::Reserve(_) => "reserve",
            Self::DenyGrant(_) => "deny_grant",
            Self::DenyByUser { .. } => "deny_by_user",
            Self::CompleteGrant { .. } => "complete_grant",
            Self::RedeemGrant { .. } => "redeem_grant",
            Self::IssueAgain { .. } => "issue_again",
            Self::Refresh { .. } => "refresh",
            Self::RevokeOrigin(_) => "revoke_origin",
            Self::RevokeFamily(_) => "revoke_family",
            Self::SpendProof { .. } => "spend_proof",
            Self::RevokeAccess(_) => "revoke_access",
            Self::IssueClientToken { .. } => "issue_client_token",
            Self::RevokeClientToken(_) => "revoke_client_token",
            Self::BeginPresentation { .. } => "begin_presentation",
            Self::BeginForClient { .. } => "begin_for_client",
            Self::ServePresentation(_) => "serve_presentation",
            Self::AskOtherwise { .. } => "ask_otherwise",
            Self::TakeOver { .. } => "take_over",
            Self::NoteSent { .. } => "note_sent",
            Self::CountTry(_) => "count_try",
            Self::AwaitReturn(_) => "await_return",
            Self::Return { .. } => "return",
            Self::Settle { .. } => "settle",
            Self::CollectResult { .. } => "collect_result",
            Self::HandOver { .. } => "hand_over",
            Self::Forget(_) => "forget",
            Self::Expire { .. } => "expire",
            Self::Announced { change, .. } | Self::Once { change, .. } => change.name(),
            Self::PlaceEvents { .. } => "place_events",
            Self::SpendAssertion { .. } => "spend_assertion",
            Self::PushRequest { .. } => "push_request",
            Self::DropPushedRequest(_) => "drop_pushed_request",
            Self::BeginAuthorization { .. } => "begin_authorization",
            Self::RedeemCode { .. } => "redeem_code",
            Self::AuthorizeInSession { .. } => "authorize_in_session",
            Self::EndSession { .. } => "end_session",
            Self::TakeBackFamily { .. } => "take_back_family",
            Self::PostponeNotice { .. } => "postpone_notice",
            Self::DropNotice(_) => "drop_notice",
            Self::Noted { change, .. } => change.name(),
            Self::WriteAudit(_) => "write_audit",
            Self::SealReceipts { .. } => "seal_receipts",
            Self::CheckpointReceipts { .. } => "checkpoint_receipts",
            Self::Webhook(change) => change.name(),
            Self::TakeLease { .. } => "take_lease",
        }
    }
}
