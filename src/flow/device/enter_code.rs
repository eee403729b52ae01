//! Step 2 of the television's story: the person enters the code and decides whether to go on
//! (RFC 8628 section 3.3).

use crate::flow::client::limits;
use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::device::in_signature;
use crate::flow::device::user_code::{self, CodeFound, CodeRefused, Typed};
use crate::flow::presentation::begin::{self, NewVpRequest, NotBegun};
use crate::flow::presentation::query::QueryAsked;
use vpgate_core::admission::claims_request::ClaimsRequest;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::openid4vp::presentation::Begun;
use vpgate_core::openid4vp::request::Requester;

/// Looks a code up, to show what it is for. Nothing changes, but that wrong codes are counted.
///
/// # Errors
/// [`CodeRefused`]
pub async fn look_up(context: &Context, typed: Typed<'_>) -> Result<CodeFound, CodeRefused> {
    let entered = user_code::enter(context, typed, limits::guesser_at(context, typed.from)).await?;
    user_code::describe(context, entered)
}

/// The person goes on: this browser claims the code, and a presentation begins that only this
/// browser can continue.
///
/// # Errors
/// [`CodeRefused`]
pub async fn go_on(
    context: &Context,
    typed: Typed<'_>,
    picked: Option<&str>,
    browser: &Secret,
) -> Result<Handle, CodeRefused> {
    let entered = user_code::enter(context, typed, limits::guesser_at(context, typed.from)).await?;
    let (client, shown) = (entered.client, entered.shown.clone());
    let grant = user_code::take_up(context, entered, picked, browser.digest()).await?;
    let terms = grant.terms();
    let question = QueryAsked::of_scopes(context, client, grant.grantable(), &ClaimsRequest::default())
        .map_err(|_| CodeRefused::Unknown)?;
    let question = in_signature::add(context, question, &client.wallet, &grant, &shown);
    let question = question.map_err(|why| NotBegun::from(why).of_our_own())?;
    let requester = Requester::Device { client_id: client.id.clone(), grant: terms.id.clone() };
    let (flow, until) = (context.policy.flow_in_browser(&client.wallet), Some(terms.expires_at));
    let (wallet, choice) = (client.wallet.as_str(), client.choice());
    let ask = NewVpRequest { requester, wallet, choice, question, login_hint: None, flow, until };
    let (asked, answer_key) = begin::new_vp_request(context, ask).map_err(NotBegun::of_our_own)?;
    let handle = asked.handle.clone();
    let change = Change::BeginPresentation {
        presentation: Begun::new(asked, Some(browser.digest()), answer_key),
        claim: Some(grant),
    };
    match context.commit(change).await {
        Ok(()) => Ok(handle),
        Err(NotMade::Lost | NotMade::Taken) => Err(CodeRefused::InUse),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}
