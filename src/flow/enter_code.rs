//! Step 2 of the television's story: the person enters the code and decides whether to go on
//! (RFC 8628 section 3.3).

use super::Vpgate;
use super::begin_presentation::{Ask, NotBegun};
use super::ports::{NotCommitted, Unavailable};
use super::question::Question;
use crate::domain::base::id::Handle;
use crate::domain::base::secret::Secret;
use crate::domain::base::time::Timestamp;
use crate::domain::change::Change;
use crate::domain::oauth::device_grant::{DenialReason, DeviceGrant, NotClaimable, Pending};
use crate::domain::openid4vp::presentation::Begun;
use crate::domain::openid4vp::request::{Asker, Flow};

/// What the person is shown before deciding.
#[derive(Debug)]
pub struct CodeFound {
    /// The code as the device shows it.
    pub user_code: String,
    /// Who asks.
    pub client_name: String,
    /// For which rights: the description of each scope, or its name.
    pub rights: Vec<String>,
    /// What the wallet will be asked to show, as dotted claim paths.
    pub claims: Vec<String>,
    /// When the device asked.
    pub created_at: Timestamp,
    /// When the code dies.
    pub expires_at: Timestamp,
}

/// Why a code leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum CodeRefused {
    /// Unknown, malformed, expired, used or denied: one answer, so that guessing teaches nothing (REQ-10.24).
    #[error("this code is not valid")]
    Unknown,
    /// Another browser went on with it first (REQ-15.6).
    #[error("this code is in use in another browser")]
    InUse,
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl Vpgate {
    /// Looks a code up, to show what it is for. Changes nothing.
    ///
    /// # Errors
    /// [`CodeRefused`]
    pub async fn look_up_code(&self, typed: &str) -> Result<CodeFound, CodeRefused> {
        let (user_code, grant) = self.pending_grant(typed, self.clock.now()).await?;
        let terms = grant.terms();
        let client = self.policy.clients.named(&terms.client_id).ok_or(CodeRefused::Unknown)?;
        let query = self.policy.scopes.query(&terms.scopes).map_err(|_| CodeRefused::Unknown)?;
        Ok(CodeFound {
            user_code,
            client_name: client.name.clone(),
            rights: self.rights(&terms.scopes),
            claims: query.claims(),
            created_at: terms.created_at,
            expires_at: terms.expires_at,
        })
    }

    /// The person goes on: this browser claims the code, and a presentation begins that only this
    /// browser can continue.
    ///
    /// # Errors
    /// [`CodeRefused`]
    pub async fn go_on_with_code(&self, typed: &str, browser: &Secret) -> Result<Handle, CodeRefused> {
        let now = self.clock.now();
        let (_, grant) = self.pending_grant(typed, now).await?;
        let grant = grant.claim(browser.digest(), now).map_err(|why| match why {
            NotClaimable::Expired => CodeRefused::Unknown,
            NotClaimable::InUse => CodeRefused::InUse,
        })?;
        let terms = grant.terms();
        let client = self.policy.clients.named(&terms.client_id).ok_or(CodeRefused::Unknown)?;
        let question = Question::of_scopes(self, &terms.scopes).map_err(|_| CodeRefused::Unknown)?;
        let asker = Asker::Device { client_id: client.id.clone(), grant: terms.id.clone() };
        let (flow, until) = (Flow::SameDevice, Some(terms.expires_at));
        let ask = Ask { asker, wallet: &client.wallet, question, login_hint: None, flow, until };
        let (asked, answer_key) = self.ask(ask, now).map_err(|why| match why {
            NotBegun::Failed(source) => source,
            other => Unavailable::new("the configured question", other),
        })?;
        let handle = asked.handle.clone();
        let change = Change::BeginPresentation {
            presentation: Begun::new(asked, Some(browser.digest()), answer_key),
            claim: Some(grant),
        };
        match self.store.commit(change).await {
            Ok(()) => Ok(handle),
            Err(NotCommitted::Lost | NotCommitted::Taken) => Err(CodeRefused::InUse),
            Err(NotCommitted::Unavailable(source)) => Err(source.into()),
        }
    }

    /// "I did not start this": the code is dead, and the device learns it at its next poll.
    ///
    /// # Errors
    /// [`CodeRefused`]
    pub async fn disown_code(&self, typed: &str) -> Result<(), CodeRefused> {
        let now = self.clock.now();
        let (_, grant) = self.pending_grant(typed, now).await?;
        let id = grant.terms().id.clone();
        let denied = grant.deny(DenialReason::NotStartedByPerson, now).map_err(|_| CodeRefused::Unknown)?;
        match self.store.commit(Change::DenyGrant(denied)).await {
            Ok(()) => {
                tracing::warn!(grant = %id, "a person did not start this device grant");
                Ok(())
            }
            Err(NotCommitted::Lost | NotCommitted::Taken) => Err(CodeRefused::Unknown),
            Err(NotCommitted::Unavailable(source)) => Err(source.into()),
        }
    }

    async fn pending_grant(&self, typed: &str, now: Timestamp) -> Result<(String, Pending), CodeRefused> {
        let code = self.policy.device.user_code.read(typed).ok_or(CodeRefused::Unknown)?;
        match self.store.grant_by_user_code(&code.digest(&self.user_code_key)).await? {
            Some(DeviceGrant::Pending(grant)) if now < grant.terms().expires_at => Ok((code.shown(), grant)),
            _ => Err(CodeRefused::Unknown),
        }
    }
}
