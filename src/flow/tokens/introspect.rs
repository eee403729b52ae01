//! A resource asks what a token means (RFC 7662).

use std::fmt;

use serde_json::{Map, Value};

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::client_credentials;
use crate::flow::tokens::issue::TokenType;
use crate::flow::tokens::recheck;
use crate::flow::tokens::said::said;
use crate::flow::tokens::today;
use vpgate_core::admission::client_claims::ClaimsPlace;
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::issuance::{Family, IssuedAccess};
use vpgate_core::status_list::check::StatusNow;

/// An access token that may be used now.
pub struct ActiveToken {
    /// What it allows, for whom, until when.
    pub access: IssuedAccess,
    /// Where it comes from.
    pub family: Family,
    /// What it says of the person besides; nothing before it was held against the configuration of today.
    pub said: Map<String, Value>,
}

/// A token that may be used now, and whose it is.
#[derive(Debug)]
pub enum LiveToken {
    /// A person's, by a presentation.
    Presented(Box<ActiveToken>),
    /// A client's own.
    OfClient(ClientToken),
}

/// Why a caller is told nothing.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotIntrospected {
    /// Anybody can name a public client; only who proves who it is may ask.
    #[error("only clients with a secret may ask about tokens")]
    AuthenticationRequired,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl fmt::Debug for ActiveToken {
    /// Claims are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActiveToken").field("id", &self.access.id).finish_non_exhaustive()
    }
}

impl ActiveToken {
    /// How it is used.
    pub fn token_type(&self) -> TokenType {
        TokenType::of(&self.family)
    }
}

/// What an access token means, or nothing: unknown, expired, revoked and none of the caller's
/// business are not told apart (RFC 7662 section 2.2). A caller sees the tokens that were issued to
/// it, and those for the resources that it is registered for (`introspects`). Refresh tokens are
/// nobody's business but ours.
///
/// # Errors
/// [`NotIntrospected`]
pub async fn introspect(
    context: &Context,
    client: AuthenticatedClient<'_>,
    token: &Secret,
) -> Result<Option<LiveToken>, NotIntrospected> {
    if !client.is_confidential() {
        return Err(NotIntrospected::AuthenticationRequired);
    }
    let id = &client.client().id;
    let own = &context.policy.tokens.of(id).introspects;
    let Some(found) = live_token(context, token).await? else {
        let found = client_credentials::live_client_token(context, token).await?;
        let found = found.filter(|it| it.client_id == *id || own.contains(&it.audience));
        let still = found.filter(|it| context.policy.clients.authenticate_by_token(it).is_some());
        return Ok(still.map(LiveToken::OfClient));
    };
    let for_caller = found.family.terms().client_id == *id
        || found.access.audience.iter().any(|resource| own.contains(resource));
    if !for_caller || !still_stands(context, &found.family).await? {
        return Ok(None);
    }
    Ok(token_of_today(context, found).map(|token| LiveToken::Presented(Box::new(token))))
}

/// The token as the configuration has it today; `None` when it allows nothing any more.
pub(in crate::flow) fn token_of_today(context: &Context, token: ActiveToken) -> Option<ActiveToken> {
    let ActiveToken { mut access, family, .. } = token;
    let family = today::as_of_today(context, family)?;
    access.scopes = access.scopes.only(&family.terms().scopes);
    let said = said(context, &family, &access.scopes, ClaimsPlace::AccessToken);
    (!access.scopes.is_empty()).then_some(ActiveToken { access, family, said })
}

/// An access token that is not past its end.
pub(in crate::flow) async fn live_token(
    context: &Context,
    token: &Secret,
) -> Result<Option<ActiveToken>, Unavailable> {
    let found = context.ports.store.access_token(&token.digest()).await?;
    let found = found.filter(|(access, _)| context.now < access.expires_at);
    Ok(found.map(|(access, family)| ActiveToken { access, family, said: Map::new() }))
}

/// Whether the credential behind a family is known to be valid today; ends the family when its
/// issuer has taken it back.
pub(in crate::flow) async fn still_stands(context: &Context, family: &Family) -> Result<bool, Unavailable> {
    match recheck::recheck(context, family).await {
        StatusNow::Valid => Ok(true),
        StatusNow::Unknown => Ok(false),
        StatusNow::TakenBack => {
            recheck::take_back_family(context, family).await?;
            Ok(false)
        }
    }
}
