//! PostgreSQL: shared by as many processes as there are, in a schema for each deployment.
//!
//! A change is one statement (`postgres/compose.rs`), made durable before it is answered. It is answered by `Lost`,
//! `Taken` and so on as SQLite answers, also when many come at once: what a statement decides by is in rows that it
//! has locked.

mod cells;
mod columns;
mod compose;
pub(super) mod copy;
mod database;
mod deliveries;
mod events;
mod fault;
mod looks;
mod pool;
mod schema;
mod service;
mod sweep;
mod texts;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_postgres::Row;

use self::database::Database;
pub use self::fault::PostgresFault;
use self::looks::Looks;
use self::pool::Durability;
pub use self::service::{check, migrate, use_with, used_with};
use self::sweep::CountersSwept;
use self::texts::Statement;
use super::probe::Probe;
use super::row::{
    self, AuthorizationRow, ChainRow, FamilyRow, GrantRow, NoticeRow, PresentationRow, ReceiptRow, SessionRow,
};
use super::select::{self, AuthorizationKey, Columns as _, FamilyKey, GrantKey, PresentationKey, SessionKey};
use super::steps::{Cell, Unchanged, steps};
use super::{OpenFault, asking};
use crate::config::PostgresStorage;
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

/// The slots of a counter that count now, oldest first.
const COUNTED: &str =
    "SELECT slot, number FROM attempts CROSS JOIN LATERAL unnest(slots, counts) AS counted(slot, number)
     WHERE what = $1 AND who = $2 AND slot > $3 AND slot <= $4 AND number > 0 ORDER BY slot";

/// Those who begin a presentation for the same relying party do so one after the other: they count what is open. So do
/// those who give its events their places.
const TURN: &str = "INSERT INTO turns AS mine (who, last) VALUES ($1, $2)
     ON CONFLICT (who) DO UPDATE SET last = greatest(mine.last, excluded.last)";

/// The clock of the server, when it comes to answer.
const NOW: &str = "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint";

/// Written to see whether writing works.
const PROBE: &str = "UPDATE service SET probes = (probes + 1) % 1000000 WHERE id = 1";

/// Over what is there, of grants that are still pending. Locked in one order, whichever replica writes.
const WRITE_PACES: &str = "UPDATE grants SET interval_ms = pace.interval_ms, last_polled = pace.last_polled
     FROM (SELECT id FROM grants
           WHERE id IN (SELECT id FROM json_to_recordset($1::json) AS wanted(id text)) AND state = 'pending'
           ORDER BY id FOR NO KEY UPDATE) AS held
          JOIN json_to_recordset($1::json) AS pace(id text, interval_ms bigint, last_polled bigint)
               ON pace.id = held.id
     WHERE grants.id = held.id";

/// Changes that may be under way: more than ever wait for a connection.
const UNDER_WAY: u32 = 100_000;

/// Grants and presentations in PostgreSQL.
pub struct PostgresStore {
    database: Database,
    looks: Looks,
    probe: Probe,
    counters_swept: CountersSwept,
    /// A permit for each change that is under way.
    under_way: Semaphore,
}

impl PostgresStore {
    /// Opens `storage`, whose schema must be of a version that this program works with: [`migrate`]. Blocks: call it
    /// while starting.
    ///
    /// # Errors
    /// [`OpenFault`]
    pub fn open(storage: &PostgresStorage) -> Result<Arc<Self>, OpenFault> {
        Self::open_noting(storage, None)
    }

    /// Opens the schema for a service with these keys: it remembers their digest.
    ///
    /// # Errors
    /// Those of [`Self::open`], and [`OpenFault::OtherKeys`]
    pub fn open_for(storage: &PostgresStorage, keys: &Digest) -> Result<Arc<Self>, OpenFault> {
        Self::open_noting(storage, Some(keys))
    }

    fn open_noting(storage: &PostgresStorage, keys: Option<&Digest>) -> Result<Arc<Self>, OpenFault> {
        let statements = service::prepare(storage, keys)?;
        let database = Database::new(storage, statements)?;
        let under_way = Semaphore::new(UNDER_WAY as usize);
        let (looks, probe, counters_swept) = <(Looks, Probe, CountersSwept)>::default();
        Ok(Arc::new(Self { database, looks, probe, counters_swept, under_way }))
    }

    /// What is found may be a commit that was made to stop waiting for its standby. Another one, which comes after
    /// it, waits for it too.
    async fn standbys_have_it_too(&self) -> Result<(), Unavailable> {
        let probe = self.statement(PROBE, Vec::new());
        self.database.execute(Durability::Durable, None, &probe).await?;
        Ok(())
    }

    /// The row that a look-up finds.
    async fn row(&self, sql: &'static str, cells: &[Cell]) -> Result<Option<Row>, Unavailable> {
        Ok(self.database.rows(sql, cells).await?.into_iter().next())
    }

    async fn found_grant(&self, by: GrantKey, key: Cell) -> Result<Option<DeviceGrant>, Unavailable> {
        let Some(found) = self.row(by.select(), &[key]).await? else { return Ok(None) };
        Ok(Some(GrantRow::read(&found)?.restore()?))
    }

    async fn found_presentation(
        &self,
        by: PresentationKey,
        key: &str,
    ) -> Result<Option<Presentation>, Unavailable> {
        let Some(found) = self.row(by.select(), &[key.to_owned().into()]).await? else { return Ok(None) };
        Ok(Some(PresentationRow::read(&found)?.restore()?))
    }

    async fn found_authorization(
        &self,
        by: AuthorizationKey,
        key: Cell,
    ) -> Result<Option<CodeGrant>, Unavailable> {
        let Some(found) = self.row(by.select(), &[key]).await? else { return Ok(None) };
        Ok(Some(AuthorizationRow::read(&found)?.restore()?))
    }

    async fn found_family(&self, by: FamilyKey, key: Cell) -> Result<Option<Family>, Unavailable> {
        let Some(found) = self.row(by.select(), &[key]).await? else { return Ok(None) };
        Ok(Some(FamilyRow::read(&found)?.restore()?))
    }

    async fn found_session(&self, by: SessionKey, key: Cell) -> Result<Option<Session>, Unavailable> {
        let Some(found) = self.row(by.select(), &[key]).await? else { return Ok(None) };
        Ok(Some(SessionRow::read(&found)?.restore()?))
    }

    async fn found_receipts(
        &self,
        sql: &'static str,
        cells: &[Cell],
    ) -> Result<Vec<KeptReceipt>, Unavailable> {
        let rows = self.database.rows(sql, cells).await?;
        rows.iter().map(|row| Ok(ReceiptRow::read(row)?.restore()?)).collect()
    }

    async fn found_chains(&self, sql: &'static str, cells: &[Cell]) -> Result<Vec<GrownChain>, Unavailable> {
        let rows = self.database.rows(sql, cells).await?;
        rows.iter().map(|row| Ok(ChainRow::read(row)?.restore()?)).collect()
    }

    /// One of our own statements, with its tables in our schema.
    fn statement(&self, text: &'static str, cells: Vec<Cell>) -> Statement {
        Statement { text: self.database.texts.one(text), cells }
    }

    /// What has to be waited for before `change` may count rows that others write.
    fn turn(&self, change: &Change) -> Option<Statement> {
        let (who, at) = match change {
            Change::BeginForClient { presentation, at, .. } => {
                (presentation.request().requester.client_id().to_owned(), at)
            }
            Change::PlaceEvents { client_id, at } => (format!("events {client_id}"), at),
            _ => return None,
        };
        Some(self.statement(TURN, vec![who.into(), (*at).into()]))
    }

    async fn write_and_read(&self) -> Result<(), Unavailable> {
        self.database.execute(Durability::Durable, None, &self.statement(PROBE, Vec::new())).await?;
        self.row("SELECT probes FROM service WHERE id = 1", &[]).await.map(drop)
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn grant_by_device_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable> {
        self.found_grant(GrantKey::DeviceCode, digest.into()).await
    }

    async fn pending_pace(&self, device_code: &Digest) -> Result<Option<Pace>, Unavailable> {
        self.looks.at(&self.database, device_code).await
    }

    /// Only the database knows what other replicas write.
    fn mark(&self, _: &Digest) -> Option<Mark> {
        None
    }

    fn holds(&self, _: &Digest, _: Mark) -> bool {
        false
    }

    async fn write_paces(&self, paces: Vec<(GrantId, Pace)>) -> Result<(), Unavailable> {
        let pace = |(id, pace): &(GrantId, Pace)| {
            let last = pace.last().map(|last| last.unix());
            json!({ "id": id.as_str(), "interval_ms": row::interval_ms(*pace), "last_polled": last })
        };
        let paces = Value::Array(paces.iter().map(pace).collect()).to_string();
        let statement = self.statement(WRITE_PACES, vec![paces.into()]);
        self.database.execute(Durability::Swift, None, &statement).await?;
        Ok(())
    }

    async fn grant_by_user_code(&self, digest: &Digest) -> Result<Option<DeviceGrant>, Unavailable> {
        self.found_grant(GrantKey::UserCode, digest.into()).await
    }

    async fn grant(&self, id: &GrantId) -> Result<Option<DeviceGrant>, Unavailable> {
        self.found_grant(GrantKey::Id, id.as_str().to_owned().into()).await
    }

    async fn presentation(&self, id: &PresentationId) -> Result<Option<Presentation>, Unavailable> {
        self.found_presentation(PresentationKey::Id, id.as_str()).await
    }

    async fn presentation_by_handle(&self, handle: &Handle) -> Result<Option<Presentation>, Unavailable> {
        self.found_presentation(PresentationKey::Handle, handle.as_str()).await
    }

    async fn presentation_by_state(&self, state: &RequestState) -> Result<Option<Presentation>, Unavailable> {
        self.found_presentation(PresentationKey::RequestState, state.as_str()).await
    }

    async fn open_presentations(
        &self,
        client_id: &str,
        now: Timestamp,
    ) -> Result<OpenPresentations, Unavailable> {
        let cells = [client_id.to_owned().into(), now.into()];
        let Some(found) = self.row(select::OPEN_PRESENTATIONS, &cells).await? else {
            return Ok(OpenPresentations::default());
        };
        let count = found.integer(0)?.and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX);
        Ok(OpenPresentations { count, soonest: found.integer(1)?.map(Timestamp::from_unix) })
    }

    async fn attempts(&self, attempt: &Attempt) -> Result<Vec<(Timestamp, u32)>, Unavailable> {
        let cells = [
            attempt.what().name().into(),
            attempt.who().into(),
            attempt.counted_after().into(),
            attempt.counted_until().into(),
        ];
        let rows = self.database.rows(COUNTED, &cells).await?;
        let slot = |row: &Row| -> Result<_, Unavailable> {
            let (slot, number) = (row.integer(0)?.unwrap_or_default(), row.integer(1)?.unwrap_or_default());
            Ok((Timestamp::from_unix(slot), u32::try_from(number).unwrap_or(u32::MAX)))
        };
        rows.iter().map(slot).collect()
    }

    async fn pushed_request(&self, handle: &Digest) -> Result<Option<PushedRequest>, Unavailable> {
        let Some(found) = self.row(select::PUSHED_REQUEST, &[handle.into()]).await? else { return Ok(None) };
        let request = row::from_json(&found.some_text(0)?, "request")?;
        let expires_at = Timestamp::from_unix(found.integer(1)?.unwrap_or_default());
        Ok(Some(PushedRequest { request, expires_at }))
    }

    async fn authorization(&self, id: &AuthorizationId) -> Result<Option<CodeGrant>, Unavailable> {
        self.found_authorization(AuthorizationKey::Id, id.as_str().to_owned().into()).await
    }

    async fn authorization_by_code(&self, code: &Digest) -> Result<Option<CodeGrant>, Unavailable> {
        self.found_authorization(AuthorizationKey::Code, code.into()).await
    }

    async fn access_token(&self, digest: &Digest) -> Result<Option<(IssuedAccess, Family)>, Unavailable> {
        let Some(found) = self.row(select::ACCESS_TOKEN, &[digest.into()]).await? else { return Ok(None) };
        let token = found.some_text(select::ACCESS_TOKEN_AT)?;
        Ok(Some((row::from_json(&token, "token")?, FamilyRow::read(&found)?.restore()?)))
    }

    async fn client_token(&self, digest: &Digest) -> Result<Option<ClientToken>, Unavailable> {
        let Some(found) = self.row(select::CLIENT_TOKEN, &[digest.into()]).await? else { return Ok(None) };
        Ok(Some(row::from_json(&found.some_text(0)?, "token")?))
    }

    async fn family_by_lineage(&self, lineage: &Digest) -> Result<Option<Family>, Unavailable> {
        self.found_family(FamilyKey::Lineage, lineage.into()).await
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<Family>, Unavailable> {
        self.found_family(FamilyKey::Id, id.as_str().to_owned().into()).await
    }

    async fn family_by_origin(&self, origin: &Origin) -> Result<Option<Family>, Unavailable> {
        self.found_family(FamilyKey::Origin, origin.key().into()).await
    }

    async fn used_by(&self, what: WorksOnce<'_>) -> Result<Option<Option<Digest>>, Unavailable> {
        let (sql, key) = select::used_by(what);
        let Some(found) = self.row(sql, &[(&key).into()]).await? else { return Ok(None) };
        Ok(Some(row::digest(found.bytes(0)?, "used_by")?))
    }

    async fn session(&self, id: &SessionId) -> Result<Option<Session>, Unavailable> {
        self.found_session(SessionKey::Id, id.as_str().to_owned().into()).await
    }

    async fn session_by_cookie(&self, cookie: &Digest) -> Result<Option<Session>, Unavailable> {
        self.found_session(SessionKey::Cookie, cookie.into()).await
    }

    async fn due_notices(&self, now: Timestamp, limit: usize) -> Result<Vec<WaitingNotice>, Unavailable> {
        let cells = [now.into(), limited(limit)];
        let rows = self.database.rows(select::DUE_NOTICES, &cells).await?;
        rows.iter().map(|row| Ok(NoticeRow::read(row)?.restore()?)).collect()
    }

    async fn receipt(&self, presentation: &PresentationId) -> Result<Option<KeptReceipt>, Unavailable> {
        let cells = [presentation.as_str().to_owned().into()];
        Ok(self.found_receipts(select::RECEIPT, &cells).await?.into_iter().next())
    }

    async fn clients_with_waiting_receipts(&self, limit: usize) -> Result<Vec<String>, Unavailable> {
        let cells = [Cell::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        let rows = self.database.rows(select::CLIENTS_WITH_WAITING_RECEIPTS, &cells).await?;
        rows.iter().map(|row| Ok(row.some_text(0)?)).collect()
    }

    async fn waiting_receipts(&self, client_id: &str, limit: usize) -> Result<Vec<KeptReceipt>, Unavailable> {
        let limit = Cell::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        self.found_receipts(select::WAITING_RECEIPTS, &[client_id.to_owned().into(), limit]).await
    }

    async fn receipt_chain(&self, client_id: &str) -> Result<Option<ChainHead>, Unavailable> {
        let found = self.found_chains(select::RECEIPT_CHAIN, &[client_id.to_owned().into()]).await?;
        Ok(found.first().map(|chain| chain.head))
    }

    async fn grown_chains(&self, before: Timestamp, limit: usize) -> Result<Vec<GrownChain>, Unavailable> {
        let cells = [before.into(), Cell::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        self.found_chains(select::GROWN_CHAINS, &cells).await
    }

    async fn receipt_checkpoint(&self, client_id: &str) -> Result<Option<String>, Unavailable> {
        let found = self.row(select::CHECKPOINT, &[client_id.to_owned().into()]).await?;
        Ok(found.map(|row| row.text(0)).transpose()?.flatten())
    }

    async fn audit_notes(&self, limit: usize) -> Result<Vec<WaitingNote>, Unavailable> {
        let rows = self.database.rows(select::AUDIT_NOTES, &[limited(limit)]).await?;
        rows.iter().map(|row| Ok(row::waiting_note(&row.some_text(0)?, row.some_text(1)?)?)).collect()
    }

    async fn audit_newest(&self) -> Result<Option<(u64, String)>, Unavailable> {
        let Some(found) = self.row(select::AUDIT_NEWEST, &[]).await? else { return Ok(None) };
        Ok(Some(row::audit_line(found.integer(0)?.unwrap_or_default(), found.some_text(1)?)?))
    }

    async fn audit_lines(&self, after: u64, limit: usize) -> Result<Vec<(u64, String)>, Unavailable> {
        let after = Cell::Integer(i64::try_from(after).unwrap_or(i64::MAX));
        let rows = self.database.rows(select::AUDIT_LINES, &[after, limited(limit)]).await?;
        let line = |row: &Row| Ok(row::audit_line(row.integer(0)?.unwrap_or_default(), row.some_text(1)?)?);
        rows.iter().map(line).collect()
    }

    async fn ask(&self, question: Question<'_>) -> Result<Outcome, Unavailable> {
        let outcome = asking::ask(self, question).await?;
        if outcome == Outcome::Ours {
            self.standbys_have_it_too().await?;
        }
        Ok(outcome)
    }

    async fn commit(&self, change: &Change) -> Result<(), NotCommitted> {
        let closing = |_| NotCommitted::NotSent(closed());
        let _permit = self.under_way.acquire().await.map_err(closing)?;
        let turn = self.turn(change);
        let steps = steps(change)?;
        if steps.is_empty() {
            return Ok(());
        }
        let statement = self.database.texts.of_steps(steps);
        match self.database.execute(Durability::Durable, turn.as_ref(), &statement).await {
            Ok(0) => match statement.text.unchanged {
                Unchanged::Undo | Unchanged::KeepCounts => Err(NotCommitted::Lost),
                Unchanged::Taken => Err(NotCommitted::Taken),
                Unchanged::GoOn => Ok(()),
            },
            Ok(_) => Ok(()),
            Err(fault) if fault.is_taken() => Err(NotCommitted::Taken),
            Err(fault) => {
                tracing::debug!(change = change.name(), %fault, "a change was not acknowledged");
                let is_known = !matches!(fault, PostgresFault::NoAnswer(_));
                let fault = Unavailable::from(fault);
                Err(if is_known { NotCommitted::NotSent(fault) } else { NotCommitted::Unknown(fault) })
            }
        }
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<Swept, Unavailable> {
        Ok(sweep::sweep(&self.database, &self.counters_swept, now, limit).await?)
    }

    /// The server removes old versions of rows by itself (autovacuum).
    async fn forget_old_versions(&self) -> Result<(), Unavailable> {
        Ok(())
    }

    async fn time(&self) -> Result<Option<Timestamp>, Unavailable> {
        let now = self.row(NOW, &[]).await?;
        Ok(now.map(|row| row.integer(0)).transpose()?.flatten().map(Timestamp::from_unix))
    }

    fn waiting(&self) -> usize {
        self.database.waiting()
    }

    async fn close(&self) {
        // An error means that somebody else has closed it.
        let all = self.under_way.acquire_many(UNDER_WAY).await;
        self.under_way.close();
        self.database.close();
        drop(all);
    }

    async fn ready(&self) -> Result<(), Unavailable> {
        if self.under_way.is_closed() {
            return Err(closed());
        }
        self.probe.shared(self.write_and_read()).await
    }
}

fn limited(limit: usize) -> Cell {
    Cell::Integer(i64::try_from(limit).unwrap_or(i64::MAX))
}

fn closed() -> Unavailable {
    Unavailable::new("the database", "it is closed")
}

impl From<PostgresFault> for Unavailable {
    fn from(source: PostgresFault) -> Self {
        Self::new("the database", source)
    }
}

impl From<tokio_postgres::Error> for Unavailable {
    fn from(source: tokio_postgres::Error) -> Self {
        PostgresFault::unreadable(&source).into()
    }
}
