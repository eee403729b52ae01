//! Step 1 of the television's story: the device asks (RFC 8628 section 3.1).

use super::Vpgate;
use super::ports::{NotCommitted, Unavailable};
use crate::domain::admission::scopes::{ScopeFault, Scopes};
use crate::domain::base::id::GrantId;
use crate::domain::base::secret::Secret;
use crate::domain::change::Change;
use crate::domain::oauth::client::{AuthenticatedClient, Grant};
use crate::domain::oauth::device_grant::{Pending, Terms};
use crate::domain::oauth::entitlement::OPENID;
use crate::domain::oauth::polling::Pace;
use crate::domain::oauth::thumbprint::Thumbprint;
use crate::domain::oauth::user_code::UserCode;

/// How often a taken user code is drawn again. With 34 bits and a million live codes, needing a
/// third draw happens once in hundreds of millions of requests.
const DRAWS: usize = 8;

/// What the device receives.
#[derive(Debug)]
pub struct DeviceAuthorization {
    /// What it polls with.
    pub device_code: Secret,
    /// What the person types.
    pub user_code: UserCode,
    /// Seconds both live.
    pub expires_in: u64,
    /// Seconds between polls.
    pub interval: u64,
}

/// Why a device gets no codes.
#[derive(Debug, thiserror::Error)]
pub enum NotAuthorized {
    /// The client is not registered for this grant.
    #[error("this client is not registered for the device grant")]
    WrongGrant,
    /// The operator demands that clients prove who they are here.
    #[error("this client must authenticate")]
    AuthenticationRequired,
    /// The tokens are for clients that prove a key (REQ-15.12).
    #[error("a DPoP proof is required")]
    KeyRequired,
    /// Unknown, malformed, or not this client's.
    #[error("the scope is unknown, malformed or not open to this client")]
    Scope,
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<ScopeFault> for NotAuthorized {
    fn from(_: ScopeFault) -> Self {
        Self::Scope
    }
}

impl Vpgate {
    /// Opens a grant. Without `scope`, all scopes of the client are meant. With `key`, which was proven,
    /// the tokens are for that key alone (RFC 9449 section 10, for this grant).
    ///
    /// # Errors
    /// [`NotAuthorized`]
    pub async fn authorize_device(
        &self,
        client: AuthenticatedClient<'_>,
        scope: Option<&str>,
        key: Option<Thumbprint>,
    ) -> Result<DeviceAuthorization, NotAuthorized> {
        let policy = &self.policy.device;
        if !client.may_use(Grant::DeviceCode) {
            return Err(NotAuthorized::WrongGrant);
        }
        if policy.require_client_authentication && !client.is_confidential() {
            return Err(NotAuthorized::AuthenticationRequired);
        }
        let client = client.client();
        let scopes = match scope {
            Some(text) => Scopes::parse(text)?,
            None => client.scopes.clone(),
        };
        if !scopes.within(&client.scopes) {
            return Err(NotAuthorized::Scope);
        }
        if self.policy.tokens.of(&client.id).require_dpop && key.is_none() {
            return Err(NotAuthorized::KeyRequired);
        }
        // It asks for an ID token about the person, and for nothing in the wallet.
        let openid = scopes.contains(OPENID);
        let scopes = scopes.without(OPENID);
        if self.policy.scopes.query(&scopes).is_err() {
            return Err(NotAuthorized::Scope);
        }

        let now = self.clock.now();
        for _ in 0..DRAWS {
            let Some(user_code) = self.draw_user_code()? else { continue };
            let device_code = self.random_secret()?;
            let terms = Terms {
                id: GrantId::from_entropy(self.random_id()?),
                client_id: client.id.clone(),
                scopes: scopes.clone(),
                openid,
                dpop: key.clone(),
                created_at: now,
                expires_at: now.plus(policy.code_lifetime),
            };
            let change = Change::OpenGrant {
                grant: Pending::begin(terms, Pace::new(policy.polling_interval)),
                device_code: device_code.digest(),
                user_code: user_code.digest(&self.user_code_key),
            };
            match self.store.commit(change).await {
                Ok(()) => {
                    return Ok(DeviceAuthorization {
                        device_code,
                        user_code,
                        expires_in: policy.code_lifetime.as_secs(),
                        interval: policy.polling_interval.as_secs(),
                    });
                }
                Err(NotCommitted::Taken | NotCommitted::Lost) => {}
                Err(NotCommitted::Unavailable(source)) => return Err(source.into()),
            }
        }
        Err(Unavailable::new("the space of user codes", "every code drawn was in use").into())
    }

    fn draw_user_code(&self) -> Result<Option<UserCode>, Unavailable> {
        let mut bytes = [0; 64];
        self.entropy.fill(&mut bytes)?;
        Ok(self.policy.device.user_code.draw(&bytes))
    }
}
