//! From a right that was earned to tokens and their record. Every grant ends here.
//!
//! Signs first; the caller writes the record in the same transaction as the redemption, and hands the
//! response out only when that write won.

use serde_json::{Map, Value};

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::said::said;
use vpgate_core::admission::client_claims::ClaimsPlace;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::base::id::{FamilyId, TokenId};
use vpgate_core::base::secret::Secret;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::client::{Client, Grant};
use vpgate_core::oauth::entitlement::{Entitlement, OPENID};
use vpgate_core::oauth::issuance::{Family, Issuance, IssuedAccess, Reissue};
use vpgate_core::oauth::refresh_token::{RefreshState, RefreshToken};
use vpgate_core::oauth::thumbprint::Thumbprint;
use vpgate_core::oauth::token_policy::{TokenFormat, TokenSettings};
use vpgate_core::oauth::{access_token, id_token};

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
    /// Who the person is, where `openid` was asked for.
    pub id_token: Option<Secret>,
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
    pub(in crate::flow) fn of(family: &Family) -> Self {
        Self::bound_to(family.terms().dpop.as_ref())
    }

    /// Of a token that is bound to this key, or to none.
    pub fn bound_to(key: Option<&Thumbprint>) -> Self {
        if key.is_some() { Self::Dpop } else { Self::Bearer }
    }
}

/// What every request for a token may say beside its grant.
#[derive(Debug, Default)]
pub struct TokenAsk {
    /// The resource that the token is for (RFC 8707 section 2.2).
    pub resource: Option<String>,
    /// The key that was proven (RFC 9449 section 5).
    pub key: Option<Thumbprint>,
}

/// The resource is not one that this client's tokens can be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tokens of this client are not for this resource")]
pub struct UnknownResource;

impl TokenAsk {
    /// The audience: the resource asked for, which must be one of `allowed`; all of them when none is.
    pub(in crate::flow) fn among(&self, allowed: &[String]) -> Result<Vec<String>, UnknownResource> {
        match &self.resource {
            None => Ok(allowed.to_vec()),
            Some(resource) if allowed.contains(resource) => Ok(vec![resource.clone()]),
            Some(_) => Err(UnknownResource),
        }
    }
}

/// The tokens that `entitlement` gives `client`, and their record: to be written in the same
/// transaction as the redemption, before the response is handed out. There is a refresh token only
/// for clients that are registered for it (REQ-15.10).
pub(in crate::flow) async fn issue(
    context: &Context,
    client: &Client,
    mut entitlement: Entitlement,
) -> Result<(TokenResponse, Issuance), Unavailable> {
    let settings = context.policy.tokens.of(&client.id);
    let nonce = entitlement.nonce.take();
    let id = FamilyId::from_entropy(context.random_id()?);
    let family = Family::begin(entitlement, id, &client.id, settings, context.now)
        .map_err(|why| Unavailable::new("the granted scopes", why))?;
    let (family, refresh) = match first_refresh_token(context, client, &family, settings)? {
        Some((token, state)) => (family.refreshed_by(state), Some(token.into_secret())),
        None => (family, None),
    };
    let (scopes, audience) = (family.terms().scopes.clone(), family.terms().audience.clone());
    let (mut response, access) = access(context, &family, scopes, audience, nonce.as_deref()).await?;
    response.refresh_token = refresh;
    let digest = response.access_token.digest();
    Ok((response, Issuance { family, access, digest }))
}

/// Tokens of `family` once more, for `audience`, and their record: the first ones may be lost.
pub(in crate::flow) async fn issue_again(
    context: &Context,
    client: &Client,
    family: &Family,
    audience: Vec<String>,
    nonce: Option<&str>,
) -> Result<(TokenResponse, Reissue), Unavailable> {
    let settings = context.policy.tokens.of(&client.id);
    let scopes = family.terms().scopes.clone();
    let (mut response, access) = access(context, family, scopes, audience, nonce).await?;
    let refresh = match family.refresh() {
        Some(_) => first_refresh_token(context, client, family, settings)?,
        None => None,
    };
    let (token, refresh) = refresh.unzip();
    response.refresh_token = token.map(RefreshToken::into_secret);
    let digest = response.access_token.digest();
    Ok((response, Reissue { refresh, access, digest }))
}

/// An access token of `family` for `scopes` and `audience`, its record, and the ID token that goes
/// with it where `openid` is among the scopes.
pub(in crate::flow) async fn access(
    context: &Context,
    family: &Family,
    scopes: Scopes,
    audience: Vec<String>,
    nonce: Option<&str>,
) -> Result<(TokenResponse, IssuedAccess), Unavailable> {
    let policy = &context.policy.tokens;
    let settings = policy.of(&family.terms().client_id);
    let latest = context.now.plus(settings.lifetime);
    // It never outlives the credential it came from.
    let expires_at = family.admission().expires_at().map_or(latest, |credential| credential.min(latest));
    let id = TokenId::from_entropy(context.random_id()?);
    let access = IssuedAccess { id, scopes, audience, issued_at: context.now, expires_at };
    let token = match settings.format {
        TokenFormat::Jwt => {
            let says = said(context, family, &access.scopes, ClaimsPlace::AccessToken);
            let claims = access.claims(family, &policy.issuer, says);
            signed(context, settings.algorithm, access_token::TYP, &claims).await?
        }
        TokenFormat::Opaque => context.random_secret()?,
    };
    let id_token = if access.scopes.contains(OPENID) {
        let about = (&access, &token);
        let algorithm = settings.id_token_algorithm;
        let says = said(context, family, &access.scopes, ClaimsPlace::IdToken);
        let claims = id_token::claims(family, about, nonce, &policy.issuer, algorithm, says);
        Some(signed(context, algorithm, id_token::TYP, &claims).await?)
    } else {
        None
    };
    let response = TokenResponse {
        access_token: token,
        token_type: TokenType::of(family),
        expires_in: expires_at.since(context.now).as_secs(),
        refresh_token: None,
        id_token,
        scope: access.scopes.to_string(),
    };
    Ok((response, access))
}

async fn signed(
    context: &Context,
    algorithm: Algorithm,
    typ: &str,
    claims: &Map<String, Value>,
) -> Result<Secret, Unavailable> {
    context.ports.signer.sign(algorithm, typ, claims, context.now).await.map(Secret::received)
}

fn first_refresh_token(
    context: &Context,
    client: &Client,
    family: &Family,
    settings: &TokenSettings,
) -> Result<Option<(RefreshToken, RefreshState)>, Unavailable> {
    if !client.grants.contains(&Grant::RefreshToken) {
        return Ok(None);
    }
    let token = RefreshToken::first(context.random_id()?, context.random_bytes()?);
    let state = token.state(context.now.plus(settings.refresh_idle).min(family.terms().ends_at), None);
    Ok(Some((token, state)))
}
