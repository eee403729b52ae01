//! From a right that was earned to tokens and their record. Every grant ends here.
//!
//! Signs first; the caller writes the record in the same transaction as the redemption, and hands the
//! response out only when that write won.

use super::Vpgate;
use super::ports::Unavailable;
use crate::domain::base::id::{FamilyId, TokenId};
use crate::domain::base::secret::Secret;
use crate::domain::base::time::Timestamp;
use crate::domain::oauth::access_token::TYP;
use crate::domain::oauth::client::{Client, Grant};
use crate::domain::oauth::entitlement::Entitlement;
use crate::domain::oauth::issuance::{Family, Issuance, IssuedAccess};
use crate::domain::oauth::refresh_token::{RefreshState, RefreshToken};
use crate::domain::oauth::token_policy::{TokenFormat, TokenSettings};

/// A token response (RFC 6749 section 5.1).
#[derive(Debug)]
pub struct TokenResponse {
    /// A signed JWT, or a random value.
    pub access_token: Secret,
    /// How it is used.
    pub token_type: TokenType,
    /// Seconds it lives.
    pub expires_in: u64,
    /// For the next one.
    pub refresh_token: Option<Secret>,
    /// What it allows.
    pub scope: String,
}

/// How an access token is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// Whoever has it may use it (RFC 6750).
    Bearer,
    /// Only with a proof of the key that it is bound to (RFC 9449).
    Dpop,
}

impl TokenType {
    /// As in `token_type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// Of the tokens of this family.
    pub(super) fn of(family: &Family) -> Self {
        if family.terms().dpop.is_some() { Self::Dpop } else { Self::Bearer }
    }
}

impl Vpgate {
    /// The tokens that `entitlement` gives `client`, and their record: to be written in the same
    /// transaction as the redemption, before the response is handed out. There is a refresh token only
    /// for clients that are registered for it (REQ-15.10).
    pub(super) fn issue(
        &self,
        client: &Client,
        entitlement: Entitlement,
        now: Timestamp,
    ) -> Result<(TokenResponse, Issuance), Unavailable> {
        let settings = self.policy.tokens.of(&client.id);
        let id = FamilyId::from_entropy(self.random_id()?);
        let family = Family::begin(entitlement, id, &client.id, settings)
            .map_err(|why| Unavailable::new("the granted scopes", why))?;
        let (family, refresh) = match self.first_refresh_token(client, &family, settings, now)? {
            Some((token, state)) => (family.refreshed_by(state), Some(token.into_secret())),
            None => (family, None),
        };
        let access = self.access_for(&family, settings, now)?;
        let token = self.access_token(&family, &access, settings)?;
        let response = TokenResponse {
            token_type: TokenType::of(&family),
            expires_in: access.expires_at.since(now).as_secs(),
            refresh_token: refresh,
            scope: access.scopes.to_string(),
            access_token: token,
        };
        let digest = response.access_token.digest();
        Ok((response, Issuance { family, access, digest }))
    }

    /// A token for all that the family allows.
    fn access_for(
        &self,
        family: &Family,
        settings: &TokenSettings,
        now: Timestamp,
    ) -> Result<IssuedAccess, Unavailable> {
        let latest = now.plus(settings.lifetime);
        // It never outlives the credential it came from.
        let expires_at = family.admission().expires_at().map_or(latest, |credential| credential.min(latest));
        Ok(IssuedAccess {
            id: TokenId::from_entropy(self.random_id()?),
            scopes: family.terms().scopes.clone(),
            audience: family.terms().audience.clone(),
            issued_at: now,
            expires_at,
        })
    }

    fn access_token(
        &self,
        family: &Family,
        access: &IssuedAccess,
        settings: &TokenSettings,
    ) -> Result<Secret, Unavailable> {
        match settings.format {
            TokenFormat::Jwt => {
                let claims = access.claims(family, &self.policy.tokens.issuer);
                self.signer.sign(TYP, &claims).map(Secret::received)
            }
            TokenFormat::Opaque => self.random_secret(),
        }
    }

    fn first_refresh_token(
        &self,
        client: &Client,
        family: &Family,
        settings: &TokenSettings,
        now: Timestamp,
    ) -> Result<Option<(RefreshToken, RefreshState)>, Unavailable> {
        if !client.grants.contains(&Grant::RefreshToken) {
            return Ok(None);
        }
        let token = RefreshToken::first(self.random_id()?, self.random_bytes()?);
        let state = token.state(now.plus(settings.refresh_idle).min(family.terms().ends_at));
        Ok(Some((token, state)))
    }
}
