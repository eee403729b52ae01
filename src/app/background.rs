//! What runs beside the endpoints until the service stops: sweeping, writing paces behind, telling clients of events and
//! of logouts, signing receipts, keeping the audit log, looking for what is followed here and
//! at the clock.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock;
use super::deliveries::{self, Webhooks};
use crate::flow;
use crate::flow::audit::Sealer;
use crate::flow::context::{Context, Service};
use crate::flow::ports::{Swept, Unavailable};
use crate::flow::sweep::Sweeper;
use crate::metrics::Metrics;
use vpgate_core::audit::{AuditDetails, AuditKind};

/// How often expired rows are removed.
const SWEEP: Duration = Duration::from_secs(60);
/// How long what was noted about polls waits for being written: a crash loses that much of it.
const WRITE_BEHIND: Duration = Duration::from_secs(1);
/// How long it waits when the store was unavailable.
const WRITE_AGAIN: Duration = Duration::from_secs(10);
/// How often it is asked whether a client has to be told of a logout.
const DELIVERIES: Duration = Duration::from_secs(2);
/// How often it is looked up how far presentations are that somebody follows.
const LOOKS: Duration = Duration::from_millis(300);
/// How often it is asked what has expired.
const EXPIRIES: Duration = Duration::from_secs(1);
/// How often receipts that wait are signed.
const SEAL: Duration = Duration::from_secs(1);
/// How often it is asked whether a webhook is due.
const WEBHOOKS: Duration = Duration::from_millis(500);
/// How often it is measured what waits for webhooks.
const MEASURED: Duration = Duration::from_secs(15);
/// How often what was noted gets its place in the audit log.
const SEALED: Duration = Duration::from_secs(2);
/// In every so many of these rounds what was counted in memory is noted: once a minute.
const NOTED_EVERY: u64 = 30;
/// How often our clock is compared with that of the store.
const CLOCK: Duration = Duration::from_secs(60);
/// How long the last sweep may take.
const LAST_SWEEP: Duration = Duration::from_secs(5);

/// Starts all of it.
pub(super) fn begin(service: &Arc<Service>, stopped: &watch::Receiver<()>) -> Vec<JoinHandle<()>> {
    vec![
        start(sweep(Arc::clone(service), stopped.clone())),
        start(write_paces(Arc::clone(service), stopped.clone())),
        start(tell_expiries(Arc::clone(service), stopped.clone())),
        start(seal_receipts(Arc::clone(service), stopped.clone())),
        start(look(Arc::clone(service), stopped.clone())),
        start(tell_logouts(Arc::clone(service), stopped.clone())),
        start(send_webhooks(Arc::clone(service), stopped.clone())),
        start(measure_webhooks(Arc::clone(service), stopped.clone())),
        start(keep_audit_log(Arc::clone(service), stopped.clone())),
        start(watch_clock(Arc::clone(service), stopped.clone())),
    ]
}

/// What must not wait until the service is started again.
pub(super) async fn end(service: &Service) {
    let _tried_for_the_last_time = write_paces_once(service).await;
    let _what_waits_is_signed_after_the_next_start = seal_receipts_once(service).await;
    tell_audit_fault(end_audit_log(&service.context()).await);
    // What has expired must not stay on the disk.
    if tokio::time::timeout(LAST_SWEEP, sweep_once(service)).await.is_err() {
        tracing::warn!("there was too much to remove before the end; the next start goes on");
    }
}

async fn sweep(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let mut stopped = pin!(told(stopped));
    let mut sweeper = None;
    let first = sweep_in_turn(&mut sweeper, &service.context()).await;
    if matches!(first, Ok(None)) {
        // At once after the start, whoever's turn it is: perhaps nobody has swept while the service was stopped.
        sweep_once(&service).await;
    }
    loop {
        tokio::select! {
            () = &mut stopped => break,
            () = tokio::time::sleep(SWEEP) => {}
        }
        tell_swept(&service, sweep_in_turn(&mut sweeper, &service.context()).await);
    }
    if let Some(sweeper) = sweeper
        && let Err(fault) = sweeper.hand_over(&service.context()).await
    {
        tracing::debug!(%fault, "the others have to wait for their turn to sweep");
    }
}

async fn sweep_in_turn(
    sweeper: &mut Option<Sweeper>,
    context: &Context,
) -> Result<Option<Swept>, Unavailable> {
    let sweeper = match sweeper {
        Some(sweeper) => sweeper,
        None => sweeper.insert(Sweeper::new(context)?),
    };
    sweeper.sweep_in_turn(context).await
}

async fn sweep_once(service: &Service) {
    tell_swept(service, flow::sweep::sweep(&service.context()).await.map(Some));
}

fn tell_swept(service: &Service, swept: Result<Option<Swept>, Unavailable>) {
    match swept {
        Ok(Some(swept)) => {
            tracing::debug!(swept.grants, swept.presentations, swept.tokens, swept.attempts, "swept");
            count_swept(service.metrics(), swept);
        }
        Ok(None) => tracing::debug!("another process sweeps"),
        Err(fault) => {
            tracing::warn!(%fault, reason = %fault.source, "the sweep stopped half way; the next one goes on");
        }
    }
}

fn count_swept(metrics: &Metrics, swept: Swept) {
    for (what, count) in swept.counts() {
        metrics.swept.add_many([what], u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// Does `work` after `wait`, and after as long as it says each time, until the service stops.
async fn repeat(
    service: Arc<Service>,
    stopped: watch::Receiver<()>,
    mut wait: Duration,
    mut work: impl AsyncFnMut(&Service) -> Duration,
) {
    let mut stopped = pin!(told(stopped));
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = work(&service).await;
    }
}

async fn write_paces(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let write = async |service: &Service| {
        if write_paces_once(service).await { WRITE_BEHIND } else { WRITE_AGAIN }
    };
    repeat(service, stopped, WRITE_BEHIND, write).await;
}

async fn write_paces_once(service: &Service) -> bool {
    let written = flow::device::write_paces(&service.context()).await;
    if let Err(fault) = &written {
        tracing::warn!(%fault, "how often devices ask was not written; it is tried again");
    }
    written.is_ok()
}

/// Signs receipts behind the decisions.
async fn seal_receipts(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let seal = async |service: &Service| if seal_receipts_once(service).await { SEAL } else { WRITE_AGAIN };
    repeat(service, stopped, SEAL, seal).await;
}

async fn seal_receipts_once(service: &Service) -> bool {
    let sealed = flow::receipts::seal_behind(&service.context()).await;
    if let Err(fault) = &sealed {
        tracing::warn!(%fault, reason = %fault.source, "receipts were not signed; they are later");
    }
    sealed.is_ok()
}

/// Tells clients of logouts, until the service stops: what was not told then is told after the next start.
async fn tell_logouts(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let mut stopped = pin!(told(stopped));
    loop {
        deliveries::tell_logouts(&service).await;
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(DELIVERIES) => {}
        }
    }
}

/// Tells clients of presentations that nobody answered.
async fn tell_expiries(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let tell = async |service: &Service| match flow::events::expiry::tell(&service.context()).await {
        Ok(()) => EXPIRIES,
        Err(fault) => {
            tracing::warn!(%fault, "clients were not told of what expired; it is tried again");
            WRITE_AGAIN
        }
    };
    repeat(service, stopped, EXPIRIES, tell).await;
}

/// Tells those who follow presentations here what other processes wrote; sends them away in the end.
async fn look(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let mut stopped = pin!(told(stopped));
    loop {
        tokio::select! {
            () = &mut stopped => break,
            () = tokio::time::sleep(LOOKS) => {}
        }
        if let Err(fault) = flow::events::follow::look(&service.context()).await {
            tracing::warn!(%fault, "what is followed could not be looked up");
            tokio::time::sleep(WRITE_BEHIND).await;
        }
    }
    service.send_followers_away();
}

/// Sends webhooks, until the service stops. Then those on their way are answered; the rest is sent after the next
/// start.
async fn send_webhooks(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let mut stopped = pin!(told(stopped));
    let mut webhooks = Webhooks::default();
    loop {
        webhooks.begin_due(&service).await;
        tokio::select! {
            () = &mut stopped => break,
            () = tokio::time::sleep(WEBHOOKS) => {}
            () = webhooks.one_ended() => {}
        }
    }
    webhooks.all_ended().await;
}

/// Measures what waits for webhooks.
async fn measure_webhooks(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let measure = async |service: &Service| {
        if let Err(fault) = flow::webhooks::measure::measure(&service.context()).await {
            tracing::debug!(%fault, "what waits for webhooks was not measured");
        }
        MEASURED
    };
    repeat(service, stopped, Duration::ZERO, measure).await;
}

/// Gives what was noted its place in the audit log.
async fn keep_audit_log(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let mut stopped = pin!(told(stopped));
    let mut sealer = Sealer::default();
    tell_audit_fault(begin_audit_log(&service.context()).await);
    for round in 0_u64.. {
        if round % NOTED_EVERY == 0 {
            tell_audit_fault(flow::audit::tell_what_was_counted(&service.context()).await);
        }
        tell_audit_fault(flow::audit::seal(&service.context(), &mut sealer).await);
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(SEALED) => {}
        }
    }
}

/// Says so, again and again, while our clock and that of the store are apart.
async fn watch_clock(service: Arc<Service>, stopped: watch::Receiver<()>) {
    let compare = async |service: &Service| {
        clock::compare(service).await;
        CLOCK
    };
    repeat(service, stopped, Duration::ZERO, compare).await;
}

async fn begin_audit_log(context: &Context) -> Result<(), Unavailable> {
    let version = AuditDetails { reason: Some(env!("CARGO_PKG_VERSION")), ..AuditDetails::default() };
    flow::audit::tell(context, AuditKind::ServiceStarted, &version).await
}

async fn end_audit_log(context: &Context) -> Result<(), Unavailable> {
    flow::audit::tell_what_was_counted(context).await?;
    flow::audit::tell(context, AuditKind::ServiceStopped, &AuditDetails::default()).await?;
    flow::audit::seal(context, &mut Sealer::default()).await
}

fn tell_audit_fault(kept: Result<(), Unavailable>) {
    if let Err(fault) = kept {
        tracing::warn!(%fault, reason = %fault.source, "the audit log waits; what was noted keeps its place");
    }
}

/// Until the sender is gone.
pub(super) async fn told(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

#[expect(clippy::disallowed_methods, reason = "the home of background work: every handle is awaited in stop")]
pub(super) fn start<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(work)
}
