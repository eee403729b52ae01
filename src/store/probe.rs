//! Can the store be written and read now? Asked of the outside as often as anybody likes, and of the database once a
//! second.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::flow::ports::Unavailable;

/// Probes that come closer together share one answer.
const SHARED_FOR: Duration = Duration::from_secs(1);
/// Whoever probes hears within this time, whatever the database does.
const LONGEST: Duration = Duration::from_secs(2);

/// The last probe.
#[derive(Debug, Default)]
pub(super) struct Probe(Mutex<Option<(Instant, bool)>>);

/// Why the database is not ready, where it has no words for it itself.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum NoProbe {
    #[error("it did not answer within two seconds")]
    Slow,
    #[error("it did not answer when it was asked a moment ago")]
    AMomentAgo,
}

impl Probe {
    /// The answer of `ask`, or the one that was given a moment ago.
    pub(super) async fn shared(
        &self,
        ask: impl Future<Output = Result<(), Unavailable>>,
    ) -> Result<(), Unavailable> {
        let slow = |_| Unavailable::new("the database", NoProbe::Slow);
        timeout(LONGEST, self.ask_together(ask)).await.map_err(slow)?
    }

    /// One asks, and those who come meanwhile wait for its answer.
    async fn ask_together(
        &self,
        ask: impl Future<Output = Result<(), Unavailable>>,
    ) -> Result<(), Unavailable> {
        let mut last = self.0.lock().await;
        if let Some((at, good)) = *last
            && at.elapsed() < SHARED_FOR
        {
            return if good { Ok(()) } else { Err(Unavailable::new("the database", NoProbe::AMomentAgo)) };
        }
        // Until there is an answer, the answer is no: this may be given up half way.
        *last = Some((Instant::now(), false));
        let outcome = ask.await;
        *last = Some((Instant::now(), outcome.is_ok()));
        outcome
    }
}
