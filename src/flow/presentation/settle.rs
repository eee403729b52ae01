//! What settling a presentation means: for the grant behind it, and for where its browser goes. Every way
//! to an end leads through here, so that there is one write.

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::end::{Ending, NotAccepted, ending};
use crate::flow::{code, device, receipts};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::Change;
use vpgate_core::oauth::decision::GrantDecision;
use vpgate_core::openid4vp::presentation::{AfterRejection, NotNow, Presentation, Served, Settled};
use vpgate_core::openid4vp::request::{Requester, VpRequest};

/// Writes the end of a served presentation, and what it means for its grant. `code` is what its relying
/// party collects the result with.
pub(in crate::flow) async fn settle(
    context: &Context,
    settled: Settled,
    code: Option<&Secret>,
) -> Result<Ending, NotAccepted> {
    let (grant, ending) = decide(context, &settled, code).await?;
    record(&settled);
    let presentation = receipts::with_receipt(context, settled)?.to_be_kept();
    context.commit(Change::Settle { presentation, grant }).await?;
    Ok(ending)
}

/// Counts a rejected answer (REQ-2.8). The last one that is permitted is given back settled, for the caller
/// to write. Answers that arrive together are counted one by one: whoever comes second counts again from
/// where the first one left off.
pub(in crate::flow) async fn count_rejection(
    context: &Context,
    served: Served,
    mut reject: impl FnMut(Served) -> Result<AfterRejection, NotNow>,
) -> Result<Option<Settled>, NotAccepted> {
    let (id, nonce) = (served.request().id.clone(), served.request().nonce.clone());
    let mut served = served;
    loop {
        let tried = match reject(served)? {
            AfterRejection::Final(settled) => return Ok(Some(settled)),
            AfterRejection::TriesRemain(tried) => tried,
        };
        match context.commit(Change::CountTry(tried)).await {
            Ok(()) => return Ok(None),
            Err(NotMade::Lost) => {}
            Err(why) => return Err(why.into()),
        }
        served = match context.ports.store.presentation(&id).await? {
            Some(Presentation::Served(served)) if served.request().nonce == nonce => served,
            _ => return Err(NotAccepted::NoOpenRequest),
        };
    }
}

/// Writes that the browser of a posted answer came back with its code, `return_code`.
pub(in crate::flow) async fn settle_returned(
    context: &Context,
    settled: Settled,
    return_code: Digest,
    code: Option<&Secret>,
) -> Result<Ending, NotAccepted> {
    let (grant, ending) = decide(context, &settled, code).await?;
    record(&settled);
    let presentation = receipts::with_receipt(context, settled)?.to_be_kept();
    context.commit(Change::Return { presentation, return_code, grant }).await?;
    Ok(ending)
}

/// What the outcome means for the grant behind it, if there is one, and where the browser goes.
async fn decide(
    context: &Context,
    settled: &Settled,
    code: Option<&Secret>,
) -> Result<(Option<GrantDecision>, Ending), NotAccepted> {
    let asked = settled.request();
    Ok(match &asked.requester {
        Requester::RelyingParty { .. } => (None, ending(asked, code)),
        Requester::Device { grant, client_id } => {
            let decision = device::decide::decide(context, settled, grant, client_id).await?;
            (Some(decision), ending(asked, code))
        }
        Requester::Code { authorization, client_id } => {
            let (decision, ending) = code::decide::decide(context, settled, authorization, client_id).await?;
            (Some(decision), ending)
        }
    })
}

/// The code that a relying party's browser carries home; devices have none.
pub(in crate::flow) fn response_code(
    context: &Context,
    asked: &VpRequest,
) -> Result<(Option<Secret>, Option<Digest>), Unavailable> {
    match asked.requester {
        Requester::RelyingParty { .. } => {
            let code = context.random_secret()?;
            let digest = code.digest();
            Ok((Some(code), Some(digest)))
        }
        // The code of an authorization is another thing: it never leads to the claims.
        Requester::Device { .. } | Requester::Code { .. } => Ok((None, None)),
    }
}

fn record(settled: &Settled) {
    let (id, outcome) = (&settled.request().id, settled.outcome().name());
    let client = settled.request().requester.client_id();
    tracing::info!(client, presentation = %id, outcome, "presentation settled");
}
