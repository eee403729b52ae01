//! Who is asking: a client proves itself by a secret or by a signed assertion, or is public and named.

use crate::flow::audit;
use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::{NotPublished, Unavailable};
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::client::{
    AuthenticatedClient, Authentication, AuthenticationFault, ClientCredentials, NotAuthenticated,
};
use vpgate_core::oauth::client_assertion::{AssertionFault, UnverifiedAssertion};

/// Why a client is not let in.
#[derive(Debug, thiserror::Error)]
pub enum Unauthenticated {
    /// One answer for every reason.
    #[error(transparent)]
    NotAuthenticated(#[from] NotAuthenticated),
    /// Our fault, or that of the server with the client's keys.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// Proves who is asking. An assertion is spent by it.
///
/// # Errors
/// [`Unauthenticated`]
pub async fn authenticate<'c>(
    context: &'c Context,
    shown: &ClientCredentials,
) -> Result<AuthenticatedClient<'c>, Unauthenticated> {
    let proven = match shown {
        ClientCredentials::Assertion(claimed, assertion) => {
            Box::pin(by_assertion(context, claimed.as_deref(), assertion)).await
        }
        shown => context.policy.clients.authenticate(shown).map_err(Unauthenticated::from),
    };
    if let Err(Unauthenticated::NotAuthenticated(why)) = &proven {
        audit::refused(context, why.client(), why.why().name());
    }
    proven
}

async fn by_assertion<'c>(
    context: &'c Context,
    claimed: Option<&str>,
    assertion: &Secret,
) -> Result<AuthenticatedClient<'c>, Unauthenticated> {
    let named = claimed.and_then(|claimed| context.policy.clients.named(claimed));
    let assertion = UnverifiedAssertion::parse(assertion.expose())
        .map_err(|why| NotAuthenticated::new(named, why.into()))?;
    let client = context.policy.clients.named(assertion.client_id());
    let refused = |why| NotAuthenticated::new(client, why);
    let Some(registered) = client else { return Err(refused(AuthenticationFault::Unknown).into()) };
    if claimed.is_some_and(|claimed| claimed != registered.id) {
        return Err(refused(AuthenticationFault::Mismatch).into());
    }
    let Authentication::PrivateKeyJwt(keys) = &registered.authentication else {
        return Err(refused(AuthenticationFault::Method).into());
    };
    if !registered.proof.rs256 && assertion.is_rs256() {
        return Err(refused(AssertionFault::Rs256.into()).into());
    }
    let keys = match context.ports.client_keys.of_client(keys, assertion.kid()).await {
        Ok(keys) => keys,
        Err(NotPublished::Mistake(why)) => {
            return Err(refused(AuthenticationFault::Keys(why.to_string())).into());
        }
        Err(NotPublished::Passing(why)) => {
            return Err(Unavailable::new("the client's keys", &*why).into());
        }
    };
    let proof = assertion.verify(&keys, &context.policy.assertions, context.now);
    let proof = proof.map_err(|why| refused(why.into()))?;
    let proven = context.policy.clients.authenticate_by(&proof)?;
    let by = context.random_secret()?.digest();
    match context.commit(Change::SpendAssertion { assertion: proof, by }).await {
        Ok(()) => Ok(proven),
        Err(NotMade::Taken | NotMade::Lost) => Err(refused(AuthenticationFault::Replay).into()),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}
