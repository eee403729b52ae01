//! Step 4 of the web application's story: the code becomes a token, once (RFC 6749 section 4.1.3).

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::answer_again::answer_again;
use crate::flow::tokens::issue::{self, TokenAsk, TokenResponse, UnknownResource};
use crate::flow::tokens::revoke;
use crate::flow::tokens::today;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::client::{AuthenticatedClient, Client, Grant};
use vpgate_core::oauth::code_grant::{CodeExchange, CodeGrant, Granted, NotRedeemable, Redeemed};
use vpgate_core::oauth::entitlement::{Entitlement, OPENID, Origin};

/// How often a code is looked at again after another request spent it: once is enough.
const LOOKS: usize = 2;

/// Why there is no token (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CodeNotRedeemed {
    /// The client is not registered for this grant.
    #[error("this client is not registered for the authorization code grant")]
    WrongGrant,
    /// Unknown, or used before. Not told apart, nor from another client's.
    #[error("the code is not valid")]
    InvalidCode,
    /// The code is this client's, and the request does not fit it.
    #[error(transparent)]
    NotRedeemable(#[from] NotRedeemable),
    /// The code, or every token of this client, is bound to a key.
    #[error("a DPoP proof is required")]
    KeyRequired,
    /// Another key than the one the code is bound to.
    #[error("the code is bound to another key")]
    WrongKey,
    /// The resource is not the one of the authorization request, or not one of the client's.
    #[error(transparent)]
    Resource(#[from] UnknownResource),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// What proves that a code came back to whom it was issued to.
#[derive(Debug, Default)]
pub struct CodeProof<'r> {
    /// `redirect_uri`
    pub redirect_uri: Option<&'r str>,
    /// `code_verifier`
    pub verifier: Option<&'r Secret>,
}

/// Exchanges a code.
///
/// # Errors
/// [`CodeNotRedeemed`]
pub async fn redeem(
    context: &Context,
    client: AuthenticatedClient<'_>,
    code: &Secret,
    proof: CodeProof<'_>,
    ask: &TokenAsk,
) -> Result<TokenResponse, CodeNotRedeemed> {
    if !client.may_use(Grant::AuthorizationCode) {
        return Err(CodeNotRedeemed::WrongGrant);
    }
    let CodeProof { redirect_uri, verifier } = proof;
    let shown = CodeExchange { client_id: &client.client().id, redirect_uri, verifier };
    let digest = code.digest();
    for _ in 0..LOOKS {
        match context.ports.store.authorization_by_code(&digest).await? {
            Some(CodeGrant::Granted(granted)) => {
                if let Some(response) = exchange(context, client.client(), granted, &shown, ask).await? {
                    return Ok(response);
                }
            }
            Some(CodeGrant::Redeemed(used)) => {
                return shown_again(context, client.client(), &used, &shown, ask).await;
            }
            _ => break,
        }
    }
    Err(CodeNotRedeemed::InvalidCode)
}

/// Signs first and writes second, so that a code is spent only for tokens that exist; and hands
/// them out only when this request was the one that spent the code. `None`: another one was.
async fn exchange(
    context: &Context,
    client: &Client,
    granted: Granted,
    shown: &CodeExchange<'_>,
    ask: &TokenAsk,
) -> Result<Option<TokenResponse>, CodeNotRedeemed> {
    granted.redeemable(shown, context.now)?;
    let (id, request) = (granted.terms().id.clone(), &granted.terms().request);
    let settings = context.policy.tokens.of(&client.id);
    hold_key(request, settings.require_dpop, ask)?;
    let resources = match (&request.resource, &ask.resource) {
        (Some(bound), _) => ask.among(std::slice::from_ref(bound))?,
        (None, Some(_)) => ask.among(&settings.audience)?,
        (None, None) => Vec::new(),
    };
    let admission =
        today::earned_of_today(context, client, granted.admission()).ok_or(CodeNotRedeemed::InvalidCode)?;
    let entitlement = Entitlement {
        origin: Origin::Code(id.clone()),
        admission,
        openid: request.openid && client.scopes.contains(OPENID),
        nonce: request.nonce.clone(),
        resources,
        dpop: ask.key.clone(),
        session: granted.terms().session.clone(),
    };
    let (response, issuance) = issue::issue(context, client, entitlement).await?;
    let grant = granted.redeem(shown, issuance.access.id.clone(), context.now)?;
    match context.commit(Change::RedeemCode { grant, issuance }).await {
        Ok(()) => {}
        Err(NotMade::Lost | NotMade::Taken) => return Ok(None),
        Err(NotMade::Failed(source)) => return Err(source.into()),
    }
    tracing::info!(client = client.id, authorization = %id, "the application took its token");
    Ok(Some(response))
}

/// A second request that knows all that the first one knew: somebody has a copy, and nobody can tell
/// who holds the tokens (RFC 6749 section 10.5). One that does not know the verifier ends nothing:
/// codes stand in addresses, and whoever read one there shall not log people out. One that proves the key that
/// the tokens are for did not hear the answer, and gets it again, unless the client wants its codes to work
/// strictly once.
async fn shown_again(
    context: &Context,
    client: &Client,
    used: &Redeemed,
    shown: &CodeExchange<'_>,
    ask: &TokenAsk,
) -> Result<TokenResponse, CodeNotRedeemed> {
    let (authorization, token) = (&used.terms().id, used.token());
    let origin = Origin::Code(authorization.clone());
    if used.terms().match_up(shown).is_ok() {
        let nonce = used.terms().request.nonce.as_deref();
        if !client.code.strictly_once
            && let Some(response) =
                answer_again::<CodeNotRedeemed>(context, client, &origin, nonce, ask).await?
        {
            return Ok(response);
        }
        revoke::revoke_origin(context, origin, &client.id, revoke::SHOWN_AGAIN).await?;
    }
    tracing::warn!(%authorization, %token, "a used authorization code was shown again");
    Err(CodeNotRedeemed::InvalidCode)
}

/// A code that was bound to a key (RFC 9449 section 10) is for that key alone.
fn hold_key(request: &AuthorizationRequest, required: bool, ask: &TokenAsk) -> Result<(), CodeNotRedeemed> {
    match (&request.dpop_jkt, &ask.key) {
        (Some(bound), Some(shown)) if bound != shown => Err(CodeNotRedeemed::WrongKey),
        (Some(_), None) => Err(CodeNotRedeemed::KeyRequired),
        (None, None) if required => Err(CodeNotRedeemed::KeyRequired),
        _ => Ok(()),
    }
}
