//! A refresh token becomes the next access token, and the next refresh token (RFC 6749 section 6,
//! RFC 9700 section 4.14.2).
//!
//! Strict: a refresh token works once. Of two requests with the same one, the second ends the family,
//! also when they race: nobody can tell a copy from a repeated request. But where the tokens are for a key, and
//! both prove it, there is no copy: the second one did not hear the answer, and gets its own (REQ-21.13).
//! A refresh token stays that is bound to the key of a client that authenticates and is registered so (FAPI 2.0
//! Security Profile section 5.3.2.1).

use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::issue::{self, TokenAsk, TokenResponse, UnknownResource};
use crate::flow::tokens::recheck;
use crate::flow::tokens::today;
use vpgate_core::admission::scopes::{ScopeFault, Scopes};
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::{AuthenticatedClient, Client, Grant};
use vpgate_core::oauth::entitlement::OPENID;
use vpgate_core::oauth::issuance::{Exchange, Family, NotRefreshable, Renewal};
use vpgate_core::oauth::refresh_token::RefreshToken;
use vpgate_core::status_list::check::StatusNow;

/// How often a family is looked at after another request changed it.
const LOOKS: usize = 4;

/// Why there is no new token (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotRefreshed {
    /// The client is not registered for this grant.
    #[error("this client is not registered for the refresh_token grant")]
    WrongGrant,
    /// Unknown, another client's or another key's, used before, expired or revoked. Not told apart.
    #[error("the refresh token is not valid")]
    InvalidToken,
    /// More was asked for than was granted.
    #[error("the scope is malformed, or goes beyond what was granted")]
    Scope,
    /// The resource is not one that was granted.
    #[error(transparent)]
    Resource(#[from] UnknownResource),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<ScopeFault> for NotRefreshed {
    fn from(_: ScopeFault) -> Self {
        Self::Scope
    }
}

/// Exchanges a refresh token. `scope` may ask for less than was granted, for this access token only. Where `openid` was
/// granted, scopes that are not open to the client are passed over, as they were when the grant was asked for.
///
/// # Errors
/// [`NotRefreshed`]
pub async fn refresh(
    context: &Context,
    client: AuthenticatedClient<'_>,
    shown: Secret,
    scope: Option<&str>,
    ask: &TokenAsk,
) -> Result<TokenResponse, NotRefreshed> {
    if !client.may_use(Grant::RefreshToken) {
        return Err(NotRefreshed::WrongGrant);
    }
    let shown = RefreshToken::read(shown).ok_or(NotRefreshed::InvalidToken)?;
    for _ in 0..LOOKS {
        let family = own_family(context, client, &shown).await?.ok_or(NotRefreshed::InvalidToken)?;
        let exchange = judge_refresh(context, &family, &shown, ask).await?;
        let (family, access) = allowed(context, client.client(), family, scope, ask).await?;
        if let Some(response) = renew(context, client, &family, (&shown, exchange), access).await? {
            return Ok(response);
        }
    }
    Err(NotRefreshed::InvalidToken)
}

/// The family as of today, and what an access token of it may be for: `scope` and the resource of `ask`.
async fn allowed(
    context: &Context,
    client: &Client,
    family: Family,
    scope: Option<&str>,
    ask: &TokenAsk,
) -> Result<(Family, (Scopes, Vec<String>)), NotRefreshed> {
    // Held against the key last: who shows an old token with a wrong key has a copy all the same.
    if family.terms().dpop != ask.key {
        return Err(NotRefreshed::InvalidToken);
    }
    let granted = &family.terms().scopes;
    let scopes = match scope.map(Scopes::parse).transpose()? {
        // Libraries of OpenID Connect send again what they began with, and with it what was passed over then.
        Some(asked) if granted.contains(OPENID) => asked.only(&client.scopes),
        Some(asked) => asked,
        None => granted.clone(),
    };
    if scopes.is_empty() || !scopes.within(granted) {
        return Err(NotRefreshed::Scope);
    }
    let audience = ask.among(&family.terms().audience)?;
    match recheck::recheck(context, &family).await {
        StatusNow::Valid => {}
        StatusNow::TakenBack => {
            recheck::take_back_family(context, &family).await?;
            return Err(NotRefreshed::InvalidToken);
        }
        // Nothing is spent: the client may come back.
        StatusNow::Unknown => {
            return Err(Unavailable::new("the status list", "nobody can say that the credential is valid"))?;
        }
    }
    let family = today::as_of_today(context, family).ok_or(NotRefreshed::InvalidToken)?;
    // What the configuration no longer has is neither granted nor said.
    let scopes = scopes.only(&family.terms().scopes);
    if scopes.is_empty() {
        return Err(NotRefreshed::Scope);
    }
    Ok((family, (scopes, audience)))
}

/// `None`: another request changed the family meanwhile.
async fn renew(
    context: &Context,
    client: AuthenticatedClient<'_>,
    family: &Family,
    (shown, exchange): (&RefreshToken, Exchange),
    (scopes, audience): (Scopes, Vec<String>),
) -> Result<Option<TokenResponse>, NotRefreshed> {
    let settings = context.policy.tokens.of(&family.terms().client_id);
    // Whoever copied it can do nothing without the client's two keys.
    let stays = !settings.rotate_refresh_tokens && client.is_confidential() && family.terms().dpop.is_some();
    let next = if stays { shown.again() } else { shown.next(context.random_bytes()?) };
    let until = context.now.plus(settings.refresh_idle).min(family.terms().ends_at);
    let refresh = next.state(until, Some(exchange.used));
    let (mut response, access) = issue::access(context, family, scopes, audience, None).await?;
    response.refresh_token = Some(next.into_secret());
    let digest = response.access_token.digest();
    let id = family.terms().id.clone();
    let renewal = Renewal { refresh, access, digest };
    let change = Change::Refresh { family: id.clone(), replaced: exchange.replaced, renewal };
    match context.commit(change).await {
        Ok(()) => {
            tracing::info!(family = %id, "tokens refreshed");
            Ok(Some(response))
        }
        Err(NotMade::Lost | NotMade::Taken) => Ok(None),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

/// The family of a refresh token, where it is this client's.
pub(in crate::flow) async fn own_family(
    context: &Context,
    client: AuthenticatedClient<'_>,
    shown: &RefreshToken,
) -> Result<Option<Family>, Unavailable> {
    let found = context.ports.store.family_by_lineage(&shown.lineage()).await?;
    Ok(found.filter(|family| family.terms().client_id == client.client().id))
}

async fn judge_refresh(
    context: &Context,
    family: &Family,
    shown: &RefreshToken,
    ask: &TokenAsk,
) -> Result<Exchange, NotRefreshed> {
    match family.refreshable_by(&shown.digest(), ask.key.as_ref(), context.now) {
        Ok(exchange) => Ok(exchange),
        Err(NotRefreshable::Expired) => Err(NotRefreshed::InvalidToken),
        Err(NotRefreshable::Reused) => {
            recheck::revoke_family(context, family, "refresh_token_shown_again").await?;
            Err(NotRefreshed::InvalidToken)
        }
    }
}
