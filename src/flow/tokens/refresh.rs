//! A refresh token becomes the next access token, and the next refresh token (RFC 6749 section 6,
//! RFC 9700 section 4.14.2).
//!
//! Strict: a refresh token works once. Of two requests with the same one, the second ends the family,
//! also when they race: nobody can tell a copy from a repeated request.

use crate::flow::context::Context;
use crate::flow::ports::{NotCommitted, Unavailable};
use crate::flow::tokens::issue::{self, TokenAsk, TokenResponse, UnknownResource};
use crate::flow::tokens::recheck;
use crate::flow::tokens::today;
use vpgate_core::admission::scopes::{ScopeFault, Scopes};
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::{AuthenticatedClient, Grant};
use vpgate_core::oauth::issuance::{Family, NotRefreshable, Renewal};
use vpgate_core::oauth::refresh_token::RefreshToken;
use vpgate_core::status_list::check::StatusNow;

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

/// Exchanges a refresh token. `scope` may ask for less than was granted, for this access token only.
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
    let family = own_family(context, client, &shown).await?.ok_or(NotRefreshed::InvalidToken)?;
    judge_refresh(context, &family, &shown).await?;
    // Held against the key last: who shows an old token with a wrong key has a copy all the same.
    if family.terms().dpop != ask.key {
        return Err(NotRefreshed::InvalidToken);
    }
    let scopes = match scope {
        Some(text) => Scopes::parse(text)?,
        None => family.terms().scopes.clone(),
    };
    if scopes.is_empty() || !scopes.within(&family.terms().scopes) {
        return Err(NotRefreshed::Scope);
    }
    let audience = ask.among(&family.terms().audience)?;
    match recheck::recheck(context, &family).await {
        StatusNow::Valid => {}
        StatusNow::TakenBack => {
            recheck::revoke_family(
                context,
                &family,
                "the credential was taken back, or the configuration no longer has what earned it",
            )
            .await?;
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
    renew(context, &family, &shown, (scopes, audience)).await
}

async fn renew(
    context: &Context,
    family: &Family,
    shown: &RefreshToken,
    (scopes, audience): (Scopes, Vec<String>),
) -> Result<TokenResponse, NotRefreshed> {
    let settings = context.policy.tokens.of(&family.terms().client_id);
    let next = shown.next(context.random_bytes()?);
    let refresh = next.state(context.now.plus(settings.refresh_idle).min(family.terms().ends_at));
    let (mut response, access) = issue::access(context, family, scopes, audience, None)?;
    response.refresh_token = Some(next.into_secret());
    let digest = response.access_token.digest();
    let id = family.terms().id.clone();
    let renewal = Renewal { refresh, access, digest };
    let change = Change::Refresh { family: id.clone(), used: shown.digest(), renewal };
    match context.ports.store.commit(change).await {
        Ok(()) => {
            tracing::info!(family = %id, "tokens refreshed");
            Ok(response)
        }
        Err(NotCommitted::Lost | NotCommitted::Taken) => {
            recheck::revoke_family(context, family, "a refresh token was used twice at once").await?;
            Err(NotRefreshed::InvalidToken)
        }
        Err(NotCommitted::Unavailable(source)) => Err(source.into()),
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

async fn judge_refresh(context: &Context, family: &Family, shown: &RefreshToken) -> Result<(), NotRefreshed> {
    match family.refreshable_by(&shown.digest(), context.now) {
        Ok(()) => Ok(()),
        Err(NotRefreshable::Expired) => Err(NotRefreshed::InvalidToken),
        Err(NotRefreshable::Reused) => {
            recheck::revoke_family(context, family, "a used refresh token was shown again").await?;
            Err(NotRefreshed::InvalidToken)
        }
    }
}
