//! Step 4 of the web application's story: the code becomes a token, once (RFC 6749 section 4.1.3).

use super::Vpgate;
use super::ports::{NotCommitted, Unavailable};
use super::redeem_device_code::IssuedToken;
use crate::domain::base::id::TokenId;
use crate::domain::base::secret::Secret;
use crate::domain::base::time::Timestamp;
use crate::domain::change::Change;
use crate::domain::oauth::access_token::TYP;
use crate::domain::oauth::client::{AuthenticatedClient, Grant};
use crate::domain::oauth::code_grant::{CodeGrant, Granted, NotRedeemable, Redeemed, Shown};

/// Why there is no token (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
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
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl Vpgate {
    /// Exchanges a code.
    ///
    /// # Errors
    /// [`CodeNotRedeemed`]
    pub async fn redeem_code(
        &self,
        client: AuthenticatedClient<'_>,
        code: &Secret,
        redirect_uri: Option<&str>,
        verifier: Option<&Secret>,
    ) -> Result<IssuedToken, CodeNotRedeemed> {
        if !client.may_use(Grant::AuthorizationCode) {
            return Err(CodeNotRedeemed::WrongGrant);
        }
        let now = self.clock.now();
        let shown = Shown { client_id: &client.client().id, redirect_uri, verifier };
        match self.store.authorization_by_code(&code.digest()).await? {
            Some(CodeGrant::Granted(granted)) => self.exchange(granted, &shown, now).await,
            Some(CodeGrant::Redeemed(redeemed)) => Err(shown_again(&redeemed, &shown)),
            _ => Err(CodeNotRedeemed::InvalidCode),
        }
    }

    /// Signs first and writes second, so that a code is spent only for a token that exists; and hands
    /// the token out only when this request was the one that spent the code.
    async fn exchange(
        &self,
        granted: Granted,
        shown: &Shown<'_>,
        now: Timestamp,
    ) -> Result<IssuedToken, CodeNotRedeemed> {
        granted.redeemable(shown, now)?;
        let id = TokenId::from_entropy(self.random_id()?);
        let (client_id, admission) = (shown.client_id, granted.admission());
        let token = self.policy.tokens.token_for(client_id, admission, id, now);
        let signed = self.signer.sign(TYP, &token.claims)?;
        let scope = admission.scopes().to_string();
        let authorization = granted.terms().id.clone();
        let redeemed = granted.redeem(shown, token.id, now)?;
        match self.store.commit(Change::RedeemCode(redeemed)).await {
            Ok(()) => {}
            Err(NotCommitted::Lost | NotCommitted::Taken) => return Err(CodeNotRedeemed::InvalidCode),
            Err(NotCommitted::Unavailable(source)) => return Err(source.into()),
        }
        tracing::info!(%authorization, "the application took its token");
        Ok(IssuedToken { access_token: Secret::received(signed), expires_in: token.expires_in, scope })
    }
}

fn shown_again(used: &Redeemed, _shown: &Shown<'_>) -> CodeNotRedeemed {
    let (authorization, token) = (&used.terms().id, used.token());
    tracing::warn!(%authorization, %token, "a used authorization code was shown again");
    CodeNotRedeemed::InvalidCode
}
