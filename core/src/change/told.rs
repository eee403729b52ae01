//! What a change tells of. The decision that makes a change makes what is told of it: no flow can leave it out.

use serde_json::{Value, json};

use super::{Change, GrantDecision};
use crate::base::id::{GrantId, PresentationId};
use crate::event::{EventContent, EventIds, EventKind};
use crate::oauth::device_grant::{DenialReason, Denied};
use crate::openid4vp::presentation::{PresentationMark, PresentationOutcome, PresentationStage, Settled};
use crate::openid4vp::request::{Requester, VpRequest};

impl Change {
    /// What this change tells by itself. A change that only names what it ends does not know whose that was: who
    /// makes it says so.
    pub fn told(&self) -> Vec<EventContent> {
        match self {
            Self::Settle { presentation, grant } | Self::Return { presentation, grant, .. } => {
                settled(presentation).into_iter().chain(grant.as_ref().map(decided)).collect()
            }
            Self::CompleteGrant { grant, .. } => vec![decided(grant)],
            Self::DenyGrant(denied) | Self::DenyByUser { denied, .. } => vec![refused(denied)],
            Self::RedeemGrant { grant, .. } => {
                let (terms, token) = (grant.terms(), grant.token());
                let ids = EventIds { token: Some(token.clone()), ..EventIds::grant(terms.id.as_str()) };
                vec![EventContent::new(&terms.client_id, EventKind::GrantRedeemed, ids)]
            }
            Self::RedeemCode { grant, .. } => {
                let (terms, token) = (grant.terms(), grant.token());
                let ids = EventIds { token: Some(token.clone()), ..EventIds::grant(terms.id.as_str()) };
                vec![EventContent::new(&terms.request.client_id, EventKind::GrantRedeemed, ids)]
            }
            Self::Expire { request, .. } => {
                let told = begun_by_client(request);
                let content = |(client, ids)| EventContent::new(client, EventKind::PresentationExpired, ids);
                told.map(content).into_iter().collect()
            }
            Self::Once { change, .. } => change.told(),
            _ => Vec::new(),
        }
    }

    /// How far a presentation is after it, where there is news of one.
    pub fn reaches(&self) -> Option<(&PresentationId, PresentationMark)> {
        let (request, stage) = match self {
            Self::CountTry(served) => return Some((&served.request().id, PresentationMark::served(served))),
            Self::ServePresentation(served) => (served.request(), PresentationStage::Served),
            Self::AwaitReturn(awaiting) => (awaiting.request(), PresentationStage::Answered),
            Self::Settle { presentation, .. } | Self::Return { presentation, .. } => {
                (presentation.request(), PresentationStage::Over)
            }
            Self::Expire { request, .. } => (&**request, PresentationStage::Over),
            Self::Forget(id) => return Some((id, PresentationStage::Over.into())),
            Self::Announced { change, .. } | Self::Noted { change, .. } => return change.reaches(),
            _ => return None,
        };
        Some((&request.id, stage.into()))
    }

    /// The grant of a device that it decides.
    pub fn decides(&self) -> Option<&GrantId> {
        match self {
            Self::Settle { grant: Some(decision), .. }
            | Self::Return { grant: Some(decision), .. }
            | Self::CompleteGrant { grant: decision, .. } => match decision {
                GrantDecision::Approve(approved) => Some(&approved.terms().id),
                GrantDecision::Deny(denied) => Some(&denied.terms().id),
                GrantDecision::IssueCode(_) | GrantDecision::SignIn(..) | GrantDecision::RefuseCode(_) => {
                    None
                }
            },
            Self::DenyGrant(denied) | Self::DenyByUser { denied, .. } => Some(&denied.terms().id),
            Self::Announced { change, .. } | Self::Noted { change, .. } => change.decides(),
            _ => None,
        }
    }
}

/// A presentation that its client began itself; what others lead to is told of their grants.
fn settled(settled: &Settled) -> Option<EventContent> {
    let (client_id, ids) = begun_by_client(settled.request())?;
    let content = |kind| EventContent::new(client_id, kind, ids);
    Some(match settled.outcome() {
        PresentationOutcome::Verified { .. } => content(EventKind::PresentationVerified),
        PresentationOutcome::Rejected { report } => {
            let content = content(EventKind::PresentationRejected);
            match &report.reason {
                Some(reason) => content.because(reason.as_ref()),
                None => content,
            }
        }
        PresentationOutcome::Declined { error } => {
            content(EventKind::PresentationDeclined).because(error.code())
        }
    })
}

/// Whose presentation it is, and what is told of it, where its client began it itself.
fn begun_by_client(request: &VpRequest) -> Option<(&str, EventIds)> {
    let Requester::RelyingParty { client_id, grant, .. } = &request.requester else { return None };
    let grant = grant.as_ref().map(ToString::to_string);
    Some((client_id, EventIds { presentation: Some(request.id.clone()), grant, token: None }))
}

fn decided(decision: &GrantDecision) -> EventContent {
    match decision {
        GrantDecision::Approve(approved) => {
            let terms = approved.terms();
            EventContent::new(&terms.client_id, EventKind::GrantApproved, EventIds::grant(terms.id.as_str()))
        }
        GrantDecision::Deny(denied) => refused(denied),
        GrantDecision::IssueCode(granted) | GrantDecision::SignIn(granted, _) => {
            let (id, client_id) = (&granted.terms().id, &granted.terms().request.client_id);
            EventContent::new(client_id, EventKind::GrantApproved, EventIds::grant(id.as_str()))
        }
        GrantDecision::RefuseCode(refused) => {
            let (id, client_id) = (&refused.terms().id, &refused.terms().request.client_id);
            let content = EventContent::new(client_id, EventKind::GrantDenied, EventIds::grant(id.as_str()));
            with_reason(content, refused.reason())
        }
    }
}

fn refused(denied: &Denied) -> EventContent {
    let (terms, reason) = (denied.terms(), denied.reason());
    let kind = match reason {
        DenialReason::NotStartedByPerson => EventKind::GrantDisowned,
        _ => EventKind::GrantDenied,
    };
    with_reason(EventContent::new(&terms.client_id, kind, EventIds::grant(terms.id.as_str())), reason)
}

fn with_reason(content: EventContent, reason: DenialReason) -> EventContent {
    match json!(reason) {
        Value::String(word) => content.because(word),
        _ => content,
    }
}
