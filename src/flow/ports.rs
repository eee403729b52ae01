//! What the flows need from the outside world. Everything here is object-safe, so that one
//! service works with SQLite or PostgreSQL, with the real clock or one a test moves.

mod events;
mod webhooks;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use url::Url;

pub use self::events::{EventStore, PlacedEvents};
use vpgate_core::audit::WaitingNote;
use vpgate_core::base::id::{
    AuthorizationId, FamilyId, GrantId, Handle, PresentationId, RequestState, SessionId,
};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, Outcome, Question, WorksOnce};
use vpgate_core::credential::Authentic;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::oauth::attempts::Attempt;
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::client::ClientKeys;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::oauth::entitlement::Origin;
use vpgate_core::oauth::issuance::{Family, IssuedAccess};
use vpgate_core::oauth::logout::WaitingNotice;
use vpgate_core::oauth::polling::Pace;
use vpgate_core::oauth::session::Session;
use vpgate_core::openid4vp::presentation::Presentation;
use vpgate_core::openid4vp::profile::Parameters;
use vpgate_core::openid4vp::request::{VerifierIdentity, WalletRoute};
use vpgate_core::openid4vp::request_key::NotSigned;
use vpgate_core::openid4vp::wallet_metadata::WalletMetadata;
use vpgate_core::receipt::chain::{ChainHead, GrownChain, KeptReceipt};
use vpgate_core::status_list::check::StatusReference;
use vpgate_core::status_list::token::{StatusList, StatusListFault};
use vpgate_core::trust::TrustedIssuer;

pub use self::webhooks::{DeliveryStore, DueDelivery, WebhookMessage, WebhookReceivers};

/// Something outside failed: storage, an issuer's server, the generator of randomness.
/// The chain behind it is for the log; strangers see a trace id.
#[derive(Debug, thiserror::Error)]
#[error("{part} is unavailable")]
pub struct Unavailable {
    /// Which part, in words.
    pub part: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
    /// Asking again in a second is worth while: what was asked for may have happened, and is known then.
    pub soon: bool,
}

impl Unavailable {
    /// `part` failed because of `source`.
    pub fn new(part: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { part, source: source.into(), soon: false }
    }

    /// The same, to be asked again soon.
    #[must_use]
    pub fn to_be_asked_soon(self) -> Self {
        Self { soon: true, ..self }
    }
}

/// Why what somebody else publishes (keys, a status list, metadata) cannot be used now. Whose fault it is
/// decides what is said, and to whom.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotPublished {
    /// Its publisher's, and no time heals it: wrong address, wrong form, another's document.
    #[error("{0}")]
    Mistake(Arc<str>),
    /// The publisher's server does not answer, or says that it is in trouble, or the answer may be another
    /// one in a minute.
    #[error("{0}")]
    Passing(Arc<str>),
}

impl NotPublished {
    /// A [`Self::Mistake`] in these words.
    pub fn mistake(why: &dyn fmt::Display) -> Self {
        Self::Mistake(why.to_string().into())
    }

    /// A [`Self::Passing`] in these words.
    pub fn passing(why: &dyn fmt::Display) -> Self {
        Self::Passing(why.to_string().into())
    }
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum NotCommitted {
    /// The state it would have left was left by somebody else first.
    #[error("somebody was first")]
    Lost,
    /// A value that must be unique is in use.
    #[error("a unique value is in use")]
    Taken,
    /// The store is unavailable, and nothing was made: it was not reached, or has taken back what it did. It has
    /// tried once more where that could help.
    #[error(transparent)]
    NotSent(Unavailable),
    /// The store was asked and its answer was lost: nobody knows whether the change was made, until the change's
    /// [`Question`] has found out.
    #[error("nobody knows whether it was made")]
    Unknown(#[source] Unavailable),
}

/// What can be swept: each kind with its name.
macro_rules! swept {
    ($($(#[$doc:meta])* $kind:ident,)+) => {
        /// What a sweep removed.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Swept {
            $($(#[$doc])* pub $kind: usize,)+
        }

        impl Swept {
            /// Counts another batch.
            pub fn add(&mut self, more: Self) {
                $(self.$kind += more.$kind;)+
            }

            /// How many of each kind, with its name.
            pub fn counts(self) -> impl Iterator<Item = (&'static str, usize)> {
                [$((stringify!($kind), self.$kind)),+].into_iter()
            }

            /// How many of all kinds.
            pub fn rows(self) -> usize {
                self.counts().map(|(_, count)| count).sum()
            }
        }
    };
}

swept! {
    /// Grants.
    grants,
    /// Presentations.
    presentations,
    /// Counts that reach back to no limit any more.
    attempts,
    /// Families of tokens, and single access tokens.
    tokens,
    /// Sessions, and notices to clients.
    sessions,
    /// Authorizations, granted or not.
    authorizations,
    /// Pushed requests that nobody came back for.
    pushed_requests,
    /// Client assertions that are past their own time.
    assertions,
    /// Events, and what was delivered of them.
    events,
    /// Receipts.
    receipts,
    /// Lines of the audit log.
    audit,
    /// Rows that stay, without the claims and keys that nobody can ask for any more.
    emptied,
}

/// What a relying party has open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenPresentations {
    /// How many are neither settled nor expired.
    pub count: u32,
    /// When the first of them expires.
    pub soonest: Option<Timestamp>,
}

/// A pushed request as the store holds it.
#[derive(Debug)]
pub struct PushedRequest {
    /// The request.
    pub request: AuthorizationRequest,
    /// From this second on its handle is dead.
    pub expires_at: Timestamp,
}

/// The state of a grant at a time, by what has been committed until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Decisions by this process about this grant, and about some others.
    pub ours: u64,
    /// Commits by other processes.
    pub others: u32,
}

/// Where grants and presentations are kept.
#[async_trait]
pub trait Store: DeliveryStore + EventStore {
    /// A grant by the digest of its device code.
    async fn grant_by_device_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable>;
    /// The pace of a pending grant by the digest of its device code; none when it was decided, or is not there.
    async fn pending_pace(&self, device_code: &Digest) -> Result<Option<Pace>, Unavailable>;
    /// Marks the state of a grant before it is read, by the digest of its device code; none where the store cannot tell
    /// later, without being asked, whether it has changed.
    fn mark(&self, device_code: &Digest) -> Option<Mark>;
    /// Whether nobody, in this process or in another, can have decided or removed the grant since it was marked.
    fn holds(&self, device_code: &Digest, mark: Mark) -> bool;
    /// Writes the paces of grants that are still pending, over what is there. Nobody was promised anything about
    /// them, so they need not be durable when this answers.
    async fn write_paces(&self, paces: Vec<(GrantId, Pace)>) -> Result<(), Unavailable>;
    /// A grant by the keyed digest of its user code.
    async fn grant_by_user_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable>;
    /// A grant by its id.
    async fn grant(&self, id: &GrantId) -> Result<Option<DeviceGrant>, Unavailable>;
    /// A presentation by its id.
    async fn presentation(&self, id: &PresentationId) -> Result<Option<Presentation>, Unavailable>;
    /// A presentation by the handle in its `start_url`.
    async fn presentation_by_handle(&self, handle: &Handle) -> Result<Option<Presentation>, Unavailable>;
    /// A presentation by the `state` the wallet returns.
    async fn presentation_by_state(&self, state: &RequestState) -> Result<Option<Presentation>, Unavailable>;
    /// What the relying party `client_id` has open at `now`.
    async fn open_presentations(
        &self,
        client_id: &str,
        now: Timestamp,
    ) -> Result<OpenPresentations, Unavailable>;
    /// What is counted against the limit of `attempt` now: beginnings of slots of time and counts,
    /// oldest first.
    async fn attempts(&self, attempt: &Attempt) -> Result<Vec<(Timestamp, u32)>, Unavailable>;
    /// A pushed request by the digest of its handle.
    async fn pushed_request(&self, handle: &Digest) -> Result<Option<PushedRequest>, Unavailable>;
    /// An authorization by its id.
    async fn authorization(&self, id: &AuthorizationId) -> Result<Option<CodeGrant>, Unavailable>;
    /// An authorization by the digest of its code.
    async fn authorization_by_code(&self, code: &Digest) -> Result<Option<CodeGrant>, Unavailable>;
    /// An access token by its digest, with the family it belongs to; none when it was revoked.
    async fn access_token(&self, digest: &Digest) -> Result<Option<(IssuedAccess, Family)>, Unavailable>;
    /// A token that a client got for itself, by its digest; none when it was revoked.
    async fn client_token(&self, digest: &Digest) -> Result<Option<ClientToken>, Unavailable>;
    /// A family by the digest of what its refresh tokens share.
    async fn family_by_lineage(&self, lineage: &Digest) -> Result<Option<Family>, Unavailable>;
    /// A session by its id.
    async fn session(&self, id: &SessionId) -> Result<Option<Session>, Unavailable>;
    /// A session by the digest of the secret in its browser's cookie.
    async fn session_by_cookie(&self, cookie: &Digest) -> Result<Option<Session>, Unavailable>;
    /// At most `limit` notices that are due at `now`, those that wait longest first.
    async fn due_notices(&self, now: Timestamp, limit: usize) -> Result<Vec<WaitingNotice>, Unavailable>;
    /// The receipt of a presentation.
    async fn receipt(&self, presentation: &PresentationId) -> Result<Option<KeptReceipt>, Unavailable>;
    /// At most `limit` clients whose receipts are not all signed.
    async fn clients_with_waiting_receipts(&self, limit: usize) -> Result<Vec<String>, Unavailable>;
    /// At most `limit` receipts of a client that are not signed yet, those that wait longest first.
    async fn waiting_receipts(&self, client_id: &str, limit: usize) -> Result<Vec<KeptReceipt>, Unavailable>;
    /// The end of a client's chain of receipts; `None` when it has none.
    async fn receipt_chain(&self, client_id: &str) -> Result<Option<ChainHead>, Unavailable>;
    /// At most `limit` chains that have grown since they were checkpointed, where that was before `before`.
    async fn grown_chains(&self, before: Timestamp, limit: usize) -> Result<Vec<GrownChain>, Unavailable>;
    /// The last checkpoint of a client's chain.
    async fn receipt_checkpoint(&self, client_id: &str) -> Result<Option<String>, Unavailable>;
    /// At most `limit` notes that wait for their place in the audit log, in the order in which they get it.
    async fn audit_notes(&self, limit: usize) -> Result<Vec<WaitingNote>, Unavailable>;
    /// The newest line of the audit log, and its place.
    async fn audit_newest(&self) -> Result<Option<(u64, String)>, Unavailable>;
    /// At most `limit` lines of the audit log behind that place, in their order, each with its own.
    async fn audit_lines(&self, after: u64, limit: usize) -> Result<Vec<(u64, String)>, Unavailable>;
    /// A family by its id.
    async fn family(&self, id: &FamilyId) -> Result<Option<Family>, Unavailable>;
    /// A family by what it came from.
    async fn family_by_origin(&self, origin: &Origin) -> Result<Option<Family>, Unavailable>;
    /// By which request something was used (the `by` of its change): `None` when it was not, `Some(None)` when the row
    /// is older than that column.
    async fn used_by(&self, what: WorksOnce<'_>) -> Result<Option<Option<Digest>>, Unavailable>;
    /// Makes one change in one transaction, and answers only when it is durable. Use cases commit by
    /// [`Context`](crate::flow::context::Context), which finds out what became of a change whose answer was lost.
    async fn commit(&self, change: &Change) -> Result<(), NotCommitted>;
    /// Finds out what became of a change: on a connection that still works, within three seconds.
    async fn ask(&self, question: Question<'_>) -> Result<Outcome, Unavailable>;
    /// Removes at most `limit` rows of each kind (or of all together, where one who commits waits for it) whose time has long passed: grants and authorizations an
    /// hour after they expired (what a grant earned as soon as nobody can take it any more), counts when they reach back to no limit, presentations
    /// as long after they were settled as their [`Retention`](vpgate_core::openid4vp::retention::Retention) says and
    /// ten minutes after they expired, pushed requests and assertions when they expired, tokens when they are dead.
    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<Swept, Unavailable>;
    /// Makes sure that nothing of what was removed or overwritten is left in any file: after each sweep.
    async fn forget_old_versions(&self) -> Result<(), Unavailable>;
    /// What time it is where things are kept; `None` where there is no clock but that of this machine.
    async fn time(&self) -> Result<Option<Timestamp>, Unavailable>;
    /// How many of those who asked wait for their turn at this moment, and are not being served: more than none again
    /// and again means that there is more to do than can be done.
    fn waiting(&self) -> usize;
    /// Takes no more changes; comes back when those it accepted are durable.
    async fn close(&self);
    /// Whether it can answer and write now. Says so within about two seconds; may be asked at any rate.
    async fn ready(&self) -> Result<(), Unavailable>;
}

/// What time it is. Each flow asks once.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Randomness of the operating system.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// When the generator fails; nothing may be issued then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Unavailable>;
}

/// Signs our tokens, and publishes the keys to check them with. The private half may be in another machine.
#[async_trait]
pub trait Signer: Send + Sync {
    /// A compact JWS by the key of `algorithm` that is in use at `now`, with `typ`, `kid` and `alg` set.
    ///
    /// # Errors
    /// When there is no such key, or it cannot sign.
    async fn sign(
        &self,
        algorithm: Algorithm,
        typ: &str,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, Unavailable>;
    /// The public keys (RFC 7517 section 5): those to come, those in use, and those of tokens that may
    /// still be alive at `now`.
    fn jwks(&self, now: Timestamp) -> Value;
    /// Of these only those to come and those in use.
    fn jwks_in_use(&self, now: Timestamp) -> Value;
}

/// Signs Request Objects, with the key that our client identifier at that wallet names.
pub trait RequestSigner: Send + Sync {
    /// With which algorithm; `None` when there is no key for the wallet of this name.
    fn algorithm(&self, wallet: &str) -> Option<Algorithm>;
    /// A compact JWS of `claims`, by the key of `identity`, with `header` beside what names that key.
    ///
    /// # Errors
    /// [`NotSigned`]
    fn sign_as(
        &self,
        identity: &VerifierIdentity,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, NotSigned>;

    /// A COSE_Sign1 without payload over these bytes (`readerAuth` of ISO/IEC 18013-5), by the key of `identity`;
    /// `None` when that key has no certificates, or there is none.
    ///
    /// # Errors
    /// [`NotSigned`]
    fn authenticate_reader(
        &self,
        identity: &VerifierIdentity,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, NotSigned>;

    /// The same with nothing beside what names the key; the client identifier of `identity` is among `claims`.
    ///
    /// # Errors
    /// [`NotSigned`]
    fn sign(
        &self,
        identity: &VerifierIdentity,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, NotSigned> {
        self.sign_as(identity, &Map::new(), claims, now)
    }
}

/// Wallets that are servers themselves. Takes a configured [`WalletRoute`]: nobody else's address is
/// ever fetched.
#[async_trait]
pub trait Wallets: Send + Sync {
    /// The metadata of the wallet with this issuer identifier, as fresh as its server says.
    async fn metadata(&self, issuer: &str) -> Result<Arc<WalletMetadata>, NotPublished>;
    /// Pushes a request (RFC 9126 section 2), and answers with the `request_uri` that stands for it.
    async fn push(&self, wallet: &WalletRoute, request: &Parameters) -> Result<String, NotPublished>;
}

/// Keys of issuers. Takes a [`TrustedIssuer`], so that nobody else's address is ever fetched.
#[async_trait]
pub trait IssuerKeys: Send + Sync {
    /// The issuer's keys; fetched anew, within limits, when the `kid` it names is not among them. None for
    /// an issuer that is known by certificates: its key comes with the credential. A `kid` that is not among
    /// keys that were fetched a moment ago is a [`NotPublished::Passing`]: the key may be a new one.
    async fn of(&self, issuer: &TrustedIssuer) -> Result<Arc<KeySet>, NotPublished>;
}

/// The keys of clients that sign their assertions. Takes what the client's registration says, so that no
/// assertion can name an address.
#[async_trait]
pub trait ClientKeySets: Send + Sync {
    /// The client's keys; fetched anew, within limits, when `kid` is not among them.
    async fn of_client(&self, client: &ClientKeys, kid: Option<&str>) -> Result<Arc<KeySet>, NotPublished>;
}

/// Clients that want to be told of logouts. Takes the address of a client's registration, so that nobody else's is
/// ever called.
#[async_trait]
pub trait LogoutReceivers: Send + Sync {
    /// Posts a logout token (Back-Channel Logout 1.0 section 2.5); `Ok` when the client says that it took it.
    async fn tell(&self, uri: &Url, logout_token: &Secret) -> Result<(), NotPublished>;
}

/// A second library, asked about presentations that our own core accepted (`verification.cross_check`).
/// It can only take away, never add.
pub trait CrossChecker: Send + Sync {
    /// Its opinion on `accepted`, which was made for `audience` and `nonce` and judged at `now`.
    fn on(&self, accepted: &Authentic, audience: &str, nonce: &str, now: Timestamp) -> Opinion;
}

/// What a [`CrossChecker`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It accepts the presentation, with the same claims.
    Agrees,
    /// The presentation is of a kind that it cannot judge, for this reason.
    NotAsked(&'static str),
    /// One of the two is wrong.
    Disagrees(Disagreement),
}

/// How a second library disagrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// With its name of the error; never its words, which can hold claims.
    #[error("a second library refuses it ({0})")]
    Refuses(&'static str),
    /// It does not survive it.
    #[error("a second library panics on it")]
    Panics,
    /// It finds something else in it.
    #[error("a second library finds other claims in it")]
    OtherClaims,
}

/// Why there is no status list to judge by. Cheap to copy, so that a failure can be remembered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoStatusList {
    /// It came, and is no good.
    #[error(transparent)]
    Unusable(#[from] StatusListFault),
    /// It did not come.
    #[error(transparent)]
    NotPublished(#[from] NotPublished),
}

/// Status lists of issuers. Takes a [`StatusReference`], which only an authentic credential has, so
/// that a stranger's address is never fetched.
#[async_trait]
pub trait StatusLists: Send + Sync {
    /// The list that `reference`, in a credential of `issuer`, names: signed by that issuer's keys. Who asks
    /// waits for at most `patience`.
    async fn of(
        &self,
        issuer: &TrustedIssuer,
        reference: &StatusReference,
        patience: Duration,
    ) -> Result<Arc<StatusList>, NoStatusList>;
}
