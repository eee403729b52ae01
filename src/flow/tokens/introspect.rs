//! A resource asks what a token means (RFC 7662).

use crate::flow::Vpgate;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::issue::TokenType;
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::oauth::issuance::{Family, IssuedAccess};
use vpgate_core::status_list::check::StatusNow;

/// An access token that may be used now.
#[derive(Debug)]
pub struct ActiveToken {
    /// What it allows, for whom, until when.
    pub access: IssuedAccess,
    /// Where it comes from.
    pub family: Family,
}

/// Why a caller is told nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotIntrospected {
    /// Anybody can name a public client; only who proves who it is may ask.
    #[error("only clients with a secret may ask about tokens")]
    AuthenticationRequired,
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl ActiveToken {
    /// How it is used.
    pub fn token_type(&self) -> TokenType {
        TokenType::of(&self.family)
    }
}

impl Vpgate {
    /// What an access token means, or nothing: unknown, expired, revoked and none of the caller's
    /// business are not told apart (RFC 7662 section 2.2). A caller sees the tokens that were issued to
    /// it, and those for the resources that it is registered for (`introspects`). Refresh tokens are
    /// nobody's business but ours.
    ///
    /// # Errors
    /// [`NotIntrospected`]
    pub async fn introspect(
        &self,
        client: AuthenticatedClient<'_>,
        token: &Secret,
    ) -> Result<Option<ActiveToken>, NotIntrospected> {
        if !client.is_confidential() {
            return Err(NotIntrospected::AuthenticationRequired);
        }
        let now = self.clock.now();
        let id = &client.client().id;
        let own = &self.policy.tokens.of(id).introspects;
        let Some(found) = self.live_token(token, now).await? else { return Ok(None) };
        let for_caller = found.family.terms().client_id == *id
            || found.access.audience.iter().any(|resource| own.contains(resource));
        if !for_caller || !self.still_stands(&found.family, now).await? {
            return Ok(None);
        }
        Ok(self.token_of_today(found))
    }

    /// An access token that is not past its end.
    pub(in crate::flow) async fn live_token(
        &self,
        token: &Secret,
        now: Timestamp,
    ) -> Result<Option<ActiveToken>, Unavailable> {
        let found = self.store.access_token(&token.digest()).await?;
        let found = found.filter(|(access, _)| now < access.expires_at);
        Ok(found.map(|(access, family)| ActiveToken { access, family }))
    }

    /// Whether the credential behind a family is known to be valid today; ends the family when its
    /// issuer has taken it back.
    pub(in crate::flow) async fn still_stands(
        &self,
        family: &Family,
        now: Timestamp,
    ) -> Result<bool, Unavailable> {
        match self.recheck(family, now).await {
            StatusNow::Valid => Ok(true),
            StatusNow::Unknown => Ok(false),
            StatusNow::TakenBack => {
                self.revoke_family(
                    family,
                    "the credential was taken back, or the configuration no longer has what earned it",
                )
                .await?;
                Ok(false)
            }
        }
    }
}
