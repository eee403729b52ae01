//! `vpgate serve`: starting, and running until told to stop.

mod signals;
mod supervisor;

use std::fmt::Display;
use std::path::Path;

use anyhow::{Context as _, bail};
use vpgate::app::{self, Reloaded, Running};
use vpgate::config::Config;

use self::signals::{Signals, Told};
use self::supervisor::{SupervisorNotice, notify};
use super::{load, say};

/// The service that `config` describes.
pub fn serve(config: &Path) -> anyhow::Result<()> {
    let start = async {
        let running = app::serve(load(config)?).await?;
        if let Some(address) = running.operations_address() {
            tell(&format!("operations endpoints on http://{address}"), &address);
        }
        let address = running.address();
        tell(&format!("listening on http://{address}"), &address);
        Ok(running)
    };
    until_told_to_stop(start, async |running: &Running| reload(config, running).await, Running::stop)
}

/// What SIGHUP does where there is no configuration file.
#[cfg(feature = "sandbox")]
pub(super) async fn nothing_to_reload<R>(_: &R) {
    tracing::warn!("SIGHUP: there is no configuration file here, so nothing was done");
}

/// What `start` starts runs until a signal; on SIGHUP it is reloaded.
pub(super) fn until_told_to_stop<R>(
    start: impl Future<Output = anyhow::Result<R>>,
    reload: impl AsyncFn(&R),
    stop: impl AsyncFnOnce(R),
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(async {
        let mut signals = Signals::new().context("signals cannot be waited for")?;
        let running = start.await?;
        notify(SupervisorNotice::Ready);
        while signals.told().await == Told::Reload {
            reload(&running).await;
        }
        tracing::info!("told to stop");
        notify(SupervisorNotice::Stopping);
        tokio::select! {
            () = stop(running) => Ok(()),
            () = signals.told_to_stop() => bail!("told twice: stopped without finishing"),
        }
    })
}

/// All of the file is taken, or nothing.
async fn reload(config: &Path, running: &Running) {
    let path = config.to_owned();
    let read = tokio::task::spawn_blocking(move || Config::load(&path)).await;
    let config = match read {
        Ok(Ok(config)) => config,
        Ok(Err(faults)) => {
            for fault in faults.iter() {
                tracing::error!(%fault, "the configuration is not taken: the old one stays");
            }
            return;
        }
        Err(fault) => return tracing::error!(%fault, "the configuration was not read: the old one stays"),
    };
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    match running.reload(config) {
        Ok(reloaded) => {
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

/// A service works also where nothing can be printed.
pub(super) fn tell(text: &str, address: &impl Display) {
    if let Err(fault) = say(text) {
        tracing::warn!(fault = format!("{fault:#}"), %address, "listening; this could not be printed");
    }
}
