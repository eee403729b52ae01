//! Step 1 of the web application's story, where it takes it: the request is pushed before the browser
//! leaves (RFC 9126), so that nobody in between can read or change it.

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::authorization_request::{
    AuthorizationParameters, AuthorizationRequest, NotRead, Offered, RequestFault,
};
use vpgate_core::oauth::client::{AuthenticatedClient, Client};
use vpgate_core::oauth::redirect::NotRegistered;
use vpgate_core::oauth::thumbprint::Thumbprint;

/// What every `request_uri` of ours begins with (RFC 9126 section 2.2).
pub const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// What the client receives.
#[derive(Debug)]
pub struct Pushed {
    /// The handle at the end of the `request_uri`: 256 bits.
    pub handle: Secret,
    /// Seconds it lives.
    pub expires_in: u64,
}

/// Why a request is not taken.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotPushed {
    /// No place to return to.
    #[error(transparent)]
    Nowhere(#[from] NotRegistered),
    /// Refused as the authorization endpoint would.
    #[error(transparent)]
    Refused(#[from] RequestFault),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotRead> for NotPushed {
    fn from(why: NotRead) -> Self {
        match why {
            NotRead::Nowhere(why) => why.into(),
            NotRead::Return { why, .. } => why.into(),
        }
    }
}

/// Takes a request of `client`, checked as if a browser had brought it, and bound to `key` where one was
/// proven.
///
/// # Errors
/// [`NotPushed`]
pub async fn push(
    context: &Context,
    client: AuthenticatedClient<'_>,
    parameters: &AuthorizationParameters,
    key: Option<Thumbprint>,
) -> Result<Pushed, NotPushed> {
    let client = client.client();
    let request = AuthorizationRequest::read(parameters, client, offered(context, client))?.bound_to(key)?;
    Ok(keep(context, request).await?)
}

/// What `client` may ask for.
pub(in crate::flow) fn offered<'c>(context: &'c Context, client: &Client) -> Offered<'c> {
    Offered { scopes: &context.policy.scopes, audience: &context.policy.tokens.of(&client.id).audience }
}

/// Writes a request down until the browser comes with its handle.
pub(in crate::flow) async fn keep(
    context: &Context,
    request: AuthorizationRequest,
) -> Result<Pushed, Unavailable> {
    let lifetime = context.policy.code.pushed_lifetime;
    let handle = context.random_secret()?;
    let change = Change::PushRequest {
        request: Box::new(request),
        handle: handle.digest(),
        expires_at: context.now.plus(lifetime),
    };
    match context.commit(change).await {
        Ok(()) => Ok(Pushed { handle, expires_in: lifetime.as_secs() }),
        Err(NotMade::Failed(source)) => Err(source),
        Err(why) => Err(Unavailable::new("a fresh handle", why)),
    }
}
