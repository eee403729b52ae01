//! One change, and what is known of it. The answer of a store can be lost while the change is made: a connection
//! breaks, a database fails over. Then the change's question is asked, once, before anybody is told anything.

use tracing::Instrument as _;

use super::measure;
use super::ports::{NotCommitted, Store, Unavailable};
use crate::metrics::{Metrics, Stopwatch};
use crate::spans;
use vpgate_core::change::{Change, Outcome};

/// Why a change was not made, as far as a use case must know.
#[derive(Debug, thiserror::Error)]
pub(in crate::flow) enum NotMade {
    /// The state it would have left was left by somebody else first.
    #[error("somebody was first")]
    Lost,
    /// A value that must be unique is in use.
    #[error("a unique value is in use")]
    Taken,
    /// The store is unavailable. When the failure is to be asked about soon, the change may have been made.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// Whether a change was made, where it is no fault that somebody was first.
///
/// # Errors
/// When the store is unavailable.
pub(in crate::flow) fn was_first(committed: Result<(), NotMade>) -> Result<bool, Unavailable> {
    match committed {
        Ok(()) => Ok(true),
        Err(NotMade::Lost | NotMade::Taken) => Ok(false),
        Err(NotMade::Failed(source)) => Err(source),
    }
}

/// Makes one change; comes back when it is durable, or when it is known why it was not made. What was made is
/// counted.
///
/// # Errors
/// [`NotMade`]
pub(in crate::flow) async fn commit(
    store: &dyn Store,
    metrics: &Metrics,
    change: &Change,
) -> Result<(), NotMade> {
    let took = Stopwatch::start();
    let answer = store.commit(change).instrument(spans::change(change.name())).await;
    metrics.store_seconds.observe([change.name()], took.elapsed());
    metrics.changes.add([change.name(), result_name(&answer)]);
    let made = match answer {
        Err(NotCommitted::Unknown(why)) => find_out(store, change, why).await,
        known => told(known),
    };
    if made.is_ok() {
        measure::made(metrics, change);
    }
    made
}

fn result_name(answer: &Result<(), NotCommitted>) -> &'static str {
    match answer {
        Ok(()) => "ok",
        Err(NotCommitted::Lost) => "lost",
        Err(NotCommitted::Taken) => "taken",
        Err(NotCommitted::NotSent(_)) => "not_sent",
        Err(NotCommitted::Unknown(_)) => "unknown",
    }
}

async fn find_out(store: &dyn Store, change: &Change, why: Unavailable) -> Result<(), NotMade> {
    let open = |why: Unavailable| NotMade::Failed(why.to_be_asked_soon());
    let Some(question) = change.question() else { return Err(open(why)) };
    let outcome = store.ask(question).await;
    tracing::warn!(change = change.name(), ?outcome, "the answer of the store was lost");
    match outcome {
        Ok(Outcome::Ours) => Ok(()),
        Ok(Outcome::Lost) => Err(NotMade::Lost),
        Ok(Outcome::Open) | Err(_) => Err(open(why)),
    }
}

fn told(known: Result<(), NotCommitted>) -> Result<(), NotMade> {
    known.map_err(|why| match why {
        NotCommitted::Lost => NotMade::Lost,
        NotCommitted::Taken => NotMade::Taken,
        NotCommitted::NotSent(why) => NotMade::Failed(why),
        NotCommitted::Unknown(why) => NotMade::Failed(why.to_be_asked_soon()),
    })
}
