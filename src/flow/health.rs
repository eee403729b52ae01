//! Can the service work, and since when is it so?

use super::context::Context;
use super::ports::Unavailable;
use vpgate_core::base::time::Timestamp;

/// A part of the service.
#[derive(Debug)]
pub struct HealthPart {
    /// `process`, `configuration`, `store`.
    pub name: &'static str,
    /// Whether it works.
    pub works: bool,
    /// Since when that is so, as far as anybody asked.
    pub since: Timestamp,
}

/// Whether others should come here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// They are welcome.
    Ready,
    /// The service works, and is about to stop.
    Stopping,
}

/// Whether the store can answer and write now. Keys need no question: without them the service does not start.
///
/// # Errors
/// When it cannot.
pub async fn ready(context: &Context) -> Result<Readiness, Unavailable> {
    let answer = context.ports.store.ready().await;
    context.health.note_store(answer.is_ok(), context.now);
    answer?;
    let stopping = context.health.noted().stopping.is_some();
    Ok(if stopping { Readiness::Stopping } else { Readiness::Ready })
}

/// The parts, with since when each is as it is.
pub fn parts(context: &Context) -> Vec<HealthPart> {
    let (started, noted) = (context.health.started, context.health.noted());
    let part = |name, works, since| HealthPart { name, works, since };
    let store = noted.store.map(|(works, since)| part("store", works, since));
    let process = part("process", noted.stopping.is_none(), noted.stopping.unwrap_or(started));
    let mut parts = vec![process, part("configuration", true, noted.configuration)];
    parts.extend(store);
    parts
}
