//! Looks whether our clock is that of the others.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::background::told;
use crate::flow::clock_skew::clock_skew;
use crate::flow::context::Service;

/// How often our clock is compared with that of the store.
const AGAIN: Duration = Duration::from_secs(60);
/// By how many seconds they may differ (REQ-21.6).
const APART: u64 = 2;

/// Says so, again and again, while our clock and that of the store are apart.
pub(super) async fn watch_clock(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let mut stopped = pin!(told(stopped));
    loop {
        match clock_skew(&service).await {
            Ok(Some(seconds_ahead)) if seconds_ahead.unsigned_abs() > APART => {
                tracing::error!(
                    seconds_ahead,
                    "the clock of this machine is not that of the database: what one service opens, another one takes \
                     for expired; let all machines follow NTP"
                );
            }
            Ok(seconds_ahead) => tracing::debug!(seconds_ahead, "compared the clocks"),
            Err(fault) => tracing::debug!(%fault, "the clock of the database could not be read"),
        }
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}
