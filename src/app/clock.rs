//! Looks whether our clock is that of the others.

use crate::flow::clock_skew::clock_skew;
use crate::flow::context::Service;

/// By how many seconds our clock and that of the store may differ (REQ-21.6).
const APART: u64 = 2;

/// Says so when our clock and that of the store are apart.
pub(super) async fn compare(service: &Service) {
    match clock_skew(service).await {
        Ok(Some(seconds_ahead)) if seconds_ahead.unsigned_abs() > APART => {
            tracing::error!(
                seconds_ahead,
                "the clock of this machine is not that of the database: what one service opens, another one takes for \
                 expired; let all machines follow NTP"
            );
        }
        Ok(seconds_ahead) => tracing::debug!(seconds_ahead, "compared the clocks"),
        Err(fault) => tracing::debug!(%fault, "the clock of the database could not be read"),
    }
}
