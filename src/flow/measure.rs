//! What a change says to who watches the numbers: counted when it is made, and nowhere else, so that every way to an
//! end is counted once.

use crate::metrics::Metrics;
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::openid4vp::presentation::{PresentationOutcome, Settled};

const DEVICE: &str = "device_code";
const CODE: &str = "authorization_code";

/// Counts what `change` made.
pub(in crate::flow) fn made(metrics: &Metrics, change: &Change) {
    let grant = |client: &str, grant, outcome| metrics.grants.add([client, grant, outcome]);
    match change {
        Change::Announced { change, .. } => made(metrics, change),
        Change::Expire { request, .. } => {
            metrics.presentations.add([&request.wallet, request.flow.name(), "expired", "none"]);
        }
        Change::OpenGrant { grant: opened, .. } => grant(&opened.terms().client_id, DEVICE, "opened"),
        Change::BeginAuthorization { grant: opened, .. } => {
            grant(&opened.terms().request.client_id, CODE, "opened");
        }
        Change::AuthorizeInSession { grant: granted, .. } => {
            grant(&granted.terms().request.client_id, CODE, "from_session");
        }
        Change::DenyGrant(denied) => grant(&denied.terms().client_id, DEVICE, "denied"),
        Change::DenyByUser { denied, .. } => grant(&denied.terms().client_id, DEVICE, "disowned"),
        Change::CompleteGrant { grant: decision, .. } => decided(metrics, decision),
        Change::Settle { presentation, grant } | Change::Return { presentation, grant, .. } => {
            settled(metrics, presentation);
            grant.iter().for_each(|decision| decided(metrics, decision));
        }
        _ => {}
    }
}

fn decided(metrics: &Metrics, decision: &GrantDecision) {
    let (client, grant, outcome) = match decision {
        GrantDecision::Approve(grant) => (&grant.terms().client_id, DEVICE, "approved"),
        GrantDecision::Deny(grant) => (&grant.terms().client_id, DEVICE, "denied"),
        GrantDecision::IssueCode(grant) | GrantDecision::SignIn(grant, _) => {
            (&grant.terms().request.client_id, CODE, "approved")
        }
        GrantDecision::RefuseCode(grant) => (&grant.terms().request.client_id, CODE, "denied"),
    };
    metrics.grants.add([client, grant, outcome]);
}

fn settled(metrics: &Metrics, settled: &Settled) {
    let (request, outcome) = (settled.request(), settled.outcome());
    let reason = match outcome {
        PresentationOutcome::Verified { .. } => "none",
        PresentationOutcome::Rejected { report } => report.reason.as_deref().unwrap_or("none"),
        PresentationOutcome::Declined { error } => error.code(),
    };
    metrics.presentations.add([&request.wallet, request.flow.name(), outcome.name(), reason]);
    let took = settled.settled_at().since(request.created_at);
    metrics.presentation_seconds.observe([&request.wallet, outcome.name()], took);
}
