//! How it ended, for the person whose browser it is.

use super::Vpgate;
use super::ports::Unavailable;
use crate::domain::base::id::Handle;
use crate::domain::base::secret::Secret;
use crate::domain::oauth::code_grant::CodeGrant;
use crate::domain::oauth::device_grant::{DenialReason, DeviceGrant};
use crate::domain::openid4vp::presentation::{Outcome, Presentation};
use crate::domain::openid4vp::request::{Asked, Asker};

/// What the page says.
#[derive(Debug)]
pub struct Finish {
    /// Who asked.
    pub client_name: String,
    /// Whether a device waits for the outcome, or a web application.
    pub on_device: bool,
    /// How it stands.
    pub standing: Standing,
}

/// How a presentation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not answered yet, or the wallet could not answer: the person may go to the wallet (again).
    Open,
    /// The last answer was rejected; so many tries are left.
    TryAgain {
        /// Tries left.
        left: u32,
    },
    /// Done: the device gets its token, the web application its claims.
    Verified,
    /// Genuine, but it earns none of the rights that were asked for.
    NothingEarned,
    /// The person said afterwards: "I did not start this".
    Disowned,
    /// The person or the wallet said no.
    Declined,
    /// Rejected for good.
    Rejected,
    /// Too late.
    Expired,
}

/// There is nothing here for this browser.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// Unknown, forgotten, or another browser's.
    #[error("there is no such request for this browser")]
    Unknown,
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl Vpgate {
    /// How the presentation behind `handle` stands.
    ///
    /// # Errors
    /// [`NotShown`]
    pub async fn finish_in_browser(&self, handle: &Handle, browser: &Secret) -> Result<Finish, NotShown> {
        let browser = browser.digest();
        match self.store.presentation_by_handle(handle).await? {
            Some(Presentation::Served(served)) if *served.browser() == browser => {
                let (asked, used) = (served.asked(), served.tries().used);
                let standing = if self.clock.now() >= asked.expires_at {
                    Standing::Expired
                } else if used > 0 {
                    Standing::TryAgain { left: asked.tries_allowed.saturating_sub(used) }
                } else {
                    Standing::Open
                };
                Ok(self.finish(asked, standing))
            }
            Some(Presentation::Settled(settled)) if *settled.browser() == browser => {
                let asked = settled.asked();
                let standing = match settled.outcome() {
                    Outcome::Declined { .. } => Standing::Declined,
                    Outcome::Rejected { .. } => Standing::Rejected,
                    Outcome::Verified { .. } => match self.why_denied(asked).await? {
                        None => Standing::Verified,
                        Some(DenialReason::NotStartedByPerson) => Standing::Disowned,
                        Some(_) => Standing::NothingEarned,
                    },
                };
                Ok(self.finish(asked, standing))
            }
            _ => Err(NotShown::Unknown),
        }
    }

    /// Why an answer that was verified led to nothing; `None` when it led to what it should.
    async fn why_denied(&self, asked: &Asked) -> Result<Option<DenialReason>, Unavailable> {
        Ok(match &asked.asker {
            Asker::RelyingParty { .. } => None,
            Asker::Device { grant, .. } => match self.store.grant(grant).await? {
                Some(DeviceGrant::Denied(denied)) => Some(denied.reason()),
                _ => None,
            },
            Asker::Code { authorization, .. } => match self.store.authorization(authorization).await? {
                Some(CodeGrant::Refused(_)) => Some(DenialReason::NothingEarned),
                _ => None,
            },
        })
    }

    fn finish(&self, asked: &Asked, standing: Standing) -> Finish {
        let client_id = asked.asker.client_id();
        let client_name = self.policy.clients.named(client_id).map_or(client_id, |client| &client.name);
        Finish {
            client_name: client_name.to_owned(),
            on_device: matches!(asked.asker, Asker::Device { .. }),
            standing,
        }
    }
}
