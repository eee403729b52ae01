//! The stories, one verb per file. Each reads once, asks the domain, writes once.
//!
//! A television gets a token (RFC 8628, answered by OpenID4VP):
//!
//! 1. [`authorize_device`]: the device asks; a pending grant with two codes exists.
//! 2. [`enter_code`]: a person types or scans the user code, sees who asks for what, and goes on
//!    (or says "I did not start this"). The grant is claimed by this browser; a presentation begins.
//! 3. [`serve_request`]: the browser is bound to the presentation and sent to the wallet.
//! 4. [`accept_response`]: the wallet's answer returns through the same browser, is verified, and
//!    settles the presentation and the grant in one write.
//! 5. [`redeem_device_code`]: the device, which has been polling, takes its token, once.
//!
//! At any time before that a person may say "I did not start this" ([`disown`]). A service with pages
//! of its own does step 2 and the end of step 4 over REST ([`own_pages`]).
//!
//! A shop gets verified claims (REST):
//!
//! 1. [`begin_presentation`]: the shop says what to ask and what is being agreed to.
//! 2. [`serve_request`] and [`accept_response`], as above.
//! 3. [`collect_result`]: the browser came back with a one-time code; the shop collects the result.
//!
//! A caller that received a `vp_token` itself has it judged on the same road ([`judge`]): over REST
//! ([`verify_token`]), or offline with `vpgate verify`. Nothing is stored.
//!
//! [`sweep`] tidies up what has long expired; nothing depends on it.

pub mod accept_response;
pub mod authorize_device;
pub mod begin_presentation;
pub mod code_entry;
pub mod collect_result;
pub mod disown;
pub mod enter_code;
pub mod finish_in_browser;
pub mod judge;
mod limits;
pub mod own_pages;
pub mod ports;
pub mod question;
pub mod redeem_device_code;
pub mod serve_request;
pub mod sweep;
pub mod verify_token;

use std::sync::Arc;
use std::time::Duration;

use self::ports::{Clock, Entropy, IssuerKeys, SecondOpinion, Signer, StatusLists, Store, Unavailable};
use crate::domain::admission::ScopePolicy;
use crate::domain::base::secret::{DigestKey, Secret};
use crate::domain::oauth::access_token::TokenPolicy;
use crate::domain::oauth::attempts::DeviceLimits;
use crate::domain::oauth::client::Clients;
use crate::domain::oauth::user_code::UserCodeFormats;
use crate::domain::openid4vp::request::WalletRoute;
use crate::domain::sdjwt::trust::TrustPolicy;

/// What the operator decided, checked. Never changes while the service runs.
#[derive(Debug)]
pub struct Policy {
    /// Who may ask.
    pub clients: Clients,
    /// What can be earned.
    pub scopes: ScopePolicy,
    /// Whom we believe.
    pub trust: TrustPolicy,
    /// Where people can be sent, by name.
    pub wallets: Vec<WalletRoute>,
    /// The device grant's settings.
    pub device: DevicePolicy,
    /// How presentations are asked for.
    pub presentation: PresentationPolicy,
    /// What tokens say and how long they live.
    pub tokens: TokenPolicy,
}

/// `[device]`, as far as it holds for all clients: the rest is in
/// [`DeviceSettings`](crate::domain::oauth::device_settings::DeviceSettings).
#[derive(Clone, Debug, Default)]
pub struct DevicePolicy {
    /// Every format in which codes are given.
    pub user_codes: UserCodeFormats,
    /// Public clients may not use the grant.
    pub require_client_authentication: bool,
    /// How often what may happen.
    pub limits: DeviceLimits,
}

/// `[presentation]`
#[derive(Clone, Debug)]
pub struct PresentationPolicy {
    /// Life of a request.
    pub lifetime: Duration,
    /// Rejected answers that settle it (REQ-2.8).
    pub tries: u32,
}

/// Everything a flow needs: the operator's decisions and the outside world behind ports.
pub struct Vpgate {
    /// The operator's decisions.
    pub policy: Policy,
    /// Where things are kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Signs access tokens.
    pub signer: Arc<dyn Signer>,
    /// Keys of issuers we believe.
    pub issuer_keys: Arc<dyn IssuerKeys>,
    /// Their status lists.
    pub status_lists: Arc<dyn StatusLists>,
    /// Who is asked about what our own core accepted; `None` when nobody is.
    pub second_opinion: Option<Arc<dyn SecondOpinion>>,
    /// Digests user codes.
    pub user_code_key: DigestKey,
    /// Makes subjects pairwise.
    pub subject_key: DigestKey,
}

impl Vpgate {
    /// 16 fresh bytes, for an identifier.
    fn random_id(&self) -> Result<[u8; 16], Unavailable> {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// 64 fresh bytes, to draw from without bias.
    fn random_draw(&self) -> Result<[u8; 64], Unavailable> {
        let mut bytes = [0; 64];
        self.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A fresh secret of 256 bits.
    fn random_secret(&self) -> Result<Secret, Unavailable> {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes)?;
        Ok(Secret::from_entropy(bytes))
    }

    /// The wallet configured under `name`.
    fn wallet(&self, name: &str) -> Option<&WalletRoute> {
        self.policy.wallets.iter().find(|wallet| wallet.name == name)
    }
}
