//! `vpgate serve`: starting, and running until told to stop.

mod signals;

use std::fmt::Display;
use std::path::Path;

use anyhow::{Context as _, bail};
use vpgate::app::{self, Reloaded, Running};
use vpgate::config::Config;

use self::signals::{Signals, Told};
use super::{load, say};

/// The service that `config` describes.
pub fn serve(config: &Path) -> anyhow::Result<()> {
    until_told_to_stop(Some(config), async {
        let running = app::serve(load(config)?).await?;
        if let Some(address) = running.operations_address() {
            tell(&format!("operations endpoints on http://{address}"), &address);
        }
        let address = running.address();
        tell(&format!("listening on http://{address}"), &address);
        Ok(running)
    })
}

/// `config` is the file that SIGHUP reads again, where there is one.
pub(super) fn until_told_to_stop(
    config: Option<&Path>,
    start: impl Future<Output = anyhow::Result<Running>>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(async {
        let mut signals = Signals::new().context("signals cannot be waited for")?;
        let running = start.await?;
        while signals.told().await == Told::Reload {
            match config {
                Some(config) => reload(config, &running).await,
                None => tracing::warn!("SIGHUP: there is no configuration file here, so nothing was done"),
            }
        }
        tracing::info!("stopping: no new connections; requests under way are finished");
        tokio::select! {
            () = running.stop() => Ok(()),
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
        Ok(Reloaded { added, removed, waiting }) => {
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
