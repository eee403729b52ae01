//! `vpgate serve`: starting, and running until told to stop.

mod signals;

use std::fmt::Display;
use std::path::Path;

use anyhow::{Context as _, bail};
use vpgate::app::{self, Running};

use self::signals::Signals;
use super::{load, say};

/// The service that `config` describes.
pub fn serve(config: &Path) -> anyhow::Result<()> {
    until_told_to_stop(async {
        let running = app::serve(load(config)?).await?;
        if let Some(address) = running.operations_address() {
            tell(&format!("operations endpoints on http://{address}"), &address);
        }
        let address = running.address();
        tell(&format!("listening on http://{address}"), &address);
        Ok(running)
    })
}

pub(super) fn until_told_to_stop(start: impl Future<Output = anyhow::Result<Running>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(async {
        let mut signals = Signals::new().context("signals cannot be waited for")?;
        let running = start.await?;
        signals.told_to_stop().await;
        tracing::info!("stopping: no new connections; requests under way are finished");
        tokio::select! {
            () = running.stop() => Ok(()),
            () = signals.told_to_stop() => bail!("told twice: stopped without finishing"),
        }
    })
}

/// A service works also where nothing can be printed.
pub(super) fn tell(text: &str, address: &impl Display) {
    if let Err(fault) = say(text) {
        tracing::warn!(fault = format!("{fault:#}"), %address, "listening; this could not be printed");
    }
}
