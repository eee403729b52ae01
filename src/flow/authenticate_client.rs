//! Who is asking: a client proves itself by a secret or by a signed assertion, or is public and named.

use super::Vpgate;
use super::ports::{NotCommitted, NotPublished, Unavailable};
use crate::domain::base::secret::Secret;
use crate::domain::change::Change;
use crate::domain::oauth::client::{AuthenticatedClient, Authentication, Credentials, NotAuthenticated};
use crate::domain::oauth::client_assertion::{AssertionFault, UnverifiedAssertion};

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

impl From<AssertionFault> for Unauthenticated {
    fn from(_: AssertionFault) -> Self {
        NotAuthenticated.into()
    }
}

impl Vpgate {
    /// Proves who is asking. An assertion is spent by it.
    ///
    /// # Errors
    /// [`Unauthenticated`]
    pub async fn authenticate_client(
        &self,
        shown: &Credentials,
    ) -> Result<AuthenticatedClient<'_>, Unauthenticated> {
        match shown {
            Credentials::Assertion(claimed, assertion) => {
                self.authenticate_by_assertion(claimed.as_deref(), assertion).await
            }
            shown => Ok(self.policy.clients.authenticate(shown)?),
        }
    }

    async fn authenticate_by_assertion(
        &self,
        claimed: Option<&str>,
        assertion: &Secret,
    ) -> Result<AuthenticatedClient<'_>, Unauthenticated> {
        let now = self.clock.now();
        let assertion = UnverifiedAssertion::parse(assertion.expose()).inspect_err(note)?;
        let client = self.policy.clients.named(assertion.client_id());
        let registered = client.filter(|client| claimed.is_none_or(|claimed| claimed == client.id));
        let Some(Authentication::PrivateKeyJwt(keys)) = registered.map(|client| &client.authentication)
        else {
            return Err(NotAuthenticated.into());
        };
        let keys = match self.client_keys.of_client(keys, assertion.kid()).await {
            Ok(keys) => keys,
            Err(NotPublished::Mistake(why)) => {
                let client = assertion.client_id();
                tracing::warn!(client, reason = %why, "the keys that a client publishes cannot be used");
                return Err(NotAuthenticated.into());
            }
            Err(NotPublished::Passing(why)) => {
                return Err(Unavailable::new("the client's keys", &*why).into());
            }
        };
        let proof = assertion.verify(&keys, &self.policy.assertions, now).inspect_err(note)?;
        let proven = self.policy.clients.authenticate_by(&proof)?;
        match self.store.commit(Change::SpendAssertion(proof)).await {
            Ok(()) => Ok(proven),
            Err(NotCommitted::Taken | NotCommitted::Lost) => {
                tracing::warn!(client = %proven.client().id, "a client assertion was used a second time");
                Err(NotAuthenticated.into())
            }
            Err(NotCommitted::Unavailable(source)) => Err(source.into()),
        }
    }
}

/// The reason is for the operator who helps the client's developer.
fn note(why: &AssertionFault) {
    tracing::info!(reason = %why, "a client assertion is no good");
}
