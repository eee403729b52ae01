//! Step 2 of the web application's story: its browser arrives, the person sees who asks for what, and
//! decides whether to go on (RFC 6749 section 4.1.1).

use crate::flow::code::push::{self, Pushed, URN};
use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::begin::{self, NewVpRequest, NotBegun};
use crate::flow::presentation::query::QueryAsked;
use crate::flow::session;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::base::id::{AuthorizationId, Handle};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::Change;
use vpgate_core::oauth::authorization_request::{
    AuthorizationParameters, AuthorizationRequest, NotRead, RequestFault,
};
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::code_grant::{CodeGrantTerms, Pending};
use vpgate_core::oauth::redirect::{AuthorizationError, NotRegistered, ReturnUrl};
use vpgate_core::oauth::scope_request::ScopeRefused;
use vpgate_core::openid4vp::presentation::Begun;
use vpgate_core::openid4vp::request::Requester;

/// What the person is shown before deciding.
#[derive(Debug)]
pub struct AuthorizationShown {
    /// The client that asks.
    pub client_id: String,
    /// Its name.
    pub client_name: String,
    /// The host of the address the browser returns to.
    pub returns_to: String,
    /// The scopes that are asked for.
    pub scopes: Scopes,
    /// For which rights: the description of each scope, or its name.
    pub rights: Vec<String>,
    /// What the wallet will be asked to show, as dotted claim paths.
    pub claims: Vec<String>,
    /// The wallet's answer comes back in a way that takes JavaScript.
    pub needs_script: bool,
}

/// What becomes of a browser that arrives.
#[derive(Debug)]
pub enum Arrival {
    /// The person is asked.
    Ask(AuthorizationShown),
    /// A session answers: the browser goes home at once.
    Answered(ReturnUrl),
}

/// Why a browser does not go on to a wallet.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotAuthorizable {
    /// Nobody knows this client. The browser stays here.
    #[error("there is no such client")]
    UnknownClient,
    #[error(transparent)]
    Nowhere(#[from] NotRegistered),
    /// The pushed request is unknown, another client's, used or expired. The browser stays here.
    #[error("the pushed request is unknown, used or expired")]
    NoPushedRequest,
    #[error("{why}")]
    Return {
        /// Where the browser goes.
        to: ReturnUrl,
        /// What is wrong.
        why: Box<RequestFault>,
    },
    /// Our fault, and the client is told.
    #[error("{source}")]
    FailedOnTheWay {
        /// Where the browser goes.
        to: ReturnUrl,
        /// The port that could not answer.
        source: Box<Unavailable>,
    },
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// A request that is good to go on with.
struct CheckedRequest<'c> {
    client: &'c Client,
    request: AuthorizationRequest,
    pushed: Option<Digest>,
}

/// What a request is about, to show it; or the answer, where one of the sessions whose secrets the browser has
/// `shown` gives it.
///
/// # Errors
/// [`NotAuthorizable`]
pub async fn look_at(
    context: &Context,
    parameters: &AuthorizationParameters,
    shown: &[Secret],
) -> Result<Arrival, NotAuthorizable> {
    let CheckedRequest { client, request, pushed } = checked(context, parameters).await?;
    if let Some(home) = session::answer::answer(context, client, &request, pushed, shown).await? {
        return Ok(Arrival::Answered(home));
    }
    not_silent(context, &request)?;
    let query = context.policy.scopes.query_for(&request.scopes, &client.token_claims, &request.claims);
    let query = query.map_err(|_| refused(context, &request, ScopeRefused::Gone.into()))?;
    Ok(Arrival::Ask(AuthorizationShown {
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        returns_to: request.return_to.host().to_owned(),
        rights: context.policy.rights(&request.scopes),
        scopes: request.scopes.clone(),
        claims: query
            .credentials()
            .iter()
            .flat_map(|credential| &credential.claims)
            .map(|claim| claim.path.to_string())
            .collect(),
        needs_script: context.policy.needs_script(client),
    }))
}

/// The person goes on: a grant and a presentation begin that only this browser can continue. A pushed
/// request is spent.
///
/// # Errors
/// [`NotAuthorizable`]
pub async fn go_on(
    context: &Context,
    parameters: &AuthorizationParameters,
    browser: &Secret,
) -> Result<Handle, NotAuthorizable> {
    let asked = checked(context, parameters).await?;
    not_silent(context, &asked.request)?;
    let failed_to = asked.request.return_to.clone();
    begin(context, asked, browser.digest()).await.map_err(|why| match why {
        NotAuthorizable::Failed(source) => {
            let error = AuthorizationError::TemporarilyUnavailable;
            let to = failed_to.with_error(error, "try again in a few seconds", &context.policy.tokens.issuer);
            NotAuthorizable::FailedOnTheWay { to, source: Box::new(source) }
        }
        other => other,
    })
}

/// The person does not go on. A pushed request is spent.
///
/// # Errors
/// [`NotAuthorizable`]
pub async fn cancel(
    context: &Context,
    parameters: &AuthorizationParameters,
) -> Result<ReturnUrl, NotAuthorizable> {
    let CheckedRequest { request, pushed, .. } = checked(context, parameters).await?;
    if let Some(handle) = pushed {
        match context.commit(Change::DropPushedRequest(handle)).await {
            Ok(()) => {}
            Err(NotMade::Lost | NotMade::Taken) => {
                return Err(NotAuthorizable::NoPushedRequest);
            }
            Err(NotMade::Failed(source)) => return Err(source.into()),
        }
    }
    let error = AuthorizationError::AccessDenied;
    Ok(request.return_to.with_error(error, "the person did not agree", &context.policy.tokens.issuer))
}

/// A request that came in a form is kept like a pushed one, so that the browser comes again with GET:
/// a form of another site brings no cookies (`SameSite=Lax`), and nothing of it stays in an address.
///
/// # Errors
/// [`NotAuthorizable`]
pub async fn keep_posted(
    context: &Context,
    parameters: &AuthorizationParameters,
) -> Result<Pushed, NotAuthorizable> {
    let CheckedRequest { request, .. } = checked(context, parameters).await?;
    Ok(push::keep(context, request).await?)
}

async fn checked<'c>(
    context: &'c Context,
    parameters: &AuthorizationParameters,
) -> Result<CheckedRequest<'c>, NotAuthorizable> {
    let client = parameters.get("client_id").and_then(|id| context.policy.clients.named(id));
    let client = client.ok_or(NotAuthorizable::UnknownClient)?;
    let handle = parameters.get("request_uri").and_then(|uri| uri.strip_prefix(URN));
    let (request, pushed) = match handle {
        Some(handle) => {
            let handle = Secret::received(handle).digest();
            (pushed(context, client, &handle).await?, Some(handle))
        }
        None => (brought(context, client, parameters)?, None),
    };
    Ok(CheckedRequest { client, request, pushed })
}

/// `prompt=none`: nobody may be asked.
fn not_silent(context: &Context, request: &AuthorizationRequest) -> Result<(), NotAuthorizable> {
    if request.silent { Err(refused(context, request, RequestFault::Silent)) } else { Ok(()) }
}

/// Everything beside the handle is ignored (RFC 9126 section 4, RFC 9101 section 6.3).
async fn pushed(
    context: &Context,
    client: &Client,
    handle: &Digest,
) -> Result<AuthorizationRequest, NotAuthorizable> {
    let found = context.ports.store.pushed_request(handle).await?;
    found
        .filter(|pushed| pushed.request.client_id == client.id && context.now < pushed.expires_at)
        .map(|pushed| pushed.request)
        .ok_or(NotAuthorizable::NoPushedRequest)
}

fn brought(
    context: &Context,
    client: &Client,
    parameters: &AuthorizationParameters,
) -> Result<AuthorizationRequest, NotAuthorizable> {
    let read = AuthorizationRequest::read(parameters, client, push::offered(context, client));
    let request = read.map_err(|why| match why {
        NotRead::Nowhere(why) => why.into(),
        NotRead::Return { to, why } => NotAuthorizable::Return {
            to: to.with_error(why.error(), &why.to_string(), &context.policy.tokens.issuer),
            why: Box::new(why),
        },
    })?;
    if context.policy.code.pushed_only || client.code.pushed_only {
        return Err(refused(context, &request, RequestFault::NotPushed));
    }
    Ok(request)
}

async fn begin(
    context: &Context,
    asked: CheckedRequest<'_>,
    browser: Digest,
) -> Result<Handle, NotAuthorizable> {
    let CheckedRequest { client, request, pushed } = asked;
    let question = QueryAsked::of_scopes(context, client, &request.scopes, &request.claims);
    let question = question.map_err(|_| refused(context, &request, ScopeRefused::Gone.into()))?;
    let id = AuthorizationId::from_entropy(context.random_id()?);
    let requester = Requester::Code { client_id: client.id.clone(), authorization: id.clone() };
    let login_hint = request.login_hint.as_ref().map(|hint| hint.0.clone());
    let flow = context.policy.flow_in_browser(&client.wallet);
    let (wallet, choice) = (client.wallet.as_str(), client.choice());
    let ask = NewVpRequest { requester, wallet, choice, question, login_hint, flow, until: None };
    let (asked, answer_key) = begin::new_vp_request(context, ask).map_err(NotBegun::of_our_own)?;
    let handle = asked.handle.clone();
    let request = Box::new(request);
    let session = session::begin::name(context)?;
    let (created_at, expires_at) = (context.now, asked.expires_at);
    let terms = CodeGrantTerms { id, request, created_at, expires_at, session };
    let change = Change::BeginAuthorization {
        presentation: Begun::new(asked, Some(browser), answer_key),
        grant: Pending::begin(terms, browser),
        pushed,
    };
    match context.commit(change).await {
        Ok(()) => Ok(handle),
        // The pushed request was used meanwhile.
        Err(NotMade::Lost) => Err(NotAuthorizable::NoPushedRequest),
        Err(NotMade::Taken) => Err(Unavailable::new("a fresh identifier", NotMade::Taken).into()),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

fn refused(context: &Context, request: &AuthorizationRequest, why: RequestFault) -> NotAuthorizable {
    let to = request.return_to.with_error(why.error(), &why.to_string(), &context.policy.tokens.issuer);
    NotAuthorizable::Return { to, why: Box::new(why) }
}
