//! The answer to a redemption, once more (REQ-21.13). A device or an application whose connection broke shows its code
//! again; where it proves the key that the tokens are for, nobody else can have them, and it gets new ones of the
//! same family. Who proves no key may have a copy of the code, and gets nothing.

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::issue::{self, TokenAsk, TokenResponse, UnknownResource};
use crate::flow::tokens::today;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::entitlement::Origin;

/// How often the family is looked at again after another request of the same client changed it.
const LOOKS: usize = 4;

/// New tokens in the place of those that `origin` led to; `None` when its answer is not given again.
pub(in crate::flow) async fn answer_again<E: From<Unavailable> + From<UnknownResource>>(
    context: &Context,
    client: &Client,
    origin: &Origin,
    nonce: Option<&str>,
    ask: &TokenAsk,
) -> Result<Option<TokenResponse>, E> {
    for _ in 0..LOOKS {
        let found = context.ports.store.family_by_origin(origin).await?;
        let again = found
            .filter(|family| family.terms().client_id == client.id)
            .filter(|family| family.is_answered_again(ask.key.as_ref(), context.now));
        let Some(family) = again.and_then(|family| today::as_of_today(context, family)) else {
            return Ok(None);
        };
        let audience = ask.among(&family.terms().audience)?;
        let (response, reissue) = issue::issue_again(context, client, &family, audience, nonce).await?;
        let id = family.terms().id.clone();
        let replaced = family.refresh().map(|refresh| refresh.current);
        match context.commit(Change::IssueAgain { family: id.clone(), replaced, reissue }).await {
            Ok(()) => {
                tracing::info!(client = client.id, family = %id, "a lost answer is given again");
                return Ok(Some(response));
            }
            Err(NotMade::Lost | NotMade::Taken) => {}
            Err(NotMade::Failed(source)) => return Err(source.into()),
        }
    }
    Ok(None)
}
