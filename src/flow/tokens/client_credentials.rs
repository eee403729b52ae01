//! A client gets a token for itself (RFC 6749 section 4.4), and shows it at the REST API instead of its secret.
//! So a client with keys comes in there too, and a secret need not travel with every request.

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::issue::{TokenAsk, TokenResponse, TokenType, UnknownResource};
use vpgate_core::admission::scopes::{ScopeFault, Scopes};
use vpgate_core::base::id::TokenId;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::access_token;
use vpgate_core::oauth::client::{AuthenticatedClient, Grant};
use vpgate_core::oauth::client_token::{API_SCOPE, ClientToken};
use vpgate_core::oauth::thumbprint::Thumbprint;
use vpgate_core::oauth::token_policy::TokenFormat;

/// Why a client gets no token for itself (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NoClientToken {
    /// The client is not registered for this grant.
    #[error("this client is not registered for the client_credentials grant")]
    WrongGrant,
    /// Malformed, or without the one scope that there is.
    #[error("the only scope of this grant is {API_SCOPE}")]
    Scope,
    /// Every token of this client is bound to a key.
    #[error("a DPoP proof is required")]
    KeyRequired,
    /// The token is for us alone.
    #[error(transparent)]
    Resource(#[from] UnknownResource),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<ScopeFault> for NoClientToken {
    fn from(_: ScopeFault) -> Self {
        Self::Scope
    }
}

/// Why a token lets nobody in.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotByToken {
    /// Unknown, expired, revoked, bound to another key, shown in another way than it must be, or not a token that
    /// its client got for itself.
    #[error("the access token is not valid here: the grant client_credentials gives one")]
    InvalidToken,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// A token for `client` itself. Scopes beside the one that there is are ignored.
///
/// # Errors
/// [`NoClientToken`]
pub async fn client_credentials(
    context: &Context,
    client: AuthenticatedClient<'_>,
    scope: Option<&str>,
    ask: TokenAsk,
) -> Result<TokenResponse, NoClientToken> {
    if !client.is_confidential() || !client.may_use(Grant::ClientCredentials) {
        return Err(NoClientToken::WrongGrant);
    }
    if let Some(text) = scope
        && !Scopes::parse(text)?.contains(API_SCOPE)
    {
        return Err(NoClientToken::Scope);
    }
    let client_id = &client.client().id;
    let policy = &context.policy.tokens;
    let settings = policy.of(client_id);
    if settings.require_dpop && ask.key.is_none() {
        return Err(NoClientToken::KeyRequired);
    }
    ask.among(std::slice::from_ref(&policy.issuer))?;
    let token = ClientToken {
        id: TokenId::from_entropy(context.random_id()?),
        client_id: client_id.clone(),
        audience: policy.issuer.clone(),
        dpop: ask.key,
        issued_at: context.now,
        expires_at: context.now.plus(settings.lifetime),
    };
    let access_token = match settings.format {
        TokenFormat::Jwt => {
            let claims = token.claims(&policy.issuer);
            let signer = &context.ports.signer;
            let signed = signer.sign(settings.algorithm, access_token::TYP, &claims, context.now);
            Secret::received(signed.await?)
        }
        TokenFormat::Opaque => context.random_secret()?,
    };
    let response = TokenResponse {
        token_type: TokenType::bound_to(token.dpop.as_ref()),
        expires_in: settings.lifetime.as_secs(),
        refresh_token: None,
        id_token: None,
        scope: API_SCOPE.to_owned(),
        access_token,
    };
    let digest = response.access_token.digest();
    match context.commit(Change::IssueClientToken { token, digest }).await {
        Ok(()) => Ok(response),
        Err(NotMade::Failed(source)) => Err(source.into()),
        Err(why) => Err(Unavailable::new("a fresh token", why).into()),
    }
}

/// Who shows `token` as `shown_as`, with a proof of `key` where that is DPoP.
///
/// # Errors
/// [`NotByToken`]
pub async fn client_of_token<'c>(
    context: &'c Context,
    token: &Secret,
    shown_as: TokenType,
    key: Option<&Thumbprint>,
) -> Result<AuthenticatedClient<'c>, NotByToken> {
    let found = live_client_token(context, token).await?.ok_or(NotByToken::InvalidToken)?;
    if TokenType::bound_to(found.dpop.as_ref()) != shown_as || found.dpop.as_ref() != key {
        return Err(NotByToken::InvalidToken);
    }
    context.policy.clients.authenticate_by_token(&found).ok_or(NotByToken::InvalidToken)
}

/// Such a token that is not past its end.
pub(in crate::flow) async fn live_client_token(
    context: &Context,
    token: &Secret,
) -> Result<Option<ClientToken>, Unavailable> {
    let found = context.ports.store.client_token(&token.digest()).await?;
    Ok(found.filter(|token| context.now < token.expires_at))
}
