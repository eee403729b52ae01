//! What the outcome of a presentation means for the device grant behind it.

use crate::flow::context::Context;
use crate::flow::presentation::end::NotAccepted;
use crate::flow::tokens::admit;
use vpgate_core::admission::claims_request::ClaimsRequest;
use vpgate_core::base::id::GrantId;
use vpgate_core::oauth::decision::{self, GrantDecision};
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::openid4vp::presentation::Settled;

/// Decides `grant` by its settled presentation. The grant must still be pending and claimed by the browser
/// that presented (REQ-10.25).
pub(in crate::flow) async fn decide(
    context: &Context,
    settled: &Settled,
    grant: &GrantId,
    client_id: &str,
) -> Result<GrantDecision, NotAccepted> {
    let pending = match context.ports.store.grant(grant).await? {
        Some(DeviceGrant::Pending(pending)) if pending.claimed_by() == Some(settled.browser()) => pending,
        _ => return Err(NotAccepted::NoOpenRequest),
    };
    let (scopes, parameters) = (pending.grantable(), &pending.terms().parameters);
    let earned =
        admit::earned(context, settled.outcome(), client_id, scopes, parameters, &ClaimsRequest::default());
    decision::for_device(pending, settled.outcome(), earned, context.now)
        .map_err(|_| NotAccepted::NoOpenRequest)
}
