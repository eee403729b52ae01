//! `vpgate serve`: starting, and running until told to stop.

mod signals;
mod supervisor;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use vpgate::app::{self, Reloaded, Running};
use vpgate::config::watch::FileWatch;
use vpgate::config::{Config, ReloadMode};

use self::signals::{Signals, Told};
use self::supervisor::{SupervisorNotice, notify};
use super::logs::Traces;
use super::{faults_in, say};

/// How often the files of the configuration are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Where what runs comes from, and how it learns that it is to be read again.
pub(super) trait ConfigSource<R> {
    /// Until it has changed by itself.
    async fn changed(&mut self);
    /// Reads it again, for what runs.
    async fn reload(&mut self, running: &R);
}

/// What runs without a configuration.
#[cfg(feature = "sandbox")]
pub(super) struct NoSource;

#[cfg(feature = "sandbox")]
impl<R> ConfigSource<R> for NoSource {
    async fn changed(&mut self) {
        std::future::pending::<()>().await;
    }

    async fn reload(&mut self, _: &R) {
        tracing::warn!("SIGHUP: there is no configuration file here, so nothing was done");
    }
}

/// The files of a configuration.
struct ConfigFiles {
    path: PathBuf,
    watch: FileWatch,
    mode: ReloadMode,
}

/// A configuration that was read before anything else.
pub struct ReadConfig {
    config: Config,
    files: ConfigFiles,
}

impl ReadConfig {
    /// The file at `path`, with all that it includes.
    ///
    /// # Errors
    /// All faults.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let (config, watch) = Config::load_noting(path);
        let config = config.map_err(|faults| faults_in(path, &faults))?;
        let files = ConfigFiles { path: path.to_owned(), watch, mode: config.reload };
        Ok(Self { config, files })
    }

    /// What is told a collector, where it names one.
    #[cfg(feature = "otlp")]
    pub fn traces(&self) -> anyhow::Result<Option<Traces>> {
        let authorities = self.config.outgoing.authorities.as_deref();
        let collector = self.config.collector.as_ref();
        Ok(collector.map(|collector| Traces::start(collector, authorities)).transpose()?)
    }

    /// Nothing.
    #[cfg(not(feature = "otlp"))]
    pub fn traces(&self) -> anyhow::Result<Option<Traces>> {
        Ok(None)
    }
}

/// The service that `read` describes.
pub fn serve(read: ReadConfig) -> anyhow::Result<()> {
    let start = async {
        let running = app::serve(read.config).await?;
        if let Some(address) = running.operations_address() {
            tell(&format!("operations endpoints on http://{address}"), &address);
        }
        let address = running.address();
        tell(&format!("listening on http://{address}"), &address);
        Ok(running)
    };
    until_told_to_stop(start, read.files, Running::stop)
}

/// What `start` starts runs until a signal; on SIGHUP, and when its source has changed, that is read again.
pub(super) fn until_told_to_stop<R>(
    start: impl Future<Output = anyhow::Result<R>>,
    mut source: impl ConfigSource<R>,
    stop: impl AsyncFnOnce(R),
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(async {
        let mut signals = Signals::new().context("signals cannot be waited for")?;
        let running = start.await?;
        notify(SupervisorNotice::Ready);
        loop {
            let told = tokio::select! {
                told = signals.told() => told,
                () = source.changed() => Told::Reload,
            };
            match told {
                Told::Stop => break,
                Told::Reload => source.reload(&running).await,
            }
        }
        tracing::info!("told to stop");
        notify(SupervisorNotice::Stopping);
        tokio::select! {
            () = stop(running) => Ok(()),
            () = signals.told_to_stop() => bail!("told twice: stopped without finishing"),
        }
    })
}

impl ConfigSource<Running> for ConfigFiles {
    async fn changed(&mut self) {
        if self.mode != ReloadMode::Watch {
            return std::future::pending::<()>().await;
        }
        loop {
            tokio::time::sleep(LOOK).await;
            // Where the files are, a look may take a while.
            let mut watch = self.watch.clone();
            let looked = tokio::task::spawn_blocking(move || (watch.has_changed(), watch)).await;
            if let Ok((has_changed, watch)) = looked {
                self.watch = watch;
                if has_changed {
                    return tracing::info!("a file of the configuration has changed");
                }
            }
        }
    }

    /// All of the files is taken, or nothing.
    async fn reload(&mut self, running: &Running) {
        let path = self.path.clone();
        let read = match tokio::task::spawn_blocking(move || Config::load_noting(&path)).await {
            Ok((read, watch)) => {
                self.watch = watch;
                read
            }
            Err(fault) => {
                return tracing::error!(%fault, "the configuration was not read: the old one stays");
            }
        };
        let config = match read {
            Ok(config) => config,
            Err(faults) => {
                for fault in faults.with_places() {
                    tracing::error!(fault, "the configuration is not taken: the old one stays");
                }
                return;
            }
        };
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let mode = config.reload;
        match running.reload(config) {
            Ok(reloaded) => {
                self.mode = mode;
                if let Err(fault) = running.note_reload(&reloaded).await {
                    tracing::warn!(%fault, reason = %fault.source, "the new configuration is not in the audit log");
                }
                let Reloaded { added, removed, waiting } = reloaded;
                let (added, removed) = (added.join(", "), removed.join(", "));
                if !waiting.is_empty() {
                    let keys = waiting.join(", ");
                    tracing::warn!(keys, "these differ from those of the start, and wait for the next one");
                }
                tracing::info!(added, removed, "the configuration was read again, and holds from now on");
            }
            Err(why) => tracing::error!(%why, "the configuration is not taken: the old one stays"),
        }
    }
}

/// A service works also where nothing can be printed.
pub(super) fn tell(text: &str, address: &impl Display) {
    if let Err(fault) = say(text) {
        tracing::warn!(fault = format!("{fault:#}"), %address, "listening; this could not be printed");
    }
}
