//! Where logs go: to standard error, through a queue that nobody waits for.

use std::io::{self, IsTerminal as _, Write};
use std::panic::PanicHookInfo;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tracing::{Level, Metadata};
#[cfg(feature = "otlp")]
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};
use vpgate::spans;
use vpgate::system::log_queue::{self, ACCESS, LogQueue, NOTICE, Weight};
pub use vpgate::system::otlp::Traces;

/// How long the end of the program waits for a log that is slow.
const PATIENCE: Duration = Duration::from_secs(2);

/// The logs, started, and traces where somebody collects them.
pub struct Logs {
    queue: LogQueue,
    #[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "nobody collects"))]
    traces: Option<Traces>,
}

impl Logs {
    /// Text for people at a terminal, JSON for machines; colours for terminals only.
    pub fn start(traces: Option<Traces>) -> anyhow::Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let filter = match variable("VPGATE_LOG") {
            Some(text) => EnvFilter::try_new(text).context("VPGATE_LOG")?,
            None => EnvFilter::new("info"),
        };
        let terminal = io::stderr().is_terminal();
        let json = match variable("VPGATE_LOG_FORMAT").as_deref() {
            Some("json") => true,
            Some("text") => false,
            Some(_) => bail!("VPGATE_LOG_FORMAT: must be json or text"),
            None => !terminal,
        };
        let rate = match variable("VPGATE_LOG_BYTES_PER_SECOND") {
            Some(text) => text.parse().ok().filter(|rate| *rate >= 1024),
            None => Some(log_queue::BYTES_PER_SECOND),
        };
        let rate = rate.context("VPGATE_LOG_BYTES_PER_SECOND: must be a number of bytes, 1024 or more")?;
        let queue = LogQueue::start(place().context("standard error")?, rate).context("logs")?;
        // What is for a collector is not for the log.
        let filter = filter.add_directive(format!("{}=off", spans::TARGET).parse()?);
        let logs = fmt::layer()
            .log_internal_errors(false)
            .with_ansi(terminal && variable("NO_COLOR").is_none())
            .with_writer(Queued(queue.clone()));
        let logs = if json { logs.json().boxed() } else { logs.boxed() };
        collect(traces.as_ref(), logs.with_filter(filter));
        std::panic::set_hook(Box::new(note));
        Ok(Self { queue, traces })
    }

    /// Says something to the person who started the program, after everything that was logged before.
    pub fn say(&self, text: &str) {
        self.queue.push(Weight::Grave, format!("{text}\n").as_bytes());
    }

    /// Writes what is queued, unless that takes too long.
    pub fn finish(self) {
        #[cfg(feature = "otlp")]
        self.traces.into_iter().for_each(Traces::end);
        // There is nobody left to tell.
        let _written = self.queue.flush(PATIENCE);
    }
}

/// From now on what happens is logged by `logs`, and told the collector where there is one.
#[cfg(feature = "otlp")]
fn collect(traces: Option<&Traces>, logs: impl Layer<Registry> + 'static + Send + Sync) {
    let ours = FilterFn::new(|about| about.is_span() && about.target() == spans::TARGET);
    let collected = traces.map(|traces| {
        let layer = tracing_opentelemetry::layer().with_tracer(traces.tracer());
        let layer = layer.with_location(false).with_threads(false).with_tracked_inactivity(false);
        layer.with_level(false).with_filter(ours)
    });
    tracing_subscriber::registry().with(logs).with(collected).init();
}

/// From now on what happens is logged by `logs`.
#[cfg(not(feature = "otlp"))]
fn collect(_: Option<&Traces>, logs: impl Layer<Registry> + 'static + Send + Sync) {
    tracing_subscriber::registry().with(logs).init();
}

/// A panic goes into the log, not past it: the usual way would wait for standard error. What it says may quote
/// what a stranger sent, so its place has to do.
fn note(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    tracing::error!(place, thread = thread.name(), "a fault of this program: it panicked");
}

/// Standard error without its lock: a write that never ends must not hold up whoever else wants to say
/// something there.
#[cfg(unix)]
fn place() -> io::Result<impl Write + Send + 'static> {
    use std::os::fd::AsFd as _;
    Ok(std::fs::File::from(io::stderr().as_fd().try_clone_to_owned()?))
}

#[cfg(not(unix))]
fn place() -> io::Result<impl Write + Send + 'static> {
    Ok(io::stderr())
}

struct Queued(LogQueue);

/// One line on its way into the queue.
struct QueuedLine<'q>(&'q LogQueue, Weight);

impl<'w> MakeWriter<'w> for Queued {
    type Writer = QueuedLine<'w>;

    fn make_writer(&'w self) -> QueuedLine<'w> {
        QueuedLine(&self.0, Weight::Ordinary)
    }

    fn make_writer_for(&'w self, about: &Metadata<'_>) -> QueuedLine<'w> {
        let weight = match (about.target(), *about.level()) {
            (NOTICE, _) => Weight::Notice,
            (ACCESS, _) => Weight::Access,
            (_, Level::ERROR | Level::WARN) => Weight::Grave,
            _ => Weight::Ordinary,
        };
        QueuedLine(&self.0, weight)
    }
}

impl Write for QueuedLine<'_> {
    /// Always takes everything: what is lost is counted by the queue.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(self.1, line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
