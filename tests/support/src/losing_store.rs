//! A store whose answers get lost, as between a service and a database that fails over: before the change was made,
//! or after it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use vpgate::flow::ports::{
    DeliveryStore, DueDelivery, EventStore, Mark, NotCommitted, OpenPresentations, PlacedEvents,
    PushedRequest, Store, Swept, Unavailable,
};
use vpgate_core::audit::WaitingNote;
use vpgate_core::base::id::{
    AuthorizationId, FamilyId, GrantId, Handle, PresentationId, RequestState, SessionId,
};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, KeptAnswer, Outcome, Question, WorksOnce};
use vpgate_core::event::EventCursor;
use vpgate_core::oauth::attempts::Attempt;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::oauth::entitlement::Origin;
use vpgate_core::oauth::issuance::{Family, IssuedAccess};
use vpgate_core::oauth::logout::WaitingNotice;
use vpgate_core::oauth::polling::Pace;
use vpgate_core::oauth::session::Session;
use vpgate_core::openid4vp::presentation::{Presentation, PresentationMark};
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_core::receipt::chain::{ChainHead, GrownChain, KeptReceipt};
use vpgate_core::webhook::{DeliveryCursor, DeliveryState, EndpointTrouble};

/// What becomes of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It never gets there.
    NotSent,
    /// It never gets there, and nobody knows.
    LostBefore,
    /// It is made, and nobody knows.
    LostAfter,
}

/// What happens to the changes to come.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    /// Changes that go through before.
    pub after: u32,
    /// And what becomes of the next.
    pub fate: Fate,
    /// Whether the question about it is not answered either.
    pub silent: bool,
}

/// What gets lost between services and their database; all stores over it share it.
#[derive(Default)]
pub struct Troubles {
    next: Mutex<Option<Trouble>>,
    silent: Mutex<bool>,
    lost: AtomicU32,
    looks: AtomicU32,
    /// Requests wait for the database.
    busy: AtomicBool,
}

/// A store, and what gets lost before it.
pub struct LosingStore {
    inner: Arc<dyn Store>,
    troubles: Arc<Troubles>,
}

impl Troubles {
    /// Whether requests wait for the database from now on.
    pub fn is_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
    }

    /// What happens from now on; an earlier trouble that has not come yet does not come.
    pub fn expect(&self, trouble: Option<Trouble>) {
        *lock(&self.next) = trouble;
        *lock(&self.silent) = false;
    }

    /// How many answers were lost so far.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::SeqCst)
    }

    /// How often a store was asked whether a grant is pending.
    pub fn looks(&self) -> u32 {
        self.looks.load(Ordering::SeqCst)
    }

    fn fate_of_next(&self) -> Option<Fate> {
        let mut next = lock(&self.next);
        let trouble = next.as_mut()?;
        if trouble.after > 0 {
            trouble.after -= 1;
            return None;
        }
        let Trouble { fate, silent, .. } = next.take()?;
        *lock(&self.silent) = silent;
        self.lost.fetch_add(1, Ordering::SeqCst);
        Some(fate)
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LosingStore {
    pub fn over(inner: Arc<dyn Store>, troubles: Arc<Troubles>) -> Self {
        Self { inner, troubles }
    }
}

fn gone() -> Unavailable {
    Unavailable::new("the database", "the connection broke")
}

#[async_trait]
impl EventStore for LosingStore {
    async fn events(
        &self,
        client_id: &str,
        after: EventCursor,
        limit: usize,
    ) -> Result<PlacedEvents, Unavailable> {
        self.inner.events(client_id, after, limit).await
    }

    async fn untold_expiries(&self, now: Timestamp, limit: usize) -> Result<Vec<VpRequest>, Unavailable> {
        self.inner.untold_expiries(now, limit).await
    }

    async fn kept_answer(&self, key: &Digest) -> Result<Option<KeptAnswer>, Unavailable> {
        self.inner.kept_answer(key).await
    }

    async fn marks(
        &self,
        ids: &[PresentationId],
    ) -> Result<HashMap<PresentationId, PresentationMark>, Unavailable> {
        self.inner.marks(ids).await
    }

    async fn pending_grants(&self, ids: &[GrantId]) -> Result<HashSet<GrantId>, Unavailable> {
        self.inner.pending_grants(ids).await
    }
}

#[async_trait]
impl DeliveryStore for LosingStore {
    async fn due_endpoints(&self, now: Timestamp) -> Result<Vec<(String, String)>, Unavailable> {
        self.inner.due_endpoints(now).await
    }

    async fn due_deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable> {
        self.inner.due_deliveries(client_id, endpoint, now, limit).await
    }

    async fn deliveries(
        &self,
        client_id: &str,
        endpoint: &str,
        state: Option<DeliveryState>,
        before: Option<&DeliveryCursor>,
        limit: usize,
    ) -> Result<Vec<DueDelivery>, Unavailable> {
        self.inner.deliveries(client_id, endpoint, state, before, limit).await
    }

    async fn oldest_waiting(&self) -> Result<Option<Timestamp>, Unavailable> {
        self.inner.oldest_waiting().await
    }

    async fn endpoint_troubles(&self) -> Result<Vec<EndpointTrouble>, Unavailable> {
        self.inner.endpoint_troubles().await
    }
}

#[async_trait]
impl Store for LosingStore {
    async fn commit(&self, change: &Change) -> Result<(), NotCommitted> {
        match self.troubles.fate_of_next() {
            None => self.inner.commit(change).await,
            Some(Fate::NotSent) => Err(NotCommitted::NotSent(gone())),
            Some(Fate::LostBefore) => Err(NotCommitted::Unknown(gone())),
            Some(Fate::LostAfter) => {
                // Whatever it would have said: nobody hears it.
                let _unheard = self.inner.commit(change).await;
                Err(NotCommitted::Unknown(gone()))
            }
        }
    }

    async fn ask(&self, question: Question<'_>) -> Result<Outcome, Unavailable> {
        let silent = std::mem::take(&mut *lock(&self.troubles.silent));
        if silent { Err(gone()) } else { self.inner.ask(question).await }
    }

    async fn session(&self, id: &SessionId) -> Result<Option<Session>, Unavailable> {
        self.inner.session(id).await
    }

    async fn session_by_cookie(&self, cookie: &Digest) -> Result<Option<Session>, Unavailable> {
        self.inner.session_by_cookie(cookie).await
    }

    async fn due_notices(&self, now: Timestamp, limit: usize) -> Result<Vec<WaitingNotice>, Unavailable> {
        self.inner.due_notices(now, limit).await
    }

    async fn receipt(&self, presentation: &PresentationId) -> Result<Option<KeptReceipt>, Unavailable> {
        self.inner.receipt(presentation).await
    }

    async fn clients_with_waiting_receipts(&self, limit: usize) -> Result<Vec<String>, Unavailable> {
        self.inner.clients_with_waiting_receipts(limit).await
    }

    async fn waiting_receipts(&self, client_id: &str, limit: usize) -> Result<Vec<KeptReceipt>, Unavailable> {
        self.inner.waiting_receipts(client_id, limit).await
    }

    async fn receipt_chain(&self, client_id: &str) -> Result<Option<ChainHead>, Unavailable> {
        self.inner.receipt_chain(client_id).await
    }

    async fn grown_chains(&self, before: Timestamp, limit: usize) -> Result<Vec<GrownChain>, Unavailable> {
        self.inner.grown_chains(before, limit).await
    }

    async fn receipt_checkpoint(&self, client_id: &str) -> Result<Option<String>, Unavailable> {
        self.inner.receipt_checkpoint(client_id).await
    }

    async fn audit_notes(&self, limit: usize) -> Result<Vec<WaitingNote>, Unavailable> {
        self.inner.audit_notes(limit).await
    }

    async fn audit_newest(&self) -> Result<Option<(u64, String)>, Unavailable> {
        self.inner.audit_newest().await
    }

    async fn audit_lines(&self, after: u64, limit: usize) -> Result<Vec<(u64, String)>, Unavailable> {
        self.inner.audit_lines(after, limit).await
    }

    async fn grant_by_device_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable> {
        self.inner.grant_by_device_code(digest).await
    }

    async fn grant_by_user_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable> {
        self.inner.grant_by_user_code(digest).await
    }

    async fn grant(&self, id: &GrantId) -> Result<Option<DeviceGrant>, Unavailable> {
        self.inner.grant(id).await
    }

    async fn presentation(&self, id: &PresentationId) -> Result<Option<Presentation>, Unavailable> {
        self.inner.presentation(id).await
    }

    async fn presentation_by_handle(&self, handle: &Handle) -> Result<Option<Presentation>, Unavailable> {
        self.inner.presentation_by_handle(handle).await
    }

    async fn presentation_by_state(&self, state: &RequestState) -> Result<Option<Presentation>, Unavailable> {
        self.inner.presentation_by_state(state).await
    }

    async fn open_presentations(
        &self,
        client_id: &str,
        now: Timestamp,
    ) -> Result<OpenPresentations, Unavailable> {
        self.inner.open_presentations(client_id, now).await
    }

    async fn attempts(&self, attempt: &Attempt) -> Result<Vec<(Timestamp, u32)>, Unavailable> {
        self.inner.attempts(attempt).await
    }

    async fn pushed_request(&self, handle: &Digest) -> Result<Option<PushedRequest>, Unavailable> {
        self.inner.pushed_request(handle).await
    }

    async fn authorization(&self, id: &AuthorizationId) -> Result<Option<CodeGrant>, Unavailable> {
        self.inner.authorization(id).await
    }

    async fn authorization_by_code(&self, code: &Digest) -> Result<Option<CodeGrant>, Unavailable> {
        self.inner.authorization_by_code(code).await
    }

    async fn access_token(&self, digest: &Digest) -> Result<Option<(IssuedAccess, Family)>, Unavailable> {
        self.inner.access_token(digest).await
    }

    async fn client_token(&self, digest: &Digest) -> Result<Option<ClientToken>, Unavailable> {
        self.inner.client_token(digest).await
    }

    async fn pending_pace(&self, device_code: &Digest) -> Result<Option<Pace>, Unavailable> {
        self.troubles.looks.fetch_add(1, Ordering::SeqCst);
        self.inner.pending_pace(device_code).await
    }

    fn mark(&self, device_code: &Digest) -> Option<Mark> {
        self.inner.mark(device_code)
    }

    fn holds(&self, device_code: &Digest, mark: Mark) -> bool {
        self.inner.holds(device_code, mark)
    }

    async fn write_paces(&self, paces: Vec<(GrantId, Pace)>) -> Result<(), Unavailable> {
        self.inner.write_paces(paces).await
    }

    async fn family_by_lineage(&self, lineage: &Digest) -> Result<Option<Family>, Unavailable> {
        self.inner.family_by_lineage(lineage).await
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<Family>, Unavailable> {
        self.inner.family(id).await
    }

    async fn family_by_origin(&self, origin: &Origin) -> Result<Option<Family>, Unavailable> {
        self.inner.family_by_origin(origin).await
    }

    async fn used_by(&self, what: WorksOnce<'_>) -> Result<Option<Option<Digest>>, Unavailable> {
        self.inner.used_by(what).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<Swept, Unavailable> {
        self.inner.sweep(now, limit).await
    }

    async fn forget_old_versions(&self) -> Result<(), Unavailable> {
        self.inner.forget_old_versions().await
    }

    async fn time(&self) -> Result<Option<Timestamp>, Unavailable> {
        self.inner.time().await
    }

    fn waiting(&self) -> usize {
        usize::from(self.troubles.busy.load(Ordering::SeqCst))
    }

    async fn close(&self) {
        self.inner.close().await;
    }

    async fn ready(&self) -> Result<(), Unavailable> {
        self.inner.ready().await
    }
}
