//! Who the person behind a token is (OpenID Connect Core section 5.3).

use std::fmt;

use serde_json::{Map, Value};

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::introspect;
use crate::flow::tokens::issue::TokenType;
use crate::flow::tokens::said::said;
use vpgate_core::admission::client_claims::ClaimsPlace;
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::entitlement::OPENID;
use vpgate_core::oauth::thumbprint::Thumbprint;

/// What is told.
pub struct Person {
    /// The pairwise subject, as in the ID token.
    pub subject: String,
    /// What is said besides (`[clients.claims] userinfo`).
    pub claims: Map<String, Value>,
}

impl fmt::Debug for Person {
    /// Claims are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(..)")
    }
}

/// Why nothing is told (RFC 6750 section 3.1).
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotTold {
    /// Unknown, expired, revoked, bound to another key, or shown in another way than it must be.
    #[error("the access token is not valid here")]
    InvalidToken,
    /// It does not allow this.
    #[error("the access token lacks the scope openid")]
    Scope,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// Answers whoever shows `token` as `shown_as`, with a proof of `key` where that is DPoP. A bound
/// token is never a bearer token, and the other way round (RFC 9449 section 7.2).
///
/// # Errors
/// [`NotTold`]
pub async fn userinfo(
    context: &Context,
    token: &Secret,
    shown_as: TokenType,
    key: Option<&Thumbprint>,
) -> Result<Person, NotTold> {
    let found = introspect::live_token(context, token).await?.ok_or(NotTold::InvalidToken)?;
    let bound_to = found.family.terms().dpop.as_ref();
    if found.token_type() != shown_as || bound_to != key {
        return Err(NotTold::InvalidToken);
    }
    if !found.access.scopes.contains(OPENID) {
        return Err(NotTold::Scope);
    }
    if !introspect::still_stands(context, &found.family).await? {
        return Err(NotTold::InvalidToken);
    }
    let found = introspect::token_of_today(context, found).ok_or(NotTold::InvalidToken)?;
    if !found.access.scopes.contains(OPENID) {
        return Err(NotTold::Scope);
    }
    let claims = said(context, &found.family, &found.access.scopes, ClaimsPlace::Userinfo);
    Ok(Person { subject: found.family.admission().subject().to_owned(), claims })
}
