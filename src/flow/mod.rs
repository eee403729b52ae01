//! The stories, one verb per file. Each reads once, asks the domain, writes once.
//!
//! A television gets a token (RFC 8628, answered by OpenID4VP):
//!
//! 1. [`device::authorize`]: the device asks; a pending grant with two codes exists.
//! 2. [`device::enter_code`]: a person types or scans the user code, sees who asks for what, and goes on
//!    (or says "I did not start this"). The grant is claimed by this browser; a presentation begins.
//! 3. [`presentation::serve`]: the browser is bound to the presentation and sent to the wallet, or asks it by its
//!    Digital Credentials API. A wallet that is sent a reference comes and fetches the request itself:
//!    [`presentation::request_object`].
//! 4. [`presentation::accept`]: the wallet's answer returns through the same browser, is verified, and
//!    settles the presentation and the grant in one write. Or [`presentation::direct_post`]: the wallet posts it, and
//!    [`presentation::finish`] settles when the same browser comes back with the wallet's one-time code.
//! 5. [`device::redeem`]: the device, which has been polling, takes its token, once.
//!
//! At any time before that a person may say "I did not start this" ([`device::deny_by_user`]). A service with pages
//! of its own does step 2 and the end of step 4 over REST ([`device::own_pages`]).
//!
//! A shop gets verified claims (REST):
//!
//! 1. [`presentation::begin`]: the shop says what to ask and what is being agreed to.
//! 2. [`presentation::serve`], then [`presentation::accept`] or [`presentation::direct_post`], as above.
//! 3. [`presentation::collect`]: the browser came back with a one-time code; the shop collects the result.
//!
//! A web application gets a token (RFC 6749, answered by OpenID4VP):
//!
//! 1. [`code::push`]: it may push its request first (RFC 9126).
//! 2. [`code::authorize`]: its browser arrives; the person sees who asks for what, and goes on. A grant
//!    and a presentation begin, bound to this browser.
//! 3. [`presentation::serve`] and [`presentation::accept`], as above; the browser carries a code home.
//! 4. [`code::redeem`]: the application exchanges the code, once.
//!
//! Clients prove who they are in [`client::authenticate`].
//!
//! A caller that received a `vp_token` itself has it judged on the same road ([`presentation::judge`]): over REST
//! ([`presentation::verify`]), or offline with `vpgate verify`. Nothing is stored.
//!
//! Before anybody presents anything, a client can ask which scopes a sample would earn ([`presentation::dry_run`]).
//!
//! Both ways of earning tokens end in [`tokens::issue`]. A token lives on through [`tokens::refresh`], says what it
//! means in [`tokens::introspect`] and [`tokens::userinfo`], and ends in [`tokens::revoke`], or when the credential behind it is
//! taken back. [`client::prove_key`] binds tokens to a key.
//!
//! [`sweep`] tidies up what has long expired; nothing depends on it.

mod browsers;
pub mod client;
pub mod code;
pub mod device;
pub mod ports;
pub mod presentation;
pub mod sweep;
pub mod tokens;

use std::sync::Arc;

use serde_json::Value;

use self::ports::{
    ClientKeySets, Clock, CrossChecker, Entropy, IssuerKeys, RequestSigner, Signer, StatusLists, Store,
    Unavailable, Wallets,
};
use self::presentation::signed_requests::SignedRequests;
use vpgate_core::base::secret::{DigestKey, Secret};
use vpgate_core::openid4vp::request::{PresentationFlow, WalletRoute};
use vpgate_core::policy::Policy;

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
    /// Signs requests to wallets.
    pub request_signer: Arc<dyn RequestSigner>,
    /// What it signed a moment ago.
    pub signed_requests: SignedRequests,
    /// Wallets that are servers.
    pub wallets: Arc<dyn Wallets>,
    /// Keys of issuers we believe.
    pub issuer_keys: Arc<dyn IssuerKeys>,
    /// Keys of clients that sign assertions.
    pub client_keys: Arc<dyn ClientKeySets>,
    /// Status lists of issuers we believe.
    pub status_lists: Arc<dyn StatusLists>,
    /// Who is asked about what our own core accepted; `None` when nobody is.
    pub cross_check: Option<Arc<dyn CrossChecker>>,
    /// Digests user codes.
    pub user_code_key: DigestKey,
    /// Makes subjects pairwise.
    pub subject_key: DigestKey,
    /// Makes the nonces of DPoP.
    pub nonce_key: DigestKey,
}

impl Vpgate {
    /// The keys that check our tokens (RFC 7517 section 5).
    pub fn jwks(&self) -> Value {
        self.signer.jwks(self.clock.now())
    }

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

    /// 32 fresh bytes, for a part of a secret.
    fn random_bytes(&self) -> Result<[u8; 32], Unavailable> {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A fresh secret of 256 bits.
    fn random_secret(&self) -> Result<Secret, Unavailable> {
        self.random_bytes().map(Secret::from_entropy)
    }

    /// What people are told that this client is called.
    fn client_name(&self, client_id: &str) -> String {
        self.policy.clients.named(client_id).map_or(client_id, |client| &client.name).to_owned()
    }

    /// How people are asked who came to our own pages; nothing to do with wallets that are not there.
    fn flow_in_browser(&self, wallet: &str) -> PresentationFlow {
        self.wallet(wallet).map_or(PresentationFlow::SameDevice, WalletRoute::flow_in_browser)
    }

    /// The wallet configured under `name`.
    fn wallet(&self, name: &str) -> Option<&WalletRoute> {
        self.policy.wallets.iter().find(|wallet| wallet.name == name)
    }
}
