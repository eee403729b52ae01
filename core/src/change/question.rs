//! What became of a change whose answer was lost (REQ-21.11): each names the row that tells, and how.
//!
//! A change is ours when the row holds what only we could have written: an identifier of 128 random bits, the
//! digest of a code or token that only we have drawn. Where somebody else left the state that the change
//! would have left, it is lost. Where that state is still there nobody knows: the change may be on its way.

use super::{Change, GrantDecision};
use crate::base::id::{AuthorizationId, FamilyId, GrantId, PresentationId, SessionId};
use crate::base::secret::Digest;
use crate::oauth::client_token::ClientToken;
use crate::oauth::code_grant::{self, CodeGrant};
use crate::oauth::device_grant::{DeviceGrant, Redeemed};
use crate::oauth::entitlement::Origin;
use crate::oauth::issuance::{Family, IssuedAccess, Renewal};
use crate::oauth::session::Session;
use crate::openid4vp::presentation::{
    AwaitingReturn, Begun, Presentation, PresentationOutcome, Served, Settled,
};

/// How a row, where there is one, is read.
pub type OutcomeBy<'c, Row> = Box<dyn Fn(Option<&Row>) -> Outcome + Send + Sync + 'c>;

/// The row that tells what became of a change, and how.
pub enum Question<'c> {
    /// A device grant, by its id.
    Grant(&'c GrantId, OutcomeBy<'c, DeviceGrant>),
    /// An authorization, by its id.
    Authorization(&'c AuthorizationId, OutcomeBy<'c, CodeGrant>),
    /// A presentation, by its id.
    Presentation(&'c PresentationId, OutcomeBy<'c, Presentation>),
    /// A family of tokens, by its id.
    Family(&'c FamilyId, OutcomeBy<'c, Family>),
    /// A family of tokens, by what it came from.
    FamilyOf(&'c Origin, OutcomeBy<'c, Family>),
    /// An access token, by its digest.
    AccessToken(&'c Digest, OutcomeBy<'c, (IssuedAccess, Family)>),
    /// A token that a client got for itself, by its digest.
    ClientToken(&'c Digest, OutcomeBy<'c, ClientToken>),
    /// A session, by its id.
    Session(&'c SessionId, OutcomeBy<'c, Session>),
    /// A pushed request, by the digest of its handle: whether it is there.
    PushedRequest(&'c Digest, OutcomeBy<'c, ()>),
    /// By which request something was used; `None` where its row does not say.
    UsedBy(WorksOnce<'c>, OutcomeBy<'c, Option<Digest>>),
}

/// What may be shown once, by its digest.
#[derive(Clone, Copy, Debug)]
pub enum WorksOnce<'c> {
    /// A proof of a key.
    Proof(&'c Digest),
    /// A client's assertion.
    Assertion(&'c Digest),
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made: nobody else could have written this, or it does not matter who did.
    Ours,
    /// Somebody else left the state first.
    Lost,
    /// It was not made so far, and may be on its way.
    Open,
}

impl Change {
    /// Finds out what became of it; `None` where a row cannot tell, because it only counts, and where it
    /// does not matter.
    pub fn question(&self) -> Option<Question<'_>> {
        Some(match self {
            Self::EnterCode { .. }
            | Self::Count(_)
            | Self::Reserve(_)
            | Self::TakeLease { .. }
            | Self::PostponeNotice { .. }
            | Self::Expire { .. }
            | Self::PlaceEvents { .. }
            | Self::DropNotice(_)
            | Self::WriteAudit(_)
            | Self::NoteSent { .. }
            | Self::SealReceipts { .. }
            | Self::CheckpointReceipts { .. }
            | Self::Webhook(_) => {
                return None;
            }
            Self::Announced { change, .. } | Self::Once { change, .. } | Self::Noted { change, .. } => {
                return change.question();
            }
            Self::AuthorizeInSession { grant, .. } => Question::Authorization(&grant.terms().id, there()),
            Self::EndSession { session, .. } => Question::Session(session, gone()),
            Self::TakeBackFamily { family, .. } => Question::Family(family, gone()),
            Self::OpenGrant { grant, .. } => Question::Grant(&grant.terms().id, there()),
            Self::DenyGrant(denied) | Self::DenyByUser { denied, .. } => by_anybody(&denied.terms().id),
            Self::RedeemGrant { grant, .. } => redeemed(grant),
            Self::RedeemCode { grant, .. } => exchanged(grant),
            Self::IssueAgain { reissue, .. } => Question::AccessToken(&reissue.digest, there()),
            Self::Refresh { family, replaced, renewal } => refreshed(family, replaced, renewal),
            Self::RevokeOrigin(origin) => Question::FamilyOf(origin, gone()),
            Self::RevokeFamily(family) => Question::Family(family, gone()),
            Self::RevokeAccess(digest) => Question::AccessToken(digest, gone()),
            Self::IssueClientToken { digest, .. } => Question::ClientToken(digest, there()),
            Self::RevokeClientToken(digest) => Question::ClientToken(digest, gone()),
            Self::SpendProof { id, by, .. } => used_by(WorksOnce::Proof(id), by),
            Self::SpendAssertion { assertion, by } => used_by(WorksOnce::Assertion(assertion.jti()), by),
            Self::PushRequest { handle, .. } => Question::PushedRequest(handle, there()),
            Self::DropPushedRequest(handle) => Question::PushedRequest(handle, gone()),
            Self::BeginAuthorization { presentation, .. }
            | Self::BeginPresentation { presentation, .. }
            | Self::BeginForClient { presentation, .. } => begun(presentation),
            Self::ServePresentation(served) => served_first(served),
            Self::AskOtherwise { presentation, .. } => asked_otherwise(presentation),
            Self::TakeOver { presentation, from } => taken_over(presentation, from),
            Self::CountTry(served) => counted(served),
            Self::AwaitReturn(awaiting) => awaited(awaiting),
            Self::Settle { presentation, grant } | Self::Return { presentation, grant, .. } => {
                decided(presentation, grant.as_ref())
            }
            Self::CompleteGrant { presentation: id, response_code: by, .. } => spent(id, by, false),
            Self::CollectResult { id, response_code, .. } => spent(id, response_code, true),
            Self::HandOver { id, response_code, .. } => handed_over(id, response_code.as_ref()),
            Self::Forget(id) => Question::Presentation(id, gone()),
        })
    }
}

fn by<'c, Row>(ours: impl Fn(&Row) -> Outcome + Send + Sync + 'c) -> OutcomeBy<'c, Row> {
    Box::new(move |found| found.map_or(Outcome::Lost, &ours))
}

/// Its identifier was drawn for this change alone.
fn there<'c, Row>() -> OutcomeBy<'c, Row> {
    Box::new(|found| if found.is_some() { Outcome::Ours } else { Outcome::Open })
}

/// It does not matter who removed it.
fn gone<'c, Row>() -> OutcomeBy<'c, Row> {
    Box::new(|found| if found.is_none() { Outcome::Ours } else { Outcome::Open })
}

fn begun(presentation: &Begun) -> Question<'_> {
    Question::Presentation(&presentation.request().id, there())
}

fn served_first(served: &Served) -> Question<'_> {
    stepped(served, |found| matches!(found, Presentation::Begun(_)), |_| true)
}

fn ours_if(ours: bool) -> Outcome {
    if ours { Outcome::Ours } else { Outcome::Lost }
}

/// The device hears the same, whoever said no.
fn by_anybody(id: &GrantId) -> Question<'_> {
    let ours = |found: &DeviceGrant| match found {
        DeviceGrant::Denied(_) => Outcome::Ours,
        DeviceGrant::Pending(_) | DeviceGrant::Approved(_) => Outcome::Open,
        DeviceGrant::Redeemed(_) => Outcome::Lost,
    };
    Question::Grant(id, by(ours))
}

fn redeemed(grant: &Redeemed) -> Question<'_> {
    let token = grant.token();
    let ours = move |found: &DeviceGrant| match found {
        DeviceGrant::Redeemed(it) => ours_if(it.token() == token),
        DeviceGrant::Approved(_) => Outcome::Open,
        DeviceGrant::Pending(_) | DeviceGrant::Denied(_) => Outcome::Lost,
    };
    Question::Grant(&grant.terms().id, by(ours))
}

fn exchanged(grant: &code_grant::Redeemed) -> Question<'_> {
    let token = grant.token();
    let ours = move |found: &CodeGrant| match found {
        CodeGrant::Redeemed(it) => ours_if(it.token() == token),
        CodeGrant::Granted(_) => Outcome::Open,
        CodeGrant::Pending(_) | CodeGrant::Refused(_) => Outcome::Lost,
    };
    Question::Authorization(&grant.terms().id, by(ours))
}

fn refreshed<'c>(family: &'c FamilyId, replaced: &'c Digest, renewal: &'c Renewal) -> Question<'c> {
    let next = &renewal.refresh;
    // One that stays is told apart by when it was last used.
    let ours = move |found: &Family| match found.refresh() {
        Some(refresh) if (refresh.current, refresh.previous) == (next.current, next.previous) => {
            Outcome::Ours
        }
        Some(refresh) if refresh.current == *replaced => Outcome::Open,
        _ => Outcome::Lost,
    };
    Question::Family(family, by(ours))
}

fn used_by<'c>(what: WorksOnce<'c>, by: &'c Digest) -> Question<'c> {
    let ours = move |found: Option<&Option<Digest>>| match found {
        None => Outcome::Open,
        Some(user) => ours_if(user.as_ref() == Some(by)),
    };
    Question::UsedBy(what, Box::new(ours))
}

/// Served as `served` is, to the same browser; or as it was `before`.
fn stepped<'c>(
    served: &'c Served,
    before: impl Fn(&Presentation) -> bool + Send + Sync + 'c,
    alike: impl Fn(&Served) -> bool + Send + Sync + 'c,
) -> Question<'c> {
    let ours = move |found: &Presentation| match found {
        it if before(it) => Outcome::Open,
        Presentation::Served(it) if it.browser() == served.browser() && alike(it) => Outcome::Ours,
        _ => Outcome::Lost,
    };
    Question::Presentation(&served.request().id, by(ours))
}

fn asked_otherwise(served: &Served) -> Question<'_> {
    let nonce = &served.request().nonce;
    stepped(served, |_| false, move |found| found.request().nonce == *nonce)
}

fn taken_over<'c>(served: &'c Served, from: &'c Digest) -> Question<'c> {
    let before =
        move |found: &Presentation| matches!(found, Presentation::Served(it) if it.browser() == from);
    stepped(served, before, |_| true)
}

fn awaited(awaiting: &AwaitingReturn) -> Question<'_> {
    let code = awaiting.return_code();
    let ours = move |found: &Presentation| match found {
        Presentation::AwaitingReturn(it) => ours_if(it.return_code() == code),
        Presentation::Served(_) => Outcome::Open,
        Presentation::Begun(_) | Presentation::Settled(_) => Outcome::Lost,
    };
    Question::Presentation(&awaiting.request().id, by(ours))
}

fn counted(served: &Served) -> Question<'_> {
    let all = |it: &Served| it.tries().used.saturating_add(it.tries().undecided);
    let number = all(served);
    stepped(
        served,
        move |found| matches!(found, Presentation::Served(it) if all(it).saturating_add(1) == number),
        move |it| all(it) == number,
    )
}

/// The code that the browser carries home tells; where it carries none, the page tells how it ended, whoever
/// ended it.
fn decided<'c>(settled: &'c Settled, grant: Option<&'c GrantDecision>) -> Question<'c> {
    let (id, code) = match grant {
        Some(GrantDecision::IssueCode(granted) | GrantDecision::SignIn(granted, _)) => {
            (&granted.terms().id, Some(granted.code()))
        }
        Some(GrantDecision::RefuseCode(refused)) => (&refused.terms().id, None),
        Some(GrantDecision::Approve(_) | GrantDecision::Deny(_)) | None => {
            let code = settled.response_code();
            let ours = move |found: &Presentation| match found {
                Presentation::Settled(it) => {
                    let same = it.response_code() == code || it.collected().map(|used| &used.value) == code;
                    ours_if(same || code.is_none())
                }
                Presentation::Served(_) | Presentation::AwaitingReturn(_) => Outcome::Open,
                Presentation::Begun(_) => Outcome::Lost,
            };
            return Question::Presentation(&settled.request().id, by(ours));
        }
    };
    let ours = move |found: &CodeGrant| match found {
        CodeGrant::Granted(it) => ours_if(Some(it.code()) == code),
        CodeGrant::Refused(_) => ours_if(code.is_none()),
        CodeGrant::Pending(_) => Outcome::Open,
        CodeGrant::Redeemed(_) => Outcome::Lost,
    };
    Question::Authorization(id, by(ours))
}

/// A code that collects is remembered; one that completes a grant leaves no trace, and nobody else knows it.
fn spent<'c>(id: &'c PresentationId, code: &'c Digest, collected: bool) -> Question<'c> {
    let ours = move |found: &Presentation| match found {
        Presentation::Settled(it) => match (it.response_code(), it.collected()) {
            (Some(unspent), _) if unspent == code => Outcome::Open,
            (None, Some(used)) => ours_if(collected && used.value == *code),
            (None, None) => ours_if(!collected),
            (Some(_), _) => Outcome::Lost,
        },
        _ => Outcome::Lost,
    };
    Question::Presentation(id, by(ours))
}

/// A code that collects is remembered; where there is none it does not matter who did.
fn handed_over<'c>(id: &'c PresentationId, code: Option<&'c Digest>) -> Question<'c> {
    let ours = move |found: &Presentation| match found {
        Presentation::Settled(it) => match it.outcome() {
            PresentationOutcome::Verified { presentation, .. } if !presentation.is_emptied() => Outcome::Open,
            _ => ours_if(code.is_none() || it.collected().map(|used| &used.value) == code),
        },
        _ => Outcome::Lost,
    };
    Question::Presentation(id, by(ours))
}
