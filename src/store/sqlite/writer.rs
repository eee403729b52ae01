//! The one thread that writes. While one transaction waits for the disk, further changes queue up;
//! they then share the next transaction, so that many waiting callers cost one flush.
//!
//! A change is answered only after the transaction it was in is durable. One that is lost leaves its neighbours
//! alone: where a part of it has to be undone, the transaction is made once more, with a savepoint for each.

use std::sync::Arc;
use std::thread;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Transaction, TransactionBehavior, ffi, params_from_iter};
use tokio::sync::{mpsc, oneshot};

use super::checkpoints::Checkpoints;
use super::joined::Joined;
use super::watch::Watch;
use crate::flow::ports::{NotCommitted, Unavailable};
use crate::store::steps::{Cell, Step, Unchanged};

/// Changes that may wait; further callers wait to be let in.
const QUEUE: usize = 1024;
/// Changes that share a transaction at most, so that the first of them does not wait long.
const GROUP: usize = 256;

/// Something to do between transactions.
pub(super) type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// The writing thread.
pub(super) struct SqliteWriter {
    jobs: mpsc::Sender<Job>,
    // Dropped after `jobs`: the thread then finishes what it accepted, and is waited for.
    _thread: Joined,
}

enum Job {
    Commit(QueuedWrite),
    Alone(Work),
    Close(oneshot::Sender<()>),
}

struct QueuedWrite {
    steps: Vec<Step>,
    answer: oneshot::Sender<Result<(), NotCommitted>>,
}

/// The thread has ended; only a closed store or a defect brings that about.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("its thread has ended")]
pub(super) struct Ended;

impl SqliteWriter {
    /// Starts the thread. `watch` is asked before each transaction; `checkpoints` end before the connection does.
    pub(super) fn start(
        mut connection: Connection,
        watch: Option<Watch>,
        checkpoints: Option<Checkpoints>,
    ) -> std::io::Result<Self> {
        let (jobs, accepted) = mpsc::channel(QUEUE);
        let thread = Joined::spawn("store-writer", move || {
            let closing = serve(&mut connection, watch.as_ref(), accepted);
            if let Some(Err(fault)) = checkpoints.map(|it| it.end(&mut connection)) {
                tracing::warn!(%fault, "the log may be left beside the database");
            }
            drop(connection);
            for done in closing {
                // Whoever no longer waits need not know.
                let _ = done.send(());
            }
        })?;
        Ok(Self { jobs, _thread: thread })
    }

    /// Whether the thread has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.jobs.is_closed()
    }

    /// How many wait that the next transaction has no room for.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.max_capacity().saturating_sub(self.jobs.capacity()).saturating_sub(GROUP)
    }

    /// Makes the steps of one change; comes back when they are durable.
    pub(super) async fn commit(&self, steps: Vec<Step>) -> Result<(), NotCommitted> {
        let (answer, outcome) = oneshot::channel();
        self.accept(Job::Commit(QueuedWrite { steps, answer })).await.map_err(NotCommitted::NotSent)?;
        outcome.await.map_err(|_| NotCommitted::Unknown(Ended.into()))?
    }

    /// Queues something that wants the connection for itself.
    pub(super) async fn alone(&self, work: Work) -> Result<(), Unavailable> {
        self.accept(Job::Alone(work)).await
    }

    /// Takes no more, finishes what was accepted, closes the connection.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.accept(Job::Close(done)).await.is_ok() {
            // An error means that the thread has ended otherwise: closed as well.
            let _ = closed.await;
        }
    }

    async fn accept(&self, job: Job) -> Result<(), Unavailable> {
        self.jobs.send(job).await.map_err(|_| Ended.into())
    }
}

/// Until nobody can ask any more; gives back who wants to know when the connection is closed.
fn serve(
    connection: &mut Connection,
    watch: Option<&Watch>,
    mut accepted: mpsc::Receiver<Job>,
) -> Vec<oneshot::Sender<()>> {
    let mut jobs = Vec::with_capacity(GROUP);
    let mut closing = Vec::new();
    while accepted.blocking_recv_many(&mut jobs, GROUP) > 0 {
        // On a busy core the next callers are about to ask, and only wait for this thread to let them.
        thread::yield_now();
        while jobs.len() < GROUP
            && let Ok(job) = accepted.try_recv()
        {
            jobs.push(job);
        }
        let mut group = Vec::with_capacity(jobs.len());
        let mut alone = Vec::new();
        for job in jobs.drain(..) {
            match job {
                Job::Commit(waiting) => group.push(waiting),
                Job::Alone(work) => alone.push(work),
                Job::Close(done) => {
                    accepted.close();
                    closing.push(done);
                }
            }
        }
        if !group.is_empty() {
            commit_group(connection, watch, group);
        }
        for work in alone {
            work(connection);
        }
    }
    closing
}

fn commit_group(connection: &mut Connection, watch: Option<&Watch>, group: Vec<QueuedWrite>) {
    match transact(connection, watch, &group) {
        Ok(outcomes) => {
            for (waiting, outcome) in group.into_iter().zip(outcomes) {
                let _ = waiting.answer.send(outcome);
            }
        }
        // Also those that lost: they may have lost to a change that is undone now.
        Err(Aborted { why, unknown }) => {
            let why = Arc::new(why);
            let outcome = if unknown { NotCommitted::Unknown } else { NotCommitted::NotSent };
            for waiting in group {
                let _ = waiting.answer.send(Err(outcome(Arc::clone(&why).into())));
            }
        }
    }
}

/// What became of a change.
type Committed = Result<(), NotCommitted>;

/// Why a transaction ended early.
struct Aborted {
    why: rusqlite::Error,
    /// It was being committed: what is in the log by then may be found there by the next who opens the file.
    unknown: bool,
}

impl From<rusqlite::Error> for Aborted {
    fn from(why: rusqlite::Error) -> Self {
        Self { why, unknown: false }
    }
}

fn transact(
    connection: &mut Connection,
    watch: Option<&Watch>,
    group: &[QueuedWrite],
) -> Result<Vec<Committed>, Aborted> {
    // What is written into a file that was removed is not durable, whatever the disk says.
    watch.map_or(Ok(()), Watch::still_there)?;
    // Hardly ever is a change undone when a part of it is done, and for each savepoint SQLite keeps what a page was.
    match all_of(connection, group, Apart::No)? {
        Some(outcomes) => Ok(outcomes),
        None => all_of(connection, group, Apart::BySavepoints)?.ok_or_else(|| ended_by_itself().into()),
    }
}

/// How changes are kept apart that share a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Apart {
    /// Not at all: what has to be undone takes the others along.
    No,
    /// Each in a savepoint of its own.
    BySavepoints,
}

/// Makes the changes in one transaction. `None` where they were not kept apart and one has to be undone: then nothing
/// was done.
fn all_of(
    connection: &mut Connection,
    group: &[QueuedWrite],
    apart: Apart,
) -> Result<Option<Vec<Committed>>, Aborted> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut outcomes = Vec::with_capacity(group.len());
    for waiting in group {
        let Some(outcome) = make_or_undo(&transaction, &waiting.steps, apart)? else { return Ok(None) };
        outcomes.push(outcome);
    }
    transaction.commit().map_err(|why| Aborted { why, unknown: true })?;
    Ok(Some(outcomes))
}

/// The outer error means that the transaction cannot go on. Some faults, a full disk for one, end a
/// transaction of their own accord; this notices. `None`: it has to be undone, and cannot be by itself.
fn make_or_undo(
    transaction: &Transaction<'_>,
    steps: &[Step],
    apart: Apart,
) -> rusqlite::Result<Option<Committed>> {
    // SQLite undoes a statement that fails: a savepoint around a single one would only cost time.
    let saved = apart == Apart::BySavepoints && steps.len() > 1;
    let run = |sql| transaction.prepare_cached(sql)?.execute([]);
    if saved {
        run("SAVEPOINT change")?;
    }
    let mut done = 0;
    let outcome = steps.iter().try_for_each(|step| {
        made(execute(transaction, step), step)?;
        done += 1;
        Ok(())
    });
    if transaction.is_autocommit() {
        return Err(ended_by_itself());
    }
    let undo = done > 0 && outcome.as_ref().is_err_and(|stopped: &Stopped| stopped.undo);
    if undo && !saved {
        return Ok(None);
    }
    if undo {
        run("ROLLBACK TO change")?;
    }
    if saved {
        run("RELEASE change")?;
    }
    Ok(Some(outcome.map_err(|stopped| stopped.why)))
}

/// Why a change goes no further.
struct Stopped {
    why: NotCommitted,
    /// Whether what its steps did so far is undone.
    undo: bool,
}

fn made(changed: rusqlite::Result<usize>, step: &Step) -> Result<(), Stopped> {
    match (changed, step.unchanged) {
        (Ok(0), Unchanged::Undo) => Err(Stopped { why: NotCommitted::Lost, undo: true }),
        (Ok(0), Unchanged::KeepCounts) => Err(Stopped { why: NotCommitted::Lost, undo: false }),
        (Ok(0), Unchanged::Taken) => Err(Stopped { why: NotCommitted::Taken, undo: true }),
        (Ok(_), _) => Ok(()),
        (Err(fault), _) => Err(Stopped { why: fault.into(), undo: true }),
    }
}

/// How many rows it changed.
fn execute(connection: &Connection, step: &Step) -> rusqlite::Result<usize> {
    let run = |sql| {
        let mut statement = connection.prepare_cached(sql)?;
        debug_assert!(
            (1..=step.cells.len()).all(|n| ["$", "?"]
                .iter()
                .any(|mark| statement.parameter_index(&format!("{mark}{n}")) == Ok(Some(n)))),
            "parameters appear in the order of their numbers: {sql}"
        );
        statement.execute(params_from_iter(&step.cells))
    };
    match step.sql.sqlite_first.map(run).transpose()? {
        None | Some(0) => run(step.sql.sqlite),
        Some(changed) => Ok(changed),
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn ended_by_itself() -> rusqlite::Error {
    let why = "the transaction was rolled back".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK), Some(why))
}

#[cfg(test)]
mod tests;
