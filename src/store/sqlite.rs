//! SQLite, in a file or in memory: one thread writes, a few connections read.

mod backup;
mod checkpoints;
pub(super) mod copy;
mod deliveries;
mod events;
mod functions;
mod joined;
mod lookups;
mod marks;
mod paces;
mod place;
mod probe;
mod readers;
mod schema;
mod service;
mod sweep;
mod wal;
mod watch;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, TransactionBehavior, ffi};
use tokio::sync::oneshot;

pub use self::backup::{NoBackup, backup};
use self::checkpoints::Checkpoints;
use self::marks::Marks;
use self::place::DatabasePlace;
use self::readers::Readers;
pub use self::service::{check, use_with, used_with};
use self::watch::Watch;
use self::writer::{Ended, SqliteWriter, Work};
use super::asking;
use super::probe::Probe;
use super::row::BrokenColumn;
use super::select::{self, AuthorizationKey, FamilyKey, GrantKey, PresentationKey, SessionKey};
use super::steps::steps;
use super::{Migrated, OpenFault};
use crate::config::Storage;
use crate::flow::ports::{Mark, NotCommitted, OpenPresentations, PushedRequest, Store, Swept, Unavailable};
use vpgate_core::audit::WaitingNote;
use vpgate_core::base::id::{
    AuthorizationId, FamilyId, GrantId, Handle, PresentationId, RequestState, SessionId,
};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, Outcome, Question, WorksOnce};
use vpgate_core::oauth::attempts::Attempt;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::device_grant::DeviceGrant;
use vpgate_core::oauth::entitlement::Origin;
use vpgate_core::oauth::issuance::{Family, IssuedAccess};
use vpgate_core::oauth::logout::WaitingNotice;
use vpgate_core::oauth::polling::Pace;
use vpgate_core::oauth::session::Session;
use vpgate_core::openid4vp::presentation::Presentation;
use vpgate_core::receipt::chain::{ChainHead, GrownChain, KeptReceipt};

/// Connections that read. Look-ups take microseconds and never wait half way, so more would only serve
/// machines with more cores than one service keeps busy.
const READERS: usize = 4;

/// Grants and presentations in SQLite.
///
/// Dropping it waits until the changes it accepted are durable.
pub struct SqliteStore {
    /// `None` in memory: there is one connection, and the writer reads between its transactions. Dropped
    /// before the writer, which is then the last to close the file, and leaves no log beside it.
    readers: Option<Readers>,
    writer: SqliteWriter,
    /// `None` in memory. Dropped after all connections.
    marks: Option<Arc<Marks>>,
    /// `None` in memory.
    watch: Option<Watch>,
    probe: Probe,
    /// Damage was found. Stays until the process is started again, on a database that was restored.
    malformed: AtomicBool,
}

impl SqliteStore {
    /// Opens `storage`, and makes the file (for this user only) if it is not there. One that is there must be of a
    /// version that this program works with: [`migrate`]. Blocks: call it while starting.
    ///
    /// # Errors
    /// [`OpenFault`]
    pub fn open(storage: &Storage) -> Result<Arc<Self>, OpenFault> {
        Self::open_noting(storage, None)
    }

    /// Opens the database for a service with these keys: it remembers their digest.
    ///
    /// # Errors
    /// Those of [`Self::open`], and [`OpenFault::OtherKeys`]
    pub fn open_for(storage: &Storage, keys: &Digest) -> Result<Arc<Self>, OpenFault> {
        Self::open_noting(storage, Some(keys))
    }

    fn open_noting(storage: &Storage, keys: Option<&Digest>) -> Result<Arc<Self>, OpenFault> {
        let place = DatabasePlace::of(storage);
        let mut connection = place.writer()?;
        schema::make_or_check(&mut connection)?;
        if let Some(keys) = keys
            && !service::note(&connection, keys)?
        {
            return Err(OpenFault::OtherKeys);
        }
        // What an earlier process left in the log when it was killed.
        wal::empty(&connection)?;
        let watch = match &place {
            DatabasePlace::Memory => None,
            DatabasePlace::File(path) => {
                Some(Watch::over(path).map_err(|source| OpenFault::File { path: path.clone(), source })?)
            }
        };
        let readers: Option<Vec<_>> = (0..READERS).map(|_| place.reader()).collect::<Result<_, _>>()?;
        let readers = readers.map(Readers::new);
        let marks = Marks::of(&place, &mut connection)?;
        let checkpoints = Checkpoints::of(&place, &mut connection, marks.clone())?;
        let writer =
            SqliteWriter::start(connection, watch.clone(), checkpoints).map_err(OpenFault::Thread)?;
        let (probe, malformed) = (Probe::default(), AtomicBool::new(false));
        Ok(Arc::new(Self { readers, writer, marks, watch, probe, malformed }))
    }

    fn is_malformed(&self) -> bool {
        self.malformed.load(Ordering::Relaxed)
    }

    /// Remembers damage that an answer speaks of.
    fn noticing(&self, failure: Unavailable) -> Unavailable {
        if speaks_of_damage(&failure) && !self.malformed.swap(true, Ordering::Relaxed) {
            tracing::error!("the database is malformed: stop, and restore it from a backup");
        }
        failure
    }

    async fn read<T: Send + 'static>(
        &self,
        look_up: impl FnOnce(&Connection) -> Result<T, Unavailable> + Send + 'static,
    ) -> Result<T, Unavailable> {
        if let Some(readers) = &self.readers {
            return readers.read(look_up).await.map_err(|failure| self.noticing(failure));
        }
        let (work, found) = answered(move |connection| look_up(connection));
        self.writer.alone(work).await?;
        found.await.map_err(|_| Ended)?
    }
}

/// Whether another process has this database open. Ask before anything is opened.
///
/// # Errors
/// [`OpenFault`]
pub fn is_open_elsewhere(storage: &Storage) -> Result<bool, OpenFault> {
    Ok(DatabasePlace::of(storage).is_open_elsewhere()?)
}

/// Brings the database to the version of this program, and says which it had.
///
/// # Errors
/// [`OpenFault`]
pub fn migrate(storage: &Storage) -> Result<Migrated, OpenFault> {
    schema::migrate(&mut DatabasePlace::of(storage).writer()?)
}

#[async_trait]
impl Store for SqliteStore {
    async fn grant_by_device_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable> {
        let digest = *digest;
        self.read(move |it| lookups::grant(it, GrantKey::DeviceCode, digest.as_bytes())).await
    }

    async fn pending_pace(&self, device_code: &Digest) -> Result<Option<Pace>, Unavailable> {
        let digest = *device_code;
        self.read(move |it| lookups::pending_pace(it, &digest)).await
    }

    fn mark(&self, device_code: &Digest) -> Option<Mark> {
        self.marks.as_ref()?.mark(device_code)
    }

    fn holds(&self, device_code: &Digest, mark: Mark) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.holds(device_code, mark))
    }

    async fn time(&self) -> Result<Option<Timestamp>, Unavailable> {
        Ok(None)
    }

    fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    async fn write_paces(&self, paces: Vec<(GrantId, Pace)>) -> Result<(), Unavailable> {
        let (work, written) = answered(move |connection| Ok(paces::write(connection, &paces)?));
        self.writer.alone(work).await?;
        written.await.map_err(|_| Ended)?.map_err(|failure| self.noticing(failure))
    }

    async fn grant_by_user_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable> {
        let digest = *digest;
        self.read(move |it| lookups::grant(it, GrantKey::UserCode, digest.as_bytes())).await
    }

    async fn grant(&self, id: &GrantId) -> Result<Option<DeviceGrant>, Unavailable> {
        let id = id.clone();
        self.read(move |it| lookups::grant(it, GrantKey::Id, &id.as_str())).await
    }

    async fn presentation(&self, id: &PresentationId) -> Result<Option<Presentation>, Unavailable> {
        let id = id.clone();
        self.read(move |it| lookups::presentation(it, PresentationKey::Id, id.as_str())).await
    }

    async fn presentation_by_handle(&self, handle: &Handle) -> Result<Option<Presentation>, Unavailable> {
        let handle = handle.clone();
        self.read(move |it| lookups::presentation(it, PresentationKey::Handle, handle.as_str())).await
    }

    async fn presentation_by_state(&self, state: &RequestState) -> Result<Option<Presentation>, Unavailable> {
        let state = state.clone();
        self.read(move |it| lookups::presentation(it, PresentationKey::RequestState, state.as_str())).await
    }

    async fn open_presentations(
        &self,
        client_id: &str,
        now: Timestamp,
    ) -> Result<OpenPresentations, Unavailable> {
        let client_id = client_id.to_owned();
        self.read(move |it| Ok(lookups::open_presentations(it, &client_id, now)?)).await
    }

    async fn attempts(&self, attempt: &Attempt) -> Result<Vec<(Timestamp, u32)>, Unavailable> {
        let attempt = *attempt;
        self.read(move |it| Ok(lookups::counted(it, &attempt)?)).await
    }

    async fn pushed_request(&self, handle: &Digest) -> Result<Option<PushedRequest>, Unavailable> {
        let handle = *handle;
        self.read(move |it| lookups::pushed_request(it, &handle)).await
    }

    async fn authorization(&self, id: &AuthorizationId) -> Result<Option<CodeGrant>, Unavailable> {
        let id = id.clone();
        self.read(move |it| lookups::authorization(it, AuthorizationKey::Id, &id.as_str())).await
    }

    async fn authorization_by_code(&self, code: &Digest) -> Result<Option<CodeGrant>, Unavailable> {
        let code = *code;
        self.read(move |it| lookups::authorization(it, AuthorizationKey::Code, code.as_bytes())).await
    }

    async fn access_token(&self, digest: &Digest) -> Result<Option<(IssuedAccess, Family)>, Unavailable> {
        let digest = *digest;
        self.read(move |it| lookups::access_token(it, &digest)).await
    }

    async fn client_token(&self, digest: &Digest) -> Result<Option<ClientToken>, Unavailable> {
        let digest = *digest;
        self.read(move |it| lookups::client_token(it, &digest)).await
    }

    async fn family_by_lineage(&self, lineage: &Digest) -> Result<Option<Family>, Unavailable> {
        let lineage = *lineage;
        self.read(move |it| lookups::family(it, FamilyKey::Lineage, lineage.as_bytes())).await
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<Family>, Unavailable> {
        let id = id.clone();
        self.read(move |it| lookups::family(it, FamilyKey::Id, &id.as_str())).await
    }

    async fn family_by_origin(&self, origin: &Origin) -> Result<Option<Family>, Unavailable> {
        let origin = origin.key();
        self.read(move |it| lookups::family(it, FamilyKey::Origin, &origin)).await
    }

    async fn used_by(&self, what: WorksOnce<'_>) -> Result<Option<Option<Digest>>, Unavailable> {
        let (sql, key) = select::used_by(what);
        self.read(move |it| lookups::user(it, sql, &key)).await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<Session>, Unavailable> {
        let id = id.clone();
        self.read(move |it| lookups::session(it, SessionKey::Id, &id.as_str())).await
    }

    async fn session_by_cookie(&self, cookie: &Digest) -> Result<Option<Session>, Unavailable> {
        let cookie = *cookie;
        self.read(move |it| lookups::session(it, SessionKey::Cookie, cookie.as_bytes())).await
    }

    async fn due_notices(&self, now: Timestamp, limit: usize) -> Result<Vec<WaitingNotice>, Unavailable> {
        self.read(move |it| lookups::due_notices(it, now, limit)).await
    }

    async fn receipt(&self, presentation: &PresentationId) -> Result<Option<KeptReceipt>, Unavailable> {
        let id = presentation.clone();
        let found = self.read(move |it| lookups::receipts(it, select::RECEIPT, &[&id.as_str()])).await?;
        Ok(found.into_iter().next())
    }

    async fn clients_with_waiting_receipts(&self, limit: usize) -> Result<Vec<String>, Unavailable> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |it| Ok(lookups::clients_with_waiting_receipts(it, limit)?)).await
    }

    async fn waiting_receipts(&self, client_id: &str, limit: usize) -> Result<Vec<KeptReceipt>, Unavailable> {
        let (client_id, limit) = (client_id.to_owned(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.read(move |it| lookups::receipts(it, select::WAITING_RECEIPTS, &[&client_id, &limit])).await
    }

    async fn receipt_chain(&self, client_id: &str) -> Result<Option<ChainHead>, Unavailable> {
        let client_id = client_id.to_owned();
        let found = self.read(move |it| lookups::chains(it, select::RECEIPT_CHAIN, &[&client_id])).await?;
        Ok(found.first().map(|chain| chain.head))
    }

    async fn grown_chains(&self, before: Timestamp, limit: usize) -> Result<Vec<GrownChain>, Unavailable> {
        let (before, limit) = (before.unix(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.read(move |it| lookups::chains(it, select::GROWN_CHAINS, &[&before, &limit])).await
    }

    async fn receipt_checkpoint(&self, client_id: &str) -> Result<Option<String>, Unavailable> {
        let client_id = client_id.to_owned();
        self.read(move |it| lookups::checkpoint(it, &client_id)).await
    }

    async fn audit_notes(&self, limit: usize) -> Result<Vec<WaitingNote>, Unavailable> {
        self.read(move |it| lookups::audit_notes(it, limit)).await
    }

    async fn audit_newest(&self) -> Result<Option<(u64, String)>, Unavailable> {
        self.read(|it| Ok(lookups::audit_lines(it, select::AUDIT_NEWEST, &[])?.pop())).await
    }

    async fn audit_lines(&self, after: u64, limit: usize) -> Result<Vec<(u64, String)>, Unavailable> {
        let bounds = [after, limit as u64].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        self.read(move |it| lookups::audit_lines(it, select::AUDIT_LINES, &bounds)).await
    }

    async fn commit(&self, change: &Change) -> Result<(), NotCommitted> {
        self.writer.commit(steps(change)?).await.map_err(|why| match why {
            NotCommitted::NotSent(failure) => NotCommitted::NotSent(self.noticing(failure)),
            NotCommitted::Unknown(failure) => NotCommitted::Unknown(self.noticing(failure)),
            why => why,
        })
    }

    async fn ask(&self, question: Question<'_>) -> Result<Outcome, Unavailable> {
        asking::ask(self, question).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<Swept, Unavailable> {
        let (work, swept) = answered(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let swept = sweep::sweep(&transaction, now, limit)?;
            transaction.commit()?;
            Ok(swept)
        });
        self.writer.alone(work).await?;
        swept.await.map_err(|_| Ended)?
    }

    async fn forget_old_versions(&self) -> Result<(), Unavailable> {
        let (work, done) = answered(|connection| Ok(wal::empty(connection)?));
        self.writer.alone(work).await?;
        if !done.await.map_err(|_| Ended)?? {
            tracing::debug!("another process reads the database; the log is cut another time");
        }
        Ok(())
    }

    /// The database is one whole file afterwards, unless another process has it open.
    async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        self.writer.close().await;
    }

    /// Asks the writer and a reader: see `sqlite/probe.rs`.
    async fn ready(&self) -> Result<(), Unavailable> {
        self.probe().await
    }
}

fn speaks_of_damage(failure: &Unavailable) -> bool {
    let of_sqlite = failure
        .source
        .downcast_ref::<rusqlite::Error>()
        .or_else(|| failure.source.downcast_ref::<Arc<rusqlite::Error>>().map(Arc::as_ref));
    let code = of_sqlite.and_then(rusqlite::Error::sqlite_error_code);
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// `work` for another thread, and where its answer arrives.
fn answered<T: Send + 'static>(
    work: impl FnOnce(&mut Connection) -> Result<T, Unavailable> + Send + 'static,
) -> (Work, oneshot::Receiver<Result<T, Unavailable>>) {
    let (answer, outcome) = oneshot::channel();
    let work = Box::new(move |connection: &mut Connection| {
        // A caller that went away needs no answer.
        let _ = answer.send(work(connection));
    });
    (work, outcome)
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unavailable {
    Unavailable::new("the database", source)
}

impl From<rusqlite::Error> for Unavailable {
    fn from(source: rusqlite::Error) -> Self {
        unavailable(source)
    }
}

impl From<Arc<rusqlite::Error>> for Unavailable {
    fn from(source: Arc<rusqlite::Error>) -> Self {
        unavailable(source)
    }
}

impl From<BrokenColumn> for Unavailable {
    fn from(source: BrokenColumn) -> Self {
        unavailable(source)
    }
}

impl From<Ended> for Unavailable {
    fn from(source: Ended) -> Self {
        unavailable(source)
    }
}

impl From<BrokenColumn> for NotCommitted {
    fn from(source: BrokenColumn) -> Self {
        Self::NotSent(source.into())
    }
}

impl From<rusqlite::Error> for NotCommitted {
    fn from(source: rusqlite::Error) -> Self {
        match source.sqlite_error().map(|error| error.extended_code) {
            Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::Taken,
            _ => Self::NotSent(source.into()),
        }
    }
}

#[cfg(test)]
mod tests;
